"""The prediction, in the form that suits the data: curve, map, images, classes, scatter."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import (
    BENT,
    SMOOTH,
    UNCOUNTED,
    ClassPrediction,
    CurvePrediction,
    ImagePrediction,
    MapPrediction,
    Prediction,
    ScatterPrediction,
)
from layerlab.nets.data import Data
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.probes.base import (
    ProbedState,
    class_of,
    median,
    probability_of_one,
    probe_rows,
    quantiles,
    shown_domain,
)
from layerlab.nets.probes.loss import score_of
from layerlab.nets.problem import Problem
from layerlab.nets.regions import regions

Array = np.ndarray
CURVE_POINTS, MIN_CURVE_POINTS = 160, 80
MAP_SIDE, MIN_MAP_SIDE = 64, 20  # the ui scales a map up, smoothly
MARGIN = 0.07  # of the data's range, on either side
MIN_CLASS_POINTS = 128
EXAMPLES = 12
SCATTER_POINTS, MIN_SCATTER_POINTS = 400, 100


def prediction_part(probed: ProbedState) -> Prediction:
    """Return what the networks predict."""
    form = probed.problem.data.form
    if form == "curve":
        return _curve(probed)
    if form == "map":
        return _map(probed)
    if form == "images":
        return _images(probed)
    return _classes(probed) if probed.problem.data.shape.classes else _scatter(probed)


def _own_x(problem: Problem, x: Array) -> Array:
    raw = problem.data.raw
    return np.asarray(x * raw.x_scale + raw.x_mean)


def _own_y(problem: Problem, y: Array) -> Array:
    return np.asarray(y * problem.data.y_scale + problem.data.y_mean)


def _range(data: Data) -> tuple[Array, Array]:
    """Return the ends of what is shown of each input, as networks get them. (D,), (D,)"""
    if data.domain is not None:
        return shown_domain(data)
    x = np.concatenate((data.x, data.validation_x))
    low, high = x.min(0), x.max(0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    return low - margin, high + margin


# ---- one input, one output


@dataclass(frozen=True, eq=False)
class _CurveGround:
    """What of a curve does not change in training, in the data's own units.

    `inputs` are what the network gets at each x, (G, F).
    """

    x: Array
    inputs: Array
    low: float
    high: float
    target: Array | None
    points: tuple[Array, Array, Array, Array]


@functools.lru_cache(maxsize=4)
def _curve_ground(problem: Problem) -> _CurveGround:
    data = problem.data.raw
    low, high = _range(data)
    seeds = problem.spec.train.seeds
    count = len(probe_rows(problem, CURVE_POINTS, seeds, MIN_CURVE_POINTS))
    grid = np.linspace(low, high, count)  # (G, 1), scaled as the training inputs
    target = None if data.truth is None else _own_y(problem, data.truth(grid))[:, 0]
    points = (
        _own_x(problem, data.x)[:, 0],
        _own_y(problem, data.y)[:, 0],
        _own_x(problem, data.validation_x)[:, 0],
        _own_y(problem, data.validation_y)[:, 0],
    )
    return _CurveGround(
        x=_own_x(problem, grid)[:, 0],
        inputs=problem.data.given(grid).astype(problem.x.dtype),
        low=float(low[0]),
        high=float(high[0]),
        target=target,
        points=points,
    )


def _curve(probed: ProbedState) -> CurvePrediction:
    problem = probed.problem
    ground = _curve_ground(problem)
    out = outputs(problem, probed.state.params, ground.inputs)[..., 0]  # (S, G)
    out = _own_y(problem, out)
    found = regions(problem, probed.state.params[probed.seed], ground.low, ground.high)
    kinks = np.zeros(0) if found is None else found.kinks
    train_x, train_y, validation_x, validation_y = ground.points
    return CurvePrediction(
        x=ground.x,
        target=ground.target,
        quantiles=quantiles(out),
        shown=out[probed.seed],
        train_x=train_x,
        train_y=train_y,
        validation_x=validation_x,
        validation_y=validation_y,
        kinks=_own_x(problem, kinks),
        kink_layers=np.zeros(0, int) if found is None else found.layers,
        pieces=found.pieces if found else _why_uncounted(problem),
        x_label=problem.data.raw.feature_names[0],
        y_label=problem.data.target_name,
    )


def _why_uncounted(problem: Problem) -> int:
    """Return the code of `CurvePrediction.pieces` where there is no number of pieces."""
    if not problem.activation.piecewise_linear:
        return SMOOTH
    return BENT if problem.data.bends else UNCOUNTED


# ---- two inputs


@dataclass(frozen=True, eq=False)
class _MapGround:
    """What of a map does not change in training; `inputs`: what the network gets."""

    inputs: Array
    side: int
    extent: tuple[float, float, float, float]
    points: Array
    labels: Array
    is_validation: Array
    low: float
    high: float


@functools.lru_cache(maxsize=4)
def _map_ground(problem: Problem) -> _MapGround:
    data = problem.data.raw
    x = np.concatenate((data.x, data.validation_x))
    y = np.concatenate((data.y, data.validation_y))
    low, high = _range(data)
    fit = len(probe_rows(problem, MAP_SIDE**2, problem.spec.train.seeds, MIN_MAP_SIDE**2))
    side = int(fit**0.5)
    columns, rows = np.meshgrid(
        np.linspace(low[0], high[0], side), np.linspace(low[1], high[1], side)
    )
    grid = np.column_stack((columns.ravel(), rows.ravel()))  # first row at the lowest y
    ends = _own_x(problem, np.array([low, high]))
    labels = y.astype(float) if data.shape.classes else _own_y(problem, y)[:, 0]
    return _MapGround(
        inputs=problem.data.given(grid).astype(problem.x.dtype),
        side=side,
        extent=(float(ends[0, 0]), float(ends[1, 0]), float(ends[0, 1]), float(ends[1, 1])),
        points=_own_x(problem, x),
        labels=labels,
        is_validation=np.arange(len(x)) >= data.n,
        low=float(labels.min()),
        high=float(labels.max()),
    )


def _map(probed: ProbedState) -> MapPrediction:
    problem, ground = probed.problem, _map_ground(probed.problem)
    out = outputs(problem, probed.state.params, ground.inputs)  # (S, side * side, outputs)
    count = problem.data.shape.classes
    classes = agreement = std = None
    if count > 2:
        predicted = class_of(out)  # (S, cells)
        classes, agreement = _vote(predicted, count)
        values, boundary = agreement, predicted[probed.seed].astype(float)
    else:
        cells = probability_of_one(problem, out) if count else _own_y(problem, out)[..., 0]
        values, boundary = median(cells), cells[probed.seed]
        if count:
            classes, agreement = _vote((cells > 0.5).astype(int), count)
        else:
            with np.errstate(over="ignore", invalid="ignore"):  # seeds that diverged
                std = cells.std(0)
    shape = (ground.side, ground.side)
    return MapPrediction(
        extent=ground.extent,
        values=values.reshape(shape),
        classes=None if classes is None else classes.reshape(shape),
        agreement=None if agreement is None else agreement.reshape(shape),
        points=ground.points,
        labels=ground.labels,
        is_validation=ground.is_validation,
        std=None if std is None else std.reshape(shape),
        boundary=boundary.reshape(shape),
        class_count=count,
        low=ground.low,
        high=ground.high,
        x_label=problem.data.raw.feature_names[0],
        y_label=problem.data.raw.feature_names[1],
        class_names=problem.data.class_names,
    )


def _vote(predicted: Array, count: int) -> tuple[Array, Array]:
    """Return the most voted class of each cell and the share that agrees. (S, cells)"""
    votes = np.array([(predicted == k).sum(0) for k in range(count)])  # (K, cells)
    winner = votes.argmax(0)
    return winner, votes.max(0) / len(predicted)


# ---- images


def _images(probed: ProbedState) -> ImagePrediction:
    problem, data = probed.problem, probed.problem.data
    shape = (-1, *(data.image_shape or (1, data.shape.inputs)))
    x = np.concatenate((problem.x, problem.validation_x))
    y = np.concatenate((problem.y, problem.validation_y))
    out = outputs(problem, probed.state.params, x)  # (S, n, outputs)
    return ImagePrediction(
        inputs=_own_x(problem, x).reshape(shape),
        targets=_own_y(problem, y).reshape(shape),
        outputs=_own_y(problem, median(out)).reshape(shape),
        error=median(0.5 * ((out - y) ** 2).mean(-1)),
    )


# ---- many inputs


def _classes(probed: ProbedState) -> ClassPrediction:
    problem, data = probed.problem, probed.problem.data
    held = len(problem.validation_x) > 0
    x = problem.validation_x if held else problem.x
    true = (data.validation_y if held else data.y).astype(int)
    rows = probe_rows(problem, len(x), probed.state.seeds, MIN_CLASS_POINTS)
    x, true = x[rows], true[rows]
    predicted = class_of(outputs(problem, probed.state.params, x))  # (S, rows)
    count = data.shape.classes
    # Numbers the cells of the confusion matrix row by row, and counts them.
    pairs = np.bincount((true * count + predicted).ravel(), minlength=count * count)
    missed = np.flatnonzero(predicted[probed.seed] != true)[:EXAMPLES]
    return ClassPrediction(
        confusion=pairs.reshape(count, count) / probed.state.seeds,
        class_names=data.class_names,
        accuracy=(predicted == true).mean(1),
        points="validation" if held else "training",
        examples=_own_x(problem, x[missed].astype(float)),
        example_true=true[missed],
        example_predicted=predicted[probed.seed][missed],
        image_shape=data.image_shape,
        feature_names=data.feature_names,
    )


def _scatter(probed: ProbedState) -> ScatterPrediction:
    problem, data = probed.problem, probed.problem.data
    n, held = len(problem.x), len(problem.validation_x)
    x = np.concatenate((problem.x, problem.validation_x))
    y = np.concatenate((problem.y, problem.validation_y))
    rows = probe_rows(problem, len(x), probed.state.seeds, MIN_SCATTER_POINTS)
    out = outputs(problem, probed.state.params, x[rows])  # (S, rows, outputs)
    scored = rows >= n if held else rows >= 0
    r2 = score_of(problem, out[:, scored], y[rows][scored])
    few = np.unique(np.linspace(0, len(rows) - 1, SCATTER_POINTS).round().astype(int))
    shown = _own_y(problem, out[:, few])[..., 0]  # (S, points)
    return ScatterPrediction(
        true=_own_y(problem, y[rows][few])[:, 0],
        predicted=quantiles(shown),
        shown=shown[probed.seed],
        is_validation=rows[few] >= n,
        r2=np.full(probed.state.seeds, np.nan) if r2 is None else r2,
        label=data.target_name,
    )
