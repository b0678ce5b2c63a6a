"""Archives: whether a spreadsheet may be unpacked, asked before anything is made of it.

A spreadsheet is a zip of XML, and the library that reads it makes a dense table of each sheet.
A small file can ask for any amount of memory: by unpacking to gigabytes, by two cells at
opposite corners, by a cell that is repeated a million times, by a long text that a million
cells share. The library ends the process where memory lacks, so all of that is counted here
first, in what the archive really holds, whatever its directory says.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.translation import _

MAX_UNPACKED = 500_000_000  # bytes of all parts
MAX_PARTS = 5_000
MAX_CELLS = 8_000_000  # between the first and the last filled cell of a sheet
MAX_TEXT = 200_000_000  # bytes of all texts in cells
_STEP = 2**20  # bytes that are unpacked at once
_LONGEST = 2**22  # bytes of a tag with its text; a cell has at most 32,767 letters
_LOCAL_HEADER = 30  # bytes, before name and extra field
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*"
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(" + _ATTRIBUTES + rb")\s*(/?)>\s*(</)?")
# Filled cells with their places, of files that are written as all programs write them.
_FILLED = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,7})(\d{1,9})[\"'][^<>]*(?<!/)>(?!\s*</)"
)
# A cell without a place, or with a sign in it that hides one.
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?:\s*/?>|\s(?![^<>]*\br\s*=)[^<>]*>)")
_PLACE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Za-z]*)(\d*)[\"']")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"'][^<>]*>\s*(?:<(?:\w+:)?v>(\d{1,9})<)?")
_ITEM = re.compile(rb"<(?:\w+:)?si[\s>]")
_ODS_TAG = re.compile(
    rb"<(/?)(?:\w+:)?(table-row|table-cell|covered-table-cell|table)(?=[\s/>])("
    + _ATTRIBUTES
    + rb")\s*(/?)>"
)
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated\s*=\s*[\"'](\d+)[\"']")


def names_of(raw: bytes) -> frozenset[str]:
    """Return the names of an archive's parts; none where it is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return frozenset()


def check_archive(raw: bytes, where: str) -> None:
    """Refuse a spreadsheet that is damaged, locked, or too large when it is unpacked.

    Args:
        raw: the file. where: how messages name it.

    Raises:
        LabError: one sentence.
        CancelledError: it is no longer wanted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise damaged(where) from None
    if len(parts) > MAX_PARTS:
        raise damaged(where)
    counter = _Counter(where)
    for part in parts:
        if part.flag_bits & 1:
            raise locked(where)
        counter.count(part, raw)
    counter.check_texts()


def damaged(where: str) -> LabError:
    """Return what is said of a spreadsheet that cannot be read."""
    return LabError(
        _(
            "{path} is a spreadsheet that is damaged; open it in its program and save it again",
            path=where,
        )
    )


def locked(where: str) -> LabError:
    """Return what is said of a spreadsheet with a password."""
    return LabError(
        _("{path} is locked by a password; save the spreadsheet without one", path=where)
    )


def too_large(where: str) -> LabError:
    """Return what is said of a spreadsheet of too many cells."""
    return LabError(
        _(
            "{path} has a sheet of more than {most} cells; save that sheet as CSV",
            path=where,
            most=grouped(MAX_CELLS),
        )
    )


@dataclass
class _Extent:
    """Where the filled cells of a sheet are; rows and columns from 1."""

    top: int = 2**62
    bottom: int = 0
    left: int = 2**62
    right: int = 0

    def take(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Take a block of filled cells."""
        self.top, self.bottom = min(self.top, row), max(self.bottom, last_row)
        self.left, self.right = min(self.left, column), max(self.right, last_column)

    @property
    def cells(self) -> int:
        """Number of cells of the smallest rectangle that has all."""
        return max(0, self.bottom - self.top + 1) * max(0, self.right - self.left + 1)


