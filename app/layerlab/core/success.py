"""Success: how many seeds of a run came below a chosen loss, and which did best and worst."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from layerlab.core.frames import LossPart

Array = np.ndarray
USUAL = 0.01  # where nothing shows what a task can reach
_SHARE = 0.1  # of the loss of the best linear model
_SOLVED = 1e-6  # a linear model at most this far off leaves nothing to compare with
_RUNGS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, eq=False)
class Ranking:
    """How the seeds of a run did.

    Attributes:
        losses: (S,) newest reported training loss of each; empty while there is none.
        threshold: a seed below it is a success.
    """

    losses: Array = field(default_factory=lambda: np.empty(0))
    threshold: float = USUAL

    @property
    def seeds(self) -> int:
        """Number of seeds, S."""
        return int(self.losses.size)

    @property
    def best(self) -> int:
        """Place of the lowest loss; one that is not a number is never the best."""
        return int(np.where(np.isnan(self.losses), np.inf, self.losses).argmin())

    @property
    def worst(self) -> int:
        """Place of the highest loss; one that is not a number is worse than any."""
        return int(self.losses.argmax())  # numpy takes nan for the largest of all

    @property
    def successes(self) -> Array:
        """Which losses are below the threshold, (S,) bool; nan never is."""
        return np.asarray(self.losses < self.threshold)

    @property
    def count(self) -> int:
        """Number of successes."""
        return int(self.successes.sum())


def ranking_of(part: LossPart, threshold: float | None) -> Ranking:
    """Return how the seeds of a part did; threshold None: see `default_threshold`."""
    level = default_threshold(part) if threshold is None else threshold
    return Ranking(np.asarray(part.train[-1]) if part.train.size else np.empty(0), level)


def default_threshold(part: LossPart) -> float:
    """Return a loss that separates a fit from a failure, where nobody has chosen one.

    A tenth of what the best linear model leaves: hidden layers are there to do better than
    that, and a seed that is stuck near it has not learned. Under noise never less than twice
    the noise floor, which would be asking for the impossible. So it depends on the task
    alone, not on the network, and holds still while one turns width or depth. Rounded to
    1, 2 or 5 times a power of ten; the default lab gets 0.01.
    """
    linear, floor = part.linear_loss, part.noise_floor or 0.0
    known = linear is not None and math.isfinite(linear) and linear > _SOLVED
    share = _SHARE * linear if known and linear is not None else 0.0
    return _rounded(max(2 * floor, share) or USUAL)


def _rounded(value: float) -> float:
    base = 10.0 ** math.floor(math.log10(value))
    nearest = min(
        (rung * base for rung in _RUNGS), key=lambda rung: abs(math.log(rung / value))
    )
    return float(f"{nearest:.0e}")
