"""Arrows: straight strokes with a head that has the same size however long they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from layerlab.ui.plots.marks import Space

Array = np.ndarray
LEAST_PX = 1.5  # shorter ones are no arrows
LIMIT_PX = 16_000.0  # the rasterizer's coordinates end at 32,767


@dataclass(eq=False)
class Arrows:
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
