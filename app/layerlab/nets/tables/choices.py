"""Choices: what a person decides about a table, instead of what its reader would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layerlab.core.errors import LabError, unknown_name
from layerlab.core.translation import _
from layerlab.nets.tables.kinds import KINDS

# What becomes of gaps in the columns that are used.
ROWS, COLUMNS, FILL = "rows", "columns", "fill"
GAP_WAYS = (ROWS, COLUMNS, FILL)
PROBLEMS = ("auto", "regression", "classification")


@dataclass(frozen=True)
class Choices:
    """What is chosen; the reader decides all else.

    Attributes:
        target: name of the column to predict; None: the last one that can be.
        problem: `auto`, `regression` or `classification`.
        kinds: (name of a column, one of `kinds.KINDS`) for columns that are read as it.
        leave_out: names of columns that are not used.
        gaps: `rows`: rows with a gap are left out; `columns`: columns with one are;
            `fill`: a gap gets the median of its column, or its most frequent category;
            None: columns of many gaps are left out, then rows.
        header: whether the first row has the names; None: the reader looks.
        sheet: of a spreadsheet; None: the first one that holds a table.
        split_column: the column that says which rows are held out; it is no input.
    """

    target: str | None = None
    problem: str = "auto"
    kinds: tuple[tuple[str, str], ...] = ()
    leave_out: tuple[str, ...] = ()
    gaps: str | None = None
    header: bool | None = None
    sheet: str | None = None
    split_column: str | None = None

    def kind_of(self, name: str) -> str | None:
        """Return the kind that is chosen for a column, or None."""
        return dict(self.kinds).get(name)

    def check(self, names: Iterable[str], where: str) -> None:
        """Refuse a choice about a column that the table lacks; raises LabError."""
        known = set(names)
        if self.gaps is not None and self.gaps not in GAP_WAYS:
            raise unknown_name(_("way with gaps"), self.gaps, GAP_WAYS)
        for kind in dict(self.kinds).values():
            if kind not in KINDS:
                raise unknown_name(_("kind"), kind, KINDS)
        for name in (*dict(self.kinds), *self.leave_out):
            if name not in known:
                raise LabError(_("{where} has no column {name!r}", where=where, name=name))


DEFAULTS = Choices()  # the reader decides everything
