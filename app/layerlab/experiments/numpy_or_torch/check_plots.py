"""Draws what the differences show: error by step, by array, and the derivative alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _
from layerlab.experiments.numpy_or_torch.model import BUG, GOOD
from layerlab.experiments.numpy_or_torch.names import NONE
from layerlab.experiments.numpy_or_torch.result import Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Mark, Tag, VLine
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.series import Series, area, exported, read_row, reference

Array = np.ndarray
FLOOR, TOP = 1e-14, 100.0  # of errors that are drawn
VERDICTS = {"sound": "good", "mistake": "negative", "doubt": "warning", "blind": "muted"}


def draw_valley(view: PageView, card: PlotCard[HandlePlot], result: Result) -> None:
    """Draw the V, its theory, and the zones of good and bug."""
    valley = result.valley
    x = valley.pushes
    accent, muted = view.color("accent"), view.color("muted")
    wrong = result.is_wrong
    ends = np.array([FLOOR, 1.0])
    zones = ((_("correct"), "good", FLOOR, GOOD), (_("bug"), "negative", BUG, TOP))
    areas = [
        area(name, ends, np.full(2, low), np.full(2, high), view.color(token), 0.12)
        for name, token, low, high in zones
    ]
    theory = np.hypot(valley.cut, valley.rounding)
    shown = np.clip(theory, FLOOR, TOP)
    tags = [(_("rounding"), 1e-11)] + [(_("truncation"), 1e-2)] * bool(valley.cut.any())
    names: dict[str, Mark] = {
        name: Tag(at, float(np.interp(at, x, shown)), name, muted, view.theme)
        for name, at in tags
    }

    def curve(name: str, y: Array, ink: QColor, width: float, form: str = "line") -> Series:
        return Series(name, x, np.clip(y, FLOOR, TOP), ink, form=form, width=width, values=y)

    series = [
        curve(_("theory"), theory, view.color("text"), 1.2, "dash"),
        curve(_("32 bit"), valley.single, muted, 1.5),
        curve(_("one-sided"), valley.one_sided, view.theme.layer_color(0, 4), 1.5),
        curve(_("centred"), valley.centred, view.color("negative") if wrong else accent, 2.2),
    ]
    if wrong:
        series.insert(1, curve(_("no mistake"), valley.sound, view.color("accent", 0.6), 1.4))
    unread = (replace(one, is_read=False, in_columns=False) for one in areas)
    card.show_plot(series=[*series, *unread], live=names)
    eps, error = valley.here
    ink = view.color(VERDICTS[result.found.kind])
    handle = Handle("eps", eps, float(np.clip(error, FLOOR, TOP)), ink, along="x")
    card.plot.set_handles((handle,))
    card.set_note(
        _("error <b>{error}</b> at eps {eps}", error=number(error, 2), eps=number(eps, 2)),
        _("error <b>{error}</b>", error=number(error, 2)),
    )


def draw_arrays(view: PageView, card: PlotCard[RowPlot], result: Result) -> None:
    """Draw the error of every array; the first one that is off names the layer."""
    plot, checks = card.plot, result.checks
    wrong = result.mistake.name != NONE
    bright = next(
        (k for k, one in enumerate(checks) if wrong and one.layer == result.mistake.layer), -1
    )
    plot.set_rows([one.name for one in checks], bright)
    rows = np.arange(float(len(checks)))
    errors = np.clip([one.error for one in checks], FLOOR, 1.0)
    inks = [
        view.color("good" if e < GOOD else "negative" if e > BUG else "warning") for e in errors
    ]
    good, bug = view.color("good"), view.color("negative")
    bars = Series(_("relative error"), rows, errors, view.color("accent"), form="bars")
    card.show_plot(
        series=(
            reference(_("correct below"), VLine(GOOD, "", good, view.theme)),
            reference(_("bug above"), VLine(BUG, "", bug, view.theme)),
            exported(_("layer"), rows, np.array([o.layer for o in checks]), in_rows=True),
            replace(
                bars,
                width=0.6,
                inks=inks,
                base=FLOOR,
                in_legend=False,
                column=_("error"),
                values=np.array([one.error for one in checks]),
                write=partial(number, digits=2),
            ),
        )
    )
    token = VERDICTS[result.found.kind]
    ink = view.color(token).name()
    text = f"<b style='color:{ink}'>{result.found.words}</b>"
    brief = _("layer {layer}", layer=result.found.layer) if result.found.layer else "?"
    card.set_note(text, f"<b style='color:{ink}'>{brief}</b>")
    plot.reader = lambda x, y: _read_array(card, plot.row_at(y))


def _read_array(card: PlotCard[RowPlot], row: int) -> Tooltip | None:
    plain = [replace(one, inks=()) for one in card.series]
    reading = read_row(plain, row, card.plot.names[row])
    click = _("click: the mistake goes here")
    return reading and replace(reading, rows=(*reading.rows, (None, click)))


def draw_derivative(view: PageView, card: PlotCard[Plot], result: Result) -> None:
    """Draw the derivative by hand, as it is used, and by differences of the value."""
    found = result.derivative
    card.set_title(_("Derivative of {activation}", activation=result.label))
    accent, ink, text = (view.color(token) for token in ("accent", "negative", "text"))
    every_eighth = slice(None, None, 8)
    series = [Series(_("by hand"), found.z, found.by_hand, accent)]
    if (found.used != found.by_hand).any():
        series.append(Series(_("used"), found.z, found.used, ink, form="dash"))
    pushed = found.by_differences[every_eighth]
    z, y = found.z[every_eighth], np.clip(pushed, -2, 2)
    series.append(Series(_("differences"), z, y, text, form="dots", width=2.2, values=pushed))
    card.show_plot(series=series)
    most = float(np.abs(found.by_hand).max())
    card.set_note(
        _("at most <b>{largest}</b>", largest=number(most, 4)),
        _("max <b>{largest}</b>", largest=number(most, 4)),
    )
