"""For each row: the verdict that the ledger finds, and a break that turns it.

Every break goes through the row's own computation: a wrong initializer, a wrong formula, a
wrong task. Only what PyTorch answers is replaced as a whole.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from layerlab.claims import (
    averaging,
    blocks,
    layers,
    linear,
    mechanisms,
    rescaled,
    trainable,
    tying,
)
from layerlab.claims.listing import listing
from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG
from layerlab.core.layout import Layout
from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import softmax
from layerlab.nets.problem import Problem
from layerlab.nets.studies import convolution, gates
from layerlab.nets.transformers import attention_activations, feed_forward_parameters
from tests.claims.breaking import (
    Break,
    all_of,
    entry,
    instead,
    other_activation,
    other_draw,
    scaled_init,
)

Array = np.ndarray


# ---- counts


def _counts(**parameters: int) -> Break:
    """Let networks of these sizes, such as `s4_8_4`, have so many parameters."""
    sizes = {tuple(map(int, name[1:].split("_"))): n for name, n in parameters.items()}
    right = Layout.parameters.fget
    return _parameters(lambda self: sizes.get(self.sizes) or right(self))


def _parameters(count: Any) -> Break:
    return instead("layerlab.core.layout.Layout.parameters", property(count))


def _no_biases(self: Layout) -> int:
    return sum(a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))


def _narrow_block(d_model: int, hidden: int, **rest: bool) -> int:
    return feed_forward_parameters(d_model, 1, **rest)


# ---- draws and derivatives


def _parallel(weights: Array, biases: Array) -> tuple[Array, Array]:
    return np.outer(np.ones(len(weights)), weights[0]), biases


def _no_bias(weights: Array, biases: Array) -> tuple[Array, Array]:
    return weights, 0 * biases


def _lively(weights: Array, biases: Array) -> tuple[Array, Array]:
    return weights, biases + 1


def _jumpy(weights: Array, biases: Array) -> tuple[Array, Array]:
    return weights * math.exp(float(np.sin(1e3 * weights[0, 0]))), biases


def _nine_tenths(key: str) -> Break:
    right = ACTIVATIONS[key].derivative
    return entry(ACTIVATIONS, key, derivative=lambda m, z, a: 0.9 * right(m, z, a))


def _half(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
    return 0.5 * rng.standard_normal((a, b)), np.zeros(b)


def _of_std_a_half(weights: Array, biases: Array) -> tuple[Array, Array]:
    return 0.5 * weights / math.sqrt(2 / len(weights)), biases


# ---- parts of claims

_product, _filtered, _solved = linear.product, convolution.filtered, convolution.solved
_norm, _largest_step = mechanisms.norm, mechanisms.largest_step
_active, _std_of_correlation_length = gates.active, trainable.std_of_correlation_length
_flicker = np.random.default_rng(0)
_changed, _block_gradient = layers.changed, blocks.Network.gradient
_stretched, _own_gradient = rescaled.stretched, tying.gradient
_low_rank = np.ones((linear.NETS, linear.M, 1)) * np.arange(1.0, linear.N + 1)


def _with_skip(layout: Layout, params: Array) -> tuple[Array, Array]:
    matrix, bias = _product(layout, params)
    return matrix + np.eye(matrix.shape[-1]), bias


def _flickering(problem: Problem, params: Array) -> Array:
    gates = _active(problem, params)
    return gates ^ (_flicker.uniform(size=gates.shape) < 0.02)


def _unshared(images: Array, kernel: Array, border: str = "valid") -> Array:
    found = _filtered(images, kernel, border)
    return found * np.arange(1, found.shape[-1] + 1)


def _one_filter(images: Array, kernels: Array) -> Array:
    return _filtered(images, kernels.mean((0, 1)))


def _flat(teeth: int, layers: int) -> Array:
    return np.zeros(Layout((1, *(teeth,) * layers, 1)).parameters)


def _all_stretched(problem: Any, scale: float) -> Any:
    state = _stretched(problem, 1.0)
    return replace(state, params=scale * state.params)


def _falling(layout: Layout, before: Array, after: Array) -> Array:
    found = _changed(layout, before, after)
    return found / 2.0 ** np.arange(found.shape[1])


def _he_of_torch(ctx: Any, name: str) -> dict[str, Array]:
    n = np.array([64, 256, 1024])
    return {"n": n, "weights": 2 / n, "biases": 0 * n}


def _plain_of_torch(ctx: Any, name: str) -> dict[str, Array]:
    return {"n": np.array([1024, 1024]), "std": np.array([1 / 32, 1 / 32])}


def _rate_of_torch(ctx: Any, name: str) -> dict[str, Array]:
    return {"rate": np.array([0.01])}


def _of_one_head(tokens: int, d_model: int, heads: int) -> int:
    return attention_activations(tokens, d_model, 1)


# Rows that are not measured, so that there is nothing to break; the tests hold them to saying
# what they would take.
NOT_MEASURED: tuple[str, ...] = ("D44",)

_half_he = entry(INITIALIZERS, "he-normal", draw=_half)

BROKEN: dict[str, tuple[str, Break]] = {
    "A1": (ONLY_IF, instead("layerlab.claims.linear.random_maps", lambda: _low_rank)),
    "A2": (HOLDS, instead("layerlab.claims.linear.product", _with_skip)),
    "A3": (HOLDS, scaled_init("he-normal", 0.0)),
    "A4": (ONLY_IF, instead("layerlab.nets.studies.gates.active", _flickering)),
    "A5": (HOLDS, instead("layerlab.claims.learning.folded", _flat)),
    "B1": (HOLDS, instead("layerlab.claims.linear.LINEAR", "tanh")),
    "B2": (HOLDS, other_activation("sigmoid", "tanh")),
    "B3": (ONLY_IF, other_activation("relu", "leaky-relu")),
    "B4": (
        ONLY_IF,
        all_of(
            *(other_activation(key, "identity") for key in ("relu", "tanh", "sigmoid")),
            scaled_init("he-normal", math.sqrt(0.5)),
        ),
    ),
    "B5": (ONLY_IF, _nine_tenths("tanh")),
    "B6": (HOLDS, _nine_tenths("elu")),
    "B7": (HOLDS, instead("layerlab.claims.learning.FEWER_NEURONS", 16)),
    "C1": (
        ONLY_IF,
        instead("layerlab.claims.expansions.terms", lambda b, c, x: np.tanh(c * x + b)),
    ),
    "C2": (
        HOLDS,
        instead(
            "layerlab.claims.expansions.sum_of", lambda units, weights: 1.01 * units @ weights
        ),
    ),
    "C3": (HOLDS, instead("layerlab.claims.depth.zeroed", lambda outer: 1e-9 * outer)),
    "C4": (WRONG, instead("layerlab.claims.shapes.LEAK", 0.0)),
    "C5": (ONLY_IF, instead("layerlab.claims.choices.CURVES", ("step",))),
    "C6": (
        HOLDS,
        instead("layerlab.claims.rescaled.absorbed", lambda n, skip: n._replace(c2=0 * n.c2)),
    ),
    "D1": (HOLDS, _parameters(_no_biases)),
    **dict.fromkeys(("D2", "D3", "D4", "D5", "D6"), (NOT_REPRODUCED, _half_he)),
    "D7": (HOLDS, scaled_init("small-normal", 2)),
    "D8": (HOLDS, scaled_init("large-normal", 1.02)),
    "D9": (HOLDS, scaled_init("xavier-normal", 1.02)),
    "D10": (HOLDS, scaled_init("he-normal", 1.02)),
    "D11": (NOT_REPRODUCED, scaled_init("xavier-normal", 1.8)),
    "D12": (HOLDS, instead("layerlab.claims.flip.ONE", (1,))),
    "D13": (WRONG, _counts(s4_4_4_4=52, s4_4_4_4_4=60)),
    "D14": (WRONG, _counts(s4_63_4=507)),
    "D15": (WRONG, _counts(s4_8_8_4=140)),
    "D16": (ONLY_IF, other_draw("normal", _parallel)),
    "D17": (ONLY_IF, instead("layerlab.claims.pieces.folded", _flat)),
    "D18": (ONLY_IF, instead("layerlab.claims.torchs.HIDDEN", ((8,),) * 5)),
    "D19": (WRONG, instead("layerlab.nets.tasks.flip.flipped", lambda x: x * x[..., ::-1])),
    "D20": (ONLY_IF, scaled_init("large-normal", 1.2)),
    "D21": (ONLY_IF, scaled_init("small-normal", 1.2)),
    "D22": (ONLY_IF, scaled_init("he-normal", 0.5)),
    "D23": (HOLDS, other_activation("gelu", "silu")),
    "D24": (HOLDS, entry(ACTIVATIONS, "leaky-relu", derivative=ACTIVATIONS["relu"].derivative)),
    "D25": (
        WRONG,
        instead(
            "layerlab.claims.counts.feed_forward_parameters", lambda *a, **k: 4096 * 16_384
        ),
    ),
    "D26": (HOLDS, instead("layerlab.claims.depth.output_scale", lambda blocks: blocks**-0.25)),
    "D27": (WRONG, instead("layerlab.claims.shapes.printed_gate", ACTIVATIONS["silu"])),
    "D28": (
        ONLY_IF,
        all_of(
            instead("layerlab.claims.choices.turned", lambda spec, **knobs: spec),
            instead("layerlab.claims.choices.listing", lambda width: listing()),
        ),
    ),
    "D29": (WRONG, instead("layerlab.claims.torchs.asked", _he_of_torch)),
    "D30": (WRONG, instead("layerlab.claims.torchs.asked", _plain_of_torch)),
    "D31": (
        WRONG,
        instead(
            "layerlab.nets.transformers.attention_parameters",
            lambda d_model, sharing: 6.75 * d_model**2,
        ),
    ),
    "D32": (NOT_REPRODUCED, scaled_init("small-normal", 1e-4)),
    "D33": (ONLY_IF, other_activation("relu", "leaky-relu")),
    "D34": (
        HOLDS,
        instead(
            "layerlab.claims.choices.PAIRS", {"16-16-16": (16, 16, 16), "28-14-1": (28, 14, 1)}
        ),
    ),
    "D35": (
        NOT_REPRODUCED,
        instead("layerlab.claims.choices.turned", lambda spec, **knobs: spec),
    ),
    "D36": (WRONG, _parameters(lambda self: max(self.sizes))),
    "D37": (HOLDS, instead("layerlab.claims.counts.feed_forward_parameters", _narrow_block)),
    "D38": (WRONG, _counts(s4_4_4_4=70)),
    "D39": (WRONG, instead("layerlab.claims.comparisons.LAYERS", (3, 4, 4))),
    "D40": (HOLDS, _parameters(_no_biases)),
    "D41": (ONLY_IF, scaled_init("he-normal", 0.5)),
    "D42": (NOT_REPRODUCED, other_draw("he-normal", _of_std_a_half)),
    "D43": (
        NOT_REPRODUCED,
        instead("layerlab.claims.recipes.equal_widths", lambda depth, parameters: (2,) * depth),
    ),
    "D45": (WRONG, instead("layerlab.claims.recipes.asked", _rate_of_torch)),
    "D46": (NOT_REPRODUCED, other_activation("gelu", "relu")),
    "D47": (ONLY_IF, instead("layerlab.claims.sizes.attention_activations", _of_one_head)),
    "D48": (
        HOLDS,
        instead(
            "layerlab.nets.transformers.attention_parameters",
            lambda d_model, sharing: 6.75 * d_model**2,
        ),
    ),
    "D49": (ONLY_IF, scaled_init("he-normal", 0.5)),
    "D50": (
        ONLY_IF,
        all_of(*(other_activation(key, "identity") for key in ("gelu", "silu"))),
    ),
    "D51": (
        HOLDS,
        instead("layerlab.claims.compositions.SHAPES", {"1-1-1": (1, 1, 1), "56": (56,)}),
    ),
    "E1": (HOLDS, instead("layerlab.claims.convolution.local", _one_filter)),
    "E2": (ONLY_IF, instead("layerlab.nets.studies.convolution.filtered", _unshared)),
    "E3": (
        HOLDS,
        instead("layerlab.claims.convolution.solved", lambda x, y: 0.9 * _solved(x, y)),
    ),
    "E4": (HOLDS, _nine_tenths("identity")),
    "E5": (HOLDS, instead("layerlab.claims.attention.temperature", float)),
    "E6": (
        ONLY_IF,
        instead("layerlab.nets.studies.attention_draws.temperature", lambda d_k: 1.0),
    ),
    "E7": (HOLDS, instead("layerlab.claims.attention.squared_width", float)),
    "E8": (
        HOLDS,
        instead(
            "layerlab.claims.attention.softmax", lambda logits: softmax(np.sin(9 * logits))
        ),
    ),
    "E9": (
        HOLDS,
        instead("layerlab.claims.mechanisms.norm", lambda z, eps=0.0: _norm(z, 1e-5)),
    ),
    "E10": (
        HOLDS,
        instead(
            "layerlab.claims.mechanisms.polynomial", lambda values, top, _: 1 - values / top
        ),
    ),
    "E11": (HOLDS, instead("layerlab.claims.pieces.folded", _flat)),
    "E12": (
        ONLY_IF,
        instead(
            "layerlab.claims.mechanisms.largest_step",
            lambda values: 0.5 * _largest_step(values),
        ),
    ),
    "E13": (HOLDS, instead("layerlab.claims.ensembles.mean_variance", lambda k, rho: 1 / k)),
    "E14": (HOLDS, scaled_init("orthogonal", 1.05)),
    "E15": (
        HOLDS,
        instead(
            "layerlab.claims.convolution.conjugated",
            lambda matrix, shift: np.roll(matrix, shift, axis=0),
        ),
    ),
    "E16": (
        ONLY_IF,
        instead("layerlab.claims.experts.softmax", lambda logits: np.full_like(logits, 0.125)),
    ),
    "E17": (
        HOLDS,
        instead(
            "layerlab.claims.tying.tied_gradient",
            lambda *data: _own_gradient(*data).mean(1, keepdims=True),
        ),
    ),
    "E18": (HOLDS, instead("layerlab.claims.averaging.EQUAL", NetSpec(hidden=(8, 8)))),
    "E19": (HOLDS, instead("layerlab.claims.averaging.combined", lambda p: p.max(0))),
    "E20": (
        HOLDS,
        instead(
            "layerlab.claims.averaging.resampled",
            lambda draw, net: np.arange(averaging.POINTS),
        ),
    ),
    "E21": (ONLY_IF, instead("layerlab.claims.rescaled.stretched", _all_stretched)),
    "E22": (ONLY_IF, instead("layerlab.claims.layers.L2", 0.0)),
    "E23": (
        NOT_REPRODUCED,
        instead(
            "layerlab.claims.blocks.Network.gradient",
            lambda self, d_out: _block_gradient(self, d_out) * self.is_before,
        ),
    ),
    "E24": (ONLY_IF, instead("layerlab.claims.layers.changed", _falling)),
    "E25": (
        HOLDS,
        instead("layerlab.claims.adapters.adapted", lambda w, a, b: w + np.maximum(a @ b, 0)),
    ),
    "L1": (HOLDS, scaled_init("xavier-normal", math.sqrt(2))),
    "L2": (ONLY_IF, other_draw("he-normal", _lively)),
    "L3": (ONLY_IF, other_draw("normal", _no_bias)),
    "L4": (ONLY_IF, other_draw("he-normal", _jumpy)),
    "L5": (
        HOLDS,
        instead(
            "layerlab.claims.trainable.std_of_correlation_length",
            lambda length: _std_of_correlation_length(3 * length),
        ),
    ),
}
