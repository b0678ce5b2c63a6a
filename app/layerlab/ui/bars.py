"""The bar above the lab and above every page: one line, a hairline below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.controls.gauges import BAR_HEIGHT
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

SHORTCUTS = {
    "play": "Space",  # not translated: as Qt calls it
    "step": "Right",  # not translated: likewise
    "reset": "R",
    "undo": "Ctrl+Z",
    "redo": "Ctrl+Shift+Z",
    "finish": "F",
    "new_seed": "N",
    "theme": "Ctrl+T",
}


class WindowBar(Themed, QWidget):
    """A row of buttons and labels, some of which are hidden where it is narrow; see `adapt`.

    Signals:
        undo_pressed, redo_pressed, reset_pressed, theme_pressed: a button was pressed.
    """

    undo_pressed = Signal()
    redo_pressed = Signal()
    reset_pressed = Signal()
    theme_pressed = Signal()

    def __init__(self, theme: Theme) -> None:
        """Make an empty bar."""
        super().__init__()
        self.theme = theme
        self._line = QHBoxLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _button(
        self,
        signal: SignalInstance,
        icon: str,
        text: str,
        help_text: str,
        key: str = "",
        accent: bool = False,
    ) -> BarButton:
        """Add a button; `key`: of its shortcut, which is shown with its help."""
        button = BarButton(self.theme, icon, text, accent)
        shortcut = QKeySequence(SHORTCUTS.get(key, ""))
        native = shortcut.toString(QKeySequence.SequenceFormat.NativeText)
        tip = _("{action} ({key})", action=help_text, key=native) if key else help_text
        button.setToolTip(tip)
        button.setAccessibleName(text.strip("‹ ") or help_text)
        button.clicked.connect(signal)
        self._line.addWidget(button)
        return button

    def _add_theme_and_menu(self) -> None:
        """Add the last two; `menu_button` waits for a QMenu of the window."""
        hint = _("Dark, light or high contrast")
        self.theme_button = self._button(self.theme_pressed, "theme", "", hint, "theme")
        self.menu_button = BarButton(self.theme, "menu")
        self.menu_button.setToolTip(_("Open, save and more"))
        self.menu_button.setAccessibleName(_("Menu"))
        self._line.addWidget(self.menu_button)

    def adapt(self) -> None:
        """Drop what does not fit into the width there is."""
        raise NotImplementedError

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(BAR_HEIGHT))
        self._line.setContentsMargins(theme.px(16), 0, theme.px(14), 1)
        self._line.setSpacing(theme.px(8))
        self.adapt()

    def minimumSizeHint(self) -> QSize:
        """Return a small width: labels and the least important buttons are hidden."""
        return QSize(self.theme.px(440), self.theme.px(BAR_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop what does not fit."""
        self.adapt()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the hairline below."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.theme.color("panel"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color("line"))
