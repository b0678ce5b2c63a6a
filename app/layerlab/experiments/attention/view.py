"""Draws a query among its keys, and what random ones do by d_k."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.attention.model import NORMS, Result
from layerlab.experiments.attention.sampled import SampledCards
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend, rgb
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import HeatMap, HLine, Segments, VLine
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported, reference
from layerlab.ui.plotting.side import color_scale

Array = np.ndarray
EDGE, TOP = 1.06, 1.5  # of positions and values


class View(PageView):
    """The line, its weights and their entropy above; four plots of random draws below."""

    def build(self) -> None:
        """Make the cards."""
        self.line = PlotCard(
            _("Keys, values, one query"), HandlePlot(Axis(_("position")), Axis(_("value")))
        )
        self.map = PlotCard(
            _("Weights of every query"),
            HandlePlot(Axis(_("query")), Axis(_("key"), integer=True)),
        )
        self.sharp = PlotCard(
            _("Temperature"),
            HandlePlot(Axis(_("norm of q"), log=True), Axis(_("entropy, nats"))),
        )
        self.sharp.plot.y_axis.brief = _("entropy")
        for card in (self.line, self.map):
            card.plot.x_axis.fix(-EDGE, EDGE)
        self.line.plot.y_axis.fix(-TOP, TOP)
        self.map.plot.grid = False
        self.sharp.plot.x_axis.fix(NORMS[0], NORMS[-1])
        for card in (self.line, self.map):
            card.bind("query", lambda x, _: (min(1.0, max(-1.0, x)),), "query")
        self.line.bind_numbered("points", self._points)
        self.sharp.bind("norm", lambda x, _: x)
        self.sampled = SampledCards(self)
        self.add(self.line, 0, 0, 1, 5)
        self.add(self.map, 0, 5, 1, 4)
        self.add(self.sharp, 0, 9, 1, 3)
        for k, card in enumerate(self.sampled.cards):
            self.add(card, 1, 3 * k, 1, 3)
        self.share(rows=(12, 10), columns=(1,) * 12)

    def _points(self, key: int, x: float, y: float) -> tuple[float, ...]:
        """Return keys and values, one of which has been dragged."""
        points = self.result.points
        points[key] = min(1.0, max(-1.0, x)), y
        return tuple(map(float, points.ravel()))

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how equal both are, and how sharp the query is."""
        many = float(np.exp(result.entropy))
        most = float(np.log(result.keys))
        drawn = result.drawn
        free = number(float(drawn.dots.var()))
        return [
            (
                number(result.difference, 2),
                _("attention − kernel, largest difference of weights"),
            ),
            (number(result.output), _("output at the query")),
            (
                _("{entropy} of {most}", entropy=number(result.entropy), most=number(most)),
                _("entropy of its weights, nats"),
            ),
            (number(many), _("of {count} keys count, e to the entropy", count=result.keys)),
            (
                _(
                    "{free} and {divided}",
                    free=free,
                    divided=number(float((drawn.dots / drawn_by(result)).var())),
                ),
                _("variance of random q · k, dₖ {d_k}, and divided", d_k=result.d_k),
            ),
        ]

    def draw(self, result: Result) -> None:
        """Draw all seven."""
        self._draw_line(result)
        self._draw_map(result)
        self._draw_sharp(result)
        self.sampled.draw(result)

    def _shades(self, weights: Array, least: float = 0.12) -> list[QColor]:
        """Return an opaque colour for each weight, as bright as its root."""
        accent = self.color("accent")
        return [
            blend(self.theme, accent, least + (1 - least) * float(np.sqrt(w))) for w in weights
        ]

    def _draw_line(self, result: Result) -> None:
        card, x, accent = self.line, result.x, self.color("accent")
        at, ink, kernel = np.array([result.query]), self.color("warning"), self.color("text")
        ends = np.full(result.keys, result.query), np.full(result.keys, result.output)
        places, values = result.positions, result.values
        looks = Segments(*ends, places, values, self._shades(result.weights, 0.05), 1.4)
        series = [
            Series(_("attention"), x, result.curve, accent, width=3.2),
            Series(
                _("Gaussian kernel"),
                x,
                result.kernel,
                kernel,
                form="dash",
                width=1.3,
                brief=_("kernel"),
            ),
            Series(
                *(_("keys and values"), places, values, accent),
                form="dots",
                shape=looks,
                brief=_("keys"),
                column=_("value"),
                places=_("position of key"),
                is_read=False,
            ),
            exported(_("weight"), places, result.weights, has_places=False),
        ]
        line = reference(_("query"), VLine(result.query, _("query"), ink, self.theme))
        output = Series(_("prediction"), at, np.array([result.output]), ink, form="dots")
        output = replace(output, width=4.2, is_read=False, in_columns=False)
        card.show_plot(series=[*series, replace(line, in_legend=False), output])
        # A dot is as bright as its weight, but can always be seen.
        inks = self._shades(result.weights, 0.35)
        dots = [
            Handle(str(key), float(result.positions[k]), float(result.values[k]), inks[k], 4.6)
            for k, key in enumerate(result.order)
        ]
        dots.append(Handle("query", result.query, -TOP * 0.93, ink, 6.0, "x"))
        card.plot.set_handles(tuple(dots))
        apart = number(float(np.abs(result.curve - result.kernel).max()), 2)
        width = float(np.sqrt(result.by / result.norm) * 2 / np.pi)
        card.set_note(
            _(
                "differ by <b>{apart}</b>, width of the bell <b>{width}</b>",
                apart=apart,
                width=number(width, 2),
            ),
            _("differ by <b>{apart}</b>", apart=apart),
        )

    def _draw_map(self, result: Result) -> None:
        card, n = self.map, result.keys
        plot = card.plot
        plot.y_axis.fix(0.5, n + 0.5)
        panel, accent = rgb(self.color("panel")), rgb(self.color("accent"))
        colors = panel + (accent - panel) * np.sqrt(result.map)[..., None]
        keys, ink = np.arange(1.0, n + 1), self.color("warning")
        positions = Series(
            *(_("position of the key"), result.positions, keys, self.color("point")),
            form="dots",
            width=1.6,
            brief=_("key"),
            column=_("key"),
            places=_("position of the key"),
            is_read=False,
        )
        shades = panel + (accent - panel) * np.sqrt(np.linspace(0, 1, 33))[:, None]
        plot.color_scale = color_scale(0, 1, shades, _("weight"))
        weights = [
            exported(_("key {number}", number=k + 1), result.x, row, places=_("query"))
            for k, row in enumerate(result.map)
        ]
        card.show_plot(
            still={"weights": HeatMap((-1.0, 1.0, 1.0, float(n)), colors, smooth=False)},
            live={"query": VLine(result.query, "", ink, self.theme)},
            series=[*weights, positions],
        )
        plot.set_handles((Handle("query", result.query, 0.5 + 0.04 * n, ink, 6.0, "x"),))
        most = float(result.weights.max())
        card.set_note(
            _("largest of the query <b>{largest}</b>", largest=number(most, 2)),
            _("max <b>{largest}</b>", largest=number(most, 2)),
        )
        plot.reader = lambda x, y: self._read_weight(result, x, y)

    def _read_weight(self, result: Result, x: float, y: float) -> Tooltip:
        at = int(np.abs(result.x - x).argmin())
        k = int(np.clip(round(y) - 1, 0, result.keys - 1))
        ink = self.color("accent")
        return Tooltip(
            _("query at {x}", x=number(float(result.x[at]))),
            (
                (ink, _("weight {weight}", weight=number(float(result.map[k, at])))),
                (
                    None,
                    _(
                        "key {key} at {position}, norm {norm}",
                        key=k + 1,
                        position=number(float(result.positions[k])),
                        norm=number(float(result.norms[k])),
                    ),
                ),
            ),
        )

    def _draw_sharp(self, result: Result) -> None:
        card, accent = self.sharp, self.color("accent")
        most = float(np.log(result.keys))
        card.plot.y_axis.fix(0, 1.3 * most)  # with room for the name of what is most
        others = Series(
            *(_("other queries"), NORMS, result.high, accent, result.low, result.high),
            form="area",
            brief=_("others"),
            column="",
            ends=(_("lowest entropy"), None, _("highest entropy")),
            is_read=False,
        )
        card.show_plot(
            still={"most": HLine(most, _("all keys alike"), self.color("muted"), self.theme)},
            series=[
                Series(_("this query"), NORMS, result.entropies, accent, width=2.2),
                others,
            ],
        )
        card.plot.set_handles((Handle("norm", result.norm, result.entropy, accent, along="x"),))
        card.set_note(_("norm <b>{norm}</b>", norm=number(result.norm)))


def drawn_by(result: Result) -> float:
    """Return √d_k, which random products are divided by."""
    return float(np.sqrt(result.d_k))


def thumbnail(result: Result) -> pic.Picture:
    """Return the keys, the curve through them, and a query that looks at them."""
    window = (-1.05, 1.05, -1.35, 1.35)
    keys = pic.unit_points(result.positions, result.values, window)
    at = pic.unit_points([result.query], [result.output], window)[0]
    shapes: list[pic.Shape] = []
    for key, weight in zip(keys, result.weights, strict=True):
        if weight > 0.02:
            shapes.append(pic.Polyline((at, key), "layer1", 0.8 + 3 * float(np.sqrt(weight))))
    curve = pic.unit_points(result.x[::4], result.curve[::4], window)
    shapes += [
        pic.Polyline(curve, "accent", 2.4),
        pic.Scatter(keys, "point", 2.4),
        pic.Scatter((at,), "warning", 3.6),
    ]
    return tuple(shapes)
