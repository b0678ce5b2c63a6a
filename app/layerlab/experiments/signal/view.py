"""Draws signal and gradient by layer, and the map of order and chaos."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE, LayerPart
from layerlab.core.translation import _, translated
from layerlab.experiments.signal.atlas import PhaseMap
from layerlab.experiments.signal.model import Result
from layerlab.experiments.signal.network import JacobianSpectrum
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Mark
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import FLOOR, Axis, number
from layerlab.ui.plotting.series import Series, area, exported
from layerlab.ui.views.ridges import Ridges

Array = np.ndarray
UNDER = FLOOR / 10  # below every logarithmic axis
ROUNDING = 1e-28  # of the mean square: what is measured below is rounding


class View(PageView):
    """The map, ridges of signal and gradient, variances, two inputs, singular values."""

    def build(self) -> None:
        """Make the cards."""
        self.map_plot = PhaseMap()
        self.map = PlotCard(_("Order and chaos"), self.map_plot)
        self.map.bind(("weight_std", "bias_std"), lambda x, y: (x, y))
        self.map.bind_click(("weight_std", "bias_std"), self.map_plot.nearest)
        self.signal, self.gradient = Ridges("activations"), Ridges("gradients")
        self.signal_card, self.gradient_card = (
            PlotCard(title, plot)
            for title, plot in (
                (_("Signal by layer"), self.signal),
                (_("Gradient by layer"), self.gradient),
            )
        )
        self.pair = PlotCard(
            _("Two inputs"), HandlePlot(Axis(_("layer"), integer=True), Axis(_("correlation")))
        )
        self.pair.plot.y_axis.fix(-0.1, 1.04)
        self.pair.bind("start", lambda _, y: (min(0.999, max(0.0, y)),))
        self.three = PlotCard(
            _("Three variances"),
            Plot(Axis(_("layer"), integer=True), Axis(_("variance"), log=True)),
        )
        self.values_card = PlotCard(
            _("Jacobian to the end"),
            Plot(Axis(_("layer"), integer=True), Axis(_("factor"), log=True)),
        )
        for card in (self.pair, self.three, self.values_card):
            card.plot.tick_gap = 30
        places = (
            (self.map, 0, 0),
            (self.signal_card, 0, 1),
            (self.gradient_card, 0, 2),
            (self.pair, 1, 0),
            (self.three, 1, 1),
            (self.values_card, 1, 2),
        )
        for card, row, column in places:
            self.add(card, row, column)
        self.share(rows=(11, 10), columns=(7, 6, 6))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return growth, reach, and what arrives at both ends."""
        found, theory = result.found, result.theory
        n = len(found.square)
        side = _("χ, order") if result.chi < 1 else _("χ, chaos")
        if math.isinf(result.length):
            side = _("χ, critical")
        back = number(found.gradient[0], 2) if result.is_whole else "…"
        square, across, last = (
            number(float(v), 2)
            for v in (theory.square[n - 1], theory.across_inputs[n - 1], theory.gradient[0])
        )
        return [
            (number(result.chi, 3), side),
            (number(result.length, 3), _("ξ, layers")),
            (
                number(found.square[-1], 2),
                _("mean square at {layer}, theory {square}", layer=n, square=square),
            ),
            (
                number(found.across_inputs[-1], 2),
                _("across inputs, theory {across}", across=across),
            ),
            (back, _("of the gradient at layer 1, theory {last}", last=last)),
        ]

    def draw(self, result: Result) -> None:
        """Draw all six."""
        self._draw_map(result)
        self._draw_ridges(self.signal_card, self.signal, result.signal, result.ridges[0])
        self._draw_ridges(self.gradient_card, self.gradient, result.gradient, result.ridges[1])
        self._draw_pair(result)
        self._draw_three(result)
        self._draw_spectrum(result)

    # ---- the map
    def _draw_map(self, result: Result) -> None:
        net = result.net
        self.map_plot.show_chart(result.chart, result.marks, net.depth)
        self.map_plot.set_handles(
            (Handle("here", net.weight_std, net.bias_std, self.color("text"), 6.0),)
        )
        rows, columns = result.chart.log_chi.shape
        weights = np.tile(result.chart.weights, rows)
        biases = np.repeat(result.chart.biases, columns)
        self.map.show_numbers(
            (
                *self.map_plot.series,
                exported(_("bias std"), weights, biases, places=_("weight std")),
                exported("chi", weights, np.exp(result.chart.log_chi).ravel()),
            )
        )
        self.map.set_note(
            MouseHint(_("drag the dot, click a name")), MouseHint(_("drag the dot"))
        )

    # ---- ridges
    def _draw_ridges(
        self, card: PlotCard[Plot], plot: Ridges, part: LayerPart | None, layers: Array
    ) -> None:
        plot.numbers = tuple(int(v) for v in layers)
        if part is None:
            plot.show_marks()
            card.show_numbers(())
            return
        plot.show_part(part, False)
        middles = 0.5 * (part.edges[1:] + part.edges[:-1]) * 10.0**part.unit
        card.show_numbers(
            [
                exported(_("layer {number}", number=k), middles, row, places=plot.what)
                for k, row in zip(plot.numbers, part.counts, strict=True)
            ]
        )

    # ---- two inputs
    def _draw_pair(self, result: Result) -> None:
        card, accent, muted = self.pair, self.color("accent"), self.color("muted")
        depth = result.net.depth
        card.plot.x_axis.fix(-0.02 * depth, 1.02 * depth)
        x = np.arange(depth + 1.0)
        first = np.full((1, 3), result.correlation)
        low, mean, high = np.concatenate([first, result.found.correlation]).T
        seen = x[: len(mean)]
        card.show_plot(
            series=(
                Series(_("mean"), seen, mean, accent),
                Series(
                    _("theory"), x, result.theory.correlation, muted, form="dash", width=1.4
                ),
                Series(
                    *(_("all pairs"), seen, high, accent, low, high),
                    form="area",
                    column="",
                    ends=(_("least"), None, _("largest")),
                    is_read=False,
                ),
            ),
        )
        card.set_note(
            _(
                "from {start} to <b>{mean}</b>",
                start=number(result.correlation, 2),
                mean=number(mean[-1], 3),
            ),
            _("to <b>{mean}</b>", mean=number(mean[-1], 3)),
        )
        handle = Handle("start", 0.0, result.correlation, accent, 5.0, "y")
        card.plot.set_handles((handle,))

    # ---- three variances
    def _draw_three(self, result: Result) -> None:
        card, found, theory = self.three, result.found, result.theory
        layers, n = result.layers, len(result.found.square)
        self._fix_layers(card, layers)
        known = (
            (ACROSS_INPUTS, _("inputs"), found.across_inputs, theory.across_inputs, "accent"),
            (ACROSS_UNITS, _("units"), found.across_units, theory.across_units, "negative"),
            (MEAN_SQUARE, _("square"), found.square, theory.square, "text"),
        )
        lowest = np.maximum(found.square * ROUNDING, FLOOR)
        card.plot.y_axis.hold(
            np.concatenate(
                [
                    v
                    for *_names, seen, line, _ink in known
                    for v in (np.maximum(seen, lowest), line)
                ]
            )
        )
        measured, expected = [], []
        dots: dict[str, Mark] = {}
        for name, brief, seen, line, token in known:
            color, good = self.color(token), seen > lowest  # below is rounding
            x, y = layers[:n][good], seen[good]
            measured.append(Series(translated(name), x, y, color, width=1.8, brief=brief))
            dots[f"{name}, layers"] = Dots(x, y, color, 1.9 * self.theme.zoom)
            expected.append(
                Series(
                    _("{variance}, theory", variance=translated(name)),
                    layers,
                    np.maximum(line, UNDER),
                    blend(self.theme, color, 0.75),
                    form="dash",
                    width=1.3,
                    values=line,
                    entries=[LegendEntry("dash", self.color("muted"), _("theory"), 1.3)],
                )
            )
        parts = np.stack([theory.low, theory.square, theory.high])
        low, middle, high = np.maximum(parts, UNDER)
        scatter = Series(
            *(_("9 of 10 networks"), layers, middle, self.color("muted"), low, high),
            form="area",
            shade=0.18,
            brief="90 %",
            column=f"{MEAN_SQUARE},",
            ends=("5 %", None, "95 %"),
            values=parts,
            is_read=False,
        )
        series = (*measured, *expected, scatter.named_last(self.theme))
        card.show_plot(series=series, live=dots)

    def _fix_layers(self, card: PlotCard[Plot], layers: Array) -> None:
        card.plot.x_axis.fix(1 - 0.03 * len(layers), 1.03 * len(layers))

    # ---- singular values
    def _draw_spectrum(self, result: Result) -> None:
        card, theory = self.values_card, np.sqrt(result.theory.gradient)
        layers, muted = result.layers, self.color("muted")
        self._fix_layers(card, layers)
        gradient = np.sqrt(result.found.gradient)
        back = layers[len(layers) - len(gradient) :]
        colors = [self.theme.layer_color(int(k) - 1, len(layers)) for k in back]
        spectrum = result.spectrum
        sizes = np.zeros(0) if spectrum is None else spectrum.quantiles[:, 2:].ravel()
        card.plot.y_axis.hold(np.concatenate([theory, gradient, sizes]))
        series = [
            Series(
                _("theory"),
                layers,
                np.maximum(theory, UNDER),
                muted,
                form="dash",
                width=1.4,
                values=theory,
            )
        ]
        areas: list[Series] = []
        if spectrum is not None:
            curves, areas = self._spectrum(spectrum)
            series += curves
        ink = self.theme.layer_color(2, 4)
        radius = 2.0 * self.theme.zoom
        series.append(
            Series(
                _("gradient"), back, gradient, ink, form="dots", width=radius, brief=_("grad.")
            )
        )
        # Each in its layer's colour, over those in the colour of the legend.
        live: dict[str, Mark] = {"layers": Dots(back, gradient, colors, radius)}
        card.show_plot(series=[*series, *areas], live=live)
        card.set_note(
            _("singular values")
            if spectrum is None
            else _("singular values, width {width}", width=spectrum.width),
            "",
        )

    def _spectrum(self, spectrum: JacobianSpectrum) -> tuple[list[Series], list[Series]]:
        """Return curves of singular values, and the areas between their quartiles."""
        accent = self.color("accent")
        # From the last layer to itself it is the identity.
        x = np.append(spectrum.layers, spectrum.layers[-1] + 1).astype(float)
        sizes = np.concatenate([spectrum.quantiles, np.ones((1, 4))])
        _least, middle, upper, largest = np.maximum(sizes.T, UNDER)
        quarters = [
            area(_("upper quarter"), x, upper, largest, accent, 0.12),
            area(_("upper quartile"), x, middle, upper, accent, 0.26),
        ]
        quarters[0] = replace(
            quarters[0],
            second=blend(self.theme, accent, 0.26),
            brief=_("upper ¼"),
            in_columns=False,
        )
        quarters[1] = replace(quarters[1], values=sizes[:, 2], in_legend=False)
        good = sizes[:, 1] > 0  # else rounding ate it
        curves = [
            Series(
                _("largest"), x, largest, accent, width=1.8, brief=_("max"), values=sizes[:, 3]
            ),
            Series(_("median"), x[good], middle[good], accent, form="dash", width=1.3),
        ]
        return curves, [replace(one, is_read=False) for one in quarters]


def thumbnail(result: Result) -> pic.Picture:
    """Return the map, with its critical line, as cells."""
    chart = result.chart
    columns = (chart.weights >= 0.3) & (chart.weights <= 8)
    cells = np.tanh(0.8 * chart.log_chi[::-3, columns][:, ::2])
    image = tuple(tuple(round(float(v), 2) + 0.0 for v in row) for row in cells)
    x = np.log(chart.weights[columns])
    window = (float(x[0]), float(x[-1]), 0.0, float(chart.biases[-1]))
    critical = [float(np.interp(0.0, row[columns], x)) for row in chart.log_chi]
    line = pic.unit_points(critical, chart.biases, window)
    here = pic.unit_points([math.log(result.net.weight_std)], [0.12], window)
    return (pic.Image(image), pic.Polyline(line, "text", 1.8), pic.Scatter(here, "text", 4.0))
