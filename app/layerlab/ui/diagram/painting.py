"""Paints tiles, skip arcs, marks of folded units, pulses and numbers."""

from __future__ import annotations

import itertools
import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from layerlab.core.frames import DiagramPart
from layerlab.core.translation import _
from layerlab.ui.diagram.chips import LEFT
from layerlab.ui.diagram.geometry import SMALLEST, Column, Geometry
from layerlab.ui.plotting.writing import WHOLE
from layerlab.ui.theme import Theme

Array = np.ndarray

CENTER = Qt.AlignmentFlag.AlignCenter | WHOLE


def layer_ink(part: DiagramPart, layer: int, theme: Theme) -> QColor:
    """Return the colour of a layer's curves: the ramp inside, quiet at the inputs."""
    if layer == 0:
        return theme.color("muted")
    if layer == len(part.layers) - 1:
        return theme.color("accent")
    return theme.layer_color(layer - 1, len(part.layers) - 2)


def corner(tile: float) -> float:
    """Return the radius of a tile's corners."""
    return min(0.18 * tile, 10.0) if tile >= SMALLEST else 0.5 * tile


def paint_ground(part: DiagramPart, geometry: Geometry, theme: Theme, ratio: float) -> QPixmap:
    """Return a picture of what never changes, see `draw_ground`."""
    pixmap = QPixmap(
        max(1, round(geometry.width * ratio)), max(1, round(geometry.height * ratio))
    )
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        draw_ground(painter, part, geometry, theme)
    return pixmap


def draw_ground(painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme) -> None:
    """Paint what never changes: skip arcs, empty tiles, marks of folded units."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_skips(painter, part, geometry, theme)
    for layer, column in enumerate(geometry.columns):
        radius = corner(column.tile)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("raised"))
        for place in range(len(column.ys)):
            rect = geometry.tile_rect(layer, place)
            if column.tile < SMALLEST:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(rect)
            else:
                painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        _paint_fold(painter, column, geometry, theme)
    _paint_fold_note(painter, part, geometry, theme)


def _paint_skips(
    painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme
) -> None:
    """Draw a thin arc around each layer that its input passes by unchanged."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("accent", 0.55), max(1.0, 1.1 * theme.zoom)))
    for hidden, skips in enumerate(part.skips):
        if not skips:
            continue
        a, b = geometry.columns[hidden], geometry.columns[hidden + 1]
        if not len(a.ys) or not len(b.ys) or a.units[0] or b.units[0]:
            continue  # their upper ends are out of sight
        tops = float(a.ys[0]) - a.tile / 2, float(b.ys[0]) - b.tile / 2
        top = min(tops)
        lift = min(0.3 * geometry.pitch, max(3.0, min(16 * theme.zoom, top - 2.0)))
        start = QPointF(a.x + 0.2 * a.tile, tops[0] - 1)
        end = QPointF(b.x - 0.2 * b.tile, tops[1] - 1)
        path = QPainterPath(start)
        path.cubicTo(
            QPointF(start.x() + 0.1 * geometry.pitch, top - 1.3 * lift),
            QPointF(end.x() - 0.1 * geometry.pitch, top - 1.3 * lift),
            end,
        )
        painter.drawPath(path)


def _paint_fold(painter: QPainter, column: Column, geometry: Geometry, theme: Theme) -> None:
    """Draw three dots, and beside them how many units are not drawn."""
    x, y, folded = column.x, column.fold_y, column.folded
    if y is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("muted"))
    dot = max(0.7, 1.2 * theme.zoom * min(1.0, column.tile / 12))
    for step in (-1, 0, 1):
        painter.drawEllipse(QPointF(x, y + 3.4 * dot * step), dot, dot)
    painter.setFont(theme.font(10))
    metrics = QFontMetricsF(painter.font())
    for text in (_("+ {count} more", count=folded), f"+{folded}"):
        size = metrics.horizontalAdvance(text)
        if size <= _fold_room(geometry, theme):
            at_end = x + size + 10 * theme.zoom > geometry.width
            left = x - size - 7 * theme.zoom if at_end else x + 7 * theme.zoom
            rect = QRectF(left, y - 7 * theme.zoom, size + 2, 14 * theme.zoom)
            painter.setBrush(theme.color("panel", 0.85))
            painter.drawRoundedRect(rect.adjusted(-2, 0, 2, 0), 4, 4)
            painter.setPen(theme.color("muted"))
            painter.drawText(rect, LEFT, text)
            return


def _fold_room(geometry: Geometry, theme: Theme) -> float:
    """Return the room beside a column for the number of units that are not drawn."""
    return geometry.pitch * 0.8 - 12 * theme.zoom


def _paint_fold_note(
    painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme
) -> None:
    """Write once how many units are drawn, where the columns have no room to write it each."""
    painter.setFont(theme.font(10))
    metrics = QFontMetricsF(painter.font())
    folds = [c for c in geometry.columns if c.folded]
    if (
        geometry.is_zoomed
        or not folds
        or metrics.horizontalAdvance("+88") <= _fold_room(geometry, theme)
    ):
        return
    inner = {(len(layer.shown), layer.size) for layer in part.layers[1:-1]}
    drawn, size = next(iter(inner)) if len(inner) == 1 else (0, 0)
    text = (
        _("{drawn} of {size} neurons of each layer are drawn", drawn=drawn, size=size)
        if drawn
        else _("not all are drawn")
    )
    low = max(float(c.fold_y or 0.0) for c in folds) + 8 * theme.zoom
    room = QRectF(
        0, min(low, geometry.chip_top - 16 * theme.zoom), geometry.width, 14 * theme.zoom
    )
    painter.setPen(theme.color("muted"))
    painter.drawText(room, CENTER, text)


