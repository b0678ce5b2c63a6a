"""About: version, the licence of the lab, and those of all that it is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.translation import _
from layerlab.ui.theme import Theme

WHAT = _("A desktop lab for the architecture of neural networks. Free software, MIT licence.")
QT = _(
    "Qt and PySide6 are used under the GNU Lesser General Public License, version 3: they are "
    "separate libraries beside this program, and may be replaced by other builds of the same "
    "version. Their sources: https://download.qt.io/official_releases/QtForPython/"
)


class About(QDialog):
    """A dialog that goes with its window and is gone when it is closed.

    Attributes:
        texts: the licences.
    """

    def __init__(self, version: str, licences: str, theme: Theme, parent: QWidget) -> None:
        """Make it; `licences` is plain text of any length."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("About Layerlab"))
        name = QLabel(f"Layerlab {version}")
        name.setFont(theme.font(20, 600))
        self._licences = licences
        self.texts = QPlainTextEdit(licences)
        self.texts.setReadOnly(True)
        self.texts.setTabChangesFocus(True)
        self.texts.setAccessibleName(_("Libraries and their licences"))
        self.texts.setFont(theme.font(11.5))
        self.texts.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.panel}; color: {theme.text};"
            f" border: 1px solid {theme.line}; border-radius: {theme.px(8)}px;"
            f" padding: {theme.px(6)}px; }}"
        )
        column = QVBoxLayout(self)
        edge = theme.px(20)
        column.setContentsMargins(edge, edge, edge, theme.px(16))
        column.setSpacing(theme.px(10))
        column.addWidget(name)
        for text, color in ((WHAT, theme.text), (QT, theme.muted)):
            label = QLabel(text)
            label.setWordWrap(True)
            label.setFont(theme.font(12.5))
            label.setStyleSheet(f"color: {color}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addWidget(self.texts, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.copy_button, self.close_button = QPushButton(_("Copy")), QPushButton(_("Close"))
        for button in (self.copy_button, self.close_button):
            button.setFont(theme.font(12.5, 500))
            buttons.addWidget(button)
        self.copy_button.setToolTip(_("Copies version and licences"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(f"Layerlab {version}\n{licences}")
        )
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.close)
        column.addLayout(buttons)
        self.resize(theme.px(620), theme.px(520))
