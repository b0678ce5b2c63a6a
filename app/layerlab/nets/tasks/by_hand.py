"""Tasks that a person makes with the mouse: painted points, and a curve that is drawn."""

from __future__ import annotations

import functools
import math

import numpy as np
from msgspec.structs import replace

from layerlab.core.by_hand import (
    CURVE,
    DIGITS,
    LIMIT,
    MAX_CLASSES,
    MAX_POINTS,
    POINTS,
    SIDE,
    STEP,
    Points,
    sprayed,
)
from layerlab.core.errors import LabError, NoPointsError
from layerlab.core.numbers import grouped
from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, marked, ngettext
from layerlab.nets.data import Data, Shape
from layerlab.nets.tasks.base import Task, both_parts, generators, held_out, with_label_noise
from layerlab.nets.tasks.planes import AXES

Array = np.ndarray
SHARE = 0.25
MARGIN = 0.05  # that a curve's plot shows beside it
LEAST_CLASSES = 2  # outputs there are, however few classes are painted
_CURVE_SHAPE = Shape(inputs=1, outputs=1)


def checked(spec: TaskSpec, size: int) -> Array:
    """Return the numbers of a spec's points, a row each. (n, size)

    Args:
        spec: has them in `points`. size: 3 for painted points, 2 for a curve.

    Raises:
        LabError: one sentence with the number that is wrong.
    """
    points = spec.points
    if len(points) % size:
        raise LabError(
            _(
                "task.points has {count} numbers, which are not {size} for each point",
                count=grouped(len(points)),
                size=size,
            )
        )
    if len(points) > size * MAX_POINTS:
        raise LabError(
            _(
                "task.points has {count} points; at most {most} fit",
                count=grouped(len(points) // size),
                most=grouped(MAX_POINTS),
            )
        )
    rows = np.array(points, float).reshape(-1, size)
    ends = [LIMIT, LIMIT] if size == 3 else [SIDE, LIMIT]
    wrong = np.argwhere(np.abs(rows[:, :2]) > ends)
    if wrong.size:
        row, column = (int(k) for k in wrong[0])
        raise LabError(
            _(
                "task.points[{index}] is {value:g}, the range is {low:g} to {high:g}",
                index=row * size + column,
                value=rows[row, column],
                low=-ends[column],
                high=ends[column],
            )
        )
    return rows


def painted_rows(spec: TaskSpec) -> tuple[Array, Array]:
    """Return the painted points and their classes. (n, 2), (n,) int, from 0

    Raises:
        LabError: one sentence with the number that is wrong.
    """
    rows = checked(spec, 3)
    labels = rows[:, 2]
    wrong = np.flatnonzero((labels != np.round(labels)) | (labels < 1) | (labels > MAX_CLASSES))
    if wrong.size:
        raise LabError(
            _(
                "task.points[{index}] is {value:g}, it must be a class from 1 to {most}",
                index=3 * int(wrong[0]) + 2,
                value=labels[wrong[0]],
                most=MAX_CLASSES,
            )
        )
    return rows[:, :2], labels.astype(int) - 1


def is_held_out(labels: Array, share: float, seed: int) -> Array:
    """Return which points are held out: of each class the share, drawn as they come.

    A point stays where it is when others are added after it, so the split does not jump while
    one paints. The first of a class is always trained on. (n,) int -> (n,) bool
    """
    held = np.zeros(len(labels), bool)
    if share < 1 / MAX_POINTS:  # less than a point of all that fit
        return held
    rare = min(share, 1 - share)  # the smaller part is drawn, one out of every so many
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        u = np.random.default_rng([seed, 3, int(label)]).uniform(size=len(own) + 1)
        ends = np.round(np.arange(int(len(own) * rare) + 2) / rare).astype(int)
        picked = ends[:-1] + (u[: len(ends) - 1] * np.diff(ends)).astype(int)
        picked[0] = max(1, picked[0]) if share <= 0.5 else 0
        is_picked = np.isin(np.arange(len(own)), picked)
        held[own] = is_picked if share <= 0.5 else ~is_picked
    return held


def _painted_shape(spec: TaskSpec) -> Shape:
    labels = painted_rows(spec)[1]
    return Shape(inputs=2, classes=max(LEAST_CLASSES, int(labels.max(initial=0)) + 1))


def _load_painted(spec: TaskSpec) -> Data:
    x, y = painted_rows(spec)
    if not len(x):
        raise NoPointsError(
            _("there are no points yet: choose a class above the map and paint some")
        )
    held = is_held_out(y, held_out(spec, SHARE), spec.seed)
    shape = _painted_shape(spec)
    present = len(np.unique(y))
    summary = _(
        "{points} in {classes}, {extra} for validation",
        points=ngettext("{count} painted point", "{count} painted points", len(x)),
        classes=ngettext("{count} class", "{count} classes", present),
        extra=int(held.sum()),
    )
    return Data(
        *(x[~held], with_label_noise(y, shape.classes, spec)[~held], x[held], y[held]),
        shape=shape,
        form="map",
        feature_names=AXES,
        class_names=tuple(str(k + 1) for k in range(shape.classes)),
        target_name="class",
        x_mean=np.zeros(2),
        x_scale=np.ones(2),
        domain=(-LIMIT, LIMIT),
        summary=summary,
    )


def _drawn_shape(spec: TaskSpec) -> Shape:
    checked(spec, 2)
    return _CURVE_SHAPE


def _load_drawn(spec: TaskSpec) -> Data:
    rows = checked(spec, 2)
    vertices = rows[np.argsort(rows[:, 0], kind="stable")]
    if len(vertices) < 2:
        raise NoPointsError(
            _("there is no curve yet: draw one with the mouse, from one side to the other")
        )
    low, high = vertices[0, 0], vertices[-1, 0]

    def truth(x: Array) -> Array:
        return np.interp(x, vertices[:, 0], vertices[:, 1], left=np.nan, right=np.nan)

    def points(stream: int, count: int) -> tuple[Array, Array]:
        position, noise = generators(spec, stream)
        # No rounding may bring a point beyond the ends, where nothing is drawn.
        x = np.clip(low + (high - low) * position.uniform(0, 1, (count, 1)), low, high)
        return x, truth(x) + spec.noise * noise.standard_normal((count, 1))

    parts = both_parts(points, spec, SHARE)
    return Data(
        *parts,
        shape=_CURVE_SHAPE,
        form="curve",
        feature_names=("x",),
        target_name="y",
        truth=truth,
        noise=spec.noise,
        domain=(-SIDE - MARGIN, SIDE + MARGIN),
        summary=_(
            "{points} points of a curve drawn by hand, {extra} for validation",
            points=spec.samples,
            extra=len(parts[2]),
        ),
    )


def taken_by_hand(spec: TaskSpec, data: Data) -> tuple[TaskSpec, str]:
    """Return a task that has what another one draws as points or curve made by hand.

    Args:
        spec: a generated task of classes on the plane, or of a known curve. What the network
            is given of the points stays as it is.
        data: what it draws.

    Returns:
        The task, and a sentence that says what was taken.

    Raises:
        LabError: nothing of it can be made by hand.
    """
    data = data.raw  # the points, not their features
    if data.form == "map" and data.shape.classes and data.table is None:
        x = np.concatenate([data.x, data.validation_x])
        y = np.concatenate([data.y, data.validation_y])
        # Both parts are mixed, so that the brush's own split takes from both.
        order = np.random.default_rng([spec.seed, 4]).permutation(len(x))
        at = order[(np.abs(x[order]) <= LIMIT).all(axis=1)][:MAX_POINTS]
        rows = np.column_stack((np.round(x[at], DIGITS) + 0.0, y[at] + 1))
        task = TaskSpec("painted", validation=spec.validation, seed=spec.seed, noise=0.0)
        task = replace(task, points=tuple(rows.ravel().tolist()), features=spec.features)
        painted_rows(task)
        message = ngettext(
            "{count} point is yours to paint over.",
            "{count} points are yours to paint over.",
            len(at),
        )
        if left := len(x) - len(at):
            message = _(
                "{taken} points are yours to paint over; {left} are left out, as at most "
                "{most} fit between -{limit:g} and {limit:g}.",
                taken=grouped(len(at)),
                left=grouped(left),
                most=grouped(MAX_POINTS),
                limit=LIMIT,
            )
        return task, message
    if data.form == "curve" and data.truth is not None and data.table is None:
        count = round(SIDE / STEP)
        places = np.round(np.arange(-count, count + 1) * STEP, DIGITS)
        values = data.truth(places[:, None])[:, 0]
        if not (np.abs(values) <= LIMIT).all():
            raise LabError(
                _(
                    "this curve leaves the range from -{limit:g} to {limit:g}, within which "
                    "curves are drawn by hand",
                    limit=LIMIT,
                )
            )
        rows = np.column_stack((places, np.round(values, DIGITS) + 0.0))
        task = replace(spec, name="drawn", formula=None, points=tuple(rows.ravel().tolist()))
        return task, _("The curve is yours to draw over.")
    raise LabError(_("only generated classes on the plane and curves can be edited by hand"))


@functools.cache
def blobs() -> Points:
    """Return what painting starts with: a cloud of one class between two of another."""
    points: Points = ()
    clouds = ((-0.65, 0.35, 0.26, 10, 1), (0.0, -0.25, 0.36, 20, 2), (0.65, 0.35, 0.26, 10, 1))
    for x, y, radius, more, label in clouds:
        points = sprayed(points, (x, y), radius, more, label)
    return points


@functools.cache
def gentle_curve() -> Points:
    """Return what drawing starts with: 0.5 sin(2.5 x) + 0.1, a vertex every other step."""
    count = round(SIDE / STEP)
    vertices = [
        (round(k * STEP, 3), round(0.5 * math.sin(2.5 * k * STEP) + 0.1, 3))
        for k in range(-count, count + 1, 2)
    ]
    return tuple(number for vertex in vertices for number in vertex)


PAINTED = Task(
    "painted",
    _("paint"),
    _("Points that you paint on the plane with a brush, in up to six classes."),
    load=_load_painted,
    shape=_painted_shape,
    net=NetSpec(hidden=(8, 8)),
    train=TrainSpec(loss="cross-entropy", updates=1000),
    samples=96,
    noise=0.0,
    validation=SHARE,
    knobs=("points", "label_noise", "validation", "seed", "features"),
    group=marked("by hand"),
    by_hand=POINTS,
    start=lambda: {"points": blobs()},
)
DRAWN = Task(
    "drawn",
    _("draw"),
    _("A curve that you draw with the mouse; noisy points of it are the data."),
    load=_load_drawn,
    shape=_drawn_shape,
    net=NetSpec(hidden=(8, 8)),
    train=TrainSpec(updates=1500),
    validation=SHARE,
    knobs=("points", "samples", "noise", "validation", "seed", "features"),
    group=marked("by hand"),
    by_hand=CURVE,
    start=lambda: {"points": gentle_curve()},
)
