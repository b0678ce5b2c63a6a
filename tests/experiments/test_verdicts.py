"""Pages and ledger cannot disagree on a claim, or the page states what it looks at instead."""

from __future__ import annotations

import ast
import json
import pathlib
import subprocess
import sys

import pytest

from layerlab.claims import claim
from layerlab.core.experiment import NOT_CHECKED, NOT_HERE, PENDING, UNKNOWN, VERDICTS, ClaimRow
from layerlab.experiments import EXPERIMENTS
from tests.claims.broken import BROKEN, NOT_MEASURED

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Page and row whose verdicts differ where the page starts, and why both are right. The kinds
# of the ledger's verdicts are those of `BROKEN`, which `test_broken` holds against the ledger.
DIFFERENT = {
    ("signal", "E14"): "singular values of random matrices lie on both sides of 1: the claim "
    "is about others, which the ledger builds",
    ("signal", "L5"): "on the critical line there is no correlation length; the ledger trains "
    "off it",
    ("regions", "L3"): "one depth, at which no layer is narrow enough to disturb the power",
    ("basis", "C5"): "terms are picked out of hundreds; units that are trained need others",
    ("diagonal-flip", "D11"): "sixteen seeds are too few to tell He from Xavier",
    ("diagonal-flip", "D32"): "of sixteen seeds the ratio of the median losses is about four",
    ("diagonal-flip", "D12"): "sixteen seeds are too few to distinguish 4-8-8-4 from 4-8-4",
}
JUDGED = {"HOLDS", "ONLY_IF", "NOT_REPRODUCED", "WRONG"}  # what only a judge says


def kind_of(verdict: str) -> str:
    """Return what a verdict begins with, the longest that fits."""
    kinds = (*VERDICTS, NOT_CHECKED, NOT_HERE, PENDING, UNKNOWN)
    return max((kind for kind in kinds if verdict.startswith(kind)), key=len)


def kind_in_ledger(name: str) -> str:
    """Return what the ledger's verdict of a row begins with."""
    return NOT_CHECKED if name in NOT_MEASURED else BROKEN[name][0]


# In a process of its own: models keep what they have trained, and other tests begin without.
# Where claims wait for the longer work, it is done as soon as none of them waits any more.
AT_START = """
import dataclasses, json, sys
from layerlab.core.experiment import PENDING
from layerlab.experiments import EXPERIMENTS

page = EXPERIMENTS[sys.argv[1]]
model, values = page.model(), page.values()
rows = model.claims(model.compute(**values))
may_wait = any(row.verdict == PENDING for row in rows)
for step in getattr(model, "work", lambda ask, **_: ())(lambda: False, **values):
    if step is not None and step.result is not None:
        rows = model.claims(step.result)
        if may_wait and not any(row.verdict == PENDING for row in rows):
            break
print(json.dumps([dataclasses.asdict(row) for row in rows]))
"""


def found_at_start(key: str) -> list[ClaimRow]:
    """Return a page's claims where it starts, with its longer work done."""
    done = subprocess.run(
        [sys.executable, "-c", AT_START, key],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [ClaimRow(**fields) for fields in json.loads(done.stdout)]


def own_verdicts(source: str) -> list[int]:
    """Return the lines of a page at which it makes a claim's row or a verdict by itself."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ClaimRow"):
            found.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "layerlab.core.experiment":
            found += [node.lineno for alias in node.names if alias.name in JUDGED]
    return found


def test_pages_state_and_judge_nothing_themselves() -> None:
    source = "from layerlab.core.experiment import PENDING, WRONG\nrow = e.ClaimRow('D1', 'x')"
    assert sorted(own_verdicts(source)) == [1, 2]
    files = sorted((ROOT / "app" / "layerlab" / "experiments").rglob("*.py"))
    assert len(files) > 100
    lines = {file.name: own_verdicts(file.read_text(encoding="utf-8")) for file in files}
    assert {name: found for name, found in lines.items() if found} == {}


@pytest.mark.parametrize("key", EXPERIMENTS.keys())
def test_a_page_has_statement_source_and_figure_of_the_ledger(key: str) -> None:
    page = EXPERIMENTS[key]
    model = page.model()
    for values in (page.values(), *(page.values(**one.values) for one in page.tries)):
        rows = model.claims(model.compute(**values))
        assert sorted(row.id for row in rows) == sorted(page.claims)
        for row in rows:
            own = claim(row.id)
            assert (row.statement, row.source, row.published) == (
                own.statement,
                own.source,
                own.published,
            )
            assert row.measured
            assert row.why[-1:] not in ("", ".")
            assert row.verdict.startswith((*VERDICTS, NOT_HERE, PENDING, UNKNOWN))


@pytest.mark.parametrize("key", EXPERIMENTS.keys())
def test_a_page_agrees_with_the_ledger_or_states_what_is_other_here(key: str) -> None:
    rows = [row for row in found_at_start(key) if row.verdict != UNKNOWN]  # lacks PyTorch
    assert PENDING not in {row.verdict for row in rows}
    other = {row.id: row for row in rows if kind_of(row.verdict) != kind_in_ledger(row.id)}
    assert sorted(other) == sorted(name for page, name in DIFFERENT if page == key)
    for row in other.values():
        assert row.verdict == NOT_HERE or row.here, row.id
        assert row.shown_verdict != row.verdict or row.verdict == NOT_HERE
        assert row.here in row.reason


def test_what_is_different_is_on_a_page() -> None:
    for key, name in DIFFERENT:
        assert name in EXPERIMENTS[key].claims
