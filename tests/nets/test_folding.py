"""Zigzags: networks that are built against the function that they are."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.folding import fold, folded, one_layer, zigzag
from layerlab.nets.problem import problem_of
from layerlab.nets.regions import regions


def outputs(hidden: tuple[int, ...], flat: np.ndarray, x: np.ndarray) -> np.ndarray:
    spec = LabSpec(net=NetSpec(hidden=hidden), train=TrainSpec(seeds=1, dtype="float64"))
    return forward(problem_of(spec), flat[None], x[:, None]).h[-1][0, :, 0]


def test_a_zigzag_goes_up_and_down() -> None:
    np.testing.assert_allclose(
        zigzag(3, np.array([0, 1 / 6, 1 / 3, 2 / 3, 1])), [0, 0.5, 1, 0, 1]
    )
    x = np.linspace(0, 1, 101)
    np.testing.assert_allclose(fold(2, 2, x), zigzag(4, x), atol=1e-12)


@pytest.mark.parametrize(("teeth", "depth"), [(2, 1), (2, 5), (3, 3), (4, 2)])
def test_the_network_is_the_fold(teeth: int, depth: int) -> None:
    x = np.linspace(0, 1, 997)
    flat = folded(teeth, depth)
    np.testing.assert_allclose(
        outputs((teeth,) * depth, flat, x), fold(teeth, depth, x), atol=1e-9
    )
    spec = LabSpec(net=NetSpec(hidden=(teeth,) * depth), train=TrainSpec(seeds=1))
    found = regions(problem_of(spec), flat, 0.0, 1.0)
    assert found is not None
    assert found.pieces == teeth**depth


def test_one_layer_bends_where_it_is_told() -> None:
    flat = one_layer(np.array([0.0, 0.25, 0.5]), np.array([1.0, -2.0, 0.5]))
    x = np.array([-1, 0, 0.25, 0.5, 1.5])
    np.testing.assert_allclose(outputs((3,), flat, x), [0, 0, 0.25, -0.25, 0.25])
