"""Numbers in words of their own, dates as numbers, cells in other quotes: right values."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from layerlab.nets.tables.reading import Reading
from tests.nets.tables.read_texts import check, reading_of


def column_of(cells: list[str], name: str = "c", head: str = "", **choices: Any) -> Reading:
    """Return the reading of a table with these cells and a target of numbers."""
    rows = "".join(f"{cell}\t{(7 * i) % 5}.5\n" for i, cell in enumerate(cells))
    return reading_of(f"{head}{name}\ty\n" + rows, **choices)


def values(reading: Reading, name: str = "c") -> list[Any]:
    return reading.column(name).values.tolist()


# ---- cells -> numbers, part of what is said
NUMBERS: dict[str, tuple[list[str], list[float], str]] = {
    "latitudes": (
        ["54°41'N", "54°30'N", "10°15'S"],
        [54 + 41 / 60, 54.5, -10.25],
        "c: coordinates are read as decimal degrees, 54°41'N as 54.6833",
    ),
    "longitudes with seconds": (
        ["3°10'30\"W", "0°0'36\"E", "179°59'60\"W".replace("60", "59")],
        [-(3 + 10 / 60 + 30 / 3600), 0.01, -(179 + 59 / 60 + 59 / 3600)],
        "decimal degrees",
    ),
    "coordinates with primes": (
        ["54° 41′ 24″ N", "54° 0′ 36″ N", "55° 0′ 0″ N"],
        [54.69, 54.01, 55.0],
        "decimal degrees",
    ),
    "the direction first": (["N 54°41.5'", "S 54°30.0'"], [54 + 41.5 / 60, -54.5], "decimal"),
    "directions behind decimals": (["54.25° N", "12.5° S"], [54.25, -12.5], "decimal degrees"),
    "angles": (["-1°30'", "2°15'", "0°45'"], [-1.5, 2.25, 0.75], "decimal degrees"),
    "magnitudes": (
        ["1.5M", "10K", "950", "2B"],
        [1_500_000, 10_000, 950, 2_000_000_000],
        "c: thousands and millions are multiplied out, 1.5M is read as 1",
    ),
    "small letters": (["10k", "2.5k"], [10_000, 2_500], "multiplied out"),
    "millions alone": (["1.5M", "2M"], [1.5e6, 2e6], "multiplied out"),
    "words": (
        ["2 Mio", "1.5 Mrd", "300000"],
        [2e6, 1.5e9, 3e5],
        "2 Mio is read as 2",
    ),
    "money in millions": (
        ["€10.5M", "€500K", "€900"],
        [10.5e6, 5e5, 900],
        "numbers in €",
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_in_words_are_read_as_they_are_meant(name: str) -> None:
    cells, expected, said = NUMBERS[name]
    reading = column_of([cell for cell in cells for _twice in range(2)])
    assert reading.column("c").kind == "number"
    np.testing.assert_allclose(values(reading), np.repeat(expected, 2), rtol=1e-12)
    assert said in " | ".join(reading.notes)


@pytest.mark.parametrize(
    "cells",
    [
        ["54°41'N", "54°61'N"],  # no such minute
        ["54°41'N", "3°10'W"],  # two directions
        ["91°41'N", "54°10'N"],  # beyond the pole
        ["54°41'N", "here"],
        ["54°41'O", "54°42'O"],  # east in German, west in French
        ["500+", "100+"],
        ["10K", "many"],
        ["10 M", "950"],  # a unit behind a blank
        ["10K", "5m", "1"],
        ["300K", "301"],
    ],
)
def test_what_could_be_something_else_stays_as_it_is(cells: list[str]) -> None:
    reading = column_of(cells * 4, "temperature" if "301" in cells else "c")
    assert not any("multiplied" in note or "degrees" in note for note in reading.notes)


def test_a_lower_bound_is_a_category_and_kelvin_a_unit() -> None:
    assert column_of(["500+", "100+", "500+"]).column("c").kind == "category"
    kelvin = column_of(["300K", "310K", "290K"])
    assert (values(kelvin), kelvin.column("c").unit) == ([300, 310, 290], "K")


# ---- Eurostat

EUROSTAT = (
    "unit,geo\\time\t2018 \t2019 \nA,AT\t1.5 \t: u\nA,BE\t2.5 p\t3.5 \nA,CZ\t4.5 b\t1.5 bp\n"
    "A,DE\t2 \t5.5 d\nA,DK\t: \t5 \n"
)


def test_flags_of_statistics_are_no_units() -> None:
    reading = reading_of(EUROSTAT, "e.tsv", gaps="fill")
    check(reading, {"values": {"2018": [2.5, 4.5, 2.0]}, "target": "2019"})
    assert values(reading, "2019") == [3.5, 1.5, 5.5, 5.0]
    notes = " | ".join(reading.notes)
    assert "2018: the flags b and p behind numbers are not used" in notes
    assert "2019: the flags bp and d behind numbers are not used" in notes
    assert "2019: ': u' stands for a gap" in notes
    assert "2018: ':' stands for a gap" in notes


def test_a_rare_flag_is_none_of_the_units_elsewhere_either() -> None:
    reading = column_of(["1.5", "2.5 p", "3", "4"])
    assert values(reading) == [1.5, 2.5, 3, 4]
    assert "c: the flag p behind numbers is not used" in reading.notes
    seconds = column_of(["1.5 s", "2.5 s", "3 s"])
    assert (values(seconds), seconds.column("c").unit) == ([1.5, 2.5, 3], "s")
    mixed = column_of(
        ["1.5 s", "2 d", "3", "4", "5"]
    )  # seconds and days, for all that is known
    assert not mixed.column("c").used


# ---- dates as numbers


def days(*dates: str) -> list[float]:
    """Return days since the first of some dates, by Python's own calendar."""
    moments = [datetime.datetime.fromisoformat(date) for date in dates]
    start = moments[0].replace(hour=0, minute=0, second=0, microsecond=0)
    return [(moment - start) / datetime.timedelta(days=1) for moment in moments]


