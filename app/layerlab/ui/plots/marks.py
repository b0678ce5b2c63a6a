"""What a plot draws: lines, bands, dots and reference lines, as arrays with a colour.

Each mark paints itself with QPainter. That costs a tenth of a scene of items: an
antialiased line of 160 points 0.35 ms, an opaque band 0.17 ms (translucent 1.2 ms, so
bands are painted first, in colours mixed with the panel, and the grid over them).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from shiboken6 import Shiboken

from layerlab.ui.theme import Theme

Array = np.ndarray
_LIMIT_PX = 16_000.0  # the rasterizer's coordinates end at 32,767


class Space(Protocol):
    """What marks know of the plot: data to pixels."""

    def px(self, x: Array) -> Array:
        """Return pixels from the left."""

    def py(self, y: Array) -> Array:
        """Return pixels from the top."""

    def area(self) -> QRectF:
        """Return the rectangle between the axes, in pixels."""


class Mark(Protocol):
    """Something with a place in the plot."""

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint it; the painter is clipped to the plot's area."""

    def key(self) -> object:
        """Return something that is equal when it would be painted the same."""


def mix(theme: Theme, color: QColor, opacity: float, under: str = "panel") -> QColor:
    """Return the opaque colour that `color` at an opacity gives over the panel."""
    base = theme.color(under)
    return QColor(
        *(
            round(b + (c - b) * opacity)
            for b, c in zip(base.getRgb()[:3], color.getRgb()[:3], strict=True)  # type: ignore[index]
        )
    )


def polygon(x: Array, y: Array) -> QPolygonF:
    """Return the points as a polygon: (n,) and (n,) in pixels, all finite."""
    shape = QPolygonF()
    shape.resize(x.size)
    if not x.size:
        return shape
    # Filling Qt's own buffer costs 3 us; a list of QPointF costs 80.
    address: Any = Shiboken.VoidPtr(shape.data(), x.size * 16, True)  # type: ignore[call-arg,arg-type]
    view = np.frombuffer(address, float).reshape(-1, 2)
    view[:, 0] = x
    np.clip(y, -_LIMIT_PX, _LIMIT_PX, out=view[:, 1])
    return shape


def runs(good: Array) -> Iterator[slice]:
    """Yield the stretches of a mask that are True."""
    if good.all():
        if good.size:
            yield slice(0, good.size)
        return
    edges = np.flatnonzero(np.diff(np.r_[False, good, False].astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        yield slice(int(start), int(stop))


def some(count: int, most: int) -> Array:
    """Return indices of at most `most` of `count` points, evenly spread."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).astype(int)


@dataclass(eq=False)
class Line:
    """A curve; gaps where it is not finite.

    Attributes:
        x, y: (n,) in data units.
        color: its colour.
        width: in pixels.
        dash: lengths of dash and gap in units of the width, or None.
        smooth: whether it is antialiased.
    """

    x: Array
    y: Array
    color: QColor
    width: float = 2.0
    dash: tuple[float, float] | None = None
    smooth: bool = True

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the curve."""
        pen = QPen(self.color, self.width)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)  # round joins cost twice as much
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.dash:
            pen.setDashPattern(list(self.dash))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.smooth)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = space.px(self.x), space.py(self.y)
        for run in runs(np.isfinite(x) & np.isfinite(y)):
            painter.drawPolyline(polygon(x[run], y[run]))

    def key(self) -> object:
        """Return what it looks like."""
        look = (self.color.rgba(), self.width, self.dash, self.smooth)
        return (self.x.tobytes(), self.y.tobytes(), *look)


