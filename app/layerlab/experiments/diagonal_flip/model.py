"""The diagonal flip in numbers: floors, populations of the listing, printed figures. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.layout import Layout
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _
from layerlab.experiments.diagonal_flip import claim_rows
from layerlab.experiments.diagonal_flip.study import FIVE, PRINTED, Printed, Study, study
from layerlab.experiments.diagonal_flip.training import INITS, TRAININGS, FlipConfig
from layerlab.nets.rank import rank_floors
from layerlab.nets.tasks.flip import flipped, images

Array = np.ndarray
SWEEP = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)
SAY_S = 0.1  # how often work under way is drawn


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws: what is known by now.

    Attributes:
        setting: the network. epochs: how long it is trained. parameters: of one network.
        floor: least loss that its rank allows. floors: the same for widths 1, 2, 3, 4.
        inputs, targets, outputs: (16, 2, 2); outputs are those of seed 42.
        error: (16,) half mean squared error of each image.
        trained: epochs that are done; 0 is at initialization.
        quartiles: (3, trained) losses over the seeds. first: (trained,) those of seed 42.
        widths: (W,) of the sweep that are done. sweep: (3, W) quartiles of the loss at the
            end. sweep_first: (W,) of seed 42.
        printed: the figures of the text with ours beside them.
        study: what is known for the claims.
    """

    setting: FlipConfig
    epochs: int
    parameters: int
    floor: float
    floors: Array
    inputs: Array
    targets: Array
    outputs: Array
    error: Array
    trained: int
    quartiles: Array
    first: Array
    widths: Array
    sweep: Array
    sweep_first: Array
    printed: tuple[Printed, ...]
    study: Study


def setting_of(width: int, depth: int, init: str, seeds: int) -> FlipConfig:
    """Return the network of the knobs."""
    return FlipConfig((width,) * depth, init, seeds)


def compute(
    width: int = 2, depth: int = 1, init: str = "He", epochs: int = 200, seeds: int = 16
) -> Result:
    """Return what is known at once: floors, images, and what `work` has trained before.

    Args:
        width, depth: of the hidden layers. init: a key of `training.INITS`.
        epochs: passes over the images. seeds: networks; the first one is number 42.
    """
    setting = setting_of(width, depth, init, seeds)
    x = images()
    y = flipped(x)
    floors = rank_floors(y, (1, 2, 3, 4))
    one = TRAININGS.get(setting)
    outputs = one.outputs(x, epochs)
    losses = one.losses(epochs)
    widths, ends = _sweep(depth, init, epochs, seeds)
    return Result(
        setting,
        epochs,
        Layout((4, *setting.hidden, 4)).parameters,
        float(floors[min(width, 4) - 1]) if depth else 0.0,
        floors,
        x.reshape(-1, 2, 2),
        y.reshape(-1, 2, 2),
        outputs.reshape(-1, 2, 2),
        0.5 * ((y - outputs) ** 2).mean(axis=1),
        len(losses),
        _quartiles(losses),
        losses[:, 0].copy(),
        widths,
        _quartiles(ends),
        ends[:, 0].copy(),
        tuple(p.measured() for p in PRINTED),
        study(seeds),
    )


def _quartiles(losses: Array) -> Array:
    """Return quartiles over the seeds. (n, seeds) -> (3, n)"""
    if not len(losses):
        return np.empty((3, 0))
    return np.asarray(np.percentile(losses, (25, 50, 75), axis=1))


def _sweep(depth: int, init: str, epochs: int, seeds: int) -> tuple[Array, Array]:
    """Return the widths whose training is done, and their losses at the end."""
    found = []
    for width in SWEEP if depth else ():
        one = TRAININGS.known(setting_of(width, depth, init, seeds))
        if one is not None and one.epochs >= epochs:
            found.append((width, one.losses(epochs)[-1]))
    ends = np.array([loss for _, loss in found]).reshape(len(found), seeds)
    return np.array([width for width, _ in found], int), ends


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, width: int, depth: int, init: str, epochs: int, seeds: int
) -> Iterator[Step | None]:
    """Train what the page asks for, the shown network first; see `compute`.

    Then the printed runs, the other widths, and what the claims need of many seeds.
    """
    plan = [(setting_of(width, depth, init, seeds), epochs)]
    plan += [(p.setting, p.epochs) for p in PRINTED]
    plan += [(setting_of(w, depth, init, seeds), epochs) for w in SWEEP if depth]
    plan += Study.plan(seeds)
    total, done, reported_s = sum(length for _, length in plan), 0, time.monotonic()
    for setting, length in plan:
        note = _(
            "training {setting_name}, {init}", setting_name=setting.name, init=setting.init
        )
        for epoch in TRAININGS.get(setting).advance(length):
            now = time.monotonic()
            if now - reported_s > SAY_S:
                reported_s = now
                result = compute(width, depth, init, epochs, seeds)
                yield Step(done + epoch, total, result, note)
            if is_interrupted():
                yield None
        done += length
    for _few_updates in FIVE.advance():
        if is_interrupted():
            yield None
    yield Step(total, total, compute(width, depth, init, epochs, seeds), _("done"))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about the flip, beside what is known by now."""
    return claim_rows.all_rows(result.printed, result.study)


@with_knobs_of(compute)
def numpy_code(width: int, depth: int, init: str, epochs: int, seeds: int) -> str:
    """Return the listing as a program; see `compute`."""
    return program(
        "diagonal_flip_numpy",
        WIDTH=width,
        DEPTH=depth,
        INIT=init,
        EPOCHS=epochs,
        SEEDS=min(seeds, 4),
    )


@with_knobs_of(compute)
def lab_spec(width: int, depth: int, init: str, epochs: int, seeds: int) -> LabSpec:
    """Return the same training as a lab; see `compute`.

    Raises:
        LabError: weights of std 0.5, which no initializer of the lab draws.
    """
    if INITS[init][1] != 1.0:
        raise LabError(
            _("the lab draws no weights of standard deviation {init} in every layer", init=init)
        )
    return edit(setting_of(width, depth, init, seeds).spec, "train.epochs", epochs)
