"""Linear regions against brute force and against networks whose pieces are known."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.regions import countable, regions

Array = np.ndarray
LOW, HIGH = -1.1, 1.3


def problem(hidden: tuple[int, ...], **net: object) -> Problem:
    net = {"init": "torch-default", **net}
    return problem_of(
        LabSpec(net=NetSpec(hidden=hidden, **net), train=TrainSpec(seeds=6, dtype="float64"))
    )


def seen_on_a_grid(problem: Problem, params: Array, points: int = 240_001) -> Array:
    """Return where the slope of the network's output changes, by looking very closely."""
    x = np.linspace(LOW, HIGH, points)
    y = forward(problem, params[None], x[:, None]).h[-1][0, :, 0]
    slope = np.diff(y) / np.diff(x)
    bends = np.flatnonzero(np.abs(np.diff(slope)) > 1e-7 * np.abs(slope).max())
    # A kink within a step changes the slope twice: before and after that step.
    groups = np.split(bends, np.flatnonzero(np.diff(bends) > 2) + 1)
    return np.array([x[g + 1].mean() for g in groups if len(g)])


@pytest.mark.parametrize(
    ("hidden", "net"),
    [
        ((8,), {"activation": "relu"}),
        ((8, 8), {"activation": "relu"}),
        ((6, 5, 4, 6), {"activation": "relu"}),
        ((8, 8), {"activation": "leaky-relu", "slope": 0.2}),
        (
            (6, 6),
            {"activation": "hard-tanh", "init": "normal", "weight_std": 3.0, "bias_std": 1.0},
        ),
        ((1, 7, 7, 7), {"activation": "relu", "residual": True}),
    ],
)
def test_every_kink_is_found_where_a_fine_grid_sees_it(hidden: tuple, net: dict) -> None:
    made = problem(hidden, **net)
    kinks = 0
    for params in initialize(made).params:
        found = regions(made, params, LOW, HIGH)
        seen = seen_on_a_grid(made, params)
        assert found is not None
        assert found.pieces == len(seen) + 1
        np.testing.assert_allclose(found.kinks, seen, atol=3e-5)
        kinks += len(seen)
    assert kinks > 6  # the comparison was about something


def test_pieces_tell_their_slopes() -> None:
    made = problem((8, 8))
    params = initialize(made).params[2]
    found = regions(made, params, LOW, HIGH)
    ends = np.concatenate(([LOW], found.kinks, [HIGH]))
    y = forward(made, params[None], ends[:, None]).h[-1][0]
    np.testing.assert_allclose(found.slopes, np.diff(y, axis=0) / np.diff(ends)[:, None])


def test_a_triangle_folded_three_times_has_eight_pieces() -> None:
    """E11: each layer of two ReLUs folds [0, 1] once: 2^L pieces."""
    made = problem((2, 2, 2))
    flat = np.zeros(made.layout.parameters)
    # t(x) = 2 relu(x) - 4 relu(x - 1/2), handed to both neurons of the next layer
    made.layout.weights(flat, 0)[:] = 1
    made.layout.biases(flat, 0)[:] = [0, -0.5]
    for layer in (1, 2):
        made.layout.weights(flat, layer)[:] = [[2, 2], [-4, -4]]
        made.layout.biases(flat, layer)[:] = [0, -0.5]
    made.layout.weights(flat, 3)[:] = [[2], [-4]]
    found = regions(made, flat, 0.0, 1.0)
    np.testing.assert_allclose(found.kinks, np.arange(1, 8) / 8)
    np.testing.assert_array_equal(found.layers, [3, 2, 3, 1, 3, 2, 3])
    np.testing.assert_allclose(np.abs(found.slopes), 8)


def test_a_neuron_nobody_listens_to_makes_no_kink() -> None:
    made = problem((2,))
    flat = np.zeros(made.layout.parameters)
    made.layout.weights(flat, 0)[:] = 1
    made.layout.biases(flat, 0)[:] = [0.5, -0.5]
    made.layout.weights(flat, 1)[:] = [[1], [0]]
    found = regions(made, flat, LOW, HIGH)
    np.testing.assert_allclose(found.kinks, [-0.5])


def test_without_biases_all_kinks_are_at_zero() -> None:
    made = problem((32, 32), init="he-normal")
    for params in initialize(made).params:
        found = regions(made, params, LOW, HIGH)
        np.testing.assert_allclose(found.kinks, [0], atol=1e-12)
        assert found.layers[0] == 1


def test_neurons_of_one_layer_make_at_most_one_kink_each() -> None:
    """L3: 128 neurons with biases make about 129 pieces, in one layer or in four."""
    wide, deep = problem((128,), init="normal", bias_std=0.3), problem((32,) * 4)
    for params in initialize(wide).params:
        assert 60 < regions(wide, params, -9.0, 9.0).pieces <= 129
    assert countable(deep)


def test_no_bend_one_piece() -> None:
    made = problem((4, 4), activation="identity")
    found = regions(made, initialize(made).params[0], LOW, HIGH)
    assert found.pieces == 1
    assert problem(()).layout.layers == 1
    assert regions(problem(()), initialize(problem(())).params[0], LOW, HIGH).pieces == 1


def test_smooth_normed_huge_or_broken_networks_are_not_counted() -> None:
    smooth, normed = problem((4,), activation="tanh"), problem((4,), layer_norm=True)
    huge = problem_of(LabSpec(net=NetSpec(hidden=(512,) * 3), train=TrainSpec(seeds=1)))
    for made in (smooth, normed, huge):
        assert regions(made, initialize(made).params[0], LOW, HIGH) is None
    made = problem((4,))
    params = initialize(made).params[0].copy()
    params[0] = np.nan
    assert regions(made, params, LOW, HIGH) is None
