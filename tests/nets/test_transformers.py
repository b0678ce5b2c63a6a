"""Sizes of transformers, against published totals and against the lab's own counting."""

from __future__ import annotations

from typing import Any

import pytest

from layerlab.core.layout import Layout
from layerlab.nets.transformers import (
    Decoder,
    attention_activations,
    cache_numbers,
    feed_forward_activations,
    feed_forward_parameters,
)


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


def kept_by_autograd(compute: Any, x: Any, weights: list[Any]) -> int:
    """Return how many numbers PyTorch keeps of a computation for its gradient, x included."""
    torch = pytest.importorskip("torch")  # the oracle
    kept = {}

    def keep(tensor: Any) -> Any:
        kept[tensor.untyped_storage().data_ptr()] = tensor  # held, so that no place is reused
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        compute(x)
    own = {weight.untyped_storage().data_ptr() for weight in weights}
    sizes = [
        t.untyped_storage().nbytes() // t.itemsize for p, t in kept.items() if p not in own
    ]
    return sum(sizes)


def test_autograd_keeps_as_many_activations() -> None:
    torch = pytest.importorskip("torch")
    tokens, d_model, heads, hidden = 7, 12, 3, 40
    x = torch.randn(tokens, d_model, requires_grad=True)
    shapes = [(d_model, d_model)] * 4 + [(d_model, hidden), (hidden, d_model)]
    weights = [torch.randn(*shape, requires_grad=True) for shape in shapes]
    query, key, value, output, up, down = weights

    def split(rows: Any) -> Any:
        return rows.view(tokens, heads, d_model // heads).transpose(0, 1)

    def attention(x: Any) -> Any:
        scores = split(x @ query) @ split(x @ key).transpose(1, 2)
        mean = torch.softmax(scores, -1) @ split(x @ value)
        return mean.transpose(0, 1).reshape(tokens, d_model) @ output

    def feed_forward(x: Any) -> Any:
        return torch.nn.functional.gelu(x @ up) @ down

    expected = attention_activations(tokens, d_model, heads)
    assert kept_by_autograd(attention, x, weights) == expected
    expected = feed_forward_activations(tokens, d_model, hidden)
    assert kept_by_autograd(feed_forward, x, weights) == expected
