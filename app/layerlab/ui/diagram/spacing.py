"""The room that texts need around the network: beside the outer columns, and below."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtGui import QFontMetricsF

from layerlab.core.frames import DiagramLayer, DiagramPart
from layerlab.core.translation import _, ngettext
from layerlab.ui.theme import Theme

Array = np.ndarray

LABEL_LIMIT, LINE_HEIGHT = 96.0, 14.0  # pixels at zoom 1


def chip_lines(height: int, zoom: float) -> int:
    """Return how many lines of text the chips of a view have."""
    return 3 if height >= 175 * zoom else 2


def tile_room(height: int, theme: Theme) -> float:
    """Return the height that is left for tiles in a canvas of some height."""
    return height - (chip_lines(height, theme.zoom) * LINE_HEIGHT + 12) * theme.zoom


def margins(part: DiagramPart, theme: Theme, is_zoomed: bool) -> tuple[float, float]:
    """Return the room left of the inputs and right of the outputs."""
    small, bold = QFontMetricsF(theme.font(10.5)), QFontMetricsF(theme.font(11.5, 600))
    outputs = ngettext("{count} output", "{count} outputs", 16)
    ends = max(small.horizontalAdvance(f"{outputs} "), bold.horizontalAdvance("ŷ · 10 ")) / 2
    beside = []
    for layer in (part.layers[0], part.layers[-1]):
        # All names count when zoomed, so that nothing moves when others come into sight.
        units = np.arange(layer.size) if is_zoomed else layer.shown
        room = _label_room(layer, units, small, theme.zoom)
        beside.append(max(room, ends) + 6 * theme.zoom)
    return beside[0], beside[1]


def _label_room(
    layer: DiagramLayer, units: Array, metrics: QFontMetricsF, scale: float
) -> float:
    """Return the room beside an outer column for its labels and output biases."""
    if layer.size == 1:
        return 0.0  # the chip below shows it
    texts = layer.labels
    if len(texts) == layer.size:
        texts = tuple(texts[int(unit)] for unit in units)
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
    bias = metrics.horizontalAdvance(" b = −10.00") if layer.parameters else 0.0
    return min(widest, LABEL_LIMIT * scale) + bias + (6 * scale if widest or bias else 0.0)


def chip_widths(part: DiagramPart, theme: Theme) -> tuple[float, float]:
    """Return the room of a chip with whole lines, and of one with short ones."""
    small, bold = QFontMetricsF(theme.font(10.5)), QFontMetricsF(theme.font(11.5, 600))
    dead = _("{share:.0f} % dead", share=100)
    line = f"{_('Var {variance}', variance='0.24')} · {dead}"
    wide = small.horizontalAdvance(line) + 8 * theme.zoom
    names = [f"{layer.name} · {layer.size}" for layer in part.layers]
    narrow = max(bold.horizontalAdvance(name) for name in names)
    narrow = max(narrow, small.horizontalAdvance(dead)) + 8 * theme.zoom
    return wide, narrow


def chipped(layers: int, pitch: float, width: float) -> tuple[int, ...]:
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
