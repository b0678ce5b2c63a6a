"""The gradient check: backpropagation by hand against centred differences of the loss.

The differences know nothing of the chain rule: they push one parameter up and down and
look at the loss, penalties included, with the same dropout mask. Three things would make
them lie, and each is counted instead of being hidden:

- Kinks. Points that sit on a kink of the activation at the start are left out of the batch
  (`left_out`). A parameter whose push still moves a pre-activation across a kink, or itself
  across the kink of L1 at 0, has no slope there and is not compared (`excluded`).
- Gradients that have faded to nothing: an array whose norms are both below 1e-8 (`skipped`).
- Differences that are not sharp enough: half the push must give the same slope, and the
  loss's last digit must be small beside it. Else the differences are at fault, whatever
  backpropagation says (`unresolved`).

The loss is computed in extended precision where the machine has it and the network is small
enough: in float64, a loss of 1 resolves slopes to 1e-11 only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines.base import penalty
from layerlab.nets.engines.numpy_ import ForwardCache, add_penalties, backward, forward
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
EPS = 1e-5
GOOD, BUG = 1e-5, 1e-3  # relative errors below are good, above a bug: the usual rule of thumb
SMALL = 1e-8  # norms below are skipped
LIMIT = 1e-5  # the relative error that the differences must be able to see
SHARP = 2e-6  # relative: how well two pushes must agree for that
BATCH = 32
ENTRIES, MIN_ENTRIES = 64, 4  # of an array that are compared: the most, and the least
MIN_POINTS = 4
EXTENDED_WORK = 1e9  # products that are done in extended precision; more go in float64
WORK = 4e9  # products in all; above, fewer entries and points are used
CHUNK = 4e6  # numbers in the arrays of one forward pass


@dataclass(frozen=True)
class ArrayCheck:
    """What was found of one array of one network.

    Attributes:
        name: `W1`, `b1`, ... from the first layer to the output's.
        seed: the network's seed.
        entries: number of entries. compared: how many were drawn and compared.
        excluded: drawn, but not compared: a push crosses a kink.
        relative_error: |a - n| / (|a| + |n|) in the 2-norm over the compared entries; None
            if skipped, unresolved, or none was compared.
        analytic_norm, numeric_norm: |a| and |n|.
        verdict: `compared`, `skipped`, `unresolved` or `excluded` (all its entries).
    """

    name: str
    seed: int
    entries: int
    compared: int
    excluded: int
    relative_error: float | None
    analytic_norm: float
    numeric_norm: float
    verdict: str


@dataclass(frozen=True)
class GradCheck:
    """What a gradient check found.

    Attributes:
        max_relative_error: the worst array's; 0 if none could be compared.
        skipped: arrays whose norms are both below 1e-8.
        unresolved: arrays of which the differences say too little.
        excluded: parameters at a kink. left_out: points of the batch on a kink.
        points: points of the batch that were used.
        precision: the numbers in which the loss was computed.
        arrays: every array's own check.
    """

    max_relative_error: float
    skipped: int
    unresolved: int
    excluded: int
    left_out: int
    points: int
    precision: str
    arrays: tuple[ArrayCheck, ...]


def check_gradients(
    spec: LabSpec,
    state: State | None = None,
    *,
    eps: float = EPS,
    batch: int = BATCH,
    entries: int = ENTRIES,
    seeds: int = 1,
) -> GradCheck:
    """Compare backpropagation with centred differences of the loss, in float64 or better.

    Args:
        spec: what to check; its own dtype does not matter.
        state: where to check; None: at initialization.
        eps: how far each parameter is pushed, up and down.
        batch: at most so many training points, the first ones in the file's order.
        entries: at most so many entries of each array, drawn by the network's seed. Large
            networks are checked in fewer, at least 4, and on fewer points.
        seeds: the first so many networks of the run are checked.

    Returns:
        The worst relative error, what was not compared and why, and each array's own.

    Raises:
        LabError: the spec cannot be trained, or its loss is not finite.
    """
    train = msgspec.structs.replace(spec.train, dtype="float64")
    problem = problem_of(msgspec.structs.replace(spec, train=train))
    params = (state or initialize(problem)).params.astype(np.float64)  # (seeds, P)
    return check_problem(problem, params[:seeds], eps=eps, batch=batch, entries=entries)


def check_problem(
    problem: Problem,
    params: Array,
    *,
    eps: float = EPS,
    batch: int = BATCH,
    entries: int = ENTRIES,
) -> GradCheck:
    """Check the backpropagation of a problem, whose parts need not be the registered ones.

    Args:
        problem: what to check, in float64.
        params: (networks, P) where to check each.
        eps, batch, entries: see `check_gradients`.

    Returns, Raises: see `check_gradients`.
    """
    found: list[ArrayCheck] = []
    left_out = points = 0
    with np.errstate(all="ignore"):  # what is not finite is said below
        for k in range(len(params)):
            one = _Network(problem, params[k], int(problem.seeds[k]), eps, batch, entries)
            found += one.arrays()
            left_out, points = left_out + one.left_out, points + len(one.x)
    return GradCheck(
        max_relative_error=max((a.relative_error or 0.0 for a in found), default=0.0),
        skipped=sum(a.verdict == "skipped" for a in found),
        unresolved=sum(a.verdict == "unresolved" for a in found),
        excluded=sum(a.excluded for a in found),
        left_out=left_out,
        points=points,
        precision=one.dtype.name,
        arrays=tuple(found),
    )


class _Network:
    """The check of one network."""

    def __init__(
        self, problem: Problem, params: Array, seed: int, eps: float, batch: int, entries: int
    ) -> None:
        self._problem, self._params, self._seed, self._eps = problem, params, seed, eps
        self._kinks = problem.activation.kinks
        # Each entry is pushed four times, and each push is a forward pass.
        pass_work = problem.layout.parameters * 8 * problem.layout.layers  # of one point
        points = int(WORK / (pass_work * MIN_ENTRIES))
        batch = min(batch, len(problem.x), max(MIN_POINTS, points))
        most = int(WORK / (pass_work * batch))
        self._entries = min(entries, max(MIN_ENTRIES, most))
        work = pass_work * batch * self._entries
        self.dtype: np.dtype[np.floating[Any]] = np.dtype(
            np.longdouble if work <= EXTENDED_WORK else np.float64
        )
        self.x, self.y = problem.x[:batch], problem.y[:batch]
        on_kink = self._on_kink()
        self.left_out = 0 if on_kink.all() else int(on_kink.sum())
        if self.left_out:
            self.x, self.y = self.x[~on_kink], self.y[~on_kink]

    def _copies(self, count: int) -> Problem:
        """Return the problem of so many copies of this network: one mask for all."""
        return replace(self._problem, seeds=np.full(count, self._seed, np.uint64))

    def _on_kink(self) -> Array:
        """Return which points put a pre-activation on a kink. (batch,)"""
        cache = forward(self._copies(1), self._params[None], self.x, 0)
        on = np.zeros(len(self.x), bool)
        for n in cache.n[:-1]:
            for kink in self._kinks:
                on |= (np.abs(n[0] - kink) <= self._eps).any(-1)
        return on

    def _gradient(self) -> tuple[float, Array]:
        """Return the loss, and the gradient (P,) that backpropagation finds."""
        problem, params = self._copies(1), self._params[None]
        cache = forward(problem, params, self.x, 0)
        out = cache.h[-1]
        loss = (problem.loss.value(NUMPY, out, self.y) + penalty(problem, params)).item()
        if not np.isfinite(loss):
            raise LabError(
                _(
                    "the loss of seed {seed} is not finite, so it has no gradient to "
                    "check; a smaller initialization may help",
                    seed=self._seed,
                )
            )
        found = backward(problem, params, cache, problem.loss.gradient(out, self.y)).params
        add_penalties(problem, params, found)
        return loss, found[0]

    def _pushed(self, places: Array, push: float) -> tuple[Array, Array]:
        """Return the slope of the loss at each place by a push up and one down.

        Also return whether no pre-activation crosses a kink on the way. Both (places,).
        """
        count = len(places)
        params = np.repeat(self._params[None].astype(self.dtype), 2 * count, axis=0)
        up, down = np.arange(count), np.arange(count, 2 * count)
        params[up, places] += self.dtype.type(push)
        params[down, places] -= self.dtype.type(push)
        problem = self._copies(2 * count)
        cache = forward(problem, params, self.x.astype(self.dtype), 0)
        loss = problem.loss.value(NUMPY, cache.h[-1], self.y) + penalty(problem, params)
        # Divided by the distance that rounding has left
        # of the two pushes, not by twice the push.
        slope = (loss[up] - loss[down]) / (params[up, places] - params[down, places])
        smooth = self._same_gates(cache, up, down)
        if problem.spec.train.l1:
            crosses = np.abs(self._params[places]) <= push
            smooth &= ~(crosses & problem.layout.is_weight()[places])
        return slope, smooth

    def _same_gates(self, cache: ForwardCache, up: Array, down: Array) -> Array:
        same = np.ones(len(up), bool)
        for n in cache.n[:-1]:
            for kink in self._kinks:
                gates = np.sign(n - kink)
                same &= (gates[up] == gates[down]).all((1, 2))
        return same

    def _slopes(self, places: Array) -> tuple[Array, Array, Array]:
        """Return slopes by the push and by half of it, and which are smooth."""
        layout, batch = self._problem.layout, len(self.x)
        size = 2 * (layout.parameters + 3 * batch * sum(layout.sizes))
        chunks = np.array_split(places, -(-len(places) * size // int(CHUNK)))
        whole = [self._pushed(chunk, self._eps) for chunk in chunks]
        half = [self._pushed(chunk, self._eps / 2) for chunk in chunks]
        return (
            np.concatenate([slope for slope, _ in whole]),
            np.concatenate([slope for slope, _ in half]),
            np.concatenate([smooth for _, smooth in whole]),
        )

    def arrays(self) -> Iterator[ArrayCheck]:
        """Check every array, from the first layer to the output's."""
        loss, gradient = self._gradient()
        # Both losses are rounded by about eps * loss,
        # and their difference is divided by two pushes.
        last_digit = float(np.finfo(self.dtype).eps) * loss / (2 * self._eps)  # of a slope
        rng = np.random.default_rng(self._seed)
        for name, start, stop in arrays_of(self._problem.layout):
            count = min(self._entries, stop - start)
            places = np.sort(rng.choice(np.arange(start, stop), count, replace=False))
            whole, half, smooth = self._slopes(places)
            a, n, n_half = gradient[places][smooth], whole[smooth], half[smooth]
            verdict, error = _judge(a, n, n_half, last_digit)
            yield ArrayCheck(
                name=name,
                seed=self._seed,
                entries=stop - start,
                compared=int(smooth.sum()),
                excluded=int((~smooth).sum()),
                relative_error=error,
                verdict=verdict,
                analytic_norm=_norm(a),
                numeric_norm=_norm(n),
            )


def _judge(a: Array, n: Array, n_half: Array, last_digit: float) -> tuple[str, float | None]:
    """Return the verdict on an array and its relative error, if it has one."""
    if not len(a):
        return "excluded", None
    if max(_norm(a), _norm(n)) < SMALL:
        return "skipped", None
    is_fine = last_digit * np.sqrt(len(a)) <= LIMIT * (_norm(a) + _norm(n))
    if not is_fine or not _relative(n, n_half) <= SHARP:
        return "unresolved", None
    return "compared", _relative(a, n)


def arrays_of(layout: Layout) -> Iterator[tuple[str, int, int]]:
    """Return name, first index and end of each array in the flat vector."""
    for layer in range(layout.layers):
        start, biases = layout.offset(layer), layout.bias_index(layer, 0)
        yield f"W{layer + 1}", start, biases
        yield f"b{layer + 1}", biases, biases + layout.sizes[layer + 1]


def _norm(values: Array) -> float:
    return float(np.sqrt((values * values).sum()))


def _relative(a: Array, b: Array) -> float:
    scale = _norm(a) + _norm(b)
    return _norm(a - b) / scale if scale else 0.0
