"""Draws what random queries and keys do by d_k: products, entropies, gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _
from layerlab.experiments.attention.model import Result
from layerlab.nets.studies.attention_draws import FREE, SCALED, SIZES
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Histogram, HLine, Mark, Tag
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported

Array = np.ndarray
D_K = np.array(SIZES, float)
FLOOR, TOP = 1e-4, 1e4  # of squared gradients
NAMES = ("÷ √dₖ", _("undivided"))


class SampledCards:
    """Four cards of a page; the switch says which of two curves is bright.

    Attributes:
        cards: products, entropies, gradient by the weights and by the values.
    """

    def __init__(self, view: PageView) -> None:
        """Make the cards and let their handles turn d_k."""
        self._view = view
        self._drawn: tuple[object, ...] = ()
        self.products = PlotCard(_("Random logits"), Plot(Axis("q · k"), Axis(_("density"))))
        self.entropies = PlotCard(
            _("Entropy by dₖ"), HandlePlot(Axis("dₖ", log=True), Axis(_("entropy, nats")))
        )
        self.entropies.plot.y_axis.brief = _("entropy")
        self.weights = PlotCard(
            _("Loss on weights"), HandlePlot(Axis("dₖ", log=True), Axis("|dL/dq|²", log=True))
        )
        self.values = PlotCard(
            _("Loss on values"), HandlePlot(Axis("dₖ", log=True), Axis("|dL/dq|²", log=True))
        )
        self.cards = (self.products, self.entropies, self.weights, self.values)
        self.products.plot.tick_gap = 44
        for card in self.cards[1:]:
            card.plot.x_axis.fix(3.4, 1200)
            card.plot.tick_gap = 40
            card.bind(
                "d_k", lambda x, _: SIZES[int(np.abs(np.log(D_K / max(x, 1.0))).argmin())]
            )
        for card in self.cards[2:]:
            card.plot.y_axis.fix(FLOOR, TOP)

    def draw(self, result: Result) -> None:
        """Draw all four, if what they show is other than it was."""
        wanted = (self._view.theme, result.d_k, result.scaled, *result.summaries)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        self._draw_products(result)
        self._draw_entropies(result)
        limits, roots = result.limits, np.sqrt(D_K)
        flat = np.ones_like(D_K)
        self._draw_gradient(
            self.weights,
            result,
            np.stack([one.weights for one in result.summaries]),
            (limits.weights * flat, limits.weights_free * D_K),
            "∝ dₖ",
        )
        self._draw_gradient(
            self.values,
            result,
            np.stack([one.values for one in result.summaries]),
            (limits.values * flat, limits.values_free * roots),
            "∝ √dₖ",
        )

    def _inks(self) -> tuple[QColor, QColor]:
        return self._view.color("accent"), self._view.color("negative")

    def _draw_products(self, result: Result) -> None:
        """Draw the bright one filled and the other as an outline, as far as it fits."""
        card, view = self.products, self._view
        plot, inks = card.plot, self._inks()
        edges, chosen = result.edges, SCALED if result.scaled else FREE
        middles = 0.5 * (edges[1:] + edges[:-1])
        top = 1.35 * float(result.density[chosen].max())
        plot.x_axis.fix(float(edges[0]), float(edges[-1]))
        plot.y_axis.fix(0, top)
        shown = np.minimum(result.heights, 1.2 * top)
        fill, other = blend(view.theme, inks[chosen], 0.4), 1 - chosen
        drawn = np.minimum(result.density[other], 1.2 * top)
        exact, ink = result.density, view.color("text")
        series = [
            Series(NAMES[other], middles, drawn, inks[other], width=1.4, values=exact[other]),
            Series(_("theory"), middles, exact[chosen], ink, form="dash", width=1.2),
            Series(
                *(_("drawn, {which}", which=NAMES[chosen]), middles, result.heights[chosen]),
                fill,
                form="area",
                shape=Histogram(edges, shown[chosen], fill, inks[chosen]),
                brief=NAMES[chosen],
                is_read=False,
            ),
            exported(_("drawn, {which}", which=NAMES[other]), middles, result.heights[other]),
        ]
        card.show_plot(series=series)
        std = float(result.drawn.dots.std()) / (np.sqrt(result.d_k) if result.scaled else 1)
        card.set_note(_("std <b>{std}</b>", std=number(std)))

    def _draw_entropies(self, result: Result) -> None:
        card, view = self.entropies, self._view
        inks, most = self._inks(), float(np.log(result.keys))
        card.plot.y_axis.fix(0, 1.3 * most)  # with room for the name of what is most
        quartiles = np.stack([one.entropies for one in result.summaries])  # (SIZES, 2, 3)
        chosen = SCALED if result.scaled else FREE
        series = []
        for k in (SCALED, FREE):
            low, middle, high = quartiles[:, k].T
            width = 2.4 if k == chosen else 1.4
            series.append(Series(NAMES[k], D_K, middle, inks[k], low, high, width=width))
        limit = np.full_like(D_K, result.limits.entropy)
        series.append(
            Series(_("theory"), D_K, limit, view.color("text"), form="dash", width=1.2)
        )
        most_of_all = HLine(most, _("all keys alike"), view.color("muted"), view.theme)
        card.show_plot(still={"most": most_of_all}, series=series)
        here = quartiles[SIZES.index(result.d_k), chosen, 1]
        self._show_handle(card, result, float(here), inks[chosen])
        card.set_note(_("median <b>{median}</b>", median=number(float(here), 2)))

    def _show_handle(
        self, card: PlotCard[HandlePlot], result: Result, y: float, ink: QColor
    ) -> None:
        handle = Handle("d_k", float(result.d_k), y, ink, along="x")
        card.plot.set_handles((handle,))

    def _draw_gradient(
        self,
        card: PlotCard[HandlePlot],
        result: Result,
        found: Array,
        theory: tuple[Array, Array],
        law: str,
    ) -> None:
        """Draw mean and median over d_k, scaled and not, over lines of theory.

        Args:
            found: (SIZES, 2, 2) scaled or not, mean or median.
            theory: (SIZES,) scaled, not scaled. law: how the latter grows.
        """
        view, inks = self._view, self._inks()
        chosen = SCALED if result.scaled else FREE
        shown = np.clip(found, FLOOR, TOP)
        muted, text = view.color("muted"), view.color("text")
        full = LegendEntry("line", muted, _("mean"), 2.0)
        dashed = LegendEntry("dash", muted, _("median"), 1.3)
        thin = LegendEntry("dash", text, _("theory"), 1.2)
        series: list[Series] = []
        for k in (SCALED, FREE):
            bright, own = 2.4 if k == chosen else 1.4, LegendEntry("dot", inks[k], NAMES[k])
            mean = Series(
                _("mean {which}", which=NAMES[k]), D_K, shown[:, k, 0], inks[k], width=bright
            )
            median = Series(
                _("median {which}", which=NAMES[k]), D_K, shown[:, k, 1], inks[k], width=1.3
            )
            law_of = Series(
                _("theory {which}", which=NAMES[k]), D_K, theory[k], text, width=1.2
            )
            median = replace(median, values=found[:, k, 1], form="dash", height=-1)
            series += [
                replace(mean, values=found[:, k, 0], entries=[full, own]),
                replace(median, entries=[dashed, own]),
                replace(law_of, form="dash", entries=[thin], is_read=False),
            ]
        live: dict[str, Mark] = {
            f"means {k}": Dots(D_K, shown[:, k, 0], inks[k], 2.4)  # not translated: a key
            for k in (SCALED, FREE)
        }
        steep = float(theory[FREE][3])
        live["law"] = Tag(float(D_K[3]), steep, law, view.color("text"), view.theme)
        card.show_plot(live=live, series=series)
        at = SIZES.index(result.d_k)
        self._show_handle(card, result, float(shown[at, chosen, 0]), inks[chosen])
        mean, median = found[at, chosen]
        card.set_note(
            _(
                "mean <b>{mean}</b>, median <b>{median}</b>",
                mean=number(mean),
                median=number(median),
            ),
            _("mean <b>{mean}</b>", mean=number(mean)),
        )
