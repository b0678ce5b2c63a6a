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
from xml.parsers import expat

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.translation import _

MAX_UNPACKED = 500_000_000  # bytes of all parts
MAX_PARTS = 5_000
MAX_CELLS = 8_000_000  # between the first and the last filled cell of a sheet
MAX_TEXT = 200_000_000  # bytes of all texts in cells
_STEP = 2**18  # bytes that are unpacked at once
_LONGEST = 2**22  # bytes of a tag with its text; a cell has at most 32,767 letters
_LOCAL_HEADER = 30  # bytes, before name and extra field
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*"
# The attributes are missing where a tag is not written as XML is.
_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?(row|c)(?=[\s/>])(?:(" + _ATTRIBUTES + rb")\s*(/?)>\s*(</)?)?"
)
_ATTRIBUTE = re.compile(rb"\s([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLACE = re.compile(rb"([A-Za-z]{1,3})(\d{1,7})")
_ROW_PLACE = re.compile(rb"()(\d{1,7})")
_PLACED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_PREFIXED = re.compile(rb"<\w+:c[\s/>]")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"'][^<>]*>\s*(?:<(?:\w+:)?v>(\d{1,9})<)?")
_ITEM = re.compile(rb"<(?:\w+:)?si[\s>]")
_ODS_TAG = re.compile(
    rb"<(/?)(?:\w+:)?(table-row|table-cell|covered-table-cell|table)(?=[\s/>])(?:("
    + _ATTRIBUTES
    + rb")\s*(/?)>)?"
)
_ODS_ROW_END = b"</table:table-row>"
_ODS_OTHERWISE = re.compile(rb"<(?!/?table:)/?(?:\w+:)?(?:covered-)?table-(?:row|cell)")
_ODS_EMPTY_END = re.compile(rb"<table:table-cell(?:(?!value)[^<>])*/>\s*$")
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated\s*=\s*[\"'](\d{1,12})[\"']")


_UNREADABLE = (ValueError, OSError, NotImplementedError)


