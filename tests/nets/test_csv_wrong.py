"""Wrong CSV files: one clear sentence that names file, row and column; never a traceback."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.nets.problem import check, problem_of
from layerlab.nets.tables import cells, source
from layerlab.nets.tasks import TASKS, export_csv, recommended_for_csv
from layerlab.nets.tasks.csv import read_table

HEAD = "a,b,y\n"
GOOD = "1,2,u\n3,4,v\n5,6,u\n7,8,v\n9,10,u\n"  # rows 2 to 6


def message(path: object, target: str | None = None, problem: str = "auto") -> str:
    """Return what is said about a file; it has to be one sentence that names it."""
    with pytest.raises(LabError) as caught:
        problem_of(recommended_for_csv(str(path), target, problem))
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    assert not text.endswith(".")
    return text.replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEAD + GOOD + "11,1e200,u\n", "row 7, column 'b': 1e+200 is too large a number"),
        (HEAD + GOOD + "11\n12\n", "FILE: 2 rows, of them row 7, have another number of cells"),
        (HEAD + GOOD + "1,2,u,3\n" * 3, "FILE: 3 rows, of them row 7, have another number"),
        (
            "a,b\n,1\n2,\n",
            "FILE: each row has a gap; leave out the columns that have gaps, or fill the gaps",
        ),
        (HEAD + "1,2,u\n", "FILE has one row of data"),
        ("1,2,u\n", "FILE has one row of data"),
        (HEAD, "FILE has a header only, no row of data"),
        ("a,y\n1,u\n2,u\n3,u\n", "column 'y' has the same value in every row, 'u'"),
        ("a,b\n1,5\n2,5\n3,5\n", "FILE, column 'b' has the same value in every row, 5"),
        ("a,y\n1,2\n1,3\n", "FILE has the same inputs in every row"),
        ("a\n1\n2\n", "FILE has one column"),
        ("hello", "FILE has one column"),
        ("", "FILE is empty"),
        (" \n\n \t\n", "FILE is empty"),
        ("\ufeff", "FILE is empty"),
        (",,\n,,\n", "FILE is empty"),
        (HEAD + GOOD + '11,"12,u\n', "FILE, row 7 cannot be read: a quote is opened and never"),
        (HEAD + GOOD + '11,"1"2,u\n', "FILE, row 7 cannot be read"),
        (HEAD + "1,\0,u\n" + GOOD, "FILE, row 2 contains a zero byte"),
        (
            "a;y\n1,5;1,5\n2,5;2,5\n3,5;1.5\n4,5;2,5\n5,5;2,5\n",
            "column 'y' cannot be the target: '1.5' in row 4",
        ),
        (
            "name,y\n" + "".join(f"n{i},{i}.5\n" for i in range(30)),
            "learn from besides the target: name is left",
        ),
        (
            "conc,y\n<0.5,1\n1,2\n2,3\n3,4\n4,5.5\n",
            "the target: conc is left out ('<0.5' in row",
        ),
        (
            "a,y\n" + "".join(f"{i},n{i}\n" for i in range(30)),
            "column 'y' cannot be the target: it names the rows",
        ),
    ],
)
def test_what_is_said_of_a_wrong_file(
    tmp_path: pathlib.Path, content: str, expected: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(content, "utf-8")
    assert expected in message(path)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a,y\n1,\x81\n", "FILE, row 2 is not UTF-8 or Windows-1252 (byte 0x81)"),
        (b"a,y\r1,2\r1,\x9d\r", "FILE, row 3 is not UTF-8 or Windows-1252"),
        (b"\xff\xfea\0,\0y\0\n\0\x00\xd8", "FILE, row 2 is not UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "FILE, row 3 contains a zero byte"),
        (b"PK\x03\x04\x14\x00", "FILE is a spreadsheet that is damaged"),
    ],
)
def test_files_that_are_not_utf8_text(
    tmp_path: pathlib.Path, raw: bytes, expected: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(raw)
    assert expected in message(path)


def test_places_that_are_no_file(tmp_path: pathlib.Path) -> None:
    assert "is a directory" in message(tmp_path)
    assert "no such file" in message(tmp_path / "none.csv")
    if hasattr(os, "mkfifo"):
        pipe = tmp_path / "pipe.csv"
        os.mkfifo(pipe)  # opening it would wait for ever
        assert "is not a regular file" in message(pipe)
    with pytest.raises(LabError, match=r"task\.path is missing"):
        check(LabSpec(task=TaskSpec(name="csv")))
    with pytest.raises(LabError, match="is not the name of a file"):
        read_table("a\0b.csv")


def test_a_missing_column_names_the_nearest_or_those_there_are(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("length,width,label\n" + GOOD)
    assert "has no column 'lable'; did you mean 'label'?" in message(path, "lable")
    assert "has no column 'q'; it has 'length', 'width', 'label'" in message(path, "q")
    path.write_text(",".join(f"n{i}" for i in range(40)) + "\n" + ",".join("1" * 40))
    assert "'n11' and 28 more" in message(path, "zzz")


def test_classes_of_numbers_have_an_end(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i}.5\n" for i in range(200)))
    assert "too many to be classes" in message(path, "y", "classification")
    path.write_text(HEAD + GOOD)
    assert "cannot be a regression" in message(path, "y", "regression")


def test_files_that_are_too_large(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.csv"
    with path.open("wb") as file:
        file.truncate(source.MAX_BYTES + 1)  # sparse: takes no room
    assert "at most 100\u202f000\u202f000 bytes" in message(path)
    monkeypatch.setattr(cells, "MAX_ROWS", 3)
    path.write_text(HEAD + GOOD)
    assert "has more than 3 rows" in message(path)
    monkeypatch.undo()
    monkeypatch.setattr("layerlab.nets.tables.checks.MAX_NUMBERS", 9)
    assert "5 rows of 2 inputs; at most 9 numbers" in message(path)


def test_gaps_in_a_column_that_is_left_out_do_no_harm(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "data.csv"
    rows = [f"n{i},{i},{i % 2}.5" for i in range(30)] + [",40,1.5"]
    path.write_text("name,a,y\n" + "\n".join(rows))
    data = TASKS["csv"].load(TaskSpec(name="csv", path=str(path)))
    assert data.feature_names == ("a",)
    assert "name" in data.summary


def test_an_export_that_fails_leaves_the_file_alone(tmp_path: pathlib.Path) -> None:
    data = TASKS["wave"].load(TaskSpec())
    with pytest.raises(LabError, match="no such file"):
        export_csv(data, tmp_path / "nowhere" / "a.csv")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(LabError, match="directory"):
        export_csv(data, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def loads_or_says_why(path: pathlib.Path, raw: bytes) -> None:
    """Either a training can be set up from the file, or one sentence says why not."""
    path.write_bytes(raw)
    refusal = ""
    try:
        problem = problem_of(recommended_for_csv(path))
    except LabError as error:
        refusal = str(error)
    if refusal:
        assert str(path) in refusal
        assert len(refusal) < 1000
        return
    for array in (problem.x, problem.y, problem.validation_x, problem.validation_y):
        assert np.isfinite(array).all()
    assert problem.data.n >= 2


FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ANY_CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "NA",
            "inf",
            "x",
            '"',
            '""',
            "1,5",
            "0",
            "1",
            "-0",
            "5e-324",
            "9e99",
            "a\nb",
            "é",
            "\x0b",
            "\x85",
            "\ufeff",
            "1e400",
            "'",
            "0x1",
            "١",
        ]
    ),
    st.floats().map(repr),
    st.text(max_size=4),
)


@FUZZ
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbfa,b\n1,2\n3,4")
@example(b"0,1\r2,3\r\n4,5")
def test_random_bytes(tmp_path: pathlib.Path, raw: bytes) -> None:
    loads_or_says_why(tmp_path / "fuzz.csv", raw)


@FUZZ
@given(
    st.lists(st.lists(ANY_CELL, min_size=1, max_size=4), max_size=12),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_random_tables(
    tmp_path: pathlib.Path, rows: list[list[str]], separator: str, end: str
) -> None:
    text = end.join(separator.join(row) for row in rows)
    loads_or_says_why(tmp_path / "fuzz.csv", text.encode("utf-8", "surrogatepass"))


@FUZZ
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(
                st.one_of(st.floats(-1e100, 1e100).map(repr), st.sampled_from("012xy")),
                min_size=width,
                max_size=width,
            ),
            min_size=2,
            max_size=12,
        )
    )
)
def test_random_tables_that_are_mostly_numbers(
    tmp_path: pathlib.Path, rows: list[list[str]]
) -> None:
    text = "\n".join(",".join(row) for row in rows)
    loads_or_says_why(tmp_path / "fuzz.csv", text.encode())


def test_a_table_of_too_many_columns_is_refused_before_it_is_typed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(*_: object) -> object:
        raise AssertionError("a column was typed")

    monkeypatch.setattr("layerlab.nets.tables.columns.Typist.column", typed)
    path = tmp_path / "wide.csv"
    for columns in (2001, 900_000):
        names = ",".join(f"c{k}" for k in range(columns))
        path.write_text("\n".join([names, *[",".join("1" * columns)] * 3]))
        assert (
            f"FILE has {grouped(columns)} columns; a table can have at most 2\u202f000"
            in message(path)
        )
    monkeypatch.undo()
    path.write_text(
        "\n".join(
            [
                ",".join(f"c{k}" for k in range(2000)),
                ",".join("12" * 1000),
                ",".join("21" * 1000),
            ]
        )
    )
    assert len(read_table(str(path)).features) == 1999