def dashed_pen(theme: Theme, tile: float) -> QPen:
    """Return the pen around a dead neuron."""
    pen = QPen(theme.color("warning"), max(1.0, min(1.5, tile / 16) * theme.zoom))
    pen.setDashPattern([2.6, 2.0])
    return pen


def paint_dead(painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme) -> None:
    """Draw the dashed border of every neuron that is active for no input."""
    for layer, column in enumerate(part.layers):
        tile = geometry.columns[layer].tile
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(dashed_pen(theme, tile))
        radius = corner(tile)
        for place in np.flatnonzero(column.dead):
            rect = geometry.tile_rect(layer, int(place))
            if tile < SMALLEST:
                painter.setBrush(theme.color("warning"))
                painter.drawEllipse(rect)
            else:
                painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def paint_ring(painter: QPainter, rect: QRectF, radius: float, pen: QPen) -> None:
    """Draw a ring around a neuron: hovered, or in keyboard focus."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRoundedRect(rect.adjusted(-1.5, -1.5, 1.5, 1.5), radius + 1.5, radius + 1.5)


def paint_edge(
    painter: QPainter,
    geometry: Geometry,
    edge: tuple[int, int, int],
    color: QColor,
    width: float,
) -> None:
    """Draw one edge on top of the others."""
    gap, source, unit = edge
    points = [geometry.edge_point(gap, source, unit, i / 28) for i in range(29)]
    painter.setPen(QPen(color, width, c=Qt.PenCapStyle.RoundCap))
    painter.drawLines([QLineF(a, b) for a, b in itertools.pairwise(points)])


def paint_pulse(
    painter: QPainter,
    geometry: Geometry,
    gap: int,
    values: Array,
    share: float,
    theme: Theme,
    most: int = 48,
) -> None:
    """Draw dots that run along the strongest edges of a gap.

    Args:
        painter: paints on the canvas.
        geometry: the arrangement.
        gap: the gap.
        values: (n_from, n_to) what the edges carry; sign gives the colour, size the dot.
        share: how far the dots are, 0 at the sources to 1.
        theme: colours.
        most: dots at most.
    """
    if not values.size:
        return  # out of sight
    sizes = np.abs(np.nan_to_num(values))
    peak = float(sizes.max(initial=0.0)) or 1.0
    painter.setPen(Qt.PenStyle.NoPen)
    for flat in np.argsort(-sizes, axis=None)[:most]:
        source, unit = divmod(int(flat), values.shape[1])
        strength = float(sizes[source, unit]) / peak
        point = geometry.edge_point(gap, source, unit, share)
        token = "negative" if values[source, unit] < 0 else "positive"
        radius = (1.0 + 2.2 * math.sqrt(strength)) * theme.zoom
        painter.setBrush(theme.color(token, 0.25))
        painter.drawEllipse(point, 1.9 * radius, 1.9 * radius)
        painter.setBrush(theme.color(token))
        painter.drawEllipse(point, radius, radius)


def number_rect(geometry: Geometry, neuron: tuple[int, int], text: str, theme: Theme) -> QRectF:
    """Return the room of a neuron's number: over its tile, away from labels beside it."""
    zoom, layer = theme.zoom, neuron[0]
    rect = geometry.tile_rect(*neuron)
    words = QFontMetricsF(theme.font(10, 600)).horizontalAdvance(text)
    width = max(rect.width(), words + 7 * zoom)
    height = max(min(rect.height(), 22 * zoom), 14 * zoom)
    x = rect.center().x() - width / 2
    if layer == 0:
        x = rect.left()
    elif layer == len(geometry.columns) - 1:
        x = rect.right() - width
    return QRectF(x, rect.center().y() - height / 2, width, height)


def paint_number(
    painter: QPainter, room: QRectF, text: str, value: float, peak: float, theme: Theme
) -> None:
    """Draw a number on a small ground, tinted by its sign and size."""
    zoom = theme.zoom
    painter.setFont(theme.font(10, 600))
    share = min(1.0, abs(value) / peak) if math.isfinite(value) and peak > 0 else 0.0
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("panel"))
    painter.drawRoundedRect(room, 4 * zoom, 4 * zoom)
    painter.setBrush(theme.color("negative" if value < 0 else "positive", 0.08 + 0.42 * share))
    painter.drawRoundedRect(room, 4 * zoom, 4 * zoom)
    painter.setPen(theme.color("text"))
    painter.drawText(room, CENTER, text)


def number_room(geometry: Geometry, layer: int, theme: Theme) -> bool:
    """Return whether a layer's neurons have room for numbers."""
    zoom = theme.zoom
    return geometry.columns[layer].row >= 13 * zoom and geometry.pitch >= 46 * zoom


def paint_level(
    painter: QPainter, rect: QRectF, value: float, peak: float, theme: Theme
) -> None:
    """Fill a small tile with the colour of its number, where digits have no room."""
    share = min(1.0, abs(value) / peak) if math.isfinite(value) and peak > 0 else 0.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(rect, 2, 2)
    painter.setBrush(theme.color("negative" if value < 0 else "positive", 0.15 + 0.85 * share))
    painter.drawRoundedRect(rect, 2, 2)
