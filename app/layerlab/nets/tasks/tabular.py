"""Tables: from typed columns to what a network gets. Shared by CSV files and data sets.

A CSV file that was exported from a data set goes through the very same steps, so that it
gives the same arrays, split and figures, bit for bit.
"""

from __future__ import annotations

import re

import numpy as np

from layerlab.core.errors import one_line
from layerlab.core.numbers import grouped
from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, ngettext
from layerlab.nets.data import Column, Data, Shape, Table
from layerlab.nets.tables.checks import MAX_NAMED, check_target, classes_of, number_text
from layerlab.nets.tasks.inputs import Inputs, factorized, scaled, scaling
from layerlab.nets.tasks.splits import Parts, parts_of

Array = np.ndarray
MAX_WHOLE_CLASSES = 20  # a target of at most as many whole numbers is read as classes
ROWS_PER_CLASS = 5  # ... if each of them comes at least this often on average
_PIXEL = re.compile(r"pixel_(\d{1,3})_(\d{1,3})")


def share_out(table: Table, spec: TaskSpec, where: str) -> Parts:
    """Return which rows of a table are trained on; see `parts_of`. Nothing is prepared."""
    if is_classes(table.target, spec.problem):
        labels, names = _classes(table.target, where)
        return parts_of(table, spec, where, labels, names)
    return parts_of(table, spec, where, None)


def is_classes(target: Column, problem: str) -> bool:
    """Return whether a target is read as classes.

    Args:
        target: the column.
        problem: `auto`, `regression` or `classification`.
    """
    if target.is_text or problem != "auto":
        return target.is_text or problem == "classification"
    values = np.unique(target.values)
    whole = bool((values == np.round(values)).all())
    often = len(values) == 2 or len(target.values) >= ROWS_PER_CLASS * len(values)
    return whole and len(values) <= MAX_WHOLE_CLASSES and often


def _classes(target: Column, where: str) -> tuple[Array, tuple[str, ...]]:
    """Return class indices (rows,) and names: numbers ascending, texts by alphabet."""
    classes_of(target, where)
    codes, values = factorized(target.values)
    return codes, tuple(v if isinstance(v, str) else number_text(v) for v in values)


def image_shape(names: tuple[str, ...]) -> tuple[int, int] | None:
    """Return rows and columns of inputs that are called pixel_0_0, pixel_0_1, ..."""
    places = [_PIXEL.fullmatch(name) for name in names]
    if not all(places):
        return None
    at = [(int(m[1]), int(m[2])) for m in places if m]
    rows, columns = at[-1][0] + 1, at[-1][1] + 1
    whole = at == [(r, c) for r in range(rows) for c in range(columns)]
    return (rows, columns) if whole and len(at) > 1 else None


def prepare(table: Table, spec: TaskSpec, where: str) -> Data:
    """Make the data of a table: recognise the problem, split, standardize.

    Args:
        table: the rows.
        spec: gives problem, way to split, share to hold out and seed.
        where: how messages name the source.

    Returns:
        Data whose scaling is that of the training part.

    Raises:
        LabError: one row, one class, nothing to learn from, too many classes, a way to split
            that does not fit.
    """
    check_target(table.target, spec.problem, where)
    inputs = Inputs(table, where)
    if is_classes(table.target, spec.problem):
        y, class_names = _classes(table.target, where)
        parts = parts_of(table, spec, where, y, class_names)
        y_mean, y_scale = np.zeros(1), np.ones(1)
    else:
        y, class_names = table.target.values[:, None], ()  # (rows, 1)
        parts = parts_of(table, spec, where, None)
        y_mean, y_scale = scaling(y[parts.train])
        y = scaled(y, y_mean, y_scale)
    train, held = parts.train, parts.held
    x = inputs.standardized(train, held)
    return Data(
        x.train,
        y[train],
        x.held,
        y[held],
        shape=Shape(inputs=len(inputs.names), classes=len(class_names)),
        form=_form(table, len(inputs.names), bool(class_names)),
        feature_names=inputs.names,
        class_names=class_names,
        target_name=table.target.name,
        x_mean=x.mean,
        x_scale=x.scale,
        y_mean=y_mean,
        y_scale=y_scale,
        image_shape=image_shape(inputs.names),
        summary=_summary(table, len(inputs.names), class_names, parts),
        split=parts.way,
        remarks=parts.remarks,
        table=table,
    )


def _form(table: Table, inputs: int, classes: bool) -> str:
    """Return how predictions are shown; a map or a curve needs axes of numbers."""
    numbers = not any(column.is_text and column.used for column in table.features)
    if inputs == 2 and numbers:
        return "map"
    if inputs == 1 and not classes:
        return "curve"
    return "classes" if classes else "scatter"


def _rows_text(rows: int, parts: Parts) -> str:
    """Return how many rows there are and which are held out."""
    held = len(parts.held)
    if parts.way == "last" and held:
        return ngettext(
            "{count} row (the last {held} for validation)",
            "{count} rows (the last {held} for validation)",
            rows,
            held=grouped(held),
        )
    return ngettext(
        "{count} row ({held} for validation)",
        "{count} rows ({held} for validation)",
        rows,
        held=grouped(held),
    )


def _summary(table: Table, inputs: int, class_names: tuple[str, ...], parts: Parts) -> str:
    target = table.target.name
    if class_names:
        kind = _(
            "classification: {target} is one of {classes} classes",
            target=target,
            classes=len(class_names),
        )
    else:
        kind = _("regression: {target} is a number", target=target)
    texts = [
        _rows_text(table.rows, parts),
        ngettext("{count} input", "{count} inputs", inputs),
        kind,
    ]
    if dropped := [column.name for column in table.features if not column.used]:
        named = ", ".join(dropped[:MAX_NAMED]) + (", …" if len(dropped) > MAX_NAMED else "")
        texts.append(_("left out: {names}", names=one_line(named)))
    reading = table.reading
    if reading is not None and reading.left_out_rows:
        texts.append(
            ngettext("{count} row left out", "{count} rows left out", reading.left_out_rows)
        )
    return ", ".join(texts)


def advise(rows: int, shape: Shape) -> tuple[NetSpec, TrainSpec]:
    """Return a good start for a table of that size, within a few seconds.

    Args:
        rows: number of rows, held-out ones included.
        shape: sizes and kind of problem.
    """
    large = rows * shape.inputs > 50_000
    loss = "half-mse"
    if shape.classes:
        loss = "logistic" if shape.classes == 2 else "cross-entropy"
    hidden = (8, 8) if shape.inputs <= 2 else (64,) if large else (16,)
    updates = 1500 if shape.inputs <= 2 else 600 if large else 400
    return NetSpec(hidden=hidden), TrainSpec(
        loss=loss,
        updates=updates,
        batch=64 if large else 32,
        rate=0.005 if large else 0.01,
        seeds=8 if large else 16,
    )
