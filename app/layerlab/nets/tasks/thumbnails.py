"""Thumbnails of the tasks, built once from the real data.

The window shows them before scikit-learn is imported, and a test compares them with what
the generators draw today. To rebuild them: `python -m layerlab.nets.tasks.thumbnails`.
"""

from __future__ import annotations

import json

import numpy as np
from msgspec.structs import replace

from layerlab.core.disk import write_file
from layerlab.core.resources import resource
from layerlab.nets.data import Data
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.base import THUMBNAILS

Array = np.ndarray
POINTS = 120  # of a cloud, at most
LATTICE = 14  # points a side
CALM = 0.02  # noise at which a cloud of tile size shows its shape
OFF = 0.25  # a dark pixel of an image, which is not the empty space beside it


def _curve(data: Data) -> Array:
    x = np.linspace(-1, 1, 81)
    assert data.truth is not None
    return np.stack([x, data.truth(x[:, None])[:, 0]])  # (2, 81)


def _some(points: Array) -> Array:
    """Return points evenly picked from all, in their order. (n, ...)"""
    return points[np.linspace(0, len(points) - 1, min(POINTS, len(points))).astype(int)]


def _plane(data: Data) -> Array:
    """Return points of the classes, or a lattice of a surface's values. (3, n)"""
    if data.truth is None:
        return np.stack([*_some(data.x).T, _some(data.y)])
    side = np.linspace(-1, 1, LATTICE)
    x = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)  # (n, 2)
    return np.stack([*x.T, data.truth(x)[:, 0]])


def _table(data: Data) -> Array:
    """Return rows in the plane of their largest variance, coloured by target. (3, n)"""
    _, _, axes = np.linalg.svd(data.x - data.x.mean(axis=0), full_matrices=False)
    axes = axes[:2] * np.sign(axes[:2].sum(axis=1, keepdims=True))  # the signs are arbitrary
    y = data.y if data.shape.classes else data.y[:, 0]
    return np.stack([*_some(data.x @ axes.T).T, _some(y)])


def _flip(data: Data) -> Array:
    """Return an image of two pixels and its mirror, four points to a pixel. (9, 22)"""
    picture = np.zeros((9, 22))
    for left, side in ((0, data.x[12]), (13, data.y[12])):
        for pixel, value in enumerate(side):
            row, column = 5 * (pixel // 2), left + 5 * (pixel % 2)
            picture[row : row + 4, column : column + 4] = max(value, OFF)
    return picture


def _digits(data: Data) -> Array:
    """Return the most typical five, nought and seven of the data. (8, 28)"""
    picture = np.zeros((8, 28))
    for place, digit in enumerate((5, 0, 7)):
        own = (data.x * data.x_scale + data.x_mean)[data.y == digit]  # (n, 64)
        pixels = own[((own - own.mean(axis=0)) ** 2).sum(axis=1).argmin()]
        picture[:, 10 * place : 10 * place + 8] = pixels.reshape(8, 8) / 16
    return picture


def build() -> dict[str, list[list[float]]]:
    """Return every task's thumbnail, from its recommended data, rounded to three places.

    A curve is (2, n), a cloud (3, n), an image has more than three rows and lies in
    [0, 1]. A task without data of its own has none.
    """
    makers = {
        "diagonal-flip": _flip,
        "digits": _digits,
        "painted": _plane,
        "drawn": _curve,
        "formula": _curve,
    }
    groups = {"curves": _curve, "planes": _plane, "tables": _table}
    pictures = {}
    for task in TASKS:
        if "path" in task.knobs:
            continue
        spec = task.recommended().task
        data = task.load(replace(spec, noise=min(spec.noise, CALM)))
        picture = makers.get(task.key, groups.get(task.group, _table))(data)
        pictures[task.key] = (np.round(picture, 3) + 0.0).tolist()  # no -0.0
    return pictures


def main() -> None:
    """Write the thumbnails of all tasks."""
    text = json.dumps(build(), separators=(",", ":")).replace('],"', ']\n,"')
    write_file(resource(THUMBNAILS), (text + "\n").encode())


if __name__ == "__main__":
    main()
