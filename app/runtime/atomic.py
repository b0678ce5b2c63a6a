"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import pathlib
import secrets
import stat

from app.core.errors import LabError


def write_atomically(path: str | pathlib.Path, content: bytes) -> None:
    """Write a file so that at any moment the old or the new one is there, complete.

    Args:
        path: the file. A link is followed, an existing file's permissions are kept.
        content: all of it.

    Raises:
        LabError: it cannot be written; what was there before is untouched.
    """
    target = pathlib.Path(os.path.realpath(path))
    if target.is_dir():
        raise LabError(f"{path} is a directory, not a file that can be written")
    temporary = target.parent / f".{target.name[:40]}.{secrets.token_hex(4)}"
    try:
        mode = _protected_mode(target)
        _write(temporary, content)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LabError(f"{path} cannot be written: {reason}") from None
    finally:
        if temporary.exists():
            temporary.unlink()


def _write(path: pathlib.Path, content: bytes) -> None:
    handle = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
    )
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # else a power cut can leave an empty file in its place


def _protected_mode(target: pathlib.Path) -> int | None:
    """Return the permissions of the file to replace; None where there is none yet.

    Replacing asks for rights on the folder alone, so a write-protected file would go.
    """
    if not target.exists():
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(None, "the file is write-protected")
    return stat.S_IMODE(target.stat().st_mode)
