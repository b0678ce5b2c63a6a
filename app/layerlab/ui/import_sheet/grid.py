"""The first rows of a table, each column under its name, kind and distribution."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from layerlab.core.table_view import ColumnView, TableView
from layerlab.core.translation import _, translated
from layerlab.ui.import_sheet.bars import described, paint_bars, plain_tip
from layerlab.ui.theme import Theme

WIDE, HIGH = 124, 72  # of a column and of its head, at zoom 1
NAME, KIND = 24, 18  # heights of the lines of a head
TINT = 0.12  # of the accent in the ground of the current column
Index = QModelIndex | QPersistentModelIndex
_EMPTY = TableView("", ())
_NOWHERE = QModelIndex()


def state_of(column: ColumnView, view: TableView) -> str:
    """Return what becomes of a column: target, input, or why it is left out."""
    if column.name == view.target:
        return _("the target")
    if column.used:
        return _("an input")
    return _("left out: {why}", why=column.why) if column.why else _("left out")


def kind_text(column: ColumnView) -> str:
    """Return a column's kind, with the unit of its numbers."""
    kind = translated(column.kind)
    return _("{kind}, {unit}", kind=kind, unit=column.unit) if column.unit else kind


class TableModel(QAbstractTableModel):
    """The first rows as they are used."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.view = theme, _EMPTY

    def show_view(self, view: TableView) -> None:
        """Show another reading."""
        same = [c.name for c in view.columns] == [c.name for c in self.view.columns]
        if same and len(view.lines) == len(self.view.lines):
            self.view = view  # the columns stay where they are, and the current one too
            last = self.index(len(view.lines) - 1, len(view.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(
                Qt.Orientation.Horizontal, 0, max(0, len(view.columns) - 1)
            )
            return
        self.beginResetModel()
        self.view = view
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self.view.lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many columns the table has."""
        return 0 if parent.isValid() else len(self.view.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, side and colour of a cell."""
        column = self.view.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            text = column.cells[index.row()]
            return text if len(text) <= 60 else text[:59] + "…"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = column.is_numeric and column.kind == "number"  # not translated
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.color(token_of(column, self.view))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.cells[index.row()] or _("a gap"))
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's name, or the line of the file on which a row begins."""
        if orientation == Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole:
                return str(self.view.lines[section])
            return _("line of the file") if role == Qt.ItemDataRole.ToolTipRole else None
        column = self.view.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role in (
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            lines = [
                _("{name}: {kind}", name=column.name, kind=kind_text(column)),
                state_of(column, self.view),
                described(column.distribution),
            ]
            text = "\n".join(lines)
            return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        return None


def token_of(column: ColumnView, view: TableView) -> str:
    """Return the colour of a column's texts."""
    if column.name == view.target:
        return "accent"
    return "text" if column.used else "muted"


def chosen_ground(theme: Theme) -> QColor:
    """Return the ground of the current column, on which all texts can be read."""
    panel, accent = theme.color("panel"), theme.color("accent")
    pairs = (
        (panel.red(), accent.red()),
        (panel.green(), accent.green()),
        (panel.blue(), accent.blue()),
    )
    return QColor(*(round((1 - TINT) * one + TINT * other) for one, other in pairs))


class ColumnHeader(QHeaderView):
    """Heads of the columns: name, kind, and how the values are distributed.

    Signals:
        kind_clicked(column, place): the kind of a column was clicked; `place` is where a menu
            opens, on the screen.
    """

    kind_clicked = Signal(int, QPoint)

    def __init__(self, model: TableModel, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._table, self._theme = model, theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultSectionSize(theme.px(WIDE))
        self.setMinimumSectionSize(theme.px(48))
        self.setAccessibleName(_("Columns"))

    def sizeHint(self) -> QSize:
        """Return the height of a head."""
        return QSize(super().sizeHint().width(), self._theme.px(HIGH))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one head."""
        view, theme = self._table.view, self._theme
        if not (rect.isValid() and 0 <= section < len(view.columns)):
            return
        column = view.columns[section]
        painter.save()
        current = section == self._current()
        painter.fillRect(rect, chosen_ground(theme) if current else theme.color("raised"))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme.color("grid"))
        if column.name == view.target:
            mark = QRect(rect.left(), rect.top(), rect.width() - 1, theme.px(3))
            painter.fillRect(mark, theme.color("accent"))
        edge = theme.px(4)
        box = QRectF(rect).adjusted(edge, theme.px(4), -edge, -theme.px(6))
        middle = Qt.AlignmentFlag.AlignVCenter
        font = theme.font(12, 600)
        font.setStrikeOut(not column.used)
        lines = (
            (column.name, font, token_of(column, view), theme.px(NAME - 4)),
            (f"{kind_text(column)} ▾", theme.font(11), "muted", theme.px(KIND)),
        )
        top = box.top()
        for text, line_font, token, high in lines:
            painter.setFont(line_font)
            painter.setPen(theme.color(token))
            short = QFontMetricsF(line_font).elidedText(
                text, Qt.TextElideMode.ElideRight, box.width()
            )
            painter.drawText(QRectF(box.left(), top, box.width(), high), middle, short)
            top += high
        room = QRectF(box.left(), top + theme.px(2), box.width(), box.bottom() - top)
        token = "accent" if column.used else "faint"  # not translated
        color = theme.color(token, 0.85 if column.used else 0.5)
        paint_bars(painter, room, column.distribution, color, theme.color("faint", 0.5))
        painter.restore()

    def _current(self) -> int:
        table = self.parentWidget()
        return table.currentIndex().column() if isinstance(table, QTableView) else -1

    def kind_place(self, section: int) -> QPoint:
        """Return the middle of the kind of a column, in pixels of the heads."""
        left = self.sectionViewportPosition(section)
        y = self._theme.px(4 + NAME - 4) + self._theme.px(KIND) // 2
        return QPoint(left + self._theme.px(24), y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the menu of kinds where a kind was clicked."""
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        section, top = self.logicalIndexAt(place), self._theme.px(NAME)
        is_kind = top <= place.y() <= top + self._theme.px(KIND)
        if section >= 0 and is_kind and event.button() == Qt.MouseButton.LeftButton:
            self.kind_clicked.emit(section, self.viewport().mapToGlobal(place))


class Grid(QTableView):
    """The table. Arrow keys walk, Space uses a column or leaves it out.

    Signals:
        column_changed(column): another column is the current one.
        kind_clicked(column, place): see `ColumnHeader`.
        toggled(column): the column is to be used, or left out.
    """

    column_changed = Signal(int)
    kind_clicked = Signal(int, QPoint)
    toggled = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.table = TableModel(theme)
        self.head = ColumnHeader(self.table, theme)
        self.setHorizontalHeader(self.head)
        self.setModel(self.table)
        self.head.kind_clicked.connect(self.kind_clicked)
        self.head.sectionClicked.connect(self.choose)
        self.setFont(theme.font(12))
        self.setAccessibleName(_("First rows of the table"))
        self.setAccessibleDescription(
            _("Arrow keys choose a column, Space uses it or leaves it out")
        )
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.setFont(theme.font(11))
        rows.setDefaultSectionSize(theme.px(24))
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setSectionsClickable(False)

    def show_view(self, view: TableView) -> None:
        """Show another reading; the current column stays, by its name."""
        before = self.current_name()
        self.table.show_view(view)
        place = view.place(before)
        self.choose(max(0, place))

    def current_name(self) -> str:
        """Return the name of the current column, empty where there is none."""
        k, columns = self.currentIndex().column(), self.table.view.columns
        return columns[k].name if 0 <= k < len(columns) else ""

    def choose(self, column: int) -> None:
        """Let a column be the current one."""
        index = self.currentIndex()
        if column != index.column() or not index.isValid():
            self.setCurrentIndex(self.table.index(max(0, index.row()), column))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say that another column is the current one."""
        super().currentChanged(current, previous)
        if current.isValid() and current.column() != previous.column():
            self.head.viewport().update()
            self.column_changed.emit(current.column())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of a column, also with the keyboard's key for it."""
        is_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if is_mouse else self.currentIndex()
        if index.isValid():
            self.kind_clicked.emit(index.column(), event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Use a column, or leave it out, with Space."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            if self.currentIndex().isValid():
                self.toggled.emit(self.currentIndex().column())
            return
        super().keyPressEvent(event)
