"""What a map draws: a coloured field and the lines on which it takes a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from layerlab.ui.plots.marks import Space, polygon
from layerlab.ui.theme import Theme

Array = np.ndarray
Extent = tuple[float, float, float, float]


def rgb(color: QColor) -> Array:
    """Return a colour as three numbers, 0 to 255. (3,)"""
    return np.array([color.red(), color.green(), color.blue()], float)


def class_colors(theme: Theme, classes: Array, agreement: Array, count: int) -> Array:
    """Return the colour of each cell of a decision map, (r, c) -> (r, c, 3).

    Full colour where all seeds agree; next to the panel's where they are split evenly.
    """
    palette = np.stack([rgb(theme.class_color(k)) for k in range(count)])  # (K, 3)
    even = 1.0 / max(2, count)
    sure = np.clip((np.nan_to_num(agreement, posinf=1.0, neginf=0.0) - even) / (1 - even), 0, 1)
    opacity = (0.06 + 0.54 * sure)[..., None]
    panel = rgb(theme.color("panel"))
    return np.asarray(panel + (palette[np.clip(classes, 0, count - 1)] - panel) * opacity)


def value_colors(theme: Theme, values: Array, low: float, high: float) -> Array:
    """Return colours from negative (low) over the panel to positive, (...) -> (..., 3)."""
    with np.errstate(over="ignore"):
        place = (values - low) / max(high - low, 1e-30)
    place = np.clip(np.nan_to_num(place, nan=0.5), 0, 1)
    ends = (
        rgb(theme.color("negative")),
        rgb(theme.color("panel")),
        rgb(theme.color("positive")),
    )
    table = np.stack(
        [ends[0] * 0.85 + ends[1] * 0.15, ends[1], ends[2] * 0.85 + ends[1] * 0.15]
    )
    channels = [np.interp(place, (0, 0.5, 1), table[:, k]) for k in range(3)]
    return np.stack(channels, axis=-1)


def paint_picture(
    painter: QPainter, box: QRectF, colors: Array, *, smooth: bool = False
) -> None:
    """Paint an array of colours into a box: (rows, columns, 3), 0 to 255, top row first."""
    rows, columns = colors.shape[:2]
    pixels = np.full((rows, columns, 4), 255, np.uint8)
    pixels[..., :3] = colors[..., ::-1]  # blue first
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(box, image)


@dataclass(eq=False)
class Field:
    """A picture over a part of the plane.

    Attributes:
        extent: x0, x1, y0, y1 of the outermost samples.
        colors: (rows, columns, 3), 0 to 255, first row at y0.
        smooth: whether it is smooth between its samples; else each is a cell.
    """

    extent: Extent
    colors: Array
    smooth: bool = True

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the picture."""
        rows, columns = self.colors.shape[:2]
        if min(rows, columns) < 2:
            return
        x0, x1, y0, y1 = self.extent
        left, right = space.px(np.array([x0, x1])).tolist()
        bottom, top = space.py(np.array([y0, y1])).tolist()
        # Samples sit in the middle of their pixels: half a pixel hangs over on each side.
        half_x = 0.5 * (right - left) / (columns - 1)
        half_y = 0.5 * (bottom - top) / (rows - 1)
        box = QRectF(left, top, right - left, bottom - top)
        box.adjust(-half_x, -half_y, half_x, half_y)
        paint_picture(painter, box, self.colors[::-1], smooth=self.smooth)

    def key(self) -> object:
        """Return what it looks like."""
        return (self.extent, self.colors.tobytes(), self.smooth)


def contour(values: Array, level: float) -> Array:
    """Return the strokes on which a sampled surface takes a value (marching squares).

    Args:
        values: (rows, columns).
        level: the value.

    Returns:
        (n, 2, 2): strokes, their two ends, column and row as floats.
    """
    v = values - level
    rows, columns = v.shape
    if min(rows, columns) < 2:
        return np.empty((0, 2, 2))
    j, i = np.meshgrid(np.arange(columns - 1.0), np.arange(rows - 1.0))
    a, b, c, d = v[:-1, :-1], v[:-1, 1:], v[1:, 1:], v[1:, :-1]  # corners of each cell

    def cut(p: Array, q: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(p / (p - q))

    places = np.stack(
        [
            np.stack([j + cut(a, b), i], -1),
            np.stack([j + 1, i + cut(b, c)], -1),
            np.stack([j + cut(d, c), i + 1], -1),
            np.stack([j, i + cut(a, d)], -1),
        ]
    )  # (side, r, c, 2)
    s = [corner > 0 for corner in (a, b, c, d)]
    crossed = np.stack([s[0] != s[1], s[1] != s[2], s[2] != s[3], s[3] != s[0]])
    count = crossed.sum(axis=0)
    order = np.argsort(~crossed, axis=0, kind="stable")  # crossed sides first
    ends = np.take_along_axis(places, order[..., None], axis=0)
    strokes = [ends[:2, count >= 2], ends[2:, count == 4]]
    whole = np.concatenate(strokes, axis=1).transpose(1, 0, 2)
    return np.asarray(whole[np.isfinite(whole).all(axis=(1, 2))])


@dataclass(eq=False)
class Contour:
    """Level lines of a surface.

    Attributes:
        extent: x0, x1, y0, y1 of the outermost samples.
        values: (rows, columns), first row at y0.
        levels: values on which lines are drawn.
        color, width: of the lines.
        kinds: if not 0, `values` are names of so many classes and the lines are the borders
            between them; `levels` are not used.
    """

    extent: Extent
    values: Array
    levels: tuple[float, ...]
    color: QColor
    width: float = 1.6
    kinds: int = 0

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the lines."""
        rows, columns = self.values.shape
        x0, x1, y0, y1 = self.extent
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self.color, self.width, c=Qt.PenCapStyle.SquareCap))
        surfaces = [(self.values, level) for level in self.levels]
        if self.kinds:
            surfaces = [((self.values == k).astype(float), 0.5) for k in range(self.kinds)]
        for surface, level in surfaces:
            ends = contour(surface, level).reshape(-1, 2)
            if ends.size:
                x = x0 + (x1 - x0) * ends[:, 0] / (columns - 1)
                y = y0 + (y1 - y0) * ends[:, 1] / (rows - 1)
                painter.drawLines(polygon(space.px(x), space.py(y)).toList())

    def key(self) -> object:
        """Return what it looks like."""
        return (self.extent, self.values.tobytes(), self.levels, self.color.rgba())
