"""The engine protocol, and what all engines share: batches, penalties, broken numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from app.core.spec import LabSpec
from app.core.state import State
from app.nets import randomness
from app.nets.problem import Problem

Array = np.ndarray


def never() -> bool:
    """Never cancel."""
    return False


class Engine(Protocol):
    """Trains a spec, all seeds at once.

    Attributes:
        name: the name on the command line.
    """

    name: str

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Iterator[State]:
        """Train and yield one state after another.

        From the same state the same states follow, whatever was cancelled in between:
        pause, step, a live rate, an edited weight and undo are all runs from a state.

        Args:
            spec: what to train; a changed rate or penalty just goes on from `state`.
            state: where to go on; None draws the weights and yields that state first.
            until: update to stop at; the end of the run if None.
            marks: updates at which a state is wanted, ascending.
            interval_s: also yield about this often, for a window; None: at marks alone.
            is_cancelled: asked before every update; True yields the state and ends.

        Yields:
            States; the last one is at `until`, or where it was cancelled.

        Raises:
            LabError: the spec cannot be trained.
            NotFiniteError: a parameter or a loss left the finite numbers.
        """
        ...


class Batches:
    """The batches of a run, the same for every engine."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._epoch = -1
        self._order: Array | None = None

    def rows(self, update: int) -> Array | slice:
        """Return which training points an update uses: a slice, or (seeds, batch)."""
        problem = self._problem
        rows = problem.batch_rows(update)
        if problem.spec.train.order == "file" or problem.batch == len(problem.x):
            return rows
        epoch = update // problem.updates_per_epoch
        if self._order is None or epoch != self._epoch:
            self._order = randomness.shuffles(problem.seeds, epoch, len(problem.x))
            self._epoch = epoch
        return self._order[:, rows]

    def at(self, update: int) -> tuple[Array, Array]:
        """Return inputs and targets of an update: (batch, D) or (seeds, batch, D)."""
        rows = self.rows(update)
        return self._problem.x[rows], self._problem.y[rows]


def penalty(problem: Problem, params: Array) -> Array:
    """Return what L1 and L2 add to the loss of each seed. (seeds, P) -> (seeds,)

    l1 * sum |w| + l2/2 * sum w^2 over the weights, not the biases. The decoupled L2 of
    AdamW is no part of any loss.
    """
    train = problem.spec.train
    total = np.zeros(len(params))
    if train.l1 or train.l2:
        weights = params[:, problem.layout.is_weight()].astype(float)  # (seeds, weights)
        total = train.l1 * np.abs(weights).sum(1)
        if not problem.optimizer.decoupled:
            total = total + 0.5 * train.l2 * (weights**2).sum(1)
    return total
