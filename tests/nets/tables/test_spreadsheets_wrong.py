"""Spreadsheets that are damaged, locked, or made to take all memory: one sentence each."""

from __future__ import annotations

import io
import pathlib
import random
import re
import subprocess
import sys
import zipfile
import zlib

import pytest

from layerlab.core.cancel import CancelledError, cancellable
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.numbers import grouped
from layerlab.nets.tables import archive, sheets
from layerlab.nets.tables.reading import read
from tests.helpers.spreadsheets import Xml, letters, ods, packed, xlsx
from tests.nets.tables.read_texts import reading_of

TABLE = [["a", "b", "y"], *[[float(i % 3), i / 2, "uv"[i % 2]] for i in range(10)]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GIGABYTE = 2**30


def message(raw: bytes) -> str:
    with pytest.raises(LabError) as refused:
        reading_of(raw, "table.xlsx")
    text = str(refused.value)
    assert text.count("\n") == 0
    assert "table.xlsx" in text
    return text


# ---- other files


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (packed({"a.csv": "a,b\n1,2\n"}), "is an archive, not a table; unpack it"),
        (packed({"word/document.xml": "<w/>"}), "is an archive, not a table"),
        (
            packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}),
            "is an archive, not a table",
        ),
        (packed({"xl/workbook.bin": b"\x01"}), "is a binary Excel file; save it as .xlsx"),
        (OLE + bytes(600) + "Workbook".encode("utf-16-le"), "Excel file of before 2007"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "locked by a password"),
        (OLE + bytes(600), "is no text; save the table as CSV"),
        (packed({"xl/workbook.xml": "<workbook>"}), "is damaged"),
        (packed({}), "is damaged"),
        (b"PK\x03\x04" + bytes(80), "is damaged"),
        (xlsx({"One": []}), "is empty"),
        (xlsx([["a"], [1], [2]]), "has one column"),
        (
            xlsx([[f"c{k}" for k in range(2100)], list(range(2100))]),
            f"has {grouped(2100)} columns",
        ),
        (xlsx([["x", Xml('<c PLACE t="s"><v>9</v></c>')]] * 5), "is damaged"),
    ],
)
def test_other_files_are_refused(raw: bytes, sentence: str) -> None:
    assert sentence in message(raw)


def test_a_locked_part_is_no_damage() -> None:
    raw = bytearray(xlsx(TABLE))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 1)
    assert "locked by a password" in message(bytes(raw))


def test_a_locked_document_of_libreoffice() -> None:
    urn = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{urn}">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>"
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": random.Random(3).randbytes(500),
        "META-INF/manifest.xml": manifest,
    }
    assert "locked by a password" in message(packed(parts))


def check_survives(raw: bytes) -> None:
    """Read a file, of which a table comes or a sentence."""
    try:
        rows = reading_of(raw, "table.xlsx").rows
    except LabError as error:
        message, rows = str(error), 0
        assert "table.xlsx" in message  # either is right
    assert rows <= 10


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_gives_a_sentence_or_a_table(form: str, seed: int) -> None:
    draw = random.Random(seed)
    raw = bytearray((xlsx if form == "xlsx" else ods)(TABLE))
    for _k in range(draw.randint(1, 12)):
        raw[draw.randrange(4, len(raw))] = draw.randrange(256)
    if draw.random() < 0.3:
        del raw[draw.randrange(4, len(raw)) :]
    check_survives(bytes(raw))


@pytest.mark.parametrize("seed", range(60))
def test_damaged_xml_gives_a_sentence_or_a_table(seed: int) -> None:
    """Within the archive, whose sums are right."""
    draw = random.Random(seed)
    form = (xlsx, ods)[seed % 2](TABLE)
    with zipfile.ZipFile(io.BytesIO(form)) as whole:
        parts = {name: bytearray(whole.read(name)) for name in whole.namelist()}
    for _k in range(draw.randint(1, 6)):
        content = parts[draw.choice([name for name in parts if name.endswith(".xml")])]
        at = draw.randrange(len(content))
        content[at : at + draw.randint(0, 4)] = draw.choice(
            [b"<", b">", b'"', b"9" * 12, b"", b"</c>", b"<c>", b"\xff", b"A99999999999"]
        )
    check_survives(packed({name: bytes(part) for name, part in parts.items()}))


