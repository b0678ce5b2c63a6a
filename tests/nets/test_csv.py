"""Any CSV: what is recognised, and that an export reads back bit for bit."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from layerlab.core.spec import TaskSpec
from layerlab.nets.data import Data
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.problem import check, problem_of
from layerlab.nets.tables import Choices
from layerlab.nets.tasks import TASKS, export_csv, recommended_for_csv
from layerlab.nets.tasks.csv import read_table

ROWS = "1.5,2,u\n2.5,3,v\n3.5,5,u\n4.5,7,v\n"


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "data.csv"


def load(path: pathlib.Path, target: str | None = None, **fields: object) -> Data:
    return TASKS["csv"].load(TaskSpec(name="csv", path=str(path), target=target, **fields))


def own_units(data: Data) -> list[list[float]]:
    """Return all inputs in their own units, ascending by the first."""
    x = np.concatenate([data.x, data.validation_x]) * data.x_scale + data.x_mean
    return sorted(np.round(x, 9).tolist())


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b,c\n" + ROWS, ","),
        (("a,b,c\n" + ROWS).replace(",", ";"), ";"),
        (("a,b,c\n" + ROWS).replace(",", "\t"), "\t"),
        ("\ufeffa,b,c\n" + ROWS, ","),
        (("a,b,c\n" + ROWS).replace(",", ";").replace(".", ","), ";"),
        (("a,b,c\n" + ROWS).replace(",", "\t").replace(".", ","), "\t"),
        (("a,b,c\n" + ROWS).replace("\n", "\r\n"), ","),
        (("a,b,c\n" + ROWS).replace("\n", "\r"), ","),
        ("a,b,c\n\n" + ROWS.replace("\n", "\n\n  \n") + ",,\n", ","),
        ('"a","b","c"\n' + ROWS.replace("u", '"u"'), ","),
        ("a , b,c\n" + ROWS.replace(",", " , "), ","),
        ("a,b,c,\n" + ROWS.replace("\n", ",\n"), ","),
        ("a,b,c\n" + ROWS.rstrip("\n"), ","),
        ("a,b,c\n" + ROWS.replace("1.5", "15e-1").replace("2.5", "+2.50"), ","),
    ],
)
def test_the_same_table_in_many_dialects(file: pathlib.Path, text: str, separator: str) -> None:
    file.write_bytes(text.encode())
    data = load(file)
    assert data.feature_names == ("a", "b")
    assert data.target_name == "c"
    assert data.class_names == ("u", "v")
    assert own_units(data) == [[1.5, 2], [2.5, 3], [3.5, 5], [4.5, 7]]
    table = read_table(str(file))
    assert table.reading is not None
    assert table.reading.separator == separator
    assert table.features[0].values.tolist() == [1.5, 2.5, 3.5, 4.5]


def test_a_file_without_header_gets_numbered_columns(file: pathlib.Path) -> None:
    file.write_text(ROWS)
    data = load(file)
    assert data.feature_names == ("column 1", "column 2")
    assert data.target_name == "column 3"
    assert any("the first row is data" in note for note in data.notes)
    assert len(own_units(data)) == 4


def test_a_header_of_counted_columns_is_one(file: pathlib.Path) -> None:
    # as tables without names are written: 0, 1, 2, target
    file.write_text("0,1,kind\n" + ROWS)
    assert load(file).feature_names == ("0", "1")
    file.write_text("0,1,u\n" + ROWS)  # the same, but u comes again: a row
    assert load(file).feature_names == ("column 1", "column 2")


def test_digits_written_without_names_give_the_same_arrays(file: pathlib.Path) -> None:
    built_in = TASKS["digits"].load(TASKS["digits"].recommended().task)
    export_csv(built_in, file)
    _, _, rows = file.read_text().partition("\n")
    for header in ("", ",".join(map(str, range(64))) + ",target\n"):
        file.write_text(header + rows)
        read = load(file)
        assert read.x.tobytes() == built_in.x.tobytes()
        assert read.validation_y.tobytes() == built_in.validation_y.tobytes()


def test_quoted_fields_hold_separators_quotes_and_line_ends(file: pathlib.Path) -> None:
    file.write_text('"x, in m",y,"he said ""z"""\n' + ROWS.replace("u", '"u,\nw"'))
    data = load(file)
    assert data.feature_names == ("x, in m", "y")
    assert data.target_name == 'he said "z"'
    assert data.class_names == ("u,\nw", "v")


