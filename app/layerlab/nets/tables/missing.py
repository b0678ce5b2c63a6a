"""Missing cells: rows or columns with gaps are left out, or the gaps filled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.numbers import number as shown_number
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables.checks import Refusals
from layerlab.nets.tables.choices import COLUMNS, FILL, Choices
from layerlab.nets.tables.read_column import ReadColumn

Array = np.ndarray
MANY_GAPS = 0.5  # a column with a larger share of gaps is left out, rather than its rows


def without_gaps(
    columns: list[ReadColumn],
    target: str,
    choices: Choices,
    notes: list[str],
    where: str,
    refusals: Refusals,
) -> tuple[list[ReadColumn], Array | None]:
    """Return columns without gaps, and which rows stay (None: all); the list may change."""
    way = choices.gaps
    missing = {c.name: c.gaps for c in columns if c.used}
    out: dict[str, str] = {}
    for name, gaps in missing.items():
        share = float(gaps.mean()) if gaps.size else 0.0
        if name != target and (share > MANY_GAPS if way is None else share and way == COLUMNS):
            out[name] = ngettext("{count} gap", "{count} gaps", int(gaps.sum()))
    columns = [replace(c, used=False, why=out[c.name]) if c.name in out else c for c in columns]
    rest = {name: gaps for name, gaps in missing.items() if name not in out and gaps.any()}
    if not rest:
        return columns, None
    if way == FILL:
        columns = [
            _filled(c, notes) if c.name in rest and c.name != target else c for c in columns
        ]
        rest = {name: gaps for name, gaps in rest.items() if name == target}
        if not rest:
            return columns, None
    is_out = np.logical_or.reduce(list(rest.values()))
    kept = ~is_out
    if not kept.any():
        refusals.meet(
            LabError(
                _(
                    "{where}: each row has a gap; leave out the columns that have gaps, or "
                    "fill the gaps",
                    where=where,
                )
            )
        )
        return columns, None
    parts = [
        _("{column} {count}", column=repr(name), count=int(gaps.sum()))
        for name, gaps in rest.items()
    ]
    notes.append(
        ngettext(
            "{count} row with a gap is left out: {parts} (filling gaps or leaving out "
            "columns would keep it)",
            "{count} rows with gaps are left out: {parts} (filling gaps or leaving out "
            "columns would keep them)",
            int(is_out.sum()),
            parts=", ".join(parts[:6]),
        )
    )
    for k, column in enumerate(columns):  # in place, so that both never are there as a whole
        columns[k] = replace(column, values=column.values[kept])
    return columns, kept


def _filled(column: ReadColumn, notes: list[str]) -> ReadColumn:
    """Return a column whose gaps have its median or its most frequent category."""
    gaps = column.gaps
    count = int(gaps.sum())
    if column.is_numeric:
        fill: Any = float(np.median(column.values[~gaps]))
        shown = shown_number(fill)
    else:
        fill = Counter(text for text in column.values if text).most_common(1)[0][0]
        shown = repr(fill)
    notes.append(
        ngettext(
            "{column}: {count} gap is filled with {value}",
            "{column}: {count} gaps are filled with {value}",
            count,
            column=column.name,
            value=shown,
        )
    )
    values = column.values.copy()
    values[gaps] = fill
    return replace(column, values=values)
