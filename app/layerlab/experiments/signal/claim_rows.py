"""The claims about signals, each beside what is measured here. No Qt."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_HERE, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import grouped, number
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import NetSpec
from layerlab.core.translation import _
from layerlab.experiments.signal.network import (
    TILE,
    MeasuredSignal,
    Network,
    inputs_of,
    tile,
)
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.probes.layers import across_inputs, mean_square
from layerlab.nets.theory.meanfield import Theory, settled_chi

Array = np.ndarray
TANH_GAIN = 5 / 3  # torch.nn.init.calculate_gain("tanh"); a test asks PyTorch
WITHIN = 0.05  # relative, of one layer's variance
KEEPS = 2.0  # "keeps": within this factor from the first layer to the last
POPULATION = 8  # networks whose layers are measured
NETWORKS = 1000  # of which the length is drawn
SHAPES = ((16,) * 5, (128,) * 5, (32,) * 30, (64,) * 20, (16, 128) * 10)
ALIKE = 0.2  # relative
SETTLED = 1e-3  # a correlation that changes less in the last layer
SETTLES = 0.35  # relative, of the rate: one network of finite width
MAX_DEPTH = 64
PAIRS = {"tanh": 1.0, "sigmoid": 1.0, "relu": math.sqrt(2)}  # Xavier, Xavier, He


def claims(
    net: Network,
    theory: Theory,
    found: MeasuredSignal,
    largest: float,
    chi: float,
    length: float,
) -> tuple[ClaimRow, ...]:
    """Return all rows.

    Args:
        net: the network. theory, found: its layers.
        largest: largest singular value of one layer.
        chi, length: where lengths have settled.
    """
    depth = net.depth
    return (
        _kept_row(depth),
        *_variance_rows(),
        _half_row(depth),
        _default_row(depth),
        _gain_row(),
        _jacobian_row(net, theory, found, largest),
        _scatter_row(net),
        _length_row(net, theory, found, length),
    )


# ---- what does not depend on the knobs is measured once


@dataclass(frozen=True, eq=False)
class _Preserved:
    """Medians over `POPULATION` networks: mean square and across inputs, (MAX_DEPTH,)."""

    square: Array
    across_inputs: Array


@functools.lru_cache(maxsize=16)
def _through(activation: str, weight_std: float, bias_std: float) -> _Preserved:
    """Send inputs through networks of `MAX_DEPTH` layers of `TILE` units.

    The networks share the tiles, but each turns the signs of the units at random, which
    makes of one Gaussian matrix another one.
    """
    rng, entry = np.random.default_rng(0), ACTIVATIONS[activation]
    h = np.tile(inputs_of(TILE, 0.0)[:6], (POPULATION, 1, 1))  # (networks, 6, TILE)
    found = np.empty((2, MAX_DEPTH, POPULATION))
    for layer in range(MAX_DEPTH):
        signs = rng.choice((-1.0, 1.0), (POPULATION, 1, TILE))
        z = ((h * signs).reshape(-1, TILE) @ tile(layer, 0, 0)).reshape(h.shape)
        biases = rng.standard_normal((POPULATION, 1, TILE))
        h = entry(z * (weight_std / math.sqrt(TILE)) + bias_std * biases)
        found[0, layer], found[1, layer] = mean_square(h), across_inputs(h)
    square, across = np.median(found, axis=2)
    return _Preserved(square, across)


def _ratio(line: Array, depth: int) -> float:
    return float(line[depth - 1] / line[0]) if line[0] else 0.0


def _kept(ratio: float) -> bool:
    return 1 / KEEPS <= ratio <= KEEPS


def _kept_row(depth: int) -> ClaimRow:
    nets = {name: _through(name, std, 0.0) for name, std in PAIRS.items()}
    across = {name: _ratio(net.across_inputs, depth) for name, net in nets.items()}
    squares = {name: _ratio(net.square, depth) for name, net in nets.items()}
    listed = ", ".join(f"{name} × {number(v, 2)}" for name, v in across.items())
    by_square = [name for name, v in squares.items() if _kept(v)]
    if all(_kept(v) for v in (*across.values(), *squares.values())):
        verdict = HOLDS
    elif by_square:
        condition = _(
            "the mean square is meant, of {activations}", activations=joined_by_and(by_square)
        )
        verdict = f"{ONLY_IF} {condition}"
    else:
        verdict = WRONG
    return ClaimRow(
        "B4",
        _("Xavier keeps the variance for sigmoid and tanh, He for ReLU."),
        _("keeps"),
        listed,
        verdict,
        _(
            "from layer 1 to {depth} across inputs {across}; the mean square {squares}",
            depth=depth,
            across=listed,
            squares=", ".join(f"{name} × {number(v, 2)}" for name, v in squares.items()),
        ),
    )


@functools.cache
def _variances() -> tuple[float, float]:
    """Return the variance of pre-activations of 512 inputs of variance 1, of mean 0 and 1."""
    rng = np.random.default_rng(0)
    n, x = 512, rng.standard_normal((96, 512))
    x = (x - x.mean()) / x.std()
    weights = np.concatenate([tile(0, k, 0) for k in range(n // TILE)])  # (512, TILE)
    return float((x @ weights).var()), float(((x + 1) @ weights).var())


def _variance_rows() -> tuple[ClaimRow, ClaimRow]:
    centred, moved = _variances()
    rows = []
    for name, std, published in (("D20", 1.0, 512.0), ("D21", 0.01, 0.0512)):
        a, b = centred * std**2, moved * std**2
        as_claimed = [abs(v / published - 1) <= WITHIN for v in (a, b)]
        verdict = HOLDS if all(as_claimed) else f"{ONLY_IF} {_('the inputs have mean 0')}"
        rows.append(
            ClaimRow(
                name,
                _(
                    "512 inputs, weights of std {std:g}: "
                    "the pre-activations have variance n s² Var(x).",
                    std=std,
                ),
                f"{published:g}",
                number(a),
                verdict if as_claimed[0] else WRONG,
                _(
                    "{centred} for inputs of mean 0, {moved} of mean 1: the mean square counts",
                    centred=number(a),
                    moved=number(b),
                ),
            )
        )
    return rows[0], rows[1]


def _half_row(depth: int) -> ClaimRow:
    z = tile(1, 0, 0)
    h = np.maximum(z, 0)
    variance, square = float(h.var() / z.var()), float((h**2).mean() / (z**2).mean())
    he, xavier = (_ratio(_through("relu", s, 0.0).square, depth) for s in (math.sqrt(2), 1.0))
    net = NetSpec()
    a, b = (INITIALIZERS[f"{name}-normal"].weight_variance for name in ("he", "xavier"))
    ratios = {f"{i}-{o}": a(i, o, net) / b(i, o, net) for i, o in ((256, 256), (784, 128))}
    needs = []
    if abs(variance - 0.5) > 0.5 * WITHIN:
        needs.append(_("the mean square is meant"))
    if any(abs(ratio - 2) > 2 * WITHIN for ratio in ratios.values()):
        needs.append(_("layers have as many outputs as inputs"))
    makes_up = abs(square - 0.5) <= 0.5 * WITHIN and he > xavier
    verdict = HOLDS
    if len(needs) == 2:
        condition = _("{first}, and {second}", first=needs[0], second=needs[1])
        verdict = f"{ONLY_IF} {condition}"
    elif needs:
        verdict = f"{ONLY_IF} {needs[0]}"
    listed = ", ".join(
        _("{ratio:.3g} for {sizes}", ratio=ratio, sizes=name) for name, ratio in ratios.items()
    )
    return ClaimRow(
        "D22",
        _("ReLU halves the variance; He makes up for it, with twice Xavier's."),
        "× 0.5, × 2",
        _(
            "variance × {variance:.3f}, mean square × {square:.3f}",
            variance=variance,
            square=square,
        ),
        verdict if makes_up else NOT_REPRODUCED,
        _(
            "over {depth} layers He leaves {he} of the mean square, Xavier "
            "{xavier}; He's variance over Xavier's is {listed}",
            depth=depth,
            he=number(he, 2),
            xavier=number(xavier, 2),
            listed=listed,
        ),
    )


def _default_row(depth: int) -> ClaimRow:
    net, n = NetSpec(), TILE
    default, he = (
        INITIALIZERS[k].weight_variance(n, n, net) for k in ("torch-default", "he-normal")
    )
    bias = math.sqrt(INITIALIZERS["torch-default"].bias_variance(n, net))
    left = _through("relu", math.sqrt(n * default), bias)
    square, across = left.square[depth - 1], left.across_inputs[depth - 1]
    return ClaimRow(
        "D29",
        _("He is the default in PyTorch."),
        "2 / n",
        f"{n * default:.3f} / n",
        HOLDS if abs(default / he - 1) <= WITHIN else WRONG,
        _(
            "its variance is {variance:.3f} / n; with its biases {depth} layers of {width} "
            "have mean square {square}, and {across} across inputs",
            variance=n * default,
            depth=depth,
            width=n,
            square=number(square, 2),
            across=number(across, 2),
        ),
    )


@functools.lru_cache(maxsize=4)
def _drawn_with(gain: float) -> tuple[float, float]:
    """Return the std of a layer's weights times the root of n, and log chi of tanh."""
    weights = tile(0, 0, 0) * gain / math.sqrt(TILE)
    log_chi, _ = settled_chi("tanh", np.array(gain), np.array(0.0))
    return float(weights.std() * math.sqrt(TILE)), float(log_chi)


