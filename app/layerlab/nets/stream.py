"""A signal sent through layers that are drawn as it comes: only one is held at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS

Array = np.ndarray


def stream(net: NetSpec, x: Array, rng: Any) -> Iterator[tuple[Array, Array]]:
    """Send inputs through one network that is initialized on the way.

    Args:
        net: widths, activation, initialization; skips where widths match, no layer norm.
        x: (N, D) inputs.
        rng: the generator of the weights.

    Yields:
        For each hidden layer its pre-activations and what it passes on, both (N, width).
    """
    activation, init, h = ACTIVATIONS[net.activation], INITIALIZERS[net.init], x
    for width in net.hidden:
        weights, biases = init.draw(rng, h.shape[1], width, net)
        z = h @ weights + biases
        a = activation(z, net.slope)
        h = h + a if net.residual and h.shape == a.shape else a
        yield z, h
