"""A sum of terms a s(b x + c) + d, fitted to a curve in three ways.

The factors b and shifts c stay as they are; least squares, gradient descent and a Bayesian
posterior choose the heights a and the constant d.

Sources: Bishop 2006, section 3.3 (posterior), MacKay 1992 (evidence).
"""

# ---- Parameters
CURVE = "wave"  # "wave", "abs", "step" or "sine-mix"
ACTIVATION = "relu"  # s, one of those in activation_and_derivative
# Factor b and shift c of each term.
TERMS = [
    [4.0, 3.7],
    [4.0, 2.6],
    [4.0, 2.2],
    [4.0, 0.8],
    [4.0, -0.8],
    [4.0, -2.2],
    [4.0, -2.6],
    [4.0, -3.7],
]
UPDATES = 1000  # of gradient descent
L2 = 0.0001  # penalty, which makes the prior of the posterior
NOISE = 0.06  # standard deviation of the noise in the points

import math

import numpy as np

from common.activations import activation_and_derivative
from common.curves import CURVES

activation, _ = activation_and_derivative(ACTIVATION)
b, c = np.array(TERMS).T

# The points of the lab: positions and noise have generators of their own.
x = np.random.default_rng([0, 0, 0]).uniform(-1, 1, 96)
y = CURVES[CURVE](x) + NOISE * np.random.default_rng([0, 0, 1]).standard_normal(96)
n = len(x)
terms = activation(x[:, None] * b + c)  # (n, terms)
whole = np.column_stack((terms, np.ones(n)))  # the last column is for d


def loss(weights):
    """Return half the mean squared error."""
    return np.mean((whole @ weights - y) ** 2) / 2


# 1. Least squares: one linear equation.
squares, *_ = np.linalg.lstsq(whole, y, rcond=1e-10)
print(f"least squares {loss(squares):.6f}")

# 2. Gradient descent from zero, at half of the largest stable rate.
rate = n / np.linalg.norm(whole, 2) ** 2
curvature, pull = whole.T @ whole / n, whole.T @ y / n
weights = np.zeros(len(b) + 1)
updates = min(UPDATES, 200_000)
for _ in range(updates):
    weights -= rate * (curvature @ weights - pull)
print(f"gradient descent {loss(weights):.6f} after {updates} updates")

# 3. The posterior of the a: prior N(0, NOISE^2 / (n L2)), any d equally likely.
middle = terms - terms.mean(0)
inverse = np.linalg.inv(middle.T @ middle + n * L2 * np.eye(len(b)))
a = inverse @ middle.T @ (y - y.mean())
posterior = np.append(a, y.mean() - terms.mean(0) @ a)
print(f"posterior {loss(posterior):.6f}")
for k, (height, variance) in enumerate(zip(a, np.diag(inverse), strict=True)):
    print(f"a_{k + 1} = {height:.4f} +- {NOISE * math.sqrt(variance):.4f}")
