"""What can be represented, and what is found."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import A, B, Claim, Context, Judgement
from layerlab.claims.figures import difference, exponent, figure, percent, summary
from layerlab.claims.pieces import pieces_of
from layerlab.claims.populations import lab, population, training_loss, validation_loss
from layerlab.core.phrases import joined_by_and, joined_clauses
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.folding import folded, one_layer
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import problem_of
from layerlab.nets.studies.gates import DIMENSIONS, Flips, watch
from layerlab.nets.studies.sawtooth import built_wide, least_loss

Array = np.ndarray
SEEDS = 64
FOUND = 0.001  # a loss below is as good as found
FOLDS = 3  # of the sawtooth: eight pieces over [-1, 1]


def _sawtooth(hidden: tuple[int, ...], **points: float) -> LabSpec:
    train = TrainSpec(updates=2500)
    return lab("sawtooth", NetSpec(hidden=hidden), train, **{"noise": 0.0, **points})


# ---- A4: gates

UPDATES, LOOKED_AT = 400, 40  # of each training
SPARSE = 0.25  # of the gates active, at most; half are at initialization, by symmetry alone


def _measure_gates(ctx: Context) -> dict[int, Flips]:
    """Return by input dimension how many gates flip in an update, and are active at the end."""
    found = {}
    for k, inputs in enumerate(DIMENSIONS):
        part = ctx.part(k, len(DIMENSIONS))
        seeds = ctx.sample_size(8, 2)
        for update, flips in enumerate(watch(inputs, seeds, UPDATES, LOOKED_AT)):
            part.step(update, UPDATES)
            if flips is not None:
                found[inputs] = flips
    return found


def _judge_gates(n: dict[int, Flips]) -> Judgement:
    low, high = DIMENSIONS[0], DIMENSIONS[-1]
    few, many, is_active = n[low].share, n[high].share, n[high].is_active
    measured = _(
        "{is_active} active; {many} flip at {high} inputs, {few} at {low}",
        is_active=percent(is_active),
        many=percent(many),
        high=high,
        few=percent(few),
        low=low,
    )
    text = ", ".join(
        _("{share} at {inputs}", share=percent(flips.share), inputs=inputs)
        for inputs, flips in n.items()
    )
    grown = exponent(n, [flips.share for flips in n.values()])
    why = _(
        "in an update {shares} inputs of the gates flip, which grows with the power "
        "{power:.2f} of the inputs; {is_active} are active in the end",
        shares=text,
        power=grown,
        is_active=percent(is_active),
    )
    is_rare, falls, is_sparse = many < 0.01, many <= few / 2, is_active <= SPARSE
    if is_rare and falls and is_sparse:
        return Judgement.holds(measured, why)
    conditions = []
    if not falls:
        conditions.append(_("high dimension is not taken as the reason"))
    if not is_sparse:
        conditions.append(
            _("sparse allows for {is_active} active gates", is_active=percent(is_active))
        )
    if is_rare:
        return Judgement.holds_only_if(joined_clauses(conditions), measured, why)
    return Judgement.wrong(measured, why)


# ---- A5: three things

NETS = {"2-2-2": (2, 2, 2), "8": (8,), "64": (64,)}


class Three(NamedTuple):
    """By network: pieces it can have, parameters, losses of trained seeds."""

    pieces: dict[str, int]
    parameters: dict[str, int]
    losses: dict[str, Array]


def _built(hidden: tuple[int, ...]) -> Array:
    """Return weights of many pieces: the fold, or one kink for each neuron of one layer."""
    if len(hidden) > 1:
        return folded(hidden[0], len(hidden))
    places = np.arange(hidden[0]) / hidden[0]
    return one_layer(places, np.where(np.arange(hidden[0]) % 2, -1.0, 1.0))


def _measure_three(ctx: Context) -> Three:
    found = Three({}, {}, {})
    for k, (name, hidden) in enumerate(NETS.items()):
        spec = _sawtooth(hidden)
        end = population(ctx.part(k, len(NETS)), spec, ctx.sample_size(SEEDS, 32))[-1]
        found.pieces[name] = pieces_of(hidden, _built(hidden), -1.0, 2.0)
        found.parameters[name] = problem_of(spec).layout.parameters
        found.losses[name] = training_loss(spec, end)
    return found


def _judge_three(n: Three) -> Judgement:
    def order(score: dict[str, float]) -> tuple[str, ...]:
        return tuple(sorted(score, key=lambda name: -score[name]))

    capacity = order({name: float(count) for name, count in n.pieces.items()})
    efficient = order({name: n.pieces[name] / n.parameters[name] for name in n.pieces})
    learnable = order({name: -float(np.median(losses)) for name, losses in n.losses.items()})
    first, second, third = (n.losses[name] for name in learnable)
    is_sure = difference(second, first).low > 0 and difference(third, second).low > 0
    orders = {
        _("capacity"): capacity,
        _("pieces per parameter"): efficient,
        _("training"): learnable,
    }
    measured = "; ".join(f"{name}: {' > '.join(names)}" for name, names in orders.items())
    text = "; ".join(
        _(
            "{name}: {pieces} pieces, {parameters} parameters, loss {loss}",
            name=name,
            pieces=n.pieces[name],
            parameters=n.parameters[name],
            loss=summary(n.losses[name]),
        )
        for name in n.pieces
    )
    why = _("measured are {networks}", networks=text)
    if len({capacity, efficient, learnable}) == 3 and is_sure:
        return Judgement.holds(measured, why)
    if len({capacity, efficient, learnable}) == 1:
        return Judgement.wrong(measured, why)
    return Judgement.holds_only_if(_("two of the three may go together"), measured, why)


# ---- B7: what universal approximation leaves open

FEWER_NEURONS, MORE_NEURONS = 3, 16  # neurons


class Open(NamedTuple):
    """Three things that a theorem of existence does not say.

    Attributes:
        floor: the least loss of any network of 3 neurons.
        exact: loss of the 16 neurons that are built. trained: of those that are trained.
        few_points: median losses with 12 points, of training and held out; None where few
            points are not looked at.
    """

    floor: float
    exact: float
    trained: Array
    few_points: tuple[float, float] | None


def _measure_open(ctx: Context) -> Open:
    count = ctx.sample_size(SEEDS, 24)
    spec, few = _sawtooth((MORE_NEURONS,)), _sawtooth((16, 16), samples=12, validation=0.9)
    problem = problem_of(_sawtooth((FEWER_NEURONS,)))
    x, y = problem.data.x, problem.data.y
    out = outputs(problem_of(spec), built_wide(FOLDS, MORE_NEURONS)[None], x)
    trained = population(ctx.part(0, 2), spec, count)[-1]
    end = population(ctx.part(1, 2), few, count)[-1]
    return Open(
        least_loss(x[:, 0], y[:, 0], FEWER_NEURONS + 1),
        float(problem_of(spec).loss.value(NUMPY, out, y).item()),
        training_loss(spec, trained),
        _medians(few, end),
    )


def _medians(spec: LabSpec, state: State) -> tuple[float, float]:
    """Return the median losses of training and of held-out points."""
    train, held = training_loss(spec, state), validation_loss(spec, state)
    return float(np.median(train)), float(np.median(held))


def _judge_open(n: Open) -> Judgement:
    missed = float((n.trained > FOUND).mean())
    measured = _(
        "floor {floor}; {missed} not found", floor=figure(n.floor), missed=percent(missed)
    )
    why = _(
        "no 3 neurons get below {floor}; 16 neurons with built weights have {exact}, yet "
        "{missed} of {trained} trained ones end above 0.001 ({losses})",
        floor=figure(n.floor),
        exact=figure(n.exact),
        missed=percent(missed),
        trained=len(n.trained),
        losses=summary(n.trained),
    )
    shown = {
        _("width"): n.floor > 0.01,
        _("finding"): n.exact < 1e-20 and missed > 0.5,
    }
    if n.few_points is not None:
        train, held = n.few_points
        shown[_("data")] = held > 10 * train
        measured = _("{found}; held out × {more}", found=measured, more=figure(held / train))
        why = _(
            "{found}; from 12 points training leaves {training} and {validation} between them",
            found=why,
            training=figure(train),
            validation=figure(held),
        )
    if all(shown.values()):
        return Judgement.holds(measured, why)
    left = [name for name, is_shown in shown.items() if is_shown]
    if left:
        return Judgement.holds_only_if(
            _("only {left} is meant", left=joined_by_and(left)), measured, why
        )
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "A4",
        A,
        _(
            "The gates of ReLU are sparse, networks are piecewise linear, and in high "
            "dimension training seldom moves an input across a boundary."
        ),
        published=_("seldom"),
        page="regions",
        tolerance=_(
            "at most {sparse:g} % of the gates are active after training, as half are at "
            "initialization; at 64 inputs fewer than 1 % of the gates flip in an update, and "
            "at most half as many as at 2 inputs",
            sparse=SPARSE * 100,
        ),
        measure=_measure_gates,
        judge=_judge_gates,
    ),
    Claim(
        "A5",
        A,
        _("Capacity, parameter efficiency and learnability are three things."),
        published=_("three things"),
        page="sawtooth",
        tolerance=_(
            "three networks (2-2-2, 8, 64) on a sawtooth of eight pieces are ranked by "
            "pieces that they can have, by pieces per parameter, and by the median loss of "
            "{seeds} trained seeds: three orders, no two the same",
            seeds=SEEDS,
        ),
        measure=_measure_three,
        judge=_judge_three,
    ),
    Claim(
        "B7",
        B,
        _(
            "Universal approximation says nothing of the width that is needed, of whether "
            "training finds the weights, or of how many data it takes."
        ),
        published=_("nothing"),
        page="sawtooth",
        tolerance=_(
            "all three are shown on a sawtooth of eight pieces: with 3 neurons no "
            "weights get below a loss of 0.01; with 16, of which exact weights are built, more "
            "than half of {seeds} seeds end above 0.001; with 12 points a median validation "
            "loss above ten times the training loss",
            seeds=SEEDS,
        ),
        measure=_measure_open,
        judge=_judge_open,
    ),
)
