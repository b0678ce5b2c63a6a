"""What a killed program left behind goes at the next start, and nothing else does."""

import pathlib

import pytest

from layerlab.core.temporaries import NOTES, remove_left_behind


@pytest.fixture
def notes(tmp_path):
    NOTES.note_in(tmp_path / "notes")
    yield tmp_path / "notes"
    NOTES.note_in(None)


def make(path: pathlib.Path) -> pathlib.Path:
    path.write_bytes(b"")
    return path


def test_what_is_there_is_noted_until_it_is_gone(tmp_path, notes):
    part = tmp_path / ".lab.layerlab.0123abcd"
    NOTES.begin(part)
    assert str(part) in notes.read_text()
    NOTES.end(part)
    assert notes.read_text() == ""


def test_what_a_dead_program_noted_is_removed(tmp_path):
    left = make(tmp_path / ".lab.layerlab.0123abcd")
    fault = make(tmp_path / "fault-0a1b2c3d-12-0123abcd.txt")
    others = [make(tmp_path / name) for name in ("lab.layerlab", ".lab.layerlab.ffffffff")]
    note = tmp_path / "last.temporaries"
    note.write_text(f"{left}\n{fault}\n{tmp_path / 'gone'}\n")
    assert remove_left_behind(note) == [left, fault]
    assert not note.exists()
    assert all(path.exists() for path in others)  # of a window that lives


def test_no_note_can_remove_what_is_no_temporary_file(tmp_path):
    kept = [
        make(tmp_path / name)
        for name in ("lab.layerlab", ".bashrc", ".lab.0123abcde", ".lab.0123ABCD")
    ]
    fault = tmp_path / "fault-0a1b2c3d-1-0123abcd.txt"
    fault.write_text("Fatal Python error")  # a report is made of it
    folder = tmp_path / ".folder.0123abcd"
    folder.mkdir()
    link = tmp_path / ".link.0123abcd"
    link.symlink_to(kept[0])
    note = tmp_path / "note"
    listed = [*kept, folder, link, fault, ".relative.0123abcd", "\0"]
    note.write_text("\n".join(str(path) for path in listed) + "\n")
    assert remove_left_behind(note) == []
    assert all(path.exists() for path in kept)


def test_without_a_note_nothing_is_removed(tmp_path):
    assert remove_left_behind(tmp_path / "none") == []


def test_the_note_goes_with_the_program_unless_something_is_still_written(tmp_path, notes):
    fault, part = tmp_path / "fault-3.txt", tmp_path / ".lab.0123abcd"
    NOTES.begin(fault)
    NOTES.note_in(None)
    assert not notes.exists()
    NOTES.note_in(notes)
    NOTES.begin(part)
    NOTES.note_in(None)
    assert str(part) in notes.read_text()
    for path in (fault, part):
        NOTES.end(path)
