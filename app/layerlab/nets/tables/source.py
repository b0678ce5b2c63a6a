"""Source: from the bytes of a file to rows of texts. What they mean comes later."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layerlab.core.cancel import check_cancelled
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError, one_line
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables.checks import Refusals

MAX_BYTES = 100_000_000
MAX_COLUMNS = 2_000
ROWS_TO_JUDGE = 200  # the separator is recognised from as many rows
ROWS_TO_ASK = 1024  # after as many it is asked whether the file is still wanted
PART = 2**20  # bytes that are decoded at once
SEPARATORS = {  # in doubt, the first one
    "\t": _("tabs"),
    ";": _("semicolons"),
    ",": _("commas"),
    "|": _("bars"),
    " ": _("blanks"),
}
COMMENTS = ("#", "%", "//")
MOSTLY_QUOTED = 0.8  # share of lines with cells in single quotes
_SINGLE = re.compile(r"(?:^|[,;\t|])\s*'[^'\n]*'\s*(?=[,;\t|\r\n]|$)")
_FORMULA = re.compile(r'="(.*)"')
_INSTRUCTION = re.compile(r"[\"']?sep=(.)[\"']?[;,\t]*\r?\n?", re.IGNORECASE)
_JSON = re.compile(r"\[?\s*\{\s*(\"[^\"]*\"\s*:|$)")
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # as spreadsheets of today and before are
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


@dataclass(frozen=True, eq=False)
class Source:
    """A text file whose form is known.

    Attributes:
        where: the file, as messages name it.
        raw: its bytes. codec: of Python, by which they are texts.
        encoding: the codec as a person knows it.
        separator: of the cells.
        start: line on which the rows begin, from 1.
        comment: mark of lines that are comments; empty without any.
        comments: how many such lines there are among the first.
        quote: what stands around cells.
    """

    where: str
    raw: bytes
    codec: str
    encoding: str
    separator: str
    start: int
    comment: str
    comments: int
    quote: str = '"'

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield rows with the line on which each begins; see `blocks`."""
        for lines, rows in self.blocks():
            yield from zip(lines, rows, strict=True)

    def blocks(
        self, part: bytes | None = None, start: int | None = None
    ) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield blocks of rows, each with the lines on which its rows begin.

        Args:
            part: whole rows of the file; None: all of it.
            start: line on which the part begins.

        Neither empty rows nor comments are among them. A block whose rows are a line each, none
        of them empty, which nearly all are, is passed on as it was read.

        Raises:
            LabError: a quote is never closed, or a row is too wide.
            CancelledError: it is no longer wanted.
        """
        text = self._lines() if part is None else _text(part, self.codec_within(start))
        reader = csv.reader(text, _dialect(self.separator, self.quote), strict=True)
        mark, offset = self.comment, self.start if start is None else start
        line = offset
        try:
            while True:
                check_cancelled()
                before, rows, lines = reader.line_num, [], []
                for row in itertools.islice(reader, ROWS_TO_ASK):
                    rows.append(row)
                    lines.append(line)
                    line = reader.line_num + offset
                if not rows:
                    return
                is_plain = reader.line_num - before == len(rows) and all(
                    row and row[0].strip() for row in rows
                )
                if is_plain and not (mark and any(row[0].startswith(mark) for row in rows)):
                    yield lines, rows
                    continue
                kept = [
                    k
                    for k, row in enumerate(rows)
                    if any(map(str.strip, row)) and not (mark and row[0].startswith(mark))
                ]
                if kept:
                    yield [lines[k] for k in kept], [rows[k] for k in kept]
        except csv.Error as error:
            what = str(error)
            if "unexpected end" in what:
                what = _("a quote is opened and never closed")
            raise LabError(
                _(
                    "{path}, row {line} cannot be read: {what}",
                    path=self.where,
                    line=line,
                    what=one_line(what),
                )
            ) from None

    def codec_within(self, line: int | None) -> str:
        """Return the codec of what begins on a line: only the first one may have a mark."""
        is_first = line is None or line == 1
        return "utf-8" if self.codec == "utf-8-sig" and not is_first else self.codec

    def _lines(self) -> Iterator[str]:
        text = _text(self.raw, self.codec)
        for _line in range(self.start - 1):
            next(text, None)
        return text


def without_formula(cell: str) -> str:
    """Return the text of a cell such as `="0012"`, as spreadsheets write; others unchanged."""
    found = _FORMULA.fullmatch(cell) if cell[:2] == '="' else None
    return cell if found is None else found[1].replace('""', '"')


def _dialect(separator: str, quote: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = separator
        quotechar = quote
        skipinitialspace = separator in " ,;"

    return Dialect


def _text(raw: bytes, codec: str) -> io.TextIOWrapper:
    """Return the text line by line, as it is decoded; nothing of it is copied as a whole."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding=codec, newline="")


