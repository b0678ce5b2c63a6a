"""Losses. To add one: write its formula and its derivative, and register it.

`formula(m, out, target)` is written against a maths namespace (`nets.maths`), for each output,
or, with `m.sum` and `m.max` over the outputs, for each point; and without a branch, so that the
compiled engine can make machine code of it (`nets.expressions`). `derivative` is by hand, and
torch's autograd is its oracle. Every loss is a mean over the batch, and over the outputs too
where its formula is for each output.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from layerlab.core.registry import Entry, Registry
from layerlab.core.translation import _
from layerlab.nets.expressions import TRACE, Expression, expression, symbol
from layerlab.nets.maths import NUMPY

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Loss(Entry):
    """The quantity that training minimizes.

    Attributes:
        name: in words, as an axis says it. brief: the same where there is little room.
        formula: (m, out, target) -> loss of each output, (..., batch, outputs), or of each
            point, (..., batch, 1).
        derivative: (m, out, target) -> d of a point's loss, summed over its outputs, / d out.
        link: what makes probabilities of the outputs: `sigmoid` of each one, whose targets lie
            between 0 and 1, or `softmax` over all classes; "" where the outputs are numbers.
        squares: of the mean squared error, how many times that it is; None: another loss.
        torch: PyTorch's own function of `out` and `y`, as programs print it; "" without one.
    """

    name: str
    brief: str
    formula: Callable[[Any, Any, Any], Any]
    derivative: Callable[[Any, Any, Any], Any]
    link: Literal["", "sigmoid", "softmax"] = field(default="", kw_only=True)
    squares: float | None = field(default=None, kw_only=True)
    torch: str = field(default="", kw_only=True)

    def value(self, m: Any, out: Any, target: Any) -> Any:
        """Return the loss of each seed. (..., batch, outputs) -> (...)"""
        return self.formula(m, out, target).mean((-2, -1))

    def gradient(self, out: Array, target: Array) -> Array:
        """Return dL/d out, of the same shape as out."""
        terms = out.shape[-2] * (out.shape[-1] if self.is_by_output else 1)
        return np.asarray(self.derivative(NUMPY, out, target) / terms)

    @functools.cached_property
    def is_by_output(self) -> bool:
        """Whether the formula is for each output, and the loss a mean over them."""
        traced = self.traced()
        return traced.varies_by("out") or traced.varies_by("target")

    def traced(self) -> Expression:
        """Return the formula of the symbols `out` and `target`."""
        return expression(self.formula(TRACE, symbol("out"), symbol("target")))

    def traced_derivative(self) -> Expression:
        """Return the derivative of the symbols `out` and `target`."""
        return expression(self.derivative(TRACE, symbol("out"), symbol("target")))


LOSSES: Registry[Loss] = Registry(_("loss"))


def _cross_entropy(m: Any, out: Any, target: Any) -> Any:
    # log sum_j exp(o_j) - sum_j y_j o_j: -log softmax(o) of the right class. The largest o is
    # subtracted first, so that no exp overflows.
    shifted = out - m.max(out)
    return m.log(m.sum(m.exp(shifted))) - m.sum(shifted * target)


def _cross_entropy_derivative(m: Any, out: Any, target: Any) -> Any:
    e = m.exp(out - m.max(out))
    return e / m.sum(e) - target  # softmax(o) - y


def _logistic(m: Any, out: Any, target: Any) -> Any:
    # log(1 + e^out) - target * out, in the form that cannot overflow
    return m.logaddexp(out, 0 * out) - target * out


def _logistic_derivative(m: Any, out: Any, target: Any) -> Any:
    return (0.5 + 0.5 * m.tanh(0.5 * out)) - target  # sigmoid(o) - y


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
        _("Half MSE"),
        _("Half the mean squared error, so its gradient is the error."),
        name=_("half mean squared error"),
        brief=_("half MSE"),
        formula=lambda m, out, target: 0.5 * (out - target) ** 2,
        derivative=lambda m, out, target: out - target,
        squares=0.5,
        torch="0.5 * nn.functional.mse_loss(out, y)",  # not translated
    )
)
LOSSES.add(
    Loss(
        "mse",
        _("MSE"),
        _("Mean squared error: large errors count most."),
        name=_("mean squared error"),
        brief=_("MSE"),
        formula=lambda m, out, target: (out - target) ** 2,
        derivative=lambda m, out, target: 2 * (out - target),
        squares=1.0,
        torch="nn.functional.mse_loss(out, y)",  # not translated
    )
)
LOSSES.add(
    Loss(
        "cross-entropy",
        _("Cross-entropy"),
        _("Negative log-likelihood of the right class, after a softmax."),
        name=_("cross-entropy, nats"),
        brief=_("cross-entropy"),
        formula=_cross_entropy,
        derivative=_cross_entropy_derivative,
        link="softmax",
        torch="nn.functional.cross_entropy(out, y)",  # not translated
    )
)
LOSSES.add(
    Loss(
        "logistic",
        _("Logistic"),
        _("Negative log-likelihood of yes or no, output by output, after a sigmoid."),
        name=_("logistic loss, nats"),
        brief=_("logistic loss"),
        formula=_logistic,
        derivative=_logistic_derivative,
        link="sigmoid",
        torch="nn.functional.binary_cross_entropy_with_logits(out, y)",  # not translated
    )
)
