"""Initializers. To add one: write how it draws a layer, and register it.

A generator is anything with `standard_normal(size)` and `uniform(low, high, size)`:
numpy's Generator, or the legacy RandomState with which listings are matched.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.registry import Entry, Registry
from layerlab.core.spec import NetSpec
from layerlab.core.translation import _

Array = np.ndarray
Draw = Callable[[Any, int, int, NetSpec], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class Initializer(Entry):
    """How a layer's weights and biases are initialized.

    Attributes:
        draw: (generator, fan_in, fan_out, net) -> weights (in, out), biases (out,).
        weight_variance: (fan_in, fan_out, net) -> variance of a weight.
        bias_variance: (fan_in, net) -> variance of a bias.
    """

    draw: Draw
    weight_variance: Callable[[int, int, NetSpec], float]
    bias_variance: Callable[[int, NetSpec], float] = lambda fan_in, net: 0.0

    def preview(self) -> Array:
        """Return the density of the weights of a layer of 32, on a fixed scale. (2, 61)"""
        x = np.linspace(-1.2, 1.2, 61)
        variance = self.weight_variance(32, 32, NetSpec())
        if variance == 0:
            return np.array([x, (np.abs(x) < 0.02) * 1.0])
        if "uniform" in self.key or self.key == "torch-default":
            y = (np.abs(x) <= math.sqrt(3 * variance)) * 1.0
        else:
            y = np.exp(-0.5 * x**2 / variance)
        return np.array([x, y / math.sqrt(1 + 8 * variance)])


INITIALIZERS: Registry[Initializer] = Registry(_("initializer"))


def _normal(
    key: str, label: str, text: str, source: str, scale: Callable[[int, int], float]
) -> None:
    def draw(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
        return rng.standard_normal((a, b)) * scale(a, b), np.zeros(b)

    INITIALIZERS.add(
        Initializer(
            key,
            label,
            text,
            source=source,
            draw=draw,
            weight_variance=lambda a, b, net: scale(a, b) ** 2,
        )
    )


def _uniform(
    key: str, label: str, text: str, source: str, limit: Callable[[int, int], float]
) -> None:
    def draw(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
        return rng.uniform(-limit(a, b), limit(a, b), (a, b)), np.zeros(b)

    INITIALIZERS.add(
        Initializer(
            key,
            label,
            text,
            source=source,
            draw=draw,
            # Of a uniform law from -limit to limit.
            weight_variance=lambda a, b, net: limit(a, b) ** 2 / 3,
        )
    )


def _draw_free(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
    weights = rng.standard_normal((a, b)) * (net.weight_std / math.sqrt(a))
    biases = rng.standard_normal(b) * net.bias_std if net.bias_std else np.zeros(b)
    return weights, biases


def _draw_orthogonal(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
    gauss = rng.standard_normal((max(a, b), min(a, b)))
    q, r = np.linalg.qr(gauss)
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # else not uniform over rotations
    return (q if a >= b else q.T), np.zeros(b)


def _draw_torch(rng: Any, a: int, b: int, net: NetSpec) -> tuple[Array, Array]:
    limit = 1 / math.sqrt(a)
    return rng.uniform(-limit, limit, (a, b)), rng.uniform(-limit, limit, b)


_normal(
    "small-normal",
    _("small"),
    _("Standard deviation 0.01 everywhere: signal and gradient fade away."),
    "-",
    lambda a, b: 0.01,
)
_normal(
    "xavier-normal",
    "Xavier",
    _("Variance 2/(in + out): a compromise of both directions, made for tanh."),
    "Glorot & Bengio 2010, eq. 12",
    lambda a, b: math.sqrt(2 / (a + b)),
)
_normal(
    "he-normal",
    "He",
    _("Variance 2/in: makes up for the half that ReLU zeroes."),
    "He et al. 2015, eq. 10",
    lambda a, b: math.sqrt(2 / a),
)
_normal(
    "large-normal",
    _("large"),
    _("Standard deviation 1 everywhere: signal and gradient explode with width."),
    "-",
    lambda a, b: 1.0,
)
INITIALIZERS.add(
    Initializer(
        "normal",
        _("free"),
        _("Your own standard deviation of weights and biases, by two sliders."),
        draw=_draw_free,
        own_knobs=("net.weight_std", "net.bias_std"),
        weight_variance=lambda a, b, net: net.weight_std**2 / a,
        bias_variance=lambda a, net: net.bias_std**2,
        source="Poole et al. 2016",
    )
)
_normal(
    "lecun-normal",
    "LeCun",
    _("Variance 1/in: keeps the length of the signal in a linear network."),
    "LeCun et al. 1998",
    lambda a, b: math.sqrt(1 / a),
)
_uniform(
    "xavier-uniform",
    _("Xavier, uniform"),
    _("Xavier's variance, drawn from a box."),
    "Glorot & Bengio 2010, eq. 16",
    lambda a, b: math.sqrt(6 / (a + b)),
)
_uniform(
    "he-uniform",
    _("He, uniform"),
    _("He's variance, drawn from a box."),
    "He et al. 2015",
    lambda a, b: math.sqrt(6 / a),
)
INITIALIZERS.add(
    Initializer(
        "orthogonal",
        _("orthogonal"),
        _("A random rotation: every singular value is 1."),
        draw=_draw_orthogonal,
        weight_variance=lambda a, b, net: 1 / max(a, b),
        source="Saxe et al. 2013",
    )
)
INITIALIZERS.add(
    Initializer(
        "torch-default",
        "PyTorch",
        _("What nn.Linear does: variance 1/(3 in), for the biases too."),
        draw=_draw_torch,
        weight_variance=lambda a, b, net: 1 / (3 * a),
        bias_variance=lambda a, net: 1 / (3 * a),
        source="PyTorch, nn.Linear.reset_parameters",
    )
)
_normal(
    "zeros",
    _("zeros"),
    _("All weights 0: every neuron stays the same as its neighbours."),
    "-",
    lambda a, b: 0.0,
)
