"""Colours of what plots draw: blends, and the colours of maps."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from layerlab.ui.theme import Theme

Array = np.ndarray


def rgb(color: QColor) -> Array:
    """Return a colour as three numbers, 0 to 255. (3,)"""
    return np.array([color.red(), color.green(), color.blue()], float)


def blend(theme: Theme, color: QColor, opacity: float, under: str = "panel") -> QColor:
    """Return the opaque colour that `color` at an opacity gives over the panel."""
    base = theme.color(under)
    return QColor(
        *(
            round(b + (c - b) * opacity)
            for b, c in zip(base.getRgb()[:3], color.getRgb()[:3], strict=True)  # type: ignore[index]
        )
    )


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


def amount_colors(theme: Theme, values: Array, low: float, high: float) -> Array:
    """Return colours from the panel (low) to the accent (high), (...) -> (..., 3)."""
    with np.errstate(over="ignore", invalid="ignore"):
        place = (values - low) / max(high - low, 1e-30)
    place = np.clip(np.nan_to_num(place, nan=0.0, posinf=1.0), 0, 1)[..., None]
    panel = rgb(theme.color("panel"))
    return np.asarray(panel + (rgb(theme.color("accent")) - panel) * (0.04 + 0.86 * place))


def shades(low: QColor, high: QColor, values: Array) -> Array:
    """Return colours from `low` at 0 to `high` at 1, (...) -> (..., 3) uint8; nan is 0."""
    place = np.clip(np.nan_to_num(values, nan=0.0), 0, 1)[..., None]
    ends = rgb(low), rgb(high)
    return np.asarray((ends[0] + place * (ends[1] - ends[0])).round().astype(np.uint8))


def ink_on(theme: Theme, colors: Array) -> list[QColor]:
    """Return for each colour the text's or the panel's, whichever is easier to read on it.

    Args:
        colors: (n, 3), 0 to 255.

    Source: contrast of the Web Content Accessibility Guidelines 2.2.
    """
    inks = theme.color("text"), theme.color("panel")
    both = [_luminance(rgb(ink)) for ink in inks]
    ground = _luminance(colors)
    found = [np.maximum(ground, one) / np.minimum(ground, one) for one in both]
    return [inks[int(is_panel)] for is_panel in found[1] > found[0]]


def _luminance(colors: Array) -> Array:
    """Return relative luminance with the guidelines' 0.05 added, (..., 3) -> (...)."""
    part = np.asarray(colors, float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ (0.2126, 0.7152, 0.0722) + 0.05)


def image_of(colors: Array) -> QImage:
    """Return an array of colours as an image: (rows, columns, 3), 0 to 255, top row first."""
    rows, columns = colors.shape[:2]
    pixels = np.full((rows, columns, 4), 255, np.uint8)
    pixels[..., :3] = colors[..., ::-1]  # blue first
    form = QImage.Format.Format_RGB32  # of all formats the quickest to draw
    return QImage(pixels.data, columns, rows, 4 * columns, form).copy()