# ---- what asks for all memory

CELL = '<c r="{}"><v>1</v></c>'
VALUE = '<table:table-cell office:value-type="float" office:value="3" {}/>'
ROW = "<table:table-row {}>{}</table:table-row>"
EMPTY_ROWS = "".join(f'<row r="{k}"><c r="A{k}" s="1"/></row>' for k in range(20, 200_000))


def row(number: int, *places: str) -> str:
    return f'<row r="{number}">{"".join(map(CELL.format, places))}</row>'


ITEM = b"<si><t>" + b"x" * 87 + b"</t></si>\n"
HUGE = 520 * 10_000 * len(ITEM)


def huge(is_lying: bool) -> bytes:
    """Return a workbook of half a megabyte that unpacks to half a gigabyte.

    Args:
        is_lying: whether its directory says that the part has 900 bytes.
    """
    out = io.BytesIO(xlsx(TABLE))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as part,
    ):
        part.write(b"<sst>")
        for _k in range(520):
            part.write(ITEM * 10_000)
    raw = out.getvalue()
    size = (HUGE + len(b"<sst>")).to_bytes(4, "little")
    assert raw.count(size) == 2
    return raw.replace(size, (900).to_bytes(4, "little")) if is_lying else raw


LONG = "<sst><si><t>" + "x" * 3_000_000 + "</t></si></sst>"
SHARED = '<c r="A{0}" t="s"><v>0</v></c>'
REFUSED = {
    "two cells at opposite corners": xlsx(
        Xml(row(1, "A1", "B1") + row(1048576, "A1048576", "XFD1048576"))
    ),
    "the corner in the middle of a row": xlsx(
        Xml(row(1, "A1", "XFD1", "B1") + row(9, "A9") + row(2, "XFD900000", "A2"))
    ),
    "a place behind another sign": xlsx(
        Xml(row(1, "A1") + '<row r="2"><c x=">" r="XFD1048576"><v>1</v></c></row>')
    ),
    "places in other quotes": xlsx(
        Xml(row(1, "A1") + "<row r='2'><c s='0' r = 'XFD1048576'><v>1</v></c></row>")
    ),
    "a place after cells without one": xlsx(
        Xml(
            '<row><c><v>1</v></c></row><row><c r="XFC1048576"><v>1</v></c><c><v>1</v></c></row>'
        )
    ),
    "names with a prefix": xlsx(
        Xml(
            '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<x:c r="A1"><x:v>1</x:v></x:c><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
        )
    ),
    "a long text that many cells share": xlsx(
        Xml("".join(f'<row r="{k}">{SHARED.format(k)}</row>' for k in range(1, 9000))),
        extra={"xl/sharedStrings.xml": LONG},
    ),
    "a cell that is repeated": ods(
        Xml(
            ROW.format(
                'table:number-rows-repeated="100000"',
                VALUE.format('table:number-columns-repeated="1000"'),
            )
        )
    ),
    "an empty stretch between cells": ods(
        Xml(
            ROW.format("", VALUE.format("") * 2)
            + ROW.format('table:number-rows-repeated="1000000"', "<table:table-cell/>")
            + ROW.format(
                "",
                '<table:table-cell table:number-columns-repeated="16000"/>' + VALUE.format(""),
            )
        )
    ),
    "a long text that is repeated": ods(
        Xml(
            ROW.format(
                'table:number-rows-repeated="20000"',
                '<table:table-cell office:value-type="string">'
                f"<text:p>{'x' * 100_000}</text:p></table:table-cell>",
            )
        )
    ),
    "many sheets": ods(
        {
            f"s{k}": Xml(ROW.format('table:number-rows-repeated="400000"', VALUE.format("")))
            for k in range(40)
        }
    ),
}
READ = {
    "formatted rows without end": xlsx(
        Xml(row(1, "A1", "B1") + row(2, "A2", "B2") + row(3, "A3", "B3") + EMPTY_ROWS)
    ),
    "formatted columns without end": ods([["a", "b"], [1, 2], [3, 4]]),
}
BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY a{k} '{f'&a{k - 1};' * 10}'>" for k in range(1, 12))
    + "]><x>&a11;</x>"
)
BROKEN = ods([["a", "b"], [1, 2]], tail="</table:table-row></table:table><table:ta:table/>")
LIMITED = """
import resource, sys
from layerlab.core.errors import LabError
from layerlab.nets.tables.reading import read
read(sys.argv[1])  # with all that is imported
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[2:]:
    try:
        print(read(path).rows)
    except LabError as error:
        print(str(error).replace(path, "FILE"))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((peak - before) * 1024)
"""


