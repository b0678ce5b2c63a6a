"""Ridges: one small histogram a layer, in the layers' colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from layerlab.core.frames import LayerPart
from layerlab.ui.plots.hover import Reading
from layerlab.ui.plots.marks import Space, mix, polygon
from layerlab.ui.plots.plot import Plot
from layerlab.ui.plots.scale import Axis, number, power
from layerlab.ui.theme import Theme

Array = np.ndarray
ROOMY = 8  # layers up to which ridges stand free of each other; more overlap
TALLEST, STEEPEST = 58, 0.36  # pixels at zoom 1, or that share of the width if it is more


def lanes(count: int, area: QRectF, zoom: float) -> tuple[Array, float]:
    """Return where ridges stand: baselines in pixels (L,) and the height of a full one."""
    tallest = max(TALLEST * zoom, STEEPEST * area.width())
    if count <= ROOMY:
        lane = area.height() / max(1, count)
        return area.top() + lane * np.arange(1, count + 1) - 1, min(0.86 * lane, tallest)
    tall = min(0.25 * area.height(), 0.6 * tallest)
    return area.top() + tall + (area.height() - tall - 1) * np.linspace(0, 1, count), tall


@dataclass(eq=False)
class RidgeMark:
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
        bases, tall = lanes(count, space.area(), self.theme.zoom)
        outline = np.concatenate((x[:1], x, x[-1:]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        width = 1.5 if count <= ROOMY else 1.0
        for layer, base in enumerate(bases.tolist()):
            color = self.theme.layer_color(layer, count)
            y = base - self.heights[layer] * tall
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mix(self.theme, color, 0.38))
            painter.drawPolygon(polygon(outline, np.concatenate(([base], y, [base]))))
            pen = QPen(color, width)
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            painter.setPen(pen)
            painter.drawPolyline(polygon(x, y))

    def key(self) -> object:
        """Return what it looks like."""
        return (self.centres.tobytes(), self.heights.tobytes())


class Ridges(Plot):
    """The plot of the ridges: layers downwards, values to the right.

    Attributes:
        what: what is counted: `activations` or `gradients`.
        part: the part shown last.
        numbers: of the layers, from 1, where some are left out; all of them if empty.
    """

    def __init__(self, what: str) -> None:
        super().__init__(Axis(), Axis())
        self.what = what
        self.part: LayerPart | None = None
        self.numbers: tuple[int, ...] = ()
        self._named: object = None  # what the cached picture names at the left
        self.reader = self.read
        self.tick_gap = 38

    def show_part(self, part: LayerPart, anew: bool) -> None:
        """Draw the histograms of a part."""
        edges = part.edges[np.isfinite(part.edges)]
        if edges.size:
            changed = self.part is None or self.part.unit != part.unit
            low, high = float(edges[0]), float(edges[-1])
            self.x_axis.follow(low, high, restart=anew or changed)
        self.part = part
        named = (len(part.counts), self.numbers)
        if named != self._named:
            self._named, self._cache_key = named, None
        unit = f" ×{power(part.unit)}" if part.unit else ""
        self.y_axis.label = f"{self.what}{unit}, root scale"
        self.y_axis.brief = f"{self.what}{unit}"
        # A spike of zeros would press all else flat: the root shows both (Tukey's rootogram).
        heights = np.sqrt(np.clip(np.nan_to_num(part.counts, nan=0.0, posinf=1.0), 0.0, 1.0))
        centres = 0.5 * (part.edges[1:] + part.edges[:-1])
        self.show_marks(live={"ridges": RidgeMark(centres, heights, self.theme)})

    def number_of(self, layer: int) -> int:
        """Return the number of the layer that the ridge at a place (0-based) stands for."""
        return self.numbers[layer] if self.numbers else layer + 1

    def layer_at(self, y: float) -> int:
        """Return the layer (0-based) whose lane is at a place, `y` from 0 below to 1 above."""
        assert self.part is not None
        bases, _ = lanes(len(self.part.counts), self.area(), self.theme.zoom)
        row = self.area().bottom() - y * self.area().height()
        return min(int(np.searchsorted(bases, row)), len(bases) - 1)

    def read(self, x: float, y: float) -> Reading | None:
        """Read the density of the layer under the cursor, and how many of its units died."""
        part = self.part
        if part is None or not len(part.counts):
            return None
        layer = self.layer_at(y)
        column = int(np.clip(np.searchsorted(part.edges, x) - 1, 0, part.counts.shape[1] - 1))
        scale = f"·{power(part.unit)}" if part.unit else ""
        low, high = (number(float(v)) for v in part.edges[column : column + 2])
        share = number(100 * float(part.counts[layer, column]))
        color = self.theme.layer_color(layer, len(part.counts))
        rows: list[tuple[QColor | None, str]] = [
            (color, f"{low} to {high}{scale}: {share} % of the peak")
        ]
        dead = part.dead[:, layer] if part.dead.size else np.zeros(0)
        if dead.size and np.isfinite(dead).all():
            rows.append((None, f"{100 * float(np.median(dead)):.0f} % of the units dead"))
        return Reading(f"layer {self.number_of(layer)}", tuple(rows), x)

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return none: the layers' numbers stand there instead."""
        return []

    def paint_y_ticks(self, painter: QPainter) -> None:
        """Paint the layers' numbers; of many, those that stand clear of each other."""
        theme, count = self.theme, 0 if self.part is None else len(self.part.counts)
        bases, _ = lanes(count, self.area(), theme.zoom)
        painter.setFont(theme.font(10.5, 600))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        last, gap = float("inf"), theme.px(13)
        for layer in reversed(range(count)):
            row = float(bases[layer])
            if layer and (last - row < gap or row - bases[0] < gap):
                continue  # the first is always named
            last = row
            painter.setPen(theme.layer_color(layer, count))
            box = QRectF(0, row - theme.px(13), theme.px(16), theme.px(14))
            painter.drawText(box, flags, str(self.number_of(layer)))
