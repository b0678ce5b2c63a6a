"""The bar above a page: back, its question, undo, reset, copy, open in the lab."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.bars import WindowBar
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
        back_pressed, copy_pressed, torch_pressed, lab_pressed: a button was pressed.
    """

    back_pressed = Signal()
    copy_pressed = Signal()
    torch_pressed = Signal()
    lab_pressed = Signal()

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
        add = self._button
        self.back = add(self.back_pressed, "", _("‹ Gallery"), _("Back to all pages (Esc)"))
        self.title = PageTitle(title)
        self._line.addWidget(self.title, 1)
        self.undo = add(self.undo_pressed, "undo", "", _("Undo"), "undo")
        self.redo = add(self.redo_pressed, "redo", "", _("Redo"), "redo")
        self.reset = add(self.reset_pressed, "reset", "", _("Resets all knobs"))
        hint = _("Copies a self-contained program that computes this")
        self.copy = add(self.copy_pressed, "copy", _("Copy as NumPy"), hint)
        hint = _("Copies the equivalent PyTorch program")
        self.copy_torch = add(self.torch_pressed, "copy", "PyTorch", hint)
        self.copy_torch.setAccessibleName(_("Copy as PyTorch"))
        hint = in_lab or _("Opens the same network in the lab")
        self.lab = add(self.lab_pressed, "lab", _("Open in the lab"), hint)
        self._add_theme_and_menu()
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

    def adapt(self) -> None:
        """Hide the labels that do not fit."""
        wide = self.width() >= _FULL * self.theme.zoom
        self.copy.set_face("copy", _("Copy as NumPy") if wide else "")
        self.copy_torch.set_face("copy", _("Copy as PyTorch") if wide else "PyTorch")
        self.lab.set_face("lab", _("Open in the lab") if wide else "")
