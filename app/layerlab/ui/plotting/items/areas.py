"""Areas: bands between curves, histograms, bars, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from layerlab.ui.plotting.items.base import (
    Everywhere,
    OnPaper,
    Painted,
    Space,
    array_key,
    color_key,
    finite_runs,
    pen_of,
    polygon,
)
from layerlab.ui.plotting.items.curves import CurveItem

Array = np.ndarray


@dataclass(eq=False)
class Band(Painted):
    """The area between two curves, in an opaque colour (`colors.blend`).

    pyqtgraph's `FillBetweenItem` makes its outline twice a frame; translucent areas would
    cost six times as much, and pile up where they meet.

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
        there = space.px(self.x)
        x = np.concatenate((there, there[::-1]))  # there along `low`, back along `high`
        y = space.py(np.concatenate((self.low, self.high[::-1])))
        if np.isfinite(y).all() and np.isfinite(there).all():
            painter.drawPolygon(polygon(x, y))
            return
        low, high = y[: there.size], y[there.size :][::-1]
        for run in finite_runs(np.isfinite(there + low + high)):
            outline = np.concatenate((there[run], there[run][::-1]))
            painter.drawPolygon(polygon(outline, np.concatenate((low[run], high[run][::-1]))))

    def key(self) -> object:
        """Return what it looks like."""
        return (*array_key(self.x, self.low, self.high), self.color.rgba())

    def overlap(self, other: Band, color: QColor) -> Band:
        """Return what two bands over the same `x` share; empty stretches have no height."""
        low = np.maximum(self.low, other.low)
        return Band(self.x, low, np.maximum(np.minimum(self.high, other.high), low), color)


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

    def make(self) -> CurveItem:
        """Return a new item."""
        return CurveItem(np.zeros(1), np.zeros(0), stepMode="center", fillLevel=0.0)

    def put(self, item: CurveItem, space: Space) -> None:
        """Let the item show this staircase."""
        x, y = space.vx(self.edges), space.vy(np.asarray(self.heights, float))
        base = float(space.vy(np.array(self.base)))
        if not np.isfinite(base):  # there is no zero on a logarithmic axis
            base = space.shown_rect().top()
        good = bool(np.isfinite(x).all() and np.isfinite(y).all())
        pen = QPen(Qt.PenStyle.NoPen) if self.line is None else pen_of(self.line, 1.4)
        item.show_curve(
            x if good else np.zeros(1),  # pyqtgraph wants one edge more than heights
            y if good else np.zeros(0),
            (base, self._look()),
            fillLevel=base,
            brush=pg.mkBrush(self.fill),
            pen=pen,
            antialias=True,
        )

    def _look(self) -> object:
        return (self.fill.rgba(), None if self.line is None else self.line.rgba())

    def key(self) -> object:
        """Return what it looks like."""
        return (*array_key(self.edges, self.heights), self._look(), self.base)


class BarItem(OnPaper, Everywhere, pg.BarGraphItem):
    """Bars of pyqtgraph."""

    def __init__(self) -> None:
        super().__init__(x0=[0.0], x1=[0.0], y=[0.0], height=0.0)

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint the bars one by one."""
        opts, half = self.opts, 0.5 * self.opts["height"]
        ends = zip(opts["x0"], opts["x1"], opts["y"], opts["brushes"], strict=True)
        for low, high, row, color in ends:
            box = QRectF(low, row - half, high - low, 2 * half)
            painter.fillRect(to_page.mapRect(box), pg.mkBrush(color))


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

    def make(self) -> BarItem:
        """Return a new item."""
        return BarItem()

    def put(self, item: BarItem, space: Space) -> None:
        """Let the item show these bars."""
        rows = np.asarray(self.rows, float)
        low, high = space.vx(np.asarray(self.low)), space.vx(np.asarray(self.high))
        good = np.isfinite(low) & np.isfinite(high)
        colors = [color for color, is_good in zip(self.colors, good, strict=True) if is_good]
        item.setOpts(
            x0=np.minimum(low, high)[good],
            x1=np.maximum(low, high)[good],
            y=space.vy(rows)[good],
            height=self.thickness,
            brushes=colors,
            pen=pg.mkPen(None),
        )

    def key(self) -> object:
        """Return what it looks like."""
        arrays = array_key(self.rows, self.low, self.high)
        return (*arrays, color_key(self.colors), self.thickness)


@dataclass(eq=False)
class Polygons(Painted):
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
        no_pen = QPen(Qt.PenStyle.NoPen)
        painter.setPen(no_pen if self.edge is None else QPen(self.edge, self.width))
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
        lengths = tuple(map(len, self.outlines))
        return (corners, lengths, color_key(self.colors), edge, self.width)
