"""Draws a graph before and after a filter, the filter's gains, and what it does by distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext
from layerlab.experiments.graph_filter.edge_list import read_text
from layerlab.experiments.graph_filter.graph_plot import (
    GraphPicture,
    GraphPlot,
    graph_card,
    node_at,
)
from layerlab.experiments.graph_filter.hop_weight_card import NearCard
from layerlab.experiments.graph_filter.model import TIMES, Result, T
from layerlab.experiments.graph_filter.names import ENDINGS, OWN
from layerlab.ui.head import HeadButton, HeadMark
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Histogram, HLine, Mark, Segments, VLine
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, read_series, reference

Array = np.ndarray
GAINS = {"low": 0.0, "middle": 0.5, "high": 1.0}  # handles, and where they stand
MIN_GAIN, MAX_GAIN = -1.0, 1.5  # of the gains
FLOOR, MIN_SIZE = -1.2, 1e-3  # of the axes of gains and of sizes
CELLS = 24  # of the spectrum
FAINTEST = 1e-4  # of the axis of errors


class View(PageView):
    """Two graphs and the response above; frequencies, distances and repetitions below."""

    files = ENDINGS

    def build(self) -> None:
        """Make the cards."""
        before, after = graph_card(_("With noise")), graph_card(_("Filtered"))
        self.before = GraphPicture(before, can_drag=True)
        self.after = GraphPicture(after, can_drag=False)
        self.response = PlotCard(
            _("Response"), HandlePlot(Axis(_("λ / largest λ")), Axis(_("gain")))
        )
        self.parts = PlotCard(
            _("In the spectrum"),
            HandlePlot(Axis(_("λ / largest λ")), Axis(_("amplitude"), log=True)),
        )
        self.near = NearCard()
        self.course = PlotCard(
            _("Repeated filtering"),
            HandlePlot(Axis(_("repetitions"), log=True), Axis(_("mean square"), log=True)),
        )
        for card in (self.response, self.parts):
            card.plot.x_axis.fix(-0.03, 1.05)
        self.response.plot.y_axis.fix(FLOOR, 1.7)
        self.parts.plot.y_axis.fix(0.7 * MIN_SIZE, 30)
        self.course.plot.x_axis.fix(0.9, 70)
        self.course.plot.y_axis.fix(FAINTEST, 10)
        self.normalized = HeadMark(
            _("normalized"),
            _("Takes the normalized Laplacian, D^(−1/2) (D − W) D^(−1/2), or D − W again"),
        )
        self.normalized.brief = _("norm.")
        self.normalized.clicked.connect(self._on_normalized)
        self.response.add_control(self.normalized)
        self.opened = HeadButton(
            _("Open"),
            _(
                "Opens a graph of your own: a text file with one edge "
                "per line, such as `a b` or `a b 0.5`"
            ),
        )
        self.opened.clicked.connect(self._on_open)
        before.add_control(self.opened)
        self.back = HeadButton(_("Own signal"), _("Deselects the wave that was clicked"))
        self.back.clicked.connect(lambda: self.edited.emit("wave", ()))
        self.parts.add_control(self.back)
        self._bind(before, after)
        for k, card in enumerate(
            (before, after, self.response, self.parts, self.near, self.course)
        ):
            self.add(card, k // 3, 4 * (k % 3), 1, 4)
        self.share(rows=(13, 10), columns=(1,) * 12)

    def _bind(self, before: PlotCard[GraphPlot], after: PlotCard[GraphPlot]) -> None:
        """Turn knobs by what is dragged and clicked."""
        before.bind_numbered("positions", self._positions)
        before.plot.grabbed.connect(lambda name: self.edited.emit("node", (float(name),)))
        after.bind_click("node", self._node)
        for name in GAINS:
            self.response.bind(name, lambda _, y: min(MAX_GAIN, max(MIN_GAIN, y)), name)
        self.parts.bind("noise", lambda _, y: (min(2.0, max(0.01, y)),))
        self.parts.bind_click("wave", self._wave)
        self.course.bind("times", lambda x, _: min(int(TIMES[-1]), max(1, round(x))))

    def _positions(self, node: int, x: float, y: float) -> tuple[float, ...] | None:
        result: Result | None = self.result
        if result is None or node >= result.graph.nodes:
            return None
        positions = result.graph.positions.copy()
        positions[node] = np.clip((x, y), -1, 1)
        return tuple(map(float, positions.ravel()))

    def _node(self, x: float, y: float) -> tuple[float] | None:
        node = None if self.result is None else node_at(self.after.plot, self.result, x, y)
        return None if node is None else (float(node),)

    def _wave(self, x: float, _: float) -> tuple[float, ...] | None:
        result: Result | None = self.result
        if result is None:
            return None
        k = int(np.abs(result.graph.spectrum.places - x).argmin())
        return () if k == result.wave else (float(k),)

    def _on_normalized(self) -> None:
        if self.result is not None:
            self.edited.emit("normalized", (float(not self.result.graph.edges.normalized),))

    def _on_open(self) -> None:
        self.ask_for_file(_("Open a graph"), _("Graphs"))

    def read_file(self, path: str) -> None:
        """Take a graph from a file, as one step of undo; raises LabError with one sentence."""
        self.turn(edges=read_text(path), graph=OWN, wave=(), node=(0.0,), positions=())

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how equal both ways are, and what the filter does to the signal."""
        error, now = result.errors[0], result.errors[result.times]
        return [
            (number(result.apart, 2), _("neighbours − spectrum, largest difference")),
            (
                f"{number(result.rough)} → {number(result.smoothed)}",
                _("roughness, x L x / x x"),
            ),
            (
                f"{number(float(error))} → {number(float(now))}",
                _("mean square off the signal without noise"),
            ),
            (
                f"{number(float(result.variances[0]))} → "
                f"{number(float(result.variances[result.times]))}",
                _("variance across nodes"),
            ),
            (
                _("{count} of {all}", count=result.seen, all=result.graph.nodes),
                _("nodes that a node can see"),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all six."""
        noisy, filtered = _("with noise"), _("filtered")
        self.before.draw(self.theme, result, result.noisy, result.differences, noisy)
        self.after.draw(self.theme, result, result.filtered, result.leftover, filtered)
        rough, smoothed = number(result.rough), number(result.smoothed)
        self.before.card.set_note(
            _("roughness <b>{rough}</b>", rough=rough), _("rough. <b>{rough}</b>", rough=rough)
        )
        self.after.card.set_note(
            _("roughness <b>{rough}</b>", rough=smoothed),
            _("rough. <b>{rough}</b>", rough=smoothed),
        )
        self._draw_response(result)
        self._draw_parts(result)
        self.near.draw(result)
        self._draw_course(result)

    def _draw_response(self, result: Result) -> None:
        card, accent, muted = self.response, self.color("accent"), self.color("muted")
        positions = result.graph.spectrum.places
        counts, edges = np.histogram(positions, CELLS, (0, 1))
        heights = FLOOR + 0.65 * counts / counts.max()
        ground, pale = blend(self.theme, muted, 0.22), blend(self.theme, accent, 0.5)
        stems = blend(self.theme, accent, 0.3)
        power = result.curve**result.times
        gains = np.clip(result.gains**result.times, -9, 9)
        name, point = (
            ngettext("p(λ), {count} time", "p(λ), {count} times", result.times),
            self.color("point"),
        )
        series = [Series("p(λ)", T, np.clip(result.curve, -9, 9), pale, values=result.curve)]
        if result.times > 1:
            shown = np.clip(power, -9, 9)
            series.append(Series(name, T, shown, accent, width=2.4, values=power))
        zero, middles = np.zeros(len(positions)), 0.5 * (edges[1:] + edges[:-1])
        histogram = Histogram(edges, heights, ground, base=FLOOR)
        eigenvalues = Series(
            *(_("eigenvalues"), positions, gains, point),
            form="dots",
            width=2.2,
            brief="λ",
            column=_("gain"),
            places=_("eigenvalue"),
            values=result.gains**result.times,
            x_values=result.graph.spectrum.values,
        )
        how_many = Series(
            *(_("how many"), middles, heights, ground),
            form="area",
            shape=histogram,
            brief=_("count"),
            values=counts,
        )
        unread = (replace(one, is_read=False) for one in (eigenvalues, how_many))
        card.show_plot(
            series=[*series, *unread],
            bands={"stems": Segments(positions, zero, positions, gains, stems, 1.2)},
        )
        at = np.interp(list(GAINS.values()), T, result.curve)
        card.plot.set_handles(
            tuple(
                Handle(name, x, float(y), self.color("warning"), along="y")
                for (name, x), y in zip(GAINS.items(), at, strict=True)
            )
        )
        text = f"p = <b>{_written(result.coefficients)}</b>"
        card.set_note(text, text.removeprefix("p = "))
        self.normalized.setChecked(result.graph.edges.normalized)

    def _draw_parts(self, result: Result) -> None:
        card, muted, accent = self.parts, self.color("muted"), self.color("accent")
        found = result.graph.spectrum
        x = found.places
        clean, noisy, filtered = (
            np.maximum(np.abs(parts), MIN_SIZE)
            for parts in (result.clean_parts, result.parts, result.filtered_parts)
        )
        ink = self.color("warning")
        series = [
            Series(
                *(_("clean"), x, clean, self.color("good")),
                form="rings",
                width=4.4,
                values=result.clean_parts,
            ),
            Series(_("noisy"), x, noisy, muted, form="dots", width=2.6, values=result.parts),
            Series(
                *(_("filtered"), x, filtered, accent),
                form="dots",
                width=2.6,
                values=result.filtered_parts,
            ),
        ]
        change = Segments(x, noisy, x, filtered, blend(self.theme, accent, 0.35), 1.2)
        noise = reference(_("noise"), HLine(result.noise, "", ink, self.theme))
        series = [
            exported(_("eigenvalue"), x, found.values),
            *series,
            replace(noise, width=2.0),
        ]
        live: dict[str, Mark] = {}
        if result.wave is not None:
            live["wave"] = VLine(
                float(x[result.wave]),
                _("wave {number}", number=result.wave + 1),
                self.color("good"),
                self.theme,
            )
        card.show_plot(
            still={"change": change},  # below the points
            live=live,
            series=series,
        )
        card.plot.set_handles((Handle("noise", 1.03, result.noise, ink, along="y"),))
        self.back.setVisible(result.wave is not None)
        top, second = number(found.largest), number(float(found.values[1]))
        card.set_note(
            _("λ₂ <b>{second}</b>, largest <b>{top}</b>", second=second, top=top),
            _("largest <b>{top}</b>", top=top),
        )
        card.fit_head()
        card.plot.reader = lambda at, _: self._read_part(result, series, at)

    def _read_part(self, result: Result, series: Sequence[Series], at: float) -> Tooltip | None:
        found = result.graph.spectrum
        k = int(np.abs(found.places - at).argmin())
        title = _(
            "wave {number}, λ {value}", number=k + 1, value=number(float(found.values[k]))
        )
        reading = read_series(series, at, title)
        gain = (None, _("gain {gain}", gain=number(float(result.gains[k] ** result.times))))
        return None if reading is None else replace(reading, rows=(*reading.rows, gain))

    def _draw_course(self, result: Result) -> None:
        card, x = self.course, TIMES.astype(float)
        ink, text = self.color("negative"), self.color("text")
        before = max(float(result.errors[0]), 1e-12)

        def course(name: str, values: Array, color: QColor, brief: str, **look: Any) -> Series:
            y = np.clip(values, 1e-12, 1e12)
            return Series(name, x, y, color, values=values, brief=brief, **look)

        slowest = {"form": "dash", "width": 1.4}
        line = HLine(before, "", ink, self.theme)
        level = reference(_("error before"), line, _("before"))
        card.show_plot(
            series=(
                course(_("error"), result.errors, ink, "", width=2.2),
                course(
                    _("across nodes"),
                    result.variances,
                    self.color("accent"),
                    _("across"),
                    width=2.2,
                ),
                course(_("slowest wave"), result.slowest, text, _("slowest"), **slowest),
                replace(level, is_still=True),
            ),
        )
        here = float(np.clip(result.errors[result.times], FAINTEST, 10))
        card.plot.set_handles((Handle("times", float(result.times), here, ink, along="x"),))
        best = int(result.errors.argmin())
        card.set_note(
            _("nearest after <b>{best}</b>", best=best), _("best <b>{best}</b>", best=best)
        )


def _written(coefficients: tuple[float, ...]) -> str:
    """Return a polynomial as it is written, without what is nothing."""
    text = ""
    for c, part in zip(coefficients, ("", " t", " t²"), strict=True):
        if abs(c) < 5e-4 and (part or any(abs(k) >= 5e-4 for k in coefficients[1:])):
            continue
        size = "" if part and abs(abs(c) - 1) < 5e-4 else number(abs(c), 3)
        sign = (" − " if c < 0 else " + ") if text else ("−" if c < 0 else "")
        text += f"{sign}{size}{part if size else part.strip()}"
    return text


def thumbnail(result: Result) -> pic.Picture:
    """Return the filtered graph."""
    window = (-1.1, 1.1, -1.1, 1.1)
    x, y = result.graph.positions.T
    points = pic.unit_points(x, y, window)
    edges = result.graph.edges
    shapes: list[pic.Shape] = [
        pic.Polyline((points[i], points[j]), "faint", 1.0)
        for i, j in zip(edges.i.tolist(), edges.j.tolist(), strict=True)
    ]
    for token, chosen in (
        ("positive", result.filtered > 0),
        ("negative", result.filtered <= 0),
    ):
        positions = tuple(points[k] for k in np.flatnonzero(chosen).tolist())
        shapes.append(pic.Scatter(positions, token, 4.6))
    return tuple(shapes)
