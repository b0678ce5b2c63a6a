"""What is expected of random queries and keys where d_k is large. No Qt.

Then keys are nearly at right angles and |k|^2 = d_k, so that |dL/dq|^2 is d_k times the sum of
squares of the gradient by the logits; divided by d_k once more where they are scaled.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.nets.losses import softmax
from layerlab.nets.studies.attention import entropy

Array = np.ndarray
_DRAWS = 20_000  # of logits
_REACH, _CELLS = 12.0, 4001


@dataclass(frozen=True)
class Limits:
    """For large d_k, with a number of keys.

    Attributes:
        entropy: median entropy of the weights, scaled; not scaled it goes to 0.
        weights, values: |dL/dq|^2, scaled: no d_k in it.
        weights_free: by d_k, not scaled. values_free: by √d_k, not scaled.
    """

    entropy: float
    weights: float
    values: float
    weights_free: float
    values_free: float


def squares_by_weights(p: Array) -> Array:
    """Return the expected sum of squares of p - a random target. (..., n) -> (...)"""
    return np.asarray((p**2).sum(-1) + 1 - 2 / p.shape[-1])


def squares_by_values(p: Array) -> Array:
    """Return the expected sum of squares of the gradient by the logits. (..., n) -> (...)

    Of half the squared error of sum p v, where values and target are standard normal: with
    S = sum p^2 the mean m = sum p v has variance S, and v - m has 1 - 2 p + S, and both
    together p - S.
    """
    s = (p**2).sum(-1, keepdims=True)
    each = (1 + s) * (1 - 2 * p + s) + 2 * (p - s) ** 2
    return np.asarray((p**2 * each).sum(-1))


def tie(keys: int) -> float:
    """Return the density at 0 of the gap between the largest two of `keys` normals."""
    x = np.linspace(-_REACH, _REACH, _CELLS)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    below = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])
    return float(keys * (keys - 1) * np.trapezoid(density**2 * below ** (keys - 2), x))


@functools.lru_cache(maxsize=32)
def limits(keys: int) -> Limits:
    """Return what large d_k lead to.

    Scaled, the logits are standard normal: means over draws of them. Not scaled, the largest
    weight is 1 but for a share of 1 / √d_k of the queries, at which two keys tie. The loss
    on the weights is then wrong by two keys unless the target is the largest; the loss through
    the values has a gradient at ties alone.
    """
    p = softmax(np.random.default_rng(keys).standard_normal((_DRAWS, keys)))
    gap = np.linspace(0, 4 * _REACH, _CELLS)  # of two logits
    two = softmax(np.stack((gap, 0 * gap), axis=-1))
    at_ties = float(np.trapezoid(squares_by_values(two), gap))
    return Limits(
        float(np.median(entropy(p))),
        float(squares_by_weights(p).mean()),
        float(squares_by_values(p).mean()),
        2 * (1 - 1 / keys),
        tie(keys) * at_ties,
    )


def product_density(x: Array, d_k: int, by: float) -> Array:
    """Return the density of q . k / by, q and k standard normal. (n,) -> (n,)

    Given |q|, it is normal with that standard deviation; |q|^2 is averaged over its chi-squared
    law.
    """
    from scipy.special import gammaincinv  # not before it is needed: slow to import

    shares = (np.arange(120) + 0.5) / 120
    stds = np.sqrt(2 * gammaincinv(d_k / 2, shares))[:, None] / by
    bells = np.exp(-0.5 * (x / stds) ** 2) / (stds * math.sqrt(2 * math.pi))
    return np.asarray(bells.mean(axis=0))