def open_source(path: str, raw: bytes | None = None) -> Source:
    """Recognise the form of a text file.

    Args:
        path: the file. raw: its bytes, if they have been read.

    Raises:
        LabError: one sentence: it cannot be read, is empty, or is no text.
        CancelledError: it is no longer wanted.
    """
    if raw is None:
        raw = read_file(path, MAX_BYTES, _("table"))
    codec, encoding = _codec(raw, path)
    head = _head(raw, codec)
    if not any(line.strip() for line in head):
        raise LabError(_("{path} is empty", path=path))
    _check_is_table(head, path)
    instruction = _INSTRUCTION.fullmatch(head[0])
    start = 2 if instruction else 1
    head = head[start - 1 :]
    quote = _quote(head)
    comment, comments = _comment(head, quote)
    if comment:
        head = [line for line in head if not line.startswith(comment)]
    separator = instruction[1] if instruction else _separator(head, quote)
    return Source(path, raw, codec, encoding, separator, start, comment, comments, quote)


def _check_is_table(head: list[str], path: str) -> None:
    """Refuse texts of another form, whose rows would be read as a table of something else."""
    first = next(line for line in head if line.strip()).strip().lower()
    if first.startswith(("<!doctype", "<html", "<?xml")):
        raise LabError(_("{path} is a web page or XML; save the table as CSV", path=path))
    if _JSON.match(first):
        raise LabError(_("{path} is JSON; save the table as CSV", path=path))
    if any(line.lower().startswith(("@relation ", "@attribute ")) for line in head):
        raise LabError(_("{path} is an ARFF file; save the table as CSV", path=path))


