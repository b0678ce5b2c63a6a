"""Theory against closed forms, published figures and networks that are drawn and run."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest
import threadpoolctl
from scipy import integrate, special

from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE, VARIANCES
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets import probes
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.problem import initialize, load_data, problem_of
from layerlab.nets.theory import meanfield, theory
from layerlab.nets.theory.ground import MAX_INPUTS, ground_of
from layerlab.nets.theory.kernel import PreActivations, _general, pairs, propagate
from layerlab.nets.theory.quadrature import (
    log_gamma_moments,
    mean_over,
    normal_draws,
    normal_rule,
    rule_at,
)

Array = np.ndarray


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of BLAS wait for each other when the machine is busy: many times slower."""
    with threadpoolctl.threadpool_limits(1):
        yield


def lab(
    hidden: tuple[int, ...],
    seeds: int = 16,
    task: str = "wave",
    loss: str = "half-mse",
    **net: object,
) -> LabSpec:
    return LabSpec(
        task=TaskSpec(name=task, samples=40),
        net=NetSpec(hidden=hidden, **net),
        train=TrainSpec(seeds=seeds, loss=loss),
    )


def measured(spec: LabSpec, runs: int = 1) -> dict[str, dict[str, Array]]:
    """Return signal and gradient of `runs` times the spec's initial networks. (networks, L)"""
    found: dict[str, dict[str, list[Array]]] = {"signal": {}, "gradient": {}}
    for run in range(runs):
        train = msgspec.structs.replace(spec.train, seed=10_000 * run)
        again = msgspec.structs.replace(spec, train=train)
        parts = probes.measure(again, initialize(problem_of(again)), tuple(found))
        for key, kinds in found.items():
            for name, values in parts[key].measured.items():
                kinds.setdefault(name, []).append(values)
    return {k: {n: np.concatenate(v) for n, v in kinds.items()} for k, kinds in found.items()}


def agree(found: Array, expected: Array) -> None:
    """Compare a mean over networks, as exactly as their number allows. (networks, L), (L,)"""
    error = found.std(0) / math.sqrt(len(found))
    assert (error < 0.15 * expected).all()  # else nothing is shown
    assert (np.abs(found.mean(0) - expected) < 0.05 * expected + 3 * error).all()


def pre_activations_of(x: Array) -> PreActivations:
    a, b = pairs(len(x))
    return PreActivations((x**2).sum(1), 0.5 * ((x[a] - x[b]) ** 2).sum(1))


# ---- integrals


def test_rule_integrates_moments_of_the_normal_law() -> None:
    z, w = normal_rule()
    for power, moment in ((0, 1), (1, 0), (2, 1), (4, 3), (6, 15)):
        assert (z**power) @ w == pytest.approx(moment, abs=1e-6)
    assert np.cos(16 * z) @ w == pytest.approx(math.exp(-128), abs=1e-6)


def test_mean_of_a_step() -> None:
    scale = np.array([0.3, 1.0, 7.0])
    found = mean_over(lambda v: (v > 1.0) * 1.0, scale, (-1.0, 1.0))
    expected = [0.5 * math.erfc(1 / s / math.sqrt(2)) for s in scale]
    np.testing.assert_allclose(found, expected, atol=1e-11)


def test_log_gamma_moments_are_digamma_and_trigamma() -> None:
    for shape in (0.03, 0.4, 1.0, 1.6, 5.9, 30.0):
        mean, variance = log_gamma_moments(shape)
        assert mean == pytest.approx(special.digamma(shape) - math.log(shape), rel=1e-8)
        assert variance == pytest.approx(special.polygamma(1, shape), rel=1e-8)


def test_draws_have_mean_square_one() -> None:
    draws = normal_draws(64, 5)
    np.testing.assert_allclose((draws**2).mean(0), 1)
    np.testing.assert_allclose(draws.mean(0), 0, atol=1e-12)


