"""Deep networks at initialization: skips, scaled residuals, layers of zeros."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import C, Claim, Context, D, E, Judgement
from layerlab.claims.figures import figure, listed
from layerlab.claims.populations import initial_params, lab
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.engines.numpy_ import backward, forward
from layerlab.nets.problem import problem_of
from layerlab.nets.skips import (
    FEW,
    GROWTH,
    MANY,
    ablate,
    block_variance,
    cut_out,
    is_growing,
    is_steady,
    output_scale,
)

Array = np.ndarray
EXACT = 1e-12


# ---- D26: scaled residuals


def _measure_blocks(ctx: Context) -> dict[bool, dict[str, list[float]]]:
    """Return variances after few and many blocks, by layer norm, `scaled` and `plain`."""
    nets = range(ctx.sample_size(8, 4))
    return {
        is_normed: {
            name: [
                float(np.median([block_variance(n, scale(n), is_normed, k) for k in nets]))
                for n in (FEW, MANY)
            ]
            for name, scale in (("scaled", output_scale), ("plain", lambda n: 1.0))
        }
        for is_normed in (True, False)
    }


def _judge_blocks(n: dict[bool, dict[str, list[float]]]) -> Judgement:
    normed, free = n[True], n[False]
    measured = _(
        "{scaled} scaled, {plain} not",
        scaled=listed(normed["scaled"]),
        plain=listed(normed["plain"]),
    )
    why = _(
        "variance after {few} and {many} blocks is {scaled} with the scale "
        "and {plain} without it where blocks have layer norm, "
        "{scaled_free} and {plain_free} where they have none",
        few=FEW,
        many=MANY,
        scaled=listed(normed["scaled"]),
        plain=listed(normed["plain"]),
        scaled_free=listed(free["scaled"]),
        plain_free=listed(free["plain"]),
    )
    steady = [is_steady((v["scaled"][0], v["scaled"][1])) for v in (normed, free)]
    grows = [is_growing((v["plain"][0], v["plain"][1])) for v in (normed, free)]
    if all(steady) and all(grows):
        return Judgement.holds(measured, why)
    if steady[0] and grows[0]:
        return Judgement.holds_only_if(_("blocks have layer norm"), measured, why)
    return Judgement.wrong(measured, why)


# ---- E4: a chain of single neurons


class Chain(NamedTuple):
    """Gradient at the first of L layers over that at the last: plain and with skips."""

    plain: float
    residual: float


def _measure_chain(ctx: Context) -> Chain:
    length, a = 20, 0.5
    found = []
    for residual in (False, True):
        net = NetSpec(hidden=(1,) * (length + 1), activation="identity", residual=residual)
        problem = problem_of(lab("wave", net, TrainSpec(seeds=1, dtype="float64")))
        params = problem.layout.is_weight()[None] * a
        done = forward(problem, params, problem.x[:1])
        dh = backward(problem, params, done, np.ones_like(done.h[-1])).h
        found.append(float(dh[0].item() / dh[length].item()))
    return Chain(*found)


def _judge_chain(n: Chain) -> Judgement:
    ratio = n.residual / n.plain
    measured = f"{ratio:.4e}".replace("e+0", "e")
    why = _(
        "through 20 layers of 0.5 the gradient becomes {plain:.4e} in the plain chain "
        "(0.5²⁰) and {residual:.1f} in the residual one (1.5²⁰)",
        plain=n.plain,
        residual=n.residual,
    )
    return (
        Judgement.holds(measured, why)
        if abs(ratio - 3.49e9) <= 0.005e9
        else Judgement.wrong(measured, why)
    )


# ---- C3: a layer that learns nothing


BLOCKS, UNITS, INSIDE = 6, 4, 16  # of the source's networks: inputs, and terms of a block


class ZeroedBlocks(NamedTuple):
    """By activation: largest range of the plain outputs, largest error of the residual.

    Attributes:
        plain, residual: of blocks whose outer coefficients are 0.
        lab: of the lab's residual networks, which have none: weights and biases at 0.
    """

    plain: dict[str, float]
    residual: dict[str, float]
    lab: dict[str, float]


def zeroed(outer: Array) -> Array:
    """Return the outer coefficients of a block that has learned nothing."""
    return np.zeros_like(outer)


def _measure_zeroed(ctx: Context) -> ZeroedBlocks:
    found = ZeroedBlocks({}, {}, {})
    for k, entry in enumerate(ACTIVATIONS):
        ctx.step(k, len(ACTIVATIONS))
        found.plain[entry.key], found.residual[entry.key] = expansions(entry)
        found.lab[entry.key] = _of_lab(entry.key)
    return found


def expansions(entry: Activation) -> tuple[float, float]:
    """Put each block in turn to 0 of networks whose blocks are sums a_k s(b_k x + c_k).

    Returns:
        The largest range of the plain outputs over the inputs, and how far the residual
        ones are at most from the network without the block.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, UNITS))
    inner = rng.standard_normal((BLOCKS, UNITS, INSIDE)) / UNITS**0.5
    shift = rng.standard_normal((BLOCKS, INSIDE))
    outer = rng.standard_normal((BLOCKS, INSIDE, UNITS)) / INSIDE**0.5

    def out(a: Array, blocks: list[int], skip: float) -> Array:
        h = x
        for k in blocks:
            h = skip * h + entry(h @ inner[k] + shift[k]) @ a[k]
        return h

    ranges, errors, every = [], [], list(range(BLOCKS))
    for block in every:
        a = outer.copy()
        a[block] = zeroed(outer[block])
        ranges.append(np.ptp(out(a, every, 0.0), axis=0).max())
        shorter = out(outer, [k for k in every if k != block], 1.0)
        errors.append(np.abs(out(a, every, 1.0) - shorter).max() / np.abs(shorter).max())
    return float(max(ranges)), float(max(errors))


