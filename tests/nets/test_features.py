"""Input features against numbers worked by hand, and against the inputs without them."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from layerlab.cli import main
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.frames import (
    ACROSS_INPUTS,
    BENT,
    DIAGRAM,
    PARTS,
    PREDICTION,
    SIGNAL,
    CurvePrediction,
    MapPrediction,
)
from layerlab.core.presets import presets
from layerlab.core.spec import LabSpec, TaskSpec, edit, edit_all, from_json, to_json
from layerlab.nets import probes
from layerlab.nets.engines import engine
from layerlab.nets.features import FEATURES, offered, plain
from layerlab.nets.gradcheck import check_gradients
from layerlab.nets.problem import check, initialize, layout_of, load_data, problem_of
from layerlab.nets.regions import regions
from layerlab.nets.tasks import TASKS, export_csv

ALL = KNOBS["task.features"].choices
LINE = ("x1", "x1^2", "sin(pi*x1)")
PLANES = [t.key for t in TASKS if "features" in t.knobs and t.shape(TaskSpec()).inputs == 2]
CURVES = [t.key for t in TASKS if "features" in t.knobs and t.shape(TaskSpec()).inputs == 1]


def lab(task, features=(), **knobs):
    turned = {"task.features": features, **{k.replace("__", "."): v for k, v in knobs.items()}}
    return edit_all(TASKS[task].recommended(), turned)


def end(spec, name="numpy"):
    return list(engine(name).run(spec))[-1]


def test_the_features_are_those_of_the_knob_in_its_order():
    assert tuple(feature.key for feature in FEATURES) == ALL
    assert tuple(feature.key for feature in offered(2)) == ALL
    assert tuple(feature.key for feature in offered(1)) == LINE
    assert offered(3) == offered(0) == ()
    assert (plain(1), plain(2)) == (("x1",), ("x1", "x2"))
    for feature in FEATURES:
        assert feature.label
        assert feature.help.endswith(".")
        assert bool(feature.alone) == (feature in offered(1))


def test_each_feature_has_the_values_that_its_name_says():
    x = np.array([[0.5, -0.25], [-1.0, 0.5]])
    root = 0.7071067811865476  # sin(pi / 4)
    expected = {
        "x1": [0.5, -1.0],
        "x2": [-0.25, 0.5],
        "x1^2": [0.25, 1.0],
        "x2^2": [0.0625, 0.25],
        "x1*x2": [-0.125, -0.5],
        "sin(pi*x1)": [1.0, 0.0],
        "sin(pi*x2)": [-root, 1.0],
    }
    assert tuple(expected) == ALL
    for key, values in expected.items():
        np.testing.assert_allclose(FEATURES[key].compute(x), values, atol=1e-15)


@pytest.mark.parametrize("task", [*CURVES, *PLANES])
def test_the_network_gets_the_features_and_the_plots_keep_the_points(task):
    keys = LINE if task in CURVES else ALL
    own, data = load_data(lab(task).task), load_data(lab(task, keys).task)
    assert own.source is None
    assert own.raw is own
    assert own.expand is None
    assert data.raw is own
    assert data.y is own.y
    assert data.form == own.form
    assert data.shape == replace(own.shape, inputs=len(keys))
    for points, got in ((own.x, data.x), (own.validation_x, data.validation_x)):
        assert len(points)
        np.testing.assert_array_equal(data.given(points), got)
        for k, key in enumerate(keys):
            np.testing.assert_array_equal(got[:, k], FEATURES[key].compute(points))
    assert layout_of(lab(task, keys)).sizes[0] == len(keys)


@pytest.mark.parametrize("task", ["wave", "circle", "multi-gauss"])
@pytest.mark.parametrize("name", ["numpy", "compiled"])
def test_the_inputs_as_features_are_the_inputs_bit_for_bit(task, name):
    knobs = {"train__seeds": 3, "train__updates": 40}
    bare = lab(task, **knobs)
    same = lab(task, plain(load_data(bare.task).shape.inputs), **knobs)
    one, other = end(bare, name), end(same, name)
    assert (one.params == other.params).all()
    parts = probes.measure(bare, one, PARTS), probes.measure(same, other, PARTS)
    for part in PARTS:
        left, right = vars(parts[0][part]), vars(parts[1][part])
        for field, value in left.items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(value, right[field])


def test_engines_agree_on_features_and_the_gradients_are_right():
    spec = lab("spiral", ALL, train__seeds=3, train__updates=30, train__dtype="float64")
    hand, compiled = end(spec), end(spec, "compiled")
    np.testing.assert_allclose(hand.params, compiled.params, rtol=1e-9, atol=1e-12)
    found = check_gradients(edit(spec, "net.activation", "tanh"))
    assert found.max_relative_error < 1e-7
    assert found.unresolved == 0


def with_parameters(spec, weights, bias):
    """Return a state of a linear model whose seeds all have these parameters."""
    state = initialize(problem_of(spec))
    flat = np.array([*weights, bias], state.params.dtype)
    return replace(state, params=np.tile(flat, (spec.train.seeds, 1)))


def test_a_map_is_that_of_the_plane_not_of_the_features():
    features = ("x1^2", "x1*x2", "sin(pi*x2)")
    spec = lab("circle", features, net__hidden=(), train__seeds=2, train__dtype="float64")
    state = with_parameters(spec, (1.5, -2.0, 0.75), 0.25)
    part = probes.measure(spec, state, {PREDICTION})[PREDICTION]
    bare = probes.measure(lab("circle"), initialize(problem_of(lab("circle"))), {PREDICTION})
    assert isinstance(part, MapPrediction)
    assert part.extent == bare[PREDICTION].extent
    assert (part.x_label, part.y_label) == ("x₁", "x₂")
    np.testing.assert_array_equal(part.points, bare[PREDICTION].points)
    x0, x1, y0, y1 = part.extent
    rows, columns = part.values.shape
    x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
    z = 1.5 * x * x - 2.0 * x * y + 0.75 * np.sin(np.pi * y) + 0.25
    np.testing.assert_allclose(part.values, 1 / (1 + np.exp(-z)), atol=1e-12)
    np.testing.assert_allclose(part.boundary, part.values, atol=1e-12)


def test_the_scatter_of_a_surface_is_that_over_the_plane():
    features = ("x1*x2",)
    spec = lab("multi-gauss", features, net__hidden=(), train__seeds=2, train__dtype="float64")
    state = initialize(problem_of(spec))
    state = replace(state, params=np.array([[1.0, 0.0], [3.0, 1.0]]))
    part = probes.measure(spec, state, {PREDICTION})[PREDICTION]
    x0, x1, y0, y1 = part.extent
    rows, columns = part.std.shape
    x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
    np.testing.assert_allclose(part.std, np.abs(2 * x * y + 1) / 2, atol=1e-12)


def test_a_curve_is_that_over_x():
    spec = lab("wave", LINE, net__hidden=(), train__seeds=2, train__dtype="float64")
    part = probes.measure(spec, with_parameters(spec, (1.0, -0.5, 2.0), 0.1), {PREDICTION})
    curve = part[PREDICTION]
    assert isinstance(curve, CurvePrediction)
    assert curve.x_label == "x"
    x = curve.x
    expected = x - 0.5 * x * x + 2 * np.sin(np.pi * x) + 0.1
    np.testing.assert_allclose(curve.shown, expected, atol=1e-12)
    np.testing.assert_allclose(curve.target, 0.55 * np.sin(8 * x) + 0.2 * x, atol=1e-12)
    np.testing.assert_array_equal(curve.train_x, load_data(spec.task).raw.x[:, 0])


def test_pieces_are_not_counted_where_features_bend():
    for features in (("x1^2",), LINE):  # one input and several
        spec = lab("wave", features, train__seeds=1)
        state = initialize(problem_of(spec))
        assert regions(problem_of(spec), state.params[0], -1.0, 1.0) is None
        curve = probes.measure(spec, state, {PREDICTION})[PREDICTION]
        assert (curve.pieces, curve.kinks.size) == (BENT, 0)
    smooth = lab("wave", LINE, net__activation="tanh")
    state = initialize(problem_of(smooth))
    assert probes.measure(smooth, state, {PREDICTION})[PREDICTION].pieces == 0
    straight = lab("wave", ("x1",))
    state = initialize(problem_of(straight))
    assert probes.measure(straight, state, {PREDICTION})[PREDICTION].pieces > 1


def test_the_diagram_shows_each_feature_over_the_plane():
    spec = lab("circle", ALL, train__seeds=1)
    part = probes.measure(spec, initialize(problem_of(spec)), {DIAGRAM})[DIAGRAM]
    layer = part.layers[0]
    assert layer.labels == ("x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin πx₁", "sin πx₂")
    assert (layer.form, layer.size, layer.name) == ("map", 7, "x")
    low, high = (f(load_data(spec.task).raw.x, 0) for f in (np.min, np.max))
    room = 0.07 * (high - low)
    side = layer.thumbs.shape[1]
    x, y = np.meshgrid(
        *(np.linspace(low[k] - room[k], high[k] + room[k], side) for k in (0, 1))
    )
    maps = np.stack([x, y, x * x, y * y, x * y, np.sin(np.pi * x), np.sin(np.pi * y)])
    np.testing.assert_allclose(layer.thumbs, maps / np.abs(maps).max(), atol=1e-6)


def test_a_sample_is_sent_through_as_its_features():
    spec = lab("circle", ("x1^2", "x1*x2"), train__seeds=1)
    x, y = load_data(spec.task).raw.x[3]
    trace = probes.trace(spec, initialize(problem_of(spec)), 0, 3)
    np.testing.assert_allclose(trace.inputs, [x * x, x * y], rtol=1e-6)


def test_a_single_feature_is_named_below_its_tile():
    spec = lab("wave", ("sin(pi*x1)",), train__seeds=1)
    part = probes.measure(spec, initialize(problem_of(spec)), {DIAGRAM})[DIAGRAM]
    assert part.layers[0].name == "sin πx"
    assert part.layers[0].form == "curve"


def test_theory_starts_from_the_features():
    features = ("x2^2", "x1*x2")
    spec = lab("circle", features, net__hidden=(256, 256), train__seeds=32)
    part = probes.measure(spec, initialize(problem_of(spec)), {SIGNAL})[SIGNAL]
    measured = part.measured[ACROSS_INPUTS].mean(0)
    np.testing.assert_allclose(measured, part.theory[ACROSS_INPUTS][0], rtol=0.06)
    bare = lab("circle", net__hidden=(256, 256), train__seeds=32)
    other = probes.measure(bare, initialize(problem_of(bare)), {SIGNAL})[SIGNAL]
    assert (measured < 0.5 * other.theory[ACROSS_INPUTS][0]).all()  # products are smaller


# ---- lessons


def accuracy(spec):
    report = probes.final_report(spec, end(spec, "compiled"))
    state = end(spec, "compiled")
    part = probes.measure(spec, state, {"loss"})["loss"]
    assert part.score_name == "accuracy"
    return part.score[-1], report


def test_squares_make_a_circle_linear():
    knobs = {"net__hidden": (), "train__rate": 0.1, "train__updates": 2000}
    squares, _ = accuracy(lab("circle", ("x1^2", "x2^2"), task__noise=0.02, **knobs))
    bare, _ = accuracy(lab("circle", task__noise=0.02, **knobs))
    assert (squares == 1.0).all()
    assert (bare < 0.75).all()


def test_the_experiment_to_try_draws_its_circle():
    spec = next(one.spec for one in presets() if one.key == "circle-squares")
    check(spec)
    found, report = accuracy(spec)
    assert (found > 0.97).all()  # its points are noisy
    assert report["parameters"] == 3


def test_the_product_solves_xor_without_a_hidden_layer():
    knobs = {"net__hidden": (), "train__rate": 0.1, "task__noise": 0.02}
    product, _ = accuracy(lab("xor", ("x1*x2",), **knobs))
    bare, _ = accuracy(lab("xor", **knobs))
    assert (product == 1.0).all()
    assert (bare < 0.75).all()


def test_sines_make_the_spiral_easier():
    sines = ("x1", "x2", "sin(pi*x1)", "sin(pi*x2)")
    with_sines, report = accuracy(lab("spiral", sines, net__hidden=(8,)))
    without, bare = accuracy(lab("spiral", net__hidden=(8,)))
    assert np.median(with_sines) > np.median(without) + 0.05
    assert np.median(report["loss"]) < 0.8 * np.median(bare["loss"])


# ---- specs and commands


def test_the_order_of_features_is_that_of_the_knob():
    mixed = TaskSpec(name="circle", features=("sin(pi*x1)", "x2", "x1", "x2"))
    assert mixed.features == ("x1", "x2", "sin(pi*x1)")
    assert mixed == TaskSpec(name="circle", features=("x1", "x2", "sin(pi*x1)"))
    spec = lab("circle", ("x2^2", "x1^2"))
    assert spec.task.features == ("x1^2", "x2^2")
    assert from_json(to_json(spec)) == spec


@pytest.mark.parametrize(
    ("task", "features", "message"),
    [
        ("wave", ("x2",), r"features has x2, but the task wave has 1 input: .*sin\(pi\*x1\)$"),
        ("wave", ("x1", "x1*x2"), r"features has x1\*x2"),
        ("iris", ("x1",), "not for the task iris: leave task.features empty"),
        ("diagonal-flip", ("x1^2",), "not for the task diagonal-flip"),
        ("circle", ("x3",), "'x3', it must be one of x1, x2"),
    ],
)
def test_features_that_a_task_does_not_have_are_refused(task, features, message):
    for ask in (check, layout_of, problem_of, lambda spec: load_data(spec.task)):
        with pytest.raises(LabError, match=message) as refused:
            ask(lab(task, features))
        assert "\n" not in str(refused.value)


def test_a_table_takes_no_features(tmp_path):
    table = tmp_path / "two.csv"
    table.write_text("a,b,y\n" + "\n".join(f"{k},{k * k},{3 * k}" for k in range(12)))
    task = TaskSpec(name="csv", path=str(table), features=("x1",))
    with pytest.raises(LabError, match="not for the task csv"):
        check(LabSpec(task=task))


def test_another_task_begins_with_its_inputs():
    chosen = TaskSpec(name="circle", features=("x1^2",))
    assert TASKS["digits"].recommend(chosen).task.features == ()
    assert TASKS["spiral"].recommend(chosen).task.features == ("x1^2",)


def test_the_command_takes_features_with_commas(capsys, tmp_path):
    kept = tmp_path / "circle.layerlab"
    arguments = ["train", "--task", "circle", "--engine", "numpy", "--updates", "20", "--json"]
    chosen = ["--set", "task.features= x2^2, x1^2", "--set", "net.depth=0"]
    assert main([*arguments, *chosen, "--out", str(kept)]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["parameters"] == 3
    assert main(["spec", "--check", str(kept)]) == 0
    assert "3 parameters" in capsys.readouterr().out
    listed = ["--set", 'task.features=["x1^2", "x2^2"]', "--set", "net.depth=0"]
    assert main([*arguments, *listed]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["loss"] == last["loss"]
    assert main([*arguments, "--set", "task.features=x1,y"]) == 2
    assert "task.features[1] is 'y'" in capsys.readouterr().err
    assert main([*arguments, "--set", "task.features="]) == 0


def test_generated_points_are_exported_as_they_are(tmp_path):
    spec = lab("circle", ("x1^2",))
    export_csv(load_data(spec.task), tmp_path / "with.csv")
    export_csv(load_data(lab("circle").task), tmp_path / "without.csv")
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()


def test_specs_without_features_are_written_as_before():
    fields = msgspec.structs.asdict(LabSpec().task)
    assert fields["features"] == ()
    assert edit(LabSpec(), "task.features", ()) == LabSpec()
