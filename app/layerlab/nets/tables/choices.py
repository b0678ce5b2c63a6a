"""Choices: what a person decides about a table, instead of what its reader would."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from layerlab.core.errors import LabError, unknown_name
from layerlab.core.translation import _
from layerlab.nets.tables.checks import Refusals
from layerlab.nets.tables.kinds import KINDS

# What becomes of gaps in the columns that are used.
ROWS, COLUMNS, FILL = "rows", "columns", "fill"
GAP_WAYS = (ROWS, COLUMNS, FILL)
PROBLEMS = ("auto", "regression", "classification")
MAX_LISTED = 12  # names of columns in a message


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

    @functools.cached_property
    def _kinds(self) -> dict[str, str]:
        return dict(self.kinds)

    def kind_of(self, name: str) -> str | None:
        """Return the kind that is chosen for a column, or None."""
        return self._kinds.get(name)

    def fitting(self, names: Sequence[str], where: str, refusals: Refusals) -> Choices:
        """Return the choices that a table's columns allow; the others meet the refusals.

        Args:
            names: of the table's columns. where: the file, as messages name it.
            refusals: raise for a choice that is not possible, or keep its sentence.
        """
        known, gaps = set(names), self.gaps
        if gaps is not None and gaps not in GAP_WAYS:
            refusals.meet(unknown_name(_("way with gaps"), gaps, GAP_WAYS))
            gaps = None
        for kind in dict(self.kinds).values():
            if kind not in KINDS:
                refusals.meet(unknown_name(_("kind"), kind, KINDS))
        split = () if self.split_column is None else (self.split_column,)
        for name in (*dict(self.kinds), *self.leave_out, *split):
            if name not in known:
                refusals.meet(
                    LabError(_("{where} has no column {name!r}", where=where, name=name))
                )
        if self.target is not None and self.target not in known:
            refusals.meet(_no_target(where, self.target, names))
        if self.target is not None and self.target in self.leave_out:
            what = _(
                "{where}, column {name!r} cannot be the target and be left out",
                where=where,
                name=self.target,
            )
            refusals.meet(LabError(what))
        split_column = self.split_column if self.split_column in known else None
        if split_column is not None and split_column == self.target:
            what = _(
                "{where}, column {name!r} cannot be the target and say which rows are held out",
                where=where,
                name=split_column,
            )
            refusals.meet(LabError(what))
            split_column = None
        return replace(
            self,
            target=self.target if self.target in known else None,
            kinds=tuple((n, kind) for n, kind in self.kinds if n in known and kind in KINDS),
            leave_out=tuple(name for name in self.leave_out if name in known),
            gaps=gaps,
            split_column=split_column,
        )


def _no_target(where: str, target: str, names: Sequence[str]) -> LabError:
    near = difflib.get_close_matches(target, names, 1)
    fields = {"where": where, "target": repr(target)}
    if near:
        fields["near"] = repr(near[0])
        return LabError(_("{where} has no column {target}; did you mean {near}?", **fields))
    fields["listed"] = ", ".join(repr(name) for name in names[:MAX_LISTED])
    if len(names) <= MAX_LISTED:
        return LabError(_("{where} has no column {target}; it has {listed}", **fields))
    fields["rest"] = str(len(names) - MAX_LISTED)
    return LabError(
        _("{where} has no column {target}; it has {listed} and {rest} more", **fields)
    )


DEFAULTS = Choices()  # the reader decides everything
