"""Draws losses of many networks, by update and at the end."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from layerlab.experiments.layer_norm.model import LENGTH, SEEDS, Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, Post
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.scale import number

Array = np.ndarray
LEAST = 1e-4  # of a loss that is drawn


def draw_losses(view: PageView, card: PlotCard, result: Result) -> None:
    """Draw the medians: with the norm full, without it dashed."""
    live: dict[str, Mark] = {}
    bands: dict[str, Mark] = {}
    curves: list[tuple[str, Array, QColor]] = []
    stretches = sorted({a for _, a in result.courses})
    legend = [
        Key("line", view.theme.layer_color(k, 3), f"a = {number(a)}")
        for k, a in enumerate(stretches)
    ]
    legend.append(Key("dash", view.color("muted"), "without norm", 1.6))
    whole = max((len(c.at) for c in result.courses.values()), default=0)
    columns: dict[str, Array] = {}
    for (norm, a), course in result.courses.items():
        ink = view.theme.layer_color(stretches.index(a), 3)
        low, middle, high = np.maximum(course.quartiles, LEAST)
        name = f"a = {number(a)}, {'with' if norm else 'without'}"
        if norm:
            bands[name] = Band(course.at, low, high, mix(view.theme, ink, 0.16))
        live[name] = Line(
            course.at, middle, ink, 2.2 if norm else 1.6, None if norm else (4, 3)
        )
        if len(course.at) == whole:
            columns |= {"update": course.at, name: middle}
            curves.append((name, middle, ink))
    card.show_plot(bands=bands, live=live, legend=legend, columns=columns)
    card.set_note(f"median, half of {SEEDS}" if live else "not trained yet", "")
    if curves:
        card.read_curves(columns["update"], curves, "update")
    else:
        card.plot.reader = None


def draw_ends(view: PageView, card: PlotCard, result: Result) -> None:
    """Draw the losses at the end by the stretch at birth."""
    live: dict[str, Mark] = {}
    bands: dict[str, Mark] = {}
    columns: dict[str, Array] = {}
    curves: list[tuple[str, Array, QColor]] = []
    for norm, name in ((True, "with norm"), (False, "without")):
        course = result.ends.get(norm)
        if course is None:
            continue
        ink = view.color("accent" if norm else "negative")
        order = course.at.argsort()
        at = course.at[order]
        low, middle, high = np.maximum(course.quartiles[:, order], LEAST)
        bands[name] = Band(at, low, high, mix(view.theme, ink, 0.2))
        live[name] = Line(at, middle, ink, 2.0)
        live[f"{name} dots"] = Dots(at, middle, ink, 3.2)
        curves.append((name, middle, ink))
        columns |= {f"a, {name}": at, name: middle}
    same = len({len(y) for _, y, _ in curves}) == 1
    if result.stretch > 0:
        live["at"] = Post(result.stretch, "", view.color("muted"), view.theme)
    legend = [
        Key("line", view.color("accent"), "with norm"),
        Key("line", view.color("negative"), "without"),
    ]
    card.show_plot(bands=bands, live=live, legend=legend, columns=columns if same else None)
    name = result.optimizer
    card.set_note(f"{name}, after {LENGTH:,} updates" if curves else "not trained yet", name)
    if same:
        card.read_curves(at, curves, "a")
    else:
        card.plot.reader = None
