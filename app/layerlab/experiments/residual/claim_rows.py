"""What the page finds of its claims. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_HERE, ONLY_IF, PENDING, WRONG, ClaimRow
from layerlab.core.jobs import Ask
from layerlab.core.numbers import number
from layerlab.core.spec import edit
from layerlab.experiments.residual.initial import chain
from layerlab.experiments.residual.training import GRID, TrainedDepth
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.problem import problem_of
from layerlab.nets.skips import (
    FEW,
    MANY,
    ablate,
    block_variance,
    cut_out,
    is_growing,
    is_steady,
    output_scale,
)

EXACT = 1e-12
PRINTED, TOLERANCE = 3.49e9, 0.005e9
NETS = 4
C3 = (
    "A layer that learns nothing makes a plain network constant; a residual network loses "
    "that layer alone."
)
D26 = (
    "Scaling the output of N residual blocks by 1/√(2N) keeps the variance from "
    "growing with depth."
)
E4 = (
    "L scalar layers pass on a^L of a gradient, with skips (1 + a)^L: 3.49e9 times as much "
    "at L = 20, a = 0.5."
)


# ---- E4


def ratio(a: float, length: int) -> float:
    """Return the gradient of the chain with skips over that without, backpropagated."""
    plain, skips = chain(a, length)
    return float(skips[0] / plain[0])


def chain_row(factor: float, length: int) -> ClaimRow:
    """Judge E4 as it is printed, and add what the page's own chain has."""
    printed, own = ratio(0.5, 20), ratio(factor, length)
    holds = abs(printed - PRINTED) <= TOLERANCE
    return ClaimRow(
        "E4",
        E4,
        "3.49e9",
        number(printed, 4),
        HOLDS if holds else WRONG,
        f"backpropagated through 20 layers of 0.5 the ratio is {number(printed, 4)}; through "
        f"{length} layers of {number(factor, 3)} it is {number(own, 4)}",
    )


# ---- D26


@dataclass(frozen=True)
class Blocks:
    """Median variances after `FEW` and `MANY` blocks of two layers, that before being 1.

    Attributes:
        normed_scaled, normed, scaled, free: with layer norm or without, scaled or not.
    """

    normed_scaled: tuple[float, float]
    normed: tuple[float, float]
    scaled: tuple[float, float]
    free: tuple[float, float]


@functools.cache
def _variance(blocks: int, is_scaled: bool, is_normed: bool) -> float:
    scale = output_scale(blocks) if is_scaled else 1.0
    nets = range(NETS)
    return float(np.median([block_variance(blocks, scale, is_normed, k) for k in nets]))


_CASES = [(n, s, m) for m in (True, False) for s in (True, False) for n in (FEW, MANY)]
_found: list[Blocks] = []


def measure_blocks(is_interrupted: Ask) -> Iterator[None]:
    """Draw random blocks and send a signal through; yields where the time is wanted."""
    if _found:
        return
    for case in _CASES:
        _variance(*case)
        if is_interrupted():
            yield None
    v = [_variance(*case) for case in _CASES]
    _found.append(Blocks((v[0], v[1]), (v[2], v[3]), (v[4], v[5]), (v[6], v[7])))


def known_blocks() -> Blocks | None:
    """Return what was measured, or None."""
    return _found[0] if _found else None


def blocks_row(blocks: Blocks | None) -> ClaimRow:
    """Judge D26: with layer norm, and without."""
    if blocks is None:
        return ClaimRow(
            "D26",
            D26,
            "does not grow",
            "…",
            PENDING,
            "random blocks are measured before networks are trained",
        )

    def both(pair: tuple[float, float]) -> str:
        return " and ".join(number(v, 3) for v in pair)

    steady = [is_steady(v) for v in (blocks.normed_scaled, blocks.scaled)]
    grows = [is_growing(v) for v in (blocks.normed, blocks.free)]
    verdict = WRONG
    if all(steady) and all(grows):
        verdict = HOLDS
    elif steady[0] and grows[0]:
        verdict = f"{ONLY_IF} blocks have layer norm"
    return ClaimRow(
        "D26",
        D26,
        "does not grow",
        f"{both(blocks.normed_scaled)} scaled, {both(blocks.normed)} not",
        verdict,
        f"variance after {FEW} and {MANY} blocks of two layers is {both(blocks.normed_scaled)} "
        f"scaled and {both(blocks.normed)} not where blocks have layer norm, "
        f"{both(blocks.scaled)} and {both(blocks.free)} where they have none",
    )


# ---- C3


def leftovers() -> list[str]:
    """Return the activations that are not 0 at 0."""
    zero = np.zeros(1)
    return [one.key for one in ACTIVATIONS if abs(float(one(zero, 0.01)[0])) > EXACT]


def range_of(plain: TrainedDepth, layer: int) -> float:
    """Return the range of the outputs of the plain networks with a layer ablated."""
    out = _predictions(plain, layer)
    return float(np.ptp(out, axis=1).max())


def error_of(skips: TrainedDepth, layer: int) -> float:
    """Return how far the residual networks are from those without the layer."""
    depth = skips.setting.depth
    shorter = problem_of(edit(skips.problem.spec, "net.depth", depth - 1))
    assert skips.params is not None
    cut = cut_out(skips.problem.layout, skips.params, layer)
    alone = outputs(shorter, cut, GRID[:, None])[..., 0]
    return float(
        np.abs(_predictions(skips, layer) - alone).max() / max(1.0, np.abs(alone).max())
    )


def _predictions(one: TrainedDepth, layer: int) -> np.ndarray:
    assert one.params is not None
    ablated = ablate(one.problem.layout, one.params, layer)
    return np.asarray(outputs(one.problem, ablated, GRID[:, None])[..., 0])


def ablation_row(
    plain: TrainedDepth | None, skips: TrainedDepth | None, layer: int
) -> ClaimRow:
    """Judge C3 by the trained networks with one layer (from 0) ablated."""
    if plain is None or skips is None:
        return ClaimRow("C3", C3, "exact", "…", PENDING, "the networks are being trained")
    if plain.params is None or skips.params is None:
        return ClaimRow("C3", C3, "exact", "not finite", NOT_HERE, "the training diverged")
    reach, error = range_of(plain, layer), error_of(skips, layer)
    not_zero, name = leftovers(), plain.setting.activation
    is_exact = error <= EXACT
    as_claimed = reach <= EXACT and is_exact == (name not in not_zero)
    verdict = f"{ONLY_IF} the activation is 0 at 0" if as_claimed and not_zero else WRONG
    rest = f"; {', '.join(not_zero)} are not 0 at 0 and leave a constant" if not_zero else ""
    return ClaimRow(
        "C3",
        C3,
        "exact",
        f"plain: range {number(reach, 2)}; residual: off by {number(error, 2)}",
        verdict,
        f"with layer {layer + 1} ablated, {len(plain.loss)} trained plain networks predict the "
        f"same everywhere to {number(reach, 2)}, and the scaled residual ones differ from "
        f"those without the layer by {number(error, 2)} of their size, with {name}{rest}",
    )
