"""One layer of infinite width: Gaussian pre-activations in, moments of activations out.

Given the inputs, the pre-activations z of a wide layer are Gaussian, with a covariance between
any two inputs a and b. Here that covariance is kept as

    length    q_a = E[z_a^2]
    distance  d_ab = E[(z_a - z_b)^2] / 2

because a distance of 1e-24 can be propagated, while a covariance of 1 - 1e-24 is 1.

For two standard normals of correlation r, functions f = sum c_k He_k / sqrt(k!) obey
E[f g] = sum c_k(f) c_k(g) r^k (Mehler's formula), so that each layer is a power series
in r (Poole et al. 2016; Daniely, Frostig & Singer 2016).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.nets.activations import Activation
from layerlab.nets.theory.quadrature import rule_at

Array = np.ndarray
DEGREE = 40  # of the power series; what is beyond is one last term, see `_tail`
SMALL = 1e-300


@functools.lru_cache(maxsize=8)
def pairs(n: int) -> tuple[Array, Array]:
    """Return the indices of all pairs a < b of n inputs. (P,), (P,)"""
    return np.triu_indices(n, 1)


@dataclass(frozen=True, eq=False)
class PreActivations:
    """Pre-activations of a layer: their second moments over the units.

    Attributes:
        q: (N,) mean square for each input.
        d: (P,) half the mean squared distance, for each pair of inputs.
    """

    q: Array
    d: Array

    def one_minus_correlation(self) -> Array:
        """Return 1 - correlation for each pair, 0 to 2. (P,)"""
        a, b = pairs(len(self.q))
        r = np.sqrt(self.q)
        # d = (r_a - r_b)^2 / 2 + r_a r_b (1 - c), solved for 1 - c.
        apart = self.d - 0.5 * (r[a] - r[b]) ** 2  # what differs beside the length
        return np.clip(apart / np.maximum(r[a] * r[b], SMALL), 0, 2)


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of the activations of a layer, over its units.

    Attributes:
        square: (N,) mean square for each input.
        mean: (N,) mean over the units.
        d: (P,) half the mean squared distance, for each pair.
        slope: (N,) mean square of the activation's slope.
    """

    square: Array
    mean: Array
    d: Array
    slope: Array


def propagate(activation: Activation, slope: float, pre: PreActivations) -> Moments:
    """Return the moments of an activation of Gaussian pre-activations.

    Args:
        activation: the activation.
        slope: of leaky ReLU.
        pre: lengths and distances before it.
    """
    if activation.piecewise_linear and set(activation.kinks) <= {0.0}:
        up = float(activation(np.array([1.0]), slope)[0])
        down = -float(activation(np.array([-1.0]), slope)[0])
        return _homogeneous(up, down, pre)
    return _general(activation, slope, pre)


def _homogeneous(up: float, down: float, pre: PreActivations) -> Moments:
    """Return the exact moments of up * z above 0 and down * z below.

    That is even + odd part, m z + e |z|. Cho & Saul 2009, the arc-cosine kernel of
    degree 1, written for distances.
    """
    m, e = 0.5 * (up + down), 0.5 * (up - down)
    a, b = pairs(len(pre.q))
    r = np.sqrt(pre.q)
    # arccos(c), from 1 - c, so that small angles keep their digits.
    angle = 2 * np.arcsin(np.sqrt(0.5 * pre.one_minus_correlation()))
    # sin - angle cos, where both are equal to rounding: its series
    near = angle**3 * (1 / 3 - angle**2 / 30)
    turn = np.where(angle < 0.02, near, np.sin(angle) - angle * np.cos(angle))
    # E[|z_a z_b|] = r_a r_b (2 / pi) (sin + (pi/2 - angle) cos).
    folded = pre.d - r[a] * r[b] * (2 / math.pi) * turn  # distance of |z_a| and |z_b|
    square = (m * m + e * e) * pre.q
    return Moments(
        square=square,
        # E[|z|] of a standard normal is sqrt(2 / pi).
        mean=e * math.sqrt(2 / math.pi) * r,
        d=np.maximum(m * m * pre.d + e * e * folded, 0),
        slope=np.full_like(pre.q, m * m + e * e),
    )


def _general(activation: Activation, slope: float, pre: PreActivations) -> Moments:
    r = np.sqrt(pre.q)
    rule = rule_at(r, activation.kinks)
    at = r[:, None] * rule.z  # (N, m)
    values = activation(at, slope)
    square, mean = rule.mean(values**2), rule.mean(values)
    steep = rule.mean(activation.derivative_at(at, slope) ** 2)
    c = rule.coefficients(values, DEGREE)
    d = _distance(c, *_tail(c, square, pre.q * steep), pre.one_minus_correlation())
    return Moments(square=square, mean=mean, d=d, slope=steep)


def _tail(c: Array, square: Array, steep: Array) -> tuple[Array, Array, float]:
    """Return the last term: size and power of what lies beyond the series.

    The mean square is sum c_k^2 and that of the slope, times q, sum k c_k^2: so both are
    right for what is left over as one term with the right total and the right mean power.
    The third number is 1 for even functions, -1 for odd ones.
    """
    k = np.arange(c.shape[1])
    left = np.maximum(square - (c**2).sum(1), 0)
    left = np.where(left > 1e-13 * square, left, 0)
    power = np.maximum(steep - c**2 @ k, 0) / np.maximum(left, SMALL)
    power = np.clip(power, len(k), 1e9)
    end = (c[:, -8:] ** 2).sum(0)
    even, odd = float(end[k[-8:] % 2 == 0].sum()), float(end[k[-8:] % 2 == 1].sum())
    return np.sqrt(left), power, (even - odd) / max(even + odd, SMALL)


def _distance(c: Array, tail: Array, power: Array, parity: float, one_minus_r: Array) -> Array:
    """Return sum over k of (c_a - c_b)^2 / 2 + c_a c_b (1 - r^k), for each pair. (P,)"""
    a, b = pairs(len(c))
    total = 0.5 * ((c[a] - c[b]) ** 2).sum(1) + 0.5 * (tail[a] - tail[b]) ** 2
    r, missing = 1 - one_minus_r, one_minus_r.copy()  # missing = 1 - r^k, without cancellation
    columns = np.ascontiguousarray(c.T)  # (DEGREE + 1, N)
    largest = np.abs(columns[1:]).max(1)
    counts = largest > 1e-9 * largest.max(initial=0)  # odd functions have no even terms
    for k in range(1, 1 + int(np.flatnonzero(counts)[-1] + 1 if counts.any() else 0)):
        if counts[k - 1]:
            total += columns[k][a] * columns[k][b] * missing
        # 1 - r^(k+1) = r (1 - r^k) + (1 - r)
        missing *= r
        missing += one_minus_r
    if tail.any():
        mean_power = 0.5 * (power[a] + power[b])
        with np.errstate(divide="ignore"):
            same = -np.expm1(mean_power * np.log1p(-np.minimum(one_minus_r, 1)))  # r above 0
            opposite = 1 - parity * np.exp(mean_power * np.log(np.maximum(one_minus_r - 1, 0)))
        total += tail[a] * tail[b] * np.where(one_minus_r <= 1, same, opposite)
    return np.maximum(total, 0)
