"""A graph as a picture: nodes by their values, edges by how much their ends differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from layerlab.core.translation import _, ngettext
from layerlab.experiments.graph_filter.model import Result
from layerlab.experiments.graph_filter.names import GRID, OWN, RANDOM, RING
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.colors import rgb
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Mark, Painted, Space, TextMark, polygon
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip, nearest
from layerlab.ui.plotting.scale import Blank, number
from layerlab.ui.plotting.series import Series, exported
from layerlab.ui.theme import Theme

Array = np.ndarray
HALF_AXIS, HALF_AXIS_NAMED = 1.08, 1.4  # of both axes; of the lying one where names need room
FULL = 1.6  # the value at which a node has its full colour
SHADES = 32
MAX_NAMED = 40  # nodes at most whose names are written
MAX_NAME = 7  # letters of a name that is written
MAX_DISTANCE = 16.0  # pixels at zoom 1 from a node in which it is still read


class GraphPlot(HandlePlot):
    """A graph that fills its card, or a square in the middle of it."""

    def squared(self, area: QRectF) -> QRectF:
        """Return the largest square, in the middle."""
        found = super().squared(area)
        found.moveCenter(area.center())
        return found


def graph_card(title: str) -> PlotCard[GraphPlot]:
    """Return a card for a graph."""
    x, y = Blank(), Blank()
    plot = GraphPlot(x, y)
    plot.grid = False
    for axis in (x, y):
        axis.fix(-HALF_AXIS, HALF_AXIS)
    return PlotCard(title, plot)


def ramp(theme: Theme, tokens: tuple[str, ...]) -> list[QColor]:
    """Return `SHADES` colours from one token over others to the last."""
    stops = np.linspace(0, 1, len(tokens))
    inks = np.stack([rgb(theme.color(token)) for token in tokens])
    positions = np.linspace(0, 1, SHADES)
    channels = np.stack([np.interp(positions, stops, inks[:, k]) for k in range(3)], 1)
    return [QColor(*map(round, row)) for row in channels.tolist()]


@dataclass(eq=False)
class Shaded(Painted):
    """Straight lines in a few shades, the last shades on top.

    `Segments` of so many colours take three times as long: each has a pen of its own.

    Attributes:
        x, y: (n, 2) both ends, in data units. shades: (n,) which of the colours.
        colors: of the shades. width: in pixels.
    """

    x: Array
    y: Array
    shades: Array
    colors: Sequence[QColor]
    width: float

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the lines, shade by shade."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x, y = space.px(self.x), space.py(self.y)
        for shade in np.unique(self.shades).tolist():
            of_shade = self.shades == shade
            painter.setPen(QPen(self.colors[shade], self.width))
            painter.drawLines(polygon(x[of_shade].ravel(), y[of_shade].ravel()).toList())

    def key(self) -> object:
        """Return what it looks like."""
        arrays = (self.x.tobytes(), self.y.tobytes(), self.shades.tobytes())
        return (*arrays, tuple(color.rgba() for color in self.colors), self.width)


class GraphPicture:
    """Draws a graph with a signal into a card."""

    def __init__(self, card: PlotCard[GraphPlot], can_drag: bool) -> None:
        """Draw into a card; `can_drag`: whether nodes can be dragged in it."""
        self.card, self.plot, self._can_drag = card, card.plot, can_drag

    def draw(
        self, theme: Theme, result: Result, signal: Array, differences: Array, name: str
    ) -> None:
        """Draw the graph.

        Args:
            theme: colours. result: whose graph. signal: (nodes,) values.
            differences: (edges,) w (x_i - x_j)^2. name: of the signal, in the numbers.
        """
        graph = result.graph
        self.plot.square = result.kind in (RING, GRID, RANDOM)  # others have no lengths
        x, y = graph.positions.T
        i, j = graph.edges.i, graph.edges.j
        values = ramp(theme, ("negative", "faint", "positive"))
        inks = [values[k] for k in _shade(0.5 + signal / (2 * FULL))]
        bright = ramp(theme, ("line", "warning"))
        most = max(float(result.differences.max(initial=0.0)), 1e-12)  # one scale for both
        lit = np.array(_shade(np.sqrt(differences / most)))
        radius = 6.2 if graph.nodes <= 40 else 5.2 if graph.nodes <= 80 else 3.6
        width = 1.5 if len(i) <= 600 else 0.8
        at = slice(result.node, result.node + 1)
        size = radius * theme.zoom
        shape = Shaded(np.stack((x[i], x[j]), 1), np.stack((y[i], y[j]), 1), lit, bright, width)
        edges = Series(
            *(_("edges"), x[i], y[i], bright[-1]),
            shape=shape,
            entries=[
                LegendEntry("dot", values[0], number(-FULL)),
                LegendEntry("dot", values[SHADES // 2], "0"),
                LegendEntry("dot", values[-1], number(FULL)),
                LegendEntry("line", bright[-1], _("ends differ"), brief=_("differ")),
            ],
            is_still=True,
            is_read=False,
            in_columns=False,
        )
        live: dict[str, Mark] = {
            "node": Dots(x[at], y[at], theme.color("accent"), size + 4, hollow=True),
        }
        if self._can_drag:
            self.plot.set_handles(
                tuple(
                    Handle(str(k), float(x[k]), float(y[k]), inks[k], radius)
                    for k in range(graph.nodes)
                )
            )
        else:
            live["nodes"] = Dots(x, y, inks, size, outline=theme.color("panel"))
        is_named = result.kind == OWN and graph.nodes <= MAX_NAMED
        if is_named:
            live |= _names(theme, result)
        edge = HALF_AXIS_NAMED if is_named else HALF_AXIS
        self.plot.x_axis.fix(-edge, edge)
        numbers = exported("y", x, y, places="x"), exported(name, x, signal)
        self.card.show_plot(live=live, series=[*numbers, edges])
        self.plot.reader = lambda a, b: _read(theme, result, node_at(self.plot, result, a, b))


def _names(theme: Theme, result: Result) -> dict[str, Mark]:
    """Return the names of the nodes, each on the side on which it has no neighbours."""
    graph, found = result.graph, {}
    joined = (graph.hops == 1) / np.maximum(1, (graph.hops == 1).sum(1))[:, None]
    away = graph.positions - joined @ graph.positions
    away /= np.maximum(np.hypot(*away.T), 1e-9)[:, None]
    at = graph.positions + (0.045, 0.075) * away
    for right in (False, True):
        on_side = np.flatnonzero((away[:, 0] < 0) == right)
        words = [_brief(graph.names[k]) for k in on_side]
        ink = theme.color("muted")
        x, y = at[on_side].T
        found[f"names {right}"] = TextMark(x, y, words, ink, theme, right=right)
    return dict(found)


def _brief(name: str) -> str:
    """Return a name that has room beside its node; the cursor reads all of it."""
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def node_at(plot: GraphPlot, result: Result, x: float, y: float) -> int | None:
    """Return the node at a point of a plot, or None if there is none near."""
    across, down = result.graph.positions.T
    return nearest(plot, (across, down), x, y, MAX_DISTANCE * plot.theme.zoom)


def _shade(positions: Array) -> list[int]:
    """Return the shades of numbers from 0 to 1; beyond, the ends."""
    held = np.clip(np.nan_to_num(positions), 0, 1)
    return [int(k) for k in np.round(held * (SHADES - 1))]


def _read(theme: Theme, result: Result, k: int | None) -> Tooltip | None:
    if k is None:
        return None
    graph = result.graph
    around = int((graph.hops[k] == 1).sum())
    rows = (
        (None, _("without noise {value}", value=number(float(result.clean[k])))),
        (None, _("with noise {value}", value=number(float(result.noisy[k])))),
        (
            theme.color("accent"),
            _("filtered {value}", value=number(float(result.filtered[k]))),
        ),
        (None, ngettext("{count} neighbour", "{count} neighbours", around)),
    )
    return Tooltip(_("node {name}", name=graph.names[k]), rows)
