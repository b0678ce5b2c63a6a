"""Where the table lies in a file, what its columns are, what is a gap, what is predicted."""

from __future__ import annotations

from typing import Any

import pytest

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.nets.tables import GAP_WAYS, KINDS
from tests.nets.tables.read_texts import check, lines, reading_of

Case = tuple[str | bytes, dict[str, Any]]
ABY = "a,b,y\n5,1,u\n3,2,v\n4,7,u\n1,5,v\n"
LAYOUTS: dict[str, Case] = {
    "years as names": (
        "country,2019,2020,2021\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5\nC,1,2,3\n",
        {"header": True, "inputs": ["2019", "2020"], "target": "2021"},
    ),
    "years as names, downwards": (
        "country,2021,2020,2019\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5\nC,1,2,3\n",
        {"header": True, "inputs": ["2021", "2020"], "unused": ["country"]},
    ),
    "years as names, with gaps": (
        "country,code,2000,2005,2011\nA,x,1.5,2.5,3.5\nB,z,2.5,3.5,4.5\nC,x,1,2,3\n",
        {"header": True, "inputs": ["code=x", "code=z", "2000", "2005"]},
    ),
    "years as names, nothing else": (
        "2019,2020,2021\n150,250,350\n2.5,3.5,4.5\n1,2,3\n",
        {"header": True, "rows": 3, "target": "2021"},
    ),
    "years as data": (
        "2000,2001,2002\n2003,2004,2005\n2006,2007,2008\n",
        {"header": False, "rows": 3, "target": "column 3"},
    ),
    "a name that is a number": (
        "x1,x2,10\n5,3,1\n2,4,2\n3,1,5.5\n",
        {"header": True, "inputs": ["x1", "x2"], "target": "10"},
    ),
    "no names, numbers": (
        "5.1,3.5,1.4\n4.9,3.0,1.4\n4.7,3.2,1.3\n",
        {"header": False, "rows": 3, "problem": "regression"},
    ),
    "no names, numbers and texts": (
        "5.1,3.5,setosa\n4.9,3.0,setosa\n4.7,3.2,virginica\n4,3,virginica\n",
        {"header": False, "rows": 4, "classes": ["setosa", "virginica"]},
    ),
    "no names, dates": (
        "2020-01-01,red,5\n2020-01-02,blue,6\n2020-01-03,red,7.5\n",
        {"header": False, "rows": 3, "kinds": {"column 1": "date"}},
    ),
    "names above texts alone": (
        "color,size,kind\nred,S,x\nblue,M,z\nred,M,x\nblue,S,z\n",
        {"header": True, "rows": 4, "target": "kind"},
    ),
    "names of the rows without a name, by R": (
        lines("a,y", row='"{i}",{z},{c}'),
        {"header": True, "inputs": ["a"], "unused": ["column 1"], "rows": 12},
    ),
    "the same with blanks": (
        lines("a y", row='"{i}" {z} {c}'),
        {"separator": " ", "inputs": ["a"], "unused": ["column 1"], "rows": 12},
    ),
    "an index without a name": (
        lines(",a,y", row="{i},{z},{c}"),
        {"inputs": ["a"], "unused": ["column 1"], "said": "it counts the rows"},
    ),
    "an index by pandas": (
        lines("Unnamed: 0,a,y", row="{i},{z},{c}"),
        {"inputs": ["a"], "unused": ["Unnamed: 0"]},
    ),
    "an index that begins at 1001": (
        lines("id,a,y", row="10{i:02},{z},{c}"),
        {"inputs": ["a"], "unused": ["id"]},
    ),
    "an index at the end": (
        lines("a,y,id", row="{z},{c},{i}"),
        {"inputs": ["a"], "unused": ["id"], "target": "y"},
    ),
    "numbers of customers": (
        "customerID,a,y\n"
        + "".join(f"{7919 * i % 1000},{i * 7 % 9},{i}.5\n" for i in range(9)),
        {"inputs": ["a"], "unused": ["customerID"], "said": "a number of its own"},
    ),
    "a time that counts up": (
        lines("t,b,y", row="{i},{z},{h}"),
        {"inputs": ["t", "b"]},
    ),
    "a title without separators": (
        "Report of the lab\nExported 2021-03-04\n\n" + ABY,
        {"rows": 4, "inputs": ["a", "b"], "said": "2 lines above the table are skipped"},
    ),
    "a title of two cells": (
        "Report,2021\n" + ABY,
        {"rows": 4, "inputs": ["a", "b"], "said": "1 line above the table is skipped"},
    ),
    "a title and units in brackets": (
        "Report,,\n\na,b,y\n(mm),(kg),\n2,0.5,u\n5,1,v\n1,2,u\n3,3,v\n",
        {"rows": 4, "inputs": ["a", "b"], "said": "the second line has the units: mm, kg"},
    ),
    "a source below": (
        ABY + "\nSource: Office of Statistics 2021\n",
        {"rows": 4, "left_out_rows": 1, "said": "1 line below the table is skipped (line 7)"},
    ),
    "a source and a remark below": (
        ABY + "\nSource: Office of Statistics 2021\n* preliminary\n",
        {"rows": 4, "left_out_rows": 2, "said": "2 lines below the table are skipped"},
    ),
    "a source below, with separators": (
        ABY + ',,\n"Source: Office, 2021",,\n',
        {"rows": 4, "inputs": ["a", "b"], "said": "1 line below the table is skipped"},
    ),
    "totals with empty cells": (
        "n,b,y\nx,1,1\nz,2,2\nx,7,3\nz,4.5,4.5\n,Sum,10.5\n",
        {"rows": 4, "said": "1 row at the end sums up the others"},
    ),
    "a mean": (
        "n,b,y\n1,1,1\n5,2,2\n3,7,3\n4,4.5,4.5\nMean,3.6,2.6\n",
        {"rows": 4, "inputs": ["n", "b"]},
    ),
    "totals and a source": (
        "n,b,y\nx,1,1\nz,2,2\nx,7,3\nz,4.5,4.5\nTotal,14.5,10.5\nSource: us,,\n",
        {"rows": 4, "left_out_rows": 2},
    ),
    "a header in the middle": (
        "a,b,y\n1,2,3\n5,3,4\na,b,y\n3,1,5\n4,8,6.5\n",
        {"rows": 4, "inputs": ["a", "b"], "said": "repeats the header"},
    ),
    "a row that is too short": (
        "a,b,y\n1,2,u\n5,3\n3,1,v\n4,8,u\n7,7,u\n",
        {"rows": 4, "said": "another number of cells and is left out (line 3)"},
    ),
    "Orange's head of one row": (
        lines("mS#name\tC#b\tcD#y", row="n{i}\t{z}\t{c}"),
        {"inputs": ["b"], "target": "y", "unused": ["name"], "said": "Orange's marks"},
    ),
    "Orange's head with short types": (
        lines("name\ta\tb\ty", "s\tc\td\tp q", "meta\t\t\tclass", row="n{i}\t{z}\t{c}\t{c}"),
        {"inputs": ["a", "b=u", "b=v"], "target": "y", "unused": ["name"]},
    ),
    "a quoted instruction": (
        '"sep=;"\r\na;b;y\r\n1;2;u\r\n5;2;v\r\n',
        {"separator": ";", "rows": 2},
    ),
    "an instruction behind a byte order mark": (
        "\ufeffsep=|\na|b|y\n1|2|u\n5|2|v\n",
        {"separator": "|", "rows": 2, "target": "y"},
    ),
    "UTF-16 without a mark": (
        "a;b;y\r\n1;2;u\r\n5;2;v\r\n3;4;u\r\n".encode("utf-16-le"),
        {"encoding": "UTF-16", "separator": ";", "rows": 3, "inputs": ["a", "b"]},
    ),
    "UTF-16 the other way round": (
        "a;b;y\r\n1;2;u\r\n5;2;v\r\n3;4;u\r\n".encode("utf-16-be"),
        {"encoding": "UTF-16", "rows": 3},
    ),
    "separators at the ends of the data": (
        "a,b,y\n0,0,u,\n5,1,v,\n2,2,u,\n",
        {"inputs": ["a", "b"], "rows": 3, "target": "y"},
    ),
    "empty lines": (
        "\n\na,b,y\n\n0,0,u\n5,1,v\n\n\n2,2,u\n\n",
        {"rows": 3, "inputs": ["a", "b"]},
    ),
    "names that come twice": (
        "a,a,b,y\n0,5,1,u\n5,1,2,v\n2,2,3,u\n",
        {"inputs": ["a", "a (2)", "b"], "said": "several columns are called 'a'"},
    ),
    "columns by blanks": (
        "a   b    y\n0   0.5  u\n5   10.25 v\n2   2    u\n",
        {"separator": " ", "values": {"b": [0.5, 10.25, 2]}},
    ),
    "comments of another kind": (
        "% made by the logger\n" + ABY,
        {"rows": 4, "said": "1 line that is a comment is skipped"},
    ),
    "a header that begins with a mark": (
        "#n,b,y\n5,1,u\n3,2,v\n4,7,u\n",
        {"rows": 3, "inputs": ["#n", "b"]},
    ),
}
BODY = "5,{0},1\n2,{1},2\n3,{2},3\n4,{3},4.5\n"


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_table_is_found_in_its_file(name: str) -> None:
    content, expected = LAYOUTS[name]
    check(reading_of(content), expected)


