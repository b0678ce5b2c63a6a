"""Trace: one sample on its way through one network, forwards and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Trace:
    """One sample through one network, forwards and back, for the animated pass.

    Attributes:
        seed, sample: which network, which training point.
        inputs: (in,) as the network gets them.
        target: (out,) as the loss gets it.
        z: for each layer with weights, the pre-activations (units,), before the norm.
        h: for each layer, what it passes on (units,); the last is the output.
        loss: the loss of this one sample. loss_label: which, such as `half MSE`.
        dh: for each layer, dL/dh (units,).
        dz: for each layer, dL/dz (units,).
        dw: for each layer, dL/dW (in, out).
    """

    seed: int
    sample: int
    inputs: Array
    target: Array
    z: tuple[Array, ...]
    h: tuple[Array, ...]
    loss: float
    loss_label: str
    dh: tuple[Array, ...]
    dz: tuple[Array, ...]
    dw: tuple[Array, ...]
