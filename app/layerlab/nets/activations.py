"""Activations. To add one: write its value and its derivative here, and register both.

`value(m, z, slope)` is written against a maths namespace (`nets.maths`), so that numpy, torch
and single numbers share it, and without a branch, so that the compiled engine can make machine
code of it (`nets.expressions`). `derivative` is by hand: torch never uses it, which
makes torch's autograd its oracle. At a kink the derivative is that of the left side for
ReLU (0 at 0), as everywhere in the field.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.registry import Entry, Registry
from layerlab.core.translation import _
from layerlab.nets.expressions import TRACE, Expression, expression, helper, symbol
from layerlab.nets.maths import NUMPY, SCALAR

SLOPE = 0.01  # of leaky ReLU below zero, where nobody says another
_AHEAD = np.linspace(0.01, 8, 800)  # positive z
Function = Callable[[Any, Any, Any], Any]  # (namespace, z, slope of leaky) -> same shape


@dataclass(frozen=True, eq=False)
class Activation(Entry):
    """A function that is applied to every pre-activation of a hidden layer.

    Attributes:
        value: h = value(m, z, slope).
        derivative: dh/dz = derivative(m, z, slope).
        kinks: the z at which the slope jumps; empty where it is smooth. Pieces are counted
            by them, differences are not taken across them, and integrals are split there.
        piecewise_linear: whether networks of it are piecewise linear.
        torch: the module that PyTorch has of it, as a program writes it; "" if none.
    """

    value: Function
    derivative: Function
    kinks: tuple[float, ...] = ()
    piecewise_linear: bool = False
    torch: str = ""

    def __call__(self, z: np.ndarray, slope: float = SLOPE) -> np.ndarray:
        """Return h for an array z of any shape."""
        return np.asarray(self.value(NUMPY, z, slope))

    def derivative_at(self, z: np.ndarray, slope: float = SLOPE) -> np.ndarray:
        """Return dh/dz for an array z of any shape."""
        return np.asarray(self.derivative(NUMPY, z, slope))

    @property
    def formula(self) -> Expression:
        """What h is, of the symbols `z` and `slope`."""
        return expression(self.value(TRACE, symbol("z"), symbol("slope")))

    @property
    def derivative_formula(self) -> Expression:
        """What dh/dz is, of the symbols `z` and `slope`."""
        return expression(self.derivative(TRACE, symbol("z"), symbol("slope")))

    @property
    def uses_slope(self) -> bool:
        """Whether the knob of the slope does anything."""
        return "slope" in self.formula.symbols()

    @functools.cached_property
    def is_symmetric(self) -> bool:
        """Whether its curve looks the same when turned by half about its point at z = 0.

        Such an activation is about linear for small z on both sides, which is what Xavier's
        variance assumes; one that passes about half of z is what He's does.
        """
        return bool(np.allclose(self(_AHEAD) + self(-_AHEAD), 2 * self.at_zero))

    @property
    def at_zero(self) -> float:
        """Return h for z = 0."""
        return float(self(np.zeros(1))[0])

    @functools.cached_property
    def is_zero_below(self) -> bool:
        """Whether all negative z give 0, so that a unit can die."""
        return not self(-_AHEAD).any()

    def preview(self) -> np.ndarray:
        """Return the curve over z in [-3, 3]. (2, 61)"""
        z = np.linspace(-3, 3, 61)
        slope = 0.15  # 0.01 would not be seen
        return np.array([z, [self.value(SCALAR, float(v), slope) for v in z]])


ACTIVATIONS: Registry[Activation] = Registry(_("activation"))


@helper
def _sigmoid(m: Any, z: Any) -> Any:
    """Return the logistic function, written so that it does not overflow."""
    return 0.5 + 0.5 * m.tanh(0.5 * z)


def _negative_part(m: Any, z: Any) -> Any:
    return m.where(z > 0, 0 * z, z)  # keeps exp() of large z out of the branch not taken


@helper
def _normal_pdf(m: Any, z: Any) -> Any:
    """Return the density of a standard normal distribution."""
    return m.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


@helper
def _normal_cdf(m: Any, z: Any) -> Any:
    """Return how much of a standard normal distribution is below z."""
    return 0.5 * (1 + m.erf(z / math.sqrt(2)))


ACTIVATIONS.add(
    Activation(
        "relu",
        "ReLU",
        _("Passes what is positive, zeroes the rest: cheap, and can die."),
        value=lambda m, z, a: m.relu(z),
        derivative=lambda m, z, a: m.step(z),
        kinks=(0.0,),
        piecewise_linear=True,
        torch="nn.ReLU()",
        source="Nair & Hinton 2010",
    )
)
ACTIVATIONS.add(
    Activation(
        "leaky-relu",
        _("leaky"),
        _("ReLU that lets a little of the negative side through, so it cannot die."),
        own_knobs=("net.slope",),
        value=lambda m, z, a: m.where(z > 0, z, a * z),
        derivative=lambda m, z, a: m.where(z > 0, 0 * z + 1, 0 * z + a),
        kinks=(0.0,),
        piecewise_linear=True,
        torch="nn.LeakyReLU(0.01)",
        source="Maas et al. 2013",
    )
)
ACTIVATIONS.add(
    Activation(
        "gelu",
        _("GELU"),
        _("A smooth ReLU with a dip just below zero; exact, with the error function."),
        value=lambda m, z, a: z * _normal_cdf(m, z),
        derivative=lambda m, z, a: _normal_cdf(m, z) + z * _normal_pdf(m, z),
        torch="nn.GELU()",
        source="Hendrycks & Gimpel 2016",
    )
)
ACTIVATIONS.add(
    Activation(
        "tanh",
        _("tanh"),
        _("Squashes to (-1, 1), centred on zero; flat at both ends."),
        value=lambda m, z, a: m.tanh(z),
        derivative=lambda m, z, a: 1 - m.tanh(z) ** 2,
        torch="nn.Tanh()",
        source="LeCun et al. 1998",
    )
)
ACTIVATIONS.add(
    Activation(
        "sigmoid",
        _("sigmoid"),
        _(
            "Squashes to (0, 1); its slope is at most 1/4, so gradients fade quickly with "
            "depth."
        ),
        value=lambda m, z, a: _sigmoid(m, z),
        derivative=lambda m, z, a: _sigmoid(m, z) * (1 - _sigmoid(m, z)),
        torch="nn.Sigmoid()",
        source="Rumelhart et al. 1986",
    )
)
ACTIVATIONS.add(
    Activation(
        "silu",
        _("SiLU"),
        _("z times sigmoid(z), also called Swish: smooth, dips below zero."),
        value=lambda m, z, a: z * _sigmoid(m, z),
        derivative=lambda m, z, a: _sigmoid(m, z) * (1 + z * (1 - _sigmoid(m, z))),
        torch="nn.SiLU()",
        source="Elfwing et al. 2017",
    )
)
ACTIVATIONS.add(
    Activation(
        "elu",
        _("ELU"),
        _("Linear above zero, levels off at -1 below."),
        value=lambda m, z, a: m.where(z > 0, z, m.expm1(_negative_part(m, z))),
        derivative=lambda m, z, a: m.exp(_negative_part(m, z)),
        torch="nn.ELU()",
        source="Clevert et al. 2015",
    )
)
ACTIVATIONS.add(
    Activation(
        "softplus",
        _("softplus"),
        _("ReLU with its corner rounded off; never quite zero."),
        value=lambda m, z, a: m.logaddexp(z, 0 * z),
        derivative=lambda m, z, a: _sigmoid(m, z),
        torch="nn.Softplus(threshold=1e9)  # never a straight line",  # not translated
        source="Dugas et al. 2001",
    )
)
ACTIVATIONS.add(
    Activation(
        "hard-tanh",
        _("hard tanh"),
        _("Straight between -1 and 1, flat outside."),
        value=lambda m, z, a: m.where(z > 1, 0 * z + 1, m.where(z < -1, 0 * z - 1, z)),
        derivative=lambda m, z, a: m.where(m.abs(z) <= 1, 0 * z + 1, 0 * z),
        kinks=(-1.0, 1.0),
        piecewise_linear=True,
        torch="nn.Hardtanh()",
        source="Collobert 2004",
    )
)
ACTIVATIONS.add(
    Activation(
        "sine",
        _("sine"),
        _("Waves: fits oscillations easily, and many wrong ones too."),
        value=lambda m, z, a: m.sin(z),
        derivative=lambda m, z, a: m.cos(z),
        source="Sitzmann et al. 2020",
    )
)
ACTIVATIONS.add(
    Activation(
        "identity",
        _("none"),
        _("No bend at all: however deep, the network is one linear map."),
        value=lambda m, z, a: z,
        derivative=lambda m, z, a: 0 * z + 1,
        piecewise_linear=True,
        torch="nn.Identity()",
        source="-",
    )
)
