"""Linear regions of networks of one input, exactly.

A network of piecewise linear activations is itself piecewise linear: between two
neighbouring breakpoints every pre-activation is a straight line. So the breakpoints can
be handed from layer to layer: where it crosses a kink of the activation, on a piece
where it is straight, there is a new breakpoint, found by solving one linear equation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.nets.problem import Problem

Array = np.ndarray
SAME = 1e-12  # of the interval: breakpoints that lie closer are one
STRAIGHT = 1e-9  # of the steepest slope: a smaller bend is rounding
MAX_WORK = 2e8  # multiplications; beyond, nothing is counted rather than wait


@dataclass(frozen=True, eq=False)
class Regions:
    """The linear pieces of a function over an interval.

    Attributes:
        kinks: (n,) ascending inputs inside the interval at which the function bends.
        layers: (n,) hidden layer (1-based) whose neuron makes each kink.
        slopes: (n + 1, outputs) slope of each piece.
    """

    kinks: Array
    layers: Array
    slopes: Array

    @property
    def pieces(self) -> int:
        """Number of linear pieces."""
        return len(self.kinks) + 1


def countable(problem: Problem) -> bool:
    """Return whether `regions` can count: one input, straight pieces, not too large.

    Between its kinks a network of features that bend is not straight over its input.
    """
    net, sizes = problem.spec.net, problem.layout.sizes
    # Each neuron makes a few breakpoints, at each of which every layer is evaluated.
    work = 2 * sum(net.hidden) * problem.layout.parameters
    straight = problem.activation.piecewise_linear and not net.layer_norm
    straight = straight and not problem.data.bends
    return sizes[0] == 1 and straight and work <= MAX_WORK


def regions(problem: Problem, params: Array, low: float, high: float) -> Regions | None:
    """Return the linear pieces of one network over an interval of its input.

    Args:
        problem: what is trained.
        params: (P,) of one network.
        low, high: ends of the interval, in the network's units, low < high.

    Returns:
        The pieces; None where `countable` says no.
    """
    if not countable(problem) or not np.isfinite(params).all():
        return None
    flat = params.astype(float)
    x, made_by = _breakpoints(problem, flat, low, high)
    # The middle of a piece lies on no kink, so the slope there is that of the piece.
    slopes = _slopes(problem, flat, 0.5 * (x[1:] + x[:-1]))  # (pieces, outputs)
    # A neuron's kink is none of the network's if no later layer listens to it there.
    bend = np.abs(np.diff(slopes, axis=0)).max(1)
    keep = bend > STRAIGHT * np.abs(slopes).max()
    pieces = np.concatenate(([True], keep))
    return Regions(x[1:-1][keep], made_by[1:-1][keep], slopes[pieces])


def _breakpoints(problem: Problem, flat: Array, low: float, high: float) -> tuple[Array, Array]:
    """Return all breakpoints with both ends, and the layer that made each. (m,), (m,)"""
    layout, net = problem.layout, problem.spec.net
    x, made_by = np.array([low, high]), np.zeros(2, int)
    h = x[:, None]  # (m, width)
    for layer in range(layout.layers - 1):
        z = h @ layout.weights(flat, layer) + layout.biases(flat, layer)  # (m, width)
        piece, share = _crossings(z, problem.activation.kinks)
        if len(piece):
            new_x = x[piece] + share * (x[piece + 1] - x[piece])
            inside = (new_x > low + SAME * (high - low)) & (new_x < high - SAME * (high - low))
            piece, share, new_x = piece[inside], share[inside, None], new_x[inside]
            # Interpolated exactly, as all of these are straight between two breakpoints.
            z = np.concatenate((z, z[piece] + share * (z[piece + 1] - z[piece])))
            h = np.concatenate((h, h[piece] + share * (h[piece + 1] - h[piece])))
            x = np.concatenate((x, new_x))
            made_by = np.concatenate((made_by, np.full(len(new_x), layer + 1)))
            keep = _distinct(x, SAME * (high - low))
            x, made_by, z, h = x[keep], made_by[keep], z[keep], h[keep]
        a = problem.activation(z, net.slope)
        h = h + a if problem.skips(layer) else a
    return x, made_by


def _crossings(z: Array, kinks: tuple[float, ...]) -> tuple[Array, Array]:
    """Return the pieces in which z crosses a kink, and how far along. (c,), (c,)"""
    pieces, shares = [np.zeros(0, int)], [np.zeros(0)]
    for kink in kinks:
        above = z - kink  # (m, width)
        side = above > 0
        piece, unit = np.nonzero(side[1:] != side[:-1])
        start, end = above[piece, unit], above[piece + 1, unit]
        pieces.append(piece)
        shares.append(start / (start - end))
    return np.concatenate(pieces), np.concatenate(shares)


def _distinct(x: Array, least: float) -> Array:
    """Return the order of x without near repetitions; the oldest of each stays. (k,)"""
    order = np.argsort(x, kind="stable")
    gap = np.diff(x[order]) > least
    group = np.concatenate(([0], np.cumsum(gap)))  # near ones share a group
    oldest = np.full(group[-1] + 1, len(x))
    np.minimum.at(oldest, group, order)
    return oldest


def _slopes(problem: Problem, flat: Array, x: Array) -> Array:
    """Return the network's slope at each x, by the chain rule. (m,) -> (m, outputs)"""
    layout, net = problem.layout, problem.spec.net
    h, dh = x[:, None], np.ones((len(x), 1))
    for layer in range(layout.layers - 1):
        weights = layout.weights(flat, layer)
        z, dz = h @ weights + layout.biases(flat, layer), dh @ weights
        a = problem.activation(z, net.slope)
        da = problem.activation.derivative_at(z, net.slope) * dz
        skip = problem.skips(layer)
        h, dh = (h + a, dh + da) if skip else (a, da)
    return np.asarray(dh @ layout.weights(flat, layout.layers - 1))
