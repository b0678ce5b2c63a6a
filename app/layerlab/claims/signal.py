"""The signal at initialization: what each layer makes of variance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import B, Claim, Context, D, Judgement
from layerlab.claims.figures import figure, within
from layerlab.core.phrases import joined_by_and, joined_clauses
from layerlab.core.spec import NetSpec
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.probes.layers import across_inputs, mean_square
from layerlab.nets.stream import stream

Array = np.ndarray
VARIANCE = 0.05  # relative
FACTOR = 2.0  # "keeps": within this factor over all layers
SIGNAL = 0.01  # of a mean square: less of it that differs between inputs is no signal
DEPTH, WIDTH = 30, 256


# ---- D20, D21: the pre-activations of one layer


class Sums(NamedTuple):
    """Variance of the pre-activations over n s^2 Var(x), and itself; for mean 0 and mean 1."""

    ratios: tuple[float, float]
    variances: tuple[float, float]


def _measure_sums(init: str, ctx: Context) -> Sums:
    n, rng = 512, np.random.default_rng(0)
    draw, std = INITIALIZERS[init].draw, {"large-normal": 1.0, "small-normal": 0.01}[init]
    variances = []
    for mean in (0.0, 1.0):
        x = mean + rng.standard_normal((128, n))
        nets = ctx.sample_size(16, 8)
        z = np.stack([x @ draw(rng, n, n, NetSpec())[0] for _ in range(nets)])
        variances.append(float(z.var() / x.var()))
    low, high = variances
    expected = n * std**2
    return Sums((low / expected, high / expected), (low, high))


def _judge_sums(n: Sums) -> Judgement:
    zero, one = n.variances
    measured = _(
        "{zero} for inputs of mean 0, {one} of mean 1",
        zero=figure(zero),
        one=figure(one),
    )
    why = _(
        "for inputs of variance 1 pre-activations have variance {zero} with mean 0 and {one} "
        "with mean 1: what counts is the mean square, n s² E[x²]",
        zero=figure(zero),
        one=figure(one),
    )
    as_stated = [within(ratio, 1.0, VARIANCE) for ratio in n.ratios]
    if all(as_stated):
        return Judgement.holds(measured, why)
    if as_stated[0]:
        return Judgement.holds_only_if(_("the inputs have mean 0"), measured, why)
    return Judgement.wrong(measured, why)


# ---- through many layers


class Preserved(NamedTuple):
    """What is left at the last layer of what the first passed on: medians over networks.

    Attributes:
        across, square: variance across inputs and mean square, over those of layer 1.
        share: part of the last layer's mean square that differs between inputs, 0 to 1.
    """

    across: float
    square: float
    share: float


def kept(ctx: Context, activation: str, init: str, nets: int) -> Preserved:
    """Send 64 normal inputs through `DEPTH` layers of `WIDTH` in several networks."""
    net = NetSpec(hidden=(WIDTH,) * DEPTH, activation=activation, init=init)
    found = []
    for k in range(nets):
        ctx.step(k, nets)
        rng = np.random.default_rng(k)
        x = rng.standard_normal((64, WIDTH))
        layers = [h for _, h in stream(net, x, rng)]
        ends = np.stack([layers[0], layers[-1]])  # (2, inputs, units)
        across, square = across_inputs(ends), mean_square(ends)
        found.append([across[1] / across[0], square[1] / square[0], across[1] / square[1]])
    return Preserved(*np.median(found, axis=0).tolist())


def _is_kept(ratio: float) -> bool:
    return 1 / FACTOR <= ratio <= FACTOR


class Halved(NamedTuple):
    """D22: what ReLU leaves, what is kept by He and by Xavier, He's variance over Xavier's.

    The layers are None, and there are no ratios, where ReLU alone is looked at.
    """

    variance: float
    square: float
    he: Preserved | None = None
    xavier: Preserved | None = None
    ratios: Mapping[str, float] = MappingProxyType({})
    depth: int = DEPTH


def _measure_halved(ctx: Context) -> Halved:
    z = np.random.default_rng(0).standard_normal(400_000)
    h = ACTIVATIONS["relu"](z)
    nets = ctx.sample_size(8, 4)
    he, xavier = (INITIALIZERS[f"{name}-normal"].weight_variance for name in ("he", "xavier"))
    net = NetSpec()
    ratios = {
        f"{a}-{b}": he(a, b, net) / xavier(a, b, net)
        for a, b in ((256, 256), (4, 8), (784, 128))
    }
    return Halved(
        float(h.var() / z.var()),
        float((h**2).mean() / (z**2).mean()),
        kept(ctx.part(0, 2), "relu", "he-normal", nets),
        kept(ctx.part(1, 2), "relu", "xavier-normal", nets),
        ratios,
    )


def _judge_halved(n: Halved) -> Judgement:
    measured = _(
        "variance × {variance:.3f}, mean square × {square:.3f}",
        variance=n.variance,
        square=n.square,
    )
    why = _(
        "ReLU leaves {variance:.3f} of the variance and {square:.3f} of the mean square",
        variance=n.variance,
        square=n.square,
    )
    makes_up = True
    if n.he is not None and n.xavier is not None:
        makes_up = _is_kept(n.he.square) and not _is_kept(n.xavier.square)
        ratios = ", ".join(
            _("{ratio:.3g} for {name}", ratio=ratio, name=name)
            for name, ratio in n.ratios.items()
        )
        why = _(
            "{leaves}; over {depth} layers He leaves {he_square} of the mean square and "
            "{he_across} of the variance across inputs, Xavier {xavier_square} of the mean "
            "square; He's variance over Xavier's is {ratios}",
            leaves=why,
            depth=n.depth,
            he_square=figure(n.he.square),
            he_across=figure(n.he.across),
            xavier_square=figure(n.xavier.square),
            ratios=ratios,
        )
    conditions = []
    if not within(n.variance, 0.5, VARIANCE):
        conditions.append(_("variance is read as mean square"))
    if not all(within(ratio, 2.0, VARIANCE) for ratio in n.ratios.values()):
        conditions.append(_("a layer has as many outputs as inputs"))
    if not makes_up or not within(n.square, 0.5, VARIANCE):
        return Judgement.not_reproduced(measured, why)
    if conditions:
        return Judgement.holds_only_if(joined_clauses(conditions), measured, why)
    return Judgement.holds(measured, why)


PAIRS = {"tanh": "xavier-normal", "sigmoid": "xavier-normal", "relu": "he-normal"}


def _measure_kept(ctx: Context) -> dict[str, Preserved]:
    nets = ctx.sample_size(16, 4)
    return {
        name: kept(ctx.part(k, len(PAIRS)), name, init, nets)
        for k, (name, init) in enumerate(PAIRS.items())
    }


def _judge_kept(n: dict[str, Preserved]) -> Judgement:
    across = ", ".join(f"{name} {figure(k.across)}" for name, k in n.items())
    squares = ", ".join(f"{name} {figure(k.square)}" for name, k in n.items())
    measured = _("across inputs: {across}", across=across)
    why = _(
        "from layer 1 to layer {depth} the variance across inputs goes to {across} of itself, "
        "the mean square to {squares}",
        depth=DEPTH,
        across=across,
        squares=squares,
    )
    steady = [name for name, k in n.items() if _is_kept(k.square)]
    by_square = [name for name in steady if n[name].share >= SIGNAL]
    constant = [name for name in steady if name not in by_square]
    if constant:
        why = _(
            "{found}; of {activations} it stands still because every input gives about the "
            "same: {share} of it differs between inputs",
            found=why,
            activations=joined_by_and(constant),
            share=", ".join(figure(n[name].share) for name in constant),
        )
    if all(_is_kept(k.across) and _is_kept(k.square) for k in n.values()):
        return Judgement.holds(measured, why)
    if by_square:
        condition = _(
            "the mean square is meant, and only of {activations}",
            activations=joined_by_and(by_square),
        )
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D20",
        D,
        _(
            "Pre-activations of n inputs have variance n s² Var(x), with weights of standard "
            "deviation s: 512 for n = 512, s = 1."
        ),
        published="512",
        page="signal",
        tolerance=_(
            "within {variance:g} % of n s² Var(x), for inputs of variance 1 with "
            "mean 0 and with mean 1",
            variance=VARIANCE * 100,
        ),
        measure=partial(_measure_sums, "large-normal"),
        judge=_judge_sums,
    ),
    Claim(
        "D21",
        D,
        _(
            "Pre-activations of n inputs have variance n s² Var(x), with weights of standard "
            "deviation s: 0.0512 for n = 512, s = 0.01."
        ),
        published="0.0512",
        page="signal",
        tolerance=_(
            "within {variance:g} % of n s² Var(x), for inputs of variance 1 with "
            "mean 0 and with mean 1",
            variance=VARIANCE * 100,
        ),
        measure=partial(_measure_sums, "small-normal"),
        judge=_judge_sums,
    ),
    Claim(
        "D22",
        D,
        _("ReLU halves the variance; He makes up for it with twice the variance of Xavier."),
        published=_("factor 2"),
        page="signal",
        tolerance=_(
            "ReLU leaves half within {variance:g} %, of the variance and of the "
            "mean square; He keeps the mean square within a factor of {factor:g} over {depth} "
            "layers of {width} while Xavier does not; He is twice Xavier within "
            "{variance:g} % for all of 256-256, 4-8 and 784-128",
            variance=VARIANCE * 100,
            factor=FACTOR,
            depth=DEPTH,
            width=WIDTH,
        ),
        measure=_measure_halved,
        judge=_judge_halved,
    ),
    Claim(
        "B4",
        B,
        _("Xavier keeps the variance for sigmoid and tanh, He keeps it for ReLU."),
        published=_("keeps"),
        page="signal",
        tolerance=_(
            "variance across inputs and mean square at layer {depth} within a factor of "
            "{factor:g} of those at layer 1, width {width}, median of 16 networks; a mean "
            "square of which less than {signal:g} % differs between inputs is a constant, and "
            "nothing that was kept",
            signal=SIGNAL * 100,
            depth=DEPTH,
            factor=FACTOR,
            width=WIDTH,
        ),
        measure=_measure_kept,
        judge=_judge_kept,
    ),
)
