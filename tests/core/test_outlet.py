"""Where results go: a place that takes none is refused before the work, a pipe is held."""

import os
import pathlib
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from layerlab.core.errors import LabError
from layerlab.core.outlet import Outlet, is_unread
from tests.helpers.waiting import PATIENCE_S

posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


@pytest.fixture
def pipe(tmp_path: pathlib.Path) -> pathlib.Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def reader(pipe: pathlib.Path) -> Iterator[int]:
    """Read the pipe, from now on."""
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    yield handle
    os.close(handle)


@posix
def test_a_pipe_that_nobody_reads_is_refused_at_once(pipe: pathlib.Path) -> None:
    with pytest.raises(LabError, match="pipe cannot be written: nobody reads this pipe"):
        Outlet(pipe)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


@posix
def test_a_reader_that_goes_is_noticed_before_the_end(pipe: pathlib.Path) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Outlet(pipe) as outlet:
        outlet.check()
        os.close(reader)
        with pytest.raises(LabError, match="nobody reads this pipe"):
            outlet.check()
        with pytest.raises(LabError, match="nobody reads this pipe"):
            outlet.write(b"x")


@posix
def test_a_reader_waits_for_the_end_and_gets_more_than_a_pipe_holds(
    pipe: pathlib.Path, reader: int
) -> None:
    content, found = os.urandom(2**20), []

    def read() -> None:
        with open(reader, "rb", closefd=False) as file:
            found.append(file.read())

    with Outlet(pipe) as outlet:
        thread = threading.Thread(target=read)
        thread.start()
        outlet.check()
        outlet.write(content)
    thread.join(PATIENCE_S)
    assert found == [content]


@posix
def test_devices_are_written_into_and_what_is_none_is_refused(tmp_path: pathlib.Path) -> None:
    with Outlet("/dev/null") as outlet:
        outlet.check()
        outlet.write(b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(LabError, match="is not a regular file"):
            Outlet(tmp_path / "socket")


def test_places_where_nothing_can_be_written_are_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("old")
    for name in (".", "missing/a", "file/a", "a\0b"):
        with pytest.raises(LabError):
            Outlet(tmp_path / name)
    with Outlet(tmp_path / "file") as outlet:
        assert (tmp_path / "file").read_text() == "old"
        outlet.write(b"new")
    assert (tmp_path / "file").read_text() == "new"
    assert os.listdir(tmp_path) == ["file"]


@posix
@pytest.mark.parametrize("to_file", [False, True])
def test_the_own_output_is_written_into(tmp_path: pathlib.Path, to_file: bool) -> None:
    """As `train --out /dev/stdout > lab` and `train --out /dev/stdout | ...` mean it."""
    code = (
        "from layerlab.core.outlet import Outlet\n"
        "with Outlet('/dev/stdout') as outlet:\n"
        "    print('before'); outlet.write(b'content\\n'); print('after')"
    )
    out = tmp_path / "out"
    with out.open("wb") as file:
        where = file if to_file else subprocess.PIPE
        done = subprocess.run([sys.executable, "-c", code], stdout=where, check=True)
    message = out.read_bytes() if to_file else done.stdout
    assert message == b"before\ncontent\nafter\n"
    assert os.listdir(tmp_path) == ["out"]


@posix
def test_only_a_pipe_without_a_reader_is_unread(tmp_path: pathlib.Path) -> None:
    reading, writing = os.pipe()
    assert not is_unread(writing)
    os.close(reading)
    assert is_unread(writing)
    os.close(writing)
    with (tmp_path / "file").open("wb") as file:
        assert not is_unread(file.fileno())
