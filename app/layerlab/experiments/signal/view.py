"""Draws signal and gradient by layer, and the map of order and chaos."""

from __future__ import annotations

import math

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE, LayerPart
from layerlab.experiments.signal.atlas import MapPlot
from layerlab.experiments.signal.model import Result
from layerlab.experiments.signal.network import Spectrum
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.handles import Handle
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, Rule
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.scale import FLOOR, Axis, number
from layerlab.ui.views.ridges import Ridges

Array = np.ndarray
DASH = (3.2, 2.6)
UNDER = FLOOR / 10  # below every logarithmic axis
DECADES = 4  # that a logarithmic axis shows at least
ROUNDING = 1e-28  # of the mean square: what is measured below is rounding


def hold(axis: Axis, values: Array) -> None:
    """Let an axis stand while it holds the values and they fill a third of it."""
    good = values[np.isfinite(values) & (values > FLOOR)]
    if not good.size:
        return
    low, high = math.log10(float(good.min())), math.log10(float(good.max()))
    bottom, top = math.log10(axis.low), math.log10(axis.high)
    inside = bottom <= low and high <= top
    if not inside or max(high - low, DECADES - 1) < (top - bottom) / 3:
        axis.cover(good, restart=True, decades=DECADES)


class View(PageView):
    """The map, ridges of signal and gradient, variances, two inputs, singular values."""

    def build(self) -> None:
        """Make the cards."""
        self.map_plot = MapPlot()
        self.map_plot.grabbed.connect(lambda _: self.grabbed.emit("weight_std"))
        self.map_plot.released.connect(lambda _: self.released.emit("weight_std"))
        self.map_plot.dragged.connect(self._on_dragged)
        self.map_plot.chosen.connect(self._on_chosen)
        self.map = PlotCard(
            "Order and chaos", self.map_plot.x_axis, self.map_plot.y_axis, "", self.map_plot
        )
        self.signal, self.gradient = Ridges("activations"), Ridges("gradients")
        self.signal_card, self.gradient_card = (
            PlotCard(title, plot.x_axis, plot.y_axis, "", plot)
            for title, plot in (
                ("Signal by layer", self.signal),
                ("Gradient by layer", self.gradient),
            )
        )
        self.pair = PlotCard("Two inputs", Axis("layer", integer=True), Axis("correlation"))
        self.pair.plot.y_axis.fix(-0.1, 1.04)
        self.pair.plot.dragged.connect(lambda _, __, y: self._on_start(y))
        self.pair.plot.grabbed.connect(lambda _: self.grabbed.emit("start"))
        self.pair.plot.released.connect(lambda _: self.released.emit("start"))
        self.three = PlotCard("Three variances", Axis("layer", integer=True), Axis(log=True))
        self.values_card = PlotCard(
            "Jacobian to the last layer", Axis("layer", integer=True), Axis("factor", log=True)
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
        self.least_height = 400

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return growth, reach, and what arrives at both ends."""
        found, theory = result.found, result.theory
        n = len(found.square)
        order = "order" if result.chi < 1 else "chaos"
        side = "critical" if math.isinf(result.length) else order
        back = number(found.gradient[0], 2) if result.is_whole else "…"
        square, across, last = (
            number(float(v), 2)
            for v in (theory.square[n - 1], theory.across_inputs[n - 1], theory.gradient[0])
        )
        return [
            (number(result.chi, 3), f"χ, {side}"),
            (number(result.length, 3), "ξ, layers"),
            (number(found.square[-1], 2), f"mean square at {n}, theory {square}"),
            (number(found.across_inputs[-1], 2), f"across inputs, theory {across}"),
            (back, f"of the gradient at layer 1, theory {last}"),
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
        birth = result.birth
        self.map_plot.show_chart(result.chart, result.marks, birth.depth)
        self.map_plot.set_handles(
            (Handle("here", birth.weight_std, birth.bias_std, self.color("text"), 6.0),)
        )
        rows, columns = result.chart.log_chi.shape
        self.map.columns = {
            "weight spread": np.tile(result.chart.weights, rows),
            "bias spread": np.repeat(result.chart.biases, columns),
            "chi": np.exp(result.chart.log_chi).ravel(),
        }
        self.map.set_note("drag the dot, click a name", "drag the dot")

    def _on_dragged(self, _: str, x: float, y: float) -> None:
        self.edited.emit("weight_std", x)
        self.edited.emit("bias_std", y)

    def _on_chosen(self, x: float, y: float) -> None:
        self.grabbed.emit("weight_std")  # both at once: one step of undo
        self._on_dragged("", x, y)
        self.released.emit("weight_std")

    # ---- ridges
    def _draw_ridges(
        self, card: PlotCard, plot: Ridges, part: LayerPart | None, layers: Array
    ) -> None:
        plot.numbers = tuple(int(v) for v in layers)
        if part is None:
            plot.show_marks()
            card.columns = {}
            return
        plot.show_part(part, False)
        middles = 0.5 * (part.edges[1:] + part.edges[:-1]) * 10.0**part.unit
        named = {f"layer {k}": row for k, row in zip(plot.numbers, part.counts, strict=True)}
        card.columns = {plot.what: middles} | named

    # ---- two inputs
    def _draw_pair(self, result: Result) -> None:
        card, accent, muted = self.pair, self.color("accent"), self.color("muted")
        depth = result.birth.depth
        card.plot.x_axis.fix(-0.02 * depth, 1.02 * depth)
        x = np.arange(depth + 1.0)
        first = np.full((1, 3), result.correlation)
        low, mean, high = np.concatenate([first, result.found.correlation]).T
        seen = x[: len(mean)]
        band = Band(seen, low, high, mix(self.theme, accent, 0.2))
        live: dict[str, Mark] = {
            "theory": Line(x, result.theory.correlation, muted, 1.4, DASH),
            "mean": Line(seen, mean, accent, 2.0),
        }
        legend = [
            Key("line", accent, "mean"),
            Key("dash", muted, "theory", 1.4),
            Key("band", mix(self.theme, accent, 0.2), "all pairs"),
        ]
        card.show_plot(
            bands={"pairs": band},
            live=live,
            legend=legend,
            columns={
                "layer": seen,
                "least": low,
                "mean": mean,
                "largest": high,
                "theory": result.theory.correlation[: len(mean)],
            },
        )
        theory = result.theory.correlation[: len(mean)]
        card.read_curves(seen, [("mean of all pairs", mean, accent), ("theory", theory, muted)])
        card.set_note(
            f"from {number(result.correlation, 2)} to <b>{number(mean[-1], 3)}</b>",
            f"<b>{number(mean[-1], 3)}</b>",
        )
        handle = Handle("start", 0.0, result.correlation, accent, 5.0, "y")
        card.plot.set_handles((handle,))

    def _on_start(self, y: float) -> None:
        self.edited.emit("start", (min(0.999, max(0.0, y)),))

    # ---- three variances
    def _draw_three(self, result: Result) -> None:
        card, found, theory = self.three, result.found, result.theory
        layers, n = result.layers, len(result.found.square)
        self._fix_layers(card, layers)
        known = (
            (ACROSS_INPUTS, "inputs", found.across_inputs, theory.across_inputs, "accent"),
            (ACROSS_UNITS, "units", found.across_units, theory.across_units, "negative"),
            (MEAN_SQUARE, "square", found.square, theory.square, "text"),
        )
        lowest = np.maximum(found.square * ROUNDING, FLOOR)
        hold(
            card.plot.y_axis,
            np.concatenate(
                [v for _, _, seen, line, _ in known for v in (np.maximum(seen, lowest), line)]
            ),
        )
        live: dict[str, Mark] = {}
        legend: list[Key] = []
        columns, curves = {"layer": layers[:n]}, []
        for name, brief, seen, line, token in known:
            color, good = self.color(token), seen > lowest  # below is rounding
            pale = mix(self.theme, color, 0.75)
            live[f"{name}, theory"] = Line(layers, np.maximum(line, UNDER), pale, 1.3, DASH)
            live[name] = Line(layers[:n][good], seen[good], color, 1.8)
            radius = 1.9 * self.theme.zoom
            live[f"{name}, layers"] = Dots(layers[:n][good], seen[good], color, radius)
            legend.append(Key("dot", color, brief))
            columns |= {name: seen, f"{name}, theory": line[:n]}
            curves.append((name, seen, color))
        scatter = Band(
            layers,
            np.maximum(theory.low, UNDER),
            np.maximum(theory.high, UNDER),
            mix(self.theme, self.color("muted"), 0.18),
        )
        card.show_plot(bands={"scatter": scatter}, live=live, legend=legend, columns=columns)
        card.read_curves(layers[:n], curves)
        card.set_note("theory dashed")

    def _fix_layers(self, card: PlotCard, layers: Array) -> None:
        card.plot.x_axis.fix(1 - 0.03 * len(layers), 1.03 * len(layers))

    # ---- singular values
    def _draw_spectrum(self, result: Result) -> None:
        card, theory = self.values_card, np.sqrt(result.theory.gradient)
        layers, muted, accent = result.layers, self.color("muted"), self.color("accent")
        self._fix_layers(card, layers)
        gradient = np.sqrt(result.found.gradient)
        back = layers[len(layers) - len(gradient) :]
        colors = [self.theme.layer_color(int(k) - 1, len(layers)) for k in back]
        spectrum = result.spectrum
        sizes = np.zeros(0) if spectrum is None else spectrum.quantiles[:, 2:].ravel()
        hold(card.plot.y_axis, np.concatenate([theory, gradient, sizes]))
        live: dict[str, Mark] = {}
        bands: dict[str, Mark] = {}
        legend: list[Key] = []
        if spectrum is not None:
            bands, live = self._spectrum_marks(spectrum)
            legend = [Key("line", accent, "largest"), Key("dash", accent, "median", 1.4)]
        live["one"] = Rule(1.0, "", self.color("faint"), self.theme)
        live["theory"] = Line(layers, np.maximum(theory, UNDER), muted, 1.4, DASH)
        live["gradient"] = Dots(back, gradient, colors, 2.0 * self.theme.zoom)
        legend += [
            Key("dot", self.theme.layer_color(2, 4), "gradient"),
            Key("dash", muted, "theory", 1.4),
        ]
        card.show_plot(bands=bands, live=live, legend=legend, columns=self._columns(result))
        names = ("theory", "gradient", "largest", "upper quartile", "median")
        curves = [
            (name, card.columns[name], muted if name == "theory" else accent)
            for name in names
            if name in card.columns
        ]
        card.read_curves(layers, curves)
        wide = "" if spectrum is None else f", width {spectrum.width}"
        card.set_note(f"singular values{wide}", "")

    def _spectrum_marks(self, spectrum: Spectrum) -> tuple[dict[str, Mark], dict[str, Mark]]:
        accent = self.color("accent")
        # From the last layer to itself it is the identity.
        x = np.append(spectrum.layers, spectrum.layers[-1] + 1).astype(float)
        sizes = np.concatenate([spectrum.quantiles, np.ones((1, 4))])
        _, middle, upper, largest = np.maximum(sizes.T, UNDER)
        bands: dict[str, Mark] = {
            "upper": Band(x, upper, largest, mix(self.theme, accent, 0.12)),
            "middle": Band(x, middle, upper, mix(self.theme, accent, 0.26)),
        }
        live: dict[str, Mark] = {"largest": Line(x, largest, accent, 1.8)}
        good = sizes[:, 1] > 0  # else rounding ate it
        live["median"] = Line(x[good], middle[good], accent, 1.3, DASH)
        return bands, live

    def _columns(self, result: Result) -> dict[str, Array]:
        columns = {"layer": result.layers, "theory": np.sqrt(result.theory.gradient)}
        spectrum = result.spectrum
        if spectrum is not None and len(spectrum.layers) == len(result.layers) - 1:
            for k, name in ((3, "largest"), (2, "upper quartile"), (1, "median")):
                columns[name] = np.append(spectrum.quantiles[:, k], 1.0)
        if result.is_whole:
            columns["gradient"] = np.sqrt(result.found.gradient)
        return columns


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
    here = pic.unit_points([math.log(result.birth.weight_std)], [0.12], window)
    return (pic.Image(image), pic.Line(line, "text", 1.8), pic.Dots(here, "text", 4.0))
