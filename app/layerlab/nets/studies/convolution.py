"""Filters as linear maps of images: shared, one at each position, dense; averages. No Qt.

A map of images is an array of all its weights: `maps[i, j, r, c]` is what the pixel (i, j) of
the input adds to the pixel (r, c) of the output.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _

Array = np.ndarray
KERNEL = 3  # side of a filter
EXACT = 1e-12  # what the ledger calls equal
_PROBES = 16  # random signals by which maps are compared


def patches(images: Array, border: str = "valid") -> Array:
    """Return what a filter sees at each position.

    Args:
        images: (N, H, W).
        border: `valid` (whole patches only), `wrapped` round, or `zeros` around the image.

    Returns:
        (N, H', W', KERNEL * KERNEL).
    """
    edge = KERNEL // 2
    if border != "valid":
        mode: Any = "wrap" if border == "wrapped" else "constant"
        images = np.pad(images, ((0, 0), (edge, edge), (edge, edge)), mode=mode)
    seen = np.lib.stride_tricks.sliding_window_view(images, (KERNEL, KERNEL), axis=(1, 2))
    return seen.reshape(*seen.shape[:3], -1)


def filtered(images: Array, kernel: Array, border: str = "valid") -> Array:
    """Return images under one shared filter. (N, H, W), (KERNEL^2,) -> (N, H', W')"""
    return patches(images, border) @ kernel


def local(images: Array, kernels: Array, border: str = "valid") -> Array:
    """Return images under a filter of its own at each position. kernels (H', W', KERNEL^2)"""
    return np.asarray((patches(images, border) * kernels).sum(-1))


def shifted(images: Array, shift: tuple[int, int] = (1, 1)) -> Array:
    """Return images moved down and to the right by so many pixels, wrapped round."""
    return np.roll(images, shift, axis=(-2, -1))


def pooled(images: Array, side: int) -> Array:
    """Return the largest pixel of each block. (..., H, W) -> (..., H / side, W / side)"""
    *rest, high, wide = images.shape
    blocks = images.reshape(*rest, high // side, side, wide // side, side)
    return np.asarray(blocks.max((-3, -1)))


# ---- maps


def applied(maps: Array, image: Array) -> Array:
    """Return what a map makes of an image. (H, W, H, W), (H, W) -> (H, W)"""
    return np.tensordot(image, maps, image.ndim)


def conjugated(maps: Array, shift: tuple[int, ...]) -> Array:
    """Return the map that shifts back, applies the map, and shifts; one number for each axis.

    Args:
        maps: (n, n) of signals, or (H, W, H, W) of images.
    """
    return np.roll(maps, (*shift, *shift), axis=tuple(range(maps.ndim)))


def averaged(maps: Array, step: int) -> Array:
    """Return the mean of a map over all shifts by multiples of `step`, a part of a power of 2.

    Each doubling of the shifts is the mean of a map and of its conjugate, for rows and columns.
    """
    by = maps.shape[0]
    while by > step:
        by //= 2
        for shift in ((by, 0), (0, by)):
            maps = 0.5 * (maps + conjugated(maps, shift))
    return maps


def filter_at(maps: Array, place: tuple[int, int]) -> Array:
    """Return the weights that a position of the output gives to the input, around it.

    The weight of the pixel right over it is in the middle, at (H / 2, W / 2). (H, W)
    """
    high, wide = maps.shape[:2]
    around = high // 2 - place[0], wide // 2 - place[1]
    return np.roll(maps[:, :, place[0], place[1]], around, axis=(0, 1))


def off_convolution(maps: Array) -> float:
    """Return how far a map is from the convolution by its response to a pulse at the origin.

    By Fourier's transform, on random signals: whatever it is given, (n, n) or (H, W, H, W).
    """
    size = maps.shape[: maps.ndim // 2]
    axes = tuple(range(1, 1 + len(size)))
    x = np.random.default_rng(1).standard_normal((_PROBES, *size))
    pulse = maps[(0,) * len(size)]
    turned = np.fft.fftn(x, axes=axes) * np.fft.fftn(pulse)
    wanted = np.fft.ifftn(turned, axes=axes).real
    found = x.reshape(_PROBES, -1) @ maps.reshape(x[0].size, -1)
    return float(np.abs(found - wanted.reshape(_PROBES, -1)).max())


# ---- shifts


class Shifts(NamedTuple):
    """Largest differences between shifting first and shifting last, and after pooling."""

    wrapped: float
    bordered: float
    dense: float
    pooled: float
    blocks: float

    @property
    def needs(self) -> str:
        """What has to be for the convolution to commute, and pooling to be invariant."""
        needs = []
        if self.bordered > EXACT:
            needs.append(_("the image is wrapped round"))
        if self.blocks > EXACT:
            needs.append(_("pooling is over the whole of it"))
        return joined_by_and(needs)


def shift_first_or_last(
    images: Array, kernel: Array, dense: Callable[[Array], Array], shift: tuple[int, int]
) -> Shifts:
    """Compare both orders of a shift and a layer.

    Args:
        images: (N, H, W) with even sides. kernel: (KERNEL^2,). dense: a layer to compare.
        shift: down and to the right.
    """

    def off(layer: Callable[[Array], Array]) -> float:
        return float(
            np.abs(layer(shifted(images, shift)) - shifted(layer(images), shift)).max()
        )

    def wrap(x: Array) -> Array:
        return filtered(x, kernel, "wrapped")

    out, moved = wrap(images), wrap(shifted(images, shift))
    return Shifts(
        off(wrap),
        off(lambda x: filtered(x, kernel, "zeros")),
        off(dense),
        float(np.abs(out.max((1, 2)) - moved.max((1, 2))).max()),
        float(np.abs(pooled(out, 2) - pooled(moved, 2)).max()),
    )


# ---- a filter from data


def solved(seen: Array, targets: Array) -> Array:
    """Return the filter that fits best: one least-squares problem over all patches.

    Args:
        seen: (m, KERNEL^2) patches. targets: (m,) outputs.
    """
    return np.linalg.lstsq(seen, targets, rcond=None)[0]


def log_likelihoods(seen: Array, targets: Array, kernels: Array, noise: float) -> Array:
    """Return those of filters up to a constant, for Gaussian noise of that standard deviation.

    Args:
        seen: (m, KERNEL^2). targets: (m,). kernels: (k, KERNEL^2).

    Returns:
        (k,).
    """
    misfits = seen @ kernels.T - targets[:, None]  # (m, k)
    return np.asarray(-0.5 * (misfits**2).sum(0) / noise**2)
