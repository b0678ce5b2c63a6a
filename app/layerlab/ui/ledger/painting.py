"""How a line of the ledger is painted: the claim, the figures, the verdict."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from layerlab.core.experiment import ONLY_IF
from layerlab.core.ledger import UNCHECKED, Entry
from layerlab.core.translation import _, translated
from layerlab.ui.blank import blank
from layerlab.ui.ledger.rows import ENTRY, Index
from layerlab.ui.pages.claims import token_of
from layerlab.ui.theme import DARK, Theme

ROW, HEADING = 62, 34  # heights at zoom 1
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_EDGE, _ID, _GAP = 14, 40, 16  # pixels at zoom 1
_NARROW = 480  # pixels at zoom 1 below which the figures are left to the chosen row's panel
LACKING = _("needs PyTorch")
_MEASURING, _WAITS, _ITS_TURN = _("measuring"), _("waits"), _("for the rows before it")
_PRINTED, _MEASURED = _("printed"), _("measured")
PICTURES = 60  # lines that are kept, three screens full


@dataclass(frozen=True)
class Columns:
    """Where the columns of a row are: left edge and width, in pixels."""

    name: tuple[float, float]
    claim: tuple[float, float]
    figures: tuple[float, float]
    verdict: tuple[float, float]


def columns(width: float, theme: Theme) -> Columns:
    """Share out the width of a row; where it is narrow, claim and verdict have all of it."""
    px = theme.px
    if width < px(_NARROW):
        left = px(_EDGE) + px(_ID)
        rest = (left, max(1.0, width - left - px(_EDGE)))
        return Columns((px(_EDGE), px(_ID)), rest, (left, 0), rest)
    verdict = min(max(0.25 * width, px(150)), px(300))
    figures = min(max(0.27 * width, px(150)), px(320))
    left, gap = px(_EDGE), px(_GAP)
    claim = max(px(80), width - left - px(_ID) - figures - verdict - 2 * gap - px(_EDGE))
    at = left + px(_ID)
    return Columns(
        (left, px(_ID)),
        (at, claim),
        (at + claim + gap, figures),
        (at + claim + figures + 2 * gap, verdict),
    )


def wrapped(text: str, metrics: QFontMetricsF, width: float, most: int) -> list[str]:
    """Return a text in at most so many lines; the last is cut between words."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and metrics.horizontalAdvance(f"{line} {words[0]}") <= width:
            line += f" {words.pop(0)}"
        lines.append(line)
    if words:
        lines.append(cut(" ".join(words), metrics, width))
    return lines


def state_of(entry: Entry) -> tuple[str, str, str]:
    """Return the text in place of a verdict: the word, what follows, the colour's token."""
    if entry.share is not None:
        return _MEASURING, f"{100 * entry.share:.0f} %", "accent"
    if entry.waits:
        return _WAITS, _ITS_TURN, "muted"
    found = entry.verdict
    if found is None:
        if entry.lacks:
            return LACKING, entry.lacks, "muted"
        return translated(UNCHECKED), "", "muted"
    rest = found.verdict.removeprefix(found.kind).strip() if found.kind == ONLY_IF else ""
    return translated(found.kind), rest or found.why, token_of(found.kind)