# An activation that only a test declares, curved between its kinks and jumping at one of them.
BENT = Activation(
    "bent",
    "bent",
    "-",
    value=lambda m, z, a: m.where(z > 0.7, 2 - m.tanh(z), m.where(z < -2, 0 * z - 4, z * z)),
    derivative=lambda m, z, a: m.where(
        z > 0.7, m.tanh(z) ** 2 - 1, m.where(z < -2, 0 * z, 2 * z)
    ),
    kinks=(-2.0, 0.7),
)
KINKED = {entry.key: entry for entry in (*ACTIVATIONS, BENT) if entry.kinks}
SCALES = (1e-3, 0.1, 0.4, 1.0, 1.7, 6.0, 40.0)


def integral(f: Callable[[float], float], scale: float, kinks: tuple[float, ...]) -> float:
    """Return the mean of f(scale, z) over a standard normal z, piece by piece, adaptively."""
    ends = sorted({-12.0, 0.0, 12.0, *(k / scale for k in kinks if abs(k) < 12 * scale)})
    density, error = 1 / math.sqrt(2 * math.pi), 1e-12 * min(1.0, scale)
    parts = (
        integrate.quad(
            lambda z: f(z) * density * math.exp(-z * z / 2), a, b, epsabs=error, epsrel=1e-11
        )
        for a, b in itertools.pairwise(ends)
    )
    return math.fsum(value for value, _ in parts)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("key", KINKED)
def test_moments_are_exact_whatever_kinks_an_activation_has(key: str, scale: float) -> None:
    entry = KINKED[key]

    def expected(f: Callable[[Array], Array]) -> float:
        return integral(lambda z: float(f(np.array(scale * z))), scale, entry.kinks)

    q = np.array([scale**2])
    got = _general(entry, 0.01, PreActivations(q, np.zeros(0)))
    square = expected(lambda z: entry(z) ** 2)
    assert got.square[0] == pytest.approx(square, rel=1e-9, abs=1e-15)
    assert got.mean[0] == pytest.approx(expected(entry), rel=1e-9, abs=1e-9 * square**0.5)
    steep = expected(lambda z: entry.derivative_at(z) ** 2)
    assert got.slope[0] == pytest.approx(steep, rel=1e-9, abs=1e-15)
    rule = rule_at(np.sqrt(q), entry.kinks)
    c = rule.coefficients(np.atleast_2d(entry(scale * rule.z)), 6)[0]
    for k in range(7):
        own = integral(
            lambda z, k=k: float(entry(np.array(scale * z)) * special.eval_hermitenorm(k, z)),
            scale,
            entry.kinks,
        )
        assert c[k] == pytest.approx(
            own / math.sqrt(math.factorial(k)), rel=1e-8, abs=1e-9 * square**0.5
        )


@pytest.mark.parametrize("key", [key for key in KINKED if key != "bent"])
def test_a_deep_length_map_keeps_to_the_integral(key: str) -> None:
    """The error of each layer is passed on to those behind it."""
    entry, depth, s, t = ACTIVATIONS[key], 30, 1.5**2, 0.3**2
    found = meanfield.propagate_layers(key, 1.5, 0.3, depth, 256, 0.4, 4)
    square = 1.0
    for layer in range(depth):
        scale = math.sqrt(s * square + t)
        square = integral(
            lambda z, scale=scale: float(entry(np.array(scale * z)) ** 2), scale, entry.kinks
        )
        assert found.square[layer] == pytest.approx(square, rel=1e-8)


# ---- one layer


def test_relu_is_the_arc_cosine_kernel() -> None:
    x = np.random.default_rng(0).standard_normal((7, 3))
    got, (a, b) = propagate(ACTIVATIONS["relu"], 0.01, pre_activations_of(x)), pairs(7)
    length = np.linalg.norm(x, axis=1)
    theta = np.arccos((x @ x.T)[a, b] / length[a] / length[b])
    # Cho & Saul 2009: |x||y| (sin + (pi - angle) cos) / 2 pi
    kernel = (
        length[a] * length[b] * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)
    )
    np.testing.assert_allclose(got.square, length**2 / 2)
    covariance = 0.5 * (got.square[a] + got.square[b]) - got.d
    np.testing.assert_allclose(covariance, kernel, atol=1e-12)
    np.testing.assert_allclose(got.mean, length / np.sqrt(2 * np.pi))


