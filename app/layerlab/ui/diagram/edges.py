"""The edges of a network as one image: which are drawn, their widths and opacities."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram.coverage import EdgeCoverage, EdgeRaster, color_table, entries_needed
from layerlab.ui.diagram.geometry import Geometry, ease
from layerlab.ui.theme import Theme

Array = np.ndarray

MAX_ENTRIES = 600_000  # pairs of pixel and edge that fit into the time of a frame
MOVING_ENTRIES = 200_000  # that can be recomputed in it, while the view is moved
MIN_HALF_WIDTH, MAX_HALF_WIDTH = 0.36, 1.45  # half widths at zoom 1, logical pixels
DIMMED = 0.16  # opacity of what is not in focus, relative
STALE_AFTER = 24  # frames after which the choice of the strongest is looked at again
MAX_LINES, STEPS = 4000, 24  # of a figure: edges, and straight pieces of each
KEPT_ENTRIES = 2_000_000  # of arrangements seen before, 16 bytes each


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The edges that are drawn of one arrangement.

    Attributes:
        key: the arrangement.
        raster: their pixels.
        chosen: (E,) their indices among all. gap: (E,) the gap of each.
        scale: raster pixels per logical pixel.
        hidden: how many edges are not drawn. most: the entries that there might have been.
    """

    key: object
    raster: EdgeRaster
    chosen: Array
    gap: Array
    scale: float
    hidden: int
    most: int


class EdgeLayer:
    """Keeps the raster of an arrangement and colours it frame by frame.

    A drag comes back to the same widths again and again, so some arrangements are kept.
    """

    def __init__(self) -> None:
        self._drawn: _Drawn | None = None
        self._kept: OrderedDict[object, _Drawn] = OrderedDict()
        self._table = np.zeros(0, np.uint32)
        self._theme_name = ""
        self._age = 0
        self.most = MAX_ENTRIES

    def rest(self) -> None:
        """Forget the arrangements seen before, until something is drawn again."""
        self._kept.clear()
        if self._drawn is not None:
            self._drawn.raster.rest()

    @property
    def hidden(self) -> int:
        """How many edges are not drawn."""
        return self._drawn.hidden if self._drawn else 0

    def image(
        self,
        geometry: Geometry,
        values: Sequence[Array],
        theme: Theme,
        ratio: float,
        dimming: Sequence[Array | float] | None = None,
    ) -> QImage:
        """Return the edges in the colours of their signs; see `pixels`."""
        pixels = self.pixels(geometry, values, theme, ratio, dimming)
        height, width = pixels.shape
        premultiplied = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(pixels.data, width, height, 4 * width, premultiplied)
        assert self._drawn is not None
        image.setDevicePixelRatio(self._drawn.scale)
        return image

    def pixels(
        self,
        geometry: Geometry,
        values: Sequence[Array],
        theme: Theme,
        ratio: float,
        dimming: Sequence[Array | float] | None = None,
        peaks: Sequence[float] | None = None,
    ) -> Array:
        """Return the edges in the colours of their signs, as premultiplied ARGB.

        Args:
            geometry: the arrangement.
            values: for each gap (n_from, n_to), weights or derivatives.
            theme: colours and zoom.
            ratio: device pixels per logical pixel.
            dimming: for each gap, factors of the opacity (n_from, n_to) or one for all.
            peaks: for each gap, the size that counts as strongest; the largest of `values`
                if None.

        Returns:
            (rows, columns) uint32, of the size of the arrangement; the next call writes
            over it.
        """
        flat = _strengths(values, peaks)
        if theme.name != self._theme_name:
            self._table = color_table(theme.color("positive"), theme.color("negative"))
            self._theme_name = theme.name
        drawn = self._prepare(geometry, values, flat, theme.zoom, ratio)
        edges = flat, drawn.chosen, drawn.gap
        half, opacity, signs = _style(geometry, values, *edges, theme.zoom, dimming)
        return drawn.raster.color(half * drawn.scale, opacity, signs, self._table)

    def _prepare(
        self,
        geometry: Geometry,
        values: Sequence[Array],
        flat: Array,
        zoom: float,
        ratio: float,
    ) -> _Drawn:
        """Return the raster, a new one for another arrangement or other strongest edges."""
        key = (geometry, tuple(v.shape for v in values), zoom, ratio)
        now = self._drawn
        self._age += 1
        fresh = now is None or key != now.key
        if now is not None and not fresh:
            is_poor = now.hidden > 0 and now.most < self.most  # chosen while it was moved
            if not is_poor and (now.hidden == 0 or self._age < STALE_AFTER):
                return now
        self._age = 0
        found = self._kept.get(key) if fresh else None
        if found is None:
            edges, chosen, scale = _choose(geometry, flat, zoom, ratio, self.most)
            alike = now is not None and not fresh and now.most == self.most
            if alike and now is not None and _overlap(chosen, now.chosen) > 0.85:
                return now
            gap = np.repeat(np.arange(len(values)), [v.size for v in values])[chosen]
            raster = EdgeRaster(
                EdgeCoverage(*(a[chosen] for a in (edges.x0, edges.x1, edges.y0, edges.y1))),
                max(1, round(geometry.width * scale)),
                max(1, round(geometry.height * scale)),
                MAX_HALF_WIDTH * _slimness(geometry, zoom) * scale,
            )
            hidden = len(flat) - len(chosen)
            found = _Drawn(key, raster, chosen, gap, scale, hidden, self.most)
        if now is not None:
            now.raster.rest()
        self._drawn = found
        self._keep(found, geometry)
        return found

    def _keep(self, drawn: _Drawn, geometry: Geometry) -> None:
        """Remember an arrangement that does not depend on the weights, nor on a pan."""
        if drawn.hidden or geometry.is_zoomed:
            return
        self._kept[drawn.key] = drawn
        self._kept.move_to_end(drawn.key)
        while sum(d.raster.entries for d in self._kept.values()) > KEPT_ENTRIES:
            self._kept.popitem(last=False)


