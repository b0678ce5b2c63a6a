"""Losses and optimizers of the kernels, as loops over flat arrays.

They are those of `nets.losses` and `nets.optimizers`; tests hold them against each other.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from layerlab.nets.engines.compiled.jit import jit
from layerlab.nets.engines.compiled.numbers import tanh
from layerlab.nets.engines.compiled.plan import LOSSES, OPTIMIZERS
from layerlab.nets.engines.compiled.vectors import view
from layerlab.nets.optimizers import ADAM_EPS, BETA1, BETA2, MOMENTUM, RMS_DECAY, RMS_EPS

_HALF_MSE, _MSE, _CROSS_ENTROPY = (LOSSES[k] for k in ("half-mse", "mse", "cross-entropy"))
# The moments of a dead unit shrink for ever, and numbers too small to be normal (in float32
# below 1.2e-38) take longer, on some processors many times. No step feels their loss.
MIN_MOMENT = 1e-37
_SGD, _MOMENTUM, _RMSPROP, _ADAMW = (
    OPTIMIZERS[k] for k in ("sgd", "momentum", "rmsprop", "adamw")
)


@jit
def loss_gradient(
    code: int, out: Any, o_row: int, target: Any, t_row: int, d: Any, outputs: int, count: int
) -> None:
    """Write dL/d out, unit by unit, for `count` points.

    Args:
        code: see `LOSSES`.
        out, o_row: output o of point b is out[o * o_row + b].
        target, t_row: likewise. d: likewise, written; its rows are o_row apart.
    """
    real = out.dtype.type
    half, one = real(0.5), real(1.0)
    if code == _CROSS_ENTROPY:
        share = one / real(count)
        for b in range(count):
            top, total = _softmax_parts(out, b, o_row, outputs)
            for o in range(outputs):
                p = math.exp(out[o * o_row + b] - top) / total
                d[o * o_row + b] = (p - target[o * t_row + b]) * share
        return
    share = one / real(count * outputs)
    if code == _MSE:
        share = share + share
    for o in range(outputs):
        values, wanted = view(out, o * o_row, count), view(target, o * t_row, count)
        to = view(d, o * o_row, count)
        if code in (_HALF_MSE, _MSE):
            for b in range(count):
                to[b] = (values[b] - wanted[b]) * share
        else:
            for b in range(count):
                p = half + half * tanh(half * values[b])
                to[b] = (p - wanted[b]) * share


@jit
def _softmax_parts(out: Any, at: int, row: int, outputs: int) -> Any:
    """Return the largest output of a point, and the sum of exp of those less it."""
    top = out[at]
    for o in range(1, outputs):
        top = max(top, out[at + o * row])
    total = out[at] - out[at]
    for o in range(outputs):
        total += math.exp(out[at + o * row] - top)
    return top, total


@jit
def loss_value(
    code: int, out: Any, o_row: int, target: Any, t_row: int, outputs: int, count: int
) -> float:
    """Return the mean loss of `count` points, summed in float64; see `loss_gradient`."""
    total = 0.0
    for b in range(count):
        if code == _CROSS_ENTROPY:
            # -log softmax of the right class: log sum exp(o - top) - (o - top) . target
            top, total_exp = _softmax_parts(out, b, o_row, outputs)
            log_loss = np.float64(math.log(total_exp))
            for o in range(outputs):
                shifted = out[o * o_row + b] - top
                log_loss -= np.float64(shifted * target[o * t_row + b])
            total += log_loss * outputs  # this loss alone is no mean over the outputs
            continue
        for o in range(outputs):
            v, t = np.float64(out[o * o_row + b]), np.float64(target[o * t_row + b])
            if code in (_HALF_MSE, _MSE):
                total += (v - t) ** 2
            else:
                total += max(v, 0.0) + math.log1p(math.exp(-abs(v))) - t * v
    return total / (outputs * count) * (0.5 if code == _HALF_MSE else 1.0)


@jit
def step(
    code: int, p: Any, g: Any, m: Any, v: Any, t: int, rate: float, l1: float, l2: float
) -> None:
    """Change parameters by their gradient, with penalties.

    Args:
        code: see `OPTIMIZERS`.
        p, g: flat arrays of one size and dtype. m, v: likewise, the first and the second
            moment; looked at only where the optimizer has them.
        t: number of the step, 1 for the first.
        rate, l1, l2: in that dtype; L2 shrinks the weights directly in AdamW.
    """
    real = p.dtype.type
    zero, one, least = real(0.0), real(1.0), real(MIN_MOMENT)
    if l1 != zero:
        for i in range(len(p)):
            w = p[i]
            g[i] += l1 if w > zero else (-l1 if w < zero else zero)
    if l2 != zero:
        if code == _ADAMW:
            keep = one - rate * l2
            for i in range(len(p)):
                p[i] *= keep
        else:
            for i in range(len(p)):
                g[i] += l2 * p[i]
    if code == _SGD:
        for i in range(len(p)):
            p[i] -= rate * g[i]
    elif code == _MOMENTUM:
        decay = real(MOMENTUM)
        for i in range(len(p)):
            mean = decay * m[i] + g[i]
            m[i] = zero if abs(mean) < least else mean
            p[i] -= rate * m[i]
    elif code == _RMSPROP:
        decay, rest, eps = real(RMS_DECAY), real(1 - RMS_DECAY), real(RMS_EPS)
        for i in range(len(p)):
            mean = decay * m[i] + rest * g[i] * g[i]
            m[i] = zero if mean < least else mean
            p[i] -= rate * g[i] / (math.sqrt(m[i]) + eps)
    else:
        # Both averages start at 0; the corrections undo that pull.
        pace = real(rate / (1 - BETA1**t))
        root, eps = real(math.sqrt(1 - BETA2**t)), real(ADAM_EPS)
        b1, r1, b2, r2 = real(BETA1), real(1 - BETA1), real(BETA2), real(1 - BETA2)
        pace, eps = pace * root, eps * root
        for i in range(len(p)):
            mean, square = b1 * m[i] + r1 * g[i], b2 * v[i] + r2 * g[i] * g[i]
            m[i] = zero if abs(mean) < least else mean
            v[i] = zero if square < least else square
            p[i] -= pace * m[i] / (math.sqrt(v[i]) + eps)
