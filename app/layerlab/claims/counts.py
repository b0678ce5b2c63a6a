"""Claims that counting settles: parameters, sizes, growth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from layerlab.claims.base import Claim, Context, D, Judgement
from layerlab.claims.figures import exponent, figure, listed, within
from layerlab.core.layout import Layout
from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.nets.published import model
from layerlab.nets.transformers import cache_numbers, feed_forward_parameters

EXACT = _("exactly the printed numbers")
TOTAL = 0.01  # relative: how near a printed total must be

# Touvron et al. 2023 (arXiv 2302.13971), table 2: the model "7B" has 6.7 billion. Of the
# published weights there are 6,738,415,616.
LLAMA = model("LLaMA 7B").decoder
LLAMA_TOTAL = 6.74e9


def _parameters(sizes: list[tuple[int, ...]], ctx: Context) -> dict[str, int]:
    """Return the parameters of networks by their names, such as `4-8-4`."""
    return {"-".join(map(str, s)): Layout(s).parameters for s in sizes}


def _judge_parameters(printed: tuple[int, ...], n: dict[str, int]) -> Judgement:
    """Compare the first networks with the printed numbers; any others explain them."""
    counted = list(n.values())[: len(printed)]
    words = [
        _("{name} has {parameters}", name=name, parameters=grouped(count))
        for name, count in n.items()
    ]
    why = ", ".join(words)
    if tuple(counted) == printed:
        return Judgement.holds(listed(counted), why)
    return Judgement.wrong(listed(counted), why)


class ThreeLayers(NamedTuple):
    """Parameters of 4-4-4-4 and 4-4-4-4-4, and n^L of the first."""

    three: int
    four: int
    power: int


def _measure_three(ctx: Context) -> ThreeLayers:
    shorter, longer = (4,) * 4, (4,) * 5
    hidden = shorter[1:-1]
    return ThreeLayers(Layout(shorter).parameters, Layout(longer).parameters, 4 ** len(hidden))


def _judge_three(table: int, text: tuple[int, int], n: ThreeLayers) -> Judgement:
    measured = _(
        "4-4-4-4: {three}; 4-4-4-4-4: {four}; n^L = {power} for 4-4-4-4",
        three=n.three,
        four=n.four,
        power=n.power,
    )
    why = _(
        "4-4-4-4 has two hidden layers and {three} parameters, so its n^L is {power}; "
        "three hidden layers of 4 are 4-4-4-4-4 and have {four}",
        three=n.three,
        power=n.power,
        four=n.four,
    )
    if n.three == table and (n.four, 4**3) == text:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


class BlockParameters(NamedTuple):
    """Parameters of one matrix, and of the block without and with biases."""

    matrix: int
    without: int
    biased: int


def _measure_block(ctx: Context) -> BlockParameters:
    d_model, hidden = 4096, 16_384
    plain = feed_forward_parameters(d_model, hidden, biases=False)
    return BlockParameters(d_model * hidden, plain, feed_forward_parameters(d_model, hidden))


def _judge_block(printed: float, n: BlockParameters) -> Judgement:
    measured = _("{biased:.1f} million", biased=n.biased / 1e6)
    why = _(
        "one matrix alone has {matrix:.1f} million; both have "
        "{without:.1f}, with biases {biased:.1f}",
        matrix=n.matrix / 1e6,
        without=n.without / 1e6,
        biased=n.biased / 1e6,
    )
    is_near = any(within(count, printed, TOTAL) for count in (n.without, n.biased))
    return Judgement.holds(measured, why) if is_near else Judgement.wrong(measured, why)


class GatedParameters(NamedTuple):
    """Parameters of a decoder with two and with three matrices a feed-forward block."""

    two: int
    three: int


def _measure_gates(ctx: Context) -> GatedParameters:
    return GatedParameters(replace(LLAMA, gated=False).parameters, LLAMA.parameters)


def _judge_gates(n: GatedParameters) -> Judgement:
    measured = _(
        "{three:.2f} billion with a gate, {two:.2f} without",
        three=n.three / 1e9,
        two=n.two / 1e9,
    )
    why = _(
        "of the published {total:.2f} billion, blocks of two matrices (GELU) "
        "account for {two:.2f} and blocks of three, which SwiGLU has, for "
        "{three:.2f}",
        total=LLAMA_TOTAL / 1e9,
        two=n.two / 1e9,
        three=n.three / 1e9,
    )
    if within(n.two, LLAMA_TOTAL, TOTAL):
        return Judgement.holds(measured, why)
    if within(n.three, LLAMA_TOTAL, TOTAL):
        return Judgement.wrong(measured, why)
    return Judgement.not_reproduced(measured, why)


def _judge_fewer(n: dict[str, int]) -> Judgement:
    (deep, deeper), (wide, wider) = n.items()
    why = _(
        "{deep} has {few} parameters and {wide} has {many}",
        deep=deep,
        few=deeper,
        wide=wide,
        many=wider,
    )
    measured = _("{few} against {many}", few=deeper, many=wider)
    return Judgement.holds(measured, why) if deeper < wider else Judgement.wrong(measured, why)


class GrowthExponents(NamedTuple):
    """Exponents: of the block's weights in d_model, of the cache in tokens."""

    weights: float
    cache: float


