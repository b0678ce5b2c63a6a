"""Spreadsheets: .xlsx and .ods are read as the text files are that hold the same table."""

from __future__ import annotations

import csv
import datetime
import io
import pathlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.nets.tables import Choices
from layerlab.nets.tables.reading import Reading, read
from layerlab.nets.tables.source import open_source
from tests.helpers.spreadsheets import Percent, Xml, letters, ods, xlsx
from tests.nets.tables.read_texts import check, lines, reading_of
from tests.nets.tables.test_shared_cases import CASES

Write = Callable[..., bytes]
WRITERS: dict[str, Write] = {"xlsx": xlsx, "ods": ods}


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest) -> Write:
    return WRITERS[request.param]


def sheet_reading(raw: bytes, **choices: Any) -> Reading:
    return reading_of(raw, "table.xlsx", **choices)


# ---- the same table as a text file


def as_typed(text: str) -> Any:
    """Return a cell as a spreadsheet keeps it when a person types it."""
    text = text.strip()
    return float(text) if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) else text


def rows_of(content: str | bytes, tmp_path: pathlib.Path) -> list[list[str]]:
    raw = content if isinstance(content, bytes) else content.encode()
    source = open_source("table.csv", raw)
    text = io.StringIO(raw.decode(source.codec), newline="")
    for _line in range(source.start - 1):
        text.readline()
    return list(
        csv.reader(text, delimiter=source.separator, skipinitialspace=source.separator in " ,;")
    )


@pytest.mark.parametrize("are_typed", [True, False], ids=["typed", "texts"])
@pytest.mark.parametrize("name", CASES)
def test_a_sheet_is_read_as_the_text_file_is(
    name: str, are_typed: bool, write: Write, tmp_path: pathlib.Path
) -> None:
    content = CASES[name][0]
    expected = reading_of(content)
    rows: list[list[Any]] = list(rows_of(content, tmp_path))
    if are_typed:
        if expected.decimal == "," or expected.thousands:
            pytest.skip("points are marks of thousands there, not of decimals")
        rows = [[as_typed(text) for text in row] for row in rows]
    found = sheet_reading(write(rows))
    assert [(c.name, c.kind, c.used) for c in found.columns] == [
        (c.name, c.kind, c.used) for c in expected.columns
    ]
    assert (found.rows, found.target, found.problem) == (
        expected.rows,
        expected.target,
        expected.problem,
    )
    for mine, theirs in zip(found.columns, expected.columns, strict=True):
        if theirs.is_numeric:
            np.testing.assert_array_equal(mine.values, theirs.values)
        else:
            assert mine.values.tolist() == theirs.values.tolist()


# ---- cells have kinds


def test_cells_keep_their_kinds(write: Write) -> None:
    day, zero = datetime.date(2021, 3, 1), datetime.datetime(2021, 3, 1)
    rows: list[list[Any]] = [["day", "when", "at", "took", "ok", "share", "y"]]
    for i in range(24):
        rows.append(
            [
                day + datetime.timedelta(days=i),
                zero + datetime.timedelta(hours=6 * i),
                datetime.time(8, i),
                datetime.timedelta(hours=95 + i),
                i % 3 == 0,
                Percent(i / 100),
                0.1 * i,
            ]
        )
    check(
        sheet_reading(write(rows)),
        {
            "rows": 24,
            "kinds": {
                "day": "date",
                "when": "date",
                "at": "time",
                "took": "time",
                "ok": "boolean",
                "share": "number",
                "y": "number",
            },
            "values": {
                "day": [0, 1, 2],
                "when": [0, 0.25, 0.5],
                "at": [0, 60, 120],
                "took": [0, 3600, 7200, 10800, 14400, 18000, 21600, 25200, 28800, 32400, 36000],
                "ok": ["TRUE", "FALSE", "FALSE", "TRUE"],
                "share": [0, 0.01, 0.02],
                "y": [0, 0.1, 0.2],
            },
            "said": ["since 2021-03-01", "took: seconds since 95:00"],
        },
    )


def test_numbers_are_those_of_the_file_to_the_last_bit(write: Write) -> None:
    exact = np.random.default_rng(5).normal(size=(40, 2)) * 10.0 ** np.arange(-20, 20)[:, None]
    found = sheet_reading(write([["x", "y"], *exact.tolist()]))
    np.testing.assert_array_equal(found.column("x").values, exact[:, 0])
    np.testing.assert_array_equal(found.column("y").values, exact[:, 1])


