"""The claims about signals, each beside what is measured here. No Qt."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.claims import claim
from layerlab.claims.lengths import SHAPES, GradientLengths
from layerlab.claims.signal import DEPTH as LEDGER_DEPTH
from layerlab.claims.signal import Halved, Preserved, Sums
from layerlab.claims.torchs import Drawn, InitializationVariances
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import grouped, number
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
POPULATION = 8  # networks whose layers are measured
NETWORKS = 1000  # of which the length is drawn
SETTLED = 1e-3  # a correlation that changes less in the last layer
MAX_DEPTH = 64
PAIRS = {"tanh": 1.0, "sigmoid": 1.0, "relu": math.sqrt(2)}  # Xavier, Xavier, He


def claims(
    net: Network,
    theory: Theory,
    found: MeasuredSignal,
    largest: float,
    length: float,
) -> tuple[ClaimRow, ...]:
    """Return all rows.

    Args:
        net: the network. theory, found: its layers.
        largest: largest singular value of one layer.
        length: correlation length where lengths have settled.
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


def _preserved(net: _Preserved, depth: int) -> Preserved:
    across, square = net.across_inputs, net.square
    share = across[depth - 1] / square[depth - 1] if square[depth - 1] else 0.0
    return Preserved(_ratio(across, depth), _ratio(square, depth), float(share))


def _layers(depth: int) -> str:
    """State that the networks are as deep as the page's, where the ledger's are not."""
    return _("{depth} layers, where the ledger has {ledger}", depth=depth, ledger=LEDGER_DEPTH)


def _kept_row(depth: int) -> ClaimRow:
    nets = {name: _preserved(_through(name, std, 0.0), depth) for name, std in PAIRS.items()}
    across = ", ".join(f"{name} × {number(one.across, 2)}" for name, one in nets.items())
    squares = ", ".join(f"{name} × {number(one.square, 2)}" for name, one in nets.items())
    why = _(
        "from layer 1 to {depth} across inputs {across}; the mean square {squares}",
        depth=depth,
        across=across,
        squares=squares,
    )
    here = "" if depth == LEDGER_DEPTH else _layers(depth)
    return claim("B4").row(nets, measured=across, why=why, here=here)


