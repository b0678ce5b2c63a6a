"""Networks whose initial hidden layers are scaled, trained with and without the norm."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import NotFiniteError
from layerlab.core.jobs import Ask
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.state import State
from layerlab.nets.engines.numpy_ import training_loss
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.rewind import fastest_engine

Array = np.ndarray
HIDDEN = (16, 16)
SEEDS, LENGTH, EVERY = 32, 1000, 20  # networks, updates, updates between two looks
RATES = {"SGD": 0.1, "Adam": 0.01}
STRETCHES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SHOWN = (0.1, 1.0, 10.0)  # those whose whole course is drawn
KEPT = 64  # populations


@dataclass(frozen=True)
class LayerNormConfig:
    """What is trained: the stretch of the hidden layers, norm or not, the optimizer."""

    stretch: float
    norm: bool
    optimizer: str

    @property
    def spec(self) -> LabSpec:
        """The lab of it, but for the stretch: a wave, two layers of 16 tanh units."""
        return LabSpec(
            task=TaskSpec(name="wave", validation=0.0),
            net=NetSpec(
                hidden=HIDDEN, activation="tanh", init="torch-default", layer_norm=self.norm
            ),
            train=TrainSpec(
                optimizer=self.optimizer.lower(),
                rate=RATES[self.optimizer],
                updates=LENGTH,
                seeds=SEEDS,
            ),
        )


def stretched(problem: Problem, stretch: float) -> State:
    """Return the initial networks, weights and biases of hidden layers times a number."""
    state, layout = initialize(problem), problem.layout
    params = state.params.copy()
    params[:, : layout.offset(layout.layers - 1)] *= params.dtype.type(stretch)
    return dataclasses.replace(state, params=params)


class LayerNormTraining:
    """Networks that are trained further when somebody has time.

    One thread advances them, another one reads the losses.

    Attributes:
        setting: what is trained.
        is_over: whether nothing is left to train: it is whole, or not finite any more.
    """

    def __init__(self, setting: LayerNormConfig) -> None:
        """Draw the weights and stretch them."""
        self.setting, self.problem = setting, problem_of(setting.spec)
        self._state = stretched(self.problem, setting.stretch)
        self._losses = [self._look(self._state)]
        self.is_over = False

    @property
    def losses(self) -> Array:
        """Training losses so far, one row for each `EVERY` updates. (looks, seeds)"""
        return np.array(self._losses)

    @property
    def is_whole(self) -> bool:
        """Whether all updates are done."""
        return len(self._losses) == LENGTH // EVERY + 1

    def advance(self, ask: Ask) -> Iterator[bool]:
        """Train on; yield True at each look, False where somebody else wants the time."""
        while not self.is_over:
            marks = range(len(self._losses) * EVERY, LENGTH, EVERY)
            try:
                for state in fastest_engine().run(
                    self.setting.spec, self._state, marks=marks, is_cancelled=ask
                ):
                    self._state = state
                    if state.update == len(self._losses) * EVERY:
                        self._losses.append(self._look(state))
                        yield True
            except NotFiniteError:
                self.is_over = True
            self._state = self._state.alone()
            self.is_over = self.is_over or self.is_whole
            if not self.is_over:
                yield False

    def _look(self, state: State) -> Array:
        return np.asarray(training_loss(self.problem, state.params.astype(float)))


POPULATIONS = LRUCache(LayerNormTraining, KEPT)  # setting -> as far as it got


def plan(optimizer: str) -> list[LayerNormConfig]:
    """Return all that the page trains, what is drawn whole first."""
    rest = tuple(a for a in STRETCHES if a not in SHOWN)
    return [
        LayerNormConfig(a, norm, optimizer) for a in (*SHOWN, *rest) for norm in (True, False)
    ]
