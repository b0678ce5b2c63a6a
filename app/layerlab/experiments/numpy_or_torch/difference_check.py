"""Backpropagation against differences of the loss, at any push, without any safeguard. No Qt.

`nets.gradcheck` computes in extended precision and leaves out what differences cannot decide.
Here that is what one wants to see: how far a push goes wrong, and why.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.translation import _
from layerlab.experiments.numpy_or_torch.mistakes import Mistake
from layerlab.experiments.numpy_or_torch.trainings import ComparisonConfig
from layerlab.nets.engines.numpy_ import backward, forward
from layerlab.nets.gradcheck import BUG, GOOD, arrays_of
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem, initialize

Array = np.ndarray
POINTS = 8  # of the batch that is checked
ENTRIES = 3  # of each matrix that are pushed; of biases all, as each unit has one
PUSHES = 10.0 ** np.arange(-14, 0.01, 0.5)
WIDE_STEP = 1e-2  # the push that measures how the loss bends


@dataclass(frozen=True, eq=False)
class Picked:
    """Some entries of every array.

    Attributes:
        places: (n,) indices in the flat vector. arrays: name of each array, and where it is in
            them.
    """

    places: Array
    arrays: tuple[tuple[str, slice], ...]


@dataclass(frozen=True, eq=False)
class Differences:
    """The loss's derivatives by the picked parameters, at initialization, by differences.

    Attributes:
        picked: the parameters.
        centred: (pushes, n) from a push up and one down. one_sided: from the one up.
        loss: where nothing is pushed.
    """

    picked: Picked
    centred: Array
    one_sided: Array
    loss: float


@dataclass(frozen=True)
class ArrayError:
    """What the check finds of one array.

    Attributes:
        name: such as `W1`. layer: from 1. error: relative, of the entries that are picked.
    """

    name: str
    layer: int
    error: float


@dataclass(frozen=True)
class Diagnosis:
    """What the check finds in the backward pass.

    Attributes:
        kind: `sound`; `mistake`; `doubt`, between the two thresholds; `blind` where the
            differences themselves are worse than a sound gradient may look.
        layer: where the first array is off, seen from the output; 0 if none is.
        words: the same for a person.
    """

    kind: str
    layer: int
    words: str


def losses(problem: Problem, params: Array, points: int = POINTS) -> Array:
    """Return the loss on the first points. (networks, P) -> (networks,), in their precision."""
    x, y = (a[:points].astype(params.dtype) for a in (problem.x, problem.y))
    return np.asarray(problem.loss.value(NUMPY, forward(problem, params, x).h[-1], y))


@functools.lru_cache(maxsize=64)
def picked(setting: ComparisonConfig) -> Picked:
    """Draw the entries that are pushed."""
    rng = np.random.default_rng(0)
    places: list[int] = []
    found: list[tuple[str, slice]] = []
    for name, start, stop in arrays_of(setting.problem.layout):
        count = stop - start if name[0] == "b" else min(ENTRIES, stop - start)
        entries = rng.choice(np.arange(start, stop), count, replace=False)
        found.append((name, slice(len(places), len(places) + len(entries))))
        places += sorted(entries.tolist())
    return Picked(np.array(places), tuple(found))


@functools.lru_cache(maxsize=512)
def gradient(setting: ComparisonConfig, mistake: Mistake) -> Array:
    """Return the initial gradient (n,) that backpropagation finds, of picked entries."""
    problem = setting.problem
    params = initialize(problem).params
    done = forward(problem, params, problem.x[:POINTS])
    d_out = problem.loss.gradient(done.h[-1], problem.y[:POINTS])
    found = backward(problem, params, done, d_out, mistake).params[0]
    return np.asarray(found[picked(setting).places])


def differences(setting: ComparisonConfig, pushes: Array) -> Differences:
    """Push parameters by each of chosen lengths and look at the loss; see `Differences`."""
    problem, chosen = setting.problem, picked(setting)
    start = initialize(problem).params  # (1, P)
    steps, many = pushes.astype(start.dtype)[:, None], np.arange(len(chosen.places))
    pushed = np.tile(start, (len(pushes), 2, len(many), 1))  # (pushes, 2, n, P)
    pushed[:, 0, many, chosen.places] += steps
    pushed[:, 1, many, chosen.places] -= steps
    with np.errstate(all="ignore"):
        found = losses(problem, pushed.reshape(-1, start.shape[1]))
        up, down = np.moveaxis(found.reshape(pushed.shape[:3]), 1, 0)
        loss = losses(problem, start)[0]
        # By what was really added: a tiny push may be rounded away.
        there = pushed[:, :, many, chosen.places] - start[0, chosen.places]
        centred = (up - down) / (there[:, 0] - there[:, 1])
        one_sided = (up - loss) / there[:, 0]
    return Differences(chosen, np.nan_to_num(centred), np.nan_to_num(one_sided), float(loss))


@functools.lru_cache(maxsize=64)
def bends(setting: ComparisonConfig) -> Array:
    """Return second and third derivative of the loss along picked parameters. (2, n)"""
    problem, places = setting.problem, picked(setting).places
    start = initialize(problem).params.astype(float)
    many, steps = np.arange(len(places)), WIDE_STEP * np.array([-2, -1, 0, 1, 2])
    pushed = np.tile(start, (len(steps), len(places), 1))
    pushed[:, many, places] += steps[:, None]
    far_down, down, here, up, far_up = losses(
        problem, pushed.reshape(-1, start.shape[1])
    ).reshape(len(steps), -1)
    second = (up - 2 * here + down) / WIDE_STEP**2
    third = (far_up - 2 * up + 2 * down - far_down) / (2 * WIDE_STEP**3)
    if problem.activation.piecewise_linear:
        third = 0 * third  # between two gates the loss is a parabola in each parameter
    return np.stack((second, third))


def relative(a: Array, n: Array) -> Array:
    """Return |a - n| / (|a| + |n|) in the 2-norm over the last axis; 0 where both are 0."""
    scale = np.linalg.norm(a, axis=-1) + np.linalg.norm(n, axis=-1)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.linalg.norm(a - n, axis=-1) / scale, nan=0.0)


def worst(chosen: Picked, a: Array, n: Array) -> Array:
    """Return the relative error of the worst array, over the last axis."""
    return np.max([relative(a[..., at], n[..., at]) for _, at in chosen.arrays], axis=0)


@functools.lru_cache(maxsize=64)
def valley(setting: ComparisonConfig) -> Differences:
    """Return the derivatives for all of `PUSHES`; kept, as they know of no mistake."""
    return differences(setting, PUSHES)


def forecast(setting: ComparisonConfig, pushes: Array) -> tuple[Array, Array]:
    """Return the error that theory gives centred differences in float64, by push.

    Args:
        pushes: (n,).

    Returns:
        from cutting the Taylor series, eps^2 / 6 L'''; from rounding the loss to its last
        digit, u L / 2 eps; both relative to the gradient, of the worst array, (n,).
    """
    of, exact = valley(setting), gradient(setting, Mistake())
    digit, cut, rounding = float(np.finfo(float).eps), [], []
    for _name, at in of.picked.arrays:
        scale = 2 * np.linalg.norm(exact[at]) or 1.0
        cut.append(pushes**2 / 6 * np.linalg.norm(bends(setting)[1, at]) / scale)
        count = np.sqrt(at.stop - at.start)
        rounding.append(digit * of.loss / (2 * pushes) * count / scale)
    return np.max(cut, axis=0), np.max(rounding, axis=0)


def each_array(
    setting: ComparisonConfig, mistake: Mistake, numeric: Array
) -> tuple[ArrayError, ...]:
    """Return the check of every array; `numeric` (n,) are the derivatives of picked entries."""
    found = gradient(setting, mistake)
    return tuple(
        ArrayError(name, int(name[1:]), float(relative(found[at], numeric[at])))
        for name, at in picked(setting).arrays
    )


def located(checks: tuple[ArrayError, ...], expected: float) -> Diagnosis:
    """Return in which layer the backward pass goes wrong, walking back as it walks.

    Args:
        checks: of all arrays. expected: error that theory gives the differences alone.
    """
    if expected > GOOD:
        return Diagnosis("blind", 0, _("this step cannot decide"))
    for kind, limit in (("mistake", BUG), ("doubt", GOOD)):
        off = [check for check in checks if check.error > limit]
        if off:
            layer = max(check.layer for check in off)
            names = [check.name for check in off if check.layer == layer]
            last = layer == max(check.layer for check in checks)
            words = _words(kind, layer, last)
            if len(off) == 1:
                words = _("{found}, {array} alone", found=words, array=names[0])
            return Diagnosis(kind, layer, words)
    return Diagnosis("sound", 0, _("no mistake"))


def _words(kind: str, layer: int, is_last: bool) -> str:
    """Return in which layer something is wrong, or may be."""
    if kind == "mistake":
        if is_last:
            return _("mistake in the output layer")
        return _("mistake in layer {layer}", layer=layer)
    return (
        _("doubt in the output layer") if is_last else _("doubt in layer {layer}", layer=layer)
    )
