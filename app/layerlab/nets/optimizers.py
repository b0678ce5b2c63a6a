"""Optimizers. To add one: write its step, and register it.

A step changes the parameters of all seeds at once, in place. The constants are those of
PyTorch's defaults, and stand here: momentum 0.9; RMSprop decay 0.99, eps 1e-8; Adam and
AdamW betas 0.9 and 0.999, eps 1e-8, with bias correction.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layerlab.core.registry import Entry, Registry
from layerlab.core.spec import LabSpec

Array = np.ndarray
MOMENTUM = 0.9
RMS_DECAY, RMS_EPS = 0.99, 1e-8
BETA1, BETA2, ADAM_EPS = 0.9, 0.999, 1e-8


@dataclass(frozen=True, eq=False)
class Optimizer(Entry):
    """How a gradient becomes a step.

    Attributes:
        slots: arrays like the parameters that it remembers.
        step: (params, gradient, moments, rate, t) changes params and moments in place;
            params and gradient (seeds, P), moments (slots, seeds, P), t = 1 for the first.
        decoupled: whether L2 shrinks the weights directly instead of joining the loss.
        steep_rate: learning rate from which on too high a one is the likeliest trouble.
    """

    slots: int
    step: Callable[[Array, Array, Array, float, int], None]
    decoupled: bool = False
    steep_rate: float = math.inf


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


# p are the parameters (theta in the papers), g = dL/dp, `rate` the learning rate (eta, alpha).


def _sgd(p: Array, g: Array, moments: Array, rate: float, t: int) -> None:
    p -= rate * g  # p_t = p_(t-1) - rate g_t


def _momentum(p: Array, g: Array, moments: Array, rate: float, t: int) -> None:
    # v_t = mu v_(t-1) + g_t, p_t = p_(t-1) - rate v_t: PyTorch's form, in which a changed rate
    # acts on all of the velocity at once.
    v = moments[0]
    v *= MOMENTUM
    v += g
    p -= rate * v


def _rmsprop(p: Array, g: Array, moments: Array, rate: float, t: int) -> None:
    # s_t = rho s_(t-1) + (1 - rho) g_t^2, p_t = p_(t-1) - rate g_t / (sqrt(s_t) + eps)
    s = moments[0]
    s *= RMS_DECAY
    s += (1 - RMS_DECAY) * g * g
    p -= rate * g / (np.sqrt(s) + RMS_EPS)


def _adam(p: Array, g: Array, moments: Array, rate: float, t: int) -> None:
    # Kingma & Ba 2014, algorithm 1.
    m, v = moments
    m *= BETA1  # m_t = beta1 m_(t-1) + (1 - beta1) g_t
    m += (1 - BETA1) * g
    v *= BETA2  # v_t = beta2 v_(t-1) + (1 - beta2) g_t^2
    v += (1 - BETA2) * g * g
    # Both averages start at 0, so they are too small by 1 - beta^t, which is divided out:
    # p_t = p_(t-1) - rate m^ / (sqrt(v^) + eps) with m^ = m_t / (1 - beta1^t), v^ likewise.
    m_correction, v_correction = 1 - BETA1**t, 1 - BETA2**t
    p -= (rate / m_correction) * m / (np.sqrt(v) / math.sqrt(v_correction) + ADAM_EPS)


OPTIMIZERS.add(
    Optimizer(
        "sgd",
        "SGD",
        "Straight down the gradient of the batch.",
        slots=0,
        step=_sgd,
        steep_rate=0.5,
        source="Robbins & Monro 1951",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "momentum",
        "Momentum",
        "Gathers speed along directions that persist (0.9).",
        slots=1,
        step=_momentum,
        steep_rate=0.1,
        source="Polyak 1964",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "rmsprop",
        "RMSprop",
        "Divides each step by the recent size of its gradient (0.99).",
        slots=1,
        step=_rmsprop,
        steep_rate=0.03,
        source="Tieleman & Hinton 2012",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "adam",
        "Adam",
        "Momentum divided by the recent size of the gradient (0.9, 0.999).",
        slots=2,
        step=_adam,
        steep_rate=0.05,
        source="Kingma & Ba 2014",
    )
)
OPTIMIZERS.add(
    Optimizer(
        "adamw",
        "AdamW",
        "Adam whose L2 shrinks the weights directly, whatever their gradient.",
        slots=2,
        step=_adam,
        decoupled=True,
        steep_rate=0.05,
        source="Loshchilov & Hutter 2017",
    )
)


def slots_of(spec: LabSpec) -> int:
    """Return how many moments a spec's optimizer keeps; raises LabError for no known one."""
    return OPTIMIZERS[spec.train.optimizer].slots
