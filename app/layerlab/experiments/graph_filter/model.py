"""A signal on a graph and a polynomial of its Laplacian, by two ways. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.claims import claim
from layerlab.claims.mechanisms import Filtered
from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.numbers import number
from layerlab.core.programs import program
from layerlab.core.translation import _, ngettext
from layerlab.experiments.graph_filter.edge_list import read
from layerlab.experiments.graph_filter.graphs import Graph, graph
from layerlab.experiments.graph_filter.names import (
    CAFFEINE,
    COMMUNITIES,
    MAX_TIMES,
)
from layerlab.nets.studies.graph_filters import (
    by_neighbours,
    in_spectrum,
    is_low_pass,
    polynomial,
    roughness,
    through,
)

Array = np.ndarray
Numbers = tuple[float, ...]
T = np.linspace(0, 1, 161)  # frequencies in units of the largest
TIMES = np.arange(MAX_TIMES + 1)
FLOOR = 1e-30  # of what is drawn on an axis of powers


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        graph: the chosen one. kind: its name.
        coefficients: of 1, t, t^2. gains: (nodes,) p(lambda). curve: (T,) p.
        times: how often it is applied. noise: standard deviation.
        clean, noisy, filtered: (nodes,) signals; `filtered` by neighbours alone.
        parts, filtered_parts, clean_parts: (nodes,) of each wave, signed.
        apart: largest difference of both ways, by what the filter can make of the signal.
        rough, smoothed: x L x / x x before and after.
        is_low_pass: whether |p| falls.
        errors: (TIMES,) mean square off the clean signal, by repetition, its mean square 1.
        variances: (TIMES,) variance across nodes. slowest: (TIMES,) that of the slowest wave.
        node: whose neighbours are looked at. wave: which one the signal is, or None.
        weights, spectral: (nodes,) what each counts for the node, by both ways.
        reach: how many edges away the filter looks.
        differences, leftover: (edges,) w (x_i - x_j)^2 before and after.
    """

    graph: Graph
    kind: str
    coefficients: Numbers
    gains: Array
    curve: Array
    times: int
    noise: float
    clean: Array
    noisy: Array
    filtered: Array
    parts: Array
    filtered_parts: Array
    clean_parts: Array
    apart: float
    rough: float
    smoothed: float
    is_low_pass: bool
    errors: Array
    variances: Array
    slowest: Array
    node: int
    wave: int | None
    weights: Array
    spectral: Array
    reach: int
    differences: Array
    leftover: Array

    @property
    def hops(self) -> Array:
        """Edges between each node and the one that is looked at, -1: no way. (nodes,)"""
        return np.asarray(self.graph.hops[self.node])

    @property
    def seen(self) -> int:
        """How many nodes the one that is looked at depends on, itself too."""
        return int(((self.hops >= 0) & (self.hops <= self.reach)).sum())


def compute(
    graph: str = COMMUNITIES,
    low: float = 1.0,
    middle: float = 0.3,
    high: float = 0.0,
    times: int = 2,
    noise: Numbers = (0.7,),
    normalized: Numbers = (0.0,),
    wave: Numbers = (),
    node: Numbers = (0.0,),
    positions: Numbers = (),
    edges: str = CAFFEINE,
) -> Result:
    """Filter a noisy signal by neighbours, and see what that is in the spectrum.

    Args:
        graph: one of `names.GRAPHS`. low, middle, high: gains at 0, half, the largest.
        times: repetitions. noise: its standard deviation, one number.
        normalized: 1 for the normalized Laplacian, 0 for D - W.
        wave: which one the signal is, or nothing. node: which is looked at, one number.
        positions: of all nodes, or of another number of nodes: then they are not used.
        edges: a graph of one's own, as a text.

    Raises:
        LabError: edges that are wrong; numbers that come in the wrong count.
    """
    single = ((_("Noise"), noise), (_("Node"), node), (_("Normalized"), normalized))
    for name, numbers in single:
        if len(numbers) != 1:
            raise LabError(
                ngettext(
                    "{name} lists {count} number, it must be one",
                    "{name} lists {count} numbers, it must be one",
                    len(numbers),
                    name=name,
                )
            )
    if len(wave) > 1:
        raise LabError(_("Wave lists {count} numbers, it must be one or none", count=len(wave)))
    chosen = _graph(graph, edges, positions, normalized[0] >= 0.5)
    n, found = chosen.nodes, chosen.spectrum
    k = min(n - 1, round(wave[0])) if wave else None
    clean = chosen.signal if k is None else np.sqrt(n) * found.waves[:, k]
    noisy = clean + noise[0] * _noise(n)
    at = min(n - 1, round(node[0]))
    spike = np.eye(n)[at]
    coefficients = through((low, middle, high))
    gains = polynomial(found.values, found.largest, coefficients)
    both = np.stack((noisy, spike), 1)
    near = by_neighbours(chosen.edges, both, found.largest, coefficients, times)
    far = in_spectrum(found, gains**times, both)
    filtered = near[:, 0]
    able = max(float(np.abs(gains).max()) ** times, FLOOR) * np.abs(both).max(0)
    course = in_course(chosen, gains, noisy)
    rough, smoothed = roughness(chosen.laplacian, np.stack((noisy, filtered), 1))
    degree = max((k for k, c in enumerate(coefficients) if abs(c) > 1e-12), default=0)
    return Result(
        chosen,
        graph,
        coefficients,
        gains,
        polynomial(T, 1.0, coefficients),
        times,
        noise[0],
        clean,
        noisy,
        filtered,
        found.waves.T @ noisy,
        found.waves.T @ filtered,
        found.waves.T @ clean,
        float((np.abs(near - far) / able).max()),
        float(rough),
        float(smoothed),
        is_low_pass(gains),
        np.mean((course - clean[:, None]) ** 2, 0),
        course.var(0),
        slowest_of(chosen, gains, noisy),
        at,
        k,
        near[:, 1],
        far[:, 1],
        degree * times,
        _steps(chosen, noisy),
        _steps(chosen, filtered),
    )


