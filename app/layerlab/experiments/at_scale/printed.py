"""The program that is copied: the page's counting and its random blocks. No Qt."""

from __future__ import annotations

from layerlab.nets.printing import activation_code
from layerlab.nets.transformers import KINDS, Decoder


def program(block: str, model: Decoder, context: int, size: int) -> str:
    """Return a program that prints the sizes of a model, and the variance through its blocks.

    Args:
        block: kind of its feed-forward blocks. model: its shape.
        context: tokens. size: bytes of a number.
    """
    kind = KINDS[block]
    bend = activation_code(kind.bend).split("\n\n\ndef derivative")[0]
    is_gated, is_classic = kind.gated, model.classic
    drawn = (
        "up, gate, down = rng.standard_normal((3, width, width))"
        if is_gated
        else "up, down = rng.standard_normal((2, width, width)) * [[[2**0.5]], [[1.0]]]"
    )
    unit = "(x @ up) * activation(x @ gate)" if is_gated else "activation(x @ up)"
    return f'''"""Sizes of a language model with {block} blocks, and its signal at birth."""

import numpy as np

d, hidden, layers = {model.d_model}, {model.hidden}, {model.layers}
experts, active, shared = {model.experts}, {min(model.active, model.experts)}, {model.sharing}
vocabulary, context, size = {model.vocabulary}, {context}, {size}  # size: bytes of a number

# ---- parameters
keys = max(1, round(d / shared))  # numbers of a key or a value, all heads together
attention = 2 * d * (d + keys){" + 2 * (d + keys)" if is_classic else ""}
matrices = {kind.matrices}
block = matrices * d * hidden{" + hidden + d" if is_classic else ""}
router = experts * d if experts > 1 else 0
norms = (2 * layers + 1) * d{" * 2" if is_classic else ""}
tables = {"(vocabulary + context) * d" if is_classic else "2 * vocabulary * d"}
rest = layers * (attention + router) + norms + tables
total, used = rest + layers * experts * block, rest + layers * active * block
print(f"parameters {{total:,}}, of a token {{used:,}}")
print(f"a block {{block:,}}, in units of d^2 {{block / d**2:.3f}}")

# ---- memory
cache = 2 * context * layers * keys
print(f"weights {{size * total / 1e9:.6g}} GB, keys and values {{size * cache / 1e9:.6g}} GB")
print(f"as much after {{total / (2 * layers * keys):.0f}} tokens")

# ---- arithmetic: a multiplication and an addition for each weight that a token meets
met = layers * (active * matrices * d * hidden + router + 2 * d * (d + keys)) + vocabulary * d
back = 4 * layers * context * d
print(f"{{(2 * met + back) / 1e9:.6g}} GFLOP a token, {{100 * back / (2 * met + back):.1f}} % "
      "of it looking back")

# ---- variance through as many random blocks, with layer norm


{bend}


def variance(scale, width=128, seed=0):
    rng = np.random.default_rng(seed)
    h = rng.standard_normal((32, width))
    before = h.var()
    for _ in range(layers):
        {drawn} / width**0.5
        x = (h - h.mean(1, keepdims=True)) / h.std(1, keepdims=True)
        h = h + scale * ({unit}) @ down
    return h.var() / before


print(f"variance {{variance(1.0):.3g}}, scaled {{variance((2 * layers) ** -0.5):.3g}}")
'''
