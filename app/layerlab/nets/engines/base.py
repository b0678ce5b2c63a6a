"""The engine protocol, and what all engines share: batches, reports, penalties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from layerlab.core.engine import TrainingEngine
from layerlab.core.state import State
from layerlab.nets import randomness
from layerlab.nets.problem import Problem

Array = np.ndarray
Outputs = Callable[[Problem, Array, Array], Array]  # see `Engine.outputs`


class Engine(TrainingEngine, Protocol):
    """An engine of this room, which predicts too."""

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions of trained networks at x, without dropout.

        Args:
            problem: what was trained.
            params: (nets, P), of any number of networks.
            x: (rows, D) inputs in the problem's dtype.

        Returns:
            (nets, rows, outputs), rounded as the engine rounds.
        """
        ...


class Report:
    """The loss that a run reports, put together the same way by every engine.

    Attributes:
        first_loss, epoch_sum, epoch_count, epoch_loss: as in `State`.
    """

    def __init__(self, problem: Problem, state: State) -> None:
        self._updates_per_epoch = problem.updates_per_epoch
        self.first_loss = state.first_loss
        self.epoch_sum, self.epoch_count = state.epoch_sum, state.epoch_count
        self.epoch_loss = state.epoch_loss

    def note(self, update: int, loss: Array) -> None:
        """Take a batch's loss (seeds,) before update number `update`, for `running`."""
        # `running` costs nothing: a batch's loss is there before its update, while the loss on
        # all data would take one more forward pass an epoch.
        if update % self._updates_per_epoch == 0:
            self.epoch_sum, self.epoch_count = np.zeros(len(loss)), 0
        # A new array: states that were handed out keep the old one.
        self.epoch_sum = self.epoch_sum + loss
        self.epoch_count += 1
        if self.epoch_count == self._updates_per_epoch:
            self.epoch_loss = self.epoch_sum / self.epoch_count
            if np.isnan(self.first_loss).all():
                self.first_loss = self.epoch_loss

    def fields(self) -> dict[str, Any]:
        """Return the report as fields of a State."""
        return {
            "first_loss": self.first_loss,
            "epoch_sum": self.epoch_sum,
            "epoch_count": self.epoch_count,
            "epoch_loss": self.epoch_loss,
        }


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
        # A full batch holds all points in any order: shuffling changes the rounding alone.
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
        weights = params[:, problem.layout.is_weight()]  # (seeds, weights)
        weights = weights.astype(np.result_type(weights, np.float64))
        total = train.l1 * np.abs(weights).sum(1)
        if not problem.optimizer.decoupled:
            total = total + 0.5 * train.l2 * (weights**2).sum(1)
    return total
