"""The optimizer."""

import numpy as np

SLOTS = 2  # arrays that are remembered for each parameter


def step(p, g, moments, rate, t):
    """Return a parameter and its moments after update t, from 1; g is its gradient."""
    moment0, moment1 = moments
    new0 = moment0 * 0.9 + (1 - 0.9) * g
    new1 = moment1 * 0.999 + (1 - 0.999) * g * g
    part0 = (1 - 0.999**t) ** 0.5
    p = p - rate * part0 / (1 - 0.9**t) * new0 / (np.sqrt(new1) + 1e-08 * part0)
    return p, [new0, new1]
