"""Edges as an image: the coverage of every edge once, then one weighted sum a frame.

The curve of an edge depends on the architecture alone. So the pixels that it may
touch, and their distances to it, are listed once; a frame turns weights into widths
and opacities and adds them up with one `bincount`. Light that passes several edges
is dimmed by each of them: what is added are optical depths, -log(1 - opacity), so that
the sum does not depend on the order of the edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from layerlab.ui.diagram.geometry import ease, ease_slope

Array = np.ndarray

FINE = 16  # steps of distance in a pixel
DEPTH_UNIT = 64.0  # steps of optical depth in 1
DEEPEST = 255  # steps in the table of colours
PACK = 1 << 20  # positive depths below, negative ones above this, in one number


@dataclass(frozen=True, eq=False)
class EdgeCoverage:
    """Straight ends of curves: all edges from x0 to x1 of a gap, in raster pixels.

    Attributes:
        x0, x1, y0, y1: (E,) ends.
    """

    x0: Array
    x1: Array
    y0: Array
    y1: Array


class EdgeRaster:
    """Pixels of a fixed set of edges, to be coloured again and again."""

    def __init__(self, edges: EdgeCoverage, width: int, height: int, reach: float) -> None:
        """List the pixels.

        Args:
            edges: E curves.
            width, height: size of the image in raster pixels.
            reach: largest half width of an edge, pixels.
        """
        self.width, self.height, self.reach = width, height, reach + 0.5
        self.count = len(edges.x0)
        self._steps = int(np.ceil(self.reach * FINE)) + 1
        pixel, edge, distance = _cover(edges, width, height, self.reach)
        level = np.minimum((distance * FINE + 0.5).astype(np.int64), self._steps - 1)
        self._code = edge * self._steps + level  # (entries,)
        touched = np.zeros(width * height, bool)
        touched[pixel] = True
        self._touched = np.flatnonzero(touched)  # (pixels,)
        compact = np.empty(width * height, np.int64)  # read where it is written alone
        compact[self._touched] = np.arange(len(self._touched))
        self._place = compact[pixel]  # (entries,)
        self._pixels: Array | None = None

    @property
    def entries(self) -> int:
        """Number of pairs of edge and pixel."""
        return len(self._code)

    def rest(self) -> None:
        """Drop the image until the next `color`; the pixels stay listed."""
        self._pixels = None

    def color(self, half_width: Array, opacity: Array, positive: Array, table: Array) -> Array:
        """Return the image of all edges, premultiplied ARGB. (height, width) uint32

        Args:
            half_width: (E,) raster pixels, at most `reach`.
            opacity: (E,) 0 to 1.
            positive: (E,) bool, which of the two colours.
            table: colours by depth, see `color_table`.

        Returns:
            Memory of this object; the next call writes over it.
        """
        distance = np.arange(self._steps) / FINE
        cover = np.clip(half_width[:, None] + 0.5 - distance, 0.0, 1.0)  # (E, steps)
        # Lines thinner than a pixel are dimmed instead: they cannot cover one.
        cover *= (np.minimum(1.0, 2.0 * half_width) * np.clip(opacity, 0.0, 0.99))[:, None]
        depth = np.rint(-np.log1p(-cover) * DEPTH_UNIT)
        # One sum for both signs. An edge adds at most 295 (opacity 0.99), so positive ones stay
        # below `PACK` until 3,500 of them meet in a pixel.
        depth *= np.where(positive, 1.0, float(PACK))[:, None]
        weights = depth.ravel().take(self._code)  # (entries,)
        total = np.bincount(self._place, weights, minlength=len(self._touched))
        both = total.astype(np.int64)
        plus = np.minimum(both & (PACK - 1), DEEPEST)
        minus = np.minimum(both >> 20, DEEPEST)
        if self._pixels is None:
            self._pixels = np.zeros(self.width * self.height, np.uint32)
        self._pixels[self._touched] = table.take((plus << 8) | minus)
        return self._pixels.reshape(self.height, self.width)


def color_table(positive: QColor, negative: QColor) -> Array:
    """Return premultiplied ARGB for every pair of depths, positive the higher byte. (65536,)

    Where both signs meet, the colours mix by the square of their depths: a strong edge
    keeps its colour in a crowd of weak ones.
    """
    depth = np.arange(DEEPEST + 1) / DEPTH_UNIT
    plus, minus = depth[:, None], depth[None, :]
    # A depth lets exp(-depth) of the light through.
    alpha = -np.expm1(-(plus + minus))
    share = plus**2 / np.maximum(plus**2 + minus**2, 1e-12)
    argb = np.zeros((DEEPEST + 1, DEEPEST + 1), np.uint32)
    for shift, a, b in (
        (16, positive.red(), negative.red()),
        (8, positive.green(), negative.green()),
        (0, positive.blue(), negative.blue()),
    ):
        channel = np.rint(alpha * (share * a + (1.0 - share) * b)).astype(np.uint32)
        argb |= channel << shift
    argb |= np.rint(alpha * 255.0).astype(np.uint32) << 24
    return argb.ravel()


def entries_needed(edges: EdgeCoverage, reach: float) -> Array:
    """Return about how many pixels each edge touches. (E,)"""
    length = np.hypot(edges.x1 - edges.x0, 1.15 * (edges.y1 - edges.y0))
    return length * (2.0 * reach + 1.0)


def _cover(
    edges: EdgeCoverage, width: int, height: int, reach: float
) -> tuple[Array, Array, Array]:
    """Return pixel, edge and distance of every pair that is closer than `reach`.

    An edge is a function y(x), so in a column of pixels the close ones are one run, and
    their distance is, to first order, the vertical one times the cosine of the slope.
    """
    first = np.clip(np.floor(edges.x0), 0, width).astype(np.int64)
    last = np.clip(np.ceil(edges.x1), 0, width).astype(np.int64)
    edge, x = _runs(first, np.maximum(last - first, 0))
    span = np.maximum(edges.x1 - edges.x0, 1e-6)
    u = np.clip((x + 0.5 - edges.x0[edge]) / span[edge], 0.0, 1.0)
    rise = (edges.y1 - edges.y0)[edge]
    y = edges.y0[edge] + rise * ease(u)
    stretch = np.sqrt(1.0 + (rise / span[edge] * ease_slope(u)) ** 2)
    # A steep edge must not shoot over its ends.
    top = np.minimum(edges.y0, edges.y1)[edge] - reach
    bottom = np.maximum(edges.y0, edges.y1)[edge] + reach
    above = np.ceil(np.maximum(y - reach * stretch, top) - 0.5)
    below = np.floor(np.minimum(y + reach * stretch, bottom) - 0.5) + 1
    low = np.clip(above, 0, height).astype(np.int64)
    high = np.clip(below, 0, height).astype(np.int64)
    run, row = _runs(low, np.maximum(high - low, 0))
    # Half the memory, for the longest arrays; a sixteenth of a pixel is enough (`FINE`).
    y, stretch = y.astype(np.float32), stretch.astype(np.float32)
    distance = np.abs(row.astype(np.float32) + np.float32(0.5) - y[run]) / stretch[run]
    return row * width + x[run], edge[run], distance


def _runs(start: Array, length: Array) -> tuple[Array, Array]:
    """Return the number of its run, and start, start + 1, ... for every element."""
    run = np.repeat(np.arange(len(start)), length)
    ends = np.cumsum(length)
    place = np.arange(len(run)) - np.repeat(ends - length, length)
    return run, place + start[run]
