"""Bare numbers: stretches of a file that hold nothing else become arrays without a text a cell.

Most large tables are numbers throughout. Where a stretch of whole lines has no letter, quote
or blank, and as many cells in each line as the table has columns, all cells are read at once,
letter by letter, to the same numbers as one by one (`float`); any other stretch is read row by
row.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.source import Source

Array = np.ndarray
CHUNK = 2**17  # bytes of a stretch, which take a few milliseconds
MANY_ODD = 0.1  # share of other cells from which NumPy's own reader is the quicker one
MAX_LETTERS = 17  # of a cell that is read with all others; longer ones are read one by one
NEWLINE, ZERO, MINUS, POINT = (np.uint8(ord(letter)) for letter in "\n0-.")
POWERS = 10.0 ** np.arange(MAX_LETTERS + 1)
_CODECS = ("utf-8", "utf-8-sig", "cp1252")  # in which digits and separators are a byte each
_BARE = b"0123456789.+-eE\n"
_NO_THIRDS = re.compile(rb"\.(?!\d\d\d(?!\d))")  # a point without three digits


def start_of(source: Source, line: int) -> int | None:
    """Return the byte at which a line begins; None where lines are not rows.

    Args:
        source: the file. line: from 1, as an editor counts.
    """
    raw = source.raw
    if source.codec not in _CODECS or source.separator not in ",;\t|" or b'"' in raw:
        return None
    if raw.count(b"\r") != raw.count(b"\r\n"):
        return None
    at = 0
    for _line in range(line - 1):
        at = raw.find(b"\n", at) + 1
        if not at:
            return None
    return at


def chunks(raw: bytes, start: int) -> Iterator[bytes]:
    """Yield stretches of whole lines from a byte on; the last line may lack its end."""
    while start < len(raw):
        end = raw.find(b"\n", start + CHUNK) + 1 or len(raw)
        if len(raw) - end < CHUNK:  # the last ones belong together: they may be totals
            end = len(raw)
        yield raw[start:end]
        start = end


def numbers_of(chunk: bytes, separator: str, width: int) -> Array | None:
    """Return a stretch as numbers, or None if it is more than bare numbers.

    Args:
        chunk: whole lines. separator: of the cells. width: cells of a line.

    Returns:
        Numbers, float64, contiguous by column, each as `float` reads it. (width, rows)
    """
    chunk = _with_line_ends(chunk)
    if chunk.translate(None, _BARE + separator.encode()):
        return None
    cells = _cells(chunk, separator, width)
    if cells is None or (cells.starts == cells.ends).any():
        return None
    letters, starts, ends = cells.letters, cells.starts.ravel(), cells.ends.ravel()
    if _are_codes(letters, starts).any():
        return None
    values, is_odd, _decimal_digits = _decimals(letters, starts, ends)
    try:
        if is_odd.mean() > MANY_ODD:
            lines = chunk.splitlines()
            values = np.loadtxt(lines, delimiter=separator, comments=None, ndmin=2).ravel()
        else:
            for k in np.flatnonzero(is_odd):
                values[k] = float(chunk[starts[k] : ends[k]])
    except ValueError:
        return None
    if not np.isfinite(values).all():
        return None
    return np.ascontiguousarray(values.reshape(-1, width).T)


class _Cells(NamedTuple):
    """Where the cells of a stretch are.

    Attributes:
        letters: its bytes, with `MAX_LETTERS` more.
        starts, ends: (rows, width) first byte of each cell, and the one behind it.
    """

    letters: Array
    starts: Array
    ends: Array


def _with_line_ends(chunk: bytes) -> bytes:
    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n")
    return chunk if chunk.endswith(b"\n") else chunk + b"\n"


def _cells(chunk: bytes, separator: str, width: int) -> _Cells | None:
    """Return where cells are; None if a line has another number of them."""
    letters = np.frombuffer(chunk + bytes(MAX_LETTERS), np.uint8)
    marks = np.flatnonzero((letters == ord(separator)) | (letters == NEWLINE))
    if len(marks) % width:
        return None
    starts = np.concatenate([[0], marks[:-1] + 1]).reshape(-1, width)
    ends = marks.reshape(-1, width)
    is_end = letters[ends] == NEWLINE
    if not is_end[:, -1].all() or is_end[:, :-1].any():
        return None
    return _Cells(letters, starts, ends)


def _are_codes(letters: Array, starts: Array) -> Array:
    """Return which cells begin with a zero and go on with a digit, as codes do."""
    # unsigned: what is below `0` is large
    return (letters[starts] == ZERO) & (letters[starts + 1] - ZERO < 10)


def columns_of(
    chunk: bytes, separator: str, width: int, is_text: Sequence[bool], codec: str
) -> list[Numbers | list[str]] | None:
    """Return a stretch column by column: numbers with nan in empty cells, or texts.

    Args:
        chunk: whole lines without quotes. separator: of the cells. width: cells of a line.
        is_text: columns that have texts already. codec: by which the bytes are texts.

    Returns:
        None where a line is empty, or not a row of that width, and where points may be marks
        of thousands.
    """
    chunk = _with_line_ends(chunk)
    cells = _cells(chunk, separator, width)
    if cells is None or chunk.startswith(codecs.BOM_UTF8):
        return None
    letters, starts, ends = cells
    if (starts[:, 0] == ends[:, 0]).any() or (letters[starts[:, 0]] <= ord(" ")).any():
        return None
    asked = [k for k in range(width) if not is_text[k]]
    read = _Read(chunk, cells, asked)
    text = chunk.decode("ascii") if chunk.isascii() else None
    columns: list[Numbers | list[str]] = []
    for k in range(width):
        found = read.column(asked.index(k), k) if not is_text[k] else None
        if found is not None:
            if found.may_be_thousands:
                return None
            columns.append(found)
            continue
        pairs = zip(starts[:, k].tolist(), ends[:, k].tolist(), strict=True)
        if text is not None:
            columns.append([text[a:b] for a, b in pairs])
        else:
            columns.append([chunk[a:b].decode(codec) for a, b in pairs])
    return columns


class Numbers(NamedTuple):
    """A column of a stretch: numbers, nan in gaps; words for gaps; what its points are."""

    values: Array
    gaps: Counter[str]
    has_points: bool
    may_be_thousands: bool


class _Read:
    """Columns of a stretch, all of them read at once as if they were numbers."""

    def __init__(self, chunk: bytes, cells: _Cells, asked: Sequence[int]) -> None:
        self._chunk, self._cells = chunk, cells
        starts = np.ascontiguousarray(cells.starts[:, asked].T)
        ends = np.ascontiguousarray(cells.ends[:, asked].T)
        shape = starts.shape
        flat = starts.ravel(), ends.ravel()
        values, odd, decimals = _decimals(cells.letters, *flat) if asked else [starts] * 3
        self._values, self._odd = values.reshape(shape), odd.reshape(shape)
        self._decimals, self._empty = decimals.reshape(shape), starts == ends
        self._codes = _are_codes(cells.letters, starts)

    def column(self, i: int, k: int) -> Numbers | None:
        """Return the column that was asked for as number i, k in the file; None for texts."""
        if self._codes[i].any():
            return None
        values, empty, gaps = self._values[i], self._empty[i], Counter[str]()
        values[empty] = np.nan
        odd = np.flatnonzero(self._odd[i] & ~empty)
        if len(odd) > MANY_ODD * len(values):
            return None
        starts, ends = self._cells.starts[odd, k], self._cells.ends[odd, k]
        for row, a, b in zip(odd.tolist(), starts.tolist(), ends.tolist(), strict=True):
            cell = self._chunk[a:b]
            if cell.isascii() and is_gap(word := cell.decode("ascii")):
                values[row] = np.nan
                gaps[word] += 1
                continue
            if cell.strip(_BARE):
                return None
            try:
                values[row] = float(cell)
            except ValueError:
                return None
        if np.isinf(values).any():
            return None
        decimals = self._decimals[i]
        pointed = decimals[decimals >= 0]
        is_thirds = bool(len(pointed) and (pointed == 3).all())
        return Numbers(values, gaps, bool(len(pointed)), is_thirds)


def _decimals(letters: Array, starts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """Return cells such as `-12.5` as numbers, which cells are something else, and decimals.

    The decimals are how many digits stand behind the point of a number, -1 without a point.

    A whole number of up to 15 digits, divided by a power of ten up to 1e22, is the nearest
    double: both are doubles, and a division of doubles is rounded correctly (Clinger, How to
    read floating point numbers accurately, PLDI 1990).

    Args:
        letters: the bytes, with `MAX_LETTERS` more. starts, ends: (cells,) of each in them.
    """
    is_negative = letters[starts] == MINUS
    first = starts + is_negative
    length = ends - first
    whole = np.zeros(len(starts), np.int64)  # the digits, without the point
    read, digits, decimals = (np.zeros(len(starts), np.int8) for _k in range(3))
    is_live, is_behind = np.ones(len(starts), bool), np.zeros(len(starts), bool)
    for j in range(min(int(length.max()), MAX_LETTERS)):
        letter = letters[first + j]
        digit = letter - ZERO
        is_point = letter == POINT
        is_digit = digit < 10
        is_live &= is_digit | is_point
        is_digit &= is_live
        whole = np.where(is_digit, whole * 10 + digit, whole)
        read += is_live
        digits += is_digit
        decimals += is_digit & is_behind
        is_behind |= is_point & is_live
    is_odd = (read != length) | (digits == 0) | (digits > 15) | (read - digits > 1)
    values = whole / POWERS[decimals]
    decimals[(read == digits) | is_odd] = -1
    return np.where(is_negative, -values, values), is_odd, decimals


def may_be_thousands(chunk: bytes) -> bool:
    """Return whether there are points and each has exactly three digits behind it."""
    return b"." in chunk and _NO_THIRDS.search(chunk) is None
