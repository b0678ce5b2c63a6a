"""How many pieces there can be, and how many networks have at initialization."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.core.spec import LabSpec, NetSpec, edit, replace
from layerlab.nets.folding import folded
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.regions import regions

Array = np.ndarray
NEURONS = (12, 24, 48, 96)  # of the networks that are counted at initialization
SEEDS = 5
MAX_BUILT = 8  # neurons in a layer of what is built
BIAS_STD = 1e3  # std of the biases: beyond, kinks are rare


@dataclass(frozen=True, eq=False)
class RegionCounts:
    """Pieces against neurons.

    Attributes:
        neurons: (n,) 1 to the most. depth: hidden layers.
        line: (n,) n + 1. plane: (n,) 1 + n + n(n - 1)/2.
        power: (n,) (neurons / depth)^depth, at least 1.
        initial_neurons, initial: (4,) and (4, seeds): pieces of networks at initialization, on
            a line.
    """

    neurons: Array
    depth: int
    line: Array
    plane: Array
    power: Array
    initial_neurons: Array
    initial: Array


def counts(depth: int) -> RegionCounts:
    """Return the bounds, and the pieces of initial networks of such a depth."""
    n = np.arange(1, max(NEURONS) + 1)
    found = np.stack([initial_pieces((count // depth,) * depth, SEEDS) for count in NEURONS])
    return RegionCounts(
        n,
        depth,
        n + 1,
        1 + n + n * (n - 1) // 2,
        np.maximum(n / depth, 1.0) ** depth,
        np.array(NEURONS),
        found,
    )


def line_problem(hidden: tuple[int, ...]) -> Problem:
    """Return a problem of one input and one output with such hidden layers."""
    spec = edit(LabSpec(net=NetSpec(hidden=hidden)), "train.dtype", "float64")
    return problem_of(edit(spec, "train.seeds", 1))


@functools.lru_cache(maxsize=64)
def initial_pieces(hidden: tuple[int, ...], seeds: int) -> Array:
    """Return the pieces of initial networks of one input, on an infinite line. (seeds,)

    Weights as He draws them, biases of standard deviation 1: any other moves all kinks away
    from 0 by the same factor, and their number stays.
    """
    net = NetSpec(hidden=hidden, init="normal", weight_std=math.sqrt(2), bias_std=1.0)
    spec = replace(line_problem(hidden).spec, net=net)
    problem = problem_of(edit(spec, "train.seeds", seeds))
    found = [regions(problem, flat, -BIAS_STD, BIAS_STD) for flat in initialize(problem).params]
    return np.array([one.pieces for one in found if one is not None])


@functools.cache
def built_pieces(width: int, *deeper: int) -> tuple[int, int]:
    """Return the width of a network that is built for pieces, and how many it has.

    Args:
        width: of the first hidden layer; more than `MAX_BUILT` neurons are not built.
        deeper: widths of the others, of which there are as many as here.
    """
    teeth = min(width, MAX_BUILT)
    hidden = (teeth,) * (1 + len(deeper))
    found = regions(line_problem(hidden), folded(teeth, len(hidden)), 0.0, 1.0)
    assert found is not None  # one input, straight pieces, finite numbers
    return teeth, found.pieces
