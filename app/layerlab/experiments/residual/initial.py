"""Networks at initialization, plain and with skips: one pass through all, and theory. No Qt.

All layers are square, h' = s h + act(z) with z = h W, s = 1 where there is a skip, else 0, and
weights of standard deviation g / √n: g = √2 as He has it for the plain and the residual
network, and 1/√(2N) of that for the scaled one of N layers. As W is fresh in each layer,

    E[h'^2] = s E[h^2] + 2 s E[h] E[act] + E[act^2]

On the way back the textbook multiplies the gradient's square by s + g^2 E[act'^2], as if W
knew nothing of h (Schoenholz et al. 2017). That is the limit of infinite width. With n units
1/n of the gradient lies along h, and this part goes another way: dL/dh . h is passed on whole
where act is homogeneous (Euler), so it grows as the signal does. Hence two parts, along h and
across it, each passed on by its own factor (`_back`).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.core.translation import marked
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.theory.quadrature import rule_at

Array = np.ndarray
NAMES = (marked("plain"), marked("residual"), marked("scaled"))
SKIPS = np.array([0.0, 1.0, 1.0])  # by name
MAX_DEPTH, WIDTH, NETS, INPUTS = 100, 64, 8, 1
SLOPE = 0.01  # of leaky ReLU
GAIN = 2.0**0.5  # He
SEED = 1


@dataclass(frozen=True, eq=False)
class Initial:
    """Layers 0 (the input) to L of plain, residual and scaled networks.

    Attributes:
        signal: (nets, 3, L + 1) mean square of the output of each layer.
        gradient: (nets, 3, L + 1) mean square of dL/dh, that of the last layer being 1.
        signal_theory, gradient_theory: (3, L + 1) what is expected.
    """

    signal: Array
    gradient: Array
    signal_theory: Array
    gradient_theory: Array


def gains(depth: int) -> Array:
    """Return the standard deviation of a weight times the root of the width, by name. (3,)"""
    return GAIN * np.array([1.0, 1.0, 1 / math.sqrt(2 * depth)])


@functools.cache
def _weights() -> Array:
    rng = np.random.default_rng(SEED)
    drawn = rng.standard_normal((MAX_DEPTH, NETS, WIDTH, WIDTH))
    return drawn / math.sqrt(WIDTH)


def release() -> None:
    """Let go of the weights; what was measured with them is kept."""
    _weights.cache_clear()


@functools.cache
def _ends() -> tuple[Array, Array]:
    """Return inputs, and gradients that arrive at the end, each of mean square 1."""
    ends = np.random.default_rng((SEED, 1)).standard_normal((2, NETS, 1, INPUTS, WIDTH))
    ends /= np.sqrt((ends**2).mean((-1, -2), keepdims=True))
    return ends[0], ends[1]


def send(
    weights: Array, scales: Array, skips: Array, entry: Activation, x: Array, d_last: Array
) -> tuple[Array, Array]:
    """Send inputs through networks, and gradients back.

    Args:
        weights: (L, nets, width, width). entry: the activation.
        scales, skips: (K,) of the K kinds: what multiplies the weights, and what a layer adds
            of its own input.
        x: (nets, 1, inputs, width). d_last: dL/dh of the last layer, likewise.

    Returns:
        (nets, K, L + 1) mean squares of h and of dL/dh, the input's first.
    """
    depth, nets, width = weights.shape[:3]
    kinds, count = len(scales), x.shape[2]
    shape = (nets, kinds, count, width)
    flat = (nets, kinds * count, width)
    scale, skip = scales[:, None, None], skips[:, None, None]
    h, all_z = np.broadcast_to(x, shape), np.empty((depth, *shape))
    signal, gradient = (np.empty((nets, kinds, depth + 1)) for _ in range(2))
    signal[..., 0] = _square(h)
    for k in range(depth):
        z = scale * (h.reshape(flat) @ weights[k]).reshape(shape)
        all_z[k] = z
        h = skip * h + entry(z, SLOPE)
        signal[..., k + 1] = _square(h)
    derivatives = entry.derivative_at(all_z, SLOPE)
    dh = np.broadcast_to(d_last, shape)
    gradient[..., depth] = _square(dh)
    for k in reversed(range(depth)):
        dz = scale * dh * derivatives[k]
        dh = skip * dh + (dz.reshape(flat) @ weights[k].transpose(0, 2, 1)).reshape(shape)
        gradient[..., k] = _square(dh)
    return signal, gradient


def _square(h: Array) -> Array:
    return np.asarray(np.einsum("nkiw,nkiw->nk", h, h) / (h.shape[2] * h.shape[3]))


@functools.lru_cache(maxsize=32)
def measured(activation: str, depth: int) -> Initial:
    """Return what many layers make of signal and gradient before any training.

    Args:
        activation: its name. depth: 1 to `MAX_DEPTH`.
    """
    x, d_last = _ends()
    entry, size = ACTIVATIONS[activation], gains(depth)
    signal, gradient = send(_weights()[:depth], size, SKIPS, entry, x, d_last)
    return Initial(signal, gradient, *_theory(entry, size, depth))


def _theory(entry: Activation, gain: Array, depth: int) -> tuple[Array, Array]:
    """Follow mean squares there and back, all kinds at once; (3, depth + 1) each."""
    square, mean = np.ones((3, depth + 1)), np.zeros((3, depth + 1))
    roots = np.empty((depth, 3))
    for k in range(depth):
        roots[k] = gain * np.sqrt(square[:, k])
        rule = rule_at(roots[k], entry.kinks)
        values = entry(roots[k][:, None] * rule.z, SLOPE)
        act, act_square = rule.mean(values), rule.mean(values**2)
        square[:, k + 1] = SKIPS * (square[:, k] + 2 * mean[:, k] * act) + act_square
        mean[:, k + 1] = SKIPS * mean[:, k] + act
    return square, _back(entry, gain, roots, square.T, mean.T).T


def _back(entry: Activation, gain: Array, roots: Array, square: Array, mean: Array) -> Array:
    """Return the gradient's mean square, that of the last layer being 1. (L + 1, 3)

    Args:
        gain: (3,) g. roots: (L, 3) std of each layer's pre-activations.
        square, mean: (L + 1, 3) of h.
    """
    rule = rule_at(roots, entry.kinks)
    pre_activations = roots[..., None] * rule.z  # (L, 3, m)
    values = entry(pre_activations, SLOPE)
    derivative = entry.derivative_at(pre_activations, SLOPE)
    steep = rule.mean(derivative**2)
    turn = pre_activations * derivative  # W act' dh . h = act' z . dh
    h, m, after = square[:-1], mean[:-1], square[1:]
    norm = np.sqrt(h * after)
    shared = SKIPS * (h + m * rule.mean(values)) / norm  # cosine of h and s h in h'
    bent = (SKIPS * m * rule.mean(turn) + rule.mean(turn * values)) / norm
    variance = SKIPS * (h * steep + 2 * m * rule.mean(derivative**2 * values)) + rule.mean(
        (derivative * values) ** 2
    )
    stray = (SKIPS * (h + 2 * m * rule.mean(turn)) + rule.mean(turn**2)) / h
    # What becomes of a gradient along h', and of one of any direction: all, and along h.
    own = SKIPS + gain**2 * variance / after + 2 * SKIPS * shared * bent + bent**2
    own_along = (shared + bent) ** 2
    rest = (SKIPS + gain**2 * steep - own / WIDTH) / (1 - 1 / WIDTH)
    rest_along = np.maximum(stray - own_along, 0) / (WIDTH - 1)
    found = np.ones((len(h) + 1, len(gain)))
    along = np.full(len(gain), 1 / WIDTH)
    for k in reversed(range(len(h))):
        across = found[k + 1] - along
        found[k] = own[k] * along + rest[k] * across
        along = own_along[k] * along + rest_along[k] * across
    return found


@functools.lru_cache(maxsize=256)
def chain(a: float, length: int) -> tuple[Array, Array]:
    """Return |dL/dh| of each neuron in a row of them, plain and with skips.

    Every layer is one neuron, h <- h a or h <- h + h a; backpropagated, layer by layer.

    Args:
        a: the weight, above 0. length: layers.

    Returns:
        (length + 1,) each; the first is that of the input, the last 1.
    """
    one = np.ones((1, 1, 1, 1))
    weights = np.ones((length, 1, 1, 1))
    _, found = send(weights, np.array([a, a]), SKIPS[:2], ACTIVATIONS["identity"], one, one)
    plain, skips = np.sqrt(found[0])
    return plain, skips
