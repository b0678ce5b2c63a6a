"""Ensembles: the mean of several networks, over many draws of the data.

A network's prediction at a position is taken apart as

    prediction = mean over all + what the draw of the data does to all of them + what is its own

so that two networks that learn from the same draw share a covariance. With v the variance of
one network and rho the correlation of two, the mean of K of them has the variance

    shared + own / K = v (1/K + (K-1)/K rho),    shared = rho v,    own = (1 - rho) v

which is algebra. What can be wrong is that v and rho, measured on some networks, predict what
the mean of others does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
DRAWN, AT_ONCE = 100_000, 10_000  # simulated ensembles; as many as memory is spent on


def mean_variance(k: int, rho: float) -> float:
    """Return the variance of the mean of k predictors of variance 1."""
    return 1 / k + (k - 1) / k * rho


def simulated_variance(k: int, rho: float, seed: int = 0) -> float:
    """Return the variance of the mean of k gaussian predictors of variance 1, as drawn.

    Args:
        k: at least 1. rho: their correlation, 0 to 1. seed: of the draws.
    """
    rng, total, squares = np.random.default_rng(seed), 0.0, 0.0
    for _ in range(DRAWN // AT_ONCE):
        shared, own = rng.standard_normal((AT_ONCE, 1)), rng.standard_normal((AT_ONCE, k))
        means = (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own).mean(1)
        total, squares = total + float(means.sum()), squares + float((means**2).sum())
    return squares / DRAWN - (total / DRAWN) ** 2


def correlation(shared: Array, one: Array) -> Array:
    """Return shared / one, 0 where nothing varies."""
    is_flat = one <= 0
    return np.where(is_flat, 0.0, shared / np.where(is_flat, 1.0, one))


@dataclass(frozen=True, eq=False)
class VarianceComponents:
    """How networks scatter that differ in their seed alone, by position.

    Attributes:
        mean: (x,) over all draws and networks.
        own: (x,) variance of networks about the mean of their draw, (1 - rho) v.
        shared: (x,) covariance of two networks of one draw, rho v; sampling noise may leave it
            slightly negative.
        draws, nets: how many.
    """

    mean: Array
    own: Array
    shared: Array
    draws: int
    nets: int

    @property
    def one(self) -> Array:
        """Variance of one network, v. (x,)"""
        return self.own + self.shared

    @property
    def rho(self) -> float:
        """Correlation of two networks: of the mean covariance and the mean variance."""
        return float(correlation(self.shared.mean(), self.one.mean()))

    @property
    def rho_at(self) -> Array:
        """Correlation of two networks by position; 0 where nothing varies. (x,)"""
        return correlation(self.shared, self.one)

    def of_mean(self, k: int) -> Array:
        """Return the variance of the mean of k networks, by the formula. (x,)"""
        return self.shared + self.own / k

    def squared_bias(self, truth: Array) -> Array:
        """Return the squared bias, without what sampling noise adds to it. (x,)

        With it, bias and variance add up exactly to the mean squared error of the networks
        that were looked at.
        """
        # The mean over all draws varies too, and its square contains that variance.
        return (self.mean - truth) ** 2 - (self.shared + self.own / self.nets) / self.draws


@dataclass(frozen=True, eq=False)
class Draws:
    """What is kept of each draw's networks; all else follows from it.

    Attributes:
        means: (draws, x) of the networks' predictions.
        squares: (draws, x) sum of the squared distances from these.
        nets: networks of a draw.
    """

    means: Array
    squares: Array
    nets: int

    def variance_components(self) -> VarianceComponents:
        """Take the variance apart: the unbiased estimates of one-way analysis.

        Two draws and two networks at least.
        Source: Fisher 1925, chapter 7 (intraclass correlation).
        """
        draws = len(self.means)
        own = self.squares.sum(0) / (draws * (self.nets - 1))
        # A draw's mean varies by shared + own / nets, so that is taken off.
        shared = self.means.var(0, ddof=1) - own / self.nets
        return VarianceComponents(self.means.mean(0), own, shared, draws, self.nets)

    def variance_at(self) -> Array:
        """Return the variance of one network by position. (x,)"""
        if self.nets == 1:
            return self.means.var(0, ddof=1)
        return self.variance_components().one

    def variance(self, shares: Array | None = None) -> Array:
        """Return the variance of one network, averaged over positions.

        Args:
            shares: (b, draws) which weigh the draws, adding up to 1: resamples of a
                bootstrap; all equal if None.

        Returns:
            (b,), or (1,).
        """
        draws = len(self.means)
        if shares is None:
            shares = np.full((1, draws), 1 / draws)
        between = shares @ self.means**2 - (shares @ self.means) ** 2
        found = between.mean(1) * draws / (draws - 1)
        if self.nets > 1:
            own = shares @ self.squares.mean(1) / (self.nets - 1)
            # The means vary by shared + own / nets; with this
            # it is shared + own, one network's variance.
            found = found + own * (1 - 1 / self.nets)
        return np.asarray(found)

    def correlations(self, shares: Array) -> Array:
        """Return the correlation of two networks under each weighing of the draws. (b,)"""
        one = self.variance(shares)
        own = shares @ self.squares.mean(1) / (self.nets - 1)
        return correlation(one - own, one)


def draws_of(predictions: Array) -> Draws:
    """Keep what is needed of predictions. (draws, nets, x)"""
    means = predictions.mean(1)
    return Draws(means, ((predictions - means[:, None]) ** 2).sum(1), predictions.shape[1])


def variance_components(predictions: Array) -> VarianceComponents:
    """Take the variance of networks apart. (draws, nets, x), at least two of both"""
    return draws_of(predictions).variance_components()


def means_of(predictions: Array, k: int) -> Array:
    """Return the means of as many ensembles of k networks as there are, none used twice.

    Their variance is that of a mean, measured: no formula enters.

    Args:
        predictions: (draws, nets, x). k: 1 to nets.

    Returns:
        (draws, nets // k, x).
    """
    draws, nets, positions = predictions.shape
    groups = nets // k
    return np.asarray(predictions[:, : groups * k].reshape(draws, groups, k, positions).mean(2))


@functools.lru_cache(maxsize=8)
def resamples(draws: int, count: int) -> Array:
    """Return how a bootstrap weighs the draws; always the same. (count, draws)"""
    rng = np.random.default_rng(draws)
    return rng.multinomial(draws, np.full(draws, 1 / draws), count) / draws
