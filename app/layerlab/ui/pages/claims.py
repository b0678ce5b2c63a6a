"""The claims that a page bears on: what was printed, what is computed now, the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.ui.card import Card
from layerlab.ui.controls.paint import draw_box
from layerlab.ui.scrolling import scroll_area
from layerlab.ui.theme import DARK, Theme

TILE_WIDTH, GAP = 300, 10  # least width of a tile, gap, at zoom 1
LOW, TALL = 86, 142  # height of a tile; where there is room for the reason too
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def token_of(verdict: str) -> str:
    """Return the colour of a verdict."""
    tokens = {ONLY_IF: "warning", HOLDS: "good", WRONG: "negative", NOT_REPRODUCED: "doubt"}
    found = (token for kind, token in tokens.items() if verdict.startswith(kind))
    return next(found, "muted")  # else there is none yet


class ClaimTile(QWidget):
    """One claim: id and verdict, statement, printed and measured figure."""

    def __init__(self) -> None:
        super().__init__()
        self._theme, self.row = DARK, ClaimRow("", "", "", "", HOLDS)
        self._is_tall = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_row(self, row: ClaimRow) -> None:
        """Show a claim."""
        if row != self.row:
            self.row = row
            self.setAccessibleName(f"{row.id}: {row.said}")
            self.setAccessibleDescription(
                f"{row.statement} Printed: {row.published}. Here: {row.measured}. {row.reason}"
            )
            self.setToolTip(f"{row.said}: {row.reason}" if row.reason else row.said)
            self.update()

    def set_tall(self, tall: bool) -> None:
        """Show the reason too, or not."""
        self._is_tall = tall
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        self.setFixedHeight(theme.px(TALL if self._is_tall else LOW))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile."""
        theme, row, box = self._theme, self.row, QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = theme.color("raised")
            draw_box(painter, box, color, theme.color("line"), theme.px(9), theme.px(1))
            token = token_of(row.verdict)
            room = box.adjusted(theme.px(11), theme.px(8), -theme.px(11), -theme.px(8))
            self._paint_head(painter, room, token)
            painter.setFont(theme.font(11.5))
            painter.setPen(theme.color("text"))
            middle = room.adjusted(0, theme.px(18), 0, -theme.px(18))
            painter.drawText(middle, _WRAP, row.statement)
            if self._is_tall:
                painter.setFont(theme.font(11))
                painter.setPen(theme.color("muted"))
                painter.drawText(middle.adjusted(0, theme.px(34), 0, 0), _WRAP, row.reason)
            self._paint_figures(painter, room, token)

    def _paint_head(self, painter: QPainter, room: QRectF, token: str) -> None:
        """Paint the id, and the verdict in a line that is cut where it is too long."""
        theme = self._theme
        line = QRectF(room.left(), room.top(), room.width(), theme.px(15))
        painter.setFont(theme.font(11, 600))
        painter.setPen(theme.color("muted"))
        painter.drawText(line, _MIDDLE, self.row.id)
        used = QFontMetricsF(painter.font()).horizontalAdvance(self.row.id) + theme.px(10)
        painter.setFont(theme.font(10.5, 600))
        metrics = QFontMetricsF(painter.font())
        dot = theme.px(11)
        text = cut(self.row.said, metrics, line.width() - used - dot)
        left = line.right() - metrics.horizontalAdvance(text)
        painter.setPen(theme.color(token))
        painter.drawText(line, _MIDDLE | Qt.AlignmentFlag.AlignRight, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(token))
        radius = 3.2 * theme.zoom
        painter.drawEllipse(
            QRectF(left - dot, line.center().y() - radius, 2 * radius, 2 * radius)
        )

    def _paint_figures(self, painter: QPainter, room: QRectF, token: str) -> None:
        theme = self._theme
        line = QRectF(room.left(), room.bottom() - theme.px(14), room.width(), theme.px(15))
        plain, bold = theme.font(11), theme.font(11.5, 600)
        parts = (
            ("printed ", plain, "muted"),
            (self.row.published, bold, "text"),
            ("   here ", plain, "muted"),
            (self.row.measured, bold, token),
        )
        for text, font, ink in parts:
            metrics = QFontMetricsF(font)
            text = cut(text, metrics, line.width())
            painter.setFont(font)
            painter.setPen(theme.color(ink))
            painter.drawText(line, _MIDDLE, text)
            line.setLeft(line.left() + metrics.horizontalAdvance(text))


