"""What claims train by hand: gradients against differences, ranks against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layerlab.claims import blocks, experts, layers, rescaled, tying
from layerlab.claims.base import Context
from layerlab.claims.populations import lab, trained_from
from layerlab.core.spec import NetSpec, TrainSpec, edit
from layerlab.nets.engines import engine
from layerlab.nets.losses import softmax
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
EPS = 1e-6


def slopes(loss: Any, params: Array, directions: Array) -> Array:
    """Return derivatives of losses along directions. (k, seeds, P) -> (k, seeds)"""
    return np.array(
        [(loss(params + EPS * d) - loss(params - EPS * d)) / (2 * EPS) for d in directions]
    )


def test_the_gradient_of_a_mixture_is_that_of_its_loss_and_balance() -> None:
    rng, mixture = np.random.default_rng(0), experts.Mixture(3)
    x = rng.uniform(-1, 1, (20, 1))
    y, start = np.sin(3 * x), mixture.params.astype(float)

    def loss(params: Array) -> Array:
        mixture.params = params
        router = params[:, : experts.ALL.parameters]
        out = mixture.gradient(x, y)[0]
        p = softmax(x @ experts.ALL.weights(router, 0) + experts.ALL.biases(router, 0)[:, None])
        busy = np.eye(experts.EXPERTS)[p.argmax(-1)].mean(1)
        balance = experts.EXPERTS * (busy * p.mean(1)).sum(1)
        return 0.5 * ((out - y[:, 0]) ** 2).mean(1) + experts.BALANCE * balance

    directions = rng.standard_normal((8, *start.shape))
    found = slopes(loss, start, directions)
    mixture.params = start
    gradient = mixture.gradient(x, y)[1]
    np.testing.assert_allclose((gradient * directions).sum(-1), found, rtol=1e-6, atol=1e-8)


def test_one_expert_alone_gives_the_output() -> None:
    mixture, x = experts.Mixture(2), np.linspace(-1, 1, 9, dtype=np.float32)[:, None]
    before = mixture.gradient(x, x)[0]
    router = mixture.params[:, : experts.ALL.parameters]
    p = softmax(x @ experts.ALL.weights(router, 0) + experts.ALL.biases(router, 0)[:, None])
    busy = p.argmax(-1)
    idle = next(k for k in range(experts.EXPERTS) if k not in busy[0])
    one = experts.ONE.parameters
    start = experts.ALL.parameters + idle * one
    mixture.params[0, start : start + one] += 100
    np.testing.assert_array_equal(mixture.gradient(x, x)[0], before)


@pytest.mark.parametrize("is_before", [True, False])
def test_the_gradient_of_blocks_is_that_of_their_loss(is_before: bool) -> None:
    rng, problem = np.random.default_rng(0), blocks.digits(2, blocks=2)
    x, y = problem.data.x[:7], problem.y[:7].astype(float)
    start = initialize(problem).params.astype(float)
    start += 0.1 * rng.standard_normal(start.shape)
    network = blocks.Network(problem, start, is_before)

    def loss(params: Array) -> Any:
        network.params = params
        return problem.loss.value(NUMPY, network.outputs(x), y)

    directions = rng.standard_normal((6, *start.shape))
    found = slopes(loss, start, directions)
    network.params = start
    gradient = network.gradient(problem.loss.gradient(network.outputs(x), y))
    assert network.kept == []  # all that the forward pass left was used
    np.testing.assert_allclose((gradient * directions).sum(-1), found, rtol=1e-5, atol=1e-7)


def test_filters_are_where_the_likelihood_is_largest() -> None:
    rng = np.random.default_rng(0)
    x = tying.seen(rng, 2)
    truth = rng.standard_normal((2, 1, x.shape[-1])) / 3
    y = tying.predicted(x, truth) + tying.NOISE * rng.standard_normal(x.shape[:3])
    for is_tied in (True, False):
        best = tying.trained(x, y, is_tied)
        top = tying.log_likelihood(x, y, best)
        for _step in range(16):
            moved = best + 0.05 * rng.standard_normal(best.shape)
            assert (tying.log_likelihood(x, y, moved) < top).all()


def test_rank_correlations_are_those_of_scipy() -> None:
    from scipy.stats import spearmanr

    values = np.random.default_rng(0).standard_normal((5, 8))
    expected = [spearmanr(row, np.arange(8)).statistic for row in values]
    np.testing.assert_allclose(layers.rank_correlations(values), expected, atol=1e-12)


def test_a_largest_stable_rate_is_that_of_the_curvature() -> None:
    """Without hidden layers the edge is 2 over the largest eigenvalue of the Hessian."""
    spec = lab(
        "wave", NetSpec(hidden=()), TrainSpec(optimizer="sgd", batch="full", updates=500)
    )
    x = problem_of(spec).data.x
    ones = np.hstack([x, np.ones_like(x)])
    edge = 2 / np.linalg.eigvalsh(ones.T @ ones / len(x)).max()
    for times, is_stable in ((0.95, True), (1.05, False)):
        rated = edit(spec, "train.rate", float(times * edge))
        assert rescaled._is_stable(Context(), rated, 1.0) is is_stable


def test_a_training_goes_on_from_a_state_that_was_changed() -> None:
    spec = lab("wave", NetSpec(hidden=(3,)), TrainSpec(updates=20, seeds=3))
    start = rescaled.stretched(problem_of(spec), 2.0)
    found = trained_from(Context(), spec, start)
    *_, expected = engine("numpy").run(spec, start)
    np.testing.assert_allclose(found.params, expected.params, rtol=2e-3, atol=1e-4)
