"""What is chosen about a table, as fields of its task."""

from __future__ import annotations

from layerlab.core.spec import TaskSpec, replace
from layerlab.core.table_view import ColumnView, TableView

# Names of columns that say which rows are held out, in small letters.
_SPLITS = ("split", "set", "fold", "partition", "subset", "holdout", "validation", "test")


def with_kind(task: TaskSpec, name: str, kind: str) -> TaskSpec:
    """Return the task with a column read as a kind; "" lets the reader decide."""
    kinds = tuple((n, k) for n, k in task.kinds if n != name)
    return replace(task, kinds=(*kinds, (name, kind)) if kind else kinds)


def with_use(task: TaskSpec, column: ColumnView, used: bool) -> TaskSpec:
    """Return the task with a column as an input, or left out."""
    left_out = tuple(name for name in task.leave_out if name != column.name)
    if not used:
        return replace(task, leave_out=(*left_out, column.name))
    if column.name in task.leave_out:
        return replace(task, leave_out=left_out)
    # The reader left it out: as this kind it can be an input.
    return with_kind(task, column.name, column.kind_if_used)


def with_target(task: TaskSpec, name: str) -> TaskSpec:
    """Return the task with another column to predict; `problem` is found again."""
    left_out = tuple(n for n in task.leave_out if n != name)
    return replace(task, target=name, problem="auto", leave_out=left_out)


def with_layout(task: TaskSpec, **changes: str | None) -> TaskSpec:
    """Return the task with another header or sheet: what was chosen of columns is gone."""
    split = "auto" if task.split == "column" else task.split  # not translated
    return replace(
        task,
        target=None,
        problem="auto",
        kinds=(),
        leave_out=(),
        split=split,
        split_column=None,
        **changes,
    )


def with_split(task: TaskSpec, split: str, view: TableView) -> TaskSpec:
    """Return the task with another way to hold rows out; a column is suggested."""
    if split != "column":  # not translated
        return replace(task, split=split, split_column=None)
    names = [column.name for column in view.columns if column.name != view.target]
    likely = [name for name in names if name.casefold() in _SPLITS]
    small = [c.name for c in view.columns if c.name in names and c.kind in _FEW]
    found = (*likely, *small, *names)
    return replace(task, split=split, split_column=found[0]) if found else task


_FEW = ("boolean", "category")  # kinds of few values