def _measure_growth(ctx: Context) -> GrowthExponents:
    widths = [512 * 2**k for k in range(5)]
    tokens = [1024 * 2**k for k in range(7)]
    return GrowthExponents(
        exponent(widths, [feed_forward_parameters(d, 4 * d, biases=False) for d in widths]),
        exponent(tokens, [cache_numbers(t, LLAMA.layers, LLAMA.d_model) for t in tokens]),
    )


def _judge_growth(n: GrowthExponents) -> Judgement:
    measured = _("exponents {weights:.3f} and {cache:.3f}", weights=n.weights, cache=n.cache)
    tokens = LLAMA.parameters / cache_numbers(1, LLAMA.layers, LLAMA.d_model)
    why = _(
        "weights grow with the power {weights:.3f} of d_model, the cache with the power "
        "{cache:.3f} of the tokens; at LLAMA's size it has as many numbers as there are "
        "parameters after {tokens} tokens",
        weights=n.weights,
        cache=n.cache,
        tokens=figure(round(tokens)),
    )
    if abs(n.weights - 2) <= TOTAL and abs(n.cache - 1) <= TOTAL:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


def _count(
    name: str, statement: str, printed: tuple[int, ...], *sizes: tuple[int, ...]
) -> Claim[Any]:
    return Claim(
        name,
        D,
        statement,
        published=listed(printed),
        tolerance=EXACT,
        page="diagonal-flip",
        measure=partial(_parameters, list(sizes)),
        judge=partial(_judge_parameters, printed),
    )


CLAIMS: tuple[Claim[Any], ...] = (
    _count(
        "D1",
        _("Parameters of 4-w-4 for w = 2, 3, 8 and 16."),
        (22, 31, 76, 148),
        (4, 2, 4),
        (4, 3, 4),
        (4, 8, 4),
        (4, 16, 4),
    ),
    Claim(
        "D13",
        D,
        _(
            "4-4-4-4 has 52 parameters by the table; three hidden layers of 4 have 60 by the "
            "text, with n^L = 64."
        ),
        published="52; 60, n^L = 64",
        tolerance=EXACT,
        page="diagonal-flip",
        measure=_measure_three,
        judge=partial(_judge_three, 52, (60, 64)),
    ),
    _count(
        "D14",
        _("One hidden layer of 63 neurons needs 507 parameters on the flip."),
        (507,),
        (4, 63, 4),
        (4, 63, 3),
    ),
    _count("D15", _("4-8-8-4 has 140 parameters."), (140,), (4, 8, 8, 4)),
    Claim(
        "D25",
        D,
        _(
            "A feed-forward block 4096-16384-4096 has over 67 million parameters in each layer "
            "of a transformer."
        ),
        published=_("67 million"),
        page="at-scale",
        tolerance=_(
            "within {total:g} % of the printed total, with or without biases", total=TOTAL * 100
        ),
        measure=_measure_block,
        judge=partial(_judge_block, 67e6),
    ),
    Claim(
        "D31",
        D,
        _("The feed-forward blocks of LLaMA use GELU, that is two matrices."),
        published="GELU",
        page="at-scale",
        tolerance=_(
            "wrong if the published total of 6.74 billion parameters (Touvron et al. "
            "2023) is met within {total:g} % by the three matrices of a gated block and "
            "not by two",
            total=TOTAL * 100,
        ),
        measure=_measure_gates,
        judge=_judge_gates,
    ),
    Claim(
        "D36",
        D,
        _(
            "On the curve task width 4 and depth 3 have fewer parameters than width 8 and "
            "depth 1."
        ),
        published=_("fewer"),
        tolerance=_("the count is smaller"),
        page="width-or-depth",
        measure=partial(_parameters, [(1, 4, 4, 4, 1), (1, 8, 1)]),
        judge=_judge_fewer,
    ),
    Claim(
        "D37",
        D,
        _(
            "The weights of a feed-forward block grow with the square of d_model, the cache of "
            "keys and values with the length of the sequence."
        ),
        published=_("exponents 2 and 1"),
        page="at-scale",
        tolerance=_(
            "exponents within {total:.2f}, from d_model 512 to 8\u202f192 and from "
            "1\u202f024 to 65\u202f536 tokens",
            total=TOTAL,
        ),
        measure=_measure_growth,
        judge=_judge_growth,
    ),
)
