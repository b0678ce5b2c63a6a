"""The task that is typed: its points, its units, and what suits each kind of formula."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
from msgspec.structs import replace

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec, from_json, to_json
from layerlab.nets.data import Data
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.probes.base import ProbedState
from layerlab.nets.probes.prediction import prediction_part
from layerlab.nets.probes.references import noise_floor
from layerlab.nets.problem import check, initialize, problem_of
from layerlab.nets.tasks import TASKS, export_csv

FORMULA = TASKS["formula"]


def spec_of(formula: str | None, **fields: object) -> LabSpec:
    spec = FORMULA.recommend(TaskSpec(name="formula", formula=formula))
    return replace(spec, task=replace(spec.task, **fields))


def load(formula: str, **fields: object) -> Data:
    return FORMULA.load(spec_of(formula, **fields).task)


def test_a_formula_of_its_own_is_there_to_begin_with() -> None:
    spec = spec_of(None)
    assert spec.task.formula == "y = sin(3x) + 0.3 x^2"
    assert from_json(to_json(spec)) == spec
    assert spec_of("x < y").task.formula == "x < y"
    data = FORMULA.load(spec.task)
    np.testing.assert_allclose(
        FORMULA.load(replace(spec.task, noise=0.0)).y, np.sin(3 * data.x) + 0.3 * data.x**2
    )


@pytest.mark.parametrize(
    ("formula", "sizes", "loss", "form", "names", "target"),
    [
        ("y = x^3", (1, 0), "half-mse", "curve", ("x",), "y"),
        ("z = x y", (2, 0), "half-mse", "map", ("x", "y"), "z"),
        ("x1 + x2", (2, 0), "half-mse", "map", ("x₁", "x₂"), "y"),
        ("x^2 + y^2 < 0.5", (2, 2), "logistic", "map", ("x", "y"), "class"),
    ],
)
def test_the_kind_of_a_formula_decides_what_suits_it(
    formula: str, sizes: tuple, loss: str, form: str, names: tuple, target: str
) -> None:
    spec = spec_of(formula)
    check(spec)
    data = FORMULA.load(spec.task)
    assert data.shape == FORMULA.shape(spec.task)
    assert (data.shape.inputs, data.shape.classes) == sizes
    assert spec.train.loss == loss
    assert (data.form, data.feature_names, data.target_name) == (form, names, target)
    assert (data.n, len(data.validation_x)) == (200, 67)
    knobs = FORMULA.active_knobs(spec.task)
    assert ("label_noise" in knobs) is bool(data.shape.classes)


def test_a_region_is_its_points_before_noise_moves_them() -> None:
    still, noisy = load("x^2 + y^2 < 0.5", noise=0.0), load("x^2 + y^2 < 0.5", noise=0.1)
    np.testing.assert_array_equal(still.y, (still.x**2).sum(1) < 0.5)
    np.testing.assert_array_equal(still.validation_y, (still.validation_x**2).sum(1) < 0.5)
    np.testing.assert_array_equal(still.y, noisy.y)
    moved = np.concatenate([noisy.x - still.x, noisy.validation_x - still.validation_x])
    assert moved.std() == pytest.approx(0.1, rel=0.15)
    area = load("x^2 + y^2 < 0.5", samples=20_000).y.mean()
    assert area == pytest.approx(np.pi * 0.5 / 4, abs=0.014)  # of the square; four deviations


def test_label_noise_is_on_the_training_points_of_a_region_alone() -> None:
    clean, noisy = load("x < y", samples=4000), load("x < y", samples=4000, label_noise=0.25)
    assert (clean.y != noisy.y).mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(clean.x, noisy.x)
    np.testing.assert_array_equal(clean.validation_y, noisy.validation_y)


@pytest.mark.parametrize("formula", ["1000 sin(3x) + 5000", "0.001 sin(3x)", "y = 1e8 x"])
def test_values_of_any_size_are_standardized_and_train(formula: str) -> None:
    data = load(formula, samples=4000, noise=0.0)
    own = data.y * data.y_scale + data.y_mean
    expected = {
        "1000 sin(3x) + 5000": 1000 * np.sin(3 * data.x) + 5000,
        "0.001 sin(3x)": 0.001 * np.sin(3 * data.x),
        "y = 1e8 x": 1e8 * data.x,
    }[formula]
    np.testing.assert_allclose(own, expected, rtol=1e-9)
    assert data.y.mean() == pytest.approx(0, abs=0.07)
    assert data.y.std() == pytest.approx(1, abs=0.05)
    noisy = load(formula, samples=4000, noise=0.2)
    assert (noisy.y - data.y).std() == pytest.approx(0.2, rel=0.05)
    spec = spec_of(formula, noise=0.0)
    spec = replace(spec, train=replace(spec.train, seeds=4, updates=600))
    *_, state = NumpyEngine().run(spec)
    curve = prediction_part(ProbedState(problem_of(spec), state))
    inside = np.abs(curve.x) < 1
    truth = np.asarray(curve.target)[inside]
    error = (curve.quantiles[len(curve.quantiles) // 2][inside] - truth) / truth.std()
    assert np.abs(error).max() < 0.5  # in the units that are drawn


def test_values_of_a_common_size_stay_as_they_are() -> None:
    for formula in ("sin(3x)", "y = 0.5", "3 x", "0"):
        data = load(formula)
        assert (data.y_mean, data.y_scale) == (0, 1)
    flat = load("y = 1000", noise=0.0)
    assert (flat.y_mean, flat.y_scale) == (1000, 1)


def test_the_noise_floor_is_that_of_the_noise_in_standard_units() -> None:
    spec = spec_of("1000 sin(3x)", noise=0.2)
    assert noise_floor(problem_of(spec)) == pytest.approx(0.5 * 0.2**2)


def test_where_a_formula_has_no_values_beyond_the_points_nothing_is_drawn() -> None:
    spec = spec_of("sqrt(1 - x)")
    curve = prediction_part(ProbedState(problem_of(spec), initialize(problem_of(spec))))
    target = np.asarray(curve.target)
    assert curve.x[-1] > 1
    assert np.isnan(target[curve.x > 1]).all()
    np.testing.assert_allclose(target[curve.x <= 1], np.sqrt(1 - curve.x[curve.x <= 1]))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1/x", "the formula, character 1"),
        ("x +", "the formula ends"),
        ("", "the formula is empty"),
        ("x^2 + y^2 < 9", "everywhere"),
    ],
)
def test_a_wrong_formula_is_refused_before_anything_is_drawn(
    formula: str, message: str
) -> None:
    spec = spec_of(None)
    with pytest.raises(LabError, match=message):
        check(replace(spec, task=replace(spec.task, formula=formula)))


def test_a_region_without_points_is_refused() -> None:
    with pytest.raises(LabError, match="one class"):
        load("x^2 + y^2 < 0.001", samples=20)


@pytest.mark.parametrize("formula", ["x^2 + y^2 < 0.5", "z = sin(3x) y", "|x| < 0.3 or y > 0"])
def test_the_recommended_training_learns_any_kind(formula: str) -> None:
    spec = spec_of(formula)
    spec = replace(spec, train=replace(spec.train, seeds=8))
    problem, data = problem_of(spec), FORMULA.load(spec.task)
    *_, state = NumpyEngine().run(spec)
    out = outputs(problem, state.params, problem.validation_x)[..., 0]  # (seeds, n)
    if data.shape.classes:
        assert np.median(((out > 0) == data.validation_y).mean(1)) > 0.88  # noise moves points
    else:
        error = ((out - data.validation_y[:, 0]) ** 2).mean(1)
        assert np.median(1 - error / data.validation_y.var()) > 0.9


@pytest.mark.parametrize("formula", ["1000 sin(3x) + 5000", "z = x y", "x < y"])
def test_an_exported_formula_is_a_table_of_the_same_points(
    tmp_path: pathlib.Path, formula: str
) -> None:
    data = load(formula, label_noise=0.2 if "<" in formula else 0.0)
    export_csv(data, tmp_path / "points.csv")
    with (tmp_path / "points.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == [*data.feature_names, data.target_name]
    x = np.array([row[:-1] for row in rows], float)
    np.testing.assert_array_equal(x, np.concatenate([data.x, data.validation_x]))
    y = np.array([row[-1] for row in rows], float)
    own = np.concatenate([data.y.ravel(), data.validation_y.ravel()])
    np.testing.assert_allclose(y, own * data.y_scale + data.y_mean)
