"""Reading: a table as it is used, and every decision on the way as a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.nets.tables.cells import Body, body_of
from layerlab.nets.tables.checks import Refusals, check_trainable
from layerlab.nets.tables.choices import DEFAULTS, Choices
from layerlab.nets.tables.column_cells import ColumnCells
from layerlab.nets.tables.columns import Typist
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.kinds import BOOLEAN, CATEGORY, DATE, NUMBER, SPELLED, TIME
from layerlab.nets.tables.layout import TableLayout, layout_of
from layerlab.nets.tables.marks import held_rows
from layerlab.nets.tables.missing import without_gaps
from layerlab.nets.tables.notation import Notation, choose
from layerlab.nets.tables.read_column import ReadColumn
from layerlab.nets.tables.sheets import SheetSource, is_spreadsheet, open_sheet, sheets_note
from layerlab.nets.tables.source import MAX_BYTES, Source, lines_note, open_source
from layerlab.nets.tables.target import as_target, problem_of, target_of, useful_counts
from layerlab.nets.tables.wrapped import plain

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Reading:
    """A table as it was read.

    Attributes:
        where: the file.
        columns: all of them, in the order of the file; only rows that are used.
        target: name of the column to predict. problem: `regression` or `classification`.
        rows: how many are used. left_out_rows: how many are not.
        lines: (rows,) line of the file on which each row begins.
        separator, encoding, decimal, thousands: of the file. A spreadsheet has no separator;
            its encoding is `xlsx` or `ods`, its decimals and thousands are those of texts that
            stand for numbers in it.
        has_header: whether the file has names of the columns.
        notes: each decision in a sentence.
        held: (rows,) which rows the column that was chosen for the split holds out; None
            where none was chosen.
        trouble: why it cannot be trained on as it is, in a sentence; empty where it can.
        sheet: of a spreadsheet, the one that was read; else empty. sheets: all of them.
    """

    where: str
    columns: tuple[ReadColumn, ...]
    target: str
    problem: str
    rows: int
    left_out_rows: int
    lines: Array
    separator: str
    encoding: str
    decimal: str
    thousands: str
    has_header: bool
    notes: tuple[str, ...]
    held: Array | None = None
    trouble: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def column(self, name: str) -> ReadColumn:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def inputs(self) -> tuple[ReadColumn, ...]:
        """The columns to learn from."""
        return tuple(c for c in self.columns if c.used and c.name != self.target)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs as a network gets them, one for each category."""
        return tuple(
            name
            for column in self.inputs
            for name in (
                [column.name]
                if column.is_numeric
                else [f"{column.name}={value}" for value in sorted({*column.values} - {""})]
            )
        )

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of the classes; None for a regression."""
        if self.problem == "regression":
            return None
        aim = self.column(self.target)
        values = sorted(set(aim.values[~aim.gaps]))
        return tuple(f"{v:g}" if aim.is_numeric else str(v) for v in values)

    def as_json(self) -> dict[str, Any]:
        """Return what the command line prints of it."""
        return {
            "file": self.where,
            "sheet": self.sheet or None,
            "rows": self.rows,
            "left_out_rows": self.left_out_rows,
            "separator": self.separator or None,
            "encoding": self.encoding,
            "decimal": self.decimal,
            "thousands": self.thousands or None,
            "header": self.has_header,
            "target": self.target,
            "problem": self.problem,
            "classes": None if self.classes is None else list(self.classes),
            "inputs": list(self.input_names),
            "columns": [
                {"name": c.name, "kind": c.kind, "used": c.used, "why": c.why}
                for c in self.columns
            ],
            "notes": list(self.notes),
            "trouble": self.trouble or None,
        }


def read(path: str, choices: Choices = DEFAULTS, tolerant: bool = False) -> Reading:
    """Read a table as a person would.

    Args:
        path: the file.
        choices: what is decided already.
        tolerant: whether what does not fit is left aside, so that a person sees what was
            understood and can choose otherwise; `Reading.trouble` then says what would be
            raised.

    Raises:
        LabError: one sentence with file, row and column for what no reading makes sense of;
            of a tolerant reading only where no rows and columns can be made out.
        CancelledError: it is no longer wanted, see `core.cancel`.
    """
    refusals = Refusals(tolerant)
    source = _opened(path, choices)
    layout = layout_of(source, choices.header, refusals)
    choices = choices.fitting(layout.names, path, refusals)
    chosen = {name: choices.kind_of(name) or layout.kinds.get(name) for name in layout.names}
    spelled = frozenset(k for k, kind in enumerate(chosen.values()) if kind in SPELLED)
    body = plain(source, body_of(source, layout, spelled, refusals=refusals), layout.names)
    body, notation, said = _with_notation(source, layout, body, spelled, refusals)
    notes = [*layout.notes, *body.notes, *said]
    if source.comments:
        notes.append(lines_note(source.comments))
    if source.quote == "'":
        notes.append(_("cells stand in single quotes"))
    if isinstance(source, SheetSource):
        notes[:0] = filter(None, [sheets_note(source)])
    elif source.encoding != "UTF-8":
        notes.append(_("the file is in {encoding}", encoding=source.encoding))
    typist = Typist(source, layout, body, notation, choices, refusals)
    columns = []
    marks: list[str] = []
    for k in range(layout.width):
        check_cancelled()
        if layout.names[k] == choices.split_column:
            marks = typist.as_written(k)
        columns.append(typist.column(k))
        body.columns[k] = ColumnCells()  # its texts are not needed any more
    notes += typist.notes
    return _finished(source, layout, body, notation, choices, columns, notes, marks, refusals)


def _opened(path: str, choices: Choices) -> Source:
    """Return a file's rows, by what the file is, whatever its name ends with."""
    raw = read_file(path, MAX_BYTES, _("table"))
    if is_spreadsheet(raw):
        return open_sheet(path, raw, choices.sheet)
    if choices.sheet is not None:
        raise LabError(_("{path} is a text file, which has no sheets", path=path))
    return open_source(path, raw)


