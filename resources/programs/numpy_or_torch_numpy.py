"""Backpropagation by hand, finite differences that check it, and a training by Adam.

Sources: Rumelhart, Hinton & Williams 1986 (backpropagation), Higham 2002, chapter 1 (rounding).
"""

# ---- Parameters
ACTIVATION = "tanh"  # one of those in activation_and_derivative
SIZES = [1, 8, 8, 8, 1]  # input, hidden layers, output
SAMPLES = 32  # points
UPDATES = 100
RATE = 0.03  # of Adam
EPS = 1e-05  # how far the differences push a parameter
MISTAKE = "none"  # or one of those in `wrong_gradients`
LAYER = 1  # the one with the mistake, from 1

import itertools
import math

import numpy as np

from common.activations import activation_and_derivative
from common.adam import Adam

activation, derivative = activation_and_derivative(ACTIVATION)

rng = np.random.default_rng(0)
weights, biases = [], []
for a, b in itertools.pairwise(SIZES):
    limit = 1 / math.sqrt(a)
    weights.append(rng.uniform(-limit, limit, (a, b)))
    biases.append(rng.uniform(-limit, limit, b))

# Noisy points of a wave.
x = np.random.default_rng([0, 0, 0]).uniform(-1, 1, (SAMPLES, 1))
noise = np.random.default_rng([0, 0, 1]).standard_normal((SAMPLES, 1))
y = 0.55 * np.sin(8 * x) + 0.2 * x + 0.06 * noise


def forward(x):
    """Return the output, and of each layer its input h and its pre-activations z."""
    h, kept = x, []
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        z = h @ w + b
        kept.append((h, z))
        h = activation(z) if k < len(weights) - 1 else z  # the output is linear
    return h, kept


def loss():
    """Return half the mean squared error."""
    return 0.5 * np.mean((forward(x)[0] - y) ** 2)


def gradients():
    """Return the loss's gradient by weights and biases, layer by layer."""
    out, kept = forward(x)
    d = (out - y) / out.size
    found = []
    for k in reversed(range(len(weights))):
        h, z = kept[k]
        if k < len(weights) - 1:
            d = d * derivative(z)
        found.insert(0, (h.T @ d, d.sum(0)))
        d = d @ weights[k].T
    return found


def wrong_gradients():
    """Return the same with the mistake that MISTAKE names, in the layer LAYER."""
    out, kept = forward(x)
    d = out - y if MISTAKE == "no mean" else (out - y) / out.size
    found = []
    for k in reversed(range(len(weights))):
        h, z = kept[k]
        mistake = MISTAKE if k == LAYER - 1 else "none"
        if k < len(weights) - 1:
            if mistake == "derivative at h":
                d = d * derivative(activation(z))
            elif mistake != "no derivative":
                d = d * derivative(z)
            if mistake == "derivative off":
                d = d * 1.0002
            elif mistake == "sign":
                d = -d
        found.insert(0, (h.T @ d, 0 * d.sum(0) if mistake == "no bias" else d.sum(0)))
        is_above = k == LAYER  # what it hands down reaches the layer with the mistake
        d = d @ (weights[k] if MISTAKE == "transposed" and is_above else weights[k].T)
    return found


if MISTAKE != "none":
    gradients = wrong_gradients


def by_differences(array, eps):
    """Return the loss's derivative by each number of an array, from two losses each."""
    derivatives = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + eps
        up = loss()
        array[index] = kept - eps
        derivatives[index] = (up - loss()) / (2 * eps)
        array[index] = kept
    return derivatives


def error(a, n):
    """Return the relative error between two gradients."""
    return np.linalg.norm(a - n) / max(np.linalg.norm(a) + np.linalg.norm(n), 1e-300)


# 1. The check, array by array, and what another step would have given.
print(f"relative error of each array, eps {EPS:.3g}")
for k, (d_weights, d_biases) in enumerate(gradients(), 1):
    print(f"W{k} {error(d_weights, by_differences(weights[k - 1], EPS)):.2e}", end="  ")
    print(f"b{k} {error(d_biases, by_differences(biases[k - 1], EPS)):.2e}")
print("of W1, by step")
for power in range(-14, 1, 2):
    worst = error(gradients()[0][0], by_differences(weights[0], 10.0**power))
    print(f"eps 1e{power:+03d}  {worst:.2e}")

# 2. The training: Adam, all points at once.
adam = Adam([array for pair in zip(weights, biases, strict=True) for array in pair], RATE)
for _ in range(UPDATES):
    adam.step(list(itertools.chain(*gradients())))
print(f"loss after {UPDATES} updates {loss():.12f}")
