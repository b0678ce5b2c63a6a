"""Cells: from the bytes of a CSV file to rows of texts. What they mean comes later.

Recognised: separator (comma, semicolon, tab), byte order mark, quotes, decimal comma, and
whether the first row is a header. Everything else that is odd is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import os
import pathlib
import re
import stat
from collections import Counter
from dataclasses import dataclass

from app.core.errors import LabError, one_line

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
LINES_TO_JUDGE = 200  # the separator is recognised from as many rows
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}  # in doubt, the first one
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
COMMA_NUMBER = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Cells:
    """A file's rows, all of the same length, without the header.

    Attributes:
        where: the file, as messages name it.
        names: of the columns.
        rows: cells without surrounding blanks.
        lines: line of the file on which each row begins, as an editor counts.
        comma: whether numbers are written with a decimal comma.
        read_as: what was recognised, in words.
    """

    where: str
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    comma: bool
    read_as: str


def shown(text: str) -> str:
    """Return a cell or a name as messages quote it: on one line, at most 40 characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def read_cells(path: str) -> Cells:
    """Read a CSV file.

    Raises:
        LabError: one sentence with the file, and the row where there is one.
    """
    text = _decode(_bytes(path), path)
    separator = _separator(text)
    rows, lines = _rows(text, separator, path)
    width = max(len(rows[0]), 1)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != width:
            raise LabError(
                f"{path}, row {line} has {len(row)} cell{'s' * (len(row) != 1)}, "
                f"the first row has {width}; every row needs as many cells"
            )
    rows = _without_empty_edge(rows)
    if len(rows[0]) < 2:
        raise LabError(
            f"{path} has one column; a table needs at least two, separated by commas, "
            "semicolons or tabs"
        )
    comma = separator != "," and _has_decimal_comma(rows)
    pattern = COMMA_NUMBER if comma else NUMBER
    words = [SEPARATORS[separator]] + ["decimal comma"] * comma
    if _is_header(rows, pattern):
        names = _names(rows[0], path)
        rows, lines = rows[1:], lines[1:]
    else:
        names = tuple(f"column {k + 1}" for k in range(len(rows[0])))
        words.append("no header")
    if not rows:
        raise LabError(f"{path} has a header only, no row of data")
    return Cells(path, names, rows, lines, comma, ", ".join(words))


def _bytes(path: str) -> bytes:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise LabError(f"{path} is a directory, not a CSV file")
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for
            raise LabError(f"{path} is not a regular file")
        if status.st_size > MAX_BYTES:
            raise LabError(
                f"{path} has {status.st_size / 1e6:.0f} MB; at most "
                f"{MAX_BYTES / 1e6:.0f} MB are read"
            )
        raw = pathlib.Path(path).read_bytes()
    except OSError as error:
        raise LabError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:  # a name that no file system takes
        raise LabError(f"{shown(path)} is not the name of a file: {error}") from None
    if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
        raise LabError(f"{path} is empty")
    return raw


def _decode(raw: bytes, path: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LabError(f"{path} is UTF-16, not UTF-8; save it as CSV in UTF-8")
    if (at := raw.find(b"\0")) >= 0:
        raise LabError(
            f"{path}, row {_line(raw[:at])} contains a zero byte: this is not a text file"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = _line(raw[: error.start])
        raise LabError(
            f"{path}, row {row} is not UTF-8 (byte {raw[error.start]:#04x}); save it as CSV "
            "in UTF-8"
        ) from None


def _line(before: bytes) -> int:
    return 1 + len(re.findall(rb"\r\n|\r|\n", before))


def _separator(text: str) -> str:
    """Return the separator that gives the same number of cells in most rows."""
    best, best_share = ",", 0.0
    for separator in SEPARATORS:
        # Not strict: only counts matter here.
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        counts: Counter[int] = Counter()
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    counts[len(row)] += 1
                if counts.total() == LINES_TO_JUDGE:
                    break
        except csv.Error:
            continue
        width, often = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and often / counts.total() > best_share:
            best, best_share = separator, often / counts.total()
    return best


def _rows(text: str, separator: str, path: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows that hold anything, and the line on which each begins."""
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
                lines.append(line)
            if len(rows) > MAX_ROWS + 1:
                raise LabError(f"{path} has more than {MAX_ROWS:,} rows; use fewer of them")
            line = reader.line_num + 1
    except csv.Error as error:
        what = str(error)
        if "unexpected end" in what:
            what = "a quote is opened and never closed"
        raise LabError(f"{path}, row {line} cannot be read: {one_line(what)}") from None
    if not rows:
        raise LabError(f"{path} is empty")
    return rows, lines


def _without_empty_edge(rows: list[list[str]]) -> list[list[str]]:
    """Drop last columns without a single entry: separators at the ends of the lines."""
    width = max(
        (k + 1 for row in rows for k in range(len(row) - 1, -1, -1) if row[k]), default=0
    )
    return [row[:width] for row in rows]


def _has_decimal_comma(rows: list[list[str]]) -> bool:
    comma = point = 0
    for row in rows:
        for cell in row:
            comma += "," in cell and COMMA_NUMBER.fullmatch(cell) is not None
            point += "." in cell and NUMBER.fullmatch(cell) is not None
    return comma > point


def _is_header(rows: list[list[str]], pattern: re.Pattern[str]) -> bool:
    """Tell whether the first row names the columns.

    It does if none of its cells is a number. It also does if its numbers count up from 0,
    as tables without names are written, and its texts do not come again below.
    """
    first = rows[0]
    is_number = [pattern.fullmatch(cell) is not None for cell in first]
    if not any(is_number):
        return True
    numbers = [cell for cell, yes in zip(first, is_number, strict=True) if yes]
    if len(numbers) < 2 or numbers != [str(k) for k in range(len(numbers))]:
        return False
    texts = [k for k, yes in enumerate(is_number) if not yes]
    return bool(texts) and all(
        first[k] and all(row[k] != first[k] for row in rows[1:]) for k in texts
    )


def _names(header: list[str], path: str) -> tuple[str, ...]:
    names = [" ".join(name.split()) or f"column {k + 1}" for k, name in enumerate(header)]
    for name, often in Counter(names).items():
        if often > 1:
            raise LabError(
                f"{path} has {often} columns named {shown(name)}; each needs a name of its own"
            )
    return tuple(names)
