"""A training that can be moved through, forwards and back."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator

from app.core.jobs import Ask
from app.core.spec import LabSpec
from app.core.state import State
from app.nets.engines import Engine, available, engine
from app.nets.engines.compiled_ import warm_up
from app.nets.problem import born, problem_of

WAIT_S = 0.002


def quick_engine() -> Engine:
    """Return the compiled engine if it can start at once, else the one in NumPy."""
    is_ready = not available()["compiled"] and warm_up().done()
    return engine("compiled" if is_ready else "numpy")


def wait_for_compiler(is_interrupted: Ask) -> Iterator[None]:
    """Wait until the compiled engine can start, if there is one; yields to make room."""
    ready = None if available()["compiled"] else warm_up()
    while ready is not None and not ready.done():
        concurrent.futures.wait([ready], WAIT_S)
        if is_interrupted():
            yield None


class Rewindable:
    """One training at any update; states on the way are kept.

    Attributes:
        problem: what is trained.
    """

    def __init__(self, spec: LabSpec, every: int) -> None:
        """Draw the weights; nothing is trained yet. `every`: updates between kept states."""
        self.problem, self._every = problem_of(spec), every
        self._states: dict[int, State] = {0: born(self.problem)}
        self._engine = quick_engine()

    def at(self, update: int) -> State:
        """Return the state after so many updates; raises NotFiniteError."""
        nearest = self._states[max(u for u in self._states if u <= update)]
        if nearest.update == update:
            return nearest
        every = self._every
        marks = range(nearest.update // every * every + every, update, every)
        state = nearest
        for state in self._engine.run(self.problem.spec, nearest, until=update, marks=marks):
            if state.update % every == 0:
                self._states[state.update] = state
        return state
