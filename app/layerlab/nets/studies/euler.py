"""When steps of Euler stay bounded: eigenvalues, powers, the lab's residual network. No Qt."""

from __future__ import annotations

import functools
import math

import numpy as np

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import Problem, problem_of

Array = np.ndarray
LAYERS = 64  # of the lab's network
DOUBLINGS = 40  # an iteration of 2^40 steps
LOW, HIGH = 1e-3, 1e3  # between which the largest dt is looked for
BOUNDED = 1e3  # times the length at the start; what falls or turns stays far below


def largest_step(values: Array) -> Array:
    """Return the dt at which |1 + dt lambda| = 1. Any shape, real parts below 0."""
    return np.asarray(-2 * values.real / np.abs(values) ** 2)


def limit_of(values: Array) -> float:
    """Return the largest dt at which no direction grows, 0 if each dt makes one grow.

    Args:
        values: (n,) eigenvalues; what is 0 stands still, which is stable.
    """
    moving = values[values != 0]
    if (moving.real >= 0).any():
        return 0.0
    return float(largest_step(moving).min(initial=np.inf))


def iterated(matrices: Array, start: Array, steps: int) -> Array:
    """Return how lengths change when matrices are applied again and again.

    Args:
        matrices: (n, d, d). start: (n, d). steps: how often.

    Returns:
        (n,) length at the end over that at the start.
    """
    h = start
    for _ in range(steps):
        h = np.einsum("nij,nj->ni", matrices, h)
    return np.asarray(np.linalg.norm(h, axis=1) / np.linalg.norm(start, axis=1))


def iterated_far(matrix: Array) -> float:
    """Return how long 2^`DOUBLINGS` steps can make a start: by squaring, not by theory.

    Args:
        matrix: (d, d) of one step.

    Returns:
        The largest entry of its power; inf beyond the range of numbers.
    """
    power, size = matrix, 0.0
    with np.errstate(all="ignore"):
        for _ in range(DOUBLINGS):
            power = power @ power
            size = float(np.abs(power).max())
            if not size < 1e150:  # its square would leave the range of numbers
                return math.inf
    return size


def stays(matrix: Array) -> bool:
    """Return whether 2^`DOUBLINGS` steps with a matrix (d, d) leave every start bounded."""
    return iterated_far(matrix) <= BOUNDED


# Not diagonalizable: one eigenvalue, -1, and one direction alone that keeps its own.
DEFECTIVE = np.array([[-1.0, 1.0], [0.0, -1.0]])


def growth_at_limit(w: Array, steps: int) -> tuple[float, float]:
    """Return how lengths change with the dt at which the largest |1 + dt lambda| is 1.

    Args:
        w: (d, d), eigenvalues left of 0. steps: how many.

    Returns:
        The largest factor of any start after so many steps, and after twice as many.
    """
    step = np.eye(len(w)) + limit_of(np.linalg.eigvals(w)) * w
    once = np.linalg.matrix_power(step, steps)
    return float(np.linalg.norm(once, 2)), float(np.linalg.norm(once @ once, 2))


def limit_by_iteration(w: Array) -> float:
    """Return the largest dt that keeps an iteration bounded, by bisection; 0 below `LOW`."""
    return _limit(tuple(map(tuple, w.tolist())))


@functools.lru_cache(maxsize=64)
def _limit(rows: tuple[tuple[float, ...], ...]) -> float:
    w, low, high = np.array(rows), LOW, HIGH
    eye = np.eye(len(w))
    if not stays(eye + low * w):
        return 0.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if stays(eye + middle * w) else (low, middle)
    return low


def lab_spec_of(layers: int, count: int = 1) -> LabSpec:
    """Return the lab's residual networks of linear layers two wide."""
    net = NetSpec(hidden=(2,) * layers, activation="identity", residual=True)
    train = TrainSpec(seeds=count, dtype="float64")
    return LabSpec(task=TaskSpec(name="moons"), net=net, train=train)


@functools.cache
def _lab(count: int) -> Problem:
    return problem_of(lab_spec_of(LAYERS, count))


def through_lab(weights: Array, start: Array) -> Array:
    """Send points through the lab's residual networks of `LAYERS` equal layers.

    Args:
        weights: (n, 2, 2) of every layer, in the lab's order: h <- h + h W.
        start: (n, 2), one for each network.

    Returns:
        (n,) lengths behind the last layer.
    """
    problem = _lab(len(weights))
    layout = problem.layout
    params = np.zeros((len(weights), layout.parameters))
    for layer in range(LAYERS):
        layout.weights(params, layer)[:] = weights
    done = forward(problem, params, start[:, None])
    return np.asarray(np.linalg.norm(done.h[LAYERS][:, 0], axis=1))
