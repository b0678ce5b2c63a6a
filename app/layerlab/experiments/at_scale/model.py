"""A language model of given knobs: parameters, memory, arithmetic, and its signal. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layerlab.claims import claim
from layerlab.core.errors import LabError, quoted
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.programs import program
from layerlab.core.translation import _, marked
from layerlab.experiments.at_scale import claim_rows
from layerlab.experiments.at_scale.growth import VarianceGrowth, growth
from layerlab.experiments.at_scale.growth import release as release
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.published import GPT_TOKENS, LLAMA_TOKENS, MODELS, Published
from layerlab.nets.transformers import KINDS, Decoder

Array = np.ndarray
PARTS = (marked("feed-forward"), marked("attention"), marked("tables"), marked("context"))
CONTEXTS = np.geomspace(128, 2**20, 131)
GATE_Z = np.linspace(-4, 4, 161)
MANY_EXPERTS = 8  # of the mixture that is compared where there is none
SHARED = (1, 2, 4, 8, 16)
PRESETS = ("block", "d_model", "factor", "layers", "experts", "active", "sharing", "context")


@dataclass(frozen=True)
class FeedForwardBlock:
    """One kind of feed-forward block at the page's d_model and factor, in one layer.

    Attributes:
        name: of the kind, or of a mixture. parameters: stored. used: by one token.
        operations: for one token. key, experts: the knobs that choose it.
    """

    name: str
    parameters: int
    used: int
    operations: int
    key: str
    experts: int


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        block: kind of the feed-forward blocks. factor: their width over d_model.
        decoder: the whole model. context: tokens. bytes: of a number.
        parameters, memory, operations: part -> how many parameters, bytes, and operations for
            one token; parts as in `PARTS`.
        blocks: the kinds side by side. chosen: index of the one that is used.
        cache: (CONTEXTS,) bytes of keys and values.
        even: tokens whose keys and values take as much as all parameters.
        growth: variance of a signal through as many random blocks as there are layers.
        gates: name -> (GATE_Z,) what multiplies a unit.
        published: models to compare with. same: which of them these knobs are, or None.
    """

    block: str
    factor: float
    decoder: Decoder
    context: int
    bytes: int
    parameters: dict[str, int]
    memory: dict[str, int]
    operations: dict[str, int]
    blocks: tuple[FeedForwardBlock, ...]
    chosen: int
    cache: Array
    even: float
    growth: VarianceGrowth
    gates: dict[str, Array]
    published: tuple[Published, ...]
    same: int | None

    @property
    def weights(self) -> int:
        """Bytes of all parameters."""
        return self.bytes * self.decoder.parameters


def compute(
    block: str = "SwiGLU",
    d_model: int = 4096,
    factor: float = 2.6875,
    layers: int = 32,
    experts: int = 1,
    active: tuple[float, ...] = (2.0,),
    sharing: tuple[float, ...] = (1.0,),
    context: tuple[float, ...] = (2048.0,),
    bytes: tuple[float, ...] = (2.0,),
) -> Result:
    """Count a language model, and send a signal through its initial blocks.

    Args:
        block: `plain`, `GLU` or `SwiGLU`. d_model: numbers of a token.
        factor: neurons of a block over d_model. layers: their number.
        experts: blocks of a layer. active: of these, how many a token goes through.
        sharing: heads that share keys. context: tokens. bytes: of a number; each one number.

    Raises:
        LabError: a block that is not known, or several numbers where one is wanted.
    """
    if block not in KINDS:
        raise LabError(
            _(
                "block is {block}, it must be one of {kinds}",
                block=quoted(block),
                kinds=", ".join(KINDS),
            )
        )
    tokens = round(_one(context, _("context")))
    size = 2 if _one(bytes, _("bytes of a number")) < 3 else 4
    shared = min(SHARED, key=lambda s: abs(s - _one(sharing, _("heads that share keys"))))
    used = min(experts, round(_one(active, _("experts of a token"))))
    decoder = _decoder(block, d_model, factor, layers, experts, used, shared, tokens)
    return _counted(block, factor, decoder, tokens, size)


