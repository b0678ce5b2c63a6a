"""Draws the flow with its steps, eigenvalues in the disc, and the moons layer by layer."""

from __future__ import annotations

import math

import numpy as np

from app.core import picture as pic
from app.experiments.euler import flow
from app.experiments.euler.model import GRID, MOST_STARTS, Result
from app.experiments.euler.moons import SEEDS
from app.experiments.euler.plane import EvenPlot
from app.ui.pages.view import PageView, PlotCard
from app.ui.plots.arrows import Arrows
from app.ui.plots.handles import Handle, HandlePlot
from app.ui.plots.legend import Key
from app.ui.plots.marks import Band, Dots, Line, Mark, Rule, mix
from app.ui.plots.scale import Axis, number
from app.ui.plots.shapes import Polygons, Post, Strokes

Array = np.ndarray
DASH = (3.2, 2.6)
FIELD = (-2.5, 2.5, -2.0, 2.0)  # what is seen of the field
PLANE = (-5.2, 1.8, -2.5, 2.5)  # of the complex plane
SHARES = (0.78, 1.015)  # of the axis
FARTHEST = 60.0  # a longer stroke would leave the rasterizer's range
LEAST, MOST = 1e-6, 1e12  # of what is off the flow
TRAILS = 28  # points of the moons whose way is drawn
CIRCLE = np.exp(1j * np.linspace(0, 2 * np.pi, 121))


def within(path: Array) -> Array:
    """Return a path up to its first stroke that is too long to be drawn, which is cut. (n, 2)"""
    strokes = np.diff(path, axis=0)
    long = np.linalg.norm(strokes, axis=1)
    over = np.flatnonzero((long > FARTHEST) | (np.abs(path[1:]).max(1) > FARTHEST))
    if not over.size:
        return path
    k = int(over[0])
    cut = path[k] + strokes[k] * min(1.0, FARTHEST / long[k])
    return np.concatenate([path[: k + 1], cut[None]])


def over(lines: Array) -> list[Array]:
    """Return the cells between the lines of a lattice that are turned over. (4, 2) each"""
    a, b, c, d = lines[:-1, :-1], lines[:-1, 1:], lines[1:, 1:], lines[1:, :-1]
    (x, y), (u, v) = np.moveaxis(c - a, -1, 0), np.moveaxis(d - b, -1, 0)
    corners = np.stack([a, b, c, d], axis=-2)
    return list(corners[x * v - y * u < 0])


