"""How a run is painted in the list: thumbnail, name, what was trained, loss, tags, date."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from layerlab.core.runs import RunEntry
from layerlab.core.translation import _
from layerlab.ui.pages.paint import draw_thumbnail
from layerlab.ui.runs.rows import RUN, Index, RunRows, date_of, loss_of, progress_of, title_of
from layerlab.ui.theme import DARK, Theme

ROW = 64  # height at zoom 1
_EDGE, _GAP, _PICTURE = 12, 12, (64, 46)  # pixels at zoom 1
_LOSS, _DATE = 92, 126  # widths at zoom 1
_NARROW = 470  # pixels at zoom 1 below which the date is left to the chosen run's panel
_MIDDLE, _RIGHT = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


class RunPainter(QStyledItemDelegate):
    """Paints runs with the theme's tokens."""

    def __init__(self, rows: RunRows) -> None:
        """Paint the runs of a model."""
        super().__init__()
        self.theme: Theme = DARK
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line."""
        return QSize(0, self.theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line."""
        run, rect = index.data(RUN), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, option)
        self._paint_run(painter, QRectF(rect), run)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem
    ) -> None:
        theme = self.theme
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("raised"))
        if chosen:
            bar = QRect(rect.left(), rect.top(), theme.px(2), rect.height())
            painter.fillRect(bar, theme.color("accent"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("grid"))

    def _paint_run(self, painter: QPainter, box: QRectF, run: RunEntry) -> None:
        theme, px = self.theme, self.theme.px
        wide, high = px(_PICTURE[0]), px(_PICTURE[1])
        left = box.left() + px(_EDGE)
        place, count = self._rows.place_of(run)
        if self._rows.is_grouped and place > 1:
            left += px(_GAP)  # under the newest of its setup
        frame = QRectF(left, box.center().y() - high / 2, wide, high)
        painter.fillRect(frame, theme.color("background"))
        picture = self._rows.picture(run.id)
        if picture:
            inner = frame.adjusted(px(3), px(3), -px(3), -px(3))
            draw_thumbnail(painter, inner, picture, theme)
        left += wide + px(_GAP)
        right = box.right() - px(_EDGE)
        is_wide = box.width() >= px(_NARROW)
        if is_wide:
            self._paint_end(painter, box, (right - px(_DATE), right), run, (place, count))
            right -= px(_DATE) + px(_GAP)
        room = (right - px(_LOSS), right)
        ink = "negative" if run.loss is None else "text"
        self._text(painter, room, box, 0, loss_of(run), theme.font(13, 600), ink, _RIGHT)
        name = _("loss")
        self._text(painter, room, box, 1, name, theme.font(11), "muted", _RIGHT)
        room = (left, right - px(_LOSS) - px(_GAP))
        self._paint_name(painter, box, room, run)

    def _paint_name(
        self, painter: QPainter, box: QRectF, room: tuple[float, float], run: RunEntry
    ) -> None:
        theme = self.theme
        title = f"★ {title_of(run)}" if run.is_pinned else title_of(run)
        self._text(painter, room, box, 0, title, theme.font(12.5, 600), "text")
        tags = "  ".join(f"#{tag}" for tag in run.tags)
        what = run.what if run.name else progress_of(run)
        font = theme.font(11)
        if tags:
            wide = min(QFontMetricsF(font).horizontalAdvance(tags), 0.5 * (room[1] - room[0]))
            self._text(painter, (room[1] - wide, room[1]), box, 1, tags, font, "accent")
            room = (room[0], room[1] - wide - theme.px(_GAP))
        self._text(painter, room, box, 1, what, font, "muted")

    def _paint_end(
        self,
        painter: QPainter,
        box: QRectF,
        room: tuple[float, float],
        run: RunEntry,
        place: tuple[int, int],
    ) -> None:
        font = self.theme.font(11)
        self._text(painter, room, box, 0, date_of(run), font, "muted", _RIGHT)
        if place[1] > 1:
            text = _("run {place} of {count}", place=place[1] - place[0] + 1, count=place[1])
            self._text(painter, room, box, 1, text, font, "faint", _RIGHT)

    def _text(
        self,
        painter: QPainter,
        room: tuple[float, float],
        box: QRectF,
        line: int,
        text: str,
        font: QFont,
        token: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """Write on the first or second line, cut with dots where it does not fit."""
        theme = self.theme
        painter.setFont(font)
        painter.setPen(theme.color(token))
        wide = max(1.0, room[1] - room[0])
        high = theme.px(19)
        top = box.center().y() - high + line * high
        cut = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(QRectF(room[0], top, wide, high), _MIDDLE | side, cut)
