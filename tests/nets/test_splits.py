"""Which rows of a table are held out: by chance, in proportion, the last, as a column says."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.spec import TaskSpec
from layerlab.nets.data import Data
from layerlab.nets.tables import Choices
from layerlab.nets.tables.reading import read
from layerlab.nets.tasks import TASKS, export_csv
from layerlab.nets.tasks.csv import held_out_of, read_as_json, table_of

NUMBERS = "x,z,y\n" + "".join(f"{k},{(3 * k) % 7},{k}.5\n" for k in range(20))
CLASSES = "x,z,y\n" + "".join(f"{k},{(3 * k) % 7},{'uvw'[k // 8]}\n" for k in range(20))
OLD_NUMBERS = [8, 10, 15, 18]
OLD_CLASSES = [0, 1, 15, 18]
OLD_SEVENTH = [2, 4, 7, 13, 15, 17]


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "table.csv"


def load(path: pathlib.Path, text: str | None = None, **fields: object) -> Data:
    if text is not None:
        path.write_text(text)
    return TASKS["csv"].load(TaskSpec(name="csv", path=str(path), **fields))


def held(data: Data) -> list[int]:
    """Return the numbers of the rows that are held out: x is one."""
    own = data.validation_x[:, 0] * data.x_scale[0] + data.x_mean[0]
    return np.round(own).astype(int).tolist()


def refused(path: pathlib.Path, text: str, **fields: object) -> str:
    with pytest.raises(LabError) as caught:
        load(path, text, **fields)
    return str(caught.value).replace(str(path), "FILE")


def test_the_split_of_older_labs_stays(file: pathlib.Path) -> None:
    """Written down from the release before there was a choice."""
    assert held(load(file, NUMBERS)) == OLD_NUMBERS
    assert held(load(file, CLASSES)) == OLD_CLASSES
    assert held(load(file, CLASSES, seed=7, validation=0.3)) == OLD_SEVENTH
    assert load(file).split == "stratified"


def test_the_last_rows_are_held_out_in_their_order(file: pathlib.Path) -> None:
    data = load(file, NUMBERS, split="last", validation=0.25, seed=3)
    assert held(data) == [15, 16, 17, 18, 19]
    assert data.split == "last"
    assert "20 rows (the last 5 for validation)" in data.summary
    assert held(load(file, NUMBERS, split="last", validation=0.9)) == list(range(2, 20))
    assert held(load(file, NUMBERS, split="last", validation=0.0)) == []


def test_by_chance_classes_are_drawn_as_numbers_are(file: pathlib.Path) -> None:
    by_chance = held(load(file, CLASSES, split="random"))
    assert by_chance == held(load(file, NUMBERS, split="random")) == OLD_NUMBERS
    assert by_chance != held(load(file, CLASSES, split="stratified"))


def test_each_class_is_held_out_in_proportion(file: pathlib.Path) -> None:
    data = load(file, CLASSES, split="stratified", validation=0.25)
    assert np.bincount(data.validation_y).tolist() == [2, 2, 1]  # of 8, 8 and 4


def test_numbers_have_no_proportion_of_classes(file: pathlib.Path) -> None:
    assert refused(file, NUMBERS, split="stratified") == (
        "FILE: column 'y' holds numbers, so the validation split cannot be stratified, which "
        "is by classes; choose random, last or column"
    )
    with pytest.raises(LabError, match="diabetes: column 'progression' holds numbers"):
        TASKS["diabetes"].load(TaskSpec(name="diabetes", split="stratified"))


def test_a_class_without_a_row_to_train_on_is_named(file: pathlib.Path) -> None:
    data = load(file, CLASSES, split="last", validation=0.2)
    assert data.remarks == (
        "all rows of the class 'w' are held out for validation, so it cannot be learned",
    )
    assert data.notes[-1] == data.remarks[0]
    assert load(file, CLASSES).remarks == ()


SERIES = "date,y\n" + "".join(f"2021-03-{d:02},{(7 * d) % 5}.5\n" for d in range(1, 16))


def test_rows_that_follow_in_time_are_said_to(file: pathlib.Path) -> None:
    (said,) = load(file, SERIES).remarks
    assert said == (
        "the rows follow each other in time (date), and those held out are drawn from among "
        "them; the last rows can be held out instead"
    )
    for chosen in ("random", "last"):
        assert load(file, split=chosen).remarks == ()
    assert load(file, validation=0.0).remarks == ()
    head, *rows = SERIES.splitlines()
    backwards = "\n".join([head, *rows[::-1]])
    assert load(file, backwards).remarks == ()
    (said,) = load(file, backwards, split="last").remarks
    assert said == (
        "the file begins with the latest rows (date): the last ones, which are held out, are "
        "the earliest"
    )


def test_data_sets_can_be_split_in_other_ways() -> None:
    task = TaskSpec(name="iris")
    own, same = (
        TASKS["iris"].load(task),
        TASKS["iris"].load(TaskSpec(name="iris", split="stratified")),
    )
    assert own.validation_x.tobytes() == same.validation_x.tobytes()
    last = TASKS["iris"].load(TaskSpec(name="iris", split="last"))
    assert set(last.validation_y.tolist()) == {2}  # the file is sorted by species
    with pytest.raises(LabError, match="iris: the validation split is to be what a column"):
        TASKS["iris"].load(TaskSpec(name="iris", split="column"))


# ---- a column that says

SAYS = {
    "yes and no": (["no"] * 5 + ["Yes"] * 2 + ["NO", " no "] + ["yes"], [5, 6, 9]),
    "true and false": (["FALSE"] * 8 + ["True", "TRUE"], [8, 9]),
    "numbers": (["0"] * 7 + ["1"] * 3, [7, 8, 9]),
    "train and test": (["Train"] * 6 + ["test"] * 3 + ["training"], [6, 7, 8]),
    "three parts": (["train"] * 5 + ["val"] * 2 + ["test"] * 3, [5, 6, 7, 8, 9]),
    "hold-out": (["fit"] * 8 + ["Hold-Out", "hold out"], [8, 9]),
    "ticked": ([""] * 7 + ["x"] * 3, [7, 8, 9]),
    "another language": (["nein"] * 7 + ["ja"] * 3, [7, 8, 9]),
}


def table_with(cells: list[str], name: str = "part") -> str:
    rows = [f"{k},{cell},{(7 * k) % 5},{k}.5\n" for k, cell in enumerate(cells)]
    return f"x,{name},z,y\n" + "".join(rows)


@pytest.mark.parametrize("name", SAYS)
def test_a_column_says_which_rows_are_held_out(file: pathlib.Path, name: str) -> None:
    cells, rows = SAYS[name]
    data = load(file, table_with(cells), split="column", split_column="part")
    assert held(data) == rows
    assert data.split == "column"
    assert data.feature_names == ("x", "z")
    reading = read(str(file), Choices(split_column="part"))
    assert reading.held is not None
    assert np.flatnonzero(reading.held).tolist() == rows
    assert reading.column("part").why == "it says which rows are held out"
    assert reading.trouble == ""


def test_a_yes_in_a_column_of_training_trains(file: pathlib.Path) -> None:
    text = table_with(["1"] * 7 + ["0"] * 3, "is_train")
    data = load(file, text, split="column", split_column="is_train")
    assert held(data) == [7, 8, 9]
    note = "is_train: '0' is held out for validation, '1' is trained on"
    assert note in data.notes


def test_the_column_counts_only_where_the_split_asks_for_it(file: pathlib.Path) -> None:
    text = table_with(["0"] * 7 + ["1"] * 3)
    data = load(file, text, split="random", split_column="part")
    assert "part" in data.feature_names
    assert len(held(data)) == 2


def test_rows_with_gaps_leave_the_others_where_they_were(file: pathlib.Path) -> None:
    text = table_with(["no"] * 7 + ["yes"] * 3).replace("\n2,no,4,", "\n2,no,,")
    data = load(file, text, split="column", split_column="part")
    assert held(data) == [7, 8, 9]
    assert data.n == 6


def test_the_target_is_never_the_column_that_says(file: pathlib.Path) -> None:
    text = "x,z,y,part\n" + "".join(f"{k},{k % 3},{k}.5,{k % 2}\n" for k in range(10))
    data = load(file, text, split="column", split_column="part")
    assert data.target_name == "y"
    assert held(data) == [1, 3, 5, 7, 9]
    both = refused(file, text, split="column", split_column="part", target="part")
    assert "column 'part' cannot be the target and say which rows are held out" in both


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            ["train"] * 5 + ["test"] * 4 + ["maybe"],
            "FILE, row 11, column 'part': 'maybe' does not say whether the row is held out; "
            "yes or no would, or train or validation",
        ),
        (["train"] * 8 + ["", "test"], "FILE, row 10, column 'part': '' does not say"),
        (["0"] * 8 + ["1", "2"], "FILE, row 11, column 'part': '2' does not say"),
        (["train"] * 10, "FILE, column 'part' holds out no row; choose another way to split"),
        (["test"] * 9 + ["train"], "FILE, column 'part' leaves 1 row to train on"),
        (["yes"] * 10, "FILE, column 'part' leaves 0 rows to train on"),
    ],
)
def test_a_column_that_does_not_say_it_is_refused(
    file: pathlib.Path, cells: list[str], sentence: str
) -> None:
    message = refused(file, table_with(cells), split="column", split_column="part")
    assert message.startswith(sentence)
    reading = read(str(file), Choices(split_column="part"), tolerant=True)
    assert reading.held is None
    assert reading.trouble.replace(str(file), "FILE") == message
    assert reading.rows == 10


def test_no_column_or_an_unknown_one_is_refused(file: pathlib.Path) -> None:
    text = table_with(["no", "yes"] * 5)
    assert "none is named (task.split_column)" in refused(file, text, split="column")
    unknown = refused(file, text, split="column", split_column="prt")
    assert unknown == "FILE has no column 'prt'"


# ---- what is written and read again


@pytest.mark.parametrize("way", ["auto", "random", "stratified", "last", "column"])
def test_an_export_has_the_same_split(
    file: pathlib.Path, tmp_path: pathlib.Path, way: str
) -> None:
    text = "x,part,z,y\n" + "".join(
        f"{k},{['train', 'Test', 'val'][k % 3]},{(3 * k) % 7},{'uvw'[k // 8]}\n"
        for k in range(20)
    )
    fields = {"split": way, "split_column": "part" if way == "column" else None, "seed": 4}
    first = load(file, text, **fields)
    copy = tmp_path / "copy.csv"
    export_csv(first, copy)
    second = load(copy, **fields)
    for name in ("x", "y", "validation_x", "validation_y"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert len(first.validation_x)


def test_the_object_says_how_many_rows_are_held_out(file: pathlib.Path) -> None:
    file.write_text(CLASSES)
    for way, held_rows in (("auto", 4), ("last", 4), ("random", 4)):
        task = TaskSpec(name="csv", path=str(file), split=way)
        table = table_of(task)
        assert table is not None
        found = read_as_json(table, held_out_of(table, task))
        assert found["split"] == ("stratified" if way == "auto" else way)
        assert found["held_out_rows"] == held_rows == len(load(file, split=way).validation_y)