def _choose(
    geometry: Geometry, flat: Array, zoom: float, ratio: float, most: int
) -> tuple[EdgeCoverage, Array, float]:
    """Return all curves, the indices of those to draw, and the raster's scale."""
    scale = ratio
    edges = _curves(geometry, scale)
    reach = MAX_HALF_WIDTH * _slimness(geometry, zoom)
    need = _need(edges, reach, scale, geometry)
    if need.sum() > most and scale > 1.0:  # better a little soft than late
        scale = max(1.0, scale * float(np.sqrt(most / need.sum())))
        edges = _curves(geometry, scale)
        need = _need(edges, reach, scale, geometry)
    return edges, _strongest(flat, need, most), scale


def _need(edges: EdgeCoverage, reach: float, scale: float, geometry: Geometry) -> Array:
    """Return about how many pixels of the view each edge touches. (E,)"""
    whole = entries_needed(edges, reach * scale + 0.5)
    if not geometry.is_zoomed:
        return whole
    seen = np.minimum(edges.x1, geometry.width * scale) - np.maximum(edges.x0, 0.0)
    return whole * np.clip(seen / np.maximum(edges.x1 - edges.x0, 1.0), 0.0, 1.0)


def paint_lines(
    painter: QPainter,
    geometry: Geometry,
    values: Sequence[Array],
    theme: Theme,
    dimming: Sequence[Array | float] | None = None,
    peaks: Sequence[float] | None = None,
) -> None:
    """Paint the edges as lines, for a file: the strongest `MAX_LINES`, these on top.

    Args:
        painter: paints in logical pixels.
        geometry, values, theme, dimming, peaks: as of `pixels`.
    """
    flat = _strengths(values, peaks)
    chosen = np.argsort(flat, kind="stable")[-MAX_LINES:]
    gap = np.repeat(np.arange(len(values)), [v.size for v in values])[chosen]
    half, opacity, signs = _style(geometry, values, flat, chosen, gap, theme.zoom, dimming)
    edges = _curves(geometry, 1.0)
    along = np.linspace(0.0, 1.0, STEPS + 1)
    rise = ease(along)
    colors = theme.color("negative"), theme.color("positive")
    for k, edge in enumerate(chosen.tolist()):
        x = edges.x0[edge] + along * (edges.x1[edge] - edges.x0[edge])
        y = edges.y0[edge] + rise * (edges.y1[edge] - edges.y0[edge])
        color = QColor(colors[int(signs[k])])
        color.setAlphaF(min(1.0, max(0.0, float(opacity[k]))))
        painter.setPen(QPen(color, 2.0 * float(half[k]), c=Qt.PenCapStyle.FlatCap))
        painter.drawPolyline(QPolygonF([QPointF(*at) for at in zip(x, y, strict=True)]))


