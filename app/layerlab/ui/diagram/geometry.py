"""Where every neuron, edge and chip of the diagram sits: architecture and size only.

Nothing here changes while a network trains, so the arrangement is made once for a
shape and a size, and every frame only colours it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from layerlab.core.frames import DiagramLayer, DiagramPart
from layerlab.ui.theme import Theme

Array = np.ndarray

LARGEST_TILE, GAP, LABEL_LIMIT = 68.0, 3.0, 96.0  # pixels at zoom 1
LINE_HEIGHT = 14.0


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
        fold_y: where the folded units are told, or None where all are drawn.
        folded: number of units that are not drawn.
    """

    x: float
    ys: Array
    fold_y: float | None
    folded: int


@dataclass(frozen=True, eq=False)
class Geometry:
    """The arrangement of one architecture in one size, in logical pixels.

    Attributes:
        width, height: size of the canvas.
        tile: side of a neuron's tile.
        pitch: distance of neighbouring columns.
        columns: one for each layer, inputs first.
        chips: layers that have a chip below them.
        chip_top: upper end of the chips.
        chip_width: room of one chip.
        chip_lines: 2 or 3.
        is_narrow: whether chips have no room for a whole line.
    """

    width: int
    height: int
    tile: float
    pitch: float
    columns: tuple[Column, ...]
    chips: tuple[int, ...]
    chip_top: float
    chip_width: float
    chip_lines: int
    is_narrow: bool

    def tile_rect(self, layer: int, place: int) -> QRectF:
        """Return the square of the `place`-th drawn neuron of a layer."""
        column, half = self.columns[layer], self.tile / 2
        return QRectF(column.x - half, float(column.ys[place]) - half, self.tile, self.tile)

    def neuron_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return layer and place of the neuron under a point, a little generously."""
        slack = max(1.0, 4.0 - self.tile / 4)
        for layer, column in enumerate(self.columns):
            if abs(point.x() - column.x) > self.tile / 2 + slack or not len(column.ys):
                continue
            place = int(np.argmin(np.abs(column.ys - point.y())))
            if abs(float(column.ys[place]) - point.y()) <= self.tile / 2 + slack:
                return layer, place
        return None

    def neighbor(self, neuron: tuple[int, int], across: int, down: int) -> tuple[int, int]:
        """Return the neuron beside another; the same where there is none."""
        layer, place = neuron
        if down:
            return layer, min(max(place + down, 0), len(self.columns[layer].ys) - 1)
        y = float(self.columns[layer].ys[place])
        layer = min(max(layer + across, 0), len(self.columns) - 1)
        return layer, int(np.argmin(np.abs(self.columns[layer].ys - y)))

    def gap_ends(self, gap: int) -> tuple[float, float]:
        """Return where the edges of a gap begin and end, as x."""
        a, b = self.columns[gap], self.columns[gap + 1]
        return a.x + self.tile / 2, b.x - self.tile / 2

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
            if x0 <= point.x() <= x1:
                u = np.array((point.x() - x0) / max(x1 - x0, 1.0))
                y0 = self.columns[gap].ys[:, None]  # (n_from, 1)
                rise = self.columns[gap + 1].ys[None, :] - y0  # (n_from, n_to)
                slope = rise * ease_slope(u) / max(x1 - x0, 1.0)
                off = np.abs(y0 + rise * ease(u) - point.y())
                return gap, off / np.sqrt(1.0 + slope * slope)
        return None


def _chip_lines(height: int, zoom: float) -> int:
    return 3 if height >= 175 * zoom else 2


def tile_room(height: int, theme: Theme) -> float:
    """Return the height that is left for tiles in a canvas of some height."""
    return height - (_chip_lines(height, theme.zoom) * LINE_HEIGHT + 12) * theme.zoom


def arrange(part: DiagramPart, width: int, height: int, theme: Theme) -> Geometry:
    """Return the arrangement of a network.

    Args:
        part: the network; only its shape matters.
        width, height: size of the canvas, logical pixels.
        theme: fonts and zoom.
    """
    zoom = theme.zoom
    small = QFontMetricsF(theme.font(10.5))
    bold = QFontMetricsF(theme.font(11.5, 600))
    layers = part.layers
    lines = _chip_lines(height, zoom)
    chip_top = height - lines * LINE_HEIGHT * zoom - 2 * zoom
    left = _label_room(layers[0], small, zoom)
    right = _label_room(layers[-1], small, zoom)
    ends = max(small.horizontalAdvance("16 outputs "), bold.horizontalAdvance("ŷ · 10 ")) / 2
    left, right = max(left, ends) + 6 * zoom, max(right, ends) + 6 * zoom
    largest = LARGEST_TILE * zoom
    rows = max(_slots(layer) for layer in layers)
    arcs = 12 * zoom if any(part.skips) else 0.0  # room above for skip connections
    room = tile_room(height, theme) - arcs
    tile = min(largest, room / rows - min(GAP * zoom, 0.25 * room / rows))
    gaps = len(layers) - 1
    tile = min(tile, 0.42 * (width - left - right) / (gaps + 0.42))
    tile = float(int(tile)) if tile >= 8 else max(2.0, tile)
    pitch = max(1.0, (width - left - right - tile) / gaps)
    row = min(room / rows, max(tile * 1.5 + 9 * zoom, 20 * zoom))
    middle = 4 * zoom + arcs + room / 2
    columns = tuple(
        _column(layer, left + tile / 2 + i * pitch, middle, row, tile)
        for i, layer in enumerate(layers)
    )
    wide = small.horizontalAdvance("Var 0.24 · 100 % dead") + 8 * zoom
    names = [f"{layer.name} · {layer.size}" for layer in layers]
    narrow = max(bold.horizontalAdvance(name) for name in names)
    narrow = max(narrow, small.horizontalAdvance("100 % dead")) + 8 * zoom
    chip = wide if pitch >= wide else narrow
    return Geometry(
        width=width,
        height=height,
        tile=tile,
        pitch=pitch,
        columns=columns,
        chips=_chips(len(layers), pitch, chip),
        chip_top=chip_top,
        chip_width=max(chip, min(pitch, wide)),
        chip_lines=lines,
        is_narrow=pitch < wide,
    )


def _slots(layer: DiagramLayer) -> int:
    """Return how many rows a column needs: its tiles, and one for the folded units."""
    return max(1, len(layer.shown)) + (layer.size > len(layer.shown))


def fold_place(layer: DiagramLayer) -> int:
    """Return before which drawn unit the folded ones are told; the end if they are spread."""
    steps = np.diff(layer.shown)
    breaks = np.flatnonzero(steps > 1)
    ends_well = len(layer.shown) and int(layer.shown[-1]) == layer.size - 1
    return int(breaks[0]) + 1 if len(breaks) == 1 and ends_well else len(layer.shown)


def _column(layer: DiagramLayer, x: float, middle: float, row: float, tile: float) -> Column:
    folded = layer.size - len(layer.shown)
    slots = middle + row * (np.arange(_slots(layer)) - (_slots(layer) - 1) / 2)
    if tile >= 8:  # whole pixels keep borders and thumbnails crisp
        x, slots = round(x - tile / 2) + tile / 2, np.round(slots - tile / 2) + tile / 2
    if folded <= 0:
        return Column(x, slots[: len(layer.shown)], None, 0)
    place = fold_place(layer)
    return Column(x, np.delete(slots, place), float(slots[place]), folded)


def _label_room(layer: DiagramLayer, metrics: QFontMetricsF, zoom: float) -> float:
    """Return the room beside an outer column for its labels and output biases."""
    if layer.size == 1:
        return 0.0  # the chip below says it
    widest = max((metrics.horizontalAdvance(text) for text in layer.labels), default=0.0)
    several_biases = bool(np.isfinite(layer.bias).any())
    bias = metrics.horizontalAdvance(" b = −10.00") if several_biases else 0.0
    return min(widest, LABEL_LIMIT * zoom) + bias + (6 * zoom if widest or bias else 0.0)


def _chips(layers: int, pitch: float, width: float) -> tuple[int, ...]:
    """Return the layers that get a chip: both ends, and hidden ones as far as they fit."""
    hidden = range(1, layers - 1)
    step = max(1, math.ceil(width / pitch))
    step = next((s for s in (1, 2, 3, 4, 5, 8, 10, 16, 20, 32) if s >= step), 64)
    clear = width / pitch if step > 1 else 0.0  # of the chips of both ends
    inner = list(hidden)
    if step > 1:
        first = max(1, math.ceil(clear / step)) * step
        inner = [i for i in hidden if i >= first and (i - first) % step == 0]
        inner = [i for i in inner if layers - 1 - i >= clear]
    return (0, *inner, layers - 1)
