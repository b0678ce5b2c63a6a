"""Draws the twins, the kinks of each, and who is ahead as the curve gets wilder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext, translated
from layerlab.experiments.width_or_depth.model import TOO_CLOSE, Duel, Result, Twin
from layerlab.experiments.width_or_depth.names import DEEP, LENGTH, MAX_CRESTS, TWINS, WIDE
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.clock import PlayButton
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Mark, Segments, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, kinks

Array = np.ndarray
TOKENS = {WIDE: "negative", DEEP: "positive"}
MIN_LOSS, MAX_LOSS = 1e-6, 1.0  # losses beyond stand at the edge
STEP, FRAME_MS = 100, 100  # of playing: updates of a frame, and its time
RULER, ROW = -0.98, 0.07  # top of the kinks' ruler, and height of a layer in it
TOP = 0.6  # height of the winners' dots


class View(PageView):
    """Both fits with their kinks, the training, all seeds, and the duels by wildness."""

    def build(self) -> None:
        """Make the cards."""
        self.fits = {
            name: PlotCard(title, Plot(Axis("x"), Axis(_("output"))))
            for name, title in ((WIDE, _("The wide twin")), (DEEP, _("The deep twin")))
        }
        self.way = PlotCard(
            _("In training"), HandlePlot(Axis(_("updates")), Axis(_("loss"), log=True))
        )
        self.rows = RowPlot(Axis(_("loss of each seed"), log=True))
        self.rows.x_axis.brief = _("loss")
        self.seeds = PlotCard(_("All seeds"), self.rows)
        self.wild = PlotCard(
            _("Loss by crests"),
            HandlePlot(Axis(_("crests"), integer=True), Axis(_("loss"), log=True)),
        )
        for card in self.fits.values():
            card.plot.x_axis.fix(-1, 1)
        self.way.plot.x_axis.fix(0, LENGTH * 1.03)
        self.wild.plot.x_axis.fix(0.5, MAX_CRESTS + 0.5)
        for axis in (self.way.plot.y_axis, self.wild.plot.y_axis, self.rows.x_axis):
            axis.fix(MIN_LOSS, 2 * MAX_LOSS)
        for k, name in enumerate(TWINS):
            self.add(self.fits[name], 0, 3 * k, 1, 3)
        for k, card in enumerate((self.way, self.seeds, self.wild)):
            self.add(card, 1, 2 * k, 1, 2)
        self.share(rows=(11, 10), columns=(1, 1, 1, 1, 1, 1))
        self.play = PlayButton(
            self,
            self.way,
            "updates",
            LENGTH,
            STEP,
            FRAME_MS,
            _("Trains both, a hundred updates per frame"),
        )
        self.way.bind("updates", lambda x, _: int(np.clip(round(x), 0, LENGTH)))
        self.wild.bind_click("crests", lambda x, _: int(np.clip(round(x), 1, MAX_CRESTS)))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return who is ahead, and what each twin is made of."""
        wide, deep = (result.twins[name] for name in TWINS)
        return [
            (
                _called(result.duel),
                _("after {updates} updates", updates=number(result.update, 4)),
            ),
            (_times(result.duel), _("deep loss by wide, 95 % band")),
            (f"{wide.parameters} : {deep.parameters}", _("parameters, wide : deep")),
            (f"{_range(wide.pieces)} : {_range(deep.pieces)}", _counted(wide)),
            (_called(result.fair), _("at equal arithmetic")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all five."""
        for name in TWINS:
            self._draw_fit(name, result)
        self._draw_way(result)
        self._draw_seeds(result)
        self._draw_wild(result)

    # ---- the two functions
    def _draw_fit(self, name: str, result: Result) -> None:
        card, twin, depth = self.fits[name], result.twins[name], result.depth
        ink, text = self.color(TOKENS[name]), self.color("text")
        card.plot.y_axis.fix(RULER - ROW * (depth + 0.5), 0.95)
        x, y = twin.kinks, twin.y
        shown, at = translated(name), (x[1:-1], y[1:-1])
        bends = kinks(
            *(at, twin.layers, len(twin.hidden), self.theme, depth),
            color=ink,
            width=3.6 * self.theme.zoom,
        )
        live: dict[str, Mark] = {}
        for layer in range(1, len(twin.hidden) + 1):
            here = x[1:-1][twin.layers == layer]
            top = np.full_like(here, RULER - ROW * (layer - 1))
            color = self.theme.layer_color(layer - 1, depth)
            live[f"ruler {layer}"] = Segments(here, top, here, top - 0.8 * ROW, color, 1.6)
        card.show_plot(
            series=(
                Series(_("curve"), result.x, result.target, text, form="dash", width=1.3),
                Series(_("median seed"), x, y, ink, width=1.8, read_as=shown, is_straight=True),
                # The first and the last are the edges.
                exported(
                    *(_("layer of the kink"), x, np.r_[np.nan, twin.layers, np.nan]),
                    has_places=False,
                ),
                Series(
                    *(_("quartiles"), result.points, twin.high, ink, twin.low, twin.high),
                    form="area",
                    column="",
                    ends=(_("quartile 25"), None, _("quartile 75")),
                    places=_("x of quartiles"),
                    is_read=False,
                ),
                bends,
            ),
            live=live,
        )
        shape, many = "-".join(map(str, twin.hidden)), len(x) - 2
        card.set_note(
            ngettext(
                "{shape}, <b>{parameters}</b> parameters, <b>{count}</b> kink",
                "{shape}, <b>{parameters}</b> parameters, <b>{count}</b> kinks",
                many,
                shape=shape,
                parameters=twin.parameters,
            ),
            ngettext(
                "{shape}, <b>{count}</b> kink",
                "{shape}, <b>{count}</b> kinks",
                many,
                shape=shape,
            ),
            shape,
        )

    # ---- the clock
    def _draw_way(self, result: Result) -> None:
        card = self.way
        now = _("{updates} updates", updates=number(float(result.updates), 4))
        live: dict[str, Mark] = {
            "clock": VLine(float(result.updates), now, self.color("muted"), self.theme)
        }
        series, fair = [], []
        for name in TWINS:
            ink, twin = self.color(TOKENS[name]), result.twins[name]
            updates, (low, middle, high) = twin.history[0], _within(twin.history[1:])
            shown = translated(name)
            series.append(
                Series(shown, updates, middle, ink, low, high, values=twin.history[1:])
            )
            at = float(result.fair_at[name])
            if at < result.update:
                fair.append((at, float(np.interp(at, updates, middle)), ink))
        x, y = (np.array([one[k] for one in fair]) for k in (0, 1))
        rings = Series(
            *(_("equal arithmetic"), x, y, self.color("muted")),
            form="rings",
            width=4.5,
            inks=[one[2] for one in fair],
            brief=_("equal work"),
            is_read=False,
            in_columns=False,
        )
        card.show_plot(series=[*series, rings], live=live)
        plot = card.plot
        top = plot.y_axis.from_unit(0.88)
        plot.set_handles(
            (Handle("clock", float(result.updates), top, self.color("accent"), along="x"),)
        )

    # ---- the seeds
    def _draw_seeds(self, result: Result) -> None:
        plot = self.rows
        plot.set_rows([translated(name) for name in TWINS])
        medians = LegendEntry("line", self.color("muted"), _("median"), 3.0)
        series = []
        for row, name in enumerate(TWINS):
            ink, shown = self.color(TOKENS[name]), translated(name)
            pale, loss = blend(self.theme, ink, 0.65), _within(result.twins[name].loss)
            # A little apart, so that seeds of the same loss are seen.
            rows = row + 0.3 * np.linspace(-1, 1, len(loss))
            seeds = Series(shown, rows, loss, pale, form="dots", width=2.6 * self.theme.zoom)
            seeds = replace(seeds, values=result.twins[name].loss, has_places=False)
            at, middle = np.array([float(row)]), np.array([float(np.median(loss))])
            shape = Segments(middle, at - 0.4, middle, at + 0.4, ink, 3.0)
            median = Series(_("median of {network}", network=shown), at, middle, ink)
            series += [
                replace(seeds, in_rows=True, in_legend=False, is_read=False),
                replace(median, in_rows=True, shape=shape, entries=[medians], in_columns=False),
            ]
        self.seeds.show_plot(series=series)
        self.seeds.set_note(_("<b>{count}</b> seeds", count=len(result.duel.wide)))
        plot.reader = lambda x, y: self._read_seeds(result, TWINS[plot.row_at(y)])

    def _read_seeds(self, result: Result, name: str) -> Tooltip:
        twin: Twin = result.twins[name]
        return Tooltip(
            _("{twin}, {count} parameters", twin=translated(name), count=twin.parameters),
            (
                (None, _("median {loss}", loss=number(twin.median, 2))),
                (
                    None,
                    _(
                        "best {best}, worst {worst}",
                        best=number(float(twin.loss.min()), 2),
                        worst=number(float(twin.loss.max()), 2),
                    ),
                ),
                (
                    None,
                    _(
                        "{count} multiplications per update",
                        count=number(twin.arithmetic, 5),
                    ),
                ),
            ),
        )

    # ---- by wildness
    def _draw_wild(self, result: Result) -> None:
        card, duels = self.wild, result.duels
        crests = np.array(list(duels), float)
        here = ngettext("{count} crest", "{count} crests", result.crests)
        live: dict[str, Mark] = {
            "here": VLine(float(result.crests), here, self.color("muted"), self.theme)
        }
        series = []
        for name in TWINS:
            ink = self.color(TOKENS[name])
            losses = [duel.wide if name == WIDE else duel.deep for duel in duels.values()]
            parts = np.array([np.percentile(one, (25, 50, 75)) for one in losses])
            parts = parts.reshape(-1, 3).T
            low, middle, high = _within(parts)
            shown = translated(name)
            series.append(Series(shown, crests, middle, ink, low, high, values=parts))
            live[f"{name} medians"] = Dots(crests, middle, ink, 2.8 * self.theme.zoom)
        winners = [self._winner_color(duel) for duel in duels.values()]
        top, radius = np.full_like(crests, TOP), 5.0 * self.theme.zoom
        ahead = Series(
            *(_("● who is ahead"), crests, top, self.color("muted")),
            form="text",
            shape=Dots(crests, top, winners, radius, outline=self.color("panel")),
            brief=_("● ahead"),
            column=_("deep by wide"),
            values=np.array([duel.ratio.middle for duel in duels.values()]),
            is_read=False,
        )
        close = LegendEntry("dot", self.color("faint"), TOO_CLOSE, brief=_("close"))
        series.append(replace(ahead, entries=[ahead.key(self.theme), close]))
        card.show_plot(series=series, live=live)
        is_all = len(duels) == MAX_CRESTS
        card.set_note(
            MouseHint(_("click a curve"))
            if is_all
            else _("{count} of {all}", count=len(duels), all=MAX_CRESTS),
            "",
        )
        card.plot.reader = lambda x, y: self._read_duel(result, round(x))

    def _winner_color(self, duel: Duel) -> QColor:
        return self.color(TOKENS.get(duel.winner, "faint"))

    def _read_duel(self, result: Result, crests: int) -> Tooltip | None:
        duel = result.duels.get(crests)
        if duel is None:
            return None
        rows = [
            (
                self.color(TOKENS[name]),
                f"{translated(name)} {number(float(np.median(loss)), 2)}",
            )
            for name, loss in ((WIDE, duel.wide), (DEEP, duel.deep))
        ]
        crest = ngettext(
            "{count} crest, {updates} updates",
            "{count} crests, {updates} updates",
            crests,
            updates=number(duel.update, 4),
        )
        last = (self._winner_color(duel), f"{_called(duel)}: {_times(duel)}")
        return Tooltip(crest, (*rows, last))


def _within(losses: Array) -> Array:
    """Return losses as the axes can show them."""
    return np.asarray(np.clip(losses, MIN_LOSS, MAX_LOSS))


def _called(duel: Duel) -> str:
    if duel.winner == TOO_CLOSE:
        return TOO_CLOSE
    return _("wide is ahead") if duel.winner == WIDE else _("deep is ahead")


def _times(duel: Duel) -> str:
    middle, low, high = (number(value, 2) for value in duel.ratio)
    return _("×{middle} ({low} to {high})", middle=middle, low=low, high=high)


def _range(pieces: Array) -> str:
    low, high = int(pieces.min()), int(pieces.max())
    return str(low) if low == high else _("{low} to {high}", low=low, high=high)


def _counted(twin: Twin) -> str:
    if len(twin.pieces) > 1:
        return _("pieces of all seeds, wide : deep")
    return _("pieces of the median seed, wide : deep")


def thumbnail(result: Result) -> pic.Picture:
    """Return the curve, and the neurons of a wide and a deep network over and under it."""
    shapes: list[pic.Shape] = []
    window = (-1.0, 1.0, -2.4, 2.4)
    wide_x = np.linspace(-0.85, 0.85, 12)
    shapes.append(
        pic.Scatter(pic.unit_points(wide_x, np.full(12, 1.6), window), "negative", 3.0)
    )
    for row, token in enumerate(("layer1", "layer2", "layer3")):
        places = np.linspace(-0.3, 0.3, 4)
        rows = np.full(4, -1.3 - 0.4 * row)
        shapes.append(pic.Scatter(pic.unit_points(places, rows, window), token, 3.0))
    points = pic.unit_points(result.x[::4], result.target[::4], window)
    shapes.append(pic.Polyline(points, "accent"))
    return tuple(shapes)
