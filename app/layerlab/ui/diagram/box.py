"""The diagram's ViewBox: what pyqtgraph's mouse asks for, handed on to who can lay out anew."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPen

from layerlab.ui.theme import Theme

CLICK = 5  # pixels that the mouse may move in a click


class DiagramBox(pg.ViewBox):
    """A ViewBox whose range is in pixels: a zoom changes the arrangement, not the scale.

    Wheel, drag and right drag are pyqtgraph's own, with its speeds; Shift and a drag span a
    rectangle.

    Signals:
        scaled: factors of the range's width and height, below 1 to come closer, and the
            point that is to stay.
        framed: a rectangle is to fill the view.

    Attributes:
        was_dragged: whether the mouse has moved since its button was pressed.
    """

    scaled = Signal(float, float, QPointF)
    framed = Signal(QRectF)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, invertY=True)
        self.disableAutoRange()
        self.was_dragged = False
        self._spans = False

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of the rectangle."""
        self.rbScaleBox.setPen(QPen(theme.color("accent"), 0))
        self.rbScaleBox.setBrush(theme.color("accent", 0.15))

    def see(self, sight: QRectF, whole: tuple[int, int]) -> None:
        """Show a part of an arrangement of some width and height."""
        self.setLimits(xMin=0, xMax=whole[0], yMin=0, yMax=whole[1])
        self.setRange(sight, padding=0)

    def scaleBy(
        self,
        s: Any = None,
        center: Any = None,
        x: float | None = None,
        y: float | None = None,
    ) -> None:
        """Ask for a zoom; see `pg.ViewBox.scaleBy`."""
        if s is not None:
            x, y = s[0], s[1]
        middle = QPointF(center) if center is not None else self.viewRect().center()
        self.scaled.emit(1.0 if x is None else x, 1.0 if y is None else y, middle)

    def showAxRect(self, ax: QRectF, **options: Any) -> None:
        """Ask for a rectangle to fill the view."""
        if not self.was_dragged:
            return
        self.framed.emit(ax.normalized())

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Pan, zoom, or span a rectangle with Shift."""
        way = ev.scenePos() - ev.buttonDownScenePos()
        self.was_dragged |= max(abs(way.x()), abs(way.y())) >= CLICK
        if ev.isStart():
            left = ev.button() == Qt.MouseButton.LeftButton
            self._spans = left and bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.setMouseMode(self.RectMode if self._spans else self.PanMode)
        super().mouseDragEvent(ev, axis)
