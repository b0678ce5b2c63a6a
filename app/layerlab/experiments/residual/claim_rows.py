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
from layerlab.core.translation import _
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
C3 = _(
    "A layer that learns nothing makes a plain network constant; a residual network loses "
    "that layer alone."
)
D26 = _(
    "Scaling the output of N residual blocks by 1/√(2N) keeps the variance from "
    "growing with depth."
)
E4 = _(
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
        _(
            "backpropagated through 20 layers of 0.5 the ratio is {printed}; through "
            "{depth} layers of {factor} it is {own}",
            printed=number(printed, 4),
            depth=length,
            factor=number(factor, 3),
            own=number(own, 4),
        ),
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
            _("does not grow"),
            "…",
            PENDING,
            _("random blocks are measured before networks are trained"),
        )

    def both(pair: tuple[float, float]) -> str:
        few, many = (number(v, 3) for v in pair)
        return _("{few} and {many}", few=few, many=many)

    steady = [is_steady(v) for v in (blocks.normed_scaled, blocks.scaled)]
    grows = [is_growing(v) for v in (blocks.normed, blocks.free)]
    verdict = WRONG
    if all(steady) and all(grows):
        verdict = HOLDS
    elif steady[0] and grows[0]:
        verdict = f"{ONLY_IF} {_('blocks have layer norm')}"
    return ClaimRow(
        "D26",
        D26,
        _("does not grow"),
        _(
            "{scaled} scaled, {not_scaled} not",
            scaled=both(blocks.normed_scaled),
            not_scaled=both(blocks.normed),
        ),
        verdict,
        _(
            "variance after {few} and {many} blocks of two layers is {normed_scaled} "
            "scaled and {normed} not where blocks have layer norm, "
            "{scaled} and {free} where they have none",
            few=FEW,
            many=MANY,
            normed_scaled=both(blocks.normed_scaled),
            normed=both(blocks.normed),
            scaled=both(blocks.scaled),
            free=both(blocks.free),
        ),
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
        return ClaimRow("C3", C3, _("exact"), "…", PENDING, _("the networks are being trained"))
    if plain.params is None or skips.params is None:
        return ClaimRow(
            "C3", C3, _("exact"), _("not finite"), NOT_HERE, _("the training diverged")
        )
    reach, error = range_of(plain, layer), error_of(skips, layer)
    not_zero, name = leftovers(), plain.setting.activation
    is_exact = error <= EXACT
    as_claimed = reach <= EXACT and is_exact == (name not in not_zero)
    verdict = f"{ONLY_IF} {_('the activation is 0 at 0')}" if as_claimed and not_zero else WRONG
    why = _(
        "with layer {layer} ablated, {networks} trained plain networks predict the "
        "same everywhere to {reach}, and the scaled residual ones differ from "
        "those without the layer by {error} of their size, with {activation}",
        layer=layer + 1,
        networks=len(plain.loss),
        reach=number(reach, 2),
        error=number(error, 2),
        activation=name,
    )
    if not_zero:
        why = _(
            "{found}; {activations} are not 0 at 0 and leave a constant",
            found=why,
            activations=", ".join(not_zero),
        )
    return ClaimRow(
        "C3",
        C3,
        _("exact"),
        _(
            "plain: range {reach}; residual: off by {error}",
            reach=number(reach, 2),
            error=number(error, 2),
        ),
        verdict,
        why,
    )
