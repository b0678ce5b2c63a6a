"""The reading under the cursor: a crosshair and a small label that stays out of its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from layerlab.ui.plotting.writing import TEXT, Written, write
from layerlab.ui.theme import Theme

if TYPE_CHECKING:
    from layerlab.ui.plotting.items import Space


@dataclass(frozen=True)
class Tooltip:
    """What a view reads at a place.

    Attributes:
        title: what the place is, such as `update 740`.
        rows: colour (None for plain text) and text of each line.
        x: where the upright line snaps to, in data units; None for none.
        dots: x, y in data units and colour of what is read.
    """

    title: str
    rows: tuple[tuple[QColor | None, str], ...] = ()
    x: float | None = None
    dots: tuple[tuple[float, float, QColor], ...] = field(default=())

    @property
    def text(self) -> str:
        """The whole reading in one line: `update 740: training 0.0042, ...`."""
        rows = ", ".join(text for _, text in self.rows)
        return f"{self.title}: {rows}" if rows else self.title


def nearest(
    space: Space, points: tuple[np.ndarray, np.ndarray], x: float, y: float, reach: float
) -> int | None:
    """Return which of some points is nearest to a place on the screen, or None.

    Args:
        space: the plot. points: x and y of each, (n,) in data units.
        x, y: the place, in data units. reach: how far it may be, in pixels.
    """
    across = space.px(points[0]) - space.px(np.array(x))
    away = np.hypot(across, space.py(points[1]) - space.py(np.array(y)))
    if not np.isfinite(away).any() or np.nanmin(away) > reach:
        return None
    return int(np.nanargmin(away))


def place(size: tuple[float, float], cursor: QPointF, room: QRectF, gap: float) -> QRectF:
    """Return where a label of that size goes: inside `room`, never over the cursor.

    Right of the cursor if there is room, else left; where it is wider than both, above or
    below, whichever is larger.
    """
    width, height = min(size[0], room.width()), min(size[1], room.height())
    top = cursor.y() - height - gap * 0.5
    if top < room.top():
        top = cursor.y() + gap * 0.5
    top = min(max(top, room.top()), room.bottom() - height)
    if cursor.x() + gap + width <= room.right():
        return QRectF(cursor.x() + gap, top, width, height)
    if cursor.x() - gap - width >= room.left():
        return QRectF(cursor.x() - gap - width, top, width, height)
    left = min(max(cursor.x() - width / 2, room.left()), room.right() - width)
    above = cursor.y() - room.top() > room.bottom() - cursor.y()
    top = cursor.y() - gap - height if above else cursor.y() + gap
    return QRectF(left, top, width, height)


@dataclass(frozen=True)
class TooltipBox:
    """A reading as it is painted: a box with texts, and dots before the coloured ones."""

    box: QRectF
    texts: tuple[Written, ...]
    dots: tuple[tuple[QPointF, QColor], ...]


def lay_label(reading: Tooltip, cursor: QPointF, room: QRectF, theme: Theme) -> TooltipBox:
    """Return the label of a reading beside the cursor; texts that are too wide are cut."""
    bold, plain = theme.font(TEXT, 600), theme.font(TEXT)
    metrics, heavy = QFontMetricsF(plain), QFontMetricsF(bold)
    pad, swatch, line = theme.px(7), theme.px(9), metrics.height() * 1.12
    indent = swatch if any(color is not None for color, _ in reading.rows) else 0
    widths = [metrics.horizontalAdvance(text) + indent for _, text in reading.rows]
    width = max([heavy.horizontalAdvance(reading.title), *widths]) + 2 * pad
    size = (width, line * (1 + len(reading.rows)) + 1.4 * pad)
    box = place(size, cursor, room, theme.px(14))
    row = QRectF(box.left() + pad, box.top() + 0.7 * pad, box.width() - pad, line)
    elide = Qt.TextElideMode.ElideRight
    title = heavy.elidedText(reading.title, elide, row.width())
    texts, dots = [Written(row, title, theme.color("text"), weight=600)], []
    for k, (color, text) in enumerate(reading.rows, 1):
        here = row.translated(0, k * line).adjusted(indent, 0, 0, 0)
        if color is not None:
            dots.append((QPointF(row.left() + 0.3 * swatch, here.center().y()), color))
        ink = theme.color("text" if color is not None else "muted")
        texts.append(Written(here, metrics.elidedText(text, elide, here.width()), ink))
    return TooltipBox(box, tuple(texts), tuple(dots))


def paint_label(
    painter: QPainter, reading: Tooltip, cursor: QPointF, room: QRectF, theme: Theme
) -> None:
    """Paint the label of a reading beside the cursor."""
    label = lay_label(reading, cursor, room, theme)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("raised", 0.94))
    painter.drawRoundedRect(label.box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(6), theme.px(6))
    painter.setPen(Qt.PenStyle.NoPen)
    for middle, color in label.dots:
        painter.setBrush(color)
        painter.drawEllipse(middle, 0.3 * theme.px(9), 0.3 * theme.px(9))
    write(painter, label.texts, theme)
