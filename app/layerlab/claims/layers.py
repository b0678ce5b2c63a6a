"""What training makes of single layers: unused ones, deep ones."""

from __future__ import annotations

from dataclasses import replace as with_fields
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, E, Judgement
from layerlab.claims.figures import BootstrapBand, difference, figure, listed, percent
from layerlab.claims.populations import lab, population, trained_from, training_loss
from layerlab.core.layout import Layout
from layerlab.core.phrases import joined_by_or
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.skips import ablate

Array = np.ndarray
SEEDS = 16
DEPTH = 8
GONE = 0.01  # of the initial root mean square of a layer's weights


def sizes(layout: Layout, params: Array) -> Array:
    """Return the root mean square of each layer's weights. (seeds, layers)"""
    squares = [(layout.weights(params, k) ** 2).mean((1, 2)) for k in range(layout.layers)]
    return np.sqrt(np.stack(squares, 1))


# ---- E22: L2 and layers that are not used

L2 = 0.03
INACTIVE = 1  # the hidden layer, from 0, none of whose units is active
CLOSED = -100.0  # its biases: ReLU is 0 for whatever arrives
SPARE = (2, 3)  # hidden layers that a linear task can do without


class Unused(NamedTuple):
    """Root mean squares of weights after training, over those before. (seeds, layers) each

    Attributes:
        decayed, free: with and without L2. losses: median of both, after training.
        gain: how much larger outputs are, trained with L2, than without the spare layers.
    """

    decayed: Array
    free: Array
    losses: tuple[float, float]
    gain: float


def _linear_task() -> LabSpec:
    net = NetSpec(hidden=(6,) * 4, residual=True)
    train = TrainSpec(
        optimizer="momentum", rate=0.02, batch="full", updates=1200, l2=L2, seeds=SEEDS
    )
    return lab("plane", net, train, samples=48, noise=0.0, validation=0.0)


def _measure_unused(ctx: Context) -> Unused:
    spec, found, losses, gains = _linear_task(), [], [], []
    for k, l2 in enumerate((spec.train.l2, 0.0)):
        spec = edit(spec, "train.l2", l2)
        problem = problem_of(spec)
        start, layout = initialize(problem), problem.layout
        params = start.params.copy()
        layout.biases(params, INACTIVE)[:] = CLOSED
        end = trained_from(ctx.part(k, 2), spec, with_fields(start, params=params))
        found.append(sizes(layout, end.params) / sizes(layout, params))
        losses.append(float(np.median(training_loss(spec, end))))
        without = end.params
        for layer in SPARE:
            without = ablate(layout, without, layer)
        gain = _std(problem, end.params) / _std(problem, without)
        gains.append(float(np.median(gain)))
    ctx.step(2, 2)
    return Unused(found[0], found[1], (losses[0], losses[1]), gains[0])


def _std(problem: Problem, params: Array) -> Array:
    """Return the standard deviation of outputs over the training points. (seeds,)"""
    return np.asarray(forward(problem, params, problem.x).h[-1].std((1, 2)))


def _judge_unused(n: Unused) -> Judgement:
    inactive = float(n.decayed[:, INACTIVE].max())
    spare = n.decayed[:, SPARE]
    measured = _(
        "inactive {inactive}, spare {spare} of the initial size",
        inactive=percent(inactive),
        spare=percent(float(np.median(spare))),
    )
    why = _(
        "of a layer whose units are all inactive training with L2 leaves {inactive} of the "
        "weights' initial root mean square at most, and without L2 {free}; of the layers that "
        "a linear task can do without it leaves {spare} ({least} to {most}), and these make "
        "outputs {gain:.2f} times as large; losses are {loss} and {free_loss}",
        inactive=percent(inactive),
        free=percent(float(np.median(n.free[:, INACTIVE]))),
        spare=percent(float(np.median(spare))),
        least=percent(float(spare.min())),
        most=percent(float(spare.max())),
        gain=n.gain,
        loss=figure(n.losses[0]),
        free_loss=figure(n.losses[1]),
    )
    if inactive > GONE:
        return Judgement.wrong(measured, why)
    if spare.max() > GONE:
        return Judgement.holds_only_if(
            _("nothing of the layer reaches the loss; to be spare is not enough"), measured, why
        )
    return Judgement.holds(measured, why)


