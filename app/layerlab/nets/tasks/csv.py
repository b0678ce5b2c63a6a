"""Any CSV file as a task, and any data as a CSV file."""

from __future__ import annotations

import csv
import difflib
import io
import pathlib
import re
from typing import NamedTuple

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.disk import write_file
from layerlab.core.errors import LabError
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, replace
from layerlab.core.translation import _, marked
from layerlab.nets.data import Column, Data, Shape, Table
from layerlab.nets.tasks.base import Advice, Task
from layerlab.nets.tasks.cells import COMMA_NUMBER, NUMBER, Cells, read_cells, shown
from layerlab.nets.tasks.tables import Stamp, check_may_read, on_disk, stamp_of
from layerlab.nets.tasks.tabular import MAX_CATEGORIES, SHARE, advise, number_text, prepare

NUMERIC_SHARE = 0.8  # a column with at least this share of numbers is one of numbers
MAX_VALUE = 1e100  # beyond, squares are not finite
GAPS = frozenset(("", "na", "n/a", "nan", "null", "?"))
_NOT_FINITE = re.compile(r"[+-]?(inf|infinity)", re.ASCII | re.IGNORECASE)


def _is_gap(cell: str) -> bool:
    return cell.lower() in GAPS


class _Reader:
    """Turns one file's cells into typed columns."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self._pattern = COMMA_NUMBER if cells.comma else NUMBER

    def column(self, k: int, is_target: bool) -> Column:
        """Return column k, typed; raises LabError for a gap or a stray text in it."""
        numbers = self._numbers(k)
        if numbers is not None:
            return Column(self.cells.names[k], numbers)
        texts = self.cells.column(k)
        is_number = [self._pattern.fullmatch(text) is not None for text in texts]
        filled = [text for text in texts if not _is_gap(text)]
        numeric = sum(is_number) + sum(bool(_NOT_FINITE.fullmatch(text)) for text in filled)
        if filled and numeric >= NUMERIC_SHARE * len(filled):
            i = is_number.index(False)
            raise self._stray(i, k, texts[i])
        if is_target or len(set(filled)) <= MAX_CATEGORIES:  # else it is left out, gaps too
            for i, text in enumerate(texts):
                if _is_gap(text):
                    raise self._stray(i, k, text)
        return Column(self.cells.names[k], np.array(texts, object))

    def _numbers(self, k: int) -> np.ndarray | None:
        """Return the numbers of column k, or None if not all of its cells are. (rows,)"""
        parts = []
        for block in self.cells.blocks:
            check_cancelled()
            texts = block[k]
            if not all(map(self._pattern.fullmatch, texts)):
                return None
            if self.cells.comma:
                texts = tuple(text.replace(",", ".") for text in texts)
            parts.append(np.array(list(map(float, texts))))
        values = np.concatenate(parts)
        if (large := np.flatnonzero(np.abs(values) > MAX_VALUE)).size:
            i = int(large[0])
            text = self.cells.column(k)[i]
            raise LabError(
                _(
                    "{place}: {text} is too large a number",
                    place=self._at(i, k),
                    text=shown(text),
                )
            )
        return values

    def _stray(self, i: int, k: int, cell: str) -> LabError:
        """Say why row i of a column cannot stay: a gap, not finite, or a text."""
        if not cell:
            what = _("the cell is empty; fill it in or remove the row")
        elif _is_gap(cell):
            what = _("{text} stands for a gap; fill it in or remove the row", text=shown(cell))
        elif _NOT_FINITE.fullmatch(cell):
            what = _("{text} is not a finite number", text=shown(cell))
        else:
            what = _(
                "{text} is not a number, as the others of this column are", text=shown(cell)
            )
        return LabError(f"{self._at(i, k)}: {what}")

    def _at(self, i: int, k: int) -> str:
        name = shown(self.cells.names[k])
        return _(
            "{where}, row {row}, column {name}",
            where=self.cells.where,
            row=self.cells.lines[i],
            name=name,
        )


MAX_LISTED = 12  # names of columns in a message


def _target_place(cells: Cells, target: str | None) -> int:
    if target is None:
        return len(cells.names) - 1
    if target in cells.names:
        return cells.names.index(target)
    near = difflib.get_close_matches(target, cells.names, 1)
    fields = {"where": cells.where, "target": shown(target)}
    if near:
        fields["near"] = shown(near[0])
        raise LabError(_("{where} has no column {target}; did you mean {near}?", **fields))
    fields["listed"] = ", ".join(shown(name) for name in cells.names[:MAX_LISTED])
    if len(cells.names) <= MAX_LISTED:
        raise LabError(_("{where} has no column {target}; it has {listed}", **fields))
    fields["rest"] = str(len(cells.names) - MAX_LISTED)
    raise LabError(
        _("{where} has no column {target}; it has {listed} and {rest} more", **fields)
    )


def read_table(path: str, target: str | None = None) -> tuple[Table, str]:
    """Read a CSV file into typed columns.

    Args:
        path: the file.
        target: name of the column to predict; the last one if None.

    Returns:
        The table, and in words what was recognised.

    Raises:
        LabError: one sentence with file, row and column for anything that does not fit.
        CancelledError: it is no longer wanted, see `core.cancel`.
    """
    cells = read_cells(path)
    try:
        place = _target_place(cells, target)
        reader = _Reader(cells)
        columns = [reader.column(k, k == place) for k in range(len(cells.names))]
    finally:
        cells.forget()
    aim = columns.pop(place)
    return Table(tuple(columns), aim), cells.read_as


def _read(key: tuple[str, str | None, Stamp]) -> tuple[Table, str]:
    path, target, stamp = key
    check_may_read()
    found = read_table(path, target)
    if on_disk(path) != stamp:
        raise LabError(
            _("{path} is another file than the one that was opened; open it again", path=path)
        )
    return found


def _prepared(key: tuple[TaskSpec, Stamp]) -> Data:
    spec, stamp = key
    path = spec.path or ""
    table, read_as = _table(path, spec.target, stamp)
    data = prepare(table, spec, path, read_as)
    _FACTS[_facts_key(spec, stamp)] = _Facts(table.rows, data.shape)
    return data


def _table(path: str, target: str | None, stamp: Stamp) -> tuple[Table, str]:
    """Return a table; by its last column's name it is the one that was read without a name."""
    last = _TABLES.known((path, None, stamp))
    if last is not None and last[0].target.name == target:
        return last
    return _TABLES.get((path, target, stamp))


