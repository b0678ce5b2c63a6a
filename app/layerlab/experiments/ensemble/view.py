"""Draws ensembles: one draw's fan, two of its networks, and what many draws show."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.ensemble.draws_view import Held, PageOfDraws
from layerlab.experiments.ensemble.model import Result
from layerlab.experiments.ensemble.names import DRAWS, EDGE
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Mark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip, nearest
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series

TURN = np.linspace(0, 2 * np.pi, 73)
REACH = 0.2  # of the width: how near a click has to be to a draw


class View(PageOfDraws):
    """The fan, two networks, error and correlation over x, variance by K, kinds."""

    def build(self) -> None:
        """Make the cards."""
        self.fan = PlotCard(_("One draw"), HandlePlot(Axis("x"), Axis(_("output"))))
        self.pair = PlotCard(_("Two networks"), HandlePlot(Axis(_("first")), Axis(_("second"))))
        self.fan.plot.x_axis.fix(-EDGE, EDGE)
        self._off = [
            Held(axis, True) for axis in (self.pair.plot.x_axis, self.pair.plot.y_axis)
        ]
        self.build_below()
        self.fan.bind("at", lambda x, _: (float(x),))
        self.pair.bind_click("draw", self._draw_at)
        self.add(self.fan, 0, 0, 1, 8)
        self.add(self.pair, 0, 8, 1, 4)
        for k, card in enumerate((self.error, self.rho, self.mean, self.kinds)):
            self.add(card, 1, 3 * k, 1, 3)
        self.share(rows=(11, 9), columns=(1,) * 12)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return the correlation, and the error of one network and of the mean."""
        found, k = result.here, result.k
        if found is None:
            return [
                ("…", _("ρ of two networks")),
                ("…", _("variance of one, v")),
                ("…", _("variance of the mean of {k}", k=k)),
                ("…", _("error of one, of the mean")),
            ]
        one = float(found.all.one.mean())
        bias = float(found.all.squared_bias(result.truth).mean())
        mean = float(found.all.of_mean(k).mean())
        return [
            (number(found.all.rho, 2), _("ρ of two networks")),
            (number(one, 2), _("variance of one, v")),
            (f"{number(found.seen(k), 3)} v", _("mean of {k}, measured", k=k)),
            (f"{number(found.predicted(k), 3)} v", _("by the formula")),
            (
                f"{number(bias + one, 2)} → {number(bias + mean, 2)}",
                _("error of one, of the mean"),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all six."""
        self._draw_fan(result)
        self._draw_pair(result)
        self.draw_below(result)

    # ---- one draw
    def _draw_fan(self, result: Result) -> None:
        card, x, ink = self.fan, result.x, self.ink(result)
        low, high = float(result.truth.min()), float(result.truth.max())
        room = 0.28 * (high - low) + 0.9 * result.setting.noise + 0.1
        card.plot.y_axis.fix(low - room, high + room)
        pale, mean = blend(self.theme, ink, 0.55), result.fan.mean(0)
        place, text = float(x[result.at]), self.color("text")
        series = [
            Series(
                *(_("network {number}", number=k + 1), x, y, pale),
                width=1.1,
                entries=[LegendEntry("line", pale, _("networks"))],
                is_read=False,
            )
            for k, y in enumerate(result.fan)
        ]
        series += [
            Series(_("truth"), x, result.truth, text, form="dash", width=1.5),
            Series(_("mean of {k}", k=len(result.fan)), x, mean, ink, width=3.0),
        ]
        x_data, y_data = result.points.T
        point, panel = self.color("point"), self.color("panel")
        series += [
            Series(
                *(_("data"), x_data, y_data, point),
                form="dots",
                width=2.6,
                outline=panel,
                places="x of data",  # not translated
                is_read=False,
            ),
            self._other_draws(result),
        ]
        live: dict[str, Mark] = {
            "position": VLine(place, _("x of the pairs"), self.color("muted"), self.theme),
        }
        card.show_plot(live=live, series=series)
        handle = Handle("position", place, float(mean[result.at]), ink, 6.0, "x")
        card.plot.set_handles((handle,))
        card.set_note(
            MouseHint(_("draw {draw} of {all}, drag the dot", draw=result.draw + 1, all=DRAWS)),
            _("draw {draw}", draw=result.draw + 1),
        )

    def _other_draws(self, result: Result) -> Series:
        """Return where the mean lies on other draws; nowhere while they are trained."""
        found, x = result.here, result.x
        if found is None:
            x = middle = wander = x[:0]
        else:
            middle = found.all.mean
            wander = np.sqrt(np.maximum(found.all.of_mean(result.k), 0))
        return Series(
            *(_("mean on other draws, ± std"), x, middle, self.color("muted")),
            *(middle - wander, middle + wander),
            form="area",
            brief=_("other draws"),
            column="mean on other draws",  # not translated
            ends=("− std", "", "+ std"),
            is_read=False,
            in_columns=found is not None,
        )

    # ---- two networks
    def _draw_pair(self, result: Result) -> None:
        card, ink, at = self.pair, self.ink(result), result.at
        found, truth = result.here, float(result.truth[at])
        reach = 1.5 * result.setting.noise + 0.4
        if found is not None:
            square = found.all.one + np.maximum(found.all.squared_bias(result.truth), 0)
            reach = 3.0 * math.sqrt(float(np.quantile(square, 0.95)))
        for held in self._off:
            held.reach(max(reach, 1e-3), (result.setting, found is None))
        ends = np.array([-1.0, 1.0]) * card.plot.x_axis.high
        zero, off, shown_ink = np.zeros(1), result.pairs - truth, self.color("text")
        draws = Series(
            *(_("draws"), off[:, 0], off[:, 1], blend(self.theme, ink, 0.7)),
            form="dots",
            width=2.6,
            column="second",
            places="first",
        )
        series = [
            Series(_("equal"), ends, ends, self.color("faint"), form="dash", width=1.0),
            Series(_("truth"), zero, zero, shown_ink, form="rings", width=5.0),
            draws,
        ]
        text = ""
        if found is not None:
            shared, one = float(found.all.shared[at]), float(found.all.one[at])
            along = 2 * math.sqrt(max(one + shared, 0)) * np.cos(TURN) / math.sqrt(2)
            across = 2 * math.sqrt(max(one - shared, 0)) * np.sin(TURN) / math.sqrt(2)
            middle = float(found.all.mean[at]) - truth
            x, y = middle + along - across, middle + along + across
            series.append(Series(_("2 std"), x, y, ink, width=1.6))
            text = f"ρ <b>{number(float(found.all.rho_at[at]), 2)}</b>"
        if len(result.fan) > 1:
            x, y = result.fan[:2, at, None] - truth
            shown = Series(_("shown"), x, y, shown_ink, form="dots", width=4.4)
            series.append(replace(shown, outline=self.color("panel")))
        card.show_plot(series=[replace(one, in_columns=one is draws) for one in series])
        where = f"x = {number(float(result.x[at]), 2)}"
        card.set_note(
            _("off the truth at {x}, {rho}", x=where, rho=text) if text else where,
            text or where,
        )
        card.plot.reader = lambda x, y: self._read_pair(result, x, y)

    def _nearest(self, result: Result, x: float, y: float) -> int | None:
        if not len(result.pairs):
            return None
        plot = self.pair.plot
        off = result.pairs - result.truth[result.at]
        return nearest(plot, (off[:, 0], off[:, 1]), x, y, REACH * plot.area().width())

    def _read_pair(self, result: Result, x: float, y: float) -> Tooltip | None:
        near = self._nearest(result, x, y)
        if near is None:
            return None
        a, b = result.pairs[near]
        rows = (
            (None, _("first {value}", value=number(float(a), 2))),
            (None, _("second {value}", value=number(float(b), 2))),
        )
        truth = float(result.truth[result.at])
        return Tooltip(
            _("draw {draw}, click", draw=near + 1),
            rows,
            None,
            ((float(a) - truth, float(b) - truth, self.ink(result)),),
        )

    def _draw_at(self, x: float, y: float) -> tuple[float] | None:
        near = self._nearest(self.result, x, y)
        return None if near is None else (float(near + 1),)


def thumbnail(result: Result) -> pic.Picture:
    """Return the fan of one draw with its mean.

    Its predictions are in order at each position, without the outermost: a network that another
    processor's rounding leads elsewhere moves little of it.
    """
    low, high = float(result.truth.min()) - 0.4, float(result.truth.max()) + 0.4
    window = (-EDGE, EDGE, low, high)
    shapes: list[pic.Shape] = [
        pic.Polyline(pic.unit_points(result.x, np.clip(y, low, high), window), "muted", 1.1)
        for y in np.sort(result.fan, axis=0)[1:-1]
    ]
    inside = np.clip(result.points[:, 1], low, high)
    shapes.append(
        pic.Scatter(pic.unit_points(result.points[:, 0], inside, window), "point", 1.6)
    )
    mean = pic.unit_points(result.x, np.clip(result.fan.mean(0), low, high), window)
    shapes.append(pic.Polyline(mean, "accent", 2.4))
    return tuple(shapes)
