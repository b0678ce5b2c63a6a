"""What the page finds of its claims. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.claims import claim
from layerlab.claims.depth import EXACT, Chain, ZeroedBlocks, expansions
from layerlab.core.experiment import ClaimRow
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
    output_scale,
)

NETS = 4  # networks of random blocks


# ---- E4


def ratio(a: float, length: int) -> float:
    """Return the gradient of the chain with skips over that without, backpropagated."""
    plain, skips = chain(a, length)
    return float(skips[0] / plain[0])


def chain_row(factor: float, length: int) -> ClaimRow:
    """Judge E4 as it is printed, and add what the page's own chain has."""
    plain, skips = chain(0.5, 20)
    numbers = Chain(float(plain[0]), float(skips[0]))
    why = _(
        "backpropagated through 20 layers of 0.5 the ratio is {printed}; through {depth} "
        "layers of {factor} it is {own}",
        printed=number(numbers.residual / numbers.plain, 4),
        depth=length,
        factor=number(factor, 3),
        own=number(ratio(factor, length), 4),
    )
    return claim("E4").row(numbers, why=why)


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
        return claim("D26").pending(_("random blocks are measured before networks are trained"))

    def both(pair: tuple[float, float]) -> str:
        few, many = (number(v, 3) for v in pair)
        return _("{few} and {many}", few=few, many=many)

    measured = _(
        "{scaled} scaled, {not_scaled} not",
        scaled=both(blocks.normed_scaled),
        not_scaled=both(blocks.normed),
    )
    numbers = {
        True: {"scaled": list(blocks.normed_scaled), "plain": list(blocks.normed)},
        False: {"scaled": list(blocks.scaled), "plain": list(blocks.free)},
    }
    here = _("{nets} networks, where the ledger draws 8", nets=NETS)
    return claim("D26").row(numbers, measured=measured, here=here)


# ---- C3


def leftovers() -> dict[str, float]:
    """Return what each activation that is not 0 at 0 leaves of an ablated layer's unit."""
    left = {one.key: float(abs(one(np.zeros(1))[0])) for one in ACTIVATIONS}
    return {name: size for name, size in left.items() if size > EXACT}


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
    """Judge C3 by the trained networks with one layer (from 0) ablated.

    Theirs are the lab's blocks, without outer coefficients; those of the source, which have
    some, are built with the same activation. Of the activations that the networks do not have
    it is asked what they leave at 0.
    """
    row = claim("C3")
    if plain is None or skips is None:
        return row.pending(_("the networks are being trained"))
    if plain.params is None or skips.params is None:
        return row.not_here(_("the training diverged"), _("not finite"))
    reach, error = range_of(plain, layer), error_of(skips, layer)
    name = plain.setting.activation
    constant, exact = expansions(ACTIVATIONS[name])
    measured = _(
        "plain: range {reach}; residual: off by {error}",
        reach=number(reach, 2),
        error=number(error, 2),
    )
    why = _(
        "with layer {layer} ablated, {networks} trained plain networks predict the same "
        "everywhere to {reach}, and the scaled residual ones differ from those without the "
        "layer by {error} of their size, with {activation}; {activations} are not 0 at 0 and "
        "leave a constant",
        layer=layer + 1,
        networks=len(plain.loss),
        reach=number(reach, 2),
        error=number(error, 2),
        activation=name,
        activations=", ".join(leftovers()) or _("none"),
    )
    here = _("one layer of trained networks of {activation}", activation=name)
    lab = {**leftovers(), name: error}
    if name not in leftovers():  # then the lab's block leaves nothing either
        exact = max(exact, error)
    numbers = ZeroedBlocks({name: max(reach, constant)}, {name: exact}, lab)
    return row.row(numbers, measured=measured, why=why, here=here)
