"""What many draws show of the networks of a setting. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layerlab.experiments.ensemble.names import DRAWS, MAX_K
from layerlab.experiments.ensemble.training import EnsembleTraining
from layerlab.nets.bootstrap import ENDS, BootstrapBand
from layerlab.nets.ensembles import Draws, VarianceComponents, mean_variance, resamples

Array = np.ndarray
MIN_DRAWS = 8  # draws; fewer say nothing about a variance
RESAMPLES = 200
MIN_VARIANCE = 1e-30


class Unseen(NamedTuple):
    """Variance of means over v on draws that were not looked at, and as predicted."""

    seen: float
    low: float
    high: float
    predicted: float


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """What is known once all draws are done.

    Attributes:
        rho: of all networks, with what resampled draws make of it.
        fit: (RESAMPLES, MAX_K) variance of means of the other half of the networks over what
            the first half predicts, resampled.
        half_rho: of half of the networks on every other draw.
        means: (RESAMPLES + 1, MAX_K) variance of means of the other networks over that of one,
            on the other draws: measured, then resampled.
    """

    rho: BootstrapBand
    fit: Array
    half_rho: float
    means: Array


@dataclass(frozen=True, eq=False)
class DrawStatistics:
    """Bias, variance and correlation of a population.

    Attributes:
        draws: that are done.
        all: of all networks. half: of every other one.
        means_at: (MAX_K, positions) variance of means of 1, 2 ... of the other half of the
            networks, as measured.
        bootstrap: what is known at the end, or None.
    """

    draws: int
    all: VarianceComponents
    half: VarianceComponents
    means_at: Array
    bootstrap: Bootstrap | None

    @property
    def means(self) -> Array:
        """The same, averaged over positions. (MAX_K,)"""
        return np.asarray(self.means_at.mean(1))

    def predicted(self, k: int) -> float:
        """Return what half of the networks predict for a mean's variance, over v."""
        return mean_variance(k, self.half.rho)

    def seen(self, k: int) -> float:
        """Return the variance of the other half's means, over v of the first half."""
        return float(self.means[k - 1] / max(float(self.half.one.mean()), MIN_VARIANCE))


def may_be_random(bootstrap: Bootstrap, k: int) -> bool:
    """Return whether random variation alone may explain how means of k differ from theory."""
    low, high = np.percentile(bootstrap.fit[:, k - 1], ENDS)
    return bool(low <= 1 <= high)


def unseen(bootstrap: Bootstrap, k: int) -> Unseen:
    """Return what means of other networks vary by on other draws, over v of these draws."""
    measured = bootstrap.means[:, k - 1]
    low, high = np.percentile(measured[1:], ENDS)
    predicted = mean_variance(k, bootstrap.half_rho)
    return Unseen(float(measured[0]), float(low), float(high), predicted)


def found_in(people: EnsembleTraining) -> DrawStatistics | None:
    """Return what was found when a population was last looked at, if it was."""
    return people.looked if isinstance(people.looked, DrawStatistics) else None


def look_at(people: EnsembleTraining) -> None:
    """Look at the draws that are done, unless they are too few or were looked at already."""
    kept = found_in(people)
    if people.done < MIN_DRAWS or (kept is not None and kept.draws == people.done):
        return
    means = np.stack([people.part(k).variance_at() for k in range(1, MAX_K + 1)])
    bootstrap = _bootstrap(people) if people.done == DRAWS else None
    people.looked = DrawStatistics(
        people.done,
        people.part("all").variance_components(),
        people.part("half").variance_components(),
        means,
        bootstrap,
    )


def _bootstrap(people: EnsembleTraining) -> Bootstrap:
    whole, half, ks = people.part("all"), people.part("half"), range(1, MAX_K + 1)
    every = resamples(people.done, RESAMPLES)
    ends = (float(end) for end in np.percentile(whole.correlations(every), ENDS))
    one, rho = half.variance(every), half.correlations(every)
    fit = np.stack(
        [
            people.part(k).variance(every)
            / np.maximum(one * (1 / k + (k - 1) / k * rho), MIN_VARIANCE)
            for k in ks
        ],
        axis=1,
    )
    draws = people.done // 2
    shares = np.vstack([np.full(draws, 1 / draws), resamples(draws, RESAMPLES)])
    means = np.stack([_half(people.part(k), 1).variance(shares) for k in ks], axis=1)
    return Bootstrap(
        BootstrapBand(whole.variance_components().rho, *ends),
        fit,
        _half(half, 0).variance_components().rho,
        means / np.maximum(means[:, :1], MIN_VARIANCE),
    )


def _half(draws: Draws, first: int) -> Draws:
    """Return every other draw."""
    return Draws(draws.means[first::2], draws.squares[first::2], draws.nets)
