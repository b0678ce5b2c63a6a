"""The gradient at initialization: its mean square, from the last layer to the first.

    E[dz_a^2] = E[dh_a^2] E[act'(z_a)^2]        E[dh_a^2] = n v E[dz_a^2 of the next]

with v the variance of a weight and n the units of the next layer. This takes the weights
of the way back as independent of those of the way forward (gradient independence,
Schoenholz et al. 2017), which is exact for infinite width (Yang 2019): in a network of
width n the error is of the order 1/n a layer. Gradients are those of each input's own
loss, as the probes measure them.
"""

from __future__ import annotations

import numpy as np

from layerlab.core.spec import NetSpec
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES
from layerlab.nets.theory.forward import WideNetwork
from layerlab.nets.theory.ground import Ground
from layerlab.nets.theory.quadrature import normal_draws

Array = np.ndarray
DRAWS = 256


def output_gradient(ground: Ground, loss: str, out_q: Array) -> Array:
    """Return the expected mean square of dL/d output for each input. (N,)

    Outputs at initialization are normal with mean 0. Exact for the squared losses, whose
    gradient is linear; others are averaged over stratified draws.

    Args:
        ground: inputs and targets.
        loss: name of the loss.
        out_q: (N,) mean square of an output.
    """
    draws = normal_draws(DRAWS, ground.y.shape[1])[:, None, :]  # (draws, 1, outputs)
    out = np.sqrt(out_q)[:, None] * draws  # (draws, N, outputs)
    # Undoes the mean over the batch: each input's own loss.
    d_out = LOSSES[loss].gradient(out, ground.y) * len(ground.y)
    return np.asarray((d_out**2).mean((0, 2)))


def gradient_squares(ground: Ground, net: NetSpec, loss: str, wide: WideNetwork) -> Array:
    """Return the expected mean square of dL/dz of each hidden layer. (L,)"""
    sizes = (ground.x.shape[1], *net.hidden, ground.y.shape[1])
    init = INITIALIZERS[net.init]
    found = np.zeros(len(net.hidden))
    dz = output_gradient(ground, loss, wide.out_q)  # (N,)
    dh_after = np.zeros_like(dz)
    for layer in reversed(range(len(net.hidden))):
        width, after = sizes[layer + 1], sizes[layer + 2]
        dh = after * init.weight_variance(width, after, net) * dz
        if net.residual and layer + 1 < len(net.hidden) and width == after:
            # Squares add: what comes through the weights
            # has mean 0 and is independent of the rest.
            dh = dh + dh_after  # the skip passes the gradient on unchanged
        dz = dh * wide.layers[layer].slope
        if net.layer_norm:  # two directions of z do not change n; see `norms.norm_gradient`
            dz = dz * max(0.0, 1 - 2 / width)
        found[layer] = float(dz.mean())
        dh_after = dh
    return found