def _one(value: tuple[float, ...], name: str) -> float:
    if len(value) != 1:
        raise LabError(_("{name} is one number, not {given}", name=name, given=len(value)))
    return value[0]


def _decoder(
    block: str,
    d_model: int,
    factor: float,
    layers: int,
    experts: int,
    active: int,
    sharing: int,
    tokens: int,
) -> Decoder:
    is_gated = KINDS[block].gated
    return Decoder(
        LLAMA_TOKENS if is_gated else GPT_TOKENS,
        d_model,
        layers,
        round(factor * d_model),
        is_gated,
        experts,
        active,
        sharing,
        not is_gated,
        0 if is_gated else tokens,
    )


def _counted(block: str, factor: float, decoder: Decoder, tokens: int, size: int) -> Result:
    layers, whole = decoder.layers, decoder.parameters
    attention = layers * decoder.attention
    tables = decoder.tables + decoder.norms
    counts = {
        "feed-forward": whole - attention - tables,
        "attention": attention,
        "tables": tables,
        "context": 0,
    }
    memory = {part: size * number for part, number in counts.items()}
    memory["context"] = size * decoder.cache(tokens)
    blocks = _blocks(block, decoder)
    a_token = decoder.cache(1)
    return Result(
        block,
        factor,
        decoder,
        tokens,
        size,
        counts,
        memory,
        decoder.arithmetic(tokens),
        blocks,
        len(blocks) - 1 if decoder.experts > 1 else list(KINDS).index(block),
        size * a_token * CONTEXTS,
        whole / a_token,
        growth(block, layers),
        {k.bend: ACTIVATIONS[k.bend](GATE_Z) for k in KINDS.values()},
        MODELS,
        same_as(decoder),
    )


def _blocks(block: str, decoder: Decoder) -> tuple[FeedForwardBlock, ...]:
    """Return the kinds beside a mixture of the chosen one, all of one width."""
    many = decoder.experts if decoder.experts > 1 else MANY_EXPERTS
    found = []
    for name, kind, experts in (
        *((key, key, 1) for key in KINDS),
        (f"{many} × {block}", block, many),
    ):
        is_gated = KINDS[kind].gated
        one = replace(decoder, gated=is_gated, classic=not is_gated, experts=experts)
        active = min(one.active if decoder.experts > 1 else 2, experts)
        one = replace(one, active=active)
        found.append(
            FeedForwardBlock(
                name,
                experts * one.expert + one.router,
                active * one.expert + one.router,
                one.arithmetic(1)["feed-forward"] // one.layers,
                kind,
                experts,
            )
        )
    return tuple(found)


def same_as(decoder: Decoder) -> int | None:
    """Return which of the published models this is, if any."""
    return next((k for k, one in enumerate(MODELS) if one.decoder == decoder), None)


def knobs_of(one: Published) -> dict[str, object]:
    """Return the knobs of a published model; the bytes are left as they are."""
    d = one.decoder
    values = (
        "SwiGLU" if d.gated else "plain",
        d.d_model,
        d.hidden / d.d_model,
        d.layers,
        d.experts,
        (float(max(2, d.active)),),
        (float(d.sharing),),
        (float(one.context),),
    )
    return dict(zip(PRESETS, values, strict=True))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about size and growth, beside what is computed here."""
    return (
        claim("D25").at_once(),
        claim_rows.growth_row(result.block),
        claim("D27").at_once(),
        claim("D31").at_once(),
        claim_rows.powers_row(result.decoder, result.context),
        claim("D47").at_once(),
        claim("D48").at_once(),
    )


@with_knobs_of(compute)
def numpy_code(block: str, **knobs: Any) -> str:
    """Return a program that prints the same figures; see `compute`."""
    result = compute(block=block, **knobs)
    model = result.decoder
    return program(
        "at_scale_numpy",
        BLOCK=block,
        D_MODEL=model.d_model,
        HIDDEN=model.hidden,
        LAYERS=model.layers,
        EXPERTS=model.experts,
        ACTIVE=min(model.active, model.experts),
        SHARING=model.sharing,
        VOCABULARY=model.vocabulary,
        CONTEXT=result.context,
        BYTES=result.bytes,
    )