def test_sine_has_a_closed_form() -> None:
    x = np.random.default_rng(1).standard_normal((6, 2))
    pre, (a, b) = pre_activations_of(x), pairs(6)
    got = propagate(ACTIVATIONS["sine"], 0.01, pre)
    cov = 0.5 * (pre.q[a] + pre.q[b]) - pre.d
    product = np.exp(-0.5 * (pre.q[a] + pre.q[b])) * np.sinh(cov)
    np.testing.assert_allclose(got.square, 0.5 * (1 - np.exp(-2 * pre.q)), rtol=1e-9)
    np.testing.assert_allclose(
        got.d, 0.5 * (got.square[a] + got.square[b]) - product, rtol=1e-8
    )


@pytest.mark.parametrize(("key", "rtol"), [("tanh", 2e-3), ("gelu", 1e-3), ("hard-tanh", 2e-2)])
def test_power_series_agrees_with_two_dimensional_integral(key: str, rtol: float) -> None:
    activation = ACTIVATIONS[key]
    z, w = np.polynomial.legendre.leggauss(500)
    z, w = 8 * z, 8 * w * np.exp(-32 * z**2) / math.sqrt(2 * math.pi)
    for qa, qb, r in ((0.1, 0.1, 0.9), (1.0, 1.5, -0.4), (1.0, 1.0, 0.99), (6.0, 4.0, 0.7)):
        first = activation(math.sqrt(qa) * z[:, None] + 0 * z)
        second = activation(math.sqrt(qb) * (r * z[:, None] + math.sqrt(1 - r * r) * z))
        expected = w @ (0.5 * (first - second) ** 2) @ w
        lag = 0.5 * (qa + qb) - r * math.sqrt(qa * qb)
        got = propagate(activation, 0.01, PreActivations(np.array([qa, qb]), np.array([lag])))
        assert got.d[0] == pytest.approx(expected, rel=rtol)


def test_general_way_is_right_for_relu_too() -> None:
    pre = pre_activations_of(np.random.default_rng(2).standard_normal((9, 3)))
    exact = propagate(ACTIVATIONS["relu"], 0.01, pre)
    series = _general(ACTIVATIONS["relu"], 0.01, pre)
    np.testing.assert_allclose(series.square, exact.square, rtol=1e-7)
    np.testing.assert_allclose(series.slope, exact.slope, rtol=1e-7)
    np.testing.assert_allclose(series.d, exact.d, rtol=1e-2)


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "relu", "elu"])
def test_tiny_distances_grow_by_the_mean_squared_slope(key: str) -> None:
    pre = PreActivations(np.array([0.8, 0.8]), np.array([1e-18]))
    got = propagate(ACTIVATIONS[key], 0.01, pre)
    assert got.d[0] / 1e-18 == pytest.approx(got.slope[0], rel=1e-6)


# ---- published figures


def test_relu_halves_the_mean_square_and_leaves_a_third_of_the_variance() -> None:
    """A claim of the ledger (D22): 1/2 - 1/(2 pi) of the variance, not one half."""
    spec = lab((512,), init="normal", weight_std=1.0)
    lines, q = theory(spec)["signal"], float((load_data(spec.task).x ** 2).mean())
    assert lines[MEAN_SQUARE][0, 0] == pytest.approx(0.5 * q)
    assert lines[ACROSS_UNITS][0, 0] == pytest.approx(0.34085 * q * 511 / 512, rel=1e-4)


def test_pytorch_default_keeps_its_length_and_loses_its_inputs() -> None:
    """A claim of the ledger (D29): 7e-4 and 1e-24 at layer 30 of width 256."""
    lines = theory(lab((256,) * 30, init="torch-default"))["signal"]
    # q = (1/3) q / 2 + 1/768: biases hold the length up
    assert lines[MEAN_SQUARE][0, -1] == pytest.approx(0.5 * 6 / 5 / 768, rel=1e-6)
    across = lines[ACROSS_INPUTS][0]
    assert 1e-26 < across[-1] < 1e-22
    np.testing.assert_allclose(across[-1] / across[-11], 6.0**-10, rtol=1e-6)


