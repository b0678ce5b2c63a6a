"""Texts at places of a plot, and arrows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from layerlab.ui.plotting.items.base import LIMIT_PX, Painted, Space
from layerlab.ui.theme import Theme

Array = np.ndarray
LEAST_PX = 1.5  # shorter ones are no arrows


@dataclass(eq=False)
class Words(Painted):
    """Texts at places of the plot, each beside its point.

    Attributes:
        x, y: (n,) in data units. texts: one for each.
        colors: one colour, or one for each. theme: gives the font.
        size, weight: of the font. right: whether they stand left of their points.
    """

    x: Array
    y: Array
    texts: Sequence[str]
    colors: QColor | Sequence[QColor]
    theme: Theme
    size: float = 10.5
    weight: int = 400
    right: bool = False

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the texts, upright in the middle of their points."""
        painter.setFont(self.theme.font(self.size, self.weight))
        x, y = space.px(np.asarray(self.x, float)), space.py(np.asarray(self.y, float))
        gap, high, wide = self.theme.px(5), self.theme.px(16), 2000
        for k, text in enumerate(self.texts):
            if not (np.isfinite(x[k]) and np.isfinite(y[k])):
                continue
            color = self.colors if isinstance(self.colors, QColor) else self.colors[k]
            painter.setPen(color)
            left = x[k] - gap - wide if self.right else x[k] + gap
            box = QRectF(left, y[k] - high / 2, wide, high)
            side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, text)

    def key(self) -> object:
        """Return what it looks like."""
        colors = [self.colors] if isinstance(self.colors, QColor) else self.colors
        arrays = (np.asarray(self.x).tobytes(), np.asarray(self.y).tobytes())
        look = (tuple(c.rgba() for c in colors), self.size, self.weight, self.right)
        return (*arrays, tuple(self.texts), *look)


@dataclass(eq=False)
class Arrows(Painted):
    """Arrows from (x0, y0) to (x1, y1), (n,) each, in data units.

    Attributes:
        color: of all. width: of the shaft, head: length of the head, in pixels.
    """

    x0: Array
    y0: Array
    x1: Array
    y1: Array
    color: QColor
    width: float = 1.8
    head: float = 7.0

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the arrows; a short one is all head."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        ends = np.stack(
            [space.px(self.x0), space.py(self.y0), space.px(self.x1), space.py(self.y1)], axis=1
        )
        for x0, y0, x1, y1 in np.clip(ends, -LIMIT_PX, LIMIT_PX).tolist():
            length = math.hypot(x1 - x0, y1 - y0)
            if not math.isfinite(length) or length < LEAST_PX:
                continue
            across, down = (x1 - x0) / length, (y1 - y0) / length
            head = min(self.head, length)
            foot = QPointF(x1 - head * across, y1 - head * down)
            painter.setPen(QPen(self.color, self.width))
            painter.drawLine(QPointF(x0, y0), foot)
            side = QPointF(-down, across) * 0.5 * head
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.color)
            painter.drawPolygon(QPolygonF([QPointF(x1, y1), foot + side, foot - side]))

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (np.asarray(a).tobytes() for a in (self.x0, self.y0, self.x1, self.y1))
        return (*arrays, self.color.rgba(), self.width, self.head)
