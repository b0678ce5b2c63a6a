"""The library of runs: what it keeps, what leaves, and what a disk or a kill does to it."""

import os
import shutil
import sqlite3
import threading
import time
from collections import namedtuple

import msgspec
import pytest

from layerlab.core.errors import LabError
from layerlab.core.runs import setup_of
from layerlab.core.spec import LabSpec, edit
from layerlab.runtime.runs import library as module
from layerlab.runtime.runs import schema
from layerlab.runtime.runs.library import DamagedLibraryError, RunLibrary
from layerlab.runtime.runs.query import parse
from layerlab.runtime.runs.schema import NewerLibraryError
from tests.helpers.kept_runs import keep, new_run
from tests.helpers.killed_writer import killed


@pytest.fixture
def runs(tmp_path):
    return RunLibrary(tmp_path)


def networks(runs):
    return sorted(path.stem for path in runs.networks.glob("??/*"))


def test_a_run_is_found_as_it_was_kept(runs, tmp_path):
    number = keep(tmp_path, 0.25, seed=7, net_width=12, network=b"some bytes")
    (entry,) = runs.find()
    assert (entry.id, entry.loss, entry.seed, entry.hidden) == (number, 0.25, 7, "12-12")
    assert (entry.what, entry.bytes) == ("wave  12-12  relu  adam", 10)
    detail = runs.detail(number)
    assert detail.lab_spec() == new_run(train_seed=7, net_width=12).spec
    assert detail.losses.train == (0.25,) * 16
    with open(detail.network, "rb") as file:
        assert file.read() == b"some bytes"
    assert runs.pictures([number, 99]) == {number: b"[]\n", 99: b""}


def test_without_a_library_nothing_is_found_and_nothing_is_made(runs, tmp_path):
    assert runs.find() == []
    assert runs.usage(100).runs == 0
    runs.check()
    runs.sweep()
    with pytest.raises(LabError, match="there is no run 3"):
        runs.detail(3)
    assert list(tmp_path.iterdir()) == []


def test_runs_that_differ_in_the_seed_alone_have_one_setup():
    spec = LabSpec()
    assert setup_of(edit(spec, "train.seed", 5)) == setup_of(spec)
    others = {
        setup_of(edit(spec, path, value))
        for path, value in {"task.seed": 5, "net.width": 9, "train.rate": 0.2}.items()
    }
    assert len(others | {setup_of(spec)}) == 4


def test_the_journal_is_none_that_a_network_share_breaks(runs, tmp_path):
    keep(tmp_path)
    with sqlite3.connect(runs.file) as library:
        assert library.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    library.close()


def test_the_same_training_again_is_no_second_run(runs, tmp_path):
    first = keep(tmp_path, seed=1, ended=1.0)
    runs.edit([first], name="mine", pinned=True)
    assert keep(tmp_path, seed=1, ended=5.0) == first
    assert keep(tmp_path, seed=2, ended=6.0) != first
    (again,) = runs.find(parse("mine"))
    assert (again.id, again.ended, again.is_pinned) == (first, 5.0, True)


def test_a_run_that_went_on_takes_its_own_place(runs, tmp_path):
    first = keep(tmp_path, seed=1)
    old = networks(runs)
    number, left = runs.add(new_run(0.1), b"further", 10**9, replaces=first)
    assert (number, left) == (first, 0)
    (entry,) = runs.find()
    assert entry.loss == 0.1
    assert len(networks(runs)) == 1
    assert networks(runs) != old


def test_what_is_said_of_a_run_is_kept_and_found(runs, tmp_path):
    number = keep(tmp_path)
    runs.edit([number], name="  two\nlines ", note="a\nb", tags=["b a", "a"])
    (entry,) = runs.find()
    assert (entry.name, entry.note, entry.tags) == ("two lines", "a\nb", ("b", "a"))
    assert [run.id for run in runs.find(parse("lines tag:a"))] == [number]
    runs.edit([number], name="", tags=[])
    assert runs.find(parse("lines")) == runs.find(parse("tag:a")) == []


