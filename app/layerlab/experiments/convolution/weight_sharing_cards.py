"""The lower row of plots: parameters, and a hidden kernel found from noisy pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from layerlab.core.translation import _, ngettext
from layerlab.experiments.convolution.model import COUNTS, IMAGES, NOISE, TAPS, Result
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Mark, Segments, TextMark
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, area

ROWS = ("dense", "local", "convolution")
NAMES = (_("dense"), _("local"), _("conv."))
HIDDEN = _("hidden")  # the kernel
ERRORS = (1e-4, 3.0)  # of the axis
SHADE = 0.24  # of the quartiles
HALF_STROKE = 0.32  # half of a stroke of the hidden kernel


class LowerCards:
    """Three cards of a page.

    Attributes:
        parameters, error, weights: the cards.
    """

    def __init__(self, view: PageView) -> None:
        """Make the cards; a click on a row chooses the layer, the dot turns pairs and noise."""
        self._view = view
        self._unit = 1.0  # error of the dot at noise 1
        self.rows = RowPlot(Axis(_("weights"), log=True, can_switch=False), _("layer"))
        self.rows.grid = False  # lines would cross the counts
        self.rows.x_axis.fix(1, 1e9)
        self.parameters = PlotCard(_("Parameters"), self.rows)
        self.parameters.bind_row("layer", lambda row: ROWS[row])
        self.error = PlotCard(
            _("A hidden kernel"),
            HandlePlot(Axis(_("images"), log=True), Axis(_("error"), log=True)),
        )
        self.error.plot.x_axis.fix(0.85, 1.18 * IMAGES)
        self.error.plot.y_axis.fix(*ERRORS)
        self.error.plot.tick_gap = 40
        self.weights = PlotCard(
            _("What is found"), Plot(Axis(_("weight"), integer=True), Axis(_("value")))
        )
        self.weights.plot.x_axis.fix(0.4, TAPS + 0.6)
        self.weights.plot.tick_gap = 26
        for axis in (self.error.plot.y_axis, self.weights.plot.y_axis):
            axis.brief = axis.label  # gives way to the legend
        self.error.bind(("images", "noise"), self._images_and_noise)

    def _images_and_noise(self, x: float, y: float) -> tuple[tuple[float], tuple[float]]:
        """Take more pairs to the right, and more noise upwards: the error is linear in it."""
        noise = min(max(y / self._unit, NOISE[0]), NOISE[1])
        return (float(min(max(round(x), 1), IMAGES)),), (float(f"{noise:.3g}"),)

    def draw(self, result: Result) -> None:
        """Draw all three."""
        self._draw_parameters(result)
        self._draw_error(result)
        self._draw_weights(result)

    def _draw_parameters(self, result: Result) -> None:
        view, card = self._view, self.parameters
        self.rows.set_rows(NAMES, ROWS.index(result.layer))
        whole = np.array([result.whole[name] for name in ROWS], float)
        now = np.array([result.now[name] for name in ROWS], float)
        at = np.arange(len(ROWS))
        accent = view.color("accent")
        pale = blend(view.theme, accent, 0.22)
        inks = [
            accent if name == result.layer else blend(view.theme, accent, 0.55) for name in ROWS
        ]
        live: dict[str, Mark] = {
            "counts": TextMark(
                np.maximum(whole, now),
                at,
                [number(n) for n in now],
                view.color("text"),
                view.theme,
                11,
                600,
            ),
        }
        series = (
            Series(_("as it is"), at, whole, pale),
            Series(_("averaged"), at, now, accent, inks=inks),
        )
        look: dict[str, Any] = {"form": "bars", "width": 0.62, "base": 1.0, "in_legend": False}
        card.show_plot(live=live, series=[replace(one, **look) for one in series])
        card.set_note(
            MouseHint(_("click a layer"))
            if result.over == 1
            else _("averaged over <b>{shifts}</b>", shifts=result.over),
            "",
        )

    def _draw_error(self, result: Result) -> None:
        view, card, one = self._view, self.error, result.found
        accent, x, text = view.color("accent"), COUNTS.astype(float), view.color("text")
        low, middle, high = one.quartiles
        band = area(_("quartiles"), x, low, high, accent, SHADE)
        series = [
            Series(_("median"), x, middle, accent, low, high, shade=0.0, column=""),
            Series("σ √(d/N)", x, one.theory, text, form="dash", width=1.2),
            replace(band, is_read=False, in_columns=False),
        ]
        card.show_plot(series=series)
        self._unit = one.error / result.noise
        card.plot.set_handles(
            (Handle("pairs", float(result.images), one.error, view.color("warning")),)
        )
        noise = number(result.noise, 2)
        card.set_note(
            ngettext(
                "<b>{count}</b> pair, noise <b>{noise}</b>",
                "<b>{count}</b> pairs, noise <b>{noise}</b>",
                result.images,
                noise=noise,
            ),
            _("noise <b>{noise}</b>", noise=noise),
        )

    def _draw_weights(self, result: Result) -> None:
        view, card, one = self._view, self.weights, result.found
        at = np.arange(1.0, TAPS + 1)
        reach = float(np.ceil(max(1.0, 1.15 * np.abs(result.kernel).max())))
        card.plot.y_axis.fix(-reach, reach)
        ink, dot = view.color("text"), view.color("warning")
        low, high = one.kernel - one.std, one.kernel + one.std
        hidden = Series(HIDDEN, at, result.kernel, ink, width=1.6)
        strokes = Segments(
            at - HALF_STROKE, result.kernel, at + HALF_STROKE, result.kernel, ink, 1.6
        )
        found = Series(
            _("found, ± std"), at, one.kernel, dot, low, high, form="dots", width=3.4
        )
        found = replace(found, shade=1.0, stroke=1.4, brief=_("found"), read_as=_("found"))
        card.show_plot(
            series=[
                replace(hidden, shape=strokes),
                replace(found, column="found", ends=("− std", "", "+ std")),  # not translated
            ],
        )
        card.set_note(
            _("off by <b>{error}</b>", error=number(one.error, 2)),
            f"<b>{number(one.error, 2)}</b>",
        )
