"""Plots that take a tool: while one is chosen the mouse makes strokes instead of panning."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from layerlab.ui.plotting.box import X, Y
from layerlab.ui.plotting.over import OverItem
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis

_STEP = 1 / 40  # of what is shown of an axis, for an arrow key
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ERASING_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_NO_SHIFT = ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier)
Place = tuple[float, float]  # in data units


class Tool(Protocol):
    """What makes something of strokes; places are in data units."""

    @property
    def is_chosen(self) -> bool:
        """Whether strokes are its own; else the mouse pans."""

    def begin(self, at: Place, erases: bool) -> None:
        """Begin a stroke with the mouse; `erases`: it takes away, whatever is chosen."""

    def follow(self, at: Place) -> None:
        """Go on to a place."""

    def end(self) -> None:
        """End the stroke."""

    def touch(self, start: Place, end: Place, erases: bool) -> None:
        """Make a short stroke by keyboard, from a place to another or at one."""

    def paint(self, painter: QPainter, plot: Plot, at: Place | None) -> None:
        """Paint what is new, and the tool itself at a place."""


class ToolPlot(Plot):
    """A plot in which a tool may be used: strokes with the left button, or by keyboard.

    The right button erases. The wheel zooms still, as does a drag with Shift; without a chosen
    tool a drag pans.

    Attributes:
        tool: what takes the strokes, or None.
        is_in_stroke: whether a stroke of the mouse is under way.
    """

    def __init__(self, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(x, y, parent)
        self.tool: Tool | None = None
        self.is_in_stroke = False
        self._button = Qt.MouseButton.NoButton
        self._over: QPointF | None = None  # where the mouse is, in pixels
        self._marker: Place = (0.0, 0.0)  # moved by keyboard
        self._tool_item = OverItem(self, self.paint_tool)
        self._tool_item.hide()
        self.scene().addItem(self._tool_item)

    def set_tool(self, tool: Tool | None, name: str = "") -> None:
        """Take another tool, or none.

        Args:
            tool: takes the strokes. name: what a screen reader calls the plot meanwhile.
        """
        if tool is not self.tool:
            self._end()
            self.tool, self._marker = tool, (0.0, 0.0)
            has_tool = Qt.FocusPolicy.TabFocus if tool else Qt.FocusPolicy.NoFocus
            self.setFocusPolicy(has_tool)
            self.setAccessibleName(name)
            self._tool_item.setVisible(tool is not None)
            self.viewport().unsetCursor()
            self.refresh()

    def _is_used(self, event: QMouseEvent) -> bool:
        """Return whether the tool takes what the mouse does there."""
        return (
            self.tool is not None
            and self.tool.is_chosen
            and not event.modifiers() & _SHIFT
            and self.area().contains(event.position())
        )

    # ---- mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke; without a tool a drag or a click may begin."""
        if self.is_in_stroke:  # a second button
            event.accept()
            return
        erases = event.button() == Qt.MouseButton.RightButton
        if not self._is_used(event) or not (
            erases or event.button() == Qt.MouseButton.LeftButton
        ):
            super().mousePressEvent(event)
            return
        assert self.tool is not None
        self.is_in_stroke, self._button = True, event.button()
        self._over = event.position()
        self.tool.begin(self.data_at(event.position()), erases)
        self.viewport().update()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke; else pan, or show where the tool would touch."""
        if self.is_in_stroke:
            assert self.tool is not None
            self._over = event.position()
            self.tool.follow(self.data_at(event.position()))
            self.viewport().update()
            event.accept()
            return
        is_used = event.buttons() == Qt.MouseButton.NoButton and self._is_used(event)
        self._over = event.position() if is_used else None
        if self.tool is not None:
            if is_used:
                self.viewport().setCursor(Qt.CursorShape.CrossCursor)
            else:
                self.viewport().unsetCursor()
            self.viewport().update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if not self.is_in_stroke:
            super().mouseReleaseEvent(event)
            return
        if event.button() == self._button:
            self._end()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second click of a pair like the first; without a tool leave it."""
        if self._is_used(event):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: object) -> None:
        """Take the tool away."""
        if not self.is_in_stroke:
            self._over = None
        super().leaveEvent(event)
        self.viewport().update()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke: no release comes to a hidden widget."""
        self._end()
        super().hideEvent(event)

    def _end(self) -> None:
        if self.is_in_stroke and self.tool is not None:
            self.is_in_stroke = False
            self.tool.end()
            self.viewport().update()

    def reading_at(self, place: QPointF) -> Tooltip | None:
        """Return the reading at a pixel; none where the tool would lie over it."""
        if self.tool is not None and self.tool.is_chosen:
            return None
        return super().reading_at(place)

    # ---- keys
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the marker with the arrows, use the tool there with Space, erase with Delete.

        Shift with an arrow makes a stroke as the marker goes.
        """
        key, tool = Qt.Key(event.key()), self.tool
        if tool is None or not tool.is_chosen or event.modifiers() & _NO_SHIFT:
            super().keyPressEvent(event)
            return
        start = self._marker
        if key in _ARROWS:
            self._marker = self._stepped(*_ARROWS[key])
            if event.modifiers() & _SHIFT:
                tool.touch(start, self._marker, False)
        elif key == Qt.Key.Key_Space:
            tool.touch(start, start, False)
        elif key in _ERASING_KEYS:
            tool.touch(start, start, True)
        else:
            super().keyPressEvent(event)
            return
        event.accept()
        self.viewport().update()

    def _stepped(self, right: int, up: int) -> Place:
        """Return the marker a step further, within what is shown."""
        place = []
        for axis, along, value in ((X, right, self._marker[0]), (Y, up, self._marker[1])):
            low, high = sorted(self.visible(axis))
            step = _STEP * (high - low)
            place.append(round(min(high, max(low, value + along * step)), 6))
        return place[0], place[1]

    # ---- painting
    def paint_tool(self, painter: QPainter) -> None:
        """Paint what the tool shows, between the axes."""
        if self.tool is None or self.is_figure:
            return
        at: Place | None = None
        if self.tool.is_chosen:
            if self._over is not None:
                at = self.data_at(self._over)
            elif self.hasFocus():
                at = self._marker
        painter.save()
        painter.setClipRect(self.area())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.tool.paint(painter, self, at)
        painter.restore()

    def lay_items(self) -> None:
        """Bring axes, marks and the tool into the scene."""
        super().lay_items()
        self._tool_item.prepareGeometryChange()