def test_he_keeps_the_length_while_inputs_grow_alike() -> None:
    lines = theory(lab((256,) * 30, init="he-normal"))["signal"]
    np.testing.assert_allclose(lines[MEAN_SQUARE][0], lines[MEAN_SQUARE][0, 0])
    across = lines[ACROSS_INPUTS][0]
    assert (np.diff(across) < 0).all()
    assert across[-1] < 0.3 * lines[MEAN_SQUARE][0, -1]


def test_sigmoid_with_xavier_divides_its_inputs_by_twenty_a_layer() -> None:
    line = theory(lab((256,) * 30, activation="sigmoid", init="xavier-normal"))["signal"]
    z, w = normal_rule()
    q = 0.25
    for _ in range(50):
        q = float((0.5 + 0.5 * np.tanh(0.5 * math.sqrt(q) * z)) ** 2 @ w)
    s = 0.5 + 0.5 * np.tanh(0.5 * math.sqrt(q) * z)
    across = line[ACROSS_INPUTS][0]
    factor = float((s * (1 - s)) ** 2 @ w)
    assert across[-1] / across[-2] == pytest.approx(factor, rel=1e-6)
    assert 1 / 25 < factor < 1 / 15
    assert across[-1] < 1e-29  # smaller than the rounding of any network that is run


# ---- networks that are drawn and run


CASES = {
    "orthogonal": {"init": "orthogonal", "activation": "tanh"},
    "uniform": {"init": "xavier-uniform", "activation": "tanh"},
    "pytorch": {"init": "torch-default", "activation": "elu"},
    "free": {"init": "normal", "weight_std": 1.2, "bias_std": 0.4, "activation": "gelu"},
    "skip": {"init": "lecun-normal", "activation": "tanh", "residual": True},
    "skip relu": {"init": "lecun-normal", "activation": "relu", "residual": True},
    "norm": {"init": "he-normal", "activation": "relu", "layer_norm": True},
    "norm and skip": {
        "init": "normal",
        "weight_std": 1.0,
        "bias_std": 0.3,
        "activation": "sigmoid",
        "layer_norm": True,
        "residual": True,
    },
}


@pytest.mark.parametrize("case", CASES)
def test_networks_agree_in_all_variances(case: str) -> None:
    spec = lab((160,) * 5, task="diagonal-flip", **CASES[case])
    found, lines = measured(spec, 8), theory(spec)
    for name in VARIANCES:
        expected = lines["signal"][name][0]
        np.testing.assert_allclose(found["signal"][name].mean(0), expected, rtol=0.1)
    agree(found["gradient"][MEAN_SQUARE], lines["gradient"][MEAN_SQUARE][0])


@pytest.mark.parametrize(
    ("task", "loss", "hidden"),
    [
        ("wave", "half-mse", (256,) * 4),
        ("wave", "mse", (64, 256, 128)),
        ("moons", "logistic", (256, 128)),
        ("blobs", "cross-entropy", (128, 256)),
        ("diagonal-flip", "half-mse", (128, 128)),
    ],
)
def test_gradient_of_each_loss(task: str, loss: str, hidden: tuple[int, ...]) -> None:
    spec = lab(hidden, task=task, loss=loss, activation="tanh", init="xavier-normal")
    found = measured(spec, 12)["gradient"][MEAN_SQUARE]
    agree(found, theory(spec)["gradient"][MEAN_SQUARE][0])


def test_a_funnel_follows_its_widths() -> None:
    spec = lab((128, 8, 128), init="xavier-normal", activation="tanh", task="moons")
    found = measured(spec, 12)["signal"]
    for name, lines in theory(spec)["signal"].items():
        np.testing.assert_allclose(found[name].mean(0), lines[0], rtol=0.15)