def test_the_target_can_be_any_column(file: pathlib.Path) -> None:
    file.write_text("a,b,c\n" + ROWS)
    data = load(file, "a")
    assert (data.target_name, data.shape.classes) == ("a", 0)
    assert data.feature_names == ("b", "c=u", "c=v")
    own = np.concatenate([data.y, data.validation_y]) * data.y_scale + data.y_mean
    np.testing.assert_allclose(np.sort(own[:, 0]), [1.5, 2.5, 3.5, 4.5])
    assert "regression: a is a number" in data.summary


def test_the_problem_is_recognised_and_can_be_overruled(file: pathlib.Path) -> None:
    file.write_text("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(30)))
    data = load(file)
    assert (data.class_names, data.form) == (("0", "1", "2"), "classes")
    assert "classification: b is one of 3 classes" in data.summary
    data = load(file, problem="regression")
    assert (data.shape.classes, data.form) == (0, "curve")
    assert recommended_for_csv(str(file)).train.loss == "cross-entropy"
    assert recommended_for_csv(file, "b", "regression").train.loss == "half-mse"


def test_a_changed_file_is_read_again(file: pathlib.Path) -> None:
    file.write_text("a,b,c\n" + ROWS)
    assert load(file).feature_names == ("a", "b")
    file.write_text("d,e,f\n" + ROWS + ROWS)
    assert load(file).feature_names == ("d", "e")


@pytest.mark.parametrize("key", ["digits", "iris", "wine", "breast-cancer", "diabetes"])
def test_an_exported_set_is_the_set_bit_for_bit(key: str, file: pathlib.Path) -> None:
    built_in = TASKS[key].load(TASKS[key].recommended().task)
    export_csv(built_in, file)
    spec = recommended_for_csv(file)
    read = TASKS["csv"].load(spec.task)
    for name in (
        "x",
        "y",
        "validation_x",
        "validation_y",
        "x_mean",
        "x_scale",
        "y_mean",
        "y_scale",
    ):
        ours, theirs = getattr(read, name), getattr(built_in, name)
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes(), name
    for name in ("shape", "form", "class_names", "feature_names", "target_name", "image_shape"):
        assert getattr(read, name) == getattr(built_in, name)
    assert read.summary.startswith(built_in.summary)
    own = TASKS[key].recommended()
    assert (spec.net, spec.train) == (own.net, own.train)


def test_an_exported_set_trains_to_the_same_figures(file: pathlib.Path) -> None:
    own = TASKS["digits"].recommended()
    own = replace(own, train=replace(own.train, updates=30, seeds=2))
    export_csv(TASKS["digits"].load(own.task), file)
    exported = replace(own, task=recommended_for_csv(file, "digit").task)
    *_, first = NumpyEngine().run(own)
    *_, second = NumpyEngine().run(exported)
    assert first.params.tobytes() == second.params.tobytes()


def test_a_csv_survives_its_own_export(file: pathlib.Path, tmp_path: pathlib.Path) -> None:
    file.write_text('a;b;name;c\n0,1;1e-7;x, y;u\n0,30000000000000004;-0;"q;""";v\n7;3;n;u\n')
    first = load(file, "b")
    copy = tmp_path / "copy.csv"
    export_csv(first, copy)
    second = load(copy)
    assert second.target_name == "b"
    assert first.x.tobytes() == second.x.tobytes()
    assert first.y.tobytes() == second.y.tobytes()
    assert first.feature_names == second.feature_names
    assert {path.name for path in tmp_path.iterdir()} == {"data.csv", "copy.csv"}


@pytest.mark.parametrize("key", ["wave", "spiral", "blobs", "diagonal-flip"])
def test_generated_points_are_exported_as_they_are(key: str, file: pathlib.Path) -> None:
    data = TASKS[key].load(TASKS[key].recommended().task)
    export_csv(data, file)
    table = read_table(str(file))
    x = np.stack([column.values for column in table.features[: data.shape.inputs]], axis=1)
    np.testing.assert_array_equal(x, np.concatenate([data.x, data.validation_x]))
    y = np.concatenate([data.y, data.validation_y])
    np.testing.assert_array_equal(table.target.values, y if data.shape.classes else y[:, -1])


CELL = st.one_of(
    st.floats(-1e9, 1e9).map(repr),
    st.integers(-99, 99).map(str),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=4, max_size=30),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_numbers_come_through_exactly(
    tmp_path: pathlib.Path, rows: list, separator: str, comma: bool, bom: bool, header: bool
) -> None:
    comma = comma and separator != ","
    lines = [separator.join(row) for row in rows]
    text = "\n".join([separator.join("abc")] * header + lines)
    if comma:
        text = text.replace(".", ",")
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
    # As numbers, whatever else they could be: -99 may be a gap, 0, 1, 2 a count of the rows.
    names = "abc" if header else [f"column {k + 1}" for k in range(3)]
    table = read_table(str(path), Choices(kinds=tuple((name, "number") for name in names)))
    columns = (*table.features, table.target)
    expected = [[float(cell) for cell in column] for column in zip(*rows, strict=True)]
    assert [column.values.tolist() for column in columns] == expected
    assert table.reading is not None
    assert table.reading.has_header == header


def test_one_text_in_five_numbers_is_stray_but_one_in_four_makes_a_text_column(
    file: pathlib.Path,
) -> None:
    file.write_text("a,b\n" + "1,0.5\n2,0.25\n3,1.5\nx,0.75\n" * 3)
    assert load(file).feature_names == ("a=1", "a=2", "a=3", "a=x")
    file.write_text("a,c,b\n" + "1,3,0.5\n2,1,0.25\n3,2,1.5\n1,4,2\nx,5,0.75\n" * 3)
    data = load(file)
    assert data.feature_names == ("c",)
    assert data.summary.endswith("left out: a")
    assert data.notes == (
        "a is left out: 'x' in row 6 and 3 cells in all are not numbers, as the others of this "
        "column are",
    )


def test_dates_times_and_what_was_left_out_survive_an_export(
    file: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    rows = [
        f"{i};{i % 3 + 1:02}.02.2021 1{i % 4}:30;0{i % 9}:1{i % 7};00{i};{c};{i * i},5"
        for i, c in enumerate("jn" * 10)
    ]
    file.write_text("\n".join(["id;day;time;code;ticked;y", *rows]))
    first, copy = load(file), tmp_path / "copy.csv"
    assert first.feature_names == ("day", "time", "ticked=j", "ticked=n")
    export_csv(first, copy)
    second = load(copy)
    assert second.feature_names == first.feature_names
    assert first.x.tobytes() == second.x.tobytes()
    assert first.validation_y.tobytes() == second.validation_y.tobytes()
    assert first.table is not None
    assert second.table is not None
    assert [c.used for c in first.table.features] == [c.used for c in second.table.features]


def test_what_a_csv_is_recommended_can_be_trained(file: pathlib.Path) -> None:
    lines = [f"{i * 0.1:.1f},{i * i * 0.01:.2f}" for i in range(40)]
    file.write_text("t,height\n" + "\n".join(lines))
    spec = recommended_for_csv(file)
    check(spec)
    problem = problem_of(spec)
    assert problem.data.form == "curve"
    *_, state = NumpyEngine().run(spec, until=20)
    assert state.is_finite()