class Painter(QStyledItemDelegate):
    """Paints headings and rows with the theme's tokens.

    A line is painted once and kept as a picture: every call of Qt waits for the interpreter's
    lock while a row is measured in Python, and a line has thirty of them.
    """

    def __init__(self) -> None:
        """Begin with the dark theme."""
        super().__init__()
        self.theme: Theme = DARK
        self._pictures: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()

    def rest(self) -> None:
        """Drop the pictures, until lines are painted again."""
        self._pictures.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line."""
        is_heading = isinstance(index.data(ENTRY), str)
        return QSize(0, self.theme.px(HEADING if is_heading else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line."""
        line, rect = index.data(ENTRY), QRect(option.rect)
        looks = (
            bool(option.state & QStyle.StateFlag.State_Selected),
            bool(option.state & QStyle.StateFlag.State_MouseOver),
        )
        ratio = painter.device().devicePixelRatio()
        key = (line, rect.size().toTuple(), looks, self.theme, ratio)
        picture = self._pictures.pop(key, None) or self._drawn(line, rect.size(), looks, ratio)
        self._pictures[key] = picture  # the newest last
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)
        painter.drawPixmap(rect.topLeft(), picture)

    def _drawn(
        self, line: Entry | str, size: QSize, looks: tuple[bool, bool], ratio: float
    ) -> QPixmap:
        picture = blank(size, ratio)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rect = QRect(0, 0, size.width(), size.height())
            if isinstance(line, Entry):
                self._paint_ground(painter, rect, *looks)
                self._paint_row(painter, QRectF(rect), line)
            else:
                self._paint_heading(painter, QRectF(rect), line)
        return picture

    def _paint_ground(self, painter: QPainter, rect: QRect, chosen: bool, over: bool) -> None:
        theme = self.theme
        if chosen or over:
            painter.fillRect(rect, theme.color("raised"))
        if chosen:
            bar = QRect(rect.left(), rect.top(), theme.px(2), rect.height())
            painter.fillRect(bar, theme.color("accent"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("grid"))

    def _paint_heading(self, painter: QPainter, box: QRectF, text: str) -> None:
        theme = self.theme
        painter.setFont(theme.font(11.5, 600))
        painter.setPen(theme.color("muted"))
        room = box.adjusted(theme.px(_EDGE), theme.px(8), -theme.px(_EDGE), 0)
        text = cut(translated(text), QFontMetricsF(painter.font()), room.width())
        painter.drawText(room, _MIDDLE, text)
        painter.fillRect(
            QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme.color("grid")
        )

    def _paint_row(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        theme, at = self.theme, columns(box.width(), self.theme)
        top = box.top() + theme.px(9)
        self._text(painter, at.name, top, entry.id, theme.font(11.5, 600), "muted")
        font = theme.font(12)
        most, metrics = 3 if at.figures[1] else 2, QFontMetricsF(font)
        for k, line in enumerate(wrapped(entry.statement, metrics, at.claim[1], most)):
            self._text(painter, at.claim, top + k * theme.px(15), line, font, "text")
        word, rest, token = state_of(entry)
        if at.figures[1]:
            self._paint_figures(painter, at.figures, top, entry, token)
            self._paint_verdict(painter, at.verdict, top, (word, rest, token), entry)
        else:
            below = top + 2 * theme.px(15)
            self._paint_verdict(painter, at.verdict, below, (word, "", token), entry)

    def _paint_figures(
        self,
        painter: QPainter,
        place: tuple[float, float],
        top: float,
        entry: Entry,
        token: str,
    ) -> None:
        theme = self.theme
        found = entry.verdict
        measured = found.measured if found is not None else ""
        label, high = theme.px(60), theme.px(15)
        value = (place[0] + label, place[1] - label)
        self._text(painter, place, top, _PRINTED, theme.font(11), "muted")
        self._text(painter, value, top, entry.published, theme.font(11.5, 600), "text")
        self._text(painter, place, top + high, _MEASURED, theme.font(11), "muted")
        font = theme.font(11.5, 600)
        lines = wrapped(measured, QFontMetricsF(font), value[1], 2) or ["—"]
        for k, line in enumerate(lines):
            ink = token if measured else "faint"
            self._text(painter, value, top + (1 + k) * high, line, font, ink)

    def _paint_verdict(
        self,
        painter: QPainter,
        place: tuple[float, float],
        top: float,
        state: tuple[str, str, str],
        entry: Entry,
    ) -> None:
        theme = self.theme
        word, rest, token = state
        left, width = place
        dot, high = theme.px(13), theme.px(15)
        center = QPointF(left + theme.px(4), top + high / 2)
        pen = QPen(theme.color(token), 1.3 * theme.zoom)
        painter.setPen(pen)
        hollow = entry.verdict is None and entry.share is None
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else theme.color(token))
        painter.drawEllipse(center, 2.9 * theme.zoom, 2.9 * theme.zoom)
        words = (left + dot, width - dot)
        weight = 400 if hollow else 600
        self._text(painter, words, top, word, theme.font(11.5, weight), token)
        if entry.share is not None:
            self._paint_share(painter, words, top + high + theme.px(7), entry.share)
            return
        font = theme.font(11)
        for k, line in enumerate(wrapped(rest, QFontMetricsF(font), words[1], 2)):
            self._text(painter, words, top + (1 + k) * high, line, font, "muted")

    def _paint_share(
        self, painter: QPainter, place: tuple[float, float], top: float, share: float
    ) -> None:
        theme = self.theme
        track = QRectF(place[0], top, min(place[1], theme.px(120)), theme.px(4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(track, theme.px(2), theme.px(2))
        track.setWidth(track.width() * share)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(track, theme.px(2), theme.px(2))

    def _text(
        self,
        painter: QPainter,
        place: tuple[float, float],
        top: float,
        text: str,
        font: QFont,
        token: str,
    ) -> None:
        painter.setFont(font)
        painter.setPen(self.theme.color(token))
        room = QRectF(place[0], top, place[1], self.theme.px(15))
        painter.drawText(room, _MIDDLE, cut(text, QFontMetricsF(font), place[1]))


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
