"""Sizes of transformers: where a layer keeps its numbers, and how many a model has."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from layerlab.claims.base import NO_FIGURE, Claim, Context, D, Judgement
from layerlab.claims.figures import percent, within
from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.nets.published import model
from layerlab.nets.transformers import (
    attention_activations,
    cache_numbers,
    feed_forward_activations,
)

GPT = model("GPT-3")
HEADS = 96  # Brown et al. 2020, table 2.1
LENGTHS = (128, 512, GPT.context)  # tokens
NEAR = 0.01  # relative: how near a printed total must be


# ---- D47: the largest consumer of memory


class LayerMemory(NamedTuple):
    """Numbers of a layer of GPT-3.

    Attributes:
        block, attention: parameters of its feed-forward block and of its attention.
        ratios: by tokens, the activations that the block keeps over those of attention.
        even: fewest tokens at which attention keeps as many.
        cached: fewest tokens whose keys and values are as many as the block's parameters.
    """

    block: int
    attention: int
    ratios: dict[int, float]
    even: int
    cached: int


def _ratio(tokens: int) -> float:
    shape = GPT.decoder
    block = feed_forward_activations(tokens, shape.d_model, shape.hidden)
    return block / attention_activations(tokens, shape.d_model, HEADS)


def _measure_memory(ctx: Context) -> LayerMemory:
    shape = GPT.decoder
    each = cache_numbers(1, 1, shape.d_model)
    return LayerMemory(
        shape.expert,
        shape.attention,
        {tokens: _ratio(tokens) for tokens in LENGTHS},
        next(tokens for tokens in range(1, 2**20) if _ratio(tokens) <= 1),
        -(-shape.expert // each),
    )


def _judge_memory(n: LayerMemory) -> Judgement:
    share = n.block / (n.block + n.attention)
    ratios = ", ".join(f"{ratio:.2f}" for ratio in n.ratios.values())
    measured = _(
        "{share} of parameters; activations × {ratio:.2f}",
        share=percent(share),
        ratio=n.ratios[max(n.ratios)],
    )
    why = _(
        "in a layer of GPT-3 the feed-forward block has {share} of the parameters and keeps "
        "{ratios} times the activations of attention at {lengths} tokens, no more from {even} "
        "on; {cached} tokens have as many keys and values as it has parameters",
        share=percent(share),
        ratios=ratios,
        lengths=", ".join(map(grouped, n.ratios)),
        even=grouped(n.even),
        cached=grouped(n.cached),
    )
    is_larger = [ratio > 1 for ratio in n.ratios.values()]
    if n.block <= n.attention:
        return Judgement.wrong(measured, why)
    if all(is_larger):
        return Judgement.holds(measured, why)
    return Judgement.holds_only_if(
        _("parameters are meant, or fewer than {even} tokens", even=grouped(n.even)),
        measured,
        why,
    )


# ---- D48: GPT-3


def _measure_layers(ctx: Context) -> dict[int, int]:
    """Return the parameters of GPT-3's shape by its number of layers."""
    shape = GPT.decoder
    return {k: replace(shape, layers=k).parameters for k in range(1, 2 * shape.layers)}


def _judge_layers(total: float, layers: int, n: dict[int, int]) -> Judgement:
    shape = GPT.decoder
    nearest = min(n, key=lambda k: abs(n[k] - total))
    measured = _("{found:.1f} billion in {layers} layers", found=n[layers] / 1e9, layers=layers)
    why = _(
        "a d_model of {d_model}, {vocabulary} tokens and {positions} positions make "
        "{found:.2f} billion parameters in {layers} layers, {each:.2f} billion a layer; "
        "{nearest} layers come nearest to {total:.0f} billion",
        d_model=grouped(shape.d_model),
        vocabulary=grouped(shape.vocabulary),
        positions=grouped(shape.positions),
        found=n[layers] / 1e9,
        layers=layers,
        each=(n[2] - n[1]) / 1e9,
        nearest=nearest,
        total=total / 1e9,
    )
    if within(n[layers], total, NEAR) and nearest == layers:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D47",
        D,
        _("The feed-forward block takes the largest share of a transformer layer's memory."),
        published=NO_FIGURE,
        tolerance=_(
            "in the shape of GPT-3 it has more parameters than attention, and keeps more "
            "activations for the gradient at {lengths} tokens",
            lengths=", ".join(map(grouped, LENGTHS)),
        ),
        page="at-scale",
        measure=_measure_memory,
        judge=_judge_memory,
    ),
    Claim(
        "D48",
        D,
        _("GPT-3 has 175 billion parameters in 96 layers."),
        published=_("175 billion, 96 layers"),
        tolerance=_(
            "counted from its published shape (d_model 12\u202f288, 50\u202f257 tokens, "
            "2\u202f048 positions): 96 layers are within {near:g} % of 175 billion, and no "
            "other number of layers comes nearer",
            near=NEAR * 100,
        ),
        page="at-scale",
        measure=_measure_layers,
        judge=partial(_judge_layers, 175e9, 96),
    ),
)
