"""Paints the parts of the diagram that are not edges: tiles, labels, chips, pulses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from app.core.frames import DiagramPart
from app.ui.diagram.formula import Span, number, short
from app.ui.diagram.geometry import LABEL_LIMIT, LINE_HEIGHT, Geometry
from app.ui.theme import Theme

Array = np.ndarray

CENTER = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def layer_ink(part: DiagramPart, layer: int, theme: Theme) -> QColor:
    """Return the colour of a layer's curves: the ramp inside, quiet at the inputs."""
    if layer == 0:
        return theme.color("muted")
    if layer == len(part.layers) - 1:
        return theme.color("accent")
    return theme.layer_color(layer - 1, len(part.layers) - 2)


def corner(geometry: Geometry) -> float:
    """Return the radius of a tile's corners."""
    return geometry.tile * (0.18 if geometry.tile >= 8 else 0.5)


def paint_ground(part: DiagramPart, geometry: Geometry, theme: Theme, ratio: float) -> QPixmap:
    """Return what never changes: skip arcs, empty tiles, marks of folded units."""
    pixmap = QPixmap(
        max(1, round(geometry.width * ratio)), max(1, round(geometry.height * ratio))
    )
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_skips(painter, part, geometry, theme)
    radius = corner(geometry)
    for layer, column in enumerate(geometry.columns):
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("raised"))
        for place in range(len(column.ys)):
            rect = geometry.tile_rect(layer, place)
            if geometry.tile < 8:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(rect)
            else:
                painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        _paint_fold(painter, column.x, column.fold_y, column.folded, geometry, theme)
    _paint_fold_note(painter, part, geometry, theme)
    painter.end()
    return pixmap


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
        top = min(float(a.ys[0]), float(b.ys[0])) - geometry.tile / 2
        lift = min(0.3 * geometry.pitch, max(3.0, min(16 * theme.zoom, top - 2.0)))
        start = QPointF(a.x + 0.2 * geometry.tile, float(a.ys[0]) - geometry.tile / 2 - 1)
        end = QPointF(b.x - 0.2 * geometry.tile, float(b.ys[0]) - geometry.tile / 2 - 1)
        path = QPainterPath(start)
        path.cubicTo(
            QPointF(start.x() + 0.1 * geometry.pitch, top - 1.3 * lift),
            QPointF(end.x() - 0.1 * geometry.pitch, top - 1.3 * lift),
            end,
        )
        painter.drawPath(path)


def _paint_fold(
    painter: QPainter, x: float, y: float | None, folded: int, geometry: Geometry, theme: Theme
) -> None:
    """Draw three dots, and beside them how many units are not drawn."""
    if y is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("muted"))
    dot = max(0.7, 1.2 * theme.zoom * min(1.0, geometry.tile / 12))
    for step in (-1, 0, 1):
        painter.drawEllipse(QPointF(x, y + 3.4 * dot * step), dot, dot)
    painter.setFont(theme.font(10))
    metrics = QFontMetricsF(painter.font())
    for text in (f"+ {folded} more", f"+{folded}"):
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
    """Say once how many units are drawn, where the columns have no room to say it each."""
    painter.setFont(theme.font(10))
    metrics = QFontMetricsF(painter.font())
    folds = [c for c in geometry.columns if c.folded]
    if not folds or metrics.horizontalAdvance("+88") <= _fold_room(geometry, theme):
        return
    inner = {(len(layer.shown), layer.size) for layer in part.layers[1:-1]}
    drawn, size = next(iter(inner)) if len(inner) == 1 else (0, 0)
    text = (
        f"{drawn} of {size} neurons of each layer are drawn" if drawn else "not all are drawn"
    )
    low = max(float(c.fold_y or 0.0) for c in folds) + 8 * theme.zoom
    room = QRectF(
        0, min(low, geometry.chip_top - 16 * theme.zoom), geometry.width, 14 * theme.zoom
    )
    painter.setPen(theme.color("muted"))
    painter.drawText(room, CENTER, text)


def dashed_pen(theme: Theme, geometry: Geometry) -> QPen:
    """Return the pen around a dead neuron."""
    pen = QPen(theme.color("warning"), max(1.0, min(1.5, geometry.tile / 16) * theme.zoom))
    pen.setDashPattern([2.6, 2.0])
    return pen


