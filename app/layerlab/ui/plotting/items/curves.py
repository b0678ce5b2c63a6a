"""Lines: curves, and separate straight lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from layerlab.ui.plotting.items.base import (
    Everywhere,
    OnPaper,
    Painted,
    Space,
    Styled,
    array_key,
    color_key,
    ends_of,
    pen_of,
    polygon,
)

Array = np.ndarray


class CurveItem(Styled, OnPaper, Everywhere, pg.PlotCurveItem):
    """A curve of pyqtgraph that takes a new pen only if it looks different."""

    xData: Array  # noqa: N815
    yData: Array  # noqa: N815

    def show_curve(self, x: Array, y: Array, look: object, **style: object) -> None:
        """Show points in the view's numbers.

        Args:
            x, y: (n,); not finite where there is a gap.
            look: equal as long as `style` is. style: arguments of `setData`.
        """
        has_shape = x.shape == self.xData.shape and y.shape == self.yData.shape
        if self.restyled(look) or not has_shape:
            self.setData(x, y, **style)
            return
        # As `setData` does, without asking who else wants to know: half of its time.
        self.xData, self.yData = x, y
        self.path = self.fillPath = self._fillPathList = self._mouseShape = None
        self._lineSegmentsRendered = False
        self.update()

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint fill and curve."""
        if self.opts["brush"] is not None and self.opts["fillLevel"] is not None:
            painter.fillPath(to_page.map(self._getFillPath()), self.opts["brush"])
        pen = QPen(self.opts["pen"])
        pen.setCosmetic(False)
        painter.strokePath(to_page.map(self.getPath()), pen)


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

    def make(self) -> CurveItem:
        """Return a new item."""
        return CurveItem(connect="finite", skipFiniteCheck=False)

    def put(self, item: CurveItem, space: Space) -> None:
        """Let the item show this curve."""
        item.show_curve(
            space.vx(self.x),
            space.vy(self.y),
            self._look(),
            pen=pen_of(self.color, self.width, self.dash),
            antialias=self.smooth,
            connect="finite",
        )

    def _look(self) -> object:
        return (self.color.rgba(), self.width, self.dash, self.smooth)

    def key(self) -> object:
        """Return what it looks like."""
        return (*array_key(self.x, self.y), self._look())


@dataclass(eq=False)
class Whiskers:
    """Upright lines from `low` to `high` at each `x`, (n,) each, in data units.

    Attributes:
        color: their colour. width: in pixels.
    """

    x: Array
    low: Array
    high: Array
    color: QColor
    width: float = 1.0

    def make(self) -> CurveItem:
        """Return a new item."""
        return CurveItem()

    def put(self, item: CurveItem, space: Space) -> None:
        """Let the item show these lines."""
        x, low, high = space.vx(self.x), space.vy(self.low), space.vy(self.high)
        good = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        item.show_curve(
            np.repeat(x[good], 2),
            np.stack((low[good], high[good]), axis=1).reshape(-1),
            self._look(),
            pen=pen_of(self.color, self.width),
            antialias=False,
            connect="pairs",
        )

    def key(self) -> object:
        """Return what it looks like."""
        return (*array_key(self.x, self.low, self.high), self._look())

    def _look(self) -> object:
        return (self.color.rgba(), self.width)


@dataclass(eq=False)
class Segments(Painted):
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
        """Paint the lines; those of one colour at once where they follow each other."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        ends = ends_of(space, self.x0, self.y0, self.x1, self.y1)
        good = np.isfinite(ends).all(axis=1)
        flat = ends[good].reshape(-1, 2)
        points, start = polygon(flat[:, 0], flat[:, 1]).toList(), 0
        for color, count in self._runs(good):
            painter.setPen(pen_of(color, self.width, self.dash))
            painter.drawLines(points[start : start + 2 * count])
            start += 2 * count

    def _runs(self, good: Array) -> list[tuple[QColor, int]]:
        """Return colours, and how many of the lines of a mask have each one after the other."""
        if isinstance(self.colors, QColor):
            return [(self.colors, int(good.sum()))]
        shown = itertools.compress(self.colors, good.tolist())
        return [(color, len(list(run))) for color, run in itertools.groupby(shown)]

    def key(self) -> object:
        """Return what it looks like."""
        arrays = array_key(self.x0, self.y0, self.x1, self.y1)
        return (*arrays, color_key(self.colors), self.width, self.dash)
