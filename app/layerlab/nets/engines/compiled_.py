"""The engine that is quick: kernels compiled by numba train the seeds on threads of ours.

Small networks are so little arithmetic that a training is finished between two mouse
events, if nothing is in its way: no Python and no allocation within a block of updates,
parameters and activations that stay in the first cache, products in vector registers, and
the next block under way while the last one is looked at. The kernels are in `compiled`;
this file only drives them.
"""

from __future__ import annotations

import bisect
import time
from collections import deque
from collections.abc import Callable, Container, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layerlab.core.cancel import not_cancelled
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.compiled import pool
from layerlab.nets.engines.finite import ensure_finite
from layerlab.nets.engines.ready import known, warm_up
from layerlab.nets.problem import Problem, initialize, problem_of

if TYPE_CHECKING:
    from layerlab.nets.engines.compiled.block import Block
    from layerlab.nets.engines.compiled.trainer import CompiledTrainer

Array = np.ndarray
BLOCK_S = 0.06  # of work in a block: the next one waits for the interpreter for a moment
WARMUP_COPY_S = 0.01  # of work between two copies while nobody looks
FIRST_WORK = 3e7  # of the first block, see `_work`: 1 to 5 ms
COPY_SHARE = 15  # the work between two copies takes so many times as long as a copy
COPY_BYTES_PER_S = 4e9
KEPT_BYTES = 16 * 2**20  # of copies at marks in a block, of which there are up to three


