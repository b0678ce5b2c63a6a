"""What seldom changes in a plot, the grid and its still marks, as one picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.axes import to_pixels
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.host import Host

_CACHE = QGraphicsItem.CacheMode.DeviceCoordinateCache
_NOTHING = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents


class StillItem(pg.GraphicsObject):
    """The grid and the items of still marks, painted into one picture that is kept.

    A picture for each of them would cost a copy of the whole area each, every frame. They stay
    in the scene, where they know their transforms, and are painted from here alone.
    """

    screen_cache = _CACHE

    def __init__(self, plot: Host) -> None:
        super().__init__()
        self._plot = plot
        self._rect = QRectF(0, 0, 1, 1)
        self._items: list[Any] = []
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCacheMode(_CACHE)

    def adopt(self, item: Any) -> None:
        """Paint an item of the scene from now on."""
        item.setFlag(_NOTHING, True)

    def show_items(self, items: list[Any], is_changed: bool) -> None:
        """Show the grid and these items, the last ones on top.

        Args:
            is_changed: whether any of them, or the grid, looks different.
        """
        if is_changed or items != self._items:
            self.prepareGeometryChange()
            self._items, self._rect = items, self._plot.shown_rect()
            for item in items:
                # Qt takes note of a new transform when it comes to an item: these are painted
                # before it does, and would use their old one.
                item.sceneTransform()
            self.update()

    def boundingRect(self) -> QRectF:
        """Return what is shown, in the view's numbers."""
        return self._rect

    def informViewBoundsChanged(self) -> None:
        """Emit nothing: the axes do not follow the items."""

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the grid, then the items."""
        painter.save()
        self._paint_grid(painter)
        painter.restore()
        for item in self._items:
            if item.isVisible():
                painter.save()
                painter.setTransform(item.itemTransform(self)[0], True)
                item.paint(painter, option, widget)
                painter.restore()

    def _paint_grid(self, painter: QPainter) -> None:
        """Paint hairlines on whole pixels."""
        plot = self._plot
        if not plot.grid:
            return
        to_pixels(self, painter)
        area = plot.area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(plot.theme.color("grid"), 1))
        xs, ys = [x for x, _ in plot.x_ticks()], [y for y, _ in plot.y_grid()]
        for x in plot.px(np.array(xs)).round().tolist():
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for y in plot.py(np.array(ys)).round().tolist():
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
