"""Cells: from the bytes of a CSV file to rows of texts. What they mean comes later.

Recognised: separator (comma, semicolon, tab), byte order mark, quotes, decimal comma, and
whether the first row is a header. Everything else that is odd is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from layerlab.core.cancel import check_cancelled
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError, one_line
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 2_000
MAX_KNOWN = 50_000  # different cells, beyond which equal ones are no longer looked for
BLOCK = 50_000  # cells
LINES_TO_ASK = 1024  # after as many it is asked whether the file is still wanted
LINES_TO_JUDGE = 200  # the separator is recognised from as many rows
SEPARATORS = {
    "\t": _("tabs"),
    ";": _("semicolons"),
    ",": _("commas"),
}  # in doubt, the first one
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
COMMA_NUMBER = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?", re.ASCII)

Block = tuple[tuple[str, ...], ...]  # rows, column by column


@dataclass(frozen=True, eq=False)
class Cells:
    """A file's rows, all of the same length, without the header.

    They lie in blocks of rows, each a tuple of cells per column: work on a block takes some
    milliseconds, after which other threads have their turn, and the garbage collector does
    not look into tuples of texts.

    Attributes:
        where: the file, as messages name it.
        names: of the columns.
        blocks: of rows, in order; block[k] are cells of column k without surrounding blanks.
        lines: line of the file on which each row begins, as an editor counts.
        comma: whether numbers are written with a decimal comma.
        read_as: what was recognised, in words.
    """

    where: str
    names: tuple[str, ...]
    blocks: list[Block]
    lines: list[int]
    comma: bool
    read_as: str

    def column(self, k: int) -> list[str]:
        """Return all cells of column k."""
        return [cell for block in self.blocks for cell in block[k]]

    def forget(self) -> None:
        """Let go of the cells, bit by bit: millions at once would hold up every thread."""
        while self.blocks:
            self.blocks.pop()


def shown(text: str) -> str:
    """Return a cell or a name as messages quote it: on one line, at most 40 characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def read_cells(path: str) -> Cells:
    """Read a CSV file.

    Raises:
        LabError: one sentence with the file, and the row where there is one.
        CancelledError: it is no longer wanted, see `core.cancel`.
    """
    raw = _bytes(path)
    _check_text(raw, path)
    separator = _separator(raw)
    first, blocks, lines = _rows(raw, separator, path)
    first, blocks = _without_empty_edge(first, blocks)
    if len(first) < 2:
        raise LabError(
            _(
                "{path} has one column; a table needs at least two, separated by commas, "
                "semicolons or tabs",
                path=path,
            )
        )
    comma = separator != "," and _has_decimal_comma(first, blocks)
    pattern = COMMA_NUMBER if comma else NUMBER
    words = [SEPARATORS[separator]] + [_("decimal comma")] * comma
    if _is_header(first, blocks, pattern):
        names = _names(first, path)
        lines = lines[1:]
    else:
        names = tuple(f"column {k + 1}" for k in range(len(first)))  # not translated
        blocks = [tuple((cell,) for cell in first), *blocks]
        words.append(_("no header"))
    if not lines:
        raise LabError(_("{path} has a header only, no row of data", path=path))
    return Cells(path, names, blocks, lines, comma, ", ".join(words))


def _bytes(path: str) -> bytes:
    raw = read_file(path, MAX_BYTES, _("CSV file"))
    if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
        raise LabError(_("{path} is empty", path=path))
    return raw


def _check_text(raw: bytes, path: str) -> None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LabError(_("{path} is UTF-16, not UTF-8; save it as CSV in UTF-8", path=path))
    if (at := raw.find(b"\0")) >= 0:
        raise LabError(
            _(
                "{path}, row {line} contains a zero byte: this is not a text file",
                path=path,
                line=_line(raw[:at]),
            )
        )
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        row = _line(raw[: error.start])
        raise LabError(
            _(
                "{path}, row {row} is not UTF-8 (byte {byte:#04x}); save it as CSV in UTF-8",
                path=path,
                row=row,
                byte=raw[error.start],
            )
        ) from None


