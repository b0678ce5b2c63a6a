"""A typed formula as a task: a curve, a surface, or a region of the plane and the rest of it.

Positions are uniform in [-1, 1]. The noise of a curve or surface is added to its value, that
of a region moves the points, as in the other curves and planes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, marked
from layerlab.nets.data import Data, Shape
from layerlab.nets.tasks.base import (
    DRAWN,
    Advice,
    Task,
    both_parts,
    generators,
    with_label_noise,
)

if TYPE_CHECKING:
    from layerlab.nets.algebra.formula import Formula

Array = np.ndarray
DEFAULT = "y = sin(3x) + 0.3 x^2"
SHARE = 0.25
# Values and their standard deviation that are trained on as they are; others are standardized.
_MAX_PLAIN, _MIN_PLAIN_STD = 4.0, 0.05
_CURVE, _SURFACE, _REGION = Shape(1), Shape(2), Shape(2, classes=2)


def formula_in(spec: TaskSpec) -> Formula:
    """Return the formula of a task's spec.

    Raises:
        LabError: one sentence with the place of what is wrong.
    """
    from layerlab.nets.algebra.formula import formula_of  # when a formula is read

    return formula_of(FORMULA.with_start(spec).formula or "")


def _shape(spec: TaskSpec) -> Shape:
    return {"curve": _CURVE, "surface": _SURFACE, "region": _REGION}[formula_in(spec).kind]


def _advise(spec: TaskSpec) -> Advice:
    kind = formula_in(spec).kind
    if kind == "region":
        return NetSpec(hidden=(8, 8)), TrainSpec(loss="logistic", updates=1000)
    return NetSpec(hidden=(8, 8) if kind == "curve" else (16, 16)), TrainSpec(updates=1500)


def _load(spec: TaskSpec) -> Data:
    formula = formula_in(spec)
    return _region(formula, spec) if formula.kind == "region" else _function(formula, spec)


def _positions(formula: Formula, spec: TaskSpec, stream: int, count: int) -> Array:
    """Return places at which the formula has values. (count, D)"""
    x = generators(spec, stream)[0].uniform(-1, 1, (count, len(formula.inputs)))
    formula.check_values(x)
    return x


def _region(formula: Formula, spec: TaskSpec) -> Data:
    def points(stream: int, count: int) -> tuple[Array, Array]:
        x = _positions(formula, spec, stream, count)
        label = formula(x)[:, 0].astype(int)
        if stream == 0:
            _check_both(label)
            label = with_label_noise(label, 2, spec)
        noise = generators(spec, stream)[1].standard_normal((count, 2))
        return x + spec.noise * noise, label

    parts = both_parts(points, spec, SHARE)
    return Data(
        *parts,
        shape=_REGION,
        form="map",
        feature_names=formula.names,
        class_names=("0", "1"),
        target_name=formula.output,
        x_mean=np.zeros(2),
        x_scale=np.ones(2),
        summary=_(
            "{points} points, {inside} of them where the formula holds, {extra} for validation",
            points=spec.samples,
            inside=int((parts[1] == 1).sum()),
            extra=len(parts[2]),
        ),
    )


def _check_both(label: Array) -> None:
    if label.min() == label.max():
        raise LabError(
            _(
                "the formula has all {count} points in one class; take more samples or a "
                "larger region",
                count=len(label),
            )
        )


def _function(formula: Formula, spec: TaskSpec) -> Data:
    mean, scale = _standard(formula)

    def truth(x: Array) -> Array:
        return (_within_range(formula, x) - mean) / scale

    def points(stream: int, count: int) -> tuple[Array, Array]:
        x = _positions(formula, spec, stream, count)
        noise = generators(spec, stream)[1].standard_normal((count, 1))
        return x, truth(x) + spec.noise * noise

    parts = both_parts(points, spec, SHARE)
    inputs = len(formula.inputs)
    return Data(
        *parts,
        shape=_shape(spec),
        form="curve" if inputs == 1 else "map",
        feature_names=formula.names,
        target_name=formula.output,
        x_mean=np.zeros(inputs),
        x_scale=np.ones(inputs),
        y_mean=np.array([mean]),
        y_scale=np.array([scale]),
        truth=truth,
        noise=spec.noise,
        summary=_(
            "{points} points of a formula, {extra} for validation",
            points=spec.samples,
            extra=len(parts[2]),
        ),
    )


def _standard(formula: Formula) -> tuple[float, float]:
    """Return what targets are shifted and divided by, so that any formula trains as well.

    It is that of the formula over [-1, 1], not of the points: another sample changes nothing.
    """
    from layerlab.nets.algebra.formula import grid

    y = formula(grid(len(formula.inputs)))
    std, is_flat = float(y.std()), bool(np.ptp(y) <= 1e-12 * np.abs(y).max())
    if np.abs(y).max() <= _MAX_PLAIN and (is_flat or std >= _MIN_PLAIN_STD):
        return 0.0, 1.0
    return float(y.mean()), 1.0 if is_flat else std


def _within_range(formula: Formula, x: Array) -> Array:
    """Return values (n, 1), nan beyond [-1, 1] where they leave twice the range within it.

    The drawn curve goes on a little beyond the points, where a formula need not have values.
    """
    y = formula(x)
    beyond = (np.abs(x) > 1).any(axis=1)
    if beyond.any():
        low, high = _ends(formula)
        margin = 0.5 * (high - low) + 1e-9
        far = ~((y[:, 0] >= low - margin) & (y[:, 0] <= high + margin))
        y[beyond & far] = np.nan
    return y


def _ends(formula: Formula) -> tuple[float, float]:
    from layerlab.nets.algebra.formula import grid

    y = formula(grid(len(formula.inputs)))
    return float(y.min()), float(y.max())


FORMULA = Task(
    "formula",
    _("formula"),
    _("A formula that you type: a curve y = sin(3x), or a region x^2 + y^2 < 0.5."),
    load=_load,
    shape=_shape,
    advise=_advise,
    start=lambda: {"formula": DEFAULT},
    samples=200,
    noise=0.05,
    validation=SHARE,
    knobs=(*DRAWN, "formula", "label_noise"),
    group=marked("by hand"),
)
