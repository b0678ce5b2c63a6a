"""A table painted in the theme: a header, rows of cells, one of them highlighted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.translation import in_english
from layerlab.ui.plotting.reading import Tooltip, paint_label
from layerlab.ui.themed import Themed

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_TALLEST, _LOWEST, _GAP = 26, 15, 10  # height of a row, least gap of columns, at zoom 1
_MIN_SHRINK = 0.6  # of letters in a table that even brief texts do not fit


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: of the cell. brief: the text where the table is too narrow.
        token: of its colour. weight: of its font.
        help: what the cursor reads.
    """

    text: str
    token: str = "text"
    weight: int = 400
    help: str = ""
    brief: str = ""


class Table(Themed, QWidget):
    """Rows under a header; the first column stands left, the others right.

    Signals:
        row_clicked: place of a row, from 0.
    """

    row_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.is_figure = False  # painted for a file: nothing of the cursor
        self._cursor: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.header: tuple[str, ...] = ()
        self.rows: tuple[tuple[Cell, ...], ...] = ()
        self.highlighted = -1

    def show_rows(
        self, header: Sequence[str], rows: Sequence[Sequence[Cell]], highlighted: int = -1
    ) -> None:
        """Show a table.

        Args:
            header: names of the columns. rows: as many cells each.
            highlighted: place of the row that is lit up; -1 for none.
        """
        self.header, self.rows = tuple(header), tuple(map(tuple, rows))
        self.highlighted = highlighted
        self.update()

    def numbers(self) -> str:
        """Return all of it as tab separated text, in English as other tables are."""
        lines = [self.header, *(tuple(cell.text for cell in row) for row in self.rows)]
        return "".join("\t".join(map(in_english, line)) + "\n" for line in lines)

    def minimumSizeHint(self) -> QSize:
        """Return room for all rows at their lowest."""
        return QSize(self.theme.px(120), self.theme.px(_LOWEST) * (1 + len(self.rows)))

    def row_height(self) -> float:
        """Return the height of a row, in pixels."""
        each = self.height() / max(1, 1 + len(self.rows))
        return min(self.theme.px(_TALLEST), each)

    def row_at(self, place: QPointF) -> int:
        """Return the row at a pixel; -1 for none."""
        row = int(place.y() // self.row_height()) - 1
        return row if 0 <= row < len(self.rows) else -1

    def is_brief(self) -> bool:
        """Return whether there is no room for the whole texts."""
        return sum(self._widths(False)) > self._room()

    def _room(self) -> float:
        """Return the width that there is for texts, in pixels."""
        gaps = self.theme.px(_GAP) * (len(self.header) - 1)
        return self.width() - self.theme.px(8) - gaps

    def _shrink(self) -> float:
        """Return the size of the letters, of 1: smaller where brief texts are too wide."""
        wide = sum(self._widths(True)) if self.is_brief() else 0.0
        return max(_MIN_SHRINK, self._room() / wide) if wide > self._room() else 1.0

    def _widths(self, brief: bool, shrink: float = 1.0) -> list[float]:
        font = QFontMetricsF(self._font(600, shrink))
        texts = [
            [name, *(_cell_text(row[k], brief) for row in self.rows)]
            for k, name in enumerate(self.header)
        ]
        return [max(map(font.horizontalAdvance, column), default=0.0) for column in texts]

    def columns(self) -> list[tuple[float, float]]:
        """Return left and right end of each column; what is over goes between them."""
        widths = self._widths(self.is_brief(), self._shrink())
        gap = (self.width() - self.theme.px(8) - sum(widths)) / max(1, len(widths) - 1)
        ends, left = [], 0.0
        for width in widths:
            ends.append((left, left + width))
            left += width + gap
        return ends

    def reading_at(self, place: QPointF) -> Tooltip | None:
        """Read the help of the cell under the cursor."""
        row = self.row_at(place)
        if row < 0:
            return None
        # A cell reaches to the middle of the gap on either side.
        centres = [0.5 * (left + right) for left, right in self.columns()]
        column = min(range(len(centres)), key=lambda k: abs(centres[k] - place.x()))
        cell = self.rows[row][column]
        return Tooltip(cell.help) if cell.help else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Report which row was clicked."""
        row = self.row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.row_clicked.emit(row)
        else:
            event.ignore()

    def set_figure(self, is_figure: bool) -> None:
        """Paint nothing of the cursor; or as on the screen again."""
        self.is_figure = is_figure

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the cell under the cursor."""
        self._cursor = event.position()
        self.update()
        event.ignore()

    def leaveEvent(self, event: object) -> None:
        """Stop reading."""
        self._cursor = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the table, and what the cursor reads."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.theme.color("panel"))
            self.paint_content(painter)
            reading = None if self._cursor is None else self.reading_at(self._cursor)
            if reading is not None and self._cursor is not None and not self.is_figure:
                room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
                paint_label(painter, reading, self._cursor, room, self.theme)

    def paint_content(self, painter: QPainter) -> None:
        """Paint header and rows."""
        theme, high = self.theme, self.row_height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        columns, brief, shrink = self.columns(), self.is_brief(), self._shrink()
        for row in range(-1, len(self.rows)):
            top = (row + 1) * high
            if row >= 0 and row == self.highlighted:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("raised"))
                painter.drawRoundedRect(QRectF(-theme.px(5), top, self.width(), high), 5, 5)
            elif row >= 0:
                painter.setPen(QPen(theme.color("grid"), 1))
                painter.drawLine(QPointF(0, round(top)), QPointF(self.width(), round(top)))
            for k, (left, right) in enumerate(columns):
                cell = Cell(self.header[k], "muted") if row < 0 else self.rows[row][k]
                painter.setFont(self._font(cell.weight, shrink))
                painter.setPen(theme.color(cell.token))
                side = Qt.AlignmentFlag.AlignRight if k else Qt.AlignmentFlag.AlignLeft
                box = QRectF(left - (2 if k else 0), top, right - left + 4, high)
                painter.drawText(box, _MIDDLE | side, _cell_text(cell, brief))

    def _font(self, weight: int, shrink: float = 1.0) -> QFont:
        size = min(11.5, 0.8 * self.row_height() / self.theme.zoom)
        if shrink < 1:  # whole pixels, none too many
            size = math.floor(shrink * self.theme.px(size)) / self.theme.zoom
        return self.theme.font(size, weight)


def _cell_text(cell: Cell, brief: bool) -> str:
    return cell.brief if brief and cell.brief else cell.text
