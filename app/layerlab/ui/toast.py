"""A toast: a short word at the foot of the window that goes away by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

SHOWN_MS = 3500


class Toast(Themed, QLabel):
    """Shows what an edit did, over the views, without moving anything."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.PlainText)
        parent.installEventFilter(self)
        self.hide()

    def show_message(self, text: str) -> None:
        """Show a sentence for a few seconds."""
        self.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(12, 500))
        self.setStyleSheet(
            f"background: {theme.text}; color: {theme.panel};"
            f" border-radius: {theme.px(9)}px; padding: {theme.px(6)}px {theme.px(12)}px;"
        )
        if self.isVisible():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot when the window is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        left = (self._window.width() - self.width()) // 2
        self.move(left, self._window.height() - self.height() - self.theme.px(22))
