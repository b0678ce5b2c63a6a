"""The engine that is quick: kernels compiled by numba train the seeds on threads of ours.

Small networks are so little arithmetic that a training is finished between two mouse
events, if nothing is in its way: no Python and no allocation within a block of updates,
parameters and activations that stay in the first cache, products in vector registers. The
kernels are in `compiled`; this file only drives them.
"""

from __future__ import annotations

import concurrent.futures
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from app.core.errors import LabError
from app.core.spec import LabSpec
from app.core.state import State
from app.nets.engines.base import never
from app.nets.engines.numpy_ import checked
from app.nets.problem import born, problem_of

BLOCK_S = 0.008  # a cancelled block is thrown away, so blocks are not long
WAIT_S = 0.002
FIRST_BLOCK = 16  # updates, before it is known how long one takes


def missing_numba() -> str:
    """Return one sentence that says why this engine cannot run here, or ""."""
    if importlib.util.find_spec("numba") is None:
        return "numba is not installed, so the engine compiled cannot run; numpy can"
    return ""


def warm_up(dtype: str = "float32") -> concurrent.futures.Future[None]:
    """Compile in the background, so that the first run need not wait; returns at once.

    Args:
        dtype: `float32` or `float64`; each is compiled by itself.

    Returns:
        A future that is done, or has the error, when the compiler is.

    Raises:
        LabError: numba is not installed.
    """
    if missing := missing_numba():
        raise LabError(missing)
    from app.nets.engines.compiled import warm

    return warm.warm_up(dtype)


class CompiledEngine:
    """The engine of this file; see `Engine.run` for its protocol.

    It asks for cancellation about every millisecond; what was done since the last block of
    updates (a few milliseconds) is then thrown away, so that all seeds stand at the same
    update.
    """

    name = "compiled"

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Iterator[State]:
        """Train and yield one state after another; see `Engine.run`."""
        problem = problem_of(spec)
        start = state or born(problem)
        ready = warm_up(spec.train.dtype)
        while not ready.done():  # the very first run waits for the compiler
            if is_cancelled():
                yield start
                return
            concurrent.futures.wait([ready], WAIT_S)
        ready.result()
        from app.nets.engines.compiled.trainer import CompiledTrainer  # loads numba

        with np.errstate(all="ignore"):  # broken numbers are looked for by `checked`
            trainer = CompiledTrainer(problem, start)
        good = trainer.state()
        if state is None:
            yield good
        end = problem.length if until is None else until
        stops = sorted({mark for mark in marks if good.update < mark < end} | {end})
        last_s, pace = time.perf_counter(), _Pace()
        for stop in stops:
            while trainer.update < stop:
                block = min(stop - trainer.update, pace.updates(interval_s))
                started_s = time.perf_counter()
                if is_cancelled() or not trainer.advance(block, is_cancelled):
                    now = trainer.state()
                    yield now if now.is_finite() else good
                    return
                now_s = time.perf_counter()
                pace.note(block, now_s - started_s)
                is_due = interval_s is not None and now_s - last_s >= interval_s
                if trainer.update == stop or is_due:
                    good = checked(problem, good, trainer.state())
                    yield good
                    last_s = time.perf_counter()


class _Pace:
    """How many updates fit into a block."""

    def __init__(self) -> None:
        self._updates = FIRST_BLOCK

    def updates(self, interval_s: float | None) -> int:
        """Return the updates of the next block; a state may be due sooner."""
        if interval_s is None or interval_s >= BLOCK_S:
            return self._updates
        return max(1, int(self._updates * interval_s / BLOCK_S))

    def note(self, updates: int, took_s: float) -> None:
        """Take how long a block took; a hiccup of the machine moves it by half at most."""
        fitting = updates * BLOCK_S / max(took_s, 1e-6)
        self._updates = int(min(max(1, fitting, self._updates / 2), self._updates * 4))
