"""The items of the diagram's scene: each paints one thing of the part that is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram import chips, painting
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.edges import EdgeLayer, paint_lines
from layerlab.ui.diagram.formula import number
from layerlab.ui.diagram.geometry import SMALLEST, Geometry
from layerlab.ui.diagram.highlight import (
    Highlight,
    Neuron,
    dimming_of,
    edge_values,
    number_anchor,
    peaks,
)
from layerlab.ui.diagram.panel import PlacedPanel, paint_panel
from layerlab.ui.diagram.thumbs import dots, sprites
from layerlab.ui.plotting.guard import reported
from layerlab.ui.theme import DARK, Theme

Array = np.ndarray

FEW = 12  # columns, whose pictures are put on the screen one by one
FINE = 4.0  # pixels of a neuron's picture in one of the figure it is in


@dataclass
class Picture:
    """What the items draw; the canvas changes it, the items read it when they are painted.

    Attributes:
        part, geometry: the drawn units and where they are; None before the first frame.
        absent: of each layer (n,) bool, whose thumbnail has not come yet.
        sight: what of the arrangement is in sight, in the ViewBox's coordinates. Items paint
            in pixels from its corner.
        theme: colours, fonts, zoom. ratio: device pixels per logical pixel.
        highlight: what stands out.
        panel: the panel of what is hovered, or None.
        is_figure: whether it is painted for a file, from nothing that is kept.
    """

    part: DiagramPart | None = None
    geometry: Geometry | None = None
    absent: Sequence[Array] = ()
    sight: QRectF = field(default_factory=QRectF)
    theme: Theme = DARK
    ratio: float = 1.0
    highlight: Highlight = field(default_factory=Highlight)
    panel: PlacedPanel | None = None
    is_figure: bool = False


class SightItem(pg.GraphicsObject):
    """An item that covers what is in sight, and paints in pixels from its corner."""

    def __init__(self, picture: Picture, depth: float) -> None:
        super().__init__()
        self.picture = picture
        self.setZValue(depth)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Return what is in sight."""
        return self.picture.sight

    @reported
    def paint(self, painter: QPainter, *args: object) -> None:
        """Paint, if there is a network."""
        picture = self.picture
        if picture.part is None or picture.geometry is None:
            return
        painter.translate(picture.sight.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, picture, picture.part, picture.geometry)

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the network's part. Abstract."""
        raise NotImplementedError


class EdgeItem(pg.ImageItem):
    """All edges in sight as one image; `LineItem` takes its place in a figure."""

    def __init__(self, picture: Picture, depth: float) -> None:
        super().__init__(axisOrder="row-major")
        self.picture = picture
        self.layer = EdgeLayer()
        self._placed: object = None
        self.setZValue(depth)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def refresh(self) -> None:
        """Colour the edges by the values of now."""
        picture = self.picture
        if picture.part is None or picture.geometry is None or picture.is_figure:
            return
        values = edge_values(picture.part, picture.highlight)
        dimming = dimming_of(picture.part, picture.highlight)
        strongest = peaks(picture.part, picture.geometry, picture.highlight)
        pixels = self.layer.pixels(
            picture.geometry, values, picture.theme, picture.ratio, dimming, strongest
        )
        self.setImage(pixels, autoLevels=False)
        if (pixels.shape, picture.sight) != self._placed:
            self._placed = pixels.shape, picture.sight
            self.setRect(picture.sight)

    def render(self) -> None:
        """Wrap the pixels as they are: premultiplied, which pyqtgraph takes nothing for."""
        height, width = self.image.shape
        self.qimage = QImage(
            self.image.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
        )
        self._renderRequired = self._unrenderable = False

    @reported
    def paint(self, painter: QPainter, *args: object) -> None:
        """Paint the image."""
        if self.picture.part is not None and not self.picture.is_figure:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            super().paint(painter, *args)