def _codec(raw: bytes, path: str) -> tuple[str, str]:
    """Return the codec of a file, and its name."""
    if raw.startswith(_ARCHIVES):
        raise LabError(_("{path} is no text; save the table as CSV", path=path))
    for mark, codec, name in _BOMS:
        if raw.startswith(mark):
            _check_decodes(raw, codec, name, path)
            return codec, name
    sides = raw[1:4000:2].count(0), raw[0:4000:2].count(0)
    if max(sides) > 0.3 * min(2000, max(1, len(raw) // 2)):  # Latin letters in two bytes
        codec = "utf-16-le" if sides[0] > sides[1] else "utf-16-be"
        _check_decodes(raw, codec, "UTF-16", path)
        return codec, "UTF-16"
    if (at := raw.find(b"\0")) >= 0:
        raise LabError(
            _(
                "{path}, row {line} contains a zero byte: this is not a text file",
                path=path,
                line=1 + len(re.findall(rb"\r\n|\r|\n", raw[:at])),
            )
        )
    if not _decodes(raw, "utf-8"):
        # What a spreadsheet writes where it does not write Unicode. Five bytes mean nothing in
        # it; Latin-1 gives each of them a sign that nobody types, so it is not asked.
        _check_decodes(raw, "cp1252", _("UTF-8 or Windows-1252"), path)
        return "cp1252", "Windows-1252"
    return "utf-8", "UTF-8"


def _decodes(raw: bytes, codec: str) -> bool:
    """Return whether bytes are text of a codec; no copy of all of it is made."""
    if codec in ("utf-8", "utf-8-sig", "cp1252") and raw.isascii():
        return True
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for start in range(0, len(raw), PART):
            decoder.decode(raw[start : start + PART], start + PART >= len(raw))
    except UnicodeDecodeError:
        return False
    return True


def _check_decodes(raw: bytes, codec: str, name: str, path: str) -> None:
    if _decodes(raw, codec):
        return
    try:
        codecs.decode(raw, codec)
    except UnicodeDecodeError as error:
        raise LabError(
            _(
                "{path}, row {row} is not {encoding} (byte {byte:#04x}); save it as CSV in "
                "UTF-8",
                path=path,
                row=1 + len(re.findall(rb"\r\n|\r|\n", raw[: error.start])),
                encoding=name,
                byte=raw[error.start],
            )
        ) from None


def _head(raw: bytes, codec: str) -> list[str]:
    text = _text(raw, codec)
    return [line for line, _row in zip(text, range(4 * ROWS_TO_JUDGE), strict=False)]


def _quote(head: list[str]) -> str:
    """Return the quotes around cells: single ones where nearly each line has such cells."""
    lines = [line for line in head if line.strip()]
    if any('"' in line for line in lines):
        return '"'
    lines = lines[1:]  # a header may have none
    quoted = sum(1 for line in lines if _SINGLE.search(line) and not line.count("'") % 2)
    return "'" if lines and quoted >= MOSTLY_QUOTED * len(lines) else '"'


def _comment(head: list[str], quote: str) -> tuple[str, int]:
    """Return the mark of comments and how many lines have it; they are fewer than the rows.

    A header may begin with the mark: where as many cells follow as in the rows, the line is
    the first row, and the mark belongs to its first name.
    """
    for mark in COMMENTS:
        marked = [line for line in head if line.startswith(mark)]
        others = [line for line in head if line.strip() and not line.startswith(mark)]
        if not marked or 2 * len(marked) > len(head):
            continue
        separator = _separator(others, quote)
        cells = Counter(line.count(separator) for line in others).most_common(1)[0][0]
        is_first = head[0].startswith(mark) and len(marked) == 1
        if is_first and cells and head[0].count(separator) == cells:
            continue
        return mark, len(marked)
    return "", 0


def _separator(lines: list[str], quote: str) -> str:
    """Return the separator that gives the same number of cells in most rows."""
    best, best_share = ",", 0.0
    for separator in SEPARATORS:
        counts: Counter[int] = Counter()
        try:
            for row in csv.reader(
                lines, _dialect(separator, quote)
            ):  # not strict: only counts matter
                check_cancelled()
                if any(map(str.strip, row)):
                    counts[len(row)] += 1
                if counts.total() == ROWS_TO_JUDGE:
                    break
        except csv.Error:
            continue
        width, often = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        # Blanks are in names and dates too: they separate where nothing else does.
        share = often / max(1, counts.total())
        if width > 1 and share > best_share and (separator != " " or best_share == 0):
            best, best_share = separator, share
    return best


def check_columns(count: int, where: str, refusals: Refusals) -> None:
    """Refuse a table that is too wide, or of one column; raises LabError."""
    if count > MAX_COLUMNS:
        raise LabError(
            _(
                "{path} has {columns} columns; a table can have at most {most}",
                path=where,
                columns=grouped(count),
                most=grouped(MAX_COLUMNS),
            )
        )
    if count < 2:
        what = _(
            "{path} has one column; a table needs at least two, separated by commas, "
            "semicolons or tabs",
            path=where,
        )
        if not count:  # not even one: most rows begin with an empty cell and have no other
            raise LabError(what)
        refusals.meet(LabError(what))


def lines_note(count: int) -> str:
    """Return the sentence on comments."""
    return ngettext(
        "{count} line that is a comment is skipped",
        "{count} lines that are comments are skipped",
        count,
    )