@dataclass(eq=False)
class Band:
    """The area between two curves, in an opaque colour (see `mix`).

    Attributes:
        x, low, high: (n,) in data units.
        color: its colour.
    """

    x: Array
    low: Array
    high: Array
    color: QColor

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the area."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        x, low, high = space.px(self.x), space.py(self.low), space.py(self.high)
        for run in runs(np.isfinite(x) & np.isfinite(low) & np.isfinite(high)):
            outline = np.concatenate((x[run], x[run][::-1]))
            painter.drawPolygon(polygon(outline, np.concatenate((low[run], high[run][::-1]))))

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (self.x.tobytes(), self.low.tobytes(), self.high.tobytes())
        return (*arrays, self.color.rgba())

    def overlap(self, other: Band, color: QColor) -> Band:
        """Return what two bands over the same `x` share; empty stretches have no height."""
        low = np.maximum(self.low, other.low)
        return Band(self.x, low, np.maximum(np.minimum(self.high, other.high), low), color)


@dataclass(eq=False)
class Dots:
    """Points.

    Attributes:
        x, y: (n,) in data units.
        colors: one colour, or one for each point.
        radius: in pixels.
        hollow: whether they are rings.
        outline: colour of a fine edge around filled points, or None.
    """

    x: Array
    y: Array
    colors: QColor | list[QColor]
    radius: float = 2.6
    hollow: bool = False
    outline: QColor | None = None

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the points."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x, y = space.px(self.x), space.py(self.y)
        good = np.isfinite(x) & np.isfinite(y) & (np.abs(y) < _LIMIT_PX)
        several = isinstance(self.colors, list)
        if not several:
            self._use(painter, self.colors)  # type: ignore[arg-type]
        for i in np.flatnonzero(good).tolist():
            if several:
                self._use(painter, self.colors[i])  # type: ignore[index]
            painter.drawEllipse(QPointF(x[i], y[i]), self.radius, self.radius)

    def _use(self, painter: QPainter, color: QColor) -> None:
        if self.hollow:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(QPen(self.outline, 1) if self.outline else QPen(Qt.PenStyle.NoPen))
            painter.setBrush(color)

    def key(self) -> object:
        """Return what it looks like."""
        colors = self.colors if isinstance(self.colors, list) else [self.colors]
        look = (tuple(c.rgba() for c in colors), self.radius, self.hollow)
        return (self.x.tobytes(), self.y.tobytes(), *look)


@dataclass(eq=False)
class Whiskers:
    """Upright strokes from `low` to `high` at each `x`, (n,) each, in data units."""

    x: Array
    low: Array
    high: Array
    color: QColor

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the strokes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.color, 1))
        x, low, high = space.px(self.x), space.py(self.low), space.py(self.high)
        good = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        ends = polygon(
            np.repeat(x[good], 2), np.stack((low[good], high[good]), axis=1).reshape(-1)
        )
        painter.drawLines(ends.toList())

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (self.x.tobytes(), self.low.tobytes(), self.high.tobytes())
        return (*arrays, self.color.rgba())


@dataclass(eq=False)
class Rule:
    """A dashed level across the plot with its name at one end.

    Attributes:
        level: in data units.
        text: the name.
        color: of line and name.
        theme: gives the font.
        low: whether it is a floor: the name stands at the left under the line, clear of
            curves that come down to it, else at the right above it.
    """

    level: float
    text: str
    color: QColor
    theme: Theme
    low: bool = False

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint line and name."""
        y = round(float(space.py(np.array(self.level)))) + 0.5
        area = space.area()
        if not area.top() - 1 <= y <= area.bottom() + 1:
            return
        pen = QPen(self.color, 1)
        pen.setDashPattern([4, 4])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if not self.text:
            return
        high = self.theme.px(14)
        under = self.low and y + high <= area.bottom()
        top = y + 1 if under or y - high < area.top() else y - high - 1
        painter.setFont(self.theme.font(10))
        painter.setPen(self.color)
        wide = QFontMetricsF(painter.font()).horizontalAdvance(self.text) + self.theme.px(6)
        box = QRectF(area.left() if self.low else area.right() - wide, top, wide, high)
        painter.fillRect(box, self.theme.color("panel", 0.7))  # readable on top of curves
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text)

    def key(self) -> object:
        """Return what it looks like."""
        return (self.level, self.text, self.color.rgba(), self.low)
