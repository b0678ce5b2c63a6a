"""The list of all rows: a panel with a list to move through with mouse and arrows."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout

from layerlab.core.ledger import Entry
from layerlab.core.translation import _
from layerlab.ui.controls.paint import paint_panel
from layerlab.ui.ledger.painting import Painter
from layerlab.ui.ledger.rows import ENTRY, ClaimRows, Filter, Index
from layerlab.ui.scrolling import overlay_bar
from layerlab.ui.style import dress, set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Listing(Themed, QListView):
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
        super().__init__()
        self.rows, self.painter = rows, Painter()
        self._name = ""  # of the current row
        self.setObjectName("ledgerRows")
        self.setModel(rows)
        self.setItemDelegate(self.painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self._bar = overlay_bar(self, _("Claims"))
        self.theme = theme
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._bar.place(self.theme.px(10), 1)

    def _restyle(self, theme: Theme) -> None:
        self.painter.theme = theme
        ground = "#ledgerRows { background: transparent; border: none; outline: none; }"
        dress(self, theme, ground)
        self.verticalScrollBar().setSingleStep(theme.px(20))
        self.scheduleDelayedItemsLayout()
        self._bar.place(theme.px(10), 1)


class ListPanel(Themed, QFrame):
    """The list in a panel, with a word where no row is left."""

    def __init__(self, rows: ClaimRows, theme: Theme) -> None:
        """Make the panel."""
        super().__init__()
        self.theme = theme
        self.list = Listing(rows, theme)
        self.nothing = QLabel(_("No matching claims. Escape shows all claims again."))
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self.list, 1)
        self._column.addWidget(self.nothing, 1)
        rows.modelReset.connect(self._show_nothing)
        self._show_nothing()
        self.set_theme(theme)

    def set_filter(self, wanted: Filter) -> None:
        """Show the rows that a filter lets through."""
        self.list.rows.set_filter(wanted)

    def _show_nothing(self) -> None:
        empty = not self.list.rows.shown()
        self.list.setVisible(not empty)
        self.nothing.setVisible(empty)

    def _restyle(self, theme: Theme) -> None:
        self._column.setContentsMargins(1, theme.px(2), 1, theme.px(8))
        self.nothing.setFont(theme.font(13))
        set_text_color(self.nothing, theme, "muted")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)
