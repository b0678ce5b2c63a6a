"""The small popup in which one weight or bias is set by hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.translation import _
from layerlab.ui.diagram.formula import number
from layerlab.ui.style import dress, set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

STEPS = 400  # positions of the slider to each side of zero


class ParameterEditor(Themed, QFrame):
    """A number field and a slider for one parameter.

    Dragging the slider edits live, Enter applies the field, Escape brings the first
    value back. It goes when the keyboard goes elsewhere, and until it is used it shows
    what training makes of the parameter.

    Signals:
        edited: a new value.
        closed: the popup has gone; whether it had the keyboard.
    """

    edited = Signal(float)
    closed = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = parent
        self._first = self._value = 0.0
        self._limit = 1.0
        self._used = self._is_open = False
        self.title = QLabel()
        self.field = QLineEdit()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-STEPS, STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self._column = QVBoxLayout(self)
        for widget in (self.title, self.field, self.slider, self.message):
            self._column.addWidget(widget)
        self.slider.valueChanged.connect(self._on_slider_changed)
        self.field.returnPressed.connect(self._on_return_pressed)
        self.field.textEdited.connect(self._on_text_edited)
        self.field.installEventFilter(self)
        self.slider.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)  # no widget lives without it
        app.focusChanged.connect(self._on_focus_changed)
        self.hide()

    def open(self, title: str, value: float, limit: float) -> None:
        """Show the popup for a parameter.

        Args:
            title: names the parameter.
            value: what it is now.
            limit: the slider goes from -limit to limit.
        """
        self._first = self._value = value
        self._used, self._is_open = False, True
        self._limit = limit if math.isfinite(limit) and limit > 0 else 1.0
        self.title.setText(title)
        self.field.setAccessibleName(title)
        self.slider.setAccessibleName(
            _(
                "{parameter}, from {low:g} to {high:g}",
                parameter=title,
                low=-self._limit,
                high=self._limit,
            )
        )
        self._show_value(value)
        self.message.hide()
        self.set_theme(self.theme)
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def place(self, anchor: QRect) -> None:
        """Move beside the anchor, inside the parent, not over the anchor if that can be."""
        room = self._ground.rect().adjusted(2, 2, -2, -2)
        self.setFixedWidth(min(self.theme.px(230), room.width()))
        self.adjustSize()
        gap = self.theme.px(8)
        x = anchor.right() + gap
        if x + self.width() > room.right():
            x = anchor.left() - gap - self.width()
        x = min(max(x, room.left()), max(room.left(), room.right() - self.width()))
        y = anchor.center().y() - self.height() // 2
        y = min(max(y, room.top()), max(room.top(), room.bottom() - self.height()))
        self.move(x, y)

    def follow(self, value: float) -> None:
        """Show what the parameter is by now, unless a person is about to change it."""
        if value == self._value or self.field.isModified() or self.slider.isSliderDown():
            return
        if not self._used:
            self._first = value
        self._value = value
        is_selected = self.field.hasSelectedText()
        self._show_value(value)
        if is_selected:
            self.field.selectAll()

    def cancel(self) -> None:
        """Bring the first value back, if it was changed here, and close."""
        if self._used:
            self._value = self._first
            self.edited.emit(self._first)
        self.close_quietly()

    def close_quietly(self) -> None:
        """Close without touching the value."""
        if self._is_open:
            self._is_open = False
            focus = QApplication.focusWidget()
            had_keyboard = focus is not None and self.isAncestorOf(focus)
            self.hide()
            self.closed.emit(had_keyboard)

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._column.setContentsMargins(px(10), px(8), px(10), px(9))
        self._column.setSpacing(px(5))
        self.title.setFont(theme.font(11.5, 600))
        self.field.setFont(theme.font(13, 600))
        self.message.setFont(theme.font(11))
        set_text_color(self.message, theme, "warning")
        field = (
            f"QLineEdit {{ color: {theme.text}; background: {theme.panel};"
            f" border: 1px solid {theme.line}; border-radius: {px(5)}px; padding: {px(3)}px;"
            f" selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent} }}"
            f"QLineEdit:focus {{ border-color: {theme.accent} }}"
        )
        dress(self.field, theme, field)
        knob, groove = px(12), px(4)
        self.slider.setStyleSheet(
            f"QSlider {{ min-height: {knob + 4}px; background: transparent }}"
            f"QSlider::groove:horizontal {{ height: {groove}px; background: {theme.line};"
            f" border-radius: {groove // 2}px }}"
            f"QSlider::handle:horizontal {{ width: {knob}px;"
            f" margin: {(groove - knob) // 2}px 0; background: {theme.accent};"
            f" border-radius: {knob // 2}px }}"
            f"QSlider::handle:horizontal:focus {{ background: {theme.text} }}"
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the raised ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("faint"), 1))
        painter.setBrush(self.theme.color("raised"))
        radius = self.theme.px(8)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep every key: Enter must not reach the canvas, which would open the popup again."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on Escape, apply on Enter, wherever the focus is in the popup."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The window's own shortcuts (space, arrows, R) must not take these keys.
            event.accept()
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.cancel()
                return True
            if watched is self.slider and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.close_quietly()
                return True
        return super().eventFilter(watched, event)

    def _on_slider_changed(self, step: int) -> None:
        self._used = True
        self._value = step / STEPS * self._limit
        self.field.setText(number(self._value))
        self.message.hide()
        self.edited.emit(self._value)

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        # The canvas takes the focus with every click; None is another window's doing.
        stays = now is None or now is self._ground or self.isAncestorOf(now)
        if self._is_open and not stays:
            self.close_quietly()

    def _on_text_edited(self, text: str) -> None:
        self.message.hide()

    def _on_return_pressed(self) -> None:
        text = self.field.text().strip().replace("−", "-").replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or abs(value) > 1e6:
            self._complain(text)
            return
        unchanged = text == f"{self._value:.6g}" or text == number(self._value).replace(
            "−", "-"
        )
        if not unchanged:
            self._used = True
            self._value = value
            self.edited.emit(value)
        self.close_quietly()

    def _complain(self, text: str) -> None:
        self.message.setText(
            _(
                "“{text}” is not a number: write one from −1000000 to 1000000, such as 0.25.",
                text=text[:20],
            )
            if text
            else _("The field is empty: write one from −1000000 to 1000000, such as 0.25.")
        )
        self.message.show()
        self.adjustSize()
        room = self._ground.rect()
        self.move(self.x(), max(room.top(), min(self.y(), room.bottom() - self.height())))
        self.field.selectAll()

    def _show_value(self, value: float) -> None:
        self.field.setText(f"{value:.6g}")
        step = (
            round(min(1.0, max(-1.0, value / self._limit)) * STEPS)
            if math.isfinite(value)
            else 0
        )
        self.slider.blockSignals(True)
        self.slider.setValue(step)
        self.slider.blockSignals(False)
