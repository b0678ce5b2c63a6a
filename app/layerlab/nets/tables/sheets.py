"""Sheets: the cells of a spreadsheet as rows of the same kind as a text file has.

A cell of a spreadsheet has a kind already. Numbers stay numbers, whatever marks a country
writes them with; dates, times and truths become the texts by which they are recognised. Which
kind a column has is then decided as for any other table.
"""

from __future__ import annotations

import datetime
import io
import itertools
import logging
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError, one_line, unknown_name
from layerlab.core.libraries import needed_for
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables.archive import check_archive, damaged, locked, mimetype_of, names_of
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.notation import is_plain
from layerlab.nets.tables.source import COMMENTS, ROWS_TO_ASK, ROWS_TO_JUDGE, Source

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cell = Any  # str, float, bool, or a date, a time, a duration; "" where there is nothing
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"opendocument.spreadsheet"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD_EXCEL = "Workbook".encode("utf-16-le"), "Book".encode("utf-16-le")  # not translated
_ERROR = re.compile(r"Err:\d{3}")  # of LibreOffice
_DURATION = re.compile(r"(-?)PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,](\d{1,9}))?S")
LARGEST_WHOLE = 1e15  # beyond, not every whole number is one of the numbers there are
CELLS_TO_ASK = 50_000  # after as many it is asked whether the file is still wanted
FEWEST_ROWS = 64  # ... but not after fewer rows
MAX_LISTED = 8  # names of sheets in a sentence

_log = logging.getLogger("layerlab")


