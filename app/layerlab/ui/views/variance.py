"""The variance of each layer on a logarithmic axis, measured over predicted."""

from __future__ import annotations

import numpy as np

from layerlab.core.frames import LayerPart
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import quartiles, spread
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import FLOOR, Axis, number

Array = np.ndarray


def widened(layers: Array, values: Array) -> tuple[Array, Array]:
    """Return the curve; of a single layer, a short level stroke around it."""
    if layers.size != 1:
        return layers, values
    return np.array([0.8, 1.2]), np.repeat(values, 2, axis=-1)


class VariancePlot(Plot):
    """Median and quartiles of the measured variance by layer, theory dashed.

    Values of 0, and what is below 1e-30, have no place on a logarithmic axis: they are
    rings on its lower edge, and the legend says so.
    """

    def __init__(self) -> None:
        super().__init__(Axis("layer", integer=True), Axis(log=True))
        self.reader = self.read
        self.tick_gap = 26
        self.kind = ""
        self.measured = np.empty((3, 0))
        self.theory = np.empty((3, 0))
        self._seeds = 1
        self._shown: tuple[str, int] | None = None

    def show_part(self, part: LayerPart, kind: str, anew: bool) -> None:
        """Draw one of the part's variances."""
        values = part.measured[kind]
        self._seeds, count = values.shape
        self.measured = quartiles(values.T)  # (3, L)
        theory = part.theory.get(kind)
        known = theory is not None and theory.shape == (3, count)
        self.theory = np.asarray(theory, float) if known else np.empty((3, 0))
        anew = anew or self._shown != (kind, count)
        self.kind, self._shown = kind, (kind, count)
        self.x_axis.fix(*((0.5, 1.5) if count == 1 else (1 - 0.03 * count, 1.03 * count)))
        if anew:
            self.y_axis.fix(0.01, 10.0)
        seen = np.concatenate((self.measured.ravel(), self.theory[0]))
        self.y_axis.cover(seen, restart=anew, decades=3)
        name = kind if "square" in kind else "variance"
        self.y_axis.label = f"{name}, log" if self.y_axis.log else name
        self._draw(np.arange(1.0, count + 1))

    def _draw(self, layers: Array) -> None:
        theme, (low, middle, high) = self.theme, self.measured
        accent, muted = theme.color("accent"), theme.color("muted")
        bands: dict[str, Band] = {}
        live: dict[str, Mark] = {}
        if self.theory.size:
            x, theory = widened(layers, self.theory)
            bands["scatter"] = Band(x, theory[1], theory[2], mix(theme, muted, 0.13))
            live["theory"] = Line(x, theory[0], muted, 1.4, (3.2, 2.6))
        if self._seeds > 1:
            x, (below, above) = widened(layers, np.stack((low, high)))
            below = np.maximum(below, FLOOR)
            band = Band(x, below, above, mix(theme, accent, 0.22))
            if "scatter" in bands:
                bands["shared"] = bands["scatter"].overlap(band, mix(theme, accent, 0.3))
                bands = {"scatter": bands["scatter"], "quartiles": band, **bands}
            else:
                bands["quartiles"] = band
        live["median"] = Line(layers, middle, accent, 1.8)
        radius = (3.4 if layers.size <= 16 else 2.0) * theme.zoom
        colors = [theme.layer_color(k, layers.size) for k in range(layers.size)]
        live["layers"] = Dots(layers, middle, colors, radius)
        lost = np.isfinite(middle) & (middle <= FLOOR)
        self.legend = ()
        if lost.any():
            rings = [c for c, gone in zip(colors, lost, strict=True) if gone]
            edge = np.full(len(rings), self.y_axis.low)
            live["zero"] = Dots(layers[lost], edge, rings, radius, hollow=True)
            self.legend = (Key("ring", muted, "0"),)
        self.legend_right = True
        self.show_marks(bands, {}, live)

    def read(self, x: float, y: float) -> Reading | None:
        """Read the layer nearest to `x`."""
        count = self.measured.shape[1]
        if not count:
            return None
        i = int(np.clip(round(x) - 1, 0, count - 1))
        low, middle, high = (float(v) for v in self.measured[:, i])
        color = self.theme.layer_color(i, count)
        rows = [(color, f"{self.kind} {number(middle)}{spread(low, high, self._seeds)}")]
        if self.theory.size:
            rows.append((self.theme.color("muted"), f"theory {number(self.theory[0, i])}"))
        return Reading(f"layer {i + 1}", tuple(rows), i + 1.0, ((i + 1.0, middle, color),))
