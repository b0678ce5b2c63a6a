"""The claims that a page bears on: what was printed, what is computed now, the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.experiment import (
    HOLDS,
    NOT_CHECKED,
    NOT_REPRODUCED,
    ONLY_IF,
    WRONG,
    ClaimRow,
)
from layerlab.core.translation import _
from layerlab.ui.card import Card
from layerlab.ui.controls.paint import draw_box
from layerlab.ui.scrolling import scroll_area
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

TILE_WIDTH, GAP = 300, 10  # least width of a tile, gap, at zoom 1
LOW, TALL = 86, 142  # least height of a tile; where there is room for the reason too
_SIDE, _EDGE, _LINE, _APART, _DOT = 11, 8, 15, 3, 11  # of what is in a tile, at zoom 1
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_PRINTED, _HERE = _("printed"), _("here")


def token_of(verdict: str) -> str:
    """Return the colour of a verdict."""
    tokens = {
        ONLY_IF: "warning",
        HOLDS: "good",
        WRONG: "negative",
        NOT_REPRODUCED: "doubt",
        NOT_CHECKED: "positive",
    }
    found = (token for kind, token in tokens.items() if verdict.startswith(kind))
    return next(found, "muted")  # else there is none yet


class ClaimTile(Themed, QWidget):
    """One claim: id and verdict, statement, printed and measured figure."""

    def __init__(self) -> None:
        super().__init__()
        self.theme, self.row = DARK, ClaimRow("", "", "", "", HOLDS)
        self._is_tall = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_row(self, row: ClaimRow) -> None:
        """Show a claim."""
        if row != self.row:
            self.row = row
            self.setAccessibleName(f"{row.id}: {row.shown_verdict}")
            self.setAccessibleDescription(
                _(
                    "{statement} Printed: {published}. Here: {measured}. {reason}",
                    statement=row.statement,
                    published=row.published,
                    measured=row.measured,
                    reason=row.reason,
                )
            )
            verdict = f"{row.shown_verdict}: {row.reason}" if row.reason else row.shown_verdict
            self.setToolTip("\n".join(part for part in (verdict, row.source) if part))
            self.update()

    def set_tall(self, tall: bool) -> None:
        """Show the reason too, or not."""
        self._is_tall = tall
        self.update()

    def needed(self, width: int) -> int:
        """Return the height at which a tile of this width shows all of its texts."""
        theme = self.theme
        room = width - 2 * theme.px(_SIDE)
        texts = self._statement_height(room)
        texts += self._head_height(room) + self._figures_height(room)
        least = theme.px(TALL if self._is_tall else LOW)
        more = theme.px(TALL - LOW) if self._is_tall else 0
        return max(least, math.ceil(texts + 2 * theme.px(_EDGE) + 2 * theme.px(_APART) + more))

    def _statement_height(self, room: float) -> float:
        return self._wrapped(self.row.statement, self.theme.font(11.5), room)

    def _wrapped(self, text: str, font: QFont, room: float) -> float:
        """Return the height of a text in as many lines as it needs, one at least."""
        found = QFontMetricsF(font).boundingRect(QRectF(0, 0, room, 1e4), _WRAP, text)
        return max(float(self.theme.px(_LINE)), math.ceil(found.height()))

    def _is_beside(self, room: float) -> bool:
        """Return whether the verdict fits beside the id."""
        theme = self.theme
        used = QFontMetricsF(theme.font(11, 600)).horizontalAdvance(self.row.id)
        used += QFontMetricsF(theme.font(10.5, 600)).horizontalAdvance(self.row.shown_verdict)
        return used + theme.px(10 + _DOT) <= room

    def _head_height(self, room: float) -> float:
        line = self.theme.px(_LINE)
        if self._is_beside(room):
            return line
        font, dot = self.theme.font(10.5, 600), self.theme.px(_DOT)
        return line + self._wrapped(self.row.shown_verdict, font, room - dot)

    def _are_beside(self, room: float) -> bool:
        """Return whether what is printed and what is measured fit side by side."""
        used = sum(QFontMetricsF(f).horizontalAdvance(text) for text, f, _ in self._figures())
        return used <= room

    def _figures_height(self, room: float) -> float:
        if self._are_beside(room):
            return self.theme.px(_LINE)
        return sum(self._pair_height(k, room) for k in (0, 2))

    def _pair_height(self, k: int, room: float) -> float:
        """Return the height of a word and the figure behind it, which has what room is left."""
        (word, plain, _ink), (text, bold, _other) = self._figures()[k : k + 2]
        used = QFontMetricsF(plain).horizontalAdvance(word.lstrip())
        return self._wrapped(text, bold, room - used)

    def _figures(self) -> tuple[tuple[str, QFont, str], ...]:
        """Return the lowest line: text, font and colour."""
        plain, bold = self.theme.font(11), self.theme.font(11.5, 600)
        return (
            (f"{_PRINTED} ", plain, "muted"),
            (self.row.published, bold, "text"),
            (f"   {_HERE} ", plain, "muted"),
            (self.row.measured, bold, token_of(self.row.verdict)),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile."""
        theme, row, box = self.theme, self.row, QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = theme.color("raised")
            draw_box(painter, box, color, theme.color("line"), theme.px(9), theme.px(1))
            side, edge = theme.px(_SIDE), theme.px(_EDGE)
            room = box.adjusted(side, edge, -side, -edge)
            above = self._paint_head(painter, room, token_of(row.verdict)) + theme.px(_APART)
            painter.setFont(theme.font(11.5))
            painter.setPen(theme.color("text"))
            middle = room.adjusted(0, above, 0, -self._figures_height(room.width()))
            painter.drawText(middle, _WRAP, row.statement)
            if self._is_tall:
                painter.setFont(theme.font(11))
                painter.setPen(theme.color("muted"))
                below = self._statement_height(room.width()) + theme.px(_APART)
                painter.drawText(middle.adjusted(0, below, 0, 0), _WRAP, row.reason)
            self._paint_figures(painter, room)

    def _paint_head(self, painter: QPainter, room: QRectF, token: str) -> float:
        """Paint the id, and the verdict beside it or below; return the height of both."""
        theme, row, dot = self.theme, self.row, self.theme.px(_DOT)
        line = QRectF(room.left(), room.top(), room.width(), theme.px(_LINE))
        painter.setFont(theme.font(11, 600))
        painter.setPen(theme.color("muted"))
        painter.drawText(line, _MIDDLE, row.id)
        painter.setFont(theme.font(10.5, 600))
        painter.setPen(theme.color(token))
        high = self._head_height(room.width())
        if self._is_beside(room.width()):
            left = line.right() - QFontMetricsF(painter.font()).horizontalAdvance(
                row.shown_verdict
            )
            painter.drawText(
                line.adjusted(left - line.left(), 0, 0, 0), _MIDDLE, row.shown_verdict
            )
        else:
            line.translate(0, line.height())
            left = line.left() + dot
            below = QRectF(left, line.top(), room.width() - dot, high - line.height())
            painter.drawText(below, _WRAP, row.shown_verdict)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(token))
        radius = 3.2 * theme.zoom
        painter.drawEllipse(
            QRectF(left - dot, line.center().y() - radius, 2 * radius, 2 * radius)
        )
        return high

    def _paint_figures(self, painter: QPainter, room: QRectF) -> None:
        """Paint what is printed and what is measured, side by side or one below the other."""
        wide, figures = room.width(), self._figures()
        top = room.bottom() - self._figures_height(wide)
        if self._are_beside(wide):
            line = QRectF(room.left(), top, wide, self.theme.px(_LINE))
            for text, font, ink in figures:
                painter.setFont(font)
                painter.setPen(self.theme.color(ink))
                painter.drawText(line, _MIDDLE, text)
                line.setLeft(line.left() + QFontMetricsF(font).horizontalAdvance(text))
            return
        for k in (0, 2):
            pair = QRectF(room.left(), top, wide, self._pair_height(k, wide))
            for text, font, ink in figures[k : k + 2]:
                text = text.lstrip()
                painter.setFont(font)
                painter.setPen(self.theme.color(ink))
                painter.drawText(pair, _WRAP, text)
                pair.setLeft(pair.left() + QFontMetricsF(font).horizontalAdvance(text))
            top = pair.bottom()