def read_in_a_process(folder: pathlib.Path, raw: bytes) -> tuple[str, int]:
    """Return what comes of a file, and the memory that it took at most, in bytes."""
    (folder / "good.xlsx").write_bytes(xlsx(TABLE))
    (folder / "table.xlsx").write_bytes(raw)
    command = [sys.executable, "-c", LIMITED, "good.xlsx", "table.xlsx"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    answer, taken = done.stdout.splitlines()
    return answer, int(taken)


memory_known = pytest.mark.skipif(sys.platform != "linux", reason="memory in kilobytes")


@memory_known
@pytest.mark.parametrize("name", REFUSED)
def test_what_asks_for_all_memory_is_refused(name: str, tmp_path: pathlib.Path) -> None:
    answer, taken = read_in_a_process(tmp_path, REFUSED[name])
    cells = grouped(archive.MAX_CELLS)
    assert answer == f"FILE has a sheet of more than {cells} cells; save that sheet as CSV"
    assert taken < GIGABYTE / 2


@memory_known
@pytest.mark.parametrize("is_lying", [False, True])
def test_what_unpacks_to_gigabytes_is_refused(is_lying: bool, tmp_path: pathlib.Path) -> None:
    """Counted as it unpacks, whatever the directory says."""
    answer, taken = read_in_a_process(tmp_path, huge(is_lying))
    assert answer == "FILE unpacks to more than 500 MB; save the sheet you need as CSV"
    assert taken < GIGABYTE / 2


@memory_known
@pytest.mark.parametrize("name", READ)
def test_what_looks_large_and_is_not_is_read(name: str, tmp_path: pathlib.Path) -> None:
    answer, taken = read_in_a_process(tmp_path, READ[name])
    assert answer in ("2", "3")
    assert taken < GIGABYTE / 2


ODD = {
    "digits beyond what a row's number holds": row(1, "A1", "B1") + row(2, "A99999999999"),
    "a place within another attribute": row(1, "A1")
    + """<row r="2"><c x=' r="A2"' r="XFD1048576"><v>1</v></c></row>""",
    "a row that says a cell's place": '<row r="A1"><c r="A1"><v>1</v></c><c s="1"/></row>',
    "a cell that says a row's": '<row r="1"><c r="1"><v>1</v></c></row>',
    "two places": row(1, "A1") + '<row><c s="1" r="A2" r="XFD1048576"><v>1</v></c></row>',
    "no blank between attributes": row(1, "A1")
    + '<row r="2"><c s="1"r="XFD1048576"><v>1</v></c></row>',
}
ODD_REPEATED = {
    "a number as entities": "table:number-columns-repeated='&#57;9999999'",
    "a number within another attribute": "x='columns-repeated=\"1\"' "
    'table:number-columns-repeated="9999999"',
    "a number without end": f'table:number-columns-repeated="{"9" * 40}"',
}


@memory_known
@pytest.mark.parametrize("name", [*ODD, *ODD_REPEATED])
def test_what_hides_its_place_is_refused(name: str, tmp_path: pathlib.Path) -> None:
    if name in ODD:
        raw = xlsx(Xml(ODD[name]))
    else:
        plain = ROW.format("", VALUE.format("") * 2)
        raw = ods(Xml(plain + ROW.format("", VALUE.format(ODD_REPEATED[name])) * 3))
    answer, taken = read_in_a_process(tmp_path, raw)
    assert answer.startswith(("FILE is a spreadsheet that is damaged", "FILE has a sheet of"))
    assert taken < GIGABYTE / 2


@memory_known
@pytest.mark.parametrize(
    "raw",
    [
        xlsx(TABLE, extra={"docProps/app.xml": BOMB}),
        xlsx(TABLE, extra={"xl/sharedStrings.xml": BOMB}),
        BROKEN,
    ],
    ids=["bomb beside", "bomb", "never closed"],
)
def test_xml_without_end_is_refused(raw: bytes, tmp_path: pathlib.Path) -> None:
    answer, taken = read_in_a_process(tmp_path, raw)
    assert answer.startswith("FILE is a spreadsheet that is damaged")
    assert taken < GIGABYTE / 2


@pytest.mark.parametrize("encoding", ["utf-9", "shift_jis", "gb18030", "utf-16"])
def test_an_encoding_that_no_spreadsheet_has(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><styleSheet/>'
    assert "is damaged" in message(xlsx(TABLE, extra={"xl/styles.xml": text}))


def test_utf16_hides_nothing() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16")
    assert "is damaged" in message(xlsx(TABLE, extra={"xl/worksheets/sheet1.xml": text}))


@pytest.mark.parametrize("level", [0, 1, 9])
def test_parts_are_counted_as_they_unpack(level: int) -> None:
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(TABLE))) as whole,
        zipfile.ZipFile(out, "w", kind, compresslevel=level) as again,
    ):
        for name in whole.namelist():
            again.writestr(name, whole.read(name))
    assert reading_of(out.getvalue(), "table.xlsx").rows == 10


