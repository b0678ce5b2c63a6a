"""The library's tables, and how a library of an older version becomes one of this.

`MIGRATIONS` are only ever added to: number k makes version k + 1 of version k. A library of a
newer version is refused and left as it is.
"""

from __future__ import annotations

import sqlite3

from layerlab.core.errors import LabError
from layerlab.core.translation import _

_FIRST = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ended REAL NOT NULL,
    seconds REAL NOT NULL,
    status TEXT NOT NULL,
    updates INTEGER NOT NULL,
    length INTEGER NOT NULL,
    spec TEXT NOT NULL,
    setup TEXT NOT NULL,
    task TEXT NOT NULL,
    hidden TEXT NOT NULL,
    width INTEGER,
    depth INTEGER NOT NULL,
    activation TEXT NOT NULL,
    optimizer TEXT NOT NULL,
    seeds INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    loss REAL,
    validation REAL,
    losses TEXT NOT NULL,
    engine TEXT NOT NULL,
    processor TEXT NOT NULL,
    versions TEXT NOT NULL,
    network TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0,
    deleted REAL,
    words TEXT NOT NULL
);
CREATE INDEX runs_ended ON runs (ended);
CREATE INDEX runs_setup ON runs (setup);
CREATE INDEX runs_network ON runs (network);
CREATE TABLE pictures (run INTEGER PRIMARY KEY, picture BLOB NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO facts VALUES ('left', 0);
"""
MIGRATIONS = (_FIRST,)


class NewerLibraryError(LabError):
    """A library of a newer version, which stays as it is."""


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring a library to this version, whole or not at all.

    Args:
        connection: in autocommit mode. where: how a message names the library.

    Raises:
        NewerLibraryError: it is of a newer version.
        sqlite3.Error: of the disk.
    """
    if _version(connection, where) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")  # another window may be at it
    try:
        for number in range(_version(connection, where), len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, where: str) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise NewerLibraryError(
            _(
                "{where} is a library of version {version}, this Layerlab reads {known}; it "
                "stays as it is",
                where=where,
                version=version,
                known=len(MIGRATIONS),
            )
        )
    return version
