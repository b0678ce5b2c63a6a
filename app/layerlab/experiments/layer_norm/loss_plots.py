"""Draws losses of many networks, by update and at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.experiments.layer_norm.model import LENGTH, SEEDS, Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.items import Dots, Mark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.series import Series

MIN_LOSS = 1e-4  # of a loss that is drawn


def draw_losses(view: PageView, card: PlotCard[Plot], result: Result) -> None:
    """Draw the medians: with the norm full, without it dashed."""
    stretches = sorted({a for _, a in result.courses})
    dashed = LegendEntry(
        "dash", view.color("muted"), _("without norm"), 1.6, brief=_("no norm")
    )
    series = []
    # The longest first: the cursor reads at its updates.
    for (norm, a), course in sorted(
        result.courses.items(), key=lambda c: (-len(c[1].at), c[0][1])
    ):
        low, middle, high = np.maximum(course.quartiles, MIN_LOSS)
        ink = view.theme.layer_color(stretches.index(a), 3)
        colored = LegendEntry("line", ink, f"a = {number(a)}")
        one = Series(
            _("a = {a}, with", a=number(a)) if norm else _("a = {a}, without", a=number(a)),
            course.at,
            middle,
            ink,
            form="line" if norm else "dash",
            width=2.2 if norm else 1.6,
            shade=0.16,
            entries=[colored] if norm else [colored, dashed],
            values=course.quartiles,
            reads_band=norm,
        )
        series.append(replace(one, low=low, high=high) if norm else one)
    card.show_plot(series=series)
    card.set_note(
        _("median, half of {seeds}", seeds=SEEDS) if series else _("not trained yet"), ""
    )


def draw_ends(view: PageView, card: PlotCard[Plot], result: Result) -> None:
    """Draw the losses at the end by the initial stretch."""
    live: dict[str, Mark] = {}
    series = []
    for norm, name in ((True, _("with norm")), (False, _("without"))):
        course = result.ends.get(norm)
        if course is None:
            continue
        ink = view.color("accent" if norm else "negative")
        order = course.at.argsort()
        at = course.at[order]
        parts = course.quartiles[:, order]
        low, middle, high = np.maximum(parts, MIN_LOSS)
        series.append(Series(name, at, middle, ink, low, high, values=parts))
        live[f"{name} dots"] = Dots(at, middle, ink, 3.2)
    if result.stretch > 0:
        live["at"] = VLine(
            result.stretch, f"a = {number(result.stretch, 2)}", view.color("muted"), view.theme
        )
    card.show_plot(series=series, live=live)
    name = result.optimizer
    card.set_note(
        _("{name}, after {length} updates", name=name, length=grouped(LENGTH))
        if series
        else _("not trained yet"),
        name,
    )
