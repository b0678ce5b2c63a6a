"""The painted slider: dragged, stepped by keys, moved along a scale of stops."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy

from layerlab.ui.controls.held import HeldSlider
from layerlab.ui.controls.scale import Scale
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
}
_PAGES = {Qt.Key.Key_PageDown: -1, Qt.Key.Key_PageUp: 1}
_ENDS = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0}
_KEYS = {*_STEPS, *_PAGES, *_ENDS, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_NOTCH = 120  # eighths of a degree in one notch of a mouse wheel


class SliderBar(Themed, HeldSlider):
    """A painted slider over a `Scale`.

    What is shown is `number`, which may lie between two stops.

    Signals:
        moved: the number that the person chose.
        grabbed: a drag begins.
        released: a drag has ended.
        typing: a key asks to type the number; carries its first character or nothing.
    """

    moved = Signal(float)
    grabbed = Signal()
    released = Signal()
    typing = Signal(str)
    claimed = frozenset(_KEYS)

    def __init__(self, scale: Scale, theme: Theme) -> None:
        """Make a slider at the first stop."""
        super().__init__(Qt.Orientation.Horizontal)
        self._scale, self.theme = scale, theme
        self.number = float(scale.stops[0])
        self._offset = 0.0  # of the mouse from the handle's centre, while dragging
        self._grip = False
        self._wheel = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setRange(0, len(scale.stops) - 1)
        self.valueChanged.connect(self._on_value_changed)
        self.set_theme(theme)

    @property
    def scale(self) -> Scale:
        """Where the stops are."""
        return self._scale

    def set_scale(self, scale: Scale) -> None:
        """Take other stops; the number stays."""
        self._scale = scale
        blocker = QSignalBlocker(self)
        self.setRange(0, len(scale.stops) - 1)
        blocker.unblock()
        self.set_number(self.number)

    def set_number(self, number: float) -> None:
        """Show a number without emitting anything."""
        self.number = float(number)
        blocker = QSignalBlocker(self)
        self.setValue(self._scale.index(self._scale.place(self.number)))
        blocker.unblock()
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(22))
        self.updateGeometry()

    def handle_x(self) -> float:
        """Return the centre of the handle, in pixels from the left edge."""
        return self.x_of(self.number)

    def x_of(self, number: float) -> float:
        """Return where a number lies, in pixels from the left edge."""
        radius = self._radius()
        return radius + self._scale.place(number) * (self.width() - 2 * radius)

    def stop_at(self, x: float) -> float:
        """Return the stop nearest to a place in pixels from the left edge."""
        radius = self._radius()
        travel = max(1.0, self.width() - 2 * radius)
        return self._scale.value(min(1.0, max(0.0, (x - radius) / travel)))

    def sizeHint(self) -> QSize:
        """Return a length that can be dragged with some precision."""
        return QSize(self.theme.px(100), self.theme.px(22))

    def minimumSizeHint(self) -> QSize:
        """Return the shortest length that still makes sense."""
        return QSize(self.theme.px(48), self.theme.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, fill, handle and, while pressed or focused, its glow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, x, y = self.theme, self.handle_x(), self.height() / 2
        thick, on = theme.px(4), self.isEnabled()
        groove = QRectF(0, y - thick / 2, self.width(), thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(groove, thick / 2, thick / 2)
        groove.setRight(x)
        painter.setBrush(theme.color("accent" if on else "faint"))
        painter.drawRoundedRect(groove, thick / 2, thick / 2)
        radius, centre = self._radius(), QPointF(x, y)
        if self._held or self._over:
            painter.setBrush(theme.color("accent", 0.28 if self._held else 0.14))
            painter.drawEllipse(centre, y, y)
        light = theme.text if theme.is_dark else "#ffffff"
        fill = theme.color("accent" if self._held else light) if on else theme.color("faint")
        edge = theme.color("accent" if self._held else "faint", 0.9)
        painter.setBrush(fill)
        painter.setPen(QPen(edge, max(1.0, theme.zoom)))
        painter.drawEllipse(centre, radius - 0.5, radius - 0.5)
        if self.ring and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), theme.px(2)))
            painter.drawEllipse(centre, y - theme.px(1), y - theme.px(1))

    # ---- mouse
    def grip(self, place: QPointF) -> None:
        """Take the handle, or bring it here."""
        x = place.x()
        self._grip = abs(x - self.handle_x()) <= self._radius() + self.theme.px(2)
        self._offset = self.handle_x() - x if self._grip else 0.0
        self.setSliderDown(True)
        self.grabbed.emit()
        self._move(x + self._offset)

    def drag(self, place: QPointF) -> None:
        """Move the handle with the mouse."""
        self._move(place.x() + self._offset)

    def let_go(self) -> None:
        """Report that the drag has ended."""
        self.setSliderDown(False)
        self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step, but only while focused: a passing wheel scrolls the panel."""
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches:
            self._choose(self._scale.step(self.number, notches))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, page, go to an end, or begin to type the number."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._choose(self._scale.step(self.number, _STEPS[key]))
        elif key in _PAGES:
            self._choose(self._scale.page(self.number, _PAGES[key]))
        elif key in _ENDS:
            self._choose(self._scale.value(_ENDS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typing.emit("")
        elif self.claims(event):
            self.typing.emit(event.text())
        else:
            event.ignore()

    def _radius(self) -> float:
        return 6.5 * self.theme.zoom

    def _move(self, x: float) -> None:
        stop = self.stop_at(x)
        if self._grip and stop == self._scale.value(self._scale.place(self.number)):
            return  # a touch of the handle does not round a typed number
        self._grip = False
        self._choose(stop)

    def _choose(self, number: float) -> None:
        if number != self.number:
            self.set_number(number)
            self.moved.emit(number)

    def _on_value_changed(self, index: int) -> None:
        # Only a screen reader gets here: everything else sets the value blocked.
        self.number = float(self._scale.stops[index])
        self.update()
        self.moved.emit(self.number)
