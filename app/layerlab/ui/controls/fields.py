"""Fields: numbers that are typed, such as a seed or the length of a run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from layerlab.core.errors import LabError
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.choice import Segment
from layerlab.ui.controls.header import Header
from layerlab.ui.controls.paint import check_alone
from layerlab.ui.controls.scale import number_text, read_number
from layerlab.ui.theme import Theme


class NumberField(Control):
    """A number that is typed: a seed, a limit. Empty means none, where that is a value."""

    def __init__(self, knob: Knob, theme: Theme, empty: str = _("none")) -> None:
        """Make the line of a number; `empty` is shown where there is no value."""
        super().__init__(knob, theme)
        self.header = Header(knob.label, theme)
        self.field = QLineEdit()
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setPlaceholderText(empty if knob.optional else "")
        self.field.setAccessibleName(knob.label)
        self.field.setAccessibleDescription(knob.help)
        self.field.setToolTip(knob.help)
        self.field.editingFinished.connect(self._on_finished)
        self.field.installEventFilter(self)
        self.setFocusProxy(self.field)
        self._line = QHBoxLayout()
        self._line.addWidget(self.header, 1)
        self._line.addWidget(self.field)
        self.body.addLayout(self._line)
        self.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Step with up and down, give up with Escape."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            if step is not None and self.knob.kind == "int" and isinstance(self._true, int):
                self.want(self._true + step)
                return True
            if event.key() == Qt.Key.Key_Escape and self.field.isModified():
                self._display(self._true)
                return True
        return False

    def _on_finished(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        text = self.field.text().strip()
        self.want_typed(lambda: self._read(text))

    def _read(self, text: str) -> float | int | None:
        if not text and self.knob.optional:
            return None
        return read_number(text, self.knob.label, self.knob.kind == "int")

    def _display(self, value: Any) -> None:
        self.field.setText("" if value is None else number_text(float(value)))
        self.field.setModified(False)
        self.field.setCursorPosition(0)

    def _restyle(self, theme: Theme) -> None:
        self.body.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        self._line.setSpacing(theme.px(8))
        self.field.setFont(theme.font(11.5, 500))
        self.field.setFixedWidth(theme.px(104))


class TextField(Control):
    """A text that is typed, such as a formula, over the panel's whole width.

    A text that is refused stays, with the sentence below it, until another one is entered or
    Escape gives up.
    """

    def __init__(self, knob: Knob, theme: Theme) -> None:
        """Make the name of a knob, and its field below."""
        super().__init__(knob, theme)
        self.header = Header(knob.label, theme)
        self.field = QLineEdit()
        self.field.setAccessibleName(knob.label)
        self.field.setAccessibleDescription(knob.help)
        self.field.setToolTip(knob.help)
        self.field.editingFinished.connect(self._on_finished)
        self.field.installEventFilter(self)
        self.setFocusProxy(self.field)
        self.body.addWidget(self.header)
        self.body.addWidget(self.field)
        self.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give up with Escape."""
        if not (event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)):
            return False
        if event.key() == Qt.Key.Key_Escape and self._is_open:
            self._set_error_text("")
            self.redisplay()
            return True
        return False

    @property
    def _is_open(self) -> bool:
        return self.field.isModified() or bool(self.error)

    def shows(self, value: Any) -> bool:
        """Return whether it shows this value, or what is typed instead of it or was refused."""
        return (value == self._true and self._is_open) or super().shows(value)

    def set_error(self, sentence: str) -> None:
        """Show why a text was refused, and leave it there; empty: hide the message."""
        if sentence:
            self._wanted = self._true
        self._set_error_text(sentence)

    def _on_finished(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        text = self.field.text().strip()
        self.want_typed(lambda: text or (None if self.knob.optional else text))

    def _display(self, value: Any) -> None:
        self.field.setText("" if value is None else str(value))
        self.field.setModified(False)
        self.field.setCursorPosition(0)

    def _restyle(self, theme: Theme) -> None:
        self.body.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        self.body.setSpacing(theme.px(4))
        self.field.setFont(theme.font(12, 500))


class LengthField(Control):
    """How long a run is: a number, of updates or of epochs.

    Shows `(updates, epochs)`, of which one is None, and emits whichever was typed.
    """

    def __init__(self, updates: Knob, epochs: Knob, theme: Theme) -> None:
        """Make the line of the knobs `train.updates` and `train.epochs`."""
        super().__init__(updates, theme)
        self._per_epoch = 1
        self._knobs = {"updates": updates, "epochs": epochs}
        options = ("updates", _("updates"), updates.help), ("epochs", _("epochs"), epochs.help)
        self.segments = [Segment(option, theme) for option in options]
        self.field = QLineEdit()
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setAccessibleName(_("Length of the run"))
        self.field.setToolTip(updates.help)
        self.field.editingFinished.connect(self._on_finished)
        self.setFocusProxy(self.field)
        self.header = Header(_("Length"), theme)
        self._line = QHBoxLayout()
        self._line.addWidget(self.header, 1)
        for segment in self.segments:
            segment.clicked.connect(self._on_segment)
            self._line.addWidget(segment)
        self._line.addWidget(self.field)
        self.body.addLayout(self._line)
        self.set_theme(theme)

    @property
    def unit(self) -> str:
        """The unit that is shown: `updates` or `epochs`."""
        return next((s.key for s in self.segments if s.isChecked()), "updates")

    def set_updates_per_epoch(self, count: int) -> None:
        """Take the number of batches in an epoch, so that changing the unit keeps the run."""
        self._per_epoch = max(1, count)

    def _want_of(self, unit: str, text: str) -> None:
        knob = self._knobs[unit]
        try:
            value = round(read_number(text, knob.label, whole=True))
            if unit != self.unit:
                per = self._per_epoch
                value = value * per if unit == "updates" else max(1, round(value / per))
            knob.check(value, where=knob.label)
        except LabError as error:
            self.set_error(str(error))
            return
        self._set_error_text("")
        self.edited.emit(knob.path, value)

    def _on_finished(self) -> None:
        if self.field.isModified():
            self.field.setModified(False)
            self._want_of(self.unit, self.field.text())

    def _on_segment(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Segment)
        if sender.key != self.unit:
            self._want_of(sender.key, self.field.text())

    def _display(self, value: Any) -> None:
        updates, epochs = value
        unit, number = ("updates", updates) if epochs is None else ("epochs", epochs)
        for segment in self.segments:
            check_alone(segment, segment.key == unit)
        self.field.setText("" if number is None else number_text(float(number)))
        self.field.setModified(False)

    def _restyle(self, theme: Theme) -> None:
        self.body.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        self._line.setSpacing(theme.px(5))
        self.field.setFont(theme.font(11.5, 500))
        self.field.setFixedWidth(theme.px(66))