def test_a_deleted_run_comes_back(runs, tmp_path):
    one, two = keep(tmp_path, seed=1), keep(tmp_path, seed=2)
    runs.delete([one])
    assert [run.id for run in runs.find()] == [two]
    keep(tmp_path, seed=3)
    runs.restore([one])
    assert runs.detail(one).network
    assert len(runs.find()) == 3


def test_a_deleted_run_goes_for_good_later(runs, tmp_path, monkeypatch):
    one = keep(tmp_path, seed=1)
    runs.delete([one])
    monkeypatch.setattr(module, "FORGOTTEN_S", -1)
    keep(tmp_path, seed=2)
    runs.restore([one])
    assert len(runs.find()) == len(networks(runs)) == 1
    assert runs.usage(10**9).left == 0  # it did not have to make room


# ---- room


def test_the_oldest_that_is_not_pinned_leaves_first(runs, tmp_path):
    numbers = [keep(tmp_path, seed=k, ended=float(k)) for k in range(6)]
    runs.edit(numbers[:1], pinned=True)
    used = runs.usage(10**9).bytes
    number, left = runs.add(new_run(ended=9.0, train_seed=9), b"x" * 20_000, used - 1000)
    assert left >= 1
    kept = [run.id for run in runs.find()]
    assert kept == [number, *reversed(numbers[1 + left :]), numbers[0]]
    assert len(networks(runs)) == len(kept)
    usage = runs.usage(used - 1000)
    assert usage.bytes <= used - 1000
    assert (usage.left, usage.runs) == (left, len(kept))


def test_pinned_runs_stay_where_there_is_no_room_at_all(runs, tmp_path):
    numbers = [keep(tmp_path, seed=k) for k in range(3)]
    runs.edit(numbers, pinned=True)
    runs.add(new_run(), b"x" * 10_000, 1)
    assert {run.id for run in runs.find(parse("pinned=yes"))} == set(numbers)
    assert all(runs.detail(number).network for number in numbers)


def test_a_network_that_would_fill_the_library_is_left_out(runs):
    number, left = runs.add(new_run(), b"x" * 60_000, 100_000)
    detail = runs.detail(number)
    assert (detail.network, detail.entry.bytes, left) == ("", 0, 0)


def test_no_more_is_taken_than_a_share_of_what_is_free(runs, monkeypatch):
    disk = namedtuple("disk", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: disk(1_000_000))
    assert runs.usage(10**9).limit == 50_000
    for seed in range(8):
        runs.add(new_run(ended=float(seed), train_seed=seed), b"%d" % seed * 9000, 10**9)
    assert 1 <= len(runs.find()) < 8


def test_two_runs_with_one_network_count_it_once_and_both_keep_it(runs):
    """Of two engines, as the same one finds itself again."""
    one, _ = runs.add(new_run(), b"x" * 50_000, 10**9)
    before = runs.usage(10**9).bytes
    other = msgspec.structs.replace(new_run(), engine="compiled")
    two, _ = runs.add(other, b"x" * 50_000, 10**9)
    assert runs.usage(10**9).bytes < before + 10_000
    runs.delete([one])
    assert runs.detail(two).network


# ---- a disk that does what it wants


def test_a_damaged_library_is_kept_aside_with_its_networks(runs, tmp_path):
    keep(tmp_path)
    runs.file.write_bytes(b"no library" * 1000)
    with pytest.raises(DamagedLibraryError, match="is damaged"):
        runs.find()
    aside = runs.put_aside()
    assert (runs.folder / aside).read_bytes().startswith(b"no library")
    assert runs.find() == []
    keep(tmp_path, seed=1)
    assert len(list(runs.folder.glob("* damaged library.networks/??/*"))) == 1
    assert runs.put_aside() == ""  # the new one is fine: another window was slower
    assert len(runs.find()) == 1


def test_a_page_of_the_file_that_was_overwritten_is_seen(runs, tmp_path):
    for seed in range(30):
        keep(tmp_path, seed=seed, network=None)
    raw = bytearray(runs.file.read_bytes())
    middle = len(raw) // 4096 // 2 * 4096
    raw[middle : middle + 4096] = os.urandom(4096)
    runs.file.write_bytes(raw)
    with pytest.raises(DamagedLibraryError):
        runs.check()