# ---- E24: what deep layers learn

WIDTH, UPDATES = 8, 200
# Residual layers as GPT-2 scales them, by 1 / sqrt(2 N): He's would explode.
NETS = {
    _("plain ReLU"): NetSpec(),
    _("plain tanh"): NetSpec(activation="tanh", init="xavier-normal"),
    _("residual ReLU"): NetSpec(residual=True, init="normal", weight_std=DEPTH**-0.5),
}


class Learned(NamedTuple):
    """By network: median relative change of each layer's weights, and the rank correlation."""

    changes: dict[str, Array]
    correlations: dict[str, BootstrapBand]


def changed(layout: Layout, before: Array, after: Array) -> Array:
    """Return the relative change of the layers of equal width. (seeds, DEPTH)"""
    return np.asarray(sizes(layout, after - before) / sizes(layout, before))[:, 1 : DEPTH + 1]


def rank_correlations(values: Array) -> Array:
    """Return Spearman's, of each row's values and their places. (n, k) -> (n,)"""
    ranks = values.argsort(1).argsort(1) - (values.shape[1] - 1) / 2
    places = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    return np.asarray((ranks * places).sum(1) / (places**2).sum())


def _measure_learned(ctx: Context) -> Learned:
    found, count = Learned({}, {}), ctx.sample_size(SEEDS, 12)
    train = TrainSpec(
        optimizer="momentum", loss="cross-entropy", rate=0.01, batch=32, updates=UPDATES
    )
    for k, (name, net) in enumerate(NETS.items()):
        hidden = (WIDTH,) * (DEPTH + 1)
        spec = edit(lab("digits", net, train), "net.hidden", hidden)
        before, after = population(ctx.part(k, len(NETS)), spec, count, [0])
        changes = changed(problem_of(spec).layout, before.params, after.params)
        found.changes[name] = np.median(changes, 0)
        found.correlations[name] = difference(rank_correlations(changes), np.zeros(count))
    return found


def _judge_learned(n: Learned) -> Judgement:
    measured = _(
        "rank correlations {correlations}",
        correlations=listed(band.middle for band in n.correlations.values()),
    )
    text = "; ".join(
        _(
            "{name} {first} in the first to {last} in the last, correlation {middle} ({low} to "
            "{high})",
            name=name,
            first=percent(float(changes[0])),
            last=percent(float(changes[-1])),
            middle=figure(n.correlations[name].middle),
            low=figure(n.correlations[name].low),
            high=figure(n.correlations[name].high),
        )
        for name, changes in n.changes.items()
    )
    why = _(
        "weights of {depth} layers of equal width change by these shares: {networks}",
        depth=DEPTH,
        networks=text,
    )
    less = [name for name, band in n.correlations.items() if band.high < 0]
    more = [name for name, band in n.correlations.items() if band.low > 0]
    if len(less) == len(n.correlations):
        return Judgement.holds(measured, why)
    if less and more:
        return Judgement.not_reproduced(measured, why)
    if less:
        return Judgement.holds_only_if(
            _("the network is {names}", names=joined_by_or(less)), measured, why
        )
    if more:
        condition = _(
            "deep is counted from the loss and the network is {names}", names=joined_by_or(more)
        )
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E22",
        E,
        _("An L2 prior drives a layer that is not used to 0."),
        published=NO_FIGURE,
        page="residual",
        tolerance=_(
            "trained with L2, weights end below {gone:g} % of their initial root mean square "
            "in each of {seeds} residual networks: those of a layer none of whose units is "
            "active, and those of all layers that a linear task can do without",
            gone=GONE * 100,
            seeds=SEEDS,
        ),
        measure=_measure_unused,
        judge=_judge_unused,
    ),
    Claim(
        "E24",
        E,
        _("Deeper layers learn less."),
        published=NO_FIGURE,
        page="residual",
        tolerance=_(
            "rank correlation of a layer's number and the relative change of its weights, of "
            "{depth} layers of equal width: the 95 % bootstrap band of the median of {seeds} "
            "seeds lies below 0 with layers counted from the input, for plain ReLU, plain tanh "
            "and residual ReLU; above 0, they have to be counted from the loss",
            depth=DEPTH,
            seeds=SEEDS,
        ),
        measure=_measure_learned,
        judge=_judge_learned,
    ),
)
