"""One head of attention, and the Gaussian kernel that is claimed for it. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.nets.losses import softmax

Array = np.ndarray


def temperature(d_k: int) -> float:
    """Return what q . k is divided by: √d_k."""
    return float(np.sqrt(d_k))


def squared_width(d_k: int) -> float:
    """Return h^2 of the Gaussian kernel that is claimed for attention: √d_k."""
    return float(np.sqrt(d_k))


def attention_weights(q: Array, keys: Array, by: float) -> Array:
    """Return softmax(q . k / by) over the keys. (m, d_k), (n, d_k) -> (m, n)"""
    return softmax(q @ keys.T / by)


def kernel_weights(q: Array, keys: Array, width2: float) -> Array:
    """Return the weights of Gaussian kernel smoothing. (m, d_k), (n, d_k) -> (m, n)

    Args:
        q: positions to look at. keys: positions that are known.
        width2: h^2 of the kernel exp(-|q - k|^2 / 2 h^2).

    Source: Nadaraya 1964, Watson 1964.
    """
    from scipy.spatial.distance import cdist  # not before it is needed: slow to import

    distances = cdist(q, keys, "sqeuclidean")
    nearest = distances.min(axis=1, keepdims=True)  # or a narrow kernel is 0 everywhere
    bells = np.exp(-(distances - nearest) / (2 * width2))
    return np.asarray(bells / bells.sum(axis=1, keepdims=True))


def entropy(weights: Array) -> Array:
    """Return -sum p log p over the last axis, in nats; a weight of 0 adds 0."""
    logs = np.log(np.where(weights > 0, weights, 1.0))
    return np.asarray(-(weights * logs).sum(axis=-1))


def directions(positions: Array, d_k: int) -> Array:
    """Return unit vectors for positions on a line: half a circle for -1 to 1. (n, d_k)

    Cosine and sine of the angle pi/2 x, repeated d_k / 2 times, so that every number of the
    vector takes part. Positions x, y have the product cos(pi/2 (x - y)) whatever d_k is.
    """
    angles = 0.5 * np.pi * np.asarray(positions, float)
    pair = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return np.asarray(np.tile(pair, d_k // 2) / np.sqrt(d_k // 2))