def cut(text: str, metrics: QFontMetricsF, width: float) -> str:
    """Return a text that fits: whole words and dots, as half a number is another number."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    words = text.rstrip().split(" ")
    while words:
        words.pop()
        short = " ".join(words).rstrip(",;× ") + " …"
        if metrics.horizontalAdvance(short) <= width:
            return short if words else "…"
    return ""


class _Grid(QWidget):
    """Tiles in as many columns as fit."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[ClaimTile] = []
        self.theme: Theme = DARK
        self.is_tall = False

    def columns(self) -> int:
        """Return how many tiles stand side by side."""
        gap = self.theme.px(GAP)
        fitting = (self.width() + gap) // (self.theme.px(TILE_WIDTH) + gap)
        return max(1, min(fitting, len(self.tiles) or 1))

    def set_count(self, count: int) -> None:
        """Have so many tiles."""
        while len(self.tiles) < count:
            tile = ClaimTile()
            tile.setParent(self)
            tile.set_theme(self.theme)
            tile.set_tall(self.is_tall)
            tile.show()
            self.tiles.append(tile)
        while len(self.tiles) > count:
            self.tiles.pop().deleteLater()
        self.place()

    def place(self) -> None:
        """Place the tiles."""
        columns, gap = self.columns(), self.theme.px(GAP)
        wide = (self.width() - gap * (columns - 1)) // columns
        high = self.theme.px(TALL if self.is_tall else LOW)
        for k, tile in enumerate(self.tiles):
            row, column = divmod(k, columns)
            tile.setGeometry(column * (wide + gap), row * (high + gap), wide, high)
        rows = -(-len(self.tiles) // columns)
        self.setMinimumHeight(max(0, rows * (high + gap) - gap))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the tiles anew."""
        self.place()


class ClaimsCard(Card):
    """All claims of a page; what does not fit scrolls."""

    def __init__(self) -> None:
        super().__init__("Claims", "what the sources print, and what is computed here")
        self.grid = _Grid()
        self.grid.setObjectName("claims")
        self.area, self._bar = scroll_area(self.grid, "Claims")
        self.body.addWidget(self.area)

    @property
    def rows(self) -> tuple[ClaimRow, ...]:
        """The claims as they are shown."""
        return tuple(tile.row for tile in self.grid.tiles)

    def show_rows(self, rows: Sequence[ClaimRow]) -> None:
        """Show these claims."""
        if len(rows) != len(self.grid.tiles):
            self.grid.set_count(len(rows))
            self.updateGeometry()
        for tile, row in zip(self.grid.tiles, rows, strict=True):
            tile.show_row(row)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        super().set_theme(theme)
        self.body.setContentsMargins(theme.px(14), theme.px(2), theme.px(14), theme.px(12))
        if hasattr(self, "grid"):
            self.grid.theme = theme
            for tile in self.grid.tiles:
                tile.set_theme(theme)
            self.grid.place()

    def set_maximised(self, maximised: bool) -> None:
        """Say whether the card fills the page: then every claim says why, too."""
        super().set_maximised(maximised)
        self.grid.is_tall = maximised
        for tile in self.grid.tiles:
            tile.set_tall(maximised)
        self.grid.place()

    def height_for(self, room: int) -> int:
        """Return the height that shows whole rows of tiles within `room` pixels."""
        theme, gap = self.theme, self.theme.px(GAP)
        head, tile = theme.px(48), theme.px(LOW)
        wide = self.width() - theme.px(28)
        columns = max(1, (wide + gap) // (theme.px(TILE_WIDTH) + gap))
        rows = -(-len(self.grid.tiles) // columns)
        fitting = max(1, (room - head + gap) // (tile + gap))
        return head + min(rows, fitting) * (tile + gap) - gap

    def sizeHint(self) -> QSize:
        """Return one row of tiles."""
        return QSize(self.theme.px(400), self.theme.px(134))

    def resizeEvent(self, event: object) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._bar.place(self.theme.px(8), 0)

    def numbers(self) -> str:
        """Return all claims, one a row."""
        lines = ["id\tstatement\tprinted\there\tverdict\twhy"]
        for row in self.rows:
            lines.append(
                "\t".join(
                    (row.id, row.statement, row.published, row.measured, row.said, row.reason)
                )
            )
        return "\n".join(lines) + "\n"