def _style(
    geometry: Geometry,
    values: Sequence[Array],
    flat: Array,
    chosen: Array,
    gap: Array,
    zoom: float,
    dimming: Sequence[Array | float] | None,
) -> tuple[Array, Array, Array]:
    """Return half widths in logical pixels, opacities and whether positive, of chosen edges."""
    crowd = np.array([_gamma(v.size) for v in values])[gap]
    strength = flat[chosen] ** crowd
    half = (MIN_HALF_WIDTH + (MAX_HALF_WIDTH - MIN_HALF_WIDTH) * strength) * _slimness(
        geometry, zoom
    )
    opacity = 0.07 + 0.88 * strength
    if dimming is not None:
        factors = [np.broadcast_to(b, v.shape) for b, v in zip(dimming, values, strict=True)]
        opacity = opacity * np.concatenate([f.ravel() for f in factors])[chosen]
    signs = np.concatenate([v.ravel() for v in values])[chosen] >= 0
    return half, opacity, signs


def _strengths(values: Sequence[Array], peaks: Sequence[float] | None) -> Array:
    """Return the sizes of all edges relative to the strongest of their gap, 0 to 1. (E,)"""
    found = []
    for gap, gap_values in enumerate(values):
        sizes = np.abs(np.where(np.isfinite(gap_values), gap_values, 0.0)).astype(float)
        peak = float(sizes.max(initial=0.0)) if peaks is None else peaks[gap]
        found.append(np.minimum(1.0, sizes / max(peak, 1e-300)).ravel())
    return np.concatenate(found) if found else np.zeros(0)


def peak_of(values: Array) -> float:
    """Return the largest finite size."""
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if np.isfinite((low, high)).all():
        return max(-low, high)
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def _slimness(geometry: Geometry, zoom: float) -> float:
    """Return the factor of all widths: columns close to each other need thin edges."""
    return min(1.0, max(0.42, geometry.pitch / (90 * zoom))) * zoom


def _gamma(edges: int) -> float:
    """Return the exponent that keeps the many edges of a crowded gap in the background."""
    return min(2.2, 1.0 + 0.3 * max(0.0, float(np.log2(max(edges, 1) / 24))))


def _curves(geometry: Geometry, scale: float) -> EdgeCoverage:
    """Return the curves of every edge of every gap, in raster pixels."""
    x0: list[Array] = []
    x1: list[Array] = []
    y0: list[Array] = []
    y1: list[Array] = []
    for gap in range(len(geometry.columns) - 1):
        start, end = geometry.gap_ends(gap)
        a, b = geometry.columns[gap].ys, geometry.columns[gap + 1].ys
        count = len(a) * len(b)
        x0.append(np.full(count, start * scale))
        x1.append(np.full(count, end * scale))
        y0.append(np.repeat(a, len(b)) * scale)
        y1.append(np.tile(b, len(a)) * scale)
    return EdgeCoverage(*(np.concatenate(v) for v in (x0, x1, y0, y1)))


def _strongest(flat: Array, need: Array, most: int) -> Array:
    """Return the indices, ascending, of the strongest edges that fit into a frame's time."""
    if need.sum() <= most:
        return np.arange(len(flat))
    order = np.argsort(-flat, kind="stable")
    fits = np.cumsum(need[order]) <= most
    fits[: min(1, len(fits))] = True
    return np.sort(order[fits])


def _overlap(a: Array, b: Array) -> float:
    return len(np.intersect1d(a, b, assume_unique=True)) / max(1, len(a))


def fan(part: DiagramPart, layer: int, place: int) -> list[Array | float]:
    """Return factors of the opacity that highlight the edges of one drawn neuron."""
    dimming: list[Array | float] = [DIMMED] * len(part.edges)
    if layer > 0:
        into = np.full(part.edges[layer - 1].shape, DIMMED)
        into[:, place] = 1.25
        dimming[layer - 1] = into
    if layer < len(part.edges):
        out = np.full(part.edges[layer].shape, DIMMED)
        out[place] = 1.25
        dimming[layer] = out
    return dimming
