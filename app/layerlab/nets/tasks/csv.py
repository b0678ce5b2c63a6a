"""Any CSV file as a task, and any data as a CSV file."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import pathlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from layerlab.core.disk import write_file
from layerlab.core.errors import LabError
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, replace
from layerlab.core.translation import _, marked
from layerlab.nets.data import Column, Data, Shape, Table
from layerlab.nets.tables import DEFAULTS, Choices
from layerlab.nets.tables.checks import number_text
from layerlab.nets.tasks.base import Advice, Task
from layerlab.nets.tasks.splits import SHARE, Parts
from layerlab.nets.tasks.tables import Stamp, check_may_read, on_disk, stamp_of
from layerlab.nets.tasks.tabular import advise, prepare, share_out

if TYPE_CHECKING:
    from layerlab.nets.tables.reading import Reading

MS_OF_DAY = 86_400_000
_HEADERS = {"auto": None, "yes": True, "no": False}


def choices_of(spec: TaskSpec) -> Choices:
    """Return what a task's spec decides about its table."""
    return Choices(
        target=spec.target,
        problem=spec.problem,
        kinds=spec.kinds,
        leave_out=spec.leave_out,
        gaps=None if spec.gaps == "auto" else spec.gaps,
        header=_HEADERS[spec.header],
        sheet=spec.sheet,
        split_column=spec.split_column if spec.split == "column" else None,
    )


def read_table(path: str, choices: Choices = DEFAULTS) -> Table:
    """Read a CSV file into typed columns.

    Args:
        path: the file.
        choices: what is decided already.

    Returns:
        The table, with its reading.

    Raises:
        LabError: one sentence with file, row and column for anything that does not fit.
        CancelledError: it is no longer wanted, see `core.cancel`.
    """
    from layerlab.nets.tables.reading import read  # with it come patterns of every notation

    found = read(path, choices)
    columns = {
        c.name: Column(c.name, c.values, c.kind, c.used, c.why, c.start) for c in found.columns
    }
    target = columns.pop(found.target)
    return Table(tuple(columns.values()), target, found)


def _read(key: tuple[str, Choices, Stamp]) -> Table:
    path, choices, stamp = key
    check_may_read()
    found = read_table(path, choices)
    if on_disk(path) != stamp:
        raise LabError(
            _("{path} is another file than the one that was opened; open it again", path=path)
        )
    return found


def _prepared(key: tuple[TaskSpec, Stamp]) -> Data:
    spec, stamp = key
    path = spec.path or ""
    table = _table(path, choices_of(spec), stamp)
    assert table.reading is not None
    data = prepare(table, replace(spec, problem=table.reading.problem), path)
    _FACTS[_facts_key(spec, stamp)] = _Facts(table.rows, data.shape)
    return data


def _table(path: str, choices: Choices, stamp: Stamp) -> Table:
    """Return a table; by its last column's name it is the one that was read without a name."""
    last = _TABLES.known((path, dataclasses.replace(choices, target=None), stamp))
    if last is not None and last.target.name == choices.target:
        return last
    return _TABLES.get((path, choices, stamp))


class _Facts(NamedTuple):
    """What is asked of a table long after it was read, and for every edit of a spec."""

    rows: int
    shape: Shape


_TABLES = LRUCache(_read, max_items=2)
_DATA = LRUCache(_prepared, max_items=1)  # for whoever asks next; `nets.problem` keeps more
_FACTS: dict[tuple[str | None, Choices, Stamp], _Facts] = {}


def _facts_key(spec: TaskSpec, stamp: Stamp) -> tuple[str | None, Choices, Stamp]:
    return spec.path, choices_of(spec), stamp


def _load(spec: TaskSpec) -> Data:
    if not spec.path:
        raise LabError(_("task.path is missing: the task csv needs a file"))
    return _DATA.get((spec, stamp_of(spec.path)))


def _facts(spec: TaskSpec) -> _Facts:
    """Return rows and shape; a file that was read is not read again, and nothing prepared."""
    if not spec.path:
        raise LabError(_("task.path is missing: the task csv needs a file"))
    stamp = stamp_of(spec.path)
    key = _facts_key(spec, stamp)
    if key not in _FACTS:
        _DATA.get((spec, stamp))
    return _FACTS[key]


def _shape(spec: TaskSpec) -> Shape:
    return _facts(spec).shape


def _advise(spec: TaskSpec) -> Advice:
    if not spec.path:
        return NetSpec(), TrainSpec()  # until there is a file
    facts = _facts(spec)
    return advise(facts.rows, facts.shape)


CSV = Task(
    "csv",
    _("CSV…"),
    _("Your own table: each row an example, one column to predict."),
    load=_load,
    shape=_shape,
    advise=_advise,
    samples=96,
    noise=0.0,
    validation=SHARE,
    knobs=(
        *("path", "sheet", "header", "target", "problem", "kinds", "leave_out", "gaps"),
        *("split", "split_column", "validation", "seed"),
    ),
    group=marked("tables"),
    featured=True,
)


