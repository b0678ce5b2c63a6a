"""The list of all rows: a panel with a list to move through with mouse and arrows."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from layerlab.core.ledger import Entry
from layerlab.core.translation import _
from layerlab.ui.ledger.painting import Painter
from layerlab.ui.ledger.rows import ENTRY, ClaimRows, Filter, Index
from layerlab.ui.row_list import RowList, RowPanel
from layerlab.ui.theme import Theme

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Listing(RowList):
    """The rows.

    Signals:
        chosen(id): another row is the current one.
        check_wanted(id): Enter was pressed on a row, or it was double-clicked.
        page_wanted(id): Ctrl+Enter was pressed on it.
    """

    chosen = Signal(str)
    check_wanted = Signal(str)
    page_wanted = Signal(str)

    def __init__(self, rows: ClaimRows, theme: Theme) -> None:
        """Show rows."""
        super().__init__("ledgerRows", _("Claims"))
        self.rows, self.painter = rows, Painter()
        self._name = ""  # of the current row
        self.theme = theme
        self.setModel(rows)
        self.setItemDelegate(self.painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows.modelAboutToBeReset.connect(self._on_about_to_reset)
        rows.modelReset.connect(self._on_reset)
        self.set_theme(theme)
        self.choose(next(iter(rows.shown())).id if rows.shown() else "")

    # ---- the current row
    @property
    def name(self) -> str:
        """The id of the current row; empty if none is shown."""
        return self._name

    def choose(self, name: str) -> bool:
        """Make a row the current one and show it; False if it is filtered away."""
        line = self.rows.line_of(name)
        if line < 0:
            return False
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.rows.index(line), flag)
        return True

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Report which row is the current one."""
        super().currentChanged(current, previous)
        if current.row() == 1:
            self.scrollToTop()  # to the heading, where nothing stops the arrows
        entry = current.data(ENTRY) if current.isValid() else None
        if isinstance(entry, Entry) and entry.id != self._name:
            self._name = entry.id
            self.chosen.emit(entry.id)

    def _on_about_to_reset(self) -> None:
        self._scrolled = self.verticalScrollBar().value()

    def _on_reset(self) -> None:
        """Stay where one was; where that row is filtered away, go to the first."""
        name = self._name
        if not self.choose(name):
            shown = self.rows.shown()
            self._name = ""
            if shown:
                self.choose(shown[0].id)
            else:
                self.chosen.emit("")
            self.scrollToTop()
        else:
            self.verticalScrollBar().setValue(self._scrolled)

    # ---- events
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Check with Enter, open the page with Ctrl+Enter; leave Escape to the page."""
        if event.key() in _ENTER and self._name:
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.page_wanted if control else self.check_wanted).emit(self._name)
        elif event.key() == Qt.Key.Key_Home and self._name:  # Qt would take the heading
            self.choose(self.rows.shown()[0].id)
        elif event.key() == Qt.Key.Key_Escape or event.text() == "/":
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Check the row that was double-clicked."""
        entry = self.indexAt(event.position().toPoint()).data(ENTRY)
        if isinstance(entry, Entry):
            self.check_wanted.emit(entry.id)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep no pictures of a hidden list."""
        super().hideEvent(event)
        self.painter.rest()

    def _restyle(self, theme: Theme) -> None:
        self.painter.theme = theme
        super()._restyle(theme)


class ListPanel(RowPanel):
    """The list in a panel, with a word where no row is left."""

    def __init__(self, rows: ClaimRows, theme: Theme) -> None:
        """Make the panel."""
        listing = Listing(rows, theme)
        super().__init__(listing)
        self.list, self.theme = listing, theme
        rows.modelReset.connect(self._show_rows)
        self._show_rows()
        self.set_theme(theme)

    def set_filter(self, wanted: Filter) -> None:
        """Show the rows that a filter lets through."""
        self.list.rows.set_filter(wanted)

    def _show_rows(self) -> None:
        empty = _("No matching claims. Escape shows all claims again.")
        self.show_nothing("" if self.list.rows.shown() else empty)
