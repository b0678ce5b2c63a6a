"""Slots: who may write the files by which a window reopens, and what is kept aside."""

import os
import platform
import subprocess
import sys

import pytest

from layerlab.core.errors import LabError
from layerlab.core.temporaries import NOTES
from layerlab.runtime import aside
from layerlab.runtime.aside import keep_aside
from layerlab.runtime.slot import Slot, free_slot, other_slots
from tests.helpers.locks import lock_from

# A window that takes a slot, leaves a temporary file, says so, and waits to be killed.
WINDOW = """
import pathlib, sys, time
from layerlab.core.temporaries import NOTES
from layerlab.runtime.slot import free_slot
folder = pathlib.Path(sys.argv[1])
slot = free_slot(folder)
slot.begin()
NOTES.begin(folder / ".last.layerlab.0123abcd")
(folder / ".last.layerlab.0123abcd").write_bytes(b"half")
slot.make_own()
slot.lab.write_bytes(b"lab of " + slot.name.encode())
print(slot.name, flush=True)
time.sleep(600)
"""


@pytest.fixture
def other_window(tmp_path):
    """Start a window in a process of its own; returns its slot's name."""
    children = []

    def start():
        child = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        children.append(child)
        return child, child.stdout.readline().strip()

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


def test_the_first_window_has_the_last_lab_and_a_second_one_a_slot_of_its_own(tmp_path):
    first, second = free_slot(tmp_path), free_slot(tmp_path)
    assert first.name == "last"
    assert second.name.startswith("window-")
    for slot in (first, second):
        slot.release()
    assert free_slot(tmp_path).name == "last"
    assert not list(tmp_path.glob("window-*"))


def test_a_killed_window_gives_its_slot_and_takes_its_temporary_files_along(
    tmp_path, other_window
):
    child, name = other_window()
    assert name == "last"
    mine = free_slot(tmp_path)
    mine.begin()
    assert mine.name != "last"
    assert (tmp_path / ".last.layerlab.0123abcd").exists()  # its writer lives
    child.kill()
    child.wait()
    next_one = free_slot(tmp_path)
    assert next_one.name == "last"
    next_one.begin()
    assert not (tmp_path / ".last.layerlab.0123abcd").exists()
    assert next_one.lab.read_bytes() == b"lab of last"
    for slot in (mine, next_one):
        slot.release()


def test_a_window_on_another_computer_keeps_its_slot(tmp_path):
    """The home folder is shared, and no process of that number runs here."""
    (tmp_path / "last.layerlab").write_bytes(b"theirs")
    part = tmp_path / ".last.layerlab.0123abcd"
    part.write_bytes(b"half")
    (tmp_path / "last.temporaries").write_text(f"{part}\n")
    lock_from(tmp_path / "last.lock", "another-computer")
    mine = free_slot(tmp_path)
    mine.begin()
    assert mine.name != "last"
    theirs = Slot(tmp_path, "last")
    assert not theirs.take()
    assert theirs.clean() == []
    assert part.exists()
    assert theirs.lab.read_bytes() == b"theirs"
    mine.release()
    assert (tmp_path / "last.lock").exists()


def test_a_window_that_was_killed_here_is_judged_by_its_process(tmp_path):
    lock_from(tmp_path / "last.lock", platform.node())
    slot = free_slot(tmp_path)  # the computer was started again since
    assert slot.name == "last"
    slot.release()


def test_where_nobody_knows_who_lives_no_temporary_file_is_removed(tmp_path):
    slot = Slot(tmp_path, "last")  # as in a folder without locks
    part = tmp_path / ".last.layerlab.0123abcd"
    part.write_bytes(b"half")
    (tmp_path / "last.temporaries").write_text(f"{part}\n")
    assert slot.clean() == []
    assert part.exists()


def test_slots_of_others_are_found_by_whatever_is_left_of_them(tmp_path):
    own = free_slot(tmp_path)
    for name in ("window-1.layerlab", "window-2.lock", "window-3.temporaries", "settings.json"):
        (tmp_path / name).write_bytes(b"")
    assert [slot.name for slot in other_slots(tmp_path, own)] == [
        "window-1",
        "window-2",
        "window-3",
    ]
    own.release()


