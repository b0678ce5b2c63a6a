"""No verdict is a foregone conclusion: what a row is computed from is broken, and it turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from layerlab.claims import Verdict, claim, claims, examine
from layerlab.claims.base import NOT_CHECKED, UNKNOWN
from layerlab.nets.engines.remote import missing_torch
from tests.claims.breaking import forget
from tests.claims.broken import BROKEN, NOT_MEASURED

SHARE = 0.1  # of the ledger's populations


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def found(name: str) -> Verdict:
    verdict = examine(claim(name), share=SHARE)
    assert verdict.kind != UNKNOWN, verdict.why
    return verdict


def test_every_row_can_be_broken() -> None:
    assert {row.id for row in claims()} == {*BROKEN, *NOT_MEASURED}
    assert not set(BROKEN) & set(NOT_MEASURED)


def test_a_row_that_is_not_measured_says_what_it_would_take() -> None:
    for name in NOT_MEASURED:
        verdict = found(name)
        assert (verdict.kind, verdict.verdict) == (NOT_CHECKED, NOT_CHECKED)
        assert verdict.measured == ""
        assert verdict.why


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_broken_ingredient_turns_the_verdict(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if claim(name).asks_torch and missing_torch():
        pytest.skip(missing_torch())
    kind, break_it = BROKEN[name]
    straight = found(name)
    assert straight.kind == kind
    assert straight.measured
    assert straight.why[-1] != "."
    forget()
    break_it(monkeypatch)
    broken = found(name)
    assert broken.kind != kind
    assert broken.why != straight.why