class LineItem(SightItem):
    """All edges in sight as lines, for a figure alone."""

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the lines."""
        if picture.is_figure:
            values = edge_values(part, picture.highlight)
            dimming = dimming_of(part, picture.highlight)
            strongest = peaks(part, geometry, picture.highlight)
            paint_lines(painter, geometry, values, picture.theme, dimming, strongest)


class GroundItem(SightItem):
    """What does not change between frames: empty tiles, skip arcs, marks of folded units.

    Its picture is kept here and not by `DeviceCoordinateCache`, whose pictures share ten
    megabytes with all others: a diagram on a large screen would be repainted each frame.
    """

    def __init__(self, picture: Picture, depth: float) -> None:
        super().__init__(picture, depth)
        self._pixmap: QPixmap | None = None
        self._key: object = None

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the kept picture, or everything into a figure."""
        if picture.is_figure:
            painting.draw_ground(painter, part, geometry, picture.theme)
            return
        key = (geometry, picture.theme, picture.ratio)
        if self._pixmap is None or key != self._key:
            self._pixmap = painting.paint_ground(part, geometry, picture.theme, picture.ratio)
            self._key = key
        painter.drawPixmap(QPointF(0, 0), self._pixmap)


class NeuronItem(SightItem):
    """What all neurons in sight compute, and the borders of the dead ones."""

    def __init__(self, picture: Picture, depth: float) -> None:
        super().__init__(picture, depth)
        self._pixels = np.zeros((1, 1), np.uint32)
        self._drawn: dict[int, Array] = {}
        self._key: object = None

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint all thumbnails as one image; a layer is redrawn when its values change."""
        ratio = FINE if picture.is_figure else picture.ratio
        key = (geometry, picture.theme, ratio)
        if key != self._key:
            size = round(geometry.height * ratio), round(geometry.width * ratio)
            self._pixels = np.zeros((max(1, size[0]), max(1, size[1])), np.uint32)
            self._drawn.clear()
            self._key = key
        self._renew(picture, part, geometry, ratio)
        height, width = self._pixels.shape
        image = QImage(
            self._pixels.data,
            width,
            height,
            4 * width,
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if picture.is_figure or len(geometry.columns) > FEW:  # in a figure it is one picture
            painter.drawImage(QRectF(0, 0, width / ratio, height / ratio), image)
        else:  # what lies between the columns is empty
            for column in geometry.columns:
                left = max(0, round((column.x - column.tile / 2) * ratio) - 1)
                wide = min(width - left, round(column.tile * ratio) + 2)
                if wide > 0 and len(column.ys):
                    target = QRectF(left / ratio, 0, wide / ratio, height / ratio)
                    painter.drawImage(target, image, QRectF(left, 0, wide, height))
        painting.paint_dead(painter, part, geometry, picture.theme)

    def _renew(
        self, picture: Picture, part: DiagramPart, geometry: Geometry, ratio: float
    ) -> None:
        """Draw the thumbnails of layers whose values have changed."""
        theme = picture.theme
        dotted: dict[int, list[int]] = {}  # layers by the side of their dots
        for i, column in enumerate(part.layers):
            if i in self._drawn and np.array_equal(self._drawn[i], column.thumbs):
                continue
            self._drawn[i] = column.thumbs
            tile = geometry.columns[i].tile
            if tile < SMALLEST:
                dotted.setdefault(max(1, round(tile * ratio)), []).append(i)
                continue
            inset = max(1.0, round(tile * 0.11))
            side = max(1, round((tile - 2 * inset) * ratio))
            line = min(2.2 * theme.zoom, max(1.2, tile / 20)) * ratio
            ink = painting.layer_ink(part, i, theme)
            drawn = sprites(
                column.form, column.thumbs, side, side, ink, theme, line, column.span
            )
            if len(picture.absent) > i:
                drawn[picture.absent[i]] = 0
            self._put(geometry, i, drawn, inset, ratio)
        for side, layers in dotted.items():
            found = dots([part.layers[i].thumbs for i in layers], side, theme)
            for i, drawn in zip(layers, found, strict=True):
                self._put(geometry, i, drawn, 0.0, ratio)

    def _put(
        self, geometry: Geometry, layer: int, drawn: Array, inset: float, ratio: float
    ) -> None:
        """Put the thumbnails of a layer into their tiles, as far as these are in sight."""
        rows, columns = self._pixels.shape
        for place, sprite in enumerate(drawn):
            rect = geometry.tile_rect(layer, place)
            x, y = round((rect.x() + inset) * ratio), round((rect.y() + inset) * ratio)
            high, wide = sprite.shape
            if x >= 0 <= y and x + wide <= columns and y + high <= rows:
                self._pixels[y : y + high, x : x + wide] = sprite
                continue
            top, left = max(0, -y), max(0, -x)
            bottom, right = min(high, rows - y), min(wide, columns - x)
            if top < bottom and left < right:
                target = self._pixels[y + top : y + bottom, x + left : x + right]
                target[:] = sprite[top:bottom, left:right]


class TextItem(SightItem):
    """Labels beside inputs and outputs, and the chips below the layers."""

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the texts."""
        theme = picture.theme
        labels = chips.outer_labels(part, geometry, theme)
        chips.paint_labels(painter, labels, geometry, theme)
        chips.paint_chips(painter, part, geometry, theme)


