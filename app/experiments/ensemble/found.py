"""What many draws say of the networks of a setting. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.experiments.ensemble.names import MOST
from app.experiments.ensemble.training import Population
from app.nets.chance import ENDS, Band
from app.nets.ensembles import (
    Spread,
    correlations,
    mean_variance,
    resamples,
    spread,
    variance_of_means,
)

Array = np.ndarray
LEAST = 8  # draws; fewer say nothing of a variance
RESAMPLES = 200


class Unseen(NamedTuple):
    """Variance of means over v on draws that were not looked at, and as foretold."""

    seen: float
    low: float
    high: float
    told: float


@dataclass(frozen=True, eq=False)
class Found:
    """Bias, variance and correlation of a population.

    Attributes:
        draws: that are done.
        all: of all networks. half: of every other network, of all draws.
        half_of_half: of these on every other draw.
        means: (MOST,) variance of means of 1, 2 ... of the other half of the networks, as
            measured, averaged over places.
        unseen_means: (RESAMPLES + 1, MOST) the same over v on the other half of the draws:
            measured, then resampled.
        rho: of all networks, with what resampled draws make of it.
    """

    draws: int
    all: Spread
    half: Spread
    half_of_half: Spread
    means: Array
    unseen_means: Array
    rho: Band

    def told(self, k: int) -> float:
        """Return what half of the networks foretell of a mean's variance, over v."""
        return mean_variance(k, self.half.rho)

    def seen(self, k: int) -> float:
        """Return the variance of the other half's means, over v of the first half."""
        return float(self.means[k - 1] / self.half.one.mean())

    def unseen(self, k: int) -> Unseen:
        """Return the same on other draws, where v is that of these draws."""
        measured = self.unseen_means[:, k - 1]
        low, high = np.percentile(measured[1:], ENDS)
        told = mean_variance(k, self.half_of_half.rho)
        return Unseen(float(measured[0]), float(low), float(high), told)


def found_in(people: Population) -> Found | None:
    """Return what was found when a population was last looked at, if it was."""
    return people.looked if isinstance(people.looked, Found) else None


def look_at(people: Population) -> None:
    """Look at the draws that are done, unless they are too few or were looked at already."""
    kept = found_in(people)
    if people.done >= LEAST and (kept is None or kept.draws < people.done):
        people.looked = look(people.answers.astype(float))


def look(answers: Array) -> Found:
    """Look at answers. (draws, nets, places), of at least `LEAST` draws"""
    draws = len(answers)
    first, second = answers[:, ::2], answers[:, 1::2]
    ks = range(1, MOST + 1)
    other = second[1::2]
    shares = np.vstack([np.full(len(other), 1 / len(other)), resamples(len(other), RESAMPLES)])
    means = [variance_of_means(second, k)[0] for k in ks]
    unseen = np.stack([variance_of_means(other, k, shares) for k in ks], axis=1)
    rhos = correlations(answers, resamples(draws, RESAMPLES))
    whole = spread(answers)
    band = Band(whole.rho, *(float(end) for end in np.percentile(rhos, ENDS)))
    return Found(
        draws, whole, spread(first), spread(first[::2]), np.array(means),
        unseen / unseen[:, :1], band,
    )  # fmt: skip
