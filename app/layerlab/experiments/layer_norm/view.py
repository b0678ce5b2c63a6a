"""Draws the layer before and behind its norm, the map of its loss, and many trainings."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.layer_norm.loss_plots import draw_ends, draw_losses
from layerlab.experiments.layer_norm.model import (
    CURVE,
    LENGTH,
    MAX_PRE_ACTIVATION,
    REACH,
    STRETCHES,
    TARGET,
    Result,
)
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend, rgb
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import (
    Arrows,
    Dots,
    HeatMap,
    Mark,
    Segments,
    TextMark,
    VLine,
)
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, read_row, reference
from layerlab.ui.plotting.side import color_scale

Array = np.ndarray
MAX_DRAWN = 40.0  # of a sum that is drawn
BEND = 0.4  # where the axis of the pre-activations turns from linear to logarithmic
PULL = 0.9  # share of the axis that a pull of 1 is long
ARROW = 5.0  # length of the map's arrow at a = 1
LOW, HIGH = 0.1, 10.0  # range of the stretch


class BothWays(Axis):
    """An axis that is linear around 0 and logarithmic far from it, on both sides."""

    def to_view(self, values: Array) -> Array:
        """Return values as a view has them: linear near zero, logarithmic far from it."""
        return np.arcsinh(np.asarray(values, float) / BEND)

    def from_view(self, value: float) -> float:
        """Return the value behind a view's number, the inverse of `to_view`."""
        return BEND * math.sinh(value)

    def range(self) -> tuple[float, float]:
        """Return the automatic range as a view has it."""
        low, high = self.to_view(np.array([self.low, self.high]))
        return float(low), float(high)

    def ticks(
        self, count: float, part: tuple[float, float] | None = None
    ) -> list[tuple[float, str]]:
        """Return ticks that are alike on both sides."""
        some = (1.0, 10.0) if count < 7 else (0.3, 1.0, 3.0, 10.0, 30.0)
        both = [*(-value for value in reversed(some)), 0.0, *some]
        return [(value, number(value)) for value in both]


