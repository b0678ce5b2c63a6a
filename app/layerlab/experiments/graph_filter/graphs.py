"""The graphs that can be chosen, each with positions and a signal of its nodes. No Qt."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from layerlab.experiments.graph_filter.edge_list import read
from layerlab.experiments.graph_filter.names import (
    COMMUNITIES,
    GRID,
    KARATE,
    OWN,
    RANDOM,
    RING,
)
from layerlab.nets.studies.graph_filters import Edges, Spectrum, spectrum

Array = np.ndarray
RING_NODES, SIDE, HALF, SCATTERED = 30, 7, 20, 60
WITHIN, BETWEEN = 0.3, 0.03  # how likely an edge is, of two nodes of one community and of two
RADIUS = 0.45  # within which scattered nodes are joined, on a square of side 2


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph with a signal.

    Attributes:
        names: of the nodes. edges: both ends and weights.
        positions: (nodes, 2) where they are drawn, -1 to 1.
        signal: (nodes,) what they carry without noise, mean square 1.
        spectrum: waves of the Laplacian. laplacian: (nodes, nodes).
        hops: (nodes, nodes) edges between two nodes on the shortest way; -1 where none is.
    """

    names: tuple[str, ...]
    edges: Edges
    positions: Array
    signal: Array
    spectrum: Spectrum
    laplacian: Array
    hops: Array

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.edges.nodes


def graph(
    kind: str, text: str, positions: tuple[float, ...], is_normalized: bool = False
) -> Graph:
    """Return a graph with its nodes where they were dragged.

    Args:
        kind: one of `names.GRAPHS`. text: edges of one's own.
        positions: x and y of all nodes, or of another number of nodes: then they are not used.
        is_normalized: whether its Laplacian is; the signal is the same.
    """
    found = _placed(kind, text, positions)
    if not is_normalized:
        return found
    edges = replace(found.edges, normalized=True)
    return replace(found, edges=edges, spectrum=spectrum(edges), laplacian=edges.laplacian())


def _placed(kind: str, text: str, positions: tuple[float, ...]) -> Graph:
    found = own(text) if kind == OWN else built_in(kind)
    if len(positions) != 2 * found.nodes:
        return found
    if kind == RANDOM:
        return _scattered(positions)
    return replace(found, positions=np.array(positions).reshape(-1, 2))


@functools.cache
def built_in(kind: str) -> Graph:
    """Return a graph as it comes."""
    if kind == RANDOM:
        return _scattered(tuple(map(float, _scatter().ravel())))
    if kind == RING:
        found = nx.cycle_graph(RING_NODES)
        angles = 2 * np.pi * np.arange(RING_NODES) / RING_NODES
        positions = 0.92 * np.stack((np.sin(angles), np.cos(angles)), 1)
        signal = np.where(np.sin(angles + 0.1) > 0, 1.0, -1.0)
    elif kind == GRID:
        found = nx.convert_node_labels_to_integers(nx.grid_2d_graph(SIDE, SIDE))
        rows, columns = np.divmod(np.arange(SIDE * SIDE), SIDE)
        positions = 1.84 * np.stack((columns, rows), 1) / (SIDE - 1) - 0.92
        signal = np.cos(np.pi * (columns + rows + 1) / SIDE)
    elif kind == KARATE:
        found = nx.karate_club_graph()
        positions = _spring(found)
        clubs = nx.get_node_attributes(found, "club")
        signal = np.array([1.0 if clubs[k] == "Mr. Hi" else -1.0 for k in sorted(clubs)])
    else:
        assert kind == COMMUNITIES
        found = nx.planted_partition_graph(2, HALF, WITHIN, BETWEEN, seed=4)
        positions = _spring(found)
        signal = np.repeat([1.0, -1.0], HALF)
    i, j = np.array(found.edges).T
    edges = Edges(len(found), i, j, np.ones(len(i)))
    return _made(tuple(map(str, range(1, len(found) + 1))), edges, positions, signal)


@functools.lru_cache(maxsize=16)
def own(text: str) -> Graph:
    """Return a graph of one's own; its signal is its slowest wave. Raises LabError."""
    given = read(text)
    edges = given.edges
    return _made(given.names, edges, _spring(_joined(edges)), None)


def _scatter() -> Array:
    """Return positions of the random graph as it comes. (SCATTERED, 2)"""
    found = nx.random_geometric_graph(SCATTERED, 0.0, seed=11)
    positions = nx.get_node_attributes(found, "pos")
    return 0.94 * (2 * np.array([positions[k] for k in range(SCATTERED)]) - 1)


@functools.lru_cache(maxsize=64)
def _scattered(positions: tuple[float, ...]) -> Graph:
    """Return the graph that joins what is near; the signal stays with the nodes."""
    pairs = np.array(positions).reshape(-1, 2)
    away = np.hypot(*(pairs[:, None] - pairs).transpose(2, 0, 1))  # (nodes, nodes)
    i, j = np.nonzero(np.triu(away <= RADIUS, 1))
    x, y = _scatter().T
    edges = Edges(len(pairs), i, j, np.ones(len(i)))
    names = tuple(map(str, range(1, len(pairs) + 1)))
    return _made(names, edges, pairs, np.sin(1.5 * (x + y)))


def _made(
    names: tuple[str, ...], edges: Edges, positions: Array, signal: Array | None
) -> Graph:
    """Solve a graph; without a signal it carries its slowest wave."""
    found = spectrum(edges)
    laplacian = edges.laplacian()
    steps = shortest_path(csr_array(laplacian != 0), unweighted=True)
    hops = np.where(np.isfinite(steps), steps, -1).astype(int)
    if signal is None:
        signal = _slowest(found, hops[0] >= 0)
    signal = signal / np.sqrt(np.mean(signal**2))
    return Graph(names, edges, positions, signal, found, laplacian, hops)


def _slowest(found: Spectrum, part: Array) -> Array:
    """Return the slowest wave, or where a graph falls into parts, one of them against all.

    Args:
        found: all waves. part: (nodes,) whether nodes are in the first one's part.
    """
    if not part.all():  # of waves of frequency 0 there are several, and none is the first
        return np.asarray(part - part.mean())
    signal = found.waves[:, 1]
    return np.asarray(signal * np.sign(signal[np.abs(signal).argmax()]))


def _joined(edges: Edges) -> nx.Graph:
    """Return the same as a graph of networkx."""
    found = nx.Graph()
    found.add_nodes_from(range(edges.nodes))
    found.add_weighted_edges_from(
        zip(edges.i.tolist(), edges.j.tolist(), edges.weights.tolist(), strict=True)
    )
    return found


def _spring(found: nx.Graph) -> Array:
    """Return positions at which springs along the edges rest, filling the square. (nodes, 2)"""
    positions = nx.spring_layout(found, weight=None, iterations=100, seed=7)
    pairs = np.array([positions[k] for k in range(len(found))])
    pairs -= pairs.mean(0)
    _, axes = np.linalg.eigh(pairs.T @ pairs)
    axes *= np.sign(axes[np.abs(axes).argmax(0), [0, 1]])  # the same on every machine
    pairs = pairs @ axes[:, ::-1]  # the long side lies
    low, high = pairs.min(0), pairs.max(0)
    span = np.maximum(high - low, 0.1 * (high - low).max())  # a line stays one
    return np.asarray(1.84 * (pairs - 0.5 * (low + high)) / span)
