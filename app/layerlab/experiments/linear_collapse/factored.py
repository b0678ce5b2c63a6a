"""W = A B: a matrix, its best approximations of a rank, and trained ones. No Qt."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
M, N = 20, 18
MAX_UPDATES = 240
RATE = 0.2  # its edge is at 1 for a largest singular value of 1
INITIAL_STD = 0.02  # std of the first A and B
SEED = 11
EVERY = 3  # updates between two looks


@functools.cache
def target() -> Array:
    """Return W: rings, a slanted ridge, a little noise; largest singular value 1. (M, N)"""
    y, x = np.meshgrid(np.linspace(-1, 1, M), np.linspace(-1, 1, N), indexing="ij")
    rings = 0.6 * np.cos(6 * np.hypot(x + 0.25, y - 0.15))
    ridge = 1.6 * np.exp(-((4 * (x - 1.1 * y)) ** 2))
    noise = 0.05 * np.random.default_rng(8).standard_normal((M, N))
    whole = rings + ridge + noise
    return np.asarray(whole / np.linalg.norm(whole, 2))


@functools.cache
def singular_values() -> Array:
    """Return those of W, the largest first. (N,)"""
    return np.asarray(np.linalg.svd(target(), compute_uv=False))


def best(rank: int) -> Array:
    """Return the nearest matrix of a rank. (M, N) Source: Eckart & Young 1936."""
    left, sizes, right = np.linalg.svd(target(), full_matrices=False)
    return np.asarray((left[:, :rank] * sizes[:rank]) @ right[:rank])


def off(product: Array) -> float:
    """Return how far a matrix is from W, as a part of its size (Frobenius)."""
    return float(np.linalg.norm(product - target()) / np.linalg.norm(target()))


def parameters(rank: int) -> int:
    """Return how many numbers A and B have."""
    a, b = _initial(rank)
    return a.size + b.size


@dataclass(frozen=True, eq=False)
class FactoredDescent:
    """Gradient descent on |W - A B|^2 / 2.

    Attributes:
        updates: (t,) when it was looked at.
        products: (t, M, N) A B then. sizes: (t, N) their singular values.
    """

    updates: Array
    products: Array
    sizes: Array


def _initial(rank: int) -> tuple[Array, Array]:
    rng = np.random.default_rng([SEED, rank])
    return INITIAL_STD * rng.standard_normal((M, rank)), INITIAL_STD * rng.standard_normal(
        (rank, N)
    )


def steps(a: Array, b: Array, goal: Array, rate: float, count: int) -> tuple[Array, Array]:
    """Return A (m, r) and B (r, n) after so many steps of gradient descent."""
    for _ in range(count):
        rest = goal - a @ b
        a, b = a + rate * (rest @ b.T), b + rate * (a.T @ rest)
    return a, b


@functools.lru_cache(maxsize=16)
def trained(rank: int) -> FactoredDescent:
    """Train A and B of a rank from small random numbers."""
    a, b = _initial(rank)
    products = [a @ b]
    for _ in range(MAX_UPDATES // EVERY):
        a, b = steps(a, b, target(), RATE, EVERY)
        products.append(a @ b)
    every = np.stack(products)
    sizes = np.linalg.svd(every, compute_uv=False)
    return FactoredDescent(np.arange(len(every)) * EVERY, every, sizes)


def at(rank: int, updates: int) -> Array:
    """Return A B after any number of updates. (M, N)"""
    training = trained(rank)
    k = min(updates // EVERY, len(training.updates) - 1)
    if updates == training.updates[k]:
        return np.asarray(training.products[k])
    a, b = steps(*_initial(rank), target(), RATE, updates)
    return np.asarray(a @ b)
