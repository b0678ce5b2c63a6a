"""What is held with the mouse and dragged along a scale: sliders of the lab's own painting."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSlider

from layerlab.ui.controls.inline import begins_number
from layerlab.ui.controls.paint import KeyboardRing


class HeldSlider(KeyboardRing, QSlider):
    """A slider that its subclass paints, held with the left button from anywhere on it.

    For screen readers it is a QSlider over the numbers of some stops; what it stands at is the
    subclass's, which may lie between two of them.
    """

    _held = _over = False  # by the mouse; the mouse is over it

    def grip(self, place: QPointF) -> None:
        """Begin a drag at a place of the widget, in pixels. Abstract."""
        raise NotImplementedError

    def drag(self, place: QPointF) -> None:
        """Follow the mouse to a place of the widget, in pixels. Abstract."""
        raise NotImplementedError

    def let_go(self) -> None:
        """End a drag."""

    # ---- mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold with the left button."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._held = True
        self.grip(event.position())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held; else leave the mouse to what is below."""
        if self._held:
            self.drag(event.position())
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the handle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._release()

    def hideEvent(self, event: QHideEvent) -> None:
        """Release the handle: no release comes to a hidden widget."""
        self._release()
        super().hideEvent(event)

    def _release(self) -> None:
        if self._held:
            self._held = False
            self.let_go()
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Look as what can be taken."""
        self._over = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Look as at rest."""
        self._over = False
        self.update()

    # ---- keys
    def claims(self, event: QKeyEvent) -> bool:
        """Claim digits: they begin to type the number."""
        return begins_number(event)