def test_numbers_with_three_decimals_are_never_thousands(write: Write) -> None:
    """As texts beside a whole number of three digits, they would be."""
    rows = [["x", "y"], *[[1.125 + i, 250 if i % 2 else 3.5] for i in range(20)]]
    check(sheet_reading(write(rows)), {"values": {"x": [1.125, 2.125]}, "silent": True})


def test_numbers_stay_beside_texts_with_decimal_commas(write: Write) -> None:
    """A column whose lower half was typed as text on a German computer."""
    rows: list[list[Any]] = [["x", "y"]]
    rows += [[1.5 + i, i / 4] for i in range(1500)]
    rows += [[f"{1501 + i},5", i / 4] for i in range(1500)]
    check(
        sheet_reading(write(rows)),
        {
            "kinds": {"x": "number"},
            "values": {"x": [1.5 + i for i in range(3000)]},
            "decimal": ",",
            "said": "decimal commas",
        },
    )


def test_errors_and_empty_cells_are_gaps() -> None:
    error = Xml('<c PLACE t="e"><v>#DIV/0!</v></c>')
    formula = Xml("<c PLACE><f>A2*2</f><v>7.5</v></c>")
    text = Xml('<c PLACE t="str"><f>"u"&amp;""</f><v>u</v></c>')
    rows = [["x", "z", "y"], *[[float(i % 7), i / 2, "v"] for i in range(12)]]
    rows[3][0], rows[4][1], rows[5][0], rows[5][2] = error, None, formula, text
    found = sheet_reading(xlsx(rows), gaps="fill")
    values = found.column("x").values
    assert values[4] == 7.5
    assert found.column("y").values[4] == "u"
    assert values[2] == np.median([*[i % 7 for i in range(12) if i not in (2, 4)], 7.5])
    assert "x: 1 gap is filled" in " ".join(found.notes)
    assert "z: 1 gap is filled" in " ".join(found.notes)


def test_shared_texts_are_read() -> None:
    shared = "<sst><si><t>up</t></si><si><r><t>do</t></r><r><t>wn</t></r></si></sst>"
    cells = [Xml(f'<c PLACE t="s"><v>{k}</v></c>') for k in range(2)]
    rows = [["x", "y"], *[[float((3 * i) % 10), cells[i % 2]] for i in range(10)]]
    found = sheet_reading(xlsx(rows, extra={"xl/sharedStrings.xml": shared}))
    assert found.column("y").values[:3].tolist() == ["up", "down", "up"]


def test_durations_and_errors_of_libreoffice() -> None:
    long = Xml(
        '<table:table-cell office:value-type="time" office:time-value="PT130H20M30S">'
        "<text:p>130:20:30</text:p></table:table-cell>"
    )
    wrong = Xml(
        '<table:table-cell office:value-type="string"><text:p>Err:502</text:p>'
        "</table:table-cell>"
    )
    rows = [["t", "x", "y"], *[[long, i / 2, i % 5] for i in range(12)]]
    rows[4] = [datetime.timedelta(hours=130, minutes=21, seconds=30), wrong, 3]
    found = sheet_reading(ods(rows), gaps="fill")
    assert found.column("t").kind == "time"
    assert found.column("t").values[3] == 60
    assert "x: 1 gap is filled" in " ".join(found.notes)


# ---- where the table is


def test_rows_are_those_of_the_spreadsheet(write: Write) -> None:
    """Empty rows and columns stand before the table, titles above, totals below."""
    rows: list[list[Any]] = [[], [None, "Sales 2021", None, "by shop"], []]
    rows += [[None, "shop", "staff", "year", "sales"]]
    rows += [[None, f"No. {i}", i % 4, 2000 + i % 9, i / 2] for i in range(30)]
    rows += [[], [None, "Total", None, None, 12.5]]
    found = sheet_reading(write(rows))
    check(
        found,
        {
            "rows": 30,
            "inputs": ["staff", "year"],
            "said": ["1 line above the table is skipped: 'Sales 2021 by shop'", "(line 36)"],
        },
    )
    assert found.lines[:2].tolist() == [5, 6]
    with pytest.raises(LabError, match=r"row 5, column 'shop'.*cannot be read as the kind"):
        sheet_reading(write(rows), kinds=(("shop", "date"),))


def test_totals_and_units_below_many_rows(write: Write) -> None:
    rows: list[list[Any]] = [["t", "v", "y"], ["s", "m/s", ""]]
    rows += [[0.5 * ((7 * i) % 3000), i / 8, i % 5] for i in range(3000)]
    rows += [["Sum", 1.0, 2.0], ["Source: a logger"]]
    found = sheet_reading(write(rows))
    check(found, {"rows": 3000, "left_out_rows": 2, "kinds": {"t": "number"}})
    assert found.column("v").unit == "m/s"


