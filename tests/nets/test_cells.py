"""Regions of layers, against the formula of general position, looking, and linear programs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

from layerlab.nets.cells import count_cells, count_cells_of_layers


def layer(inputs: int, neurons: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((inputs, neurons)), rng.standard_normal(neurons)


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
@pytest.mark.parametrize("neurons", [1, 2, 3, 5, 8])
def test_random_hyperplanes_make_as_many_as_they_can(inputs: int, neurons: int) -> None:
    """Zaslavsky 1975: in general position the sum of C(n, k) for k up to d."""
    expected = sum(math.comb(neurons, k) for k in range(inputs + 1))
    assert count_cells(*layer(inputs, neurons)) == expected


def test_all_regions_of_a_plane_are_seen_by_looking_closely() -> None:
    for seed in range(4):
        weights, biases = layer(2, 4, seed)
        points = 30 * np.random.default_rng(seed).standard_cauchy((200_000, 2))
        points = np.concatenate([points, points / 100])
        seen = np.unique(points @ weights + biases > 0, axis=0)
        assert count_cells(weights, biases) == len(seen)


def test_parallel_neurons_cut_slices() -> None:
    weights, biases = layer(3, 6)
    parallel = np.outer(weights[:, 0], np.linspace(1, 2, 6))
    assert count_cells(parallel, biases) == 7
    assert count_cells(weights[:, [0, 0]], biases[[0, 1]]) == 3


def test_neurons_that_look_at_nothing_make_one_region() -> None:
    assert count_cells(np.zeros((4, 3)), np.ones(3)) == 1


def test_too_many_hyperplanes_in_one_corner_are_refused() -> None:
    weights, biases = layer(2, 3)
    with pytest.raises(ValueError, match="more hyperplanes meet"):
        count_cells(weights, 0 * biases)


def has_points(layers: list[tuple[np.ndarray, np.ndarray]], is_active: np.ndarray) -> bool:
    """Return whether there are inputs at which exactly these neurons are active."""
    inputs = len(layers[0][0])
    slope, constant, normals, offsets = np.eye(inputs), np.zeros(inputs), [], []
    for weights, biases in layers:
        on, is_active = is_active[: len(biases)], is_active[len(biases) :]
        slope, constant = slope @ weights, constant @ weights + biases
        normals.append(np.where(on, slope, -slope))
        offsets.append(np.where(on, constant, -constant))
        slope, constant = slope * on, constant * on
    rows, right = np.hstack(normals).T, np.concatenate(offsets)
    # The largest margin by which all neurons are on their sides, 1 at most.
    ones = np.ones((len(rows), 1))
    found = linprog(
        np.append(np.zeros(inputs), -1),
        np.hstack((-rows, ones)),
        right,
        bounds=[(None, None)] * inputs + [(None, 1)],
    )
    return found.status == 0 and -found.fun > 1e-9


@pytest.mark.parametrize("sizes", [(2, 3, 3, 2), (3, 4, 4)])
def test_regions_of_several_layers_are_those_that_have_points(sizes: tuple[int, ...]) -> None:
    for seed in range(2):
        rng = np.random.default_rng(seed)
        layers = [
            (rng.standard_normal((a, b)), rng.standard_normal(b))
            for a, b in itertools.pairwise(sizes)
        ]
        sides = itertools.product((False, True), repeat=sum(sizes[1:]))
        expected = sum(has_points(layers, np.array(active)) for active in sides)
        assert count_cells_of_layers(layers) == expected
        assert count_cells_of_layers(layers[:1]) == count_cells(*layers[0])


def test_a_layer_that_hears_nothing_cuts_nothing() -> None:
    weights, biases = layer(3, 5)
    silent = np.zeros((5, 4)), np.ones(4)
    assert count_cells_of_layers([(weights, biases), silent]) == count_cells(weights, biases)
