"""Reference lines across a plot with their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.items.base import OnPaper, Space, Styled, pen_of
from layerlab.ui.theme import Theme

Array = np.ndarray
DASH = (4.0, 4.0)


class InfiniteLineItem(Styled, OnPaper, pg.InfiniteLine):
    """A straight line of pyqtgraph from edge to edge."""

    def show_level(self, level: float, color: QColor) -> None:
        """Show a level, in the view's numbers."""
        if self.restyled(color.rgba()):
            self.setPen(pen_of(color, 1, DASH))
        self.setPos(level)

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint the line from edge to edge of the area."""
        at, area = to_page.map(QPointF(0, 0)), self.page
        assert area is not None
        pen = QPen(self.pen)
        pen.setCosmetic(False)
        painter.setPen(pen)
        if self.angle % 180 == 0:
            painter.drawLine(QPointF(area.left(), at.y()), QPointF(area.right(), at.y()))
        else:
            painter.drawLine(QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom()))

    @reported
    def paint(self, painter: QPainter, *args: Any) -> None:
        """Paint the line; pyqtgraph knows its ends only after it was asked for its bounds."""
        self.boundingRect()
        super().paint(painter, *args)

    def informViewBoundsChanged(self) -> None:
        """Emit nothing: the axes do not follow the items."""


@dataclass(eq=False)
class HLine:
    """A dashed level across the plot, with a name that the plot places where it can be read.

    Attributes:
        level: in data units.
        text: the name.
        color: of line and name.
        theme: gives the font.
        low: whether it is a floor: its name stands below it if it can, clear of curves that
            come down to it.
    """

    level: float
    text: str
    color: QColor
    theme: Theme
    low: bool = False

    def make(self) -> InfiniteLineItem:
        """Return a new item."""
        return InfiniteLineItem(angle=0)

    def put(self, item: InfiniteLineItem, space: Space) -> None:
        """Let the item show this level, on whole pixels."""
        level = float(space.vy(np.array(self.level)))
        item.setVisible(bool(np.isfinite(level)))
        if np.isfinite(level):
            item.show_level(level, self.color)

    def places(self, space: Space, wide: float, high: float) -> list[QRectF]:
        """Return where its name may stand, the best first; none if it is out of sight.

        Args:
            wide, high: size of the name, in pixels.
        """
        y, area = float(space.py(np.array(self.level))), space.area()
        if not area.top() - 1 <= y <= area.bottom() + 1:
            return []
        tops = [y + 1, y - high - 1] if self.low else [y - high - 1, y + 1]
        middle = area.center().x() - wide / 2
        lefts = [area.right() - wide, area.left(), middle]
        if self.low:
            lefts = [area.left(), area.right() - wide, middle]
        return [QRectF(left, top, wide, high) for left in lefts for top in tops]

    def key(self) -> object:
        """Return what it looks like."""
        return (self.level, self.text, self.color.rgba(), self.low)


@dataclass(eq=False)
class VLine:
    """A dashed upright line, with a name that the plot places where it can be read.

    Attributes:
        at: in data units. text: the name. color: of line and name.
        theme: gives the font.
    """

    at: float
    text: str
    color: QColor
    theme: Theme

    def make(self) -> InfiniteLineItem:
        """Return a new item."""
        return InfiniteLineItem(angle=90)

    def put(self, item: InfiniteLineItem, space: Space) -> None:
        """Let the item show this line."""
        at = float(space.vx(np.array(self.at)))
        item.setVisible(bool(np.isfinite(at)))
        if np.isfinite(at):
            item.show_level(at, self.color)

    def places(self, space: Space, wide: float, high: float) -> list[QRectF]:
        """Return where its name may stand, the best first; none if it is out of sight."""
        x, area = float(space.px(np.array(self.at))), space.area()
        if not area.left() - 1 <= x <= area.right() + 1:
            return []
        rows = range(max(1, int(area.height() // high)))
        tops = [area.top() + k * high for k in rows]
        sides = [x + 2, x - wide - 2]
        if sides[0] + wide > area.right() and sides[1] < area.left():  # on the line, then
            sides = [min(max(x - wide / 2, area.left()), area.right() - wide)]
        return [QRectF(left, top, wide, high) for top in tops for left in sides]

    def key(self) -> object:
        """Return what it looks like."""
        return (self.at, self.text, self.color.rgba())
