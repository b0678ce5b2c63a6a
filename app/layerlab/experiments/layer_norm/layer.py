"""One layer with a norm behind it, its loss and its gradient. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.nets.norms import norm, norm_gradient

Array = np.ndarray
INPUT = np.array([0.8, -0.5, 0.3, 1.0])  # the last one is the bias's
TARGET = np.array([0.6, 0.4, -0.9, -0.7, 1.2, 0.8, 0.5, -1.9])  # of the outputs
FLAT = 1e-12  # a std below this share of the pre-activations is rounding


@dataclass(frozen=True, eq=False)
class Layer:
    """The layer at some weights; the loss is half the mean square of n - TARGET.

    Attributes:
        z: (..., units) pre-activations. n: outputs; 0 where they are not defined.
        dn: gradient of the loss by the outputs. dz: by the pre-activations.
        loss: (...,).
        is_defined: (...,) False where eps is 0 and all pre-activations are equal: 0 / 0.
    """

    z: Array
    n: Array
    dn: Array
    dz: Array
    loss: Array
    is_defined: Array

    @property
    def gradient(self) -> Array:
        """Length of the gradient of weights and biases together. (...,)"""
        # z = W x + b: each weight's gradient is its input times its sum's dz.
        return np.asarray(np.linalg.norm(INPUT) * np.linalg.norm(self.dz, axis=-1))


def layer(z: Array, eps: float) -> Layer:
    """Return what the layer makes of pre-activations, (..., units), after a norm with `eps`."""
    is_flat = np.ptp(z, axis=-1, keepdims=True) <= FLAT * np.abs(z).max(-1, keepdims=True)
    exact = np.where(is_flat, 0.0, z)  # rounding is no variance
    is_defined = ~(is_flat & (eps == 0))
    n, std = norm(np.where(is_defined, exact, TARGET), eps)
    n = np.where(is_defined, n, 0.0)
    dn = (n - TARGET) / len(TARGET)
    dz = np.where(is_defined, norm_gradient(dn, n, std), 0.0)
    loss = 0.5 * ((n - TARGET) ** 2).mean(-1)
    return Layer(z, n, dn, dz, loss, is_defined[..., 0])


def plain(z: Array) -> Layer:
    """Return the same layer without a norm."""
    dn = (z - TARGET) / len(TARGET)
    loss = 0.5 * ((z - TARGET) ** 2).mean(-1)
    return Layer(z, z, dn, dn, loss, np.ones(z.shape[:-1], bool))


def weights(z: Array) -> Array:
    """Return weights and bias of every unit that give these pre-activations. (inputs, units)

    The weights are the same for all pre-activations; the biases, in the last row, do the rest.
    """
    drawn = np.random.default_rng(5).normal(size=(len(INPUT) - 1, len(z))) / np.sqrt(3)
    return np.vstack([drawn, z - INPUT[:-1] @ drawn])