@functools.cache
def _variances() -> tuple[float, float]:
    """Return the variance of pre-activations of 512 inputs of variance 1, of mean 0 and 1."""
    rng = np.random.default_rng(0)
    n, x = 512, rng.standard_normal((96, 512))
    x = (x - x.mean()) / x.std()
    weights = np.concatenate([tile(0, k, 0) for k in range(n // TILE)])  # (512, TILE)
    return float((x @ weights).var()), float(((x + 1) @ weights).var())


def _variance_rows() -> tuple[ClaimRow, ClaimRow]:
    n, variances = 512, _variances()
    large, small = (
        claim(name).row(
            Sums(
                (variances[0] / n, variances[1] / n),
                (variances[0] * std**2, variances[1] * std**2),
            ),
            measured=number(variances[0] * std**2),
        )
        for name, std in (("D20", 1.0), ("D21", 0.01))
    )
    return large, small


def _half_row(depth: int) -> ClaimRow:
    z = tile(1, 0, 0)
    h = np.maximum(z, 0)
    he, xavier = (_preserved(_through("relu", std, 0.0), depth) for std in (math.sqrt(2), 1.0))
    net = NetSpec()
    a, b = (INITIALIZERS[f"{name}-normal"].weight_variance for name in ("he", "xavier"))
    ratios = {f"{i}-{o}": a(i, o, net) / b(i, o, net) for i, o in ((256, 256), (784, 128))}
    numbers = Halved(
        float(h.var() / z.var()),
        float((h**2).mean() / (z**2).mean()),
        he,
        xavier,
        ratios,
        depth,
    )
    return claim("D22").row(numbers, here="" if depth == LEDGER_DEPTH else _layers(depth))


def _own_draws() -> str:
    return _("the lab's own copy of what PyTorch draws, where the ledger asks PyTorch")


def _default_row(depth: int) -> ClaimRow:
    net, n = NetSpec(), TILE
    default = INITIALIZERS["torch-default"]
    weights, biases = default.weight_variance(n, n, net), default.bias_variance(n, net)
    left = _through("relu", math.sqrt(n * weights), math.sqrt(biases))
    square, across = left.square[depth - 1], left.across_inputs[depth - 1]
    numbers = InitializationVariances(
        [n], [n * weights], [n * biases], float(across), float(square)
    )
    why = _(
        "its variance is {variance:.3f} / n; with its biases {depth} layers of {width} have "
        "mean square {square}, and {across} across inputs",
        variance=n * weights,
        depth=depth,
        width=n,
        square=number(square, 2),
        across=number(across, 2),
    )
    return claim("D29").row(numbers, why=why, here=_own_draws())


@functools.lru_cache(maxsize=4)
def _drawn_with(gain: float) -> tuple[float, float]:
    """Return the std of a layer's weights times the root of n, and log chi of tanh."""
    weights = tile(0, 0, 0) * gain / math.sqrt(TILE)
    log_chi, _ = settled_chi("tanh", np.array(gain), np.array(0.0))
    return float(weights.std() * math.sqrt(TILE)), float(log_chi)


def _gain_row() -> ClaimRow:
    drawn, log_chi = _drawn_with(TANH_GAIN)
    figures = {"std": f"{drawn:.3f}", "chi": f"{math.exp(log_chi):.2f}"}
    why = (
        _(
            "PyTorch's gain for tanh is 5/3: {std} √(1/n), where χ is {chi}: chaos, not the "
            "critical 1",
            **figures,
        )
        if log_chi > 0
        else _(
            "PyTorch's gain for tanh is 5/3: {std} √(1/n), where χ is {chi}: order, not the "
            "critical 1",
            **figures,
        )
    )
    linear, _chi = _drawn_with(1.0)  # PyTorch's gain for linear
    numbers = Drawn(TILE, drawn / math.sqrt(TILE), linear / math.sqrt(TILE))
    return claim("D30").row(numbers, why=why, here=_own_draws())


# ---- what moves with the knobs


def _jacobian_row(
    net: Network, theory: Theory, found: MeasuredSignal, largest: float
) -> ClaimRow:
    known = found.gradient.size == net.depth
    end = math.sqrt(float(found.gradient[0] if known else theory.gradient[0]))
    size = number(end, 2)
    if known:
        over = _(
            "over {depth} layers the gradient is multiplied by {size}",
            depth=net.depth,
            size=size,
        )
    else:
        over = _(
            "over {depth} layers the expected gradient is multiplied by {size}",
            depth=net.depth,
            size=size,
        )
    fields = {"largest": number(largest), "over": over}
    if largest >= 1:  # random matrices have small singular values too
        why = _(
            "the largest singular value of one layer is {largest}, the others lie on both "
            "sides of 1; {over}: what counts is the mean square",
            **fields,
        )
        return claim("E14").not_here(why, f"× {size}")
    why = _("the largest singular value of one layer is {largest}; {over}", **fields)
    return claim("E14").row(
        GradientLengths({largest: (end, end)}, net.depth - 1),
        measured=f"× {size}",
        why=why,
        here=_("this network, whose singular values are not all alike"),
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
    ratios = {name: _log_variance(h) / sum(1 / n for n in h) for name, h in SHAPES.items()}
    own = _log_variance((net.width,) * net.depth) * net.width / net.depth
    why = _(
        "{networks} networks each: {here:.2f} times the sum for {depth} layers of {width}, "
        "{low:.2f} to {high:.2f} for five other shapes",
        networks=grouped(NETWORKS),
        here=own,
        depth=net.depth,
        width=net.width,
        low=min(ratios.values()),
        high=max(ratios.values()),
    )
    measured = f"{own:.2f} ∑ 1/width"
    here = _("lengths that are drawn by their law, where the ledger sends signals through")
    return claim("L4").row(ratios, measured=measured, why=why, here=here)


def rates(theory: Theory, found: MeasuredSignal) -> tuple[float, float] | None:
    """Return how fast inputs settle, measured and expected, a layer; None if they do not."""
    expected = _settling(theory.correlation, theory.correlation)
    seen = _settling(found.correlation[:, 1], theory.correlation)
    return None if expected is None or seen is None else (seen, expected)


def _length_row(net: Network, theory: Theory, found: MeasuredSignal, length: float) -> ClaimRow:
    """State what is seen of the correlation length; L5 is about networks that are trained."""
    row, gap, both = claim("L5"), number(length), rates(theory, found)
    if both is not None:
        seen, expected = both
        why = _(
            "no network is trained here; inputs settle over {seen} layers, expected "
            "{expected}; six such lengths are {depth:.0f} layers",
            seen=number(1 / seen),
            expected=number(1 / expected),
            depth=6 / expected,
        )
        return row.not_here(why, _("{depth} ξ deep", depth=number(net.depth * seen, 2)))
    if math.isinf(length):
        why = _("on the critical line a difference has no length over which it fades")
    else:
        why = _(
            "a small difference changes by a factor of e in {length} layers, which {depth} "
            "layers of this activation do not show",
            length=gap,
            depth=net.depth,
        )
    return row.not_here(why, f"ξ = {gap}")


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
