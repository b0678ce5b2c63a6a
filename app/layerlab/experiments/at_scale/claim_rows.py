"""What the page finds of its claims. No Qt."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.experiments.at_scale.growth import CASES, HUGE, ends
from layerlab.experiments.at_scale.units import count
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.published import model
from layerlab.nets.skips import FEW, MANY, is_growing, is_steady
from layerlab.nets.transformers import (
    KINDS,
    Decoder,
    cache_numbers,
    feed_forward_parameters,
    printed_gate,
)

TOLERANCE = 0.01  # relative: how near a printed total must be; of powers: absolute
EXACT = 1e-12
D25_PRINTED, D31_PRINTED = 67e6, 6.74e9


def _is_near(value: float, printed: float) -> bool:
    return abs(value / printed - 1) <= TOLERANCE


def block_row(decoder: Decoder) -> ClaimRow:
    """Judge D25: the printed block, matrix by matrix; and count the page's own."""
    d_model, hidden = 4096, 16_384
    matrix = d_model * hidden
    both = feed_forward_parameters(d_model, hidden)
    without = feed_forward_parameters(d_model, hidden, biases=False)
    own = feed_forward_parameters(
        decoder.d_model, decoder.hidden, gated=decoder.gated, biases=decoder.classic
    )
    is_met = any(_is_near(n, D25_PRINTED) for n in (both, without))
    return ClaimRow(
        "D25",
        _("A feed-forward block 4096-16384-4096 has over 67 million parameters in each layer."),
        "67 M",
        _("{both}, one matrix {matrix}", both=count(both, 4), matrix=count(matrix)),
        HOLDS if is_met else WRONG,
        _(
            "one of its two matrices has {matrix}, both have {without} and "
            "with biases {both}; the block of these knobs has {own}",
            matrix=count(matrix, 4),
            without=count(without, 4),
            both=count(both, 5),
            own=count(own, 4),
        ),
    )


def growth_row(block: str) -> ClaimRow:
    """Judge D26 for random blocks of a kind: with layer norm, and without."""
    scaled_norm, norm, scaled, bare = (ends(block, case) for case in CASES)
    steady = [is_steady(scaled_norm), is_steady(scaled)]
    grows = [is_growing(norm), is_growing(bare)]
    if all(steady) and all(grows):
        verdict = HOLDS
    elif steady[0] and grows[0]:
        verdict = f"{ONLY_IF} {_('blocks have layer norm')}"
    else:
        verdict = WRONG

    def text_of(value: float) -> str:
        return number(value, 3) if value < HUGE else _("beyond {huge}", huge=number(HUGE))

    def both(ends_of_case: tuple[float, float]) -> str:
        return joined_by_and(map(text_of, ends_of_case))

    return ClaimRow(
        "D26",
        _(
            "Scaling the output of N residual blocks by 1/√(2N) keeps the variance "
            "from growing with depth."
        ),
        _("does not grow"),
        _(
            "{scaled} scaled, {plain} not",
            scaled=text_of(scaled_norm[1]),
            plain=text_of(norm[1]),
        ),
        verdict,
        _(
            "variance after {few} and {many} random {block} blocks is {scaled} "
            "scaled and {plain} not where blocks have layer norm, {scaled_bare} and "
            "{bare} where they have none",
            few=FEW,
            many=MANY,
            block=block,
            scaled=both(scaled_norm),
            plain=both(norm),
            scaled_bare=both(scaled),
            bare=both(bare),
        ),
    )


def gate_row() -> ClaimRow:
    """Judge D27: the printed gate against those of SwiGLU and GLU."""
    z = np.linspace(-6, 6, 1201)
    printed = printed_gate(z)
    off, glu = (
        float(np.abs(printed - ACTIVATIONS[KINDS[name].bend](z)).max())
        for name in ("SwiGLU", "GLU")
    )
    return ClaimRow(
        "D27",
        _("SwiGLU is printed with the logistic function as its gate."),
        "gate = σ(z)",
        _("differs by up to {off}", off=number(off)),
        HOLDS if off <= EXACT else WRONG,
        _(
            "in −6 to 6 the printed gate differs by up to {off} from z σ(z), the gate of "
            "SwiGLU, and by {glu} from that of GLU",
            off=number(off),
            glu=number(glu, 2),
        ),
    )


def llama_row() -> ClaimRow:
    """Judge D31: two matrices against three, in the published total of LLaMA 7B."""
    three = model("LLaMA 7B").decoder
    totals = [replace(three, gated=gated).parameters for gated in (False, True)]
    if _is_near(totals[0], D31_PRINTED):
        verdict = HOLDS
    else:
        verdict = WRONG if _is_near(totals[1], D31_PRINTED) else NOT_REPRODUCED
    without, gated = (count(total) for total in totals)
    return ClaimRow(
        "D31",
        _("The feed-forward blocks of LLaMA use GELU, that is two matrices."),
        "GELU",
        _("{gated} with a gate, {without} without", gated=gated, without=without),
        verdict,
        _(
            "of the published {total} two matrices account for {without} and three, "
            "which SwiGLU has, for {gated}",
            total=count(D31_PRINTED),
            without=without,
            gated=gated,
        ),
    )


def powers_row(decoder: Decoder, context: int) -> ClaimRow:
    """Judge D37 by doubling the page's own d_model, and its context."""
    d, hidden = decoder.d_model, decoder.hidden
    block, twice = (
        feed_forward_parameters(k * d, k * hidden, gated=decoder.gated, biases=False)
        for k in (1, 2)
    )
    cache, longer = (
        cache_numbers(k * context, decoder.layers, d, decoder.sharing) for k in (1, 2)
    )
    weights, tokens = math.log2(twice / block), math.log2(longer / cache)
    is_so = abs(weights - 2) <= TOLERANCE and abs(tokens - 1) <= TOLERANCE
    even = decoder.parameters / decoder.cache(1)
    return ClaimRow(
        "D37",
        _(
            "Feed-forward weights grow with d_model squared, the cache with the length of "
            "the sequence."
        ),
        _("powers 2 and 1"),
        _("{weights} and {tokens}", weights=number(weights), tokens=number(tokens)),
        HOLDS if is_so else WRONG,
        _(
            "twice the d_model of these knobs has {twice} times the weights, "
            "twice the context {longer} times the cache; it takes as much as all "
            "weights after {even} tokens",
            twice=number(twice / block),
            longer=number(longer / cache),
            even=count(even),
        ),
    )
