"""Painted points and drawn curves as tasks: their data, splits, limits and refusals."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from layerlab.cli import main
from layerlab.core.by_hand import MAX_POINTS
from layerlab.core.errors import LabError, NoPointsError
from layerlab.core.spec import LabSpec, TaskSpec, edit, from_json, to_json
from layerlab.nets.data import Data
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.probes import measure
from layerlab.nets.problem import check, layout_of, load_data, problem_of
from layerlab.nets.tasks import TASKS, export_csv, recommended_for_csv
from layerlab.nets.tasks.by_hand import is_held_out, taken_by_hand

TWO = (0.5, 0.5, 1.0, -0.5, -0.5, 2.0)


def painted(*points: float, **fields: object) -> LabSpec:
    spec = TASKS["painted"].recommended()
    return replace(spec, task=replace(spec.task, points=points, **fields))


def drawn(*points: float, **fields: object) -> LabSpec:
    spec = TASKS["drawn"].recommended()
    return replace(spec, task=replace(spec.task, points=points, **fields))


def data_of(spec: LabSpec) -> Data:
    check(spec)
    return load_data(spec.task)


def test_the_start_shows_two_classes_and_a_curve() -> None:
    data = data_of(TASKS["painted"].recommended())
    assert np.bincount(np.concatenate([data.y, data.validation_y])).tolist() == [20, 20]
    curve = data_of(TASKS["drawn"].recommended())
    assert curve.truth is not None
    x = np.array([[-1.0], [0.0], [0.52]])
    expected = 0.5 * np.sin(2.5 * x) + 0.1
    np.testing.assert_allclose(curve.truth(x), expected, atol=2e-3)


def test_painted_points_are_the_data_as_they_are() -> None:
    data = data_of(painted(*TWO, 0.1, 0.2, 4.0, validation=0.0))
    assert data.x.tolist() == [[0.5, 0.5], [-0.5, -0.5], [0.1, 0.2]]
    assert data.y.tolist() == [0, 1, 3]
    assert data.class_names == ("1", "2", "3", "4")  # the third has no points
    assert layout_of(painted(*TWO, 0.1, 0.2, 4.0)).sizes[-1] == 4
    assert data.domain is not None


@pytest.mark.parametrize("loss", ["cross-entropy", "logistic", "half-mse"])
@pytest.mark.parametrize("points", [(0.3, 0.2, 1.0), (0.3, 0.2, 6.0), TWO])
def test_few_points_and_one_class_alone_are_trained(
    points: tuple[float, ...], loss: str
) -> None:
    spec = edit(edit(painted(*points), "train.loss", loss), "train.updates", 200)
    state = list(NumpyEngine().run(edit(spec, "train.seeds", 3)))[-1]
    frame = measure(edit(spec, "train.seeds", 3), state, {"prediction", "loss", "diagram"})
    part = frame["prediction"]
    assert np.isfinite(part.values).all()
    rows, columns = part.classes.shape
    for x, y, label in np.reshape(points, (-1, 3)):
        row, column = (
            round((y + 1.2) / 2.4 * (rows - 1)),
            round((x + 1.2) / 2.4 * (columns - 1)),
        )
        assert part.classes[row, column] == label - 1


@pytest.mark.parametrize("spec", [painted(), drawn(), drawn(0.1, 0.2)])
def test_without_points_it_waits_with_a_sentence_and_is_no_error(spec: LabSpec) -> None:
    check(spec)
    assert layout_of(spec).sizes[0] == spec.task.name.count("painted") + 1
    with pytest.raises(NoPointsError, match="yet"):
        load_data(spec.task)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (painted(0.1, 0.2), "2 numbers, which are not 3 for each"),
        (painted(0.1, 1.3, 1.0), r"task.points\[1\] is 1.3, the range is -1.2 to 1.2"),
        (
            painted(*TWO, 0.1, 0.2, 7.0),
            r"task.points\[8\] is 7, it must be a class from 1 to 6",
        ),
        (painted(0.1, 0.2, 0.0), "class from 1 to 6"),
        (painted(0.1, 0.2, 1.5), "class from 1 to 6"),
        (painted(*(0.1, 0.2, 1.0) * (MAX_POINTS + 1)), "2.001 points; at most 2.000 fit"),
        (drawn(0.1, 0.2, 0.3), "3 numbers, which are not 2 for each"),
        (drawn(-1.1, 0.2, 0.3, 0.1), r"task.points\[0\] is -1.1, the range is -1 to 1"),
        (drawn(-1, 0.2, 0.3, -2), r"task.points\[3\] is -2, the range is -1.2 to 1.2"),
    ],
)
def test_wrong_points_are_refused_with_their_place(spec: LabSpec, text: str) -> None:
    with pytest.raises(LabError, match=text) as error:
        check(spec)
    assert not isinstance(error.value, NoPointsError)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=80),
    st.floats(0, 0.9),
    st.integers(0, 9),
    st.integers(0, 5),
)
def test_points_are_held_out_in_proportion_and_stay_so_while_one_paints(
    labels: list[int], share: float, seed: int, label: int
) -> None:
    y = np.array(labels)
    held = is_held_out(y, share, seed)
    for k in set(labels):
        own = held[y == k]
        assert not own[0]
        # Within a point of the share, two where ends of the draw and rounding meet.
        assert abs(own.sum() - share * len(own)) <= 2
    more = is_held_out(np.append(y, label), share, seed)
    np.testing.assert_array_equal(more[:-1], held)


def test_another_seed_holds_out_other_points() -> None:
    y = np.zeros(100, int)
    first, again, other = (is_held_out(y, 0.25, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.sum() == other.sum() == 25
    assert (first != other).any()


def test_a_curve_is_the_polyline_between_its_ends_and_unknown_beyond() -> None:
    data = data_of(drawn(0.5, 1.0, -0.5, 0.0, noise=0.0, samples=500))
    assert data.truth is not None
    x = np.array([[-0.6], [-0.5], [0.0], [0.5], [0.7]])
    np.testing.assert_allclose(data.truth(x)[:, 0], [np.nan, 0, 0.5, 1, np.nan])
    assert data.x.min() >= -0.5
    assert data.x.max() <= 0.5
    np.testing.assert_allclose(data.y, data.x + 0.5, atol=1e-12)


def test_a_part_of_a_curve_is_shown_over_the_whole_domain() -> None:
    spec = edit(drawn(-0.5, 0.0, 0.5, 1.0), "train.updates", 5)
    state = list(NumpyEngine().run(spec))[-1]
    part = measure(spec, state, {"prediction"})["prediction"]
    assert (part.x[0], part.x[-1]) == pytest.approx((-1.05, 1.05))
    known = np.isfinite(part.target)
    np.testing.assert_array_equal(known, np.abs(part.x) <= 0.5)
    assert np.isfinite(part.quantiles).all()


def test_a_spec_with_points_is_saved_trained_and_said(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = edit(painted(*TWO, validation=0.0), "train.updates", 20)
    text = to_json(spec)
    assert from_json(text) == spec
    path = tmp_path / "lab.json"
    path.write_text(text)
    command = ["train", "--spec", str(path), "--engine", "numpy", "--json"]
    assert main(command) == 0
    final = json.loads(capsys.readouterr().out.splitlines()[-1])
    expected = list(NumpyEngine().run(spec))[-1]
    assert final["updates"] == expected.update == 20
    path.write_text(to_json(painted()))
    assert main(command) == 2
    assert "no points yet" in capsys.readouterr().err


def test_points_are_given_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "--task", "painted", "--engine", "numpy", "--set", "train.seeds=2"]
    command += ["--updates", "30", "--json", "--set"]
    assert main([*command, "task.points=[0.1, 0.2, 1, 0.5, -0.5, 3]"]) == 0
    given = json.loads(capsys.readouterr().out.splitlines()[-1])
    spec = edit(edit(painted(0.1, 0.2, 1, 0.5, -0.5, 3), "train.updates", 30), "train.seeds", 2)
    assert given["parameters"] == layout_of(spec).parameters
    for text, said in (("0.1,0.2,1", "a list such as"), ("[[0.1, 0.2]]", "must be a number")):
        assert main([*command, f"task.points={text}"]) == 2
        assert said in capsys.readouterr().err


def test_choosing_the_task_brings_its_start_and_keeps_points_that_are_there() -> None:
    task = TASKS["painted"]
    assert task.recommended().task.points == task.recommend(TaskSpec(seed=4)).task.points != ()
    assert task.recommend(TaskSpec(points=TWO)).task.points == TWO
    assert TASKS["moons"].recommend(TaskSpec(points=TWO)).task.points == ()


def test_exported_points_are_read_as_the_same_classes(tmp_path: pathlib.Path) -> None:
    spec = TASKS["painted"].recommended()
    path = tmp_path / "points.csv"
    export_csv(data_of(spec), path)
    own, read = data_of(spec), data_of(recommended_for_csv(path, problem="classification"))

    def rows(data: Data) -> list[tuple[float, ...]]:
        x = np.concatenate([data.x, data.validation_x]) * data.x_scale + data.x_mean
        y = np.concatenate([data.y, data.validation_y])
        names = np.array([float(name) for name in data.class_names])[y]
        return sorted(map(tuple, np.round(np.column_stack((x, names)), 6).tolist()))

    assert rows(read) == rows(own)
    x1, x2, label = np.reshape(spec.task.points, (-1, 3)).T
    assert rows(own) == sorted(zip(x1, x2, label, strict=True))


def test_problems_are_kept_by_their_points() -> None:
    one, other = painted(*TWO), painted(*TWO, 0.1, 0.1, 1.0)
    assert problem_of(one) is problem_of(painted(*TWO))
    assert problem_of(one).data.n + 1 == problem_of(other).data.n


@pytest.mark.parametrize(
    "features", [("x1^2",), ("x1", "x1^2"), ("x1^2", "x2^2", "sin(pi*x1)")]
)
def test_points_are_taken_not_the_features_that_networks_are_given(
    features: tuple[str, ...],
) -> None:
    spec = TASKS["moons"].recommended().task
    plain, _said = taken_by_hand(spec, load_data(spec))
    given = replace(spec, features=features)
    task, _said = taken_by_hand(given, load_data(given))
    assert task.points == plain.points
    assert task.features == features
    curve = replace(TASKS["wave"].recommended().task, features=("x1^2",))
    drawn, _said = taken_by_hand(curve, load_data(curve))
    bare = replace(curve, features=())
    assert drawn == replace(taken_by_hand(bare, load_data(bare))[0], features=("x1^2",))
