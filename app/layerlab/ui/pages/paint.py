"""Painting a picture of tokens: a page's thumbnail, in any theme and size."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from layerlab.core.picture import Area, Image, Picture, Points, Polyline, Scatter
from layerlab.ui.plotting.colors import blend, image_of, value_colors
from layerlab.ui.theme import Theme


def token_color(theme: Theme, token: str) -> QColor:
    """Return the colour of a token, or of `layer1` to `layer4`."""
    if token.startswith("layer") and token[5:].isdigit():
        return QColor(theme.ramp[(int(token[5:]) - 1) % len(theme.ramp)])
    return theme.color(token)


def draw_thumbnail(painter: QPainter, box: QRectF, shapes: Picture, theme: Theme) -> None:
    """Paint a picture into a box, clipped to it."""
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for shape in shapes:
        if isinstance(shape, Image):
            x0, y0, x1, y1 = shape.box
            room = QRectF(
                box.left() + x0 * box.width(),
                box.bottom() - y1 * box.height(),
                (x1 - x0) * box.width(),
                (y1 - y0) * box.height(),
            )
            cells = value_colors(theme, np.array(shape.cells), -1, 1)
            painter.drawImage(room, image_of(cells))
            continue
        color = token_color(theme, shape.token)
        points = _placed(shape.points, box)
        if isinstance(shape, Polyline):
            pen = QPen(color, shape.width * theme.zoom)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            if shape.dashed:
                pen.setDashPattern([3, 2.4])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(points)
        elif isinstance(shape, Area):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(theme, color, shape.opacity, "raised"))
            painter.drawPolygon(points)
        elif isinstance(shape, Scatter):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            for point in points.toList():
                painter.drawEllipse(point, shape.radius * theme.zoom, shape.radius * theme.zoom)
    painter.restore()


def _placed(points: Points, box: QRectF) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())
            for x, y in points
        ]
    )
