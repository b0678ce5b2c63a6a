"""Gates of a ReLU network beside those of a softplus one, and both over many seeds. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from layerlab.claims import claim
from layerlab.claims.choices import SEEDS as LEDGER_SEEDS
from layerlab.claims.choices import TASKS as TRIED
from layerlab.core.errors import LabError, quoted
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec, edit_all
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.experiments.gating.networks import ACTIVE, Net, Result, SeedStatistics
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.probes.loss import evaluate
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.rewind import Rewindable, fastest_engine
from layerlab.nets.tasks import TASKS

Array = np.ndarray
Ask = Callable[[], bool]
ACTIVATIONS = ("relu", "softplus")
LENGTH = 600  # updates of the whole training
EVERY = 20  # updates between two states that are kept
SEEDS = 16
GRID = 321  # inputs at which gates are looked at


def spec_of(
    task: str, activation: str, hidden: tuple[int, ...], rate: float, seeds: int = 1
) -> LabSpec:
    """Return the lab that trains one of the two, in full batches of Adam."""
    turned = {
        "net.activation": activation,
        "net.init": "he-normal",
        "net.hidden": hidden,
        "train.rate": rate,
        "train.seeds": seeds,
        "train.optimizer": "adam",
        "train.batch": "full",
        "train.updates": LENGTH,
    }
    return edit_all(TASKS[task].recommended(), turned)


@functools.lru_cache(maxsize=64)
def _training(spec: LabSpec) -> Rewindable:
    return Rewindable(spec, EVERY)


def compute(
    task: str = "wave", width: int = 12, depth: int = 2, updates: int = 400, rate: float = 0.01
) -> Result:
    """Return both networks of one seed after about so many updates.

    Args:
        task: a curve. width, depth: of both networks. updates: rounded to `EVERY`.
        rate: of learning.

    Raises:
        LabError: a task that is not known, or a loss that is no number any more.
    """
    hidden, at = (width,) * depth, round(updates / EVERY) * EVERY
    nets, problem = {}, None
    for name in ACTIVATIONS:
        training = _training(spec_of(task, name, hidden, rate))
        problem = training.problem
        if problem.x.shape[1] != 1:
            raise LabError(
                _(
                    "task {task} has no single input along which gates could lie",
                    task=quoted(task),
                )
            )
        nets[name] = _looked_at(problem, training.at(at))
    assert problem is not None
    points = np.column_stack([problem.x[:, 0], problem.y[:, 0]]).astype(float)
    return Result(_grid(problem), points, nets, hidden, at, SeedStatistics(), task)


def _grid(problem: Problem) -> Array:
    low, high = float(problem.x.min()), float(problem.x.max())
    return np.linspace(low, high, GRID)


def _looked_at(problem: Problem, state: State) -> Net:
    params = state.params.astype(float)
    done = forward(problem, params, _grid(problem)[:, None])
    slopes = [problem.activation.derivative_at(z[0]).T for z in done.z[:-1]]
    gates = np.concatenate(slopes)  # (units, GRID)
    turns = ((gates[:, 1:] > ACTIVE) != (gates[:, :-1] > ACTIVE)).any(0)
    loss = float(evaluate(problem, params).train[0])
    return Net(gates, done.h[-1][0, :, 0], np.append(0, np.cumsum(turns)), loss)


# ---- many seeds


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, task: str, width: int, depth: int, updates: int, rate: float
) -> Iterator[Step | None]:
    """Train many seeds of both on the page's task, then on all tasks.

    Args: see `compute`.
    """
    result = compute(task, width, depth, updates, rate)
    hidden, total, done = (width,) * depth, 2 * (1 + len(TRIED)), 0
    losses: dict[str, Array] = {}
    seeds = SeedStatistics()
    for name in ACTIVATIONS:
        rows: list[Array] = []
        spec = spec_of(task, name, hidden, rate, SEEDS)
        for state in _states(spec, is_interrupted, True):
            if state is None:
                yield None
            else:
                rows.append(_validation(spec, state))
        losses[name] = np.stack(rows, axis=1)
        done += 1
        seeds = replace(seeds, updates=np.arange(0, LENGTH + 1, EVERY), losses=dict(losses))
        yield Step(
            done,
            total,
            replace(result, seeds=seeds),
            _("{seeds} seeds, {task}", seeds=SEEDS, task=task),
        )
    finals: dict[str, dict[str, Array]] = {}
    for other in TRIED:
        pair = {}
        for name in ACTIVATIONS:
            if other == task:
                pair[name] = losses[name][:, -1]
            else:
                spec = spec_of(other, name, hidden, rate, SEEDS)
                for last in _states(spec, is_interrupted, False):
                    if last is None:
                        yield None
                assert last is not None
                pair[name] = _validation(spec, last)
            done += 1
        finals[other] = pair
        seeds = replace(seeds, finals=dict(finals))
        yield Step(
            done,
            total,
            replace(result, seeds=seeds),
            _("{seeds} seeds, {task}", seeds=SEEDS, task=other),
        )


def _states(spec: LabSpec, ask: Ask, all_marks: bool) -> Iterator[State | None]:
    """Yield the states at all marks, or the last alone; None where it should make room."""
    state, marks = initialize(problem_of(spec)), list(range(EVERY, LENGTH, EVERY))
    marks = marks if all_marks else []
    trainer = fastest_engine()
    if all_marks:
        yield state
    while state.update < LENGTH:
        left = [mark for mark in marks if mark > state.update]
        for after in trainer.run(spec, state, until=LENGTH, marks=left, is_cancelled=ask):
            if after.update > state.update and after.update in (*left, LENGTH):
                yield after
            state = after
        if state.update < LENGTH:
            yield None


def _validation(spec: LabSpec, state: State) -> Array:
    problem = problem_of(spec)
    found = evaluate(problem, state.params)
    return found.train if found.validation is None else found.validation


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claim about ReLU and softplus, as soon as all tasks were trained."""
    row, finals = claim("A3"), result.seeds.finals
    if len(finals) < len(TRIED):
        why = _(
            "{finals} of {tried} tasks are trained so far",
            finals=len(finals),
            tried=len(TRIED),
        )
        return (row.pending(why),)
    here = _(
        "{seeds} seeds of this network at this rate, where the ledger trains {ledger} at the "
        "better of two",
        seeds=SEEDS,
        ledger=LEDGER_SEEDS,
    )
    return (row.row(finals, here=here),)


@with_knobs_of(compute)
def numpy_code(task: str, width: int, depth: int, updates: int, rate: float) -> str:
    """Return a program that prints the gates of both trained networks; see `compute`."""
    hidden, at = (width,) * depth, round(updates / EVERY) * EVERY
    nets = {name: _training(spec_of(task, name, hidden, rate)) for name in ACTIVATIONS}
    problem = nets["relu"].problem
    return program(
        "gating_numpy",
        LOW=float(problem.x.min()),
        HIGH=float(problem.x.max()),
        POINTS=GRID,
        ACTIVE=ACTIVE,
        SIZES=list(problem.layout.sizes),
        **{
            name.upper(): training.at(at).params[0].astype(float).round(9).tolist()
            for name, training in nets.items()
        },
    )


@with_knobs_of(compute)
def lab_spec(task: str, width: int, depth: int, rate: float) -> LabSpec:
    """Return the lab that trains the ReLU network, from sixteen seeds."""
    return spec_of(task, "relu", (width,) * depth, rate, 16)
