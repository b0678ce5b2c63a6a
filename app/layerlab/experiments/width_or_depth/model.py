"""Twins of equal budget on one wavy curve: who is ahead, and the kinks of each. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, ngettext
from layerlab.experiments.width_or_depth import claim_rows
from layerlab.experiments.width_or_depth.names import (
    DEEP,
    LENGTH,
    MAX_CRESTS,
    START,
    TWINS,
    WIDE,
)
from layerlab.experiments.width_or_depth.twins import (
    BATCH,
    EVERY,
    HIGH,
    LOW,
    POPULATIONS,
    RATE,
    SAMPLES,
    TwinConfig,
    TwinTraining,
    advance_together,
    arithmetic,
    curve,
    hidden_of,
    parameters,
    speed,
)
from layerlab.nets.bootstrap import BootstrapBand, ratio
from layerlab.nets.engines.numpy_ import outputs

Array = np.ndarray
LAB_CRESTS = 3  # of the lab's own wave
SAY_S = 0.2  # from one picture to the next while it trains
TOO_CLOSE = _("too close to call")


@dataclass(frozen=True, eq=False)
class Twin:
    """One of the two, at the clock.

    Attributes:
        hidden: widths. parameters: weights and biases.
        arithmetic: multiplications of an update.
        loss: (seeds,) on the training points.
        low, high: (points,) quartiles of the predictions at `Result.points`.
        kinks: (n + 2,) inputs between which the median network is straight, ends included.
        y: (n + 2,) what it predicts there. layers: (n,) layer of the neuron that bends it.
        pieces: (seeds,) of all networks, once they are counted at the end; else (1,), of
            the one that is drawn.
        history: (4, m) updates and quartiles of the losses on the way.
    """

    hidden: tuple[int, ...]
    parameters: int
    arithmetic: int
    loss: Array
    low: Array
    high: Array
    kinks: Array
    y: Array
    layers: Array
    pieces: Array
    history: Array

    @property
    def median(self) -> float:
        """Median of the losses."""
        return float(np.median(self.loss))


@dataclass(frozen=True, eq=False)
class Duel:
    """Both populations beside each other.

    Attributes:
        crests: of the curve. update: at which both are compared.
        wide, deep: (seeds,) losses. ratio: of the medians, deep by wide, with its band.
    """

    crests: int
    update: int
    wide: Array
    deep: Array
    ratio: BootstrapBand

    @property
    def winner(self) -> str:
        """The twin whose median is lower beyond random variation, or `TOO_CLOSE`."""
        if not self.ratio.excludes(1.0):
            return TOO_CLOSE
        return DEEP if self.ratio.high < 1 else WIDE


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        crests, budget, depth, updates: the knobs.
        update: the clock, as far as both twins are trained.
        x, target: (g,) the curve. points: (N,) training inputs, ascending.
        twins: by name.
        duel: at the clock, on this curve. fair: at equal arithmetic.
        fair_at: by name, the update at which a twin is compared in `fair`.
        duels: by crests, of all curves that are trained so far, each at its clock.
        counted: by name, pieces of each seed at the end; empty until they are counted.
    """

    crests: int
    budget: int
    depth: int
    updates: int
    update: int
    x: Array
    target: Array
    points: Array
    twins: dict[str, Twin]
    duel: Duel
    fair: Duel
    fair_at: dict[str, int]
    duels: dict[int, Duel]
    counted: dict[str, Array]


def compute(
    crests: int = 3,
    budget: int = 200,
    depth: int = 3,
    updates: int = START,
) -> Result:
    """Return both twins at the clock, or as far as they are trained.

    Args:
        crests: of the curve. budget: parameters of each twin, as near as widths allow.
        depth: hidden layers of the deep twin.
        updates: the clock; snapshots are 100 updates apart.
    """
    hidden = hidden_of(budget, depth)
    pair = {name: POPULATIONS.get(TwinConfig(crests, hidden[name])) for name in TWINS}
    update = min(updates, *(one.done for one in pair.values())) // EVERY * EVERY
    twins = {name: _looked_at(one, hidden[name], update) for name, one in pair.items()}
    least = min(twin.arithmetic for twin in twins.values())
    fair_at = {
        name: int(update * least / twin.arithmetic) // EVERY * EVERY
        for name, twin in twins.items()
    }
    x = np.linspace(LOW, HIGH, 401)
    return Result(
        crests,
        budget,
        depth,
        updates,
        update,
        x,
        curve(crests, x),
        pair[WIDE].x,
        twins,
        _duel(crests, update, pair, dict.fromkeys(TWINS, update)),
        _duel(crests, update, pair, fair_at),
        fair_at,
        _duels(hidden, updates),
        {name: one.pieces for name, one in pair.items() if one.pieces is not None},
    )


