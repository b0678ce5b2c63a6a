"""The training that the page moves through, forwards and back, and the network on a line."""

from __future__ import annotations

import functools
import math

import numpy as np

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, replace
from layerlab.nets.problem import Problem
from layerlab.nets.regions import Regions, regions
from layerlab.nets.rewind import Rewindable
from layerlab.nets.studies.piece_counts import line_problem
from layerlab.nets.tasks import TASKS

Array = np.ndarray
Line = tuple[float, ...]  # x, y of both ends
NAMES = {"spiral": "spiral", "circle": "circle", "hills": "multi-gauss"}
EVERY = 50  # updates: states that are kept on the way
LENGTH = 2000  # updates of the whole training


def spec_of(width: int, depth: int, biases: float, task: str) -> LabSpec:
    """Return the lab that trains one such network; weights as He draws them."""
    lab = TASKS[NAMES[task]].recommended()
    net = NetSpec(
        hidden=(width,) * depth, init="normal", weight_std=math.sqrt(2), bias_std=biases
    )
    points: TaskSpec = replace(lab.task, noise=0.0)
    train = replace(lab.train, seeds=1, updates=LENGTH)
    return replace(lab, task=points, net=net, train=train)


@functools.lru_cache(maxsize=8)
def training_of(spec: LabSpec) -> Rewindable:
    """Return the training of a spec; the last few are kept."""
    return Rewindable(spec, EVERY)


def along(problem: Problem, params: Array, line: Line) -> tuple[Problem, Array]:
    """Return a network of the plane as one of one input: the way along a line, 0 to 1.

    Args:
        problem: of two inputs. params: (P,) of one network.
        line: x, y of the start, then of the end.

    Returns:
        A problem of one input, and the parameters for it.
    """
    start, end = np.array(line[:2]), np.array(line[2:])
    narrow = line_problem(problem.spec.net.hidden)
    flat = np.zeros(narrow.layout.parameters)
    layout, wide = narrow.layout, params.astype(float)
    for layer in range(layout.layers):
        weights, biases = (
            problem.layout.weights(wide, layer),
            problem.layout.biases(wide, layer),
        )
        first = layer == 0
        layout.weights(flat, layer)[:] = (end - start)[None] @ weights if first else weights
        layout.biases(flat, layer)[:] = biases + (start @ weights if first else 0)
    return narrow, flat


def pieces_along(problem: Problem, params: Array, line: Line) -> Regions:
    """Return the pieces of a network of the plane along a line, over its length 0 to 1."""
    found = regions(*along(problem, params, line), 0.0, 1.0)
    assert found is not None  # one input, straight pieces, finite numbers
    return found
