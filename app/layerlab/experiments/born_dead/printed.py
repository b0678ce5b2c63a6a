"""The page as a program of NumPy alone."""

from __future__ import annotations

from layerlab.experiments.born_dead.births import ALIKE, BETA, POINTS, RECIPES, REST, STREAM
from layerlab.experiments.born_dead.names import DEEPEST


def program(cure: str, width: int, depth: int, net: int) -> str:
    """Return a program that counts dead networks, beside the theory, and looks at one.

    Args:
        cure, width, depth, net: as the page's knobs.
    """
    recipe = RECIPES[cure]
    bend = "np.where(z > 0, z, 0.01 * z)" if cure == "leaky" else "np.maximum(z, 0)"
    slope = "np.where(z > 0, 1.0, 0.01)" if cure == "leaky" else "(z > 0) * 1.0"
    variance = 1 if cure == "none" else 2
    inputs = "[-1.0, 1.0]" if recipe.is_straight else f"np.linspace(-1, 1, {POINTS})"
    skip = "k > 0 or width == 1" if recipe.residual else "False"
    drawn = _asymmetric() if recipe.is_asymmetric else _symmetric(variance, recipe.bias)
    return f'''"""How many networks of {depth} x {width} are born dead; cure {cure!r}."""

import numpy as np

width, depth, nets = {width!r}, {depth!r}, 1000
x = np.array({inputs})[:, None]


{drawn}

def dies(seed):
    """Return the first layer behind which nothing depends on the input, or depth + 1."""
    h, dh = x, np.ones_like(x)
    for k, (w, b) in enumerate(layers(seed)):
        z = h @ w + b
        skip = {skip}
        h, dh = {bend} + skip * h, {slope} * (dh @ w) + skip * dh
        if not dh.any() and np.ptp(h, axis=0).max() <= {ALIKE} * np.abs(h).max():
            return k + 1
    return depth + 1


died = np.array([dies(seed) for seed in range(nets)])
print(f"{{np.mean(died <= depth):.1%}} of {{nets}} networks are born dead")

p, k = 0.5**width, depth - 1  # p: that a layer of ReLUs shuts out an input
alone, two = (1 - p) ** k, (1 - 2 * p - (width - 1) * p**2) ** k
more = (1 - 2 * p) * (1 - p) / (1 + (width - 1) * p) * (alone - two)
print(f"ReLU without biases: {{1 - alone - more:.1%}} to {{1 - alone:.1%}} in theory")

layer = died[{net - 1!r}]
print(f"network {net} " + ("lives" if layer > depth else f"dies at layer {{layer}}"))
'''


def _symmetric(variance: int, bias: float) -> str:
    return f'''def layers(seed):
    """Return the hidden layers of one network: weights of variance {variance}/n, and biases."""
    rng, found = np.random.default_rng(seed), []
    for fan in [1] + [width] * (depth - 1):
        w = rng.standard_normal((fan, width)) * np.sqrt({variance} / fan)
        found.append((w, np.full(width, {bias!r})))
    return found
'''


def _asymmetric() -> str:
    return f'''def layers(seed):
    """Return the hidden layers of one network, drawn asymmetrically (Lu et al. 2019)."""
    rng, found = np.random.default_rng((seed, {STREAM})), []
    rest = rng.standard_normal(({DEEPEST}, width + 1, width)) * {REST}
    place = rng.random(({DEEPEST}, width))
    value = rng.beta({BETA[0]!r}, {BETA[1]!r}, size=({DEEPEST}, width))
    for k, fan in enumerate([1] + [width] * (depth - 1)):
        rows = rest[k, : fan + 1] / np.sqrt(fan)
        rows[(place[k] * (fan + 1)).astype(int), np.arange(width)] = value[k]
        found.append((rows[:-1], rows[-1]))
    return found
'''
