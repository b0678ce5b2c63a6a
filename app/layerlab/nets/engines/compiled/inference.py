"""Inference: predictions of trained networks, many points at a time, for reports and views."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.nets.engines.compiled.kernel import look
from layerlab.nets.engines.compiled.plan import (
    FAN_IN,
    H_IN,
    Plan,
    aligned,
    by_feature,
    make_plan,
)
from layerlab.nets.engines.compiled.target import lanes
from layerlab.nets.problem import Problem

Array = np.ndarray


@functools.lru_cache(maxsize=8)
def _plan(problem: Problem, points: int) -> tuple[Plan, Array, int]:
    return make_plan(problem, lanes(problem.x.dtype.itemsize), points)


def outputs(problem: Problem, params: Array, x: Array) -> Array:
    """Return the predictions at x, without dropout, on the thread that calls.

    Args:
        problem: what was trained.
        params: (nets, P). x: (rows, D); both in the problem's dtype.

    Returns:
        (nets, rows, outputs).
    """
    dtype, (nets, size), rows = problem.x.dtype, params.shape, len(x)
    plan, layers, numbers = _plan(problem, rows)
    out = np.empty((nets, rows, problem.layout.sizes[-1]), dtype)
    work = aligned(numbers, dtype)
    for row in layers[1:]:  # biases are weights of a row of ones, see `plan`
        ones = int(row[H_IN]) + int(row[FAN_IN]) * plan.stride
        work[ones : ones + plan.stride] = 1
    look(
        plan,
        layers,
        np.ascontiguousarray(params, dtype).reshape(-1),
        size,
        by_feature(np.asarray(x, dtype), lanes(dtype.itemsize)),
        work,
        out.reshape(-1),
        np.zeros(1, np.int64),
    )
    return out
