"""The import sheet: a table before it is taken, and what can be chosen about it."""

from __future__ import annotations

import pathlib

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.numbers import grouped
from layerlab.core.phrases import capitalized
from layerlab.core.spec import TaskSpec
from layerlab.core.table_view import TableView
from layerlab.core.translation import _, ngettext, translated
from layerlab.ui.import_sheet.bars import plain_tip
from layerlab.ui.import_sheet.grid import Grid, chosen_ground
from layerlab.ui.import_sheet.side import KINDS, Side
from layerlab.ui.theme import Theme

SHARE = 0.94  # of the window that the sheet takes at most
LARGEST = 1180, 780  # at zoom 1
NOTES = 0.3  # of the height that the sentences take at most
BUSY_MS = 200  # what is read by then needs no word


class ImportSheet(QDialog):
    """Over the window until it is accepted or cancelled.

    Signals:
        chosen(task): something else was chosen; the table is to be read with it.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("importSheet")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(_("Data"))
        self.view, self.task = TableView("", ()), TaskSpec()
        self.is_busy = self._is_wanted = False
        self._busy_soon = QTimer(self)
        self._busy_soon.setSingleShot(True)
        self._busy_soon.setInterval(BUSY_MS)
        self._busy_soon.timeout.connect(lambda: self.status.setText(_("Reading…")))
        self.setStyleSheet(
            f"QTableView:focus, QPlainTextEdit:focus {{ border: 1px solid {theme.accent}; }}"
            f"QTableView {{ selection-background-color: {chosen_ground(theme).name()}; }}"
        )
        self._make()
        self._place(parent)

    def _make(self) -> None:
        theme = self._theme
        self.title, self.summary, self.status = QLabel(), QLabel(), QLabel()
        self.title.setFont(theme.font(17, 600))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setFont(theme.font(12))
        self.status.setFont(theme.font(12))
        for label in (self.summary, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setStyleSheet(f"color: {theme.muted}")
        self.summary.setWordWrap(True)
        self.message, self.trouble = self._notice("accent"), self._notice("negative")
        for label in (self.title, self.summary, self.message, self.trouble):
            label.setMinimumWidth(1)  # a long name in a file makes no wide sheet
        self.grid, self.side = Grid(theme), Side(theme)
        self.notes = self._notes()
        self.accept_button, self.cancel_button = QPushButton(_("Use it")), QPushButton()
        self.cancel_button.setText(_("Cancel"))
        self.accept_button.setDefault(True)
        for button in (self.cancel_button, self.accept_button):
            button.setFont(theme.font(12.5, 500))
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.grid.column_changed.connect(self.side.show_column)
        self.grid.toggled.connect(self.side.toggle)
        self.grid.kind_clicked.connect(self._open_menu)
        self.side.chosen.connect(self.chosen)
        self._arrange()

    def _notice(self, token: str) -> QLabel:
        theme, label = self._theme, QLabel()
        label.setWordWrap(True)
        label.setFont(theme.font(12.5, 500))
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        edge = theme.color(token).name()
        label.setStyleSheet(
            f"QLabel {{ background: {theme.panel}; color: {theme.text};"
            f" border: 1px solid {edge}; border-radius: {theme.px(8)}px;"
            f" padding: {theme.px(7)}px {theme.px(10)}px; }}"
        )
        label.hide()
        return label

    def _notes(self) -> QPlainTextEdit:
        theme, notes = self._theme, QPlainTextEdit()
        notes.setReadOnly(True)
        notes.setTabChangesFocus(True)
        notes.setAccessibleName(_("How the table was read"))
        notes.setFont(theme.font(12))
        notes.setMinimumHeight(theme.px(48))
        return notes

    def _arrange(self) -> None:
        theme = self._theme
        head = QVBoxLayout()
        head.setSpacing(theme.px(2))
        head.addWidget(self.title)
        head.addWidget(self.summary)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.grid)
        self.split.addWidget(self.notes)
        self.split.setChildrenCollapsible(False)
        self.split.setStretchFactor(0, 1)
        self.split.setHandleWidth(theme.px(10))
        body = QHBoxLayout()
        body.setSpacing(theme.px(16))
        body.addWidget(self.split, 1)
        body.addWidget(self.side)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        edge = theme.px(18)
        column.setContentsMargins(edge, theme.px(14), edge, theme.px(14))
        column.setSpacing(theme.px(10))
        column.addLayout(head)
        column.addWidget(self.message)
        column.addWidget(self.trouble)
        column.addLayout(body, 1)
        column.addLayout(foot)

    def _place(self, parent: QWidget) -> None:
        """Take as much of the window as serves it, in its middle."""
        theme, whole = self._theme, parent.size()
        wide = min(round(SHARE * whole.width()), theme.px(LARGEST[0]))
        high = min(round(SHARE * whole.height()), theme.px(LARGEST[1]))
        self.resize(wide, high)
        middle = parent.mapToGlobal(QPoint(whole.width() // 2, whole.height() // 2))
        self.move(middle - QPoint(wide // 2, high // 2))

    # ---- what is shown

    def show_view(self, view: TableView, task: TaskSpec) -> None:
        """Show a reading, and the choices that led to it; it can be accepted now."""
        self.view, self.task = view, task
        wanted = self._is_wanted
        self._rest()
        self.title.setText(pathlib.Path(view.path).name)
        self.title.setToolTip(plain_tip(view.path))
        self.summary.setText(" · ".join(_facts(view)))
        self.side.show_view(view, task)
        self.grid.show_view(view)
        self.side.show_column(self.grid.currentIndex().column())
        self.notes.setPlainText(
            "\n".join(f"• {note}" for note in view.notes)
            or ("" if view.trouble else _("Nothing about this table was in doubt."))
        )
        self.show_trouble(view.trouble)
        self.accept_button.setEnabled(not view.trouble)
        if wanted:
            self.accept()

    def _share_height(self) -> None:
        """Give the sentences the height that they need, up to a share of all."""
        line = self.notes.fontMetrics().lineSpacing()
        wanted = line * max(2, self.notes.blockCount()) + self._theme.px(24)
        notes = min(wanted, round(NOTES * self.height()))
        self.split.setSizes([self.height() - notes, notes])

    def show_message(self, text: str) -> None:
        """Say above the table why the sheet opened."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def show_trouble(self, sentence: str) -> None:
        """Say above the table what is wrong; "" takes it away."""
        self.trouble.setText(capitalized(sentence))
        self.trouble.setAccessibleName(sentence)
        self.trouble.setVisible(bool(sentence))

    def show_busy(self) -> None:
        """Say that another reading is on its way; what is shown stays until then."""
        self.is_busy = True
        self._busy_soon.start()

    def show_refusal(self, sentence: str) -> None:
        """Say why the table was not read as it was chosen; the last reading holds."""
        self._is_wanted = False
        self.show_view(self.view, self.task)
        self.show_trouble(sentence)

    def begin(self, at_notes: bool = False) -> None:
        """Open it, with the keys in the table or at the sentences."""
        self._share_height()
        self.open()
        (self.notes if at_notes else self.grid).setFocus()

    def _rest(self) -> None:
        self.is_busy = self._is_wanted = False
        self._busy_soon.stop()
        self.status.clear()

    # ---- what a person does

    def accept(self) -> None:
        """Take the table as it is shown; while another reading is on its way, take that."""
        if self.is_busy:
            self._is_wanted = True
        elif not self.view.trouble:
            super().accept()

    def _open_menu(self, place: int, where: QPoint) -> None:
        """Open the menu of a column: kinds, whether it is used, whether it is the target."""
        self.grid.choose(place)
        column, side = self.view.columns[place], self.side
        is_target = column.name == self.view.target
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in KINDS:
            action = menu.addAction(translated(kind))
            action.setCheckable(True)
            action.setChecked(kind == column.kind)
            action.triggered.connect(
                lambda _=False, kind=kind: side.choose_kind(column.name, kind)
            )
        menu.addSeparator()
        used = menu.addAction(_("Used as an input"))
        used.setCheckable(True)
        used.setChecked(column.used)
        used.setEnabled(not is_target and column.name != self.task.split_column)
        used.triggered.connect(lambda _=False: side.toggle(place))
        aim = menu.addAction(_("Predict this column"))
        aim.setEnabled(not is_target)
        aim.triggered.connect(lambda _=False: side.choose_target(column.name))
        menu.popup(where)


def _facts(view: TableView) -> list[str]:
    """Return what the table is, in a few words each."""
    facts = [ngettext("{count} row", "{count} rows", view.rows)]
    if view.held:
        facts.append(_("{count} for validation", count=grouped(view.held)))
    if view.left_out_rows:
        facts.append(
            ngettext("{count} row left out", "{count} rows left out", view.left_out_rows)
        )
    if view.inputs:
        facts.append(ngettext("{count} input", "{count} inputs", view.inputs))
    out = sum(not column.used for column in view.columns)
    if out:
        facts.append(ngettext("{count} column left out", "{count} columns left out", out))
    what = (
        ngettext("{count} class", "{count} classes", view.classes)
        if view.classes
        else _("numbers")
    )
    if view.target:
        facts.append(_("{target}: {what}", target=view.target, what=what))
    return facts
