"""Curves: one input, one output, a true function that is drawn over the fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.core.spec import TaskSpec
from app.nets.data import Data, Shape
from app.nets.tasks.base import TASKS, Task, extra_points, held_out

Array = np.ndarray
SHARE = 0.25  # held out of a generated curve, drawn beside the training points
_SHAPE = Shape(inputs=1, outputs=1)


def _load(function: Callable[[Array], Array]) -> Callable[[TaskSpec], Data]:
    def truth(x: Array) -> Array:
        return function(x[:, :1])

    def load(spec: TaskSpec) -> Data:
        # Training and held-out points have generators of their own: more of one
        # leaves the others where they are.
        def points(stream: int, count: int) -> tuple[Array, Array]:
            rng = np.random.default_rng([spec.seed, stream])
            x = rng.uniform(-1, 1, (count, 1))
            return x, truth(x) + spec.noise * rng.standard_normal((count, 1))

        x, y = points(0, spec.samples)
        share = held_out(spec, SHARE)
        validation_x, validation_y = points(1, extra_points(spec.samples, share))
        return Data(
            x, y, validation_x, validation_y, shape=_SHAPE, form="curve", feature_names=("x",), target_name="y",
            truth=truth, noise=spec.noise,
        )  # fmt: skip

    return load


def _wave(x: Array) -> Array:
    return 0.55 * np.sin(8 * x) + 0.2 * x


def _add(key: str, label: str, text: str, function: Callable[[Array], Array]) -> None:
    TASKS.add(
        Task(key, label, text, load=_load(function), shape=lambda spec: _SHAPE,
             validation=SHARE, group="curves")
    )  # fmt: skip


_add("wave", "wave", "A wavy curve with three crests: too much for a narrow network.", _wave)
