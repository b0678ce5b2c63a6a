"""Draws the pieces of a ReLU network."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext
from layerlab.experiments.regions.model import EDGE, Result
from layerlab.experiments.regions.training import LENGTH
from layerlab.ui.pages.clock import PlayButton
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import rgb
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Polygons, Segments
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, kinks
from layerlab.ui.plotting.side import color_scale
from layerlab.ui.theme import Theme

Array = np.ndarray
FRAME_MS, STEP = 33, 10  # of playing: a frame, and its updates
# Colours around the circle of directions, from the positive first axis, counterclockwise.
WHEEL = (
    "positive",
    "#8b7bff",
    "#d06ac8",
    "negative",
    "warning",
    "#8cc152",
    "#2fc4a0",
    "accent",
)
STEEP = 0.8  # quantile of the gradients that is drawn in full colour


class View(PageView):
    """The map of polygons, the network along a line, counts, and flips of gates."""

    def build(self) -> None:
        """Make the cards."""
        self.map = PlotCard(_("The plane in pieces"), HandlePlot(Axis("x₁"), Axis("x₂")))
        self.along = PlotCard(_("Along the line"), Plot(Axis(_("position")), Axis(_("output"))))
        self.count = PlotCard(
            _("How many pieces"),
            Plot(Axis(_("neurons"), log=True), Axis(_("pieces"), log=True)),
        )
        self.gates = PlotCard(
            _("Units that switch"), Plot(Axis(_("inputs"), log=True), Axis(_("% per update")))
        )
        plot = self.map.plot
        plot.square, plot.grid = True, False
        plot.x_axis.fix(-EDGE, EDGE)
        plot.y_axis.fix(-EDGE, EDGE)
        self.map.bind_numbered("line", self._line)
        self.along.plot.x_axis.fix(0, 1)
        self.count.plot.x_axis.fix(0.9, 110)
        self.count.plot.x_axis.brief = "n"
        self.count.plot.y_axis.fix(0.8, 20_000)
        self.count.plot.y_axis.brief = _("pieces")  # or nothing, before a curve has no name
        self.gates.plot.x_axis.fix(1.5, 90)
        self.gates.plot.tick_gap = 38
        self.add(self.map, 0, 0, 2, 3)
        self.add(self.along, 0, 3, 1, 4)
        self.add(self.count, 1, 3, 1, 2)
        self.add(self.gates, 1, 5, 1, 2)
        self.share(rows=(1, 1), columns=(9, 9, 9, 7, 7, 6, 6))
        self.play = PlayButton(
            self,
            self.map,
            "updates",
            LENGTH,
            STEP,
            FRAME_MS,
            _("Continues training, ten updates per frame, and shows each"),
        )

    # ---- dragging
    def _line(self, end: int, x: float, y: float) -> tuple[float, ...]:
        line = list(self.values["line"])
        line[2 * end : 2 * end + 2] = x, y
        return tuple(line)

    # ---- drawing
    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what is counted."""
        found = [
            (number(len(result.polygons), 4), _("polygons in the window")),
            (f"{result.regions.pieces}", _("pieces along the line")),
            (f"{result.neurons}", _("neurons")),
            (f"{100 * result.is_active:.0f} %", _("of the units active")),
            (
                number(result.loss, 3),
                _("loss after {updates} updates", updates=number(result.update, 4)),
            ),
        ]
        if result.flip is not None:
            found.append(
                (f"{number(100 * result.flip, 2)} %", _("units switch in the next update"))
            )
        return found

    def draw(self, result: Result) -> None:
        """Draw all four."""
        self._draw_map(result)
        self._draw_along(result)
        self._draw_counts(result)
        self._draw_gates(result)

    def _draw_map(self, result: Result) -> None:
        cells, depth = result.polygons, len(result.hidden)
        fills = [QColor(*map(int, c)) for c in gradient_colors(self.theme, cells.slopes[:, 0])]
        series = []
        for layer in range(1, depth + 1):
            ends, ink = (
                cells.cuts[cells.cut_layers == layer],
                self.theme.layer_color(layer - 1, depth),
            )
            cuts = _strokes(_("layer {number}", number=layer), ends, ink, 1.6)
            shape = _segments(ends, ink, 1.5 if layer == 1 else 1.0)
            series.append(replace(cuts, shape=shape, height=-layer))  # the first on top
        if result.labels is not None:
            border, ink = cells.level(0.0), self.color("text")
            one = _strokes(_("decision boundary"), border, ink, 2.4)
            series += [replace(one, brief=_("boundary")), *self._points(result)]
        x, y, to_x, to_y = result.line
        accent = self.color("accent")
        ends = np.array([[[x, y], [to_x, to_y]]])
        ground = _strokes("ground", ends, self.color("panel"), 4.0)  # seen on any colour
        series.append(replace(ground, in_legend=False))
        series.append(_strokes(_("line"), ends, accent, 2.0))
        first, second = cells.slopes[:, 0].T
        self.map.show_plot(
            bands={"cells": Polygons(cells.outlines(), fills)},
            series=[
                exported(_("gradient 2"), first, second, places=_("gradient 1")),
                exported(_("offset"), first, cells.offsets[:, 0]),
                exported(_("area"), first, cells.areas()),
                *(replace(one, is_read=False, in_columns=False) for one in series),
            ],
        )
        plot = self.map.plot
        plot.color_scale = color_scale(0, 360, self._wheel(), _("direction, °"))
        plot.set_handles((Handle("0", x, y, accent), Handle("1", to_x, to_y, accent)))
        plot.reader = lambda at_x, at_y: self._read_cell(result, at_x, at_y)

    def _points(self, result: Result) -> list[Series]:
        """Return the points of a task, by class."""
        assert result.labels is not None
        x, y = result.points.T
        found = []
        for k in range(int(result.labels.max()) + 1):
            name, color = _("class {number}", number=k + 1), self.theme.class_color(k)
            one = Series(name, x, y, color, form="dots", width=2.2)
            found.append(replace(one.at(result.labels == k), outline=self.color("panel")))
        return found

    def _wheel(self) -> Array:
        """Return the colours of steep gradients by their direction. (n, 3)"""
        angles = np.linspace(0, 2 * math.pi, 17)
        return gradient_colors(self.theme, np.stack((np.cos(angles), np.sin(angles)), axis=1))

    def _read_cell(self, result: Result, x: float, y: float) -> Tooltip | None:
        cells = result.polygons
        k = cells.at(x, y)
        if k is None:
            return None
        a, b = cells.slopes[k, 0]
        words = f"{number(a)} x₁ + {number(b)} x₂ + {number(cells.offsets[k, 0])}"
        active, area = int(cells.open[k].sum()), float(cells.areas()[k])
        return Tooltip(
            words,
            (
                (
                    None,
                    _(
                        "{count} of {all} units active",
                        count=active,
                        all=result.neurons,
                    ),
                ),
                (
                    None,
                    _("{share} % of the window", share=number(100 * area / (2 * EDGE) ** 2, 2)),
                ),
            ),
        )

    def _draw_along(self, result: Result) -> None:
        card, depth, t, y = self.along, len(result.hidden), result.t, result.y
        card.plot.y_axis.cover(y, restart=self._is_far(y))
        accent = self.color("accent")
        at, layers = (t[1:-1], y[1:-1]), result.regions.layers
        bends = kinks(at, layers, depth, self.theme, depth, color=accent, width=3.4)
        card.show_plot(
            series=[
                Series(
                    *(_("network"), t, y, accent),
                    width=2.2,
                    read_as=_("output"),
                    column="output",
                    is_straight=True,
                ),
                bends,
            ],
        )
        card.set_note(
            ngettext(
                "<b>{count}</b> straight piece",
                "<b>{count}</b> straight pieces",
                result.regions.pieces,
                count=result.regions.pieces,
            ),
            f"<b>{result.regions.pieces}</b>",
        )

    def _is_far(self, y: Array) -> bool:
        """Return whether the axis of the output is much too large or too small for it."""
        axis, span = self.along.plot.y_axis, float(np.ptp(y))
        inside = axis.low <= float(y.min()) and float(y.max()) <= axis.high
        return not inside or span < 0.25 * (axis.high - axis.low)

    def _draw_counts(self, result: Result) -> None:
        card, found, n = self.count, result.counts, result.counts.neurons
        line, plane = self.color("positive"), self.color("negative")
        initial_at = found.initial_neurons.astype(float)
        low, middle, high = np.percentile(found.initial, (0, 50, 100), axis=1)
        muted = self.color("muted")
        series = [
            Series("n + 1", n, found.line, line, form="dash", width=1.4, is_still=True),
            Series("Σ C(n,k)", n, found.plane, plane, form="dash", width=1.4, is_still=True),
        ]
        if found.depth > 1:
            power = np.minimum(found.power, 1e5)
            name = f"n{'²³'[found.depth - 2]}"
            series.append(
                Series(
                    name,
                    n,
                    power,
                    muted,
                    form="dash",
                    width=1.2,
                    values=found.power,
                    is_still=True,
                )
            )
        polygons, pieces = len(result.polygons), result.regions.pieces
        here = [
            Series(_("polygons"), *_one(result.neurons, polygons), plane),
            Series(_("along the line"), *_one(result.neurons, pieces), line, brief=_("line")),
        ]
        series += [
            Series(
                *(_("at initialization"), initial_at, middle, muted, low, high),
                form="dots",
                width=2.8,
                shade=1.0,
                brief=_("initial"),
                column="pieces",
                ends=("at least", "median", "at most"),  # not translated
                places="neurons of initial networks",  # not translated
            ),
            *(replace(one, form="dots", width=5.0, in_columns=False) for one in here),
        ]
        card.show_plot(series=series)
        rows = (
            (
                plane,
                ngettext(
                    "{count} polygon in the window",
                    "{count} polygons in the window",
                    polygons,
                    count=polygons,
                ),
            ),
            (
                line,
                ngettext(
                    "{count} piece along the line",
                    "{count} pieces along the line",
                    pieces,
                    count=pieces,
                ),
            ),
            (
                muted,
                _(
                    "at initialization, infinite line, {count} seeds",
                    count=found.initial.shape[1],
                ),
            ),
        )
        card.plot.reader = lambda x, y: Tooltip(
            ngettext("{count} neuron", "{count} neurons", result.neurons), rows
        )

    def _draw_gates(self, result: Result) -> None:
        card, flips = self.gates, result.flips
        inputs = np.array([one.inputs for one in flips], float)
        share, low, high = (
            100 * np.array([getattr(one, name) for one in flips])
            for name in ("share", "low", "high")
        )
        card.plot.y_axis.cover(np.r_[0.0, high], restart=True)
        ink = self.color("accent")
        units = Series(_("units"), inputs, share, ink, low, high, form="joined", width=1.8)
        column = "% of units per update"  # not translated
        card.show_plot(series=[replace(units, shade=1.0, radius=3.0, column=column)])


