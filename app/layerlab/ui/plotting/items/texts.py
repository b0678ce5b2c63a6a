"""Texts at places of a plot, and arrows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from layerlab.ui.plotting.items.base import LIMIT_PX, Painted, Space, array_key, ends_of
from layerlab.ui.plotting.writing import LEFT, RIGHT, Written, write
from layerlab.ui.theme import Theme

Array = np.ndarray
SMALLEST = 6.5  # letters, at zoom 1
MIN_ARROW_PX = 1.5  # shorter ones are no arrows


@dataclass(eq=False)
class TextMark(Painted):
    """Texts at places of the plot, each beside its point or over it.

    Attributes:
        x, y: (n,) in data units. texts: one for each.
        colors: one colour, or one for each. theme: gives the font.
        size, weight: of the font. right: whether they stand left of their points.
        within: height of a row that they have to fit in, in data units; 0 if there are none.
        centred: whether they stand over the middle of their points.
        across: width that they have to fit in, in data units; 0 if there is room for all.
        briefs: what stands for each that does not fit; nothing if there are none.
    """

    x: Array
    y: Array
    texts: Sequence[str]
    colors: QColor | Sequence[QColor]
    theme: Theme
    size: float = 10.5
    weight: int = 400
    right: bool = False
    within: float = 0.0
    centred: bool = False
    across: float = 0.0
    briefs: Sequence[str] = ()

    def fitting_size(self, space: Space) -> float:
        """Return the size of the letters, which shrink with their rows."""
        if not self.within:
            return self.size
        ends = space.py(np.array([0.0, self.within]))
        return min(self.size, abs(float(ends[1] - ends[0])) / self.theme.zoom)

    def metrics(self, space: Space) -> QFontMetricsF:
        """Return the measures of the letters."""
        return QFontMetricsF(self.theme.font(self.fitting_size(space), self.weight))

    def fitting_texts(self, space: Space) -> Sequence[str]:
        """Return the texts, or what stands for those that are too wide."""
        if not self.across:
            return self.texts
        ends = space.px(np.array([0.0, self.across]))
        room, wide = abs(float(ends[1] - ends[0])), self.metrics(space).horizontalAdvance
        briefs = self.briefs or [""] * len(self.texts)
        pairs = zip(self.texts, briefs, strict=True)
        return [next((text for text in pair if wide(text) <= room), "") for pair in pairs]

    def rects(self, space: Space) -> list[QRectF]:
        """Return where the texts stand, in pixels, upright in the middle of their points."""
        return self._rects(space, self.fitting_texts(space))

    def _rects(self, space: Space, texts: Sequence[str]) -> list[QRectF]:
        metrics = self.metrics(space)
        x, y = space.px(np.asarray(self.x, float)), space.py(np.asarray(self.y, float))
        gap, high = self.theme.px(5), self.theme.px(16)
        found = []
        for text, left, middle in zip(texts, x.tolist(), y.tolist(), strict=True):
            wide = metrics.horizontalAdvance(text) + 1
            beside = -gap - wide if self.right else gap
            left += -wide / 2 if self.centred else beside
            found.append(QRectF(left, middle - high / 2, wide, high))
        return found

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the texts, unless they would lie on each other."""
        write(painter, self.written(space), self.theme)

    def written(self, space: Space) -> list[Written]:
        """Return the texts where they stand; none if they would lie on each other."""
        size, found = self.fitting_size(space), []
        if size < SMALLEST:
            return []
        texts = self.fitting_texts(space)
        for k, (text, rect) in enumerate(zip(texts, self._rects(space, texts), strict=True)):
            if text and math.isfinite(rect.x() + rect.y()):
                ink = self.colors if isinstance(self.colors, QColor) else self.colors[k]
                side = RIGHT if self.right else LEFT
                found.append(Written(rect, text, ink, side, size, self.weight))
        return found

    def key(self) -> object:
        """Return what it looks like."""
        colors = [self.colors] if isinstance(self.colors, QColor) else self.colors
        arrays = (np.asarray(self.x).tobytes(), np.asarray(self.y).tobytes())
        look = (
            tuple(c.rgba() for c in colors),
            self.size,
            self.weight,
            self.right,
            self.within,
            self.centred,
            self.across,
        )
        return (*arrays, tuple(self.texts), tuple(self.briefs), *look)