@pytest.mark.parametrize(
    ("cells", "names", "said"),
    [
        (("Ja", "nein", "JA", "nein"), ["b=Ja", "b=nein"], "'JA' is read as 'Ja'"),
        (("Y", "N", "y", "n"), ["b=N", "b=Y"], "'y' is read as 'Y'"),
        (("oui", "non", "Oui", "Non"), ["b=non", "b=oui"], "'Oui' is read as 'oui'"),
        (("sí", "no", "Sí", "NO"), ["b=no", "b=sí"], "'Sí' is read as 'sí'"),
        (("TRUE", "0", "1", "FALSE"), ["b=FALSE", "b=TRUE"], "'1' is read as 'TRUE'"),
        (("T", "F", "T", "F"), ["b=F", "b=T"], ""),
        (("x", "", "x", ""), ["b=no", "b=x"], "an empty cell is no, 'x' is yes"),
    ],
)
def test_yes_and_no_in_several_spellings(
    cells: tuple[str, ...], names: list[str], said: str
) -> None:
    reading = reading_of("a,b,y\n" + BODY.format(*cells) * 3)
    check(reading, {"kinds": {"b": "boolean"}, "inputs": ["a", *names], "said": said})


def test_a_third_answer_makes_categories() -> None:
    reading = reading_of("a,b\n" + "5,yes\n2,no\n3,Maybe\n4,yes\n" * 3)
    check(reading, {"kinds": {"b": "category"}, "classes": ["Maybe", "no", "yes"]})


