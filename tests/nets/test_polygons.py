"""Polygons of the plane against dense sampling, closed forms, and the pieces of lines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.polygons import Polygons, cuttable, polygons
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
WINDOW = (-1.2, 1.3, -0.9, 1.1)
AREA = 2.5 * 2.0
FREE = {"init": "normal", "weight_std": 1.5, "bias_std": 0.5}


def problem(hidden: tuple[int, ...], task: str = "multi-gauss", **net: object) -> Problem:
    known = NetSpec(hidden=hidden, **{**FREE, **net})
    loss = "cross-entropy" if task == "blobs" else "half-mse"
    train = TrainSpec(seeds=4, dtype="float64", loss=loss)
    return problem_of(LabSpec(task=TaskSpec(name=task), net=known, train=train))


def cells_of(made: Problem, params: Array, window: tuple = WINDOW) -> Polygons:
    found = polygons(made, params, window)
    assert found is not None
    return found


def sampled(count: int) -> Array:
    rng = np.random.default_rng(7)
    return np.stack([rng.uniform(*WINDOW[:2], count), rng.uniform(*WINDOW[2:], count)], axis=1)


def slopes_seen(made: Problem, params: Array, x: Array) -> tuple[Array, Array]:
    """Return which slopes are not 0, (n, neurons), and the outputs, by a forward pass."""
    done = forward(made, params[None], x)
    rates = [made.activation.derivative_at(z[0], made.spec.net.slope) for z in done.z[:-1]]
    return np.concatenate(rates, axis=1) != 0, done.h[-1][0]


NETS = [
    ((32, 32), {}),
    ((7, 5, 6), {}),
    ((40,), {}),
    ((24, 24), {"bias_std": 0.0}),  # every line of the first layer passes through one point
    ((8, 8), {"activation": "hard-tanh"}),
    ((2, 9, 9), {"residual": True}),
]


@pytest.mark.parametrize(("hidden", "net"), NETS)
def test_every_pattern_that_sampling_finds_is_a_polygon_s(hidden: tuple, net: dict) -> None:
    made = problem(hidden, **net)
    x = sampled(60_000)
    for params in initialize(made).params[:2]:
        found = cells_of(made, params)
        patterns, _ = slopes_seen(made, params, x)
        seen = {row.tobytes() for row in np.unique(np.packbits(patterns, axis=1), axis=0)}
        known = [row.tobytes() for row in np.packbits(found.open, axis=1)]
        assert seen <= set(known)
        assert len(seen) > 0.6 * len(known)  # the others are small
        if made.activation.kinks == (0.0,):  # two kinks may part polygons of one pattern
            assert len(set(known)) == len(known)


@pytest.mark.parametrize(("hidden", "net"), NETS)
def test_polygons_tile_the_window(hidden: tuple, net: dict) -> None:
    made = problem(hidden, **net)
    for params in initialize(made).params:
        found = cells_of(made, params)
        areas = found.areas()
        assert areas.sum() == pytest.approx(AREA, rel=1e-12)
        assert (areas > 0).all()
        assert found.by_layer[-1] == len(found)
        assert len(found.cuts) == len(found) - 1
        assert list(found.by_layer) == [
            1 + int((found.cut_layers <= layer).sum()) for layer in range(1, len(hidden) + 1)
        ]
        for outline in found.outlines():  # convex, counterclockwise, no corner twice
            edges = np.roll(outline, -1, 0) - outline
            after = np.roll(edges, -1, 0)
            turn = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
            assert turn.min() > -1e-12
            assert np.abs(edges).max(1).min() > 0


@pytest.mark.parametrize(("hidden", "net"), NETS)
@pytest.mark.parametrize("task", ["multi-gauss", "blobs"])
def test_each_polygon_s_map_is_the_network_there(task: str, hidden: tuple, net: dict) -> None:
    made = problem(hidden, task, **net)
    for params in initialize(made).params[:2]:
        found = cells_of(made, params)
        # Between centre and corners, so near to them that cracks would show.
        middle = found.centres()[:, None]
        x = middle + 0.999 * (found.corners - middle)  # (k, v, 2)
        _, out = slopes_seen(made, params, x.reshape(-1, 2))
        expected = np.einsum("kvd,kod->kvo", x, found.slopes) + found.offsets[:, None]
        scale = np.abs(out).max()
        np.testing.assert_allclose(expected.reshape(out.shape), out, atol=1e-12 * scale)


def test_lines_in_general_position_make_as_many_regions_as_possible() -> None:
    """Zaslavsky 1975: n lines divide the plane into 1 + n + C(n, 2), all in a large window."""
    for n in (1, 2, 3, 8, 16, 33):
        made = problem((n,))
        far = 1e5  # lines that are nearly parallel meet far away
        found = cells_of(made, initialize(made).params[1], (-far, far, -far, far))
        assert len(found) == 1 + n + math.comb(n, 2)


def test_lines_through_one_point_make_two_regions_each() -> None:
    made = problem((11,), bias_std=0.0)
    assert len(cells_of(made, initialize(made).params[0])) == 22


def test_a_line_that_meets_corners_exactly_cuts_them_once() -> None:
    """Both axes and both diagonals: eight triangles that share one corner."""
    made = problem((4,))
    flat = np.zeros(made.layout.parameters)
    made.layout.weights(flat, 0)[:] = [[1, 0, 1, 1], [0, 1, 1, -1]]
    made.layout.weights(flat, 1)[:] = 1
    found = cells_of(made, flat, (-1.0, 1.0, -1.0, 1.0))
    assert len(found) == 8
    assert found.counts.tolist() == [3] * 8
    np.testing.assert_allclose(found.areas(), 0.5)


def test_a_neuron_that_is_dead_or_outside_cuts_nothing() -> None:
    made = problem((3,))
    flat = np.zeros(made.layout.parameters)
    made.layout.weights(flat, 0)[:] = [[0, 1, 1], [0, 0, 0]]
    made.layout.biases(flat, 0)[:] = [-1, 50, -1.3]  # nowhere, far outside, along the edge
    assert len(cells_of(made, flat)) == 1
    assert cells_of(made, flat).maps() == 1


def test_maps_are_counted_once() -> None:
    made = problem((2,))
    flat = np.zeros(made.layout.parameters)
    made.layout.weights(flat, 0)[:] = [[1, 1], [0, 0]]
    made.layout.biases(flat, 0)[:] = [0, 0.5]
    made.layout.weights(flat, 1)[:] = [[1], [0]]  # nobody listens to the second
    found = cells_of(made, flat)
    assert (len(found), found.maps()) == (3, 2)


def test_levels_lie_where_the_output_has_the_value() -> None:
    made = problem((16, 16))
    params = initialize(made).params[3]
    found = cells_of(made, params)
    value = float(np.median(found.offsets))
    ends = found.level(value)
    assert len(ends) > 3
    for place in (ends[:, 0], ends[:, 1], ends.mean(1)):
        out = forward(made, params[None], place).h[-1][0, :, 0]
        np.testing.assert_allclose(out, value, atol=1e-9 * np.abs(found.slopes).max())
    assert found.level(1e9).shape == (0, 2, 2)


def test_the_polygon_at_a_place_is_the_one_with_its_pattern() -> None:
    made = problem((12, 12))
    params = initialize(made).params[0]
    found = cells_of(made, params)
    x = sampled(200)
    patterns, _ = slopes_seen(made, params, x)
    for place, pattern in zip(x, patterns, strict=True):
        k = found.at(*place)
        assert k is not None
        assert (found.open[k] == pattern).all()
    assert found.at(5.0, 0.0) is None


def test_other_networks_are_not_cut() -> None:
    curve = problem_of(LabSpec(net=NetSpec(hidden=(4,))))
    smooth, normed = problem((4,), activation="tanh"), problem((4,), layer_norm=True)
    huge = problem((512,))
    for made in (curve, smooth, normed, huge):
        assert not cuttable(made)
        assert polygons(made, initialize(made).params[0], WINDOW) is None
    made = problem((4,))
    params = initialize(made).params[0].copy()
    params[3] = np.inf
    assert polygons(made, params, WINDOW) is None


def test_without_hidden_layers_there_is_one_polygon() -> None:
    made = problem(())
    found = cells_of(made, initialize(made).params[0])
    assert (len(found), found.by_layer, found.cuts.shape) == (1, (), (0, 2, 2))
