"""What all probes share: the state that is measured, outputs in bounded memory, quantiles."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.frames import QUANTILES
from layerlab.core.state import State
from layerlab.nets.data import Data
from layerlab.nets.engines.numpy_ import ForwardCache, Gradients, backward, forward
from layerlab.nets.losses import sigmoid, softmax
from layerlab.nets.problem import Problem

Array = np.ndarray
PROBE_COST = 1e8  # multiplications a forward pass may take: some milliseconds
MIN_ROWS = 32


def _row_cost(problem: Problem) -> int:
    """Return what one input costs one network: multiplications, and 60 an activation."""
    return problem.layout.parameters + 60 * sum(problem.layout.sizes)


def probe_rows(problem: Problem, count: int, seeds: int, fewest: int = MIN_ROWS) -> Array:
    """Return which of `count` inputs a probe looks at: all, or as many as time allows.

    Large networks are looked at through evenly spaced inputs, the same each time, at
    least `fewest` of them. (rows,) int, ascending
    """
    fit = max(fewest, int(PROBE_COST // (seeds * _row_cost(problem))))
    if count <= fit:
        return np.arange(count)
    return np.linspace(0, count - 1, fit).round().astype(int)


@functools.lru_cache(maxsize=8)
def typical_rows(problem: Problem, count: int) -> Array:
    """Return `count` training inputs whose mean square and variance are those of all.

    The best of 64 fixed choices; all inputs, if there are no more. (count,) int, ascending
    """
    x = problem.data.x
    if count >= len(x):
        return np.arange(len(x))
    whole = np.array([(x**2).mean(), x.var(0).mean()])
    rng = np.random.default_rng(0)  # the same inputs in every frame
    choices = [np.sort(rng.permutation(len(x))[:count]) for _ in range(64)]
    found = np.array([[(x[r] ** 2).mean(), x[r].var(0).mean()] for r in choices])
    return choices[int(np.abs(found / np.maximum(whole, 1e-300) - 1).sum(1).argmin())]


class ProbedState:
    """One state being measured: its passes are computed once and shared by the parts.

    Attributes:
        problem: what is trained.
        state: where the training is.
        seed: index of the network that is shown alone.
    """

    def __init__(self, problem: Problem, state: State, seed: int = 0) -> None:
        self.problem = problem
        self.state = state
        self.seed = seed

    @functools.cached_property
    def rows(self) -> Array:
        """Training inputs that `signal` and `gradient` look at. (rows,)"""
        rows = probe_rows(self.problem, len(self.problem.x), self.state.seeds)
        return typical_rows(self.problem, len(rows))

    @functools.cached_property
    def cache(self) -> ForwardCache:
        """The forward pass of all seeds over `rows`."""
        return forward(self.problem, self.state.params, self.problem.x[self.rows])

    @functools.cached_property
    def gradients(self) -> Gradients:
        """The backward pass over `rows`: gradients of each input's own loss.

        The loss of a batch is a mean, so a batch's gradient holds 1 / batch; without it
        the figures do not depend on how many inputs are looked at.
        """
        problem, out = self.problem, self.cache.h[-1]
        d_out = problem.loss.gradient(out, problem.y[self.rows]) * len(self.rows)
        return backward(problem, self.state.params, self.cache, d_out)

    @property
    def one(self) -> Array:
        """Parameters of the seed that is shown alone. (1, P)"""
        return self.state.params[self.seed : self.seed + 1]


def shown_domain(data: Data) -> tuple[Array, Array]:
    """Return the ends of a task's domain, as the network gets its inputs. (D,), (D,)"""
    assert data.domain is not None
    low, high = ((end - data.x_mean) / data.x_scale for end in data.domain)
    return low * np.ones(data.shape.inputs), high * np.ones(data.shape.inputs)


def quantiles(values: Array) -> Array:
    """Return the five `QUANTILES` over the leading axis, as `np.percentile` does.

    One sort of short columns, ten times as quick as `np.percentile`. (S, ...) -> (5, ...)
    """
    ordered = np.sort(values, axis=0)
    # Between two order statistics the straight line, NumPy's default.
    place = np.array(QUANTILES) / 100 * (len(values) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(values) - 1)
    share = (place - below).reshape(-1, *[1] * (values.ndim - 1)).astype(ordered.dtype)
    low, high = ordered[below], ordered[above]
    return np.asarray(low + share * (high - low))


def median(values: Array) -> Array:
    """Return the median over the leading axis. (S, ...) -> (...)"""
    ordered = np.sort(values, axis=0)
    last = len(values) - 1
    return np.asarray((ordered[last // 2] + ordered[last - last // 2]) / 2)


def class_of(out: Array) -> Array:
    """Return the class that the outputs say: (..., outputs) -> (...) int.

    One output divides two classes at 0, for every loss (see `data.encode`).
    """
    if out.shape[-1] == 1:
        return np.asarray(out[..., 0] > 0).astype(int)
    return out.argmax(-1)


def probability_of_one(problem: Problem, out: Array) -> Array:
    """Return the probability of class 1 of two: (..., outputs) -> (...).

    Squared losses train on -1 and 1: halfway is even odds.
    """
    if out.shape[-1] == 2:
        return softmax(out)[..., 1]
    if problem.loss.link == "sigmoid":
        return sigmoid(out[..., 0])
    return np.clip(0.5 + 0.5 * out[..., 0], 0, 1)
