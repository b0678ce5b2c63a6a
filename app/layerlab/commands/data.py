"""Say what is read in a table; trains nothing."""

from __future__ import annotations

import argparse
import unicodedata
from typing import TYPE_CHECKING

from layerlab.commands.common import (
    add_table_arguments,
    json_line,
    split_choices,
    table_choices,
)
from layerlab.core.errors import one_line
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext, translated

if TYPE_CHECKING:
    from layerlab.nets.tables.read_column import ReadColumn
    from layerlab.nets.tables.reading import Reading
    from layerlab.nets.tasks.splits import Parts

MAX_LISTED = 12  # classes or inputs in a line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", metavar="FILE", help=_("the table: CSV, another text file or a spreadsheet")
    )
    add_table_arguments(parser)
    parser.add_argument("--json", action="store_true", help=_("as one JSON object"))


def run(args: argparse.Namespace) -> int:
    """Read the table and print what was read; return the exit code."""
    from layerlab.nets.tasks.csv import held_out_of, read_as_json, read_table

    task = split_choices(args, args.file)
    table = read_table(args.file, table_choices(args))
    reading, parts = table.reading, held_out_of(table, task)
    assert reading is not None
    if args.json:
        print(json_line({"read": read_as_json(table, parts)}))
        return 0
    lines = [*headlines(reading, parts), "", *_table(reading.columns), *_notes(reading, parts)]
    print("\n".join(lines))
    return 0


def sentences(reading: Reading, parts: Parts | None) -> list[str]:
    """Return what was read and each decision, a line each, without the columns."""
    return [*headlines(reading, parts), *_notes(reading, parts)]


def headlines(reading: Reading, parts: Parts | None) -> list[str]:
    """Return what a table is: its rows, its target, its inputs, which rows are held out."""
    rows = ngettext("{count} row", "{count} rows", reading.rows)
    if reading.left_out_rows:
        rows = ngettext(
            "{rows}, {count} left out",
            "{rows}, {count} left out",
            reading.left_out_rows,
            rows=rows,
        )
    names = reading.input_names
    inputs = ngettext(
        "{count} input: {names}", "{count} inputs: {names}", len(names), names="{}"
    )
    inputs = inputs.replace("{}", _listed(names)) if names else _("no input")
    target = _("{name} is a number (regression)", name=reading.target)
    if reading.classes is not None:
        target = ngettext(
            "{name} has {count} class (classification): {classes}",
            "{name} is one of {count} classes (classification): {classes}",
            len(reading.classes),
            name=reading.target,
            classes=_listed(reading.classes),
        )
    lines = [
        _("{file}: {rows}", file=reading.where, rows=rows),
        _("target      {target}", target=target),
        _("learns from {inputs}", inputs=inputs),
    ]
    if parts is not None:
        lines.append(_("held out    {rows}", rows=_held_out(parts)))
    return [one_line(line) for line in lines]


def _held_out(parts: Parts) -> str:
    """Return how many rows are held out for validation, and which."""
    count = len(parts.held)
    if not count:
        return _("no row")
    if parts.way == "last":
        return ngettext("the last row", "the last {count} rows", count)
    if parts.way == "column":
        return ngettext(
            "{count} row, as its column says", "{count} rows, as their column says", count
        )
    if parts.way == "stratified":
        return ngettext(
            "{count} row, drawn from each class in proportion",
            "{count} rows, drawn from each class in proportion",
            count,
        )
    return ngettext("{count} row, drawn at random", "{count} rows, drawn at random", count)


def _listed(names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return (
        listed
        if more <= 0
        else _("{listed} and {more} more", listed=listed, more=grouped(more))
    )


def _notes(reading: Reading, parts: Parts | None) -> list[str]:
    notes = [*reading.notes, *(() if parts is None else parts.remarks)]
    if reading.trouble:
        notes.append(_("it cannot be trained on: {why}", why=reading.trouble))
    return [f"- {_line(note)}" for note in notes]


def _line(text: str) -> str:
    """Return a sentence on one line, whole; what it quotes of a file is short already."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _table(columns: tuple[ReadColumn, ...]) -> list[str]:
    """Return a line for each column: its name, its kind, whether it is used, and why."""
    cells = [
        (
            one_line(column.name),
            translated(column.kind),
            _("used") if column.used else _("left out"),
            one_line(column.why),
        )
        for column in columns
    ]
    widths = [max(_width(row[k]) for row in cells) for k in range(3)]
    lines = []
    for row in cells:
        padded = [
            text + " " * (width - _width(text))
            for text, width in zip(row, widths, strict=False)
        ]
        lines.append("  ".join([*padded, row[3]]).rstrip())
    return [*lines, ""] if any(lines) else []


def _width(text: str) -> int:
    """Return how many places a text takes at a terminal; Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
