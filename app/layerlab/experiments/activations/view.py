"""Draws the zoo of activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.activations.model import FLAT, VIEW, Facts, Result
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, Bars, Histogram, Mark, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, area, read_row

# Ends of that axis, and of a bar: the rest is for the numbers.
MAX_FRACTION, MAX_BAR = 1.65, 1.25
BIN_TOP = 1.2  # densities above are cut: a spike of zeros is as high as its cell is narrow


class View(PageView):
    """Value and derivative over z, the Gaussian after the activation, and what is preserved."""

    def build(self) -> None:
        """Make the cards."""
        self.value = PlotCard(_("Value"), Plot(Axis("z"), Axis("h")))
        self.derivative = PlotCard(_("Derivative"), Plot(Axis("z"), Axis("dh/dz")))
        self.behind = PlotCard(_("Output density"), Plot(Axis("z, h"), Axis(_("density"))))
        self.rows = RowPlot(Axis(_("fraction preserved")), _("activation"))
        self.rows.x_axis.brief = _("fraction")
        self.rows.x_axis.fix(0, MAX_FRACTION)
        hint = MouseHint(_("click one to choose it"))
        self.kept = PlotCard(_("What is preserved"), self.rows, hint)
        self.kept.bind_row("activation", lambda row: self.result and self.result.facts[row].key)
        self.corner = PlotCard(_("Softplus and ReLU"), Plot(Axis("z"), Axis("h")))
        for card in (self.value, self.derivative):
            card.plot.x_axis.fix(-VIEW, VIEW)
        self.corner.plot.x_axis.fix(-3, 3)
        self.corner.plot.y_axis.fix(-0.15, 3)
        self.value.plot.y_axis.fix(-1.4, 3)
        self.derivative.plot.y_axis.fix(-0.3, 1.3)
        self.add(self.value, 0, 0, 1, 3)
        self.add(self.derivative, 0, 3, 1, 3)
        self.add(self.behind, 1, 0, 1, 2)
        self.add(self.kept, 1, 2, 1, 2)
        self.add(self.corner, 1, 4, 1, 2)
        self.share(rows=(10, 9), columns=(1,) * 6)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what happens to the gaussian."""
        one = result.chosen
        arrived = result.mean**2 + result.std**2
        found = [
            (number(one.square, 3), _("mean square, of {before}", before=number(arrived, 3))),
            (
                number(one.variance, 3),
                _("variance, of {before}", before=number(result.std**2, 3)),
            ),
            (f"{100 * one.dead:.0f} %", _("dead: derivative 0")),
            (
                f"{100 * one.saturated:.0f} %",
                _("saturated: derivative < {share:g} % of it", share=100 * FLAT),
            ),
            (number(one.largest, 4), _("largest derivative")),
        ]
        if one.lowest is not None:
            place, value = one.lowest
            found.append(
                (number(value, 4), _("minimum, at z = {place}", place=number(place, 3)))
            )
        return found

    def draw(self, result: Result) -> None:
        """Draw all five."""
        self._draw_curves(self.value, result, "h")
        self._draw_curves(self.derivative, result, "derivative")
        self._draw_behind(result)
        self._draw_kept(result)
        self._draw_corner(result)

    def _draw_curves(self, card: PlotCard[Plot], result: Result, name: str) -> None:
        """Draw all curves faint and the chosen one bright, over the gaussian's density."""
        z, chosen = result.z, result.chosen
        plot, accent = card.plot, self.color("accent")
        low, high = plot.y_axis.low, plot.y_axis.high
        # The gaussian stands on the floor, a quarter of the plot high.
        hill = low + 0.25 * (high - low) * result.before / result.before.max()
        floor, faint = np.full_like(z, low), self.color("faint")
        others = LegendEntry("line", faint, _("the others"), 1.0)
        series = [
            Series(one.label, z, getattr(one, name), self.color("faint", 0.55), width=1.0)
            for one in result.facts
            if one is not chosen
        ]
        series = [
            replace(one, is_still=True, entries=[others], is_read=False) for one in series
        ]
        series.append(Series(chosen.label, z, getattr(chosen, name), accent, width=2.4))
        ground = area(_("density of z"), z, floor, hill, faint, 0.28)
        ground = replace(ground, values=result.before, is_read=False)
        series.append(ground.named_last(self.theme))
        if chosen.lowest is not None:
            place, value = chosen.lowest
            dot, ink = value if name == "h" else 0.0, self.color("warning")
            text = _("minimum of h") if name != "h" else _("minimum")
            least = Series(text, np.array([place]), np.array([dot]), ink, form="dots")
            least = replace(least, width=3.6, is_read=False, in_columns=False)
            series.append(least.named_last(self.theme))
        card.show_plot(series=series)

    def _draw_behind(self, result: Result) -> None:
        card, accent = self.behind, self.color("accent")
        heights = np.minimum(result.after, BIN_TOP)
        edges = result.edges
        fill = blend(self.theme, accent, 0.42)
        low = min(float(edges[0]), result.mean - 3 * result.std)
        high = max(float(edges[-1]), result.mean + 3 * result.std)
        card.plot.x_axis.follow(max(low, -VIEW), min(high, VIEW))
        card.plot.y_axis.fix(
            0, max(0.45, 1.12 * float(max(heights.max(), result.before.max())))
        )
        one = result.chosen
        mean = VLine(
            one.mean, _("mean {mean}", mean=number(one.mean, 2)), self.color("text"), self.theme
        )
        middles = 0.5 * (edges[1:] + edges[:-1])
        z, faint = result.z, self.color("faint")
        before = area("z", z, 0 * z, result.before, faint, 0.28)
        after = area("h", middles, 0 * middles, result.after, fill, 1.0)
        after = replace(after, shape=Histogram(edges, heights, fill, accent))
        densities = [
            replace(one, places=one.name, column=name, read_as=name)
            for one, name in ((before, _("density of z")), (after, _("density of h")))
        ]
        card.show_plot(series=densities, live={"mean": mean})
        card.set_note(
            _(
                "variance <b>{variance}</b> of {before}",
                variance=number(one.variance, 3),
                before=number(result.std**2, 3),
            )
        )

    def _draw_kept(self, result: Result) -> None:
        """Draw a thick bar for the mean square and a thin one for the variance of each."""
        plot, facts = self.rows, result.facts
        arrived = result.mean**2 + result.std**2
        square = np.array([one.square for one in facts]) / arrived
        variance = np.array([one.variance for one in facts]) / arrived
        rows = np.arange(len(facts))
        chosen = facts.index(result.chosen)
        plot.set_rows([one.label for one in facts], chosen)
        tokens = ["accent" if k == chosen else "muted" for k in rows]
        pale = [blend(self.theme, self.color(token), 0.35) for token in tokens]
        full = [self.color(token) for token in tokens]
        none, ends = np.zeros(len(facts)), np.full(len(facts), MAX_FRACTION)
        words = [number(share, 2) for share in square]
        thin = Bars(rows, none, np.minimum(variance, MAX_BAR), full, 0.22)
        series = (
            Series(
                *(_("mean square"), rows, np.minimum(square, MAX_BAR), pale[chosen]),
                form="bars",
                width=0.62,
                inks=pale,
                column=_("mean square preserved"),
                values=square,
            ),
            Series(
                *(_("variance"), rows, variance, full[chosen]),
                width=3.0,
                in_rows=True,
                shape=thin,
                column=_("variance preserved"),
            ),
        )
        live: dict[str, Mark] = {
            "words": TextMark(ends, rows, words, full, self.theme, 10, right=True, within=1),
            "all": VLine(1.0, _("all"), self.color("muted"), self.theme),
        }
        self.kept.show_plot(series=series, live=live)
        plot.reader = lambda x, y: self._read_row(facts, plot.row_at(y))

    def _read_row(self, facts: Sequence[Facts], row: int) -> Tooltip | None:
        one, ink = facts[row], self.color("accent")
        both = [replace(part, inks=(), color=ink) for part in self.kept.series]
        reading = read_row(both, row, one.label)
        text = _(
            "dead {dead:.0f} %, saturated {saturated:.0f} %",
            dead=100 * one.dead,
            saturated=100 * one.saturated,
        )
        return reading and replace(reading, rows=(*reading.rows, (None, text)))

    def _draw_corner(self, result: Result) -> None:
        z, card = result.z, self.corner
        between = Band(
            z, result.corner, result.softplus, blend(self.theme, self.color("negative"), 0.22)
        )
        ink, muted = self.color("negative"), self.color("muted")
        series = [
            Series("ReLU", z, result.corner, muted, width=1.6),
            Series("softplus", z, result.softplus, ink, width=2.2),
        ]
        gap = Series(_("largest gap"), np.zeros(1), np.array([result.gap]), ink, form="dots")
        gap = replace(gap, width=3.6, brief=_("gap"), is_read=False, in_columns=False)
        card.show_plot(bands={"between": between}, series=[*series, gap])
        card.set_note(
            _("at most <b>{gap}</b> apart", gap=number(result.gap, 3)),
            _("gap <b>{gap}</b>", gap=number(result.gap, 3)),
        )


def thumbnail(result: Result) -> pic.Picture:
    """Return some of the curves, ReLU bright."""
    window = (-3.0, 3.0, -1.3, 2.6)
    z = result.z[np.abs(result.z) <= 3][::3]
    inside = np.abs(result.z) <= 3
    shapes: list[pic.Shape] = []
    for key, token in (
        ("tanh", "layer1"),
        ("sigmoid", "layer2"),
        ("elu", "layer3"),
        ("gelu", "layer4"),
        ("relu", "accent"),
    ):
        h = result.of(key).h[inside][::3]
        points = pic.unit_points(z, np.minimum(h, 2.6), window)
        shapes.append(pic.Polyline(points, token, 2.4 if key == "relu" else 1.6))
    return tuple(shapes)