def paint_dead(painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme) -> None:
    """Draw the dashed border of every neuron that answers no input."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(dashed_pen(theme, geometry))
    radius = corner(geometry)
    for layer, column in enumerate(part.layers):
        for place in np.flatnonzero(column.dead):
            rect = geometry.tile_rect(layer, int(place))
            if geometry.tile < 8:
                painter.setBrush(theme.color("warning"))
                painter.drawEllipse(rect)
            else:
                painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def outer_labels(
    part: DiagramPart, geometry: Geometry, theme: Theme
) -> list[tuple[QRectF, str, str, tuple[int, int] | None]]:
    """Return labels beside inputs and outputs: room, text, side, and whose bias it is."""
    found: list[tuple[QRectF, str, str, tuple[int, int] | None]] = []
    zoom = theme.zoom
    row = _row_height(geometry, 0)
    high = 13 * zoom
    first, last = part.layers[0], part.layers[-1]
    if first.labels and first.size > 1 and row >= 0.8 * high:
        for place, text in enumerate(first.labels[: len(first.shown)]):
            tile = geometry.tile_rect(0, place)
            room = QRectF(2, tile.center().y() - high / 2, tile.left() - 6 * zoom, high)
            found.append((room, text, "right", None))
    end = len(part.layers) - 1
    if last.size > 1 and _row_height(geometry, end) >= 0.8 * high:
        metrics = QFontMetricsF(theme.font(10.5))
        widest = max((metrics.horizontalAdvance(t) for t in last.labels), default=0.0)
        widest = min(widest + 6 * zoom if widest else 0.0, LABEL_LIMIT * zoom)
        for place, unit in enumerate(last.shown):
            tile = geometry.tile_rect(end, place)
            x, y = tile.right() + 5 * zoom, tile.center().y() - high / 2
            if last.labels:
                label = last.labels[place if len(last.labels) == len(last.shown) else int(unit)]
                found.append((QRectF(x, y, widest, high), label, "left", None))
            room = QRectF(x + widest, y, geometry.width - x - widest, high)
            text = f"b = {short(float(last.bias[place]))}"
            found.append((room, text, "left", (end, place)))
    return found


def _row_height(geometry: Geometry, layer: int) -> float:
    ys = geometry.columns[layer].ys
    return float(np.min(np.diff(ys))) if len(ys) > 1 else 100.0


def paint_labels(
    painter: QPainter,
    labels: Sequence[tuple[QRectF, str, str, tuple[int, int] | None]],
    theme: Theme,
) -> None:
    """Draw the labels beside inputs and outputs."""
    painter.setFont(theme.font(10.5))
    metrics = QFontMetricsF(painter.font())
    for room, text, side, bias_of in labels:
        painter.setPen(theme.color("text" if bias_of is None else "muted"))
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, RIGHT if side == "right" else LEFT, text)


def chip_rows(part: DiagramPart, layer: int, geometry: Geometry) -> list[list[Span]]:
    """Return the chip below a layer: rows of coloured text."""
    column = part.layers[layer]
    size, name = column.size, column.name
    hidden = 0 < layer < len(part.layers) - 1
    parameters = f"{column.parameters:,}".replace(",", " ")  # a narrow space
    if layer == 0:
        return [[(name, "bold")], [(f"{size} input" + "s" * (size > 1), "muted")]]
    if not hidden:
        bias = number(column.bias[0]) if len(column.bias) else "none"
        told = f"b = {bias}" if size == 1 else f"{size} outputs"
        rows = [[(name if size == 1 else f"{name} · {size}", "bold")], [(told, "muted")]]
        return [*rows, [(_parameters(parameters, geometry), "faint")]]
    share = 100 * column.dead_share
    dead = f"{share:.0f} % dead" if share == 0 or share >= 1 else "< 1 % dead"
    tone = "warning" if share > 0 else "muted"
    variance = "Var " + (number(column.variance) if math.isfinite(column.variance) else "—")
    head = [(f"{name} · {size}", "bold")]
    if geometry.is_narrow:
        third = (dead, tone) if share > 0 else (_parameters(parameters, geometry), "faint")
        if geometry.chip_lines == 2:  # what is wrong comes first
            return [head, [third if share > 0 else (variance, "muted")]]
        return [head, [(variance, "muted")], [third]]
    last = [(_parameters(parameters, geometry), "faint")]
    return [head, [(f"{variance} · ", "muted"), (dead, tone)], last]


def _parameters(count: str, geometry: Geometry) -> str:
    return f"{count} par." if geometry.is_narrow else f"{count} parameters"


def chip_rect(geometry: Geometry, layer: int, theme: Theme) -> QRectF:
    """Return the room of a layer's chip, moved inwards where it would leave the canvas."""
    width = geometry.chip_width
    x = geometry.columns[layer].x - width / 2
    high = geometry.chip_lines * LINE_HEIGHT * theme.zoom
    return QRectF(x, geometry.chip_top, width, high)


def paint_chips(painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme) -> None:
    """Draw name, size, variance, dead share and parameters below the layers."""
    bold, small = theme.font(11.5, 600), theme.font(10.5)
    bold_metrics, small_metrics = QFontMetricsF(bold), QFontMetricsF(small)
    line = LINE_HEIGHT * theme.zoom
    for layer in geometry.chips:
        room = chip_rect(geometry, layer, theme)
        for i, row in enumerate(chip_rows(part, layer, geometry)[: geometry.chip_lines]):
            is_bold = row[0][1] == "bold"
            metrics = bold_metrics if is_bold else small_metrics
            painter.setFont(bold if is_bold else small)
            widths = [metrics.horizontalAdvance(text) for text, _ in row]
            x = room.center().x() - sum(widths) / 2
            x = min(max(x, 1.0), geometry.width - sum(widths) - 1.0)
            for (text, token), width in zip(row, widths, strict=True):
                painter.setPen(theme.color("text" if is_bold else token))
                painter.drawText(QRectF(x, room.y() + i * line, width + 2, line), LEFT, text)
                x += width


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
    """Tell whether a layer's neurons have room for numbers."""
    zoom = theme.zoom
    return _row_height(geometry, layer) >= 13 * zoom and geometry.pitch >= 46 * zoom


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
