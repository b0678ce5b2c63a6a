"""The one reader and the one writer: limits, kinds of files, nothing half."""

from __future__ import annotations

import os
import pathlib
import socket
import stat
import tracemalloc
from typing import Any

import pytest

from layerlab.commands import window
from layerlab.compose.labs import quick_lab
from layerlab.core import disk
from layerlab.core.disk import check_writable, read_file, write_file
from layerlab.core.errors import LabError
from layerlab.nets.tasks.tables import UnreadError

posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


def refused(path: str | pathlib.Path, limit: int = 100) -> str:
    with pytest.raises(LabError) as caught:
        read_file(path, limit, "knob file")
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---- reading


def test_a_file_is_read_up_to_its_limit(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_file(path, 100) == b"x" * 100
    assert refused(path, 99) == f"{path} has 100 bytes; a knob file has at most 99 bytes"
    path.write_bytes(b"")
    assert read_file(path, 100) == b""


def test_a_large_file_costs_no_memory(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse: it takes no room on the disk
    tracemalloc.start()
    try:
        assert "has 1\u202f099\u202f511\u202f627\u202f776 bytes" in refused(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@posix
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refused(tmp_path / "pipe")
    assert "is not a regular file" in refused("/dev/zero")  # endless
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert "is not a regular file" in refused(tmp_path / "socket")
    assert "is a directory, not a knob file" in refused(tmp_path)
    assert "no such file" in refused(tmp_path / "none")
    assert "is not the name of a file" in refused("a\0b")


@posix
def test_a_file_that_becomes_a_pipe_while_it_is_opened_is_refused(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, really = tmp_path / "a", os.stat
    path.write_bytes(b"x")

    def swapped(name: str | pathlib.Path) -> os.stat_result:
        status = really(name)
        path.unlink()
        os.mkfifo(path)
        return status

    monkeypatch.setattr(os, "stat", swapped)
    assert "is not a regular file" in refused(path)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="/proc of Linux")
def test_a_file_whose_size_says_nothing_is_read_up_to_the_limit() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert read_file("/proc/self/status", 2**20).startswith(b"Name:")
    assert "at most 10 bytes" in refused("/proc/self/status", 10)


# ---- writing


def test_a_file_is_replaced_whole(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a"
    write_file(path, b"one")
    path.chmod(0o640)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_the_folder_is_synced_once_the_name_is_there(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, really = [], os.fsync

    def noted(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        synced.append((kind, (tmp_path / "a").exists()))
        really(handle)

    monkeypatch.setattr(os, "fsync", noted)
    write_file(tmp_path / "a", b"x")
    assert synced == [("file", False), ("folder", True)]


@posix
def test_pipes_and_devices_are_never_replaced(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, "/dev/null"):
        with pytest.raises(LabError, match="is not a regular file"):
            write_file(path, b"x")
        with pytest.raises(LabError, match="is not a regular file"):
            check_writable(path)


def test_places_where_nothing_can_be_written(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for name in (".", "missing/a", "file/a", "a\0b"):
        with pytest.raises(LabError):
            check_writable(tmp_path / name)
        with pytest.raises(LabError):
            write_file(tmp_path / name, b"x")
    check_writable(tmp_path / "new")
    check_writable(tmp_path / "file")
    monkeypatch.setattr(os, "access", lambda target, mode: False)  # root may write anywhere
    with pytest.raises(LabError, match="permission denied"):
        check_writable(tmp_path / "new")
    with pytest.raises(LabError, match="write-protected"):
        check_writable(tmp_path / "file")
    assert sorted(os.listdir(tmp_path)) == ["file"]


def test_a_folder_that_only_says_it_can_be_written_is_found_beforehand(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a full disk does, or a folder of the network in which root is nobody."""
    really = os.open

    def full(path: object, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(28, "No space left on device")
        return really(path, flags, *more, **named)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(LabError, match="new cannot be written: no space left"):
        check_writable(tmp_path / "new")
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_of_a_write_that_fails(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LabError, match="a cannot be written: no space left"):
        write_file(tmp_path / "a", b"x")
    assert os.listdir(tmp_path) == []
    assert disk.reason(OSError("odd")) == "odd"


def test_a_file_that_another_program_has_open_for_a_moment_is_replaced(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_RENAME_WAITS_S", (0.0, 0.0, 0.0))
    replace, tries = os.replace, []

    def busy(source: pathlib.Path, target: pathlib.Path) -> None:
        tries.append(source)
        if len(tries) < 3:
            raise PermissionError(13, "the file is in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", busy)
    write_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    monkeypatch.setattr(os, "replace", lambda *_: busy(*_) if not tries.clear() else None)
    with pytest.raises(LabError, match="in use"):
        write_file(tmp_path / "a", b"newer")
    assert os.listdir(tmp_path) == ["a"]


# ---- small files


def test_what_is_small_is_one_thing_for_the_command_line_and_the_window(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lab.json"
    path.write_text("{")
    assert disk.is_small(path)
    assert disk.is_small(tmp_path / "none")  # its reader says at once that it is not there
    with pytest.raises(LabError):
        window.check_file(str(path))
    with pytest.raises(LabError):
        quick_lab(str(path))
    monkeypatch.setattr(disk, "SMALL_BYTES", 0)
    window.check_file(str(path))  # the window reads it, and shows that it does
    with pytest.raises(UnreadError):
        quick_lab(str(path))