def _gain_row() -> ClaimRow:
    drawn, log_chi = _drawn_with(TANH_GAIN)
    numbers = {"std": f"{drawn:.3f}", "chi": f"{math.exp(log_chi):.2f}"}
    return ClaimRow(
        "D30",
        _("kaiming_normal_ for tanh draws with std √(1/n)."),
        "√(1/n)",
        f"{drawn:.3f} √(1/n)",
        HOLDS if abs(drawn - 1) <= WITHIN else WRONG,
        _(
            "PyTorch's gain for tanh is 5/3: {std} √(1/n), where χ is {chi}: chaos, not the "
            "critical 1",
            **numbers,
        )
        if log_chi > 0
        else _(
            "PyTorch's gain for tanh is 5/3: {std} √(1/n), where χ is {chi}: order, not the "
            "critical 1",
            **numbers,
        ),
    )


# ---- what moves with the knobs


def _jacobian_row(
    net: Network, theory: Theory, found: MeasuredSignal, largest: float
) -> ClaimRow:
    known = found.gradient.size == net.depth
    end = float(found.gradient[0] if known else theory.gradient[0])
    size = number(math.sqrt(end), 2)
    verdict = HOLDS if end < 1 else WRONG
    first = _("one layer's largest is {largest}", largest=number(largest))
    if largest >= 1:  # random matrices have small singular values too
        verdict = NOT_HERE
        first = _("{found}, the others lie on both sides of 1", found=first)
    why = _(
        "{found}; over {depth} layers the gradient is multiplied by {size}: what counts is "
        "the mean square",
        found=first,
        depth=net.depth,
        size=size,
    )
    if not known:
        why = _(
            "{found}; over {depth} layers the expected gradient is multiplied by {size}: what "
            "counts is the mean square",
            found=first,
            depth=net.depth,
            size=size,
        )
    return ClaimRow(
        "E14",
        _(
            "Singular values of the Jacobian all below 1: gradients vanish; all above: "
            "they explode."
        ),
        _("vanish, explode"),
        f"× {size}",
        verdict,
        why,
    )


