"""Layers beside the product of their matrices, and a matrix as a product of low rank.

Sources: Eckart & Young 1936 (best rank), Saxe et al. 2014 (deep linear learning).
"""

# ---- Parameters
ACTIVATION = "identity"  # one of those in activation_and_derivative
DEPTH = 4  # layers
WIDTH = 8  # units of a hidden layer
BIAS = 0.3  # mean and standard deviation of the biases
TURN = 0.2  # angle that each layer adds, in radians
SHEAR = [[1.0, 0.3], [-0.1, 0.8]]  # what the product does before it turns
M = 20  # rows of W
N = 18  # its columns
RANK = 5  # of A B
UPDATES = 150
RATE = 0.2
INITIAL_STD = 0.02  # standard deviation of the first A and B
SEED = 11  # of A and B

import itertools
import math

import numpy as np

from common.activations import activation_and_derivative

activation, _ = activation_and_derivative(ACTIVATION)

# 1. Layers, and the product of their matrices.
rng = np.random.default_rng(5)
sizes = [2, *[WIDTH] * (DEPTH - 1), 2]
x = np.random.default_rng(0).uniform(-1, 1, (500, 2))
h, matrix, bias = x, np.eye(2), np.zeros(2)
angle, last = TURN * DEPTH, DEPTH - 1
turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
for layer, (rows, columns) in enumerate(itertools.pairwise(sizes)):
    w = np.linalg.qr(rng.standard_normal((columns, rows)))[0].T
    if layer == last:  # back to the plane
        w = matrix.T @ np.array(SHEAR) @ np.array(turn)
    b = BIAS * (1 + rng.standard_normal(columns))
    h = h @ w + b
    if layer < last:
        h = activation(h)
    matrix, bias = matrix @ w, bias @ w + b
print(f"layers and product differ by {np.abs(h - (x @ matrix + bias)).max():.2e}")

# 2. W = A B of low rank: the best there is, and gradient descent.
v, u = np.meshgrid(np.linspace(-1, 1, M), np.linspace(-1, 1, N), indexing="ij")
W = 0.6 * np.cos(6 * np.hypot(u + 0.25, v - 0.15)) + 1.6 * np.exp(-((4 * (u - 1.1 * v)) ** 2))
W += 0.05 * np.random.default_rng(8).standard_normal((M, N))
W /= np.linalg.norm(W, 2)
s = np.linalg.svd(W, compute_uv=False)
print(f"parameters {RANK * (M + N)} instead of {M * N}")
print(f"best error {math.sqrt(np.sum(s[RANK:] ** 2) / np.sum(s**2)):.6f}")

rng = np.random.default_rng([SEED, RANK])
A, B = (
    INITIAL_STD * rng.standard_normal((M, RANK)),
    INITIAL_STD * rng.standard_normal((RANK, N)),
)
for _ in range(UPDATES):
    rest = W - A @ B
    A, B = A + RATE * rest @ B.T, B + RATE * A.T @ rest
print(f"trained error {np.linalg.norm(W - A @ B) / np.linalg.norm(W):.6f}")
print("singular values", np.round(np.linalg.svd(A @ B, compute_uv=False)[:RANK], 4))