STAMPS: dict[str, tuple[str, list[str], list[str], str]] = {
    "a spreadsheet's days": (
        "Date",
        ["44256", "44258", "44287"],
        ["2021-03-01", "2021-03-03", "2021-04-01"],
        "Date: 44256 and the like are read as days that a spreadsheet counts: 2021-03-01",
    ),
    "a spreadsheet's days and hours": (
        "Datum",
        ["44256.25", "44258.5", "44287.75"],
        ["2021-03-01 06:00", "2021-03-03 12:00", "2021-04-01 18:00"],
        "a spreadsheet counts",
    ),
    "with decimal commas": (
        "order_date",
        ["44256,25", "44258,5", "44287,75"],
        ["2021-03-01 06:00", "2021-03-03 12:00", "2021-04-01 18:00"],
        "a spreadsheet counts",
    ),
    "seconds": (
        "timestamp",
        ["1614556800", "1614643200", "1614600000"],
        ["2021-03-01", "2021-03-02", "2021-03-01 12:00"],
        "timestamp: 1614556800 and the like are read as seconds since 1970, in UTC: 2021-03-01",
    ),
    "milliseconds": (
        "eventTime",
        ["1614556800000", "1614643200000", "1614600000500"],
        ["2021-03-01", "2021-03-02", "2021-03-01 12:00:00.500"],
        "1614556800000 and the like are read as milliseconds since 1970",
    ),
}


@pytest.mark.parametrize("key", STAMPS)
def test_dates_that_are_numbers_are_read_as_dates(key: str) -> None:
    name, cells, dates, said = STAMPS[key]
    reading = column_of(cells, name)
    column = reading.column(name)
    assert (column.kind, column.why) == ("date", "days since 2021-03-01")
    np.testing.assert_allclose(column.values, days(*dates), atol=1e-9)
    assert said in " | ".join(reading.notes)
    kept = column_of(cells, name, kinds=((name, "number"),)).column(name)
    assert kept.kind == "number"
    assert kept.values[0] == float(cells[0].replace(",", "."))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("price", ["44256", "44258", "44287"]),
        ("distance", ["1614556800", "1614556860"]),
        ("date", ["100", "44258", "44287"]),
        ("time", ["44256", "44258", "44287"]),  # seconds of a run, for all that is known
        ("updated", ["44256", "44258"]),  # no word of it is date
    ],
)
def test_other_numbers_stay_numbers(name: str, cells: list[str]) -> None:
    assert column_of(cells, name).column(name).kind == "number"


def test_a_date_may_be_chosen_for_numbers_of_any_name() -> None:
    reading = column_of(["44256", "44258", "44287"], "t", kinds=(("t", "date"),))
    assert reading.column("t").values.tolist() == [0, 2, 31]


# ---- offsets from UTC


def test_several_offsets_are_read_in_utc() -> None:
    cells = [
        "2021-03-01T10:00:00+01:00",
        "2021-03-28T10:00:00+02:00",
        "2021-03-01T05:00:00-0530",
    ]
    reading = column_of(cells, "when")
    expected = days("2021-03-01 09:00", "2021-03-28 08:00", "2021-03-01 10:30")
    np.testing.assert_allclose(values(reading, "when"), expected, atol=1e-9)
    said = "when: times have several offsets from UTC (-05:30, +01:00, +02:00): read in UTC"
    assert said in reading.notes