@pytest.mark.parametrize(
    ("hidden", "net"),
    [
        ((8, 8), {}),
        ((32,) * 8, {}),
        ((16,) * 5, {"activation": "gelu"}),
        ((16,) * 5, {"activation": "tanh", "init": "xavier-normal"}),
        ((24,) * 8, {"activation": "softplus", "init": "lecun-normal"}),
    ],
)
def test_nine_of_ten_networks_lie_in_the_band(hidden: tuple[int, ...], net: dict) -> None:
    spec = lab(hidden, seeds=64, **net)
    found, lines = measured(spec, 5), theory(spec)
    for name in VARIANCES:
        expected, low, high = lines["signal"][name]
        assert (low < high).all()
        assert (high > expected).all()
        inside = ((found["signal"][name] > low) & (found["signal"][name] < high)).mean(0)
        assert (inside > 0.78).all(), (name, inside)
        assert (inside < 0.99).all(), (name, inside)
    _, low, high = lines["gradient"][MEAN_SQUARE]
    gradient = found["gradient"][MEAN_SQUARE]
    assert (((gradient > low) & (gradient < high)).mean(0) > 0.75).all()


def test_scatter_of_relu_is_five_times_the_sum_of_one_over_width() -> None:
    """Hanin & Rolnick 2018, for inputs that have grown alike."""
    spec = lab((512,) * 40, init="he-normal")
    _, low, high = theory(spec)["signal"][MEAN_SQUARE]
    variance = (np.log(high / low) / (2 * 1.6449)) ** 2
    assert variance[-1] - variance[-11] == pytest.approx(50 / 512, rel=0.2)


# ---- edges


def test_no_hidden_layer_has_no_lines() -> None:
    lines = theory(lab(()))
    assert lines["signal"][MEAN_SQUARE].shape == (3, 0)
    assert lines["gradient"][MEAN_SQUARE].shape == (3, 0)


def test_zeros_pass_nothing_on() -> None:
    lines = theory(lab((8, 8), init="zeros", activation="sigmoid"))["signal"]
    np.testing.assert_allclose(lines[MEAN_SQUARE][0], 0.25)
    np.testing.assert_allclose(lines[ACROSS_INPUTS], 0)
    np.testing.assert_allclose(lines[ACROSS_UNITS][0], 0, atol=1e-12)


def test_nothing_is_said_of_layer_norm_over_two_units() -> None:
    assert theory(lab((8, 2), layer_norm=True)) == {"signal": {}, "gradient": {}}


def test_bands_are_left_out_where_scatter_is_not_known() -> None:
    lines = theory(lab((8, 8), residual=True))["signal"][MEAN_SQUARE]
    np.testing.assert_array_equal(lines[0], lines[1])
    np.testing.assert_array_equal(lines[0], lines[2])


def test_many_inputs_are_stood_for_by_few_of_equal_mean_and_variance() -> None:
    data = load_data(TaskSpec(name="circle", samples=700, noise=0.1))
    ground = ground_of(data, "logistic")
    assert len(ground.x) == MAX_INPUTS
    np.testing.assert_allclose(ground.x.mean(0), data.x.mean(0))
    np.testing.assert_allclose(ground.x.var(0).sum(), data.x.var(0).sum())
    np.testing.assert_allclose(2 * ground.d.sum() / MAX_INPUTS**2, data.x.var(0).mean())


def test_explosions_are_survived() -> None:
    spec = lab((512,) * 2 + (64,) * 60, init="large-normal", seeds=1)
    with np.errstate(all="raise"):
        lines = theory(spec)["signal"]
    assert lines[MEAN_SQUARE][0, 10] > 1e12


def test_the_default_lab_needs_no_scipy() -> None:
    code = (
        "import sys; from layerlab.core.spec import LabSpec;"
        "from layerlab.core.frames import PARTS;"
        "from layerlab.nets import probes;"
        "from layerlab.nets.problem import initialize, problem_of;"
        "spec = LabSpec(); probes.measure(spec, initialize(problem_of(spec)), PARTS);"
        "bad = {'scipy', 'sklearn', 'torch', 'PySide6'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
