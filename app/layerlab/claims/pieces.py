"""Linear pieces: how many a network can have, and how many it has."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, D, E, Judgement
from layerlab.claims.figures import exponent, figure, listed
from layerlab.claims.populations import initial_params
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, NetSpec, replace
from layerlab.core.translation import _
from layerlab.nets.cells import count_cells
from layerlab.nets.folding import fold, folded, one_layer
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.regions import regions
from layerlab.nets.studies.piece_counts import line_problem

Array = np.ndarray
MAX_FOLDS = 10  # foldings
NEURONS = (16, 32, 64, 128)
SLOPE = 0.1
QUARTER = 0.25
NARROW = 8  # neurons: narrower layers are looked at apart
BIASES = 0.5  # standard deviation
LINE_END = 100.0  # ends of the line on which pieces are counted


def _curve(hidden: tuple[int, ...]) -> LabSpec:
    """Return a lab of one input and one output with random biases."""
    net = NetSpec(hidden=hidden, init="normal", weight_std=math.sqrt(2), bias_std=BIASES)
    return replace(line_problem(hidden).spec, net=net)


def pieces_of(hidden: tuple[int, ...], params: Array, low: float, high: float) -> int:
    """Return the exact number of linear pieces of one ReLU network of one input.

    Args:
        hidden: its widths. params: (P,).
        low, high: ends of the interval.
    """
    found = regions(line_problem(hidden), params, low, high)
    assert found is not None  # one input, straight pieces, finite numbers
    return found.pieces


def _random_pieces(hidden: tuple[int, ...], seeds: int) -> Array:
    params = initial_params(_curve(hidden), seeds)
    return np.array([pieces_of(hidden, flat, -LINE_END, LINE_END) for flat in params])


# ---- D16: one layer


class LayerRegions(NamedTuple):
    """Regions of one layer of so many neurons, on a line and in the space of the flip.

    Attributes:
        space: none where a line alone is looked at.
        deep: neurons of a network of several layers, and its regions of a line, if one is.
    """

    neurons: tuple[int, ...]
    line: list[int]
    space: list[int]
    deep: tuple[int, int] | None = None


def _measure_layer(ctx: Context) -> LayerRegions:
    neurons = (2, 3, 8, 16)
    line = [int(_random_pieces((n,), 8).max()) for n in neurons]
    return LayerRegions(neurons, line, list(_space(neurons).values()))


def _space(neurons: tuple[int, ...]) -> dict[int, int]:
    """Return by their number the regions that random neurons make of 4 inputs."""
    draw, net = INITIALIZERS["normal"].draw, NetSpec(weight_std=1.0, bias_std=BIASES)
    return {n: count_cells(*draw(np.random.default_rng(n), 4, n, net)) for n in neurons}


def _judge_layer(n: LayerRegions) -> Judgement:
    bounds = [count + 1 for count in n.neurons]
    full = [sum(math.comb(count, k) for k in range(5)) for count in n.neurons]
    measured = _(
        "1 input: {line}; 4 inputs: {space}",
        line=listed(n.line),
        space=listed(n.space),
    )
    fields = {
        "neurons": listed(n.neurons),
        "line": listed(n.line),
        "space": listed(n.space),
        "sums": listed(full),
    }
    why = _(
        "{neurons} random neurons make {line} regions of a line and {space} of the 4 inputs of "
        "the flip, beside the sum of C(n, k) for k up to 4 ({sums})",
        **fields,
    )
    if full == n.space:
        why = _(
            "{neurons} random neurons make {line} regions of a line and {space} of the 4 "
            "inputs of the flip, which is the sum of C(n, k) for k up to 4 ({sums})",
            **fields,
        )
    fits = [
        all(count <= bound for count, bound in zip(counts, bounds, strict=False))
        for counts in (n.line, n.space)
    ]
    conditions = [] if fits[1] else [_("there is one input")]
    if n.deep is not None and n.deep[1] > n.deep[0] + 1:
        conditions.append(_("they are one layer"))
    if not fits[0]:
        return Judgement.wrong(measured, why)
    if conditions:
        return Judgement.holds_only_if(joined_by_and(conditions), measured, why)
    return Judgement.holds(measured, why)


# ---- D17: layers


class Layers(NamedTuple):
    """Regions of networks, counted exactly.

    Attributes:
        built: pieces of a line of networks that were built for it, by (n, L).
        random: of random ones of one shape, such as 4 x 8.
        space: regions of several inputs, of one layer of so many random neurons.
        bound: most pieces of a line that the random ones can have, (n + 1)^L.
    """

    built: dict[tuple[int, int], int]
    random: Array
    space: dict[int, int]
    bound: int = (8 + 1) ** 4


def _measure_layers(ctx: Context) -> Layers:
    built = {
        (n, depth): pieces_of((n,) * depth, folded(n, depth), 0.0, 1.0)
        for n in (2, 4)
        for depth in (1, 2, 3, 4)
    }
    ctx.step(1, 2)
    return Layers(built, _random_pieces((8,) * 4, ctx.sample_size(32)), _space((2, 3, 8, 16)))


def _judge_layers(n: Layers) -> Judgement:
    reached = all(made == width**depth for (width, depth), made in n.built.items())
    on_line = reached and int(n.random.max()) <= n.bound
    in_space = all(count <= width + 1 for width, count in n.space.items())
    measured = _(
        "1 input: {built} of 4⁴ built; 4 inputs: {count} of one layer of 8",
        built=list(n.built.values())[-1],
        count=n.space.get(8, max(n.space.values())),
    )
    why = _(
        "up to is a maximum: on a line 2 and 4 neurons in 1 to 4 layers, built from weights, "
        "make {made} pieces, and {networks} random networks of 4 × 8 make {median} in the "
        "median and {most} at most, of {bound} that are possible; of the 4 inputs of the flip "
        "one layer of {widths} random neurons makes {space} regions, where n^L is {widths}",
        made=listed(n.built.values()),
        networks=len(n.random),
        median=figure(float(np.median(n.random))),
        most=n.random.max(),
        bound=grouped(n.bound),
        widths=listed(n.space),
        space=listed(n.space.values()),
    )
    if not on_line:
        return Judgement.wrong(measured, why)
    if in_space:
        return Judgement.holds(measured, why)
    return Judgement.holds_only_if(_("there is one input"), measured, why)


# ---- E11: the folded triangle


class Folded(NamedTuple):
    """Pieces of L foldings, for L = 1, 2, ...; of one layer, by its width.

    Attributes:
        deep: pieces of L hidden layers of 2. depths: hidden layers of each.
        narrow: for L up to 6, the most pieces of one layer of width 2^(L-1) - 1.
        least: the width at which one layer has enough pieces. wide: pieces of the one-layer
            network that equals the fold, of width 2^L. apart: how far it is from it.
    """

    deep: list[int]
    depths: list[int]
    narrow: list[int]
    least: list[int]
    wide: list[int]
    apart: float


def _most_pieces(width: int) -> int:
    """Return the pieces of one layer whose neurons all bend at places of their own."""
    places = (np.arange(width) + 0.5) / max(width, 1)
    values = np.cumsum(np.where(np.arange(width) % 2, 1.0, -1.0))  # never two alike
    return pieces_of((width,), one_layer(places, values), 0.0, 1.0) if width else 1


def _measure_fold(ctx: Context) -> Folded:
    depths = list(range(1, MAX_FOLDS + 1))
    deep = [pieces_of((2,) * depth, folded(2, depth), 0.0, 1.0) for depth in depths]
    few = [depth for depth in depths if depth <= 6]
    x = np.linspace(0, 1, 1025)
    wide, apart = [], 0.0
    for depth in few:
        places = np.arange(2**depth) / 2**depth
        slopes = np.where(np.arange(2**depth) % 2, -1.0, 1.0) * 2**depth
        flat = one_layer(places, slopes)
        wide.append(pieces_of((2**depth,), flat, 0.0, 1.0))
        built = np.maximum(x[:, None] - places, 0) @ np.diff(slopes, prepend=0.0)
        apart = max(apart, float(np.abs(built - fold(2, depth, x)).max()))
    narrow = [_most_pieces(2 ** (depth - 1) - 1) for depth in few]
    least = [
        next(w for w in range(2 ** (depth + 1)) if _most_pieces(w) >= 2**depth)
        for depth in few[:5]
    ]
    return Folded(deep, depths, narrow, least, wide, apart)


def _judge_fold(n: Folded) -> Judgement:
    few = len(n.narrow)
    measured = _(
        "{pieces} pieces; one layer needs {kinks} kinks",
        pieces=listed(n.deep),
        kinks=listed(n.least),
    )
    why = _(
        "L layers of 2 neurons make {deep} pieces for L = 1 to {deepest}; one "
        "layer of width 2^(L−1) − 1 makes {narrow} at most, and a network of width "
        "2^L equals the fold within {apart}; so the bound holds but is loose: "
        "{least} neurons with a kink are needed for L = 1 to {most_folds}",
        deep=listed(n.deep),
        deepest=len(n.deep),
        narrow=listed(n.narrow),
        apart=figure(n.apart),
        least=listed(n.least),
        most_folds=len(n.least),
    )
    enough = [pieces == 2**depth for depth, pieces in zip(n.depths, n.deep, strict=True)]
    wide = [pieces == 2**depth for depth, pieces in enumerate(n.wide, 1)]
    bound = [pieces < 2**depth for depth, pieces in enumerate(n.narrow, 1)]
    if all(enough) and all(bound) and all(wide) and n.apart < 1e-9 and few:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


# ---- L3: regions and neurons


class PieceMedians(NamedTuple):
    """For each depth the median pieces of networks of so many neurons."""

    by_depth: dict[int, list[float]]
    neurons: tuple[int, ...] = NEURONS


def _measure_neurons(ctx: Context) -> PieceMedians:
    seeds = ctx.sample_size(16, 16)
    found: dict[int, list[float]] = {}
    for k, depth in enumerate((1, 2, 4)):
        ctx.step(k, 3)
        widths = [(count // depth,) * depth for count in NEURONS]
        found[depth] = [float(np.median(_random_pieces(hidden, seeds))) for hidden in widths]
    return PieceMedians(found)


def _judge_neurons(n: PieceMedians) -> Judgement:
    last, neurons = [counts[-1] for counts in n.by_depth.values()], n.neurons
    measured = _(
        "{pieces} pieces of {neurons} neurons in {depths} layers",
        pieces=listed(last),
        neurons=neurons[-1],
        depths=listed(n.by_depth),
    )

    def powers(narrowest: int) -> list[float]:
        found = []
        for depth, counts in n.by_depth.items():
            wide = [k for k, count in enumerate(neurons) if count // depth >= narrowest]
            found.append(exponent([neurons[k] for k in wide], [counts[k] for k in wide]))
        return found

    every, wider = powers(1), powers(NARROW)
    why = _(
        "pieces grow with the power {every} of the neurons in {depths} layers, "
        "with {wider} where every layer has {narrow} neurons or more, and "
        "{neurons} neurons make {pieces} (biases of standard deviation {biases}; "
        "without biases every kink is at 0)",
        every=_powers(every),
        depths=listed(n.by_depth),
        wider=_powers(wider),
        narrow=NARROW,
        neurons=neurons[-1],
        pieces=listed(last),
        biases=BIASES,
    )
    alike = max(last) <= (1 + QUARTER) * min(last)
    if alike and all(abs(power - 1) <= SLOPE for power in every):
        return Judgement.holds(measured, why)
    if alike and all(abs(power - 1) <= SLOPE for power in wider):
        return Judgement.holds_only_if(
            _("no layer is narrower than {narrow} neurons", narrow=NARROW), measured, why
        )
    return Judgement.not_reproduced(measured, why)


def _powers(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D16",
        D,
        _("n ReLU neurons make at most n + 1 linear regions."),
        published="n + 1",
        page="regions",
        tolerance=_(
            "counted exactly for n = 2, 3, 8, 16 random neurons: never more than n + 1, "
            "with 1 input and with the 4 inputs of the flip"
        ),
        measure=_measure_layer,
        judge=_judge_layer,
    ),
    Claim(
        "D17",
        D,
        _("L layers of n neurons make up to O(n^L) regions."),
        published="n^L",
        page="regions",
        tolerance=_(
            "counted exactly: with 1 input a network built for it has n^L pieces for n = 2, 4 "
            "and L = 1 to 4, and none of 32 random ones of 4 × 8 more than (8 + 1)⁴; with the "
            "4 inputs of the flip a layer of n = 2, 3, 8, 16 random neurons has no more than "
            "n + 1 regions, as (n + 1)^L is O(n^L)"
        ),
        measure=_measure_layers,
        judge=_judge_layers,
    ),
    Claim(
        "E11",
        E,
        _(
            "The L-fold triangle map has 2^L pieces with a depth of about 2 L and constant "
            "width; one hidden layer needs a width of at least 2^(L−1)."
        ),
        published=_("2^L pieces, depth 2 L, width ≥ 2^(L−1)"),
        page="sawtooth",
        tolerance=_(
            "built from weights and counted exactly for L = 1 to "
            "{max_folds}: 2^L pieces at depth 2 L or less; one layer of width 2^(L−1) − 1 has "
            "fewer, one that is wide enough has them all",
            max_folds=MAX_FOLDS,
        ),
        measure=_measure_fold,
        judge=_judge_fold,
    ),
    Claim(
        "L3",
        _("Hanin & Rolnick 2019 (arXiv 1901.09021)"),
        _(
            "The number of linear regions along a line grows linearly with the number of "
            "neurons, whatever the depth."
        ),
        published=_("linear"),
        page="regions",
        tolerance=_(
            "random networks with biases of standard deviation "
            "{biases}, {fewest} to {most} neurons in 1, 2 and 4 layers, 16 seeds: the "
            "exponent of the median number of pieces against the neurons is 1 within "
            "{slope}, and the three depths differ by at most a quarter",
            biases=BIASES,
            fewest=NEURONS[0],
            most=NEURONS[-1],
            slope=SLOPE,
        ),
        measure=_measure_neurons,
        judge=_judge_neurons,
    ),
)
