"""Mistakes that people make in a backward pass, each in one layer. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    FORGOTTEN,
    NO_BIAS,
    NO_MEAN,
    NONE,
    SIGN,
    SLIGHT,
    TRANSPOSED,
)
from layerlab.nets.engines.numpy_ import ChainRule, ForwardCache
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem

Array = np.ndarray
OFF = 2e-4  # how much too large a derivative is that neither threshold of the check names


def layer_of(mistake: str, depth: int, wanted: int) -> int:
    """Return the layer (1-based) in which a mistake can be made, nearest to the wanted one.

    A derivative is that of a hidden layer. Only a square matrix can be transposed unnoticed, so
    it is one between two hidden layers. What forgets the mean does so behind the output.
    """
    if mistake == NO_MEAN:
        return depth + 1
    last = {TRANSPOSED: depth - 1, NO_BIAS: depth + 1}.get(mistake, depth)
    return max(1, min(wanted, last))


@dataclass(frozen=True)
class Mistake(ChainRule):
    """The chain rule with one line got wrong in one layer.

    Attributes:
        name: one of `names.MISTAKES`; `none` is the chain rule itself.
        layer: where it is (1-based), see `layer_of`.
    """

    name: str = NONE
    layer: int = 1

    def _is_here(self, name: str, layer: int) -> bool:
        return self.name == name and layer == self.layer - 1

    def derivative(self, problem: Problem, cache: ForwardCache, layer: int) -> Array:
        """Return the derivative; forgotten, taken at h instead of z, or a little too large."""
        derivative = super().derivative(problem, cache, layer)
        if self._is_here(FORGOTTEN, layer):
            return np.ones_like(derivative)
        if self._is_here(AT_H, layer):
            net = problem.spec.net
            return problem.activation.derivative(NUMPY, cache.h[layer + 1], net.slope)
        return derivative * (1 + OFF) if self._is_here(SLIGHT, layer) else derivative

    def pre_activation_gradient(
        self, problem: Problem, cache: ForwardCache, layer: int, dh: Array
    ) -> Array:
        """Return dL/dz; of the wrong sign, or of the sum of the losses instead of the mean."""
        dz = super().pre_activation_gradient(problem, cache, layer, dh)
        if self._is_here(NO_MEAN, layer):
            return dz * dz.shape[1]
        return -dz if self._is_here(SIGN, layer) else dz

    def parameter_gradients(
        self, layer: int, h_before: Array, dz: Array
    ) -> tuple[Array, Array]:
        """Return dL/dW and dL/db; the latter forgotten."""
        d_weights, d_biases = super().parameter_gradients(layer, h_before, dz)
        return d_weights, 0 * d_biases if self._is_here(NO_BIAS, layer) else d_biases

    def input_gradient(self, layer: int, dz: Array, weights: Array) -> Array:
        """Return what goes to the layer before; through W instead of its transpose."""
        if self._is_here(TRANSPOSED, layer - 1):
            return dz @ weights
        return super().input_gradient(layer, dz, weights)
