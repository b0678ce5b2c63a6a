"""`layerlab data`, and what `layerlab train` says of a table before it trains."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import jsonschema
import pytest

from layerlab import cli
from tests.helpers.spreadsheets import xlsx
from tests.test_cli import QUICK, lines_of, refused

PEOPLE = (
    'Id,Lived,Person,Sex,Years,Fare,Port\n1,0,"Nn0, Dr. X",m,78,42.66,C\n'
    '2,0,"Nn1, Dr. X",f,25,89.61,C\n3,1,"Nn2, Dr. X",m,20,78.12,C\n'
    '4,0,"Nn3, Dr. X",m,,86.17,S\n5,1,"Nn4, Dr. X",f,55,35.55,Q\n'
    '6,0,"Nn5, Dr. X",m,,44.54,C\n7,1,"Nn6, Dr. X",f,50,51.66,Q\n'
)
FIELDS = [
    *("file", "sheet", "rows", "left_out_rows", "separator", "encoding", "decimal"),
    *("thousands", "header", "target", "problem", "classes", "inputs", "columns", "notes"),
    *("trouble", "split", "held_out_rows"),
]
_TEXT: dict[str, Any] = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_COLUMN = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "kind": {"enum": ["number", "date", "time", "category", "boolean", "label", "text"]},
        "used": {"type": "boolean"},
        "why": _TEXT,
    },
    "required": ["name", "kind", "used", "why"],
    "additionalProperties": False,
}
_READ = {
    "file": _TEXT,
    "sheet": {"type": ["string", "null"]},
    "rows": _COUNT,
    "left_out_rows": _COUNT,
    "separator": _TEXT,
    "encoding": _TEXT,
    "decimal": {"enum": [".", ","]},
    "thousands": {"type": ["string", "null"]},
    "header": {"type": "boolean"},
    "target": _TEXT,
    "problem": {"enum": ["regression", "classification"]},
    "classes": {"type": ["array", "null"], "items": _TEXT},
    "inputs": {"type": "array", "items": _TEXT},
    "columns": {"type": "array", "items": _COLUMN, "minItems": 2},
    "notes": {"type": "array", "items": {"type": "string", "minLength": 1}},
    "trouble": {"type": ["string", "null"]},
    "split": {"enum": ["random", "stratified", "last", "column", None]},
    "held_out_rows": {"type": ["integer", "null"], "minimum": 0},
}
SCHEMA = {
    "type": "object",
    "properties": {"read": {"type": "object", "properties": _READ, "required": FIELDS}},
    "required": ["read"],
    "additionalProperties": False,
}


@pytest.fixture
def people(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return str(path)


def test_data_prints_one_object_with_every_field(
    capsys: pytest.CaptureFixture[str], people: str
) -> None:
    (line,) = lines_of(capsys, "data", people, "--json")
    read = line["read"]
    assert list(line) == ["read"]
    assert list(read) == FIELDS
    assert (read["file"], read["rows"], read["left_out_rows"]) == (people, 5, 2)
    assert (read["separator"], read["encoding"], read["decimal"]) == (",", "UTF-8", ".")
    assert read["sheet"] is None
    assert (read["thousands"], read["header"], read["target"]) == (None, True, "Port")
    assert (read["problem"], read["classes"]) == ("classification", ["C", "Q"])
    assert read["inputs"] == ["Lived", "Sex=f", "Sex=m", "Years", "Fare"]
    assert read["columns"][0] == {
        "name": "Id",
        "kind": "label",
        "used": False,
        "why": "it counts the rows",
    }
    assert any("2 rows with gaps are left out: 'Years' 2" in note for note in read["notes"])


def test_data_says_the_same_to_a_person(
    capsys: pytest.CaptureFixture[str], people: str
) -> None:
    assert cli.main(["data", people]) == 0
    out = capsys.readouterr().out
    assert f"{people}: 5 rows, 2 left out" in out
    assert "Port is one of 2 classes (classification): C, Q" in out
    assert "learns from 5 inputs: Lived, Sex=f, Sex=m, Years, Fare" in out
    assert "Person  label     left out  it names the rows" in out
    assert "- 2 rows with gaps are left out: 'Years' 2" in out


def test_choices_change_what_is_read(capsys: pytest.CaptureFixture[str], people: str) -> None:
    fill = lines_of(capsys, "data", people, "--json", "--gaps", "fill")[0]["read"]
    assert (fill["rows"], fill["left_out_rows"]) == (7, 0)
    assert "Years: 2 gaps are filled with 50" in fill["notes"]
    columns = lines_of(capsys, "data", people, "--json", "--gaps", "columns")[0]["read"]
    assert columns["inputs"] == ["Lived", "Sex=f", "Sex=m", "Fare"]
    chosen = ["--target", "Fare", "--column", "Lived=category", "--leave-out", "Years"]
    read = lines_of(capsys, "data", people, "--json", *chosen)[0]["read"]
    assert (read["rows"], read["problem"], read["classes"]) == (7, "regression", None)
    assert read["inputs"][:2] == ["Lived=0", "Lived=1"]
    assert {key: read["columns"][4][key] for key in ("name", "kind", "used")} == {
        "name": "Years",
        "kind": "number",
        "used": False,
    }
    lived = ["--target", "Lived", "--problem", "regression"]
    assert lines_of(capsys, "data", people, "--json", *lived)[0]["read"]["classes"] is None


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (PEOPLE, []),
        (PEOPLE, ["--target", "Fare", "--split", "last", "--validation", "0.4"]),
        (PEOPLE, ["--header", "no"]),
        ("a;y\n1,5;u\n2,5;v\n1.003,5;u\n", []),
        ("a,y\n1,u\n2,u\n3,u\n", []),
        ("a,part,y\n1,train,5\n2,train,1\n3,test,2\n", ["--split-column", "part"]),
    ],
)
def test_the_object_fits_its_schema(
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
    text: str,
    arguments: list[str],
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    (line,) = lines_of(capsys, "data", str(path), "--json", *arguments)
    jsonschema.validate(line, SCHEMA)
    assert list(line["read"]) == FIELDS == list(_READ)


def test_what_is_held_out_is_said_and_can_be_chosen(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "series.csv"
    path.write_text(
        "day,part,y\n" + "".join(f"{k},{'no' if k < 6 else 'yes'},{k}.5\n" for k in range(10))
    )
    for arguments, (way, count), words in (
        ([], ("random", 2), "held out    2 rows, drawn at random"),
        (["--split", "last"], ("last", 2), "held out    the last 2 rows"),
        (
            ["--split", "last", "--validation", "0.1"],
            ("last", 1),
            "held out    the last row",
        ),
        (["--validation", "0"], ("random", 0), "held out    no row"),
        (["--split-column", "part"], ("column", 4), "held out    4 rows, as their column says"),
        (
            ["--split", "column", "--split-column", "part"],
            ("column", 4),
            "- part: 'yes' is held out for validation, 'no' is trained on",
        ),
    ):
        read = lines_of(capsys, "data", str(path), "--json", *arguments)[0]["read"]
        assert (read["split"], read["held_out_rows"]) == (way, count)
        train = ["train", "--engine", "numpy", *QUICK, "--csv", str(path), *arguments]
        assert lines_of(capsys, *train, "--json")[0]["read"] == read
        for command in (["data", str(path), *arguments], train):
            assert cli.main(command) == 0
            assert words in capsys.readouterr().out.splitlines()
    for arguments, expected in (
        (["--split", "first"], "task.split is 'first', it must be one of auto, random"),
        (["--split", "column"], "--split column: name the column with --split-column NAME"),
        (["--split", "last", "--split-column", "part"], "exclude each other"),
        (["--split", "stratified"], "column 'y' holds numbers, so the validation split cannot"),
        (["--split-column", "prt"], "has no column 'prt'"),
        (["--split-column", "day"], "row 4, column 'day': '2' does not say whether the row"),
        (["--validation", "1"], "task.validation is 1"),
        (["--validation", "some"], "task.validation is 'some', it must be a number"),
    ):
        assert expected in refused(capsys, "data", str(path), *arguments)
        assert expected in refused(capsys, "train", "--csv", str(path), *arguments)
    assert "--split-column goes with --csv" in refused(capsys, "train", "--split-column", "a")
    assert "--split goes with a table; the task wave" in refused(
        capsys, "train", "--split", "last"
    )
    iris = ["train", "--engine", "numpy", *QUICK, "--task", "iris", "--split", "random"]
    assert cli.main(iris) == 0


def test_the_header_can_be_chosen(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "names.csv"
    path.write_text("1,2,3\n4,5,6.5\n7,8,9\n2,6,1\n")
    read = lines_of(capsys, "data", str(path), "--json", "--header", "yes")[0]["read"]
    assert (read["header"], read["rows"], read["inputs"]) == (True, 3, ["1", "2"])
    assert "the first row has the names, as was chosen" in read["notes"]
    read = lines_of(capsys, "data", str(path), "--json", "--header", "no")[0]["read"]
    assert (read["header"], read["rows"], read["target"]) == (False, 4, "column 3")
    assert read["notes"][:2] == [
        "the first row is data, as was chosen",
        "columns are called column 1 to column 3",
    ]
    path.write_text("a,b,y\nc,d,z\na,d,y\nc,b,z\n")
    read = lines_of(capsys, "data", str(path), "--json", "--header", "no")[0]["read"]
    assert (read["rows"], read["classes"]) == (4, ["y", "z"])
    command = ["train", "--engine", "numpy", *QUICK, "--csv", str(path), "--header", "no"]
    assert lines_of(capsys, *command, "--json")[0]["read"] == read
    for first in (["data", str(path)], ["train", "--csv", str(path)]):
        expected = "--header is 'maybe', it must be one of auto, yes, no"
        assert expected in refused(capsys, *first, "--header", "maybe")


def test_a_table_that_cannot_be_trained_on_is_printed_with_the_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "same.csv"
    path.write_text("a,y\n1,u\n2,u\n3,u\n")
    assert cli.main(["data", str(path)]) == 0
    out = capsys.readouterr().out
    why = f"{path}, column 'y' has the same value in every row, 'u': as a target it leaves"
    assert f"- it cannot be trained on: {why}" in out
    read = lines_of(capsys, "data", str(path), "--json")[0]["read"]
    assert read["trouble"].startswith(why)
    assert (read["split"], read["held_out_rows"]) == (None, None)
    assert why in refused(capsys, "train", "--csv", str(path))


def test_wrong_choices_are_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], people: str
) -> None:
    for arguments, expected in (
        (["--column", "Sex"], "--column Sex: write it as NAME=KIND"),
        (["--column", "Sex=word"], "--column: 'Sex' is 'word', it must be one of number, date"),
        (["--column", "Sexx=label"], "has no column 'Sexx'"),
        (["--column", "Sex=date"], "row 2, column 'Sex': 'm' cannot be read as the kind date"),
        (["--leave-out", "Nothing"], "has no column 'Nothing'"),
        (["--gaps", "guess"], "--gaps is 'guess', it must be one of auto, rows"),
        (["--problem", "guess"], "--problem is 'guess', it must be one of auto"),
        (["--target", "Prt"], "has no column 'Prt'; did you mean 'Port'?"),
    ):
        assert expected in refused(capsys, "data", people, *arguments)
        assert expected in refused(capsys, "train", "--csv", people, *arguments)
    assert "no such file" in refused(capsys, "data", "none.csv")
    assert "--gaps goes with --csv" in refused(capsys, "train", "--gaps", "fill")


def test_train_begins_with_what_was_read(
    capsys: pytest.CaptureFixture[str], people: str, tmp_path: pathlib.Path
) -> None:
    command = ["train", "--engine", "numpy", *QUICK, "--csv", people, "--gaps", "fill"]
    first, second, *_, final = lines_of(capsys, *command, "--json")
    assert list(first["read"]) == FIELDS
    assert first == lines_of(capsys, "data", people, "--gaps", "fill", "--json")[0]
    assert second["update"] == 0
    assert final["final"] is True
    out = tmp_path / "lab.layerlab"
    assert cli.main([*command, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{people}: 7 rows\n")
    assert "- Years: 2 gaps are filled with 50" in text
    again = ["train", "--engine", "numpy", *QUICK, "--spec", str(out), "--json"]
    assert lines_of(capsys, *again)[0] == first


def test_train_of_a_task_begins_with_its_first_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, *_ = lines_of(capsys, "train", "--engine", "numpy", *QUICK, "--json")
    assert first["update"] == 0


def test_a_table_with_nothing_to_learn_from_is_shown_but_not_trained(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "lt.csv"
    path.write_text("conc,y\n<0.5,0.5\n1,2.5\n2,4.5\n3,6.5\n<0.5,8.5\n5,10.5\n")
    (line,) = lines_of(capsys, "data", str(path), "--json")
    assert line["read"]["inputs"] == []
    assert "no input" in _printed(capsys, "data", str(path))
    message = refused(capsys, "train", "--csv", str(path))
    assert "no column to learn from besides the target: conc is left out ('<0.5'" in message


def test_specs_hold_the_choices(capsys: pytest.CaptureFixture[str], people: str) -> None:
    task = {"name": "csv", "path": people, "target": "Port", "gaps": "fill"}
    task |= {"kinds": [["Lived", "category"]], "leave_out": ["Fare"]}
    path = pathlib.Path(people).with_name("spec.json")
    loss = {"loss": "cross-entropy"}
    path.write_text(json.dumps({"task": task, "train": loss}))
    first = lines_of(
        capsys, "train", "--engine", "numpy", *QUICK, "--spec", str(path), "--json"
    )[0]
    assert first["read"]["rows"] == 7
    assert first["read"]["inputs"] == ["Lived=0", "Lived=1", "Sex=f", "Sex=m", "Years"]


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(arguments) == 0
    return capsys.readouterr().out


def test_a_sheet_is_chosen(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "book.xlsx"
    table = [["a", "b"], *[[i % 5 + 0.5, i / 4] for i in range(12)]]
    other = [["p", "q"], *table[1:]]
    path.write_bytes(xlsx({"First": table, "Other": other}))
    (first,) = lines_of(capsys, "data", str(path), "--json")
    assert (first["read"]["sheet"], first["read"]["target"]) == ("First", "b")
    (second,) = lines_of(capsys, "data", str(path), "--sheet", "Other", "--json")
    assert (second["read"]["sheet"], second["read"]["target"]) == ("Other", "q")
    command = ["train", "--engine", "numpy", *QUICK, "--csv", str(path), "--sheet", "Other"]
    assert lines_of(capsys, *command, "--json")[0]["read"]["sheet"] == "Other"
