"""Order and chaos, against integrals by scipy and against networks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from app.core.spec import NetSpec
from app.nets.activations import ACTIVATIONS
from app.nets.stream import stream
from app.nets.theory.phases import chi, correlation_length, fixed_length, weight_of_length

TANH = ACTIVATIONS["tanh"]


def mean(f: object, q: float) -> float:
    """Return the mean of f(sqrt(q) z), z standard normal."""
    density = lambda z: math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)  # noqa: E731
    return quad(lambda z: f(math.sqrt(q) * z) * density(z), -9, 9, limit=200)[0]


@pytest.mark.parametrize(("weight", "bias"), [(0.8, 0.05), (1.7, 0.05), (3.0, 0.3)])
def test_tanh_settles_where_scipy_says(weight: float, bias: float) -> None:
    length = brentq(lambda q: weight * mean(lambda u: math.tanh(u) ** 2, q) + bias - q, 1e-9, 9)
    assert fixed_length(TANH, weight, bias, 0.01) == pytest.approx(length, rel=1e-6)
    growth = weight * mean(lambda u: (1 - math.tanh(u) ** 2) ** 2, length)
    assert chi(TANH, weight, bias) == pytest.approx(growth, rel=1e-6)
    expected = 1 / abs(math.log(growth))
    assert correlation_length(TANH, weight, bias) == pytest.approx(expected, rel=1e-5)


def test_known_borders() -> None:
    relu, linear = ACTIVATIONS["relu"], ACTIVATIONS["identity"]
    assert chi(relu, 2.0, 0.0) == pytest.approx(1)  # He
    assert chi(linear, 0.7, 0.1) == pytest.approx(0.7)
    assert math.isinf(fixed_length(relu, 2.5, 0.1, 0.01))
    assert math.isinf(chi(relu, 2.5, 0.1))
    assert correlation_length(linear, 0.0, 0.1) == 0


@pytest.mark.parametrize("layers", [1.5, 4.0, 12.0])
def test_a_weight_spread_is_found_for_a_length(layers: float) -> None:
    weight = weight_of_length(TANH, layers, 0.05)
    assert chi(TANH, weight, 0.05) < 1
    assert correlation_length(TANH, weight, 0.05) == pytest.approx(layers, rel=1e-6)


def test_wide_networks_forget_at_that_rate() -> None:
    weight, bias = 0.8, 0.05
    net = NetSpec(hidden=(500,) * 9, activation="tanh", init="normal",
                  weight_std=math.sqrt(weight), bias_std=math.sqrt(bias))  # fmt: skip
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, 500)) + 0.02 * rng.standard_normal((40, 500))
    apart = [float(z.var(0).mean()) for z, _ in stream(net, x, rng)]
    rate = np.polyfit(range(4, 9), np.log(apart[4:]), 1)[0]
    assert rate == pytest.approx(math.log(chi(TANH, weight, bias)), abs=0.03)
