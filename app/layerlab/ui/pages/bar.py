"""The bar above a page: back, its question, undo, reset, copy, open in the lab."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.bars import WindowBar
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_FULL = 880  # width at zoom 1 below which the labels are hidden


class PageTitle(Themed, QLabel):
    """A line that is cut with dots where it does not fit."""

    def __init__(self, text: str) -> None:
        """Make the title."""
        super().__init__()
        self._whole = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(16, 600))
        self._cut()

    def minimumSizeHint(self) -> QSize:
        """Return any width."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Cut the text to the width."""
        self._cut()

    def _cut(self) -> None:
        metrics = QFontMetricsF(self.font())
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class PageBar(WindowBar):
    """What one does with a page as a whole.

    Signals:
        back_pressed, undo_pressed, redo_pressed, reset_pressed, copy_pressed, torch_pressed,
        lab_pressed, theme_pressed: a button was pressed.
    """

    back_pressed = Signal()
    undo_pressed = Signal()
    redo_pressed = Signal()
    reset_pressed = Signal()
    copy_pressed = Signal()
    torch_pressed = Signal()
    lab_pressed = Signal()
    theme_pressed = Signal()

    def __init__(
        self,
        title: str,
        theme: Theme,
        has_lab: bool,
        has_back: bool = True,
        has_torch: bool = False,
        in_lab: str = "",
    ) -> None:
        """Make the bar; `menu_button` waits for a QMenu of the window.

        Args:
            title: the page's question.
            theme: colours, fonts and sizes.
            has_lab: whether the lab can show the same.
            has_back: whether it is a page of the gallery; else only theme and menu stay.
            has_torch: whether there is a program of PyTorch to copy.
            in_lab: what the lab shows, where that is not the same network.
        """
        super().__init__(theme)
        self.back = self._button(
            "", _("‹ Gallery"), _("Back to all pages (Esc)"), self.back_pressed
        )
        self.title = PageTitle(title)
        self._line.addWidget(self.title, 1)
        self.undo = self._button("undo", "", _("Undo (Ctrl+Z)"), self.undo_pressed)
        self.redo = self._button("redo", "", _("Redo (Ctrl+Shift+Z)"), self.redo_pressed)
        self.reset = self._button("reset", "", _("Resets all knobs"), self.reset_pressed)
        self.copy = self._button(
            "copy",
            _("Copy as NumPy"),
            _("Copies a self-contained program that computes this"),
            self.copy_pressed,
        )
        self.copy_torch = self._button(
            "copy",
            "PyTorch",
            _("Copies the equivalent PyTorch program"),
            self.torch_pressed,
        )
        self.copy_torch.setAccessibleName(_("Copy as PyTorch"))
        self.lab = self._button(
            "lab",
            _("Open in the lab"),
            in_lab or _("Opens the same network in the lab"),
            self.lab_pressed,
        )
        self.theme_button = self._button(
            "theme", "", _("Dark or light (Ctrl+T)"), self.theme_pressed
        )
        self.menu_button = BarButton(theme, "menu")
        self.menu_button.setToolTip(_("Open, save and more"))
        self.menu_button.setAccessibleName(_("Menu"))
        self._line.addWidget(self.menu_button)
        self.lab.setVisible(has_lab and has_back)
        self.copy_torch.setVisible(has_torch and has_back)
        for button in (self.back, self.undo, self.redo, self.reset, self.copy):
            button.setVisible(has_back)
        self.show_undo(False, False)
        self.set_theme(theme)

    def show_undo(self, can_undo: bool, can_redo: bool) -> None:
        """Show what can be undone and redone."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)

    def insert(self, widget: QWidget) -> None:
        """Put a widget after the title."""
        self._line.insertWidget(self._line.indexOf(self.title) + 1, widget)

    def _button(self, icon: str, text: str, help_text: str, signal: object) -> BarButton:
        button = BarButton(self.theme, icon, text)
        button.setToolTip(help_text)
        button.setAccessibleName(text.strip("‹ ") or help_text)
        button.clicked.connect(signal)
        self._line.addWidget(button)
        return button

    def adapt(self) -> None:
        """Hide the labels that do not fit."""
        wide = self.width() >= _FULL * self.theme.zoom
        self.copy.set_face("copy", _("Copy as NumPy") if wide else "")
        self.copy_torch.set_face("copy", _("Copy as PyTorch") if wide else "PyTorch")
        self.lab.set_face("lab", _("Open in the lab") if wide else "")
