"""Pasted tables are kept, up to a number of them and a size."""

from __future__ import annotations

import os
import pathlib

import pytest

from layerlab.core.errors import LabError
from layerlab.runtime import pasted
from layerlab.runtime.runs.library import RunLibrary
from tests.helpers.kept_runs import keep


@pytest.fixture(autouse=True)
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def kept() -> set[pathlib.Path]:
    return set(pasted.pasted_folder().iterdir())


def keep_aged(content: bytes, age_s: float) -> pathlib.Path:
    path = pasted.keep(content)
    moment = path.stat().st_mtime - age_s
    os.utime(path, (moment, moment))
    return path


def test_a_table_is_named_by_its_content() -> None:
    first, second = pasted.keep(b"a\tb\n1\t2\n"), pasted.keep(b"a,b\n1,2\n")
    assert (first.suffix, second.suffix) == (".tsv", ".csv")
    assert first.read_bytes() == b"a\tb\n1\t2\n"
    assert pasted.keep(b"a\tb\n1\t2\n") == first
    assert kept() == {first, second}
    assert pasted.is_pasted(first)
    assert not pasted.is_pasted(first.parent.parent / "table.csv")


def test_a_damaged_copy_is_not_taken_for_the_table() -> None:
    path = pasted.keep(b"a,b\n1,2\n")
    path.write_bytes(b"a,b\n1,3\n")
    again = pasted.keep(b"a,b\n1,2\n")
    assert again.read_bytes() == b"a,b\n1,2\n"


def test_the_oldest_go_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasted, "MAX_KEPT", 3)
    paths = [keep_aged(b"a,b\n%d,2\n" % k, 100 - k) for k in range(5)]
    assert kept() == set(paths[2:])


def test_the_oldest_go_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasted, "MAX_BYTES_KEPT", 2500)
    paths = [keep_aged(b"a,b\n%d,2\n" % k + b" " * 1000, 100 - k) for k in range(4)]
    assert kept() == set(paths[2:])


@pytest.mark.parametrize("name", ["last.window.json", "last.layerlab", "kept/old.layerlab"])
def test_what_a_kept_lab_names_stays(
    name: str, home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasted, "MAX_KEPT", 2)
    first = keep_aged(b"a,b\n1,2\n", 100)
    (home / name).parent.mkdir(exist_ok=True)
    (home / name).write_text('{"path": "' + str(first) + '"}')
    others = [keep_aged(b"a,b\n%d,3\n" % k, 50 - k) for k in range(3)]
    assert kept() == {first, others[-1]}


def test_a_copy_beside_a_lab_is_made_of_pasted_tables_alone(tmp_path: pathlib.Path) -> None:
    table = pasted.keep(b"a,b\n1,2\n")
    lab = tmp_path / "labs" / "a.layerlab"
    lab.parent.mkdir()
    assert pasted.put_beside(lab, None) is None
    assert pasted.put_beside(lab, str(tmp_path / "own.csv")) is None
    copy = pasted.put_beside(lab, str(table))
    assert copy == lab.parent / table.name
    assert copy.read_bytes() == table.read_bytes()
    assert pasted.put_beside(lab, str(table)) == copy
    copy.write_bytes(b"other")
    with pytest.raises(LabError, match="is saved, but not its table"):
        pasted.put_beside(lab, str(table))


def test_what_a_pinned_run_was_trained_on_stays(
    home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasted, "MAX_KEPT", 3)
    first, second = (keep_aged(b"a,b\n1,%d\n" % k, 100 - k) for k in (1, 2))
    runs = [
        keep(home, seed=seed, network=None, task_name="csv", task_path=str(path))
        for seed, path in enumerate((first, second))
    ]
    RunLibrary(home).edit(runs[:1], pinned=True)
    others = [keep_aged(b"a,b\n%d,3\n" % k, 50 - k) for k in range(2)]
    assert kept() == {first, *others}