def test_a_header_over_two_rows_with_merged_cells() -> None:
    merged = [["2020", None, None, "2021", None, None], list("abcdef")]
    rows = [*merged, *[[float((i * k) % 11) for k in range(1, 7)] for i in range(20)]]
    check(sheet_reading(xlsx(rows)), {"rows": 20, "inputs": list("abcde"), "target": "f"})


def test_comments_are_skipped(write: Write) -> None:
    rows: list[list[Any]] = [["# made by a logger"], ["a", "b"]]
    rows += [[(3 * i) % 10 + 0.5, i % 4] for i in range(12)] + [["# the end"]]
    check(sheet_reading(write(rows)), {"rows": 12, "said": "2 lines that are comments"})


@pytest.mark.parametrize("count", [2, 7, 8, 9, 1023, 1024, 1025, 1032, 2500])
def test_no_row_is_lost_at_the_ends_of_blocks(write: Write, count: int) -> None:
    rows = [["x", "y"], *[[i + 0.5, (i * 7) % 5 + 0.25] for i in range(count)]]
    found = sheet_reading(write(rows))
    assert found.rows == count
    np.testing.assert_array_equal(found.column("x").values, np.arange(count) + 0.5)
    assert found.lines.tolist() == list(range(2, count + 2))


def test_a_column_may_turn_to_texts_late(write: Write) -> None:
    rows: list[list[Any]] = [["x", "y"], *[[float(i % 5), i / 2] for i in range(3000)]]
    rows[2800][0] = "3 (?)"
    found = sheet_reading(write(rows))
    assert not found.column("x").used
    assert "'3 (?)' in row 2801" in found.column("x").why


# ---- sheets

TABLE = [["a", "b", "y"], *[[float(i % 3), i / 2, "uv"[i % 2]] for i in range(10)]]
OTHER = [["p", "q"], *[[float(i % 4), i / 2] for i in range(10)]]


def test_the_first_sheet_with_a_table_is_read(write: Write) -> None:
    raw = write({"About": [["made by hand"]], "Empty": [], "Data": TABLE, "Other": OTHER})
    found = sheet_reading(raw)
    assert (found.sheet, found.sheets) == ("Data", ("About", "Empty", "Data", "Other"))
    assert (
        "the file has 4 sheets ('About', 'Empty', 'Data', 'Other'): 'Data' is" in found.notes[0]
    )
    assert found.as_json()["sheet"] == "Data"
    assert sheet_reading(raw, sheet="Other").target == "q"


def test_of_one_sheet_nothing_is_said(write: Write) -> None:
    found = sheet_reading(write(TABLE))
    assert (found.notes, found.sheet, found.sheets) == ((), "Sheet1", ("Sheet1",))
    assert (found.encoding, found.separator) == (
        "xlsx" if write is xlsx else "ods",
        "",
    )
    assert found.as_json()["separator"] is None


def test_a_hidden_sheet_is_read_when_it_is_asked_for() -> None:
    raw = xlsx({"Hidden": TABLE, "Shown": OTHER}, hidden=("Hidden",))
    assert sheet_reading(raw).sheet == "Shown"
    assert sheet_reading(raw, sheet="Hidden").target == "y"


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("Dta", r"table.xlsx: sheet 'Dta' is not known; did you mean 'Data'\?"),
        ("Empty", r"the sheet 'Empty' is empty"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(
    write: Write, choice: str, sentence: str
) -> None:
    with pytest.raises(LabError, match=sentence):
        sheet_reading(write({"Data": TABLE, "Empty": []}), sheet=choice)


def test_a_text_file_has_no_sheets() -> None:
    with pytest.raises(LabError, match="is a text file, which has no sheets"):
        reading_of(lines("a,b", row="{i},{z}"), sheet="Data")


# ---- the content decides, not the name


def test_a_name_may_lie(write: Write) -> None:
    assert reading_of(write(TABLE), "table.csv").target == "y"
    assert reading_of(lines("a,b", row="{z},{h}"), "table.xlsx").target == "b"


def test_letters_of_columns() -> None:
    names = [letters(k) for k in (0, 25, 26, 701, 702, 16383)]
    assert names == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_what_changed_is_read(tmp_path: pathlib.Path, write: Write) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(write(TABLE))
    assert read(str(path), Choices(target="a")).target == "a"
