"""Handles: dots in a plot that are dragged with the mouse or moved with the arrow keys."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from layerlab.ui.plotting.over import OverItem
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis

REACH = 11.0  # pixels at zoom 1 from which a handle is taken
_FEW = 8  # handles that names keep clear of
_STEP = 0.01  # of the axis that an arrow key moves
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


@dataclass(frozen=True)
class Handle:
    """A dot that can be dragged.

    Attributes:
        name: what `dragged` carries.
        x, y: its place, in data units.
        color: of the dot. radius: in pixels at zoom 1.
        along: `x`, `y` or `xy`: where it may go.
    """

    name: str
    x: float
    y: float
    color: QColor
    radius: float = 5.0
    along: str = "xy"


class HandlePlot(Plot):
    """A plot whose handles can be dragged, and whose places can be clicked.

    Attributes:
        handles: what can be dragged. held: name of the one that the mouse has, or empty.
        takes_clicks: whether the cursor shows that places can be clicked.

    Signals:
        grabbed, released: a handle's name; a drag of it begins, has ended.
        dragged: name and wanted place in data units, within the axes.
        clicked: a place between the axes was clicked, not a handle.
    """

    grabbed = Signal(str)
    released = Signal(str)
    dragged = Signal(str, float, float)
    clicked = Signal(float, float)

    def __init__(self, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(x, y, parent)
        self.handles: tuple[Handle, ...] = ()
        self.takes_clicks = False
        self.held = ""
        self._chosen = ""  # by keyboard
        self._offset = QPointF()
        self._handle_item = OverItem(self, self.paint_handles)
        self.scene().addItem(self._handle_item)

    def set_handles(self, handles: tuple[Handle, ...]) -> None:
        """Show these handles, on top of everything."""
        self.handles = handles
        policy = Qt.FocusPolicy.TabFocus if handles else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.refresh()

    def place_of(self, handle: Handle) -> QPointF:
        """Return where a handle is, in pixels."""
        return QPointF(float(self.px(np.array(handle.x))), float(self.py(np.array(handle.y))))

    def handle_at(self, place: QPointF) -> Handle | None:
        """Return the handle nearest to a pixel, if it is within reach."""
        best, least = None, REACH * self.theme.zoom
        for handle in self.handles:
            away = self.place_of(handle) - place
            distance = math.hypot(away.x(), away.y())
            if distance <= least:
                best, least = handle, distance
        return best

    # ---- events
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle; elsewhere a drag or a click may begin."""
        handle = self.handle_at(event.position())
        if handle is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.held = self._chosen = handle.name
        self._offset = self.place_of(handle) - event.position()
        self.point_at(None)
        self.refresh()
        self.grabbed.emit(handle.name)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle that is held; else pan, or move the crosshair."""
        if self.held:
            self._want(self.held, *self.data_at(event.position() + self._offset))
            return
        over = self.handle_at(event.position()) is not None
        inside = self.takes_clicks and self.area().contains(event.position())
        if over or inside:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the handle."""
        if self.held:
            held, self.held = self.held, ""
            self.refresh()
            self.released.emit(held)
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def click(self, place: QPointF) -> None:
        """Report where between the axes was clicked."""
        if self.takes_clicks and self.area().contains(place):
            self.clicked.emit(*self.data_at(place))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second click of a pair like the first; elsewhere the card is maximised."""
        taken = self.handle_at(event.position()) is not None or (
            self.takes_clicks and self.area().contains(event.position())
        )
        if taken and event.button() == Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the handle that was held last with the arrows."""
        move = _ARROWS.get(Qt.Key(event.key()))
        if move is None or not self.handles:
            super().keyPressEvent(event)
            return
        known = {handle.name: handle for handle in self.handles}
        handle = known.get(self._chosen, self.handles[0])
        self._chosen = handle.name
        x = self.x_axis.from_unit(self.x_axis.place(handle.x) + _STEP * move[0])
        y = self.y_axis.from_unit(self.y_axis.place(handle.y) + _STEP * move[1])
        self._want(handle.name, x, y)

    def _want(self, name: str, x: float, y: float) -> None:
        handle = next((h for h in self.handles if h.name == name), None)
        if handle is None:
            return
        x = min(max(x, self.x_axis.low), self.x_axis.high) if "x" in handle.along else handle.x
        y = min(max(y, self.y_axis.low), self.y_axis.high) if "y" in handle.along else handle.y
        self.dragged.emit(name, x, y)

    # ---- painting
    def avoided(self) -> list[QRectF]:
        """Return where the handles are: no name stands on them, unless they are many."""
        if len(self.handles) > _FEW:
            return []
        found = []
        for handle in self.handles:
            at, radius = self.place_of(handle), handle.radius * self.theme.zoom
            found.append(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
        return found

    def lay_items(self) -> None:
        """Bring axes, marks and handles into the scene."""
        super().lay_items()
        self._handle_item.prepareGeometryChange()

    def paint_handles(self, painter: QPainter) -> None:
        """Paint the handles, the one that is held or chosen with a halo."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        room = self.area().adjusted(-REACH, -REACH, REACH, REACH)
        for handle in self.handles:
            place = self.place_of(handle)
            if not math.isfinite(place.x() + place.y()) or not room.contains(place):
                continue
            radius = handle.radius * self.theme.zoom
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color(handle.color.name(), 0.25))
            if handle.name == self.held or (self.hasFocus() and handle.name == self._chosen):
                painter.drawEllipse(place, 2 * radius, 2 * radius)
            painter.setPen(QPen(self.theme.color("panel"), 1.5))
            painter.setBrush(handle.color)
            painter.drawEllipse(place, radius, radius)
