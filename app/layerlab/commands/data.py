"""Say what is read in a table; trains nothing."""

from __future__ import annotations

import argparse
import unicodedata
from typing import TYPE_CHECKING

from layerlab.commands.common import add_table_arguments, json_line, table_choices
from layerlab.core.errors import one_line
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext, translated

if TYPE_CHECKING:
    from layerlab.nets.tables.columns import ReadColumn
    from layerlab.nets.tables.reading import Reading

MAX_LISTED = 12  # classes or inputs in a line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help=_("the table: CSV or another text file"))
    add_table_arguments(parser)
    parser.add_argument("--json", action="store_true", help=_("as one JSON object"))


def run(args: argparse.Namespace) -> int:
    """Read the table and print what was read; return the exit code."""
    from layerlab.nets.tables.reading import read

    reading = read(args.file, table_choices(args))
    if args.json:
        print(json_line({"read": reading.as_json()}))
        return 0
    print("\n".join([*headlines(reading), "", *_table(reading.columns), *_notes(reading)]))
    return 0


def sentences(reading: Reading) -> list[str]:
    """Return what was read and each decision, a line each, without the columns."""
    return [*headlines(reading), *_notes(reading)]


def headlines(reading: Reading) -> list[str]:
    """Return what a table is: its rows, its target, its inputs."""
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
    return [one_line(line) for line in lines]


def _listed(names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return (
        listed
        if more <= 0
        else _("{listed} and {more} more", listed=listed, more=grouped(more))
    )


def _notes(reading: Reading) -> list[str]:
    return [f"- {one_line(note)}" for note in reading.notes]


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
