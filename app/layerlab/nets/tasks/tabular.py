"""Tables: from typed columns to what a network gets. Shared by CSV files and data sets.

A CSV file that was exported from a data set goes through the very same steps, so that it
gives the same arrays, split and figures, bit for bit.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from layerlab.core.errors import LabError, one_line, quoted
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, ngettext
from layerlab.nets.data import Column, Data, Shape, Table
from layerlab.nets.tables.checks import MAX_NAMED, check_target, classes_of, number_text
from layerlab.nets.tasks.inputs import Inputs, factorized, scaled, scaling

Array = np.ndarray
SHARE = 0.2  # held out of a table
MAX_WHOLE_CLASSES = 20  # a target of at most as many whole numbers is read as classes
ROWS_PER_CLASS = 5  # ... if each of them comes at least this often on average
_PIXEL = re.compile(r"pixel_(\d{1,3})_(\d{1,3})")


def split(
    rows: int, share: float, seed: int, labels: Array | None = None
) -> tuple[Array, Array]:
    """Share rows out between training and validation, both in their first order.

    Args:
        rows: number of rows.
        share: share to hold out, 0 to 0.9. Two rows at least stay for training.
        seed: seed of the draw.
        labels: (rows,) class indices. Each class is then held out in proportion, to
            within one row, and keeps a row for training.

    Returns:
        Row numbers of the training and of the validation part, ascending.
    """
    order = np.random.default_rng([seed, 2]).permutation(rows)
    wanted = max(0, min(round(rows * share), rows - 2))
    if labels is None:
        held = order[:wanted]
    else:
        ranked = [order[labels[order] == k] for k in range(int(labels.max()) + 1)]
        counts = _quotas(np.array([len(rank) for rank in ranked]), wanted)
        held = np.concatenate([r[:n] for r, n in zip(ranked, counts, strict=True)])
    is_held = np.zeros(rows, bool)
    is_held[held] = True
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)


class Parts(NamedTuple):
    """Rows to train on and rows held out, ascending, and how they were chosen.

    Attributes:
        train, held: row numbers. way: `random`, `stratified`, `last` or `column`.
    """

    train: Array
    held: Array
    way: str


def parts_of(table: Table, spec: TaskSpec, where: str, labels: Array | None) -> Parts:
    """Share the rows of a table out as its spec says.

    Args:
        table: the rows; its reading has what a column of it says.
        spec: gives the way (`split`), the share to hold out and the seed.
        where: how messages name the source.
        labels: (rows,) class indices; None for a regression.

    Raises:
        LabError: in proportion to classes where there are none, or no column that says it.
    """
    rows, share = table.rows, SHARE if spec.validation is None else spec.validation
    way = spec.split
    if way == "auto":
        way = "random" if labels is None else "stratified"
    if way == "last":
        held = max(0, min(round(rows * share), rows - 2))
        return Parts(np.arange(rows - held), np.arange(rows - held, rows), way)
    if way == "column":
        marked = None if table.reading is None else table.reading.held
        if marked is None:
            raise LabError(
                _(
                    "{where}: the validation split is to be what a column says, and none is "
                    "named (task.split_column)",
                    where=where,
                )
            )
        return Parts(np.flatnonzero(~marked), np.flatnonzero(marked), way)
    if way == "stratified" and labels is None:
        raise LabError(
            _(
                "{where}: column {column} holds numbers, so the validation split cannot be "
                "stratified, which is by classes; choose random, last or column",
                where=where,
                column=quoted(table.target.name),
            )
        )
    return Parts(*split(rows, share, spec.seed, labels if way == "stratified" else None), way)


def held_out(table: Table, spec: TaskSpec, where: str) -> Parts:
    """Return which rows of a table are trained on; see `parts_of`. Nothing is prepared."""
    labels = None
    if is_classes(table.target, spec.problem):
        labels, _names = _classes(table.target, where)
    return parts_of(table, spec, where, labels)


def _quotas(sizes: Array, wanted: int) -> Array:
    """Return how many of each class to hold out: largest remainders first. (classes,)"""
    exact = sizes * (wanted / sizes.sum())
    counts = np.minimum(np.floor(exact).astype(int), np.maximum(sizes - 1, 0))
    for k in np.argsort(counts - exact, kind="stable"):
        if counts.sum() < wanted and counts[k] < sizes[k] - 1:
            counts[k] += 1
    return counts


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
        parts = parts_of(table, spec, where, y)
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
        remarks=_remarks(y[train], class_names),
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


def _remarks(y: Array, class_names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence on classes of which no row is left to train on, if there are some.

    Args:
        y: classes of the training part.
    """
    seen = set(y.tolist()) if class_names else set()
    lost = [name for k, name in enumerate(class_names) if k not in seen]
    if not lost:
        return ()
    return (
        ngettext(
            "all rows of the class {names} are held out for validation, so it cannot be "
            "learned",
            "all rows of the classes {names} are held out for validation, so they cannot be "
            "learned",
            len(lost),
            names=joined_by_and([repr(one_line(name)) for name in lost[:MAX_NAMED]]),
        ),
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
