"""The variance of each layer on a logarithmic axis, measured over predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core.frames import MEAN_SQUARE, LayerPart
from layerlab.core.translation import _, translated
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, Mark
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import FLOOR, Axis
from layerlab.ui.plotting.series import Series, read_series

Array = np.ndarray
THEORY, _LAYER, _VARIANCE = _("theory"), _("layer"), _("variance")
MANY = 16  # layers from which on their dots are smaller


def widened(one: Series) -> Series:
    """Return a curve as it is drawn; of a single layer, a short level stroke around it."""
    low = None if one.low is None else np.maximum(one.low, FLOOR)
    one = replace(one, low=low, inks=())
    if one.x.size != 1:
        return one
    return replace(one.at(np.array([0, 0])), x=np.array([0.8, 1.2]))


class VariancePlot(Plot):
    """Median and quartiles of the measured variance by layer, theory dashed.

    Values of 0, and what is below 1e-30, have no place on a logarithmic axis: they are
    rings on its lower edge, and the legend explains them.
    """

    def __init__(self) -> None:
        super().__init__(Axis(_LAYER, integer=True), Axis(log=True))
        self.reader = self.read
        self.tick_gap = 26
        self.legend_right = True
        self._curves: tuple[Series, ...] = ()
        self._shown: tuple[str, int] | None = None

    def curves(self, part: LayerPart, kind: str) -> tuple[Series, ...]:
        """Return one of the part's variances as measured and, if there is one, its theory."""
        theme, values = self.theme, part.measured[kind]
        seeds, count = values.shape
        layers, (low, middle, high) = np.arange(1.0, count + 1), quartiles(values.T)
        name = translated(kind)
        measured = Series(
            name,
            layers,
            middle,
            theme.color("accent"),
            width=1.8,
            shade=0.22,
            inks=[theme.layer_color(k, count) for k in range(count)],
            radius=(3.4 if count <= MANY else 2.0) * theme.zoom,
        )
        if seeds > 1:
            measured = replace(measured, low=low, high=high)
        theory = part.theory.get(kind)
        if theory is None or theory.shape != (3, count):
            return (measured,)
        middle, low, high = np.asarray(theory, float)
        expected = Series(
            *(THEORY, layers, middle, theme.color("muted"), low, high),
            form="dash",
            width=1.4,
            shade=0.13,
            column=f"{kind} theory",  # not translated
            ends=(_("low"), "", _("high")),
            reads_band=False,
        )
        return measured, expected

    def show_part(self, part: LayerPart, kind: str, restart: bool) -> None:
        """Draw one of the part's variances."""
        count = part.measured[kind].shape[1]
        self._curves = self.curves(part, kind)
        restart = restart or self._shown != (kind, count)
        self._shown = (kind, count)
        self.x_axis.fix(*((0.5, 1.5) if count == 1 else (1 - 0.03 * count, 1.03 * count)))
        if restart:
            self.y_axis.fix(0.01, 10.0)
        seen = [one.y for one in self._curves]
        seen += [end for end in (self._curves[0].low, self._curves[0].high) if end is not None]
        self.y_axis.cover(np.concatenate(seen), restart=restart, decades=3)
        name = translated(kind) if kind == MEAN_SQUARE else _VARIANCE
        self.y_axis.label = _("{name}, log", name=name) if self.y_axis.log else name
        self._draw()

    def _draw(self) -> None:
        theme, measured = self.theme, self._curves[0]
        bands: dict[str, Band] = {}
        live: dict[str, Mark] = {}
        for one in reversed(self._curves):  # the measured one lies over its theory
            wide = widened(one)
            band = wide.band(theme)
            if isinstance(band, Band):
                bands[one.name] = band
            live |= (wide if one.name == THEORY else one).marks(theme)
        if len(bands) > 1:
            ink = blend(theme, measured.color, 0.3)
            bands["shared"] = bands[THEORY].overlap(bands[measured.name], ink)
        lost = np.isfinite(measured.y) & (measured.y <= FLOOR)
        self.legend = ()
        if lost.any():
            rings = replace(measured.at(lost), form="rings", name="0", low=None, high=None)
            edge = np.full(len(rings.x), self.y_axis.low)
            zero = replace(rings, y=edge, width=rings.radius, color=theme.color("muted"))
            live |= zero.marks(theme)
            self.legend = (zero.key(theme),)
        self.show_marks(bands, {}, live)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the layer nearest to `x`."""
        return read_series(self._curves, x, _("layer {number}", number="{}"))
