"""Pictures: a few strokes in a unit box, in tokens instead of colours.

A page's thumbnail is one. It is drawn once by its view, kept as JSON, and painted in any
theme and size without importing the page.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from layerlab.core.resources import resource

Array = np.ndarray
Points = tuple[tuple[float, float], ...]
_DIGITS = 3


class Polyline(msgspec.Struct, frozen=True, tag="line"):
    """A curve. `token`: a colour of the theme, or `layer1` to `layer4`; width in pixels."""

    points: Points
    token: str = "accent"
    width: float = 1.8
    dashed: bool = False


class Area(msgspec.Struct, frozen=True, tag="area"):
    """A filled outline, mixed with the ground."""

    points: Points
    token: str = "accent"
    opacity: float = 0.25


class Scatter(msgspec.Struct, frozen=True, tag="dots"):
    """Points, radius in pixels."""

    points: Points
    token: str = "point"
    radius: float = 2.0


class Image(msgspec.Struct, frozen=True, tag="image"):
    """Cells over a box, -1 (negative) to 1 (positive), top row first."""

    cells: tuple[tuple[float, ...], ...]
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)  # x0, y0, x1, y1


Shape = Polyline | Area | Scatter | Image
Picture = tuple[Shape, ...]


def unit_points(
    x: Array | Sequence[float],
    y: Array | Sequence[float],
    window: tuple[float, float, float, float],
) -> Points:
    """Return data as points of the unit box, 0 to 1, upwards.

    Args:
        x, y: (n,), in data units. window: x0, x1, y0, y1 of the data that fill the box.
    """
    x0, x1, y0, y1 = window
    across = (np.asarray(x, float) - x0) / (x1 - x0)
    up = (np.asarray(y, float) - y0) / (y1 - y0)
    good = np.isfinite(across) & np.isfinite(up)
    rows = np.round(np.stack([across[good], up[good]], axis=1), _DIGITS) + 0.0  # no -0.0
    return tuple((float(a), float(b)) for a, b in rows)


def picture_to_json(picture: Picture) -> bytes:
    """Return a picture as a line of JSON."""
    return msgspec.json.encode(picture) + b"\n"


def picture_from_json(raw: bytes) -> Picture:
    """Read a picture."""
    return msgspec.json.decode(raw, type=tuple[Shape, ...])


def picture_of(key: str) -> Picture:
    """Return the thumbnail of a page of the gallery; raises LabError where it is missing."""
    return picture_from_json(resource(f"thumbnails/experiments/{key}.json").read_bytes())
