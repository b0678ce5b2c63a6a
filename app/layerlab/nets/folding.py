"""Zigzags built from weights: what depth can represent, before anything is learned.

The zigzag of n teeth goes up and down n times between 0 and 1, over [0, 1]. A layer of n
ReLU neurons with kinks at 0, 1/n, 2/n, ... makes it, and each further layer folds the line
again, so that L layers have n^L straight pieces (Telgarsky 2015, section 2).
"""

from __future__ import annotations

import numpy as np

from layerlab.core.layout import Layout

Array = np.ndarray


def zigzag(teeth: int, x: Array) -> Array:
    """Return the zigzag of so many straight pieces, repeated beyond [0, 1]. Any shape."""
    place = np.mod(teeth * x, 2.0)
    return np.asarray(np.minimum(place, 2.0 - place))


def fold(teeth: int, times: int, x: Array) -> Array:
    """Return the zigzag composed with itself. Any shape."""
    for _ in range(times):
        x = zigzag(teeth, x)
    return x


def _bends(teeth: int) -> tuple[Array, Array]:
    """Return where a zigzag bends, and how much its slope changes there. Both (teeth,)."""
    slopes = np.where(np.arange(teeth) % 2, -1.0, 1.0) * teeth
    return np.arange(teeth) / teeth, np.diff(slopes, prepend=0.0)


def folded(teeth: int, depth: int) -> Array:
    """Return the parameters of a ReLU network that is the fold, over [0, 1].

    Args:
        teeth: neurons of each hidden layer. depth: number of hidden layers, at least 1.

    Returns:
        (P,) in the order of `Layout` for 1 input, `depth` times `teeth`, 1 output.
    """
    layout = Layout((1, *(teeth,) * depth, 1))
    flat = np.zeros(layout.parameters)
    # Over [0, 1] the zigzag is sum_k changes_k relu(x - places_k); each neuron of the next
    # layer takes that whole sum, and bends it at a place of its own.
    places, changes = _bends(teeth)
    layout.weights(flat, 0)[:] = 1
    for layer in range(1, depth):
        layout.weights(flat, layer)[:] = changes[:, None]  # the same sum for every neuron
    for layer in range(depth):
        layout.biases(flat, layer)[:] = -places
    layout.weights(flat, depth)[:] = changes[:, None]
    return flat


def one_layer(places: Array, slopes: Array) -> Array:
    """Return the parameters of one hidden layer with kinks at given places.

    Args:
        places: (w,) ascending inputs at which a neuron's kink is.
        slopes: (w,) slope of the network from each place on; 0 before the first.

    Returns:
        (P,) in the order of `Layout` for 1 input, w neurons, 1 output.
    """
    layout = Layout((1, len(places), 1))
    flat = np.zeros(layout.parameters)
    layout.weights(flat, 0)[:] = 1
    layout.biases(flat, 0)[:] = -places
    layout.weights(flat, 1)[:] = np.diff(slopes, prepend=0.0)[:, None]
    return flat
