"""The texts around the network: labels of inputs and outputs, a chip below each layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from layerlab.core.frames import DiagramPart
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext
from layerlab.ui.diagram.formula import Span, number, short, unit_label
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.spacing import LABEL_LIMIT, LINE_HEIGHT
from layerlab.ui.plotting.writing import WHOLE
from layerlab.ui.theme import Theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | WHOLE
STRIP = 4.0  # pixels at zoom 1, that a zoomed view's strip of chips begins above them
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | WHOLE


def outer_labels(
    part: DiagramPart, geometry: Geometry, theme: Theme
) -> list[tuple[QRectF, str, str, tuple[int, int] | None]]:
    """Return labels beside inputs and outputs: room, text, side, and whose bias it is."""
    found: list[tuple[QRectF, str, str, tuple[int, int] | None]] = []
    zoom = theme.zoom
    row = geometry.columns[0].row
    high = 13 * zoom
    first, last = part.layers[0], part.layers[-1]
    if first.labels and first.size > 1 and row >= 0.8 * high:
        for place, unit in enumerate(first.shown):
            tile = geometry.tile_rect(0, place)
            left = max(2.0, tile.left() - 4 * zoom - LABEL_LIMIT * zoom)
            room = QRectF(left, tile.center().y() - high / 2, 0, high)
            room.setRight(tile.left() - 4 * zoom)
            if room.width() <= 0:
                continue  # it is at the view's end
            found.append((room, unit_label(part, 0, int(unit)), "right", None))
    end = len(part.layers) - 1
    if last.size > 1 and geometry.columns[end].row >= 0.8 * high:
        metrics = QFontMetricsF(theme.font(10.5))
        widest = max((metrics.horizontalAdvance(t) for t in last.labels), default=0.0)
        widest = min(widest + 6 * zoom if widest else 0.0, LABEL_LIMIT * zoom)
        for place, unit in enumerate(last.shown):
            tile = geometry.tile_rect(end, place)
            x, y = tile.right() + 5 * zoom, tile.center().y() - high / 2
            if last.labels:
                label = unit_label(part, end, int(unit))
                found.append((QRectF(x, y, widest, high), label, "left", None))
            room = QRectF(x + widest, y, geometry.width - x - widest, high)
            text = f"b = {short(float(last.bias[place]))}"
            found.append((room, text, "left", (end, place)))
    return found


def above_chips(geometry: Geometry, theme: Theme) -> QRectF:
    """Return the part of a zoomed view above the strip of chips."""
    return QRectF(0, 0, geometry.width, geometry.chip_top - STRIP * theme.zoom)


def paint_labels(
    painter: QPainter,
    labels: Sequence[tuple[QRectF, str, str, tuple[int, int] | None]],
    geometry: Geometry,
    theme: Theme,
) -> None:
    """Draw the labels beside inputs and outputs; when zoomed, those that are in sight."""
    painter.setFont(theme.font(10.5))
    metrics = QFontMetricsF(painter.font())
    for room, text, side, bias_of in labels:
        if geometry.is_zoomed and (
            metrics.horizontalAdvance(text) > room.width() + 1
            or not above_chips(geometry, theme).contains(room)
        ):
            continue  # cut off by the view's end: it can be moved
        painter.setPen(theme.color("text" if bias_of is None else "muted"))
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, RIGHT if side == "right" else LEFT, text)


def chip_rows(part: DiagramPart, layer: int, geometry: Geometry) -> list[list[Span]]:
    """Return the chip below a layer: rows of coloured text."""
    column = part.layers[layer]
    size, name = column.size, column.name
    hidden = 0 < layer < len(part.layers) - 1
    parameters = _parameters(column.parameters, geometry)
    if layer == 0:
        text = ngettext("{count} input", "{count} inputs", size)
        return [[(name, "bold")], [(text, "muted")]]
    if not hidden:
        text = ngettext("{count} output", "{count} outputs", size)
        text = f"b = {number(part.biases[-1][0])}" if size == 1 else text
        rows = [[(name if size == 1 else f"{name} · {size}", "bold")], [(text, "muted")]]
        return [*rows, [(parameters, "faint")]]
    share = 100 * column.dead_share
    is_some = 0 < share < 1
    dead = _("< 1 % dead") if is_some else _("{share:.0f} % dead", share=share)
    tone = "warning" if share > 0 else "muted"
    variance = number(column.variance) if math.isfinite(column.variance) else "—"
    variance = _("Var {variance}", variance=variance)
    head = [(f"{name} · {size}", "bold")]
    if geometry.is_narrow:
        third = (dead, tone) if share > 0 else (parameters, "faint")
        if geometry.chip_lines == 2:  # what is wrong comes first
            return [head, [third if share > 0 else (variance, "muted")]]
        return [head, [(variance, "muted")], [third]]
    return [head, [(f"{variance} · ", "muted"), (dead, tone)], [(parameters, "faint")]]


def _parameters(count: int, geometry: Geometry) -> str:
    if geometry.is_narrow:
        return _("{count} par.", count=grouped(count))
    return ngettext("{count} parameter", "{count} parameters", count)


def chip_rects(geometry: Geometry, theme: Theme) -> dict[int, QRectF]:
    """Return the room of every chip in sight; a zoomed view's stay apart and inside."""
    width, high = geometry.chip_width, geometry.chip_lines * LINE_HEIGHT * theme.zoom
    rects = {
        layer: QRectF(geometry.columns[layer].x - width / 2, geometry.chip_top, width, high)
        for layer in geometry.chips
    }
    if not geometry.is_zoomed:
        return rects
    end = geometry.aside.left() if not geometry.aside.isEmpty() else float(geometry.width)
    placed: dict[int, QRectF] = {}
    for layer, rect in reversed(rects.items()):  # from the end that the minimap takes
        left = min(max(rect.left(), 0.0), end - width)
        is_seen = 0.0 <= geometry.columns[layer].x <= geometry.width
        # Further away it would seem to be its neighbour's.
        if is_seen and left >= 0.0 and abs(left - rect.left()) <= 0.5 * geometry.pitch:
            rect.moveLeft(left)
            placed[layer], end = rect, left
    return placed


def paint_chips(painter: QPainter, part: DiagramPart, geometry: Geometry, theme: Theme) -> None:
    """Draw name, size, variance, dead share and parameters below the layers."""
    bold, small = theme.font(11.5, 600), theme.font(10.5)
    bold_metrics, small_metrics = QFontMetricsF(bold), QFontMetricsF(small)
    line = LINE_HEIGHT * theme.zoom
    if geometry.is_zoomed:  # tiles go on below
        top = geometry.chip_top - STRIP * theme.zoom
        strip = QRectF(0, top, geometry.width, geometry.height - top)
        painter.fillRect(strip, theme.color("panel"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(strip.topLeft() + QPointF(0, 0.5), strip.topRight() + QPointF(0, 0.5))
    for layer, room in chip_rects(geometry, theme).items():
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
