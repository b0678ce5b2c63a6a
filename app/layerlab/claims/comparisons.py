"""What the text makes of the networks of the flip: sizes beside sizes, losses beside losses."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, D, Judgement
from layerlab.claims.figures import figure, listed, within
from layerlab.claims.listing import STD, listing, run_of
from layerlab.claims.pieces import pieces_of
from layerlab.claims.populations import population
from layerlab.core.layout import Layout
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, NetSpec
from layerlab.core.translation import _
from layerlab.nets.cells import count_cells_of_layers
from layerlab.nets.folding import folded
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.problem import problem_of
from layerlab.nets.tasks import flip

Array = np.ndarray
SIMILAR = 1.25  # the larger count is at most this many times the smaller
ABOUT = 0.25  # relative: how near "about" so many regions, or a ratio of medians, must be
SEEDS = 64


# ---- D38: similar sizes

WIDE, DEEP = (4, 8, 4), (4, 4, 4, 4)


class SimilarSizes(NamedTuple):
    """Parameters of both networks; width and parameters of the nearest one-layer network."""

    wide: int
    deep: int
    width: int
    nearest: int


def _measure_similar(ctx: Context) -> SimilarSizes:
    wide, deep = (Layout(sizes).parameters for sizes in (WIDE, DEEP))
    counts = {width: Layout((4, width, 4)).parameters for width in range(1, 33)}
    width = min(counts, key=lambda width: abs(counts[width] - deep))
    return SimilarSizes(wide, deep, width, counts[width])


def _judge_similar(n: SimilarSizes) -> Judgement:
    measured = _("{wide} and {deep}", wide=n.wide, deep=n.deep)
    more = max(n.wide, n.deep) / min(n.wide, n.deep)
    why = _(
        "4-8-4 has {wide} parameters and 4-4-4-4 has {deep}, a ratio of {ratio:.2f}; one "
        "hidden layer has about as many with {width} neurons ({nearest})",
        wide=n.wide,
        deep=n.deep,
        ratio=more,
        width=n.width,
        nearest=n.nearest,
    )
    return Judgement.holds(measured, why) if more <= SIMILAR else Judgement.wrong(measured, why)


# ---- D39: regions of two layers

LAYERS = (4, 8, 8)  # those that divide the inputs of 4-8-8-4
BIASES = 0.5  # standard deviation


class DeepRegions(NamedTuple):
    """Regions of 4-8-8-4, by network; of its first layer; pieces of 1-8-8-1 built for it."""

    counts: list[int]
    first: int
    built: int


def _measure_regions(ctx: Context) -> DeepRegions:
    draw, net = INITIALIZERS["normal"].draw, NetSpec(weight_std=1.0, bias_std=BIASES)
    counts, first = [], []
    for k in range(networks := ctx.sample_size(4, 2)):
        ctx.step(k, networks)
        rng = np.random.default_rng(k)
        layers = [draw(rng, a, b, net) for a, b in itertools.pairwise(LAYERS)]
        counts.append(count_cells_of_layers(layers))
        first.append(count_cells_of_layers(layers[:1]))
    built = pieces_of(LAYERS[1:], folded(LAYERS[1], len(LAYERS) - 1), 0.0, 1.0)
    return DeepRegions(counts, max(first), built)


def _judge_regions(printed: int, n: DeepRegions) -> Judgement:
    median = float(np.median(n.counts))
    measured = _("{median} in the median", median=grouped(median))
    why = _(
        "random networks divide the 4 inputs into {counts} regions, their first layer alone "
        "into {first}; n^L = {printed} counts pieces of a line, of which weights that are "
        "built for it make {built}",
        counts=listed(n.counts),
        first=n.first,
        printed=printed,
        built=n.built,
    )
    if within(median, printed, ABOUT):
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


# ---- D40: parameters for each example


class PerExample(NamedTuple):
    """Parameters of 4-16-4, the images, and the numbers that are to be learned."""

    parameters: int
    images: int
    numbers: int


def _measure_examples(ctx: Context) -> PerExample:
    images = flip.images()
    return PerExample(Layout((4, 16, 4)).parameters, len(images), flip.flipped(images).size)


def _judge_examples(n: PerExample) -> Judgement:
    each = n.parameters / n.images
    measured = _("{each} an image", each=figure(each))
    why = _(
        "{parameters} parameters are {each} for each of {images} images, and {number} for each "
        "of the {numbers} numbers that these set as targets",
        parameters=n.parameters,
        each=figure(each),
        images=n.images,
        number=figure(n.parameters / n.numbers),
        numbers=n.numbers,
    )
    return Judgement.holds(measured, why) if 9 < each < 10 else Judgement.wrong(measured, why)


# ---- D41, D42: how many times better


class TimesBetter(NamedTuple):
    """Ratios of the losses of two networks.

    Attributes:
        one: at seed 42. many: of the medians of many seeds. halfway: of these medians, after
            half of the epochs. seeds: how many.
    """

    one: float
    many: float
    halfway: float
    seeds: int


def _times_better(ctx: Context, worse: LabSpec, better: LabSpec) -> TimesBetter:
    """Compare two versions of the listing; the first network of each is that of seed 42."""
    half, last = [], []
    for k, spec in enumerate((worse, better)):
        middle = problem_of(spec).length // 2
        states = population(ctx.part(k, 2), spec, ctx.sample_size(SEEDS, SEEDS), [middle])
        half.append(float(np.median(states[0].epoch_loss)))
        last.append(states[1].epoch_loss)
    return TimesBetter(
        float(last[0][0] / last[1][0]),
        float(np.median(last[0]) / np.median(last[1])),
        half[0] / half[1],
        len(last[0]),
    )


def _measure_inits(ctx: Context) -> TimesBetter:
    return _times_better(ctx, listing(init="large-normal"), listing())


class TimesWider(NamedTuple):
    """The ratios with He, and that of seed 42 with weights of standard deviation `STD`."""

    he: TimesBetter
    with_std: float


def _measure_widths(ctx: Context) -> TimesWider:
    epochs, widths = 200, (2, 16)
    he = _times_better(ctx.part(0, 2), *(listing(width, epochs=epochs) for width in widths))
    narrow, wide = (
        run_of(ctx.part(1, 2), listing(width, "large-normal", epochs), STD).last
        for width in widths
    )
    return TimesWider(he, narrow / wide)


def _judge_inits(printed: float, n: TimesBetter) -> Judgement:
    why = _(
        "the ratio of the losses is {one} at seed 42, {many} for the medians of {seeds} seeds "
        "and {halfway} for these after half of the epochs",
        one=figure(n.one),
        many=figure(n.many),
        seeds=n.seeds,
        halfway=figure(n.halfway),
    )
    return _judge_times(printed, n, why)


def _judge_widths(printed: float, n: TimesWider) -> Judgement:
    why = _(
        "the ratio of the losses is {one} at seed 42 with He ({with_std} with weights of "
        "standard deviation {std:g} in both layers), {many} for the medians of {seeds} seeds "
        "and {halfway} for these after half of the epochs",
        one=figure(n.he.one),
        with_std=figure(n.with_std),
        std=STD,
        many=figure(n.he.many),
        seeds=n.he.seeds,
        halfway=figure(n.he.halfway),
    )
    return _judge_times(printed, n.he, why)


def _half_a_unit(printed: float) -> float:
    """Return half a unit of the second digit of a number."""
    return float(0.5 * 10 ** (np.floor(np.log10(printed)) - 1))


def _judge_times(printed: float, n: TimesBetter, why: str) -> Judgement:
    measured = _(
        "{one} at seed 42, {many} in the median", one=figure(n.one), many=figure(n.many)
    )
    if abs(n.one - printed) > _half_a_unit(printed):
        return Judgement.not_reproduced(measured, why)
    if not within(n.many, printed, ABOUT):
        return Judgement.holds_only_if(_("the seed is 42"), measured, why)
    return Judgement.holds(measured, why)


def _times(printed: float) -> str:
    return _(
        "ratio of the last losses within {half:g} of {printed:g} at seed 42, and ratio of the "
        "medians of {seeds} seeds within {about:g} % of it",
        half=_half_a_unit(printed),
        printed=printed,
        seeds=SEEDS,
        about=ABOUT * 100,
    )


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D38",
        D,
        _("4-8-4 and 4-4-4-4 have similar numbers of parameters."),
        published=_("similar"),
        tolerance=_("the larger number is at most {ratio:g} times the smaller", ratio=SIMILAR),
        page="diagonal-flip",
        measure=_measure_similar,
        judge=_judge_similar,
    ),
    Claim(
        "D39",
        D,
        _("4-8-8-4 has about 64 linear regions."),
        published="64",
        tolerance=_(
            "median of 4 random networks (biases of standard deviation {biases:g}) within "
            "{about:g} % of 64; regions of the 4 inputs that differ in which neurons are "
            "active, counted exactly",
            biases=BIASES,
            about=ABOUT * 100,
        ),
        page="regions",
        measure=_measure_regions,
        judge=partial(_judge_regions, 64),
    ),
    Claim(
        "D40",
        D,
        _("148 parameters are over 9 for each of the 16 images of the flip."),
        published=_("over 9"),
        tolerance=_("4-16-4 has more than 9 and fewer than 10 for each image"),
        page="diagonal-flip",
        measure=_measure_examples,
        judge=_judge_examples,
    ),
    Claim(
        "D41",
        D,
        _(
            "After 100 epochs of the listing He is 2.7 times better than weights of standard "
            "deviation 1 (0.0658 / 0.0244)."
        ),
        published="2.7x",
        tolerance=_times(2.7),
        page="diagonal-flip",
        measure=_measure_inits,
        judge=partial(_judge_inits, 2.7),
    ),
    Claim(
        "D42",
        D,
        _(
            "After 200 epochs of the listing 16 neurons are 130 times better than 2 "
            "(0.0650 / 0.0005)."
        ),
        published="130x",
        tolerance=_times(130),
        page="diagonal-flip",
        measure=_measure_widths,
        judge=partial(_judge_widths, 130),
    ),
)
