"""Order and chaos: whether two inputs become alike on their way through wide layers.

Lengths settle at q* = s q*' + t (s = fan-in times the variance of a weight, t the variance
of a bias), and a small difference between two inputs is multiplied by chi in each layer:

    chi = s E[act'(sqrt(q*) z)^2]

Below 1 all inputs become one, above 1 neighbours are torn apart; between lie the networks
that can be deep (Poole et al. 2016, eq. 5 and 8; Schoenholz et al. 2017, eq. 5 and 9).
"""

from __future__ import annotations

import math

import numpy as np

from app.nets.activations import Activation
from app.nets.theory.kernel import Sums, passed

STEPS = 3000
SETTLED = 1e-13  # relative


def fixed_length(activation: Activation, weight: float, bias: float, slope: float) -> float:
    """Return the mean square at which sums settle; inf where they grow without end.

    Args:
        activation: the activation. slope: of leaky ReLU.
        weight: fan-in times the variance of a weight. bias: variance of a bias.
    """
    q = 1.0
    for _ in range(STEPS):
        before, q = q, weight * _moments(activation, slope, q)[0] + bias
        if not q < 1e12:
            return math.inf
        if abs(q - before) <= SETTLED * q:
            break
    return q


def chi(activation: Activation, weight: float, bias: float, slope: float = 0.01) -> float:
    """Return by how much a layer multiplies the square of a small difference.

    Args: see `fixed_length`.
    """
    q = fixed_length(activation, weight, bias, slope)
    if math.isinf(q):
        return math.inf
    return weight * _moments(activation, slope, q)[1]


def correlation_length(
    activation: Activation, weight: float, bias: float, slope: float = 0.01
) -> float:
    """Return after how many layers a small difference has fallen (grown) by a factor of e.

    1 / |log chi|; inf at the border between order and chaos.

    Args: see `fixed_length`.
    """
    growth = chi(activation, weight, bias, slope)
    if growth <= 0 or math.isinf(growth):
        return 0.0
    rate = abs(math.log(growth))
    return 1 / rate if rate else math.inf


def weight_of_length(activation: Activation, layers: float, bias: float) -> float:
    """Return the weight spread (fan-in times variance) with a correlation length, in order.

    Args:
        activation: the activation.
        layers: the length, above 0.
        bias: variance of a bias.
    """
    target, low, high = math.exp(-1 / layers), 0.0, 1.0
    while chi(activation, high, bias) < target:
        high *= 2
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if chi(activation, middle, bias) < target else (low, middle)
    return high


def _moments(activation: Activation, slope: float, q: float) -> tuple[float, float]:
    got = passed(activation, slope, Sums(np.array([q]), np.zeros(0)))
    return float(got.square[0]), float(got.slope[0])
