"""The page as a program of NumPy alone. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.nets.printing import activation_code

Array = np.ndarray
# The curves of `nets.tasks.curves` as expressions of x; a test compares them.
CURVE_LINES = {
    "wave": "0.55 * np.sin(8 * x) + 0.2 * x",
    "abs": "np.abs(x)",
    "step": "np.where(x < 0, -0.5, 0.5)",
    "sine-mix": "0.5 * np.sin(np.pi * x) + 0.25 * np.sin(5 * np.pi * x)",
}


def _listed(values: Array) -> str:
    return "[" + ", ".join(repr(float(v)) for v in values) + "]"


def program(
    curve: str, activation: str, b: Array, c: Array, updates: float, l2: float, noise: float
) -> str:
    """Return the source of three fits of the terms b, c (K,) to a curve."""
    return f'''"""A sum of {len(b)} terms s(b x + c), fitted in three ways."""

import math

import numpy as np


{activation_code(activation)}

b = np.array({_listed(b)})
c = np.array({_listed(c)})
updates, l2, noise = {round(updates)}, {l2!r}, {noise!r}

# The points of the lab: places and noise have generators of their own.
x = np.random.default_rng([0, 0, 0]).uniform(-1, 1, 96)
y = {CURVE_LINES[curve]} + noise * np.random.default_rng([0, 0, 1]).standard_normal(96)
n = len(x)
terms = activation(x[:, None] * b + c)  # (n, K)
whole = np.column_stack((terms, np.ones(n)))  # the last column is for d


def loss(weights):
    return np.mean((whole @ weights - y) ** 2) / 2


# 1. Least squares: one linear equation.
squares, *_ = np.linalg.lstsq(whole, y, rcond=1e-10)
print(f"least squares {{loss(squares):.6f}}")

# 2. Gradient descent from zero, at half of the largest stable rate.
rate = n / np.linalg.norm(whole, 2) ** 2
curvature, pull = whole.T @ whole / n, whole.T @ y / n
weights = np.zeros(len(b) + 1)
for _ in range(min(updates, 200_000)):
    weights -= rate * (curvature @ weights - pull)
print(f"gradient descent {{loss(weights):.6f}} after {{min(updates, 200_000)}} updates")

# 3. The posterior of the a: prior N(0, noise^2 / (n l2)), any d equally likely.
middle = terms - terms.mean(0)
inverse = np.linalg.inv(middle.T @ middle + n * l2 * np.eye(len(b)))
a = inverse @ middle.T @ (y - y.mean())
posterior = np.append(a, y.mean() - terms.mean(0) @ a)
print(f"posterior {{loss(posterior):.6f}}")
for k, (height, variance) in enumerate(zip(a, np.diag(inverse))):
    print(f"a_{{k + 1}} = {{height:.4f}} +- {{noise * math.sqrt(variance):.4f}}")
'''
