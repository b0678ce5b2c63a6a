"""Published language models: their shapes, and the totals that their authors print."""

from __future__ import annotations

from dataclasses import dataclass

from layerlab.nets.transformers import Decoder

GPT_TOKENS, LLAMA_TOKENS = 50_257, 32_000


@dataclass(frozen=True)
class Published:
    """A model and what is printed of it.

    Attributes:
        name: as it is called. decoder: its shape. context: tokens it was made for.
        total: parameters as printed. used: those of a token, if printed.
        source: author and year.
    """

    name: str
    decoder: Decoder
    context: int
    total: float
    source: str
    used: float | None = None


def _gpt(
    name: str, d_model: int, layers: int, context: int, total: float, source: str
) -> Published:
    shape = Decoder(
        GPT_TOKENS, d_model, layers, 4 * d_model, False, classic=True, positions=context
    )
    return Published(name, shape, context, total, source)


def _llama(name: str, d_model: int, layers: int, hidden: int, total: float) -> Published:
    shape = Decoder(LLAMA_TOKENS, d_model, layers, hidden, True)
    return Published(name, shape, 2048, total, "Touvron et al. 2023, table 2")


BROWN = "Brown et al. 2020, table 2.1"
# Of the smaller ones of that table some are printed with two digits that are off by more than
# 1 %: by their shapes "350M" has 355.9, "1.3B" 1.316 and "2.7B" 2.652.
MODELS = (
    _gpt("GPT-2", 768, 12, 1024, 124e6, "Radford et al. 2019, the released weights"),
    _gpt("GPT-3 6.7B", 4096, 32, 2048, 6.7e9, BROWN),
    _gpt("GPT-3", 12_288, 96, 2048, 175e9, BROWN),
    # Widths of the feed-forward blocks: those of the released weights.
    _llama("LLaMA 7B", 4096, 32, 11_008, 6.7e9),
    _llama("LLaMA 13B", 5120, 40, 13_824, 13.0e9),
    _llama("LLaMA 33B", 6656, 60, 17_920, 32.5e9),
    _llama("LLaMA 65B", 8192, 80, 22_016, 65.2e9),
    Published(
        "Mixtral 8x7B",
        Decoder(LLAMA_TOKENS, 4096, 32, 14_336, True, experts=8, active=2, sharing=4),
        32_768,
        47e9,
        "Jiang et al. 2024",
        used=13e9,
    ),
)


def model(name: str) -> Published:
    """Return a published model by its name."""
    return next(one for one in MODELS if one.name == name)
