"""Whole files: the one reader, which has limits, and the one writer, which loses nothing.

What stands in a file decides neither how long it is waited for nor how much memory it
takes: only regular files are read, and no more of them than their kind may have. What is
written is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
import time
from collections.abc import Iterator
from typing import BinaryIO

from layerlab.core.errors import LabError, quoted
from layerlab.core.numbers import grouped
from layerlab.core.temporaries import temporary_beside
from layerlab.core.translation import _, ngettext

# Not waiting for a pipe's other end or a terminal's line; Windows knows none of these.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_CHUNK = 2**16
# What is no larger is read and written at once, without a thread and a word: a table of this
# size, the slowest of all kinds, takes about 0.15 s, a lab a few milliseconds.
SMALL_BYTES = 1_000_000
# Windows refuses to replace a file while another program, such as a virus scanner that looks
# at what was written last, has it open.
_RENAME_WAITS_S = (0.01, 0.03, 0.1, 0.3) if os.name == "nt" else ()
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


# ---- reading


def is_small(path: str | pathlib.Path) -> bool:
    """Return whether a file is read in a moment; one that cannot be read is refused in one."""
    try:
        return os.stat(path).st_size <= SMALL_BYTES
    except (OSError, ValueError):
        return True


def read_file(path: str | pathlib.Path, limit: int, what: str = _("file")) -> bytes:
    """Read a regular file of limited size.

    Args:
        path: the file. limit: the most bytes that it may have.
        what: what it should be, as messages call it, such as `lab` or `knob file`.

    Returns:
        All of its bytes.

    Raises:
        LabError: one sentence that names it: it is not there, no regular file (which a
            pipe or a device is not), or too large.
    """
    with _opened(path, what) as file:
        raw, size = b"", os.fstat(file.fileno()).st_size
        if size <= limit:
            raw = file.read(size)
            # The size is no promise: files of /proc have none, a log grows meanwhile.
            while len(raw) <= limit and (more := file.read(_CHUNK)):
                raw += more
    if max(size, len(raw)) > limit:
        has, most = _sizes(max(size, len(raw)), limit)
        raise LabError(
            _(
                "{path} has {has}; a {what} has at most {most}",
                path=path,
                has=has,
                what=what,
                most=most,
            )
        )
    return raw


def read_head(path: str | pathlib.Path, count: int, what: str = _("file")) -> bytes:
    """Read the first bytes of a regular file of any size; raises LabError as `read_file`."""
    with _opened(path, what) as file:
        return file.read(count)


@contextlib.contextmanager
def _opened(path: str | pathlib.Path, what: str) -> Iterator[BinaryIO]:
    try:
        _check_regular(os.stat(path), path, what)  # to open a device can have effects already
        handle = os.open(path, os.O_RDONLY | _NO_WAIT | _PLAIN)
        with open(handle, "rb") as file:
            # Of what was opened: the name may mean another thing by now.
            _check_regular(os.fstat(handle), path, what)
            yield file
    except OSError as error:
        raise LabError(f"{path}: {reason(error)}") from None
    except ValueError as error:  # a name that no file system takes
        raise LabError(
            _("{path} is not the name of a file: {error}", path=quoted(str(path)), error=error)
        ) from None


def _check_regular(status: os.stat_result, path: object, what: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise LabError(_("{path} is a directory, not a {what}", path=path, what=what))
    if not stat.S_ISREG(status.st_mode):
        raise LabError(_("{path} is not a regular file", path=path))


def _sizes(*counts: int) -> list[str]:
    megabytes = [f"{grouped(count / 1e6)} MB" for count in counts]
    if min(counts) >= 1e6 and len(set(megabytes)) == len(counts):
        return megabytes
    return [ngettext("{count} byte", "{count} bytes", count) for count in counts]


def reason(error: OSError) -> str:
    """Return what the system says went wrong, as the end of a sentence."""
    return (error.strerror or str(error)).lower()


# ---- writing


def write_file(path: str | pathlib.Path, content: bytes | memoryview) -> None:
    """Write a file so that at any moment the old or the new one is there, complete.

    Args:
        path: the file. A link is followed, an existing file's permissions are kept. A pipe,
            a device and the program's own output are refused; see `core.outlet`.
        content: all of it.

    Raises:
        LabError: it cannot be written; what was there before is untouched.
    """
    with refusing(path):
        _refuse_no_file(path)
        _replace(pathlib.Path(os.path.realpath(path)), content)


def check_writable(path: str | pathlib.Path) -> None:
    """Refuse a place where `write_file` would fail, before hours are spent on its content.

    Raises:
        LabError: one sentence that names it.
    """
    with refusing(path):
        _refuse_no_file(path)
        target = pathlib.Path(os.path.realpath(path))
        _protected_mode(target)
        if not target.parent.is_dir():
            raise LabError(
                _(
                    "{path} cannot be written: there is no folder {parent}",
                    path=path,
                    parent=target.parent,
                )
            )
        if not os.access(target.parent, os.W_OK):
            raise PermissionError(None, "permission denied")
        # Rights are not all: a folder of the network, a full disk, a folder of Windows.
        _replace(target, None)


@contextlib.contextmanager
def refusing(path: str | pathlib.Path) -> Iterator[None]:
    """Say in one sentence why a file cannot be written; raises LabError."""
    try:
        yield
    except OSError as error:
        raise LabError(
            _("{path} cannot be written: {reason}", path=path, reason=reason(error))
        ) from None
    except ValueError as error:  # a name that no file system takes
        raise LabError(
            _("{path} is not the name of a file: {error}", path=quoted(str(path)), error=error)
        ) from None


def _refuse_no_file(path: str | pathlib.Path) -> None:
    if is_no_file(path):
        raise LabError(_("{path} cannot be written: it is not a regular file", path=path))


def is_no_file(path: str | pathlib.Path) -> bool:
    """Return whether there is something at a path that must not be replaced."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(status.st_mode):
        raise LabError(_("{path} is a directory, not a file that can be written", path=path))
    # /dev/stdout may be a file: replaced, it would no longer be where the output goes.
    return not stat.S_ISREG(status.st_mode) or own_output(status) is not None