class _Grid(Themed, QWidget):
    """Tiles in as many columns as fit."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[ClaimTile] = []
        self.is_tall = False
        self._high: tuple[object, int] = (None, 0)  # of the tiles, and at which width and look

    def high(self, wide: int) -> int:
        """Return the height at which all tiles of a width show their texts.

        While width and look are the same it does not shrink, so that a drag lets the page rest.
        """
        look = wide, self.theme, self.is_tall, len(self.tiles)
        least = self._high[1] if self._high[0] == look else 0
        self._high = look, max([least, *(tile.needed(wide) for tile in self.tiles)])
        return self._high[1]

    def wide(self) -> int:
        """Return the width of a tile."""
        columns = self.columns()
        return (self.width() - self.theme.px(GAP) * (columns - 1)) // columns

    def columns(self) -> int:
        """Return how many tiles stand side by side."""
        gap = self.theme.px(GAP)
        fitting = (self.width() + gap) // (self.theme.px(TILE_WIDTH) + gap)
        return max(1, min(fitting, len(self.tiles) or 1))

    def _restyle(self, theme: Theme) -> None:
        self.place()

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
        columns, gap, wide = self.columns(), self.theme.px(GAP), self.wide()
        high = self.high(wide)
        for k, tile in enumerate(self.tiles):
            row, column = divmod(k, columns)
            tile.setGeometry(column * (wide + gap), row * (high + gap), wide, high)
        rows = -(-len(self.tiles) // columns)
        self.setMinimumHeight(max(0, rows * (high + gap) - gap))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the tiles again."""
        self.place()


class ClaimsCard(Card):
    """All claims of a page; what does not fit scrolls."""

    def __init__(self) -> None:
        super().__init__(_("Claims"), _("what the sources report, and what is computed here"))
        self.grid = _Grid()
        self.grid.setObjectName("claims")
        self.area, self._bar = scroll_area(self.grid, _("Claims"))
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
        self.grid.place()

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.body.setContentsMargins(theme.px(14), theme.px(2), theme.px(14), theme.px(12))

    def set_maximised(self, maximised: bool) -> None:
        """Set whether the card fills the page: then every claim shows its reason, too."""
        super().set_maximised(maximised)
        self.grid.is_tall = maximised
        for tile in self.grid.tiles:
            tile.set_tall(maximised)
        self.grid.place()

    def height_for(self, room: int) -> int:
        """Return the height that shows whole rows of tiles within `room` pixels."""
        theme, gap = self.theme, self.theme.px(GAP)
        head, tile = theme.px(48), self.grid.high(self.grid.wide())
        rows = -(-len(self.grid.tiles) // self.grid.columns())
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
        words = _("verdict"), _("why"), _("source")
        header = (_("id"), _("statement"), _PRINTED, _HERE, *words)
        lines = ["\t".join(header)]
        for row in self.rows:
            lines.append(
                "\t".join(
                    (
                        row.id,
                        row.statement,
                        row.published,
                        row.measured,
                        row.shown_verdict,
                        row.reason,
                        row.source,
                    )
                )
            )
        return "\n".join(lines) + "\n"
