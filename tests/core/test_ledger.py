"""The ledger's rows as they are shown, and the forms in which they are copied."""

from __future__ import annotations

import csv
import gettext
import io
import json

import pytest

from layerlab.core import translation
from layerlab.core.experiment import HOLDS, ONLY_IF, SHAPE
from layerlab.core.ledger import (
    UNCHECKED,
    UNKNOWN,
    Entry,
    Verdict,
    as_csv,
    as_json,
    as_markdown,
)

ENTRY = Entry(
    "D1",
    "D, a book",
    'It "counts", a | b.',
    "22, 31",
    "exact",
    "D, a book",
    SHAPE,
    "flip",
    "Why?",
)


def verdict(**given: object) -> Verdict:
    fields: dict[str, object] = {
        "id": "D1",
        "source": "D, a book",
        "statement": ENTRY.statement,
        "published": "22, 31",
        "tolerance": "exact",
        "kind": HOLDS,
        "verdict": HOLDS,
        "measured": "22, 31",
        "why": "counted",
        "experiment": None,
        "seconds": 0.5,
    }
    return Verdict(**(fields | given))  # type: ignore[arg-type]


def test_a_row_goes_from_unchecked_to_judged_and_back() -> None:
    assert ENTRY.kind == UNCHECKED
    asked = ENTRY.asked()
    assert asked.waits
    assert asked.under_way(0.25).share == 0.25
    assert asked.under_way(0.25).called_off() == ENTRY
    judged = asked.under_way(0.9).judged(verdict())
    assert (judged.kind, judged.waits, judged.share) == (HOLDS, False, None)
    assert judged.asked() == asked  # what was found before is forgotten
    broken = asked.broken("it broke")
    assert broken.verdict is not None
    assert (broken.kind, broken.verdict.why, broken.verdict.measured) == (
        UNKNOWN,
        "it broke",
        "",
    )


def test_a_row_is_found_by_what_is_said_in_it() -> None:
    judged = ENTRY.judged(verdict(verdict=f"{ONLY_IF} rain", kind=ONLY_IF))
    for words in (["d1"], ["book", "22"], ["flip"], ["width"], []):
        assert ENTRY.matches(words)
    assert judged.matches(["rain"])
    assert not ENTRY.matches(["rain"])
    assert not ENTRY.matches(["d1", "rain"])


def test_a_row_is_found_by_what_is_shown_in_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {UNCHECKED: "ungeprüft", SHAPE: "Breite und Tiefe", HOLDS: "Stimmt"}

    class Catalogue(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return words.get(message, message)

    monkeypatch.setattr(translation, "catalogue", Catalogue())
    assert ENTRY.matches(["ungeprüft", "breite"])
    assert not ENTRY.matches(["unchecked"])
    assert not ENTRY.matches(["width"])
    judged = ENTRY.judged(verdict())
    assert judged.matches(["stimmt"])
    assert not judged.matches([HOLDS])


def test_markdown_is_a_table_whatever_is_in_the_cells() -> None:
    lines = as_markdown([verdict(), verdict(id="D2")]).splitlines()
    assert len(lines) == 4
    assert lines[0] == "| id | claim | published | measured | verdict | why |"
    assert [line.replace("\\|", "").count("|") for line in lines] == [7] * 4


def test_csv_is_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([verdict()]))))
    assert rows[0]["claim"] == ENTRY.statement
    assert rows[0]["published"] == "22, 31"
    assert rows[0]["page"] == ""


def test_json_is_what_the_command_prints() -> None:
    found = [verdict(), verdict(measured="", kind=UNKNOWN)]
    assert json.loads(as_json(found)) == [one.as_json() for one in found]