def _of_lab(activation: str) -> float:
    """Return how far the lab's residual networks with a layer at 0 are from those without."""
    net = NetSpec(
        hidden=(2,) * BLOCKS, activation=activation, init="torch-default", residual=True
    )
    skips = lab("moons", net, TrainSpec(seeds=8, dtype="float64"))
    shorter = edit(skips, "net.depth", BLOCKS - 1)
    layout, params = problem_of(skips).layout, initial_params(skips, 8)
    x, found = problem_of(skips).x, []
    for layer in range(BLOCKS):
        ablated, cut = ablate(layout, params, layer), cut_out(layout, params, layer)
        found.append(np.abs(_out(skips, ablated, x) - _out(shorter, cut, x)).max())
    return float(max(found))


def _out(spec: LabSpec, params: Array, x: Array) -> Array:
    return forward(problem_of(spec), params, x).h[-1]


def _judge_zeroed(n: ZeroedBlocks) -> Judgement:
    plain, residual = max(n.plain.values()), max(n.residual.values())
    measured = _(
        "plain: range {plain}; residual: off by {residual}",
        plain=figure(plain),
        residual=figure(residual),
    )
    left = [name for name, error in n.lab.items() if error > EXACT]
    fields = {
        "blocks": BLOCKS,
        "plain": figure(plain),
        "residual": figure(residual),
        "count": len(n.plain),
    }
    if left:
        why = _(
            "with the outer coefficients of one of {blocks} blocks at 0 the outputs of plain "
            "networks range over {plain} at most, and residual ones are off by {residual} from "
            "the network without the block, for all of {count} activations; the lab's own "
            "block, h + act(W h + b), has no outer coefficients, and with its weights at 0 "
            "still adds act(0): up to {off} with {activations}",
            off=figure(max(n.lab.values())),
            activations=joined_by_and(left),
            **fields,
        )
    else:
        why = _(
            "with the outer coefficients of one of {blocks} blocks at 0 the outputs of plain "
            "networks range over {plain} at most, and residual ones are off by {residual} from "
            "the network without the block, for all of {count} activations",
            **fields,
        )
    if plain <= EXACT and residual <= EXACT:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D26",
        D,
        _(
            "Scaling the output of N residual blocks by 1/√(2N) keeps the variance from "
            "growing with depth."
        ),
        published=_("does not grow"),
        page="residual",
        tolerance=_(
            "variance after {many} blocks at most {growth:g} times that after {few} "
            "with the scale, and at least 4 times without it; random blocks of two layers, "
            "width 128, with and without layer norm",
            many=MANY,
            growth=GROWTH,
            few=FEW,
        ),
        measure=_measure_blocks,
        judge=_judge_blocks,
    ),
    Claim(
        "E4",
        E,
        _(
            "The gradient through L scalar layers is a^L in a plain and (1 + a)^L in a "
            "residual network; for L = 20, a = 0.5 their ratio is 3.49e9."
        ),
        published="3.49e9",
        page="residual",
        tolerance=_("within 0.005e9, by the lab's backpropagation"),
        measure=_measure_chain,
        judge=_judge_chain,
    ),
    Claim(
        "C3",
        C,
        _(
            "A layer that learns nothing makes a plain network constant; a residual network "
            "loses that layer alone."
        ),
        published=_("exact"),
        page="residual",
        tolerance=_(
            "outer coefficients a of any one of six blocks sum a s(b x + c) at 0, where L2 "
            "alone leaves them: outputs of the plain network differ by at most {exact:g} over "
            "the inputs, those of the residual one by at most {exact:g} of their size from the "
            "network without the block; for every activation of the lab",
            exact=EXACT,
        ),
        measure=_measure_zeroed,
        judge=_judge_zeroed,
    ),
)
