"""Where a result goes that takes long to make: refused before it is made, not afterwards."""

from __future__ import annotations

import errno
import os
import pathlib
import select
import stat
import sys
from types import TracebackType

from layerlab.core.disk import check_writable, is_no_file, own_output, refusing, write_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _

# Not waiting for a pipe's other end; Windows has no such pipes.
_WRITING = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def is_unread(handle: int) -> bool:
    """Return whether an open file is a pipe that nobody reads any more; False on Windows."""
    if not hasattr(select, "poll") or not stat.S_ISFIFO(os.fstat(handle).st_mode):
        return False
    poll = select.poll()
    poll.register(handle, 0)  # which asks for errors alone
    # Systems differ in which of the two says it.
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))


class Outlet:
    """A file to be written once, later; a pipe is held open, so that its reader waits.

    A regular file is replaced as `write_file` does. A pipe, a device such as the null device
    and the program's own output are written into, as a shell does.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        """Refuse a place where nothing can be written.

        Raises:
            LabError: one sentence that names it: there is no such folder, it may not be
                written, nobody reads the pipe.
        """
        self.path = path
        self._handle: int | None = None
        with refusing(path):
            if is_no_file(path):
                self._handle = self._opened()
            else:
                check_writable(path)
        try:
            self.check()
        except LabError:
            self.close()
            raise

    def _opened(self) -> int:
        status = os.stat(self.path)
        if (number := own_output(status)) is not None:
            return os.dup(number)
        if not (stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)):
            # a disk is not to become a lab
            raise LabError(
                _("{path} cannot be written: it is not a regular file", path=self.path)
            )
        try:
            return os.open(self.path, _WRITING | _PLAIN)
        except OSError as error:
            if error.errno == errno.ENXIO and stat.S_ISFIFO(status.st_mode):
                raise LabError(self._unread()) from None
            raise

    def _unread(self) -> str:
        return _("{path} cannot be written: nobody reads this pipe", path=self.path)

    def check(self) -> None:
        """Raise LabError where the pipe's reader has gone: what is made is for nobody."""
        if self._handle is not None and is_unread(self._handle):
            raise LabError(self._unread())

    def write(self, content: bytes | memoryview) -> None:
        """Write all of it, and close; a pipe is waited for. Raises LabError."""
        if self._handle is None:
            write_file(self.path, content)
            return
        self.check()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # what was printed before comes before
        handle, self._handle = self._handle, None
        with refusing(self.path), open(handle, "wb") as file:
            if os.name == "posix":
                # Opened so that nobody waits for a reader; to
                # write all of it, a slow one is waited for.
                os.set_blocking(handle, True)
            try:
                file.write(content)
                file.flush()
            except BrokenPipeError:
                raise LabError(self._unread()) from None

    def close(self) -> None:
        """Let the pipe's reader go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Outlet:
        """Return itself; it is closed in the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
