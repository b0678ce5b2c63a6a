"""The legend of a plot: one row of swatches and names, of which as many as fit are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from layerlab.ui.theme import Theme


@dataclass(frozen=True)
class Key:
    """One entry.

    Attributes:
        form: `line`, `dash`, `band`, `dot`, `ring` or `text`.
        color: of the swatch. text: its name.
        width: of a line, in pixels. second: the inner colour of a band.
        brief: what stands for the name where there is no room for it; empty: nothing.
        keep: whether others make room for it.
    """

    form: str
    color: QColor
    text: str
    width: float = 2.0
    second: QColor | None = None
    brief: str = ""
    keep: bool = False


def fitting(keys: tuple[Key, ...], width: float, theme: Theme) -> tuple[Key, ...]:
    """Return the entries as they fit into a width in pixels.

    First names get brief; then entries go from the end, those to keep last.
    """
    gap = theme.px(14)

    def fits() -> bool:
        return sum(key_widths(keys, theme)) + gap * (len(keys) - 1) <= width

    if not fits():
        keys = tuple(replace(key, text=key.brief or key.text) for key in keys)
    while keys and not fits():
        spare = [i for i, key in enumerate(keys) if not key.keep]
        at = spare[-1] if spare else len(keys) - 1
        keys = keys[:at] + keys[at + 1 :]
    return keys


def paint_legend(
    painter: QPainter, keys: tuple[Key, ...], room: QRectF, theme: Theme, *, right: bool
) -> None:
    """Paint the entries that fit into one row, from the left or flush right."""
    painter.setFont(theme.font(10.5))
    gap = theme.px(14)
    keys = fitting(keys, room.width(), theme)
    widths = key_widths(keys, theme)
    total = sum(widths) + gap * max(0, len(widths) - 1)
    left = room.right() - total if right else room.left()
    for key, width in zip(keys, widths, strict=True):
        paint_key(painter, key, QRectF(left, room.top(), width, room.height()), theme)
        left += width + gap


def key_widths(keys: tuple[Key, ...], theme: Theme) -> list[float]:
    """Return the pixels that each entry takes."""
    metrics = QFontMetricsF(theme.font(10.5))
    return [swatch_width(key, theme) + metrics.horizontalAdvance(key.text) for key in keys]


def swatch_width(key: Key, theme: Theme) -> float:
    """Return the pixels that an entry's swatch takes."""
    wide = {"text": 0, "dot": 11, "ring": 11, "line": 23, "dash": 23, "band": 23}
    return wide[key.form] * theme.zoom


def paint_key(painter: QPainter, key: Key, box: QRectF, theme: Theme) -> None:
    """Paint one entry at the left of a box."""
    y, z = box.center().y(), theme.zoom
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(Qt.PenStyle.NoPen)
    if key.form in ("line", "dash"):
        pen = QPen(key.color, key.width)
        if key.form == "dash":
            pen.setDashPattern([3, 2.4])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + 16 * z, y))
    elif key.form == "band":
        painter.setBrush(key.color)
        painter.drawRect(QRectF(box.left(), y - 4 * z, 16 * z, 8 * z))
        if key.second is not None:
            painter.setBrush(key.second)
            painter.drawRect(QRectF(box.left() + 4 * z, y - 4 * z, 8 * z, 8 * z))
    elif key.form == "dot":
        painter.setBrush(key.color)
        painter.drawEllipse(QPointF(box.left() + 3 * z, y), 3 * z, 3 * z)
    elif key.form == "ring":
        painter.setPen(QPen(key.color, 1.5))
        painter.drawEllipse(QPointF(box.left() + 3 * z, y), 2.8 * z, 2.8 * z)
    painter.setPen(theme.color("muted"))
    text = box.adjusted(swatch_width(key, theme), 0, 2, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, key.text)