def test_an_offset_beside_none_is_said() -> None:
    reading = column_of(["2021-03-01T10:00:00+02:00", "2021-03-02T10:00:00"], "when")
    expected = days("2021-03-01 08:00", "2021-03-02 10:00")
    np.testing.assert_allclose(values(reading, "when"), expected, atol=1e-9)
    assert "(+02:00) and others have none: these are taken for UTC" in " | ".join(reading.notes)


def test_one_offset_leaves_the_times_as_they_are_written() -> None:
    reading = column_of(["2021-03-01T10:00:00+02:00", "2021-03-02T10:00:00+02:00"], "when")
    np.testing.assert_allclose(
        values(reading, "when"), days("2021-03-01 10:00", "2021-03-02 10:00"), atol=1e-9
    )
    assert not any("UTC" in note for note in reading.notes)


# ---- times and what looks like them


def test_minutes_and_seconds_with_fractions_are_times() -> None:
    reading = column_of(["1:02.35", "0:59.80", "1:10.00"], "lap")
    assert reading.column("lap").kind == "time"
    np.testing.assert_allclose(values(reading, "lap"), [2.55, 0.0, 10.2], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("score", ["21:15", "15:21", "21:10"]),
        ("Final result", ["2:1", "0:0", "3:2"]),
        ("Ergebnis", ["21:15", "15:21", "21:10"]),
        ("c", ["45:30", "12:15", "20:00"]),
    ],
)
def test_scores_are_no_times(name: str, cells: list[str]) -> None:
    reading = column_of(cells, name)
    column = reading.column(name)
    assert column.kind != "time"
    assert not column.used
    assert "may be scores or ratios; the kind time reads them as hours and" in column.why
    if cells[0] != "2:1":
        chosen = column_of(cells, name, kinds=((name, "time"),))
        assert chosen.column(name).kind == "time"


def test_hours_of_the_day_and_durations_are_times() -> None:
    assert values(column_of(["21:15", "09:00", "24:00"])) == [44100, 0, 54000]
    assert values(column_of(["45:30:00", "12:15:00"])) == [119700, 0]
    assert values(column_of(["45:30", "12:15"], "duration"), "duration") == [119700, 0]


# ---- quotes


def test_formulas_around_texts_are_taken_off() -> None:
    raw = 'code,a,y\n="001","=""1.5""",3.5\n="002","=""2.5""",4.5\n="003","=""4""",1\n'
    reading = reading_of(raw)
    assert reading.column("code").kind == "label"
    assert values(reading, "code") == ["001", "002", "003"]
    assert values(reading, "a") == [1.5, 2.5, 4]
    said = 'a: ="1.5" and the like are read as what is in the quotes'
    assert said in reading.notes
    names = reading_of('="a",="y"\n1,3.5\n2,4.5\n3,1\n')
    assert [column.name for column in names.columns] == ["a", "y"]
    assert values(reading_of(raw.encode("utf-16")), "a") == [1.5, 2.5, 4]


def test_formulas_are_said_where_another_column_is_read_twice() -> None:
    """Numbers throughout, and a unit in the last row: the column is read again as texts."""
    rows = "".join(f'{i},="0{i % 7}",{i},{i}.5\n' for i in range(20_000))
    reading = reading_of("z,code,a,y\n" + rows + '3,="07",5 m,2\n')
    assert values(reading, "code")[:2] == ["00", "01"]
    assert 'code: ="00" and the like are read as what is in the quotes' in reading.notes


def test_single_quotes_may_stand_around_cells() -> None:
    reading = reading_of("a,'b',y\n'1','x, z','3.5'\n'2','it''s',4.5\n'3','x, z','1'\n")
    assert [column.name for column in reading.columns] == ["a", "b", "y"]
    assert values(reading, "a") == [1, 2, 3]
    assert values(reading, "b") == ["x, z", "it's", "x, z"]
    assert values(reading, "y") == [3.5, 4.5, 1]
    assert "cells stand in single quotes" in reading.notes


def test_apostrophes_in_names_are_no_quotes() -> None:
    reading = reading_of("name,y\nO'Brien,3\nD'Arcy,2.5\nO'Brien,1\n")
    assert values(reading, "name") == ["O'Brien", "D'Arcy", "O'Brien"]
    assert not any("quotes" in note for note in reading.notes)


# ---- ragged rows


def test_two_ragged_rows_of_a_small_table_are_left_out_and_said() -> None:
    rows = "".join(f"{i},{(3 * i) % 7},{i}.5\n" for i in range(15))
    reading = reading_of("a,b,y\n" + rows + "16,2\n17,3,4,5\n")
    assert (reading.rows, reading.left_out_rows) == (15, 2)
    said = "2 rows have another number of cells and are left out (lines 17, 18)"
    assert said in reading.notes
