"""Checks: whether a table can be trained on, and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from layerlab.core.errors import LabError, one_line, quoted
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _

Array = np.ndarray
MAX_CATEGORIES = 20  # a target of more texts needs two rows of each on average
MAX_CLASSES = 100
MAX_NAMED = 6  # columns in a sentence
MAX_NUMBERS = 20_000_000  # rows times inputs


class Cells(Protocol):
    """A column whose kind is known: its name, and its numbers or texts. (rows,)"""

    @property
    def name(self) -> str:
        """As in the header."""

    @property
    def values(self) -> Array:
        """(rows,) float64, or texts as objects."""

    @property
    def used(self) -> bool:
        """Whether it is learned from, or predicted."""

    @property
    def why(self) -> str:
        """How it is read, or why it is not used."""


class Refusals:
    """What keeps a table from being trained on: raised at once, or the first of it kept."""

    def __init__(self, tolerant: bool) -> None:
        self.tolerant = tolerant
        self.first = ""

    def meet(self, error: LabError) -> None:
        """Raise an error; where the reading is tolerant, keep its sentence and go on."""
        if not self.tolerant:
            raise error
        self.first = self.first or str(error)


STRICT = Refusals(tolerant=False)


def check_trainable(target: Cells, others: Sequence[Cells], problem: str, where: str) -> None:
    """Refuse a table that no training can begin with.

    Args:
        target: the column to predict. others: all other columns.
        problem: `regression` or `classification`; `auto` where it is not known yet.
        where: how messages name the source.

    Raises:
        LabError: one sentence: one row, one value to predict, too many classes, no input.
    """
    check_target(target, problem, where)
    used = [column for column in others if column.used]
    check_size(len(target.values), count_inputs(used), where)
    check_inputs(others, where)
    if problem == "classification":
        classes_of(target, where)


def is_text(column: Cells) -> bool:
    """Return whether a column holds texts."""
    return column.values.dtype == object


def varies(values: Array) -> bool:
    """Return whether two of a column's values differ; gaps are none."""
    if values.dtype == object:
        filled = values[values != ""]
        return bool(filled.size) and bool((filled != filled[0]).any())
    filled = values[~np.isnan(values)]
    return bool(filled.size) and bool((filled != filled[0]).any())


def check_target(target: Cells, problem: str, where: str) -> None:
    """Refuse a target of which nothing can be learned; raises LabError."""
    if len(target.values) < 2:
        raise LabError(
            _("{where} has one row of data; a training needs at least two", where=where)
        )
    if not varies(target.values):
        raise LabError(
            _(
                "{where}, column {column} has the same value in every row, "
                "{value}: as a target it leaves nothing to learn",
                where=where,
                column=quoted(target.name),
                value=_shown(target.values[0]),
            )
        )
    if is_text(target) and problem == "regression":
        raise LabError(
            _(
                "{where}, column {column} holds texts such as "
                "{value}, so the problem cannot be a regression",
                where=where,
                column=quoted(target.name),
                value=_shown(target.values[0]),
            )
        )


def count_inputs(used: Sequence[Cells]) -> int:
    """Return how many inputs columns become: one for each category of a text."""
    return sum(len(set(c.values.tolist())) if is_text(c) else 1 for c in used)


def check_size(rows: int, inputs: int, where: str) -> None:
    """Refuse a table that memory would not hold; raises LabError."""
    if inputs * rows > MAX_NUMBERS:
        raise LabError(
            _(
                "{where} has {rows} rows of {inputs} inputs; at most "
                "{most} numbers fit, so use fewer rows or columns",
                where=where,
                rows=grouped(rows),
                inputs=grouped(inputs),
                most=grouped(MAX_NUMBERS),
            )
        )


def check_inputs(others: Sequence[Cells], where: str) -> None:
    """Refuse a table without an input that differs from row to row; raises LabError."""
    used = [column for column in others if column.used]
    if not used:
        raise _nothing_to_learn_from(others, where)
    if not any(varies(column.values) for column in used):
        raise LabError(
            _(
                "{where} has the same inputs in every row, so nothing can be learned",
                where=where,
            )
        )


def _nothing_to_learn_from(others: Sequence[Cells], where: str) -> LabError:
    whys = [_("{name} is left out ({why})", name=c.name, why=c.why) for c in others]
    text = _("{where} has no column to learn from besides the target", where=where)
    if whys:
        text = _(
            "{where} has no column to learn from besides the target: {whys}",
            where=where,
            whys=one_line(joined_by_and(whys[:MAX_NAMED])),
        )
    return LabError(text)


def classes_of(target: Cells, where: str) -> list[str] | list[float]:
    """Return the classes of a target: numbers ascending, texts by alphabet.

    Raises:
        LabError: there are too many.
    """
    values = sorted(set(target.values.tolist()))
    rare = len(values) > MAX_CATEGORIES and 2 * len(values) > len(target.values)
    if len(values) > MAX_CLASSES or rare:
        raise LabError(
            _(
                "{where}, column {column} has {values} different values in "
                "{rows} rows, too many to be classes; "
                "choose another target column",
                where=where,
                column=quoted(target.name),
                values=len(values),
                rows=grouped(len(target.values)),
            )
        )
    return values


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the very same number."""
    if value == int(value) and abs(value) < 1e15 and (value or not np.signbit(value)):
        return str(int(value))
    return repr(float(value))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return number_text(value)
    text = str(value)
    return repr(text if len(text) <= 40 else text[:39] + "…")
