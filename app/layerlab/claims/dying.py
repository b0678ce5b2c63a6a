"""Dead units: who dies, who is dead at initialization, who comes back."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, D, Judgement
from layerlab.claims.figures import percent
from layerlab.claims.populations import initial_params, lab, population
from layerlab.core.cures import NETS
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_clauses
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.translation import _, ngettext
from layerlab.nets.engines.numpy_ import Trainer, forward
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.studies.collapse import (
    BAND,
    LAYERS,
    MAX_RANGE,
    UPDATES,
    WIDTHS,
    CollapseConfig,
    as_published,
    dead_units,
    is_constant,
)
from layerlab.nets.studies.collapse import RATES as ADAM_RATES

Array = np.ndarray
RATES = (0.03, 0.1, 0.3, 1.0)
LOOKS = 25  # updates between two looks
SEEN = 0.01  # of units that die: with fewer there is nothing to compare


def dead(spec: LabSpec, params: Array) -> list[Array]:
    """Return which units have derivative 0 on every training input, by layer. (seeds, units)"""
    problem = problem_of(spec)
    return dead_units(problem, params, problem.x)


def _wave(activation: str, train: TrainSpec) -> LabSpec:
    return lab("wave", NetSpec(hidden=(16, 16), activation=activation), train)


# ---- D24: leaky ReLU


class Died(NamedTuple):
    """Share of dead units of ReLU and of leaky ReLU; of leaky ones below 0 everywhere.

    The last is nan where it is not looked at.
    """

    relu: float
    leaky: float
    flat: float = math.nan


def _measure_leaky(ctx: Context) -> Died:
    shares, flat = [], 0.0
    for k, name in enumerate(("relu", "leaky-relu")):
        spec = _wave(name, TrainSpec(rate=0.1))
        params = population(ctx.part(k, 2), spec, ctx.sample_size(64, 16))[-1].params
        shares.append(float(np.mean([d.mean() for d in dead(spec, params)])))
        if name == "leaky-relu":
            normalized = forward(problem_of(spec), params, problem_of(spec).x).n[:-1]
            flat = float(np.mean([(n <= 0).all(axis=1).mean() for n in normalized]))
    return Died(shares[0], shares[1], flat)


def _judge_leaky(n: Died) -> Judgement:
    measured = _(
        "ReLU {relu} dead, leaky {leaky}", relu=percent(n.relu), leaky=percent(n.leaky)
    )
    why = _(
        "where {relu} of ReLU's units end with derivative 0 on every input, "
        "{leaky} of leaky ReLU's do, though {flat} are on their flat "
        "side everywhere and get a hundredth of the gradient",
        relu=percent(n.relu),
        leaky=percent(n.leaky),
        flat=percent(n.flat),
    )
    if n.relu < SEEN:
        return Judgement.not_reproduced(
            measured, _("too few of ReLU's units die to compare: {why}", why=why)
        )
    return Judgement.holds(measured, why) if n.leaky == 0 else Judgement.wrong(measured, why)


# ---- D33: coming back


class Fates(NamedTuple):
    """By rate: units found dead and alive again later, by layer; share dead in the end.

    Networks that became NaN or infinite are counted as `lost`, and nowhere else.
    """

    found: dict[float, list[int]]
    back: dict[float, list[int]]
    last: dict[float, float]
    lost: int


def _measure_fates(ctx: Context) -> Fates:
    found: dict[float, list[int]] = {}
    back: dict[float, list[int]] = {}
    last: dict[float, float] = {}
    lost = 0
    for k, rate in enumerate(RATES):
        seeds = ctx.sample_size(64, 16)
        train = TrainSpec(optimizer="sgd", rate=rate, updates=1000, seeds=seeds)
        looks, is_finite = _looks(ctx.part(k, len(RATES)), _wave("relu", train))
        ever = np.logical_or.accumulate(looks)  # (looks, layers, seeds, units)
        again = (ever[:-1] & ~looks[1:]).any(0)[:, is_finite]
        found[rate] = ever[-1][:, is_finite].sum((1, 2)).tolist()
        back[rate] = again.sum((1, 2)).tolist()
        last[rate] = float(looks[-1][:, is_finite].mean())
        lost += int((~is_finite).sum())
    return Fates(found, back, last, lost)


def _looks(ctx: Context, spec: LabSpec) -> tuple[Array, Array]:
    """Return which units are dead at each look, and which networks stay finite.

    By the engine to read, because the others end a run of which one network explodes.
    """
    problem = problem_of(spec)
    trainer, looks = Trainer(problem, initialize(problem)), []
    with np.errstate(all="ignore"):
        while trainer.update < problem.length:
            if trainer.update % LOOKS == 0:
                ctx.step(trainer.update, problem.length)
                looks.append(dead(spec, trainer.params))
            trainer.step()
        looks.append(dead(spec, trainer.params))
    return np.array(looks), np.isfinite(trainer.params).all(1)


def _judge_fates(n: Fates) -> Judgement:
    found, back = (np.sum(list(v.values()), axis=0) for v in (n.found, n.back))
    shares = ", ".join(
        _("{share} at {rate:g}", share=percent(share), rate=rate)
        for rate, share in n.last.items()
    )
    measured = _(
        "back: {first_back} of {first_found} in layer 1, {second_back} of {second_found} in "
        "layer 2",
        first_back=back[0],
        first_found=found[0],
        second_back=back[1],
        second_found=found[1],
    )
    why = _(
        "of the units found dead {first_back} of {first_found} in layer 1 and {second_back} of "
        "{second_found} in layer 2 were alive later; in the end {shares} are dead",
        first_back=back[0],
        first_found=found[0],
        second_back=back[1],
        second_found=found[1],
        shares=shares,
    )
    if n.lost:
        why = ngettext(
            "{fates} ({count} network exploded)",
            "{fates} ({count} networks exploded)",
            n.lost,
            fates=why,
        )
    grows = all(a < b for a, b in itertools.pairwise(n.last.values()))
    conditions = []
    if back[0] == 0 and back[1]:
        conditions.append(_("nothing below the unit learns, as in the first layer"))
    if not grows:
        conditions.append(_("the rates are far apart"))
    if back[0] or n.last[RATES[-1]] <= n.last[RATES[0]]:
        return Judgement.wrong(measured, why)
    if conditions:
        return Judgement.holds_only_if(joined_clauses(conditions), measured, why)
    return Judgement.holds(measured, why)


# ---- L2: dead at initialization


class Collapsed(NamedTuple):
    """Share of constant networks by width: at initialization, and trained at two rates."""

    initial: list[float]
    trained: dict[float, list[float]]
    nets: int


def _measure_collapse(ctx: Context) -> Collapsed:
    found = Collapsed([], {rate: [] for rate in ADAM_RATES}, ctx.sample_size(NETS, 60))
    parts = iter(ctx.part(k, 8) for k in range(8))
    for width in WIDTHS:
        specs = [CollapseConfig("He", width, LAYERS, rate).spec for rate in ADAM_RATES]
        first = initial_params(specs[0], ctx.sample_size(NETS, 500))
        found.initial.append(float(is_constant(problem_of(specs[0]), first, 0.0).mean()))
        for spec, nets in zip(specs, (found.nets, found.nets // 4), strict=True):
            end = population(next(parts), spec, nets)[-1].params
            share = float(is_constant(problem_of(spec), end, MAX_RANGE).mean())
            found.trained[spec.train.rate].append(share)
    return found


def _judge_collapse(n: Collapsed) -> Judgement:
    slow, quick = ADAM_RATES
    shares = {rate: ", ".join(map(percent, dead)) for rate, dead in n.trained.items()}
    initial = ", ".join(map(percent, n.initial))
    measured = _(
        "{trained}; at initialization {initial}", trained=shares[slow], initial=initial
    )
    why = _(
        "of {nets} networks of width {widths} {initial} "
        "are constant at initialization, {slow_shares} after {updates} updates of Adam at "
        "{slow:g}, and {quick_shares} (of {fewer_nets}) at {quick:g}, which kills more",
        nets=grouped(n.nets),
        widths=", ".join(map(str, WIDTHS)),
        initial=initial,
        slow_shares=shares[slow],
        updates=UPDATES,
        slow=slow,
        quick_shares=shares[quick],
        fewer_nets=n.nets // 4,
        quick=quick,
    )
    if as_published(n.trained[slow]):
        return Judgement.holds(measured, why)
    if as_published(n.initial):
        return Judgement.holds_only_if(
            _("networks are counted at initialization"), measured, why
        )
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D24",
        D,
        _("Leaky ReLU with slope 0.01 has no dead neurons."),
        published=_("none"),
        page="activations",
        tolerance=_(
            "where at least 1 % of ReLU's units die (derivative 0 on every training "
            "input; 64 networks, wave, 16-16, Adam 0.1), not one of leaky ReLU's does"
        ),
        measure=_measure_leaky,
        judge=_judge_leaky,
    ),
    Claim(
        "D33",
        D,
        _("A dead ReLU never recovers, and more die at large rates."),
        published=_("never; more"),
        page="gating",
        tolerance=_(
            "not one of the units found dead (16-16, wave, SGD 0.03 to 1, 64 networks a "
            "rate, looked at every {looks} of 1\u202f000 updates) is alive later, in either "
            "layer; the share that is dead in the end grows with every step of the rate",
            looks=LOOKS,
        ),
        measure=_measure_fates,
        judge=_judge_fates,
    ),
    Claim(
        "L2",
        _("Lu et al. 2019 (arXiv 1903.06733)"),
        _(
            "ReLU networks of ten layers that are to learn |x| collapse to a constant in over "
            "90 % of 1\u202f000 runs at width 2, about 60 % at width 3, over 10 % at width 5, "
            "under 1 % at width 10."
        ),
        published="> 90 %, 60 %, > 10 %, < 1 %",
        page="dead-at-initialization",
        tolerance=_(
            "shares of {nets} networks that are constant after {updates} "
            "updates of Adam: over 90 %, within {band:g} points of 60 %, 10 to 20 %, "
            "under 1 %",
            nets=grouped(NETS),
            updates=UPDATES,
            band=BAND * 100,
        ),
        measure=_measure_collapse,
        judge=_judge_collapse,
    ),
)