class _Facts(NamedTuple):
    """What is asked of a table long after it was read, and for every edit of a spec."""

    rows: int
    shape: Shape


_TABLES = LRUCache(_read, max_items=2)
_DATA = LRUCache(_prepared, max_items=1)  # for whoever asks next; `nets.problem` keeps more
_FACTS: dict[tuple[str | None, str | None, str, Stamp], _Facts] = {}


def _facts_key(spec: TaskSpec, stamp: Stamp) -> tuple[str | None, str | None, str, Stamp]:
    return spec.path, spec.target, spec.problem, stamp


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
    knobs=("path", "target", "problem", "validation", "seed"),
    group=marked("tables"),
    featured=True,
)


def recommended_for_csv(
    path: str | pathlib.Path, target: str | None = None, problem: str = "auto"
) -> LabSpec:
    """Return a spec that is a good start on a CSV file.

    Args:
        path: the file.
        target: name of the column to predict; the last one if None.
        problem: `auto`, `regression` or `classification`.

    Raises:
        LabError: one sentence with file, row and column for anything that does not fit.
    """
    task = TaskSpec(name="csv", path=str(path), target=target, problem=problem)
    return CSV.recommend(with_target(task))


def with_target(task: TaskSpec) -> TaskSpec:
    """Return a task that names its table's target, which then stays where columns move.

    Raises:
        LabError: the table cannot be read.
    """
    if task.name != "csv" or not task.path or task.target is not None:
        return task
    table, _ = _table(task.path, None, stamp_of(task.path))
    return replace(task, target=table.target.name)


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
    texts = [
        column.values if column.is_text else map(number_text, column.values)
        for column in columns
    ]
    writer.writerows(zip(*texts, strict=True))
    write_file(path, out.getvalue().encode())


def _generated_columns(data: Data) -> tuple[Column, ...]:
    x = np.concatenate([data.x, data.validation_x]) * data.x_scale + data.x_mean  # (n, D)
    features = [Column(name, x[:, k]) for k, name in enumerate(data.feature_names)]
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
