"""A prediction as a small picture in tokens: a run's thumbnail, in any theme and size."""

from __future__ import annotations

import numpy as np

from layerlab.core.frames import (
    ClassPrediction,
    CurvePrediction,
    ImagePrediction,
    MapPrediction,
    Prediction,
    ScatterPrediction,
)
from layerlab.core.picture import Image, Picture, Polyline, Scatter, unit_points

Array = np.ndarray
POINTS, GRID, SIDE = 40, 64, 20  # of a cloud, of a curve, of a map: no more than one sees
RADIUS = 1.4  # of a point, pixels
_PAD = 0.08  # beside the data, as a share of their range


def picture_of_prediction(prediction: Prediction) -> Picture:
    """Return what a prediction looks like; empty where its numbers are not finite.

    Curves and clouds have their data's own range, maps a colour for each class or value.
    """
    with np.errstate(all="ignore"):
        if isinstance(prediction, CurvePrediction):
            return _curve(prediction)
        if isinstance(prediction, MapPrediction):
            return _map(prediction)
        if isinstance(prediction, ImagePrediction):
            pair = np.concatenate([prediction.targets[0], prediction.outputs[0]], axis=1)
            return _image(pair / max(float(np.abs(prediction.targets[0]).max()), 1e-12))
        if isinstance(prediction, ClassPrediction):
            share = prediction.confusion / max(float(np.max(prediction.confusion)), 1e-12)
            return _image(share)
        return _scatter(prediction)


def _some(values: Array, most: int) -> Array:
    """Return values evenly picked from all, in their order."""
    return values[np.linspace(0, len(values) - 1, min(most, len(values))).astype(int)]


def _window(x: Array, y: Array) -> tuple[float, float, float, float] | None:
    """Return the range of finite points with some room; None where there is none."""
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return None
    bounds = []
    for values in (x[good], y[good]):
        low, high = float(values.min()), float(values.max())
        room = _PAD * (high - low) or 0.5
        bounds += [low - room, high + room]
    return bounds[0], bounds[1], bounds[2], bounds[3]


def _curve(part: CurvePrediction) -> Picture:
    x, y = _some(part.x, GRID), _some(part.quantiles[2], GRID)
    # The data's range, so that a network far off is seen to be so.
    window = _window(part.train_x, part.train_y)
    if window is None:
        return ()
    dots = unit_points(_some(part.train_x, POINTS), _some(part.train_y, POINTS), window)
    line = unit_points(x, y, window)
    inside = tuple((a, min(max(b, -1.0), 2.0)) for a, b in line)
    return (
        (Scatter(dots, radius=RADIUS), Polyline(inside))
        if len(inside) > 1
        else (Scatter(dots, radius=RADIUS),)
    )


def _map(part: MapPrediction) -> Picture:
    rows = _some(part.values if part.classes is None else part.classes, SIDE)
    cells = _some(np.asarray(rows, float).T, SIDE).T
    if part.classes is not None:
        low, high = 0.0, float(max(part.class_count - 1, 1))
    elif part.class_count:
        low, high = 0.0, 1.0
    else:
        low, high = part.low, part.high
    span = high - low or 1.0
    return _image(2 * (cells[::-1] - low) / span - 1)


def _image(cells: Array) -> Picture:
    if max(cells.shape) > 2 * SIDE:
        cells = _some(_some(cells, 2 * SIDE).T, 2 * SIDE).T
    known = np.clip(np.nan_to_num(np.asarray(cells, float)), -1, 1).round(2) + 0.0  # no -0.0
    return (Image(tuple(tuple(row) for row in known.tolist())),)


def _scatter(part: ScatterPrediction) -> Picture:
    true, found = part.true, part.predicted[2]
    window = _window(true, true)
    if window is None:
        return ()
    at = np.linspace(0, len(true) - 1, min(3 * POINTS, len(true))).astype(int)
    points = unit_points(true[at], np.clip(found[at], window[2], window[3]), window)
    return Polyline(((0.0, 0.0), (1.0, 1.0)), "muted", 1.0, True), Scatter(
        points, "accent", RADIUS
    )
