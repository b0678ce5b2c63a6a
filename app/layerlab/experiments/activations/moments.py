"""Integrals over a Gaussian after an activation, and the activation's own extremes. No Qt."""

from __future__ import annotations

import functools
import math

import numpy as np

from layerlab.nets.activations import Activation

Array = np.ndarray
REACH = 8.0  # standard deviations, beyond which lie 1e-15 of a gaussian
MAX_INPUT = 40.0  # where every smooth activation has reached its limit
_PANELS, _NODES, _CELLS, _COARSE = 32, 12, 4000, 1200
_LEGENDRE = np.polynomial.legendre.leggauss(_NODES)


def moments(entry: Activation, mean: float, std: float, slope: float) -> tuple[float, float]:
    """Return E[h] and E[h^2] of h = phi(z), z gaussian.

    Gauss-Legendre on panels that end at the activation's kinks, and at 0, where some have a
    jump of a higher derivative: so that each panel is smooth.
    """
    kinks = [(kink - mean) / std for kink in (0.0, *entry.kinks)]
    ends = np.unique(np.clip([*np.linspace(-REACH, REACH, _PANELS + 1), *kinks], -REACH, REACH))
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (_LEGENDRE[0] + 1)).ravel()  # standard normal
    weight = (half * _LEGENDRE[1]).ravel() * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    h = entry(mean + std * x, slope)
    return float(weight @ h), float(weight @ (h * h))


def extremes(entry: Activation, slope: float) -> tuple[float, tuple[float, float] | None]:
    """Return the largest size of the derivative, and the minimum of the value: z and value.

    The minimum is where the derivative changes its sign to positive, found by bisection.
    """
    z = np.linspace(-MAX_INPUT, MAX_INPUT, 2 * _CELLS + 1)
    rate = entry.derivative_at(z, slope)
    peak = int(np.abs(rate).argmax())
    largest = _peak(entry, slope, z[max(0, peak - 1)], z[min(len(z) - 1, peak + 1)])
    turns = np.flatnonzero((rate[:-1] < 0) & (rate[1:] > 0))
    if turns.size != 1:  # a wave has many
        return largest, None
    low, high = float(z[turns[0]]), float(z[turns[0] + 1])
    for _ in range(60):
        middle = 0.5 * (low + high)
        below = float(entry.derivative_at(np.array(middle), slope)) < 0
        low, high = (middle, high) if below else (low, middle)
    return largest, (low, float(entry(np.array(low), slope)))


def _peak(entry: Activation, slope: float, low: float, high: float) -> float:
    """Return the largest size of the derivative between two z, on finer and finer grids."""
    best = 0.0
    for _ in range(8):
        z = np.linspace(low, high, 21)
        size = np.abs(entry.derivative_at(z, slope))
        top = int(size.argmax())
        best = max(best, float(size[top]))
        low, high = float(z[max(0, top - 1)]), float(z[min(20, top + 1)])
    return best


@functools.cache
def _normal_below(cells: int) -> Array:
    """Return the shares of a standard normal below the ends of equal cells. (cells + 1,)"""
    ends = np.linspace(-REACH, REACH, cells + 1)
    return np.array([0.5 * math.erfc(-end / math.sqrt(2)) for end in ends])


@functools.cache
def cells() -> tuple[Array, Array]:
    """Return middles of cells of a standard normal, and the share of it in each."""
    ends = np.linspace(-REACH, REACH, _CELLS + 1)
    return 0.5 * (ends[1:] + ends[:-1]), np.diff(_normal_below(_CELLS))


def density_behind(
    entry: Activation, mean: float, std: float, slope: float, bins: int = 120
) -> tuple[Array, Array]:
    """Return the density of h: edges (bins + 1,) and heights (bins,), of total 1.

    Each cell of z is laid out evenly between the values at its ends. What has no width, such
    as the zeros of ReLU, falls into one cell of h.
    """
    ends = np.linspace(-REACH, REACH, _COARSE + 1)
    share = np.diff(_normal_below(_COARSE))
    h = entry(mean + std * ends, slope)
    low, high = np.minimum(h[:-1], h[1:]), np.maximum(h[:-1], h[1:])
    known = share > 1e-7
    start, stop = float(low[known].min()), float(high[known].max())
    room = max(stop - start, 1e-3)
    edges = np.linspace(start - 0.04 * room, stop + 0.04 * room, bins + 1)
    width = np.maximum(high - low, 1e-12)
    below = np.clip((edges[:, None] - low) / width, 0, 1) @ share  # (bins + 1,)
    return edges, np.diff(below) / np.diff(edges)
