"""Pictures for entries that have no preview of their own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from layerlab.ui.theme import Theme

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


_GLYPHS: dict[str, _Draw] = {CSV: _draw_plus}
