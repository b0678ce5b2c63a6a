"""The list of runs: moved through with mouse and arrows, several can be chosen."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from layerlab.core.translation import _
from layerlab.ui.row_list import RowList, RowPanel
from layerlab.ui.runs.painting import RunPainter
from layerlab.ui.runs.rows import RUN, Index, RunRows
from layerlab.ui.theme import Theme

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RunListing(RowList):
    """The runs.

    Signals:
        chosen(): other runs are chosen now.
        open_wanted(): Enter was pressed, or a run was double-clicked.
        delete_wanted(): Delete was pressed. pin_wanted(): P was pressed.
    """

    chosen = Signal()
    open_wanted = Signal()
    delete_wanted = Signal()
    pin_wanted = Signal()

    def __init__(self, rows: RunRows, theme: Theme) -> None:
        """Show runs."""
        super().__init__("runRows", _("Runs"))
        self.rows, self.painter = rows, RunPainter(rows)
        self._kept: list[int] = []  # chosen before the rows were others
        self._current, self._line = -1, 0
        self.theme = theme
        self.setModel(rows)
        self.setItemDelegate(self.painter)
        self.setUniformItemSizes(True)  # else thousands are measured
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        rows.modelAboutToBeReset.connect(self._on_about_to_reset)
        rows.modelReset.connect(self._on_reset)
        self.set_theme(theme)

    # ---- which are chosen
    def numbers(self) -> list[int]:
        """Return the runs that are chosen, from top to bottom."""
        lines = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.rows.runs[line].id for line in lines]

    @property
    def current(self) -> int:
        """The run on which the arrows are; -1 if there is none."""
        index = self.currentIndex()
        return self.rows.runs[index.row()].id if index.isValid() else -1

    def choose(self, number: int) -> bool:
        """Choose one run and show it; False if it is not there."""
        line = self.rows.line_of(number)
        if line < 0:
            return False
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.rows.index(line), flag)
        return True

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Report that other runs are chosen."""
        super().selectionChanged(selected, deselected)
        self.chosen.emit()

    def _on_about_to_reset(self) -> None:
        self._kept, self._current = self.numbers(), self.current
        lines = [index.row() for index in self.selectionModel().selectedIndexes()]
        self._line = min(lines, default=0)
        self._scrolled = self.verticalScrollBar().value()

    def _on_reset(self) -> None:
        """Choose the same runs; where they have gone, the one in their place."""
        rows, flag = self.rows, QItemSelectionModel.SelectionFlag
        known = [line for number in self._kept if (line := rows.line_of(number)) >= 0]
        if not known and rows.runs:
            known = [min(self._line, len(rows.runs) - 1)]
        current = rows.line_of(self._current)
        if known:
            start = current if current in known else known[0]
            self.selectionModel().setCurrentIndex(rows.index(start), flag.ClearAndSelect)
            for line in known:
                self.selectionModel().select(rows.index(line), flag.Select)
            self.verticalScrollBar().setValue(self._scrolled)
            self.scrollTo(rows.index(start))
        self.chosen.emit()

    # ---- events
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter, delete with Delete, pin with P; leave other letters to the page."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _ENTER and self.numbers():
            self.open_wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and plain:
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_P and plain:
            self.pin_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape or event.text() == "/":
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are commands here, and `/` begins a search."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the run that was double-clicked."""
        index: Index = self.indexAt(event.position().toPoint())
        if index.data(RUN) is not None:
            self.open_wanted.emit()

    def _restyle(self, theme: Theme) -> None:
        self.painter.theme = theme
        super()._restyle(theme)


class RunPanel(RowPanel):
    """The list in a panel, with a word where no run is shown."""

    def __init__(self, rows: RunRows, theme: Theme) -> None:
        """Make the panel."""
        listing = RunListing(rows, theme)
        super().__init__(listing)
        self.list, self.theme = listing, theme
        self.show_nothing("")
        self.set_theme(theme)
