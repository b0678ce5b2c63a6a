"""Weights and biases in numbers, where the view is close enough to read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram.chips import above_chips
from layerlab.ui.diagram.formula import short, sign_token
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.highlight import Edge, Neuron
from layerlab.ui.diagram.items import Picture, SightItem
from layerlab.ui.diagram.layout import NUMBER_ROW
from layerlab.ui.diagram.spacing import LINE_HEIGHT
from layerlab.ui.plotting.writing import WHOLE
from layerlab.ui.theme import Theme

CENTER = Qt.AlignmentFlag.AlignCenter | WHOLE
MAX_NUMBERS = 30  # edges of a gap that get numbers; more would hide the edges themselves
MIN_EDGE_SPACING = 26.0  # pixels at zoom 1 from which on edges are far enough apart
SHARES = (0.68, 0.5, 0.32, 0.59, 0.41, 0.77, 0.23)  # of an edge's way, the best first
WIDEST_NUMBER = "−0.000"  # the room of a number
MIN_GAP_WIDTHS = 2.2  # of how many numbers a gap has to have room


@dataclass(frozen=True, eq=False)
class _NumberPlaces:
    """Where numbers stand in one arrangement.

    Attributes:
        key: what they were chosen for.
        edges: those with a number. rooms: where it stands.
    """

    key: object
    edges: tuple[Edge, ...]
    rooms: tuple[QRectF, ...]


class NumberItem(SightItem):
    """The numbers of the edges and biases in sight.

    Where the numbers stand is chosen once for what is in sight, the strongest weights first,
    so that they stay in their places while the network trains.
    """

    def __init__(self, picture: Picture, depth: float) -> None:
        super().__init__(picture, depth)
        self._places = _NumberPlaces(None, (), ())

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the numbers; of an animated pass, the pass has its own."""
        if not geometry.is_zoomed or picture.highlight.run is not None:
            return
        theme, neuron = picture.theme, picture.highlight.neuron
        painter.setFont(theme.font(10))
        _paint_biases(painter, part, geometry, theme)
        key = (geometry, theme, neuron)
        if key != self._places.key:
            self._places = _NumberPlaces(key, *_choose(part, geometry, theme, neuron))
        radius, metrics = 3 * theme.zoom, QFontMetricsF(painter.font())
        for (gap, source, unit), room in zip(
            self._places.edges, self._places.rooms, strict=True
        ):
            value = float(part.edges[gap][source, unit])
            text = short(value)
            if metrics.horizontalAdvance(text) > room.width():
                continue  # such as 1.2·10⁹ of a network that diverges
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("panel", 0.88))
            painter.drawRoundedRect(room, radius, radius)
            painter.setPen(theme.color(sign_token(value)))
            painter.drawText(room, CENTER, text)


def _paint_biases(
    painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme
) -> None:
    """Write the biases of hidden neurons below their tiles."""
    painter.setPen(theme.color("muted"))
    high, inside = LINE_HEIGHT * theme.zoom, above_chips(geometry, theme)
    metrics = QFontMetricsF(theme.font(10))
    wide = metrics.horizontalAdvance("b = −10.00") + 4
    for layer in range(1, len(part.layers) - 1):
        column = geometry.columns[layer]
        if column.row - column.tile < high or column.row < NUMBER_ROW * theme.zoom:
            continue
        for place, bias in enumerate(part.layers[layer].bias):
            tile = geometry.tile_rect(layer, place)
            room = QRectF(tile.center().x() - wide / 2, tile.bottom() + 1, wide, high)
            text = f"b = {short(float(bias))}"
            if inside.contains(room) and metrics.horizontalAdvance(text) <= room.width():
                painter.drawText(room, CENTER, text)


def _choose(
    part: DiagramPart, geometry: Geometry, theme: Theme, neuron: Neuron | None
) -> tuple[tuple[Edge, ...], tuple[QRectF, ...]]:
    """Return the edges that get a number, and where: none covers another, or a tile."""
    metrics = QFontMetricsF(theme.font(10))
    wide, high = metrics.horizontalAdvance(WIDEST_NUMBER) + 4 * theme.zoom, 13 * theme.zoom
    inside = above_chips(geometry, theme)
    edges: list[Edge] = []
    rooms: list[QRectF] = []
    for gap, weights in enumerate(part.edges):
        start, end = geometry.gap_ends(gap)
        found = _candidates(part, geometry, theme, gap, neuron)
        if end - start < MIN_GAP_WIDTHS * wide or not 0 < len(found) <= MAX_NUMBERS:
            continue
        strength = [abs(float(np.nan_to_num(weights[at]))) for at in found]
        for at in np.argsort([-size for size in strength], kind="stable"):
            source, unit = found[int(at)]
            for share in SHARES:
                middle = geometry.edge_point(gap, source, unit, share)
                room = QRectF(middle - QPointF(wide / 2, high / 2), middle)
                room.setSize(QRectF(0, 0, wide, high).size())
                fits = room.left() > start and room.right() < end and inside.contains(room)
                if fits and not any(room.intersects(other) for other in rooms):
                    edges.append((gap, source, unit))
                    rooms.append(room)
                    break
    return tuple(edges), tuple(rooms)


def _candidates(
    part: DiagramPart, geometry: Geometry, theme: Theme, gap: int, neuron: Neuron | None
) -> list[tuple[int, int]]:
    """Return the edges of a gap that may have numbers: all, or those of a hovered neuron."""
    rows, columns = part.edges[gap].shape
    if neuron is not None:
        layer, place = neuron
        if layer == gap:
            return [(place, unit) for unit in range(columns)]
        return [(source, place) for source in range(rows)] if layer == gap + 1 else []
    several = [c.row for c in geometry.columns[gap : gap + 2] if len(c.ys) > 1]
    if min(several, default=100.0) < MIN_EDGE_SPACING * theme.zoom:
        return []
    return [(source, unit) for source in range(rows) for unit in range(columns)]
