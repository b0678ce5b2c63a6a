"""The page as a program of NumPy alone. No Qt."""

from __future__ import annotations

from layerlab.experiments.linear_collapse.factored import RATE, SEED, SMALL, M, N
from layerlab.experiments.linear_collapse.plane import BIAS, SHEAR, TURN, WIDTH
from layerlab.nets.printing import activation_code


def program(activation: str, depth: int, rank: int, updates: int) -> str:
    """Return the source of layers beside their product, and of W = A B."""
    return f'''"""{depth} layers and their one matrix; a matrix of rank {rank}."""

import math

import numpy as np


{activation_code(activation)}

# 1. Layers, and the product of their matrices.
rng = np.random.default_rng(5)
sizes = [2, *[{WIDTH}] * {depth - 1}, 2]
x = np.random.default_rng(0).uniform(-1, 1, (500, 2))
h, matrix, bias = x, np.eye(2), np.zeros(2)
angle, last = {TURN} * (len(sizes) - 1), len(sizes) - 2
turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
for layer, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
    w = np.linalg.qr(rng.standard_normal((columns, rows)))[0].T
    if layer == last:  # back to the plane
        w = matrix.T @ np.array({SHEAR}) @ np.array(turn)
    b = {BIAS} * (1 + rng.standard_normal(columns))
    h = h @ w + b
    if layer < last:
        h = activation(h)
    matrix, bias = matrix @ w, bias @ w + b
print(f"layers and product differ by {{np.abs(h - (x @ matrix + bias)).max():.2e}}")

# 2. W = A B of rank {rank}: the best there is, and gradient descent.
m, n, rank = {M}, {N}, {rank}
v, u = np.meshgrid(np.linspace(-1, 1, m), np.linspace(-1, 1, n), indexing="ij")
W = 0.6 * np.cos(6 * np.hypot(u + 0.25, v - 0.15)) + 1.6 * np.exp(-((4 * (u - 1.1 * v)) ** 2))
W += 0.05 * np.random.default_rng(8).standard_normal((m, n))
W /= np.linalg.norm(W, 2)
s = np.linalg.svd(W, compute_uv=False)
print(f"parameters {{rank * (m + n)}} instead of {{m * n}}")
print(f"best error {{math.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2)):.6f}}")

rng = np.random.default_rng([{SEED}, rank])
A, B = {SMALL} * rng.standard_normal((m, rank)), {SMALL} * rng.standard_normal((rank, n))
for _ in range({updates}):
    rest = W - A @ B
    A, B = A + {RATE} * rest @ B.T, B + {RATE} * A.T @ rest
print(f"trained error {{np.linalg.norm(W - A @ B) / np.linalg.norm(W):.6f}}")
print("singular values", np.round(np.linalg.svd(A @ B, compute_uv=False)[:rank], 4))
'''