@functools.lru_cache(maxsize=128)
def _log_variance(hidden: tuple[int, ...]) -> float:
    """Return the variance of the log length of `NETWORKS` ReLU networks with He.

    Given the layer below, pre-activations are normal: so a layer multiplies the length by 2 / n
    times a chi-squared number, of as many degrees as units are active. Exact for any width.
    """
    rng = np.random.default_rng(0)
    logs = np.zeros(NETWORKS)
    for n in hidden:
        open_units = np.maximum(rng.binomial(n, 0.5, NETWORKS), 1)
        logs += np.log(2 / n * rng.chisquare(open_units))
    return float(logs.var())


def _scatter_row(net: Network) -> ClaimRow:
    shapes = (*SHAPES, (net.width,) * net.depth)
    ratios = [_log_variance(h) / sum(1 / n for n in h) for h in shapes]
    alike = max(ratios) <= (1 + ALIKE) * min(ratios)
    wide = [r for r, h in zip(ratios, shapes, strict=True) if min(h) > 16]
    if alike:
        verdict = HOLDS
    elif max(wide) <= (1 + ALIKE) * min(wide):
        verdict = f"{ONLY_IF} {_('no layer is as narrow as 16')}"
    else:
        verdict = NOT_REPRODUCED
    return ClaimRow(
        "L4",
        _("The variance of the log length of ReLU networks is set by the sum of 1 / width."),
        "∑ 1/width",
        f"{ratios[-1]:.2f} ∑ 1/width",
        verdict,
        _(
            "{networks} networks each: {here:.2f} times the sum for {depth} "
            "layers of {width}, {low:.2f} to {high:.2f} for five other shapes",
            networks=grouped(NETWORKS),
            here=ratios[-1],
            depth=net.depth,
            width=net.width,
            low=min(ratios),
            high=max(ratios),
        ),
    )


