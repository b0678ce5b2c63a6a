"""Maps: a picture over a part of the plane, and the lines on which it takes a value."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTransform

from layerlab.ui.plotting.colors import image_of
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.items.base import OnPaper, Space, array_key, pen_of
from layerlab.ui.plotting.items.curves import CurveItem

Array = np.ndarray
Extent = tuple[float, float, float, float]
MAX_CELLS = 10_000  # of an image that a file gets as rectangles
LAP = 0.5  # pixels by which they reach under each other


class PictureItem(OnPaper, pg.ImageItem):
    """A picture of pyqtgraph, smooth between its samples if wanted."""

    is_smooth = False

    def render(self) -> None:
        """Make the image; pyqtgraph's, of three bytes a pixel, takes five times as long."""
        self.qimage = image_of(self.image)
        self._renderRequired = self._unrenderable = False

    @reported
    def paint(self, painter: QPainter, *args: Any) -> None:
        """Paint the picture."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        super().paint(painter, *args)

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint the picture, its first row at the lower edge."""
        if self._renderRequired:
            self.render()
        if self.qimage is not None:
            box = to_page.mapRect(QRectF(0, 0, self.qimage.width(), self.qimage.height()))
            is_up = to_page.m22() < 0
            if not self.is_smooth and self.image.shape[0] * self.image.shape[1] <= MAX_CELLS:
                self._paint_cells(painter, box, self.image[::-1] if is_up else self.image)
                return
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
            image = self.qimage.flipped(Qt.Orientation.Vertical) if is_up else self.qimage
            painter.drawImage(box, image)

    def _paint_cells(self, painter: QPainter, box: QRectF, colors: Array) -> None:
        """Paint cells as rectangles: readers of files blur the pixels of an image.

        They reach under the next ones, else there would be hairlines between them.
        """
        rows, columns = colors.shape[:2]
        wide, high = box.width() / columns, box.height() / rows
        # A colour as one number, red first, as `QColor` takes it.
        for i, row in enumerate(colors @ (1 << 16, 1 << 8, 1)):
            ends = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), columns]
            for a, b in itertools.pairwise(ends):  # alike ones at once
                cell = QRectF(a * wide, i * high, (b - a) * wide + LAP, high + LAP)
                painter.fillRect(cell.translated(box.topLeft()) & box, QColor(int(row[a])))

    def informViewBoundsChanged(self) -> None:
        """Emit nothing: the axes do not follow the items."""

    def show_picture(self, colors: Array, rect: QRectF, is_smooth: bool) -> None:
        """Show an array of colours in a rectangle of the view's numbers.

        Args:
            colors: (rows, columns, 3), 0 to 255, the first row at the rectangle's top.
        """
        self.is_smooth = is_smooth
        pixels = np.ascontiguousarray(colors, np.uint8)
        self.setImage(pixels, autoLevels=False, levels=None)
        self.setRect(rect)


@dataclass(eq=False)
class HeatMap:
    """A picture over a part of the plane.

    Attributes:
        extent: x0, x1, y0, y1 of the outermost samples.
        colors: (rows, columns, 3), 0 to 255, first row at y0.
        smooth: whether it is smooth between its samples; else each is a cell.
        edges: whether the extent is that of the outermost cells' edges instead.
    """

    extent: Extent
    colors: Array
    smooth: bool = True
    edges: bool = False

    def make(self) -> PictureItem:
        """Return a new item."""
        return PictureItem()

    def put(self, item: PictureItem, space: Space) -> None:
        """Let the item show this picture."""
        rows, columns = self.colors.shape[:2]
        if min(rows, columns) < (1 if self.edges else 2):
            item.clear()
            return
        x0, x1 = space.vx(np.array(self.extent[:2])).tolist()
        y0, y1 = space.vy(np.array(self.extent[2:])).tolist()
        half_x = half_y = 0.0
        if not self.edges:  # samples are in the middle of their pixels
            half_x, half_y = 0.5 * (x1 - x0) / (columns - 1), 0.5 * (y1 - y0) / (rows - 1)
        rect = QRectF(x0 - half_x, y0 - half_y, x1 - x0 + 2 * half_x, y1 - y0 + 2 * half_y)
        item.show_picture(self.colors, rect, self.smooth)

    def key(self) -> object:
        """Return what it looks like."""
        return (self.extent, *array_key(self.colors), self.smooth, self.edges)


def contour(values: Array, level: float) -> Array:
    """Return the segments on which a sampled surface takes a value (marching squares).

    Args:
        values: (rows, columns).
        level: the value.

    Returns:
        (n, 2, 2): segments, their two ends, column and row as floats.
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

    # Where each side is cut: along it the surface is taken as straight, so from p to q it is 0
    # at the share p / (p - q). Sides in the order top, right, bottom, left, row 0 being on top.
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
    # A cell has two sides cut, or none, or all four: a saddle, at which the corners do not say
    # which cuts belong together, so the first two are joined, and the last two.
    count = crossed.sum(axis=0)
    order = np.argsort(~crossed, axis=0, kind="stable")  # crossed sides first
    ends = np.take_along_axis(places, order[..., None], axis=0)
    segments = [ends[:2, count >= 2], ends[2:, count == 4]]
    whole = np.concatenate(segments, axis=1).transpose(1, 0, 2)
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

    def make(self) -> CurveItem:
        """Return a new item."""
        return CurveItem(connect="pairs")

    def put(self, item: CurveItem, space: Space) -> None:
        """Let the item show these lines."""
        rows, columns = self.values.shape
        x0, x1, y0, y1 = self.extent
        surfaces = [(self.values, level) for level in self.levels]
        if self.kinds:
            surfaces = [((self.values == k).astype(float), 0.5) for k in range(self.kinds)]
        segments = [contour(surface, level).reshape(-1, 2) for surface, level in surfaces]
        ends = np.concatenate([*segments, np.empty((0, 2))])
        x = x0 + (x1 - x0) * ends[:, 0] / max(1, columns - 1)
        y = y0 + (y1 - y0) * ends[:, 1] / max(1, rows - 1)
        item.show_curve(
            space.vx(x),
            space.vy(y),
            (self.color.rgba(), self.width),
            pen=pen_of(self.color, self.width),
            antialias=True,
            connect="pairs",
        )

    def key(self) -> object:
        """Return what it looks like."""
        look = (self.levels, self.color.rgba(), self.width, self.kinds)
        return (self.extent, *array_key(self.values), *look)
