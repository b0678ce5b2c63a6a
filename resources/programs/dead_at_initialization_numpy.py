"""How many networks are dead at initialization: constant in the input, and unable to learn.

A layer of n ReLUs shuts an input out with probability 2^-n; what is behind it depends on
nothing. The theory is that of ReLU without biases.

Source: Lu, Shin, Su & Karniadakis 2019 (arXiv 1903.06733).
"""

# ---- Parameters
WIDTH = 3  # units of a hidden layer
DEPTH = 10  # hidden layers
NETS = 1000  # networks that are counted
NET = 19  # the one of them that is looked at, from 1
VARIANCE = 2  # of a weight times the units before it: 2 by He et al. 2015
BIAS = 0.0  # of every unit
LEAK = 0.0  # derivative of the activation below zero: of leaky ReLU 0.01
SKIPS = False  # whether each layer adds what came in
ASYMMETRIC = False  # whether weights are drawn as Lu et al. propose

import numpy as np

# Without biases the function is a ray to each side of zero: two inputs are enough.
x = np.linspace(-1, 1, 33 if BIAS or ASYMMETRIC else 2)[:, None]


def symmetric(seed):
    """Return weights and biases of the hidden layers of one network."""
    rng, found = np.random.default_rng(seed), []
    for fan_in in [1] + [WIDTH] * (DEPTH - 1):
        w = rng.standard_normal((fan_in, WIDTH)) * np.sqrt(VARIANCE / fan_in)
        found.append((w, np.full(WIDTH, BIAS)))
    return found


def asymmetric(seed, deepest=64):
    """Return the same by Lu et al.: one number of each unit is never negative.

    A network is the first layers of one of `deepest` layers, so that depth can be compared.
    """
    rng, found = np.random.default_rng((seed, 1)), []
    rest = rng.standard_normal((deepest, WIDTH + 1, WIDTH)) * 0.6007
    place = rng.random((deepest, WIDTH))
    value = rng.beta(2.0, 1.0, size=(deepest, WIDTH))
    for k, fan_in in enumerate([1] + [WIDTH] * (DEPTH - 1)):
        rows = rest[k, : fan_in + 1] / np.sqrt(fan_in)
        rows[(place[k] * (fan_in + 1)).astype(int), np.arange(WIDTH)] = value[k]
        found.append((rows[:-1], rows[-1]))  # the last row is the biases
    return found


def first_dead_layer(layers):
    """Return the layer behind which nothing depends on the input, or DEPTH + 1."""
    h, dh = x, np.ones_like(x)  # values, and their derivatives by the input
    for k, (w, b) in enumerate(layers):
        z = h @ w + b
        skip = SKIPS and (k > 0 or WIDTH == 1)  # the first layer widens
        h, dh = (
            np.where(z > 0, z, LEAK * z) + skip * h,
            np.where(z > 0, 1.0, LEAK) * (dh @ w) + skip * dh,
        )
        if not dh.any() and np.ptp(h, axis=0).max() <= 1e-12 * np.abs(h).max():
            return k + 1
    return DEPTH + 1


draw = asymmetric if ASYMMETRIC else symmetric
died = np.array([first_dead_layer(draw(seed)) for seed in range(NETS)])
print(f"{np.mean(died <= DEPTH):.1%} of {NETS} networks are dead at initialization")

p, k = 0.5**WIDTH, DEPTH - 1  # p: that a layer of ReLUs shuts out an input
alone, two = (1 - p) ** k, (1 - 2 * p - (WIDTH - 1) * p**2) ** k
more = (1 - 2 * p) * (1 - p) / (1 + (WIDTH - 1) * p) * (alone - two)
print(f"ReLU without biases: {1 - alone - more:.1%} to {1 - alone:.1%} in theory")

layer = died[NET - 1]
print(f"network {NET} " + ("lives" if layer > DEPTH else f"dies at layer {layer}"))
