"""Draws the trained networks: the moons layer by layer, what a line parts, eigenvalues."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from layerlab.core.translation import _
from layerlab.experiments.euler.model import Result
from layerlab.experiments.euler.moons import SEEDS
from layerlab.experiments.euler.plane import CIRCLE, MAX_STROKE, EvenPlot
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Mark, Polygons, Segments, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported

Array = np.ndarray
SHARES = (0.78, 1.015)  # of the axis
TRAILS = 28  # points of the moons whose way is drawn


def over(lines: Array) -> list[Array]:
    """Return the cells between the lines of a lattice that are turned over. (4, 2) each"""
    a, b, c, d = lines[:-1, :-1], lines[:-1, 1:], lines[1:, 1:], lines[1:, :-1]
    (x, y), (u, v) = np.moveaxis(c - a, -1, 0), np.moveaxis(d - b, -1, 0)
    corners = np.stack([a, b, c, d], axis=-2)
    return list(corners[x * v - y * u < 0])


class TrainedCards:
    """The lower row of the page.

    Attributes:
        moons, layers, rates: the cards.
    """

    def __init__(self, view: PageView) -> None:
        """Make the cards; the view's knob `layer` is dragged in one of them."""
        self.view = view
        self.moons = PlotCard(
            _("Trained layers move the moons"), EvenPlot(Axis("h₁"), Axis("h₂"))
        )
        self.layers = PlotCard(
            _("Linear separability"),
            HandlePlot(Axis(_("layer"), integer=True), Axis(_("accuracy"))),
        )
        self.rates = PlotCard(
            _("λ of this layer"), EvenPlot(Axis(_("real")), Axis(_("imaginary")))
        )
        self.layers.plot.y_axis.fix(*SHARES)
        self.layers.bind("layer", lambda x, _: max(0.0, round(x, 2)))

    @property
    def cards(self) -> tuple[PlotCard[HandlePlot], ...]:
        """From the left."""
        return self.moons, self.layers, self.rates

    def draw(self, result: Result) -> None:
        """Draw all three."""
        self._draw_moons(result)
        self._draw_layers(result)
        self._draw_rates(result)

    def _draw_moons(self, result: Result) -> None:
        card, net, k = self.moons, result.net, result.layer
        card.plot.set_window(self._seen(result))
        theme, inks = self.view.theme, [self.view.theme.class_color(c) for c in (0, 1)]
        pale = blend(theme, self.view.color("muted"), 0.4)
        lattice = LegendEntry("line", pale, _("lattice"), 1.0)
        way = np.concatenate([net.points[: k + 1], result.points[None]])
        paths = LegendEntry("line", blend(theme, inks[0], 0.5), _("paths"), 1.1)
        curves = [
            (f"lattice {family} {n}", line, pale, 1.0, lattice)  # not translated: a key
            for family in range(2)
            for n, line in enumerate(result.lattice[family])
        ]
        curves += [
            # not translated: a key
            (f"way {n}", way[:, n], blend(theme, inks[int(net.label[n])], 0.5), 1.1, paths)
            for n in np.linspace(0, len(net.label) - 1, TRAILS).astype(int)
        ]
        series = [
            Series(name, line[:, 0], line[:, 1], ink, width=width, entries=[entry])
            for name, line, ink, width, entry in curves
        ]
        series.append(self._border(result))
        for c, ink in enumerate(inks):
            name, (x, y) = _("class {number}", number=c), result.points[net.label == c].T
            dots = Series(name, x, y, ink, form="dots", width=2.8)
            series.append(replace(dots, in_legend=False))
        turned, shade = over(result.lattice[0]), blend(theme, self.view.color("doubt"), 0.4)
        if turned:
            shape, nowhere = Polygons(turned, [shade] * len(turned)), np.zeros(0)
            one = Series(_("turned over"), nowhere, nowhere, shade, form="area", shape=shape)
            series.append(one.named_last(theme))
        h1, h2 = result.points.T
        card.show_plot(
            series=[
                exported("h2", h1, h2, places="h1"),
                exported(_("class"), h1, net.label),
                *(replace(one, is_read=False, in_columns=False) for one in series),
            ]
        )
        at, depth = number(result.shown, 3), result.depth
        if net.updates:
            note = _(
                "after <b>{at}</b> of {depth} layers, loss {loss}",
                at=at,
                depth=depth,
                loss=number(net.loss, 2),
            )
        else:
            note = _("after <b>{at}</b> of {depth} layers, not trained yet", at=at, depth=depth)
        card.set_note(note, _("<b>{at}</b> of {depth}", at=at, depth=depth))

    def _seen(self, result: Result) -> tuple[float, float, float, float]:
        """Return a window around the points, that goes with them."""
        low, high = result.points.min(0), result.points.max(0)
        middle, half = (low + high) / 2, 0.62 * np.maximum(high - low, 0.4)
        (x0, y0), (x1, y1) = middle - half, middle + half
        return float(x0), float(x1), float(y0), float(y1)

    def _border(self, result: Result) -> Series:
        """Return the line on which the last layer's sum is 0; bright where it is used."""
        a, b, c = result.net.line
        size = max(math.hypot(a, b), 1e-12)
        near = np.array([-a * c, -b * c]) / size**2  # the point of it nearest to 0
        along = np.array([-b, a]) / size * MAX_STROKE
        ends = np.stack([near - along, near + along])
        at_end = result.shown == result.depth
        color = self.view.color("text", 1.0 if at_end else 0.45)
        (x0, y0), (x1, y1) = ends[:, :, None]
        return Series(
            *(_("decision boundary"), ends[:, 0], ends[:, 1], self.view.color("text")),
            form="dash",
            width=1.6,
            shape=Segments(x0, y0, x1, y1, color, 1.6, (5, 4)),
            brief=_("boundary"),
        )

    def _draw_layers(self, result: Result) -> None:
        card, net, accent = self.layers, result.net, self.view.color("accent")
        x = np.arange(result.depth + 1.0)
        card.plot.x_axis.fix(-0.02 * result.depth, 1.03 * result.depth)
        shares = np.clip(net.parted, SHARES[0], 1)
        low, middle, high = np.percentile(shares, (25, 50, 75), axis=0)
        own = shares[net.best if len(shares) > 1 else 0]
        pale, muted = blend(self.view.theme, accent, 0.6), self.view.color("muted")
        live: dict[str, Mark] = {
            "at": VLine(
                result.shown,
                _("layer {layer}", layer=number(result.shown, 3)),
                muted,
                self.view.theme,
            ),
        }
        series = [
            Series(
                _("median of {seeds}", seeds=SEEDS),
                x,
                middle,
                pale,
                low,
                high,
                form="dash",
                width=1.4,
            ),
            Series(_("shown"), x, own, accent, inks=[accent] * len(x)),
        ]
        card.show_plot(live=live, series=series)
        level = float(np.interp(result.shown, x, own))
        card.plot.set_handles((Handle("layer", result.shown, level, accent, 6.0, "x"),))
        card.set_note(
            MouseHint(_("best line, drag the dot")),
            MouseHint(_("drag the dot")),
            _("best line"),
        )

    def _draw_rates(self, result: Result) -> None:
        card, net, k = self.rates, result.net, result.layer
        reach = max(1.15, float(np.abs(net.rates + 0.5).max()) * 1.05 - 0.5)
        card.plot.set_window((-0.5 - reach - 0.6, -0.5 + reach + 0.6, -reach, reach))
        good, bad = self.view.color("good"), self.view.color("negative")
        shade, edge = blend(self.view.theme, good, 0.2), blend(self.view.theme, good, 0.6)
        disc = CIRCLE - 1
        rates = net.rates[k].ravel()
        stable = np.abs(1 + rates) <= 1
        outline = Polygons([np.stack([disc.real, disc.imag], 1)], [shade], edge, 1.4)
        inside = Series("|1 + λ| ≤ 1", disc.real, disc.imag, shade, form="area", shape=outline)
        dots = [
            Series(name, rates[some].real, rates[some].imag, ink, form="dots", width=2.2)
            for name, some, ink in ((_("stable"), stable, good), (_("unstable"), ~stable, bad))
        ]
        dots[1] = replace(dots[1], height=-1)
        share = number(100 * float(net.stable[k]), 2)
        folds = number(100 * float(net.folded[k].mean()), 2)
        series = [replace(one, is_read=False, in_columns=False) for one in (inside, *dots)]
        card.show_plot(
            series=[
                *series,
                exported(_("imaginary"), rates.real, rates.imag),
                exported("|1 + λ|", rates.real, np.abs(1 + rates)),
            ]
        )
        card.set_note(
            _("<b>{share} %</b> stable, {folds} % turned over", share=share, folds=folds),
            _("<b>{share} %</b> stable", share=share),
        )