def names_of(raw: bytes) -> frozenset[str]:
    """Return the names of an archive's parts; none where it is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, *_UNREADABLE):
        return frozenset()


def mimetype_of(raw: bytes) -> bytes:
    """Return what an archive of OpenDocument says that it is; empty where it says nothing."""
    try:
        with (
            zipfile.ZipFile(io.BytesIO(raw)) as archive,
            archive.open("mimetype") as part,
        ):
            return part.read(200)
    except (zipfile.BadZipFile, zlib.error, KeyError, RuntimeError, EOFError, *_UNREADABLE):
        return b""


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
    except (zipfile.BadZipFile, *_UNREADABLE):
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


class _Bounds:
    """Bounds of a sheet that is written as Excel writes it, which are seen quickly.

    Each stretch is searched for a cell beyond the bounds that are known so far, or written
    otherwise: of nearly all stretches that is all that is done.
    """

    def __init__(self) -> None:
        self._last_column, self._last_row = b"A", 1
        self._bottom = 1
        self._set()

    def take(self, stretch: bytes) -> bool:
        """Take a stretch; False where it has to be looked at exactly."""
        if self._beyond.search(stretch) is not None:
            places = _PLACED.findall(stretch)
            columns = {letters for letters, _row in places}
            self._last_column = max(columns | {self._last_column}, key=_column)
            rows = {int(row) for _letters, row in places}
            self._last_row = max(rows | {self._last_row})
            self._set()
            if self._beyond.search(stretch) is not None:
                return False
        if b":c" in stretch and _PREFIXED.search(stretch) is not None:
            return False
        return _column(self._last_column) * self._bottom <= MAX_CELLS

    def _set(self) -> None:
        rows, self._bottom = _up_to(self._last_row)
        columns = _columns_up_to(self._last_column.decode())
        self._beyond = re.compile(
            rf'<c(?=[\s/>])(?! r="(?:{columns})(?:{rows})")'.encode()  # not translated
        )


def _up_to(number: int) -> tuple[str, int]:
    """Return a pattern of the numbers up to this one and a few more, and the last of these."""
    text = str(number)
    more = len(text) - 2
    if more < 0:
        return r"\d", 9 if len(text) == 1 else 99
    first, second = text[0], text[1]
    parts = [rf"\d{{1,{more + 1}}}", rf"{first}[0-{second}]\d{{{more}}}"]
    if first > "1":
        parts.append(rf"[1-{int(first) - 1}]\d{{{more + 1}}}")
    return "|".join(parts), int(first + second + "9" * more)


def _columns_up_to(last: str) -> str:
    """Return a pattern of the columns up to one."""
    parts = [last]
    if len(last) > 1:
        parts.append(rf"[A-Z]{{1,{len(last) - 1}}}")
    for k, letter in enumerate(last):
        if letter > "A":
            more = len(last) - k - 1
            parts.append(rf"{last[:k]}[A-{chr(ord(letter) - 1)}][A-Z]{{{more}}}")
    return "|".join(parts)


class _Counter:
    """Counts what the parts of a spreadsheet will take."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._unpacked = 0
        self._lengths: list[int] = []  # of the shared texts
        self._uses: Counter[bytes] = Counter()  # number of a shared text -> cells that have it
        self._tables_of_texts = 0  # parts that have shared texts
        self._is_unsure = False  # whether the shared texts may be numbered otherwise

    def count(self, part: zipfile.ZipInfo, raw: bytes) -> None:
        """Count a part of the archive."""
        if part.filename == "content.xml":
            self._count_ods(part, raw)
            return
        is_manifest = part.filename == "META-INF/manifest.xml"
        bounds: _Bounds | None = _Bounds()
        is_shared = False
        for stretch in self._stretches(part, raw):
            if is_manifest and b"encryption-data" in stretch:
                raise locked(self._where)
            if not is_shared and (b"<sst" in stretch or b":sst" in stretch):
                is_shared = True
                self._tables_of_texts += 1
            if is_shared:
                self._take_items(stretch)
            if b'"s"' in stretch or b"'s'" in stretch:
                self._uses.update(_SHARED.findall(stretch))
            if bounds is not None and not bounds.take(stretch):
                bounds = None
        if bounds is None:
            self._count_exactly(part, raw)

    def _count_exactly(self, part: zipfile.ZipInfo, raw: bytes) -> None:
        """Count the cells of a part that is written in an unusual way, or may be too large."""
        extent, row, column = _Extent(), 0, 0
        for stretch in self._stretches(part, raw, is_again=True):
            for tag in _ROW_OR_CELL.finditer(stretch):
                is_row = tag[1] == b"row"
                place = None if tag[2] is None else _place_of(tag[2], is_row)
                if place is None:
                    raise damaged(self._where)
                letters, digits = place
                if is_row:
                    row, column = int(digits) if digits else row + 1, 0
                    continue
                row = int(digits) if digits else row
                column = _column(letters) if letters else column + 1
                if not tag[3] and not tag[4]:
                    extent.take(max(row, 1), column, max(row, 1), column)
            if extent.cells > MAX_CELLS:
                raise too_large(self._where)

    def check_texts(self) -> None:
        """Refuse cells that share so long texts that a copy for each takes too much."""
        lengths, total = self._lengths, 0
        longest = max(lengths, default=0)  # where it is not sure which one a cell has
        for place, uses in self._uses.items():
            if not place or self._is_unsure or self._tables_of_texts > 1:
                total += uses * longest
            elif int(place) < len(lengths):
                total += uses * lengths[int(place)]
        if total > MAX_TEXT:
            raise too_large(self._where)

    def _take_items(self, stretch: bytes) -> None:
        """Note how many bytes each of the shared texts in a stretch has, with its tags."""
        self._is_unsure = self._is_unsure or b"<!" in stretch  # which may hide one
        starts = [found.start() for found in _ITEM.finditer(stretch)]
        if self._lengths:
            self._lengths[-1] += starts[0] if starts else len(stretch)
        ends = [*starts[1:], len(stretch)]
        self._lengths += [b - a for a, b in zip(starts, ends, strict=False)]

    def _count_ods(self, part: zipfile.ZipInfo, raw: bytes) -> None:
        walk, rest = _OdsWalk(self._where), b""
        for stretch in self._stretches(part, raw):
            *rows, rest = (rest + stretch).split(_ODS_ROW_END)
            for row in rows:
                walk.take_row(row)
            if len(rest) > _LONGEST:
                raise damaged(self._where)
            # All sheets are read when the file is opened.
            if walk.cells > MAX_CELLS or walk.text > MAX_TEXT:
                raise too_large(self._where)
        walk.take_row(rest)
        if walk.cells > MAX_CELLS or walk.text > MAX_TEXT:
            raise too_large(self._where)

    def _stretches(
        self, part: zipfile.ZipInfo, raw: bytes, is_again: bool = False
    ) -> Iterator[bytes]:
        """Yield what a part holds, cut before a tag; `is_again`: it was counted before."""
        rest, is_xml = b"", None
        if is_again:
            self._unpacked = 0
        # Old pictures are written in XML that is none.
        is_checked = not is_again and not part.filename.lower().endswith(".vml")
        parser = expat.ParserCreate()
        for piece in self._pieces(part, raw):
            if is_xml is None:
                if piece[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
                    raise damaged(self._where)  # XML in UTF-16, which no program writes here
                is_xml = piece.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")
            if is_xml and is_checked:
                self._check_xml(parser, piece)
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
        if is_xml and is_checked:
            self._check_xml(parser, b"")
        yield rest

    def _check_xml(self, parser: expat.XMLParserType, piece: bytes) -> None:
        """Refuse what is no XML: the library may read on in it forever. b"" ends a part."""
        try:
            parser.Parse(piece, not piece)
        # Entities without end too; an encoding that is not known, or of several bytes.
        except (expat.ExpatError, LookupError, ValueError):
            raise damaged(self._where) from None

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


def _place_of(attributes: bytes, is_row: bool) -> tuple[bytes, bytes] | None:
    """Return letters and digits of where a row or a cell says that it is.

    Returns:
        Both are empty where it does not say; None where what it says is no place.
    """
    places = [
        found[2] if found[2] is not None else found[3]
        for found in _ATTRIBUTE.finditer(attributes)
        if found[1] == b"r"
    ]
    if not places:
        return b"", b""
    found = (_ROW_PLACE if is_row else _PLACE).fullmatch(places[0])
    return (found[1], found[2]) if found and len(places) == 1 else None


class _OdsWalk:
    """Follows the tags of a sheet of OpenDocument."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._extent = _Extent()
        self._others = 0  # cells of other sheets
        self.text = 0  # bytes of the texts in cells, as often as these are repeated
        self._row, self._rows = 0, 1  # rows above this one; how often it is repeated
        self._in_row = False
        self._column = 0  # columns before the next cell
        self._open: tuple[int, int] | None = None  # where a cell's text begins; its repetitions

    @property
    def cells(self) -> int:
        """Number of cells of all sheets so far."""
        return self._others + self._extent.cells

    def take_row(self, row: bytes) -> None:
        """Take what stands up to the end of a row; mostly that is a row and nothing else."""
        plain = _ODS_EMPTY_END.sub(b"", row)
        count = plain.count(b"<table:table-cell") + plain.count(b"<table:covered-table-cell")
        is_plain = (
            b"repeated" not in plain
            and plain.lstrip().startswith(b"<table:table-row")
            and plain.count(b"<table:table-row") == 1
            and b"<table:table " not in plain
            and b">" in plain
            and b"/>" not in plain[: plain.index(b">") + 1]
            and _ODS_OTHERWISE.search(plain) is None
        )
        if is_plain:
            self._row += 1
            if count:
                self._extent.take(self._row, 1, self._row, count)
            return
        for tag in _ODS_TAG.finditer(row):
            if tag[3] is None:
                raise damaged(self._where)
            self._take(tag)
        if self._in_row:
            self._end_row()

    def _end_row(self) -> None:
        self._row += self._rows
        self._in_row = False

    def _take(self, tag: re.Match[bytes]) -> None:
        if tag[2] == b"table":
            self._others += self._extent.cells
            self._extent, self._row = _Extent(), 0
            return
        repeated = _REPEATED.findall(tag[3])
        if len(repeated) != tag[3].count(b"repeated"):
            raise damaged(self._where)
        times = max(map(int, repeated), default=1)
        if tag[2] == b"table-row":
            if tag[1]:
                self._end_row()
            elif tag[4]:
                self._row += times
            else:
                self._rows, self._column, self._in_row = times, 0, True
            return
        if tag[1]:
            if self._open is not None:
                start, often = self._open
                self.text += (tag.start() - start) * often
                self._open = None
            return
        if not tag[4] or b"value" in tag[3]:
            row, column = self._row + 1, self._column + 1
            self._extent.take(row, column, self._row + self._rows, self._column + times)
        if not tag[4]:
            self._open = tag.end(), times * self._rows
        self._column += times
