"""Target: which column is predicted, and whether it holds classes or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.nets.tables import kinds
from layerlab.nets.tables.checks import MAX_CLASSES, Refusals, varies
from layerlab.nets.tables.choices import Choices
from layerlab.nets.tables.kinds import CATEGORY, LABEL, NUMBER, TEXT
from layerlab.nets.tables.layout import TableLayout
from layerlab.nets.tables.read_column import ReadColumn

MAX_WHOLE_CLASSES = 10  # a target of at most as many whole numbers is read as classes
MAX_NUMBERED = 20  # the largest number that classes are called
ROWS_PER_CLASS = 5  # ... if each of them comes at least this often on average
_COUNTS = ("count", "number", "amount", "total", "year", "age", "days", "hours", "price")


def target_of(
    layout: TableLayout, choices: Choices, columns: Sequence[ReadColumn], notes: list[str]
) -> str:
    """Return the name of the column to predict: the last one that can be, if none is chosen.

    A last column that cannot be stays the target where nothing would be left to learn another
    one from; it is then refused by its name.
    """
    if choices.target is not None:
        return choices.target
    if layout.target is not None and layout.target != choices.split_column:
        return layout.target
    ignored = {*choices.leave_out, *layout.ignored, choices.split_column}
    rest = [column for column in columns if column.name not in ignored] or list(columns)
    last = rest[-1]
    if (last.used and not _why_not(last, choices.problem)) or _may_be_target(last):
        return last.name
    usable = [column for column in rest if column.used]
    few = [c for c in usable if varies(c.values)] if last.used else usable
    if len(few) < 2:
        return last.name
    able = [column for column in usable if not _why_not(column, choices.problem)]
    aim = (able or usable)[-1]
    if last.used and aim is not last:
        notes.append(
            _(
                "{column} cannot be predicted ({why}): the target is {target}, the last column "
                "that can be",
                column=last.name,
                why=_why_not(last, choices.problem),
                target=aim.name,
            )
        )
    return aim.name


def _why_not(column: ReadColumn, problem: str) -> str:
    """Return why a column that is an input cannot be predicted; empty if it can."""
    if not varies(column.values):
        return _("it has the same value in every row")
    if problem == "regression" and not column.is_numeric:
        return _("its texts are no numbers")
    if problem == "classification" and column.is_numeric:
        different = len(np.unique(column.values[~column.gaps]))
        if different > MAX_CLASSES:
            return _("it has {count} different values, too many to be classes", count=different)
    return ""


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
    if few and whole and len(values) > 1 and aim.kind == NUMBER:
        notes.append(
            _(
                "{column}: {count} different whole numbers are read as numbers, not as classes",
                column=aim.name,
                count=len(values),
            )
        )
    return "regression"