@dataclass(frozen=True, eq=False)
class SheetSource(Source):
    """A sheet whose rows can be read.

    Attributes:
        sheet: its name. sheets: names of all sheets of the file.
        cells: the sheet, as the library has it.
        shift: empty columns before the first one.
        cut: line -> cells of rows above the table, without the empty ones at their end.
        skipped: lines that are comments.
        decimal: mark of decimals in texts that stand for numbers of some columns, see
            `written_as`. written: these columns.
    """

    sheet: str = ""
    sheets: tuple[str, ...] = ()
    cells: CalamineSheet | None = None
    shift: int = 0
    cut: dict[int, int] | None = None
    skipped: frozenset[int] = frozenset()
    decimal: str = "."
    written: frozenset[int] = frozenset()

    def cell_blocks(self) -> Iterator[tuple[list[int], list[list[Cell]]]]:
        """Yield blocks of rows as they are in the sheet, each with its lines; no empty ones.

        Raises:
            LabError: the sheet is damaged.
            CancelledError: it is no longer wanted.
        """
        assert self.cells is not None
        rows = enumerate(_guarded(self.cells.iter_rows(), self.where), 1)
        count = max(FEWEST_ROWS, min(ROWS_TO_ASK, CELLS_TO_ASK // max(1, self.cells.width)))
        while True:
            check_cancelled()
            block = list(itertools.islice(rows, count))
            if not block:
                return
            kept = [
                (line, row) for line, row in block if any(c != "" for c in row)
            ]  # a cell may be 0 or False
            if self.skipped:
                kept = [(line, row) for line, row in kept if line not in self.skipped]
            if kept:
                yield [line for line, _row in kept], [row[self.shift :] for _l, row in kept]

    def blocks(
        self, part: bytes | None = None, start: int | None = None
    ) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield blocks of rows as texts; see `Source.blocks`."""
        for lines, rows in self.cell_blocks():
            yield lines, [self.texts(row) for row in rows]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield rows with their lines; those above the table end at their last filled cell."""
        cut = self.cut or {}
        for line, row in super().rows():
            yield line, row[: cut[line]] if line in cut else row

    def texts(self, row: Sequence[Cell]) -> list[str]:
        """Return the texts that stand for the cells of a row."""
        texts = [text_of(cell) for cell in row]
        for k in self.written:
            if type(row[k]) is float:
                texts[k] = texts[k].replace(".", self.decimal)
        return texts

    def column_texts(self, k: int, cells: Sequence[Cell]) -> tuple[str, ...]:
        """Return the texts that stand for cells of column k, without surrounding blanks."""
        texts = tuple(text_of(cell).strip() for cell in cells)
        if k not in self.written:
            return texts
        return tuple(
            text.replace(".", self.decimal) if type(cell) is float else text
            for text, cell in zip(texts, cells, strict=True)
        )

    def written_as(self, decimal: str, columns: Collection[int]) -> SheetSource:
        """Return the source with numbers of some columns as its texts write them.

        Args:
            decimal: their mark of decimals. columns: that have both numbers and texts.
        """
        return replace(self, decimal=decimal, written=frozenset(columns))


def text_of(cell: Cell) -> str:
    """Return the text of a cell by which its kind is recognised; errors are gaps."""
    kind = type(cell)
    if kind is str:
        return _own_text(cell)
    if kind is float:
        if cell == math.floor(cell) if math.isfinite(cell) else False:
            return str(int(cell)) if abs(cell) < LARGEST_WHOLE else repr(cell)
        return "" if math.isnan(cell) else repr(cell)
    if kind is bool:
        return "TRUE" if cell else "FALSE"  # not translated
    if kind is datetime.datetime:
        day = cell.date().isoformat()
        return day if cell.time() == datetime.time() else f"{day} {cell.time().isoformat()}"
    if kind is datetime.timedelta:
        return _duration(cell / datetime.timedelta(seconds=1))
    if kind is datetime.date or kind is datetime.time:
        return str(cell.isoformat())
    return str(cell)


def _own_text(text: str) -> str:
    if text.startswith(("PT", "-PT")) and (found := _DURATION.fullmatch(text)) is not None:
        sign, hours, minutes, seconds, fraction = found.groups()
        rest = f".{fraction}" if fraction and fraction.strip("0") else ""
        return f"{sign}{int(hours):02}:{int(minutes):02}:{int(seconds):02}{rest}"
    return "" if text[:4] == "Err:" and _ERROR.fullmatch(text) else text


def _duration(seconds: float) -> str:
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    whole, fraction = divmod(round(seconds * 1000), 1000)
    rest = f".{fraction:03}" if fraction else ""
    return f"{sign}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{rest}"


# ---- from the bytes of a file


def is_spreadsheet(raw: bytes) -> bool:
    """Return whether a file is a spreadsheet, or something else that is packed as one is."""
    return raw.startswith((*ZIP, OLE))


def open_sheet(path: str, raw: bytes, sheet: str | None) -> SheetSource:
    """Return a sheet of a file.

    Args:
        path: the file, for messages. raw: its bytes.
        sheet: name of a sheet; None: the first one that holds a table.

    Raises:
        LabError: one sentence: it is another archive, locked, damaged, too large, or has no
            such sheet.
        NotReadyError: the library that reads spreadsheets is missing.
        CancelledError: it is no longer wanted.
    """
    form = _form(path, raw)
    check_archive(raw, path)
    with needed_for(_("a spreadsheet")):
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book = _opened(path, raw)
    metadata = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    names = tuple(one.name for one in metadata)
    if sheet is not None and sheet not in names:
        error = unknown_name(_("sheet"), sheet, names)
        raise LabError(_("{path}: {error}", path=path, error=error))
    visible = [one.name for one in metadata if one.visible == SheetVisibleEnum.Visible]
    if sheet is None:
        rest = [name for name in names if name not in visible]
        sheet, cells = _first_table(path, book, [*visible, *rest])
    else:
        cells = _sheet(path, book, sheet)
    return _without_comments(_source(path, form, sheet, names, cells))


def _form(path: str, raw: bytes) -> str:
    """Return the kind of spreadsheet; raises LabError where it is none that is read."""
    if raw.startswith(OLE):
        if _LOCKED in raw:
            raise locked(path)
        if any(name in raw for name in _OLD_EXCEL):
            raise LabError(
                _("{path} is an Excel file of before 2007; save it as .xlsx or CSV", path=path)
            )
        raise LabError(_("{path} is no text; save the table as CSV", path=path))
    names = names_of(raw)
    if not names:
        raise damaged(path)
    if "encrypted-package" in names:
        raise locked(path)
    if "xl/workbook.bin" in names:
        raise LabError(_("{path} is a binary Excel file; save it as .xlsx or CSV", path=path))
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    # A file that was packed again may lack the first part, which says what it is.
    if "content.xml" in names and ("mimetype" not in names or _ODS in mimetype_of(raw)):
        return "ods"
    raise LabError(
        _("{path} is an archive, not a table; unpack it and open the table in it", path=path)
    )


def _opened(path: str, raw: bytes) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    with _Guard(path):
        return CalamineWorkbook.from_filelike(io.BytesIO(raw))


def _sheet(path: str, book: CalamineWorkbook, name: str) -> CalamineSheet:
    check_cancelled()
    with _Guard(path):
        return book.get_sheet_by_name(name)


class _Guard:
    """Says in one sentence what goes wrong in the library."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None or isinstance(error, LabError):
            return
        from python_calamine import CalamineError, PasswordError

        if isinstance(error, PasswordError):
            raise locked(self._path) from None
        # What its compiled code did not expect derives from BaseException alone.
        if isinstance(error, CalamineError | OSError | ValueError | OverflowError) or (
            type(error).__name__ == "PanicException"
        ):
            _log.warning("a spreadsheet is not read: %s", one_line(error))
            raise damaged(self._path) from None


def _guarded(rows: Iterator[list[Cell]], path: str) -> Iterator[list[Cell]]:
    while True:
        with _Guard(path):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _first_table(
    path: str, book: CalamineWorkbook, names: Sequence[str]
) -> tuple[str, CalamineSheet]:
    """Return the first sheet with two rows of two cells, else the first one with any."""
    filled: tuple[str, CalamineSheet] | None = None
    for name in names:
        cells = _sheet(path, book, name)
        head = itertools.islice(_filled(cells, path), ROWS_TO_JUDGE)
        counts = [sum(c != "" for c in row) for _line, row in head]
        if sum(count > 1 for count in counts) > 1:
            return name, cells
        if counts and filled is None:
            filled = name, cells
    if filled is None:
        raise LabError(_("{path} is empty", path=path))
    return filled


def _filled(cells: CalamineSheet, path: str) -> Iterator[tuple[int, list[Cell]]]:
    for line, row in enumerate(_guarded(cells.iter_rows(), path), 1):
        if any(c != "" for c in row):
            yield line, row


def _source(
    path: str, form: str, name: str, names: tuple[str, ...], cells: CalamineSheet
) -> SheetSource:
    head: list[tuple[int, list[Cell]]] = []
    shift = 2**31
    for line, row in _filled(cells, path):
        if not line % ROWS_TO_ASK:
            check_cancelled()
        if len(head) < 2 * ROWS_TO_JUDGE:
            head.append((line, row))
        shift = min(shift, next(k for k, c in enumerate(row) if c != ""))
        if not shift and len(head) == 2 * ROWS_TO_JUDGE:
            break
    if not head:
        raise LabError(_("{path}: the sheet {name} is empty", path=path, name=repr(name)))
    return SheetSource(
        where=path,
        raw=b"",
        codec="",
        encoding=form,
        separator="",
        start=1,
        comment="",
        comments=0,
        sheet=name,
        sheets=names,
        cells=cells,
        shift=shift,
        cut=_cut([(line, [text_of(c) for c in row[shift:]]) for line, row in head]),
    )


def _cut(head: Sequence[tuple[int, list[str]]]) -> dict[int, int]:
    """Return how many cells rows above the table have, where the empty ones at the end go.

    A sheet fills up all rows to the same width. Above the first row whose last cell is filled,
    titles and notes are known from a header by being shorter, as they are in a text file. They
    are left as they are where that row has numbers, and so may be the first one of data.
    """
    full = next((k for k, (_line, row) in enumerate(head) if row[-1]), 0)
    if not full or any(map(is_plain, head[full][1])):
        return {}
    width, cut = len(head[0][1]), {}
    for line, row in head[:full]:
        length = max(k for k, text in enumerate(row, 1) if text)
        is_header = length == width - 1 and all(row[:length])  # the first column has no name
        if length < width and not is_header:
            cut[line] = length
    return cut


def sheets_note(source: SheetSource) -> str:
    """Return the sentence on the sheets of a file that has several; else empty."""
    if len(source.sheets) < 2:
        return ""
    listed = [repr(name) for name in source.sheets[:MAX_LISTED]]
    if len(source.sheets) > MAX_LISTED:
        listed.append(_("{count} more", count=len(source.sheets) - MAX_LISTED))
    return ngettext(
        "the file has {count} sheet ({names}): {name} is read",
        "the file has {count} sheets ({names}): {name} is read; another one can be chosen",
        len(source.sheets),
        names=", ".join(listed),
        name=repr(source.sheet),
    )


def _without_comments(source: SheetSource) -> SheetSource:
    """Return the source without rows of a single cell that begins as comments do.

    As in a text file, comments are known by one among the first rows.
    """
    skipped = []
    for lines, rows in source.cell_blocks():
        for line, row in zip(lines, rows, strict=True):
            first = row[0]
            is_marked = type(first) is str and first.startswith(COMMENTS) and not is_gap(first)
            if is_marked and all(c == "" for c in row[1:]):
                skipped.append(line)
        if lines[-1] > 4 * ROWS_TO_JUDGE and not skipped:
            break
    return replace(source, skipped=frozenset(skipped), comments=len(skipped))
