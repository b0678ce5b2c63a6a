"""TableView: how a table was read, as the import sheet draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Distribution:
    """How often the values of a column occur.

    Attributes:
        counts: rows in each bin of equal width from the smallest value to the largest one; of
            texts, rows of each category, the most frequent first.
        names: of the categories; of numbers and dates, the smallest and the largest value.
        is_numeric: whether the counts are those of bins.
        others: rows whose category is not among the counts. other_names: how many categories
            these are.
    """

    counts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    is_numeric: bool = False
    others: int = 0
    other_names: int = 0

    @property
    def total(self) -> int:
        """How many rows are counted."""
        return sum(self.counts) + self.others


@dataclass(frozen=True)
class ColumnView:
    """A column as it was read.

    Attributes:
        name: in the table. kind: registry name of its kind, such as `number`.
        used: whether it is an input or the target. why: how it is read, or why it is not used.
        unit: of its numbers, or empty.
        cells: the first rows as they are used; empty in gaps.
        distribution: of its values, without gaps.
        gaps: rows in which it has no value.
        is_numeric: whether its values are numbers, as those of dates are.
        kind_if_used: the kind as which it can be an input.
    """

    name: str
    kind: str
    used: bool = True
    why: str = ""
    unit: str = ""
    cells: tuple[str, ...] = ()
    distribution: Distribution = Distribution()
    gaps: int = 0
    is_numeric: bool = True
    kind_if_used: str = "number"


@dataclass(frozen=True)
class TableView:
    """A table as it was read.

    Attributes:
        path: the file. columns: all of them, in the order of the file.
        rows, left_out_rows: how many are used, and not. held: how many are for validation.
        share: what is held out where nothing is chosen, 0 to 0.9.
        lines: line of the file on which each row that is shown begins.
        target: name of the column to predict, empty where there is none.
        problem: `regression` or `classification`.
        inputs: how many a network gets. classes: how many the target has; 0 of numbers.
        class_names: in the order in which a network has them; empty where there are many.
        has_header: whether the file has names of the columns.
        sheet: of a spreadsheet. sheets: all of its names.
        notes: each decision in a sentence.
        trouble: why nothing can be learned from it as it is read, in a sentence; empty if
            something can.
        step: distributions but the target's are those of every step-th row.
    """

    path: str
    columns: tuple[ColumnView, ...]
    rows: int = 0
    left_out_rows: int = 0
    held: int = 0
    share: float = 0.2
    lines: tuple[int, ...] = ()
    target: str = ""
    problem: str = "regression"
    inputs: int = 0
    classes: int = 0
    class_names: tuple[str, ...] = ()
    has_header: bool = True
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str = ""
    step: int = 1

    def place(self, name: str) -> int:
        """Return the place of a column by its name, -1 where there is none."""
        names = [column.name for column in self.columns]
        return names.index(name) if name in names else -1
