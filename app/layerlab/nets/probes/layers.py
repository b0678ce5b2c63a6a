"""Signal and gradient by layer: three variances, a histogram, and dead units.

The three variances are never pooled. For activations h[input, unit] of one network:

    mean square      mean over inputs and units of h^2
    across inputs    mean over units of the variance over inputs: does the layer still
                     distinguish inputs?
    across units     mean over inputs of the variance over units: biases alone can make
                     it look healthy

All are population variances (divided by the number, not by one less).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE, LayerPart
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes.base import ProbedState
from layerlab.nets.theory import theory

Array = np.ndarray
BINS = 48
HISTOGRAM_VALUES = 40_000  # a layer; more would not change what is seen
STEPS = (1, 2, 5, 10)  # ends of the histograms, so that they seldom change
MIN_VISIBLE = 1e-30  # nothing is seen of smaller numbers
SAFE = 1e-18, 1e18  # squares of numbers in between are exact enough in float32


def _mean_square(h: Array) -> Array:
    # Without an array of the squares, which would be as large as the activations.
    return np.einsum("snw,snw->s", h, h) / (h.shape[1] * h.shape[2])


def _across(h: Array, axis: int) -> Array:
    # Around the mean, and not E[h^2] - E[h]^2, which cancels where inputs have become alike.
    return _mean_square(h - h.mean(axis, keepdims=True))


def _careful(value: Callable[[Array], Array], h: Array) -> Array:
    """Return a mean of squares in float64 where float32 would over- or underflow."""
    found = value(h)
    if h.dtype == np.float32 and not ((found > SAFE[0]) & (found < SAFE[1])).all():
        found = value(h.astype(float))
    return found.astype(float)


def mean_square(h: Array) -> Array:
    """Return the mean square. (seeds, inputs, units) -> (seeds,)"""
    return _careful(_mean_square, h)


def across_inputs(h: Array) -> Array:
    """Return the variance over inputs, averaged over units. (seeds, inputs, units)"""
    return _careful(lambda v: _across(v, 1), h)


def across_units(h: Array) -> Array:
    """Return the variance over units, averaged over inputs. (seeds, inputs, units)"""
    return _careful(lambda v: _across(v, 2), h)


SIGNAL_VARIANCES = {
    ACROSS_INPUTS: across_inputs,
    MEAN_SQUARE: mean_square,
    ACROSS_UNITS: across_units,
}


def dead_units(probed: ProbedState) -> list[Array]:
    """Return for each hidden layer which units have slope 0 on every input. (seeds, units)"""
    return [_dead(probed, n) for n in probed.cache.n[:-1]]


def _dead(probed: ProbedState, n: Array) -> Array:
    activation, net = probed.problem.activation, probed.problem.spec.net
    slope = activation.derivative(NUMPY, n, net.slope)
    return np.asarray(~np.any(slope, axis=1))


def signal_part(probed: ProbedState) -> LayerPart:
    """Return the activations of the hidden layers: what each passes on, skip included."""
    hidden = probed.cache.h[1:-1]
    measured = {name: _stack(f, hidden, probed) for name, f in SIGNAL_VARIANCES.items()}
    known = theory(probed.problem.spec)
    return _part(probed, hidden, measured, known["signal"], whole=True)


def gradient_part(probed: ProbedState) -> LayerPart:
    """Return dL/dz of the hidden layers, of each input's own loss.

    The histograms leave out what is exactly 0: inactive units would dwarf all others, and
    are counted by `dead` and by the activations. The mean square counts them.
    """
    hidden = probed.gradients.z[:-1]
    measured = {MEAN_SQUARE: _stack(mean_square, hidden, probed)}
    known = theory(probed.problem.spec)
    return _part(probed, hidden, measured, known["gradient"], whole=False)


def _stack(value: Callable[[Array], Array], layers: list[Array], probed: ProbedState) -> Array:
    columns = np.array([value(h) for h in layers])  # (L, S)
    return columns.reshape(len(layers), probed.state.seeds).T


def _part(
    probed: ProbedState,
    layers: list[Array],
    measured: dict[str, Array],
    known: dict[str, Array],
    *,
    whole: bool,
) -> LayerPart:
    edges, counts, unit = histograms(layers, whole)
    dead = np.array([units.mean(1) for units in dead_units(probed)])  # (L, S)
    return LayerPart(
        edges=edges,
        counts=counts,
        unit=unit,
        measured=measured,
        theory=known,
        dead=dead.reshape(len(layers), probed.state.seeds).T,
    )


def _sample(h: Array, whole: bool) -> Array:
    """Return values of all seeds and units, of fewer inputs if there are too many."""
    step = max(1, h.size // HISTOGRAM_VALUES)
    step = min(step, h.shape[1])
    values = h[:, ::step].ravel()[: 2 * HISTOGRAM_VALUES]
    return values if whole else values[values != 0]


def histograms(layers: list[Array], whole: bool) -> tuple[Array, Array, int]:
    """Return edges shared by the layers, densities of peak 1, and the power of ten."""
    values = [_sample(h, whole) for h in layers]
    low, high = _ends(values, whole)
    counts = np.zeros((len(values), BINS))
    scale = BINS / (high - low)
    for row, v in zip(counts, values, strict=True):
        place = (v - low) * scale
        place = place[(place >= 0) & (place <= BINS)].astype(np.intp)  # drops nan too
        row[:] = np.bincount(np.minimum(place, BINS - 1), minlength=BINS)
        row /= max(1.0, row.max())
    size = max(-low, high)
    unit = 0 if 0.1 <= size < 1000 else math.floor(math.log10(size))
    return np.linspace(low, high, BINS + 1) / 10.0**unit, counts, unit


def _ends(values: list[Array], whole: bool) -> tuple[float, float]:
    """Return the range of the histograms: nearly all values, in steps of 1, 2, 5.

    The widest layer decides. Gradients lie around 0; activations may be of one sign, and
    then a little of the other side is shown, so that 0 is seen to be an end.
    """
    tails = [_tails(v) for v in values]
    low = min((t[0] for t in tails), default=-1.0)
    high = max((t[1] for t in tails), default=1.0)
    size = max(-low, high)
    if size < MIN_VISIBLE:
        low, high, size = (0.0, 1.0, 1.0) if whole else (-1.0, 1.0, 1.0)
    if not whole:
        return -_rounded(size), _rounded(size)
    low = -_rounded(-low) if low < -0.02 * size else 0.0
    high = _rounded(high) if high > 0.02 * size else 0.0
    edge = 0.1 * max(-low, high)
    return min(low, -edge), max(high, edge)


def _tails(values: Array) -> tuple[float, float]:
    sample = values[:: max(1, values.size // 1009)]
    sample = np.sort(sample[np.isfinite(sample)])
    if not sample.size:
        return 0.0, 0.0
    cut = sample.size // 150
    return float(sample[cut]), float(sample[-1 - cut])


def _rounded(size: float) -> float:
    """Return the next of 1, 2, 5, 10 ... times a power of ten."""
    power = 10.0 ** math.floor(math.log10(size))
    return next((k * power for k in STEPS if k * power >= size * (1 - 1e-3)), 10 * power)