def _one(x: float, y: float) -> tuple[Array, Array]:
    return np.array([float(x)]), np.array([float(y)])


def _strokes(name: str, ends: Array, color: QColor, width: float) -> Series:
    """Return straight lines as one series. `ends`: (n, 2 ends, 2)."""
    shape = _segments(ends, color, width)
    return Series(name, ends[:, 0, 0], ends[:, 0, 1], color, width=width, shape=shape)


def _segments(ends: Array, color: QColor, width: float) -> Segments:
    return Segments(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1], color, width)


def gradient_colors(theme: Theme, slopes: Array) -> Array:
    """Return the colour of each affine map, 0 to 255: the way it climbs, and how steeply.

    Args:
        theme: gives the colours. slopes: (k, 2).

    Returns:
        (k, 3); flat ones have the panel's colour.
    """
    wheel = np.stack([rgb(theme.color(token)) for token in (*WHEEL, WHEEL[0])])  # (9, 3)
    place = np.mod(np.arctan2(slopes[:, 1], slopes[:, 0]) / (2 * math.pi), 1.0) * len(WHEEL)
    spots = np.arange(len(WHEEL) + 1)
    hue = np.stack([np.interp(place, spots, wheel[:, k]) for k in range(3)], axis=1)
    size = np.hypot(slopes[:, 0], slopes[:, 1])
    steep = max(float(np.quantile(size, STEEP)), 1e-12)
    opacity = np.where(size > 0, 0.12 + 0.58 * np.minimum(size / steep, 1.0), 0.0)[:, None]
    panel = rgb(theme.color("panel"))
    return np.asarray(np.round(panel + (hue - panel) * opacity))


def thumbnail(result: Result) -> pic.Picture:
    """Return the larger polygons, and the cuts of both layers."""
    cells = result.polygons
    tokens = ("positive", "layer1", "negative", "warning", "layer4", "layer3")
    angle = np.mod(np.arctan2(cells.slopes[:, 0, 1], cells.slopes[:, 0, 0]) / (2 * math.pi), 1)
    largest = np.argsort(-cells.areas())[:60]
    shapes: list[pic.Shape] = [
        pic.Area(_inside(cells.outlines()[k]), tokens[int(angle[k] * len(tokens))], 0.4)
        for k in largest
    ]
    for ends, layer in zip(cells.cuts, cells.cut_layers, strict=True):
        if np.hypot(*(ends[1] - ends[0])) > 0.12:
            shapes.append(pic.Polyline(_inside(ends), f"layer{layer}", 1.0))
    return tuple(shapes)


def _inside(corners: Array) -> pic.Points:
    return pic.unit_points(corners[:, 0], corners[:, 1], (-EDGE, EDGE, -EDGE, EDGE))
