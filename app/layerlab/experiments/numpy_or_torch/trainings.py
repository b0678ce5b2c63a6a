"""The same training on every engine, with the parameters after each update kept. No Qt."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.jobs import Ask
from layerlab.core.libraries import warn_once
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.state import State
from layerlab.experiments.numpy_or_torch.mistakes import Mistake
from layerlab.experiments.numpy_or_torch.names import LENGTH, NONE
from layerlab.nets.engines import available, engine, ready
from layerlab.nets.engines.numpy_ import CHAIN_RULE, Trainer
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
WIDTH, SAMPLES, RATE = 8, 32, 0.03
KEPT = 64  # trainings of a kind
DTYPES = ("float64", "float32")
SOON_S = 2.0  # kernels from their cache are there by then
# Slices in which an engine is timed, and the updates of one: about five milliseconds.
SLICES, SLICE = 12, {"numpy": 50, "compiled": 1000, "torch": 20}


@dataclass(frozen=True)
class ComparisonConfig:
    """What is trained, by whichever engine: activation, hidden layers, precision."""

    activation: str
    depth: int
    dtype: str = "float64"

    @property
    def spec(self) -> LabSpec:
        """The lab of it: Adam on all points at once, so that every update sees the same."""
        return LabSpec(
            task=TaskSpec(name="wave", samples=SAMPLES, validation=0.0),
            net=NetSpec(
                hidden=(WIDTH,) * self.depth, activation=self.activation, init="torch-default"
            ),
            train=TrainSpec(
                optimizer="adam",
                rate=RATE,
                batch="full",
                order="file",
                updates=LENGTH,
                seeds=1,
                dtype=self.dtype,
            ),
        )

    @property
    def problem(self) -> Problem:
        """The same with its data."""
        return problem_of(self.spec)


def _by_hand(key: tuple[ComparisonConfig, Mistake]) -> Array:
    setting, mistake = key
    problem = setting.problem
    rule = CHAIN_RULE if mistake.name == NONE else mistake  # a little quicker
    trainer = Trainer(problem, initialize(problem), rule)
    found = [trainer.params[0].copy()]
    for _ in range(LENGTH):
        trainer.step()
        if not np.isfinite(trainer.params).all():
            break
        found.append(trainer.params[0].copy())
    return np.array(found)


_hand: LRUCache[tuple[ComparisonConfig, Mistake], Array] = LRUCache(_by_hand, KEPT)


def by_hand(setting: ComparisonConfig, mistake: Mistake) -> Array:
    """Return the parameters after every update of the engine in NumPy. (updates + 1, P)

    There are fewer rows where a mistake drove them out of the finite numbers.
    """
    return _hand.get((setting, mistake))


class EngineTraining:
    """A training by another engine, on its way: grows from where it was.

    One thread advances it, another one reads what is there.
    """

    def __init__(self, key: tuple[str, ComparisonConfig]) -> None:
        """Draw the weights; nothing is trained yet."""
        self._name, setting = key
        self._spec = setting.spec
        self._state: State = initialize(setting.problem)
        self._params = [self._state.params[0]]
        self.speed = 0.0  # updates a second; 0 until it was timed

    @property
    def params(self) -> Array:
        """The parameters after each update so far. (updates + 1, P)"""
        return np.array(self._params[: LENGTH + 1])

    @property
    def is_done(self) -> bool:
        """Whether all updates are done."""
        return len(self._params) > LENGTH

    def advance(self, ask: Ask) -> Iterator[None]:
        """Train to the end, and yield where there should be room for others.

        Raises:
            LabError: the engine is missing or does not load.
        """
        trainer = engine(self._name)
        while not self.is_done:
            marks = range(len(self._params), LENGTH)
            for state in trainer.run(
                self._spec, self._state, until=LENGTH, marks=marks, is_cancelled=ask
            ):
                if state.update == len(self._params):
                    self._params.append(state.params[0].copy())
                    self._state = state
            self._state = self._state.alone()
            if not self.is_done:
                yield None

    def time(self) -> Iterator[None]:
        """Time updates in a few short slices, with room for others between two of them.

        The quickest slice counts: what other programs take away is not the engine's.
        """
        trainer, updates = engine(self._name), SLICE[self._name]
        state, best_s = initialize(problem_of(self._spec)), np.inf
        for _ in range(0 if self.speed else SLICES):
            until = state.update + updates
            begun_s = time.perf_counter()
            *_, state = trainer.run(self._spec, state, until=until)
            best_s = min(best_s, time.perf_counter() - begun_s)
            yield None
        self.speed = self.speed or updates / best_s


_others: LRUCache[tuple[str, ComparisonConfig], EngineTraining] = LRUCache(
    EngineTraining, 3 * KEPT
)


def training(name: str, setting: ComparisonConfig) -> EngineTraining:
    """Return the training by an engine, as far as it got."""
    return _others.get((name, setting))


def known(name: str, setting: ComparisonConfig) -> EngineTraining | None:
    """Return the training by an engine if there is one."""
    return _others.known((name, setting))


def plan(ask: Ask) -> Generator[None, None, list[tuple[bool, str, str]]]:
    """Return what is to do, the quickest engine first; yield where there should be room.

    Where kernels are compiled for the first time, which takes half a minute, the others do not
    wait for them.

    Returns:
        whether it is timed (or trained), engine, precision.
    """
    names, found = ["numpy", "torch"], []
    until_s = time.monotonic() + SOON_S
    for dtype in DTYPES:
        ready.is_ready(dtype)  # begins, so that one is made while the other is waited for
    for dtype in DTYPES:
        found.append((yield from ready.known(dtype, ask, until_s - time.monotonic())))
    names.insert(2 if None in found else 0, "compiled")
    if why := next(filter(None, found), ""):
        warn_once(ready.instead(why))
    names = [name for name in names if not available()[name]]
    trained = [(False, name, dtype) for name in names for dtype in DTYPES]
    trained.remove((False, "numpy", DTYPES[0]))  # by hand, already
    return trained + [(True, name, DTYPES[0]) for name in names]


def forget() -> None:
    """Forget all trainings."""
    _hand.forget()
    _others.forget()
