"""Integrals over a standard normal z, and the functions that go with them.

Panels of Gauss-Legendre nodes instead of one Gauss-Hermite rule: activations bend at 0,
sharply so when the pre-activations are large (tanh of 30 z is a step), and a polynomial rule
over the whole line is blind to that. The panels shrink towards 0 and end there, and at the
kinks of an activation, which lie elsewhere for every standard deviation of the pre-activations
(`rule_at`): a panel with a kink inside is wrong by 1e-4.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Array = np.ndarray
REACH = 8.0  # beyond lie 1e-15 of the normal law
NODES = 8  # of a panel
_PANEL_EDGES = (0.0, 0.004, 0.02, 0.08, 0.25)  # panels shrink towards 0


@functools.cache
def _legendre() -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return 0.5 * (nodes + 1), 0.5 * weights  # on [0, 1]


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi))


@functools.cache
def _edges() -> Array:
    """Return the ends of the panels from 0 on. (panels + 1,)"""
    far = np.linspace(_PANEL_EDGES[-1], REACH, 16)[1:]
    return np.concatenate((_PANEL_EDGES, far))


@functools.cache
def normal_rule() -> tuple[Array, Array]:
    """Return nodes and weights of the mean over a standard normal. (m,), (m,)"""
    edges = _edges()
    share, weight = _legendre()
    width = np.diff(edges)[:, None]
    z = (edges[:-1, None] + width * share).ravel()
    w = (width * weight).ravel() * _density(z)
    return np.concatenate((-z[::-1], z)), np.concatenate((w[::-1], w))


@functools.cache
def hermite_rule(most: int) -> Array:
    """Return weights that turn values at the nodes into Hermite coefficients.

    c_k = mean of f(z) He_k(z) / sqrt(k!), so that f = sum c_k He_k / sqrt(k!).
    (m, most + 1)
    """
    z, w = normal_rule()
    columns = [np.ones_like(z), z]
    # He_(k+1) = z He_k - k He_(k-1), each over the root of its factorial.
    for k in range(1, most):
        columns.append((z * columns[k] - math.sqrt(k) * columns[k - 1]) / math.sqrt(k + 1))
    return np.stack(columns[: most + 1], axis=1) * w[:, None]


@dataclass(frozen=True, eq=False)
class Rule:
    """Nodes and weights of means over a standard normal z, one row for each scale.

    Attributes:
        z, w: (..., m) for scales of shape (...); (m,) where all of them share one rule.
    """

    z: Array
    w: Array

    def mean(self, values: Array) -> Array:
        """Return the mean of a function with these values at the nodes. (..., m) -> (...)"""
        # OpenBLAS hands larger products to threads, which wait for each other many times
        # longer than they compute when a training keeps the cores busy; einsum does not.
        return np.einsum("...m,...m->...", values, self.w)

    def coefficients(self, values: Array, most: int) -> Array:
        """Return the first Hermite coefficients, see `hermite_rule`. (n, m) -> (n, most + 1)"""
        if self.w.ndim == 1:
            rule = hermite_rule(most)  # in small products, for the reason above
            blocks = [values[k : k + 32] @ rule for k in range(0, len(values), 32)]
            return np.concatenate(blocks)
        weighted = values * self.w
        found = np.empty((len(values), most + 1))
        before, now = np.zeros_like(self.z), np.ones_like(self.z)
        for k in range(most + 1):
            found[:, k] = np.einsum("nm,nm->n", weighted, now)
            before, now = now, (self.z * now - math.sqrt(k) * before) / math.sqrt(k + 1)
        return found


def rule_at(scale: Array, kinks: tuple[float, ...]) -> Rule:
    """Return the rule for functions of scale z that are smooth but for kinks.

    Args:
        scale: (...) standard deviations, at least 0.
        kinks: values of scale z at which the function, or its slope, jumps.
    """
    z, w = normal_rule()
    own = [kink for kink in kinks if kink]  # at 0 a panel ends for any scale
    if not own:
        return Rule(z, w)
    with np.errstate(divide="ignore"):
        ends = [np.clip(kink / scale, -REACH, REACH) for kink in own]
    shared = np.concatenate((-_edges()[:0:-1], _edges()))
    rows = [np.broadcast_to(shared, (*np.shape(scale), len(shared))), np.stack(ends, axis=-1)]
    edges = np.sort(np.concatenate(rows, axis=-1), axis=-1)
    share, weight = _legendre()
    width = np.diff(edges, axis=-1)[..., None]
    z = (edges[..., :-1, None] + width * share).reshape(*np.shape(scale), -1)
    w = (width * weight).reshape(z.shape) * _density(z)
    return Rule(z, w)


def mean_over(f: Callable[[Array], Array], scale: Array, kinks: tuple[float, ...]) -> Array:
    """Return the mean of f(scale z), z standard normal. (...) -> (...)

    Args:
        f: an elementwise function. scale, kinks: see `rule_at`.
    """
    rule = rule_at(scale, kinks)
    return rule.mean(f(scale[..., None] * rule.z))


@functools.cache
def normal_draws(count: int, dimensions: int) -> Array:
    """Return fixed normal numbers: each column is evenly spaced, its order shuffled.

    Latin hypercube sampling (McKay, Beckman & Conover 1979): far more even than random
    ones. Every column has mean 0 and mean square 1 exactly. (count, dimensions)
    """
    normal = NormalDist()
    column = np.array([normal.inv_cdf((k + 0.5) / count) for k in range(count)])
    column /= math.sqrt(float((column**2).mean()))
    rng = np.random.default_rng(0)  # the same draws always: theory does not flicker
    return np.stack([rng.permutation(column) for _ in range(dimensions)], axis=1)


def log_gamma_moments(shape: float) -> tuple[float, float]:
    """Return mean and variance of log X for X of the gamma law with mean 1.

    digamma(shape) - log(shape) and trigamma(shape), by their recurrence and asymptotic
    series (Abramowitz & Stegun 1964, 6.3.18 and 6.4.12).
    """
    if not shape > 1e-6:
        return 0.0, 0.0
    mean, variance, x = -math.log(shape), 0.0, shape
    # The series are for large x; until then digamma(x) = digamma(x + 1) - 1/x, and likewise
    # trigamma(x) = trigamma(x + 1) + 1/x^2.
    while x < 6:
        mean -= 1 / x
        variance += 1 / (x * x)
        x += 1
    s = 1 / (x * x)
    mean += math.log(x) - 0.5 / x - s * (1 / 12 - s * (1 / 120 - s / 252))
    variance += 1 / x + 0.5 * s + s / x * (1 / 6 - s * (1 / 30 - s / 42))
    return mean, variance
