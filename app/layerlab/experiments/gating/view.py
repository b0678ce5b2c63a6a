"""Draws gates along the input, what they leave of the network, and many seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.gating.model import ACTIVATIONS, LENGTH, SEEDS
from layerlab.experiments.gating.networks import Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend, rgb
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import Band, HeatMap, Mark, Segments
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, read_row
from layerlab.ui.plotting.side import color_scale

Array = np.ndarray
NAMES = {"relu": "ReLU", "softplus": "softplus"}
MIN_LOSS = 1e-9  # smaller losses have no place on the logarithmic axes
DIM, LIT = 0.1, 0.95  # how much of its colour an inactive unit has, and an active one
FINE = 4  # rows of a raster's picture for each unit
TOKENS = {"relu": "accent", "softplus": "negative"}


class Raster(HandlePlot):
    """A plot whose upright axis names layers, the first at the top."""

    def __init__(self) -> None:
        """Make an empty raster."""
        super().__init__(Axis(_("input")), Axis(_("layer")))
        self.grid = False
        self._hidden: tuple[int, ...] = ()

    def set_layers(self, hidden: tuple[int, ...]) -> None:
        """Return how many units each layer has."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.refresh()

    def frame_look(self) -> tuple[object, ...]:
        """Return all that axes, grid and legend depend on."""
        return (*super().frame_look(), self._hidden)

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the number of each layer at its middle."""
        ends = np.cumsum(self._hidden)
        middles = sum(self._hidden) + 0.5 - (ends - 0.5 * np.array(self._hidden))
        return [(float(at), str(k + 1)) for k, at in enumerate(middles)]


class View(PageView):
    """Two rasters, the two functions, active units, losses by update and by task."""

    def build(self) -> None:
        """Make the cards."""
        self.rasters = {
            name: PlotCard(_("Active units, {activation}", activation=NAMES[name]), plot)
            for name, plot in ((name, Raster()) for name in ACTIVATIONS)
        }
        self.fit = PlotCard(_("The functions"), Plot(Axis(_("input")), Axis(_("output"))))
        self.share_open = PlotCard(
            _("Share of active units"), Plot(Axis(_("input")), Axis(_("share")))
        )
        self.share_open.plot.y_axis.fix(0, 1)
        self.losses = PlotCard(
            _("Loss of many seeds"),
            Plot(Axis(_("updates"), integer=True), Axis(_("validation loss"), log=True)),
        )
        self.losses.plot.x_axis.fix(0, LENGTH)
        self.rows = RowPlot(Axis(_("loss"), log=True), _("task"))
        self.tasks = PlotCard(_("Tasks"), self.rows)
        cards = (*self.rasters.values(), self.fit, self.share_open, self.losses, self.tasks)
        for k, card in enumerate(cards):
            self.add(card, k // 3, k % 3)
        self.share(rows=(11, 9), columns=(1, 1, 1))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return sparsity, subnetworks and losses."""
        relu, soft = (result.nets[name] for name in ACTIVATIONS)
        found = [
            (f"{100 * relu.is_active.mean():.0f} %", _("of ReLU's units active, on average")),
            (str(relu.subnetworks), _("subnetworks along the input")),
            (str(relu.dead), _("dead units")),
            (number(relu.loss, 2), _("loss of ReLU after {updates}", updates=result.updates)),
            (number(soft.loss, 2), _("loss of softplus")),
        ]
        return found

    def draw(self, result: Result) -> None:
        """Draw all six."""
        for name in ACTIVATIONS:
            self._draw_raster(name, result)
        self._draw_fit(result)
        self._draw_share(result)
        self._draw_losses(result)
        self._draw_tasks(result)

    # ---- gates
    def _draw_raster(self, name: str, result: Result) -> None:
        card, net, x = self.rasters[name], result.nets[name], result.x
        units = len(net.gates)
        card.plot.x_axis.fix(float(x[0]), float(x[-1]))
        card.plot.y_axis.fix(0.5, units + 0.5)
        card.plot.set_layers(result.hidden)
        panel = rgb(self.color("panel"))
        layers = np.repeat(np.arange(len(result.hidden)), result.hidden)
        inks = np.stack([rgb(self._layer(int(k), result)) for k in layers])  # (units, 3)
        light = DIM + (LIT - DIM) * net.gates[..., None]
        colors = (panel + (inks[:, None] - panel) * light)[::-1]  # the first unit at the top
        # Each unit is some rows of the picture, so that its edges stay sharp.
        fine = np.repeat(colors, FINE, axis=0)
        extent = (float(x[0]), float(x[-1]), 0.5 + 0.5 / FINE, units + 0.5 - 0.5 / FINE)
        still: dict[str, Mark] = {"gates": HeatMap(extent, fine)}
        borders = units - np.cumsum(result.hidden)[:-1] + 0.5
        if borders.size:
            left, right = np.full(len(borders), x[0]), np.full(len(borders), x[-1])
            ink = self.color("text", 0.7)
            still["layers"] = Segments(left, borders, right, borders, ink, 1.0)
        gates = [
            exported(_("unit {number}", number=k), x, row, places=_("input"))
            for k, row in enumerate(net.gates, 1)
        ]
        card.show_plot(still=still, series=gates)
        first = rgb(self._layer(0, result))
        shades = panel + (first - panel) * (DIM + (LIT - DIM) * np.array([[0.0], [1.0]]))
        card.plot.color_scale = color_scale(0, 1, shades, "φ′(z)")
        card.plot.reader = lambda at, y: self._read(name, at, y)

    def _layer(self, layer: int, result: Result) -> QColor:
        return self.theme.layer_color(layer, len(result.hidden))

    def _read(self, name: str, at: float, y: float) -> Tooltip | None:
        result: Result | None = self.result
        if result is None:
            return None
        gates = result.nets[name].gates
        unit = int(np.clip(len(gates) - round(y), 0, len(gates) - 1))
        layer = unit // result.hidden[0]
        derivative = float(gates[unit, int(np.abs(result.x - at).argmin())])
        text = _(
            "layer {layer}, derivative {derivative}",
            layer=layer + 1,
            derivative=number(derivative, 2),
        )
        return Tooltip(
            _("unit {number}", number=unit % result.hidden[0] + 1),
            ((self._layer(layer, result), text),),
            at,
        )

    def _draw_fit(self, result: Result) -> None:
        card, x = self.fit, result.x
        card.plot.x_axis.fix(float(x[0]), float(x[-1]))
        y = result.points[:, 1]
        room = 0.25 * float(np.ptp(y))
        card.plot.y_axis.fix(float(y.min()) - room, float(y.max()) + room)
        curves = [self._series(name, x, result.nets[name].y) for name in ACTIVATIONS]
        data = Series(
            _("data"),
            result.points[:, 0],
            y,
            self.color("point", 0.55),
            form="dots",
            width=1.8,
            is_still=True,
            is_read=False,
        )
        relu, accent = result.nets["relu"], self.color("accent")
        turns = np.flatnonzero(np.diff(relu.patterns)) + 1
        switches = Series(
            *(_("a gate switches"), x[turns], relu.y[turns], accent),
            form="dots",
            width=2.6,
            outline=self.color("panel"),
            brief=_("switches"),
            is_read=False,
            in_columns=False,
        )
        card.show_plot(series=(*curves, data, switches))

    def _series(self, name: str, x: Array, y: Array, title: str = "", **look: Any) -> Series:
        brief = NAMES[name]
        return Series(title or brief, x, y, self.color(TOKENS[name]), brief=brief, **look)

    def _draw_share(self, result: Result) -> None:
        card, x = self.share_open, result.x
        card.plot.x_axis.fix(float(x[0]), float(x[-1]))
        soft = result.nets["softplus"].gates.mean(0)
        relu = result.nets["relu"].is_active
        pale = blend(self.theme, self.color("accent"), 0.2)
        card.show_plot(
            series=(
                self._series("relu", x, relu, _("ReLU, active")),
                self._series("softplus", x, soft, _("softplus, mean derivative")),
            ),
            bands={"active": Band(x, np.zeros_like(x), relu, pale)},
        )

    # ---- many seeds
    def _draw_losses(self, result: Result) -> None:
        card, seeds = self.losses, result.seeds
        series = []
        for name, losses in seeds.losses.items():
            parts = np.quantile(losses, (0.25, 0.5, 0.75), axis=0)
            low, middle, high = np.maximum(parts, MIN_LOSS)
            look = {"low": low, "high": high, "values": parts}
            series.append(self._series(name, seeds.updates, middle, **look))
        if series:
            shown = np.concatenate([one.y for one in series])
            card.plot.y_axis.cover(shown, restart=True, decades=2)
        card.show_plot(series=series)
        card.set_note(
            _("median, half of {seeds}", seeds=SEEDS) if series else _("not trained yet"), ""
        )

    def _draw_tasks(self, result: Result) -> None:
        plot, finals = self.rows, result.seeds.finals
        plot.set_rows(
            list(finals), list(finals).index(result.task) if result.task in finals else -1
        )
        series = []
        for name, shift in zip(ACTIVATIONS, (-0.17, 0.17), strict=True):
            values = [np.quantile(pair[name], (0.25, 0.5, 0.75)) for pair in finals.values()]
            parts = np.array(values).reshape(-1, 3).T
            low, middle, high = np.maximum(parts, MIN_LOSS)
            one = self._series(name, np.arange(len(finals)) + shift, middle, in_rows=True)
            one = replace(one, low=low, high=high, values=parts, form="dots", brief="")
            series.append(replace(one, width=3.4 * self.theme.zoom, shade=0.4, stroke=0.2))
        if finals:
            spans = np.concatenate([end for one in series for end in (one.low, one.high)])
            plot.x_axis.cover(spans, restart=True, decades=2)
        self.tasks.show_plot(series=series)
        plot.reader = lambda _, y: self._read_task(plot.row_at(y))
        self.tasks.set_note(
            _("median, half of the seeds") if finals else _("not trained yet"), ""
        )

    def _read_task(self, row: int) -> Tooltip | None:
        if not self.rows.names:
            return None
        title = _("{task}, median loss", task=self.rows.names[row])
        return read_row(self.tasks.series, row, title)


def thumbnail(result: Result) -> pic.Picture:
    """Return the raster of the ReLU network as cells."""
    gates = result.nets["relu"].gates[:, ::8]
    first = result.hidden[0]
    signs = np.where(np.arange(len(gates)) < first, 1.0, -1.0)[:, None]
    cells = np.where(gates > 0, 0.9, 0.12) * signs
    return (pic.Image(tuple(tuple(round(float(v), 2) for v in row) for row in cells)),)
