"""Draws against the variances they declare, and against NumPy's own draws."""

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.problem import initialize, problem_of

NAMES = INITIALIZERS.keys()
NET = NetSpec(weight_std=1.7, bias_std=0.4)
SIZES = [(30, 80), (80, 30), (64, 64)]

# Variance of a weight, as the papers print it, for fan-in a and fan-out b.
PUBLISHED = {
    "zeros": lambda a, b: 0.0,
    "small-normal": lambda a, b: 1e-4,
    "large-normal": lambda a, b: 1.0,
    "normal": lambda a, b: 1.7**2 / a,
    "lecun-normal": lambda a, b: 1 / a,
    "xavier-normal": lambda a, b: 2 / (a + b),
    "xavier-uniform": lambda a, b: 2 / (a + b),
    "he-normal": lambda a, b: 2 / a,
    "he-uniform": lambda a, b: 2 / a,
    "orthogonal": lambda a, b: 1 / max(a, b),
    "torch-default": lambda a, b: 1 / (3 * a),
}


def draws(name: str, a: int, b: int, count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    pairs = [INITIALIZERS[name].draw(rng, a, b, NET) for _ in range(count)]
    return np.stack([w for w, _ in pairs]), np.stack([bias for _, bias in pairs])


def test_the_names_of_files() -> None:
    assert set(NAMES) == set(PUBLISHED)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_moments_of_weights(name: str, size: tuple[int, int]) -> None:
    weights, biases = draws(name, *size)
    assert weights.shape[1:] == size
    assert biases.shape[1:] == size[1:]
    variance = INITIALIZERS[name].weight_variance(*size, NET)
    assert variance == pytest.approx(PUBLISHED[name](*size), rel=1e-12)
    sigmas = 5 / np.sqrt(weights.size)  # a normal's variance scatters by sqrt(2 / n)
    assert abs(weights.mean()) <= sigmas * np.sqrt(variance)
    assert abs((weights**2).mean() - variance) <= np.sqrt(2) * sigmas * variance


@pytest.mark.parametrize("name", NAMES)
def test_moments_of_biases(name: str) -> None:
    _, biases = draws(name, 30, 80)
    variance = INITIALIZERS[name].bias_variance(30, NET)
    expected = {"normal": 0.4**2, "torch-default": 1 / 90}.get(name, 0.0)
    assert variance == pytest.approx(expected)
    assert abs((biases**2).mean() - variance) <= 5 * np.sqrt(2 / biases.size) * variance


@pytest.mark.parametrize("name", NAMES)
def test_shape_of_the_distribution(name: str) -> None:
    weights, _ = draws(name, 64, 64)
    variance = INITIALIZERS[name].weight_variance(64, 64, NET)
    if name == "zeros":
        assert not weights.any()
        return
    kurtosis = (weights**4).mean() / (weights**2).mean() ** 2
    is_box = "uniform" in name or name == "torch-default"
    assert kurtosis == pytest.approx(1.8 if is_box else 3.0, rel=0.06)
    if is_box:
        limit = np.sqrt(3 * variance)
        assert 0.999 * limit < np.abs(weights).max() <= limit


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_orthogonal_is(size: tuple[int, int]) -> None:
    weights, _ = draws("orthogonal", *size, count=3)
    for w in weights:
        np.testing.assert_allclose(np.linalg.svd(w, compute_uv=False), 1, rtol=1e-12)


def test_orthogonal_favours_no_rotation() -> None:
    weights, _ = draws("orthogonal", 3, 3, count=4000)
    traces = np.trace(weights, axis1=1, axis2=2)
    # Over all rotations and reflections, the trace has mean 0 and variance 1 (Diaconis &
    # Mallows); without the change of signs, QR prefers a side.
    assert abs(traces.mean()) < 5 / np.sqrt(4000)
    assert abs(traces.var() - 1) < 0.15
    assert abs((np.linalg.det(weights) > 0).mean() - 0.5) < 0.04


def test_torchs_own_layer_has_that_spread() -> None:
    torch = pytest.importorskip("torch")

    layers = [torch.nn.Linear(30, 80) for _ in range(40)]
    weights = torch.stack([layer.weight for layer in layers]).detach().numpy()
    variance = INITIALIZERS["torch-default"].weight_variance(30, 80, NET)
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert np.abs(weights).max() <= np.sqrt(3 * variance) * (1 + 1e-6)


# ---- a network at initialization


def spec_of(rng: str, init: str = "he-normal", **train: object) -> LabSpec:
    return LabSpec(
        task=TaskSpec(name="circle"),
        net=NetSpec(hidden=(5, 3), init=init),
        train=TrainSpec(rng=rng, seed=11, dtype="float64", **train),
    )


def test_legacy_draws_as_a_listing_does() -> None:
    problem = problem_of(spec_of("legacy", seeds=3))
    params = initialize(problem).params
    for k in range(3):
        np.random.seed(11 + k)  # what a printed listing does
        for layer, (a, b) in enumerate([(2, 5), (5, 3), (3, 1)]):
            drawn = np.random.randn(a, b) * np.sqrt(2.0 / a)
            np.testing.assert_array_equal(problem.layout.weights(params, layer)[k], drawn)
            assert not problem.layout.biases(params, layer)[k].any()


@pytest.mark.parametrize("rng", ["default", "legacy"])
@pytest.mark.parametrize("init", NAMES)
def test_a_seed_is_the_same_network_in_any_run(init: str, rng: str) -> None:
    many = initialize(problem_of(spec_of(rng, init, seeds=4)))
    one = initialize(
        problem_of(
            LabSpec(
                task=TaskSpec(name="circle"),
                net=NetSpec(hidden=(5, 3), init=init),
                train=TrainSpec(rng=rng, seed=13, dtype="float64", seeds=1),
            )
        )
    )
    np.testing.assert_array_equal(one.params[0], many.params[2])
    if init != "zeros":
        assert not np.array_equal(many.params[0], many.params[1])


def test_float32_is_the_same_draw_rounded() -> None:
    exact = initialize(problem_of(spec_of("default"))).params
    rounded = initialize(
        problem_of(
            LabSpec(
                task=TaskSpec(name="circle"),
                net=NetSpec(hidden=(5, 3)),
                train=TrainSpec(seed=11),
            )
        )
    ).params
    assert rounded.dtype == np.float32
    np.testing.assert_array_equal(rounded, exact.astype(np.float32))


@pytest.mark.parametrize("name", NAMES)
def test_previews_are_drawn(name: str) -> None:
    x, y = INITIALIZERS[name].preview()
    assert x.shape == y.shape == (61,)
    assert y.max() > 0
    np.testing.assert_allclose(y, y[::-1], atol=1e-12)
