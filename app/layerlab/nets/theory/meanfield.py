"""Signal and gradient of infinitely wide layers, and the map of order and chaos. No Qt.

All inputs of the page have the same length and, two by two, the same correlation. So a
layer is three numbers, its length q, its correlation c and the slope's mean square, and 64
layers take a millisecond; `nets.theory` takes any data, and is the oracle. With z, z_a and z_b
standard normal, z_a and z_b of correlation c, s = weight_std^2 and t = bias_std^2:

    q' = s E[act(sqrt(q) z)^2] + t                               length map
    c' = (s E[act(sqrt(q) z_a) act(sqrt(q) z_b)] + t) / q'       correlation map
    chi = s E[act'(sqrt(q) z)^2]                                 its slope at c = 1

A small squared difference grows by chi a layer on the way forward, and the mean square of a
gradient on the way back: chi < 1 is the ordered phase, chi > 1 the chaotic one.

Poole et al. 2016 (arXiv 1606.05340), eq. 3, 5 and 8; Schoenholz et al. 2017 (1611.01232).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.theory.kernel import PreActivations, propagate
from layerlab.nets.theory.quadrature import Rule, log_gamma_moments, mean_over, rule_at

Array = np.ndarray
SLOPE = 0.01  # of leaky ReLU
DEGREE = 40  # of the series in the correlation
MIN_VARIANCE = 1e-300
NINE_OF_TEN = 1.6449  # standard deviations within which a normal number lies 9 times of 10
WEIGHT_RANGE, BIAS_RANGE = (0.05, 32.0), (0.0, 3.0)  # of the map
COLUMNS, ROWS = 57, 37  # samples of the map
LENGTHS = np.logspace(-12, 12, 241)  # at which the map's curves are known
SETTLE = 160  # layers after which lengths count as settled


@dataclass(frozen=True, eq=False)
class Theory:
    """What is expected of each layer; arrays (L,), of what the layer passes on.

    Attributes:
        square, across_inputs, across_units: the three variances.
        low, high: between which the mean square of 9 of 10 networks lies.
        correlation: of the pre-activations of two inputs, (L + 1,): the inputs' own first.
        chi: growth of a squared difference, or of a squared gradient, in each layer.
        gradient: mean square of dL/dh where that of the last layer is 1.
    """

    square: Array
    across_inputs: Array
    across_units: Array
    low: Array
    high: Array
    correlation: Array
    chi: Array
    gradient: Array


def homogeneous(entry: Activation) -> bool:
    """Return whether act(a z) = a act(z) for a > 0: then moments have closed forms."""
    return entry.piecewise_linear and set(entry.kinks) <= {0.0}


def propagate_layers(
    activation: str,
    weight_std: float,
    bias_std: float,
    depth: int,
    width: int,
    correlation: float,
    inputs: int,
) -> Theory:
    """Follow inputs of mean square 1 through a network at initialization.

    Args:
        activation: its name. weight_std: that of a weight times the root of the fan-in.
        bias_std: that of a bias. depth, width: of the network.
        correlation: of any two inputs, 0 to 1. inputs: how many are measured.
    """
    entry, s, t = ACTIVATIONS[activation], weight_std**2, bias_std**2
    q, square = np.empty(depth), 1.0
    for layer in range(depth):
        q[layer] = s * square + t  # q' = s E[act^2] + t
        square = float(_square(entry, q[layer]))
    root = np.sqrt(q)
    rule = rule_at(root, entry.kinks)
    values = entry(root[:, None] * rule.z, SLOPE)  # (L, m)
    squares, mean = rule.mean(values**2), rule.mean(values)
    steep = _steep(entry, q)
    d, one_minus_c = _distances(entry, rule, values, squares, steep, q, s, correlation)
    chi = s * steep
    # E[dh_l^2] = chi_(l+1) E[dh_(l+1)^2], so it is the product of all chi behind the layer.
    gradient = np.append(np.cumprod(chi[:0:-1])[::-1], 1.0)
    low, high = _scatter(entry, rule, values, squares, q, s, 1 - one_minus_c, width, inputs)
    return Theory(
        squares,
        # The variance over n draws around their own mean is 1 - 1/n of that of the law.
        d * (1 - 1 / inputs),
        (squares - mean**2) * (1 - 1 / width),
        low,
        high,
        np.append(correlation, 1 - one_minus_c),
        chi,
        gradient,
    )


def _square(entry: Activation, q: Array) -> Array:
    """Return E[act^2] at lengths q. Any shape."""
    return mean_over(lambda z: entry(z, SLOPE) ** 2, np.sqrt(q), entry.kinks)


def _steep(entry: Activation, q: Array) -> Array:
    """Return E[act'^2] at lengths q. Any shape."""
    return mean_over(lambda z: entry.derivative_at(z, SLOPE) ** 2, np.sqrt(q), entry.kinks)


def _distances(
    entry: Activation,
    rule: Rule,
    values: Array,
    squares: Array,
    steep: Array,
    q: Array,
    s: float,
    correlation: float,
) -> tuple[Array, Array]:
    """Return half the squared distance behind each layer, and 1 - c before it. (L,), (L,)

    d = E[(h_a - h_b)^2] / 2 = E[act^2] - E[act act], and biases are the same for both inputs:
    1 - c' = s d / q'. Distances are propagated, not correlations: 1 - 1e-24 would be 1.
    """
    d, one_minus_c, before = np.empty(len(q)), np.empty(len(q)), 1 - correlation
    series = None if homogeneous(entry) else _series(rule, values, squares, steep * q)
    for layer, length in enumerate(q):
        one_minus_c[layer] = apart = min(1.0, s * before / max(length, MIN_VARIANCE))
        if series is None:
            pre = PreActivations(np.array([length, length]), np.array([apart * length]))
            d[layer] = propagate(entry, SLOPE, pre).d[0]
        else:  # sum of c_k^2 (1 - c^k)
            sizes, powers = (part[layer] for part in series)
            d[layer] = float(sizes @ _missing(apart, powers))
        before = d[layer]
    return d, one_minus_c


def _series(rule: Rule, values: Array, squares: Array, power: Array) -> tuple[Array, Array]:
    """Return sizes and powers of E[act act] = sum sizes c^powers. (L, K), (L, K)

    Mehler's formula, sizes the squares of the Hermite coefficients; what lies beyond the
    degree is one term of the right size and power.
    """
    sizes = rule.coefficients(values, DEGREE) ** 2
    k = np.arange(DEGREE + 1.0)
    left = np.maximum(squares - sizes.sum(1), 0)
    left = np.where(left > 1e-13 * squares, left, 0)
    # The last term's power is the one at which sum k c_k^2
    # is that of the slope (see `_tail` of the kernel).
    far = np.clip(
        np.maximum(power - sizes @ k, 0) / np.maximum(left, MIN_VARIANCE), DEGREE + 1, 1e9
    )
    powers = np.column_stack([np.tile(k, (len(squares), 1)), far])
    return np.column_stack([sizes, left]), powers


def _missing(one_minus_c: float, powers: Array) -> Array:
    """Return 1 - c^powers without cancellation."""
    if one_minus_c >= 1:
        return (powers > 0).astype(float)
    return np.asarray(-np.expm1(powers * math.log1p(-one_minus_c)))


def _scatter(
    entry: Activation,
    rule: Rule,
    values: Array,
    squares: Array,
    q: Array,
    s: float,
    r: Array,
    width: int,
    inputs: int,
) -> tuple[Array, Array]:
    """Return between which ends the mean square of 9 of 10 networks lies. (L,), (L,)

    A layer's mean square is an average over units: its relative variance is k / width, in
    the logarithm that of a gamma law, and layers add up (Hanin & Rolnick 2018).
    """
    scaled = values**2 / np.maximum(squares, MIN_VARIANCE)[:, None]
    sizes = rule.coefficients(scaled, DEGREE) ** 2
    alone = np.maximum(rule.mean(scaled**2) - 1, 1e-9)
    known = sizes[:, 1:] @ np.ones(DEGREE)
    pair = (sizes[:, 1:] * r[:, None] ** np.arange(1, DEGREE + 1)).sum(1)
    pair += np.maximum(alone - known, 0) * r ** (DEGREE + 1)
    # Relative variance of one unit's mean over n inputs: the variance of each, 1 / n of it, and
    # the covariance of two (Mehler's formula, with r the correlation), (n - 1) / n of it.
    k = (alone + (inputs - 1) * pair) / inputs
    z = np.sqrt(q)[:, None] * rule.z
    # d E[act(sqrt(q) z)^2] / d log q = E[act act' sqrt(q) z]
    turn = values * entry.derivative_at(z, SLOPE) * z
    elasticity = rule.mean(turn) / np.maximum(squares, MIN_VARIANCE)  # d log E[act^2] / d log q
    before = np.append(1.0, squares[:-1])
    elasticity *= s * before / np.maximum(q, MIN_VARIANCE)  # biases do not scatter
    mean = variance = 0.0
    logs = np.empty((2, len(q)))
    for layer in range(len(q)):
        own = log_gamma_moments(width / k[layer])
        slope = elasticity[layer]
        mean, variance = slope * mean + own[0], slope**2 * variance + own[1]
        logs[:, layer] = mean, NINE_OF_TEN * math.sqrt(variance)
    return squares * np.exp(logs[0] - logs[1]), squares * np.exp(logs[0] + logs[1])


# ---- the map


@dataclass(frozen=True, eq=False)  # compared by identity: each is made once
class Map:
    """Order and chaos for one activation.

    Attributes:
        weights: (COLUMNS,) std of weights times the root of the fan-in, evenly spaced in
            the logarithm.
        biases: (ROWS,) std of biases.
        log_chi: (ROWS, COLUMNS) natural logarithm of chi where lengths have settled.
    """

    weights: Array
    biases: Array
    log_chi: Array


@functools.lru_cache(maxsize=16)
def _curves(activation: str) -> tuple[Array, Array]:
    """Return log E[act^2] and E[act'^2] at `LENGTHS`."""
    entry = ACTIVATIONS[activation]
    square = np.maximum(_square(entry, LENGTHS), MIN_VARIANCE)
    return np.log(square), _steep(entry, LENGTHS)


def settled_chi(activation: str, weight_std: Array, bias_std: Array) -> tuple[Array, Array]:
    """Return log chi at the fixed point q of the length map, and that q, anywhere on the map.

    Lengths that grow or shrink for ever stop at the end of what is tabulated.
    """
    square, steep = _curves(activation)
    logs = np.log(LENGTHS)
    s, t = np.asarray(weight_std, float) ** 2, np.asarray(bias_std, float) ** 2
    q = np.zeros(np.broadcast(s, t).shape)  # log of the length
    for _ in range(SETTLE):
        # The length map once more, in logarithms: q spans 24 powers of ten.
        before, q = q, np.log(s * np.exp(np.interp(q, logs, square)) + t + MIN_VARIANCE)
        q = np.clip(q, logs[0], logs[-1])
        if np.abs(q - before).max() < 1e-9:
            break
    return np.log(s) + np.log(np.maximum(np.interp(q, logs, steep), MIN_VARIANCE)), np.exp(q)


@functools.lru_cache(maxsize=16)
def chart(activation: str) -> Map:
    """Return the map of an activation; each is computed once."""
    weights = np.geomspace(*WEIGHT_RANGE, COLUMNS)
    biases = np.linspace(*BIAS_RANGE, ROWS)
    log_chi, _ = settled_chi(activation, weights[None, :], biases[:, None])
    for array in (weights, biases, log_chi):
        array.setflags(write=False)  # it is kept and shared
    return Map(weights, biases, log_chi)
