"""What neurons compute, as small images: all units of a layer in a few array operations."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor, QImage

from layerlab.ui.theme import Theme

Array = np.ndarray


def clean(values: Array) -> Array:
    """Return the values as float64, what is not finite as 0, scaled into -1 to 1."""
    values = np.asarray(values, float)
    values = np.where(np.isfinite(values), values, 0.0)
    peak = float(np.abs(values).max(initial=0.0))
    return values / peak if peak > 1.0 else values


def sprites(
    form: str,
    thumbs: Array,
    width: int,
    height: int,
    ink: QColor,
    theme: Theme,
    line: float,
    span: tuple[float, float] | None = None,
) -> Array:
    """Draw the thumbnails of a layer.

    Args:
        form: `curve`, `map`, `image` or `bars`, see `DiagramLayer`.
        thumbs: (n, ...) values of each unit, -1 to 1 over the layer.
        width, height: size of one sprite in device pixels.
        ink: colour of curves.
        theme: colours of the signs.
        line: width of a curve, device pixels.
        span: least and largest value of the whole layer; that of `thumbs` if None.

    Returns:
        (n, height, width) uint32, premultiplied ARGB.
    """
    values = clean(thumbs)
    values = values.reshape(len(values), *(values.shape[1:] or (1,)))
    if not len(values) or not values.size:
        return np.zeros((len(values), height, width), np.uint32)
    low, high = span if span is not None else (float(values.min()), float(values.max()))
    low, high = min(0.0, low), max(0.0, high)
    if form == "curve":
        return _tinted(_curves(values, width, height, line, (low, high)), ink)
    if form == "bars":
        return _bars(values, width, height, low < 0.0, theme)
    return _pictures(values, width, height, form == "map", theme)


def dots(thumbs: Sequence[Array], side: int, theme: Theme) -> list[Array]:
    """Draw every unit of every layer as a dot in the colour of its strongest value.

    Args:
        thumbs: for each layer (n, ...), -1 to 1.
        side: size of one sprite in device pixels.
        theme: colours of the signs.

    Returns:
        For each layer (n, side, side) uint32, premultiplied ARGB.
    """
    peaks = []
    for layer in thumbs:
        values = clean(layer)
        values = values.reshape(len(layer), -1) if values.size else np.zeros((len(layer), 1))
        peaks.append(np.take_along_axis(values, np.abs(values).argmax(1)[:, None], 1)[:, 0])
    axis = np.arange(side) - (side - 1) / 2
    disc = np.clip(side / 2 + 0.5 - np.hypot(axis[:, None], axis), 0.0, 1.0)
    drawn = _signed(np.concatenate(peaks)[:, None, None] * disc, theme)  # (units, side, side)
    return np.split(drawn, np.cumsum([len(p) for p in peaks])[:-1])


def as_image(sprite: Array, ratio: float) -> QImage:
    """Return one sprite as an image of its own memory, at a device pixel ratio."""
    sprite = np.ascontiguousarray(sprite)
    height, width = sprite.shape
    image = QImage(
        sprite.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()
    image.setDevicePixelRatio(ratio)
    return image


@functools.lru_cache(maxsize=64)
def _resample(points: int, pixels: int, smooth: bool) -> Array:
    """Return the weights that turn `points` samples into `pixels`; not to be written to.

    (pixels, points)
    """
    if not smooth:
        nearest = np.minimum(np.arange(pixels) * points // pixels, points - 1)
        return np.eye(points)[nearest]
    place = np.linspace(0.0, points - 1.0, pixels)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(points)))


def _curves(
    values: Array, width: int, height: int, line: float, span: tuple[float, float]
) -> Array:
    """Return the opacity of lines through values. (n, height, width)"""
    y = values @ _resample(values.shape[1], width, smooth=True).T  # (n, width)
    # Zero sits low where nothing is negative, as with ReLU: no room is wasted below it.
    low, high = span
    rows = (height - 1 - line) * (1.0 - (y - low) / max(high - low, 1e-9)) + line / 2
    slope = np.zeros_like(rows)  # as `np.gradient`, which takes four times as long
    if width > 1:
        slope[:, 1:-1] = (rows[:, 2:] - rows[:, :-2]) / 2
        slope[:, 0], slope[:, -1] = rows[:, 1] - rows[:, 0], rows[:, -1] - rows[:, -2]
    stretch = np.sqrt(1.0 + slope * slope)
    off = np.abs(np.arange(height)[:, None] - rows[:, None, :]) / stretch[:, None, :]
    return np.clip(line / 2 + 0.5 - off, 0.0, 1.0)


def _tinted(cover: Array, ink: QColor) -> Array:
    """Return premultiplied pixels of one colour."""
    argb = np.rint(cover * 255.0).astype(np.uint32) << 24
    for shift, value in ((16, ink.red()), (8, ink.green()), (0, ink.blue())):
        argb |= np.rint(cover * value).astype(np.uint32) << shift
    return argb


def _signed(values: Array, theme: Theme) -> Array:
    """Return pixels of the signs' colours, opacity by size; 0 is see-through."""
    cover = np.minimum(1.0, np.abs(values)) ** 0.8
    plus = _tinted(np.where(values > 0, cover, 0.0), theme.color("positive"))
    return plus | _tinted(np.where(values < 0, cover, 0.0), theme.color("negative"))


def _pictures(values: Array, width: int, height: int, smooth: bool, theme: Theme) -> Array:
    if values.ndim == 2:
        values = values[:, None, :]
    rows = _resample(values.shape[1], height, smooth)  # (height, r)
    columns = _resample(values.shape[2], width, smooth)  # (width, c)
    # A map's first row is its lowest y; an image's is its top.
    grid = values[:, ::-1] if smooth else values
    return _signed(rows @ grid @ columns.T, theme)  # (n, height, width)


def _bars(values: Array, width: int, height: int, has_negative: bool, theme: Theme) -> Array:
    values = values.reshape(len(values), -1)
    most = max(1, width // 2)  # more bars than fit: neighbours share one
    if values.shape[1] > most:
        parts = np.array_split(values, most, axis=1)
        values = np.stack([part.mean(1) for part in parts], 1)
    count = values.shape[1]
    tall = values[:, np.minimum(np.arange(width) * count // width, count - 1)]  # (n, width)
    middle = (height - 1) / 2.0
    if not has_negative:
        middle = height - 1.0
    reach = tall * (middle if middle < height - 1 else height - 1.0)
    up = middle - np.arange(height)[None, :, None]  # rows above the zero line
    inside = np.where(reach[:, None, :] >= 0, up, -up)
    solid = (inside >= -0.5) & (inside <= np.maximum(np.abs(reach), 0.5)[:, None, :])
    if width >= 3 * count:  # a hairline between bars
        starts = np.arange(width) * count // width
        solid &= (np.diff(starts, append=count) == 0)[None, None, :] | (width < 3 * count)
    sign = np.where(reach >= 0, 0.9, -0.9)[:, None, :]
    return _signed(np.where(solid, sign, 0.0), theme)
