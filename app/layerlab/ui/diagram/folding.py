"""Folds layers further where the canvas is too low for the units that came drawn."""

from __future__ import annotations

import dataclasses

import numpy as np

from layerlab.core.frames import DiagramLayer, DiagramPart
from layerlab.ui.theme import Theme

# Pixels at zoom 1: what an output needs for its name, a curve or a map, an image.
LOWEST_ROW, DRAWING_ROW, PICTURE_ROW = 11.0, 15.0, 20.0
FEWEST = 3
FINE_PICTURE = 25  # pixels from which on an image needs room to be read


def fold(part: DiagramPart, height: float, theme: Theme) -> DiagramPart:
    """Return the network with no more drawn units a layer than fit.

    Args:
        part: the network.
        height: room for the tiles, logical pixels.
        theme: zoom.
    """
    has_pictures = any(
        layer.form == "image" and layer.thumbs[:1].size >= FINE_PICTURE for layer in part.layers
    )
    row = (PICTURE_ROW if has_pictures else DRAWING_ROW) * theme.zoom
    rows = max(FEWEST, int(height / row))
    # All outputs are kept as long as there is any room: each is an answer.
    limits = [rows] * (len(part.layers) - 1)
    limits.append(max(rows, int(height / (LOWEST_ROW * theme.zoom))))
    pairs = list(zip(part.layers, limits, strict=True))
    if all(_slots(layer) <= limit for layer, limit in pairs):
        return part
    kept = [len(layer.shown) if _slots(layer) <= limit else limit - 1 for layer, limit in pairs]
    layers = tuple(_first(layer, n) for layer, n in zip(part.layers, kept, strict=True))
    edges = tuple(e[: kept[i], : kept[i + 1]] for i, e in enumerate(part.edges))
    return dataclasses.replace(part, layers=layers, edges=edges)


def _slots(layer: DiagramLayer) -> int:
    return len(layer.shown) + (layer.size > len(layer.shown))


def _first(layer: DiagramLayer, count: int) -> DiagramLayer:
    """Return a layer of which only the first units are drawn."""
    if count >= len(layer.shown):
        return layer
    own_labels = len(layer.labels) == len(layer.shown)
    return dataclasses.replace(
        layer,
        shown=np.asarray(layer.shown)[:count],
        thumbs=layer.thumbs[:count],
        dead=layer.dead[:count],
        bias=layer.bias[:count],
        labels=layer.labels[:count] if own_labels else layer.labels,
    )
