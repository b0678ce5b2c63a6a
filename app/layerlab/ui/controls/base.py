"""What every control has: a path, a value, a place for a refusal, a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from layerlab.core.errors import LabError
from layerlab.core.knobs import Knob
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_UNKNOWN = object()


class _Refusal(Themed, QLabel):
    """Why a value was refused."""

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(10.5, 500))
        self.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        set_text_color(self, theme, "negative")


class Control(Themed, QWidget):
    """Turns one knob. Knows no store: it emits edits and shows the current value.

    Subclasses fill `body` and implement `_display`, and `_restyle` where they set sizes.

    Signals:
        edited: path and wanted value, for every change during a drag too.
        grabbed: a drag begins.
        released: a drag has ended.
    """

    edited = Signal(str, object)
    grabbed = Signal()
    released = Signal()

    def __init__(self, knob: Knob, theme: Theme) -> None:
        """Make the control of a declared knob."""
        super().__init__()
        self.knob, self.theme = knob, theme
        self._true: Any = _UNKNOWN  # what the store holds, as far as it was shown
        self._wanted: Any = _UNKNOWN  # what was emitted last; the store may lag behind
        self._error: QLabel | None = None  # made when there is a message
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.body, self.below = QVBoxLayout(), QVBoxLayout()
        self.body.setSpacing(0)
        self.below.setSpacing(0)
        column.addLayout(self.body)
        column.addLayout(self.below)
        self.setToolTip(knob.help)
        self.setAccessibleName(knob.label)
        self.setAccessibleDescription(knob.help)
        self.setObjectName(knob.path)

    @property
    def path(self) -> str:
        """The knob's path, such as `net.width`."""
        return self.knob.path

    def show_value(self, value: Any) -> None:
        """Show the store's value without emitting anything; an old refusal goes away."""
        self._true = self._wanted = value
        self._set_error_text("")
        blocker = QSignalBlocker(self)
        self._display(value)
        blocker.unblock()

    def shows(self, value: Any) -> bool:
        """Return whether it shows just this value, and nothing else was wanted of it since."""
        is_same = value == self._true == self._wanted and type(value) is type(self._true)
        return is_same and not self.error

    def redisplay(self) -> None:
        """Show the store's value again, because how it is shown has changed."""
        if self._true is not _UNKNOWN:
            blocker = QSignalBlocker(self)
            self._display(self._true)
            blocker.unblock()

    def set_error(self, sentence: str) -> None:
        """Show why a value was refused and go back to the true one; empty: hide the message."""
        if sentence and self._true is not _UNKNOWN:
            self._wanted = self._true
            self.redisplay()
        self._set_error_text(sentence)

    @property
    def error(self) -> str:
        """The refusal that is shown, or nothing."""
        return "" if self._error is None else self._error.text()

    def want(self, value: Any) -> None:
        """Emit `edited`, unless the value is the same or outside the knob's range."""
        if value == self._wanted and type(value) is type(self._wanted):
            return
        try:
            self.knob.check(value, where=self.knob.label)
        except LabError as error:
            self.set_error(str(error))
            return
        self._wanted = value
        self.edited.emit(self.path, value)

    def want_typed(self, read: Callable[[], Any]) -> None:
        """Want what a person typed, as `read` has it; where it raises LabError, say why."""
        try:
            value = read()
        except LabError as error:
            self.set_error(str(error))
            return
        self._set_error_text("")
        self.want(value)

    def _set_error_text(self, sentence: str) -> None:
        if sentence and self._error is None:
            self._error = _Refusal()
            self._error.setWordWrap(True)
            self._error.setIndent(0)
            self._error.set_theme(self.theme)
            column = self.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(1, self._error)
        if self._error is not None:
            self._error.setText(sentence)
            self._error.setAccessibleName(sentence)
            self._error.setHidden(not sentence)

    def _display(self, value: Any) -> None:
        raise NotImplementedError