def _graph(kind: str, text: str, positions: Numbers, is_normalized: bool) -> Graph:
    """Return a graph; raises LabError where edges of one's own are wrong, even if not shown."""
    try:
        read(text)
    except LabError as error:
        raise LabError(_("Edges of my own: {error}", error=error)) from None
    return graph(kind, text, positions, is_normalized)


def _noise(nodes: int) -> Array:
    """Return the same noise for the same nodes, of variance 1. (nodes,)"""
    return np.random.default_rng(5).standard_normal(nodes)


def _steps(chosen: Graph, signal: Array) -> Array:
    """Return w (x_i - x_j)^2 of each edge, x scaled as the Laplacian does; their sum is x L x.

    (edges,)
    """
    edges = chosen.edges
    scaled = edges.scale() * signal
    return np.asarray(edges.weights * (scaled[edges.i] - scaled[edges.j]) ** 2)


def in_course(chosen: Graph, gains: Array, signal: Array) -> Array:
    """Return a signal after each number of repetitions. (nodes, TIMES)"""
    parts = chosen.spectrum.waves.T @ signal
    return np.asarray(chosen.spectrum.waves @ (gains[:, None] ** TIMES * parts[:, None]))


def slowest_of(chosen: Graph, gains: Array, signal: Array) -> Array:
    """Return the variance of the wave alone that fades last, of those not constant. (TIMES,)

    No wave of a normalized Laplacian is constant, unless all nodes have as many neighbours.
    """
    waves = chosen.spectrum.waves
    parts = waves.T @ (signal if chosen.edges.normalized else signal - signal.mean())
    sizes = np.where(waves.std(0) > 1e-9, np.abs(gains), 0.0)
    last = sizes[np.abs(parts) > 1e-12].max(initial=0.0)
    alike = np.abs(sizes - last) <= 1e-9 * max(1.0, last)
    slowest = waves[:, alike] @ parts[alike]
    return np.asarray(slowest.var() * last ** (2.0 * TIMES))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claim about filters, beside what is computed here."""
    why = _(
        "neighbours and spectrum differ by {apart} of the largest that can "
        "come out; x L x / x x goes from {rough} to {smoothed}",
        apart=number(result.apart, 2),
        rough=number(result.rough),
        smoothed=number(result.smoothed),
    )
    measured = _(
        "apart by {apart}; roughness {rough} → {smoothed}",
        apart=number(result.apart, 2),
        rough=number(result.rough),
        smoothed=number(result.smoothed),
    )
    laplacian = _("the normalized Laplacian") if result.graph.edges.normalized else "D − W"
    smoother, here = (
        None,
        _(
            "one signal on this graph, through a filter of {laplacian} that is not low-pass",
            laplacian=laplacian,
        ),
    )
    if result.is_low_pass:
        smoother = float(result.smoothed <= result.rough * (1 + 1e-9))
        here = _("one signal on this graph, by {laplacian}", laplacian=laplacian)
    numbers = Filtered(result.apart, smoother, result.rough, result.smoothed)
    found = {result.graph.edges.normalized: numbers}
    return (claim("E10").row(found, measured=measured, why=why, here=here),)


@with_knobs_of(compute)
def numpy_code(low: float, middle: float, high: float, times: int, **knobs: Any) -> str:
    """Return a program that filters the same signal by both ways; see `compute`."""
    result = compute(low=low, middle=middle, high=high, times=times, **knobs)
    links = result.graph.edges
    return program(
        "graph_filter_numpy",
        LOW=low,
        MIDDLE=middle,
        HIGH=high,
        TIMES=times,
        NORMALIZED=links.normalized,
        EDGES=list(zip(links.i.tolist(), links.j.tolist(), strict=True)),
        WEIGHTS=links.weights.tolist() if (links.weights != 1).any() else 1.0,
        CLEAN=result.clean.round(6).tolist(),
        NOISY=result.noisy.round(6).tolist(),
    )