def _length_row(net: Network, theory: Theory, found: MeasuredSignal, length: float) -> ClaimRow:
    """Compare how fast the correlation settles with what theory predicts."""
    statement = _(
        "Inputs settle over a correlation length ξ; networks can be trained to a "
        "depth of about 6 ξ."
    )
    expected = _settling(theory.correlation, theory.correlation)
    seen = _settling(found.correlation[:, 1], theory.correlation)
    if expected is None or seen is None:
        gap = number(length)
        why = (
            _("on the critical line a difference has no length over which it fades")
            if math.isinf(length)
            else _(
                "a small difference changes by a factor of e in {length} layers, which "
                "{depth} layers of this activation do not show",
                length=gap,
                depth=net.depth,
            )
        )
        return ClaimRow("L5", statement, "6 ξ", f"ξ = {gap}", NOT_HERE, why)
    off = abs(seen / expected - 1)
    return ClaimRow(
        "L5",
        statement,
        "6 ξ",
        _("{depth} ξ deep", depth=number(net.depth * seen, 2)),
        HOLDS if off <= SETTLES else NOT_REPRODUCED,
        _(
            "measured, inputs settle over {seen} layers, expected "
            "{expected}; 6 ξ are {depth:.0f} layers",
            seen=number(1 / seen),
            expected=number(1 / expected),
            depth=6 / expected,
        ),
        here=_("how fast inputs settle, where the ledger trains networks"),
    )


def _settling(correlation: Array, expected: Array) -> float | None:
    """Return by how much the log distance from the end falls a layer; None if it does not.

    Args:
        correlation: (n,) from the first layer on, or with the inputs' own before it.
        expected: (L + 1,) theory, whose end is taken where it has settled.
    """
    end = float(expected[-1])
    if abs(end - float(expected[-2])) > SETTLED:
        return None
    away = np.abs(correlation - end)
    fits = (away < 0.3) & (away > 0.02)
    good = np.flatnonzero(fits)
    if good.size < 3 or good[-1] - good[0] != good.size - 1:
        return None
    return float(-np.polyfit(good, np.log(away[good]), 1)[0])
