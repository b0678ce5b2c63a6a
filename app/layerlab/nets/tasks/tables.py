"""Tables: their names, and which state of a file is in force.

A table is kept under its file's stamp, so a file that changed is read again. The window must
not read files wherever it asks for a number of columns, though: what it has opened is held,
and stays as it was read until it is opened again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data")
SHEET_ENDINGS = (".xlsx", ".xlsm", ".ods")  # spreadsheets, of which a sheet is read
# Spreadsheets that are not read are tables too: the reader says what to do instead.
ENDINGS = (*TEXT_ENDINGS, *SHEET_ENDINGS, ".xls", ".xlsb")
Stamp = tuple[int, int]  # modified at, ns; bytes
NO_FILE: Stamp = (0, 0)

_held: dict[str, Stamp] = {}
_fresh: ContextVar[dict[str, Stamp] | None] = ContextVar("fresh", default=None)
_may_read: ContextVar[bool] = ContextVar("may_read", default=True)


class UnreadError(Exception):
    """A table is not in memory, and the code that needs it must not wait for its file."""


def is_table(name: str) -> bool:
    """Return whether a file's name is one of a table."""
    return name.lower().endswith(ENDINGS)


def on_disk(path: str) -> Stamp:
    """Return what changes when a file does, as it is now; `NO_FILE` where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in the path; the reader refuses it
        return NO_FILE
    return status.st_mtime_ns, status.st_size


def stamp_of(path: str) -> Stamp:
    """Return the stamp in force: of the file as it was opened if it is held, else as it is."""
    fresh = _fresh.get()
    if fresh is not None:
        return fresh.setdefault(path, on_disk(path))
    held = _held.get(path)
    return on_disk(path) if held is None else held


def hold(path: str) -> None:
    """Hold a file as it is now, unless it is held already: what is read of it stays."""
    _held.setdefault(path, on_disk(path))


def hold_as(path: str, stamp: Stamp) -> None:
    """Hold a file as it was when it had this stamp."""
    _held[path] = stamp


@contextmanager
def looking() -> Iterator[None]:
    """Look at files as they are now; what is held stays."""
    token = _fresh.set({})
    try:
        yield
    finally:
        _fresh.reset(token)


@contextmanager
def opening() -> Iterator[None]:
    """Look at files as they are now, and hold what was read once all of the block went well."""
    fresh: dict[str, Stamp] = {}
    token = _fresh.set(fresh)
    try:
        yield
    finally:
        _fresh.reset(token)
    _held.update(fresh)


@contextmanager
def from_memory() -> Iterator[None]:
    """Refuse to read a file within this block, with UnreadError."""
    token = _may_read.set(False)
    try:
        yield
    finally:
        _may_read.reset(token)


def check_may_read() -> None:
    """Raise UnreadError where files must not be read."""
    if not _may_read.get():
        raise UnreadError
