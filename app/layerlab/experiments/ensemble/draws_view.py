"""What many draws show: error and correlation over x, variance by K, and by kind."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _, translated
from layerlab.experiments.ensemble.draw_statistics import DrawStatistics
from layerlab.experiments.ensemble.model import Result
from layerlab.experiments.ensemble.names import EDGE, KINDS, MAX_K
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, HLine, Line, Mark, TextMark, VLine
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, area, reference

Array = np.ndarray
BRIEF = {"bootstrap": _("data"), "architecture": _("arch.")}  # where there is little room
TOKENS = {"seed": "accent", "bootstrap": "negative", "architecture": "positive"}
AXIS_MARGIN = 2.0  # what the axis of the kinds has beside the bars: for the numbers
PEAK = 3.0  # an error this many times as high as nine tenths of the positions leaves the axis
SHARES = {"one": 0.16, "own": 0.42, "shared": 0.85}  # of the ink


class Held:
    """An axis from 0 that grows with its data, and shrinks for another setting only."""

    def __init__(self, axis: Axis, is_both: bool = False) -> None:
        """Hold an axis. `is_both`: it reaches as far below 0 as above."""
        self._axis, self._is_both = axis, is_both
        self._what: object = None

    def reach(self, top: float, what: object) -> None:
        """Let it reach this far for a setting."""
        if what != self._what or top > self._axis.high or top < self._axis.high / 2:
            self._axis.fix(-top if self._is_both else 0.0, top)
            self._what = what


class Before(NamedTuple):
    """What was drawn last, which stays in grey while a new setting is trained."""

    error: Array
    rho: Array
    predicted: Array


class PageOfDraws(PageView):
    """The lower row of the page.

    Attributes:
        error, rho, mean, kinds: its cards.
    """

    def build_below(self) -> None:
        """Make the cards."""
        self.error = PlotCard(_("Squared error"), Plot(Axis("x"), Axis()))
        self.rho = PlotCard(_("Correlation"), Plot(Axis("x"), Axis("ρ")))
        self.mean = PlotCard(_("Variance by K"), HandlePlot(Axis("K", integer=True), Axis()))
        self.rows = RowPlot(Axis(_("variance")), _("kind"))
        self.rows.x_axis.brief = "v"
        self.kinds = PlotCard(_("Kinds compared"), self.rows)
        for card in (self.error, self.rho):
            card.plot.x_axis.fix(-EDGE, EDGE)
        self.rho.plot.y_axis.fix(-0.1, 1.0)
        self.mean.plot.x_axis.fix(0.5, MAX_K + 0.5)
        self._held = [
            Held(plot)
            for plot in (self.error.plot.y_axis, self.mean.plot.y_axis, self.rows.x_axis)
        ]
        self._before: Before | None = None
        self.mean.bind("k", self._k)
        self.kinds.bind_row("kind", lambda row: KINDS[row])

    def ink(self, result: Result) -> QColor:
        """Return the colour of the kind that is chosen."""
        return self.color(TOKENS[result.setting.kind])

    def draw_below(self, result: Result) -> None:
        """Draw the four."""
        if result.found:
            setting = result.setting
            same = (setting.task, setting.noise, setting.width)
            top = max(float(one.all.one.mean()) for one in result.found.values())
            self._held[1].reach(1.12 * top, same)
            self._held[2].reach(AXIS_MARGIN * top, same)
            if result.here is not None:
                whole = result.here.all.one + result.here.all.squared_bias(result.truth)
                top = min(float(whole.max()), PEAK * float(np.quantile(whole, 0.9)))
                self._held[0].reach(1.1 * top, (setting, result.here.bootstrap is None))
        self._draw_error(result)
        self._draw_rho(result)
        self._draw_mean(result)
        self._draw_kinds(result)

    def _grey(self, x: Array, part: str) -> dict[str, Mark]:
        """Return what was drawn before."""
        if self._before is None:
            return {}
        return {"before": Line(x, getattr(self._before, part), self.color("faint"), 1.6)}

    def _wait(self, card: PlotCard[Plot]) -> None:
        card.plot.reader = None
        card.set_note(_("being trained") if self._before is None else _("grey: before"), "")

    # ---- over x
    def _draw_error(self, result: Result) -> None:
        card, found = self.error, result.here
        series = self._error_series(result)
        if found is None:
            card.show_plot(series=series, live=self._grey(result.x, "error"))
            self._wait(card)
            return
        card.show_plot(series=series)
        card.set_note(_("mean of {k}", k=result.k), "")
        self._before = Before(
            series[-2].y, np.clip(found.all.rho_at, -0.1, 1), _predicted(found)
        )

    def _error_series(self, result: Result) -> list[Series]:
        """Return the error's parts, one on the other, one network's error, and the mean's."""
        ink, text, x, found = self.ink(result), self.color("text"), result.x, result.here
        if found is None:
            x, one, mean, parts = x[:0], x[:0], x[:0], np.empty((3, 0))
        else:
            half, bias = found.half, np.maximum(found.all.squared_bias(result.truth), 0)
            parts = np.stack([bias, np.maximum(half.shared, 0), half.own / result.k])
            one = bias + np.maximum(half.one, 0)
            mean = bias + found.means_at[result.k - 1]
        top = np.cumsum(parts, axis=0)
        names = {
            "bias²": (self.color("warning"), 0.6),
            "ρ v": (ink, 0.55),
            _("own / K"): (ink, 0.25),
        }
        stacked = [
            area(name, x, top[k] - parts[k], top[k], color, shade)
            for k, (name, (color, shade)) in enumerate(names.items())
        ]
        measured = Series(_("mean, measured"), x, mean, text, form="dots", brief=_("mean"))
        every_third = Dots(x[::3], mean[::3], text, 1.8)
        return [
            *(replace(part, values=v) for part, v in zip(stacked, parts, strict=True)),
            Series(_("one network"), x, one, text, width=1.6, brief=_("one")),
            replace(measured, shape=every_third),
        ]

    def _draw_rho(self, result: Result) -> None:
        card, x = self.rho, result.x
        series, chosen, at = [], result.setting.kind, float(x[result.at])
        for kind in sorted(result.found, key=lambda kind: kind == chosen):
            rho, color = result.found[kind].all.rho_at, self.color(TOKENS[kind])
            shade = color if kind == chosen else blend(self.theme, color, 0.5)
            one = Series(
                *(translated(kind), x, np.clip(rho, -0.1, 1), shade),
                brief=BRIEF.get(kind, ""),
                values=rho,
            )
            series.append(replace(one, width=2.6 if kind == chosen else 1.3))
        live = self._grey(x, "rho") if result.here is None else {}
        if result.here is not None:
            mean = result.here.all.rho
            line = HLine(mean, "", self.ink(result), self.theme)
            series.append(reference(_("mean {mean}", mean=number(mean, 2)), line))
        live["position"] = VLine(at, f"x {number(at, 2)}", self.color("muted"), self.theme)
        card.show_plot(live=live, series=series)
        card.set_note(_("of two networks"), "")
        if result.here is None:
            self._wait(card)

    # ---- K
    def _draw_mean(self, result: Result) -> None:
        card, ks = self.mean, np.arange(1.0, MAX_K + 1)
        series = [
            Series(
                *(translated(kind), ks, _predicted(other)),
                blend(self.theme, self.color(TOKENS[kind]), 0.5),
                width=1.3,
                brief=BRIEF.get(kind, ""),
            )
            for kind, other in result.found.items()
            if kind != result.setting.kind
        ]
        found, ink, height = result.here, self.ink(result), 0.0
        live = self._grey(ks, "predicted") if found is None else {}
        if found is not None:
            predicted, text = _predicted(found), self.color("text")
            floor = float(found.half.shared.mean())
            live["floor"] = HLine(floor, "ρ v", ink, self.theme, low=True)
            series += [
                Series(_("formula"), ks, predicted, ink),
                Series(_("measured"), ks, found.means, text, form="dots", width=2.6),
            ]
            height = float(predicted[result.k - 1])
        live["k"] = VLine(float(result.k), f"K = {result.k}", self.color("muted"), self.theme)
        card.show_plot(live=live, series=series)
        if found is not None:
            card.plot.reader = lambda x, _: self._read_mean(found, ink, x)
        card.plot.set_handles((Handle("k", float(result.k), height, ink, 6.0, "x"),))
        card.set_note(MouseHint(_("other networks, drag K")), _("other networks"), "")
        if found is None:
            self._wait(card)

    def _read_mean(self, found: DrawStatistics, ink: QColor, x: float) -> Tooltip:
        k = int(np.clip(round(x), 1, MAX_K))
        one = float(found.half.one.mean())
        rows = (
            (ink, _("formula {variance} v", variance=number(found.predicted(k), 3))),
            (self.color("text"), _("measured {variance} v", variance=number(found.seen(k), 3))),
        )
        dots = ((float(k), float(found.means[k - 1]), self.color("text")),)
        return Tooltip(f"K = {k}, v = {number(one, 2)}", rows, float(k), dots)

    def _k(self, x: float, _: float) -> int:
        k = round(x)
        is_by_key = not self.mean.plot.held  # its step is less than a network
        if is_by_key and k == self.result.k:
            k += int(np.sign(x - self.result.k))
        return int(np.clip(k, 1, MAX_K))

    # ---- kinds
    def _draw_kinds(self, result: Result) -> None:
        plot, chosen = self.rows, result.setting.kind
        plot.set_rows([translated(kind) for kind in KINDS], KINDS.index(chosen))
        known = [kind for kind in KINDS if kind in result.found]
        rows = np.array([float(KINDS.index(kind)) for kind in known])
        every = [result.found[kind].all for kind in known]
        own, base = self.ink(result), np.zeros(len(known))
        series = []
        # From the left, each from where the smaller one ends.
        for name, share, sizes in (
            ("ρ v", SHARES["shared"], [one.shared for one in every]),
            (
                _("mean of {k}", k=result.k),
                SHARES["own"],
                [one.of_mean(result.k) for one in every],
            ),
            (_("one"), SHARES["one"], [one.one for one in every]),
        ):
            end = np.array([max(float(size.mean()), 0.0) for size in sizes])
            inks = [blend(self.theme, self.color(TOKENS[kind]), share) for kind in known]
            color = blend(self.theme, own, share)
            one = Series(name, rows, end, color, form="bars", width=0.46, inks=inks)
            series.append(replace(one, base=base, is_read=False))
            base = end
        series.append(self._rho_texts(rows, np.array([one.rho for one in every])))
        self.kinds.show_plot(series=series)
        self.kinds.set_note(
            MouseHint(_("variance, click a row")) if known else _("being trained"),
            _("variance"),
        )
        plot.reader = lambda _, y: self._read_kind(result, plot.row_at(y))

    def _rho_texts(self, rows: Array, rho: Array) -> Series:
        """Return the correlations, written at the right end of each row."""
        ends, texts = np.full(len(rows), self.rows.x_axis.high), [number(r, 2) for r in rho]
        ink = self.color("text")
        shape = TextMark(ends, rows, texts, ink, self.theme, 10.0, right=True, within=1)
        one = Series(_("right: ρ"), rows, rho, self.color("muted"), form="text", shape=shape)
        return replace(one, in_rows=True, column="ρ", is_read=False)

    def _read_kind(self, result: Result, row: int) -> Tooltip | None:
        kind = KINDS[row]
        found = result.found.get(kind)
        if found is None:
            return None
        rho = f"ρ {number(found.all.rho, 2)}"
        if found.bootstrap is not None:
            bootstrap = found.bootstrap.rho
            rho = _(
                "{rho}, {low} to {high}",
                rho=rho,
                low=number(bootstrap.low, 2),
                high=number(bootstrap.high, 2),
            )
        bias = float(found.all.squared_bias(result.truth).mean())
        of_mean = float(found.all.of_mean(result.k).mean())
        rows = (
            rho,
            f"v {number(float(found.all.one.mean()), 2)}",
            _("mean of {k} {variance}", k=result.k, variance=number(of_mean, 2)),
            _("its error {error}", error=number(bias + of_mean, 3)),
        )
        ink = self.color(TOKENS[kind])
        return Tooltip(translated(kind), tuple((ink, text) for text in rows))


def _predicted(found: DrawStatistics) -> Array:
    """Return the variance of means of 1, 2 ... as half of the networks predict it. (MAX_K,)"""
    return np.array([found.half.of_mean(k).mean() for k in range(1, MAX_K + 1)])
