"""The page as programs: one of NumPy alone, one of PyTorch. No Qt."""

from __future__ import annotations

from layerlab.core.spec import LabSpec
from layerlab.experiments.numpy_or_torch.mistakes import OFF, Mistake
from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    FORGOTTEN,
    NO_BIAS,
    NO_MEAN,
    SIGN,
    SLIGHT,
    TRANSPOSED,
)
from layerlab.experiments.numpy_or_torch.trainings import RATE, SAMPLES, Setting
from layerlab.nets.printing import activation_code
from layerlab.nets.printing_torch import network_code

DATA = f"""\
# {SAMPLES} noisy points of a wave.
x = np.random.default_rng([0, 0, 0]).uniform(-1, 1, ({SAMPLES}, 1))
noise = np.random.default_rng([0, 0, 1]).standard_normal(({SAMPLES}, 1))
y = 0.55 * np.sin(8 * x) + 0.2 * x + 0.06 * noise
"""


def _backward(mistake: Mistake) -> str:
    """Return the loop of the backward pass, with the mistake in its line if there is one."""
    name, k = mistake.name, mistake.place - 1
    slope = {
        FORGOTTEN: f"(1 if k == {k} else derivative(z))",
        AT_H: f"derivative(activation(z) if k == {k} else z)",
        SLIGHT: f"(derivative(z) * (1 + {OFF!r} * (k == {k})))",
        SIGN: f"derivative(z) * (-1 if k == {k} else 1)",
    }.get(name, "derivative(z)")
    bias = f"0 * d.sum(0) if k == {k} else d.sum(0)" if name == NO_BIAS else "d.sum(0)"
    handed = "w.T"
    if name == TRANSPOSED:
        handed = f"(w if k == {k + 1} else w.T)"
    start = "out - y" if name == NO_MEAN else "(out - y) / out.size"
    wrong = "  # the mistake"
    marks = {
        key: wrong if name in names else ""
        for key, names in (
            ("start", (NO_MEAN,)),
            ("slope", (FORGOTTEN, AT_H, SLIGHT, SIGN)),
            ("bias", (NO_BIAS,)),
            ("handed", (TRANSPOSED,)),
        )
    }
    return f"""\
    d = {start}{marks["start"]}
    found = []
    for k in reversed(range(len(weights))):
        (h, z), w = kept[k], weights[k]
        if k < len(weights) - 1:
            d = d * {slope}{marks["slope"]}
        found.insert(0, (h.T @ d, {bias})){marks["bias"]}
        d = d @ {handed}{marks["handed"]}
    return found
"""


def numpy_program(setting: Setting, mistake: Mistake, updates: int, eps: float) -> str:
    """Return the training by hand and its check as a program of NumPy alone."""
    sizes = setting.problem.layout.sizes
    return f'''"""Backpropagation by hand, and differences that judge it."""

import itertools
import math

import numpy as np


{activation_code(setting.activation)}

sizes = {sizes!r}
rng = np.random.default_rng(0)
weights, biases = [], []
for a, b in itertools.pairwise(sizes):
    limit = 1 / math.sqrt(a)
    weights.append(rng.uniform(-limit, limit, (a, b)))
    biases.append(rng.uniform(-limit, limit, b))

{DATA}

def forward(x):
    h, kept = x, []
    for k, (w, b) in enumerate(zip(weights, biases)):
        z = h @ w + b
        kept.append((h, z))
        h = activation(z) if k < len(weights) - 1 else z  # the output is linear
    return h, kept


def loss():
    return 0.5 * np.mean((forward(x)[0] - y) ** 2)


def gradients():
    out, kept = forward(x)
{_backward(mistake)}

def by_differences(array, eps):
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + eps
        up = loss()
        array[place] = kept - eps
        slopes[place] = (up - loss()) / (2 * eps)
        array[place] = kept
    return slopes


def error(a, n):
    return np.linalg.norm(a - n) / max(np.linalg.norm(a) + np.linalg.norm(n), 1e-300)


# 1. The check, array by array, and what another push would have said.
print("relative error of each array, eps {eps:.3g}")
for k, (d_weights, d_biases) in enumerate(gradients(), 1):
    print(f"W{{k}} {{error(d_weights, by_differences(weights[k - 1], {eps!r})):.2e}}", end="  ")
    print(f"b{{k}} {{error(d_biases, by_differences(biases[k - 1], {eps!r})):.2e}}")
print("of W1, by push")
for power in range(-14, 1, 2):
    worst = error(gradients()[0][0], by_differences(weights[0], 10.0**power))
    print(f"eps 1e{{power:+03d}}  {{worst:.2e}}")

# 2. The training: Adam, all points at once.
params = [array for pair in zip(weights, biases) for array in pair]
first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
for t in range(1, {updates} + 1):
    for p, g, m, v in zip(params, itertools.chain(*gradients()), first, second):
        m += 0.1 * (g - m)
        v += 0.001 * (g * g - v)
        p -= {RATE} * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
print(f"loss after {updates} updates {{loss():.12f}}")
'''


def torch_program(spec: LabSpec, updates: int) -> str:
    """Return the same training as a program of PyTorch."""
    return network_code(spec, DATA, updates)
