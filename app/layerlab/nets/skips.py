"""Skips: blocks of residual networks at initialization, and what passes a dead layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from layerlab.core.layout import Layout
from layerlab.core.spec import NetSpec
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.norms import norm
from layerlab.nets.transformers import KINDS, feed_forward

Array = np.ndarray
WIDTH = 128
FEW, MANY = 4, 64  # blocks, where growth is judged
GROWTH = 1.25


def output_scale(blocks: int) -> float:
    """Return by what the output of each of N residual blocks is multiplied: 1 / sqrt(2 N)."""
    return float((2 * blocks) ** -0.5)


def is_steady(variances: tuple[float, float]) -> bool:
    """Return whether a variance after `MANY` blocks is about that after `FEW`."""
    return variances[1] <= GROWTH * variances[0]


def is_growing(variances: tuple[float, float]) -> bool:
    """Return whether a variance after `MANY` blocks is far above that after `FEW`."""
    return variances[1] >= 4 * variances[0]


def through(
    h: Array, blocks: Iterable[Callable[[Array], Array]], scale: float, is_normed: bool
) -> Array:
    """Send a signal through residual blocks, h + scale * block(h).

    Args:
        h: (..., inputs, width). scale: of what a block adds.
        is_normed: whether a block looks at h of mean 0 and variance 1.

    Returns:
        (blocks + 1, ...) variance over inputs and units, that before all blocks being 1;
        what is too large for a number is infinite, or nan.
    """
    found = [h.var((-2, -1))]
    with np.errstate(over="ignore", invalid="ignore"):
        for block in blocks:
            h = h + scale * block(norm(h)[0] if is_normed else h)
            found.append(h.var((-2, -1)))
    return np.stack(found) / found[0]


def block_variance(blocks: int, scale: float, is_normed: bool, seed: int) -> float:
    """Return the variance of a signal after residual blocks, that before them being 1.

    Args:
        blocks: how many; each is h + scale * W2 relu(W1 h) with random W1, W2.
        scale: of what a block adds.
        is_normed: whether a block looks at h of mean 0 and variance 1.
        seed: of inputs and weights.
    """
    rng, net = np.random.default_rng(seed), NetSpec()
    h = rng.standard_normal((32, WIDTH))

    def drawn() -> Callable[[Array], Array]:
        up = INITIALIZERS["he-normal"].draw(rng, WIDTH, WIDTH, net)[0]
        down = INITIALIZERS["lecun-normal"].draw(rng, WIDTH, WIDTH, net)[0]
        return partial(feed_forward, KINDS["plain"], up=up, down=down, gate=None)

    return float(through(h, (drawn() for _ in range(blocks)), scale, is_normed)[-1])


def ablate(layout: Layout, params: Array, layer: int) -> Array:
    """Return parameters with all weights and biases of a layer at 0. (seeds, P)"""
    ablated = params.copy()
    ablated[:, layout.offset(layer) : layout.offset(layer + 1)] = 0
    return ablated


def cut_out(layout: Layout, params: Array, layer: int) -> Array:
    """Return the parameters of the network without a layer. (seeds, P - those of the layer)"""
    return np.delete(params, np.s_[layout.offset(layer) : layout.offset(layer + 1)], axis=1)
