"""Which parameter is edited at a place of the diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from layerlab.core.frames import DiagramPart
from layerlab.core.translation import _
from layerlab.ui.diagram.formula import edge_title, neuron_title
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.hits import HitTarget


@dataclass(frozen=True)
class Parameter:
    """One weight or bias.

    Attributes:
        title: names it.
        value: what it is now.
        limit: the largest size that a slider offers.
        indices: gap, source unit, unit of a weight; gap, unit of a bias.
        anchor: where it is on the canvas.
    """

    title: str
    value: float
    limit: float
    indices: tuple[int, ...]
    anchor: QRectF


def parameter_of(part: DiagramPart, geometry: Geometry, target: HitTarget) -> Parameter:
    """Return an edge's weight, or a neuron's bias; indices are those of all units."""
    if target.kind == "edge":
        gap, source, unit = target.edge
        i, j = int(part.layers[gap].shown[source]), int(part.layers[gap + 1].shown[unit])
        value, like = float(part.weights[gap][i, j]), part.weights[gap]
        title = _("Weight {edge}", edge=edge_title(part, gap, i, j))
        anchor = edge_anchor(target)
        return Parameter(title, value, _limit(value, like), (gap, i, j), anchor)
    layer, place = target.neuron
    j = int(part.layers[layer].shown[place])
    value, like = float(part.biases[layer - 1][j]), part.biases[layer - 1]
    title = _("Bias of {neuron}", neuron=neuron_title(part, layer, j))
    anchor = geometry.tile_rect(layer, place)
    return Parameter(title, value, _limit(value, like), (layer - 1, j), anchor)


def edge_anchor(target: HitTarget) -> QRectF:
    """Return the surroundings of the point at which an edge was met."""
    return QRectF(target.point, target.point).adjusted(-6, -6, 6, 6)


def _limit(value: float, like: np.ndarray) -> float:
    """Return a range with room: beyond the value and all that are like it, at least 1."""
    sizes = np.abs(np.asarray(like, float))
    peak = float(sizes[np.isfinite(sizes)].max(initial=0.0))
    return max(1.0, 1.5 * abs(value), 1.2 * peak)


def value_of(part: DiagramPart, indices: tuple[int, ...]) -> float:
    """Return a parameter of the network by a `Parameter`'s indices."""
    if len(indices) == 3:
        gap, i, j = indices
        return float(part.weights[gap][i, j])
    gap, j = indices
    return float(part.biases[gap][j])
