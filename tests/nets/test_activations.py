"""Slopes by hand against differences and against torch's autograd, kinks included."""

import math

import numpy as np
import pytest

from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.expressions import TRACE
from layerlab.nets.maths import NUMPY, SCALAR

torch = pytest.importorskip("torch")  # the oracle
TORCH = pytest.importorskip("layerlab.nets.engines.torch_").TORCH

NAMES = ACTIVATIONS.keys()
GRID = np.linspace(-6, 6, 1201) + 0.00123  # off the kinks

# Written down without our formulas, at z = -1.5, -0.5, 0, 0.5, 1.5.
Z = [-1.5, -0.5, 0.0, 0.5, 1.5]
PHI = [0.5 * math.erfc(-z / math.sqrt(2)) for z in Z]
EXPECTED = {
    "identity": Z,
    "relu": [0, 0, 0, 0.5, 1.5],
    "leaky-relu": [-0.015, -0.005, 0, 0.5, 1.5],
    "elu": [math.e**-1.5 - 1, math.e**-0.5 - 1, 0, 0.5, 1.5],
    "gelu": [z * p for z, p in zip(Z, PHI, strict=True)],
    "silu": [z / (1 + math.e**-z) for z in Z],
    "softplus": [math.log(1 + math.e**z) for z in Z],
    "tanh": [math.sinh(z) / math.cosh(z) for z in Z],
    "sigmoid": [1 / (1 + math.e**-z) for z in Z],
    "sine": [math.cos(z - math.pi / 2) for z in Z],
    "hard-tanh": [-1, -0.5, 0, 0.5, 1],
}


def test_the_names_of_files() -> None:
    assert set(NAMES) == set(EXPECTED), "EXPECTED lists the values of every activation"


@pytest.mark.parametrize("name", NAMES)
def test_values(name: str) -> None:
    np.testing.assert_allclose(
        ACTIVATIONS[name](np.array(Z)), EXPECTED[name], atol=2e-16, rtol=1e-14
    )


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_differences(name: str) -> None:
    act, eps = ACTIVATIONS[name], 1e-6
    difference = (act(GRID + eps, 0.3) - act(GRID - eps, 0.3)) / (2 * eps)
    np.testing.assert_allclose(act.derivative_at(GRID, 0.3), difference, atol=2e-9)


def slope_by_torch(name: str, z: np.ndarray, slope: float) -> np.ndarray:
    leaf = torch.tensor(z, requires_grad=True)
    ACTIVATIONS[name].value(TORCH, leaf, slope).sum().backward()
    assert leaf.grad is not None
    return leaf.grad.numpy()


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_autograds(name: str) -> None:
    act = ACTIVATIONS[name]
    z = np.concatenate([GRID, [-1.0, -0.0, 0.0, 1.0], act.kinks])  # the very corners too
    np.testing.assert_allclose(
        act.derivative_at(z, 0.3), slope_by_torch(name, z, 0.3), atol=1e-14
    )
    np.testing.assert_allclose(act(z, 0.3), act.value(TORCH, torch.tensor(z), 0.3), atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_kinks_are_where_the_slope_jumps(name: str) -> None:
    act = ACTIVATIONS[name]
    z = np.arange(-300, 300) / 100 + 0.005  # between multiples of 0.01
    jumps = np.abs(np.diff(act.derivative_at(z))) > 0.5
    assert list(np.round((z[:-1] + 0.005)[jumps], 9)) == list(act.kinks)
    flat_between = np.unique(np.round(act.derivative_at(z), 9)).size <= 2
    assert flat_between == act.piecewise_linear


@pytest.mark.parametrize("name", NAMES)
def test_far_out_nothing_overflows(name: str) -> None:
    act = ACTIVATIONS[name]
    for dtype in (np.float32, np.float64):
        z = np.array([-1e30, -800, -90, 90, 800, 1e30], dtype)
        with np.errstate(under="ignore", over="raise", invalid="raise"):
            h, slope = act(z[1:5]), act.derivative_at(z[1:5])
        assert np.isfinite(h).all()
        assert np.isfinite(slope).all()
        assert h.dtype == slope.dtype == dtype  # float32 stays float32
    if name != "sine":
        by_torch = slope_by_torch(name, np.array([-800.0, -90, 90, 800]), 0.01)
        np.testing.assert_allclose(slope, by_torch, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_single_numbers_give_the_same(name: str) -> None:
    act = ACTIVATIONS[name]
    for z in [*Z, -1.0, 1.0, 40.0, -40.0]:
        assert act.value(SCALAR, z, 0.1) == pytest.approx(act(np.array(z), 0.1), rel=1e-14)
        assert act.derivative(SCALAR, z, 0.1) == pytest.approx(
            act.derivative_at(np.array(z), 0.1), rel=1e-14, abs=1e-16
        )


def test_published_figures() -> None:
    z = np.linspace(-3, 3, 600_001)
    gelu, silu = ACTIVATIONS["gelu"], ACTIVATIONS["silu"]
    at = z[np.argmin(gelu(z))]
    assert (round(float(gelu(z).min()), 5), round(float(at), 4)) == (-0.16997, -0.7518)
    assert round(float(z[np.argmin(silu(z))]), 4) == -1.2785
    assert ACTIVATIONS["sigmoid"].derivative_at(z).max() == 0.25


@pytest.mark.parametrize("name", NAMES)
def test_previews_are_drawn(name: str) -> None:
    x, y = ACTIVATIONS[name].preview()
    assert (x[0], x[-1]) == (-3, 3)
    if name != "leaky-relu":  # its slope is exaggerated, else it would look like ReLU
        np.testing.assert_allclose(y, ACTIVATIONS[name](x), atol=1e-14)


def test_namespaces_offer_the_same_names() -> None:
    # `step` serves derivatives alone, and torch takes none of them from us; single numbers
    # have no outputs to sum.
    assert set(vars(NUMPY)) == set(vars(SCALAR)) | {"max", "sum"} == set(vars(TORCH)) | {"step"}
    assert set(vars(NUMPY)) == set(vars(TRACE))


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key)
def test_the_slope_is_a_knob_of_those_that_use_it(entry) -> None:
    assert entry.uses_slope == (entry.own_knobs == ("net.slope",))
    assert entry.uses_slope == (not np.allclose(entry(GRID, 0.1), entry(GRID, 0.2)))


def test_what_the_adviser_asks_of_a_curve() -> None:
    symmetric = {entry.key for entry in ACTIVATIONS if entry.is_symmetric}
    assert symmetric == {"tanh", "hard-tanh", "sigmoid", "sine", "identity"}
    assert {entry.key for entry in ACTIVATIONS if entry.is_zero_below} == {"relu"}
    assert {e.key for e in ACTIVATIONS if e.is_symmetric and e.at_zero} == {"sigmoid"}
