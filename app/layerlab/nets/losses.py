"""Losses. To add one: write its value and its gradient, and register it.

`value(m, out, target)` is written against a maths namespace; `gradient` is by hand, and
torch's autograd is its oracle. Every loss is a mean over the batch; the squared ones and
`logistic` are means over the outputs too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.registry import Entry, Registry

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Loss(Entry):
    """The quantity that training minimizes.

    Attributes:
        name: in words, as an axis says it.
        value: (m, out, target) -> loss of each seed. (..., batch, outputs) -> (...)
        gradient: (out, target) -> dL/d out, of the same shape as out.
    """

    name: str
    value: Callable[[Any, Any, Any], Any]
    gradient: Callable[[Array, Array], Array]


LOSSES: Registry[Loss] = Registry("loss")


def _mse(m: Any, out: Any, target: Any) -> Any:
    return ((out - target) ** 2).mean((-2, -1))


def _cell_count(out: Array) -> int:
    return out.shape[-1] * out.shape[-2]


def _cross_entropy(m: Any, out: Any, target: Any) -> Any:
    # L = log sum_j exp(o_j) - sum_j y_j o_j, mean over the batch: -log softmax(o) of the right
    # class. The largest o is subtracted first, so that no exp overflows.
    top = out.max(-1, keepdims=True)
    top = top if isinstance(top, np.ndarray) else top.values  # torch returns places too
    shifted = out - top
    log_sum = m.log(m.exp(shifted).sum(-1))
    return (log_sum - (shifted * target).sum(-1)).mean(-1)


def _cross_entropy_gradient(out: Array, target: Array) -> Array:
    return (softmax(out) - target) / out.shape[-2]  # dL/do = (softmax(o) - y) / batch


def _logistic(m: Any, out: Any, target: Any) -> Any:
    # log(1 + e^out) - target * out, in the form that cannot overflow
    return (m.logaddexp(out, 0 * out) - target * out).mean((-2, -1))


def _logistic_gradient(out: Array, target: Array) -> Array:
    # dL/do = (sigmoid(o) - y) / (batch * outputs)
    return (sigmoid(out) - target) / _cell_count(out)


def softmax(out: Array) -> Array:
    """Return probabilities over the last axis, of any shape."""
    e = np.exp(out - out.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def sigmoid(out: Array) -> Array:
    """Return 1 / (1 + exp(-out)) without overflow, of any shape."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * out))


LOSSES.add(
    Loss(
        "half-mse",
        "Half MSE",
        "Half the mean squared error, so its gradient is the error.",
        name="half mean squared error",
        value=lambda m, out, target: 0.5 * _mse(m, out, target),
        gradient=lambda out, target: (out - target) / _cell_count(out),
    )
)
LOSSES.add(
    Loss(
        "mse",
        "MSE",
        "Mean squared error: large errors count most.",
        name="mean squared error",
        value=_mse,
        gradient=lambda out, target: 2 * (out - target) / _cell_count(out),
    )
)
LOSSES.add(
    Loss(
        "cross-entropy",
        "Cross-entropy",
        "Negative log-likelihood of the right class, after a softmax.",
        name="cross-entropy, nats",
        value=_cross_entropy,
        gradient=_cross_entropy_gradient,
    )
)
LOSSES.add(
    Loss(
        "logistic",
        "Logistic",
        "Negative log-likelihood of yes or no, output by output, after a sigmoid.",
        name="logistic loss, nats",
        value=_logistic,
        gradient=_logistic_gradient,
    )
)
