"""Draws plain and residual networks: initial, trained, and with a layer ablated."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.translation import _, translated
from layerlab.experiments.residual.initial import NAMES
from layerlab.experiments.residual.model import Result
from layerlab.experiments.residual.training import DEPTHS, TrainedDepth
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, HLine, Mark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import FLOOR, Axis, number, power
from layerlab.ui.plotting.series import Series, exported

Array = np.ndarray
TOKENS = {"plain": "negative", "residual": "warning", "scaled": "accent"}
UNDER = FLOOR / 10  # below every logarithmic axis
LOSSES = (1e-5, 10.0)  # of the axes; what lies beyond stands at the edge
LEFT, NEEDED = (1e-6, 10.0), (0.5, 1e5)
APART = {"plain": 0.93, "residual": 1.0, "scaled": 1.075}  # so that they do not hide each other


def inside(values: Array, ends: tuple[float, float]) -> Array:
    """Return the values with those beyond the axis at its ends; what is no number too."""
    return np.clip(np.nan_to_num(values, nan=ends[1], posinf=ends[1]), *ends)


class View(PageView):
    """Signal, gradient and chain; losses by depth, by ablated layer, and predictions."""

    def build(self) -> None:
        """Make the cards."""
        self.signal = PlotCard(
            _("Signal at initialization"),
            Plot(Axis(_("layer"), integer=True), Axis(_("mean square"), log=True)),
        )
        self.gradient = PlotCard(
            _("Gradient at initialization"),
            Plot(Axis(_("layer"), integer=True), Axis(_("mean square"), log=True)),
        )
        self.chain = PlotCard(
            _("Gradient through a chain"),
            HandlePlot(Axis(_("layers"), integer=True), Axis(_("gradient"), log=True)),
        )
        self.depths = PlotCard(
            _("Trained"), HandlePlot(Axis(_("layers"), log=True), Axis(_("loss"), log=True))
        )
        self.ablation = PlotCard(
            _("One layer ablated"),
            HandlePlot(Axis(_("layer"), integer=True), Axis(_("loss"), log=True)),
        )
        self.left = PlotCard(
            _("Layer importance"),
            Plot(Axis(_("norm ratio"), log=True), Axis(_("loss ratio"), log=True)),
        )
        self.prediction = PlotCard(_("Prediction"), Plot(Axis("x"), Axis(_("output"))))
        self.left.plot.x_axis.brief = _("norm")
        self.depths.plot.x_axis.brief = "L"
        self.depths.plot.x_axis.fix(1.7, 76)
        for card in (self.depths, self.ablation):
            card.plot.y_axis.fix(LOSSES[0], 1.5 * LOSSES[1])
        self.left.plot.x_axis.fix(*LEFT)
        self.left.plot.y_axis.fix(NEEDED[0], 1.5 * NEEDED[1])
        self.prediction.plot.x_axis.fix(-1, 1)
        self.prediction.plot.y_axis.fix(-1.9, 1.9)
        self.chain.bind("factor", self._factor)
        self.depths.bind_click("depth", self._depth)
        self.ablation.bind_click("ablated", self._ablated)
        for k, card in enumerate((self.signal, self.gradient, self.chain)):
            self.add(card, 0, 4 * k, 1, 4)
        for k, card in enumerate((self.depths, self.ablation, self.left, self.prediction)):
            self.add(card, 1, 3 * k, 1, 3)
        self.share(rows=(10, 10), columns=(1,) * 12)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return the chain's ratio, how deep networks learn, and what arrives at the input."""
        factor, depth = result.factor, result.depth
        reach = [result.reach(name) for name in NAMES]
        deepest = " · ".join("–" if r is None else str(r) for r in reach)
        gradient = np.median(result.initial.gradient[:, :, 0], axis=0)
        return [
            (
                number(result.chain[1, 0] / result.chain[0, 0], 4),
                power(depth, f"({number(1 + factor, 3)} / {number(factor, 3)})"),
            ),
            (deepest, _("deepest that learn")),
            *(
                (number(float(value), 3), _("gradient, {network}", network=translated(name)))
                for name, value in zip(NAMES, gradient, strict=True)
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all seven."""
        initial = result.initial
        self._draw_initial(self.signal, initial.signal, initial.signal_theory)
        self._draw_initial(self.gradient, initial.gradient, initial.gradient_theory)
        self._draw_chain(result)
        self._draw_depths(result)
        self._draw_ablation(result)
        self._draw_left(result)
        self._draw_prediction(result)

    # ---- at initialization
    def _draw_initial(self, card: PlotCard[Plot], seen: Array, theory: Array) -> None:
        depth, muted = theory.shape[1] - 1, self.color("muted")
        x = np.arange(depth + 1.0)
        card.plot.x_axis.fix(-0.02 * depth, 1.02 * depth)
        parts = np.percentile(seen, (25, 50, 75), axis=0)  # (3, 3, L + 1)
        card.plot.y_axis.hold(np.concatenate([parts[1].ravel(), theory.ravel()]))
        low, middle, high = np.maximum(parts, UNDER)
        measured = [
            Series(
                translated(name),
                x,
                middle[k],
                self.color(TOKENS[name]),
                low[k],
                high[k],
                values=parts[:, k],
            )
            for k, name in enumerate(NAMES)
        ]
        expected = [
            Series(
                _("{network}, theory", network=translated(name)),
                x,
                np.maximum(theory[k], UNDER),
                muted,
                form="dash",
                width=1.3,
                values=theory[k],
                entries=[LegendEntry("dash", muted, _("theory"), 1.3)],
                is_read=False,
            )
            for k, name in enumerate(NAMES)
        ]
        card.show_plot(series=(*measured, *expected))

    def _draw_chain(self, result: Result) -> None:
        card, depth = self.chain, result.depth
        plain, skips = self.color(TOKENS["plain"]), self.color(TOKENS["residual"])
        x = np.arange(depth + 1.0)
        through = result.chain[:, ::-1]  # after so many layers on the way back
        card.plot.x_axis.fix(-0.02 * depth, 1.06 * depth)
        card.plot.y_axis.hold(np.maximum(through, FLOOR * 10))
        shown = np.maximum(through, UNDER)
        end = np.array([float(depth)])
        column = "with skips"  # not translated
        card.show_plot(
            series=(
                Series("(1 + a)^L", x, shown[1], skips, column=column, values=through[1]),
                Series("a^L", x, shown[0], plain, column="plain", values=through[0]),
            ),
            live={"end": Dots(end, shown[1, -1:], skips, 4.0)},
        )
        lowest = max(float(shown[0, -1]), card.plot.y_axis.low)
        card.plot.set_handles((Handle("a", float(depth), lowest, plain, 6.0, "y"),))
        ratio = number(through[1, -1] / through[0, -1], 4)
        card.set_note(
            MouseHint(_("ratio <b>{ratio}</b>, drag the dot", ratio=ratio)),
            _("ratio <b>{ratio}</b>", ratio=ratio),
        )

    def _factor(self, _: float, y: float) -> float:
        a = float(max(y, UNDER) ** (1 / self.result.depth))
        return min(1.0, max(0.1, a))

    # ---- trained
    def _draw_depths(self, result: Result) -> None:
        card = self.depths
        live: dict[str, Mark] = {
            "constant": HLine(result.constant, _("constant"), self.color("muted"), self.theme),
            "shown": VLine(
                float(result.shown),
                _("{count} layers", count=result.shown),
                self.color("muted"),
                self.theme,
            ),
        }
        every, medians = [], []
        for name in NAMES:
            known = [one for one in result.ladder[name] if one is not None]
            seeds, median = self._ladder(name, known)
            every.append(seeds)
            medians.append(median)
        card.show_plot(live=live, series=[*medians, *every])
        card.set_note(MouseHint(_("16 seeds, click a depth")), _("16 seeds"))

    def _ladder(self, name: str, known: list[TrainedDepth]) -> tuple[Series, Series]:
        """Return the losses of all seeds of a network by depth, and their quartiles."""
        color, shown = self.color(TOKENS[name]), translated(name)
        depths = np.array([float(one.setting.depth) for one in known])
        losses = np.array([one.loss for one in known]) if known else np.empty((0, 1))
        seeds, each = losses.ravel(), np.repeat(depths, losses.shape[1])
        parts = np.quantile(losses, (0.25, 0.5, 0.75), axis=1)  # (3, depths)
        low, middle, high = inside(parts, LOSSES)
        pale = blend(self.theme, color, 0.45)
        each_seed = Series(
            _("{network}, each seed", network=shown),
            APART[name] * each,
            inside(seeds, LOSSES),
            pale,
            form="dots",
            width=1.6,
            values=seeds,
            x_values=each,
        )
        median = Series(
            *(shown, APART[name] * depths, middle, color, low, high),
            form="joined",
            width=1.4,
            radius=3.4,
            shade=1.0,
            stroke=2.4,
            values=parts,
            x_values=depths,
        )
        under = replace(each_seed, height=-1, in_legend=False, is_read=False)
        return under, median

    def _depth(self, x: float, _: float) -> int:
        return int(min(DEPTHS, key=lambda d: abs(math.log(d / max(x, 1e-9)))))

    # ---- an ablated layer
    def _best(self, result: Result) -> dict[str, tuple[TrainedDepth, Array, Array]]:
        """Return the trained networks that are drawn: loss without each layer, weights left."""
        return {
            name: (one, one.without[:, one.best], one.kept[:, one.best])
            for name, one in result.trained.items()
            if one is not None and one.params is not None
        }

    def _draw_ablation(self, result: Result) -> None:
        card, depth = self.ablation, result.shown
        card.plot.x_axis.fix(0.5, depth + 0.5)
        x = np.arange(1.0, depth + 1)
        live: dict[str, Mark] = {
            "constant": HLine(result.constant, _("constant"), self.color("muted"), self.theme)
        }
        if result.ablated is not None:
            name = _("layer {number}", number=result.ablated)
            live["ablated"] = VLine(float(result.ablated), name, self.color("text"), self.theme)
        series, intact = [], []
        for name, (one, without, _kept) in self._best(result).items():
            color, size = self.color(TOKENS[name]), 3.0 if depth <= 32 else 2.0
            y, shown = inside(without, LOSSES), translated(name)
            series.append(Series(shown, x, y, color, form="dots", width=size, values=without))
            whole = np.full(depth, one.loss[one.best])
            intact.append(
                Series(
                    _("{network}, intact", network=shown),
                    np.linspace(0.5, depth + 0.5, depth),  # from edge to edge
                    inside(whole, LOSSES),
                    color,
                    form="dash",
                    width=1.2,
                    entries=[LegendEntry("dash", self.color("muted"), _("intact"), 1.2)],
                    values=whole,
                    x_values=x,
                    is_read=False,
                )
            )
        card.show_plot(series=[*series, *intact], live=live)
        card.set_note(MouseHint(_("click a layer")), "")

    def _ablated(self, x: float, _: float) -> tuple[float, ...]:
        layer = min(max(round(x), 1), self.result.shown)
        return () if layer == self.result.ablated else (float(layer),)

    def _draw_left(self, result: Result) -> None:
        card, layers = self.left, np.arange(1.0, result.shown + 1)
        best = self._best(result)
        series = [exported(_("layer"), layers, layers, has_places=False)] if best else []
        rings: list[tuple[Array, Array]] = [(np.zeros(0), np.zeros(0))]
        for name in NAMES:
            shown, kept, ratio = translated(name), np.zeros(0), np.zeros(0)
            if name in best:
                one, without, kept = best[name]
                ratio = without / one.loss[one.best]
            x, y = inside(kept, LEFT), inside(ratio, NEEDED)
            series.append(
                Series(
                    *(shown, x, y, self.color(TOKENS[name])),
                    form="dots",
                    width=2.8,
                    column=_("{network}, loss ratio", network=shown),
                    places=_("{network}, relative weight norm", network=shown),
                    values=ratio,
                    x_values=kept,
                    is_read=False,  # a place along x is not one layer
                    in_columns=name in best,
                )
            )
            if result.ablated is not None:
                k = slice(result.ablated - 1, result.ablated)
                rings.append((x[k], y[k]))
        decay = inside(np.array([result.alone, result.alone]), LEFT)
        series.append(
            Series(
                *(_("weight decay alone"), decay, np.array(NEEDED) * [1, 2]),
                self.color("muted"),
                form="dash",
                width=1.4,
                brief=_("decay"),
                height=-1,  # under the points
                is_read=False,
                in_columns=False,
            )
        )
        if result.ablated is not None:
            name = _("layer {number}", number=result.ablated)
            x, y = np.concatenate(rings, axis=1)
            ring = Series(name, x, y, self.color("text"), form="rings", width=5.0)
            series.append(replace(ring, brief=_("ablated"), is_read=False, in_columns=False))
        card.show_plot(series=series)

    def _draw_prediction(self, result: Result) -> None:
        card, x = self.prediction, result.grid
        muted = self.color("muted")
        series = []
        intact = LegendEntry("line", blend(self.theme, muted, 0.4), _("intact"), 1.4)
        for name in ("plain", "scaled"):
            if name not in result.curves:
                continue
            whole, less = result.curves[name]
            color = self.color(TOKENS[name])
            pale = blend(self.theme, color, 0.4)
            series += [
                Series(
                    *(_("{network}, intact", network=translated(name)), x, whole, pale),
                    width=1.4,
                    entries=[intact],
                ),
                Series(translated(name), x, less, color, width=2.2),
            ]
        series.append(Series(_("target"), x, result.target, muted, form="dash", width=1.4))
        card.show_plot(series=series)
        count, layer = result.shown, result.ablated
        if layer is None:
            long, where = _("{count} layers, intact", count=count), _("intact")
        else:
            long = _("{count} layers, without layer {layer}", count=count, layer=layer)
            where = _("without layer {layer}", layer=layer)
        card.set_note(long if result.curves else _("not trained yet"), where)


def thumbnail(result: Result) -> pic.Picture:
    """Return the gradient of the three networks, from the last layer to the first."""
    gradient = np.log10(np.median(result.initial.gradient, axis=0))
    window = (0.0, float(result.depth), float(gradient.min()) - 1, float(gradient.max()) + 1)
    x = np.arange(result.depth + 1.0)
    shapes: list[pic.Shape] = []
    for row, name in zip(gradient, NAMES, strict=True):
        shapes.append(pic.Polyline(pic.unit_points(x, row, window), TOKENS[name], 2.0))
    return tuple(shapes)
