"""What the page begins with: the picture, and the random parts of layers. No Qt."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.experiments.convolution.names import SIDE
from layerlab.nets.studies.convolution import (
    KERNEL,
    averaged,
    filtered,
    local,
    off_convolution,
    patches,
)

Array = np.ndarray
OWN = 0.4  # std of what each position's own filter adds to the kernel
DENSE = 0.12  # std of what a dense layer adds, to all its weights
SEED = 11  # of both
_SHADES = {".": 0.0, "-": 0.35, "+": 0.65, "#": 1.0}
_PICTURE = """
................
..#.........#...
..##.......##...
..#+#.....#+#...
..#++#####++#...
..###########...
.#############..
.###..###..###..
.###..###..###..
.######-######..
.#####---#####..
..####+-+####...
...#########....
.....#####......
................
................
"""


def picture() -> Array:
    """Return the picture that the page starts with. (SIDE, SIDE), 0 to 1"""
    return np.array([[_SHADES[mark] for mark in line] for line in _PICTURE.split()])


@functools.cache
def _random(layer: str) -> Array:
    rng = np.random.default_rng(SEED)
    shape = (SIDE, SIDE, KERNEL**2) if layer == "local" else (SIDE,) * 4
    return rng.standard_normal(shape)


@functools.lru_cache(12)
def maps_of(layer: str, kernel: tuple[float, ...], border: str, step: int) -> Array:
    """Return all weights of a layer, averaged over shifts by multiples of `step`.

    A convolution has the kernel at all positions; a locally connected layer has a filter of its
    own at each, the kernel plus random numbers; a dense layer is the convolution plus random
    numbers everywhere. (SIDE, SIDE, SIDE, SIDE), as in `layers`.
    """
    units = np.eye(SIDE**2).reshape(-1, SIDE, SIDE)  # each pixel alone
    weights = np.array(kernel)
    if layer == "local":
        maps = local(units, weights + OWN * _random(layer), border)
    else:
        maps = filtered(units, weights, border)
    maps = maps.reshape((SIDE,) * 4)
    if layer == "dense":
        maps = maps + DENSE * _random(layer)
    maps = averaged(maps, step)
    maps.flags.writeable = False
    return maps


@functools.lru_cache(32)
def distance_of(layer: str, kernel: tuple[float, ...], border: str, step: int) -> float:
    """Return how far such a layer is from a convolution; see `maps_of`."""
    return off_convolution(maps_of(layer, kernel, border, step))


def parameters(border: str, step: int, side: int = SIDE) -> dict[str, int]:
    """Return in how many ways each layer can differ, averaged over shifts by `step`.

    What a filter at the edge gives to zeros around the image changes nothing. Weights that
    a shift carries to each other are one after averaging.
    """
    touched = patches(np.ones((1, side, side)), border)[0] > 0  # (side, side, taps)
    blocks = touched.reshape(side // step, step, side // step, step, -1)
    return {
        "convolution": int(touched.any((0, 1)).sum()),
        "local": int(blocks.any((0, 2)).sum()),
        "dense": side**2 * step**2,
    }
