"""Terms s(b x + c): candidates, and a choice of good ones for a curve. No Qt."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.spec import TaskSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.problem import load_data

Array = np.ndarray
MAX_TERMS = 24  # terms
CURVE_KEYS = ("wave", "abs", "step", "sine-mix")
POSITIONS = np.linspace(-1, 1, 81)
FACTORS = np.geomspace(1.5, 384, 9)
GRID = np.linspace(-1, 1, 201)  # where a curve is known without noise
COARSE = GRID[::2]  # enough to choose by, in half of the time
SAME = 1e-7  # a candidate with less of its own is a sum of the others
NOTHING = 1e-20  # a share below this is rounding
SWAPS = 4


@dataclass(frozen=True, eq=False)
class Chosen:
    """Good terms for one curve, by how many there may be.

    Attributes:
        pairs: for 1 to MAX_TERMS terms: (n, 2) b and c of each, from left to right.
        left: (MAX_TERMS + 1,) share of the variance that the best sum of n terms leaves.
    """

    pairs: tuple[Array, ...]
    left: Array

    def terms(self, units: int) -> tuple[Array, Array]:
        """Return b and c of so many terms. (units,)"""
        b, c = self.pairs[units - 1].T
        return b.copy(), c.copy()

    def needed(self, level: float) -> int | None:
        """Return the least number of terms that leave at most this share, if any does."""
        enough = np.flatnonzero(self.left <= level)
        return int(enough[0]) if enough.size else None


def truth(curve: str, x: Array) -> Array:
    """Return the curve without noise, at any x; raises LabError if it is not known."""
    function = load_data(TaskSpec(name=curve)).truth
    assert function is not None  # all of these tasks have one
    return np.asarray(function(x), float)


def bent(activation: str, b: Array, c: Array, x: Array) -> Array:
    """Return s(b_k x + c_k): (n,) x, (K,) b and c -> (n, K)."""
    return np.asarray(ACTIVATIONS[activation](x[:, None] * b + c))


def _candidates(activation: str) -> tuple[Array, Array]:
    """Return b and c to choose from; all terms rise to the same side. (m,), (m,)"""
    entry = ACTIVATIONS[activation]
    # Without another corner than 0, a stretch of a term is a height.
    plain = entry.piecewise_linear and entry.kinks in ((), (0.0,))
    factors = np.array([4.0]) if plain else FACTORS
    b, positions = np.meshgrid(factors, POSITIONS, indexing="ij")
    return b.ravel(), (-b * positions).ravel() + 0.0  # no -0.0


@functools.lru_cache(maxsize=64)
def chosen(curve: str, activation: str) -> Chosen:
    """Choose terms one after another, each time the one that lowers the error most.

    The first two are the best of all pairs. After each, terms are exchanged as long as that
    helps. Every candidate is judged with all a_k free.
    Source: Miller 2002, Subset Selection in Regression, section 3.
    """
    b, c = _candidates(activation)
    search = _Search(bent(activation, b, c, COARSE), truth(curve, COARSE))
    kept: list[int] = []
    pairs, left = [], [1.0]
    for _ in range(MAX_TERMS):
        longer = search.pair() if len(kept) == 1 else search.longer(kept)
        kept, share = search.exchanged(*longer)
        left.append(min(left[-1], share))
        order = sorted(kept, key=lambda k: -c[k] / b[k])
        pairs.append(np.stack((b[order], c[order]), axis=1))
    return Chosen(tuple(pairs), np.array(left))


class _Search:
    """Subsets of candidates, by inner products that are computed once."""

    def __init__(self, atoms: Array, target: Array) -> None:
        """Take candidates (n, m) and the curve (n,); the constant d is always free."""
        self.atoms = atoms - atoms.mean(0)
        size = np.linalg.norm(self.atoms, axis=0)
        self.is_flat = size < 1e-9
        self.atoms = self.atoms / np.where(self.is_flat, 1.0, size)
        self.target = target - target.mean()
        self.alike = self.atoms.T @ self.atoms
        self.along = self.target @ self.atoms
        self.total = float(self.target @ self.target)

    def share(self, kept: list[int]) -> float:
        """Return the share of the variance that these leave."""
        basis, _ = np.linalg.qr(self.atoms[:, sorted(set(kept))])
        rest = self.target - basis @ (basis.T @ self.target)
        return float(rest @ rest) / self.total

    def _solved(self, kept: list[int]) -> tuple[Array, Array, Array, Array]:
        """Return inverse, weights, and of all candidates what is left: inner product, size."""
        inverse = np.linalg.inv(self.alike[np.ix_(kept, kept)] + 1e-12 * np.eye(len(kept)))
        reach = self.alike[:, kept] @ inverse  # (m, n)
        rest = self.along - reach @ self.along[kept]
        size = 1 - (reach * self.alike[:, kept]).sum(1)
        return reach, inverse, rest, size

    def longer(self, kept: list[int]) -> tuple[list[int], float]:
        """Add the candidate that lowers the error most."""
        if kept:
            _, _, rest, size = self._solved(kept)
        else:
            rest, size = self.along, np.ones(len(self.along))
        free = (size > SAME) & ~self.is_flat
        free[kept] = False
        if not free.any():  # no bend is left: the same again, which changes nothing
            again = kept[-1] if kept else 0
            return [*kept, again], self.share(kept) if kept else 1.0
        done = bool(kept) and self.share(kept) < NOTHING
        gain = size if done else rest**2 / np.where(free, size, 1.0)
        more = [*kept, _first_best(np.where(free, gain, -1.0))]
        return more, self.share(more)

    def pair(self) -> tuple[list[int], float]:
        """Return the best two of all pairs."""
        apart = 1 - self.alike**2
        gain = self.along[:, None] ** 2 + self.along**2
        gain -= 2 * self.alike * self.along[:, None] * self.along
        gain = np.where(apart > SAME, gain / np.maximum(apart, SAME), self.along[:, None] ** 2)
        two = [int(k) for k in np.divmod(_first_best(gain.ravel()), len(gain))]
        return two, self.share(two)

    def exchanged(self, kept: list[int], share: float) -> tuple[list[int], float]:
        """Exchange one term for a candidate as long as that lowers the error."""
        for _ in range(SWAPS if len(set(kept)) == len(kept) > 1 else 0):
            if share < NOTHING:
                break
            reach, inverse, rest, size = self._solved(kept)
            # Without term j, candidate i keeps more: what it shares with j alone.
            spare, weight = np.diag(inverse), inverse @ self.along[kept]
            free_size = size[:, None] + reach**2 / spare
            free_rest = rest[:, None] + reach * weight / spare
            gain = free_rest**2 / np.maximum(free_size, SAME) - weight**2 / spare
            gain[(free_size <= SAME) | self.is_flat[:, None]] = -1.0
            gain[kept] = -1.0
            i, j = np.divmod(_first_best(gain.ravel()), len(kept))
            trial = [*kept[:j], *kept[j + 1 :], int(i)]
            better = self.share(trial)
            if better > share * (1 - 1e-6):
                break
            kept, share = trial, better
        return kept, share


def _first_best(gains: Array) -> int:
    """Return the first of the largest: rounding must not decide between equals."""
    return int(np.argmax(gains >= gains.max() * (1 - 1e-7)))
