"""The campaign of spoiled tables, in short; `python -m tests.campaign.tables` is long."""

from __future__ import annotations

import collections
import pathlib

import pytest

from layerlab.nets.tables.reading import Reading
from tests.campaign import tables

TABLES = 300


def test_spoiled_tables_are_read_or_refused(tmp_path: pathlib.Path) -> None:
    counts: collections.Counter[str] = collections.Counter()
    path = tmp_path / "table.csv"
    for number in range(TABLES):
        raw, rng = tables.spoiled(number, seed=7)
        path.write_bytes(raw)
        counts[tables.check(str(path), rng)] += 1
    assert counts["read"] > TABLES / 5
    assert counts["refused"] > TABLES / 5


@pytest.mark.parametrize("number", range(len(tables.SAMPLES)))
def test_no_sample_is_refused(tmp_path: pathlib.Path, number: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(tables.SAMPLES[number])
    found = tables.read(str(path))
    tables.check_reading(found, tables.DEFAULTS)


def test_a_fault_is_found_and_kept(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader that loses a row, in what it says of the table."""
    told = Reading.as_json

    def one_row_less(self: Reading) -> dict[str, object]:
        return {**told(self), "rows": self.rows - 1}

    monkeypatch.setattr(Reading, "as_json", one_row_less)
    faults = tables.run(12, 3, tmp_path / "kept", say=False)
    assert faults > 0
    assert "another number of lines than rows" in capsys.readouterr().out
    assert list((tmp_path / "kept").glob("*.csv"))
