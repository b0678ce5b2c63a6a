"""Tables after public reports about spreadsheets, loggers and statistics packages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nets.tables.read_texts import check, lines, reading_of

Case = tuple[str | bytes, dict[str, Any]]
PEOPLE = (
    'Id,Lived,Deck,Person,Sex,Years,Fare,Cabin,Port\n1,0,3,"Nn0, Dr. X",m,78,42.66,,C\n'
    '2,0,2,"Nn1, Dr. X",f,25,89.61,,C\n3,1,2,"Nn2, Dr. X",m,20,78.12,,C\n'
    '4,0,3,"Nn3, Dr. X",m,,86.17,,S\n5,1,2,"Nn4, Dr. X",f,55,35.55,C4,Q\n'
    '6,0,2,"Nn5, Dr. X",m,,44.54,,C\n7,1,3,"Nn6, Dr. X",f,50,51.66,,Q\n'
    '8,1,3,"Nn7, Dr. X",f,31,12.5,,S\n'
)
DATES = "date,temp,sales\n" + "".join(f"2021-03-{d:02},{9 + d},{d}.5\n" for d in range(1, 16))
MONTHS = "day,temp,sales\n" + "".join(f"2010{m:02}01,{9 + m},{m}.5\n" for m in range(1, 13))
CASES: dict[str, Case] = {
    "yes and no in several cases": (
        "a,b,y\n" + "0,0,True\n1,1,true\n2,2,FALSE\n3,0,False\n" * 5,
        {
            "classes": ["FALSE", "True"],
            "kinds": {"y": "boolean"},
            "said": "'true' is read as 'True'",
        },
    ),
    "classes in several cases": (
        "a,b,y\n" + "0,0,yes\n1,1,Yes\n2,2,no\n3,0,No \n4,1,yes\n5,1,no\n" * 4,
        {"classes": ["no", "yes"], "said": "'Yes' is read as 'yes' and 'No' is read as 'no'"},
    ),
    "comments": (
        lines("# source: lab 4", "# unit: mm", "a,b,y", row="{i},{z},{c}"),
        {"rows": 12, "target": "y", "inputs": ["b"], "said": "2 lines that are comments"},
    ),
    "a target of counts": (
        "a,b,count\n" + "".join(f"{i},{i % 7},{i % 20}\n" for i in range(300)),
        {"problem": "regression", "classes": None, "inputs": ["b"]},
    ),
    "currency": (
        lines("cost,age,y", row="${h:.2f},{z},{h}"),
        {"inputs": ["cost", "age"], "values": {"cost": [0, 0.5, 1]}, "said": "numbers in $"},
    ),
    "currency as the target": (
        lines("size,price", row="{i},${h:.2f}"),
        {"problem": "regression", "values": {"price": [0, 0.5]}, "said": "price: numbers in $"},
    ),
    "dates": (
        DATES,
        {
            "kinds": {"date": "date"},
            "inputs": ["date", "temp"],
            "values": {"date": [0, 1, 2]},
            "said": "date: days since 2021-03-01",
        },
    ),
    "dates without separators": (
        MONTHS,
        {"kinds": {"day": "date"}, "values": {"day": [0, 31, 59]}, "said": "since 2010-01-01"},
    ),
    "times": (
        lines("t,b,y", row="00:{i:02},{z},{h}"),
        {"kinds": {"t": "time"}, "values": {"t": [0, 60]}, "said": "t: seconds since 00:00"},
    ),
    "errors of a spreadsheet": (
        "a,b,y\n0,0,0.0\n1,1,1.5\n3,#DIV/0!,4.5\n5,4,6.0\n4,#N/A,1\n",
        {"rows": 3, "left_out_rows": 2, "inputs": ["a", "b"], "said": "'#DIV/0!' and '#N/A'"},
    ),
    "numbers as quoted texts": (
        'a;b;y\n"0,5";"0,25";"0,75"\n"1,5";"1,25";"2,75"\n"2,5";"2,25";"4,75"\n',
        {"decimal": ",", "separator": ";", "values": {"a": [0.5, 1.5], "y": [0.75, 2.75]}},
    ),
    "no header, by its cells": (
        "r,0,u\ng,1,v\nb,2,u\nr,3,v\ng,4,u\nb,5,v\n",
        {"header": False, "rows": 6, "target": "column 3", "said": "the first row is data"},
    ),
    "no header, texts alone": (
        "red,small,yes\nred,big,no\nblue,small,yes\nblue,big,no\nred,small,yes\n",
        {"header": False, "rows": 5, "classes": ["no", "yes"]},
    ),
    "codes with leading zeros": (
        lines("zip,b,y", row="010{i:02},{z},{h}"),
        {"kinds": {"zip": "label"}, "unused": ["zip"], "said": "leading zeros"},
    ),
    "names of rows, nothing else": (
        "id,y\nA1,1.5\nA2,2.5\nA3,3.5\nA4,4.5\n",
        {"unused": ["id"], "inputs": [], "said": "id is left out: it names the rows"},
    ),
    "names of rows": (
        lines("name,a,y", row="Person {i},{z},{h}"),
        {"unused": ["name"], "inputs": ["a"], "kinds": {"name": "label"}},
    ),
    "below what can be measured": (
        "conc,y\n<0.5,0.5\n1,2.5\n2,4.5\n3,6.5\n<0.5,8.5\n5,10.5\n",
        {"unused": ["conc"], "inputs": [], "said": "'<0.5' in row 2 and 2 cells in all"},
    ),
    "a far constant": (
        "a,b,y\n0,-9999,0.0\n5,2,1.5\n2,4,3.0\n3,6,4.5\n4,8,6.0\n9,1,1\n",
        {"rows": 5, "said": ["-9999 in 1 row lies far", "(line 2)", "choose the kind number"]},
    ),
    "a dash": (
        "a,b,y\n0,-,u\n1,1,v\n2,2,u\n7,-,v\n4,4,u\n5,0,v\n",
        {"rows": 4, "left_out_rows": 2, "inputs": ["a", "b"], "said": "'-' stands for a gap"},
    ),
    "Orange's head": (
        lines("a\tb\ty", "continuous\tcontinuous\tdiscrete", "\t\tclass", row="{i}\t{z}\t{c}"),
        {"rows": 12, "target": "y", "classes": ["u", "v"], "inputs": ["a", "b"]},
    ),
    "minus as brackets": (
        "a,b,y\n0,0.0,0\n5,(1.5),2\n2,3.0,4\n3,(4.5),6\n",
        {"values": {"b": [0, -1.5, 3, -4.5]}},
    ),
    "minus of Unicode": (
        "a,b,y\n0,0.0,0\n5,\u22121.5,2\n2,3.0,4\n3,\u22124.5,6\n",
        {"values": {"b": [0, -1.5, 3, -4.5]}},
    ),
    "people": (
        PEOPLE,
        {
            "rows": 6,
            "left_out_rows": 2,
            "target": "Port",
            "classes": ["C", "Q", "S"],
            "inputs": ["Lived", "Deck", "Sex=f", "Sex=m", "Years", "Fare"],
            "unused": ["Id", "Person", "Cabin"],
            "said": ["Id is left out", "Person is left out", "Cabin is left out", "'Years' 2"],
        },
    ),
    "percent": (
        "share,y\n10%,1.1\n20%,2.0\n30%,3.2\n40%,3.9\n",
        {"inputs": ["share"], "values": {"share": [10, 20]}, "said": "10 % is read as 10"},
    ),
    "a header that comes again": (
        "col,size,y\nr,S,u\ng,M,v\nb,S,u\ncol,size,y\nr,M,v\ng,S,u\n",
        {"rows": 5, "left_out_rows": 1, "said": "repeats the header and is left out (line 5)"},
    ),
    "an instruction": (
        "sep=;\na;y\n0;u\n1;v\n2;u\n3;v\n",
        {"separator": ";", "rows": 4, "inputs": ["a"], "target": "y"},
    ),
    "blanks between thousands": (
        "size;price\n1;950\n2;980\n3;1 010\n4;1 040\n",
        {"thousands": " ", "values": {"price": [950, 980, 1010, 1040]}, "said": "thousands"},
    ),
    "commas between thousands": (
        lines("pop,size,y", row='"1,0{i:02}",{z},{h}'),
        {"thousands": ",", "values": {"pop": [1000, 1001]}, "inputs": ["pop", "size"]},
    ),
    "a title": (
        lines("Report 2021,,", ",,", "a,b,y", row="{i},{z},{c}"),
        {"rows": 12, "header": True, "target": "y", "said": "'Report 2021'"},
    ),
    "totals": (
        "item,units,price\na,0,0.5\nb,1,3.5\nc,5,6.5\na,3,9.5\nTotal,9,20\n",
        {"rows": 4, "left_out_rows": 1, "said": "sums up the others and is left out (line 6)"},
    ),
    "separators at the ends": (
        "a,b,y,\n0,0,u,\n5,1,v,\n2,2,u,\n3,3,v,\n",
        {"inputs": ["a", "b"], "target": "y", "rows": 4},
    ),
    "a row of units": (
        lines("len,wid,y", "cm,cm,kg", row="{h},{z},{h}"),
        {"rows": 12, "kinds": {"len": "number", "wid": "number"}, "said": "cm, cm, kg"},
    ),
    "UTF-16": (
        "a,b,y\n0,0,u\n5,1,v\n2,2,u\n3,3,v\n".encode("utf-16"),
        {"encoding": "UTF-16", "inputs": ["a", "b"], "rows": 4},
    ),
    "Windows-1252": (
        "größe;b;y\n0;0;u\n5;1;v\n2;2;u\n3;3;v\n".encode("cp1252"),
        {"encoding": "Windows-1252", "inputs": ["größe", "b"]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_read_as_a_person_would(name: str) -> None:
    content, expected = CASES[name]
    check(reading_of(content), expected)
