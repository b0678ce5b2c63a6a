"""Draws the plane behind the layers, and a matrix beside its factors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext
from layerlab.experiments.linear_collapse.model import Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend, value_colors
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, HeatMap, Line, Mark, Segments, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, Blank, number
from layerlab.ui.plotting.series import Series, exported
from layerlab.ui.plotting.side import value_scale

Array = np.ndarray
REACH = 1.08  # of the largest coordinate
GAP = 3.0  # cells between two matrices
ROUNDING = 1e-20  # a share of the variance below this
NAMED = 6  # singular values at most that legend and cursor name
MIN_ERROR = 3e-3  # of the errors' axis


class View(PageView):
    """The lattice, three matrices, singular values, errors by rank, learning."""

    def build(self) -> None:
        """Make the cards."""
        self.plane = PlotCard(_("The plane at the end"), Plot(Blank(), Blank()))
        self.matrices = PlotCard(
            _("W, its best of rank r, and A B as trained"), Plot(Blank(), Blank())
        )
        self.spectrum = PlotCard(
            _("Singular values"),
            HandlePlot(Axis("k", integer=True), Axis("s", can_switch=True)),
        )
        self.errors = PlotCard(
            _("Error by rank"),
            HandlePlot(Axis(_("rank"), integer=True), Axis(_("relative error"), log=True)),
        )
        self.learning = PlotCard(
            _("Learned one by one"),
            HandlePlot(Axis(_("updates"), integer=True), Axis("s of A B", can_switch=True)),
        )
        self.plane.plot.square = True
        self.plane.plot.x_axis.fix(-REACH, REACH)
        self.plane.plot.y_axis.fix(-REACH, REACH)
        self.matrices.plot.square = True
        self.errors.plot.y_axis.fix(MIN_ERROR, 1.5)
        self.errors.plot.y_axis.brief = _("error")
        self.learning.bind("updates", lambda x, _: round(x))
        for card in (self.spectrum, self.errors):
            card.bind_click("rank", self._rank)
        self.add(self.plane, 0, 0, 1, 4)
        self.add(self.matrices, 0, 4, 1, 8)
        self.add(self.spectrum, 1, 0, 1, 4)
        self.add(self.errors, 1, 4, 1, 4)
        self.add(self.learning, 1, 8, 1, 4)
        self.share(rows=(12, 10), columns=(1,) * 12)

    def _rank(self, x: float, _: float) -> int | None:
        return self.result and min(len(self.result.sizes), max(1, round(x)))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how far the layers are from one matrix, and what the factors save."""
        bent = result.pushed.bent if result.pushed.bent > ROUNDING else 0.0
        return [
            (
                number(result.pushed.apart, 2),
                _("between the layers and their product"),
            ),
            (f"{number(100 * bent)} %", _("that no single matrix explains")),
            (str(result.parameters), _("parameters of A and B, {all} of W", all=result.all)),
            (f"{number(100 * float(result.errors[result.rank]))} %", _("of W missed at best")),
            (
                f"{number(100 * result.error)} %",
                ngettext(
                    "missed after {count} update",
                    "missed after {count} updates",
                    result.updates,
                ),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all five."""
        self._draw_plane(result)
        self._draw_matrices(result)
        self._draw_values(result)
        self._draw_errors(result)
        self._draw_learning(result)

    def _draw_plane(self, result: Result) -> None:
        """Draw both families of lines behind the layers, over those of the nearest matrix."""
        net, affine = result.pushed.net, result.pushed.affine
        middle = net.reshape(-1, 2).mean(0)
        both = np.stack((net, affine)) - middle
        size = max(float(np.abs(both).max()), 1e-12)  # all of it is in sight
        inks = (self.color("positive"), self.color("negative"))
        series = []
        for family, (axis, ink) in enumerate(zip("xy", inks, strict=True)):
            entry = LegendEntry("line", ink, axis, 1.3)
            for k in range(net.shape[1]):
                x, y = ((net[family, k] - middle) / size).T
                name = f"line {axis} {k}"  # not translated: a key
                series.append(Series(name, x, y, ink, width=1.3, entries=[entry]))
        text = self.color("text")
        entry = LegendEntry("dash", text, _("nearest matrix"), 1.4)
        edges = [affine[f, k] for f in (0, 1) for k in (0, affine.shape[1] // 2, -1)]
        for k, edge in enumerate(edges):
            x, y = ((edge - middle) / size).T
            shape, name = Line(x, y, text, 1.4, (4, 3)), f"affine {k}"  # not translated: a key
            series.append(Series(name, x, y, text, shape=shape, entries=[entry]))
        first, second = net.reshape(-1, 2).T
        self.plane.show_plot(
            series=[
                exported(_("second"), first, second, places=_("first")),
                *(replace(one, is_read=False, in_columns=False) for one in series),
            ]
        )
        note = ngettext(
            "<b>{count}</b> layer",
            "<b>{count}</b> layers, <b>{activation}</b> between",
            result.depth,
            activation=result.label,
        )
        self.plane.set_note(note, f"<b>{result.label}</b>")

    def _draw_matrices(self, result: Result) -> None:
        """Draw three matrices side by side, with the same colours for the same numbers."""
        rows, columns = result.target.shape
        most = float(np.abs(result.target).max())
        shown = (
            ("W", result.target),
            (_("best of rank {rank}", rank=result.rank), result.best),
            (_("A B after {updates}", updates=result.updates), result.product),
        )
        live: dict[str, Mark] = {}
        step = columns + GAP
        for k, (name, matrix) in enumerate(shown):
            left = k * step
            extent = (left, left + columns - 1, 0.0, rows - 1.0)
            colors = value_colors(self.theme, matrix[::-1], -most, most)
            live[name] = HeatMap(extent, colors, smooth=False)
        names = [name for name, _ in shown]
        places = np.arange(len(shown)) * step - 1.0
        live["names"] = TextMark(
            places, np.full(3, rows + 0.6), names, self.color("muted"), self.theme
        )
        card = self.matrices
        card.plot.x_axis.fix(-1.5, 3 * columns + 2 * GAP + 0.5)
        card.plot.y_axis.fix(-1.0, rows + 1.6)
        card.plot.color_scale = value_scale(self.theme, -most, most)
        row, column = (place.ravel() + 1 for place in np.indices(result.target.shape))
        numbers = [exported(_("column"), row, column, places=_("row"))]
        for name, matrix in (
            ("W", result.target),
            (_("best"), result.best),
            ("A B", result.product),
        ):
            numbers.append(exported(name, row, matrix.ravel()))
        card.show_plot(live=live, series=numbers)
        saved = result.parameters / result.all
        card.set_note(
            _(
                "<b>{count}</b> numbers instead of {all}: <b>{saved:.0f} %</b>",
                count=result.parameters,
                all=result.all,
                saved=100 * saved,
            ),
            _(
                "<b>{count}</b> instead of {all}",
                count=result.parameters,
                all=result.all,
            ),
        )
        card.plot.reader = lambda x, y: self._read_cell(result, x, y)

    def _read_cell(self, result: Result, x: float, y: float) -> Tooltip | None:
        rows, columns = result.target.shape
        k, across = divmod(x + 0.5, columns + GAP)
        i, j = rows - 1 - round(y), int(across)
        if not (0 <= i < rows and 0 <= j < columns and 0 <= k < 3):
            return None
        matrices = (result.target, result.best, result.product)
        rows_read = tuple(
            (None, f"{name} {number(float(m[i, j]))}")
            for name, m in zip(("W", _("best"), "A B"), matrices, strict=True)
        )
        return Tooltip(_("row {row}, column {column}", row=i + 1, column=j + 1), rows_read)

    def _draw_values(self, result: Result) -> None:
        k = np.arange(1.0, len(result.sizes) + 1)
        muted, accent = self.color("muted"), self.color("accent")
        kept = k <= result.rank
        zero = np.zeros(len(k))
        stems = [blend(self.theme, accent if on else self.color("faint"), 0.5) for on in kept]
        live: dict[str, Mark] = {
            "rank": VLine(
                result.rank + 0.5, _("rank {rank}", rank=result.rank), accent, self.theme
            ),
        }
        card = self.spectrum
        card.plot.x_axis.fix(0, len(k) + 0.9)
        card.plot.y_axis.fix(0, 1.15)
        learned = result.learned[: result.rank]
        card.show_plot(
            series=(
                Series("W", k, result.sizes, muted, form="rings", width=3.4),
                Series("A B", k[kept], learned, accent, form="dots", width=3.0),
            ),
            bands={"stems": Segments(k, zero, k, result.sizes, stems, 5)},
            live=live,
        )

    def _draw_errors(self, result: Result) -> None:
        rank = np.arange(float(len(result.errors)))
        ink, accent = self.color("muted"), self.color("accent")
        shown = np.maximum(result.errors, 1e-6)
        even = result.all / (result.parameters / result.rank)
        here = np.array([float(result.rank)]), np.array([max(result.error, MIN_ERROR)])
        error = np.array([result.error])
        card = self.errors
        card.plot.x_axis.fix(0, len(rank) - 0.1)
        card.show_plot(
            series=(
                Series(_("best"), rank, shown, ink, values=result.errors),
                Series(
                    "A B", *here, accent, form="dots", width=4.4, values=error, is_read=False
                ),
            ),
            live={"even": VLine(even, _("as many as W"), self.color("negative"), self.theme)},
        )
        best = float(result.errors[result.rank])
        trained = number(100 * result.error)
        card.set_note(
            _(
                "best {best} %, trained <b>{trained} %</b>",
                best=number(100 * best),
                trained=trained,
            ),
            _("trained <b>{trained} %</b>", trained=trained),
        )

    def _draw_learning(self, result: Result) -> None:
        training, rank = result.training, result.rank
        updates = training.updates.astype(float)
        inks = [self.layer(k, rank) for k in range(rank)]
        full = np.full(rank, updates[-1])
        pale, sizes = [blend(self.theme, ink, 0.5) for ink in inks], result.sizes[:rank]
        goals = Segments(np.zeros(rank), sizes, full, sizes, pale, 1, (4, 4))
        series = [
            Series(
                f"s{k + 1}",
                updates,
                training.sizes[:, k],
                inks[k],
                width=1.8,
                in_legend=rank <= NAMED or k in (0, rank - 1),
                is_read=k < NAMED,
            )
            for k in range(rank)
        ]
        now, ink = float(result.updates), self.color("muted")
        live: dict[str, Mark] = {
            "now": Dots(np.full(rank, now), result.learned[:rank], inks, 2.8),
            "at": VLine(
                now,
                ngettext("{count} update", "{count} updates", result.updates),
                ink,
                self.theme,
            ),
        }
        card = self.learning
        card.plot.x_axis.fix(0, float(updates[-1]))
        card.plot.y_axis.fix(0, 1.15)
        of_w = Series(_("of W"), full, sizes, ink, form="dash", width=1.0, shape=goals)
        series.append(replace(of_w, is_still=True, is_read=False, in_columns=False))
        card.show_plot(series=series, live=live)
        text = self.color("text")
        card.plot.set_handles((Handle("updates", result.updates, 1.08, text, along="x"),))
        card.set_note(
            ngettext("<b>{count}</b> update", "<b>{count}</b> updates", result.updates)
        )

    def layer(self, k: int, count: int) -> QColor:
        """Return the colour of a singular value."""
        return self.theme.layer_color(k, max(5, count))


def thumbnail(result: Result) -> pic.Picture:
    """Return the straight lattice over the matrix."""
    lines = result.pushed.net - result.pushed.net.reshape(-1, 2).mean(0)
    lines = lines / np.abs(lines).max()
    window = (-1.1, 1.1, -1.1, 1.1)
    shapes: list[pic.Shape] = []
    for family, token in enumerate(("positive", "negative")):
        for line in lines[family, ::2]:
            ends = line[[0, -1]]
            shapes.append(
                pic.Polyline(pic.unit_points(ends[:, 0], ends[:, 1], window), token, 1.5)
            )
    return tuple(shapes)
