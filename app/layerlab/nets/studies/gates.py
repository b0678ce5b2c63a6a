"""How often training flips a gate, by the number of inputs (claim A4)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.nets.engines.numpy_ import Trainer, forward
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
DIMENSIONS = (2, 4, 8, 16, 32, 64)
UNITS, POINTS, BATCH = 64, 512, 32
QUICK = (1, 20, 4)  # seeds, updates and looks of what is known at once
THOROUGH = (8, 200, 20)  # and of what the background finds


@dataclass(frozen=True)
class Flips:
    """Gates of trained networks of so many inputs.

    Attributes:
        inputs: dimension of the inputs. seeds, updates: how many were looked at.
        share: mean share of all gates that flip in one update.
        low, high: quartiles of it over the seeds.
        is_active: share of the units that are active in the end.
    """

    inputs: int
    seeds: int
    updates: int
    share: float
    low: float
    high: float
    is_active: float


def wavy(inputs: int, seeds: int) -> Problem:
    """Return a problem whose target is a wave along one direction of so many inputs.

    It is as hard to learn for any number of them. 64 ReLUs, He, SGD.

    Args:
        inputs: standard normal ones, `POINTS` of them. seeds: networks trained at once.
    """
    rng = np.random.default_rng(inputs)
    x = rng.standard_normal((POINTS, inputs))
    direction = rng.standard_normal(inputs)
    y = np.sin(2 * x @ direction / np.linalg.norm(direction))[:, None]
    train = TrainSpec(optimizer="sgd", rate=0.02, seeds=seeds, batch=BATCH)
    known = problem_of(LabSpec(net=NetSpec(hidden=(UNITS,)), train=train))
    return replace(
        known,
        layout=Layout((inputs, UNITS, 1)),
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        batch=BATCH,
        updates_per_epoch=POINTS // BATCH,
    )


def active(problem: Problem, params: Array) -> Array:
    """Return which units are active for which training points. (seeds, points, neurons)"""
    pre_activations = forward(problem, params, problem.x).z[:-1]
    return np.concatenate([z > 0 for z in pre_activations], axis=2)


def watch(inputs: int, seeds: int, updates: int, looks: int) -> Iterator[Flips | None]:
    """Train, and look at the gates before and after some of the updates.

    Args:
        inputs: their dimension. seeds: networks trained at once.
        updates: of each. looks: how many of them are looked at, evenly spaced.

    Yields:
        None after each update, so that others can have their turn; at last what was found.
    """
    problem = wavy(inputs, seeds)
    trainer, flips = Trainer(problem, initialize(problem)), []
    for _ in range(looks):
        before = active(problem, trainer.params)
        trainer.step()
        flips.append((active(problem, trainer.params) != before).mean((1, 2)))  # (seeds,)
        yield None
        for _ in range(updates // looks - 1):
            trainer.step()
            yield None
    share = np.mean(flips, axis=0)  # (seeds,)
    low, high = np.percentile(share, (25, 75)).tolist()
    is_active = float(active(problem, trainer.params).mean())
    yield Flips(inputs, seeds, updates, float(share.mean()), low, high, is_active)


_thorough: dict[int, Flips] = {}


def known_flips() -> tuple[Flips, ...]:
    """Return for each dimension what is known by now."""
    return tuple(_thorough.get(one.inputs, one) for one in quick_flips())


def is_thorough(inputs: int) -> bool:
    """Return whether more than a short training is known of a dimension."""
    return inputs in _thorough


def keep(found: Flips) -> None:
    """Let `known_flips` return what was found."""
    _thorough[found.inputs] = found


def forget() -> None:
    """Let `known_flips` begin again."""
    _thorough.clear()


@functools.cache
def quick_flips() -> tuple[Flips, ...]:
    """Return for each dimension what a short training of one network shows."""
    found = [list(watch(inputs, *QUICK))[-1] for inputs in DIMENSIONS]
    return tuple(one for one in found if one is not None)
