"""Engines that train on the calling thread, one update after another."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from layerlab.core.cancel import not_cancelled
from layerlab.core.errors import NotFiniteError
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.finite import ensure_finite
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray


class Stepper(Protocol):
    """What an engine's own trainer can do, so that `SteppingEngine` can drive it.

    Attributes:
        update: updates done.
    """

    update: int

    def step(self) -> None:
        """Do one update."""
        ...

    def state(self) -> State:
        """Return a frozen copy of where the training is."""
        ...


class SteppingEngine:
    """What such engines share; one of them says by what it trains, in `trainer`."""

    is_parallel = False

    def trainer(self, problem: Problem, state: State) -> Stepper:
        """Return what trains a problem, at the state where to go on."""
        raise NotImplementedError

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions at x; see `Engine.outputs`."""
        return outputs(problem, params, x)

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        warmup_s: float = 0.0,
        is_cancelled: Callable[[], bool] = not_cancelled,
    ) -> Iterator[State]:
        """Train and yield one state after another; see `Engine.run`."""
        problem = problem_of(spec)
        trainer = self.trainer(problem, state or initialize(problem))
        end = problem.length if until is None else until
        # The last state that is known to be finite: from there a divergence is traced.
        good = trainer.state()
        if state is None:
            yield good
        stops = sorted({mark for mark in marks if good.update < mark < end} | {end})
        last_s = time.perf_counter()
        quiet_until_s = last_s + warmup_s
        for stop in stops:
            while trainer.update < stop:
                if is_cancelled():
                    with contextlib.suppress(NotFiniteError):  # then the last good one will do
                        good = ensure_finite(problem, good, trainer.state())
                    yield good
                    return
                trainer.step()
                # The clock is asked only where it matters: it costs as much as a small layer.
                now_s = last_s if interval_s is None else time.perf_counter()
                is_due = (
                    interval_s is not None
                    and now_s - last_s >= interval_s
                    and now_s >= quiet_until_s
                )
                if trainer.update == stop or is_due:
                    good = ensure_finite(problem, good, trainer.state())
                    yield good
                    last_s = time.perf_counter()
