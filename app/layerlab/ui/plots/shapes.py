"""More marks for pages: bars, strokes, polygons, words, upright lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from layerlab.ui.plots.marks import Space, polygon
from layerlab.ui.theme import Theme

Array = np.ndarray


@dataclass(eq=False)
class Histogram:
    """A filled staircase over cells, with an outline.

    Attributes:
        edges: (b + 1,) ascending. heights: (b,), in data units, from `base`.
        fill, line: colours; no outline if `line` is None.
        base: where the columns stand.
    """

    edges: Array
    heights: Array
    fill: QColor
    line: QColor | None = None
    base: float = 0.0

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the staircase."""
        x = np.repeat(space.px(self.edges), 2)
        floor = float(space.py(np.array(self.base)))
        steps = np.repeat(space.py(np.asarray(self.heights, float)), 2)
        y = np.concatenate(([floor], steps, [floor]))
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.fill)
        painter.drawPolygon(polygon(x, y))
        if self.line is not None:
            painter.setPen(QPen(self.line, 1.4))
            painter.drawPolyline(polygon(x, y))

    def key(self) -> object:
        """Return what it looks like."""
        line = None if self.line is None else self.line.rgba()
        arrays = (self.edges.tobytes(), np.asarray(self.heights).tobytes())
        return (*arrays, self.fill.rgba(), line, self.base)


@dataclass(eq=False)
class Bars:
    """Lying bars, one in each row: from `low` to `high` at the rows 0, 1, 2 ... of the y axis.

    Attributes:
        rows: (n,) where they lie, in data units of the y axis.
        low, high: (n,) their ends, in data units of the x axis.
        colors: one for each. thickness: share of a row.
    """

    rows: Array
    low: Array
    high: Array
    colors: Sequence[QColor]
    thickness: float = 0.6

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the bars with rounded ends."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = space.py(np.asarray(self.rows, float))
        thick = abs(float(space.py(np.array(1.0)) - space.py(np.array(0.0)))) * self.thickness
        left, right = space.px(np.asarray(self.low)), space.px(np.asarray(self.high))
        radius = min(3.0, thick / 2)
        for y, a, b, color in zip(middle, left, right, self.colors, strict=True):
            if np.isfinite(a) and np.isfinite(b):
                box = QRectF(min(a, b), y - thick / 2, abs(b - a), thick)
                painter.setBrush(color)
                painter.drawRoundedRect(box, radius, radius)

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (np.asarray(a).tobytes() for a in (self.rows, self.low, self.high))
        return (*arrays, tuple(c.rgba() for c in self.colors), self.thickness)


@dataclass(eq=False)
class Strokes:
    """Straight lines from (x0, y0) to (x1, y1), (n,) each, in data units.

    Attributes:
        colors: one colour, or one for each. width: in pixels. dash: as of `Line`.
    """

    x0: Array
    y0: Array
    x1: Array
    y1: Array
    colors: QColor | Sequence[QColor]
    width: float = 1.4
    dash: tuple[float, float] | None = None

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the lines."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        ends = np.stack(
            [space.px(self.x0), space.py(self.y0), space.px(self.x1), space.py(self.y1)], axis=1
        )
        good = np.isfinite(ends).all(axis=1)
        several = not isinstance(self.colors, QColor)
        if not several:
            painter.setPen(self._pen(self.colors))  # type: ignore[arg-type]
        for k in np.flatnonzero(good).tolist():
            if several:
                painter.setPen(self._pen(self.colors[k]))  # type: ignore[index]
            a, b, c, d = ends[k]
            painter.drawLine(QPointF(a, b), QPointF(c, d))

    def _pen(self, color: QColor) -> QPen:
        pen = QPen(color, self.width)
        if self.dash:
            pen.setDashPattern(list(self.dash))
        return pen

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (np.asarray(a).tobytes() for a in (self.x0, self.y0, self.x1, self.y1))
        several = not isinstance(self.colors, QColor)
        colors = tuple(c.rgba() for c in (self.colors if several else [self.colors]))  # type: ignore[union-attr]
        return (*arrays, colors, self.width, self.dash)


