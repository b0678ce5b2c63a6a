"""The layers of a network whose parameters are one list."""

import itertools

import numpy as np


def layers_of(sizes, parameters):
    """Return weights (a, b) and biases (b,) of each layer; `parameters` has them in turn."""
    flat, start, found = np.array(parameters), 0, []
    for a, b in itertools.pairwise(sizes):
        weights = flat[start : start + a * b].reshape(a, b)
        found.append((weights, flat[start + a * b :][:b]))
        start += a * b + b
    return found
