"""Fits of the a_k and d of terms that stay: least squares, gradient descent, posterior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
SAME = 1e-10  # of the largest singular value: smaller ones are rounding


@dataclass(frozen=True, eq=False)
class Ridge:
    """Least squares with a penalty on the a_k, not on d: all penalties from one SVD.

    The loss is mean (y - f)^2 / 2 + l2 / 2 * sum a_k^2, as in the lab. Divided by noise^2 / n
    it is minus the logarithm of a posterior: noise N(0, noise^2), prior
    a_k ~ N(0, noise^2 / (n l2)), any d equally likely.
    Source: Bishop 2006, section 3.3.

    Attributes:
        mean_x, mean_y: of terms (K,) and of targets.
        u: (n, r), s: (r,), v: (K, r) of the centred terms. y: (n,) centred targets.
    """

    mean_x: Array
    mean_y: float
    u: Array
    s: Array
    v: Array
    y: Array

    @classmethod
    def of(cls, terms: Array, y: Array) -> Ridge:
        """Take terms (n, K) and targets (n,)."""
        mean_x, mean_y = terms.mean(0), float(y.mean())
        u, s, vt = np.linalg.svd(terms - mean_x, full_matrices=False)
        kept = s > SAME * max(float(s.max(initial=0)), 1e-300)
        return cls(mean_x, mean_y, u[:, kept], s[kept], vt[kept].T, y - mean_y)

    def fit(self, l2: Array | float) -> tuple[Array, Array]:
        """Return a_k and d for each penalty. (m,) -> (m, K), (m,)"""
        weight = len(self.y) * np.atleast_1d(l2)[:, None]
        a = (self.s / (self.s**2 + weight) * (self.y @ self.u)) @ self.v.T
        return a, self.mean_y - a @ self.mean_x

    def std(self, l2: float, noise: float, terms: Array) -> Array:
        """Return the standard deviation of the function at terms (m, K). (m,)"""
        weight = len(self.y) * l2
        across = terms - self.mean_x
        seen = across @ self.v  # (m, r)
        var = (seen**2 / (self.s**2 + weight)).sum(1) + 1 / len(self.y)
        unseen = (across**2).sum(1) - (seen**2).sum(1)  # no data there: the prior stays
        return noise * np.sqrt(var + np.maximum(unseen, 0) / weight)

    def draws(self, l2: float, noise: float, terms: Array, normals: Array) -> Array:
        """Return functions drawn from the posterior at terms (m, K).

        Args:
            normals: (draws, K + 1) standard normal numbers.
        """
        weight = len(self.y) * l2
        a, _ = self.fit(l2)
        z = normals[:, :-1]
        along = z @ self.v
        off = (along / np.sqrt(self.s**2 + weight)) @ self.v.T
        off += (z - along @ self.v.T) / np.sqrt(weight)
        mean = (terms - self.mean_x) @ (a + noise * off).T  # (m, draws)
        level = self.mean_y + noise * normals[:, -1] / np.sqrt(len(self.y))
        return np.asarray((mean + level).T)

    def deviations(self, l2: float, noise: float) -> Array:
        """Return the standard deviation of each a_k. (K,)"""
        weight = len(self.y) * l2
        known = (self.v**2 / (self.s**2 + weight)).sum(1)
        return noise * np.sqrt(known + np.maximum(1 - (self.v**2).sum(1), 0) / weight)

    def evidence(self, l2: Array, noise: float) -> Array:
        """Return the log of how likely the data are under each penalty, but for a constant."""
        weight = len(self.y) * l2[:, None]
        seen = self.y @ self.u
        misfit = self.y @ self.y - (seen**2 * self.s**2 / (self.s**2 + weight)).sum(1)
        volume = np.log1p(self.s**2 / weight).sum(1)
        return np.asarray(-0.5 * volume - 0.5 * misfit / noise**2)


@dataclass(frozen=True, eq=False)
class Descent:
    """Gradient descent on mean (y - f)^2 / 2 over a_k and d, from zero, in closed form.

    In the directions of the terms' singular vectors the steps do not mix: after n of them the
    share (1 - rate s^2 / N)^n of the way is left. So any n costs the same.

    Attributes:
        u, s, v: SVD of the terms with a column of ones for d. y: (N,) targets.
        rate: half of the largest that is stable.
    """

    u: Array
    s: Array
    v: Array
    y: Array
    rate: float

    @classmethod
    def of(cls, terms: Array, y: Array) -> Descent:
        """Take terms (N, K) and targets (N,)."""
        whole = np.column_stack((terms, np.ones(len(terms))))
        u, s, vt = np.linalg.svd(whole, full_matrices=False)
        return cls(u, s, vt.T, y, len(y) / float(s[0]) ** 2)

    @property
    def condition(self) -> float:
        """Steepest by flattest curvature of the loss; infinite where it is flat."""
        least = float(self.s[-1])
        return (float(self.s[0]) / least) ** 2 if least > SAME * float(self.s[0]) else np.inf

    def _left(self, updates: Array | float) -> Array:
        """Return the share of the way that is left in each direction. (m,) -> (m, r)"""
        step = np.minimum(self.rate * self.s**2 / len(self.y), 1.0)
        with np.errstate(divide="ignore"):  # the steepest direction is done at once
            return np.asarray(np.exp(np.atleast_1d(updates)[:, None] * np.log1p(-step)))

    def fit(self, updates: float) -> tuple[Array, float]:
        """Return a_k and d after so many updates. (K,)"""
        done = 1 - self._left(updates)[0]
        good = self.s > SAME * self.s[0]
        way = np.where(good, done * (self.y @ self.u) / np.where(good, self.s, 1), 0)
        both = self.v @ way
        return both[:-1], float(both[-1])

    def losses(self, updates: Array) -> Array:
        """Return the training loss, half the mean square, after so many updates. (m,)"""
        seen = self.y @ self.u
        never = self.y @ self.y - seen @ seen
        left = ((self._left(updates) * seen) ** 2).sum(1)
        return np.asarray((max(0.0, float(never)) + left) / (2 * len(self.y)))