# ---- the library


def test_a_panic_of_the_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):  # as pyo3 calls what Rust did not expect
        pass

    class Book:
        @classmethod
        def from_filelike(cls, file: object) -> None:
            raise PanicException("index out of bounds")

    monkeypatch.setattr("python_calamine.CalamineWorkbook", Book)
    assert "is damaged" in message(xlsx(TABLE))


def test_who_stops_the_program_is_not_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Book:
        @classmethod
        def from_filelike(cls, file: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr("python_calamine.CalamineWorkbook", Book)
    with pytest.raises(KeyboardInterrupt):
        reading_of(xlsx(TABLE), "table.xlsx")


def test_without_the_library_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(NotReadyError, match="a spreadsheet needs python-calamine"):
        reading_of(xlsx(TABLE), "table.xlsx")


def test_reading_is_called_off(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(xlsx([["a", "b"], *[[float(i), i / 2] for i in range(3000)]]))
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with cancellable(is_cancelled), pytest.raises(CancelledError):
        read(str(path))


def test_limits_fit_each_other() -> None:
    """A sheet that may be opened is no larger than the tables that the reader takes."""
    assert archive.MAX_CELLS >= 100_000 * 50
    assert sheets.LARGEST_WHOLE < 2**53
    assert zlib.MAX_WBITS == 15


@pytest.mark.parametrize("last", [*range(1, 130), 999, 1000, 2019, 99_999, 100_001, 1_048_576])
def test_patterns_of_rows_end_where_they_say(last: int) -> None:
    pattern, end = archive._up_to(last)
    assert last <= end <= max(9, 2 * last)
    for number in (1, 9, 10, last - 1, last, end):
        assert not 1 <= number <= last or re.fullmatch(pattern, str(number)), number
    for number in (end + 1, 2 * end + 1, 10 * end + 9):
        assert not re.fullmatch(pattern, str(number)), number


@pytest.mark.parametrize("last", ["A", "B", "Z", "AA", "AX", "BA", "ZZ", "AAA", "BXX", "XFD"])
def test_patterns_of_columns_end_where_they_say(last: str) -> None:
    pattern = re.compile(archive._columns_up_to(last))
    names = [letters(k) for k in range(16384)]
    assert [name for name in names if pattern.fullmatch(name)] == names[: names.index(last) + 1]


@pytest.mark.parametrize("extra", ["", "<!-- <si><t/></si> -->"])
def test_shared_texts_of_a_usual_length_are_no_trouble(extra: str) -> None:
    items = "".join(f"<si><t>{'x' * (k % 50)}{k % 3}</t></si>" for k in range(2000))
    cells = [[Xml(f'<c PLACE t="s"><v>{k}</v></c>'), k % 7, k / 2] for k in range(2000)]
    shared = {"xl/sharedStrings.xml": f"<sst>{extra}{items}</sst>"}
    raw = xlsx([["t", "x", "y"], *cells], extra=shared)
    assert reading_of(raw, "table.xlsx").rows == 2000
