"""A flow of the plane, x' = W x or x' = tanh(W x), and Euler's steps along it. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.translation import _

Array = np.ndarray
Numbers = tuple[float, ...]
FIELDS = ("linear", "tanh")
END = 8.0  # time at which a path ends
TURN = 0.5  # radians by which the eigenvectors are turned, so that they lie on no axis
FINE = 161  # moments of a path that is drawn
RUNGS = np.unique(np.geomspace(4, 160, 28).round().astype(int))  # steps to the end
TOLERANCE = 1e-8
LEFT, RIGHT, TOP = -5.0, 1.5, 2.4  # where eigenvalues can be dragged
MAX_COORDINATE = 1e12  # numbers beyond it are no picture


def nonlinearity(field: str) -> Callable[[Array], Array]:
    """Return what a layer does to its pre-activations."""
    return np.tanh if field == "tanh" else np.asarray


def eigenvalues(numbers: Numbers) -> Array:
    """Return two eigenvalues that a real matrix can have. (2,) complex

    Args:
        numbers: real and imaginary part of one, then of the other.

    Raises:
        LabError: not four numbers, or neither both real nor conjugate.
    """
    if len(numbers) != 4:
        raise LabError(
            _(
                "Eigenvalues lists {given} numbers, they must be four: "
                "real and imaginary part of two",
                given=len(numbers),
            )
        )
    one, other = complex(*numbers[:2]), complex(*numbers[2:])
    if not (one.imag == other.imag == 0 or one == other.conjugate()):
        raise LabError(
            _(
                "Eigenvalues are {one} and {other}; those of a real "
                "matrix are both real, or conjugate",
                one=_text(one),
                other=_text(other),
            )
        )
    return np.array([one, other])


def dragged(values: Array, which: int, real: float, imag: float, magnet: float) -> Numbers:
    """Return both eigenvalues when one of them is dragged to a point.

    Off the real axis the other one is its conjugate; on it, it stays where it is.

    Args:
        values: (2,) as they are. which: 0 or 1. real, imag: where it is wanted.
        magnet: what is closer to the real axis is put on it.
    """
    real = round(min(max(real, LEFT), RIGHT), 2) + 0.0
    imag = round(min(max(imag, -TOP), TOP), 2) + 0.0
    if abs(imag) < magnet:
        was_pair = values[which].imag != 0
        other = real if was_pair else float(values[1 - which].real)
        pair = [(real, 0.0), (other, 0.0)]
    else:
        pair = [(real, imag), (real, -imag)]
    one, two = pair if which == 0 else pair[::-1]
    return (*one, *two)


def _text(value: complex) -> str:
    return f"{value.real:g}{value.imag:+g}i" if value.imag else f"{value.real:g}"


def frame(skew: float) -> Array:
    """Return the directions that W keeps, as columns; at right angles without skew. (2, 2)"""
    c, s = np.cos(TURN), np.sin(TURN)
    return np.array([[c, -s], [s, c]]) @ np.array([[1.0, skew], [0.0, 1.0]])


def _shaped(skew: float, real: Array, imag: Array) -> Array:
    """Return frame [...] frame^-1 of what multiplies the eigenvectors. (..., 2, 2)"""
    inner = np.zeros((*real.shape[:-1], 2, 2))
    inner[..., 0, 0], inner[..., 1, 1] = real[..., 0], real[..., 1]
    inner[..., 0, 1], inner[..., 1, 0] = -imag[..., 0], imag[..., 0]
    basis = frame(skew)
    return np.asarray(basis @ inner @ np.linalg.inv(basis))


def matrix(values: Array, skew: float) -> Array:
    """Return W with these eigenvalues; without skew it is normal, if they are real symmetric.

    Args:
        values: (2,) complex. skew: how far its two directions lean towards each other.
    """
    return _shaped(skew, values.real, values.imag)


def moved(values: Array, skew: float, times: Array) -> Array:
    """Return exp(t W), that moves a point along x' = W x for a time. (..., 2, 2)

    Args:
        values: (2,) complex, the eigenvalues of W. times: any shape.
    """
    power = np.exp(times[..., None] * values)
    return _shaped(skew, power.real, power.imag)


@functools.lru_cache(maxsize=64)
def _solved(values: tuple[complex, ...], skew: float, starts: Numbers) -> Any:
    """Return x(t) of x' = tanh(W x) between 0 and `END`, all starts in a row."""
    from scipy.integrate import solve_ivp  # not before it is needed: slow to import

    turned = matrix(np.array(values), skew).T

    def velocity(_: float, x: Array) -> Array:
        return np.tanh(x.reshape(-1, 2) @ turned).ravel()

    done = solve_ivp(
        velocity,
        (0, END),
        starts,
        method="DOP853",
        dense_output=True,
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )
    return done.sol


