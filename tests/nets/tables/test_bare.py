"""Stretches of bare numbers: the same arrays and decisions as row by row."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.nets.tables import bare
from layerlab.nets.tables.coded import Coded, Coder
from layerlab.nets.tables.reading import Reading
from tests.nets.tables.read_texts import reading_of

CELLS = ("0", "-1.5", "+.5", "7.", "1e-7", "-2E+30", "0.1", "12345678901234567890", "3.14159")


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch):
    """Read a text by stretches of a few lines, and row by row."""

    def read(content: str | bytes) -> tuple[Reading, Reading]:
        monkeypatch.setattr(bare, "CHUNK", 40)
        quick = reading_of(content)
        monkeypatch.setattr(bare, "start_of", lambda *_: None)
        slow = reading_of(content)
        monkeypatch.undo()
        return quick, slow

    return read


def assert_same(quick: Reading, slow: Reading) -> None:
    found, expected = (
        {**read.as_json(), "file": "", "trouble": read.trouble.replace(read.where, "")}
        for read in (quick, slow)
    )
    assert found == expected
    assert quick.lines.tolist() == slow.lines.tolist()
    for one, other in zip(quick.columns, slow.columns, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def numbers(rng: random.Random, rows: int = 60) -> list[list[str]]:
    return [[rng.choice(CELLS) for _k in range(3)] for _i in range(rows)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_numbers_are_the_same_to_the_bit(both, separator: str, end: str) -> None:
    rows = numbers(random.Random(1))
    text = end.join([separator.join("abc"), *map(separator.join, rows)])
    quick, slow = both(text)
    assert_same(quick, slow)
    expected = [[float(cell) for cell in row] for row in rows]
    np.testing.assert_array_equal(np.stack([c.values for c in quick.columns], 1), expected)


@pytest.mark.parametrize(
    "odd",
    [
        *(
            "x,1,2",
            ",1,2",
            "1,,2",
            "1, 2,3",
            "1,2",
            "1,2,3,4",
            "",
            "1,NA,2",
            '"1",2,3',
            "a,b,c",
        ),
        *(
            "007,1,2",
            "1,007,2",
            "1,1e400,2",
            "1,--2,3",
            "1,e,2",
            "1,1.000,2",
            "# note",
            "1,2,3,",
        ),
        *("1,-999,2", "Total,9,9", "1,1_0,2", "\u0663,1,2", "1,inf,2"),
    ],
)
@pytest.mark.parametrize("at", [0, 30, 60])
def test_an_odd_row_decides_the_same_wherever_it_stands(both, odd: str, at: int) -> None:
    rows = [",".join(row) for row in numbers(random.Random(2))]
    assert_same(*both("\n".join(["a,b,c", *rows[:at], odd, *rows[at:]]) + "\n"))


def test_points_that_may_be_thousands_are_judged_column_by_column(both) -> None:
    rows = [f"{i}.500;{i % 7},5;{i}" for i in range(1, 60)]
    quick, slow = both("\n".join(["a;b;c", *rows]))
    assert_same(quick, slow)
    assert quick.column("a").values[0] == 1500
    rows = [f"{i}\t9{i % 90 + 10}\t{i % 3}" for i in range(60)] + ["1\t1.010\t2"] * 3
    quick, slow = both("\n".join(["a\tb\tc", *rows]))
    assert_same(quick, slow)
    assert quick.column("b").values[-1] == 1010


def test_a_header_of_years_that_comes_again_is_found(both) -> None:
    rows = [f"{i},{i * 2},{i * 3}" for i in range(100, 160)]
    text = "\n".join(["2001,2002,2003", *rows[:40], "2001,2002,2003", *rows[40:]])
    quick, slow = both(text)
    assert_same(quick, slow)
    assert quick.left_out_rows == 1


DECIMAL = st.from_regex(
    r"[+-]?(0|[1-9][0-9]{0,18})?\.?[0-9]{0,20}([eE][+-]?[0-9]{1,2})?", fullmatch=True
)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(-1e9, 1e9).map(repr), DECIMAL), min_size=1, max_size=40))
def test_every_cell_is_what_float_makes_of_it(cells: list[str]) -> None:
    """Long ones, exponents and signs too; a column with anything else is texts."""
    found = column_of(cells)
    try:
        expected = [np.nan if cell in ("", "-", ".") else float(cell) for cell in cells]
    except ValueError:
        assert not isinstance(found, bare.Numbers)
        return
    if isinstance(found, bare.Numbers):
        np.testing.assert_array_equal(found.values, expected)
        assert np.signbit(found.values).tolist() == np.signbit(expected).tolist()
    else:
        codes = any(cell[:1] == "0" and cell[1:2].isdigit() for cell in cells)
        assert codes or np.isinf(expected).any()


def column_of(cells: list[str]) -> bare.Numbers | Coded | list[str]:
    """Return what a stretch makes of a column."""
    chunk = "".join(f"{cell},1\n" for cell in cells).encode()
    found = bare.columns_of(chunk, ",", "utf-8", [bare.NUMBERS] * 2, Coder())
    assert found is not None
    if 0 in found.others:
        return found.others[0]
    return bare.Numbers(found.values[0], None, found.has_points[0], found.has_thirds[0])


def test_numbers_of_any_length_are_the_nearest_doubles() -> None:
    """More of them than are read one by one, so that words of letters and powers are met."""
    rng = random.Random(5)
    for _round in range(20):
        cells = [repr(rng.gauss(0, 10.0 ** rng.randrange(-9, 12))) for _k in range(300)]
        cells += [f"{rng.gauss(0, 1):.{rng.randrange(24)}f}" for _k in range(300)]
        cells += [f"{rng.gauss(0, 1):.{rng.randrange(20)}e}" for _k in range(300)]
        cells += [str(rng.randrange(10 ** rng.randrange(1, 24))) for _k in range(300)]
        cells += [str(2**53 + rng.randrange(-3, 9)) + ".5" for _k in range(20)]
        rng.shuffle(cells)
        found = column_of(cells)
        assert isinstance(found, bare.Numbers)
        assert found.values.tolist() == [float(cell) for cell in cells]


def test_texts_are_counted_in_the_order_in_which_they_come() -> None:
    """Texts of one letter up to those that are longer than words of letters can hold."""
    rng = random.Random(6)
    for longest in (1, 8, 9, 16, 17, 32, 33, 70):
        known = ["".join(rng.choices("abcé ü-", k=rng.randint(1, longest))) for _k in range(40)]
        cells = ["a" * longest, "b" * longest, *rng.choices(known, k=500)]
        rows = "".join(f"{i},t{cell}\n" for i, cell in enumerate(cells))
        found = reading_of("n,t\n" + rows, kinds=(("t", "text"),)).column("t")
        assert found.values.tolist() == [f"t{cell}".strip() for cell in cells]


@pytest.mark.parametrize("different", [30, 3000, 20_000])
def test_columns_of_few_and_of_many_texts_are_the_same_texts(different: int) -> None:
    """Whether they are coded, or stop being it in the middle of the file."""
    rng = random.Random(7)
    cells = [f"name {rng.randrange(1 + i * different // 20_000)}" for i in range(20_000)]
    rows = "".join(f"{cell},x{i % 7},{i % 5}\n" for i, cell in enumerate(cells))
    columns = reading_of("t,u,n\n" + rows, kinds=(("t", "text"),)).columns
    assert columns[0].values.tolist() == cells
    assert columns[1].values.tolist() == [f"x{i % 7}" for i in range(20_000)]


@pytest.mark.parametrize(
    "odd",
    [
        *("x,1,u,2021-01-01", "NA,1,v,2021-01-01", ",,,", "1,NA,,", "1,2,n/a,2021-01-01"),
        *(
            "a,b,c,d",
            "Total,9,,",
            "1,1e-7,u ,2021-01-01",
            "1, 2,u,2021-01-01",
            "1,2,é,2021-01-01",
        ),
        *("007,1,u,2021-01-01", "1,1.000,u,2021-01-01", "1,2,u", "1,1e400,u,2021-01-01"),
        *("   ,1,u,2021-01-01", "1,-9999,U,2021-01-01", "1,2,u,", "Source: us,,,"),
    ],
)
@pytest.mark.parametrize("at", [0, 30, 60])
def test_mixed_columns_decide_the_same_wherever_a_row_is_odd(both, odd: str, at: int) -> None:
    rng = random.Random(3)
    rows = [
        f"{rng.choice(CELLS[:7])},{rng.randrange(9)},{rng.choice('uvw')},2021-0{1 + i % 9}-11"
        for i in range(60)
    ]
    assert_same(*both("\n".join(["a,b,c,d", *rows[:at], odd, *rows[at:]]) + "\n"))


HEADS = {  # what stands above sixty rows of three numbers
    "a text in a row that is kept back for the totals": ("a,b,c", "1,x,2", "1,2"),
    "gaps of several words": ("a,b,c", "1,NA,2", "1, ,2", "1,\u00a0,2", "1,-,2"),
    "gaps of letters that numbers have": ("a,b,c", "1,.,3", "1,-,3"),
    "quotes around some cells": ("a,b,c", '1,"2",3', '"4",5,"6"', '1,"x, y",3'),
    "quotes within quotes": ("a,b,c", '1,"say ""x""",3', '1,"",3'),
    "a cell of several lines": ("a,b,c", '1,"x\ny",3', '1,"x\n2,3\ny",3'),
    "quotes in the middle of cells": ("a,b,c", '1,5" pipe,3', '1,"5\ny",3'),
    "quotes behind a blank": ("a,b,c", '1, "x, y",3', '1, "z",3'),
    "rows of empty quotes": ("a,b,c", '"","",""', '" ","",""'),
    "the header again, with blanks": ("a,b,c", "1,2,3", "a ,b, c", "4,5,6"),
    "a row of blanks alone": ("a,b,c", " , , ", "1,2,3", "   ", "4,5,6"),
    "a mark of bytes within the file": ("\ufeffa,b,c", "1,2,3", "\ufeff4,5,6", "\ufeff,,"),
    "digits that are no numbers": ("2001,2002,2003", "1,\u00b2,3", "4,5,6"),
    "numbers beyond all others": ("a,b,c", "1,1e400,3", "9" * 400 + ",5,6"),
    "digits of other alphabets": ("a,b,c", "1,\u0663\u0664,3", "4,\u0967\u0968,6"),
    "a comment in the middle": ("# note", "a,b,c", "1,2,3", "#4,5,6", "# 7,8,9"),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_stretches_and_rows_say_the_same_below(both, head: tuple[str, ...]) -> None:
    rows = [",".join(row) for row in numbers(random.Random(4))]
    assert_same(*both("\n".join([*head, *rows]) + "\n"))
    assert_same(*both("\n".join([*head, *rows, *head[1:], *rows[:9], "Total,1,2"]) + "\n"))
