"""Populations on their way: trained a little at a time, and kept. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, edit_all
from layerlab.core.state import State
from layerlab.nets.engines.numpy_ import outputs, training_loss
from layerlab.nets.incremental import IncrementalTraining
from layerlab.nets.problem import Problem, problem_of
from layerlab.nets.studies.sawtooth import hidden_of, pieces, target
from layerlab.nets.tasks import TASKS

Array = np.ndarray
GRID = np.linspace(-1, 1, 513)  # has every kink of six folds
CHUNK, EVERY = 10, 100  # updates between two looks at who wants the time; between snapshots
KEPT = 16  # populations


@dataclass(frozen=True)
class FoldConfig:
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
        turned = {
            "task.samples": self.samples,
            "task.noise": 0.0,
            "net.hidden": self.hidden,
            "train.seeds": self.seeds,
        }
        return edit_all(TASKS["sawtooth"].recommended(), turned)

    @property
    def problem(self) -> Problem:
        """The lab's problem with as many folds as are asked for."""
        known = problem_of(self.spec)
        y = target(self.folds, known.data.x).astype(known.y.dtype)
        return replace(known, y=y)


@dataclass(frozen=True, eq=False)
class FoldSnapshot:
    """A population after some updates.

    Attributes:
        update: updates done.
        y: (seeds, grid) what the networks predict at `GRID`.
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


class FoldTraining(IncrementalTraining[FoldSnapshot]):
    """The networks of a setting, on their way."""

    def __init__(self, setting: FoldConfig) -> None:
        """Draw the weights."""
        self.setting = setting
        super().__init__(setting.problem, self._seen, EVERY, CHUNK)

    def history(self, update: int) -> Array:
        """Return updates and quartiles of the losses up to an update. (4, snapshots)"""
        known = self.until(update)
        quartiles = [np.percentile(one.loss, (25, 50, 75)) for one in known]
        return np.concatenate(([[one.update for one in known]], np.transpose(quartiles)))

    def _seen(self, state: State) -> FoldSnapshot:
        params = state.params.astype(float)
        x = GRID[:, None]
        y = outputs(self.problem, params, x)[..., 0]  # (seeds, grid)
        loss = np.asarray(training_loss(self.problem, params))
        held = 0.5 * ((y - target(self.setting.folds, GRID)) ** 2).mean(1)
        count = pieces(self.setting.hidden, params[int(loss.argmin())])
        return FoldSnapshot(state.update, y.astype(np.float32), loss, held, count)


POPULATIONS = LRUCache(FoldTraining, KEPT)  # setting -> as far as it got
