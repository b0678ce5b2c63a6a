"""Composes the diagram's picture and keeps what does not change between frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram import chips, painting
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.edges import DIMMED, EdgeLayer, fan, paint_lines
from layerlab.ui.diagram.formula import number
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.keyboard import Neuron
from layerlab.ui.diagram.thumbs import as_image, dots, sprites
from layerlab.ui.theme import Theme

Array = np.ndarray
Edge = tuple[int, int, int]  # gap, drawn place of the source, of the unit


FINE = 4.0  # pixels of a neuron's picture in one of the figure it is in
SMALLEST = 8.0  # pixels; smaller tiles are dots


@dataclass(frozen=True, eq=False)
class Look:
    """What is in focus.

    Attributes:
        neuron: the hovered neuron, or None.
        edge: the hovered or edited edge, or None.
        focused: the neuron with the keyboard's focus, or None.
        run: the animated pass, or None while the view is live.
    """

    neuron: Neuron | None = None
    edge: Edge | None = None
    focused: Neuron | None = None
    run: PassState | None = None


class Scene:
    """Paints a network; the ground, the edges' raster and unchanged thumbnails are kept."""

    def __init__(self) -> None:
        self._edges = EdgeLayer()
        self._ground: QPixmap | None = None
        self._ground_key: object = None
        self._pixels = np.zeros((1, 1), np.uint32)
        self._drawn: dict[int, Array] = {}

    def rest(self) -> None:
        """Take little memory while nobody looks."""
        self._edges.rest()

    def paint(
        self,
        painter: QPainter,
        part: DiagramPart,
        geometry: Geometry,
        theme: Theme,
        ratio: float,
        look: Look,
    ) -> None:
        """Paint everything but panels.

        Args:
            painter: paints on the canvas, in logical pixels.
            part: the network.
            geometry: its arrangement.
            theme: colours, fonts, zoom.
            ratio: device pixels per logical pixel.
            look: what is in focus.
        """
        key = (geometry, theme, ratio)
        if self._ground is None or key != self._ground_key:
            self._ground = painting.paint_ground(part, geometry, theme, ratio)
            self._ground_key = key
            self._drawn.clear()
            size = round(geometry.height * ratio), round(geometry.width * ratio)
            self._pixels = np.zeros((max(1, size[0]), max(1, size[1])), np.uint32)
        values = part.edges if look.run is None else look.run.edge_values()
        edges = self._edges.image(geometry, values, theme, ratio, _bright(part, look))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QPointF(0, 0), edges)
        painter.drawPixmap(QPointF(0, 0), self._ground)
        self._paint_rest(painter, part, geometry, theme, ratio, look)

    def paint_figure(
        self, painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme, look: Look
    ) -> None:
        """Paint everything as lines and texts, for a file; neurons' pictures are images."""
        values = part.edges if look.run is None else look.run.edge_values()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_lines(painter, geometry, values, theme, _bright(part, look))
        painting.draw_ground(painter, part, geometry, theme)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = round(geometry.height * FINE), round(geometry.width * FINE)
        self._pixels = np.zeros((max(1, size[0]), max(1, size[1])), np.uint32)
        self._drawn.clear()
        self._paint_rest(painter, part, geometry, theme, FINE, look)
        self._ground_key = None  # the next one of the screen begins anew

    def _paint_rest(
        self,
        painter: QPainter,
        part: DiagramPart,
        geometry: Geometry,
        theme: Theme,
        ratio: float,
        look: Look,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_thumbs(painter, part, geometry, theme, ratio)
        painting.paint_dead(painter, part, geometry, theme)
        chips.paint_labels(painter, chips.outer_labels(part, geometry, theme), theme)
        chips.paint_chips(painter, part, geometry, theme)
        if look.run is not None:
            _paint_pass(painter, geometry, theme, look.run)
        _paint_rings(painter, part, geometry, theme, look)

    def _paint_thumbs(
        self,
        painter: QPainter,
        part: DiagramPart,
        geometry: Geometry,
        theme: Theme,
        ratio: float,
    ) -> None:
        """Draw all thumbnails as one image; a layer is drawn anew when its values change."""
        inset = max(1.0, round(geometry.tile * 0.11)) if geometry.tile >= SMALLEST else 0.0
        side = max(1, round((geometry.tile - 2 * inset) * ratio))
        stale = [
            i
            for i, column in enumerate(part.layers)
            if i not in self._drawn or not np.array_equal(self._drawn[i], column.thumbs)
        ]
        if geometry.tile < SMALLEST:
            fresh = dots([part.layers[i].thumbs for i in stale], side, theme) if stale else []
        else:
            line = min(2.2 * theme.zoom, max(1.2, geometry.tile / 20)) * ratio
            fresh = [
                sprites(
                    part.layers[i].form,
                    part.layers[i].thumbs,
                    side,
                    side,
                    painting.layer_ink(part, i, theme),
                    theme,
                    line,
                )
                for i in stale
            ]
        for i, drawn in zip(stale, fresh, strict=True):
            self._drawn[i] = part.layers[i].thumbs
            for place, sprite in enumerate(drawn):
                rect = geometry.tile_rect(i, place)
                x, y = round((rect.x() + inset) * ratio), round((rect.y() + inset) * ratio)
                self._pixels[y : y + side, x : x + side] = sprite[
                    : self._pixels.shape[0] - y, : self._pixels.shape[1] - x
                ]
        height, width = self._pixels.shape
        image = QImage(
            self._pixels.data,
            width,
            height,
            4 * width,
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), image)


