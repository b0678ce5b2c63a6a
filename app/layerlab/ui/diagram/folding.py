"""Which units of a layer are drawn: as many as there is height for, the others are folded."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from layerlab.core.frames import DiagramLayer, DiagramPart, shown_units
from layerlab.ui.theme import Theme

Array = np.ndarray

# Pixels at zoom 1: what an output needs for its name, a curve or a map, an image.
MIN_ROW_HEIGHT, DRAWING_ROW, PICTURE_ROW = 11.0, 15.0, 20.0
MIN_ROWS = 3
FINE_PICTURE = 25  # pixels from which on an image needs room to be read
# While units unfold, rows grow by a power of the zoom, up to the room for a readable tile.
ROW_GROWTH, MAX_GROWTH = 0.3, 5.0


def row_limits(part: DiagramPart, height: float, theme: Theme, zoom: float = 1.0) -> list[int]:
    """Return how many rows each layer may have.

    Args:
        part: the network.
        height: room for the tiles at that zoom, logical pixels.
        theme: its zoom is that of texts.
        zoom: how far the view is zoomed.
    """
    has_pictures = any(
        layer.form == "image" and math.prod(layer.thumbs.shape[1:]) >= FINE_PICTURE
        for layer in part.layers
    )
    growth = theme.zoom * min(max(1.0, zoom) ** ROW_GROWTH, MAX_GROWTH)
    row = (PICTURE_ROW if has_pictures else DRAWING_ROW) * growth
    rows = max(MIN_ROWS, int(height / row))
    # All outputs are kept as long as there is any room: each is a prediction.
    limits = [rows] * (len(part.layers) - 1)
    limits.append(max(rows, int(height / (MIN_ROW_HEIGHT * growth))))
    return limits


def units_within(layer: DiagramLayer, index: int, limit: int) -> Array:
    """Return which units of a layer are drawn in a number of rows; all if they fit. (n,)"""
    if layer.size <= limit:
        return np.arange(layer.size)
    return first_units(layer.size, max(1, limit - 1), is_input=index == 0)


def first_units(size: int, count: int, *, is_input: bool) -> Array:
    """Return `count` units of a layer as `shown_units` chooses them. (n,)"""
    if is_input:
        return np.linspace(0, size - 1, count).round().astype(int)
    return np.arange(count)


def overview_units(part: DiagramPart, height: float, theme: Theme) -> list[Array]:
    """Return which units of each layer are drawn at the overview: as many as fit.

    Args:
        part: the network. Where its units are those of a zoomed view, those that the overview
            would ask for are chosen instead.
        height: room for the tiles, logical pixels.
        theme: zoom.
    """
    depth = len(part.layers) - 2
    given = [
        shown_units(layer.size, depth, is_input=i == 0) if part.units else layer.shown
        for i, layer in enumerate(part.layers)
    ]
    limits = row_limits(part, height, theme)
    pairs = list(zip(part.layers, given, limits, strict=True))
    return [u if slots(c.size, u) <= limit else u[: limit - 1] for c, u, limit in pairs]


def slots(size: int, units: Array) -> int:
    """Return how many rows a column needs: its tiles, and one for the folded units."""
    return max(1, len(units)) + (size > len(units))


def pick(part: DiagramPart, units: list[Array]) -> tuple[DiagramPart, list[Array]]:
    """Return a network of which exactly these units are drawn, and whose picture is missing.

    Args:
        part: the network, with pictures of the units that were asked for.
        units: of each layer.

    Returns:
        The network, and for each layer (n,) bool, where no picture has come yet.
    """
    same = [
        wanted is layer.shown or np.array_equal(wanted, layer.shown)
        for wanted, layer in zip(units, part.layers, strict=True)
    ]
    absent = [np.zeros(len(u), bool) for u in units]
    if all(same):
        return part, absent
    layers = []
    for i, (column, wanted) in enumerate(zip(part.layers, units, strict=True)):
        if same[i]:
            layers.append(column)
            continue
        place = np.searchsorted(column.shown, wanted)
        place = np.minimum(place, max(0, len(column.shown) - 1))
        there = np.zeros(len(wanted), bool)
        if len(column.shown):
            there = column.shown[place] == wanted
        absent[i] = ~there
        biases = part.biases[i - 1][wanted] if i else np.full(len(wanted), np.nan)
        layers.append(_picked(column, wanted, place, there, biases))
    edges = tuple(
        edge if same[k] and same[k + 1] else _between(weights, units[k], units[k + 1])
        for k, (edge, weights) in enumerate(zip(part.edges, part.weights, strict=True))
    )
    return dataclasses.replace(part, layers=tuple(layers), edges=edges), absent


def _between(weights: Array, sources: Array, units: Array) -> Array:
    if not len(sources) or not len(units):  # most layers of a deep network are out of sight
        return np.zeros((len(sources), len(units)))
    return weights[np.ix_(sources, units)]


def _picked(
    column: DiagramLayer, units: Array, place: Array, there: Array, biases: Array
) -> DiagramLayer:
    """Return a layer of which other units are drawn."""
    thumbs = np.zeros((len(units), *column.thumbs.shape[1:]))
    thumbs[there] = column.thumbs[place[there]]
    dead = np.zeros(len(units), bool)
    dead[there] = column.dead[place[there]]
    labels = column.labels
    if labels and len(labels) != column.size:  # those of the units that came
        known = zip(place.tolist(), there.tolist(), strict=True)
        labels = tuple(labels[k] if is_there else "" for k, is_there in known)
    return dataclasses.replace(
        column, shown=units, thumbs=thumbs, dead=dead, bias=biases, labels=labels
    )
