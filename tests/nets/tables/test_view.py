"""A reading as the import sheet shows it, against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.cancel import CancelledError, cancellable
from layerlab.nets.tables import view as views
from layerlab.nets.tables.view import table_view
from tests.nets.tables.read_texts import lines, reading_of

MIXED = lines(
    "when,clock,price,city,id,y",
    row="2021-03-1{i},09:3{i},$1{i},{c},k{i}x,{z}",
    count=9,
)


def column(view, name):
    return view.columns[view.place(name)]


def test_the_first_rows_are_shown_as_they_are_used():
    rows = "1.50,2021-02-03,09:05,u\n2,2021-02-04,10:00:30,v\n-3e5,,,u\n"
    view = table_view(reading_of("a,b,c,y\n" + 3 * rows))
    assert column(view, "a").cells == ("1.5", "2") * 3
    assert column(view, "b").cells == ("2021-02-03", "2021-02-04") * 3
    assert column(view, "c").cells == ("09:05", "10:00:30") * 3
    assert column(view, "y").cells == ("u", "v") * 3
    assert view.lines == (2, 3, 5, 6, 8, 9)  # the third row has gaps
    assert (view.rows, view.left_out_rows) == (6, 3)
    assert (view.target, view.problem, view.classes) == ("y", "classification", 2)


def test_dates_with_times_are_shown_with_them():
    days = [f"2021-01-0{k} 12:34:0{k}" for k in range(1, 9)]
    text = "d,y\n" + "".join(f"{day},{k % 3}.5\n" for k, day in enumerate(days))
    assert column(table_view(reading_of(text)), "d").cells == tuple(days)


def test_units_kinds_and_whys_are_there():
    view = table_view(reading_of(MIXED))
    price, key = column(view, "price"), column(view, "id")
    assert (price.kind, price.unit) == ("number", "$")
    assert price.cells[:3] == ("10", "11", "12")
    assert not key.used
    assert "names the rows" in key.why
    assert key.kind_if_used == "category"
    assert column(view, "city").kind_if_used == "category"


def test_bars_of_numbers_count_every_row():
    values = [0.0, 0.5, 0.5, 24.0, 23.9, 12.2]
    text = "x,y\n" + "".join(f"{v},{k % 3}.5\n" for k, v in enumerate(values))
    bars = column(table_view(reading_of(text)), "x").distribution
    assert bars.is_numeric
    assert bars.names == ("0", "24")
    expected = np.histogram(values, 24, (0, 24))[0]
    assert bars.counts == tuple(int(n) for n in expected)
    assert bars.total == 6


@pytest.mark.parametrize("scale", [1.0, 1e-300, 8e307])
def test_bars_of_any_size_are_those_of_numpy(scale):
    values = np.array([-1.0, -0.4, 0.1, 0.7, 2.0])
    made = views._of_numbers(values * scale, str)
    assert made.counts == tuple(int(n) for n in np.histogram(values, views.BINS)[0])


def test_a_constant_has_one_bar_and_no_values_none():
    same = views._of_numbers(np.full(7, 3.0), str)
    assert (same.counts, same.names) == ((7,), ("3.0", "3.0"))
    assert views._of_numbers(np.empty(0), str).total == 0


def test_shares_of_categories_leave_nothing_out():
    cells = [f"g{k}" for k in range(15) for _n in range(20 - k)]
    text = "g,y\n" + "".join(f"{cell},{k % 4}.5\n" for k, cell in enumerate(cells))
    shares = column(table_view(reading_of(text)), "g").distribution
    assert shares.names[:2] == ("g0", "g1")
    assert shares.counts == tuple(20 - k for k in range(12))
    assert (shares.others, shares.other_names) == (8 + 7 + 6, 3)
    assert shares.total == len(cells)


def test_numbers_that_are_classes_are_counted_one_by_one():
    text = "a,y\n" + "".join(f"{k * 0.37 % 5:.2f},{(0, 1, 1, 2)[k % 4]}\n" for k in range(40))
    view = table_view(reading_of(text))
    assert view.problem == "classification"
    assert view.class_names == ("0", "1", "2")
    shares = column(view, "y").distribution
    assert not shares.is_numeric
    assert dict(zip(shares.names, shares.counts, strict=True)) == {"0": 10, "1": 20, "2": 10}


def test_gaps_of_what_is_left_out_are_counted():
    text = "a,b,y\n" + "".join(f"{k},{k if k % 4 == 0 else ''},{k % 3}.5\n" for k in range(20))
    view = table_view(reading_of(text))
    assert not column(view, "b").used
    assert column(view, "b").gaps == 15
    assert column(view, "b").cells[:5] == ("0", "", "", "", "4")
    assert column(view, "b").distribution.total == 5


def test_trouble_comes_with_what_was_understood():
    reading = reading_of("a,b\n1,2\n2,2\n3,2\n", target="b", tolerant=True)
    view = table_view(reading, trouble=reading.trouble)
    assert "the same value in every row" in view.trouble
    assert [c.name for c in view.columns] == ["a", "b"]
    assert view.rows == 3


def test_a_wide_table_shows_fewer_rows_and_counts_a_part_of_them(monkeypatch):
    monkeypatch.setattr(views, "MAX_CELLS", 300)
    monkeypatch.setattr(views, "MAX_COUNTED", 500)
    head = ",".join(f"c{k}" for k in range(10))
    text = head + "\n" + "".join(",".join([f"{k % 9}.5"] * 10) + "\n" for k in range(100))
    view = table_view(reading_of(text))
    assert len(view.lines) == 30
    assert view.step == 2
    assert column(view, "c3").distribution.total == 50
    assert column(view, view.target).distribution.total == 100  # of it every row counts


def test_it_is_called_off():
    reading = reading_of(MIXED)
    with cancellable(lambda: True), pytest.raises(CancelledError):
        table_view(reading)
