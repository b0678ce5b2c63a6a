"""Thumbnails of the tasks, built once from the real data.

The window shows them before scikit-learn is imported, and a test compares them with what
the generators draw today. To build them anew: `python -m app.nets.tasks.thumbnails`.
"""

from __future__ import annotations

import json

import numpy as np

from app.core.resources import resource
from app.nets.data import Data
from app.nets.tasks import TASKS
from app.nets.tasks.base import THUMBNAILS

Array = np.ndarray
POINTS = 110  # of a cloud
OFF = 0.25  # a dark pixel of an image, which is not the empty space beside it


def _curve(data: Data) -> Array:
    x = np.linspace(-1, 1, 81)
    assert data.truth is not None
    return np.stack([x, data.truth(x[:, None])[:, 0]])  # (2, 81)


def _plane(data: Data) -> Array:
    x = data.x[:POINTS]
    y = data.y if data.shape.classes else data.y[:, 0]
    return np.stack([*x.T, y[:POINTS]])  # (3, n)


def _table(data: Data) -> Array:
    """Return the rows in the plane of their largest spread, coloured by target. (3, n)"""
    _, _, axes = np.linalg.svd(data.x - data.x.mean(axis=0), full_matrices=False)
    axes = axes[:2] * np.sign(axes[:2].sum(axis=1, keepdims=True))  # the signs are chance
    x = (data.x @ axes.T)[:POINTS]  # (n, 2)
    y = data.y if data.shape.classes else data.y[:, 0]
    return np.stack([*x.T, y[:POINTS]])


def _flip(data: Data) -> Array:
    """Return an image of two pixels and its mirror, four points to a pixel. (8, 20)"""
    picture = np.zeros((8, 20))
    for left, side in ((0, data.x[12]), (12, data.y[12])):
        pixels = np.where(side.reshape(2, 2) > 0, 1.0, OFF)
        picture[:, left : left + 8] = np.kron(pixels, np.ones((4, 4)))
    return picture


def _digits(data: Data) -> Array:
    """Return a five, a nought and a seven of the data. (8, 28)"""
    picture = np.zeros((8, 28))
    for place, digit in enumerate((5, 0, 7)):
        pixels = data.x[np.argmax(data.y == digit)] * data.x_scale + data.x_mean
        picture[:, 10 * place : 10 * place + 8] = pixels.reshape(8, 8) / 16
    return picture


def build() -> dict[str, list[list[float]]]:
    """Return every task's thumbnail, from its recommended data, rounded to three places.

    A curve is (2, n), a cloud (3, n), an image has more than three rows and lies in
    [0, 1]. A task without data of its own has none.
    """
    makers = {"diagonal-flip": _flip, "digits": _digits}
    groups = {"curves": _curve, "planes": _plane, "tables": _table}
    pictures = {}
    for task in TASKS:
        if "path" in task.knobs:
            continue
        data = task.load(task.recommended().task)
        picture = makers.get(task.key, groups.get(task.group, _table))(data)
        pictures[task.key] = (np.round(picture, 3) + 0.0).tolist()  # no -0.0
    return pictures


def main() -> None:
    """Write the thumbnails of all tasks."""
    text = json.dumps(build(), separators=(",", ":")).replace('],"', ']\n,"')
    resource(THUMBNAILS).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
