"""Sweep: train one spec after another to its end, and say how each of them ended.

What the curve of a knob is made of, and any other table of trainings. It is the work of a
`core.jobs.Job`: it can be interrupted at any moment and goes on from the very update.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.jobs import Ask, Step
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines import Engine
from layerlab.nets.probes.loss import Scores, evaluate, reported
from layerlab.nets.probes.references import noise_floor
from layerlab.nets.problem import Problem, layout_of, load_data, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
Marks = Callable[[int], Sequence[int]]

LIMIT = 1e12  # multiplications of a training that is still done: 10 to 30 s of one core
_SLOW = 2e10  # from here on a training is left for the end
_ACTIVATION = 20  # multiplications that an activation and its slope count for
QUIET_S = 0.1  # an engine that yields now and then leaves the window a core
_LOOK = 2e8  # multiplications of a forward pass that nothing interrupts: some milliseconds


@dataclass(frozen=True, eq=False)
class Outcome:
    """How the training of a spec ended.

    Attributes:
        spec: what was trained.
        loss: (S,) final loss as the lab reports it; empty where there is none.
        validation: (S,) loss on the held-out points, or None.
        noise_floor: expected loss of the true function, or None.
        why: why there is no loss, in a few words.
    """

    spec: LabSpec
    loss: Array
    validation: Array | None = None
    noise_floor: float | None = None
    why: str = ""


def cost(spec: LabSpec) -> float:
    """Return about how many multiplications a training takes, all seeds and updates.

    Raises:
        LabError: the data cannot be read.
    """
    points, train = _points(spec), spec.train
    batch = points if isinstance(train.batch, str) else min(train.batch, points)
    updates = train.updates or 0
    if train.epochs is not None:
        updates = train.epochs * -(-points // batch)
    layout = layout_of(spec)
    one = layout.parameters + _ACTIVATION * sum(layout.sizes)
    return 3.0 * one * batch * updates * train.seeds  # forward, back, and the gradient


def _points(spec: LabSpec) -> int:
    drawn = "samples" in TASKS[spec.task.name].knobs  # then they need not be drawn to be known
    return spec.task.samples if drawn else load_data(spec.task).n


def sweep(
    specs: Sequence[LabSpec],
    engine: Engine,
    marks: Marks,
    is_interrupted: Ask,
    limit: float = LIMIT,
) -> Iterator[Step | None]:
    """Train every spec as the lab does, and yield a step with its `Outcome`.

    In the order given, but those that take long come last, the shortest first. Nothing is
    shortened: what is beyond the limit is left out, and its outcome says so.

    Args:
        specs: what to train.
        engine: with which engine.
        marks: (length) -> updates at which a run with a target loss is measured.
        is_interrupted: see `core.jobs`.
        limit: multiplications of one training.
    """
    done, left = 0, []
    for spec in specs:
        outcome = None
        try:
            left.append((cost(spec), spec))
        except LabError as error:
            outcome = _without(spec, str(error))
        if is_interrupted():
            yield None
        if outcome is not None:
            done += 1
            yield Step(done, len(specs), outcome)
    left.sort(key=lambda pair: pair[0] if pair[0] > _SLOW else 0.0)  # stable
    for needed, spec in left:
        if needed > limit:
            outcome = _without(
                spec, _("left out: {count:.0e} multiplications are too many", count=needed)
            )
        else:
            outcome = yield from _trained(spec, engine, marks, is_interrupted)
        done += 1
        yield Step(done, len(specs), outcome)


def _without(spec: LabSpec, why: str) -> Outcome:
    return Outcome(spec, np.empty(0), why=why)


def _trained(
    spec: LabSpec, engine: Engine, marks: Marks, is_interrupted: Ask
) -> Generator[None, None, Outcome]:
    """Train one spec; yields where it is interrupted."""
    try:
        problem = problem_of(spec)
        if is_interrupted():
            yield None
        state = yield from _last_state(problem, engine, marks, is_interrupted)
        loss, validation = yield from _losses(problem, engine, state, is_interrupted)
    except NotFiniteError as error:
        return _without(
            spec, _("not finite from update {update} on", update=grouped(error.update))
        )
    except LabError as error:
        return _without(spec, str(error))
    if not np.isfinite(loss).all():  # a running loss whose epoch is not over
        return _without(spec, _("its loss is not known yet when it ends"))
    return Outcome(spec, loss, validation, noise_floor(problem))


def _last_state(
    problem: Problem, engine: Engine, marks: Marks, is_interrupted: Ask
) -> Generator[None, None, State]:
    spec, target = problem.spec, problem.spec.train.target_loss
    state: State | None = None
    at = () if target is None else tuple(mark for mark in marks(problem.length) if mark)
    while True:
        # An interrupted engine yields where it is and ends; another run goes on from there.
        run = engine.run(spec, state, marks=at, interval_s=QUIET_S, is_cancelled=is_interrupted)
        for now in run:
            state = now
            if target is not None and state.update in at:
                loss, _ = yield from _losses(problem, engine, state, is_interrupted)
                if np.median(loss) <= target:
                    return state
        assert state is not None  # an engine yields at least where it stops
        if state.update >= problem.length:
            return state
        yield None


def _losses(
    problem: Problem, engine: Engine, state: State, is_interrupted: Ask
) -> Generator[None, None, tuple[Array, Array | None]]:
    """Return the reported losses on training and held-out points, a few seeds at a time."""
    points = len(problem.x) + len(problem.validation_x)
    seeds = max(1, int(_LOOK / (problem.layout.parameters * points)))
    found: list[Scores] = []
    for first in range(0, state.seeds, seeds):
        if found and is_interrupted():
            yield None
        with np.errstate(all="ignore"):
            found.append(evaluate(problem, state.params[first : first + seeds], engine.outputs))
    train = np.concatenate([scores.train for scores in found])
    held = [scores.validation for scores in found if scores.validation is not None]
    whole = Scores(train, None, np.concatenate(held) if held else None, None, None)
    return reported(problem, state, whole).train, whole.validation