@dataclass(eq=False)
class Polygons:
    """Filled outlines.

    Attributes:
        outlines: each (n, 2), in data units.
        colors: one for each. edge: colour of their borders, or None.
    """

    outlines: Sequence[Array]
    colors: Sequence[QColor]
    edge: QColor | None = None
    width: float = 1.0

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the outlines."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if not len(self.outlines):
            return
        # All corners through the axes at once: thousands of small arrays would take longer.
        corners = np.concatenate(self.outlines)
        x, y = space.px(corners[:, 0]), space.py(corners[:, 1])
        painter.setPen(
            QPen(Qt.PenStyle.NoPen) if self.edge is None else QPen(self.edge, self.width)
        )
        start = 0
        for outline, color in zip(self.outlines, self.colors, strict=True):
            stop = start + len(outline)
            painter.setBrush(color)
            painter.drawPolygon(polygon(x[start:stop], y[start:stop]))
            start = stop

    def key(self) -> object:
        """Return what it looks like."""
        edge = None if self.edge is None else self.edge.rgba()
        corners = np.concatenate(self.outlines).tobytes() if len(self.outlines) else b""
        return (
            corners,
            tuple(map(len, self.outlines)),
            tuple(c.rgba() for c in self.colors),
            edge,
            self.width,
        )


@dataclass(eq=False)
class Post:
    """A dashed upright line with its name at the top.

    Attributes:
        at: in data units. text: the name. color: of line and name.
        theme: gives the font.
    """

    at: float
    text: str
    color: QColor
    theme: Theme

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint line and name."""
        x, area = round(float(space.px(np.array(self.at)))) + 0.5, space.area()
        if not area.left() - 1 <= x <= area.right() + 1:
            return
        pen = QPen(self.color, 1)
        pen.setDashPattern([4, 4])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        paint_words(painter, self.text, QPointF(x, area.top()), self.color, self.theme, area)

    def key(self) -> object:
        """Return what it looks like."""
        return (self.at, self.text, self.color.rgba())


@dataclass(eq=False)
class Words:
    """Texts at places of the plot, each beside its point.

    Attributes:
        x, y: (n,) in data units. texts: one for each.
        colors: one colour, or one for each. theme: gives the font.
        size, weight: of the font. right: whether they stand left of their points.
    """

    x: Array
    y: Array
    texts: Sequence[str]
    colors: QColor | Sequence[QColor]
    theme: Theme
    size: float = 10.5
    weight: int = 400
    right: bool = False

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the texts, upright in the middle of their points."""
        painter.setFont(self.theme.font(self.size, self.weight))
        x, y = space.px(np.asarray(self.x, float)), space.py(np.asarray(self.y, float))
        gap, high, wide = self.theme.px(5), self.theme.px(16), 2000
        for k, text in enumerate(self.texts):
            if not (np.isfinite(x[k]) and np.isfinite(y[k])):
                continue
            color = self.colors if isinstance(self.colors, QColor) else self.colors[k]
            painter.setPen(color)
            left = x[k] - gap - wide if self.right else x[k] + gap
            box = QRectF(left, y[k] - high / 2, wide, high)
            side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, text)

    def key(self) -> object:
        """Return what it looks like."""
        colors = [self.colors] if isinstance(self.colors, QColor) else self.colors
        arrays = (np.asarray(self.x).tobytes(), np.asarray(self.y).tobytes())
        look = (tuple(c.rgba() for c in colors), self.size, self.weight, self.right)
        return (*arrays, tuple(self.texts), *look)


def paint_words(
    painter: QPainter, text: str, at: QPointF, color: QColor, theme: Theme, area: QRectF
) -> None:
    """Paint a short name right of a point, or left of it where there is no room."""
    if not text:
        return
    painter.setFont(theme.font(10))
    wide = QFontMetricsF(painter.font()).horizontalAdvance(text) + theme.px(6)
    left = at.x() + 2 if at.x() + wide + 2 <= area.right() else at.x() - wide - 2
    box = QRectF(left, at.y(), wide, theme.px(14))
    painter.fillRect(box, theme.color("panel", 0.7))
    painter.setPen(color)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
