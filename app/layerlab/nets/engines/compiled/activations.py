"""Values and slopes of a layer's activations, in one pass over its pre-activations.

The functions are those of `nets.activations`, written again so that LLVM vectorizes them;
tests hold the two against each other. `CODES` says which ones there are.
"""

from __future__ import annotations

import math
from typing import Any

from layerlab.nets.engines.compiled.jit import apart, jit
from layerlab.nets.engines.compiled.numbers import tanh

NAMES = (
    "relu",
    "leaky-relu",
    "gelu",
    "tanh",
    "sigmoid",
    "silu",
    "elu",
    "softplus",
    "hard-tanh",
    "sine",
    "identity",
)
CODES = {name: code for code, name in enumerate(NAMES)}
(_RELU, _LEAKY, _GELU, _TANH, _SIGMOID, _SILU, _ELU, _SOFTPLUS, _HARD_TANH, _SINE) = range(10)


@jit
def activate(code: int, z: Any, h: Any, d: Any, slope: float) -> None:
    """Write h = act(z) and d = act'(z).

    Args:
        code: see `CODES`.
        z, h, d: flat arrays of one size and dtype, apart from each other: where they
            overlap, LLVM falls back to one number at a time.
        slope: of leaky ReLU, in that dtype.
    """
    real = z.dtype.type
    zero, half, one = real(0.0), real(0.5), real(1.0)
    if code == _RELU:
        for i in range(len(z)):
            v = z[i]
            # NaN stays NaN: `max` alone would hide it.
            h[i] = zero if v <= zero else v
            d[i] = one if v > zero else zero
    elif code == _LEAKY:
        for i in range(len(z)):
            v = z[i]
            h[i] = v if v > zero else slope * v
            d[i] = one if v > zero else slope
    elif code == _TANH:
        for i in range(len(z)):
            t = tanh(z[i])
            h[i] = t
            d[i] = one - t * t
    elif code == _SIGMOID:
        for i in range(len(z)):
            s = half + half * tanh(half * z[i])
            h[i] = s
            d[i] = s * (one - s)
    elif code == _SILU:
        for i in range(len(z)):
            v = z[i]
            s = half + half * tanh(half * v)
            h[i] = v * s
            d[i] = s * (one + v * (one - s))
    elif code == _HARD_TANH:
        for i in range(len(z)):
            v = z[i]
            inside = v if v >= -one else (-one if v < -one else v)
            h[i] = one if v > one else inside
            d[i] = one if abs(v) <= one else zero
    else:
        _activate_slowly(code, z, h, d)


@apart
def _activate_slowly(code: int, z: Any, h: Any, d: Any) -> None:
    """Do the same for those that call the maths library for each number."""
    real = z.dtype.type
    zero, half, one = real(0.0), real(0.5), real(1.0)
    root_half, bell = real(math.sqrt(0.5)), real(1 / math.sqrt(2 * math.pi))
    if code == _GELU:
        for i in range(len(z)):
            v = z[i]
            share = half * (one + math.erf(v * root_half))
            h[i] = v * share
            d[i] = share + v * bell * math.exp(-half * v * v)
    elif code == _ELU:
        for i in range(len(z)):
            v = z[i]
            h[i] = v if v > zero else math.expm1(v)
            d[i] = one if v > zero else math.exp(v)
    elif code == _SOFTPLUS:
        for i in range(len(z)):
            v = z[i]
            h[i] = (v if v > zero else zero) + math.log1p(math.exp(-abs(v)))
            d[i] = half + half * tanh(half * v)
    elif code == _SINE:
        for i in range(len(z)):
            v = z[i]
            h[i], d[i] = math.sin(v), math.cos(v)
    else:
        for i in range(len(z)):
            h[i], d[i] = z[i], one
