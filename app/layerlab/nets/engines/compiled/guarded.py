"""A folder of the user's own, whose files nobody else can have written.

What is read here may run as code, so who could have written it is asked of what is open, not
of a name that may mean another file by then. On Windows a user's profile is closed to others
by its own permissions; there links alone are refused.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import stat
import time
from collections.abc import Iterator

from layerlab.core import owners
from layerlab.core.translation import _

MAX_BYTES = 64 * 2**20  # of a file that is read
STRAY_S = 3600.0  # after which a file that was never finished is nobody's any more
_IS_POSIX = os.name == "posix"
_WRITABLE = stat.S_IWGRP | stat.S_IWOTH
_TEMPORARY = ".tmp"


class UntrustedError(Exception):
    """Somebody else may have written it; the message ends a sentence that names the folder.

    Attributes:
        is_mended: whether the next start finds it in order.
    """

    def __init__(self, what: str, is_mended: bool = False) -> None:
        super().__init__(what)
        self.is_mended = is_mended


class Folder:
    """The files of a folder, read if only this user or root can have written them.

    Args:
        path: the folder; it is made when something is written.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is no such file.
            UntrustedError: others could have written it.
            OSError: it cannot be read.
        """
        with self._opened() as folder:
            return _read(folder, self.path, name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that others see the old one or the new, never half.

        Raises:
            UntrustedError: the folder is not this user's alone.
            OSError: it cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            self.path.mkdir(mode=0o700)
        with self._opened() as folder:
            # With its owner's number, another process can remove it when the writer has died.
            temporary = f"{owners.owner()}-{secrets.token_hex(4)}{_TEMPORARY}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            try:
                handle = os.open(_at(self.path, temporary), flags, 0o600, dir_fd=folder)
                with open(handle, "wb") as file:
                    file.write(content)
                os.replace(
                    _at(self.path, temporary),
                    _at(self.path, name),
                    src_dir_fd=folder,
                    dst_dir_fd=folder,
                )
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(_at(self.path, temporary), dir_fd=folder)
                raise

    def remove_strays(self) -> None:
        """Remove what writers left that were killed; nothing that another one still writes."""
        with contextlib.suppress(OSError):
            for path in self.path.iterdir():
                # Those of 0.1.0 began with `tmp` and had no ending.
                is_ours = path.suffix == _TEMPORARY
                if (is_ours or (path.name.startswith("tmp") and not path.suffix)) and (
                    time.time() - path.lstat().st_mtime > STRAY_S
                    or (is_ours and owners.is_gone(path.name.rpartition("-")[0]))
                ):
                    with contextlib.suppress(OSError):
                        path.unlink()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int | None]:
        """Open the folder, by whose handle its files are then reached; None on Windows."""
        if _is_link(self.path):
            raise UntrustedError(_("is a link to another place"))
        if not _IS_POSIX:
            self.path.stat()
            yield None
            return
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            status = os.fstat(handle)
            # What was opened is asked, not the path: that may lead elsewhere a moment later.
            if status.st_uid not in (0, os.geteuid()):
                raise UntrustedError(_("belongs to another user"))
            if status.st_mode & _WRITABLE:
                with contextlib.suppress(OSError):
                    os.fchmod(handle, 0o700)
                # Refused this once even so: others may have put things into it until now.
                is_mended = not os.fstat(handle).st_mode & _WRITABLE
                raise UntrustedError(_("could be written by other users"), is_mended)
            yield handle
        finally:
            os.close(handle)


def _read(folder: int | None, path: pathlib.Path, name: str) -> bytes:
    if folder is None and _is_link(path / name):
        raise UntrustedError(_("holds a link, {name}", name=name))
    flags = os.O_RDONLY
    # A pipe in the place of the file would keep `open` waiting, but for O_NONBLOCK.
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, flag, 0)
    try:
        handle = os.open(_at(path, name), flags, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError:
        if _is_link(path / name):
            raise UntrustedError(_("holds a link, {name}", name=name), is_mended=True) from None
        raise
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise UntrustedError(
                _("holds something that is no kernel, {name}", name=name), is_mended=True
            )
        if _IS_POSIX and status.st_uid not in (0, os.geteuid()):
            raise UntrustedError(
                _("holds a file of another user, {name}", name=name), is_mended=True
            )
        if _IS_POSIX and status.st_mode & _WRITABLE:
            raise UntrustedError(
                _("holds a file that other users could write, {name}", name=name),
                is_mended=True,
            )
        return file.read(MAX_BYTES + 1)


def _at(folder: pathlib.Path, name: str) -> str:
    """Return a file as the folder's handle reaches it, or by its path where there is none."""
    return name if _IS_POSIX else str(folder / name)


def _is_link(path: pathlib.Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    reparse = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)  # junctions of Windows too
    return stat.S_ISLNK(status.st_mode) or bool(
        getattr(status, "st_file_attributes", 0) & reparse
    )
