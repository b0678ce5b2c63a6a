"""Where each weight and bias sits in the flat parameter vector of a network."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Layout:
    """Parameters of a multilayer perceptron as one flat vector a seed.

    Order: W1 (in, out) row by row, b1, W2, b2, ... One vector makes copies,
    optimizers and saved files simple; `weights` and `biases` are views into it.

    Attributes:
        sizes: inputs, each hidden width, outputs.
    """

    sizes: tuple[int, ...]

    @property
    def layers(self) -> int:
        """Number of weight matrices: hidden layers and the output."""
        return len(self.sizes) - 1

    @property
    def parameters(self) -> int:
        """Number of weights and biases of one network."""
        return sum((a + 1) * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))

    @functools.cached_property
    def _offsets(self) -> list[int]:  # kept: every layer of every update asks for one
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return list(itertools.accumulate(((a + 1) * b for a, b in pairs), initial=0))

    def offset(self, layer: int) -> int:
        """Return where layer `layer` (0 is the first) begins in the vector."""
        return self._offsets[layer]

    def weights(self, flat: Array, layer: int) -> Array:
        """Return the view of the weights: flat (..., P) -> (..., in, out)."""
        a, b = self.sizes[layer], self.sizes[layer + 1]
        start = self.offset(layer)
        return flat[..., start : start + a * b].reshape(*flat.shape[:-1], a, b)

    def biases(self, flat: Array, layer: int) -> Array:
        """Return the view of the biases: flat (..., P) -> (..., out)."""
        a, b = self.sizes[layer], self.sizes[layer + 1]
        start = self.offset(layer) + a * b
        return flat[..., start : start + b]

    def weight_index(self, layer: int, source: int, unit: int) -> int:
        """Return the index of one weight in the flat vector."""
        return self.offset(layer) + source * self.sizes[layer + 1] + unit

    def bias_index(self, layer: int, unit: int) -> int:
        """Return the index of one bias in the flat vector."""
        return self.offset(layer) + self.sizes[layer] * self.sizes[layer + 1] + unit

    def is_weight(self) -> Array:
        """Return a mask over the vector: True for weights, False for biases. (P,)"""
        mask = np.ones(self.parameters, bool)
        for layer in range(self.layers):
            self.biases(mask, layer)[:] = False
        return mask
