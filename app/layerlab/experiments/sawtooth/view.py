"""Draws the folded triangle, and what training finds of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext, translated
from layerlab.experiments.sawtooth.model import LENGTH, Result
from layerlab.experiments.sawtooth.names import NAMES
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Dots, HLine, Mark, Segments, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, reference

Array = np.ndarray
FAINT = 8  # single networks that are drawn
MIN_LOSS = 1e-8  # losses below stand at the left edge
FOUND_LOSS = 1e-3
BUILT = _("built")


class View(PageView):
    """Target and networks, the folds, losses of all seeds, and neurons that are needed."""

    def build(self) -> None:
        """Make the cards."""
        self.fit = PlotCard(
            _("The target, and what training finds"), Plot(Axis("x"), Axis(_("output")))
        )
        self.stages = PlotCard(
            _("Folded layer by layer"), Plot(Axis("x"), Axis(_("layer"), integer=True))
        )
        self.rows = RowPlot(Axis(_("loss of each seed"), log=True))
        hint = MouseHint(_("click one to draw it"))
        self.losses = PlotCard(_("Built, and found"), self.rows, hint)
        self.losses.bind_row("net", lambda row: NAMES[row - 1] if row else None)
        self.way = PlotCard(
            _("In training"), Plot(Axis(_("updates")), Axis(_("loss"), log=True))
        )
        self.need = PlotCard(
            _("What the pieces take"),
            Plot(Axis(_("folds"), integer=True), Axis(_("neurons"), log=True)),
        )
        for card in (self.fit, self.stages):
            card.plot.x_axis.fix(-1, 1)
        self.fit.plot.y_axis.fix(-0.8, 0.8)
        self.rows.x_axis.fix(0.5 * MIN_LOSS, 1)
        self.rows.x_axis.brief = _("loss")
        self.way.plot.x_axis.fix(0, 1.03 * LENGTH)
        self.way.plot.y_axis.fix(1e-4, 1)
        self.need.plot.x_axis.fix(0.5, 8.5)
        self.need.plot.y_axis.fix(0.8, 1500)
        self.need.plot.y_axis.brief = _("neurons")  # or nothing, before a curve has no name
        self.add(self.fit, 0, 0, 1, 5)
        self.add(self.stages, 0, 5, 1, 3)
        self.add(self.losses, 1, 0, 1, 4)
        self.add(self.way, 1, 4, 1, 2)
        self.add(self.need, 1, 6, 1, 2)
        self.share(rows=(11, 10), columns=(5, 5, 5, 5, 5, 5, 6, 6))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what is built, and what is found of it."""
        shown = result.shown
        found = int((shown.loss < FOUND_LOSS).sum())
        return [
            (
                f"{2**result.folds}",
                _("pieces from {count} neurons, built", count=2 * result.folds),
            ),
            (
                _("{count} of {all}", count=found, all=len(shown.loss)),
                _("seeds find it: loss below {limit:g}", limit=FOUND_LOSS),
            ),
            (
                number(float(np.median(shown.loss)), 2),
                _("median after {updates} updates", updates=number(shown.update, 4)),
            ),
            (f"{shown.pieces}", _("pieces of the best seed")),
            (number(float(np.median(shown.held)), 2), _("median between the points")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all five."""
        self._draw_fit(result)
        self._draw_stages(result)
        self._draw_losses(result)
        self._draw_way(result)
        self._draw_need(result)

    def _draw_fit(self, result: Result) -> None:
        card, x, shown = self.fit, result.x, result.shown
        accent, faint = self.color("accent"), self.color("faint", 0.55)
        low, middle, high = np.percentile(shown.y, (25, 50, 75), axis=0)
        seeds = [
            Series(
                *(_("seed {number}", number=k + 1), x, y, faint),
                width=1.0,
                entries=[LegendEntry("line", faint, _("others"), 1.0)],
                is_still=True,
                is_read=False,
                in_columns=False,
            )
            for k, y in enumerate(shown.y[:FAINT])
        ]
        text, best = self.color("text"), shown.y[shown.best]
        card.show_plot(
            series=(
                Series(_("target, built"), x, result.target, text, form="dash", width=1.4),
                Series(_("best seed"), x, best, accent, width=2.2),
                Series(
                    *(_("quartiles"), x, middle, accent, low, high),
                    form="area",
                    shade=0.22,
                    read_as=_("median"),
                    column="all seeds",  # not translated
                ),
                *seeds,
            ),
        )
        card.set_note(
            _(
                "{network}, {updates} updates",
                network=translated(result.net),
                updates=number(shown.update, 4),
            ),
            translated(result.net),
        )

    def _draw_stages(self, result: Result) -> None:
        """Draw the output of each layer of the built network, one above the other."""
        card, x, count = self.stages, result.x, result.folds
        card.plot.y_axis.fix(0.9, count + 0.95)
        series = []
        for k, stage in enumerate(result.stages):
            floor, color = np.full_like(x, k + 1.0), self.theme.layer_color(k, count)
            top = floor + 0.82 * stage
            one = Series(
                _("layer {number}", number=k + 1),
                x,
                top,
                color,
                floor,
                top,
                width=1.6,
                shade=0.3,
            )
            series.append(
                replace(one, values=stage, ends=None, reads_band=False, in_legend=False)
            )
        card.show_plot(series=series)
        card.set_note(_("<b>{count}</b> pieces", count=2**count))

    def _draw_losses(self, result: Result) -> None:
        plot, chosen = self.rows, 1 + NAMES.index(result.net)
        plot.set_rows([BUILT, *map(translated, NAMES)], chosen)
        theme, good = self.theme, self.color("good")
        least = VLine(max(result.floor, MIN_LOSS), "", self.color("warning"), theme)
        references = (
            reference(_("found"), VLine(FOUND_LOSS, "", good, theme)),
            reference(_("least with half the kinks"), least),
        )
        series = [replace(one, width=1.2) for one in references]
        medians = LegendEntry("line", self.color("muted"), _("median"), 3.0)
        for k, name in enumerate(NAMES, 1):
            loss, shown = np.clip(result.found[name].loss, MIN_LOSS, 1.0), translated(name)
            ink = self.color("accent" if k == chosen else "muted")
            # A little apart, so that seeds of the same loss are seen.
            rows = k + 0.3 * np.linspace(-1, 1, len(loss))
            seeds = Series(shown, rows, loss, blend(theme, ink, 0.7), form="dots", width=2.6)
            seeds = replace(seeds, values=result.found[name].loss, has_places=False)
            at, middle = np.array([float(k)]), np.array([float(np.median(loss))])
            shape = Segments(middle, at - 0.38, middle, at + 0.38, ink, 3.0)
            median = Series(_("median of {network}", network=shown), at, middle, ink)
            series += [
                replace(seeds, in_rows=True, in_legend=False, is_read=False),
                replace(median, in_rows=True, shape=shape, entries=[medians], in_columns=False),
            ]
        exact = max(result.exact, MIN_LOSS)
        live: dict[str, Mark] = {"built": Dots(np.array([exact]), np.array([0.0]), good, 4.5)}
        words = (
            _("exact: loss 0")
            if result.exact == 0
            else _("exact: loss {loss}", loss=number(result.exact, 2))
        )
        live["words"] = TextMark(
            np.array([exact * 1.2]), np.array([0.0]), [words], self.color("good"), self.theme
        )
        self.losses.show_plot(series=series, live=live)
        plot.reader = lambda x, y: self._read_row(result, plot.row_at(y))

    def _read_row(self, result: Result, row: int) -> Tooltip:
        if row == 0:
            return Tooltip(
                _("built from weights"), ((None, _("{count} neurons", count=2 * result.folds)),)
            )
        name = NAMES[row - 1]
        one = result.found[name]
        return Tooltip(
            translated(name),
            (
                (
                    None,
                    _(
                        "{parameters} parameters, {updates} updates",
                        parameters=result.parameters[name],
                        updates=one.update,
                    ),
                ),
                (
                    None,
                    _(
                        "median {median}, best {best}",
                        median=number(float(np.median(one.loss)), 2),
                        best=number(float(one.loss.min()), 2),
                    ),
                ),
                (
                    None,
                    ngettext(
                        "{count} piece of the best", "{count} pieces of the best", one.pieces
                    ),
                ),
            ),
        )

    def _draw_way(self, result: Result) -> None:
        """Draw the medians of all networks, and the quartiles of the one that is drawn."""
        card, accent = self.way, self.color("accent")
        updates, low, middle, high = result.history[result.net]
        faint = self.color("faint")
        others = [
            Series(
                *(translated(name), other[0], other[2], faint),
                width=1.0,
                entries=[LegendEntry("line", faint, _("others"), 1.0)],
                is_read=False,
            )
            for name, other in result.history.items()
            if name != result.net
        ]
        end = np.array([float(result.updates)]), middle[-1:]
        live: dict[str, Mark] = {
            "end": Dots(*end, accent, 4.0, hollow=True),  # where it will stop
            "near": HLine(FOUND_LOSS, _("found"), self.color("good"), self.theme),
        }
        card.show_plot(
            series=(
                *others,
                Series(translated(result.net), updates, middle, accent, low, high),
            ),
            live=live,
        )

    def _draw_need(self, result: Result) -> None:
        card, found = self.need, result.counts
        deep, wide, faint = (self.color(t) for t in ("positive", "negative", "muted"))
        folds = found.folds
        here = folds == result.folds
        card.show_plot(
            series=(
                Series("2^(L−1)", folds, found.bound, faint, form="dash", width=1.2),
                Series(_("one layer"), folds, found.wide, wide, brief=_("wide")),
                Series(_("deep"), folds, found.deep, deep),
                exported(_("pieces"), folds, found.pieces),
            ),
            live={
                "wide here": Dots(folds[here], found.wide[here], wide, 4.5),
                "deep here": Dots(folds[here], found.deep[here], deep, 4.5),
            },
        )


def thumbnail(result: Result) -> pic.Picture:
    """Return the folds, one above the other."""
    shapes: list[pic.Shape] = []
    count = result.folds
    for k, stage in enumerate(result.stages):
        window = (-1.0, 1.0, -float(k), count - float(k))
        token = f"layer{min(4, k + 1)}"
        points = pic.unit_points(result.x[::8], 0.08 + 0.8 * stage[::8], window)
        base = pic.unit_points([1.0, -1.0], [0.08, 0.08], window)
        shapes += [pic.Area((*points, *base), token, 0.3), pic.Polyline(points, token)]
    return tuple(shapes)
