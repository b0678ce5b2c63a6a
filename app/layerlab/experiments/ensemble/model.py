"""Ensembles: the fan of one draw, what many draws show, and the formula. No Qt."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.claims import claim
from layerlab.claims.ensembles import RHO, Ensembles, K
from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.numbers import number
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.experiments.ensemble.draw_statistics import (
    DrawStatistics,
    found_in,
    look_at,
    may_be_random,
    unseen,
)
from layerlab.experiments.ensemble.names import (
    ARCHITECTURE,
    BOOTSTRAP,
    DRAWS,
    EDGE,
    KINDS,
    SEED,
)
from layerlab.experiments.ensemble.training import (
    ARCHITECTURES,
    POPULATIONS,
    POSITIONS,
    RATE,
    SAMPLES,
    UPDATES,
    EnsembleConfig,
    early,
    first,
)
from layerlab.nets.engines.ready import wait_for_kernels
from layerlab.nets.ensembles import mean_variance, simulated_variance
from layerlab.nets.printed import program
from layerlab.nets.problem import load_data

Array = np.ndarray
COPIED = 16  # draws of the data in the program that is copied
SAY_S = 0.2  # from one picture to the next while it trains


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        setting: what is trained. k: networks that are averaged.
        x: (p,) positions. truth: (p,) the curve.
        points: (N, 2) of the draw that is shown. draw: its number, from 0.
        fan: (k, p) what its networks predict; fewer until they are trained.
        at: index of the x at which two networks are compared.
        pairs: (draws, 2) what the first two networks of each draw predict there.
        found: by kind, what many draws show so far; without those of which too few are done.
    """

    setting: EnsembleConfig
    k: int
    x: Array
    truth: Array
    points: Array
    draw: int
    fan: Array
    at: int
    pairs: Array
    found: dict[str, DrawStatistics]

    @property
    def here(self) -> DrawStatistics | None:
        """What many draws show of the kind that is chosen, if enough of them are done."""
        return self.found.get(self.setting.kind)


def compute(
    k: int = 10,
    kind: str = SEED,
    noise: float = 0.3,
    width: int = 16,
    task: str = "wave",
    draw: tuple[float, ...] = (1.0,),
    at: tuple[float, ...] = (0.4,),
) -> Result:
    """Return one draw's networks, and what all that are trained so far show.

    Args:
        k: networks of an ensemble. kind: of `KINDS`, by what they differ.
        noise: of the points. width: of the networks. task: the curve.
        draw: number of the draw that is shown, from 1; the first if none.
        at: where two networks are compared; the middle if none.

    Raises:
        LabError: more than one draw or position.
    """
    if len(draw) > 1:
        raise LabError(_("{given} draws are given, the page shows one", given=len(draw)))
    if len(at) > 1:
        raise LabError(_("{given} positions are given, the page shows one", given=len(at)))
    setting = EnsembleConfig(task, noise, width, kind)
    shown = number_of(draw)
    place = int(np.abs(POSITIONS - (at[0] if at else 0.0)).argmin())
    data, truth = load_data(setting.spec(shown).task), truth_of(setting)
    people = POPULATIONS.known(setting)
    pairs = np.zeros((0, 2)) if people is None else people.predictions[:, :2, place]
    found = {}
    for other in KINDS:
        others = POPULATIONS.known(EnsembleConfig(task, noise, width, other))
        seen = None if others is None else found_in(others)
        if seen is not None:
            found[other] = seen
    return Result(
        setting,
        k,
        POSITIONS,
        truth,
        np.column_stack([data.x[:, 0], data.y[:, 0]]),
        shown,
        first(setting, shown, k).astype(float),
        place,
        pairs.astype(float),
        found,
    )


def number_of(draw: tuple[float, ...]) -> int:
    """Return the number of the draw that is shown, from 0."""
    return min(max(round(draw[0]) if draw else 1, 1), DRAWS) - 1


@functools.lru_cache(maxsize=8)
def _truth(task: str) -> Array:
    truth = load_data(EnsembleConfig(task, 0.0, 2, SEED).spec(0).task).truth
    assert truth is not None  # a generated task
    return truth(POSITIONS[:, None])[:, 0]


def truth_of(setting: EnsembleConfig) -> Array:
    """Return the curve under a setting's points, at `POSITIONS`."""
    return _truth(setting.task)


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask,
    k: int,
    kind: str,
    noise: float,
    width: int,
    task: str,
    draw: tuple[float, ...],
    at: tuple[float, ...],
) -> Iterator[Step | None]:
    """Train the networks of all draws, of the kind that is chosen first; see `compute`."""
    kinds, reported_s = (kind, *(other for other in KINDS if other != kind)), time.monotonic()
    total = DRAWS * len(kinds)
    yield from wait_for_kernels(is_interrupted)
    for _net in early(EnsembleConfig(task, noise, width, kind), number_of(draw)).reach(k):
        if is_interrupted():
            yield None
    for place, other in enumerate(kinds):
        one = POPULATIONS.get(EnsembleConfig(task, noise, width, other))
        for is_further in one.advance(is_interrupted):
            if not is_further:
                yield None
            elif one.done == DRAWS or time.monotonic() - reported_s > SAY_S:
                reported_s = time.monotonic()
                look_at(one)
                result = compute(k, kind, noise, width, task, draw, at)
                yield Step(
                    place * DRAWS + one.done, total, result, _("draws, by {kind}", kind=other)
                )
        look_at(one)
    yield Step(total, total, compute(k, kind, noise, width, task, draw, at), _("done"))


