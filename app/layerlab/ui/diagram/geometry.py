"""Where every drawn neuron, edge and chip of the diagram sits, in pixels of the view.

Nothing here changes while a network trains: `layout` makes it once for an architecture, a
size and what is in sight, and every frame only colours it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF

Array = np.ndarray

SMALLEST = 8.0  # pixels; smaller tiles are dots


def ease(u: Array) -> Array:
    """Return how far down an edge is at share `u` of its way: an S from 0 to 1."""
    return u * u * (3.0 - 2.0 * u)


def ease_slope(u: Array) -> Array:
    """Return the derivative of `ease`."""
    return 6.0 * u * (1.0 - u)


@dataclass(frozen=True, eq=False)
class Column:
    """One layer's place.

    Attributes:
        x: centre of its neurons.
        ys: (n,) centres of the drawn neurons, from the top.
        tile: side of a neuron's tile.
        row: distance of its rows.
        units: (n,) int, which units these are.
        fold_y: where the folded units are listed, or None where that is nowhere in sight.
        folded: number of units that have no place.
    """

    x: float
    ys: Array
    tile: float
    row: float
    units: Array
    fold_y: float | None
    folded: int


@dataclass(frozen=True, eq=False)
class Geometry:
    """What is in sight of an architecture, in logical pixels from the view's corner.

    Attributes:
        width, height: size of the view.
        pitch: distance of neighbouring columns.
        columns: one for each layer, inputs first.
        chips: layers that have a chip below them.
        chip_top: upper end of the chips.
        chip_width: room of one chip.
        chip_lines: 2 or 3.
        is_narrow: whether chips have no room for a whole line.
        is_zoomed: whether it is a part of the arrangement, and chips stand on what is below.
        aside: what of the view something else covers, such as the minimap; panels and texts
            keep off it.
    """

    width: int
    height: int
    pitch: float
    columns: tuple[Column, ...]
    chips: tuple[int, ...]
    chip_top: float
    chip_width: float
    chip_lines: int
    is_narrow: bool
    is_zoomed: bool = False
    aside: QRectF = field(default_factory=QRectF)

    def tile_rect(self, layer: int, place: int) -> QRectF:
        """Return the square of the `place`-th drawn neuron of a layer."""
        column = self.columns[layer]
        half = column.tile / 2
        return QRectF(column.x - half, float(column.ys[place]) - half, column.tile, column.tile)

    def neuron_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return layer and place of the neuron under a point, a little generously."""
        for layer, column in enumerate(self.columns):
            reach = column.tile / 2 + max(1.0, 4.0 - column.tile / 4)
            if abs(point.x() - column.x) > reach or not len(column.ys):
                continue
            place = int(np.argmin(np.abs(column.ys - point.y())))
            if abs(float(column.ys[place]) - point.y()) <= reach:
                return layer, place
        return None

    def place_of(self, layer: int, unit: int) -> int | None:
        """Return the drawn place of a unit; None where it is not drawn."""
        found = np.flatnonzero(self.columns[layer].units == unit)
        return int(found[0]) if len(found) else None

    def gap_ends(self, gap: int) -> tuple[float, float]:
        """Return where the edges of a gap begin and end, as x."""
        a, b = self.columns[gap], self.columns[gap + 1]
        return a.x + a.tile / 2, b.x - b.tile / 2

    def edge_point(self, gap: int, source: int, unit: int, share: float) -> QPointF:
        """Return the point of an edge (drawn places) at a share of its way, 0 to 1."""
        x0, x1 = self.gap_ends(gap)
        y0 = float(self.columns[gap].ys[source])
        y1 = float(self.columns[gap + 1].ys[unit])
        return QPointF(x0 + share * (x1 - x0), y0 + float(ease(np.array(share))) * (y1 - y0))

    def edge_distances(self, point: QPointF) -> tuple[int, Array] | None:
        """Return the gap under a point and its distance to each edge. (n_from, n_to)"""
        for gap in range(len(self.columns) - 1):
            x0, x1 = self.gap_ends(gap)
            empty = not len(self.columns[gap].ys) or not len(self.columns[gap + 1].ys)
            if x0 <= point.x() <= x1 and not empty:
                u = np.array((point.x() - x0) / max(x1 - x0, 1.0))
                y0 = self.columns[gap].ys[:, None]  # (n_from, 1)
                rise = self.columns[gap + 1].ys[None, :] - y0  # (n_from, n_to)
                # To first order the distance is the vertical one times the cosine of the slope.
                slope = rise * ease_slope(u) / max(x1 - x0, 1.0)
                off = np.abs(y0 + rise * ease(u) - point.y())
                return gap, off / np.sqrt(1.0 + slope * slope)
        return None
