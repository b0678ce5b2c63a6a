"""Draws the flow with its steps, eigenvalues in the disc, and what steps are off."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.experiments.euler import flow
from layerlab.experiments.euler.model import GRID, MAX_STARTS, Result
from layerlab.experiments.euler.moons import SEEDS, UPDATES
from layerlab.experiments.euler.plane import CIRCLE, MAX_STROKE, EvenPlot
from layerlab.experiments.euler.trained import TrainedCards
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Arrows, Mark, Polygons, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported

Array = np.ndarray
FIELD = (-2.5, 2.5, -2.0, 2.0)  # what is seen of the field
PLANE = (-5.2, 1.8, -2.5, 2.5)  # of the complex plane
SIDES, TOPS = np.zeros(1), np.full(1, 0.36)  # what the flow does left and right of 0
# A hand wanders off the real axis, an arrow key (0.06 or so) does not.
MAGNET, MAGNET_OF_KEYS = 0.2, 0.05
MIN_DRAWN, MAX_DRAWN = 1e-6, 1e12  # of what is off the flow


def within(path: Array) -> Array:
    """Return a path up to its first stroke too long to be drawn, which is cut. (n, 2)"""
    strokes = np.diff(path, axis=0)
    long = np.linalg.norm(strokes, axis=1)
    over = np.flatnonzero((long > MAX_STROKE) | (np.abs(path[1:]).max(1) > MAX_STROKE))
    if not over.size:
        return path
    k = int(over[0])
    cut = path[k] + strokes[k] * min(1.0, MAX_STROKE / long[k])
    return np.concatenate([path[: k + 1], cut[None]])


def point_text(x: float, y: float) -> str:
    """Return a point in words."""
    return f"({number(x, 2)}, {number(y, 2)})"


class View(PageView):
    """Flow, eigenvalues and error above; moons, layers and their eigenvalues below."""

    def build(self) -> None:
        """Make the cards."""
        self._upper: object = None  # what is drawn in the rows
        self._lower: object = None
        self.flow = PlotCard(_("The flow and its steps"), EvenPlot(Axis("x₁"), Axis("x₂")))
        self.eigen = PlotCard(
            _("Eigenvalues of W"), EvenPlot(Axis(_("real")), Axis(_("imaginary")))
        )
        self.errors = PlotCard(
            _("Error by dt"),
            HandlePlot(Axis("dt", log=True), Axis(_("distance to the flow"), log=True)),
        )
        self.errors.plot.y_axis.brief = _("distance")
        self.net = TrainedCards(self)
        self.flow.plot.set_window(FIELD)
        self.eigen.plot.set_window(PLANE)
        self.errors.plot.x_axis.fix(0.045, 2.2)
        self.eigen.bind("step", lambda x, _: _step(-2 / min(x, -1e-9)), "disc")
        self.eigen.bind_numbered("values", self._values)
        self.flow.bind_numbered("starts", self._starts)
        self.flow.bind_click("starts", self._one_more)
        self.errors.bind("step", lambda x, _: _step(x))
        for row, cards in enumerate(((self.flow, self.eigen, self.errors), self.net.cards)):
            for card, (place, wide) in zip(cards, ((0, 5), (5, 4), (9, 3)), strict=True):
                self.add(card, row, place, 1, wide)
        self.share(rows=(11, 10), columns=(1,) * 12)

    # ---- dragging
    def _values(self, k: int, x: float, y: float) -> tuple[float, ...]:
        magnet = MAGNET if self.eigen.plot.held else MAGNET_OF_KEYS
        return flow.dragged(self.result.values, k, x, y, magnet)

    def _starts(self, k: int, x: float, y: float) -> tuple[float, ...]:
        starts = self.result.starts.copy()
        starts[k] = round(x, 3), round(y, 3)
        return tuple(map(float, starts.ravel()))

    def _one_more(self, x: float, y: float) -> tuple[float, ...] | None:
        starts = self.result.starts
        if len(starts) >= MAX_STARTS:
            self.message_sent.emit(
                _("There are {count} starts, no more fit: drag one of them", count=MAX_STARTS)
            )
            return None
        return (*map(float, starts.ravel()), round(x, 3), round(y, 3))

    # ---- numbers
    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how long a step may be, and what trained networks do."""
        limit = number(result.limit, 3) if result.limit else _("none")
        low = float(np.abs(result.values).max())
        symmetric = result.limit and not result.values.imag.any()
        name = (
            _("largest stable dt, 2 / {largest}", largest=number(low, 3))
            if symmetric
            else _("largest stable dt")
        )
        found = [
            (number(float(result.growth.max()), 3), _("largest |1 + dt λ|")),
            (limit, name),
            (number(result.off, 3), _("distance to the flow at most")),
        ]
        if not result.is_trained:
            return [
                *found,
                (str(result.net.updates), _("of {count} updates", count=grouped(UPDATES))),
            ]
        parts = int((result.net.right >= 0.995).sum())
        return [
            *found,
            (
                _("{count} of {all}", count=parts, all=SEEDS),
                _("networks separate the moons"),
            ),
            (
                _("{count} of {all}", count=int(result.net.folding.sum()), all=SEEDS),
                _("flip a part of the plane"),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw the rows in which something changed."""
        upper = (result.field, result.step, result.course, result.w.tobytes(), self.theme)
        if upper != self._upper:
            self._upper = upper
            self._draw_flow(result)
            self._draw_values(result)
            self._draw_errors(result)
        lower = (result.net, result.shown, self.theme)
        if lower != self._lower:
            self._lower = lower
            self.net.draw(result)

    # ---- the flow
    def _draw_flow(self, result: Result) -> None:
        card, count = self.flow, len(result.starts)
        size = np.linalg.norm(result.velocities, axis=1, keepdims=True)
        reach = 0.85 * GRID * result.velocities / (size + 0.8)
        x, y = result.positions.T
        ends = result.positions + reach
        field = blend(self.theme, self.color("muted"), 0.42)
        still: dict[str, Mark] = {
            "field": Arrows(x, y, ends[:, 0], ends[:, 1], field, 1.1, 4.0)
        }
        radius = 3.2 if len(result.steps) <= 50 else 2.0
        ink = self.theme.layer_color(0, 5)
        flow_entry = LegendEntry("line", blend(self.theme, ink, 0.55), _("flow"), 3.2)
        steps_entry = LegendEntry("dot", ink, _("steps of dt"))
        series: list[Series] = []
        handles: list[Handle] = []
        for k in range(count):
            color = self.theme.layer_color(k, max(5, count))
            pale = blend(self.theme, color, 0.55)
            true = self._path(_("flow {number}", number=k + 1), result.course.true[:, k], pale)
            steps = self._path(_("steps {number}", number=k + 1), result.steps[:, k], color)
            series += [
                replace(true, width=3.2, entries=[flow_entry]),
                replace(steps, form="joined", width=1.3, radius=radius, entries=[steps_entry]),
            ]
            x0, y0 = result.starts[k].tolist()
            handles.append(Handle(str(k), x0, y0, color, 5.5))
        card.show_plot(still=still, series=series)
        card.plot.set_handles(tuple(handles))
        card.plot.reader = lambda x, y: self._read_flow(result, x, y)
        what = "tanh(W x)" if result.field == "tanh" else "W x"
        card.set_note(
            MouseHint(_("x' = <b>{formula}</b>, drag a start or click", formula=what)),
            f"<b>{what}</b>",
        )

    def _path(self, name: str, path: Array, color: QColor) -> Series:
        """Return a path through the plane; what leaves the plot is drawn beside it. (n, 2)"""
        x, y = within(path).T
        one = Series(name, x, y, color, x_values=path[:, 0], values=path[:, 1], is_read=False)
        return replace(one, places=_("{path} x1", path=name), column=_("{path} x2", path=name))

    def _read_flow(self, result: Result, x: float, y: float) -> Tooltip:
        """Read where a step from a point leads."""
        place = np.array([x, y])
        led = place + result.step * flow.nonlinearity(result.field)(result.w @ place)
        accent = self.color("accent")
        rows = ((accent, _("one step on {point}", point=point_text(*led))),)
        return Tooltip(point_text(x, y), rows, None, ((float(led[0]), float(led[1]), accent),))

    # ---- eigenvalues
    def _draw_values(self, result: Result) -> None:
        card, good, bad = self.eigen, self.color("good"), self.color("negative")
        disc = (CIRCLE - 1) / result.step
        shade = blend(self.theme, good, 0.2)
        edge = blend(self.theme, good, 0.6)
        faint, muted = self.color("faint"), self.color("muted")
        outline = Polygons([np.stack([disc.real, disc.imag], 1)], [shade], edge, 1.4)
        inside = Series("|1 + dt λ| ≤ 1", disc.real, disc.imag, shade, form="area")
        live: dict[str, Mark] = {
            "rest": VLine(0.0, "", faint, self.theme),
            "left": TextMark(SIDES, TOPS, (_("rests"),), muted, self.theme, right=True),
            "right": TextMark(SIDES, TOPS, (_("grows"),), muted, self.theme),
        }
        handles = []
        for k, value in enumerate(result.values):
            color = good if result.growth[k] <= 1 else bad
            handles.append(Handle(str(k), value.real, value.imag, color, 6.0))
        left = -2 / result.step
        if left > PLANE[0]:
            handles.append(Handle("disc", left, 0.0, good, 4.0, "x"))
        card.show_plot(
            live=live,
            series=(
                replace(inside, shape=outline, is_read=False, in_columns=False),
                exported(_("imaginary"), result.values.real, result.values.imag),
                exported("|1 + dt λ|", result.values.real, result.growth),
            ),
        )
        card.plot.set_handles(tuple(handles))
        card.plot.reader = lambda x, y: Tooltip(
            f"λ = {number(x, 2)} {'−' if y < 0 else '+'} {number(abs(y), 2)} i",
            ((None, f"|1 + dt λ| {number(abs(1 + result.step * complex(x, y)), 3)}"),),
        )
        largest = number(float(result.growth.max()), 3)
        card.set_note(f"|1 + dt λ| up to <b>{largest}</b>", f"up to <b>{largest}</b>")

    def _draw_errors(self, result: Result) -> None:
        card, accent = self.errors, self.color("accent")
        order = np.argsort(result.course.rungs)
        dt, off = (
            result.course.rungs[order],
            np.clip(result.course.offs[order], MIN_DRAWN, MAX_DRAWN),
        )
        here = min(max(result.off, MIN_DRAWN), MAX_DRAWN)
        self._hold(card.plot.y_axis, np.append(off, here))
        muted = self.color("muted")
        live: dict[str, Mark] = {}
        if 0 < result.limit < 2.2:
            live["limit"] = VLine(result.limit, _("stable"), self.color("good"), self.theme)
        series = [
            Series(
                "∝ dt", dt, off[0] * dt / dt[0], muted, form="dash", width=1.2, is_read=False
            ),
            Series(_("steps"), dt, off, accent, values=result.course.offs[order]),
        ]
        card.show_plot(live=live, series=series)
        card.plot.set_handles((Handle("dt", result.step, here, accent, 6.0, "x"),))
        card.set_note(f"dt <b>{number(result.step, 3)}</b>")

    def _hold(self, axis: Axis, values: Array) -> None:
        """Let an axis stand while it holds the values and they fill a third of it."""
        if not axis.log:
            axis.fix(0.0, 1.1 * float(values.max()))
            return
        low, high = math.log10(float(values.min())), math.log10(float(values.max()))
        bottom, top = math.log10(axis.low), math.log10(axis.high)
        was_linear = abs(bottom - round(bottom)) > 1e-6
        if (
            was_linear
            or not bottom <= low <= high <= top
            or max(high - low, 2) < (top - bottom) / 3
        ):
            axis.cover(values, restart=True, decades=3)


def _step(step: float) -> float:
    """Return a step that the knob takes."""
    return min(2.0, max(0.05, float(f"{step:.3g}")))


def thumbnail(result: Result) -> pic.Picture:
    """Return the flow from three starts, and its steps."""
    window = (-2.6, 2.6, -1.9, 1.9)
    shapes: list[pic.Shape] = []
    for k, token in enumerate(("layer1", "layer2", "layer4")):
        true, steps = result.course.true[::4, k], result.steps[:, k]
        shapes.append(pic.Polyline(pic.unit_points(true[:, 0], true[:, 1], window), token, 2.4))
        points = pic.unit_points(steps[:, 0], steps[:, 1], window)
        shapes += [pic.Polyline(points, token, 1.0), pic.Scatter(points, token, 1.8)]
    return tuple(shapes)
