"""Bare cells: stretches of a file become columns without a text a cell.

Most large tables are numbers and a few words throughout. Where a stretch of whole lines has as
many cells in each line as the table has columns, its numbers are read all at once (`digits`),
to the same doubles as one by one (`float`), and its texts are counted by their different ones
(`coded`). Any other stretch, of rows of several lines for one, is read row by row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from layerlab.nets.tables import digits
from layerlab.nets.tables.coded import Coded, Coder
from layerlab.nets.tables.digits import PAD, ZERO, Letters
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.source import Source

Array = np.ndarray
CHUNK = 2**17  # bytes of a stretch, which take a few milliseconds
WIDE = 100  # columns, from which on stretches are longer, up to four times as long
HEAD = 2**18  # bytes by which the number of rows is guessed
END = 64  # last lines, which are read row by row: they may be totals
LONGEST = 8  # times as long as others a stretch may be because of a quoted cell
NEWLINE, BLANK, QUOTE = (np.uint8(ord(letter)) for letter in '\n "')
_CODECS = ("utf-8", "utf-8-sig", "cp1252")  # in which digits and separators are a byte each
_BARE = "0123456789.+-eE"
_NO_ROW = b"\r\n\t ;,|"  # of what rows without cells are made
NUMBERS, TEXTS, NOTHING = "numbers", "texts", "nothing"  # as what a column is read


class Numbers(NamedTuple):
    """A column of a stretch that holds bare numbers alone.

    Attributes:
        values: (rows,) nan in gaps.
        gaps: words for gaps -> how often each comes; None without any.
        has_points: whether a number has a decimal point.
        has_thirds: whether each point has three digits behind it, as thousands have.
    """

    values: Array
    gaps: Counter[str] | None
    has_points: bool
    has_thirds: bool


class Stretch(NamedTuple):
    """A stretch of a file, column by column.

    Attributes:
        rows: how many it has.
        plain: (P,) columns of numbers without words for gaps.
        values: (P, rows) their numbers. has_points, has_thirds: (P,) as `Numbers` has them.
        others: the other columns that are read.
    """

    rows: int
    plain: Array
    values: Array
    has_points: Array
    has_thirds: Array
    others: dict[int, Numbers | Coded | list[str]]


def start_of(source: Source, line: int) -> int | None:
    """Return the byte at which a line begins; None where lines are not rows.

    Args:
        source: the file. line: from 1, as an editor counts.
    """
    raw = source.raw
    if source.codec not in _CODECS or source.separator not in ",;\t|":
        return None
    if source.quote != '"' and source.quote.encode() in raw:
        return None
    if b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n"):
        return None
    at = 0
    for _line in range(line - 1):
        at = raw.find(b"\n", at) + 1
        if not at:
            return None
    return at


def rows_of(raw: bytes) -> int:
    """Return about how many lines a file has, rather more than fewer, by its beginning."""
    head = min(len(raw), HEAD)
    return int(1.1 * raw.count(b"\n", 0, head) * len(raw) / max(1, head)) + 1


def chunks(raw: bytes, start: int, width: int) -> Iterator[bytes]:
    """Yield stretches of whole lines from a byte on; the last one has the last rows.

    Args:
        raw: the file. start: where rows begin. width: cells of a row.
    """
    size, last = CHUNK * min(4, 1 + width // WIDE), max(start, _last_rows(raw))
    while start < last:
        end = min(raw.find(b"\n", min(start + size, last - 1)) + 1, last)
        is_open = raw.count(b'"', start, end) % 2  # the end lies within quotes
        while is_open and end - start < LONGEST * size:
            begin, end = end, raw.find(b"\n", end) + 1 or len(raw)
            is_open = (is_open + raw.count(b'"', begin, end)) % 2
            if end == len(raw):
                break
        if is_open:
            break
        yield raw[start:end]
        start = end
    if start < len(raw):
        yield raw[start:]


def _last_rows(raw: bytes) -> int:
    """Return where the last rows begin, behind which there may be lines without cells."""
    end = len(raw)
    while end and not (piece := raw[max(0, end - 2**16) : end].rstrip(_NO_ROW)):
        end = max(0, end - 2**16)
    at = max(0, end - 2**16) + len(piece) if end else 0
    for _line in range(END):
        at = raw.rfind(b"\n", 0, max(0, at))
    return at + 1


def are_quotes_whole(chunk: bytes, separator: str) -> bool:
    """Return whether quotes stand around whole cells, so that a stretch ends with a row."""
    single = np.frombuffer(b"\n" + chunk + b"\n", np.uint8)
    quotes = np.flatnonzero(single == QUOTE)
    if len(quotes) % 2:
        return False
    around = np.concatenate([single[quotes[::2] - 1], single[quotes[1::2] + 1]])
    known = np.frombuffer(separator.encode() + b'\r\n"', np.uint8)
    return bool(np.isin(around, known).all())


def columns_of(
    chunk: bytes, separator: str, codec: str, ways: Sequence[str], coder: Coder
) -> Stretch | None:
    """Return a stretch column by column.

    Args:
        chunk: whole rows, whose quotes are whole too. separator: of the cells.
        codec: by which the bytes are texts.
        ways: as what each column is read: `NUMBERS` where that can be, `TEXTS` or `NOTHING`.
        coder: of all texts of the table.

    Returns:
        None where a line is empty, or no row of that width.
    """
    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n")
    if codec == "utf-8-sig":
        return None
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
    width, letters = len(ways), digits.letters_of(chunk)
    marks = _marks(letters.single, separator, b'"' in chunk)
    places = None if marks is None else _places(letters.single, marks, width)
    if places is None:
        return None
    starts, ends = places
    if separator in ",;" and b" " in chunk:  # as the reader of rows leaves out first blanks
        starts = _without_blanks(letters.single, starts, ends)
    if b'"' in chunk:
        is_quoted = letters.single.take(starts) == QUOTE
        starts, ends = starts + is_quoted, ends - is_quoted
    if _may_have_empty_rows(letters.single, starts, ends, codec):
        return None
    asked = np.array([k for k in range(width) if ways[k] == NUMBERS], int)
    if len(asked) == width:
        found = _numbers(letters, starts, ends, codec)
    else:
        found = _numbers(letters, starts[asked], ends[asked], codec)
    others: dict[int, Numbers | Coded | list[str]] = {
        int(asked[i]): column for i, column in found.mended.items()
    }
    plain = asked[found.is_plain]
    done = {*others, *plain.tolist()}
    texts = [k for k in range(width) if k not in done and ways[k] != NOTHING]
    coded = coder.codes(letters, starts[texts], ends[texts], codec)
    if coded is None:
        return None
    for i, k in enumerate(texts):
        if not coded[1][i]:
            others[k] = Coded(coded[0][i], coder.names)
            continue
        pairs = zip((starts[k] - PAD).tolist(), (ends[k] - PAD).tolist(), strict=True)
        others[k] = [chunk[a:b].decode(codec).strip() for a, b in pairs]
    values = found.values if found.is_plain.all() else found.values[found.is_plain]
    has_points, has_thirds = found.has_points[found.is_plain], found.has_thirds[found.is_plain]
    return Stretch(starts.shape[1], plain, values, has_points, has_thirds, others)


def _marks(single: Array, separator: str, has_quotes: bool) -> Array | None:
    """Return where cells end; None where a quoted cell has a quote or several lines."""
    is_mark = (single == ord(separator)) | (single == NEWLINE)
    if has_quotes:
        is_quote = single == QUOTE
        if (is_quote[1:] & is_quote[:-1]).any():
            return None
        is_inside = np.add.accumulate(is_quote.view(np.uint8), dtype=np.uint8) & 1 == 1
        if (is_inside & (single == NEWLINE)).any():
            return None
        is_mark &= ~is_inside
    return np.flatnonzero(is_mark)


def _places(single: Array, marks: Array, width: int) -> tuple[Array, Array] | None:
    """Return first bytes of cells, and those behind the last ones. (width, rows) both

    None if a line has another number of cells.
    """
    if len(marks) % width:
        return None
    starts = np.concatenate([[PAD], marks[:-1] + 1]).reshape(-1, width)
    ends = marks.reshape(-1, width)
    is_end = single.take(marks).reshape(-1, width) == NEWLINE
    if not is_end[:, -1].all() or is_end[:, :-1].any():
        return None
    return np.ascontiguousarray(starts.T), np.ascontiguousarray(ends.T)


def _may_have_empty_rows(single: Array, starts: Array, ends: Array, codec: str) -> bool:
    """Return whether a row has nothing but blanks, or no cell at all."""
    first = single.take(starts[0])
    # Blanks beyond ASCII begin with bytes beyond it.
    may_be = (first <= BLANK) | (first > ord("~")) | (starts[0] == ends[0])
    for row in np.flatnonzero(may_be).tolist():
        pairs = zip(starts[:, row].tolist(), ends[:, row].tolist(), strict=True)
        if not any(single[a:b].tobytes().decode(codec).strip() for a, b in pairs):
            return True
    return False


def _without_blanks(single: Array, starts: Array, ends: Array) -> Array:
    """Return where cells begin behind their first blanks."""
    while (is_blank := (single.take(starts) == BLANK) & (starts < ends)).any():
        starts = starts + is_blank
    return starts


class _Found(NamedTuple):
    """What was read of columns as numbers.

    Attributes:
        values: (columns, rows). has_points, has_thirds: (columns,) as `Numbers` has them.
        is_plain: (columns,) whether all cells are numbers or empty.
        mended: columns, by their place, that are numbers besides words for gaps.
    """

    values: Array
    has_points: Array
    has_thirds: Array
    is_plain: Array
    mended: dict[int, Numbers]


def _numbers(letters: Letters, starts: Array, ends: Array, codec: str) -> _Found:
    """Return columns as numbers.

    Args:
        letters: of the stretch. starts, ends: (columns, rows) of the cells in them.
        codec: by which the bytes are texts.
    """
    shape = starts.shape
    flat, wholes = digits.numbers_of(letters, starts.ravel(), ends.ravel())
    values, is_empty = flat.reshape(shape), starts == ends
    values[is_empty] = np.nan
    is_odd = wholes.is_odd.reshape(shape) & ~is_empty
    # A zero before a digit, as codes have it; unsigned: what is below `0` is large.
    single = letters.single
    is_code = (single.take(starts) == ZERO) & (single.take(starts + 1) - ZERO < 10)
    has_code, has_odd = is_code.any(axis=1), is_odd.any(axis=1)
    is_pointed = wholes.is_pointed.reshape(shape) & ~is_odd & ~is_empty
    has_points = is_pointed.any(axis=1)
    has_thirds = ((wholes.decimals.reshape(shape) == 3) | ~is_pointed).all(axis=1)
    for k in np.flatnonzero(has_points & has_thirds).tolist():
        pointed = np.abs(values[k, is_pointed[k]])
        has_thirds[k] = ((pointed >= 1) & (pointed < 1000)).all()
    found = _Found(values, has_points, has_thirds, ~(has_code | has_odd), {})
    for k in np.flatnonzero(has_odd & ~has_code).tolist():
        rows = np.flatnonzero(is_odd[k]).tolist()
        cells = (single[starts[k, row] : ends[k, row]].tobytes() for row in rows)
        column = Numbers(values[k], None, bool(has_points[k]), bool(has_thirds[k]))
        mended = _with_others(column, zip(rows, cells, strict=True), codec)
        if mended is not None:
            found.mended[k] = mended
    return found


def _with_others(
    column: Numbers, cells: Iterable[tuple[int, bytes]], codec: str
) -> Numbers | None:
    """Return a column with numbers that were not read, and gaps; None if it has others."""
    has_points, has_thirds = column.has_points, column.has_thirds
    gaps = Counter[str]()
    for row, raw in cells:
        cell = raw.decode(codec)
        if is_gap(word := cell.strip()):
            column.values[row] = np.nan
            gaps[word] += bool(word)
            continue
        if cell.strip(_BARE):
            return None
        try:
            value = float(cell)
        except ValueError:
            return None
        if math.isinf(value):
            return None
        column.values[row] = value
        if "." in cell:
            has_points = True
            has_thirds = has_thirds and is_thirds(cell)
    return Numbers(column.values, gaps, has_points, has_thirds)


def is_thirds(cell: str) -> bool:
    """Return whether a number is written as thousands with points are: `12.500.000`."""
    first, *rest = cell.lstrip("+-").split(".")
    is_first = first.isdigit() and first != "0" and len(first) <= 3
    return is_first and all(len(part) == 3 and part.isdigit() for part in rest)
