"""The plane, pushed through layers: a lattice of lines, and the one matrix. No Qt."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import problem_of

Array = np.ndarray
WIDTH = 8
LINES = 11  # each way
POINTS = 41  # on each
BIAS = 0.3  # mean and std of the biases: enough of a ReLU layer stays active
TURN = 0.2
SHEAR = ((1.0, 0.3), (-0.1, 0.8))


@dataclass(frozen=True, eq=False)
class Pushed:
    """What the layers make of the lattice.

    Attributes:
        net: (2, LINES, POINTS, 2) both families of lines behind the layers.
        affine: the same behind the nearest affine map, by least squares.
        bent: share of the outputs' variance that no affine map explains.
        apart: largest difference between the layers and the product of their matrices, as a
            part of the largest output.
        matrix: (2, 2) that product.
    """

    net: Array
    affine: Array
    bent: float
    apart: float
    matrix: Array


def spec(activation: str, depth: int) -> LabSpec:
    """Return a lab of such a network: two inputs, `depth` layers of width 8, two classes."""
    net = NetSpec(hidden=(WIDTH,) * (depth - 1), activation=activation, init="xavier-normal")
    # Cross-entropy has an output for each class, so that the plane goes to a plane.
    train = TrainSpec(seeds=1, dtype="float64", updates=500, loss="cross-entropy")
    return LabSpec(task=TaskSpec(name="moons"), net=net, train=train)


def lattice() -> Array:
    """Return lines of constant y and of constant x over [-1, 1]^2. (2, LINES, POINTS, 2)"""
    level, along = np.meshgrid(
        np.linspace(-1, 1, LINES), np.linspace(-1, 1, POINTS), indexing="ij"
    )
    return np.stack([np.stack([along, level], -1), np.stack([level, along], -1)])


def weights(layout: Layout) -> Array:
    """Return parameters whose matrices keep the plane a plane. (1, P)

    Orthonormal columns or rows; the last matrix brings the plane back with a turn and a shear.
    Random ones would squeeze it to a line within a few layers, with or without an activation.
    """
    rng, params = np.random.default_rng(5), np.zeros((1, layout.parameters))
    reach = np.eye(2)  # of the two inputs, so far
    for layer in range(layout.layers):
        matrix = layout.weights(params, layer)[0]
        tall = np.linalg.qr(rng.standard_normal(matrix.T.shape))[0]
        last = layer == layout.layers - 1
        matrix[:] = reach.T @ turned(layout.layers) if last else tall.T
        reach = reach @ matrix
        layout.biases(params, layer)[:] = BIAS * (1 + rng.standard_normal(matrix.shape[1]))
    return params


def turned(layers: int) -> Array:
    """Return a shear with a turn that grows with the number of layers. (2, 2)"""
    angle = TURN * layers
    turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    return np.array(SHEAR) @ np.array(turn)


def product(layout: Layout, params: Array) -> tuple[Array, Array]:
    """Return the one matrix (2, 2) and bias (2,) that the layers are without activations."""
    matrix, bias = np.eye(layout.sizes[0]), np.zeros(layout.sizes[0])
    for layer in range(layout.layers):
        w = layout.weights(params, layer)[0]
        matrix, bias = matrix @ w, bias @ w + layout.biases(params, layer)[0]
    return matrix, bias


@functools.lru_cache(maxsize=256)
def pushed(activation: str, depth: int) -> Pushed:
    """Send the lattice through `depth` layers with an activation between them."""
    problem = problem_of(spec(activation, depth))
    layout, lines = problem.layout, lattice()
    params, x = weights(layout), lines.reshape(-1, 2)
    out = forward(problem, params, x).h[-1][0]
    matrix, bias = product(layout, params)
    linear = x @ matrix + bias
    design = np.column_stack((x, np.ones(len(x))))
    nearest = design @ np.linalg.lstsq(design, out)[0]
    total = float(((out - out.mean(0)) ** 2).sum())
    return Pushed(
        out.reshape(lines.shape),
        nearest.reshape(lines.shape),
        float(((out - nearest) ** 2).sum()) / max(total, 1e-300),
        float(np.abs(out - linear).max() / np.abs(linear).max()),
        matrix,
    )
