"""Mixtures of experts: what they cost, and what they can fit."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, E, Judgement
from layerlab.claims.figures import difference, listed, percent, summary
from layerlab.claims.populations import lab, population, training_loss
from layerlab.core.layout import Layout
from layerlab.core.phrases import joined_by_and, joined_by_or
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.losses import softmax
from layerlab.nets.problem import Problem, problem_of
from layerlab.nets.published import model

Array = np.ndarray
SEEDS = 32
EXPERTS, WIDTH = 8, 4
TASKS = ("wave", "sine-mix")
ALIKE = 1.25  # as low as the wide network's: the ratio of medians is at most this
POINTS, UPDATES = 96, 1000
RATE = 0.03  # at 0.01 no network gets to the quick wave of sine mix
BALANCE = 0.01  # weight of what keeps experts equally busy (Fedus et al. 2022, eq. 4)
ONE, ALL = Layout((1, WIDTH, 1)), Layout((1, EXPERTS))  # an expert; what chooses one


def operations(layout: Layout) -> int:
    """Return the operations for one input: a multiplication and an addition a weight."""
    return 2 * int(layout.is_weight().sum())


# ---- a mixture with one active expert


class Mixture:
    """Mixtures of all seeds, y = p_k f_k(x) with k the expert of the largest p.

    Attributes:
        params: (seeds, P), the parameters of the router, then those of each expert. float32
    """

    def __init__(self, seeds: int) -> None:
        """Draw the parameters: He's for the experts, steep ones for the router."""
        size = ALL.parameters + EXPERTS * ONE.parameters
        self.params = np.zeros((seeds, size), np.float32)
        for k in range(seeds):
            rng = np.random.default_rng((k, EXPERTS))
            router, experts = self._parts(self.params[k : k + 1])
            router[:] = 2 * rng.standard_normal(router.shape)
            experts[:] = rng.standard_normal(experts.shape)
            ONE.weights(experts, 0)[:] *= math.sqrt(2)
            ONE.weights(experts, 1)[:] *= math.sqrt(2 / WIDTH)
            ONE.biases(experts, 1)[:] = 0

    @staticmethod
    def _parts(flat: Array) -> tuple[Array, Array]:
        """Return views: (seeds, parameters) of routers, (seeds, EXPERTS, ...) of experts."""
        experts = flat[:, ALL.parameters :]
        return flat[:, : ALL.parameters], experts.reshape(len(flat), EXPERTS, ONE.parameters)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return outputs, and the gradient of half the mean squared error and the balance.

        Args:
            x, y: (batch, 1).

        Returns:
            (seeds, batch) and (seeds, P).
        """
        router, experts = self._parts(self.params)
        weights, x = ALL.weights(router, 0)[:, 0, :, None], x[:, 0]
        logits = weights * x + ALL.biases(router, 0)[..., None]  # (seeds, EXPERTS, batch)
        p = softmax(logits.swapaxes(1, 2)).swapaxes(1, 2)
        place = p.argmax(1)[:, None]  # (seeds, 1, batch)
        chosen = (np.arange(EXPERTS)[:, None] == place).astype(p.dtype)
        # Parameters by input, of one expert each: w, b, the weights behind them, the last bias.
        own = np.take_along_axis(experts.swapaxes(1, 2), place, 2)
        w, b, down, last = np.split(own, (WIDTH, 2 * WIDTH, 3 * WIDTH), 1)
        z = w * x + b  # (seeds, WIDTH, batch)
        h = np.maximum(z, 0)
        out = (h * down).sum(1) + last[:, 0]
        share = np.take_along_axis(p, place, 1)[:, 0]
        prediction = share * out  # (seeds, batch)
        error = (prediction - y[:, 0]) / len(x)
        # The balance is EXPERTS times the sum over experts of share chosen times mean p.
        dp = BALANCE * EXPERTS / len(x) * chosen.mean(2, keepdims=True)
        dp = dp + chosen * (error * out)[:, None]
        d_logits = p * (dp - (p * dp).sum(1, keepdims=True))
        d_out = (error * share)[:, None]  # (seeds, 1, batch)
        dz = d_out * down * (z > 0)
        d_own = np.concatenate([x * dz, dz, d_out * h, d_out], 1)  # in the order of a layout
        d_router = np.concatenate([d_logits @ x, d_logits.sum(2)], 1)
        d_experts = chosen @ d_own.swapaxes(1, 2)
        return prediction, np.concatenate([d_router, d_experts.reshape(len(p), -1)], 1)


def mixture_losses(ctx: Context, problem: Problem, seeds: int) -> Array:
    """Train mixtures on full batches.

    Returns:
        (seeds,) half the mean squared error at the end.
    """
    mixture, x, y = Mixture(seeds), problem.x, problem.y
    moments = np.zeros((problem.optimizer.slots, *mixture.params.shape), x.dtype)
    for update in range(1, UPDATES + 1):
        ctx.step(update, UPDATES)
        found = mixture.gradient(x, y)[1]
        problem.optimizer.step(mixture.params, found, moments, RATE, update)
    error = mixture.gradient(x, y)[0] - y[:, 0]
    return np.asarray(0.5 * (error**2).mean(1))


# ---- E16


class Experts(NamedTuple):
    """Costs and losses of dense networks and of the mixture.

    Attributes:
        widths: of the dense networks, of as many operations and of as many parameters.
        operations, parameters: of narrow, mixture and wide.
        losses: likewise, by task.
        used: share of Mixtral's parameters that a token uses.
    """

    widths: tuple[int, int]
    operations: tuple[int, int, int]
    parameters: tuple[int, int, int]
    losses: dict[str, tuple[Array, Array, Array]]
    used: float


def _spec(task: str, width: int) -> LabSpec:
    train = TrainSpec(rate=RATE, batch="full", updates=UPDATES)
    net = NetSpec(hidden=(width,))
    return lab(task, net, train, samples=POINTS, noise=0.0, validation=0.0)


def _measure_experts(ctx: Context) -> Experts:
    count, losses = ctx.sample_size(SEEDS, SEEDS), {}
    cost = operations(ALL) + operations(ONE)
    parameters = ALL.parameters + EXPERTS * ONE.parameters
    narrow = cost // operations(Layout((1, 1, 1)))
    wide = round((parameters - 1) / (Layout((1, 1, 1)).parameters - 1))
    for k, task in enumerate(TASKS):
        part = ctx.part(k, len(TASKS))
        dense = []
        for j, width in enumerate((narrow, wide)):
            spec = _spec(task, width)
            end = population(part.part(j, 3), spec, count)[-1]
            dense.append(training_loss(spec, end))
        mixed = mixture_losses(part.part(2, 3), problem_of(_spec(task, narrow)), count)
        losses[task] = (dense[0], mixed, dense[1])
    layouts = [Layout((1, width, 1)) for width in (narrow, wide)]
    mixtral = model("Mixtral 8x7B").decoder
    return Experts(
        (narrow, wide),
        (operations(layouts[0]), cost, operations(layouts[1])),
        (layouts[0].parameters, parameters, layouts[1].parameters),
        losses,
        mixtral.used / mixtral.parameters,
    )


def _judge_experts(n: Experts) -> Judgement:
    medians = {task: [float(np.median(v)) for v in three] for task, three in n.losses.items()}
    measured = _(
        "narrow, mixture, wide: {medians}",
        medians="; ".join(f"{task} {listed(three)}" for task, three in medians.items()),
    )
    text = "; ".join(
        _(
            "{task}: narrow {narrow}, mixture {mixed}, wide {wide}",
            task=task,
            narrow=summary(three[0]),
            mixed=summary(three[1]),
            wide=summary(three[2]),
        )
        for task, three in n.losses.items()
    )
    why = _(
        "a dense layer of {narrow_width} has {narrow_parameters} parameters and "
        "{narrow_operations} operations, the mixture {parameters} and {operations}, a dense "
        "layer of {wide_width} {wide_parameters} and {wide_operations} (of Mixtral 8x7B a "
        "token uses {used}); losses of {seeds} seeds are {losses}",
        narrow_width=n.widths[0],
        narrow_parameters=n.parameters[0],
        narrow_operations=n.operations[0],
        parameters=n.parameters[1],
        operations=n.operations[1],
        wide_width=n.widths[1],
        wide_parameters=n.parameters[2],
        wide_operations=n.operations[2],
        used=percent(n.used),
        seeds=len(next(iter(n.losses.values()))[0]),
        losses=text,
    )
    is_cheap = n.operations[1] <= n.operations[0]
    better = [task for task, (few, mixed, _w) in n.losses.items() if _is_above(few, mixed)]
    less = [task for task, three in medians.items() if three[1] > ALIKE * three[2]]
    if not is_cheap or not better:
        return Judgement.not_reproduced(measured, why)
    if len(better) < len(medians):
        condition = _("the task is {tasks}", tasks=joined_by_or(better))
        return Judgement.holds_only_if(condition, measured, why)
    if less:
        condition = _(
            "on {tasks} more than the narrow network's capacity is enough",
            tasks=joined_by_and(less),
        )
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.holds(measured, why)


def _is_above(a: Array, b: Array) -> bool:
    return difference(a, b).low > 0


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E16",
        E,
        _(
            "A mixture of experts has the capacity of a wide network at the cost of a narrow "
            "one."
        ),
        published=NO_FIGURE,
        page="at-scale",
        tolerance=_(
            "{experts} experts of width {width}, one of them active, trained on wave and on "
            "sine mix, {seeds} seeds: the median loss is below that of the dense network of as "
            "many operations, with a 95 % bootstrap band beyond 0, and at most {ratio:g} times "
            "that of the dense network of as many parameters",
            experts=EXPERTS,
            width=WIDTH,
            seeds=SEEDS,
            ratio=ALIKE,
        ),
        measure=_measure_experts,
        judge=_judge_experts,
    ),
)