# ---- the notation of the whole file


def _with_notation(
    source: Source,
    layout: TableLayout,
    body: Body,
    spelled: frozenset[int],
    refusals: Refusals,
) -> tuple[Body, Notation, list[str]]:
    """Return the body with texts where numbers are not bare, how it writes numbers, and notes.

    Columns that are `spelled` are no numbers, whatever they look like.

    Points with three digits behind each may be marks of thousands: their columns are judged as
    texts where that is possible, see `notation.choose`.
    """
    if isinstance(source, SheetSource):
        return _with_sheet_notation(source, layout, body, spelled, refusals)
    columns = body.columns
    mixed = {k for k, c in enumerate(columns) if not (c.is_bare or c.is_text)}
    body = _as_texts(source, layout, body, refusals, mixed)
    pointed = {k for k, c in enumerate(body.columns) if c.is_bare and c.has_points}
    texts = _distinct(body, spelled)
    if pointed and all(body.columns[k].has_thirds for k in pointed):
        has_commas = any("," in cell for cells in texts for cell in cells)
        if source.separator == ";" or has_commas or _has_hundreds(body, pointed):
            body = _as_texts(source, layout, body, refusals, pointed)
            texts, pointed = _distinct(body, spelled), set()
    notation, doubt = choose(texts, source.separator, bool(pointed))
    if notation.decimal == ",":
        body = _as_texts(source, layout, body, refusals, pointed)
    return body, notation, _notation_notes(notation, doubt, texts)


def _with_sheet_notation(
    source: SheetSource,
    layout: TableLayout,
    body: Body,
    spelled: frozenset[int],
    refusals: Refusals,
) -> tuple[Body, Notation, list[str]]:
    """Do so for a spreadsheet, where only texts can be written in different ways."""
    mixed = {k for k, c in enumerate(body.columns) if not (c.is_bare or c.is_text)}
    texts = [
        {text for text in column.words if not is_gap(text)}
        for k, column in enumerate(body.columns)
        if k not in spelled
    ]
    notation, doubt = choose(filter(None, texts), source.separator, False)
    if notation.decimal == ",":
        mixed = {k for k, column in enumerate(body.columns) if not column.is_bare}
        source = source.written_as(",", mixed)
    body = _as_texts(source, layout, body, refusals, mixed)
    is_plain = notation.decimal == "." != notation.thousands
    for k, column in enumerate(body.columns):
        if k in spelled or not column.is_text:
            continue
        if is_plain or not any("." in word for word in column.words):
            body.columns[k] = column.as_numbers()  # numbers that were typed as texts
    return body, notation, _notation_notes(notation, doubt, texts)


