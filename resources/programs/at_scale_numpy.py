"""Sizes of a language model: parameters, memory, arithmetic, and variance at initialization.

"plain" is a model of the GPT kind: biases, learned positions, the table of tokens used twice.
"GLU" and "SwiGLU" are of the LLaMA kind: a gate, no biases, an output matrix of its own.

Sources: Vaswani et al. 2017 (the block), Shazeer 2020 (SwiGLU), Brown et al. 2020 (GPT-3),
Touvron et al. 2023 (LLaMA), Jiang et al. 2024 (Mixtral), Radford et al. 2019 (scaled residual
layers), Ainslie et al. 2023 (shared keys).
"""

# ---- Parameters
BLOCK = "SwiGLU"  # feed-forward block: "plain", "GLU" or "SwiGLU"
D_MODEL = 4096  # numbers that a token is
HIDDEN = 11008  # neurons of a feed-forward block
LAYERS = 32
EXPERTS = 1  # feed-forward blocks in each layer
ACTIVE = 1  # of which a token goes through so many
SHARING = 1  # heads of queries that share one head of keys and values
VOCABULARY = 32000  # tokens that there are
CONTEXT = 2048  # tokens that are looked back at
BYTES = 2  # of a number

import numpy as np

d = D_MODEL
is_gated = BLOCK != "plain"
with_biases = not is_gated

# ---- parameters
keys = max(1, round(d / SHARING))  # numbers of a key or a value, all heads together
attention = 2 * d * (d + keys) + (2 * (d + keys) if with_biases else 0)
matrices = 3 if is_gated else 2
block = matrices * d * HIDDEN + (HIDDEN + d if with_biases else 0)
router = EXPERTS * d if EXPERTS > 1 else 0
norms = (2 * LAYERS + 1) * d * (2 if with_biases else 1)
tables = (VOCABULARY + CONTEXT) * d if with_biases else 2 * VOCABULARY * d
rest = LAYERS * (attention + router) + norms + tables
total, used = rest + LAYERS * EXPERTS * block, rest + LAYERS * ACTIVE * block
print(f"parameters {total:,}, of a token {used:,}")
print(f"a block {block:,}, in units of d^2 {block / d**2:.3f}")

# ---- memory
cache = 2 * CONTEXT * LAYERS * keys
print(f"weights {BYTES * total / 1e9:.6g} GB, keys and values {BYTES * cache / 1e9:.6g} GB")
print(f"as much after {total / (2 * LAYERS * keys):.0f} tokens")

# ---- arithmetic: a multiplication and an addition for each weight that a token meets
met = LAYERS * (ACTIVE * matrices * d * HIDDEN + router + 2 * d * (d + keys)) + VOCABULARY * d
back = 4 * LAYERS * CONTEXT * d
print(
    f"{(2 * met + back) / 1e9:.6g} GFLOP a token, {100 * back / (2 * met + back):.1f} % "
    "of it looking back"
)


# ---- variance through as many random blocks, with layer norm
def sigmoid(z):
    """Return the logistic function, written so that it does not overflow."""
    return 0.5 + 0.5 * np.tanh(z / 2)


activation = {
    "plain": lambda z: np.maximum(z, 0),
    "GLU": sigmoid,
    "SwiGLU": lambda z: z * sigmoid(z),
}[BLOCK]


def feed_forward(x, rng):
    """Return what a block with new random weights makes of x (tokens, width)."""
    width = x.shape[1]
    if is_gated:
        up, gate, down = rng.standard_normal((3, width, width)) / width**0.5
        return (x @ up) * activation(x @ gate) @ down
    up, down = rng.standard_normal((2, width, width)) / width**0.5
    return activation(2**0.5 * x @ up) @ down  # He et al. 2015 ahead of the ReLU


def variance(scale, width=128, seed=0):
    """Return the variance behind all blocks over that before the first one."""
    rng = np.random.default_rng(seed)
    h = rng.standard_normal((32, width))
    before = h.var()
    for _ in range(LAYERS):
        x = (h - h.mean(1, keepdims=True)) / h.std(1, keepdims=True)
        h = h + scale * feed_forward(x, rng)
    return h.var() / before


print(f"variance {variance(1.0):.3g}, scaled {variance((2 * LAYERS) ** -0.5):.3g}")
