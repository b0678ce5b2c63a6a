"""A training that can be moved through, forwards and back."""

from __future__ import annotations

from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines import Engine, engine
from layerlab.nets.engines.ready import is_ready
from layerlab.nets.problem import initialize, problem_of


def fastest_engine(dtype: str = "float32") -> Engine:
    """Return the compiled engine if it can start at once, else the one in NumPy."""
    return engine("compiled" if is_ready(dtype) else "numpy")


class Rewindable:
    """One training at any update; states on the way are kept.

    Attributes:
        problem: what is trained.
    """

    def __init__(self, spec: LabSpec, every: int) -> None:
        """Draw the weights; nothing is trained yet. `every`: updates between kept states."""
        self.problem, self._every = problem_of(spec), every
        self._states: dict[int, State] = {0: initialize(self.problem)}
        self._engine = fastest_engine(spec.train.dtype)

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
                self._states[state.update] = state.alone()
        return state
