"""Shapes and rates that the text recommends for tasks of other sizes than the lab's."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, D, Judgement, not_checked
from layerlab.claims.figures import difference, figure, summary
from layerlab.claims.populations import lab, population, validation_loss
from layerlab.claims.torchs import asked
from layerlab.core.layout import Layout
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import NetSpec, edit
from layerlab.core.translation import _

Array = np.ndarray
MNIST_INPUTS, DIGITS_INPUTS, CLASSES = 28 * 28, 8 * 8, 10
FUNNEL = (512, 256, 128)  # hidden layers for MNIST
SEEDS = 16
AS_LARGE = 0.02  # relative: how near the numbers of parameters of compared networks are


# ---- D43: a funnel for images of digits


class ShapeLosses(NamedTuple):
    """Validation losses by network, the funnel first; and parameters of each."""

    losses: dict[str, Array]
    parameters: dict[str, int]


def scaled(hidden: tuple[int, ...]) -> tuple[int, ...]:
    """Return widths for the 8x8 digits that are to their inputs as others to MNIST's."""
    return tuple(round(width * DIGITS_INPUTS / MNIST_INPUTS) for width in hidden)


def _parameters(hidden: tuple[int, ...]) -> int:
    return Layout((DIGITS_INPUTS, *hidden, CLASSES)).parameters


def equal_widths(depth: int, parameters: int) -> tuple[int, ...]:
    """Return so many hidden layers of one width, with the nearest number of parameters."""
    shapes = [(width,) * depth for width in range(1, 257)]
    return min(shapes, key=lambda hidden: abs(_parameters(hidden) - parameters))


def _measure_funnel(ctx: Context) -> ShapeLosses:
    funnel = scaled(FUNNEL)
    size = _parameters(funnel)
    shapes = [funnel, equal_widths(len(funnel), size), equal_widths(1, size)]
    found = ShapeLosses({}, {})
    for k, hidden in enumerate(shapes):
        spec = edit(lab("digits", NetSpec(hidden=hidden)), "train.updates", 300)
        end = population(ctx.part(k, len(shapes)), spec, ctx.sample_size(SEEDS, 8))[-1]
        name = "-".join(map(str, (DIGITS_INPUTS, *hidden, CLASSES)))
        found.losses[name] = validation_loss(spec, end)
        found.parameters[name] = _parameters(hidden)
    return found


def _judge_funnel(n: ShapeLosses) -> Judgement:
    funnel, *others = n.losses
    bands = {name: difference(n.losses[funnel], n.losses[name]) for name in others}
    better = [name for name, band in bands.items() if band.low > 0]
    medians = [figure(np.median(losses)) for losses in n.losses.values()]
    measured = _(
        "funnel {funnel}, equal widths {equal}, one layer {one}",
        funnel=medians[0],
        equal=medians[1],
        one=medians[2],
    )
    text = ", ".join(f"{name} {summary(losses)}" for name, losses in n.losses.items())
    fields = {
        "seeds": len(n.losses[funnel]),
        "losses": text,
        "sizes": ", ".join(map(grouped, n.parameters.values())),
    }
    if better:
        why = _(
            "on the 8 × 8 digits the validation losses of {seeds} seeds are {losses}, with "
            "{sizes} parameters: {better} does better; MNIST itself is not among the tasks",
            better=joined_by_and(better),
            **fields,
        )
        return Judgement.not_reproduced(measured, why)
    why = _(
        "on the 8 × 8 digits the validation losses of {seeds} seeds are {losses}, with {sizes} "
        "parameters; MNIST itself is not among the tasks",
        **fields,
    )
    return Judgement.holds_only_if(_("the 8 × 8 digits stand for MNIST"), measured, why)


# ---- D45: Adam's rate


def _measure_rate(ctx: Context) -> float:
    """Return the rate that PyTorch's Adam has if none is given."""
    return float(asked(ctx, "adam-defaults")["rate"][0])


def _judge_rate(printed: float, rate: float) -> Judgement:
    measured = f"{rate:g}"
    why = _(
        "torch.optim.Adam has a rate of {rate:g} if none is given, {share:g} times the printed "
        "{printed:g}",
        rate=rate,
        share=rate / printed,
        printed=printed,
    )
    return Judgement.holds(measured, why) if rate == printed else Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D43",
        D,
        _("A funnel, such as 784-512-256-128-10 for MNIST, suits images of digits."),
        published=NO_FIGURE,
        tolerance=_(
            "asked of the bundled 8 × 8 digits in the same proportions, {funnel}, 300 updates: "
            "neither equal widths nor one hidden layer of as many parameters (within "
            "{near:g} %) has a lower median validation loss of {seeds} seeds, with a 95 % "
            "bootstrap band beyond 0",
            funnel="-".join(map(str, (DIGITS_INPUTS, *scaled(FUNNEL), CLASSES))),
            near=AS_LARGE * 100,
            seeds=SEEDS,
        ),
        page="width-or-depth",
        measure=_measure_funnel,
        judge=_judge_funnel,
    ),
    not_checked(
        "D44",
        D,
        _("MNIST takes 256 to 512 hidden units."),
        published=_("256 to 512"),
        tolerance=_(
            "the median test error of 16 seeds falls up to 256 units with a 95 % bootstrap "
            "band beyond 0, and no further beyond 512"
        ),
        page="width-or-depth",
        why=_(
            "it takes the 70\u202f000 images of MNIST, which the lab does not have, and "
            "networks of 64 to 2\u202f048 units trained from 16 seeds each; the same text "
            "advises 2 to 4 times the inputs, which would be {low} to {high}",
            low=grouped(2 * MNIST_INPUTS),
            high=grouped(4 * MNIST_INPUTS),
        ),
    ),
    Claim(
        "D45",
        D,
        _("The standard rate of Adam is 0.01."),
        published="0.01",
        tolerance=_(
            "the rate of PyTorch's Adam if none is given is 0.01 (Kingma & Ba 2015 recommend "
            "0.001)"
        ),
        page=None,
        measure=_measure_rate,
        judge=partial(_judge_rate, 0.01),
        asks_torch=True,
    ),
)