class View(PageView):
    """Flow, eigenvalues and error above; moons, layers and their eigenvalues below."""

    def build(self) -> None:
        """Make the cards."""
        self.flow = self._plane("The flow and its steps", "x1", "x2")
        self.eigen = self._plane("Eigenvalues of W", "real", "imaginary")
        self.errors = PlotCard("Error by dt", Axis("dt", log=True),
                               Axis("off the flow", log=True))  # fmt: skip
        self.moons = self._plane("Trained layers move the moons", "h1", "h2")
        self.layers = PlotCard("Parted by a line", Axis("layer", integer=True), Axis("share"))
        self.rates = self._plane("λ of this layer", "real", "imaginary")
        self._window(self.flow, FIELD)
        self._window(self.eigen, PLANE)
        self.errors.plot.x_axis.fix(0.045, 2.2)
        self.layers.plot.y_axis.fix(*SHARES)
        self._connect(self.flow, "starts")
        self._connect(self.errors, "step")
        self._connect(self.layers, "layer")
        plot = self._plot(self.eigen)
        plot.grabbed.connect(lambda name: self.grabbed.emit(self._knob(name)))
        plot.released.connect(lambda name: self.released.emit(self._knob(name)))
        plot.dragged.connect(self._on_values)
        self._plot(self.flow).dragged.connect(self._on_start)
        self._plot(self.flow).takes_clicks = True
        self._plot(self.flow).clicked.connect(self._on_field)
        self._plot(self.errors).dragged.connect(lambda _, x, __: self._on_step(x))
        self._plot(self.layers).dragged.connect(
            lambda _, x, __: self.edited.emit("layer", max(0.0, round(x, 2)))
        )
        for row, cards in enumerate(((self.flow, self.eigen, self.errors),
                                     (self.moons, self.layers, self.rates))):  # fmt: skip
            for card, (place, wide) in zip(cards, ((0, 5), (5, 4), (9, 3)), strict=True):
                self.add(card, row, place, 1, wide)
        self.share(rows=(11, 10), columns=(1,) * 12)
        self.least_height = 400

    def _plane(self, title: str, x: str, y: str) -> PlotCard:
        across, up = Axis(x), Axis(y)
        return PlotCard(title, across, up, plot=EvenPlot(across, up))

    def _window(self, card: PlotCard, window: tuple[float, float, float, float]) -> None:
        assert isinstance(card.plot, EvenPlot)
        card.plot.set_window(window)

    def _plot(self, card: PlotCard) -> HandlePlot:
        assert isinstance(card.plot, HandlePlot)
        return card.plot

    def _connect(self, card: PlotCard, knob: str) -> None:
        """Let each drag in a card be one undo of a knob."""
        plot = self._plot(card)
        plot.grabbed.connect(lambda _: self.grabbed.emit(knob))
        plot.released.connect(lambda _: self.released.emit(knob))

    # ---- dragging
    def _knob(self, name: str) -> str:
        return "step" if name == "disc" else "values"

    def _on_values(self, name: str, x: float, y: float) -> None:
        if name == "disc":
            self._on_step(-2 / min(x, -1e-9))
        else:
            wanted = flow.dragged(self.result.values, int(name), x, y)
            self.edited.emit("values", wanted)

    def _on_step(self, step: float) -> None:
        self.edited.emit("step", min(2.0, max(0.05, float(f"{step:.3g}"))))

    def _on_start(self, name: str, x: float, y: float) -> None:
        starts = self.result.starts.copy()
        starts[int(name)] = round(x, 3), round(y, 3)
        self.edited.emit("starts", tuple(map(float, starts.ravel())))

    def _on_field(self, x: float, y: float) -> None:
        starts = self.result.starts
        if len(starts) >= MOST_STARTS:
            self.said.emit(f"There are {MOST_STARTS} starts, no more fit: drag one of them")
            return
        added = (*map(float, starts.ravel()), round(x, 3), round(y, 3))
        self.edited.emit("starts", added)

    # ---- numbers
    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how long a step may be, and what trained networks do."""
        limit = number(result.limit, 3) if result.limit else "none"
        low = float(np.abs(result.values).max())
        symmetric = result.limit and not result.values.imag.any()
        name = f"largest stable dt, 2 / {number(low, 3)}" if symmetric else "largest stable dt"
        found = [
            (number(float(result.growth.max()), 3), "largest |1 + dt λ|"),
            (limit, name),
            (number(result.off, 3), "off the flow at most"),
        ]
        if not result.is_trained:
            return [*found, ("…", "networks are not trained yet")]
        parts = int((result.net.right >= 0.995).sum())
        return [
            *found,
            (f"{parts} of {SEEDS}", "networks part the moons"),
            (f"{int(result.net.folding.sum())} of {SEEDS}", "turn it over"),
        ]

    def draw(self, result: Result) -> None:
        """Draw all six."""
        self._draw_flow(result)
        self._draw_values(result)
        self._draw_errors(result)
        self._draw_moons(result)
        self._draw_layers(result)
        self._draw_rates(result)

    # ---- the flow
    def _draw_flow(self, result: Result) -> None:
        card, count = self.flow, len(result.starts)
        size = np.linalg.norm(result.slopes, axis=1, keepdims=True)
        reach = 0.85 * GRID * result.slopes / (size + 0.8)
        x, y = result.places.T
        ends = result.places + reach
        field = mix(self.theme, self.color("muted"), 0.42)
        still: dict[str, Mark] = {
            "field": Arrows(x, y, ends[:, 0], ends[:, 1], field, 1.1, 4.0)
        }
        radius = 3.2 if len(result.steps) <= 50 else 2.0
        live: dict[str, Mark] = {}
        handles, columns = [], {}
        for k in range(count):
            color = self.theme.layer_color(k, max(5, count))
            true, steps = within(result.true[:, k]), within(result.steps[:, k])
            live[f"flow {k}"] = Line(true[:, 0], true[:, 1], mix(self.theme, color, 0.55), 3.2)
            live[f"steps {k}"] = Line(steps[:, 0], steps[:, 1], color, 1.3)
            live[f"dots {k}"] = Dots(steps[1:, 0], steps[1:, 1], color, radius)
            handles.append(Handle(str(k), *result.starts[k].tolist(), color, 5.5))
            columns |= {f"step {k + 1} x1": result.steps[:, k, 0],
                        f"step {k + 1} x2": result.steps[:, k, 1]}  # fmt: skip
        ink = self.theme.layer_color(0, 5)
        legend = [Key("line", mix(self.theme, ink, 0.55), "flow", 3.2),
                  Key("dot", ink, "steps of dt")]  # fmt: skip
        card.show_plot(still=still, live=live, legend=legend, columns=columns)
        self._plot(card).set_handles(tuple(handles))
        what = "tanh(W x)" if result.field == "tanh" else "W x"
        card.set_note(f"x' = <b>{what}</b>, drag a start or click", f"<b>{what}</b>")

    # ---- eigenvalues
    def _draw_values(self, result: Result) -> None:
        card, good, bad = self.eigen, self.color("good"), self.color("negative")
        disc = (CIRCLE - 1) / result.step
        shade = mix(self.theme, good, 0.2)
        edge = mix(self.theme, good, 0.6)
        faint = self.color("faint")
        bands: dict[str, Mark] = {
            "disc": Polygons([np.stack([disc.real, disc.imag], 1)], [shade], edge, 1.4)
        }
        live: dict[str, Mark] = {
            "real": Rule(0.0, "", faint, self.theme),
            "rest": Post(0.0, "flow grows", faint, self.theme),
        }
        handles = []
        left = -2 / result.step
        if left > PLANE[0]:
            handles.append(Handle("disc", left, 0.0, good, 4.0, "x"))
        for k, value in enumerate(result.values):
            color = good if result.growth[k] <= 1 else bad
            handles.append(Handle(str(k), value.real, value.imag, color, 6.0))
        legend = [Key("band", shade, "|1 + dt λ| ≤ 1", second=None)]
        card.show_plot(bands=bands, live=live, legend=legend, columns={
            "real": result.values.real, "imaginary": result.values.imag,
            "|1 + dt λ|": result.growth})  # fmt: skip
        self._plot(card).set_handles(tuple(handles))
        largest = number(float(result.growth.max()), 3)
        card.set_note(f"|1 + dt λ| up to <b>{largest}</b>", f"<b>{largest}</b>")

    def _draw_errors(self, result: Result) -> None:
        card, accent = self.errors, self.color("accent")
        order = np.argsort(result.rungs)
        dt, off = result.rungs[order], np.clip(result.offs[order], LEAST, MOST)
        here = min(max(result.off, LEAST), MOST)
        self._hold(card.plot.y_axis, np.append(off, here))
        slope = off[0] * dt / dt[0]
        muted = self.color("muted")
        live: dict[str, Mark] = {
            "as dt": Line(dt, slope, muted, 1.2, DASH),
            "off": Line(dt, off, accent, 2.0),
        }
        if 0 < result.limit < 2.2:
            live["limit"] = Post(result.limit, "stable up to", self.color("good"), self.theme)
        legend = [Key("line", accent, "steps"), Key("dash", muted, "∝ dt", 1.2)]
        card.show_plot(live=live, legend=legend, columns={"dt": dt, "off the flow": off})
        card.read_curves(dt, [("off", off, accent)])
        self._plot(card).set_handles((Handle("dt", result.step, here, accent, 6.0, "x"),))
        card.set_note(f"dt <b>{number(result.step, 3)}</b>")

    def _hold(self, axis: Axis, values: Array) -> None:
        """Let an axis stand while it holds the values and they fill a third of it."""
        low, high = math.log10(float(values.min())), math.log10(float(values.max()))
        bottom, top = math.log10(axis.low), math.log10(axis.high)
        if not bottom <= low <= high <= top or max(high - low, 2) < (top - bottom) / 3:
            axis.cover(values, restart=True, decades=3)

    # ---- trained layers
    def _draw_moons(self, result: Result) -> None:
        card, net, k = self.moons, result.net, result.layer
        self._window(card, self._seen(result))
        live: dict[str, Mark] = {}
        pale = mix(self.theme, self.color("muted"), 0.4)
        for family in range(2):
            for n, line in enumerate(result.lattice[family]):
                live[f"lattice {family} {n}"] = Line(line[:, 0], line[:, 1], pale, 1.0)
        inks = [self.theme.class_color(c) for c in (0, 1)]
        way = np.concatenate([net.points[: k + 1], result.points[None]])
        for n in np.linspace(0, len(net.label) - 1, TRAILS).astype(int):
            color = mix(self.theme, inks[int(net.label[n])], 0.5)
            live[f"way {n}"] = Line(way[:, n, 0], way[:, n, 1], color, 1.1)
        live["line"] = self._border(result)
        for c, ink in enumerate(inks):
            x, y = result.points[net.label == c].T
            live[f"class {c}"] = Dots(x, y, ink, 2.8)
        bands: dict[str, Mark] = {}
        legend = [Key("dash", self.color("text"), "last layer's border", 1.6)]
        turned, shade = over(result.lattice[0]), mix(self.theme, self.color("doubt"), 0.4)
        if turned:
            bands["turned over"] = Polygons(turned, [shade] * len(turned))
            legend.append(Key("band", shade, "turned over"))
        card.show_plot(
            bands=bands,
            live=live,
            legend=legend,
            columns={"h1": result.points[:, 0], "h2": result.points[:, 1], "class": net.label},
        )
        how = f"loss {number(net.loss, 2)}" if result.is_trained else "not trained yet"
        at = number(result.shown, 3)
        card.set_note(f"after <b>{at}</b> of {result.depth} layers, {how}",
                      f"<b>{at}</b> of {result.depth}")  # fmt: skip

    def _seen(self, result: Result) -> tuple[float, float, float, float]:
        """Return a window around the points, that goes with them."""
        low, high = result.points.min(0), result.points.max(0)
        middle, half = (low + high) / 2, 0.62 * np.maximum(high - low, 0.4)
        (x0, y0), (x1, y1) = middle - half, middle + half
        return float(x0), float(x1), float(y0), float(y1)

    def _border(self, result: Result) -> Mark:
        """Return the line on which the last layer's sum is 0; bright where it is used."""
        a, b, c = result.net.line
        size = max(math.hypot(a, b), 1e-12)
        near = np.array([-a * c, -b * c]) / size**2  # the point of it nearest to 0
        along = np.array([-b, a]) / size * FARTHEST
        ends = np.stack([near - along, near + along])
        at_end = result.shown == result.depth
        color = self.color("text", 1.0 if at_end else 0.45)
        return Strokes(ends[:1, 0], ends[:1, 1], ends[1:, 0], ends[1:, 1], color, 1.6, (5, 4))

    def _draw_layers(self, result: Result) -> None:
        card, net, accent = self.layers, result.net, self.color("accent")
        x = np.arange(result.depth + 1.0)
        card.plot.x_axis.fix(-0.02 * result.depth, 1.03 * result.depth)
        shares = np.clip(net.parted, SHARES[0], 1)
        low, middle, high = np.percentile(shares, (25, 50, 75), axis=0)
        own = shares[net.best if len(shares) > 1 else 0]
        live: dict[str, Mark] = {
            "median": Line(x, middle, mix(self.theme, accent, 0.6), 1.4, DASH),
            "own": Line(x, own, accent, 2.0),
            "each": Dots(x, own, accent, 2.6),
            "at": Post(result.shown, "", self.color("faint"), self.theme),
        }
        bands: dict[str, Mark] = {"quartiles": Band(x, low, high, mix(self.theme, accent, 0.2))}
        legend = [
            Key("line", accent, "shown"),
            Key("dash", mix(self.theme, accent, 0.6), f"median of {SEEDS}", 1.4),
        ]
        card.show_plot(
            bands=bands,
            live=live,
            legend=legend,
            columns={"layer": x, "shown": own, "median": middle, "25 %": low, "75 %": high},
        )
        card.read_curves(x, [("shown", own, accent),
                             ("median", middle, mix(self.theme, accent, 0.6))])  # fmt: skip
        level = float(np.interp(result.shown, x, own))
        self._plot(card).set_handles((Handle("layer", result.shown, level, accent, 6.0, "x"),))
        card.set_note("best line, drag the dot", "drag the dot")

    def _draw_rates(self, result: Result) -> None:
        card, net, k = self.rates, result.net, result.layer
        reach = max(1.15, float(np.abs(net.rates + 0.5).max()) * 1.05 - 0.5)
        self._window(card, (-0.5 - reach - 0.6, -0.5 + reach + 0.6, -reach, reach))
        good, bad = self.color("good"), self.color("negative")
        shade, edge = mix(self.theme, good, 0.2), mix(self.theme, good, 0.6)
        disc = CIRCLE - 1
        rates = net.rates[k].ravel()
        stable = np.abs(1 + rates) <= 1
        bands: dict[str, Mark] = {
            "disc": Polygons([np.stack([disc.real, disc.imag], 1)], [shade], edge, 1.4)
        }
        live: dict[str, Mark] = {
            "real": Rule(0.0, "", self.color("faint"), self.theme),
            "rest": Post(0.0, "", self.color("faint"), self.theme),
            "outside": Dots(rates[~stable].real, rates[~stable].imag, bad, 2.2),
            "inside": Dots(rates[stable].real, rates[stable].imag, good, 2.2),
        }
        share = number(100 * float(net.stable[k]), 2)
        folds = number(100 * float(net.folded[k].mean()), 2)
        card.show_plot(bands=bands, live=live, columns={
            "real": rates.real, "imaginary": rates.imag})  # fmt: skip
        card.set_note(
            f"<b>{share} %</b> stable, {folds} % turned over", f"<b>{share} %</b> stable"
        )


def thumbnail(result: Result) -> pic.Picture:
    """Return the flow from three starts, and its steps."""
    window = (-2.6, 2.6, -1.9, 1.9)
    shapes: list[pic.Shape] = []
    for k, token in enumerate(("layer1", "layer2", "layer4")):
        true, steps = result.true[::4, k], result.steps[:, k]
        shapes.append(pic.Line(pic.unit_points(true[:, 0], true[:, 1], window), token, 2.4))
        points = pic.unit_points(steps[:, 0], steps[:, 1], window)
        shapes += [pic.Line(points, token, 1.0), pic.Dots(points, token, 1.8)]
    return tuple(shapes)
