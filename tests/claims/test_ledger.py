"""The ledger itself: its rows, its verdicts, cancelling, and the command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from layerlab import cli
from layerlab.claims import claim, claims, examine, ledger
from layerlab.claims.base import (
    HOLDS,
    KINDS,
    NOT_CHECKED,
    UNKNOWN,
    Context,
    NotComputableError,
    not_checked,
)
from layerlab.core.cancel import CancelledError
from layerlab.core.errors import LabError
from layerlab.core.program import plain
from layerlab.experiments import EXPERIMENTS

# Rows that the page about them does not compute.
UNLISTED = [
    "C6",
    *(f"D{k}" for k in (33, 34, 39, 41, 42, 43, 44, 46, 49, 50, 51)),
    *(f"E{k}" for k in range(16, 26)),
    "L1",
]
FIELDS = ["id", "published", "measured", "verdict", "why", "experiment"]


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert cli.main(["claims", "--json", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_row_of_the_table_is_there_once() -> None:
    counts = {"A": 5, "B": 7, "C": 6, "D": 51, "E": 25, "L": 5}
    expected = [f"{letter}{k}" for letter, n in counts.items() for k in range(1, n + 1)]
    assert [row.id for row in claims()] == expected


def test_every_row_says_all_that_a_reader_needs() -> None:
    for row in claims():
        for text in (row.source, row.statement, row.published, row.tolerance):
            assert text == text.strip() != ""
            # Old consoles print it too, with plain letters for signs.
            assert plain(text).isascii(), row.id
        assert row.statement.endswith(".")


def test_a_row_is_found_in_any_case() -> None:
    assert claim(" d16 ") is claim("D16")
    with pytest.raises(LabError, match=r"'D99' is not known.*D1 to D51.*did you mean D9"):
        claim("D99")
    with pytest.raises(LabError, match="'' is not known"):
        claim("")


def test_a_verdict_holds_still() -> None:
    verdict = examine(claim("D1"))
    assert (verdict.kind, verdict.verdict) == (HOLDS, HOLDS)
    assert verdict.published == verdict.measured == "22, 31, 76, 148"
    with pytest.raises(AttributeError):
        verdict.kind = UNKNOWN  # type: ignore[misc]
    assert list(verdict.as_json()) == FIELDS
    only_if = examine(claim("B3"), share=0.01)
    assert only_if.verdict.startswith(f"{only_if.kind} ")
    assert len(only_if.verdict) > len(only_if.kind) + 5


def test_a_row_names_a_page_of_the_gallery_and_that_page_lists_it() -> None:
    without = [row.id for row in claims() if row.page is None]
    assert without == ["D28", "D35", "D45"]
    assert examine(claim("D1")).experiment == "diagonal-flip"
    listed = {(name, page.key) for page in EXPERIMENTS for name in page.claims}
    rows = [row for row in claims() if row.page is not None]
    assert {row.page for row in rows} == set(EXPERIMENTS.keys())
    unlisted = [row.id for row in rows if (row.id, row.page) not in listed]
    assert unlisted == UNLISTED


def test_what_pages_list_is_in_the_ledger() -> None:
    ids = {row.id for row in claims()}
    for page in EXPERIMENTS:
        assert set(page.claims) <= ids


def test_what_cannot_be_computed_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(sizes: object, ctx: Context) -> None:
        raise NotComputableError("PyTorch is not installed")

    row = claim("D1")
    monkeypatch.setitem(row.__dict__, "measure", lambda ctx: lacks(None, ctx))
    verdict = examine(row)
    assert (verdict.kind, verdict.why) == (UNKNOWN, "PyTorch is not installed")
    assert verdict.as_json()["measured"] is None
    assert cli.main(["claims", "--only", "D1"]) == 1
    assert cli.main(["claims", "--only", "D1,D14"]) == 0


def test_what_is_not_checked_says_what_it_would_take(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = "it takes ImageNet and weeks on many graphics cards"
    row = not_checked(
        "D1", "D", "Deep nets do well.", "3 %", "within 1 %", page=None, why=needs
    )
    found = examine(row)
    assert (found.kind, found.verdict, found.measured) == (NOT_CHECKED, NOT_CHECKED, "")
    assert (found.why, found.tolerance) == (needs, "within 1 %")
    assert found.as_json()["measured"] is None
    monkeypatch.setitem(claim("D1").__dict__, "measure", row.measure)
    monkeypatch.setitem(claim("D1").__dict__, "judge", row.judge)
    assert cli.main(["claims", "--only", "D1,D14"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "D1    not checked here"
    assert f"why         {needs}" in out
    assert "1 is wrong as printed, 1 is not checked here" in out
    assert cli.main(["claims", "--only", "D1"]) == 0  # nothing went wrong


def test_a_row_tells_how_far_it_is_and_stops_when_asked() -> None:
    shares: list[float] = []
    examine(claim("D11"), progress=shares.append, share=0.25)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 3
    with pytest.raises(CancelledError):
        examine(claim("D11"), is_cancelled=lambda: True)
    with pytest.raises(CancelledError):  # in the middle of a training
        examine(claim("D11"), is_cancelled=lambda: len(shares) > 99, progress=stopper(shares))


def stopper(shares: list[float]) -> Any:
    return lambda share: shares.extend([share] * 99)


def test_the_ledger_goes_row_by_row_and_stops_when_asked() -> None:
    rows = [claim(name) for name in ("D1", "D14", "D15")]
    reported: list[tuple[int, int, str]] = []
    found = ledger(rows, progress=lambda k, of, row, share: reported.append((k, of, row.id)))
    assert next(found).id == "D1"
    assert [verdict.id for verdict in found] == ["D14", "D15"]
    assert reported == [(0, 3, "D1"), (1, 3, "D14"), (2, 3, "D15")]
    assert list(ledger([claim("D11")], is_cancelled=lambda: True)) == []


# ---- the command


def test_json_has_the_agreed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines_of(capsys, "--only", "d14,D1", "--only", "D13", "--only", "d1")
    assert [line["id"] for line in found] == ["D1", "D13", "D14"]
    for line in found:
        assert list(line) == FIELDS
        assert line["verdict"].startswith(KINDS)


def test_people_read_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in (60, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert cli.main(["claims", "--only", "D13,D1"]) == 0
        out, err = capsys.readouterr()
        assert err == ""  # no bar where there is no terminal
        lines = out.splitlines()
        assert max(map(len, lines)) <= columns
        assert lines[0] == "D1    holds"
        assert "D13   wrong as printed" in lines
        assert lines[-1].startswith("2 claims in ")
        assert lines[-1].endswith("s: 1 holds, 1 is wrong as printed")
        for word in ("claim", "source", "published", "measured", "why", "tolerance"):
            assert sum(line.strip().startswith(word) for line in lines) >= 2


def test_verdicts_are_counted_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["claims", "--only", "D1,D13,D14,D37"]) == 0
    assert "s: 2 hold, 2 are wrong as printed" in capsys.readouterr().out


def test_unknown_ids_are_refused_before_anything_is_computed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for names in ("D1,D99", "D1,", "nonsense"):
        assert cli.main(["claims", "--only", names]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("layerlab: claim ")
        assert err.count("\n") == 1
