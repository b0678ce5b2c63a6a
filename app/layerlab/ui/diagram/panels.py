"""The texts of the panels beside neurons and edges."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from layerlab.core.frames import DiagramPart
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.editing import edge_anchor
from layerlab.ui.diagram.formula import (
    Line,
    edge_title,
    neuron_formula,
    neuron_title,
    number,
    sign_token,
    unit_name,
)
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.highlight import Edge, Neuron, enlarged
from layerlab.ui.diagram.hits import HitTarget
from layerlab.ui.diagram.panel import Panel, PlacedPanel, place_panel
from layerlab.ui.diagram.trace_text import backward_lines, fits, forward_lines, loss_lines
from layerlab.ui.theme import Theme

_WEIGHT = _("weight")
DEAD: Line = ((_("dead: slope 0 on every training input"), "warning"),)


def neuron_panel(
    part: DiagramPart, spec: LabSpec | None, neuron: Neuron, theme: Theme, ratio: float
) -> Panel:
    """Return the panel of a neuron: its thumbnail enlarged, its formula with its numbers."""
    layer, place = neuron
    column = part.layers[layer]
    unit = int(column.shown[place])

    def lines(most: int) -> Sequence[Line]:
        formula = [neuron_formula(part, spec, layer, unit, most)]
        return [*formula, DEAD] if bool(column.dead[place]) else formula

    def picture(width: float, height: float) -> QImage:
        return enlarged(part, neuron, width, height, theme, ratio)

    wide = column.form in ("curve", "bars")
    return Panel(neuron_title(part, layer, unit), lines, picture, wide)


def edge_panel(part: DiagramPart, edge: Edge) -> Panel:
    """Return the panel of an edge: its ends and its weight."""
    gap, source, unit = edge
    i, j = int(part.layers[gap].shown[source]), int(part.layers[gap + 1].shown[unit])
    value = float(part.edges[gap][source, unit])
    line: Line = ((f"{_WEIGHT} ", "muted"), (number(value), sign_token(value)))
    return Panel(edge_title(part, gap, i, j), lambda most: [line])


def place_edge_panel(
    part: DiagramPart, geometry: Geometry, target: HitTarget, theme: Theme
) -> PlacedPanel:
    """Return an edge's panel in its place: both ends stay visible if that can be."""
    gap, source, unit = target.edge
    ends = [geometry.tile_rect(gap, source), geometry.tile_rect(gap + 1, unit)]
    panel = edge_panel(part, target.edge)
    return place_panel(panel, edge_anchor(target), bounds_of(geometry), theme, ends)


def bounds_of(geometry: Geometry) -> QRectF:
    """Return where panels may be."""
    bounds = QRectF(1, 1, geometry.width - 2, geometry.height - 2)
    if not geometry.aside.isEmpty():
        bounds.setBottom(geometry.aside.top() - 1)
    return bounds


def pass_panel(run: PassState, spec: LabSpec | None, neuron: Neuron) -> Panel:
    """Return the panel of a step of a pass: the arithmetic of one neuron."""
    layer, place = neuron
    part = run.part
    unit = int(part.layers[layer].shown[place])
    title = neuron_title(part, layer, unit)

    def lines(most: int) -> Sequence[Line]:
        if run.is_loss and layer == len(part.layers) - 1:
            return loss_lines(part, spec, run.trace)
        if run.is_backward:
            return backward_lines(part, spec, run.trace, layer, unit, most)
        return forward_lines(part, spec, run.trace, layer, unit, most)

    if not fits(part, run.trace):
        return Panel(title, lambda most: [_only_numbers(run, layer, unit)])
    return Panel(title, lines)


def _only_numbers(run: PassState, layer: int, unit: int) -> Line:
    """Return a neuron's number alone, where the weights have moved since the trace."""
    name = "dL/dz" if run.is_backward else unit_name(run.part, layer, unit)
    return (
        (f"{name} = ", "muted"),
        (number(run.values(layer)[unit]), "text"),
        (f", {_('the weights have changed since')}", "muted"),
    )