class MarkItem(SightItem):
    """What a pass has come to, and rings around what is hovered or focused."""

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint numbers, pulses and rings."""
        highlight = picture.highlight
        if highlight.run is not None:
            _paint_pass(painter, geometry, picture.theme, highlight.run)
        _paint_rings(painter, part, geometry, picture.theme, highlight)


class PanelItem(SightItem):
    """The panel of what is hovered; never in a figure."""

    def draw(
        self, painter: QPainter, picture: Picture, part: DiagramPart, geometry: Geometry
    ) -> None:
        """Paint the panel."""
        if picture.panel is not None and not picture.is_figure:
            paint_panel(painter, picture.panel, picture.theme)


def _paint_rings(
    painter: QPainter,
    part: DiagramPart,
    geometry: Geometry,
    theme: Theme,
    highlight: Highlight,
) -> None:
    def ring(neuron: Neuron, token: str, width: float, opacity: float = 1.0) -> None:
        rect = geometry.tile_rect(*neuron)
        if highlight.run is not None:
            rect = number_anchor(highlight.run, geometry, neuron, theme)
        pen = QPen(theme.color(token, opacity), width * theme.zoom)
        radius = painting.corner(geometry.columns[neuron[0]].tile)
        painting.paint_ring(painter, rect, radius, pen)

    if highlight.edge is not None:
        gap, source, unit = highlight.edge
        token = "negative" if part.edges[gap][source, unit] < 0 else "positive"
        color, width = theme.color(token), 2.6 * theme.zoom
        painting.paint_edge(painter, geometry, highlight.edge, color, width)
        ring((gap, source), "text", 1.2, 0.8)
        ring((gap + 1, unit), "text", 1.2, 0.8)
    if highlight.neuron is not None:
        ring(highlight.neuron, "text", 1.4)
    if highlight.focused is not None:
        ring(highlight.focused, "accent", 2.0)


def _paint_pass(painter: QPainter, geometry: Geometry, theme: Theme, run: PassState) -> None:
    """Draw the numbers that are known by now, and the pulse."""
    part, end = run.part, float(geometry.height)
    if geometry.is_zoomed:
        end = chips.above_chips(geometry, theme).bottom()
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
                text = number(value)
                rect = painting.number_rect(geometry, (layer, place), text, theme)
                if rect.bottom() <= end:  # else the strip of chips would cut it
                    painting.paint_number(painter, rect, text, value, peak, theme)
            else:
                rect = geometry.tile_rect(layer, place)
                painting.paint_level(painter, rect, value, peak, theme)
    if run.gap is not None and run.share < 1.0:
        share = 1.0 - run.share if run.is_backward else run.share
        painting.paint_pulse(painter, geometry, run.gap, run.carried(run.gap), share, theme)
