"""Incremental training: goes on where it stopped, with measurements at regular updates."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Generic, Protocol, TypeVar

from layerlab.core.jobs import Ask
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.base import Batches
from layerlab.nets.engines.numpy_ import Trainer
from layerlab.nets.engines.ready import is_ready, wait_for_kernels
from layerlab.nets.problem import Problem, initialize
from layerlab.nets.rewind import fastest_engine

T = TypeVar("T")
QUIET_S = 0.1  # an engine that yields now and then leaves the window a core


class IncrementalStepper(Protocol):
    """A training on the thread that calls."""

    def train_here(self, updates: int) -> None:
        """Do some updates."""

    def state(self) -> State:
        """Return a frozen copy of where the training is."""


class NumpyStepper:
    """The engine in NumPy, where there is no compiler."""

    def __init__(self, problem: Problem, state: State, batches: Batches | None = None) -> None:
        """Take what is trained; `batches`: others than the problem's."""
        self._trainer = Trainer(problem, state, batches=batches)

    def train_here(self, updates: int) -> None:
        """Do some updates."""
        for _ in range(updates):
            self._trainer.step()

    def state(self) -> State:
        """Return a frozen copy of where the training is."""
        return self._trainer.state()


def stepper(problem: Problem, state: State, is_compiled: bool) -> IncrementalStepper:
    """Return what trains a problem from a state, compiled or in NumPy."""
    if not is_compiled:
        return NumpyStepper(problem, state)
    from layerlab.nets.engines.compiled.trainer import CompiledTrainer  # loads numba

    return CompiledTrainer(problem, state)


class ResumableTraining:
    """One training by the fastest engine, which goes on where it was left.

    Attributes:
        spec: what is trained.
        state: how far it got; None before the weights are drawn.
    """

    def __init__(self, spec: LabSpec, state: State | None = None) -> None:
        """Train nothing yet. `state`: where to go on, if not at the spec's own weights."""
        self.spec, self.state = spec, state

    def reach(self, update: int, is_interrupted: Ask) -> Generator[None, None, State]:
        """Train up to an update; yield where somebody else wants the time.

        Returns:
            the state there.

        Raises:
            NotFiniteError: the training diverged.
        """
        yield from wait_for_kernels(is_interrupted, self.spec.train.dtype)
        engine = fastest_engine(self.spec.train.dtype)
        while self.state is None or self.state.update < update:
            for state in engine.run(
                self.spec,
                self.state,
                until=update,
                interval_s=QUIET_S,
                is_cancelled=is_interrupted,
            ):
                self.state = state
            if is_interrupted():
                if self.state is not None:
                    self.state = self.state.alone()  # it may be left like this
                yield None
        return self.state


class IncrementalTraining(Generic[T]):
    """One training that goes on where it stopped, and what was seen of it.

    One thread advances it, another one reads the looks.

    Attributes:
        problem: what is trained.
        every: updates from one look to the next.
    """

    def __init__(
        self, problem: Problem, look: Callable[[State], T], every: int, chunk: int
    ) -> None:
        """Draw the weights and look at them.

        Args:
            problem: all its seeds are trained at once.
            look: what is kept of a state. every: updates from one look to the next.
            chunk: updates after which it is asked who wants the time; divides `every`.
        """
        self.problem, self.every, self._chunk, self._look = problem, every, chunk, look
        self._state = initialize(problem)
        self._looks = [look(self._state)]

    @property
    def done(self) -> int:
        """Updates done."""
        return self._state.update

    @property
    def state(self) -> State:
        """The training as far as it got."""
        return self._state

    def at(self, update: int) -> T:
        """Return the last look up to an update."""
        return self._looks[min(update // self.every, len(self._looks) - 1)]

    def until(self, update: int) -> list[T]:
        """Return all looks up to an update."""
        return self._looks[: update // self.every + 1]

    def advance(self, update: int, is_interrupted: Ask) -> Iterator[bool]:
        """Train on; yield True at each look, False when somebody else wants the time."""
        if self._state.update + self.every > update:
            return
        dtype = self.problem.spec.train.dtype
        for _ in wait_for_kernels(is_interrupted, dtype):
            yield False
        trainer = stepper(self.problem, self._state, is_ready(dtype))
        while self._state.update + self.every <= update:
            # Dropped in here, it goes on from the last look next time: a trainer steps copies.
            for _ in range(self.every // self._chunk):
                trainer.train_here(self._chunk)
                if is_interrupted():
                    yield False
            state = trainer.state()
            # The look first: another thread that reads `done` finds it there, without a lock.
            self._looks.append(self._look(state))
            self._state = state
            yield True
