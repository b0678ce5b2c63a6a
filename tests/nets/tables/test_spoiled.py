"""What a campaign of spoiled tables found (`tests/campaign/tables.py`), one case each."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.errors import LabError
from tests.nets.tables.read_texts import lines, reading_of


def test_a_digit_that_is_no_number_does_not_end_the_search_for_a_header() -> None:
    found = reading_of("2001,2002,2003\n²,2.5,3.5\n" + "7,8,9\n1.5,2.5,3.5\n" * 5)
    assert found.rows + found.left_out_rows in (11, 12)


def test_years_of_thousands_of_digits_are_no_years() -> None:
    found = reading_of(f"{'0' * 5000}1,2\n" + "7,8\n1.5,2.5\n" * 5)
    assert not found.has_header


def test_a_column_without_a_number_cannot_be_of_numbers() -> None:
    """It was filled with nothing: all of its gaps were filled with what is no number."""
    text = lines("name,x,y", row="person {i},{h},{z}")
    with pytest.raises(LabError) as error:
        reading_of(text, kinds=(("name", "number"),), gaps="fill")
    told = str(error.value)
    assert "row 2, column 'name': 'person 0' cannot be read as the kind number" in told


def test_numbers_of_several_units_cannot_be_of_one_kind() -> None:
    text = "x,y\n" + "1 kg,2\n3 km,4\n5 kg,6\n" * 3
    with pytest.raises(LabError, match="'1 kg' cannot be read as the kind number"):
        reading_of(text, kinds=(("x", "number"),))


@pytest.mark.parametrize("kind", ["category", "text", "label"])
def test_a_column_that_is_to_be_texts_keeps_how_they_are_written(kind: str) -> None:
    """As numbers of doubles they would be called 4.7089999999999996."""
    text = "x,y\n" + "4.709,1\n1.50,2\n007,3\n" * 3
    column = reading_of(text, kinds=(("x", kind),)).column("x")
    assert column.values.tolist() == ["4.709", "1.50", "007"] * 3


def test_two_numbers_can_be_yes_and_no() -> None:
    text = "x,y\n" + "0,1\n1,2\n1,3\n" * 3
    assert reading_of(text, kinds=(("x", "boolean"),)).input_names == ("x=0", "x=1")


def test_names_have_no_signs_that_nobody_sees_and_an_end() -> None:
    long = "x" * 70_000
    found = reading_of(f"a\x07b,\u202ec,{long},y\n" + "1,2,3,4\n5,6,7,9\n" * 4)
    names = [column.name for column in found.columns]
    assert names[:2] == ["a b", "c"]
    assert len(names[2]) == 300


def test_a_row_of_blanks_alone_is_no_row_wherever_it_stands() -> None:
    rows = ["1,2"] * 9
    for at in (0, 5, 9):
        text = "\n".join(["x,y", *rows[:at], "\t  \t", *rows[at:], "3,4", ""])
        found = reading_of(text)
        assert (found.rows, found.left_out_rows) == (10, 0)


def test_a_repeated_header_is_found_among_texts_with_blanks() -> None:
    text = "a ,b\n" + "u,1\nv,2\n" * 40 + "a ,b\n" + "u,1\nv,3\n" * 40
    found = reading_of(text)
    assert found.left_out_rows == 1
    assert "a" not in found.column("a").values


def test_blanks_that_do_not_break_are_gaps_among_numbers() -> None:
    found = reading_of("x,y\n" + "1,2\n\u00a0,3\n5,7\n" * 5, gaps="fill")
    assert found.column("x").kind == "number"
    assert not np.isnan(found.column("x").values).any()


def test_a_kind_that_the_file_gives_in_vain_is_said() -> None:
    """Orange's second line calls words numbers."""
    head = ("a\tb\tc", "continuous\tcontinuous\tdiscrete", "\t\tclass")
    found = reading_of("\n".join([*head, *["1.5\tu\tv", "2.5\tw\tx"] * 9]) + "\n")
    assert found.column("b").kind == "category"
    assert "b: the file calls it number, which its cells are not" in found.notes
