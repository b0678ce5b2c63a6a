"""Target: which column is predicted, and whether it holds classes or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.nets.tables import kinds
from layerlab.nets.tables.checks import MAX_CLASSES, Refusals
from layerlab.nets.tables.choices import Choices
from layerlab.nets.tables.columns import ReadColumn
from layerlab.nets.tables.kinds import CATEGORY, LABEL, NUMBER, TEXT
from layerlab.nets.tables.layout import TableLayout

MAX_WHOLE_CLASSES = 10  # a target of at most as many whole numbers is read as classes
MAX_NUMBERED = 20  # the largest number that classes are called
ROWS_PER_CLASS = 5  # ... if each of them comes at least this often on average
_COUNTS = ("count", "number", "amount", "total", "year", "age", "days", "hours", "price")


def target_of(layout: TableLayout, choices: Choices, columns: Sequence[ReadColumn]) -> str:
    """Return the name of the column to predict."""
    if choices.target is not None:
        return choices.target
    if layout.target is not None:
        return layout.target
    ignored = {*choices.leave_out, *layout.ignored}
    usable = [column.name for column in columns if column.used and column.name not in ignored]
    last = columns[-1]
    if last.name in usable or len(usable) < 2 or _may_be_target(last):
        return last.name
    return usable[-1]


def _may_be_target(column: ReadColumn) -> bool:
    """Return whether a column that is no good input can be learned."""
    if column.kind != TEXT or len(set(column.values)) > MAX_CLASSES:
        return False
    return column.is_strayed or _has_classes(column)


def _has_classes(column: ReadColumn) -> bool:
    """Return whether texts come often enough to be classes."""
    different = len(set(column.values) - {""})
    is_rare = different > kinds.MAX_CATEGORIES and 2 * different > len(column.values)
    return 0 < different <= MAX_CLASSES and not is_rare


def as_target(column: ReadColumn, where: str, refusals: Refusals) -> ReadColumn:
    """Return the target as it can be learned: a text of few values is a class."""
    if column.used:
        return column
    if column.is_numeric:  # a count of the rows that is to be learned
        return replace(column, kind=NUMBER, used=True, why="")
    if _has_classes(column) and not column.is_strayed:
        return replace(column, kind=CATEGORY, used=True, why="")
    refusals.meet(
        LabError(
            _(
                "{where}, column {column} cannot be the target: {why}",
                where=where,
                column=repr(column.name),
                why=column.why,
            )
        )
    )
    return column


def useful_counts(columns: list[ReadColumn], target: str) -> list[ReadColumn]:
    """Return the columns; a count of the rows stays an input where nothing else is one."""
    if any(c.used and c.name != target for c in columns):
        return columns
    return [
        replace(c, kind=NUMBER, used=True, why="")
        if c.kind == LABEL and c.is_numeric and not kinds.is_index_name(c.name)
        else c
        for c in columns
    ]


def problem_of(
    aim: ReadColumn, choices: Choices, notes: list[str], where: str, refusals: Refusals
) -> str:
    """Return whether classes or numbers are learned."""
    if not aim.is_numeric:
        if choices.problem == "regression":
            refusals.meet(
                LabError(
                    _(
                        "{where}, column {column} holds texts such as {value}, so the problem "
                        "cannot be a regression",
                        where=where,
                        column=repr(aim.name),
                        value=repr(str(aim.values[0])[:40]),
                    )
                )
            )
        return "classification"
    if choices.problem != "auto":
        return choices.problem
    values = np.unique(aim.values[~aim.gaps])
    if not values.size:
        return "regression"
    whole = bool((values == np.round(values)).all())
    few = len(values) <= MAX_WHOLE_CLASSES and len(aim.values) >= ROWS_PER_CLASS * len(values)
    in_a_row = whole and len(values) > 1 and len(values) == values[-1] - values[0] + 1
    in_a_row = in_a_row and values[0] >= 0 and values[-1] <= MAX_NUMBERED
    named = any(word in aim.name.casefold() for word in _COUNTS)
    if aim.kind == NUMBER and whole and (len(values) == 2 or (few and in_a_row and not named)):
        notes.append(
            _(
                "{column}: {count} different whole numbers are read as classes",
                column=aim.name,
                count=len(values),
            )
        )
        return "classification"
    if few and whole and aim.kind == NUMBER:
        notes.append(
            _(
                "{column}: {count} different whole numbers are read as numbers, not as classes",
                column=aim.name,
                count=len(values),
            )
        )
    return "regression"
