"""The banner: what went wrong or changed, in one sentence, with a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from layerlab.core.translation import _
from layerlab.ui.style import dress
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

LINES = 24  # of the details that are shown; all of them are copied
EDGE = 16  # around the banner at zoom 1, as around the views below it


class _Dot(QWidget):
    """A small disc in the colour of the message."""

    def __init__(self) -> None:
        super().__init__()
        self.color, self.size_px = DARK.color("warning"), 10
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class Banner(Themed, QFrame):
    """A sentence over the views; hidden while there is no message.

    Signals:
        acted(action): the button was pressed; `action` is what `show_message` was given.
    """

    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._action, self._kind, self.theme = "", "notice", DARK
        self._details = ""
        self._dot = _Dot()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setTextFormat(Qt.TextFormat.PlainText)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setObjectName("bannerDetails")
        self.details.hide()
        self.more = QPushButton(_("Details"))
        self.more.setCheckable(True)
        self.more.toggled.connect(self.details.setVisible)
        self.copy_button = QPushButton(_("Copy details"))
        self.copy_button.setToolTip(_("Copies the whole message, for a bug report"))
        self.copy_button.clicked.connect(self._on_copy)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action)
        self.close_button = QPushButton("✕")
        self.close_button.setAccessibleName(_("Close this message"))
        self.close_button.setToolTip(_("Close this message"))
        self.close_button.clicked.connect(self.hide)
        self._row = QHBoxLayout()
        for widget in (
            self._dot,
            self.text,
            self.more,
            self.copy_button,
            self.action_button,
            self.close_button,
        ):
            self._row.addWidget(widget, 1 if widget is self.text else 0)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._row)
        self._column.addWidget(self.details)
        self.hide()

    def show_message(
        self,
        text: str,
        kind: str = "notice",
        action: str = "",
        label: str = "",
        details: str = "",
    ) -> None:
        """Show a sentence.

        Args:
            text: the sentence. kind: `notice` or `error`, which colours it.
            action: what `acted` emits; empty for no button. label: the button's text.
            details: more lines, shown on demand; of an error they can be copied.
        """
        self._action, self._kind = action, kind
        self.text.setText(text)
        self.setAccessibleName(text)
        self.action_button.setText(label)
        self.action_button.setVisible(bool(action))
        self.more.setChecked(False)
        self.more.setVisible(bool(details))
        self.copy_button.setVisible(bool(details) and kind == "error")
        self._details = details
        lines = details.splitlines()
        cut = [*lines[:LINES], "…"] if len(lines) > LINES else lines
        self.details.setText("\n".join(cut))
        self.set_theme(self.theme)
        self.show()

    def _restyle(self, theme: Theme) -> None:
        token = "negative" if self._kind == "error" else "accent"
        self._dot.color = theme.color(token)
        self._dot.setFixedSize(theme.px(10), theme.px(10))
        self.text.setFont(theme.font(12.5, 500))
        self.details.setFont(theme.font(11))
        self._row.setSpacing(theme.px(10))
        pad = theme.px(9)
        self._column.setContentsMargins(theme.px(14), pad, pad, pad)
        for button in (self.more, self.copy_button, self.action_button, self.close_button):
            dress(button, theme)  # the banner's own sheet keeps the lab's style from it
            button.setFont(theme.font(12, 500))
        border, edge = theme.color(token).name(), theme.px(EDGE)
        self.setStyleSheet(
            f"#banner {{ background: {theme.panel}; border: 1px solid {border};"
            f" border-radius: {theme.px(12)}px;"
            f" margin: {edge}px {edge}px 0 {edge}px; }}"
            f"#bannerDetails {{ color: {theme.muted}; }}"
        )

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)

    def _on_action(self) -> None:
        self.hide()
        self.acted.emit(self._action)