@pytest.mark.parametrize(
    "gap",
    ["", "NA", "N/A", "n/a", "NaN", "None", "null", "-", ".", "?", "missing", "#N/A", "#REF!"],
)
def test_what_stands_for_a_gap(gap: str) -> None:
    reading = reading_of(f"a,b,y\n5,1,1\n2,{gap},2\n3,3,3\n4,0.5,4.5\n")
    assert (reading.rows, reading.left_out_rows) == (3, 1)
    assert reading.column("b").values.tolist() == [1, 3, 0.5]
    assert gap == "" or any(f"'{gap}' stands for a gap" in note for note in reading.notes)
    texts = reading_of(f"a,b,y\n5,p,1\n2,{gap},2\n3,q,3\n4,p,4.5\n")
    assert texts.input_names == ("a", "b=p", "b=q")


def test_far_constants_are_gaps_unless_numbers_are_chosen() -> None:
    rows = [f"{7 * i % 10},{-999 if i in (3, 5) else i * 1.5},{i}.5" for i in range(20)]
    text = "\n".join(["a,b,y", *rows])
    check(reading_of(text), {"rows": 18, "said": ["-999 in 2 rows lies far", "(lines 5, 7)"]})
    assert reading_of(text, kinds=(("b", "number"),)).rows == 20
    near = text.replace("-999", "99")
    assert reading_of(near.replace("28.5", "70")).rows == 20  # 99 is not far from 70


