"""Temporary files that a program leaves behind when it is killed.

While one is there it is noted in a file of this program's own, so that the next start can
remove exactly what this one left: nobody can tell by a file's name or age whether its
writer still lives.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import secrets
import threading
from collections.abc import Iterator

MAX_NOTE_BYTES = 2**20
# What may be removed, whatever a note says: names of the one writer of files, and of the
# files in which a fault of the process would be written.
_TEMPORARY = re.compile(r"\..{1,60}\.[0-9a-f]{8}")
_FAULTS = re.compile(r"fault-[0-9a-f-]{1,40}\.txt")


class _Notes:
    """The temporary files of this process that are there now, also on the disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: pathlib.Path | None = None
        self._there: set[str] = set()

    def note_in(self, file: pathlib.Path | None) -> None:
        """Note in a file from here on; None: no more, and it goes unless a write hangs."""
        with self._lock:
            # What faults would be written to goes with the process.
            hangs = not all(_FAULTS.fullmatch(os.path.basename(p)) for p in self._there)
            if file is None and self._file is not None and not hangs:
                with contextlib.suppress(OSError):
                    self._file.unlink(missing_ok=True)
            self._file = file
            for path in self._there:
                self._append(path)

    def begin(self, path: pathlib.Path) -> None:
        """Note that a file is about to be there."""
        with self._lock:
            # Noted before it is there: else a kill in between would leave a file behind.
            self._there.add(os.path.abspath(path))
            self._append(os.path.abspath(path))

    def end(self, path: pathlib.Path) -> None:
        """Note that it is there no more."""
        with self._lock:
            self._there.discard(os.path.abspath(path))
            if not self._there and self._file is not None:
                with contextlib.suppress(OSError):
                    os.truncate(self._file, 0)

    def _append(self, path: str) -> None:
        """Add a line; a line that cannot be written must not stop the file it is about."""
        if self._file is not None and "\n" not in path:
            with contextlib.suppress(OSError, UnicodeError), self._file.open("ab") as notes:
                notes.write(os.fsencode(path) + b"\n")


NOTES = _Notes()


@contextlib.contextmanager
def temporary_beside(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield a name for a temporary file beside a file, under which there is none afterwards.

    It is noted meanwhile, so that it goes at the next start where this program is killed.
    """
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    NOTES.begin(temporary)
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
        NOTES.end(temporary)


def remove_left_behind(notes: pathlib.Path) -> list[pathlib.Path]:
    """Remove the temporary files that a program which has ended noted, and its note.

    Args:
        notes: where it noted them; nothing is done if it is not there.

    Returns:
        What was removed.
    """
    removed = []
    with contextlib.suppress(OSError):
        if notes.stat().st_size > MAX_NOTE_BYTES:
            return []
        for line in notes.read_bytes().splitlines():
            path = pathlib.Path(os.fsdecode(line))
            if path.is_absolute() and _may_be_removed(path):
                with contextlib.suppress(OSError):
                    path.unlink()
                    removed.append(path)
        notes.unlink()
    return removed


def _may_be_removed(path: pathlib.Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        if path.is_symlink() or not path.is_file():
            return False
        if _FAULTS.fullmatch(path.name):
            return path.stat().st_size == 0
        return _TEMPORARY.fullmatch(path.name) is not None
    return False
