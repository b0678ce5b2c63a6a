"""Numbers and dates as they are written in several countries and by several programs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nets.tables.read_texts import check, reading_of

NUMBERS: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "German": (
        "Ort;Fläche;Preis\nA;1.234,5;10,5\nB;987,25;11,5\nA;2.000,0;12,25\nB;45,5;9,0\n",
        {"decimal": ",", "thousands": ".", "values": {"Fläche": [1234.5, 987.25, 2000, 45.5]}},
    ),
    "German, thousands alone": (
        "n;p\n1;950\n2;980\n3;1.010\n4;1.040\n",
        {"values": {"p": [950, 980, 1010, 1040]}, "said": "'.' stands between thousands"},
    ),
    "German, thousands alone, tabs": (
        "n\tp\n1\t950\n2\t980\n3\t1.010\n4\t1.040\n",
        {"values": {"p": [950, 980, 1010, 1040]}, "said": "'.' stands between thousands"},
    ),
    "German, a comma in another column": (
        "a\tb\ty\n1.500\t0,5\t1\n2.500\t0,75\t2\n12.000\t1,5\t3\n",
        {"values": {"a": [1500, 2500, 12000], "b": [0.5, 0.75, 1.5]}},
    ),
    "French": (
        "ville;surface;prix\nA;1\u202f234,5;10,5\nB;987,25;11,5\nA;2\u00a0000,0;12,25\n",
        {"decimal": ",", "thousands": " ", "values": {"surface": [1234.5, 987.25, 2000]}},
    ),
    "Swiss": (
        "ort,wert,y\nA,1'234.50,1\nB,987.25,2\nA,12'345.00,3\n",
        {"thousands": "'", "values": {"wert": [1234.5, 987.25, 12345]}},
    ),
    "Swiss, typographic": (
        "ort;wert;y\nA;1’234.50;1\nB;987.25;2\nA;12’345.00;3\n",
        {"thousands": "'", "values": {"wert": [1234.5, 987.25, 12345]}},
    ),
    "Indian": (
        'city,pop,y\nA,"1,23,456",1\nB,"98,765",2.5\nA,"12,34,567",3\nB,"1,00,00,000",4\n',
        {"thousands": ",", "values": {"pop": [123456, 98765, 1234567, 10000000]}},
    ),
    "Indian rupees": (
        'city,pop,y\nA,"₹1,23,456",1\nB,"₹98,765",2.5\nA,"₹12,34,567",3\n',
        {"values": {"pop": [123456, 98765, 1234567]}, "said": "numbers in ₹"},
    ),
    "American": (
        'a,b,y\n5,"1,234.56",1\n2,"987.10",2.5\n3,"12,345.00",3\n',
        {"thousands": ",", "decimal": ".", "values": {"b": [1234.56, 987.1, 12345]}},
    ),
    "American, thousands alone": (
        "n;p\n1;950\n2;980\n3;1,010\n4;1,040\n",
        {"thousands": ",", "values": {"p": [950, 980, 1010, 1040]}},
    ),
    "three decimals": (
        "n,p\n1,0.950\n2,0.980\n3,1.010\n4,1.040\n",
        {"thousands": None, "values": {"p": [0.95, 0.98, 1.01, 1.04]}},
    ),
    "three decimals beside whole numbers": (
        "n,p\n1,1.125\n2,2\n3,1.375\n4,3\n",
        {"thousands": None, "values": {"p": [1.125, 2, 1.375, 3]}},
    ),
    "three decimals after commas": (
        "n;p\n1;0,950\n2;0,980\n3;1,010\n4;1,040\n",
        {"decimal": ",", "values": {"p": [0.95, 0.98, 1.01, 1.04]}},
    ),
    "a point and three digits each time, semicolons": (
        "n;p\n1;1.234\n2;2.345\n3;3.456\n4;4.567\n",
        {"values": {"p": [1234, 2345, 3456, 4567]}, "said": "read as a mark of thousands"},
    ),
    "a point and three digits each time, commas": (
        "n,p\n1,1.234\n2,2.345\n3,3.456\n4,4.567\n",
        {"values": {"p": [1.234, 2.345, 3.456, 4.567]}},
    ),
    "a comma and three digits each time, semicolons": (
        "n;p\n1;1,234\n2;2,345\n3;3,456\n4;4,567\n",
        {"values": {"p": [1.234, 2.345, 3.456, 4.567]}, "said": "read as a decimal mark"},
    ),
    "a comma and three digits each time, commas": (
        'n,p\n1,"1,234"\n2,"2,345"\n3,"3,456"\n4,"4,567"\n',
        {"values": {"p": [1234, 2345, 3456, 4567]}, "said": "read as a mark of thousands"},
    ),
    "euros behind": (
        "a;preis;y\nx;10,50 €;1\nz;11,25 €;2\nx;1.200,00 €;3,5\n".encode("cp1252"),
        {
            "values": {"preis": [10.5, 11.25, 1200]},
            "said": ["preis: numbers in €", "Windows-1252"],
        },
    ),
    "a currency by its letters": (
        "a,preis,y\nx,EUR 10.50,1\nz,EUR 11.25,2\nx,EUR 1200.00,3.5\n",
        {"values": {"preis": [10.5, 11.25, 1200]}, "said": "numbers in EUR"},
    ),
    "units behind": (
        "a,len,y\nx,10 kg,1\nz,12 kg,2\nx,9.5 kg,3.5\n",
        {"values": {"len": [10, 12, 9.5]}, "said": "numbers in kg"},
    ),
    "degrees": (
        "a,t,y\nx,12 °C,1\nz,-3.5 °C,2\nx,5 °C,3.5\n",
        {"values": {"t": [12, -3.5, 5]}, "said": "numbers in °C"},
    ),
    "several units": (
        "a,len,y\n3,12 cm,1\n1,3.5 m,2\n2,5 cm,3.5\n",
        {"unused": ["len"], "said": "its numbers have several units: cm and m"},
    ),
    "percent with a comma": (
        "a;p;y\nx;10,5 %;1\nz;12,5 %;2\nx;9 %;3\n",
        {"values": {"p": [10.5, 12.5, 9]}, "said": "percentages"},
    ),
    "percent with thousands": (
        'a,b,y\n3,"1,200%",u\n5,50%,v\n1,"2,000%",u\n',
        {"values": {"b": [1200, 50, 2000]}},
    ),
    "minus as brackets, with thousands": (
        'a,p,y\nx,"(1,200)",1\nz,"3,400",2\nx,(500),3.5\n',
        {"values": {"p": [-1200, 3400, -500]}},
    ),
    "a minus as brackets behind a currency": (
        'a,b\n1,"$(1,234.50)"\n2,"$2,000.00"\n3,$10.00\n',
        {"values": {"b": [-1234.5, 2000, 10]}, "problem": "regression"},
    ),
    "a number without the unit of the others": (
        "a,p,y\n1,10%,2\n3,0.2,4\n5,30%,1\n2,40%,5.5\n",
        {"values": {"p": [10, 0.2, 30, 40]}, "said": "p: '0.2' without a unit is read as"},
    ),
    "a table of a statistics office": (
        'GEO/TIME,2018,2019,2020\nDE,"1 234.5","1 300.1",:\nFR,987.1,"1 001.0","1 100.5"\n'
        "IT,800.5,810.1,820.7\n",
        {"header": True, "thousands": " ", "rows": 2, "values": {"2018": [987.1, 800.5]}},
    ),
    "minus beside a currency": (
        "a,p,y\nx,-$1200.50,1\nz,$340,2\nx,$-5.25,3.5\nz,($7),1\n",
        {"values": {"p": [-1200.5, 340, -5.25, -7]}},
    ),
    "minus behind": (
        "a,p,y\nx,1.5-,1\nz,2.5,2\nx,3.5-,3.5\n",
        {"values": {"p": [-1.5, 2.5, -3.5]}},
    ),
    "exponents of Fortran": (
        "a,p,y\nx,1.5D+03,1\nz,2.5D-01,2\nx,1D0,3.5\n",
        {"values": {"p": [1500, 0.25, 1]}},
    ),
    "decimal commas within quotes": (
        'a,b,y\n3,"0,5",u\n5,"1,25",v\n1,"2,75",u\n',
        {"decimal": ",", "values": {"b": [0.5, 1.25, 2.75]}},
    ),
    "blanks that do not break": (
        "a,b,y\n3,\u00a00.5,u\n5,1.25\u00a0,v\n1,2.75,u\n",
        {"values": {"b": [0.5, 1.25, 2.75]}},
    ),
    "a dash is a gap, a dash before digits is a minus": (
        "a,b,y\n3,\u2013,u\n5,\u20132.5,v\n1,1,u\n4,2,v\n",
        {"rows": 3, "values": {"b": [-2.5, 1, 2]}},
    ),
    "codes of letters and digits stay categories": (
        "a,b,y\n" + "3,2B,1\n5,3A,2\n1,2B,3\n4,1C,4.5\n" * 3,
        {"kinds": {"b": "category"}, "inputs": ["a", "b=1C", "b=2B", "b=3A"]},
    ),
}
DATES: dict[str, tuple[list[str], str, list[float]]] = {  # cells, kind, values
    "day first": (["13/02/2020", "01/03/2020", "04/03/2020"], "date", [0, 17, 20]),
    "month first": (["02/13/2020", "03/01/2020", "03/04/2020"], "date", [0, 17, 20]),
    "with dots": (["13.02.2020", "01.03.2020", "04.03.2020"], "date", [0, 17, 20]),
    "with dots, short": (["13.2.20", "1.3.20", "4.3.20"], "date", [0, 17, 20]),
    "year first": (["2020/02/13", "2020/03/01", "2020/03/04"], "date", [0, 17, 20]),
    "ISO with a time": (["2020-02-03T12:00:00Z", "2020-02-04T18:00:00Z"], "date", [0.5, 1.75]),
    "ISO with a zone": (["2020-02-03 12:00:00.000+01:00", "2020-02-04"], "date", [0.5, 1]),
    "named": (["3-Feb-2020", "4-Feb-2020", "1-Mar-2020"], "date", [0, 1, 27]),
    "named, American": (["Feb 3 2020", "Feb 4 2020", "March 1 2020"], "date", [0, 1, 27]),
    "named, German": (["3. Februar 2020", "4. Feb. 2020", "1. März 2020"], "date", [0, 1, 27]),
    "named, French": (["3 février 2020", "4 févr. 2020", "1 mars 2020"], "date", [0, 1, 27]),
    "months": (["2020-01", "2020-02", "2020-03"], "date", [0, 31, 60]),
    "named months": (["Jan 2020", "Feb 2020", "Mar 2020"], "date", [0, 31, 60]),
    "short months": (["Jan-20", "Feb-20", "Mar-20"], "date", [0, 31, 60]),
    "quarters": (["2020Q1", "2020Q2", "2020Q3"], "date", [0, 91, 182]),
    "weeks": (["2020-W01", "2020-W02", "2020-W03"], "date", [0, 7, 14]),
    "without marks": (["20200131", "20200201", "20200315"], "date", [0, 1, 44]),
    "times": (["09:30", "12:05", "15:15"], "time", [0, 9300, 20700]),
    "times with seconds": (["9:30:00", "9:30:01.5", "9:31:00"], "time", [0, 1.5, 60]),
    "times of twelve hours": (["9:30 AM", "12:05 PM", "3:15 pm"], "time", [0, 9300, 20700]),
    "durations": (["25:30:00", "26:00:00", "27:15:00"], "time", [0, 1800, 6300]),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_read_as_they_are_meant(name: str) -> None:
    content, expected = NUMBERS[name]
    check(reading_of(content), expected)


@pytest.mark.parametrize("name", DATES)
def test_dates_and_times_are_read_as_they_are_meant(name: str) -> None:
    cells, kind, values = DATES[name]
    rows = "".join(f"{cell};{i + 0.5}\n" for i, cell in enumerate(cells))
    reading = reading_of("d;y\n" + rows)
    check(reading, {"kinds": {"d": kind}, "inputs": ["d"], "values": {"d": values}})


def test_an_order_that_no_cell_decides_is_said() -> None:
    american = reading_of("d,y\n02/03/2020,1.5\n03/01/2020,2\n03/04/2020,3\n")
    check(american, {"values": {"d": [0, 27, 30]}, "said": "read as month/day/year"})
    european = reading_of("d;y\n02/03/2020;1,5\n03/01/2020;2\n03/04/2020;3\n")
    check(european, {"values": {"d": [59, 0, 91]}, "said": "read as day before month"})
    dots = reading_of("d,y\n02.03.2020,1.5\n03.01.2020,2\n03.04.2020,3\n")
    check(dots, {"values": {"d": [59, 0, 91]}, "said": "read as day before month"})


def test_what_is_nearly_a_date_is_none() -> None:
    for cells in (["2020-02-30", "2020-03-01"], ["1-2", "3-5"], ["Maria 20", "Maria 21"]):
        rows = "".join(f"{cell},{i}.5\n" for i, cell in enumerate(cells * 3))
        check(reading_of("d,y\n" + rows), {"kinds": {"d": "category"}})


def test_a_gap_in_a_column_of_dates_is_one() -> None:
    reading = reading_of("d,b,y\n2020-02-03,1,1.5\nNA,2,2\n2020-02-05,5,3\n2020-02-06,4,4\n")
    check(reading, {"rows": 3, "values": {"d": [0, 2, 3]}, "said": "'NA' stands for a gap"})
