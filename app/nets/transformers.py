"""Sizes of transformers: parameters of their blocks, and the cache of keys and values."""

from __future__ import annotations

from dataclasses import dataclass


def feed_forward_parameters(d_model: int, hidden: int, *, gated: bool = False,
                            biases: bool = True) -> int:  # fmt: skip
    """Return the parameters of one feed-forward block.

    Args:
        d_model: numbers that a token is.
        hidden: width of the hidden layer.
        gated: whether a second matrix makes a gate for the hidden layer (GLU, SwiGLU).
        biases: whether every matrix has biases.
    """
    matrices = 3 if gated else 2
    ups = matrices - 1
    return matrices * d_model * hidden + (ups * hidden + d_model if biases else 0)


def attention_parameters(d_model: int) -> int:
    """Return the parameters of queries, keys, values and output, without biases."""
    return 4 * d_model**2


def cache_numbers(tokens: int, layers: int, d_model: int) -> int:
    """Return how many numbers the keys and values of so many tokens are."""
    return 2 * tokens * layers * d_model


@dataclass(frozen=True)
class Decoder:
    """A language model of the LLaMA kind: RMS norms, no biases, untied output.

    Attributes:
        vocabulary: number of tokens. d_model: numbers that a token is.
        layers: number of blocks. hidden: width of the feed-forward layers.
        gated: whether these have a gate.
    """

    vocabulary: int
    d_model: int
    layers: int
    hidden: int
    gated: bool

    @property
    def parameters(self) -> int:
        """Parameters in all: embedding, blocks with two norms each, last norm, output."""
        block = attention_parameters(self.d_model) + feed_forward_parameters(
            self.d_model, self.hidden, gated=self.gated, biases=False
        )
        tables = 2 * self.vocabulary * self.d_model
        return tables + self.layers * (block + 2 * self.d_model) + self.d_model