class View(PageView):
    """Pre-activations, outputs, map above; gradient, losses by update and at the end below."""

    def build(self) -> None:
        """Make the cards."""
        self.bars = RowPlot(BothWays("z"), _("unit"))
        self.bars.x_axis.fix(-MAX_DRAWN, MAX_DRAWN)
        self.outputs = RowPlot(Axis("n"), _("unit"))
        self.outputs.x_axis.fix(-2.8, 2.8)
        self.before = PlotCard(_("Pre-activations"), self.bars)
        self.behind = PlotCard(_("After layer norm"), self.outputs)
        self.map = PlotCard(
            _("Loss over weights"), HandlePlot(Axis(_("along")), Axis(_("across")))
        )
        for axis in (self.map.plot.x_axis, self.map.plot.y_axis):
            axis.fix(-REACH, REACH)
        self.map.plot.grid = False
        self.gradient = PlotCard(
            _("Gradient norm"), HandlePlot(Axis("a", log=True), Axis(_("gradient"), log=True))
        )
        self.gradient.plot.x_axis.fix(float(CURVE[0]), float(CURVE[-1]))
        self.gradient.plot.y_axis.fix(1e-5, 1e3)
        self.loss = PlotCard(
            _("Loss of many seeds"),
            Plot(Axis(_("updates"), integer=True), Axis(_("loss"), log=True)),
        )
        self.loss.plot.x_axis.fix(0, LENGTH)
        self.ends = PlotCard(
            _("Loss at the end"),
            Plot(Axis(_("initial a"), log=True), Axis(_("loss"), log=True)),
        )
        self.ends.plot.x_axis.fix(STRETCHES[0] / 1.25, STRETCHES[-1] * 1.25)
        for card in (self.loss, self.ends):
            card.plot.y_axis.fix(1e-3, 1.0)
        self.map.bind(("sign", "size"), self._sign_and_size)
        self.gradient.bind("size", lambda x, _: min(max(x, LOW), HIGH))
        self.before.bind_numbered("pre_activations", self._pre_activations)
        cards = self.before, self.behind, self.map, self.gradient, self.loss, self.ends
        for k, card in enumerate(cards):
            self.add(card, k // 3, k % 3)
        self.share(rows=(11, 9), columns=(1, 1, 1))

    def _sign_and_size(self, x: float, _: float) -> tuple[str, float]:
        """Turn size and sign: the dot goes through 0 to the other side."""
        return "positive" if x > 0 else "negative", min(max(abs(x), LOW), HIGH)

    def _pre_activations(self, k: int, x: float, _: float) -> tuple[float, ...] | None:
        result: Result | None = self.result
        if result is None or not result.stretch:
            return None
        z = [float(value) for value in result.pre_activations]
        wanted = (x - result.shift) / result.stretch
        z[k] = min(max(wanted, -MAX_PRE_ACTIVATION), MAX_PRE_ACTIVATION)
        return tuple(z)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what the norm does not see, and what comes back through it."""
        a = number(result.stretch, 3)
        if not result.now.is_defined:
            return [
                ("0/0", _("after the norm: no variance, and no eps")),
                (_("none"), _("gradient")),
            ]
        return [
            (number(result.off, 2), _("largest change of an output from a = 1, c = 0")),
            (f"× {number(result.ratio, 4)}", _("gradient at a = {a}, to that at 1", a=a)),
            (f"× {number(1 / result.stretch, 4)}" if result.stretch else _("none"), "1 / a"),
            (number(result.along, 1), _("of the gradient points along the weights")),
            (number(float(result.now.loss), 3), _("loss of the layer")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all six."""
        self._draw_pre_activations(result)
        self._draw_outputs(result)
        self._draw_map(result)
        self._draw_gradient(result)
        draw_losses(self, self.loss, result)
        draw_ends(self, self.ends, result)

    # ---- the layer
    def _draw_pre_activations(self, result: Result) -> None:
        """Draw the pre-activations as bars, with the pull of the loss at their ends."""
        plot, z = self.bars, result.now.z
        rows, accent = np.arange(len(z)), self.color("accent")
        plot.set_rows([str(k + 1) for k in rows])
        pull = -result.now.dz / self._unit(result)
        place = plot.x_axis.to_unit(z)
        ends = [
            plot.x_axis.from_unit(float(p)) for p in np.clip(place + PULL * pull / 8, -1, 2)
        ]
        hot, muted = self.color("negative"), self.color("muted")
        pulled = Arrows(z, rows, np.array(ends), rows, hot)
        self.before.show_plot(
            series=(
                Series(
                    *("z = a (W x + b) + c", rows, z, accent),
                    form="bars",
                    width=0.4,
                    brief="z",
                    read_as="z",
                    column="z",
                    write=partial(number, digits=4),
                ),
                self._first(rows, result.pre_activations, "z at a = 1, c = 0"),
                reference(_("mean"), VLine(float(z.mean()), "", muted, self.theme)),
                self._gradient_of("z", rows, result.now.dz, pulled),
            )
        )
        self.before.set_note(
            _("std <b>{std}</b>", std=number(float(z.std()), 3)),
            f"<b>{number(float(z.std()), 2)}</b>",
        )
        handles = (
            [Handle(str(k), float(z[k]), float(k), accent, 4.0, "x") for k in rows]
            if result.stretch
            else []
        )
        plot.set_handles(tuple(handles))
        plot.reader = lambda x, y: self._read(plot.row_at(y))

    def _unit(self, result: Result) -> float:
        """Return the largest pull at a = 1, which sets the length of the arrows."""
        return float(np.abs(result.first.dz).max()) or 1.0

    def _first(self, rows: Array, values: Array, column: str) -> Series:
        """Return the pale bars of what it is without stretch and shift, below the others."""
        pale = blend(self.theme, self.color("faint"), 0.45)
        one = Series("a = 1, c = 0", rows, values, pale, form="bars", width=0.78)
        return replace(one, brief="a = 1", column=column, height=-1, is_read=False)

    def _gradient_of(self, name: str, rows: Array, gradient: Array, shape: Mark) -> Series:
        """Return the gradient of the loss by each unit, as arrows against it."""
        one = Series(_("minus gradient"), rows, gradient, self.color("negative"), in_rows=True)
        derivative = f"dL/d{name}"
        return replace(
            one,
            shape=shape,
            brief=f"−{derivative}",
            read_as=derivative,
            column="gradient",
            write=partial(number, digits=3),
        )

    def _draw_outputs(self, result: Result) -> None:
        plot, now = self.outputs, result.now
        rows, hot = np.arange(len(now.n)), self.color("negative")
        plot.set_rows([str(k + 1) for k in rows])
        ink, edge = self.color("text"), rows - 0.4
        unit = float(np.abs(result.first.dn).max()) or 1.0
        live: dict[str, Mark] = {}
        pulled = Arrows(now.n, rows, now.n - 0.6 * now.dn / unit, rows, hot)
        if not now.is_defined:
            pulled = Arrows(now.n[:0], rows[:0], now.n[:0], rows[:0], hot)
            live["words"] = TextMark(
                np.array([-2.7]),
                np.array([4.5]),
                ["0/0"],
                hot,
                self.theme,
                16,
                600,
            )
        target = Segments(TARGET, edge, TARGET, edge + 0.8, ink, 2.0)
        outputs = Series("n", rows, now.n, self.color("good"), form="bars", width=0.4)
        self.behind.show_plot(
            series=(
                replace(outputs, write=partial(number, digits=4)),
                self._first(rows, result.first.n, "n at a = 1, c = 0"),
                Series(_("target"), rows, TARGET, ink, in_rows=True, shape=target),
                self._gradient_of("n", rows, now.dn, pulled),
            ),
            live=live,
        )
        note = _("moved by <b>{distance}</b>", distance=number(result.off, 2))
        self.behind.set_note(note if now.is_defined else "")
        plot.reader = lambda x, y: self._read(plot.row_at(y))

    def _read(self, row: int) -> Tooltip | None:
        """Read a unit in both cards, whichever the cursor is in."""
        both = (*self.before.series, *self.behind.series)
        return read_row(both, row, _("unit {number}", number=row + 1))

    def _draw_map(self, result: Result) -> None:
        """Draw the loss over a plane through all weights, and where it falls from here."""
        card, a = self.map, result.stretch
        dark, light = rgb(self.color("panel")), rgb(self.color("accent"))
        loss = result.loss
        share = (loss - loss.min()) / (float(np.ptp(loss)) or 1.0)

        def shade(share: Array) -> Array:
            return np.asarray(dark + (light - dark) * (0.75 * (1 - share) ** 1.5)[..., None])

        half = REACH / len(loss)
        extent = (-REACH + half, REACH - half, -REACH + half, REACH - half)
        ink = self.color("negative")
        at, zero = np.array([a]), np.zeros(1)
        text, (along, across) = self.color("text"), result.down.reshape(2, 1)
        down = Arrows(at, zero, at + ARROW * along, ARROW * across, ink, 2.4, 9)
        weights = Series(_("weights"), at, zero, text, values=at, column="a", has_places=False)
        series = [
            replace(weights, shape=Arrows(zero, zero, at, zero, text, 1.6)),
            Series(
                *(_("minus gradient, × {scale:g}", scale=ARROW), along, across, ink),
                shape=down,
                brief=_("−gradient"),
                column=_("minus gradient, across"),
                places=_("minus gradient, along"),
            ),
        ]
        card.plot.color_scale = color_scale(
            float(loss.min()), float(loss.max()), shade(np.linspace(0, 1, 9)), _("loss")
        )
        here = exported(_("loss"), at, np.array([float(result.now.loss)]), has_places=False)
        card.show_plot(
            still={
                "loss": HeatMap(extent, shade(share)),
                "zero": Dots(zero, zero, text, 2.5),
            },
            series=[*(replace(one, is_read=False) for one in series), here],
        )
        card.plot.set_handles((Handle("a", a, 0.0, text, along="x"),))
        card.set_note(MouseHint(_("drag the dot: a")), "")

    def _draw_gradient(self, result: Result) -> None:
        card, accent = self.gradient, self.color("accent")
        low, high = card.plot.y_axis.low, card.plot.y_axis.high

        def curve(name: str, y: Array, color: QColor, **look: Any) -> Series:
            return Series(name, CURVE, np.clip(y, low / 10, high * 10), color, values=y, **look)

        angle = _("angle of a step of {optimizer}, radians", optimizer=result.optimizer)
        turn = self.theme.layer_color(0, 3)
        series = (
            curve(_("with norm"), result.gradient, accent, width=2.2),
            curve(_("without"), result.unnormed, self.color("negative"), width=1.6),
            curve("1 / a", result.ideal, self.color("text"), form="dash", width=1.2),
            curve(angle, result.turn, turn, width=1.6, brief=_("angle of a step")),
        )
        still: dict[str, Mark] = {}
        width = float(result.pre_activations.std())
        bend = math.sqrt(result.eps) / width if width else 0.0
        if CURVE[0] < bend < CURVE[-1]:
            still["eps"] = VLine(bend, _("variance = eps"), self.color("faint"), self.theme)
        card.show_plot(series=series, still=still)
        here = float(np.clip(result.now.gradient, low, high))
        handle = Handle("size", result.stretch, here, accent, along="x")
        card.plot.set_handles((handle,) if result.stretch > 0 else ())
        card.set_note(
            f"<b>{number(float(result.now.gradient), 3)}</b> at "
            f"a = {number(result.stretch, 3)}",
            "",
        )


def thumbnail(result: Result) -> pic.Picture:
    """Return rays of equal loss, the weights along one, and gradients across it."""
    shapes: list[pic.Shape] = []
    for k in range(-3, 4):
        angle = 0.26 * k
        end = 0.08 + 0.86 * math.cos(angle), 0.5 + 0.86 * math.sin(angle)
        faint = "accent" if k == 0 else "faint"
        points = ((0.08, 0.5), (round(end[0], 3), round(min(max(end[1], 0.03), 0.97), 3)))
        shapes.append(pic.Polyline(points, faint, 2.2 if k == 0 else 1.0, k != 0))
    for x, length in ((0.24, 0.36), (0.48, 0.18), (0.86, 0.09)):
        tip = round(0.5 - length, 3)
        shapes.append(pic.Polyline(((x, 0.5), (x, tip)), "negative", 2.2))
        head = ((x - 0.02, tip + 0.05), (x, tip), (x + 0.02, tip + 0.05))
        shapes.append(pic.Polyline(head, "negative", 2.2))
        shapes.append(pic.Scatter(((x, 0.5),), "accent", 3.4))
    return tuple(shapes)
