"""The engine in NumPy: what `numpy_` computes, as the protocol of all engines."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from layerlab.core.cancel import not_cancelled
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.base import run_until
from layerlab.nets.engines.finite import ensure_finite
from layerlab.nets.engines.numpy_ import Trainer, outputs
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray


class NumpyEngine:
    """Trains on the calling thread; see `Engine.run` for its protocol."""

    name, is_parallel = "numpy", False

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
        with np.errstate(all="ignore"):
            trainer = Trainer(problem, state or initialize(problem))
        if state is None:
            yield trainer.state()
        yield from run_until(
            trainer,
            functools.partial(ensure_finite, problem),
            end=problem.length if until is None else until,
            marks=marks,
            interval_s=interval_s,
            warmup_s=warmup_s,
            is_cancelled=is_cancelled,
        )

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions at x; see `Engine.outputs`."""
        return outputs(problem, params, x)
