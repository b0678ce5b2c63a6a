"""Ridges: one small histogram a layer, in the layers' colours."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.frames import LayerPart
from layerlab.core.translation import _
from layerlab.ui.plotting.axes import Label
from layerlab.ui.plotting.items import Ridgelines
from layerlab.ui.plotting.items.ridges import shares
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number, power

Array = np.ndarray


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
        self.reader = self.read
        self.tick_gap = 38

    def show_part(self, part: LayerPart, restart: bool) -> None:
        """Draw the histograms of a part."""
        edges = part.edges[np.isfinite(part.edges)]
        if edges.size:
            changed = self.part is None or self.part.unit != part.unit
            low, high = float(edges[0]), float(edges[-1])
            self.x_axis.follow(low, high, restart=restart or changed)
        self.part = part
        unit = f" ×{power(part.unit)}" if part.unit else ""
        self.y_axis.label = _("{quantity}, root scale", quantity=f"{self.what}{unit}")
        self.y_axis.brief = f"{self.what}{unit}"
        # A spike of zeros would press all else flat: the root shows both (Tukey's rootogram).
        heights = np.sqrt(np.clip(np.nan_to_num(part.counts, nan=0.0, posinf=1.0), 0.0, 1.0))
        centres = 0.5 * (part.edges[1:] + part.edges[:-1])
        self.show_marks(live={"ridges": Ridgelines(centres, heights, self.theme)})

    def number_of(self, layer: int) -> int:
        """Return the number of the layer that the ridge at a place (0-based) stands for."""
        return self.numbers[layer] if self.numbers else layer + 1

    def layer_at(self, y: float) -> int:
        """Return the layer (0-based) whose lane is at a place, `y` from 0 below to 1 above."""
        assert self.part is not None
        bases, _ = shares(len(self.part.counts), self.area(), self.theme.zoom)
        return min(int(np.searchsorted(-bases, -y)), len(bases) - 1)

    def read(self, x: float, y: float) -> Tooltip | None:
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
        ends = {"low": low, "high": f"{high}{scale}"}
        text = _("{low} to {high}: {share} % of the peak", **ends, share=share)
        rows: list[tuple[QColor | None, str]] = [(color, text)]
        dead = part.dead[:, layer] if part.dead.size else np.zeros(0)
        if dead.size and np.isfinite(dead).all():
            share_dead = 100 * float(np.median(dead))
            rows.append((None, _("{share:.0f} % of the units dead", share=share_dead)))
        return Tooltip(_("layer {layer}", layer=self.number_of(layer)), tuple(rows), x)

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return none: the layers' numbers stand there instead."""
        return []

    def frame_look(self) -> tuple[object, ...]:
        """Return all that axes, grid and legend depend on."""
        count = 0 if self.part is None else len(self.part.counts)
        return (*super().frame_look(), count, self.numbers)

    def y_labels(self) -> list[Label]:
        """Return the layers' numbers; of many, those that stand clear of each other."""
        theme, count = self.theme, 0 if self.part is None else len(self.part.counts)
        area = self.area()
        bases, _ = shares(count, area, theme.zoom)
        rows = self.py(bases)
        lift = theme.px(6) / max(1.0, area.height()) * abs(np.diff(self.shown(1))[0])
        found: list[Label] = []
        last, gap = float("inf"), theme.px(13)
        for layer in reversed(range(count)):
            row = float(rows[layer])
            if layer and (last - row < gap or row - rows[0] < gap):
                continue  # the first is always named
            last = row
            color = theme.layer_color(layer, count)
            at = float(bases[layer]) + float(lift)
            found.append(Label(at, str(self.number_of(layer)), color, 600))
        return found
