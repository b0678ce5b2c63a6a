"""The target, networks that are it, and the least loss of networks that are too small."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec, NetSpec, edit
from layerlab.nets.folding import fold, folded, one_layer
from layerlab.nets.problem import problem_of
from layerlab.nets.regions import regions

Array = np.ndarray
MAX_WIDTH = 128


def hidden_of(name: str, folds: int) -> tuple[int, ...]:
    """Return the hidden widths of a network of the page."""
    wide = {"one layer": 2**folds, "one layer, wide": min(8 * 2**folds, MAX_WIDTH)}
    return (wide[name],) if name in wide else (int(name.split()[0]),) * folds


def target(folds: int, x: Array) -> Array:
    """Return the folded triangle over [-1, 1], between -0.5 and 0.5. Any shape."""
    return fold(2, folds, 0.5 * (x + 1)) - 0.5


def built_deep(folds: int) -> Array:
    """Return parameters of `folds` layers of 2 that are the target over [-1, 1]. (P,)"""
    layout, flat = Layout((1, *(2,) * folds, 1)), folded(2, folds)
    weights, biases = layout.weights(flat, 0), layout.biases(flat, 0)
    biases += 0.5 * weights[0]  # u = (x + 1) / 2
    weights *= 0.5
    layout.biases(flat, folds)[:] = -0.5
    return flat


def built_wide(folds: int, neurons: int | None = None) -> Array:
    """Return parameters of one layer that is the target over [-1, 1]. (P,)

    Args:
        folds: of the target. neurons: at least 2^folds, which is also the default; those to
            spare bend nothing.
    """
    teeth = 2**folds
    k = np.arange(teeth if neurons is None else neurons)
    slopes = np.where(np.minimum(k, teeth - 1) % 2, -1.0, 1.0) * teeth / 2
    flat = one_layer(-1 + 2 * k / teeth, slopes)
    flat[-1] = -0.5  # the bias of the output: where the first piece begins
    return flat


def pieces(hidden: tuple[int, ...], params: Array, reach: float = 1.0) -> int:
    """Return the exact number of straight pieces of a network over [-reach, reach]."""
    spec = edit(LabSpec(net=NetSpec(hidden=hidden)), "train.seeds", 1)
    found = regions(problem_of(spec), params, -reach, reach)
    assert found is not None  # one input, ReLU, finite numbers
    return found.pieces


def off_target(folds: int, points: int = 1025) -> float:
    """Return how far the one layer that is built is from the target over [-1, 1], at most."""
    x = np.linspace(-1, 1, points)[:, None]
    layout, flat = Layout((1, 2**folds, 1)), built_wide(folds)
    h = np.maximum(x @ layout.weights(flat, 0) + layout.biases(flat, 0), 0)
    out = h @ layout.weights(flat, 1) + layout.biases(flat, 1)
    return float(np.abs(out - target(folds, x)).max())


@functools.cache
def most_pieces(width: int) -> int:
    """Return the pieces of one layer of which every neuron bends the function inside."""
    if not width:
        return 1
    k = np.arange(width)
    places = -1 + 2 * (k + 1) / (width + 1)
    return pieces((width,), one_layer(places, np.where(k % 2, -1.0, 1.0)))


@functools.cache
def least_width(folds: int) -> int:
    """Return the fewest neurons of one layer with 2^folds pieces, by counting."""
    wanted, width = 2**folds, 0
    while most_pieces(width) < wanted:
        width += 1
    return width


@functools.cache
def deep_pieces(folds: int) -> int:
    """Return the pieces of the deep network that is built, counted exactly."""
    return pieces((2,) * folds, built_deep(folds))


def least_loss(x: Array, y: Array, most: int) -> float:
    """Return the least half mean squared error of so many straight pieces, even torn ones.

    No network of one input with fewer kinks gets below it. Exact, by dynamic programming
    over the points (Bellman 1961): the best k pieces up to a point are the best k - 1 up to
    an earlier one, and one more.

    Args:
        x, y: (N,) points. most: how many pieces.
    """
    cost = _costs(x, y)
    best = cost[0]
    for _ in range(min(most, len(x)) - 1):
        best = (best[:, None] + cost).min(0)
    return float(0.5 * best[-1] / len(x))


def _costs(x: Array, y: Array) -> Array:
    """Return the squared error of one line through points i to j - 1. (N + 1, N + 1)"""
    order = np.argsort(x)
    x, y, n = x[order], y[order], len(x)
    columns = (np.ones(n), x, y, x * x, x * y, y * y)
    count, sx, sy, sxx, sxy, syy = (
        total[None, :] - total[:, None]
        for total in (np.concatenate(([0.0], np.cumsum(c))) for c in columns)
    )
    points = np.maximum(count, 1)
    vx, vxy, vy = sxx - sx * sx / points, sxy - sx * sy / points, syy - sy * sy / points
    explained = np.divide(vxy**2, vx, out=np.zeros_like(vx), where=vx > 1e-12)
    cost = np.maximum(vy - explained, 0)
    return np.where(count > 0, cost, np.where(count == 0, 0.0, np.inf))


@functools.cache
def capacity(hidden: tuple[int, ...], folds: int) -> int:
    """Return pieces that a network can have: those of one that is built, counted exactly.

    Over the whole line, as the input can be scaled until all of them lie within.

    Args:
        hidden: one layer of any width, or `folds` layers of the same one.
        folds: number of layers, if there are several.
    """
    if len(hidden) == 1 and hidden[0] != 2:
        return most_pieces(hidden[0])
    if hidden[0] > 2:  # too many to count where there are many layers
        return hidden[0] ** folds
    return pieces((2,) * folds, built_deep(folds), reach=3.0)


def exact_loss(folds: int, x: Array) -> float:
    """Return the half mean squared error of the deep network that is built. x: (N, 1)"""
    layout, flat, h = Layout((1, *(2,) * folds, 1)), built_deep(folds), x
    for layer in range(layout.layers):
        z = h @ layout.weights(flat, layer) + layout.biases(flat, layer)
        h = np.maximum(z, 0) if layer < layout.layers - 1 else z
    return float(0.5 * ((h - target(folds, x)) ** 2).mean())
