"""Tables that cannot be trained on: what was understood of them, and why they cannot."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from layerlab.core.errors import LabError
from layerlab.nets.problem import problem_of
from layerlab.nets.tables import GAP_WAYS, KINDS, Choices
from layerlab.nets.tables.choices import PROBLEMS
from layerlab.nets.tables.reading import Reading, read
from layerlab.nets.tasks import recommended_for_csv

HEAD = "a,b,y\n"
GOOD = "1,2,u\n3,4,v\n5,6,u\n7,8,v\n9,10,u\n"
MANY = "a,y\n" + "".join(f"{i % 7},{i}.5\n" for i in range(40))
NAMED = "name,y\n" + "".join(f"n{i},{i}.5\n" for i in range(30))
# content, choices, part of the sentence, columns, rows
TROUBLES: dict[str, tuple[str, dict[str, Any], str, int, int]] = {
    "a target of one text": (
        "a,y\n1,u\n2,u\n3,u\n",
        {},
        "column 'y' has the same value in every row, 'u'",
        2,
        3,
    ),
    "a target of one number": ("a,b\n1,5\n2,5\n", {}, "'b' has the same value", 2, 2),
    "inputs of one number": ("a,y\n1,2\n1,3\n", {}, "has the same inputs in every row", 2, 2),
    "no input": (NAMED, {}, "no column to learn from besides the target: name", 2, 30),
    "too many classes": (
        MANY,
        {"problem": "classification"},
        "'y' has 40 different values in 40 rows, too many to be classes",
        2,
        40,
    ),
    "a target that names the rows": (
        "a,y\n" + "".join(f"{i},n{i}\n" for i in range(30)),
        {},
        "column 'y' cannot be the target: it names the rows",
        2,
        30,
    ),
    "a gap in each row": ("a,b\n,1\n2,\n", {}, "each row has a gap", 2, 2),
    "a regression of texts": (
        HEAD + GOOD,
        {"target": "y", "problem": "regression"},
        "column 'y' holds texts such as 'u'",
        3,
        5,
    ),
    "a kind that does not fit": (
        HEAD + GOOD,
        {"kinds": (("y", "date"),)},
        "row 2, column 'y': 'u' cannot be read as the kind date",
        3,
        5,
    ),
    "texts that are to be numbers": (
        "c,b,y\nred,2,1.5\nblue,3,2.5\nred,5,1\n",
        {"kinds": (("c", "number"),)},
        "row 2, column 'c': 'red' cannot be read as the kind number",
        3,
        3,
    ),
    "numbers that are to be yes and no": (
        "c,b,y\n1,2,1.5\n2,3,2.5\n3,5,1\n",
        {"kinds": (("c", "boolean"),)},
        "column 'c': '1' cannot be read as the kind boolean",
        3,
        3,
    ),
    "a kind of no column": (
        HEAD + GOOD,
        {"kinds": (("z", "date"),)},
        "has no column 'z'",
        3,
        5,
    ),
    "no such column to leave out": (
        HEAD + GOOD,
        {"leave_out": ("z", "b")},
        "has no column 'z'",
        3,
        5,
    ),
    "no such target": (HEAD + GOOD, {"target": "yy"}, "did you mean 'y'?", 3, 5),
    "ragged rows": (
        HEAD + GOOD + "11\n12\n13\n14\n",
        {},
        "4 rows, of them row 7, have another number of cells",
        3,
        5,
    ),
    "a number that is too large": (
        HEAD + GOOD + "11,1e200,u\n",
        {},
        "row 7, column 'b': 1e+200 is too large a number",
        3,
        6,
    ),
    "one row": ("1,2,u\n", {}, "has one row of data", 3, 1),
    "names alone": (HEAD, {}, "has a header only, no row of data", 3, 1),
    "one row, as names": ("1,2,u\n", {"header": True}, "has a header only", 3, 1),
    "one column": ("a\n1\n2\n", {}, "has one column", 1, 2),
}


def strict_message(path: pathlib.Path, choices: Choices) -> str:
    """Return what refuses a table when it is to be trained on."""
    with pytest.raises(LabError) as caught:
        problem_of(recommended_for_csv(path, choices=choices))
    return str(caught.value)


def tolerant(path: pathlib.Path, content: str, choices: Choices) -> Reading:
    path.write_text(content)
    return read(str(path), choices, tolerant=True)


@pytest.mark.parametrize("name", TROUBLES)
def test_a_table_that_cannot_be_trained_on_is_still_shown(
    tmp_path: pathlib.Path, name: str
) -> None:
    content, chosen, sentence, columns, rows = TROUBLES[name]
    path, choices = tmp_path / "table.csv", Choices(**chosen)
    reading = tolerant(path, content, choices)
    assert sentence in reading.trouble
    assert reading.trouble == strict_message(path, choices)
    assert (len(reading.columns), reading.rows) == (columns, rows)
    assert all(len(column.values) == rows == len(reading.lines) for column in reading.columns)
    assert reading.target in [column.name for column in reading.columns]
    assert reading.as_json()["problem"] in ("regression", "classification")


def test_a_table_without_trouble_reads_the_same(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(HEAD + GOOD)
    reading = read(str(path), tolerant=True)
    assert reading.trouble == "" == read(str(path)).trouble
    assert reading.as_json() == read(str(path)).as_json()


def test_a_kind_that_does_not_fit_is_that_of_the_reader(
    tmp_path: pathlib.Path,
) -> None:
    kinds = (("a", "boolean"), ("y", "time"), ("b", "category"))
    reading = tolerant(tmp_path / "t.csv", HEAD + GOOD, Choices(kinds=kinds))
    found = {column.name: (column.kind, column.used) for column in reading.columns}
    assert found == {
        "a": ("number", True),
        "b": ("category", True),
        "y": ("category", True),
    }
    assert reading.column("a").values.tolist() == [1, 3, 5, 7, 9]


def test_choices_that_fit_hold_beside_one_that_does_not(tmp_path: pathlib.Path) -> None:
    choices = Choices(target="nothing", leave_out=("b", "none"))
    reading = tolerant(tmp_path / "t.csv", HEAD + GOOD, choices)
    assert not reading.column("b").used
    assert reading.target == "y"


def test_rows_with_gaps_are_all_there_where_none_would_stay(tmp_path: pathlib.Path) -> None:
    reading = tolerant(tmp_path / "t.csv", "a,b\n,1\n2,\n", Choices())
    assert reading.column("a").gaps.tolist() == [True, False]
    assert reading.left_out_rows == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ('{"a": 1}', "is JSON"),
        ("a,b\n1,\0\n", "zero byte"),
        ('a,b\n1,"2\n', "a quote is opened and never closed"),
        ("1," * 2001 + "\n", "a table can have at most"),
    ],
)
def test_what_is_no_table_is_refused_all_the_same(
    tmp_path: pathlib.Path, content: str, sentence: str
) -> None:
    with pytest.raises(LabError, match=sentence):
        tolerant(tmp_path / "t.csv", content, Choices())


def test_a_kind_that_the_file_declares_wrongly_is_said(tmp_path: pathlib.Path) -> None:
    content = "C#size\tC#a\tcD#kind\nred\t1\tx\nblue\t2\tz\nred\t3\tx\nblue\t4\tz\n"
    reading = tolerant(tmp_path / "t.tab", content, Choices())
    assert reading.trouble == ""
    assert reading.column("size").kind == "category"
    assert any("the file calls it number" in note for note in reading.notes)


CELLS = st.sampled_from(
    [
        "1",
        "2",
        "3.5",
        "",
        "u",
        "v",
        "yes",
        "no",
        "x",
        "NA",
        "1e200",
        "2021-03-01",
        "21:15",
        "10K",
    ]
)
NAMES = st.sampled_from(["a", "b", "column 1", "y", "none"])
KIND = st.tuples(NAMES, st.sampled_from(KINDS))


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=12),
    st.builds(
        Choices,
        target=st.none() | NAMES,
        problem=st.sampled_from(PROBLEMS),
        kinds=st.lists(KIND, max_size=2).map(tuple),
        gaps=st.none() | st.sampled_from(GAP_WAYS),
        header=st.none() | st.booleans(),
        split_column=st.none() | NAMES,
    ),
    st.booleans(),
)
@example([["", "1"], [""], [""], [""]], Choices(), False)  # most rows are one empty cell
def test_a_tolerant_reading_says_what_a_strict_one_raises(
    tmp_path: pathlib.Path, rows: list[list[str]], choices: Choices, has_names: bool
) -> None:
    path = tmp_path / "t.csv"
    head = ["a,b,y"] if has_names else []
    path.write_text("\n".join([*head, *map(",".join, rows)]) + "\n")
    strict: Reading | str
    try:
        strict = read(str(path), choices)
    except LabError as error:
        strict = str(error)
    try:
        reading = read(str(path), choices, tolerant=True)
    except LabError:
        assert isinstance(strict, str)
        return
    if isinstance(strict, str):
        assert reading.trouble == strict
    else:
        assert reading.as_json() == strict.as_json()
        assert reading.trouble == refusal_of(path, choices)
    assert all(len(column.values) == reading.rows for column in reading.columns)


def refusal_of(path: pathlib.Path, choices: Choices) -> str:
    """Return what refuses a table when it is to be trained on; empty if nothing does."""
    try:
        problem_of(recommended_for_csv(path, choices=choices))
    except LabError as error:
        return str(error)
    return ""
