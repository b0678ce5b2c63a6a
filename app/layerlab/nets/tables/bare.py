"""Bare numbers: stretches of a file that hold nothing else become arrays without a text a cell.

Most large tables are numbers throughout. Where a stretch of whole lines has no letter, quote
or blank, and as many cells in each line as the table has columns, all cells are read at once,
letter by letter, to the same numbers as one by one (`float`); any other stretch is read row by
row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

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
        yield raw[start:end]
        start = end


def numbers_of(chunk: bytes, separator: str, width: int) -> Array | None:
    """Return a stretch as numbers, or None if it is more than bare numbers.

    Args:
        chunk: whole lines. separator: of the cells. width: cells of a line.

    Returns:
        Numbers, float64, contiguous by column, each as `float` reads it. (width, rows)
    """
    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n")
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
    mark = separator.encode()
    if chunk.translate(None, _BARE + mark):
        return None
    letters = np.frombuffer(chunk + bytes(MAX_LETTERS), np.uint8)
    ends = np.flatnonzero((letters == ord(mark)) | (letters == NEWLINE))
    starts = np.concatenate([[0], ends[:-1] + 1])
    if len(ends) % width or (starts == ends).any():
        return None  # another number of cells, or an empty one
    is_end = letters[ends].reshape(-1, width) == NEWLINE
    if not is_end[:, -1].all() or is_end[:, :-1].any():
        return None
    if ((letters[starts] == ZERO) & (letters[starts + 1] - ZERO < 10)).any():
        return None  # a zero before digits, as codes have; unsigned: what is below `0` is large
    values, is_odd = _decimals(letters, starts, ends)
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


def _decimals(letters: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    """Return cells such as `-12.5` as numbers, and which cells are something else.

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
    return np.where(is_negative, -values, values), is_odd


def may_be_thousands(chunk: bytes) -> bool:
    """Return whether there are points and each has exactly three digits behind it."""
    return b"." in chunk and _NO_THIRDS.search(chunk) is None
