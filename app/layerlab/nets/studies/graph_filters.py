"""Polynomials of a graph's Laplacian: by neighbours, in the spectrum; how rough signals are.

Numbers alone: no graph library, no Qt. The ledger computes its row with these too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Numbers = Sequence[float]
ROUNDING = 1e-12  # of eigenvalues, in units of the largest


@dataclass(frozen=True, eq=False)
class Edges:
    """An undirected graph as a list of its edges, each once.

    Attributes:
        nodes: how many there are.
        i, j: (edges,) whole numbers, the two ends. weights: (edges,), above 0.
        normalized: whether its Laplacian is D^(-1/2) (D - W) D^(-1/2), not D - W.
    """

    nodes: int
    i: Array
    j: Array
    weights: Array
    normalized: bool = False

    def laplacian(self) -> Array:
        """Return the Laplacian L, D - W or the normalized one. (nodes, nodes)"""
        found = np.zeros((self.nodes, self.nodes))
        np.add.at(found, (self.i, self.j), -self.weights)
        np.add.at(found, (self.j, self.i), -self.weights)
        found[np.diag_indices(self.nodes)] = -found.sum(1)
        scale = self.scale()
        return scale[:, None] * found * scale

    def scale(self) -> Array:
        """Return by what D - W is multiplied on both sides: 1, or D^(-1/2). (nodes,)

        0 for a node without an edge, of which nothing is left either way.
        """
        if not self.normalized:
            return np.ones(self.nodes)
        degrees = np.bincount(self.i, self.weights, self.nodes)
        degrees = degrees + np.bincount(self.j, self.weights, self.nodes)
        return np.divide(1, np.sqrt(degrees), out=np.zeros(self.nodes), where=degrees > 0)


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Waves on a graph.

    Attributes:
        values: (nodes,) eigenvalues of the Laplacian, ascending.
        waves: (nodes, nodes) its eigenvectors of length 1, in columns.
    """

    values: Array
    waves: Array

    @property
    def largest(self) -> float:
        """The largest eigenvalue, 1 where there is no edge."""
        return float(self.values[-1]) if self.values[-1] > 0 else 1.0

    @property
    def places(self) -> Array:
        """Eigenvalues in units of the largest, 0 to 1. (nodes,)"""
        return np.asarray(self.values / self.largest)


def spectrum(edges: Edges) -> Spectrum:
    """Return eigenvalues and eigenvectors of the Laplacian."""
    from scipy.linalg import eigh  # the ledger lists its rows without it

    values, waves = eigh(edges.laplacian())
    values[values < ROUNDING * values[-1]] = 0.0  # of parts without an edge between them
    return Spectrum(values, waves)


def polynomial(values: Array, largest: float, coefficients: Numbers) -> Array:
    """Return p(lambda), a polynomial of lambda / largest. Any shape."""
    places = np.asarray(values) / largest
    return np.asarray(sum(c * places**k for k, c in enumerate(coefficients)))


def through(gains: Numbers) -> tuple[float, ...]:
    """Return the coefficients of the parabola with these gains at 0, 1/2 and 1."""
    low, middle, high = gains
    return low, 4 * middle - 3 * low - high, 2 * low - 4 * middle + 2 * high


def in_spectrum(found: Spectrum, gains: Array, signals: Array) -> Array:
    """Multiply each wave of signals by its gain. (nodes,), (nodes, n) -> (nodes, n)"""
    return np.asarray(found.waves @ (gains[:, None] * (found.waves.T @ signals)))


def by_neighbours(
    edges: Edges, signals: Array, largest: float, coefficients: Numbers, times: int = 1
) -> Array:
    """Apply a polynomial of the Laplacian with differences of neighbours alone.

    Args:
        edges: the graph. signals: (nodes, n).
        largest: what eigenvalues are divided by. coefficients: of 1, L / largest, ...
        times: how often the filter is applied.

    Returns:
        (nodes, n).
    """
    ends, others = np.r_[edges.i, edges.j], np.r_[edges.j, edges.i]
    weights = np.r_[edges.weights, edges.weights][:, None] / largest
    scale = edges.scale()[:, None]
    total = signals
    for _ in range(times):
        power, total = total, coefficients[0] * total
        for coefficient in coefficients[1:]:
            scaled = scale * power
            apart = weights * (scaled[ends] - scaled[others])
            power = scale * _summed(
                apart, ends, edges.nodes
            )  # L x: how nodes differ from theirs
            total = total + coefficient * power
    return np.asarray(total)


def _summed(apart: Array, ends: Array, nodes: int) -> Array:
    """Return what the nodes gather over their edges; np.add.at takes four times as long."""
    columns = [np.bincount(ends, column, nodes) for column in apart.T]
    return np.stack(columns, axis=1)


def roughness(laplacian: Array, signals: Array) -> Array:
    """Return x L x / x x of each signal, 0 of one that is nothing. (nodes, n) -> (n,)"""
    squares = (signals**2).sum(0)
    energy = (signals * (laplacian @ signals)).sum(0)
    return np.divide(energy, squares, out=np.zeros_like(squares), where=squares > 0)


def is_low_pass(gains: Array) -> bool:
    """Return whether |p| never grows with the frequency, and falls somewhere. (nodes,)

    Then no signal becomes rougher: x L x / x x is a mean of the frequencies, and the weights
    of the high ones fall.
    """
    sizes = np.abs(gains)
    return bool((np.diff(sizes) <= 1e-12).all() and sizes[-1] < sizes[0])
