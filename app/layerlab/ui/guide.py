"""The guide behind F1: the keys, and a glossary that can be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.glossary import Term, found
from layerlab.core.translation import _
from layerlab.ui.theme import Theme

KEYS, GLOSSARY = 0, 1  # tabs


class Guide(QDialog):
    """A dialog that goes with its window and is gone when it is closed.

    Attributes:
        tabs: keys and glossary. asked: what is searched for. terms: what was found.
    """

    def __init__(
        self, keys: Mapping[str, str], terms: Sequence[Term], theme: Theme, parent: QWidget
    ) -> None:
        """Make it.

        Args:
            keys: what each does. terms: the glossary.
            theme: colours, fonts and sizes. parent: the window.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Keys and glossary"))
        self._terms, self._theme = tuple(terms), theme
        self.keys, self.terms = QTextBrowser(), QTextBrowser()
        self.asked = QLineEdit()
        self.asked.setPlaceholderText(_("Search a term, such as vanishing gradient"))
        self.asked.setAccessibleName(_("Search the glossary"))
        self.asked.textChanged.connect(self.search)
        for text, name in ((self.keys, _("Keys and hints")), (self.terms, _("Glossary"))):
            text.setAccessibleName(name)
            text.setFont(theme.font(12.5))
            text.setStyleSheet(
                f"QTextBrowser {{ background: {theme.panel}; color: {theme.text};"
                f" border: none; padding: {theme.px(6)}px; }}"
            )
        self.asked.setFont(theme.font(12.5))
        self.keys.setHtml(self._table(keys))
        glossary = QWidget()
        column = QVBoxLayout(glossary)
        column.addWidget(self.asked)
        column.addWidget(self.terms, 1)
        self.tabs = QTabWidget()
        self.tabs.setFont(theme.font(12.5, 500))
        self.tabs.addTab(self.keys, _("Keys"))
        self.tabs.addTab(glossary, _("Glossary"))
        self.close_button = QPushButton(_("Close"))
        self.close_button.setFont(theme.font(12.5, 500))
        self.close_button.setAutoDefault(False)  # Enter searches
        self.close_button.clicked.connect(self.close)
        whole = QVBoxLayout(self)
        edge = theme.px(16)
        whole.setContentsMargins(edge, edge, edge, edge)
        whole.setSpacing(theme.px(10))
        whole.addWidget(self.tabs, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        whole.addLayout(row)
        self.resize(theme.px(620), theme.px(560))
        self.tabs.currentChanged.connect(self._on_tab)
        self.search("")

    def show_glossary(self, asked: str = "") -> None:
        """Show the glossary, searched for a term."""
        self.tabs.setCurrentIndex(GLOSSARY)
        self.asked.setText(asked)

    def search(self, asked: str) -> None:
        """Show the terms in which what was asked for occurs."""
        terms = found(self._terms, asked)
        if terms:
            self.terms.setHtml("".join(map(self._paragraph, terms)))
        else:
            nothing = _("No term contains “{asked}”.", asked=escape(asked))
            self.terms.setHtml(f"<p>{nothing}</p>")
        self.terms.verticalScrollBar().setValue(0)

    def _table(self, keys: Mapping[str, str]) -> str:
        pad = f"padding: {self._theme.px(2)}px {self._theme.px(14)}px {self._theme.px(1)}px 0"
        rows = (
            f"<tr><td style='{pad}'><b>{escape(key).replace(' ', '&nbsp;')}</b></td>"
            f"<td style='{pad}'>{escape(what)}</td></tr>"
            for key, what in keys.items()
        )
        return f"<table>{''.join(rows)}</table>"

    def _paragraph(self, term: Term) -> str:
        muted = self._theme.muted
        also = _("also: {names}", names=escape(term.also))
        also = f"<span style='color:{muted}'> {also}</span>"
        head = f"<b>{escape(term.name)}</b>{also if term.also else ''}"
        return f"<p>{head}<br>{escape(term.text)}</p>"

    def _on_tab(self, tab: int) -> None:
        if tab == GLOSSARY:
            self.asked.setFocus()