def _text(raw: bytes) -> io.TextIOWrapper:
    """Return the text line by line, as it is decoded; nothing of it is copied as a whole."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")


def _line(before: bytes) -> int:
    return 1 + len(re.findall(rb"\r\n|\r|\n", before))


def _separator(raw: bytes) -> str:
    """Return the separator that gives the same number of cells in most rows."""
    best, best_share = ",", 0.0
    for separator in SEPARATORS:
        # Not strict: only counts matter here.
        reader = csv.reader(_text(raw), delimiter=separator)
        counts: Counter[int] = Counter()
        try:
            for row in reader:
                check_cancelled()
                if any(map(str.strip, row)):
                    counts[len(row)] += 1
                if counts.total() == LINES_TO_JUDGE:
                    break
        except csv.Error:
            continue
        width, often = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and often / counts.total() > best_share:
            best, best_share = separator, often / counts.total()
    return best


def _rows(raw: bytes, separator: str, path: str) -> tuple[list[str], list[Block], list[int]]:
    """Return the first row, the others in blocks, and the line on which each begins.

    Rows that hold nothing are left out.
    """
    first: list[str] = []
    blocks: list[Block] = []
    rows: list[list[str]] = []  # of the block under way
    lines: list[int] = []
    known: dict[str, str] | None = {}
    reader = csv.reader(_text(raw), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            if not first:  # before anything else is made of a table that is too wide
                _check_columns(path, row)
            cells = list(map(str.strip, row))
            if any(cells):
                if known is not None:  # equal cells are one text: less memory, and sooner typed
                    cells = list(map(known.setdefault, cells, cells))
                    known = known if len(known) < MAX_KNOWN else None
                lines.append(line)
                if first:
                    _check_width(path, line, cells, first)
                    rows.append(cells)
                else:
                    first = cells
            if len(lines) > MAX_ROWS + 1:
                raise LabError(
                    _(
                        "{path} has more than {most} rows; use fewer of them",
                        path=path,
                        most=grouped(MAX_ROWS),
                    )
                )
            if len(rows) * len(first) >= BLOCK:
                blocks.append(tuple(zip(*rows, strict=True)))
                rows.clear()
            if reader.line_num % LINES_TO_ASK == 0:
                check_cancelled()
            line = reader.line_num + 1
    except csv.Error as error:
        what = str(error)
        if "unexpected end" in what:
            what = _("a quote is opened and never closed")
        raise LabError(
            _(
                "{path}, row {line} cannot be read: {what}",
                path=path,
                line=line,
                what=one_line(what),
            )
        ) from None
    if not first:
        raise LabError(_("{path} is empty", path=path))
    if rows:
        blocks.append(tuple(zip(*rows, strict=True)))
    return first, blocks, lines


def _check_columns(path: str, first: list[str]) -> None:
    if len(first) > MAX_COLUMNS:
        raise LabError(
            _(
                "{path} has {columns} columns; a table can have at most {most}",
                path=path,
                columns=grouped(len(first)),
                most=grouped(MAX_COLUMNS),
            )
        )


def _check_width(path: str, line: int, cells: list[str], first: list[str]) -> None:
    if len(cells) != len(first):
        raise LabError(
            ngettext(
                "{path}, row {line} has {count} cell, the first row has {first}; every row "
                "needs as many cells",
                "{path}, row {line} has {count} cells, the first row has {first}; every row "
                "needs as many cells",
                len(cells),
                path=path,
                line=line,
                first=len(first),
            )
        )


def _without_empty_edge(first: list[str], blocks: list[Block]) -> tuple[list[str], list[Block]]:
    """Drop last columns without a single entry: separators at the ends of the lines."""
    width = len(first)
    while width and not first[width - 1] and not any(any(b[width - 1]) for b in blocks):
        width -= 1
    if width == len(first):
        return first, blocks
    return first[:width], [block[:width] for block in blocks]


def _has_decimal_comma(first: list[str], blocks: list[Block]) -> bool:
    comma = point = 0
    for block in [(tuple(first),), *blocks]:
        check_cancelled()
        for cells in block:
            letters = "".join(cells)  # most columns have neither, which is seen at once
            if "," in letters:
                comma += sum("," in c and COMMA_NUMBER.fullmatch(c) is not None for c in cells)
            if "." in letters:
                point += sum("." in c and NUMBER.fullmatch(c) is not None for c in cells)
    return comma > point


def _is_header(first: list[str], blocks: list[Block], pattern: re.Pattern[str]) -> bool:
    """Return whether the first row names the columns.

    It does if none of its cells is a number. It also does if its numbers count up from 0,
    as tables without names are written, and its texts do not come again below.
    """
    is_number = [pattern.fullmatch(cell) is not None for cell in first]
    if not any(is_number):
        return True
    numbers = [cell for cell, yes in zip(first, is_number, strict=True) if yes]
    if len(numbers) < 2 or numbers != [str(k) for k in range(len(numbers))]:
        return False
    texts = [k for k, yes in enumerate(is_number) if not yes]
    return bool(texts) and all(
        first[k] and all(first[k] not in block[k] for block in blocks) for k in texts
    )


def _names(header: list[str], path: str) -> tuple[str, ...]:
    # not translated: specs have it
    names = [" ".join(name.split()) or f"column {k + 1}" for k, name in enumerate(header)]
    for name, often in Counter(names).items():
        if often > 1:
            raise LabError(
                _(
                    "{path} has {times} columns named {name}; each needs a name of its own",
                    path=path,
                    times=often,
                    name=shown(name),
                )
            )
    return tuple(names)
