"""All randomness of a training, as pure functions of the spec's seeds.

Weights come from one generator a seed. Shuffles and dropout masks come from a
counter-based generator: a hash of (seed, stream, counters). So a state needs no hidden
generator to go on, and every engine, in any language, draws the very same masks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from layerlab.core.spec import TrainSpec

Array = np.ndarray
ORDER, DROPOUT = 1, 2  # streams

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _scramble(h: Array) -> Array:
    """Mix 64 bits so that each input bit moves half of the output bits.

    The finalizer of splitmix64 (Steele, Lea & Flood 2014, figure 16).
    """
    h = (h ^ (h >> np.uint64(30))) * _M1
    h = (h ^ (h >> np.uint64(27))) * _M2
    return np.asarray(h ^ (h >> np.uint64(31)))


def hash64(*counters: Any) -> Array:
    """Hash whole numbers, broadcast against each other, to 64 random bits.

    Args:
        counters: non-negative integers or integer arrays, at most 2**63 - 1.

    Returns:
        uint64 array of the broadcast shape, at least one-dimensional.
    """
    h = np.zeros(1, np.uint64)
    for counter in counters:
        # Arrays, not scalars: only arrays wrap around without a warning.
        c = np.atleast_1d(np.asarray(counter, np.uint64))
        h = _scramble((h ^ c) + _GOLDEN)
    return h


def seed_numbers(train: TrainSpec) -> Array:
    """Return the seeds of a run: `seed + k` for the k-th network. (seeds,)"""
    return np.arange(train.seed, train.seed + train.seeds, dtype=np.uint64)


def shuffles(seeds: Array, epoch: int, n: int) -> Array:
    """Return each seed's order of the n training points in that epoch. (seeds, n)"""
    keys = hash64(seeds[:, None], ORDER, epoch, np.arange(n)[None, :])  # (seeds, n)
    return np.argsort(keys, axis=1, kind="stable")


def keep_mask(
    seeds: Array, update: int, layer: int, batch: int, width: int, dropout: float
) -> Array:
    """Return which activations of a hidden layer live in an update.

    Args:
        seeds: (seeds,) from `seed_numbers`.
        update: number of the update, 0 for the first.
        layer: hidden layer, 0-based.
        batch, width: rows of the batch and units of the layer.
        dropout: probability of a zero, 0 to 0.9.

    Returns:
        bool (seeds, batch, width).
    """
    bits = hash64(
        seeds[:, None, None],
        DROPOUT,
        update,
        layer,
        np.arange(batch)[None, :, None],
        np.arange(width)[None, None, :],
    )
    # A share `dropout` of all numbers of 64 bits lies below this.
    return np.asarray(bits >= np.uint64(int(dropout * 2.0**64)))


def weight_generator(train: TrainSpec, k: int) -> Any:
    """Return the generator of the k-th network's weights."""
    if train.rng == "legacy":
        return np.random.RandomState(train.seed + k)
    return np.random.default_rng(train.seed + k)
