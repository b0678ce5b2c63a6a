"""Splits: which rows of a table are held out for validation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layerlab.core.errors import LabError, one_line, quoted
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import TaskSpec
from layerlab.core.translation import _, ngettext
from layerlab.nets.data import Table
from layerlab.nets.tables.checks import MAX_NAMED

Array = np.ndarray
SHARE = 0.2  # held out of a table
MIN_IN_TIME = 5  # rows from which their order in time is worth a sentence


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
        remarks: what is to be known of them, a sentence each.
    """

    train: Array
    held: Array
    way: str
    remarks: tuple[str, ...] = ()


def parts_of(
    table: Table,
    spec: TaskSpec,
    where: str,
    labels: Array | None,
    class_names: tuple[str, ...] = (),
) -> Parts:
    """Share the rows of a table out as its spec says.

    Args:
        table: the rows; its reading has what a column of it says.
        spec: gives the way (`split`), the share to hold out and the seed.
        where: how messages name the source.
        labels: (rows,) class indices; None for a regression. class_names: of these.

    Raises:
        LabError: in proportion to classes where there are none, or no column that says it.
    """
    parts = _parts(table, spec, where, labels)
    remarks = []
    if labels is not None and len(parts.held):
        remarks += _lost(labels[parts.train], class_names)
    if len(parts.held):
        remarks += _in_time(table, spec.split)
    return parts._replace(remarks=tuple(remarks))


def _parts(table: Table, spec: TaskSpec, where: str, labels: Array | None) -> Parts:
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


def _quotas(sizes: Array, wanted: int) -> Array:
    """Return how many of each class to hold out: largest remainders first. (classes,)"""
    exact = sizes * (wanted / sizes.sum())
    counts = np.minimum(np.floor(exact).astype(int), np.maximum(sizes - 1, 0))
    for k in np.argsort(counts - exact, kind="stable"):
        if counts.sum() < wanted and counts[k] < sizes[k] - 1:
            counts[k] += 1
    return counts


def _lost(labels: Array, class_names: tuple[str, ...]) -> list[str]:
    """Return a sentence on classes of which no row is left to train on, if there are some.

    Args:
        labels: class indices of the training part. class_names: of all of them.
    """
    seen = set(labels.tolist())
    lost = [name for k, name in enumerate(class_names) if k not in seen]
    if not lost:
        return []
    return [
        ngettext(
            "all rows of the class {names} are held out for validation, so it cannot be "
            "learned",
            "all rows of the classes {names} are held out for validation, so they cannot be "
            "learned",
            len(lost),
            names=joined_by_and([repr(one_line(name)) for name in lost[:MAX_NAMED]]),
        )
    ]


def _in_time(table: Table, way: str) -> list[str]:
    """Return a sentence where the rows follow each other in time and the split does not.

    Args:
        way: as the spec has it; only `auto` and `last` get a sentence.
    """
    for column in table.features:
        if column.kind != "date" or not column.used or table.rows < MIN_IN_TIME:
            continue
        steps = np.diff(column.values)
        if way == "auto" and (steps >= 0).all() and steps.any():
            return [
                _(
                    "the rows follow each other in time ({column}), and those held out are "
                    "drawn from among them; the last rows can be held out instead",
                    column=one_line(column.name),
                )
            ]
        if way == "last" and (steps <= 0).all() and steps.any():
            return [
                _(
                    "the file begins with the latest rows ({column}): the last ones, which are "
                    "held out, are the earliest",
                    column=one_line(column.name),
                )
            ]
    return []
