"""The trainer: a problem's arrays as the kernel wants them, and blocks of updates."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any

import numpy as np

from app.core.state import State
from app.nets.engines.compiled import pool
from app.nets.engines.compiled.kernel import train
from app.nets.engines.compiled.plan import (
    FAN_IN,
    H_IN,
    Plan,
    aligned,
    by_feature,
    make_plan,
)  # fmt: skip
from app.nets.engines.compiled.products import lanes
from app.nets.engines.numpy_ import training_loss
from app.nets.problem import Problem

Array = np.ndarray
ASK_S = 0.001  # how often a running block asks whether it is cancelled


class Workspace:
    """What one call of the kernel writes to beside the parameters; made once a run."""

    def __init__(self, plan: Plan, layers: Array, size: int, dtype: np.dtype[Any]) -> None:
        self.work = aligned(size, dtype)
        self.order = np.zeros(plan.points, np.int64)
        self.keys = np.zeros(plan.points, np.uint64)
        self.counts = np.zeros(max(2, 1 << plan.points.bit_length()), np.int64)
        for row in layers[1:]:
            self._fill_ones(plan, int(row[H_IN]), int(row[FAN_IN]))
        if plan.shuffled:
            self._fill_ones(plan, int(layers[0, H_IN]), int(layers[0, FAN_IN]))

    def _fill_ones(self, plan: Plan, at: int, units: int) -> None:
        ones = at + units * plan.stride
        self.work[ones : ones + plan.stride] = 1

    def arrays(self) -> tuple[Array, ...]:
        """Return them in the kernel's order."""
        return self.work, self.order, self.keys, self.counts


class CompiledTrainer:
    """The parameters of all seeds, and blocks of updates that change them in place.

    Attributes:
        update: updates done.
    """

    def __init__(self, problem: Problem, state: State) -> None:
        self.problem = problem
        self.update = state.update
        dtype = problem.x.dtype
        width = lanes(dtype.itemsize)
        self._plan, self._layers, size = make_plan(problem, width)
        self._x, self._y = by_feature(problem.x, width), by_feature(problem.y, width)
        self._params = np.array(state.params, dtype, order="C")  # (seeds, P), a copy
        self._moments = np.array(state.moments, dtype, order="C")  # (slots, seeds, P)
        first = state.first_loss
        if state.update == 0 and problem.spec.train.report == "after":
            first = training_loss(problem, self._params)
        # Sum of the epoch, mean of the last epoch, first loss; each (seeds,) float64.
        self._report = [
            np.array(values, np.float64)
            for values in (state.epoch_sum, state.epoch_loss, first)
        ]
        self._epoch_count = state.epoch_count
        seeds = len(problem.seeds)
        shares = np.linspace(0, seeds, min(pool.workers(), seeds) + 1).astype(int)
        self._shares = list(zip(shares[:-1].tolist(), shares[1:].tolist(), strict=True))
        self._spaces = [Workspace(self._plan, self._layers, size, dtype) for _ in self._shares]
        self._stop = np.zeros(1, np.int64)
        self._written = [self._params, self._moments, *self._report]
        self._saved = [np.empty_like(array) for array in self._written]

    def advance(self, updates: int, is_cancelled: Callable[[], bool]) -> bool:
        """Do some updates, or none of them if cancelled on the way; tell which."""
        for saved, array in zip(self._saved, self._written, strict=True):
            np.copyto(saved, array)
        self._stop[0] = 0
        futures = [
            pool.submit(self._call, space, share, updates)
            for space, share in zip(self._spaces, self._shares, strict=True)
        ]
        try:
            while concurrent.futures.wait(futures, ASK_S).not_done:
                if is_cancelled():
                    self._stop[0] = 1
                    break
        finally:
            # The arrays are the workers' until the last one has let go of them.
            if self._stop[0] == 0 and not all(future.done() for future in futures):
                self._stop[0] = 1
            concurrent.futures.wait(futures)
        for future in futures:
            future.result()
        if self._stop[0]:
            for saved, array in zip(self._saved, self._written, strict=True):
                np.copyto(array, saved)
            return False
        self._count(updates)
        return True

    def train_here(self, updates: int) -> None:
        """Do some updates on this thread, one seed after another."""
        for saved, array in zip(self._saved, self._written, strict=True):
            np.copyto(saved, array)
        self._call(self._spaces[0], (0, len(self.problem.seeds)), updates)
        self._count(updates)

    def _call(self, space: Workspace, share: tuple[int, int], updates: int) -> None:
        epoch_sum, epoch_loss, first_loss = self._report
        train(
            self._plan, self._layers, self.problem.seeds, *share, self.update, updates,
            self._params.reshape(-1), self._moments.reshape(-1), self._x, self._y,
            *space.arrays(), epoch_sum, epoch_loss, first_loss, self._epoch_count,
            not np.isnan(self._saved[-1]).all(), self._stop,
        )  # fmt: skip

    def _count(self, updates: int) -> None:
        if self._plan.running:
            left = self.problem.updates_per_epoch - self.update % self.problem.updates_per_epoch
            begun = left % self.problem.updates_per_epoch  # updates before the next epoch
            if updates > begun:
                self._epoch_count = (updates - begun - 1) % self.problem.updates_per_epoch + 1
            else:
                self._epoch_count += updates
        self.update += updates

    def state(self) -> State:
        """Return a frozen copy of where the training is."""
        epoch_sum, epoch_loss, first_loss = (array.copy() for array in self._report)
        return State(
            update=self.update, params=self._params.copy(), moments=self._moments.copy(),
            first_loss=first_loss, epoch_sum=epoch_sum, epoch_count=self._epoch_count,
            epoch_loss=epoch_loss,
        )  # fmt: skip
