"""Skips: blocks of residual networks at birth, and what is left where a layer is silent."""

from __future__ import annotations

import numpy as np

from app.core.layout import Layout
from app.core.spec import NetSpec
from app.nets.initializers import INITIALIZERS

Array = np.ndarray
WIDTH = 128


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
    begun = h.var()
    for _ in range(blocks):
        up = INITIALIZERS["he-normal"].draw(rng, WIDTH, WIDTH, net)[0]
        down = INITIALIZERS["lecun-normal"].draw(rng, WIDTH, WIDTH, net)[0]
        x = (h - h.mean(1, keepdims=True)) / h.std(1, keepdims=True) if is_normed else h
        h = h + scale * np.maximum(x @ up, 0) @ down
    return float(h.var() / begun)


def silenced(layout: Layout, params: Array, layer: int) -> Array:
    """Return parameters with all weights and biases of a layer at 0. (seeds, P)"""
    silent = params.copy()
    silent[:, layout.offset(layer) : layout.offset(layer + 1)] = 0
    return silent


def cut_out(layout: Layout, params: Array, layer: int) -> Array:
    """Return the parameters of the network without a layer. (seeds, P - those of the layer)"""
    return np.delete(params, np.s_[layout.offset(layer) : layout.offset(layer + 1)], axis=1)
