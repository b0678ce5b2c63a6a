"""What the nodes count for one of them, by how many edges they are away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core.translation import _, ngettext
from layerlab.experiments.graph_filter.model import Result
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Histogram, Mark, VLine
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, area, exported
from layerlab.ui.theme import Theme

Array = np.ndarray


class NearCard(PlotCard[Plot]):
    """Weights by distance, of all nodes for the chosen one."""

    def __init__(self) -> None:
        """Make the card."""
        super().__init__(
            _("By neighbours"), Plot(Axis(_("edges away"), integer=True), Axis(_("weight")))
        )
        self._drawn: object = None  # of which node of which graph

    def draw(self, result: Result) -> None:
        """Draw what each node counts for the chosen one, by its distance."""
        theme = self.theme
        accent, muted = theme.color("accent"), theme.color("muted")
        hops = result.hops
        far = max(1, int(hops.max()))
        there = np.flatnonzero(hops >= 0)
        weights, spectral = result.weights[there], result.spectral[there]
        sums = np.bincount(hops[there], weights, far + 1)
        x = _side_by_side(hops[there])
        low = min(0.0, float(sums.min()), float(weights.min()))
        high = max(0.0, float(sums.max()), float(weights.max()))
        room = 0.08 * max(high - low, 1e-3)
        self.plot.y_axis.follow(low - room, high + room)
        is_other = self._drawn != (result.kind, result.graph.names, result.node)
        self._drawn = result.kind, result.graph.names, result.node
        # Where edges follow a hand, the furthest node is now nearer, now further away.
        self.plot.x_axis.follow(-0.6, far + 0.6, restart=is_other)
        distance = np.arange(far + 1.0)
        edges, shade = np.arange(far + 2) - 0.5, blend(theme, accent, 0.16)
        summed = area(_("sum of a distance"), distance, 0 * sums, sums, shade, 1.0)
        summed = replace(summed, shape=Histogram(edges, sums, shade))
        series = [
            Series(
                *(_("in the spectrum"), x, spectral, muted),
                form="rings",
                width=3.6,
                brief=_("spectrum"),
                places="position",
            ),
            Series(
                _("by neighbours"), x, weights, accent, form="dots", width=2.0, brief=_("near")
            ),
            exported(_("edges away"), x, hops[there]),
            replace(summed, brief=_("sum"), column="sum", places="distance"),
        ]
        live: dict[str, Mark] = {}
        if result.reach < far:
            live["reach"] = VLine(result.reach + 0.5, _("unseen"), theme.color("text"), theme)
        self.show_plot(live=live, series=series)
        name = result.graph.names[result.node]
        self.set_note(
            _(
                "node <b>{name}</b> sees <b>{reach}</b> edges far",
                name=name,
                reach=result.reach,
            ),
            _("node <b>{name}</b>, <b>{reach}</b> far", name=name, reach=result.reach),
            _("node <b>{name}</b>", name=name),
        )
        self.plot.reader = lambda at, _y: _read_far(theme, result, sums, at)


def _read_far(theme: Theme, result: Result, sums: Array, at: float) -> Tooltip | None:
    k = round(at)
    if not 0 <= k < len(sums):
        return None
    many = int((result.hops == k).sum())
    return Tooltip(
        ngettext("{count} edge away", "{count} edges away", k),
        (
            (None, ngettext("{count} node", "{count} nodes", many)),
            (theme.color("accent"), _("together {sum}", sum=number(float(sums[k])))),
        ),
    )


def _side_by_side(hops: Array) -> Array:
    """Return x around each distance at which its nodes stand side by side. (n,)"""
    positions = hops.astype(float)
    for hop in np.unique(hops):
        same = np.flatnonzero(hops == hop)
        positions[same] += (np.arange(len(same)) + 0.5) / len(same) * 0.7 - 0.35
    return positions