def path(field: str, values: Array, skew: float, starts: Array, times: Array) -> Array:
    """Return where the flow takes points. (n, s, 2)

    Args:
        field: one of `FIELDS`. values, skew: of W.
        starts: (s, 2). times: (n,) between 0 and `END`.
    """
    if field == "linear":
        return np.einsum("nij,sj->nsi", moved(values, skew, times), starts)
    solved = _solved(tuple(values.tolist()), skew, tuple(starts.ravel().tolist()))
    return np.asarray(solved(times).T.reshape(len(times), *starts.shape))


def euler(field: str, w: Array, starts: Array, step: Array, count: int) -> Array:
    """Return where steps x <- x + dt phi(W x) take points, the starts first.

    Args:
        field: one of `FIELDS`. w: (2, 2). starts: (s, 2).
        step: (m,) several dt at once. count: how many steps.

    Returns:
        (count + 1, m, s, 2), kept below `MAX_COORDINATE`.
    """
    act = nonlinearity(field)
    found = np.empty((count + 1, len(step), *starts.shape))
    x = np.broadcast_to(starts, found.shape[1:])
    found[0] = x
    for k in range(count):
        x = np.clip(x + step[:, None, None] * act(x @ w.T), -MAX_COORDINATE, MAX_COORDINATE)
        found[k + 1] = x
    return found


@dataclass(frozen=True, eq=False)
class FlowErrors:
    """Some paths, and how far steps of several lengths come off them.

    Attributes:
        times: (n,) moments. true: (n, s, 2) where the flow has the points then.
        rungs: (m,) several dt. offs: (m,) how far steps of that length are off at most.
    """

    times: Array
    true: Array
    rungs: Array
    offs: Array


@functools.lru_cache(maxsize=16)
def course(field: str, numbers: Numbers, skew: float, begun: Numbers) -> FlowErrors:
    """Follow the flow from some starts; the last few are kept.

    Args:
        field: one of `FIELDS`. numbers: the eigenvalues, see `eigenvalues`.
        skew: of W. begun: pairs x, y.
    """
    values, starts = eigenvalues(numbers), np.array(begun).reshape(-1, 2)
    times = np.linspace(0, END, FINE)
    true = path(field, values, skew, starts, times)
    return FlowErrors(times, true, END / RUNGS, apart(field, values, skew, starts))


def apart(field: str, values: Array, skew: float, starts: Array) -> Array:
    """Return how far the steps come off the flow on their way, for `RUNGS`. (m,)"""
    w, step = matrix(values, skew), END / RUNGS
    count = int(RUNGS[-1])
    stepped = euler(field, w, starts, step, count)  # (count + 1, m, s, 2)
    index = np.arange(count + 1)[:, None]
    inside = index <= RUNGS  # (count + 1, m)
    times = np.minimum(index * step, END)[inside]
    true = path(field, values, skew, starts, times)  # (n, s, 2)
    off = np.zeros((count + 1, len(RUNGS)))
    off[inside] = np.linalg.norm(stepped[inside] - true, axis=-1).max(-1)
    return np.asarray(off.max(0))
