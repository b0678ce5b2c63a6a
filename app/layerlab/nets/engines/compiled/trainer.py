"""The trainer: a problem's arrays as the kernel wants them, and blocks of updates."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from layerlab.core.state import State
from layerlab.nets.engines.compiled import pool
from layerlab.nets.engines.compiled.block import Block
from layerlab.nets.engines.compiled.inference import outputs
from layerlab.nets.engines.compiled.kernel import train
from layerlab.nets.engines.compiled.plan import (
    FAN_IN,
    H_IN,
    Plan,
    aligned,
    by_feature,
    make_plan,
)
from layerlab.nets.engines.compiled.target import lanes
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem

Array = np.ndarray
SHARES = 4  # of the seeds, for each thread
_NO_MARKS = np.zeros(0, np.int64)


class Workspace:
    """What one call of the kernel writes to beside the parameters; made once a run."""

    def __init__(self, plan: Plan, layers: Array, size: int, dtype: np.dtype[Any]) -> None:
        self.work = aligned(size, dtype)
        self.order = np.zeros(plan.points, np.int64)
        self.keys = np.zeros(2 * plan.points, np.uint64)
        self.counts = np.zeros(max(2, 1 << plan.points.bit_length()), np.int64)
        # Once a run: no kernel writes to the rows of ones, which multiply the biases.
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
        problem: what is trained.
        planned: updates done once all blocks that were begun are.
        shot_bytes: what a copy of the state takes.
    """

    def __init__(self, problem: Problem, state: State) -> None:
        self.problem = problem
        self.planned = self._from = state.update
        dtype = problem.x.dtype
        width = lanes(dtype.itemsize)
        self._plan, self._layers, self._size = make_plan(problem, width)
        self._x, self._y = by_feature(problem.x, width), by_feature(problem.y, width)
        # All shares write to these arrays at once, without a lock: each to its own seeds.
        self._params = np.array(state.params, dtype, order="C")  # (seeds, P), a copy
        self._moments = np.array(state.moments, dtype, order="C")  # (slots, seeds, P)
        self.shot_bytes = self._params.nbytes + self._moments.nbytes
        first = state.first_loss
        if state.update == 0 and problem.spec.train.report == "after":
            first = training_loss(problem, self._params)
        # Sum of the epoch, mean of the last epoch, first loss; each (seeds,) float64.
        self._report = [
            np.array(values, np.float64)
            for values in (state.epoch_sum, state.epoch_loss, first)
        ]
        self._from_count = state.epoch_count
        # An array, as kernels run without the interpreter and look at memory alone.
        self._stop = np.zeros(1, np.int64)
        self._spaces: list[Workspace] = []
        self._lanes: list[pool.Lane] = []
        self._begun: list[Block] = []
        self.share(1)

    @property
    def threads(self) -> int:
        """How many threads it was last shared among, which may be more than it has seeds."""
        return self._threads

    def state(self) -> State:
        """Return a frozen copy of where the training is, after all that was begun."""
        self._finish()
        epoch_sum, epoch_loss, first_loss = (array.copy() for array in self._report)
        return State(
            update=self.planned,
            params=self._params.copy(),
            moments=self._moments.copy(),
            first_loss=first_loss,
            epoch_sum=epoch_sum,
            epoch_loss=epoch_loss,
            epoch_count=self._epoch_count(self.planned),
        )

    def share(self, threads: int) -> None:
        """Divide the seeds among that many threads from here on; waits for begun blocks.

        There are more shares than threads, so that one which something else holds up does
        not hold up all.
        """
        self._finish()
        self._threads, seeds = threads, len(self.problem.seeds)
        shares = 1 if threads == 1 else min(SHARES * threads, seeds)
        bounds = np.linspace(0, seeds, shares + 1).astype(int).tolist()
        # The lane of a share keeps its blocks in order: the next one goes on from where the
        # last one left parameters, whatever other shares have reached.
        self._shares = list(itertools.pairwise(bounds))
        self._lanes = [pool.Lane() for _ in self._shares]
        # A share runs on one thread at a time, so a workspace each is enough.
        while len(self._spaces) < shares:
            self._spaces.append(
                Workspace(self._plan, self._layers, self._size, self._params.dtype)
            )

    def begin(self, marks: Sequence[int]) -> Block:
        """Hand some updates to the pool and return at once.

        Args:
            marks: ascending updates, after those that were begun before, at which a copy is
                kept; the last is where the block ends.
        """
        kept = np.array(marks, np.int64)
        block = Block(self.planned, kept, self._params, self._moments, len(self._lanes))
        self.planned = int(kept[-1])
        self._begun = [b for b in self._begun if not b.is_done] + [block]
        for share, lane in enumerate(self._lanes):
            lane.put(functools.partial(self._do, block, share))
        return block

    def _do(self, block: Block, share: int) -> None:
        if not block.enter():
            return
        error, start_s = None, time.perf_counter()
        try:
            self._call(share, self._shares[share], block, int(block.marks[-1]) - block.start)
        except BaseException as raised:  # whoever waits for the block raises it
            error = raised
        block.note(time.perf_counter() - start_s, error)

    def _call(self, share: int, seeds: tuple[int, int], block: Block, updates: int) -> None:
        train(
            self._plan,
            self._layers,
            self.problem.seeds,
            *seeds,
            block.start,
            updates,
            self._params.reshape(-1),
            self._moments.reshape(-1),
            self._x,
            self._y,
            *self._spaces[share].arrays(),
            *self._report,
            self._epoch_count(block.start),
            block.marks,
            block.shots(),
            block.progress,
            share,
            self._stop,
        )

    def train_here(self, updates: int) -> None:
        """Do some updates on this thread, one seed after another; nothing is copied."""
        # No marks and no waiting: the call itself is the block.
        everyone = (0, len(self.problem.seeds))
        block = Block(self.planned, _NO_MARKS, self._params, self._moments, 1)
        self._call(0, everyone, block, updates)
        self.planned += updates

    def cancel(self) -> None:
        """Break off what was begun; the arrays are then of no use any more."""
        self._stop[0] = 1
        for block in self._begun:  # the arrays are the pool's until it has let go of them
            block.close()
        self._begun = []

    def _finish(self) -> None:
        for block in self._begun:
            block.finish()
        self._begun = []

    def _epoch_count(self, update: int) -> int:
        """Return how many batches are in the epoch's sum after an update."""
        done, per_epoch = update - self._from, self.problem.updates_per_epoch
        left = -self._from % per_epoch  # updates before the next epoch
        if not self._plan.running or done <= left:
            return self._from_count + (done if self._plan.running else 0)
        return (done - left - 1) % per_epoch + 1

    def states(self, block: Block, places: Iterable[int] | None = None) -> list[State]:
        """Return the states at marks that a block has reached; they share its copies.

        Args:
            block: of `begin`. places: of the marks; all of them if None.
        """
        return [
            State(
                update=int(mark),
                params=block.params[k],
                moments=block.moments[k],
                epoch_sum=block.report[0][k],
                epoch_loss=block.report[1][k],
                first_loss=block.report[2][k],
                epoch_count=self._epoch_count(int(mark)),
            )
            for k in (range(len(block.marks)) if places is None else places)
            for mark in [block.marks[k]]
        ]


def training_loss(problem: Problem, params: Array) -> Array:
    """Return the loss on the whole training set, without penalties. (nets, P) -> (nets,)"""
    out = outputs(problem, params, problem.x)
    return np.asarray(problem.loss.value(NUMPY, out, problem.y))
