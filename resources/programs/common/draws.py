"""Random numbers that depend on a seed and counters alone, whatever was drawn before."""

import numpy as np


def hashed(*counters):
    """Return 64 random bits for each tuple of whole numbers, which broadcast.

    Each number goes through the finalizer of splitmix64 (Steele, Lea & Flood 2014).
    """
    h = np.zeros(1, np.uint64)
    for counter in counters:
        h = (h ^ np.asarray(counter, np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        h = h ^ (h >> np.uint64(31))
    return h


def shuffled(seed, epoch, count):
    """Return the order of the training points in an epoch."""
    return np.argsort(hashed(seed, 1, epoch, np.arange(count)), kind="stable")


def kept(seed, update, layer, shape, dropout):
    """Return which activations of a hidden layer live in an update; shape: (points, units)."""
    points, units = (np.arange(n) for n in shape)
    bits = hashed(seed, 2, update, layer, points[:, None], units)
    return bits >= np.uint64(int(dropout * 2.0**64))