def test_a_library_of_a_newer_version_stays_as_it_is(runs, tmp_path):
    keep(tmp_path)
    with sqlite3.connect(runs.file) as library:
        library.execute("PRAGMA user_version = 99")
    library.close()
    before = runs.file.read_bytes()
    with pytest.raises(NewerLibraryError, match="version 99"):
        keep(tmp_path, seed=1)
    with pytest.raises(NewerLibraryError):
        runs.find()
    assert runs.file.read_bytes() == before


def test_a_library_of_an_older_version_is_brought_to_this_one(runs, tmp_path, monkeypatch):
    keep(tmp_path)
    newer = (*schema.MIGRATIONS, "ALTER TABLE runs ADD COLUMN mood TEXT DEFAULT 'good';")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    assert len(runs.find()) == 1
    with sqlite3.connect(runs.file) as library:
        assert library.execute("SELECT mood FROM runs").fetchall() == [("good",)]
    library.close()


def test_a_migration_that_breaks_changes_nothing(runs, tmp_path, monkeypatch):
    keep(tmp_path)
    broken = (*schema.MIGRATIONS, "DELETE FROM runs; NO SUCH STATEMENT;")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(LabError, match="syntax error"):
        runs.find()
    monkeypatch.undo()
    assert len(runs.find()) == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(runs, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LabError, match="cannot be made"):
            keep(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_folders_place_is_one_sentence(runs, tmp_path):
    runs.folder.write_bytes(b"")
    with pytest.raises(LabError, match="cannot be made"):
        keep(tmp_path)


def fill(home):
    for seed in range(1, 200):
        keep(home, seed=seed, network=None)


def test_a_full_disk_is_one_sentence_and_costs_nothing_that_was_there(runs, tmp_path):
    keep(tmp_path)
    with sqlite3.connect(runs.file) as library:
        pages = library.execute("PRAGMA page_count").fetchone()[0]
    library.close()

    whole = sqlite3.connect

    def connect(*args, **kwargs):
        library = whole(*args, **kwargs)
        library.execute(f"PRAGMA max_page_count = {pages}")
        return library

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.sqlite3, "connect", connect)
        with pytest.raises(LabError, match="full"):
            fill(tmp_path)
    runs.check()
    assert runs.find()[-1].seed == 0


def test_a_library_that_is_in_use_is_waited_for_and_then_refused(runs, tmp_path, monkeypatch):
    keep(tmp_path)
    monkeypatch.setattr(module, "BUSY_MS", 50)
    other = sqlite3.connect(runs.file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(LabError, match="in use by another window"):
            keep(tmp_path, seed=1)
    finally:
        other.execute("ROLLBACK")
        other.close()
    keep(tmp_path, seed=1)
    assert len(runs.find()) == 2


def test_files_that_no_row_names_go_once_they_are_old(runs, tmp_path):
    keep(tmp_path)
    orphan = runs.network_of("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x")
    runs.sweep()
    assert orphan.exists()  # a window may be about to name it
    old = time.time() - 2 * module.ORPHAN_S
    for path in runs.networks.glob("??/*"):
        os.utime(path, (old, old))
    runs.sweep()
    assert not orphan.exists()
    assert len(networks(runs)) == 1


# ---- several processes


def test_windows_that_write_at_once_lose_nothing(runs, tmp_path):
    each, failed = 12, []

    def write(first):
        try:
            for k in range(each):
                keep(tmp_path, seed=first + k)
        except LabError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(100 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(runs.find()) == len(networks(runs)) == 4 * each


def test_a_kill_loses_at_most_the_run_that_was_being_written(runs, tmp_path):
    """Real processes, two at a time, killed at another moment each time."""
    printed = set()
    for turn in range(4):
        printed |= killed(tmp_path, turn, delay_s=0.013 * turn)
        assert printed <= {run.id for run in runs.find()}
    assert len(printed) >= 8
