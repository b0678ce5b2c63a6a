"""Draws one network: its function, and which of its units are active."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core.numbers import percent
from layerlab.core.translation import _
from layerlab.experiments.dead_at_initialization.model import LEFT, RIGHT, Result
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.items import Mark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.series import Series, exported

KINDS = (
    (LEFT | RIGHT, "text", _("both")),
    (LEFT, "positive", "x < 0"),
    (RIGHT, "warning", "x > 0"),
)


def draw_prediction(view: PageView, card: PlotCard[Plot], result: Result) -> None:
    """Draw the network's function before and after training, and others of its cell."""
    x = result.x
    ink, after, muted = (view.color(t) for t in ("accent", "warning", "muted"))
    shown = [y for y in (result.curve, result.after) if y is not None]
    low = min(-0.2, *(1.1 * float(y.min()) for y in shown))
    card.plot.y_axis.follow(low, max(1.1, *(1.1 * float(y.max()) for y in shown)))
    faint = view.color("muted", 0.6)
    series = [
        Series(
            *(_("network {net}", net=k + 1), result.others[0], y, faint),
            width=1.0,
            entries=[LegendEntry("line", muted, _("others"), 1.0)],
        )
        for k, y in enumerate(result.others[1])
    ]
    series = [replace(one, is_still=True, is_read=False) for one in series]
    series += [
        Series("|x|", x, np.abs(x), muted, form="dash", width=1.4),
        Series(_("initial"), x, result.curve, ink, width=2.4),
    ]
    if result.after is not None:
        series.append(Series(_("trained"), x, result.after, after))
    card.show_plot(series=series)
    card.set_note(
        MouseHint(_("network {net}, click: next", net=result.net)),
        _("network {net}", net=result.net),
    )


def draw_units(view: PageView, card: PlotCard[Plot], result: Result) -> None:
    """Draw each unit as a dot in the colour of the inputs for which it is active."""
    depth, width = result.depth, result.width
    card.plot.x_axis.fix(0.4, depth + 0.6)
    card.plot.y_axis.fix(0.4, 1.1 * width + 0.6)  # room for words
    layers, units = (a.ravel() + 1.0 for a in np.indices((depth, width)))
    kinds = result.active.ravel()
    radius = max(2.2, min(6.0, 150 / depth, 52 / width))
    dots = [
        Series(name, layers, units, view.color(token), form="dots", width=radius).at(
            kinds == kind
        )
        for kind, token, name in KINDS
    ]
    never = Series(_("never"), layers, units, view.color("faint"), form="rings")
    dots.append(replace(never.at(kinds == 0), width=radius - 0.6))
    series = (
        exported(_("unit"), layers, units, places=_("layer")),
        exported(_("active"), layers, kinds.astype(float)),
        *(replace(one, is_read=False, in_columns=False) for one in dots),
    )
    live: dict[str, Mark] = {}
    if result.dies is not None:
        live["dies"] = VLine(
            result.dies - 0.5, _("dead from here"), view.color("negative"), view.theme
        )
    card.show_plot(live=live, series=series)
    share = float((kinds == 0).mean())
    card.set_note(
        MouseHint(_("{share} never active, click a layer", share=percent(share))),
        _("{share} never", share=percent(share)),
    )
    card.plot.reader = lambda x, _: _read_layer(view, result, x)


def _read_layer(view: PageView, result: Result, x: float) -> Tooltip:
    layer = min(max(round(x), 1), result.depth)
    row = result.active[layer - 1]
    rows = [
        (
            view.color(token),
            _("{units} active for {inputs}", units=int((row == kind).sum()), inputs=name),
        )
        for kind, token, name in KINDS
    ]
    rows.append((view.color("faint"), _("{units} never", units=int((row == 0).sum()))))
    return Tooltip(_("layer {layer}", layer=layer), tuple(rows))
