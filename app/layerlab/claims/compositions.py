"""Depth for functions that are compositions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, D, Judgement
from layerlab.claims.figures import difference, figure, summary
from layerlab.claims.populations import lab, population, training_loss
from layerlab.core.layout import Layout
from layerlab.core.spec import NetSpec, TrainSpec
from layerlab.core.translation import _

Array = np.ndarray
SEEDS = 32
SHAPES = {"8-8-8": (8, 8, 8), "56": (56,)}  # deep and wide, of equally many parameters
RATES = (0.003, 0.01)
UPDATES = 1500
# The sawtooth is a map folded three times; the sine mix is a sum.
COMPOSED, SUMMED = "sawtooth", "sine-mix"


class DepthOrWidth(NamedTuple):
    """By task, losses of the deep and of the wide networks; parameters of either."""

    losses: dict[str, dict[str, Array]]
    parameters: tuple[int, ...]


def _measure_depth(ctx: Context) -> DepthOrWidth:
    tasks = (COMPOSED, SUMMED)
    of = len(tasks) * len(SHAPES) * len(RATES)
    parts = iter(ctx.part(k, of) for k in range(of))
    count = ctx.sample_size(SEEDS, 16)

    def best(task: str, hidden: tuple[int, ...]) -> Array:
        losses = []
        for rate in RATES:
            train = TrainSpec(rate=rate, updates=UPDATES)
            spec = lab(task, NetSpec(hidden=hidden), train, noise=0.0)
            losses.append(training_loss(spec, population(next(parts), spec, count)[-1]))
        return min(losses, key=lambda values: float(np.median(values)))

    losses = {
        task: {name: best(task, hidden) for name, hidden in SHAPES.items()} for task in tasks
    }
    sizes = tuple(Layout((1, *hidden, 1)).parameters for hidden in SHAPES.values())
    return DepthOrWidth(losses, sizes)


def _judge_depth(n: DepthOrWidth) -> Judgement:
    deep, wide = SHAPES
    medians = {
        task: [figure(np.median(losses)) for losses in pair.values()]
        for task, pair in n.losses.items()
    }
    measured = "; ".join(
        _("{task} {deep} deep, {wide} wide", task=task, deep=pair[0], wide=pair[1])
        for task, pair in medians.items()
    )
    text = "; ".join(
        f"{task}: " + ", ".join(f"{name} {summary(losses)}" for name, losses in pair.items())
        for task, pair in n.losses.items()
    )
    why = _(
        "with {deep_size} and {wide_size} parameters the training losses of {seeds} seeds are "
        "{losses}",
        deep_size=n.parameters[0],
        wide_size=n.parameters[1],
        seeds=len(n.losses[COMPOSED][deep]),
        losses=text,
    )
    if difference(n.losses[COMPOSED][wide], n.losses[COMPOSED][deep]).low > 0:
        return Judgement.holds(measured, why)
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D51",
        D,
        _("For functions that are compositions depth does better than width."),
        published=NO_FIGURE,
        tolerance=_(
            "on the sawtooth, a map composed with itself three times, 8-8-8 has a lower median "
            "training loss of {seeds} seeds than one layer of 56 (as many parameters), with a "
            "95 % bootstrap band beyond 0; each at its better rate of 0.003 and 0.01, "
            "{updates} updates, and beside a sum of sines",
            seeds=SEEDS,
            updates=UPDATES,
        ),
        page="sawtooth",
        measure=_measure_depth,
        judge=_judge_depth,
    ),
)
