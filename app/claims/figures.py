"""Figures in words, and medians with the band in which chance leaves them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

Array = np.ndarray
RESAMPLES = 2000
ENDS = (2.5, 97.5)  # percentiles of a 95 % band


class Band(NamedTuple):
    """A figure with its 95 % bootstrap band."""

    middle: float
    low: float
    high: float

    def excludes(self, value: float = 0.0) -> bool:
        """Tell whether the band lies on one side of a value."""
        return self.low > value or self.high < value


def _resampled(values: Array, rng: np.random.Generator) -> Array:
    """Return medians of resamples. (n,) -> (RESAMPLES,)"""
    values = np.asarray(values, float)
    rows = rng.integers(0, len(values), (RESAMPLES, len(values)))
    return np.asarray(np.median(values[rows], axis=1))


def difference(a: Array, b: Array) -> Band:
    """Return median(a) - median(b) with its band. (n,), (m,); inf counts as large.

    Source: Efron 1979, the percentile bootstrap; the draws are always the same.
    """
    rng = np.random.default_rng(0)
    most = 10 * max(1.0, *(float(np.max(v[np.isfinite(v)], initial=0)) for v in (a, b)))
    a, b = np.minimum(a, most), np.minimum(b, most)
    low, high = np.percentile(_resampled(a, rng) - _resampled(b, rng), ENDS)
    return Band(float(np.median(a) - np.median(b)), float(low), float(high))


def exponent(x: Iterable[float], y: Iterable[float]) -> float:
    """Return the power of x with which y grows, by least squares of the logarithms."""
    return float(np.polyfit(np.log(list(x)), np.log(list(y)), 1)[0])


def figure(value: float) -> str:
    """Return a number as a person reads it: four digits that count."""
    value = float(value)
    if not math.isfinite(value):
        return "not finite"
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.4g}"
    return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def listed(values: Iterable[float]) -> str:
    """Return numbers with commas between them."""
    return ", ".join(figure(value) for value in values)


def spread(values: Array) -> str:
    """Return the median of a population with its quartiles: `0.02 (0.01 to 0.05)`."""
    low, middle, high = np.percentile(np.asarray(values, float), [25, 50, 75])
    return f"{figure(middle)} ({figure(low)} to {figure(high)})"


def percent(share: float) -> str:
    """Return a share as a percentage: 0.4567 -> `45.7 %`."""
    return f"{100 * share:.3g} %"


def within(value: float, target: float, relative: float) -> bool:
    """Tell whether a value is near a target; False for what is not finite."""
    return abs(value - target) <= relative * abs(target)
