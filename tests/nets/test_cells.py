"""Regions of one layer, against the formula of general position and against looking."""

from __future__ import annotations

import math

import numpy as np
import pytest

from layerlab.nets.cells import count_cells


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
