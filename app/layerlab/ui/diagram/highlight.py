"""What stands out of the diagram: the hovered, the focused, and what a pass has reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram import painting
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.edges import DIMMED, fan, peak_of
from layerlab.ui.diagram.formula import number
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.thumbs import as_image, sprites
from layerlab.ui.theme import Theme

Array = np.ndarray
Neuron = tuple[int, int]  # layer, drawn place
Edge = tuple[int, int, int]  # gap, drawn place of the source, of the unit


@dataclass(frozen=True, eq=False)
class Highlight:
    """What is in focus.

    Attributes:
        neuron: the hovered neuron, or None.
        edge: the hovered or edited edge, or the one with the keyboard's focus, or None.
        focused: the neuron with the keyboard's focus, or None.
        run: the animated pass, or None while the view is live.
    """

    neuron: Neuron | None = None
    edge: Edge | None = None
    focused: Neuron | None = None
    run: PassState | None = None


def edge_values(part: DiagramPart, highlight: Highlight) -> Sequence[Array]:
    """Return what colours the edges: weights, or what a pass has come to."""
    return part.edges if highlight.run is None else highlight.run.edge_values()


def peaks(
    part: DiagramPart, geometry: Geometry, highlight: Highlight
) -> Sequence[float] | None:
    """Return what counts as strongest in each gap: of a zoomed view the whole gap's.

    So an edge looks the same whichever others are in sight with it.
    """
    if not geometry.is_zoomed:
        return None
    run = highlight.run
    if run is None or not run.is_backward:
        return [peak_of(weights) for weights in part.weights]
    passed = run.layers - run.step
    whole = (run.trace.dw[gap] if gap >= passed else w for gap, w in enumerate(part.weights))
    return [peak_of(np.asarray(values, float)) for values in whole]


def dimming_of(part: DiagramPart, highlight: Highlight) -> Sequence[Array | float] | None:
    """Return factors of the edges' opacity, gap by gap; None where none stands out."""
    run = highlight.run
    if run is not None:
        if highlight.neuron is not None and run.reached(highlight.neuron[0]):
            return fan(part, *highlight.neuron)
        return [1.2 if i == run.gap else 2 * DIMMED for i in range(len(part.edges))]
    if highlight.neuron is not None:
        return fan(part, *highlight.neuron)
    if highlight.edge is not None:
        dimming: list[Array | float] = [2.5 * DIMMED] * len(part.edges)
        return dimming
    return None


def number_anchor(run: PassState, geometry: Geometry, neuron: Neuron, theme: Theme) -> QRectF:
    """Return what a neuron fills during a pass: its number if it has one, else its tile."""
    layer, place = neuron
    if not run.reached(layer) or not painting.number_room(geometry, layer, theme):
        return geometry.tile_rect(*neuron)
    text = number(float(run.values(layer)[run.part.layers[layer].shown[place]]))
    return painting.number_rect(geometry, neuron, text, theme)


def enlarged(
    part: DiagramPart, neuron: Neuron, width: float, height: float, theme: Theme, ratio: float
) -> QImage:
    """Return the thumbnail of one drawn neuron at another size, in logical pixels."""
    layer, place = neuron
    column = part.layers[layer]
    ink = painting.layer_ink(part, layer, theme)
    size = max(8, round(width * ratio)), max(8, round(height * ratio))
    line = 1.8 * theme.zoom * ratio
    thumbs, span = column.thumbs, column.span
    if span is not None:  # else the scale is that of all units that are drawn
        thumbs, place = thumbs[place : place + 1], 0
    drawn = sprites(column.form, thumbs, *size, ink, theme, line, span)
    return as_image(drawn[place], ratio)
