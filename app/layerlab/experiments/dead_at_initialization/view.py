"""Draws the map of initially dead networks, its theory, one network, what training leaves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.cures import MAX_DEPTH, MAX_WIDTH, NETS
from layerlab.core.numbers import percent
from layerlab.core.translation import _, ngettext
from layerlab.experiments.dead_at_initialization.map import (
    DeadShareMap,
    cell_at,
    map_marks,
    share_scale,
)
from layerlab.experiments.dead_at_initialization.model import (
    LAYERS,
    PUBLISHED,
    RATES,
    UPDATES,
    Result,
    half_depths,
)
from layerlab.experiments.dead_at_initialization.network_plots import (
    draw_prediction,
    draw_units,
)
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Mark, Segments, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, area, exported

Array = np.ndarray
DEPTHS = np.arange(1.0, MAX_DEPTH + 1)
WIDTHS = np.arange(1.0, MAX_WIDTH + 1)


class View(PageView):
    """The map; shares by depth and by width; the network's prediction, and its units."""

    def build(self) -> None:
        """Make the cards."""
        self.map = DeadShareMap()
        self.map_card = PlotCard(_("Dead at initialization"), self.map)
        self.by_depth = PlotCard(
            _("By depth"), HandlePlot(Axis(_("layers"), log=True), Axis(_("dead")))
        )
        self.by_width = PlotCard(
            _("Learning |x|"), HandlePlot(Axis(_("width"), integer=True), Axis(_("share")))
        )
        self.prediction = PlotCard(_("Prediction"), HandlePlot(Axis("x"), Axis(_("output"))))
        self.units = PlotCard(
            _("Active units"),
            HandlePlot(Axis(_("layer"), integer=True), Axis(_("unit"), integer=True)),
        )
        self.by_depth.plot.x_axis.fix(0.95, 1.06 * MAX_DEPTH)
        self.by_width.plot.x_axis.fix(0.5, MAX_WIDTH + 0.5)
        for card in (self.by_depth, self.by_width):
            card.plot.y_axis.fix(-0.02, 1.05)
            card.plot.tick_gap = 36
        self.prediction.plot.x_axis.fix(-1, 1)
        self._listen()
        self.add(self.map_card, 0, 0, 1, 5)
        self.add(self.by_depth, 0, 5, 1, 3)
        self.add(self.by_width, 0, 8, 1, 4)
        self.add(self.prediction, 1, 0, 1, 4)
        self.add(self.units, 1, 4, 1, 8)
        self.share(rows=(11, 9), columns=(1,) * 12)

    def _listen(self) -> None:
        self.map_card.bind(("width", "depth"), cell_at)
        self.map_card.bind_click(("width", "depth"), cell_at)
        self.map.stepped.connect(self._on_stepped)
        for card in (self.by_depth, self.units):
            card.bind_click("depth", lambda x, _: min(max(round(x), 1), MAX_DEPTH))
        self.by_width.bind_click("width", lambda x, _: min(max(round(x), 1), MAX_WIDTH))
        self.prediction.bind_click("net", lambda *_: self.result.net % NETS + 1)

    def _on_stepped(self, layers: int, units: int) -> None:
        width, depth = self.result.width + units, self.result.depth + layers
        self.turn(width=min(max(width, 1), MAX_WIDTH), depth=min(max(depth, 1), MAX_DEPTH))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return the share here, in theory and after training, and this network's fate."""
        w, d = result.width - 1, result.depth - 1
        nets = int(result.nets[w])
        share = percent(float(result.shares[w, d])) if nets else "…"
        theory = "–"
        if result.low is not None and result.high is not None:
            low, high = (float(v[w, d]) for v in (result.low, result.high))
            theory = (
                percent(low)
                if low == high
                else _("{low:.3g} to {high}", low=100 * low, high=percent(high))
            )
        half = result.half(result.width)
        until = ("…", _("layers until half are dead"))
        if nets:
            until = (number(half, 3), until[1])
        if nets and math.isnan(half):
            until = (_("never"), _("half are dead, to {depth} layers", depth=MAX_DEPTH))
        trained = result.trained[RATES[0]].get(result.width)
        return [
            (share, _("dead of {nets}", nets=number(nets or NETS, 4))),
            (theory, _("in theory") if theory != "–" else _("no theory here")),
            until,
            (
                "…" if trained is None else percent(trained.share),
                _("constant after {updates} updates", updates=UPDATES),
            ),
            (
                _("lives")
                if result.dies is None
                else _("dies at layer {layer}", layer=result.dies),
                _(
                    "network {number}, output range {range}",
                    number=result.net,
                    range=number(float(np.ptp(result.curve)), 2),
                ),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all five."""
        self._draw_map(result)
        self._draw_by_depth(result)
        self._draw_by_width(result)
        draw_prediction(self, self.prediction, result)
        draw_units(self, self.units, result)

    # ---- shares
    def _draw_map(self, result: Result) -> None:
        card, ink = self.map_card, self.color("text")
        still = map_marks(self.theme, result.shares, result.nets)
        width, depth = np.repeat(WIDTHS, MAX_DEPTH), np.tile(DEPTHS, MAX_WIDTH)
        series = [
            exported(_("depth"), width, depth, places=_("width")),
            exported(_("fraction dead"), width, result.shares.ravel()),
            exported(_("networks"), width, np.repeat(result.nets, MAX_DEPTH)),
        ]
        bounds = LegendEntry("dash", ink, _("bounds"), 1.4)
        for name, of, form, wide in (
            (_("lower bound"), "low", "dash", 1.4),
            (_("upper bound"), "high", "dash", 1.4),
            (_("half are dead"), "counted", "line", 2.2),
        ):
            if of == "counted" and not result.nets.all():
                continue
            x, y = half_depths(result, of)
            if len(x):
                line = Series(name, x, y, ink, form=form, width=wide, is_read=False)
                series.append(replace(line, entries=[] if of == "counted" else [bounds]))
        self.map.color_scale = share_scale(self.theme)
        card.show_plot(still=still, live=self._sides(result), series=series)
        self.map.set_handles(
            (Handle("here", float(result.depth), float(result.width), self.color("text"), 6.0),)
        )
        self.map.reader = lambda x, y: self._read_cell(result, *cell_at(x, y))
        card.set_note(MouseHint(_("drag the dot, click a cell")), MouseHint(_("click a cell")))

    def _sides(self, result: Result) -> dict[str, Mark]:
        """Return the names of both sides, where the map has them."""
        found: dict[str, Mark] = {}
        for name, is_there, x, y in (
            (_("alive"), result.shares[9, 2] < 0.5, 2.6, 10.0),
            (_("dead"), result.shares[2, 31] >= 0.5, 27.0, 2.0),
        ):
            if is_there and result.nets.all():
                found[name] = TextMark(
                    np.array([x]),
                    np.array([y]),
                    [name],
                    self.color("text"),
                    self.theme,
                    12,
                    600,
                )
        return found

    def _read_cell(self, result: Result, width: int, depth: int) -> Tooltip:
        nets = int(result.nets[width - 1])
        share = percent(float(result.shares[width - 1, depth - 1])) if nets else "…"
        rows = [
            (
                self.color("negative"),
                _("{share} dead of {nets}", share=share, nets=number(nets, 4)),
            )
        ]
        if result.low is not None and result.high is not None:
            low, high = (float(v[width - 1, depth - 1]) for v in (result.low, result.high))
            rows.append(
                (
                    self.color("muted"),
                    _("theory {low} to {high}", low=percent(low), high=percent(high)),
                )
            )
        return Tooltip(
            _("width {width}, {layers}", width=width, layers=layers(depth)), tuple(rows)
        )

    def _draw_by_depth(self, result: Result) -> None:
        card, ink, w = self.by_depth, self.color("accent"), result.width - 1
        faint, depth = self.color("faint"), float(result.depth)
        series = [
            Series(
                *(_("width {width}", width=k + 1), DEPTHS, result.shares[k], faint), width=1.0
            )
            for k in range(MAX_WIDTH)
            if result.nets[k] and k != w
        ]
        others = LegendEntry("line", faint, _("other widths"), 1.0, brief=_("others"))
        series = [replace(one, entries=[others], is_read=False) for one in series]
        live: dict[str, Mark] = {
            "here": VLine(depth, layers(result.depth), self.color("muted"), self.theme)
        }
        card.plot.reader = None
        if result.nets[w]:
            share = result.shares[w]
            series.append(
                Series(_("width {width}", width=result.width), DEPTHS, share, ink, width=2.4)
            )
            live["dot"] = Dots(
                np.array([depth]), share[result.depth - 1 : result.depth], ink, 4.0
            )
        series += self._bounds(result, DEPTHS, np.s_[w])
        card.show_plot(live=live, series=series)
        card.set_note(MouseHint(_("click a depth")), "")

    def _bounds(self, result: Result, x: Array, part: Any) -> list[Series]:
        """Return the area between the bounds, if they are known, of a part of all nets."""
        if result.low is None or result.high is None:
            return []
        one = area(
            _("bounds"), x, result.low[part], result.high[part], self.color("muted"), 0.3
        )
        return [replace(one, is_read=False, in_columns=False)]

    def _draw_by_width(self, result: Result) -> None:
        card, d = self.by_width, result.depth - 1
        before, after, ink = (self.color(t) for t in ("accent", "warning", "text"))
        live: dict[str, Mark] = {
            "here": VLine(
                float(result.width),
                _("width {width}", width=result.width),
                self.color("muted"),
                self.theme,
            )
        }
        known = result.nets > 0
        shares = result.shares[known, d]
        series = [
            Series(
                *(_("initial"), WIDTHS[known], shares, before),
                form="joined",
                width=1.4,
                radius=3.4,
                column="dead at initialization",  # not translated
            )
        ]
        for rate, form in zip(RATES, ("dots", "rings"), strict=True):
            found = result.trained[rate]
            at = np.array(list(found), float)
            left = np.array([one.share for one in found.values()])
            name = f"trained at {rate:g}"  # not translated: of columns
            shown = _("trained at {rate:g}", rate=rate)
            one = Series(
                shown, at, left, after, form=form, width=4.2, brief=_("at {rate:g}", rate=rate)
            )
            column, places = f"constant, {name}", f"width of {name}"  # not translated
            series.append(replace(one, column=column, places=places))
        series += self._bounds(result, WIDTHS, np.s_[:, d])
        if result.depth == LAYERS:
            x = np.array(list(PUBLISHED), float)
            low, high = np.array(list(PUBLISHED.values())).T
            one = Series(_("published"), x, high, ink, low, high, width=4.0, brief=_("print"))
            shape = Segments(x + 0.3, low, x + 0.3, high, ink, 4.0)
            ends = (_("lowest"), None, _("highest"))
            series.append(replace(one, shape=shape, ends=ends))
        card.show_plot(live=live, series=series)
        card.plot.reader = lambda x, _: self._read_width(result, x)
        card.set_note(layers(result.depth))

    def _read_width(self, result: Result, x: float) -> Tooltip:
        width = min(max(round(x), 1), MAX_WIDTH)
        share = float(result.shares[width - 1, result.depth - 1])
        rows = [(self.color("accent"), _("initial {share}", share=percent(share)))]
        for rate in RATES:
            one = result.trained[rate].get(width)
            if one is not None:
                text = _(
                    "at {rate:g} {share} of {nets}",
                    rate=rate,
                    share=percent(one.share),
                    nets=number(one.nets, 4),
                )
                rows.append((self.color("warning"), text))
        return Tooltip(
            _("width {width}, {layers}", width=width, layers=layers(result.depth)), tuple(rows)
        )


def layers(depth: int) -> str:
    """Return a depth in words."""
    return ngettext("{count} layer", "{count} layers", depth)


def thumbnail(result: Result) -> pic.Picture:
    """Return the map as theory has it, halfway between its bounds, by layers in powers."""
    assert result.low is not None
    assert result.high is not None
    depths = np.unique(np.geomspace(1, MAX_DEPTH, 16).round().astype(int)) - 1
    middle = 0.5 * (result.low + result.high)[::-1][:, depths]
    cells = tuple(tuple(round(float(1 - 2 * v), 3) for v in row) for row in middle)
    return (pic.Image(cells),)
