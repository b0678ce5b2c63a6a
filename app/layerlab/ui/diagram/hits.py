"""What is under the mouse."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram.chips import STRIP, chip_rects, outer_labels
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.theme import Theme

REACH, MAX_TIE_DISTANCE = 4.0, 1.5  # pixels at zoom 1


@dataclass(frozen=True)
class HitTarget:
    """A neuron, the bias shown beside it, or an edge.

    Attributes:
        kind: `neuron`, `bias` or `edge`.
        neuron: layer and drawn place.
        edge: gap and the drawn places of source and unit.
        point: where the mouse was, for an edge.
    """

    kind: str
    neuron: tuple[int, int] = (0, 0)
    edge: tuple[int, int, int] = (0, 0, 0)
    point: QPointF = field(default_factory=QPointF, compare=False)

    @property
    def is_editable(self) -> bool:
        """Return whether there is a parameter to edit: inputs have no bias."""
        return self.kind == "edge" or self.neuron[0] > 0


def find_target(
    part: DiagramPart, geometry: Geometry, theme: Theme, point: QPointF
) -> HitTarget | None:
    """Return what is under a point of the canvas, or None."""
    if geometry.is_zoomed and point.y() >= geometry.chip_top - STRIP * theme.zoom:
        return _chip_target(part, geometry, theme, point)
    neuron = geometry.neuron_at(point)
    if neuron is not None:
        return HitTarget("neuron", neuron=neuron)
    for room, _, _, bias_of in outer_labels(part, geometry, theme):
        if bias_of is not None and room.contains(point):
            return HitTarget("bias", neuron=bias_of)
    chip = _chip_target(part, geometry, theme, point)
    if chip is not None:
        return chip
    edge = nearest_edge(part, geometry, theme, point)
    return HitTarget("edge", edge=edge, point=point) if edge is not None else None


def _chip_target(
    part: DiagramPart, geometry: Geometry, theme: Theme, point: QPointF
) -> HitTarget | None:
    """Return the output's bias where its chip shows it and is under a point."""
    last = len(part.layers) - 1
    if part.layers[last].size != 1 or not len(part.layers[last].shown):
        return None
    room = chip_rects(geometry, theme).get(last)
    is_met = room is not None and room.contains(point)
    return HitTarget("bias", neuron=(last, 0)) if is_met else None


def nearest_edge(
    part: DiagramPart, geometry: Geometry, theme: Theme, point: QPointF
) -> tuple[int, int, int] | None:
    """Return the edge at a point: of those about equally near, the strongest."""
    found = geometry.edge_distances(point)
    if found is None or not found[1].size:
        return None
    gap, distances = found
    nearest = float(distances.min())
    if nearest > REACH * theme.zoom:
        return None
    near = distances <= nearest + MAX_TIE_DISTANCE * theme.zoom
    strength = np.where(near, np.abs(np.nan_to_num(part.edges[gap])), -1.0)
    source, unit = divmod(int(np.argmax(strength)), strength.shape[1])
    return gap, source, unit
