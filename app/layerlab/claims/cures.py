"""What activations are said to cure: gradients that vanish, units that die."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, D, Judgement
from layerlab.claims.figures import difference, figure, percent, summary
from layerlab.claims.populations import lab, population
from layerlab.core.layout import Layout
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import Trainer, backward, forward, training_loss
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
NETS = 8
DEPTH, WIDTH = 30, 128
LEFT = 0.1  # of the gradient: what is less has vanished
SLIGHT = 0.01  # a slope at most this large teaches a unit nothing
SEEN = 0.01  # of units that die: with fewer there is nothing to compare
INITS = {"he-normal": "He", "xavier-normal": "Xavier", "torch-default": "PyTorch"}


def deep_problem(task: str, depth: int, net: NetSpec, train: TrainSpec) -> Problem:
    """Return a curve for a network of so many hidden layers, all as wide as the one of `net`.

    A spec has at most 64 of them; the engine to read goes by the layout alone.
    """
    (width,) = net.hidden
    problem = problem_of(lab(task, net, train))
    return replace(problem, layout=Layout((1, *(width,) * depth, 1)))


def gradient_left(depth: int, net: NetSpec) -> float:
    """Return what is left at the first hidden layer of the gradient at the last.

    The root mean square of the output's gradient, over units and inputs; median over `NETS`
    networks at initialization.
    """
    problem = deep_problem("wave", depth, net, TrainSpec(seeds=NETS, dtype="float64"))
    params = initialize(problem).params
    cache = forward(problem, params, problem.x[:64])
    gradients = backward(problem, params, cache, np.ones_like(cache.h[-1])).h
    first, last = (np.square(gradients[k]).mean((1, 2)) for k in (0, depth - 1))
    return float(np.median(np.sqrt(first / last)))


# ---- D46: GELU beyond a hundred layers

BEYOND, NARROW = 104, 16
RATE, UPDATES = 0.003, 80  # at which ReLU has learned the step: 0.1 of a constant's loss


class Beyond(NamedTuple):
    """Of networks of `BEYOND` layers, by activation.

    Attributes:
        left: of the gradient, without skips. losses: with skips and layer norm, trained.
    """

    left: dict[str, float]
    losses: dict[str, Array]


def _measure_beyond(ctx: Context) -> Beyond:
    found, names = Beyond({}, {}), ("relu", "gelu")
    for k, name in enumerate(names):
        part = ctx.part(k, len(names))
        found.left[name] = gradient_left(BEYOND, NetSpec(hidden=(64,), activation=name))
        net = NetSpec(hidden=(NARROW,), activation=name, residual=True, layer_norm=True)
        train = TrainSpec(rate=RATE, updates=UPDATES, seeds=NETS)
        problem = deep_problem("step", BEYOND, net, train)
        trainer = Trainer(problem, initialize(problem))
        while trainer.update < UPDATES:
            part.step(trainer.update, UPDATES)
            trainer.step()
        found.losses[name] = training_loss(problem, trainer.params)
    return found


def _judge_beyond(n: Beyond) -> Judgement:
    band = difference(n.losses["relu"], n.losses["gelu"])
    measured = _(
        "{left} of the gradient; loss {gelu_loss} ({relu_loss})",
        left=figure(n.left["gelu"]),
        gelu_loss=figure(np.median(n.losses["gelu"])),
        relu_loss=figure(np.median(n.losses["relu"])),
    )
    why = _(
        "of the gradient {gelu} is left after {layers} layers of GELU and {relu} after as many "
        "of ReLU; with skips and layer norm the losses of {seeds} seeds after {updates} "
        "updates are {gelu_losses} and {relu_losses}",
        gelu=figure(n.left["gelu"]),
        layers=BEYOND,
        relu=figure(n.left["relu"]),
        seeds=len(n.losses["gelu"]),
        updates=UPDATES,
        gelu_losses=summary(n.losses["gelu"]),
        relu_losses=summary(n.losses["relu"]),
    )
    plain, skips = n.left["gelu"] >= n.left["relu"], band.low > 0
    if plain and skips:
        return Judgement.holds(measured, why)
    if skips:
        return Judgement.holds_only_if(_("there are skips and layer norm"), measured, why)
    if plain:
        return Judgement.holds_only_if(_("there are no skips"), measured, why)
    return Judgement.not_reproduced(measured, why)


# ---- D49: the slope of ReLU


class Slopes(NamedTuple):
    """What is left of ReLU's gradient, by initialization; share of its slopes that are 1."""

    left: dict[str, float]
    active: float
    sigmoid: float


def _measure_slopes(ctx: Context) -> Slopes:
    left = {}
    for k, (init, label) in enumerate(INITS.items()):
        ctx.step(k, len(INITS) + 1)
        left[label] = gradient_left(DEPTH, NetSpec(hidden=(WIDTH,), init=init))
    ctx.step(len(INITS), len(INITS) + 1)
    problem = deep_problem("wave", DEPTH, NetSpec(hidden=(WIDTH,)), TrainSpec(seeds=NETS))
    n = forward(problem, initialize(problem).params, problem.x).n[:-1]
    active = float(np.mean([ACTIVATIONS["relu"].derivative_at(layer) for layer in n]))
    sigmoid = NetSpec(hidden=(WIDTH,), activation="sigmoid", init="xavier-normal")
    return Slopes(left, active, gradient_left(DEPTH, sigmoid))


