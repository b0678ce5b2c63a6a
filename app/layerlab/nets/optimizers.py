"""Optimizers. To add one: write its formula, and register it.

`formula(m, p, g, moments, rate, t)` is written for single numbers against a maths namespace
(`nets.maths`) and without a branch, so that arrays of NumPy and tensors of PyTorch share it and
the compiled engine can make machine code of it (`nets.expressions`). `p -= ...` changes an
array in place. The constants are those of PyTorch's defaults, and stand here: momentum 0.9;
RMSprop decay 0.99, eps 1e-8; Adam and AdamW betas 0.9 and 0.999, eps 1e-8, with bias
correction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from layerlab.core.registry import Entry, Registry
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.expressions import TRACE, Expression, symbol
from layerlab.nets.maths import NUMPY

Array = np.ndarray
Formula = Callable[[Any, Any, Any, Sequence[Any], Any, Any], tuple[Any, ...]]
MOMENTUM = 0.9
RMS_DECAY, RMS_EPS = 0.99, 1e-8
BETA1, BETA2, ADAM_EPS = 0.9, 0.999, 1e-8


class Counterpart(NamedTuple):
    """PyTorch's own optimizer of the same steps, which is then the oracle of ours.

    Attributes:
        name: of the class in `torch.optim`.
        moments: its names of our moments, in their order.
        constants: what it is given beside the learning rate.
    """

    name: str
    moments: tuple[str, ...] = ()
    constants: Mapping[str, Any] = {}


@dataclass(frozen=True, eq=False)
class Optimizer(Entry):
    """How a gradient becomes a step.

    Attributes:
        slots: arrays like the parameters that it remembers, its moments.
        formula: (m, p, g, moments, rate, t) -> the parameter and the moments after the step;
            g is dL/dp, t = 1 in the first step.
        decoupled: whether L2 shrinks the weights directly instead of joining the loss.
        steep_rate: learning rate from which on too high a one is the likeliest trouble.
        torch: None where PyTorch has none; its engine then steps by the formula.
    """

    slots: int
    formula: Formula
    decoupled: bool = False
    steep_rate: float = math.inf
    torch: Counterpart | None = field(default=None, kw_only=True)

    def step(self, params: Array, gradient: Array, moments: Array, rate: float, t: int) -> None:
        """Change parameters and moments in place.

        Args:
            params, gradient: (seeds, P). moments: (slots, seeds, P).
            rate: the learning rate. t: number of the step, 1 for the first.
        """
        kept = list(moments)
        found = self.formula(NUMPY, params, gradient, kept, rate, t)
        for array, value in zip((params, *kept), found, strict=True):
            if value is not array:  # a formula that makes new arrays
                array[...] = value

    def traced(self) -> tuple[Expression, ...]:
        """Return p and the moments after a step, of `p`, `g`, `moment0`, ..., `rate`, `t`."""
        kept = [symbol(f"moment{slot}") for slot in range(self.slots)]
        p, g, rate, t = map(symbol, ("p", "g", "rate", "t"))
        return self.formula(TRACE, p, g, kept, rate, t)


OPTIMIZERS: Registry[Optimizer] = Registry(_("optimizer"))


# p are the parameters (theta in the papers), g = dL/dp, `rate` the learning rate (eta, alpha).


def _sgd(m: Any, p: Any, g: Any, moments: Sequence[Any], rate: Any, t: Any) -> tuple[Any, ...]:
    p -= rate * g  # p_t = p_(t-1) - rate g_t
    return (p,)


def _momentum(
    m: Any, p: Any, g: Any, moments: Sequence[Any], rate: Any, t: Any
) -> tuple[Any, ...]:
    # v_t = mu v_(t-1) + g_t, p_t = p_(t-1) - rate v_t: PyTorch's form, in which a changed rate
    # acts on all of the velocity at once.
    (v,) = moments
    v *= MOMENTUM
    v += g
    p -= rate * v
    return p, v


def _rmsprop(
    m: Any, p: Any, g: Any, moments: Sequence[Any], rate: Any, t: Any
) -> tuple[Any, ...]:
    # s_t = rho s_(t-1) + (1 - rho) g_t^2, p_t = p_(t-1) - rate g_t / (sqrt(s_t) + eps)
    (s,) = moments
    s *= RMS_DECAY
    s += (1 - RMS_DECAY) * g * g
    p -= rate * g / (m.sqrt(s) + RMS_EPS)
    return p, s


def _adam(m: Any, p: Any, g: Any, moments: Sequence[Any], rate: Any, t: Any) -> tuple[Any, ...]:
    # Kingma & Ba 2014, algorithm 1.
    mean, square = moments
    mean *= BETA1  # m_t = beta1 m_(t-1) + (1 - beta1) g_t
    mean += (1 - BETA1) * g
    square *= BETA2  # v_t = beta2 v_(t-1) + (1 - beta2) g_t^2
    square += (1 - BETA2) * g * g
    # Both averages start at 0, so they are too small by 1 - beta^t, which is divided out:
    # p_t = p_(t-1) - rate m^ / (sqrt(v^) + eps) with m^ = m_t / (1 - beta1^t), v^ likewise.
    # Multiplied by the root of v's correction, above and below (section 2 of the paper), that
    # is one division an element instead of three.
    root = (1 - BETA2**t) ** 0.5
    p -= (rate * root / (1 - BETA1**t)) * mean / (m.sqrt(square) + ADAM_EPS * root)
    return p, mean, square


OPTIMIZERS.add(
    Optimizer(
        "sgd",
        _("SGD"),
        _("Straight down the gradient of the batch."),
        slots=0,
        formula=_sgd,
        steep_rate=0.5,
        torch=Counterpart("SGD"),
        source="Robbins & Monro 1951",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "momentum",
        _("Momentum"),
        _("Gathers speed along directions that persist (0.9)."),
        slots=1,
        formula=_momentum,
        steep_rate=0.1,
        torch=Counterpart("SGD", ("momentum_buffer",), {"momentum": MOMENTUM}),
        source="Polyak 1964",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "rmsprop",
        _("RMSprop"),
        _("Divides each step by the recent size of its gradient (0.99)."),
        slots=1,
        formula=_rmsprop,
        steep_rate=0.03,
        torch=Counterpart("RMSprop", ("square_avg",), {"alpha": RMS_DECAY, "eps": RMS_EPS}),
        source="Tieleman & Hinton 2012",
    )
)
_ADAM = ("exp_avg", "exp_avg_sq"), {"betas": (BETA1, BETA2), "eps": ADAM_EPS}
OPTIMIZERS.add(
    Optimizer(
        "adam",
        "Adam",
        _("Momentum divided by the recent size of the gradient (0.9, 0.999)."),
        slots=2,
        formula=_adam,
        steep_rate=0.05,
        torch=Counterpart("Adam", *_ADAM),
        source="Kingma & Ba 2014",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "adamw",
        _("AdamW"),
        _("Adam whose L2 shrinks the weights directly, whatever their gradient."),
        slots=2,
        formula=_adam,
        decoupled=True,
        steep_rate=0.05,
        torch=Counterpart("AdamW", *_ADAM),
        source="Loshchilov & Hutter 2017",
    )
)


def slots_of(spec: LabSpec) -> int:
    """Return how many moments a spec's optimizer keeps; raises LabError for no known one."""
    return OPTIMIZERS[spec.train.optimizer].slots
