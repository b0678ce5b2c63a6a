"""Random queries, keys and values: logits, entropies and gradients by d_k. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layerlab.core.lru_cache import LRUCache
from layerlab.nets.losses import softmax
from layerlab.nets.studies.attention import entropy, temperature

Array = np.ndarray
SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024)  # d_k
DRAWS_AT_ONCE, MAX_DRAWS = 8, 2000  # draws of a size at once, and after the longer work
SCALED, FREE = 0, 1  # index of what is divided by √d_k, and of what is not
_NUMBERS = 1 << 17  # random numbers of a block: some milliseconds
_KEPT = 8  # numbers of keys


class DrawnBlock(NamedTuple):
    """What some draws give; `AttentionDraws` describes the arrays."""

    dots: Array
    entropies: Array
    weights: Array
    values: Array


@dataclass(frozen=True, eq=False)
class Summary:
    """What is known of one d_k; every pair is scaled first, then not.

    Attributes:
        draws: how many.
        dots: (draws, keys) q . k.
        entropies: (2, 3) quartiles of the entropy of the weights.
        weights, values: (2, 2) mean and median of |dL/dq|^2, of cross-entropy on the weights
            and of a squared loss through the values.
    """

    draws: int
    dots: Array
    entropies: Array
    weights: Array
    values: Array


class AttentionDraws:
    """Queries with their keys, values and targets, all standard normal: grows block by block.

    Attributes:
        d_k: numbers of a query. keys: how many there are.
    """

    def __init__(self, d_k: int, keys: int) -> None:
        self.d_k, self.keys = d_k, keys
        # One stream for each kind: what is drawn does not depend on how blocks are cut.
        self._streams = np.random.default_rng((d_k, keys)).spawn(4)
        self._size = max(4, _NUMBERS // (d_k * (keys + 1)))
        self._blocks: list[DrawnBlock] = []
        self._summary: Summary | None = None
        # The background thread lets it grow while the page asks for its summary.
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """Draws that are done."""
        return sum(len(block.dots) for block in self._blocks)

    def grow(self, draws: int) -> bool:
        """Add one block if there are fewer draws; return whether there are enough now."""
        with self._lock:
            missing = draws - self.count
            if missing > 0:
                self._blocks.append(self._drawn(min(self._size, missing)))
            return missing <= self._size

    def squares(self, through: str) -> Array:
        """Return |dL/dq|^2 of all draws, scaled and not. (2, draws)

        Args:
            through: `weights`: cross-entropy of the weights against a random key; `values`:
                half the squared error of the weighted mean of values.
        """
        return np.concatenate([getattr(block, through) for block in self._blocks], axis=1)

    def summary(self) -> Summary:
        """Return what is known by now."""
        with self._lock:
            if self._summary is None or self._summary.draws != self.count:
                self._summary = self._summed()
            return self._summary

    def _summed(self) -> Summary:
        dots = np.concatenate([block.dots for block in self._blocks])
        entropies = np.concatenate([block.entropies for block in self._blocks], axis=1)
        middles = [
            np.stack((squares.mean(axis=1), np.median(squares, axis=1)), axis=1)
            for squares in (self.squares("weights"), self.squares("values"))
        ]
        quartiles = np.percentile(entropies, (25, 50, 75), axis=1).T
        return Summary(len(dots), dots, quartiles, *middles)

    def _drawn(self, count: int) -> DrawnBlock:
        n, (pairs_rng, which, each, goal) = self.keys, self._streams
        vectors = pairs_rng.standard_normal((count, n + 1, self.d_k))
        q, keys = vectors[:, 0], vectors[:, 1:]
        targets = np.eye(n)[which.integers(n, size=count)]
        values, aims = each.standard_normal((count, n)), goal.standard_normal(count)
        dots = (keys @ q[..., None])[..., 0]
        by = np.array([temperature(self.d_k), 1.0])[:, None, None]
        p = softmax(dots / by)  # (2, count, n)
        through_values = by_values(p, values, aims)
        # dL/dq = sum_j dL/dlogit_j k_j / by, of the
        # keys k_j; cross-entropy has dL/dlogit = p - y.
        d_logits = np.stack((p - targets, through_values)) / by  # (2 losses, 2, count, n)
        rows = np.moveaxis(d_logits.reshape(4, count, n), 0, 1)  # (count, 4, n)
        squares = ((rows @ keys) ** 2).sum(axis=-1).T.reshape(2, 2, count)
        return DrawnBlock(dots, entropy(p), squares[0], squares[1])


def by_values(p: Array, values: Array, aims: Array) -> Array:
    """Return the gradient of half the squared error of sum p v by the logits.

    Args:
        p: (..., n) weights. values: (..., n) of the keys. aims: (...) what is wanted.
    """
    out = (p * values).sum(-1)
    # d out / d logit_j = p_j (v_j - out), the softmax's derivative summed with the values.
    return np.asarray((out - aims)[..., None] * p * (values - out[..., None]))


def power(sizes: Iterable[float], means: Iterable[float]) -> float:
    """Return the power of d_k with which something grows: a line through the logarithms."""
    return float(np.polyfit(np.log(list(sizes)), np.log(list(means)), 1)[0])


_kept: LRUCache[int, tuple[AttentionDraws, ...]] = LRUCache(
    lambda keys: tuple(AttentionDraws(d_k, keys) for d_k in SIZES), _KEPT
)


def draws_of(keys: int) -> tuple[AttentionDraws, ...]:
    """Return the draws of all sizes with so many keys, as far as they got."""
    return _kept.get(keys)


def forget() -> None:
    """Forget all draws."""
    _kept.forget()
