"""What programs and people export: each was read as something else once."""

from __future__ import annotations

from typing import Any

import pytest

from layerlab.core.errors import LabError
from tests.nets.tables.read_texts import check, lines, reading_of

Case = tuple[str | bytes, dict[str, Any]]
EXPORTS: dict[str, Case] = {
    "no cents, Swiss": (
        lines("a;pay", row="{z};{i}’120.–"),
        {"values": {"pay": [120.0, 1120.0, 2120.0]}, "problem": "regression"},
    ),
    "no cents, German": (
        "a;price;y\n1;5,- €;2,5\n2;12,-- €;3,5\n4;3,50 €;1\n3;4,— €;2\n",
        {"values": {"price": [5.0, 12.0, 3.5, 4.0]}, "decimal": ","},
    ),
    "a minus at the end stays one": (
        "a;balance\n1;5,25-\n2;12,5\n4;3,50-\n3;4-\n",
        {"values": {"balance": [-5.25, 12.5, -3.5, -4.0]}},
    ),
    "measured values with tolerances": (
        "U;I\n1 ± 0,1;(3,5 ± 0,2) mA\n2 ± 0,1;(7,1 ± 0,2) mA\n3 ± 0,1;(9 ± 0,2) mA\n",
        {"values": {"U": [1.0, 2.0, 3.0], "I": [3.5, 7.1, 9.0]}, "said": "± is not used"},
    ),
    "a tolerance in brackets is no minus": (
        "a,b\n(1.5 +/- 0.1),2.5\n(2.5 +/- 0.1),1.5\n(3.5 +/- 0.1),0.5\n",
        {"values": {"a": [1.5, 2.5, 3.5]}},
    ),
    "Markdown": (
        lines("| x | y | kind |", "|---|:--:|---:|", row="| {z} | {h} | {c} |"),
        {"inputs": ["x", "y"], "rows": 12, "left_out_rows": 0, "target": "kind"},
    ),
    "a spreadsheet's errors in German": (
        "a;b;y\n1;1,5;2\n4;#NV;3\n3;2,5;5\n9;#WERT!;1\n2;7,25;3\n",
        {"kinds": {"b": "number"}, "rows": 3, "left_out_rows": 2},
    ),
    "no answer, German": (
        "age,income,vote\n21,1000,A\n35,k.A.,B\n44,3000,A\n52,k. A.,B\n37,2500,B\n",
        {"kinds": {"income": "number"}, "rows": 3, "said": "'k.A.' and 'k. A.' stand for gaps"},
    ),
    "true and false, German": (
        "a;y\n1,5;WAHR\n2,5;FALSCH\n1;wahr\n4;FALSCH\n",
        {"kinds": {"y": "boolean"}, "classes": ["FALSCH", "WAHR"]},
    ),
    "true and false, French": (
        "a;y\n1,5;VRAI\n2,5;FAUX\n1;VRAI\n4;FAUX\n",
        {"kinds": {"y": "boolean"}, "classes": ["FAUX", "VRAI"]},
    ),
    "a form's time stamps": (
        "Timestamp,a,y\n"
        + "".join(f"2023/06/1 3:0{i}:12 PM GMT+1,{i % 3},{i % 5}.5\n" for i in range(6)),
        {"kinds": {"Timestamp": "date"}, "inputs": ["Timestamp", "a"]},
    ),
    "a form's comments come last": (
        "age,smokes,comments\n"
        + "".join(f"{20 + i},{'yn'[i % 2]},text {i * (i % 4 > 0)}\n" for i in range(32)),
        {"target": "smokes", "unused": ["comments"]},
    ),
    "Qualtrics' three rows": (
        'Q1,Q2\nHow old?,Happy?\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
        "31,yes\n25,no\n44,yes\n19,no\n",
        {"rows": 4, "classes": ["no", "yes"], "values": {"Q1": [31.0, 25.0]}},
    ),
    "a state that never changes is not learned": (
        lines("time,temp,status", row="{h},{z},OK"),
        {
            "target": "temp",
            "problem": "regression",
            "said": "status cannot be predicted (it has the same value in every row): the "
            "target is temp, the last column that can be",
        },
    ),
    "a last number that never changes is not learned": (
        lines("time,temp,gain", row="{h},{z},2"),
        {"target": "temp", "inputs": ["time", "gain"], "said": "gain cannot be predicted"},
    ),
    "the number of a trial": (
        "Trial no.,length,period\n1,0.5,1.4\n2,0.25,1.0\n3,1.0,2.0\n4,0.75,1.7\n",
        {"unused": ["Trial no."], "inputs": ["length"]},
    ),
    "the number of a trial, with nothing else": (
        "Trial no.,period\n1,1.4\n2,1.0\n3,2.0\n4,1.7\n",
        {"inputs": ["Trial no."], "target": "period"},
    ),
    "minutes and seconds": (
        "stroke,time\nfree,0:27.54\nback,1:02.10\nfree,0:31.25\nback,1:05\n",
        {"kinds": {"time": "time"}, "values": {"time": [0.0, 34.56, 3.71, 37.46]}},
    ),
    "times of day, German": (
        "Zeit;kWh\n9:15 Uhr;1,5\n10:30 Uhr;2,5\n11:15 Uhr;3\n",
        {"kinds": {"Zeit": "time"}, "values": {"Zeit": [0.0, 4500.0, 7200.0]}},
    ),
    "times of day, French": (
        "heure;kWh\n9h15;1,5\n10h30;2,5\n11h15;3\n",
        {"kinds": {"heure": "time"}, "values": {"heure": [0.0, 4500.0, 7200.0]}},
    ),
    "Eurostat's gaps": (
        "geo\t2018\t2019\nAT\t1.5\t: \nBE\t2.5\t3.5\nCZ\t4.5\t1.5\nDE\t2\t5.5\n",
        {"rows": 3, "problem": "regression", "left_out_rows": 1},
    ),
    "a column of one number is no class": (
        "a,b\n" + "1,2\n" * 10,
        {"problem": "regression", "classes": None},
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_are_read_as_they_are_meant(name):
    content, expected = EXPORTS[name]
    check(reading_of(content), expected)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<!DOCTYPE html>\n<p>Log in, please</p>\n", "is a web page or XML"),
        ('<?xml version="1.0"?>\n<a b="1,2"/>\n', "is a web page or XML"),
        ('[{"a": 1, "b": 2},\n {"a": 3, "b": 4}]\n', "is JSON"),
        ('{\n "a": [1, 2],\n "b": [3, 4]\n}\n', "is JSON"),
        ("@relation r\n@attribute a numeric\n@attribute c {u,v}\n@data\n1,u\n", "is an ARFF"),
    ],
)
def test_other_forms_of_text_are_named(content, what):
    with pytest.raises(LabError, match=what):
        reading_of(content)
