"""Sizes of transformers: parameters of their blocks, the cache of keys and values, arithmetic.

And what their feed-forward blocks compute: plain, or with a gate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.nets.activations import ACTIVATIONS

Array = np.ndarray


@dataclass(frozen=True)
class Kind:
    """A kind of feed-forward block: `bend` of its one layer, or of its gate."""

    bend: str
    gated: bool

    @property
    def matrices(self) -> int:
        """How many matrices it has."""
        return 3 if self.gated else 2


# Vaswani et al. 2017 (ReLU), Dauphin et al. 2017 (GLU), Shazeer 2020 (SwiGLU).
KINDS = {
    "plain": Kind("relu", False),
    "GLU": Kind("sigmoid", True),
    "SwiGLU": Kind("silu", True),
}


def printed_gate(z: Array) -> Array:
    """Return the gate that is printed for SwiGLU (claim D27): the logistic function."""
    return np.asarray(1 / (1 + np.exp(-z)))


def feed_forward(kind: Kind, x: Array, up: Array, down: Array, gate: Array | None) -> Array:
    """Return what a feed-forward block without biases makes of tokens.

    Args:
        x: (..., tokens, d_model). up, gate: (..., d_model, hidden). down: (..., hidden,
            d_model). gate: of a gated kind; it is not looked at otherwise.

    Returns:
        (..., tokens, d_model)
    """
    bend, units = ACTIVATIONS[kind.bend], x @ up
    if not kind.gated:
        return np.asarray(bend(units) @ down)
    assert gate is not None
    return np.asarray((units * bend(x @ gate)) @ down)


def feed_forward_parameters(
    d_model: int, hidden: int, *, gated: bool = False, biases: bool = True
) -> int:
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


def shared_width(d_model: int, sharing: int) -> int:
    """Return how many numbers a key or a value of a token is, of all heads together.

    Args:
        sharing: heads of queries that share one of keys and values (Ainslie et al. 2023).
    """
    return max(1, round(d_model / sharing))


def attention_parameters(d_model: int, sharing: int = 1) -> int:
    """Return the parameters of queries, keys, values and output, without biases."""
    return 2 * d_model * (d_model + shared_width(d_model, sharing))


def cache_numbers(tokens: int, layers: int, d_model: int, sharing: int = 1) -> int:
    """Return how many numbers the keys and values of so many tokens are."""
    return 2 * tokens * layers * shared_width(d_model, sharing)


def attention_activations(tokens: int, d_model: int, heads: int) -> int:
    """Return how many numbers the attention of a layer keeps for its gradient.

    Of every token the input, query, key, value and the weighted mean of values that the
    output matrix multiplies; and of every head a weight for each pair of tokens. Without
    biases, dropout and masks.

    Args:
        tokens: of the sequence.
        d_model: numbers that a token is.
        heads: of as many keys as queries.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198), section 4.1, without dropout.
    """
    return 5 * tokens * d_model + heads * tokens**2


def feed_forward_activations(tokens: int, d_model: int, hidden: int) -> int:
    """Return how many numbers a plain feed-forward block keeps for its gradient.

    Of every token the input, the pre-activations of the hidden layer and what it passes on.
    Arguments and source as of `attention_activations`; hidden: width of the hidden layer.
    """
    return tokens * (d_model + 2 * hidden)


@dataclass(frozen=True)
class Decoder:
    """A language model of the LLaMA kind, or of the GPT kind if `classic`.

    LLaMA: RMS norms, no biases, an output matrix of its own. GPT: layer norms with shifts,
    biases everywhere, learned positions, the embedding as output matrix.

    Attributes:
        vocabulary: number of tokens. d_model: numbers that a token is.
        layers: number of blocks. hidden: width of the feed-forward layers.
        gated: whether these have a gate.
        experts: feed-forward blocks of a layer. active: those that a token goes through.
        sharing: heads of queries that share one of keys and values.
        classic: see above. positions: that are learned, if so.
    """

    vocabulary: int
    d_model: int
    layers: int
    hidden: int
    gated: bool
    experts: int = 1
    active: int = 1
    sharing: int = 1
    classic: bool = False
    positions: int = 0

    @property
    def attention(self) -> int:
        """Parameters of the attention of a layer."""
        keys = shared_width(self.d_model, self.sharing)
        biases = 2 * (self.d_model + keys) if self.classic else 0
        return attention_parameters(self.d_model, self.sharing) + biases

    @property
    def expert(self) -> int:
        """Parameters of one feed-forward block."""
        return feed_forward_parameters(
            self.d_model, self.hidden, gated=self.gated, biases=self.classic
        )

    @property
    def router(self) -> int:
        """Parameters of what sends tokens to experts."""
        return self.experts * self.d_model if self.experts > 1 else 0

    @property
    def norms(self) -> int:
        """Parameters of all norms: two in a layer, and one before the output."""
        return (2 * self.layers + 1) * self.d_model * (2 if self.classic else 1)

    @property
    def tables(self) -> int:
        """Parameters of embedding, output matrix and positions."""
        tables = self.vocabulary if self.classic else 2 * self.vocabulary
        return (tables + self.positions) * self.d_model

    def _with(self, experts: int) -> int:
        layer = self.attention + experts * self.expert + self.router
        return self.tables + self.layers * layer + self.norms

    @property
    def parameters(self) -> int:
        """Parameters in all."""
        return self._with(self.experts)

    @property
    def used(self) -> int:
        """Parameters of all that a token has to do with: those of its experts alone."""
        return self._with(min(self.active, self.experts))

    def cache(self, tokens: int) -> int:
        """Return how many numbers the keys and values of so many tokens are."""
        return cache_numbers(tokens, self.layers, self.d_model, self.sharing)

    def arithmetic(self, tokens: int) -> dict[str, int]:
        """Return the operations for one token that looks back at so many, by their part.

        A multiplication and an addition for every weight of a matrix that the token goes
        through, and for every number of a query and of a weighted mean with each key and
        value. Biases, norms and bends are left out.
        """
        block = feed_forward_parameters(
            self.d_model, self.hidden, gated=self.gated, biases=False
        )
        feed_forward = min(self.active, self.experts) * block + self.router
        attention = attention_parameters(self.d_model, self.sharing)
        return {
            "feed-forward": 2 * self.layers * feed_forward,
            "attention": 2 * self.layers * attention,
            "tables": 2 * self.vocabulary * self.d_model,
            # Query times key, and weight times value:
            # d_model numbers each, two operations a number.
            "context": 4 * self.layers * tokens * self.d_model,
        }