@dataclass(eq=False)
class Tag(Painted):
    """A name of a point, which the plot places beside it where it can be read.

    Attributes:
        x, y: the point, in data units. text: the name. color: of the name.
        theme: gives the font.
    """

    x: float
    y: float
    text: str
    color: QColor
    theme: Theme

    def point(self, space: Space) -> QPointF:
        """Return where the point is, in pixels."""
        return QPointF(float(space.px(np.array(self.x))), float(space.py(np.array(self.y))))

    def places(self, space: Space, wide: float, high: float) -> list[QRectF]:
        """Return where its name may stand, the nearest first; none if it is out of sight."""
        at, area, gap = self.point(space), space.area(), self.theme.px(8)
        if not area.adjusted(-1, -1, 1, 1).contains(at):
            return []
        sides = [at.x() + gap, at.x() - gap - wide]
        found = [QRectF(left, at.y() - high / 2, wide, high) for left in sides]
        # Farther up or down it has a line to its point, at one of the name's ends.
        for rows in range(1, max(2, int(area.height() // high))):
            for top in (at.y() - gap - rows * high, at.y() + gap + (rows - 1) * high):
                for left in (at.x() - 1, at.x() + 1 - wide, at.x() - wide / 2):
                    held = max(min(left, area.right() - wide), area.left())
                    found.append(QRectF(held, top, wide, high))
        return [rect for rect in found if area.contains(rect)] or found[:1]

    def lead(self, painter: QPainter, at: QPointF, rect: QRectF) -> None:
        """Paint a line from the point to a name that is not beside it."""
        if rect.top() <= at.y() <= rect.bottom():
            return
        end = rect.bottom() if rect.bottom() < at.y() else rect.top()
        line = QColor(self.color)
        line.setAlphaF(0.5)
        painter.setPen(QPen(line, 1))
        painter.drawLine(QPointF(at.x(), end), at)

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint nothing: the plot writes all names over everything."""

    def key(self) -> object:
        """Return what it looks like."""
        return (self.x, self.y, self.text, self.color.rgba())


@dataclass(eq=False)
class Arrows(Painted):
    """Arrows from (x0, y0) to (x1, y1), (n,) each, in data units.

    Attributes:
        color: of all. width: of the shaft, head: length of the head, in pixels.
    """

    x0: Array
    y0: Array
    x1: Array
    y1: Array
    color: QColor
    width: float = 1.8
    head: float = 7.0

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the arrows; a short one is all head."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        ends = ends_of(space, self.x0, self.y0, self.x1, self.y1)
        for x0, y0, x1, y1 in np.clip(ends, -LIMIT_PX, LIMIT_PX).tolist():
            length = math.hypot(x1 - x0, y1 - y0)
            if not math.isfinite(length) or length < MIN_ARROW_PX:
                continue
            across, down = (x1 - x0) / length, (y1 - y0) / length
            head = min(self.head, length)
            foot = QPointF(x1 - head * across, y1 - head * down)
            painter.setPen(QPen(self.color, self.width))
            painter.drawLine(QPointF(x0, y0), foot)
            side = QPointF(-down, across) * 0.5 * head
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.color)
            painter.drawPolygon(QPolygonF([QPointF(x1, y1), foot + side, foot - side]))

    def key(self) -> object:
        """Return what it looks like."""
        arrays = array_key(self.x0, self.y0, self.x1, self.y1)
        return (*arrays, self.color.rgba(), self.width, self.head)
