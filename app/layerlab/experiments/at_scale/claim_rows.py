"""What the page finds of its claims. No Qt."""

from __future__ import annotations

import math

from layerlab.claims import claim
from layerlab.claims.counts import GrowthExponents
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.experiments.at_scale.growth import CASES, HUGE, ends
from layerlab.experiments.at_scale.units import count
from layerlab.nets.skips import FEW, MANY
from layerlab.nets.transformers import Decoder, cache_numbers, feed_forward_parameters


def growth_row(block: str) -> ClaimRow:
    """Judge D26 for random blocks of a kind: with layer norm, and without."""
    scaled_norm, norm, scaled, bare = (ends(block, case) for case in CASES)
    numbers = {
        True: {"scaled": list(scaled_norm), "plain": list(norm)},
        False: {"scaled": list(scaled), "plain": list(bare)},
    }

    def text_of(value: float) -> str:
        return number(value, 3) if value < HUGE else _("beyond {huge}", huge=number(HUGE))

    def both(ends_of_case: tuple[float, float]) -> str:
        return joined_by_and(map(text_of, ends_of_case))

    measured = _(
        "{scaled} scaled, {plain} not", scaled=text_of(scaled_norm[1]), plain=text_of(norm[1])
    )
    why = _(
        "variance after {few} and {many} random {block} blocks is {scaled} scaled and {plain} "
        "not where blocks have layer norm, {scaled_bare} and {bare} where they have none",
        few=FEW,
        many=MANY,
        block=block,
        scaled=both(scaled_norm),
        plain=both(norm),
        scaled_bare=both(scaled),
        bare=both(bare),
    )
    here = _("{block} blocks, where the ledger takes two plain layers", block=block)
    return claim("D26").row(numbers, measured=measured, why=why, here=here)


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
    why = _(
        "twice the d_model of these knobs has {twice} times the weights, twice the context "
        "{longer} times the cache; it takes as much as all weights after {even} tokens",
        twice=number(twice / block),
        longer=number(longer / cache),
        even=count(decoder.parameters / decoder.cache(1)),
    )
    return claim("D37").row(
        GrowthExponents(math.log2(twice / block), math.log2(longer / cache)),
        why=why,
        here=_("one doubling of these knobs, where the ledger goes through sixteen times"),
    )
