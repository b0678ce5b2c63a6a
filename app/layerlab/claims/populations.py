"""Populations: a spec trained from as many seeds as a claim asks for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace as with_fields

import numpy as np

from layerlab.claims.base import Context
from layerlab.core.cancel import CancelledError
from layerlab.core.libraries import warn_once
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit, replace
from layerlab.core.state import State
from layerlab.nets.engines import Engine, default_engine, engine
from layerlab.nets.engines.ready import instead
from layerlab.nets.probes.loss import evaluate
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
MAX_SEEDS = 64  # seeds of one run
FINE = 256  # epochs that are all looked at


def lab(
    task: str,
    net: NetSpec | None = None,
    train: TrainSpec | None = None,
    **points: float | None,
) -> LabSpec:
    """Return the lab of a task: its own net and training where none are given.

    Args:
        task: name of a registered task.
        net, train: in place of the recommended ones.
        points: fields of the task, such as `samples` or `noise`.
    """
    own = TASKS[task].recommended()
    known: TaskSpec = replace(own.task, **points)
    return LabSpec(task=known, net=net or own.net, train=train or own.train)


def chunks(spec: LabSpec, count: int) -> list[LabSpec]:
    """Return the runs that make up so many seeds."""
    first = spec.train.seed
    return [
        replace(
            spec, train=replace(spec.train, seed=first + k, seeds=min(MAX_SEEDS, count - k))
        )
        for k in range(0, count, MAX_SEEDS)
    ]


def initial_params(spec: LabSpec, count: int) -> Array:
    """Return the parameters of so many networks before training. (count, P)"""
    return np.concatenate([initialize(problem_of(run)).params for run in chunks(spec, count)])


def runs(
    ctx: Context, spec: LabSpec, count: int, marks: Sequence[int] = (), scale: float = 1.0
) -> Iterator[Iterator[State]]:
    """Train a spec from many seeds, with the quickest engine there is.

    Args:
        ctx: progress and cancellation.
        spec: what to train; its own number of seeds does not matter.
        count: number of seeds.
        marks: updates at which a state is wanted beside the last, ascending.
        scale: factor of the parameters at initialization.

    Yields:
        For at most 64 seeds at a time, their states at the marks and at the end. A reader
        that has seen enough of one may go on to the next.

    Raises:
        CancelledError: it was asked to stop.
        NotFiniteError: a network became NaN or infinite.
    """
    trainer, parts = _quickest(ctx, spec), chunks(spec, count)
    for k, part in enumerate(parts):
        ctx.step(k, len(parts))
        start = initialize(problem_of(part))
        start = with_fields(start, params=start.params * scale)
        with closing(_states(ctx, trainer, part, start, marks)) as states:
            yield states
    ctx.step(len(parts), len(parts))


def _quickest(ctx: Context, spec: LabSpec) -> Engine:
    """Return the quickest engine there is; once a sentence why, where it is NumPy."""
    name, why = default_engine(spec.train.dtype, ctx.is_cancelled)
    if why:
        warn_once(instead(why))
    return engine(name)


def trained_from(ctx: Context, spec: LabSpec, start: State) -> State:
    """Train a spec's own seeds from a state that something was done to; see `runs`."""
    *_, end = _states(ctx, _quickest(ctx, spec), spec, start, ())
    return end


def _states(
    ctx: Context, trainer: Engine, spec: LabSpec, start: State, marks: Sequence[int]
) -> Generator[State]:
    if 0 in marks:
        yield start
    for state in trainer.run(spec, start, marks=marks, is_cancelled=ctx.is_cancelled):
        if ctx.is_cancelled():  # the engine ends where it was, without a word
            raise CancelledError
        yield state


def population(
    ctx: Context, spec: LabSpec, count: int, marks: Sequence[int] = (), scale: float = 1.0
) -> list[State]:
    """Train a spec from many seeds; see `runs`.

    Returns:
        States of all seeds together: at the marks, and at the end.
    """
    found = [list(states) for states in runs(ctx, spec, count, marks, scale)]
    return [_together(parts) for parts in zip(*found, strict=True)]


def _watched(most: int) -> list[int]:
    """Return the epochs at which to look: all at first, then every sixty-fourth part."""
    epochs = list(range(1, min(FINE, most)))
    while epochs and (later := epochs[-1] + max(1, epochs[-1] // 64)) < most:
        epochs.append(later)
    return epochs


def epochs_until(ctx: Context, spec: LabSpec, count: int, loss: float, most: int) -> Array:
    """Return after how many epochs each network reports a loss; `most` if later. (count,)

    Exact up to `FINE` epochs, to one or two in a hundred beyond.

    Args:
        ctx: progress and cancellation.
        spec: a lab that reports the running loss.
        count: number of seeds.
        loss: the loss to be reached.
        most: epochs after which nobody waits any longer.
    """
    each = problem_of(spec).updates_per_epoch
    marks = [each * epoch for epoch in _watched(most)]
    found: list[Array] = []
    for states in runs(ctx, edit(spec, "train.epochs", most), count, marks):
        reached = np.full(0, most)
        for state in states:
            reached = reached if len(reached) else np.full(state.seeds, most)
            now = (state.epoch_loss <= loss) & (reached == most)
            reached[now] = state.update // each
            if (reached < most).all():
                break
        found.append(reached)
    return np.concatenate(found)


def _together(parts: Iterable[State]) -> State:
    """Return the states of several runs as one of all their seeds."""
    states = list(parts)

    def joined(name: str, axis: int = 0) -> Array:
        return np.concatenate([getattr(state, name) for state in states], axis)

    return State(
        update=states[0].update,
        params=joined("params"),
        moments=joined("moments", 1),
        first_loss=joined("first_loss"),
        epoch_sum=joined("epoch_sum"),
        epoch_count=states[0].epoch_count,
        epoch_loss=joined("epoch_loss"),
    )


def training_loss(spec: LabSpec, state: State) -> Array:
    """Return the loss of each network on the training set. (seeds,)"""
    return evaluate(problem_of(spec), state.params).train


def validation_loss(spec: LabSpec, state: State) -> Array:
    """Return the loss of each network on the held-out points, of which there are some."""
    found = evaluate(problem_of(spec), state.params).validation
    assert found is not None
    return found
