"""Files that stay as they were opened, and reads that are called off."""

from __future__ import annotations

import os
import pathlib

import pytest
from msgspec.structs import replace

from layerlab.core.cancel import CancelledError, cancellable
from layerlab.core.errors import LabError
from layerlab.core.spec import TaskSpec
from layerlab.nets.problem import check, known_data, layout_of, load_data
from layerlab.nets.tables import cells, source
from layerlab.nets.tasks import recommended_for_csv, tables

ROWS = "".join(f"{7 * i % 40},{i % 7},{i % 2}\n" for i in range(40))


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "data.csv"
    path.write_text("a,b,y\n" + ROWS)
    return path


def rewrite(file: pathlib.Path, text: str) -> None:
    """Write another text, with another time even on a file system of coarse clocks."""
    before = file.stat().st_mtime_ns
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


def test_what_was_opened_stays_as_it_was_until_it_is_opened_again(file: pathlib.Path) -> None:
    with tables.opening():
        spec = recommended_for_csv(file)
    rewrite(file, "p,q,r,y\n" + ROWS.replace(",", ",1,", 1).replace("\n", ",2\n"))
    assert layout_of(spec).sizes[0] == 2
    assert load_data(spec.task).feature_names == ("a", "b")
    rewrite(file, "d,e,f,y\n" + "".join(f"{i},1,{i % 5},{i % 2}\n" for i in range(9)))
    with tables.opening():
        again = recommended_for_csv(file)
    assert load_data(again.task).feature_names == ("d", "e", "f")


def test_a_file_that_is_gone_is_still_known(file: pathlib.Path) -> None:
    with tables.opening():
        spec = recommended_for_csv(file)
    file.unlink()
    check(replace(spec, task=replace(spec.task, seed=5, validation=0.5)))


def test_an_opening_that_fails_holds_nothing(file: pathlib.Path) -> None:
    with tables.opening():
        spec = recommended_for_csv(file)
    rewrite(file, "a,y\n1,x\n")
    with pytest.raises(LabError), tables.opening():
        recommended_for_csv(file)
    assert layout_of(spec).sizes[0] == 2
    assert load_data(spec.task).n == 32


def test_seed_and_share_of_a_known_table_are_checked_from_memory(file: pathlib.Path) -> None:
    spec = recommended_for_csv(file)
    with tables.from_memory():
        for seed in range(3):
            task = replace(spec.task, seed=seed, validation=0.1 * seed)
            check(replace(spec, task=task))
            assert known_data(task) is None  # nothing was split or scaled for it either
    other = replace(spec, task=replace(spec.task, target="a"))
    with pytest.raises(tables.UnreadError), tables.from_memory():
        check(other)


def test_another_file_never_takes_the_place_of_the_one_that_was_opened(
    file: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    with tables.opening():
        spec = recommended_for_csv(file)
    for k in range(3):  # until the table is no longer in memory
        (tmp_path / f"{k}.csv").write_text("a,b,y\n" + ROWS)
        recommended_for_csv(tmp_path / f"{k}.csv")
    rewrite(file, "a,b,y\n" + ROWS + "1,1,1\n")
    with pytest.raises(LabError, match="another file than the one that was opened"):
        load_data(replace(spec.task, seed=9))


def test_reading_is_called_off_wherever_it_is(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "BLOCK", 9)
    monkeypatch.setattr(source, "ROWS_TO_ASK", 4)
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    with cancellable(count):
        cells_of = recommended_for_csv(file)
    assert asked > 20
    assert cells_of.task.path == str(file)
    for stop in range(1, asked, 3):
        rewrite(file, "a,b,y\n" + ROWS)
        left = stop

        def is_enough() -> bool:
            nonlocal left
            left -= 1
            return left <= 0

        with pytest.raises(CancelledError), cancellable(is_enough):
            recommended_for_csv(file)
    assert load_data(TaskSpec(name="csv", path=str(file))).n == 32
