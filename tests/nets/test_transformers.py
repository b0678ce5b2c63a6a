"""Sizes of transformers, against published totals and against the lab's own counting."""

from __future__ import annotations

from layerlab.core.layout import Layout
from layerlab.nets.transformers import Decoder, cache_numbers, feed_forward_parameters


def test_a_plain_block_is_a_network_of_one_hidden_layer() -> None:
    assert feed_forward_parameters(8, 32) == Layout((8, 32, 8)).parameters
    assert feed_forward_parameters(8, 32, biases=False) == 2 * 8 * 32
    assert feed_forward_parameters(8, 32, gated=True) == 3 * 8 * 32 + 2 * 32 + 8


def test_llama_has_the_parameters_of_its_published_weights() -> None:
    """Touvron et al. 2023, table 2; the exact totals are those of the released weights."""
    llama7 = Decoder(vocabulary=32_000, d_model=4096, layers=32, hidden=11_008, gated=True)
    llama13 = Decoder(vocabulary=32_000, d_model=5120, layers=40, hidden=13_824, gated=True)
    assert llama7.parameters == 6_738_415_616
    assert llama13.parameters == 13_015_864_320


def test_a_cache_holds_keys_and_values() -> None:
    assert cache_numbers(10, 3, 8) == 2 * 10 * 3 * 8