def own_output(status: os.stat_result) -> int | None:
    """Return the number of the program's own output that a file is; None for others."""
    if not status.st_ino:  # of what is no file Windows does not say which it is
        return None
    for number in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(status, os.fstat(number)):
                return number
    return None


def _replace(target: pathlib.Path, content: bytes | memoryview | None) -> None:
    """Write a new file and let it replace another; None: only try whether one can be made."""
    with temporary_beside(target) as temporary:
        mode = _protected_mode(target)
        _write_new(temporary, content or b"")
        if content is None:
            return
        if mode is not None:
            os.chmod(temporary, mode)
        _rename(temporary, target)
    _sync_folder(target.parent)


def _rename(temporary: pathlib.Path, target: pathlib.Path) -> None:
    for wait_s in _RENAME_WAITS_S:
        try:
            os.replace(temporary, target)
        except PermissionError:
            time.sleep(wait_s)
        else:
            return
    os.replace(temporary, target)


def _write_new(path: pathlib.Path, content: bytes | memoryview) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # else a power cut can leave an empty file in its place


def _sync_folder(folder: pathlib.Path) -> None:
    """Make the new name last through a power cut, where the system has a way to."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # some network folders cannot; the file is there
        handle = os.open(folder, os.O_RDONLY | _PLAIN)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _protected_mode(target: pathlib.Path) -> int | None:
    """Return the permissions of the file to replace; None where there is none yet.

    Replacing asks for rights on the folder alone, so a write-protected file would go.
    """
    if not target.exists():
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(None, "the file is write-protected")
    return stat.S_IMODE(target.stat().st_mode)
