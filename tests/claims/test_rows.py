"""What some rows of the ledger compute by functions of their own."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.claims.cures import NETS, deep_problem, gradient_left
from layerlab.claims.recipes import (
    AS_LARGE,
    CLASSES,
    DIGITS_INPUTS,
    FUNNEL,
    equal_widths,
    scaled,
)
from layerlab.core.layout import Layout
from layerlab.core.spec import NetSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import initialize


def test_a_problem_may_be_deeper_than_a_spec() -> None:
    net = NetSpec(hidden=(4,), residual=True)
    problem = deep_problem("wave", 100, net, TrainSpec(seeds=2))
    assert problem.layout.sizes == (1, *(4,) * 100, 1)
    cache = forward(problem, initialize(problem).params, problem.x)
    assert cache.h[-1].shape == (2, len(problem.x), 1)
    assert all(problem.skips(layer) for layer in range(1, 100))


@pytest.mark.parametrize("init", ["he-normal", "xavier-normal"])
def test_the_gradient_that_is_left_is_that_of_the_product(init: str) -> None:
    """Without an activation the gradient is a product of matrices."""
    net, depth = NetSpec(hidden=(8,), activation="identity", init=init), 6
    problem = deep_problem("wave", depth, net, TrainSpec(seeds=NETS, dtype="float64"))
    params, ratios = initialize(problem).params, []
    for flat in params:
        last = problem.layout.weights(flat, depth)  # (8, 1): the gradient at the last layer
        first = last
        for layer in reversed(range(1, depth)):
            first = problem.layout.weights(flat, layer) @ first
        ratios.append(np.linalg.norm(first) / np.linalg.norm(last))
    assert gradient_left(depth, net) == pytest.approx(np.median(ratios))


def test_shapes_for_the_digits_are_those_for_mnist_made_smaller() -> None:
    funnel = scaled(FUNNEL)
    assert funnel == (42, 21, 10)
    size = Layout((DIGITS_INPUTS, *funnel, CLASSES)).parameters
    for depth in (1, 3):
        hidden = equal_widths(depth, size)
        assert len(set(hidden)) == 1
        other = Layout((DIGITS_INPUTS, *hidden, CLASSES)).parameters
        assert other == pytest.approx(size, rel=AS_LARGE)
