"""Colours of what plots draw: blends, and the colours of maps."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from layerlab.ui.theme import Theme

Array = np.ndarray


def rgb(color: QColor) -> Array:
    """Return a colour as three numbers, 0 to 255. (3,)"""
    return np.array([color.red(), color.green(), color.blue()], float)


def mix(theme: Theme, color: QColor, opacity: float, under: str = "panel") -> QColor:
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