def recommended_for_csv(
    path: str | pathlib.Path,
    target: str | None = None,
    problem: str = "auto",
    choices: Choices = DEFAULTS,
) -> LabSpec:
    """Return a spec that is a good start on a CSV file.

    Args:
        path: the file.
        target: name of the column to predict; the last one that can be if None.
        problem: `auto`, `regression` or `classification`.
        choices: what is decided besides, or instead of target and problem.

    Raises:
        LabError: one sentence with file, row and column for anything that does not fit.
    """
    if target is not None or problem != "auto":
        choices = dataclasses.replace(choices, target=target, problem=problem)
    task = TaskSpec(
        name="csv",
        path=str(path),
        target=choices.target,
        problem=choices.problem,
        kinds=choices.kinds,
        leave_out=choices.leave_out,
        gaps=choices.gaps or "auto",
        sheet=choices.sheet,
        header=next(name for name, has in _HEADERS.items() if has is choices.header),
        split="auto" if choices.split_column is None else "column",
        split_column=choices.split_column,
    )
    return CSV.recommend(with_target(task))


def with_target(task: TaskSpec) -> TaskSpec:
    """Return a task that names its table's target, which then stays where columns move.

    Raises:
        LabError: the table cannot be read.
    """
    if task.name != "csv" or not task.path or task.target is not None:
        return task
    table = _table(task.path, choices_of(task), stamp_of(task.path))
    return replace(task, target=table.target.name)


def reading_of(task: TaskSpec) -> Reading | None:
    """Return how the table of a task was read; None where it has none.

    Raises:
        LabError: the table cannot be read.
    """
    table = table_of(task)
    return None if table is None else table.reading


def table_of(task: TaskSpec) -> Table | None:
    """Return the table of a task as it was read; None where it has none.

    Raises:
        LabError: the table cannot be read.
    """
    if task.name != "csv" or not task.path:
        return None
    return _table(task.path, choices_of(task), stamp_of(task.path))


def held_out_of(table: Table, task: TaskSpec) -> Parts | None:
    """Return which rows of a table are held out; None where it cannot be trained on.

    Args:
        table: as it was read. task: gives the way to split, the share and the seed.

    Raises:
        LabError: the way to split does not fit.
    """
    reading = table.reading
    if reading is None or reading.trouble:
        return None
    return share_out(table, replace(task, problem=reading.problem), reading.where)


def read_as_json(table: Table, parts: Parts | None) -> dict[str, Any]:
    """Return what the command line prints of a table: its reading, and what is held out."""
    assert table.reading is not None
    found = table.reading.as_json()
    return {
        **found,
        "notes": [*found["notes"], *(() if parts is None else parts.remarks)],
        "split": None if parts is None else parts.way,
        "held_out_rows": None if parts is None else len(parts.held),
    }


def export_csv(data: Data, path: str | pathlib.Path) -> None:
    """Write data as a CSV file, atomically.

    A table is written whole, in its own order and units, the target last: read again, it
    gives the same arrays, split and figures. Generated points are written with the
    training points first; texts and numbers alike read back as they were.

    Args:
        data: what to write.
        path: the file; replaced if it exists.

    Raises:
        LabError: the file cannot be written.
    """
    table = data.table
    columns = (*table.features, table.target) if table else _generated_columns(data)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*map(_cells, columns), strict=True))
    write_file(path, out.getvalue().encode())


def _cells(column: Column) -> Iterable[str]:
    """Return the cells of a column so that they are read as what they are."""
    from layerlab.nets.tables.dates import clock

    if column.is_text:
        return column.values
    text: Callable[[float], str] = number_text
    if column.kind in ("date", "time"):
        text = _date_text if column.kind == "date" else clock
    return ("" if np.isnan(v) else text(column.start + v) for v in column.values)


def _date_text(days: float) -> str:
    """Return days since 1970 as a date, with the time to the millisecond if it has one."""
    from layerlab.nets.tables.dates import EPOCH, clock

    day, ms = divmod(round(days * MS_OF_DAY), MS_OF_DAY)
    date = datetime.date.fromordinal(day + EPOCH).isoformat()
    if not ms:
        return date
    seconds = ms / 1000
    return f"{date} {clock(seconds, always=True)}"


def _generated_columns(data: Data) -> tuple[Column, ...]:
    raw = data.raw
    x = np.concatenate([raw.x, raw.validation_x]) * raw.x_scale + raw.x_mean  # (n, D)
    features = [Column(name, x[:, k]) for k, name in enumerate(raw.feature_names)]
    y = np.concatenate([data.y, data.validation_y])
    if data.shape.classes:
        names = np.array([data.class_names[k] for k in y], object)
        return (*features, Column(data.target_name, names))
    y = y * data.y_scale + data.y_mean  # (n, O)
    count = y.shape[1]
    labels = [
        f"{data.target_name} {k + 1}" if count > 1 else data.target_name for k in range(count)
    ]
    return (*features, *(Column(label, y[:, k]) for k, label in enumerate(labels)))


def inputs_of(task: TaskSpec) -> tuple[str, ...]:
    """Return the names of a table's inputs, as a network gets them; () where it has none.

    Raises:
        LabError: the table cannot be read.
    """
    reading = reading_of(task)
    return () if reading is None else reading.input_names
