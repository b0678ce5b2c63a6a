"""Parts of a frame against hand-worked cases, finite differences and other libraries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layerlab.core.frames import (
    ACROSS_INPUTS,
    ACROSS_UNITS,
    DIAGRAM,
    GRADIENT,
    LOSS,
    MEAN_SQUARE,
    PARTS,
    PREDICTION,
    QUANTILES,
    SIGNAL,
    ClassPrediction,
    CurvePrediction,
    ImagePrediction,
    MapPrediction,
    ScatterPrediction,
)
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.state import State
from layerlab.nets import probes
from layerlab.nets.engines import numpy_
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes import base, layers
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
FORMS = {
    "wave": CurvePrediction,
    "moons": MapPrediction,
    "blobs": MapPrediction,
    "plane": MapPrediction,
    "diagonal-flip": ImagePrediction,
    "digits": ClassPrediction,
    "iris": ClassPrediction,
    "diabetes": ScatterPrediction,
}


def lab(
    task: str = "wave",
    hidden: tuple[int, ...] = (6, 5),
    seeds: int = 5,
    loss: str | None = None,
    **net: object,
) -> LabSpec:
    advised = TASKS[task].recommended()
    return LabSpec(
        task=advised.task,
        net=NetSpec(hidden=hidden, **net),
        train=TrainSpec(seeds=seeds, loss=loss or advised.train.loss, dtype="float64"),
    )


def trained(spec: LabSpec, updates: int = 20) -> State:
    return list(NumpyEngine().run(spec, until=updates))[-1]


def alike(state: State, flat: Array) -> State:
    """Return a state in which every seed has these parameters."""
    return replace(state, params=np.tile(flat, (state.seeds, 1)))


# ---- all parts, all kinds of data


@pytest.mark.parametrize("task", FORMS)
def test_all_parts_have_the_shapes_that_views_rely_on(task: str) -> None:
    spec = lab(task)
    state, seeds, depth = trained(spec), 5, 2
    parts = probes.measure(spec, state, PARTS, seed=3)
    assert set(parts) == set(PARTS)
    assert isinstance(parts[PREDICTION], FORMS[task])
    assert parts[LOSS].train.shape == (1, seeds)
    for key in (SIGNAL, GRADIENT):
        part = parts[key]
        assert part.counts.shape == (depth, len(part.edges) - 1)
        assert part.dead.shape == (seeds, depth)
        np.testing.assert_array_equal(part.counts.max(1), 1)
        assert (np.diff(part.edges) > 0).all()
        for name, values in part.measured.items():
            assert values.shape == (seeds, depth)
            assert part.theory[name].shape == (3, depth)
    diagram = parts[DIAGRAM]
    sizes = problem_of(spec).layout.sizes
    assert [layer.size for layer in diagram.layers] == list(sizes)
    for layer in diagram.layers:
        assert len(layer.thumbs) == len(layer.shown) == len(layer.dead) == len(layer.bias)
        assert np.abs(layer.thumbs).max() <= 1 + 1e-12
        assert layer.form in ("curve", "map", "image", "bars")
    for k, edges in enumerate(diagram.edges):
        a, b = diagram.layers[k].shown, diagram.layers[k + 1].shown
        np.testing.assert_array_equal(edges, diagram.weights[k][np.ix_(a, b)])


def test_only_what_is_wanted_is_measured() -> None:
    spec = lab()
    assert set(probes.measure(spec, initialize(problem_of(spec)), (SIGNAL,))) == {SIGNAL}


def test_a_linear_model_has_layers_of_nothing() -> None:
    spec = lab(hidden=())
    parts = probes.measure(spec, initialize(problem_of(spec)), PARTS)
    assert parts[SIGNAL].counts.shape[0] == 0
    assert parts[SIGNAL].measured[ACROSS_INPUTS].shape == (5, 0)
    assert parts[PREDICTION].pieces == 1
    assert len(parts[DIAGRAM].layers) == 2


@pytest.mark.parametrize("scale", [1e30, np.inf, np.nan, 0.0])
def test_broken_or_silent_networks_are_measured_without_a_warning(scale: float) -> None:
    for task in ("wave", "moons", "blobs", "iris", "diabetes"):
        spec = lab(task)
        state = alike(trained(spec, 1), np.full(problem_of(spec).layout.parameters, scale))
        assert set(probes.measure(spec, state, PARTS)) == set(PARTS)


def test_dropout_is_left_out() -> None:
    spec, wet = lab(), lab(dropout=0.5)
    state = trained(spec)
    for key in (SIGNAL, GRADIENT):
        dry = probes.measure(spec, state, (key,))[key].measured[MEAN_SQUARE]
        np.testing.assert_array_equal(
            probes.measure(wet, state, (key,))[key].measured[MEAN_SQUARE], dry
        )


def test_a_seed_that_is_gone_is_the_last_one() -> None:
    spec = lab(seeds=2)
    state = trained(spec)
    assert probes.measure(spec, state, (DIAGRAM,), seed=9)[DIAGRAM].seed == 1


# ---- shared pieces


@pytest.mark.parametrize("seeds", [1, 2, 7, 16])
def test_quantiles_are_numpys(seeds: int) -> None:
    values = np.random.default_rng(0).standard_normal((seeds, 3, 4))
    np.testing.assert_allclose(
        base.quantiles(values), np.percentile(values, QUANTILES, axis=0), atol=1e-14
    )
    np.testing.assert_allclose(base.median(values), np.median(values, axis=0))


def test_outputs_in_blocks_are_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = lab("moons")
    problem, state = problem_of(spec), trained(spec)
    whole = forward(problem, state.params, problem.x).h[-1]
    monkeypatch.setattr(numpy_, "BLOCK_NUMBERS", 2000)
    np.testing.assert_allclose(numpy_.outputs(problem, state.params, problem.x), whole)


def test_large_networks_are_seen_through_typical_inputs() -> None:
    spec = LabSpec(task=TaskSpec(name="circle", samples=900), net=NetSpec(hidden=(512, 512)))
    problem = problem_of(spec)
    count = len(base.probe_rows(problem, 900, 16))
    assert count < 100
    rows = base.typical_rows(problem, count)
    assert len(np.unique(rows)) == count
    x = problem.data.x
    assert (x[rows] ** 2).mean() == pytest.approx((x**2).mean(), rel=0.03)
    assert x[rows].var(0).mean() == pytest.approx(x.var(0).mean(), rel=0.03)


# ---- signal and gradient


def test_three_variances_by_hand() -> None:
    h = np.array([[[1.0, 3.0], [2.0, 8.0]]])  # one seed, two inputs, two units
    assert layers.mean_square(h)[0] == (1 + 9 + 4 + 64) / 4
    assert layers.across_inputs(h)[0] == (0.25 + 6.25) / 2
    assert layers.across_units(h)[0] == (1 + 9) / 2


@pytest.mark.parametrize("size", [1e-28, 1e25])
def test_variances_survive_what_float32_squares_do_not(size: float) -> None:
    h = np.random.default_rng(0).standard_normal((2, 30, 4)).astype(np.float32)
    small = (h * np.float32(size)).astype(np.float32)
    for variance in layers.SIGNAL_VARIANCES.values():
        np.testing.assert_allclose(variance(small), variance(h) * size**2, rtol=1e-4)


def test_signal_is_what_layers_pass_on_skip_included() -> None:
    spec = lab(hidden=(5, 5), residual=True, activation="tanh")
    state = trained(spec)
    problem = problem_of(spec)
    h = forward(problem, state.params, problem.x).h[2]
    part = probes.measure(spec, state, (SIGNAL,))[SIGNAL]
    np.testing.assert_allclose(part.measured[MEAN_SQUARE][:, 1], (h**2).mean((1, 2)))
    np.testing.assert_allclose(part.measured[ACROSS_INPUTS][:, 1], h.var(1).mean(1))
    np.testing.assert_allclose(part.measured[ACROSS_UNITS][:, 1], h.var(2).mean(1))


@pytest.mark.parametrize("loss", ["half-mse", "mse"])
def test_gradient_is_that_of_each_inputs_own_loss(loss: str) -> None:
    """Moving one bias moves its sum by as much: finite differences of biases."""
    spec = lab(hidden=(4, 3), seeds=2, loss=loss, activation="tanh")
    problem, state, eps = problem_of(spec), trained(spec), 1e-6
    layer, squares = 1, []
    for unit in range(3):
        index = problem.layout.bias_index(layer, unit)
        change = []
        for step in (eps, -eps):
            params = state.params.copy()
            params[:, index] += step
            out = forward(problem, params, problem.x).h[-1]  # (2, N, 1)
            each = problem.loss.value(NUMPY, out[:, :, None], problem.y[:, None])
            change.append(each)
        squares.append(((change[0] - change[1]) / (2 * eps)) ** 2)
    expected = np.mean(squares, axis=(0, 2))
    part = probes.measure(spec, state, (GRADIENT,))[GRADIENT]
    np.testing.assert_allclose(part.measured[MEAN_SQUARE][:, layer], expected, rtol=1e-6)


def test_dead_units_have_slope_zero_on_every_input() -> None:
    spec = lab(hidden=(4,), init="torch-default")
    problem, state = problem_of(spec), trained(spec, 0)
    flat = np.zeros(problem.layout.parameters)
    problem.layout.weights(flat, 0)[:] = [[1, 1, 1, 0]]
    problem.layout.biases(flat, 0)[:] = [0, -100, 100, -1]
    part = probes.measure(spec, alike(state, flat), (SIGNAL, DIAGRAM))
    np.testing.assert_array_equal(part[SIGNAL].dead, np.full((5, 1), 0.5))
    np.testing.assert_array_equal(part[DIAGRAM].layers[1].dead, [False, True, False, True])
    assert part[DIAGRAM].layers[1].dead_share == 0.5


def test_histograms_count_zero_activations_but_no_zero_gradients() -> None:
    spec = lab(hidden=(6,), init="torch-default")
    problem, state = problem_of(spec), trained(spec, 0)
    flat = state.params[0].copy()
    problem.layout.biases(flat, 0)[:3] = -100  # three dead units
    parts = probes.measure(spec, alike(state, flat), (SIGNAL, GRADIENT))

    def at_zero(part: object) -> float:
        edges = part.edges
        return float(part.counts[0, np.searchsorted(edges, 0.0, "right") - 1])

    assert at_zero(parts[SIGNAL]) == 1
    assert at_zero(parts[GRADIENT]) < 1


def test_ends_of_histograms_keep_still_while_values_drift() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((4, 50, 8))
    ends = {layers._ends([(1 + 0.02 * k) * values.ravel()], True) for k in range(5)}
    assert len(ends) == 1
    low, high = ends.pop()
    assert low < np.quantile(values, 0.02)
    assert high > np.quantile(values, 0.98)


def test_edges_are_given_in_a_power_of_ten() -> None:
    edges, counts, unit = layers.histograms([1e-5 * np.ones((1, 3, 2))], True)
    assert unit < -3
    assert 0.1 <= np.abs(edges).max() < 10
    assert edges[counts[0].argmax()] <= 1e-5 / 10.0**unit <= edges[counts[0].argmax() + 1]


# ---- prediction


def test_curve_is_the_network_in_the_datas_own_units() -> None:
    spec = lab(seeds=3)
    state, problem = trained(spec, 60), problem_of(spec)
    part = probes.measure(spec, state, (PREDICTION,), seed=2)[PREDICTION]
    out = forward(problem, state.params, part.x[:, None]).h[-1][..., 0]
    np.testing.assert_allclose(part.shown, out[2])
    np.testing.assert_allclose(part.quantiles, np.percentile(out, QUANTILES, axis=0))
    np.testing.assert_allclose(part.target, 0.55 * np.sin(8 * part.x) + 0.2 * part.x)
    everything = np.concatenate((part.train_x, part.validation_x))
    assert part.x[0] < everything.min() < everything.max() < part.x[-1]
    assert part.pieces == len(part.kinks) + 1 == len(part.kink_layers) + 1
    assert set(part.kink_layers) <= {1, 2}


@pytest.mark.parametrize(
    ("net", "pieces"),
    [({"activation": "tanh"}, 0), ({"layer_norm": True}, -1), ({"hidden": (512, 512)}, -1)],
)
def test_what_is_not_counted_is_not_called_smooth(net: dict, pieces: int) -> None:
    spec = lab(seeds=1, **net)
    part = probes.measure(spec, initialize(problem_of(spec)), (PREDICTION,))[PREDICTION]
    assert part.pieces == pieces


def test_first_row_of_a_map_is_its_lower_edge() -> None:
    spec = lab("plane", hidden=())
    problem, state = problem_of(spec), trained(lab("plane", hidden=()), 0)
    part = probes.measure(spec, alike(state, np.array([0.0, 1.0, 0.0])), (PREDICTION,))
    values, (_, _, y0, y1) = part[PREDICTION].values, part[PREDICTION].extent
    np.testing.assert_allclose(values, np.tile(values[:, :1], values.shape[1]))
    np.testing.assert_allclose(values[[0, -1], 0], [y0, y1])
    assert problem.data.x[:, 1].min() > y0


def test_classes_of_a_map_are_voted() -> None:
    spec = lab("moons", hidden=(), seeds=3)
    state = trained(spec, 0)
    params = np.array([[0, 0, 3.0], [0, 0, 2.0], [0, 0, -1.0]])
    part = probes.measure(spec, replace(state, params=params), (PREDICTION,), seed=2)
    part = part[PREDICTION]
    assert (part.classes == 1).all()
    np.testing.assert_allclose(part.agreement, 2 / 3)
    np.testing.assert_allclose(part.values, 1 / (1 + np.exp(-2.0)))
    np.testing.assert_allclose(part.boundary, 1 / (1 + np.exp(1.0)))


def test_images_show_the_median_network() -> None:
    spec = lab("diagonal-flip", seeds=5)
    state, problem = trained(spec, 50), problem_of(spec)
    part = probes.measure(spec, state, (PREDICTION,))[PREDICTION]
    out = forward(problem, state.params, problem.x).h[-1]
    np.testing.assert_allclose(part.outputs.reshape(16, 4), np.median(out, axis=0))
    np.testing.assert_array_equal(part.targets, part.inputs.transpose(0, 2, 1))
    error = 0.5 * ((out - problem.y) ** 2).mean(-1)
    np.testing.assert_allclose(part.error, np.median(error, axis=0))


def test_confusion_counts_true_by_row_and_said_by_column() -> None:
    spec = lab("iris", hidden=(), seeds=4)
    problem, state = problem_of(spec), trained(lab("iris", hidden=(), seeds=4), 0)
    flat = np.zeros(problem.layout.parameters)
    problem.layout.biases(flat, 0)[:] = [0, 5, 0]  # says class 1 always
    part = probes.measure(spec, alike(state, flat), (PREDICTION,), seed=1)[PREDICTION]
    true = problem.data.validation_y.astype(int)
    np.testing.assert_array_equal(part.confusion[:, 1], np.bincount(true, minlength=3))
    assert part.confusion.sum() == len(true)
    np.testing.assert_allclose(part.accuracy, (true == 1).mean())
    assert part.points == "validation"
    assert (part.example_predicted == 1).all()
    assert len(part.examples) == min(12, (true != 1).sum())
    assert (part.examples > 0).all()  # centimetres, not standardized


def test_scatter_is_in_the_targets_own_units() -> None:
    spec = lab("diabetes", hidden=(), seeds=2)
    problem, state = problem_of(spec), trained(spec, 0)
    part = probes.measure(spec, alike(state, 0 * state.params[0]), (PREDICTION,))[PREDICTION]
    mean = float(problem.data.y_mean[0])
    np.testing.assert_allclose(part.shown, mean)
    assert 100 < mean < 200
    assert part.true.min() >= 25
    assert part.is_validation.sum() > 10
    assert (part.r2 <= 0).all()
    assert len(part.true) <= 400


# ---- diagram


def test_thumbnails_draw_what_a_neuron_computes() -> None:
    spec = lab(hidden=(3,), init="torch-default")
    problem, state = problem_of(spec), trained(spec)
    layer = probes.measure(spec, state, (DIAGRAM,), seed=4)[DIAGRAM].layers[1]
    w, b = problem.layout.weights(state.params[4], 0), problem.layout.biases(state.params[4], 0)
    data = problem.data.x
    margin = 0.07 * (data.max() - data.min())
    x = np.linspace(data.min() - margin, data.max() + margin, layer.thumbs.shape[1])
    h = np.maximum(x[:, None] @ w + b, 0).T
    np.testing.assert_allclose(layer.thumbs, h / h.max(), atol=1e-12)
    assert layer.parameters == 6


def test_wider_layers_keep_the_neurons_that_were_drawn() -> None:
    spec = [lab(hidden=(width, 4)) for width in (10, 40, 300)]
    shown = [probes.measure(s, trained(s, 0), (DIAGRAM,))[DIAGRAM].layers[1] for s in spec]
    assert [len(layer.shown) for layer in shown] == [10, 12, 12]
    np.testing.assert_array_equal(shown[1].shown, shown[2].shown)
    np.testing.assert_array_equal(shown[0].shown, shown[1].shown[:10])


def test_digits_show_pixels_weights_and_classes() -> None:
    spec = lab("digits", hidden=(20, 5), seeds=2)
    state, problem = trained(spec, 3), problem_of(spec)
    inputs, first, second, outputs = probes.measure(spec, state, (DIAGRAM,))[DIAGRAM].layers
    assert inputs.form == first.form == "image"
    assert inputs.thumbs.shape == (12, 8, 8)
    np.testing.assert_array_equal(inputs.thumbs.sum((1, 2)), 1)
    w = problem.layout.weights(state.params[0], 0)[:, first.shown]
    whole = np.abs(problem.layout.weights(state.params[0], 0)).max()  # one scale for all 20
    np.testing.assert_allclose(first.thumbs.reshape(12, 64), w.T / whole)
    assert second.form == outputs.form == "bars"
    assert second.thumbs.shape == (5, 10)
    assert outputs.labels == tuple("0123456789")


@pytest.mark.parametrize("task", ["wave", "spiral", "digits", "iris", "diagonal-flip"])
def test_pictures_are_of_the_units_that_are_asked_for_on_the_scale_of_all(task: str) -> None:
    spec = lab(task, hidden=(30, 20), seeds=2)
    state, sizes = trained(spec, 2), problem_of(spec).layout.sizes
    every = tuple(tuple(range(size)) for size in sizes)
    some = tuple(units[len(units) // 2 :: 3] for units in every)
    whole = probes.measure(spec, state, (DIAGRAM,), units=every)[DIAGRAM]
    part = probes.measure(spec, state, (DIAGRAM,), units=some)[DIAGRAM]
    overview = probes.measure(spec, state, (DIAGRAM,))[DIAGRAM]
    assert (part.units, overview.units) == (some, ())
    for a, b, c in zip(whole.layers, part.layers, overview.layers, strict=True):
        assert a.span == b.span == c.span
        for layer in (b, c):
            np.testing.assert_array_equal(layer.thumbs, a.thumbs[layer.shown])
            np.testing.assert_array_equal(layer.dead, a.dead[layer.shown])
        assert a.span == pytest.approx(
            (min(0.0, a.thumbs.min()), max(0.0, a.thumbs.max())), abs=1e-12
        )
        assert len(a.labels) in (0, 1, a.size)
    for k, edges in enumerate(part.edges):
        np.testing.assert_array_equal(edges, part.weights[k][np.ix_(some[k], some[k + 1])])


@pytest.mark.parametrize("units", [((0,), (0,)), ((0,), (9,), (0,)), ((-1,), (0,), (0,))])
def test_units_of_another_network_are_those_of_the_overview(units) -> None:
    spec = lab(hidden=(9,))
    part = probes.measure(spec, trained(spec, 1), (DIAGRAM,), units=units)[DIAGRAM]
    assert part.units == ()
    assert list(part.layers[1].shown) == list(range(9))


def test_a_layer_out_of_sight_needs_no_pictures() -> None:
    spec = lab(hidden=(9,))
    part = probes.measure(spec, trained(spec, 1), (DIAGRAM,), units=((0,), (), (0,)))[DIAGRAM]
    assert len(part.layers[1].thumbs) == 0
    assert part.edges[0].shape == (1, 0)


# ---- one sample


@pytest.mark.parametrize(
    ("task", "net"),
    [
        ("wave", {}),
        ("blobs", {"activation": "gelu", "layer_norm": True}),
        ("diagonal-flip", {"activation": "tanh", "residual": True}),
    ],
)
def test_trace_is_the_gradient_of_one_sample(task: str, net: dict) -> None:
    spec = lab(task, hidden=(4, 4), init="torch-default", **net)
    problem, state = problem_of(spec), trained(spec)
    found = probes.trace(spec, state, 2, 7)
    assert (found.seed, found.sample) == (2, 7)
    np.testing.assert_array_equal(found.inputs, problem.x[7])
    np.testing.assert_array_equal(found.target, problem.y[7])

    def loss(index: int, step: float) -> float:
        params = state.params[2:3].copy()
        params[0, index] += step
        out = forward(problem, params, problem.x[7:8]).h[-1]
        return float(problem.loss.value(NUMPY, out, problem.y[7:8])[0])

    assert found.loss == pytest.approx(loss(0, 0.0))
    for layer, (dz, dw) in enumerate(zip(found.dz, found.dw, strict=True)):
        for unit in range(len(dz)):
            index = problem.layout.bias_index(layer, unit)
            slope = (loss(index, 1e-6) - loss(index, -1e-6)) / 2e-6
            assert dz[unit] == pytest.approx(slope, rel=1e-5, abs=1e-8)
        index = problem.layout.weight_index(layer, 0, 1 % len(dz))
        slope = (loss(index, 1e-6) - loss(index, -1e-6)) / 2e-6
        assert dw[0, 1 % len(dz)] == pytest.approx(slope, rel=1e-5, abs=1e-8)
    np.testing.assert_allclose(found.h[-1], found.z[-1])


@pytest.mark.parametrize(("width", "share"), [(2, 0.91), (3, 0.63), (8, 0.01)])
def test_narrow_deep_relu_networks_are_dead_at_initialization(width: int, share: float) -> None:
    """L2, Lu et al. 2019: ten layers on abs(x); a network is dead if one layer is."""
    spec = lab("abs", hidden=(width,) * 10, seeds=64)
    dead = 0
    for seed in range(0, 512, 64):
        train = TrainSpec(seeds=64, seed=seed)
        again = LabSpec(task=spec.task, net=spec.net, train=train)
        part = probes.measure(again, initialize(problem_of(again)), (SIGNAL,))[SIGNAL]
        dead += int((part.dead == 1).any(1).sum())
    assert dead / 512 == pytest.approx(share, abs=0.06)
