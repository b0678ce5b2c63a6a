"""View: a reading as the import sheet shows it: first rows, distributions, what was decided."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.numbers import number as shown_number
from layerlab.core.table_view import ColumnView, Distribution, TableView
from layerlab.nets.tables.dates import EPOCH, clock
from layerlab.nets.tables.kinds import BOOLEAN, CATEGORY, DATE, NUMBER, TIME
from layerlab.nets.tables.read_column import ReadColumn
from layerlab.nets.tables.reading import Reading

Array = np.ndarray
ROWS, MIN_ROWS = 100, 20  # that are shown
MAX_CELLS = 40_000  # that are shown, of tables with many columns
MAX_COUNTED = 5_000_000  # values whose distributions are computed; beyond, of fewer rows
BINS = 24
CATEGORIES = 12  # that are counted one by one
S_OF_DAY = 86_400
_CAN_BE_INPUTS = (NUMBER, DATE, TIME, CATEGORY, BOOLEAN)


def table_view(
    reading: Reading, inputs: int = 0, held: int = 0, trouble: str = "", share: float = 0.2
) -> TableView:
    """Return a reading as the import sheet shows it; asks whether it is cancelled.

    Args:
        reading: the table. inputs: how many a network gets. held: rows for validation.
        trouble: why nothing can be learned from it; empty if something can.
        share: what is held out where nothing is chosen.
    """
    width = max(1, len(reading.columns))
    shown = min(reading.rows, ROWS, max(MIN_ROWS, MAX_CELLS // width))
    step = max(1, reading.rows * width // MAX_COUNTED)
    columns = []
    for column in reading.columns:
        check_cancelled()
        columns.append(_column(column, shown, 1 if column.name == reading.target else step))
    classes: list[str] = []
    if reading.problem == "classification" and reading.target:
        place = [column.name for column in columns].index(reading.target)
        aim = reading.columns[place]
        text, counts = cell_text(aim), Counter(aim.values[~aim.gaps].tolist())
        classes = [text(value) for value in sorted(counts)]
        # Classes are counted one by one, also those that are numbers.
        shares = _of_counts(Counter({text(value): n for value, n in counts.items()}))
        columns[place] = replace(columns[place], distribution=shares)
    return TableView(
        path=reading.where,
        columns=tuple(columns),
        rows=reading.rows,
        left_out_rows=reading.left_out_rows,
        held=held,
        share=share,
        lines=tuple(int(line) for line in reading.lines[:shown]),
        target=reading.target,
        problem=reading.problem,
        inputs=inputs,
        classes=len(classes),
        class_names=tuple(classes) if len(classes) <= CATEGORIES else (),
        has_header=reading.has_header,
        sheet=reading.sheet,
        sheets=reading.sheets,
        notes=reading.notes,
        trouble=trouble,
        step=step,
    )


def _column(column: ReadColumn, shown: int, step: int) -> ColumnView:
    values, text = column.values, cell_text(column)
    if column.is_numeric:
        is_gap = np.isnan(values)
        gaps, filled = int(is_gap.sum()), values[::step]
        distribution = _of_numbers(filled[~np.isnan(filled)], text)
    else:
        gaps = sum(1 for value in values if not value)
        distribution = _of_texts(values[::step])
    can = column.kind in _CAN_BE_INPUTS
    return ColumnView(
        name=column.name,
        kind=column.kind,
        used=column.used,
        why=column.why,
        unit=column.unit,
        cells=tuple(text(value) for value in values[:shown]),
        distribution=distribution,
        gaps=gaps,
        is_numeric=column.is_numeric,
        kind_if_used=column.kind if can else NUMBER if column.is_numeric else CATEGORY,
    )


def cell_text(column: ReadColumn) -> Callable[[float | str], str]:
    """Return what writes a value of a column as it is used, in the column's own units."""
    if not column.is_numeric:
        return str
    if column.kind == DATE:
        return lambda days: "" if np.isnan(days) else _date(column.start + float(days))
    if column.kind == TIME:
        return lambda s: "" if np.isnan(s) else clock(column.start + float(s))
    return lambda value: _number(float(value))


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.7g}"


def _date(days: float) -> str:
    """Return days since 1970 as a date, with the time of the day if it has one."""
    day, seconds = divmod(round(days * S_OF_DAY), S_OF_DAY)
    try:
        date = datetime.date.fromordinal(day + EPOCH).isoformat()
    except (
        ValueError,
        OverflowError,
    ):  # a filled gap between dates at the ends of the calendar
        return shown_number(days)
    return f"{date} {clock(float(seconds), always=True)}" if seconds else date


def _of_numbers(values: Array, text: Callable[[float | str], str]) -> Distribution:
    if not values.size:
        return Distribution(is_numeric=True)
    low, high = float(values.min()), float(values.max())
    names = text(low), text(high)
    if low == high:
        return Distribution((len(values),), names, True)
    # Scaled first: the range of two huge numbers is no number.
    half = values / 2
    share = (half - low / 2) / (high / 2 - low / 2)
    bins = np.minimum((share * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    return Distribution(tuple(int(n) for n in counts), names, True)


def _of_texts(values: Array) -> Distribution:
    counts = Counter(values.tolist())
    counts.pop("", None)
    return _of_counts(counts)


def _of_counts(counts: Counter[str]) -> Distribution:
    common = counts.most_common(CATEGORIES)
    return Distribution(
        tuple(n for _text, n in common),
        tuple(name for name, _n in common),
        others=counts.total() - sum(n for _text, n in common),
        other_names=len(counts) - len(common),
    )
