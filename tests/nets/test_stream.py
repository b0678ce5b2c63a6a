"""A streamed network is the lab's network."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.stream import stream


@pytest.mark.parametrize("residual", [False, True])
def test_it_passes_on_what_the_lab_passes_on(residual: bool) -> None:
    net = NetSpec(hidden=(2, 5, 5), init="torch-default", residual=residual, activation="silu")
    train = TrainSpec(seeds=1, seed=7, dtype="float64")
    problem = problem_of(LabSpec(task=TaskSpec(name="moons"), net=net, train=train))
    done = forward(problem, initialize(problem).params, problem.x)
    layers = list(stream(net, problem.x, np.random.default_rng(7)))
    assert len(layers) == 3
    for (z, h), z_lab, h_lab in zip(layers, done.z, done.h[1:], strict=False):
        np.testing.assert_allclose(z, z_lab[0])
        np.testing.assert_allclose(h, h_lab[0])