def test_what_is_not_ones_own_is_kept_aside_before_it_is_replaced(tmp_path):
    slot = free_slot(tmp_path)
    slot.lab.write_bytes(b"old")
    slot.window.write_bytes(b"{}")
    slot.is_foreign = True
    slot.write_window(b"new")
    assert [copy.read_bytes() for copy in slot.kept] == [b"old", b"{}"]
    assert not slot.lab.exists()  # it would belong to another window's file
    slot.write_window(b"newer")
    assert len(list((tmp_path / "kept").iterdir())) == 2
    slot.release()


def test_what_cannot_be_kept_aside_is_not_replaced(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(aside.shutil, "copy2", full)
    slot = free_slot(tmp_path)
    slot.lab.write_bytes(b"old")
    slot.is_foreign = True
    with pytest.raises(LabError, match="no space left"):
        slot.make_own()
    assert slot.lab.read_bytes() == b"old"
    assert not list((tmp_path / "kept").iterdir())
    slot.release()


def test_copies_have_the_date_of_the_file_and_are_made_once(tmp_path):
    file = tmp_path / "last.layerlab"
    file.write_bytes(b"one")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (first,) = keep_aside(tmp_path, [file, tmp_path / "none"])
    assert first.name.startswith("2023-11-1")
    assert keep_aside(tmp_path, [file]) == [first]
    file.unlink()
    file.write_bytes(b"two, in the same second")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (second,) = keep_aside(tmp_path, [file])
    assert second != first
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two, in the same second")


@pytest.mark.parametrize("has_links", [True, False])
def test_a_copy_that_another_window_makes_meanwhile_is_not_replaced(
    tmp_path, monkeypatch, has_links
):
    file = tmp_path / "last.layerlab"
    file.write_bytes(b"mine")
    is_free, seen = aside._is_free, []

    def quicker(source, copy):
        answer = is_free(source, copy)
        if not seen:
            seen.append(copy)
            copy.write_bytes(b"of another computer")
        return answer

    monkeypatch.setattr(aside, "_is_free", quicker)
    if not has_links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links")))
    (copy,) = keep_aside(tmp_path, [file])
    assert copy.read_bytes() == b"mine"
    assert seen[0].read_bytes() == b"of another computer"
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_a_folder_without_links_gets_a_copy_and_no_half_one(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    file = tmp_path / "last.layerlab"
    file.write_bytes(b"one")
    NOTES.note_in(tmp_path / "notes")
    (copy,) = keep_aside(tmp_path, [file])
    assert copy.read_bytes() == b"one"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [copy.name]
    assert (tmp_path / "notes").read_bytes() == b""
    NOTES.note_in(None)


def test_the_oldest_of_very_many_go(tmp_path, monkeypatch):
    monkeypatch.setattr(aside, "MAX_KEPT", 3)
    for number in range(10):
        file = tmp_path / "last.layerlab"
        file.unlink(missing_ok=True)
        file.write_bytes(b"%d" % number)
        os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))
        keep_aside(tmp_path, [file])
    left = {path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert left == {b"%d" % number for number in range(4, 10)}


def test_a_slot_moves_with_both_its_files(tmp_path):
    own, other = free_slot(tmp_path), Slot(tmp_path, "window-1")
    own.lab.write_bytes(b"old")
    other.window.write_bytes(b"{}")
    own.keep_aside()
    other.move_to(own)
    assert own.window.read_bytes() == b"{}"
    assert not own.lab.exists()
    assert not other.files
    own.release()


def test_where_the_folder_cannot_be_written_nobody_is_kept_out(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    slot = free_slot(tmp_path / "file" / "none")
    assert slot.name == "last"
    with pytest.raises(LabError):
        slot.write_window(b"lab")
    slot.release()


def test_what_is_kept_now_stays_however_old_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(aside, "MAX_KEPT", 1)
    file = tmp_path / "last.layerlab"
    for number in (5, 6, 0):  # the last one was not touched for long
        file.unlink(missing_ok=True)
        file.write_bytes(b"%d" % number)
        os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))
        (copy,) = keep_aside(tmp_path, [file])
    assert copy.read_bytes() == b"0"
    left = {path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert left == {b"0", b"6"}
