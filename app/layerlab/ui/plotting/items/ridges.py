"""Ridgelines: histograms that stand one before the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items.base import Painted, Space, array_key, pen_of, polygon
from layerlab.ui.theme import Theme

Array = np.ndarray
MAX_SEPARATE_LAYERS = 8  # layers up to which ridges stand free of each other; more overlap
TALLEST, STEEPEST = 58, 0.36  # pixels at zoom 1, or that share of the width if it is more


def lanes(count: int, area: QRectF, zoom: float) -> tuple[Array, float]:
    """Return where ridges stand: baselines in pixels (L,) and the height of a full one."""
    tallest = max(TALLEST * zoom, STEEPEST * area.width())
    if count <= MAX_SEPARATE_LAYERS:
        lane = area.height() / max(1, count)
        return area.top() + lane * np.arange(1, count + 1) - 1, min(0.86 * lane, tallest)
    tall = min(0.25 * area.height(), 0.6 * tallest)
    return area.top() + tall + (area.height() - tall - 1) * np.linspace(0, 1, count), tall


def shares(count: int, area: QRectF, zoom: float) -> tuple[Array, float]:
    """Return `lanes` as shares of the area's height, from below."""
    bases, tall = lanes(count, area, zoom)
    high = max(1.0, area.height())
    return (area.bottom() - bases) / high, tall / high


@dataclass(eq=False)
class Ridgelines(Painted):
    """Histograms stacked from the first layer at the top to the last at the bottom.

    Attributes:
        centres: (B,) in data units.
        heights: (L, B), 0 to 1, roots of the densities.
        theme: gives the colours.
    """

    centres: Array
    heights: Array
    theme: Theme

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the ridges, later layers in front."""
        count = len(self.heights)
        x = space.px(self.centres)
        if not x.size or not np.isfinite(x).all():
            return
        bases, tall = shares(count, space.area(), self.theme.zoom)
        tops = space.py(bases[:, None] + tall * self.heights)  # (L, B)
        outline = np.concatenate((x[:1], x, x[-1:]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        width = 1.5 if count <= MAX_SEPARATE_LAYERS else 1.0
        for layer, base in enumerate(space.py(bases).tolist()):
            color = self.theme.layer_color(layer, count)
            y = tops[layer]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(self.theme, color, 0.38))
            painter.drawPolygon(polygon(outline, np.concatenate(([base], y, [base]))))
            painter.setPen(pen_of(color, width))
            painter.drawPolyline(polygon(x, y))

    def key(self) -> object:
        """Return what it looks like."""
        return array_key(self.centres, self.heights)