def test_gaps_are_dealt_with_as_chosen() -> None:
    text = "a,b,c,y\n5,1,p,u\n2,,p,v\n3,3,,u\n4,8,q,v\n"
    rows = reading_of(text, gaps="rows")
    assert (rows.rows, rows.input_names) == (2, ("a", "b", "c=p", "c=q"))
    columns = reading_of(text, gaps="columns")
    check(columns, {"rows": 4, "inputs": ["a"], "unused": ["b", "c"], "said": "1 gap"})
    fill = reading_of(text, gaps="fill")
    check(fill, {"rows": 4, "values": {"b": [1, 3, 3, 8], "c": ["p", "p", "p", "q"]}})
    check(fill, {"said": ["b: 1 gap is filled with 3", "c: 1 gap is filled with 'p'"]})


def test_a_column_of_many_gaps_is_left_out_rather_than_its_rows() -> None:
    text = "a,b,y\n" + "5,,u\n3,,v\n2,1,u\n4,,v\n"
    check(reading_of(text), {"rows": 4, "inputs": ["a"], "said": "b is left out: 3 gaps"})


def test_kinds_and_columns_can_be_chosen() -> None:
    text = lines("zip,b,y", row="010{i:02},{z},{h}")
    assert reading_of(text, kinds=(("zip", "number"),)).input_names == ("zip", "b")
    assert reading_of(text, leave_out=("b",), kinds=(("zip", "number"),)).input_names == (
        "zip",
    )
    index = lines("id,b,y", row="{i},{z},{h}")
    assert reading_of(index).input_names == ("b",)
    assert reading_of(index, kinds=(("id", "number"),)).input_names == ("id", "b")
    cylinders = "a,n,y\n" + "5,4,1\n2,6,2\n3,8,3.5\n" * 3
    chosen = reading_of(cylinders, kinds=(("n", "category"),))
    assert chosen.input_names == ("a", "n=4", "n=6", "n=8")
    with pytest.raises(LabError, match="has no column 'nothing'"):
        reading_of(text, leave_out=("nothing",))
    with pytest.raises(
        LabError, match=r"row 2, column 'b': '0\.25' cannot be read as the kind"
    ):
        reading_of("b,c,y\n0.25,x,1\n0.5,z,2\n", kinds=(("b", "date"),))


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("y", [0, 1], "classification"),
        ("y", [-1, 1], "classification"),
        ("y", [0, 1, 2], "classification"),
        ("quality", [3, 4, 5, 6], "classification"),
        ("y", [0.5, 1.5], "regression"),
        ("count", [0, 1, 2], "regression"),
        ("year", [2000, 2001, 2002], "regression"),
        ("y", [4, 6, 8], "regression"),
        ("y", list(range(20)), "regression"),
    ],
)
def test_whole_numbers_are_classes_or_counts(
    name: str, values: list[float], problem: str
) -> None:
    rows = "".join(f"{7 * i % 11},{value}\n" for i, value in enumerate(values * 10))
    reading = reading_of(f"a,{name}\n" + rows)
    assert reading.problem == problem
    other = "regression" if problem == "classification" else "classification"
    assert reading_of(f"a,{name}\n" + rows, problem=other).problem == other


def test_a_column_that_strays_is_named_with_its_row() -> None:
    rows = "".join(f"{7 * i % 10},{'broken' if i == 4 else i},{i}.5\n" for i in range(20))
    check(reading_of("a,b,y\n" + rows), {"unused": ["b"], "said": "'broken' in row 6 is not a"})
    with pytest.raises(LabError, match="column 'b' cannot be the target: 'broken' in row 6"):
        reading_of("a,b,y\n" + rows, target="b")
    kept = reading_of("a,b,y\n" + rows, kinds=(("b", "number"),))
    assert (kept.rows, kept.input_names) == (19, ("a", "b"))


def test_large_tables_decide_by_all_their_rows() -> None:
    """Beyond the first block of a column, cells of another kind change what the column is."""
    few = [f"{i % 7},{i % 950},{i}.5" for i in range(30_000)]
    marked = reading_of("\n".join(["a,b,y", *few, '3,"1,010",1.5']))
    assert (marked.thousands, marked.column("b").values[-1]) == (",", 1010)
    dashed = reading_of("\n".join(["a,b,y", *few, "3,-,1.5"]))
    assert (dashed.rows, dashed.left_out_rows) == (30_000, 1)


def test_the_kinds_of_specs_are_those_of_the_reader() -> None:
    assert KNOBS["task.kinds"].choices == KINDS
    assert KNOBS["task.gaps"].choices == ("auto", *GAP_WAYS)