class _Counter:
    """Counts what the parts of a spreadsheet will take."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._unpacked = 0
        self._lengths: list[int] = []  # of the shared texts
        self._uses: Counter[bytes] = Counter()  # number of a shared text -> cells that have it

    def count(self, part: zipfile.ZipInfo, raw: bytes) -> None:
        """Count a part of the archive."""
        if part.filename == "content.xml":
            self._count_ods(part, raw)
            return
        is_manifest = part.filename == "META-INF/manifest.xml"
        extent, row, column = _Extent(), 0, 0
        is_walked = is_shared = False
        for stretch in self._stretches(part, raw):
            if is_manifest and b"encryption-data" in stretch:
                raise locked(self._where)
            is_shared = is_shared or b"<sst" in stretch or b":sst" in stretch
            if is_shared:
                self._take_items(stretch)
                continue
            if not is_walked and _UNPLACED.search(stretch):
                is_walked = True  # from here on tag by tag: others take their place from it
            self._uses.update(_SHARED.findall(stretch))
            if is_walked:
                row, column = _walk(stretch, extent, row, column)
            else:
                found = _FILLED.findall(stretch)
                if found:
                    columns = [
                        _column(letters) for letters in {letters for letters, _r in found}
                    ]
                    rows = [int(digits) for digits in {digits for _c, digits in found}]
                    extent.take(min(rows), min(columns), max(rows), max(columns))
                    row = max(rows)
            if extent.cells > MAX_CELLS:
                raise too_large(self._where)

    def check_texts(self) -> None:
        """Refuse cells that share so long texts that a copy for each takes too much."""
        lengths, total = self._lengths, 0
        longest = max(
            lengths, default=0
        )  # for cells of which it is not seen which one they have
        for place, uses in self._uses.items():
            if not place:
                total += uses * longest
            elif int(place) < len(lengths):
                total += uses * lengths[int(place)]
        if total > MAX_TEXT:
            raise too_large(self._where)

    def _take_items(self, stretch: bytes) -> None:
        """Note how many bytes each of the shared texts in a stretch has, with its tags."""
        starts = [found.start() for found in _ITEM.finditer(stretch)]
        if self._lengths:
            self._lengths[-1] += starts[0] if starts else len(stretch)
        ends = [*starts[1:], len(stretch)]
        self._lengths += [b - a for a, b in zip(starts, ends, strict=False)]

    def _count_ods(self, part: zipfile.ZipInfo, raw: bytes) -> None:
        walk, cells = _OdsWalk(), 0
        for stretch in self._stretches(part, raw):
            for tag in _ODS_TAG.finditer(stretch):
                if tag[2] == b"table":
                    cells += walk.extent.cells
                    walk = _OdsWalk(walk.text)
                else:
                    walk.take(tag)
            walk.end_stretch(len(stretch))
            # All sheets are read when the file is opened.
            if cells + walk.extent.cells > MAX_CELLS or walk.text > MAX_TEXT:
                raise too_large(self._where)

    def _stretches(self, part: zipfile.ZipInfo, raw: bytes) -> Iterator[bytes]:
        """Yield what a part holds, cut before a tag."""
        rest, is_xml = b"", None
        for piece in self._pieces(part, raw):
            if is_xml is None:
                if piece[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
                    raise damaged(self._where)  # XML in UTF-16, which no program writes here
                is_xml = piece.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")
            piece = rest + piece
            at = max(piece.rfind(mark) for mark in (b"<row", b"<c", b"<si", b"<table:table-"))
            if at <= 0:
                at = max(piece.rfind(b"<"), 0)
            rest = piece[at:]
            yield piece[:at]
            if len(rest) > _LONGEST:
                if is_xml:
                    raise damaged(self._where)
                rest = b""  # a picture or a sound
        yield rest

    def _pieces(self, part: zipfile.ZipInfo, raw: bytes) -> Iterator[bytes]:
        """Yield what a part holds, unpacked to its true end."""
        at = part.header_offset
        header = raw[at : at + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
            raise damaged(self._where)
        at += _LOCAL_HEADER + int.from_bytes(header[26:28], "little")
        at += int.from_bytes(header[28:30], "little")
        packed = raw[at : at + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            for start in range(0, len(packed), _STEP):
                yield self._counted(packed[start : start + _STEP])
            return
        if part.compress_type != zipfile.ZIP_DEFLATED:
            raise damaged(self._where)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            piece = inflater.decompress(packed, _STEP)
            while piece or inflater.unconsumed_tail:
                yield self._counted(piece)
                if inflater.eof:
                    return
                piece = inflater.decompress(inflater.unconsumed_tail, _STEP)
        except zlib.error:
            raise damaged(self._where) from None

    def _counted(self, piece: bytes) -> bytes:
        check_cancelled()
        self._unpacked += len(piece)
        if self._unpacked > MAX_UNPACKED:
            raise LabError(
                _(
                    "{path} unpacks to more than {most} MB; save the sheet you need as CSV",
                    path=self._where,
                    most=grouped(MAX_UNPACKED / 1e6),
                )
            )
        return piece


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _walk(stretch: bytes, extent: _Extent, row: int, column: int) -> tuple[int, int]:
    """Follow rows and cells that may lack their places; return the last ones."""
    for tag in _ROW_OR_CELL.finditer(stretch):
        place = _PLACE.search(tag[2])
        if tag[1] == b"row":
            row = int(place[2]) if place and place[2] else row + 1
            column = 0
            continue
        if place and place[1] and place[2]:
            row, column = int(place[2]), _column(place[1])
        else:
            column += 1
        if not tag[3] and not tag[4]:
            extent.take(max(row, 1), column, max(row, 1), column)
    return row, column


class _OdsWalk:
    """Follows the tags of a sheet of OpenDocument."""

    def __init__(self, text: int = 0) -> None:
        self.extent = _Extent()
        self.text = text  # bytes of the texts in cells, as often as these are repeated
        self._row, self._rows = 0, 1  # rows above this one; how often it is repeated
        self._column = 0  # columns before the next cell
        self._open: tuple[int, int] | None = None  # where a cell's text begins; its repetitions

    def take(self, tag: re.Match[bytes]) -> None:
        """Take a tag of a row or a cell."""
        repeated = _REPEATED.search(tag[3])
        times = int(repeated[1]) if repeated else 1
        if tag[2] == b"table-row":
            if tag[1]:
                self._row += self._rows
            elif tag[4]:
                self._row += times
            else:
                self._rows, self._column = times, 0
            return
        if tag[1]:
            if self._open is not None:
                start, often = self._open
                self.text += (tag.start() - start) * often
                self._open = None
            return
        if not tag[4] or b"value" in tag[3]:
            row, column = self._row + 1, self._column + 1
            self.extent.take(row, column, self._row + self._rows, self._column + times)
        if not tag[4]:
            self._open = tag.end(), times * self._rows
        self._column += times

    def end_stretch(self, length: int) -> None:
        """Take the text of a cell that goes on in the next stretch."""
        if self._open is not None:
            start, often = self._open
            self.text += (length - start) * often
            self._open = 0, often
