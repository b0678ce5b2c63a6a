"""Draws the sum, its terms, and three ways to find their weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.basis.drag import TermHandles
from layerlab.experiments.basis.model import L2S, UPDATES, Result
from layerlab.experiments.basis.terms import MAX_TERMS
from layerlab.ui.head import HeadButton
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, HLine, Mark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series

EDGE = 1.05  # of the x axes
# Heights of the terms' axis: it goes up and down in steps, not with every move.
LADDER = np.outer(10.0 ** np.arange(-1, 8), (1, 1.5, 2, 3, 4, 5, 6, 8)).ravel()


class View(PageView):
    """The sum over the data, the terms with their handles, and three small plots."""

    def build(self) -> None:
        """Make the cards."""
        self.sum = PlotCard(_("The sum"), Plot(Axis("x"), Axis("y")))
        self.terms = PlotCard(_("The terms"), HandlePlot(Axis("x"), Axis("a s(b x + c)")))
        self.descent = PlotCard(
            _("Gradient descent"),
            HandlePlot(Axis(_("updates"), log=True), Axis(_("loss"), log=True)),
        )
        self.prior = PlotCard(
            _("The prior"), HandlePlot(Axis("L2", log=True), Axis(_("loss"), log=True))
        )
        self.equal = PlotCard(
            _("Terms for equal error"),
            HandlePlot(
                Axis(_("terms"), integer=True), Axis(_("unexplained variance"), log=True)
            ),
        )
        self.equal.plot.y_axis.brief = _("unexplained")
        for card in (self.sum, self.terms):
            card.plot.x_axis.fix(-EDGE, EDGE)
        self.sum.plot.y_axis.fix(-1.1, 1.3)
        self.descent.plot.x_axis.fix(1, 1e6)
        self.prior.plot.x_axis.fix(1e-8, 10)
        for card in (self.descent, self.prior):
            card.plot.y_axis.fix(1e-4, 1)
        self.equal.plot.x_axis.fix(0, MAX_TERMS + 1)
        self.equal.plot.y_axis.fix(1e-4, 1.3)
        self.again = HeadButton(_("As fitted"), _("Undoes what was moved by hand"))
        self.again.clicked.connect(self._on_again)
        self.terms.add_control(self.again)
        self.handles = TermHandles(self, self.terms.plot)
        self.descent.bind("updates", lambda x, _: (x,))
        self.prior.bind("l2", lambda x, _: (x,))
        self.equal.bind("level", lambda _, y: (min(0.5, max(1e-4, y)),))
        self.add(self.sum, 0, 0, 1, 6)
        self.add(self.terms, 0, 6, 1, 6)
        self.add(self.descent, 1, 0, 1, 4)
        self.add(self.prior, 1, 4, 1, 4)
        self.add(self.equal, 1, 8, 1, 4)
        self.share(rows=(13, 9), columns=(1,) * 12)

    def _on_again(self) -> None:
        """Take back moved terms and heights, as one step of undo."""
        self.turn(terms=(), heights=())

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how good the fits are."""
        if result.by_hand:
            loss_of = _("loss of the sum, by hand")
        elif result.posterior:
            loss_of = _("loss of the sum, most likely a")
        else:
            loss_of = _("loss of the sum, best a")
        return [
            (number(result.loss), loss_of),
            (
                number(result.descent_loss),
                _("loss after {updates} updates", updates=number(round(result.updates), 6)),
            ),
            (number(result.noise**2 / 2), _("noise floor")),
            (f"{number(100 * result.left)} %", _("of the true curve's variance left")),
            (number(float(np.abs(result.a).max())), _("largest a")),
            (number(result.condition, 2), _("steepest by flattest curvature")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all five."""
        self._draw_sum(result)
        self._draw_terms(result)
        self._draw_descent(result)
        self._draw_prior(result)
        self._draw_equal(result)

    def _draw_sum(self, result: Result) -> None:
        card, x, accent = self.sum, result.x, self.color("accent")
        iterated, muted = self.color("negative"), self.color("muted")
        is_part = result.shown < result.units
        name = (
            _("first {shown} of {units}", shown=result.shown, units=result.units)
            if is_part
            else _("sum")
        )
        point = self.color("point", 0.55)
        series = [
            Series(_("truth"), x, result.truth, muted, form="dash", width=1.4, is_still=True),
            Series(
                *(_("data"), result.data_x, result.data_y, point),
                form="dots",
                is_still=True,
                is_read=False,
            ),
            Series(
                _("gradient descent"),
                x,
                result.descent,
                iterated,
                width=1.6,
                brief=_("descent"),
            ),
            Series(name, x, result.part, accent, width=2.4),
        ]
        if is_part:
            pale = blend(self.theme, accent, 0.45)
            series.append(
                Series(_("whole sum"), x, result.sum, pale, width=1.2, brief=_("whole"))
            )
        if result.posterior:
            series += self._posterior(result)
        card.show_plot(series=series)
        card.set_note(f"d = <b>{number(result.d)}</b>")

    def _posterior(self, result: Result) -> list[Series]:
        """Return the band of two standard deviations, and functions that are drawn from it."""
        x, accent = result.x, self.color("accent")
        pale = blend(self.theme, accent, 0.5)
        return [
            Series(
                *(_("± 2 std"), x, result.high, accent, result.low, result.high),
                form="area",
                shade=0.25,
                column="",
                ends=("− 2 std", None, "+ 2 std"),
                is_read=False,
            ),
            *(
                Series(
                    *(_("draw {number}", number=k), x, y, pale),
                    width=0.8,
                    entries=[LegendEntry("line", pale, _("draws"), 0.8)],
                    is_read=False,
                )
                for k, y in enumerate(result.draws, 1)
            ),
        ]

    def _draw_terms(self, result: Result) -> None:
        """Draw the terms that are added up, the last one bright, with its three handles."""
        card, last = self.terms, result.shown - 1
        pieces = result.pieces[:, : result.shown]
        accent, muted = self.color("accent"), self.color("muted")
        others = LegendEntry("line", muted, _("terms 1 to {last}", last=last), 1.3)
        series = [
            Series(
                *(
                    _("term {number}", number=k + 1),
                    result.x,
                    pieces[:, k],
                    self.term_color(k, result),
                ),
                width=1.3,
                entries=[others],
            )
            for k in range(last)
        ]
        series.append(
            Series(
                _("term {number}", number=result.shown),
                result.x,
                pieces[:, last],
                accent,
                width=2.6,
            )
        )
        if not self.terms.plot.held:  # the axis must not run away under the hand
            self._fit_height(1.15 * float(np.abs(result.pieces).max()))
        card.show_plot(series=series)
        self.again.setVisible(result.moved or result.by_hand)
        card.fit_head()
        a, b, c = result.a[last], result.b[last], result.c[last]
        text = f"a <b>{number(a)}</b>, b <b>{number(b)}</b>, c <b>{number(c)}</b>"
        card.set_note(text, f"a <b>{number(a)}</b>")
        card.plot.reader = lambda x, y: self._read_term(result, x, y)
        self.handles.show(result)

    def term_color(self, k: int, result: Result) -> QColor:
        """Return the colour of a term that is not the last."""
        return self.theme.layer_color(k, max(5, result.units))

    def _fit_height(self, needed: float) -> None:
        axis = self.terms.plot.y_axis
        if not 0.3 * axis.high <= needed <= axis.high:
            high = float(LADDER[min(len(LADDER) - 1, int(np.searchsorted(LADDER, needed)))])
            axis.fix(-high, high)

    def _read_term(self, result: Result, x: float, y: float) -> Tooltip:
        """Read the term that is nearest to the cursor."""
        at = int(np.abs(result.x - x).argmin())
        values = result.pieces[at, : result.shown]
        k = int(np.abs(values - y).argmin())
        ink = self.term_color(k, result) if k < result.shown - 1 else self.color("accent")
        open_by = _("posterior ± {deviation}", deviation=number(result.deviations[k], 2))
        named = (
            (ink, f"a {number(result.a[k])}"),
            (ink, f"b {number(result.b[k])}"),
            (ink, f"c {number(result.c[k])}"),
        )
        dot = (float(result.x[at]), float(values[k]), ink)
        return Tooltip(_("term {number}", number=k + 1), (*named, (None, open_by)), dots=(dot,))

    def _draw_descent(self, result: Result) -> None:
        card, ink = self.descent, self.color("negative")
        card.plot.y_axis.cover(np.append(result.descent_losses, result.squares), decades=3)
        least = HLine(
            result.squares, _("least squares"), self.color("accent"), self.theme, True
        )
        losses = Series(_("gradient descent"), UPDATES, result.descent_losses, ink)
        card.show_plot(still={"best": least}, series=[losses])
        card.plot.set_handles(
            (Handle("updates", result.updates, result.descent_loss, ink, along="x"),)
        )
        away = result.descent_loss / max(result.squares, 1e-300)
        times, rate = number(away, 3), number(result.rate, 2)
        card.set_note(
            _("<b>{times}</b> times the least, rate {rate}", times=times, rate=rate),
            _("<b>{times}</b> times the least", times=times),
        )

    def _draw_prior(self, result: Result) -> None:
        card, ink, faint = self.prior, self.color("accent"), self.color("muted")
        card.plot.y_axis.cover(np.concatenate((result.errors, result.losses)), decades=3)
        likely = VLine(result.likely, _("most likely"), self.color("text"), self.theme)
        series = [
            Series(_("on data"), L2S, result.losses, faint, width=1.4),
            Series(_("off the truth"), L2S, result.errors, ink),
        ]
        card.show_plot(still={"likely": likely}, series=series)
        card.plot.set_handles(
            (Handle("l2", result.l2, result.error_at(result.l2), ink, along="x"),)
        )
        card.set_note(f"L2 <b>{number(result.l2, 2)}</b>")

    def _draw_equal(self, result: Result) -> None:
        card, counts = self.equal, np.arange(MAX_TERMS + 1.0)
        inks = self._inks(result)
        names = result.names
        shown = {key: np.maximum(left, 1e-8) for key, left in result.left_by.items()}
        series = [
            Series(
                *(names[key], counts, left, inks[key]),
                width=2.2 if key == result.activation else 1.4,
                values=result.left_by[key],
            )
            for key, left in shown.items()
        ]
        found = {key: int((left > result.level).sum()) for key, left in shown.items()}
        reached = [key for key in found if found[key] <= MAX_TERMS]
        share = f"{100 * result.level:.2g} %"
        here, accent = np.array([float(result.units)]), self.color("accent")
        own = Series(_("this sum"), here, np.array([result.left]), accent, form="rings")
        series.append(replace(own, width=3.6, is_read=False, in_columns=False))
        live: dict[str, Mark] = {
            "level": HLine(
                result.level,
                _("{share} left", share=share),
                self.color("muted"),
                self.theme,
                True,
            ),
            "reached": Dots(
                np.array([float(found[key]) for key in reached]),
                np.array([shown[key][found[key]] for key in reached]),
                [inks[key] for key in reached],
                3.2,
            ),
        }
        card.show_plot(live=live, series=series)
        text = self.color("text")
        card.plot.set_handles(
            (Handle("level", MAX_TERMS + 0.5, result.level, text, along="y"),)
        )
        weights = ", ".join(
            f"{names[key]} <b>{found[key] if key in reached else '—'}</b>" for key in names
        )
        card.set_note(
            _("{share} left: {weights}", share=share, weights=weights),
            weights,
            _("{share} left", share=share),
        )

    def _inks(self, result: Result) -> dict[str, QColor]:
        """Return the colour of each activation that is compared; the chosen one is bright."""
        ramp = [self.theme.layer_color(0, 4), self.theme.layer_color(3, 4)]
        colors = [*ramp, self.color("negative"), self.color("accent")]
        inks = dict(zip(result.left_by, colors, strict=False))
        return inks | {result.activation: self.color("accent")}


def thumbnail(result: Result) -> pic.Picture:
    """Return the terms thin and their sum thick."""
    window = (-1.0, 1.0, -1.3, 1.3)
    x = result.x[::4]
    pieces = np.clip(result.pieces[::4], -1.4, 1.4)
    shapes: list[pic.Shape] = [
        pic.Polyline(pic.unit_points(x, pieces[:, k], window), f"layer{1 + k % 4}", 1.2)
        for k in range(min(7, result.units))
    ]
    shapes.append(pic.Polyline(pic.unit_points(x, result.sum[::4], window), "accent", 2.6))
    return tuple(shapes)
