"""Typing a number where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from layerlab.ui.style import dress
from layerlab.ui.theme import Theme


class InlineEdit(QLineEdit):
    """A field over a shown value: Enter or leaving it enters the text, Escape gives up.

    Signals:
        entered: the text, if it is not the value that was there.
        closed: the field goes away; whether it had the keyboard.
    """

    entered = Signal(str)
    closed = Signal(bool)

    def __init__(
        self, name: str, value: str, first: str | None, size: float, theme: Theme, over: QWidget
    ) -> None:
        """Open the field.

        Args:
            name: for screen readers.
            value: what is shown now.
            first: what is there to begin with; None: the value, selected.
            size: of the font, pixels at zoom 1.
            theme: colours and fonts.
            over: the widget in which it opens; the caller places it.
        """
        super().__init__(value if first is None else first, over)
        self._value, self._is_open = value, True
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(theme.font(size, 600))
        more = (
            f"QLineEdit {{ background: {theme.raised}; color: {theme.text};"
            f" border: 1px solid {theme.accent}; border-radius: {theme.px(4)}px; padding: 0;"
            f" min-height: 0; selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent}; }}"
        )
        dress(self, theme, more)
        if first is None:
            self.selectAll()
        self.editingFinished.connect(self._on_finished)

    def begin(self) -> None:
        """Show it, with the keyboard."""
        self.show()
        self.setFocus()

    def give_up(self) -> None:
        """Go away without entering anything."""
        if self._is_open:
            self._is_open = False
            had_focus = self.hasFocus()
            self.hide()
            self.deleteLater()
            self.closed.emit(had_focus)

    def event(self, event: QEvent) -> bool:
        """Keep the typing away from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up with Escape; keep every key from what lies beneath."""
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)
        event.accept()  # Enter is not accepted by a field, and would open it again

    def _on_finished(self) -> None:
        if self._is_open:
            text = self.text()
            self.give_up()
            if text != self._value:
                self.entered.emit(text)


def begins_number(event: QKeyEvent) -> bool:
    """Return whether a key begins to type a number."""
    text = event.text()
    return len(text) == 1 and (text.isdigit() or text in ".,")
