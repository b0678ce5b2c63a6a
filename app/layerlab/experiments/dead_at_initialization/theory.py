"""How likely a network is dead at initialization: bounds, without biases. No Qt.

Weights are symmetric. Without biases a ReLU network is linear on each side of 0, so it is
enough to follow two inputs, -1 and 1. A layer of n units sends an input that is not 0 to 0 if
all n pre-activations are negative, with probability 2^-n: one input survives k layers with
a^k, a = 1 - 2^-n. A network is dead when both are gone.

The first layer never loses both: what is active for 1 is inactive for -1. With probability
2^(1-n) it loses one. Else two are left, of which at least one survives k layers with V_k:

- V_k >= a^k, because one of them does;
- V_(k+1) <= c V_k + (1 - c - 4^-n) a^k, c = 1 - 2 * 2^-n - (n - 1) 4^-n. Let q be the
  probability that a unit is inactive for both, 1/4 where the two are orthogonal, else more.
  Both die with q^n, one with 2 (2^-n - q^n), and with n q^n both come out along the same
  unit and are one input from then on. A larger q is never better, since V_k >= a^k.

Solved for all k this is what `bounds` returns, and what Lu et al. 2019 prove.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def bounds(width: int, depth: int) -> tuple[Array, Array]:
    """Return the least and the largest probability to be dead, by depth. (depth,) each

    Args:
        width: units of each hidden layer, at least 1. depth: of the deepest network.
    """
    p, k = 0.5**width, np.arange(depth)
    alone = (1 - p) ** k  # one input after the first layer
    two = (1 - 2 * p - (width - 1) * p**2) ** k
    more = (1 - 2 * p) * (1 - p) / (1 + (width - 1) * p) * (alone - two)
    return 1 - alone - more, 1 - alone


def half_depth(shares: Array) -> float:
    """Return the depth, between layers too, at which half are dead.

    Args:
        shares: (depth,) ascending, from one layer on.

    Returns:
        nan where it is not reached.
    """
    over = np.flatnonzero(shares >= 0.5)
    if not over.size:
        return float("nan")
    k = int(over[0])
    if not k:
        return 1.0
    low, high = shares[k - 1], shares[k]
    return float(k + (0.5 - low) / (high - low))
