"""Points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from layerlab.ui.plotting.items.base import (
    Everywhere,
    OnPaper,
    Space,
    Styled,
    array_key,
    color_key,
    pen_of,
)

Array = np.ndarray
FEW = 1000  # points


class DotItem(Styled, OnPaper, Everywhere, pg.ScatterPlotItem):
    """Points of pyqtgraph; as long as they look the same, only their places change."""

    def show_dots(self, x: Array, y: Array, look: object, **style: object) -> None:
        """Show points in the view's numbers, (n,) each, all finite."""
        if self.restyled(look) or len(self.data) != len(x):
            self.setData(x=x, y=y, **style)
        else:
            self.data["x"], self.data["y"] = x, y
            self.invalidate()

    def _maskAt(self, obj: object) -> Array:
        """Return which points are at a place; all of a few ones in a rectangle.

        pyqtgraph asks before each paint, which costs more than painting those out of sight.
        """
        if isinstance(obj, QRectF) and len(self.data) <= FEW:
            return np.ones(len(self.data), bool)
        return np.asarray(super()._maskAt(obj))

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint the points one by one."""
        for x, y, size, pen, brush in self.data[["x", "y", "size", "pen", "brush"]]:
            ring = QPen(self.opts["pen"] if pen is None else pen)
            ring.setCosmetic(False)
            painter.setPen(ring)
            painter.setBrush(self.opts["brush"] if brush is None else brush)
            radius = 0.5 * (self.opts["size"] if size < 0 else size)
            painter.drawEllipse(to_page.map(QPointF(x, y)), radius, radius)


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

    def make(self) -> DotItem:
        """Return a new item."""
        return DotItem(pxMode=True, symbol="o")

    def put(self, item: DotItem, space: Space) -> None:
        """Let the item show these points."""
        x, y = space.vx(np.asarray(self.x)), space.vy(np.asarray(self.y))
        good = np.isfinite(x) & np.isfinite(y)
        colors: QColor | list[QColor] = self.colors
        if isinstance(colors, list):
            colors = [color for color, is_good in zip(colors, good, strict=True) if is_good]
        if self.hollow:
            # The ring is drawn around its middle line: pyqtgraph's size is of that.
            pen = (
                [pen_of(c, 1.5) for c in colors]
                if isinstance(colors, list)
                else pen_of(colors, 1.5)
            )
            brush = pg.mkBrush(None)
        else:
            pen = pen_of(self.outline, 1) if self.outline else pg.mkPen(None)
            brush = (
                [pg.mkBrush(c) for c in colors]
                if isinstance(colors, list)
                else pg.mkBrush(colors)
            )
        look = (color_key(colors), self._look())
        item.show_dots(x[good], y[good], look, size=2 * self.radius, pen=pen, brush=brush)

    def _look(self) -> object:
        outline = None if self.outline is None else self.outline.rgba()
        return (self.radius, self.hollow, outline)

    def key(self) -> object:
        """Return what it looks like."""
        return (*array_key(self.x, self.y), color_key(self.colors), self._look())
