"""Bootstrap: medians of two populations compared, with a 95 % confidence interval."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

Array = np.ndarray
RESAMPLES = 2000
ENDS = (2.5, 97.5)  # percentiles of a 95 % band


class BootstrapBand(NamedTuple):
    """A figure with its 95 % bootstrap confidence interval."""

    middle: float
    low: float
    high: float

    def excludes(self, value: float = 0.0) -> bool:
        """Return whether the band lies on one side of a value."""
        return self.low > value or self.high < value


@functools.lru_cache(maxsize=64)
def _middles(n: int, stream: int) -> tuple[Array, Array]:
    """Return between which ranks the medians of resamples of n values lie. (RESAMPLES,) each

    A median only asks for order, so the ranks are drawn once for all populations of a size.
    """
    rng = np.random.default_rng((0, stream))
    ranks = np.sort(rng.integers(0, n, (RESAMPLES, n)), axis=1)
    return ranks[:, (n - 1) // 2], ranks[:, n // 2]


def _medians(values: Array, stream: int) -> Array:
    """Return medians of resamples. (n,) -> (RESAMPLES,)"""
    ordered = np.sort(np.asarray(values, float))
    low, high = _middles(len(ordered), stream)
    return np.asarray(0.5 * (ordered[low] + ordered[high]))


def difference(a: Array, b: Array) -> BootstrapBand:
    """Return median(a) - median(b) with its band. (n,), (m,); inf counts as large.

    Source: Efron 1979, the percentile bootstrap; the draws are always the same.
    """
    most = 10 * max(1.0, *(float(np.max(v[np.isfinite(v)], initial=0)) for v in (a, b)))
    a, b = np.minimum(a, most), np.minimum(b, most)
    low, high = np.percentile(_medians(a, 0) - _medians(b, 1), ENDS)
    return BootstrapBand(float(np.median(a) - np.median(b)), float(low), float(high))


def ratio(a: Array, b: Array) -> BootstrapBand:
    """Return median(a) / median(b) with its band, for what is positive. (n,), (m,)"""
    low, high = np.percentile(_medians(a, 0) / _medians(b, 1), ENDS)
    return BootstrapBand(float(np.median(a) / np.median(b)), float(low), float(high))