def _notation_notes(notation: Notation, doubt: str, texts: list[set[str]]) -> list[str]:
    """Return what is said about how numbers are written."""
    notes = [doubt] if doubt else []
    has_commas = any("," in cell for cells in texts for cell in cells)
    if notation.decimal == "," and (not notation.thousands or has_commas):
        notes.append(_("numbers are written with decimal commas"))
    if notation.thousands == " ":
        notes.append(_("blanks stand between thousands"))
    elif notation.thousands:
        notes.append(_("{mark} stands between thousands", mark=repr(notation.thousands)))
    return notes


def _as_texts(
    source: Source, layout: TableLayout, body: Body, refusals: Refusals, more: set[int]
) -> Body:
    """Return the body with texts in some columns too; the file is read again for them."""
    if not more:
        return body
    others = frozenset(range(layout.width)) - more
    again = body_of(source, layout, frozenset(more), others, refusals)
    again = plain(source, again, layout.names)
    columns = [(again if k in more else body).columns[k] for k in range(layout.width)]
    notes = dict.fromkeys((*body.notes, *again.notes))  # those on rows are the same
    return replace(again, columns=columns, notes=tuple(notes))


def _distinct(body: Body, spelled: frozenset[int]) -> list[set[str]]:
    """Return the different cells of each column of texts, without gaps; not of the spelled."""
    return [
        {text for text in column.coded().names if not is_gap(text)}
        for k, column in enumerate(body.columns)
        if column.is_text and k not in spelled
    ]


def _has_hundreds(body: Body, pointed: set[int]) -> bool:
    """Return whether whole numbers of three digits, and no longer ones, are among others."""
    for k in pointed:
        values = np.abs(body.columns[k].numbers)
        whole = values[values == np.round(values)]
        if whole.size and 100 <= whole.max() < 1000:
            return True
    return False


def _finished(
    source: Source,
    layout: TableLayout,
    body: Body,
    notation: Notation,
    choices: Choices,
    columns: list[ReadColumn],
    notes: list[str],
    marks: list[str],
    refusals: Refusals,
) -> Reading:
    where = source.where
    target = target_of(layout, choices, columns, notes)
    columns = [as_target(c, where, refusals) if c.name == target else c for c in columns]
    whys = dict.fromkeys(layout.ignored, _("the file says so"))
    whys |= dict.fromkeys(choices.leave_out, _("it was chosen to leave it out"))
    if choices.split_column is not None:
        whys[choices.split_column] = _("it says which rows are held out")
    columns = [
        replace(c, used=False, why=whys[c.name]) if c.name in whys and c.name != target else c
        for c in columns
    ]
    out = set(whys)
    wanted = {name for name, _kind in choices.kinds} - out
    columns = [_forced(c) if c.name in wanted and not c.used else c for c in columns]
    columns, kept = without_gaps(columns, target, choices, notes, where, refusals)
    columns = useful_counts(columns, target)
    notes += [_sentence(column) for column in columns if column.why]
    aim = next(column for column in columns if column.name == target)
    problem = problem_of(aim, choices, notes, where, refusals)
    lines = body.lines if kept is None else body.lines[kept]
    held = None
    if choices.split_column is not None:
        if kept is not None:
            marks = [mark for mark, stays in zip(marks, kept, strict=True) if stays]
        split_by = choices.split_column
        held = held_rows(split_by, marks, lines.tolist(), where, notes, refusals)
    return Reading(
        source.where,
        tuple(columns),
        target,
        problem,
        len(lines),
        body.left_out + body.rows - len(lines),
        lines,
        source.separator,
        source.encoding,
        notation.decimal,
        notation.thousands,
        layout.has_header,
        tuple(notes),
        held,
        refusals.first or _why_not(aim, columns, problem, where),
        *((source.sheet, source.sheets) if isinstance(source, SheetSource) else ()),
    )


def _why_not(aim: ReadColumn, columns: list[ReadColumn], problem: str, where: str) -> str:
    """Return why a table that was read cannot be trained on, or an empty text."""
    try:
        check_trainable(aim, [c for c in columns if c is not aim], problem, where)
    except LabError as error:
        return str(error)
    return ""


def _sentence(column: ReadColumn) -> str:
    """Return what was decided about a column."""
    if column.used:
        return f"{column.name}: {column.why}"
    return _("{column} is left out: {why}", column=column.name, why=column.why)


def _forced(column: ReadColumn) -> ReadColumn:
    """Return a column whose kind was chosen as an input, if that kind can be one."""
    can = column.kind in (NUMBER, DATE, TIME, CATEGORY, BOOLEAN)
    return replace(column, used=True, why="") if can else column
