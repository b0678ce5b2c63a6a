"""Parameters that are scaled, or absorbed by others: what stays the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as with_fields
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, C, Claim, Context, E, Judgement
from layerlab.claims.figures import exponent, figure, listed
from layerlab.claims.linear import relative
from layerlab.claims.populations import lab, trained_from
from layerlab.core.errors import NotFiniteError
from layerlab.core.phrases import joined_by_and, joined_by_or
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import backward, forward, training_loss
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
EXACT = 1e-12  # relative
NETS = 16
SCALES = (0.5, 1.0, 2.0, 4.0, 8.0)  # of the hidden layers
OUTPUTS = 0.01  # relative: eps is under the root
FLAT = 0.25  # the exponent of what does not depend on the scale


# ---- C6: b and c of a second expansion

WIDTH = 5  # units of the second expansion; each has an expansion of its own below


class TwoExpansions(NamedTuple):
    """h = a1 s(b1 x + c1) + d1; v = a2 s(b2 h + c2) + d2, with skips or not; a3 v + d3.

    Attributes:
        a1: (WIDTH, WIDTH), from a term to a unit. a2: likewise. a3: (WIDTH,). d3: a number.
        b1, c1, d1, b2, c2, d2: (WIDTH,).
    """

    a1: Array
    b1: Array
    c1: Array
    d1: Array
    a2: Array
    b2: Array
    c2: Array
    d2: Array
    a3: Array
    d3: float


# Where a skip begins and ends, and so what is added to v.
SKIPS: dict[str, Callable[[Array, Array], Array]] = {
    "none": lambda x, h: 0 * h,
    "both": lambda x, h: x + 0 * h,
    "second": lambda x, h: h,
}


def _drawn(seed: int) -> TwoExpansions:
    rng = np.random.default_rng(seed)
    row = [rng.standard_normal(WIDTH) for _k in range(7)]
    square = rng.standard_normal((2, WIDTH, WIDTH))
    b2 = rng.uniform(0.5, 2, WIDTH)
    return TwoExpansions(
        square[0], row[0], row[1], row[2], square[1], b2, row[3], row[4], row[5], row[6][0]
    )


def _output(n: TwoExpansions, activation: str, skip: str, x: Array) -> Array:
    """Return what it makes of inputs. (points, 1) -> (points,)"""
    s = ACTIVATIONS[activation]
    h = s(n.b1 * x + n.c1) @ n.a1 + n.d1
    v = s(n.b2 * h + n.c2) @ n.a2 + n.d2 + SKIPS[skip](x, h)
    return np.asarray(v @ n.a3 + n.d3)


def absorbed(n: TwoExpansions, skip: str) -> TwoExpansions:
    """Return the same function with b2 = 1 and c2 = 0.

    The expansion below gives b2 h + c2 at once. Where h goes around the second one too, that
    becomes b2 v + c2 (a2 and d2 times b2), which the layer above undoes; b2 is not 0.
    """
    moved = n._replace(
        a1=n.a1 * n.b2, d1=n.d1 * n.b2 + n.c2, b2=np.ones(WIDTH), c2=np.zeros(WIDTH)
    )
    if skip != "second":
        return moved
    a3 = n.a3 / n.b2
    return moved._replace(a2=n.a2 * n.b2, d2=n.d2 * n.b2, a3=a3, d3=n.d3 - float(n.c2 @ a3))


class Absorbed(NamedTuple):
    """Largest relative changes of outputs, by activation, for each of `SKIPS`.

    Attributes:
        skips: by the skip, then by activation.
        scaled: of b s(h + c / b) against s(b h + c), by activation: b moved to the other side.
        next: b and c of the layer after, where it has a skip too, each made 1 and 0 before: by
            how much they differ from these once the first layer's are absorbed.
    """

    skips: dict[str, dict[str, float]]
    scaled: dict[str, float]
    next: float


def _measure_absorbed(ctx: Context) -> Absorbed:
    x = np.linspace(-2, 2, 64)[:, None]
    nets = [_drawn(seed) for seed in range(NETS)]
    names = [entry.key for entry in ACTIVATIONS]
    found = {
        skip: {
            name: max(
                relative(_output(absorbed(n, skip), name, skip, x), _output(n, name, skip, x))
                for n in nets
            )
            for name in names
        }
        for skip in SKIPS
    }
    scaled = {}
    for name in names:
        s = ACTIVATIONS[name]
        scaled[name] = max(
            relative(n.b2 * s(x + n.c2 / n.b2), s(n.b2 * x + n.c2)) for n in nets
        )
    # A layer after with b3 = 1, c3 = 0 sees v = (v' - c2) / b2: so b3' = 1 / b2.
    after = min(float(np.abs(1 / n.b2 - 1).max()) for n in nets)
    return Absorbed(found, scaled, after)


def _judge_absorbed(n: Absorbed) -> Judgement:
    worst = {skip: max(off.values()) for skip, off in n.skips.items()}
    measured = _("outputs differ by {off}", off=figure(max(worst.values())))
    homogeneous = [name for name, off in n.scaled.items() if off <= EXACT]
    why = _(
        "for {count} activations outputs change by {none} without skips, by {both} with one "
        "around both expansions and by {second} with one around the second, which the layer "
        "above then undoes; of residual layers in a row that is possible for one: b of the "
        "next then differs from 1 by {next} or more; b alone can move to the other side of "
        "{homogeneous}",
        count=len(n.scaled),
        none=figure(worst["none"]),
        both=figure(worst["both"]),
        second=figure(worst["second"]),
        next=figure(n.next),
        homogeneous=joined_by_and(homogeneous),
    )
    exact = [name for name in n.scaled if all(off[name] <= EXACT for off in n.skips.values())]
    if len(exact) == len(n.scaled):
        return Judgement.holds(measured, why)
    if exact:
        return Judgement.holds_only_if(
            _("the activation is {names}", names=joined_by_or(exact)), measured, why
        )
    return Judgement.wrong(measured, why)


# ---- E21: layer norm and the rate

SEEDS, UPDATES = 8, 100
POWERS = range(-19, 4)  # of 2: rates
FIRST_RATE = 1e-6  # of the step whose angle is looked at


class StableRates(NamedTuple):
    """By scale of the hidden layers, with and without layer norm.

    Attributes:
        outputs: largest change at initialization, relative, with the norm.
        rates: the largest stable rate. angles: of the first step, over those at scale 1.
    """

    outputs: float
    rates: dict[bool, list[float]]
    angles: dict[bool, list[float]]


def stretched(problem: Problem, scale: float) -> State:
    """Return the initial networks, weights and biases of the hidden layers times a number."""
    start, layout = initialize(problem), problem.layout
    params = start.params.copy()
    params[:, : layout.offset(layout.layers - 1)] *= params.dtype.type(scale)
    return with_fields(start, params=params)


def _spec(is_normed: bool) -> LabSpec:
    net = NetSpec(hidden=(12, 12), layer_norm=is_normed)
    train = TrainSpec(optimizer="sgd", batch="full", updates=UPDATES, seeds=SEEDS)
    return lab("wave", net, train, samples=48, validation=0.0)


def _is_stable(ctx: Context, spec: LabSpec, scale: float) -> bool:
    """Return whether no network diverges and the median loss falls."""
    problem = problem_of(spec)
    start = stretched(problem, scale)
    try:
        end = trained_from(ctx, spec, start)
    except NotFiniteError:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        before, after = (training_loss(problem, s.params.astype(float)) for s in (start, end))
    return bool(np.median(after) < np.median(before))


def _largest_rate(ctx: Context, is_normed: bool, scale: float) -> float:
    """Return the largest stable rate of `POWERS`, by halving the range."""
    low, high = 0, len(POWERS)  # stable at low, as far as is known, and not at high
    while high - low > 1:
        middle = (low + high) // 2
        spec = edit(_spec(is_normed), "train.rate", 2.0 ** POWERS[middle])
        low, high = (middle, high) if _is_stable(ctx, spec, scale) else (low, middle)
    return float(2.0 ** POWERS[low])


def _first_step(is_normed: bool, scale: float) -> tuple[Array, Array]:
    """Return outputs before training, and by what angle a step turns the hidden layers.

    Returns:
        (seeds, points, 1) and (seeds,) in radians.
    """
    problem = problem_of(edit(_spec(is_normed), "train.dtype", "float64"))
    params = stretched(problem, scale).params
    hidden = slice(0, problem.layout.offset(problem.layout.layers - 1))
    cache = forward(problem, params, problem.x)
    d_out = problem.loss.gradient(cache.h[-1], problem.y)
    old = params[:, hidden]
    step = FIRST_RATE * backward(problem, params, cache, d_out).params[:, hidden]
    length = np.linalg.norm(old, axis=1, keepdims=True)
    across = step - (step * old).sum(1, keepdims=True) / length**2 * old
    return cache.h[-1], np.linalg.norm(across, axis=1) / length[:, 0]


def _measure_rates(ctx: Context) -> StableRates:
    rates: dict[bool, list[float]] = {True: [], False: []}
    angles: dict[bool, list[float]] = {True: [], False: []}
    outputs, parts = 0.0, 2 * len(SCALES)
    for j, is_normed in enumerate((True, False)):
        first, angle = _first_step(is_normed, 1.0)
        for k, scale in enumerate(SCALES):
            part = ctx.part(j * len(SCALES) + k, parts)
            rates[is_normed].append(_largest_rate(part, is_normed, scale))
            out, turned = _first_step(is_normed, scale)
            angles[is_normed].append(float(np.median(turned / angle)))
            if is_normed:
                outputs = max(outputs, relative(out, first))
    return StableRates(outputs, rates, angles)


def _judge_rates(n: StableRates) -> Judgement:
    grows = {is_normed: exponent(SCALES, rates) for is_normed, rates in n.rates.items()}
    turns = {is_normed: exponent(SCALES, angles) for is_normed, angles in n.angles.items()}
    measured = _(
        "rates {rates} with the norm, {plain} without",
        rates=listed(n.rates[True]),
        plain=listed(n.rates[False]),
    )
    why = _(
        "at hidden layers times {scales} outputs change by {outputs} with the norm; the "
        "largest stable rate goes with the power {stable:.2f} of the scale, without the norm "
        "{stable_plain:.2f}; the angle by which one rate turns the weights with the power "
        "{turn:.2f}, without the norm {turn_plain:.2f}",
        scales=listed(SCALES),
        outputs=figure(n.outputs),
        stable=grows[True],
        stable_plain=grows[False],
        turn=turns[True],
        turn_plain=turns[False],
    )
    if n.outputs > OUTPUTS or abs(grows[True]) > FLAT:
        return Judgement.wrong(measured, why)
    if abs(turns[True]) > FLAT:
        condition = _("stability is meant, not how far a step of one rate turns the weights")
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.holds(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "C6",
        C,
        _(
            "Where an expansion follows on another one, b₂ = 1 and c₂ = 0 without loss of "
            "generality."
        ),
        published=_("exact"),
        page="basis",
        tolerance=_(
            "with b₂ and c₂ moved into the expansion below, outputs are equal within "
            "{exact:g}, relative, for every activation of the lab and {nets} networks: without "
            "skips, with a skip around both layers, and with one around the second alone",
            exact=EXACT,
            nets=NETS,
        ),
        measure=_measure_absorbed,
        judge=_judge_absorbed,
    ),
    Claim(
        "E21",
        E,
        _(
            "Layer norm decouples the learning rate from the scale of the weights: neither "
            "outputs nor the largest stable rate depend on it."
        ),
        published=NO_FIGURE,
        page="layer-norm",
        tolerance=_(
            "hidden layers times {least:g} to {most:g}: outputs at initialization change by at "
            "most {outputs:g} %, and the largest stable rate of SGD and the angle of its first "
            "step have exponents within {flat:g} of 0 in the scale",
            least=SCALES[0],
            most=SCALES[-1],
            outputs=OUTPUTS * 100,
            flat=FLAT,
        ),
        measure=_measure_rates,
        judge=_judge_rates,
    ),
)