def _looked_at(one: TwinTraining, hidden: tuple[int, ...], update: int) -> Twin:
    shot, seen = one.at(update), one.until(update)
    straight = one.straight(shot.params)
    kinks = np.concatenate(([LOW], straight.kinks, [HIGH]))
    y = outputs(one.problem, shot.params[None], kinks[:, None])[0, :, 0]
    quartiles = np.percentile([look.loss for look in seen], (25, 50, 75), axis=1)
    is_end = one.pieces is not None and update == one.done
    pieces = one.pieces if is_end else np.array([straight.pieces])
    assert pieces is not None
    return Twin(
        hidden,
        parameters(hidden),
        arithmetic(hidden),
        shot.loss,
        shot.low,
        shot.high,
        kinks,
        y,
        straight.layers,
        pieces,
        np.concatenate(([[look.update for look in seen]], quartiles)),
    )


def _duel(crests: int, update: int, pair: dict[str, TwinTraining], at: dict[str, int]) -> Duel:
    wide, deep = (pair[name].at(at[name]).loss for name in TWINS)
    return Duel(crests, update, wide, deep, ratio(deep, wide))


def _duels(hidden: dict[str, tuple[int, ...]], updates: int) -> dict[int, Duel]:
    """Return the duels on all curves whose twins have begun, each as far as both got."""
    found = {}
    for crests in range(1, MAX_CRESTS + 1):
        pair = {name: POPULATIONS.known(TwinConfig(crests, hidden[name])) for name in TWINS}
        people = {name: one for name, one in pair.items() if one is not None}
        done = min((one.done for one in people.values()), default=0)
        if len(people) == len(TWINS) and (done >= EVERY or updates < EVERY):
            update = min(updates, done) // EVERY * EVERY
            found[crests] = _duel(crests, update, people, dict.fromkeys(TWINS, update))
    return found


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, crests: int, budget: int, depth: int, updates: int
) -> Iterator[Step | None]:
    """Train both twins to the end, on this curve first, then on all others; see `compute`."""
    hidden = hidden_of(budget, depth)
    curves = (crests, *(k for k in range(1, MAX_CRESTS + 1) if k != crests))
    each, reported_s = LENGTH // EVERY, time.monotonic()

    def now(done: int, note: str) -> Step:
        result = compute(crests, budget, depth, updates)
        return Step(done, each * len(curves), result, note)

    for place, wild in enumerate(curves):
        pair = tuple(POPULATIONS.get(TwinConfig(wild, hidden[name])) for name in TWINS)
        for is_further in advance_together(pair, LENGTH, is_interrupted):
            if not is_further:
                yield None
            elif pair[0].done == pair[1].done and time.monotonic() - reported_s > SAY_S:
                reported_s = time.monotonic()
                done = min(one.done for one in pair) // EVERY
                note = ngettext("training on {count} crest", "training on {count} crests", wild)
                yield now(place * each + done, note)
        if not place:
            for one in pair:
                yield from one.count(is_interrupted)
    yield now(each * len(curves), _("done"))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about budgets and pieces, beside what is counted here."""
    wide, deep = (result.twins[name] for name in TWINS)
    return (
        claim_rows.pieces_row(
            wide.hidden, result.counted.get(WIDE), deep.hidden, result.counted.get(DEEP)
        ),
        claim_rows.fewer_row(wide.hidden, deep.hidden),
    )


@with_knobs_of(compute)
def numpy_code(crests: int, budget: int, depth: int, updates: int) -> str:
    """Return a program that trains both twins by hand from a few seeds; see `compute`."""
    wide, deep = (list(hidden) for hidden in hidden_of(budget, depth).values())
    return program(
        "width_or_depth_numpy",
        WIDE=wide,
        DEEP=deep,
        SPEED=speed(crests),
        UPDATES=updates,
        SAMPLES=SAMPLES,
        SEEDS=3,
        RATE=RATE,
        BATCH=BATCH,
    )


@with_knobs_of(compute)
def lab_spec(crests: int, budget: int, depth: int) -> LabSpec:
    """Return the lab that trains the deep twin; raises LabError for other than three crests."""
    if crests != LAB_CRESTS:
        raise LabError(
            _(
                "the lab's wave has {known} crests, this curve has {crests}",
                known=LAB_CRESTS,
                crests=crests,
            )
        )
    return TwinConfig(crests, hidden_of(budget, depth)[DEEP]).spec
