"""`layerlab data`, and what `layerlab train` says of a table before it trains."""

from __future__ import annotations

import json
import pathlib

import pytest

from layerlab import cli
from tests.test_cli import QUICK, lines_of, refused

PEOPLE = (
    'Id,Lived,Person,Sex,Years,Fare,Port\n1,0,"Nn0, Dr. X",m,78,42.66,C\n'
    '2,0,"Nn1, Dr. X",f,25,89.61,C\n3,1,"Nn2, Dr. X",m,20,78.12,C\n'
    '4,0,"Nn3, Dr. X",m,,86.17,S\n5,1,"Nn4, Dr. X",f,55,35.55,Q\n'
    '6,0,"Nn5, Dr. X",m,,44.54,C\n7,1,"Nn6, Dr. X",f,50,51.66,Q\n'
)
FIELDS = [
    *("file", "rows", "left_out_rows", "separator", "encoding", "decimal", "thousands"),
    *("header", "target", "problem", "classes", "inputs", "columns", "notes"),
]


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