def _bright(part: DiagramPart, look: Look) -> Sequence[Array | float] | None:
    """Return which edges stand out."""
    if look.run is not None:
        gap = look.run.gap
        if look.neuron is not None and look.run.reached(look.neuron[0]):
            return fan(part, *look.neuron)
        return [1.2 if i == gap else 2 * DIMMED for i in range(len(part.edges))]
    if look.neuron is not None:
        return fan(part, *look.neuron)
    if look.edge is not None:
        bright: list[Array | float] = [2.5 * DIMMED] * len(part.edges)
        return bright
    return None


def _paint_rings(
    painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme, look: Look
) -> None:
    def ring(neuron: Neuron, token: str, width: float, opacity: float = 1.0) -> None:
        rect = geometry.tile_rect(*neuron)
        if look.run is not None:
            rect = number_anchor(look.run, geometry, neuron, theme)
        pen = QPen(theme.color(token, opacity), width * theme.zoom)
        painting.paint_ring(painter, rect, painting.corner(geometry), pen)

    if look.edge is not None:
        gap, source, unit = look.edge
        token = "negative" if part.edges[gap][source, unit] < 0 else "positive"
        painting.paint_edge(painter, geometry, look.edge, theme.color(token), 2.6 * theme.zoom)
        ring((gap, source), "text", 1.2, 0.8)
        ring((gap + 1, unit), "text", 1.2, 0.8)
    if look.neuron is not None:
        ring(look.neuron, "text", 1.4)
    if look.focused is not None:
        ring(look.focused, "accent", 2.0)


def number_anchor(run: PassState, geometry: Geometry, neuron: Neuron, theme: Theme) -> QRectF:
    """Return what a neuron fills during a pass: its number if it has one, else its tile."""
    layer, place = neuron
    if not run.reached(layer) or not painting.number_room(geometry, layer, theme):
        return geometry.tile_rect(*neuron)
    told = number(float(run.values(layer)[run.part.layers[layer].shown[place]]))
    return painting.number_rect(geometry, neuron, told, theme)


def _paint_pass(painter: QPainter, geometry: Geometry, theme: Theme, run: PassState) -> None:
    """Draw the numbers that are known by now, and the pulse."""
    part = run.part
    for layer, column in enumerate(part.layers):
        if not run.reached(layer):
            continue
        values = run.values(layer)
        finite = np.abs(values[np.isfinite(values)])
        peak = float(finite.max(initial=0.0))
        room = painting.number_room(geometry, layer, theme)
        for place, unit in enumerate(column.shown):
            value = float(values[unit])
            if room:
                told = number(value)
                rect = painting.number_rect(geometry, (layer, place), told, theme)
                painting.paint_number(painter, rect, told, value, peak, theme)
            else:
                rect = geometry.tile_rect(layer, place)
                painting.paint_level(painter, rect, value, peak, theme)
    if run.gap is not None and run.share < 1.0:
        share = 1.0 - run.share if run.is_backward else run.share
        painting.paint_pulse(painter, geometry, run.gap, run.carried(run.gap), share, theme)


def enlarged(
    part: DiagramPart, neuron: Neuron, width: float, height: float, theme: Theme, ratio: float
) -> QImage:
    """Return the thumbnail of one drawn neuron at another size, in logical pixels."""
    layer, place = neuron
    column = part.layers[layer]
    ink = painting.layer_ink(part, layer, theme)
    size = max(8, round(width * ratio)), max(8, round(height * ratio))
    line = 1.8 * theme.zoom * ratio
    # All of the layer's units are drawn, so that the scale stays the layer's own.
    drawn = sprites(column.form, column.thumbs, *size, ink, theme, line)
    return as_image(drawn[place], ratio)