# ---- claims


@functools.cache
def simulated() -> float:
    """Return the variance of the mean of the claim's predictors, drawn at random."""
    return simulated_variance(K, RHO)


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claim about the variance of a mean, simulated and of these networks."""
    here, row = result.here, claim("E13")
    if here is None or here.bootstrap is None:
        done = 0 if here is None else here.draws
        why = _(
            "the networks of {done} of {draws} draws are trained so far", done=done, draws=DRAWS
        )
        return (row.pending(why),)
    k, drawn = result.k, simulated()
    predicted, seen = here.predicted(k), here.seen(k)
    by_chance = may_be_random(here.bootstrap, k)
    other = unseen(here.bootstrap, k)
    fields = {
        "drawn": number(drawn, 4),
        "formula": number(mean_variance(K, RHO), 3),
        "rho": number(here.half.rho, 3),
        "predicted": number(predicted, 3),
        "k": k,
        "seen": number(seen, 3),
        "unseen": number(other.seen, 3),
        "low": number(other.low, 3),
        "high": number(other.high, 3),
        "expected": number(other.predicted, 3),
    }
    why = _(
        "simulated predictors have {drawn} v (formula {formula}); v and ρ = {rho} of half of "
        "the networks predict {predicted} v for means of {k} of the other half, which have "
        "{seen} v; on draws that were not looked at {unseen} v, {low} to {high}, where "
        "{expected} is predicted",
        **fields,
    )
    if rhos := _rhos(result):
        why = _(
            "simulated predictors have {drawn} v (formula {formula}); v and ρ = {rho} of half "
            "of the networks predict {predicted} v for means of {k} of the other half, which "
            "have {seen} v; on draws that were not looked at {unseen} v, {low} to {high}, "
            "where {expected} is predicted; ρ is {rhos}",
            rhos=rhos,
            **fields,
        )
    where = _(
        "{draws} draws of {task} at this noise and width, K = {k}",
        draws=DRAWS,
        task=result.setting.task,
        k=k,
    )
    measured = _(
        "{drawn} v simulated, {seen} v of networks",
        drawn=number(drawn, 4),
        seen=number(seen, 3),
    )
    simulation = {(K, RHO): (drawn, mean_variance(K, RHO))}
    numbers = Ensembles(simulation, seen, predicted, here.half.rho, by_chance)
    return (row.row(numbers, measured=measured, why=why, here=where),)


def _rhos(result: Result) -> str:
    """Return in words how the correlation depends on what networks differ by."""
    bootstraps = {kind: found.bootstrap for kind, found in result.found.items()}
    rhos = {kind: one.rho for kind, one in bootstraps.items() if one is not None}
    if len(rhos) < 2:
        return ""
    return ", ".join(
        _(
            "{middle} by {kind} ({low} to {high})",
            middle=number(rho.middle, 2),
            kind=kind,
            low=number(rho.low, 2),
            high=number(rho.high, 2),
        )
        for kind, rho in rhos.items()
    )


# ---- programs and the lab


@with_knobs_of(compute)
def numpy_code(k: int, kind: str, noise: float, width: int, task: str) -> str:
    """Return a program that trains ensembles on many draws by hand; see `compute`."""
    recipes = ARCHITECTURES if kind == ARCHITECTURE else ARCHITECTURES[:1]
    return program(
        "ensemble_numpy",
        K=k,
        BOOTSTRAP=kind == BOOTSTRAP,
        TASK=task,
        NOISE=noise,
        DRAWS=COPIED,
        SAMPLES=SAMPLES,
        UPDATES=UPDATES,
        RATE=RATE,
        EDGE=EDGE,
        ARCHITECTURES=[
            [name, init, [width * times for times in widths]] for name, init, widths in recipes
        ],
    )


@with_knobs_of(compute)
def lab_spec(
    k: int, kind: str, noise: float, width: int, task: str, draw: tuple[float, ...]
) -> LabSpec:
    """Return the lab that trains the draw's K networks.

    Raises:
        LabError: networks that differ by more than their seed.
    """
    if kind != SEED:
        raise LabError(
            _(
                "the lab's networks differ by their seed alone, these differ by {kind}",
                kind=kind,
            )
        )
    return EnsembleConfig(task, noise, width, kind).spec(number_of(draw), seeds=k)