class CompiledEngine:
    """The engine of this file; see `Engine.run` for its protocol.

    It asks for cancellation about every millisecond; what was done since the last copy is
    then thrown away, so that all seeds stand at the same update.
    """

    name, is_parallel = "compiled", True

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions at x; see `Engine.outputs`."""
        warm_up(problem.spec.train.dtype).result()
        from layerlab.nets.engines.compiled.inference import outputs

        with np.errstate(all="ignore"):
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
        start = state or initialize(problem)
        dtype = spec.train.dtype
        for _ in known(dtype, is_cancelled):  # the very first run waits for the compiler
            yield start
            return
        warm_up(dtype).result()
        from layerlab.nets.engines.compiled.trainer import CompiledTrainer  # loads numba

        with np.errstate(all="ignore"):  # broken numbers are looked for by `ensure_finite`
            trainer = CompiledTrainer(problem, start)
        good = trainer.state()
        if state is None:
            yield good
        end = problem.length if until is None else until
        pace = _Pace(problem, trainer.shot_bytes, interval_s, warmup_s)
        try:
            yield from _blocks(trainer, good, end, marks, pace, is_cancelled)
        finally:
            trainer.cancel()


def _blocks(
    trainer: CompiledTrainer,
    good: State,
    end: int,
    marks: Sequence[int],
    pace: _Pace,
    is_cancelled: Callable[[], bool],
) -> Iterator[State]:
    """Train block after block, two of them ahead of whoever looks at the states."""
    stops = sorted({mark for mark in marks if good.update < mark < end} | {end})
    wanted, seen = set(stops), 0
    ahead: deque[Block] = deque()

    def fill() -> None:
        # Another number of threads waits for all begun blocks, so only when none is ahead.
        if not ahead and trainer.threads != pace.threads():
            trainer.share(pace.threads())
        # Two, so that the pool has the next while one is looked at; an edit discards both.
        while len(ahead) < 2 and trainer.planned < end:
            if ahead and trainer.threads != pace.threads():
                return  # these are finished first
            ahead.append(trainer.begin(pace.marks(trainer.planned, stops)))

    while good.update < end:
        fill()
        block = ahead[0]
        # Where nobody waits for the next state, some are taken at once: the interpreter's
        # work is done on a core that could train.
        some = len(block.marks) // 3 if pace.is_free() else 0
        if is_cancelled() or not block.wait(
            min(seen + some, len(block.marks) - 1), is_cancelled
        ):
            yield good
            return
        # In this order, and each once: the kernel goes on meanwhile.
        done, reached = block.is_done, block.reached()
        # Of those that only a window wants, the newest will do.
        kept = [
            k
            for k in range(seen, reached)
            if k == reached - 1 or pace.wants_all() or int(block.marks[k]) in wanted
        ]
        seen = 0 if done else reached
        if done:
            ahead.popleft()
            pace.note(block, trainer.threads)
            fill()
        for state in _sound(trainer.problem, good, trainer.states(block, kept), wanted):
            good = state
            if is_cancelled():
                yield good
                return
            if pace.is_due() or state.update in wanted:
                yield good
                pace.restart()


def _sound(
    problem: Problem, good: State, states: list[State], wanted: Container[int]
) -> list[State]:
    """Return states that follow each other if their numbers are finite.

    Parameters that broke stay broken, so that the last one says enough; its loss is looked
    at where a report is due.
    """
    from layerlab.nets.engines.compiled.trainer import training_loss

    if not states:  # the end of a block whose last mark was seen already
        return states
    last = states[-1]
    with np.errstate(all="ignore"):
        sound = last.is_finite() and (
            not any(state.update in wanted for state in states)
            or np.isfinite(training_loss(problem, last.params)).all()
        )
    if not sound:
        for state in states:
            good = ensure_finite(problem, good, state)  # raises at the first that broke
    return states


# Threads -> work a second, as last seen: what the next run begins with.
_pace: dict[int, float] = {}


def _work(problem: Problem) -> float:
    """Return what an update of all seeds costs, about, in multiplications."""
    layout = problem.layout
    each = 6 * problem.batch * (layout.parameters + 150 * layout.layers)
    return float(each * len(problem.seeds))


class _Pace:
    """How many updates fit into a block, on how many threads, and when a state is due."""

    def __init__(
        self, problem: Problem, copy_bytes: int, interval_s: float | None, warmup_s: float
    ) -> None:
        self._interval_s = interval_s
        self._begun_s = time.perf_counter()
        self._quiet_until_s = self._begun_s + warmup_s
        self._kept = max(1, KEPT_BYTES // copy_bytes)
        self._work = _work(problem)
        self._copy_s = COPY_SHARE * copy_bytes / COPY_BYTES_PER_S
        self._has_begun = False

    def is_free(self) -> bool:
        """Return whether every core may train: no window waits for one."""
        return self._interval_s is None or time.perf_counter() < self._quiet_until_s

    def wants_all(self) -> bool:
        """Return whether each single update is wanted."""
        return self._interval_s == 0.0 and not self.is_free()

    def threads(self) -> int:
        """Return how many threads train now."""
        return pool.cores() if self.is_free() else pool.workers()

    def marks(self, planned: int, stops: Sequence[int]) -> list[int]:
        """Return where the copies of a block that begins at `planned` are kept.

        Args:
            planned: updates done or begun.
            stops: ascending updates at which a state is wanted in any case.
        """
        free, known = self.is_free(), _pace.get(self.threads(), 0.0)
        tick_s = max(WARMUP_COPY_S if free else self._interval_s or 0.0, self._copy_s)
        tick = max(1, int(tick_s * known / self._work))
        length = max(tick, int(BLOCK_S * known / self._work))
        if not self._has_begun or not known:  # a quick first look at how it goes
            self._has_begun = True
            first = max(1, int(FIRST_WORK / self._work))
            length = min(length, first) if known else first
        end = min(planned + length, stops[-1])
        if self.wants_all():
            tick = 1
        elif not known:
            tick = length
        found = {end, *range(planned + tick, end, tick)}
        at, until = bisect.bisect_right(stops, planned), bisect.bisect_right(stops, end)
        return sorted(found | set(stops[at:until]))[: self._kept]

    def note(self, block: Block, threads: int) -> None:
        """Take how long a block took; one hiccup moves the pace by half at most."""
        updates = int(block.marks[-1]) - block.start
        found = updates * self._work / max(block.took_s, 1e-6)
        known = _pace.get(threads, found)
        _pace[threads] = min(max(found, known / 2), known * 4)

    def is_due(self) -> bool:
        """Return whether a window wants a state that nobody else asked for."""
        now_s = time.perf_counter()
        return (
            self._interval_s is not None
            and now_s >= self._quiet_until_s
            and now_s - self._begun_s >= self._interval_s
        )

    def restart(self) -> None:
        """Take that a state was handed out just now."""
        self._begun_s = time.perf_counter()
