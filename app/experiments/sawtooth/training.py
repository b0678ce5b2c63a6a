"""Populations on their way: trained a little at a time, and kept. No Qt."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from app.core.jobs import Ask
from app.core.kept import Kept
from app.core.spec import LabSpec, edit
from app.core.state import State
from app.experiments.sawtooth.nets import hidden_of, pieces, target
from app.nets.engines import available
from app.nets.engines.compiled_ import warm_up
from app.nets.engines.numpy_ import Trainer, outputs, training_loss
from app.nets.problem import Problem, born, problem_of
from app.nets.tasks import TASKS

Array = np.ndarray
GRID = np.linspace(-1, 1, 513)  # has every kink of six folds
CHUNK, EVERY = 10, 100  # updates between two looks at who wants the time; between snapshots
KEPT = 16  # populations
WAIT_S = 0.002


@dataclass(frozen=True)
class Setting:
    """What is trained: folds of the target, a name of `NAMES`, points, seeds."""

    folds: int
    net: str
    samples: int
    seeds: int

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the hidden layers."""
        return hidden_of(self.net, self.folds)

    @property
    def spec(self) -> LabSpec:
        """The lab's own sawtooth, which has three folds, with this network."""
        lab = TASKS["sawtooth"].recommended()
        lab = edit(edit(lab, "task.samples", self.samples), "task.noise", 0.0)
        return edit(edit(lab, "net.hidden", self.hidden), "train.seeds", self.seeds)

    @property
    def problem(self) -> Problem:
        """The lab's problem with as many folds as are asked for."""
        known = problem_of(self.spec)
        y = target(self.folds, known.data.x).astype(known.y.dtype)
        return replace(known, y=y)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A population after some updates.

    Attributes:
        update: updates done.
        y: (seeds, grid) what the networks answer at `GRID`.
        loss: (seeds,) on the training points. held: (seeds,) on the grid.
        pieces: of the best network, counted exactly.
    """

    update: int
    y: Array
    loss: Array
    held: Array
    pieces: int

    @property
    def best(self) -> int:
        """The network with the least training loss."""
        return int(self.loss.argmin())


class _Stepper(Protocol):
    def train_here(self, updates: int) -> None: ...

    def state(self) -> State: ...


class _Slow:
    """The engine in NumPy, where there is no compiler."""

    def __init__(self, problem: Problem, state: State) -> None:
        self._trainer = Trainer(problem, state)

    def train_here(self, updates: int) -> None:
        for _ in range(updates):
            self._trainer.step()

    def state(self) -> State:
        return self._trainer.state()


class Population:
    """Networks that are trained further when somebody has time.

    One thread advances them, another one reads the snapshots.
    """

    def __init__(self, setting: Setting) -> None:
        """Draw the weights."""
        self.setting, self.problem = setting, setting.problem
        self._state = born(self.problem)
        self._snapshots = [self._look(self._state)]

    @property
    def done(self) -> int:
        """Updates done."""
        return self._state.update

    def at(self, update: int) -> Snapshot:
        """Return the last snapshot up to an update."""
        return self._snapshots[min(update // EVERY, len(self._snapshots) - 1)]

    def history(self, update: int) -> Array:
        """Return updates and quartiles of the losses up to an update. (4, snapshots)"""
        known = self._snapshots[: update // EVERY + 1]
        quartiles = [np.percentile(one.loss, (25, 50, 75)) for one in known]
        return np.concatenate(([[one.update for one in known]], np.transpose(quartiles)))

    def advance(self, update: int, is_interrupted: Ask) -> Iterator[bool]:
        """Train on; yield True at each snapshot, False when somebody else wants the time."""
        if self._state.update + EVERY > update:
            return
        ready = None if available()["compiled"] else warm_up()
        while ready is not None and not ready.done():
            concurrent.futures.wait([ready], WAIT_S)
            if is_interrupted():
                yield False
        trainer = self._trainer(ready is not None)
        while self._state.update + EVERY <= update:
            for _ in range(EVERY // CHUNK):
                trainer.train_here(CHUNK)
                if is_interrupted():
                    yield False
            state = trainer.state()
            self._snapshots.append(self._look(state))
            self._state = state
            yield True

    def _trainer(self, is_compiled: bool) -> _Stepper:
        if not is_compiled:
            return _Slow(self.problem, self._state)
        from app.nets.engines.compiled.trainer import CompiledTrainer  # loads numba

        return CompiledTrainer(self.problem, self._state)

    def _look(self, state: State) -> Snapshot:
        params = state.params.astype(float)
        x = GRID[:, None]
        y = outputs(self.problem, params, x)[..., 0]  # (seeds, grid)
        loss = np.asarray(training_loss(self.problem, params))
        held = 0.5 * ((y - target(self.setting.folds, GRID)) ** 2).mean(1)
        count = pieces(self.setting.hidden, params[int(loss.argmin())])
        return Snapshot(state.update, y.astype(np.float32), loss, held, count)


_kept = Kept(Population, KEPT)


def population(setting: Setting) -> Population:
    """Return the networks of a setting as far as they got; the least used are forgotten."""
    return _kept.get(setting)


def forget() -> None:
    """Forget all of them."""
    _kept.forget()