def _judge_slopes(n: Slopes) -> Judgement:
    measured = ", ".join(f"{name} {figure(left)}" for name, left in n.left.items())
    why = _(
        "of the gradient {depth} layers of ReLU leave {he} with He, {xavier} with Xavier and "
        "{torch} with PyTorch's initialization (of the sigmoid with Xavier {sigmoid}): "
        "{active} of the slopes are 1 and the others 0, for which the weights have to make up",
        depth=DEPTH,
        he=figure(n.left["He"]),
        xavier=figure(n.left["Xavier"]),
        torch=figure(n.left["PyTorch"]),
        sigmoid=figure(n.sigmoid),
        active=percent(n.active),
    )
    enough = [name for name, left in n.left.items() if left >= LEFT]
    if len(enough) == len(n.left):
        return Judgement.holds(measured, why)
    if enough:
        return Judgement.holds_only_if(
            _("the initialization is that of {inits}", inits=joined_by_and(enough)),
            measured,
            why,
        )
    return Judgement.wrong(measured, why)


# ---- D50: smooth gates

SMOOTH = {"gelu": "GELU", "silu": _("Swish")}


class Faults(NamedTuple):
    """By activation: share of units that learn nothing any more; what the gradient keeps."""

    dead: dict[str, float]
    left: dict[str, float]


def _measure_faults(ctx: Context) -> Faults:
    found, names = Faults({}, {}), ("relu", *SMOOTH)
    for k, name in enumerate(names):
        net = NetSpec(hidden=(16, 16), activation=name)
        spec = lab("wave", net, TrainSpec(rate=0.1, updates=1000))
        end = population(ctx.part(k, len(names) + 1), spec, ctx.sample_size(64, 16))[-1]
        problem = problem_of(spec)
        slopes = [
            np.abs(ACTIVATIONS[name].derivative_at(layer)).max(1)  # (seeds, units)
            for layer in forward(problem, end.params, problem.x).n[:-1]
        ]
        found.dead[name] = float(np.mean([slope <= SLIGHT for slope in slopes]))
    ctx.step(len(names), len(names) + 1)
    for name in ("relu", *SMOOTH, "sigmoid"):
        init = "xavier-normal" if name == "sigmoid" else "he-normal"
        net = NetSpec(hidden=(WIDTH,), activation=name, init=init)
        found.left[name] = gradient_left(DEPTH, net)
    return found


def _judge_faults(n: Faults) -> Judgement:
    dead, left = (
        ", ".join(f"{label} {text(values[name])}" for name, label in SMOOTH.items())
        for values, text in ((n.dead, percent), (n.left, figure))
    )
    measured = _("dead: {dead}; gradient left: {left}", dead=dead, left=left)
    why = _(
        "where {relu_dead} of ReLU's units end with no slope above {slight:g} on any input, "
        "{dead} do; of the gradient {depth} layers leave {left}, beside {relu} of ReLU (all "
        "with He) and {sigmoid} of the sigmoid with Xavier",
        relu_dead=percent(n.dead["relu"]),
        slight=SLIGHT,
        dead=dead,
        depth=DEPTH,
        left=left,
        relu=figure(n.left["relu"]),
        sigmoid=figure(n.left["sigmoid"]),
    )
    if n.dead["relu"] < SEEN:
        return Judgement.not_reproduced(
            measured, _("too few of ReLU's units die to compare: {why}", why=why)
        )
    die_less = all(n.dead[name] <= n.dead["relu"] / 2 for name in SMOOTH)
    keep = all(n.left[name] >= LEFT for name in SMOOTH)
    keep_more = all(n.left[name] > n.left["sigmoid"] for name in SMOOTH)
    if die_less and keep:
        return Judgement.holds(measured, why)
    if die_less and keep_more:
        return Judgement.holds_only_if(
            _("a gradient that vanishes more slowly than the sigmoid's is enough"),
            measured,
            why,
        )
    if die_less or keep:
        meant = _("dying alone is meant") if die_less else _("vanishing alone is meant")
        return Judgement.holds_only_if(meant, measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D46",
        D,
        _("GELU helps networks of more than 100 layers."),
        published=_("more than 100 layers"),
        tolerance=_(
            "{layers} layers: without skips at least as much of the gradient is left as with "
            "ReLU (He, width 64, median of {nets} networks); with skips and layer norm the "
            "median loss of {nets} seeds on the step after {updates} updates of Adam at "
            "{rate:g} is lower, with a 95 % bootstrap band beyond 0",
            layers=BEYOND,
            rate=RATE,
            nets=NETS,
            updates=UPDATES,
        ),
        page="residual",
        measure=_measure_beyond,
        judge=_judge_beyond,
    ),
    Claim(
        "D49",
        D,
        _("ReLU cures vanishing gradients, since its slope is 1."),
        published=_("slope 1"),
        tolerance=_(
            "at initialization at least {left:g} of the gradient (root mean square) is left "
            "after {depth} layers of {width}, median of {nets} networks, with He, Xavier and "
            "PyTorch's initialization alike",
            left=LEFT,
            depth=DEPTH,
            width=WIDTH,
            nets=NETS,
        ),
        page="signal",
        measure=_measure_slopes,
        judge=_judge_slopes,
    ),
    Claim(
        "D50",
        D,
        _("GELU and Swish mitigate both faults: units that die, gradients that vanish."),
        published=NO_FIGURE,
        tolerance=_(
            "both have at most half of ReLU's share of units without a slope above {slight:g} "
            "on any input (64 networks, wave, 16-16, Adam 0.1), and at least {left:g} of the "
            "gradient is left after {depth} layers of {width} with He",
            slight=SLIGHT,
            left=LEFT,
            depth=DEPTH,
            width=WIDTH,
        ),
        page="activations",
        measure=_measure_faults,
        judge=_judge_faults,
    ),
)
