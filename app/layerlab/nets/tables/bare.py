"""Bare numbers: stretches of a file that hold nothing else become arrays without a text a cell.

Most large tables are numbers throughout. Where a stretch of whole lines has no letter, quote
or blank, and as many cells in each line as the table has columns, NumPy's own reader makes an
array of it, which holds the same numbers as cell by cell (`float`); any other stretch is read
row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from layerlab.nets.tables.source import Source

Array = np.ndarray
CHUNK = 2**18  # bytes of a stretch, which take a few milliseconds
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
        Numbers, float64, contiguous by column. (width, rows)
    """
    mark = separator.encode()
    if chunk.translate(None, _BARE + b"\r" + mark):
        return None
    lines = chunk.replace(b"\r\n", b"\n").split(b"\n")
    if not lines[-1]:
        lines.pop()
    if not all(lines) or _has_codes(chunk, ord(mark)):
        return None
    try:
        numbers = np.loadtxt(lines, delimiter=separator, comments=None, ndmin=2)
    except ValueError:  # an empty cell, another number of cells, or no number
        return None
    if numbers.shape != (len(lines), width) or not np.isfinite(numbers).all():
        return None
    return np.ascontiguousarray(numbers.T)


def may_be_thousands(chunk: bytes) -> bool:
    """Return whether there are points and each has exactly three digits behind it."""
    return b"." in chunk and _NO_THIRDS.search(chunk) is None


def _has_codes(chunk: bytes, mark: int) -> bool:
    """Return whether a cell begins with a zero and goes on with a digit, as codes do."""
    letters = np.frombuffer(chunk, np.uint8)
    if chunk[:1] == b"0" and chunk[1:2].isdigit():
        return True
    is_zero = letters[1:-1] == ord("0")
    is_first = (letters[:-2] == mark) | (letters[:-2] == ord("\n"))
    is_digit = letters[2:] - ord("0") < 10  # unsigned: what comes before `0` is large
    return bool((is_first & is_zero & is_digit).any())
