"""Pictures for entries that have no curve and no cloud of their own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.ui.theme import Theme

CSV = "csv"
_Draw = Callable[[QPainter, QRectF, Theme, str], None]


def draw_glyph(painter: QPainter, rect: QRectF, key: str, theme: Theme, token: str) -> None:
    """Draw the picture of a key; a small table for keys without one.

    Args:
        painter: where to.
        rect: the box, in pixels.
        key: the entry's key.
        theme: gives colours and sizes.
        token: colour of the lines.
    """
    painter.save()
    _GLYPHS.get(key, _draw_table)(painter, rect, theme, token)
    painter.restore()


def _draw_plus(painter: QPainter, rect: QRectF, theme: Theme, token: str) -> None:
    painter.setPen(QPen(theme.color(token), 1.5 * theme.zoom))
    arm, centre = theme.px(6), rect.center()
    painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
    painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))


def _draw_digits(painter: QPainter, rect: QRectF, theme: Theme, token: str) -> None:
    painter.setFont(theme.font(19, 500))
    painter.setPen(theme.color(token))
    grown = rect.adjusted(-theme.px(6), -theme.px(2), theme.px(6), theme.px(4))
    painter.drawText(grown, Qt.AlignmentFlag.AlignCenter, "5 0 7")


def _draw_flip(painter: QPainter, rect: QRectF, theme: Theme, token: str) -> None:
    side, gap, centre = theme.px(8), theme.px(1), rect.center()
    pitch = side + gap
    painter.setPen(Qt.PenStyle.NoPen)
    images = ((-2.6, ((0, 0, False), (1, 0, True), (1, 1, False))),
              (0.4, ((0, 0, False), (0, 1, True), (1, 1, False))))  # fmt: skip
    for left, squares in images:
        for column, row, marked in squares:
            color = theme.color("negative" if marked else "point", 0.9)
            at = centre + QPointF((left + column) * pitch, (row - 1) * pitch)
            painter.fillRect(QRectF(at.x(), at.y(), side, side), color)


def _draw_table(painter: QPainter, rect: QRectF, theme: Theme, token: str) -> None:
    wide, tall = min(rect.width(), 34 * theme.zoom), min(rect.height(), 22 * theme.zoom)
    box = QRectF(rect.center() - QPointF(wide / 2, tall / 2), rect.center())
    box.setSize(box.size() * 2)
    painter.setPen(QPen(theme.color(token, 0.8), 1.2 * theme.zoom))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, theme.px(3), theme.px(3))
    for i in (1, 2):
        y = box.top() + box.height() * i / 3
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        x = box.left() + box.width() * i / 3
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))


_GLYPHS: dict[str, _Draw] = {
    CSV: _draw_plus,
    "digits": _draw_digits,
    "diagonal-flip": _draw_flip,
}
