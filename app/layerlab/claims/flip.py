"""What the listing is said to show, asked of many seeds."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, D, Judgement
from layerlab.claims.figures import BootstrapBand, difference, figure, summary, within
from layerlab.claims.listing import listing, run_of
from layerlab.claims.populations import epochs_until, population, training_loss
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _
from layerlab.nets.rank import rank_floors
from layerlab.nets.tasks import flip

Array = np.ndarray
SEEDS, FEWER = 256, 64  # of D11 and D12, of D32
REACHED = 0.0244  # the loss that the text prints for He after 100 epochs
OF_SMALL = 0.0984  # and for weights of standard deviation 0.01
EPOCHS = 100
MAX_EPOCHS = 1000  # a network that has not got there counts as this
ONE, TWO = (8,), ((8, 8), (5, 5))  # hidden layers: of equal width, of equal size
TIMES, ABOUT = 4.0, 0.25
INITS = {
    "he-normal": "He",
    "xavier-normal": "Xavier",
    "large-normal": "1",
    "small-normal": "0.01",
}


# ---- D11: the order of the initializers


def _measure_order(ctx: Context) -> dict[str, Array]:
    count = ctx.sample_size(SEEDS, 64)
    return {
        label: population(ctx.part(k, len(INITS)), listing(init=init), count)[-1].epoch_loss
        for k, (init, label) in enumerate(INITS.items())
    }


def _judge_order(n: dict[str, Array]) -> Judgement:
    steps = {(a, b): difference(n[b], n[a]) for a, b in itertools.pairwise(n)}
    measured = "; ".join(f"{name} {summary(losses)}" for name, losses in n.items())
    leads = ", ".join(
        _("{a} before {b} by {band}", a=a, b=b, band=_band(band))
        for (a, b), band in steps.items()
    )
    why = _(
        "seed 42 alone ends at {first}; leads of the medians over {seeds} seeds: {leads}",
        first=", ".join(_("{name} {loss:.4f}", name=name, loss=v[0]) for name, v in n.items()),
        seeds=len(next(iter(n.values()))),
        leads=leads,
    )
    open_ones = [
        _("{a} and {b} are not compared", a=a, b=b)
        for (a, b), band in steps.items()
        if band.low <= 0 <= band.high
    ]
    if any(band.high < 0 for band in steps.values()) or len(open_ones) == len(steps):
        return Judgement.not_reproduced(measured, why)
    if open_ones:
        return Judgement.holds_only_if(joined_by_and(open_ones), measured, why)
    return Judgement.holds(measured, why)


def _band(band: BootstrapBand) -> str:
    return _(
        "{middle} ({low} to {high})",
        middle=figure(band.middle),
        low=figure(band.low),
        high=figure(band.high),
    )


# ---- D12: one hidden layer or two


def _epochs(ctx: Context, hidden: tuple[int, ...], count: int) -> Array:
    spec = edit(listing(), "net.hidden", hidden)
    return epochs_until(ctx, spec, count, REACHED, MAX_EPOCHS)


def _measure_layers(ctx: Context) -> dict[str, Array]:
    count = ctx.sample_size(SEEDS, 64)
    return {
        "-".join(map(str, (4, *hidden, 4))): _epochs(ctx.part(k, 3), hidden, count)
        for k, hidden in enumerate((ONE, *TWO))
    }


def _judge_layers(n: dict[str, Array]) -> Judgement:
    one, *two = n
    bands = {name: difference(n[name], n[one]) for name in two}
    measured = "; ".join(
        _("{name} {epochs} epochs", name=name, epochs=summary(epochs))
        for name, epochs in n.items()
    )
    lag = ", ".join(
        _("{name} needs {band} more epochs", name=name, band=_band(band))
        for name, band in bands.items()
    )
    why = _("against {one}, over {seeds} seeds, {lag}", one=one, seeds=len(n[one]), lag=lag)
    slower = [name for name, band in bands.items() if band.low > 0]
    if len(slower) == len(bands):
        return Judgement.holds(measured, why)
    if slower:
        return Judgement.holds_only_if(
            _("the two layers are those of {slower}", slower=slower[0]), measured, why
        )
    return Judgement.not_reproduced(measured, why)


# ---- D32: how much slower small weights are


class Slower(NamedTuple):
    """Of a population whose first seed is 42, for both kinds of weights. (seeds,)

    Attributes:
        small, he: epochs to the same loss.
        small_loss, he_loss: losses after the same epochs.
    """

    small: Array
    he: Array
    small_loss: Array
    he_loss: Array


def _measure_slower(ctx: Context) -> Slower:
    count, inits = ctx.sample_size(FEWER), ("small-normal", "he-normal")
    specs = [listing(init=init, epochs=EPOCHS) for init in inits]
    epochs = [
        epochs_until(ctx.part(k, 4), spec, count, REACHED, MAX_EPOCHS)
        for k, spec in enumerate(specs)
    ]
    losses = [
        population(ctx.part(2 + k, 4), spec, count)[-1].epoch_loss
        for k, spec in enumerate(specs)
    ]
    return Slower(*epochs, *losses)


def _times(small: Array, he: Array) -> tuple[float, float]:
    """Return how many times as much small weights have, at seed 42 and in the median."""
    return float(small[0] / he[0]), float(np.median(small) / np.median(he))


def _judge_slower(n: Slower) -> Judgement:
    speed, loss = _times(n.small, n.he), _times(n.small_loss, n.he_loss)
    measured = _(
        "{one:.2f}x the epochs at seed 42, {many:.2f}x in the median; {one_loss:.2f}x and "
        "{many_loss:.2f}x the loss",
        one=speed[0],
        many=speed[1],
        one_loss=loss[0],
        many_loss=loss[1],
    )
    why = _(
        "a loss of {reached} takes {small} epochs instead of {he} at seed 42, and "
        "{many_small} instead of {many_he} over {seeds} seeds; four times is the ratio of "
        "the printed losses after {epochs} epochs, {printed_small} / {reached} = {ratio:.2f}, "
        "which here is {one_loss:.2f} at seed 42 and {many_loss:.2f} in the median",
        reached=REACHED,
        small=n.small[0],
        he=n.he[0],
        many_small=summary(n.small),
        many_he=summary(n.he),
        seeds=len(n.he),
        epochs=EPOCHS,
        printed_small=OF_SMALL,
        ratio=OF_SMALL / REACHED,
        one_loss=loss[0],
        many_loss=loss[1],
    )
    if all(within(ratio, TIMES, ABOUT) for ratio in speed):
        return Judgement.holds(measured, why)
    if all(within(ratio, TIMES, ABOUT) for ratio in loss):
        condition = _(
            "slower is a loss after {epochs} epochs that is four times as high", epochs=EPOCHS
        )
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.not_reproduced(measured, why)


# ---- D19: regions or rank


class Floors(NamedTuple):
    """What limits the flip.

    Attributes:
        linear: loss of the listing without a hidden layer. wide: of sixteen neurons.
        misfit: the largest error of the best linear map.
        floors: the least loss of any network of width 1, 2, 3. best: the least one found.
    """

    linear: float
    wide: float
    misfit: float
    floors: Array
    best: Array


def linear_misfit() -> float:
    """Return the largest error of the best linear map of the flip."""
    x = flip.images()
    ones = np.column_stack((x, np.ones(len(x))))
    y = flip.flipped(x)
    return float(np.abs(ones @ np.linalg.lstsq(ones, y, rcond=None)[0] - y).max())


def _measure_floors(ctx: Context) -> Floors:
    widths, best = (1, 2, 3), []
    for k, width in enumerate(widths):
        spec = _long(width)
        end = population(ctx.part(k, 4), spec, ctx.sample_size(64, 16))[-1]
        best.append(training_loss(spec, end).min())
    return Floors(
        run_of(ctx.part(3, 4), edit(listing(epochs=200), "net.depth", 0)).last,
        run_of(ctx, listing(16, epochs=200)).last,
        linear_misfit(),
        rank_floors(flip.flipped(flip.images()), widths),
        np.array(best),
    )


def _long(width: int) -> LabSpec:
    """Return a long training with Adam that gets as low as a width allows."""
    spec = edit(listing(width), "train.updates", 3000)
    for knob, value in {
        "optimizer": "adam",
        "batch": "full",
        "rate": 0.02,
        "report": "after",
    }.items():
        spec = edit(spec, f"train.{knob}", value)
    return spec


def _judge_floors(printed: float, n: Floors) -> Judgement:
    measured = _(
        "one region: {linear}; floors {floors} for w = 1, 2, 3",
        linear=figure(n.linear),
        floors=_floats(n.floors),
    )
    why = _(
        "the flip is linear (the best linear map misses by {misfit:.1e}): without a hidden "
        "layer the listing ends at {linear}, with sixteen neurons at "
        "{wide}; what w = 1, 2, 3 lack is rank, and the best networks end at "
        "{best}",
        misfit=n.misfit,
        linear=figure(n.linear),
        wide=figure(n.wide),
        best=_floats(n.best),
    )
    above = (n.best >= n.floors * (1 - 1e-9)).all()
    if n.linear < printed and above:
        return Judgement.wrong(measured, why)
    if n.linear < printed:
        return Judgement.not_reproduced(measured, why)
    return Judgement.holds(measured, why)


def _floats(values: Array) -> str:
    return ", ".join(f"{value:.5f}" for value in values)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D11",
        D,
        _(
            "After 100 epochs of the listing He is ahead of Xavier, Xavier of weights of "
            "standard deviation 1, and these of standard deviation 0.01."
        ),
        published=_("0.0244 < 0.0305 < 0.0658 < 0.0984, one seed"),
        tolerance=_(
            "over {seeds} seeds each of the three differences of medians has a 95 % bootstrap "
            "band above 0; does not reproduce if one of the bands lies below 0",
            seeds=SEEDS,
        ),
        page="diagonal-flip",
        measure=_measure_order,
        judge=_judge_order,
    ),
    Claim(
        "D12",
        D,
        _("On the flip two hidden layers converge more slowly than one."),
        published=_("slower, no figure"),
        tolerance=_(
            "over {seeds} seeds the median of epochs to a loss of {reached} is "
            "larger, and the 95 % bootstrap band of the difference lies beyond 0, "
            "for 4-8-8-4 and for 4-5-5-4 (79 parameters) against 4-8-4 (76)",
            seeds=SEEDS,
            reached=REACHED,
        ),
        page="diagonal-flip",
        measure=_measure_layers,
        judge=_judge_layers,
    ),
    Claim(
        "D19",
        D,
        _(
            "Two neurons fail at the flip because three regions are too few; with more "
            "regions the loss falls."
        ),
        published=_("3 regions are too few"),
        tolerance=_(
            "wrong if a network of one region (no hidden layer) ends below the "
            "printed 0.0005 of sixteen neurons under the same listing, while no "
            "network of width 1, 2 or 3 gets below the floor that its rank sets"
        ),
        page="diagonal-flip",
        measure=_measure_floors,
        judge=partial(_judge_floors, 0.0005),
    ),
    Claim(
        "D32",
        D,
        _("Weights of standard deviation 0.01 converge four times more slowly than He."),
        published="4x",
        tolerance=_(
            "ratio of epochs to a loss of {reached} within {about:g} % of {times:g}, at seed "
            "42 and for the medians of {seeds} seeds; holds only if the loss is meant where "
            "that is so of the losses after {epochs} epochs instead",
            epochs=EPOCHS,
            seeds=FEWER,
            reached=REACHED,
            about=ABOUT * 100,
            times=TIMES,
        ),
        page="diagonal-flip",
        measure=_measure_slower,
        judge=_judge_slower,
    ),
)
