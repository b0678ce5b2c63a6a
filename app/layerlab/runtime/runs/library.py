"""The library of runs: one SQLite file, and a file of arrays for each network beside it.

A network is written first, under the digest of its content, and then its row in one
transaction: a process that is killed in between leaves a file that nobody names, which is swept
away later, and a row never lacks its file. The journal is a rollback journal, as the shared
memory of write-ahead logs breaks on network shares. A connection lives for one call: nothing is
held open between calls, so that two windows, a command and a copy of the folder get along.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from layerlab.core.disk import reason, write_file
from layerlab.core.errors import LabError, one_line
from layerlab.core.runs import Losses, NewRun, RunDetail, RunEntry, Usage
from layerlab.core.translation import _
from layerlab.runtime.runs.query import Condition, words_of
from layerlab.runtime.runs.rows import COLUMNS, entry_of, row_of, said_of, spec_words
from layerlab.runtime.runs.schema import migrate

FOLDER, FILE, NETWORKS, ENDING = "runs", "library.sqlite", "networks", ".safetensors"
ASIDE = "damaged library.sqlite"  # not translated: the end of a file's name
BUSY_MS = 5000  # that another window which writes is waited for
FREE_SHARE = 0.05  # of what is free on the disk, at most
LARGE_SHARE = 0.5  # of the budget: a network that is larger is not kept, only its run
ORPHAN_S = 3600  # age at which a file that no row names is left from a killed window
FORGOTTEN_S = 3600  # after which a deleted run cannot be brought back

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class DamagedLibraryError(LabError):
    """The library's file is no library any more."""


class RunLibrary:
    """The runs that are kept in a folder.

    Every call opens and closes the file. It may wait for a disk and for another window, so none
    is made on the window's thread. It raises LabError with one sentence, and
    DamagedLibraryError where the file is damaged.

    Args:
        data: the user's data folder.
    """

    def __init__(self, data: pathlib.Path) -> None:
        self.folder = data / FOLDER
        self.file = self.folder / FILE
        self.networks = self.folder / NETWORKS

    @property
    def is_there(self) -> bool:
        """Whether there is a library at all."""
        return os.path.lexists(self.file)

    # ---- what is kept

    def add(
        self,
        run: NewRun,
        network: bytes | memoryview | None,
        limit: int,
        replaces: int | None = None,
    ) -> tuple[int, int]:
        """Keep a run, and let the oldest go where there is no more room.

        Args:
            run: what is known of it. network: a saved lab with its state and history, or None.
            limit: bytes that all runs may take together.
            replaces: the number of a run that this one is the same run of, further on.

        Returns:
            its number, and how many runs have left.
        """
        digest = ""
        if network is not None and len(network) <= LARGE_SHARE * self._room(limit):
            digest = hashlib.sha256(network).hexdigest()
            self._write_network(digest, network)
        with self._opened() as library, _transaction(library):
            # Another window may have swept it away since.
            if network is not None and digest:
                self._write_network(digest, network)
            row = row_of(run, digest, len(network) if network is not None and digest else 0)
            old = self._to_replace(library, run, digest, replaces)
            former = ""
            if old is None:
                marks = ", ".join("?" * len(row))
                sql = f"INSERT INTO runs ({', '.join(row)}) VALUES ({marks})"
                number = int(library.execute(sql, tuple(row.values())).lastrowid or 0)
                tags = said_of("tags", run.tags)
                library.execute("UPDATE runs SET tags = ? WHERE id = ?", (tags, number))
            else:
                number = old
                sql = "SELECT network FROM runs WHERE id = ?"
                former = library.execute(sql, (number,)).fetchone()[0]
                sets = ", ".join(f"{name} = ?" for name in row)
                library.execute(f"UPDATE runs SET {sets} WHERE id = ?", (*row.values(), number))
            self._index(library, number)
            library.execute(
                "INSERT OR REPLACE INTO pictures VALUES (?, ?)", (number, run.picture)
            )
        if former and former != digest:
            with self._opened() as library:
                self._remove_unnamed(library, [self.network_of(former)])
        return number, self.make_room(limit, number)

    def _to_replace(
        self,
        library: sqlite3.Connection,
        run: NewRun,
        digest: str,
        replaces: int | None,
    ) -> int | None:
        """Return which run this is, if it is there already: trainings can be repeated."""
        found = library.execute(
            "SELECT id FROM runs WHERE deleted IS NULL AND (id = ? OR (network = ? AND ? <> '' "
            "AND engine = ?)) ORDER BY id = ? DESC LIMIT 1",
            (replaces, digest, digest, run.engine, replaces),
        ).fetchone()
        return None if found is None else int(found[0])

    def _write_network(self, digest: str, content: bytes | memoryview) -> None:
        path = self.network_of(digest)
        if path.is_file() and path.stat().st_size == len(content):
            return
        self._make_folder(path.parent)
        write_file(path, content)

    def network_of(self, digest: str) -> pathlib.Path:
        """Return the file of a digest."""
        return self.networks / digest[:2] / f"{digest}{ENDING}"

    def edit(self, numbers: Sequence[int], **changes: object) -> None:
        """Change what a person says about runs.

        Args:
            numbers: of the runs.
            changes: `name`, `note` (text), `tags` (texts without blanks), `pinned` (bool).
        """
        columns = {key: said_of(key, value) for key, value in changes.items()}
        sets = ", ".join(f"{key} = ?" for key in columns)
        with self._opened() as library, _transaction(library):
            for number in numbers:
                library.execute(
                    f"UPDATE runs SET {sets} WHERE id = ?", (*columns.values(), number)
                )
                self._index(library, number)

    def delete(self, numbers: Sequence[int]) -> None:
        """Take runs out of the list; `restore` brings them back for an hour."""
        self._mark(numbers, time.time())

    def restore(self, numbers: Sequence[int]) -> None:
        """Bring back runs that were deleted a moment ago."""
        self._mark(numbers, None)

    def _mark(self, numbers: Sequence[int], deleted: float | None) -> None:
        with self._opened() as library, _transaction(library):
            library.executemany(
                "UPDATE runs SET deleted = ? WHERE id = ?", [(deleted, n) for n in numbers]
            )

    def _index(self, library: sqlite3.Connection, number: int) -> None:
        """Make the words by which a run is found."""
        found = library.execute(
            "SELECT spec, engine, name, note, tags FROM runs WHERE id = ?", (number,)
        ).fetchone()
        if found is not None:
            spec, *said = found
            words = words_of([*spec_words(spec), *said])
            library.execute("UPDATE runs SET words = ? WHERE id = ?", (words, number))

    # ---- what is asked for

    def find(self, condition: Condition = Condition(), most: int = -1) -> list[RunEntry]:  # noqa: B008 - frozen
        """Return the runs that a search finds, the newest first; none without a library."""
        if not self.is_there:
            return []
        with self._opened() as library:
            rows = library.execute(
                f"SELECT {COLUMNS} FROM runs WHERE deleted IS NULL AND ({condition.sql}) "
                "ORDER BY ended DESC, id DESC LIMIT ?",
                (*condition.values, most),
            ).fetchall()
        return [entry_of(row) for row in rows]

    def details(self, condition: Condition) -> list[RunDetail]:
        """Return all that is known of the runs that a search finds, the newest first."""
        if not self.is_there:
            return []
        with self._opened() as library:
            rows = library.execute(
                f"SELECT {COLUMNS}, spec, losses, processor, versions, network FROM runs "
                f"WHERE deleted IS NULL AND ({condition.sql}) ORDER BY ended DESC, id DESC",
                condition.values,
            ).fetchall()
        return [self._detail(row) for row in rows]

    def detail(self, number: int) -> RunDetail:
        """Return all that is known of a run; raises LabError where there is none."""
        for found in self.details(Condition("id = ?", (number,))):
            return found
        raise LabError(_("there is no run {id} in {library}", id=number, library=self.file))

    def _detail(self, row: Sequence[Any]) -> RunDetail:
        spec, losses, processor, versions, digest = row[-5:]
        path = self.network_of(digest) if digest else None
        try:
            return RunDetail(
                entry=entry_of(row[:-5]),
                spec=spec,
                losses=msgspec.json.decode(losses, type=Losses),
                processor=processor,
                versions=msgspec.json.decode(versions, type=dict[str, str]),
                network=str(path) if path is not None and path.is_file() else "",
            )
        except msgspec.MsgspecError as error:
            raise LabError(
                _("run {id} is damaged: {error}", id=row[0], error=one_line(error))
            ) from None

    def pictures(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Return the thumbnails of some runs, as JSON; empty where there is none."""
        found: dict[int, bytes] = dict.fromkeys(numbers, b"")
        if self.is_there and numbers:
            marks = ", ".join("?" * len(numbers))
            with self._opened() as library:
                rows = library.execute(
                    f"SELECT run, picture FROM pictures WHERE run IN ({marks})", tuple(numbers)
                )
                found.update((int(run), bytes(picture)) for run, picture in rows)
        return found

    def usage(self, limit: int) -> Usage:
        """Return how full the library is; `limit` as for `add`."""
        room = self._room(limit)
        if not self.is_there:
            return Usage(limit=room)
        with self._opened() as library:
            count = library.execute("SELECT COUNT(*) FROM runs WHERE deleted IS NULL")
            runs = int(count.fetchone()[0])
            left = library.execute("SELECT value FROM facts WHERE name = 'left'").fetchone()[0]
            return Usage(runs, _used(library), room, int(left))

    # ---- room

    def _room(self, limit: int) -> int:
        """Return how many bytes the library may take now."""
        folder = self.folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        try:
            free = shutil.disk_usage(folder).free
        except OSError:  # a file system that does not say
            return limit
        return min(limit, round(FREE_SHARE * free))

    def make_room(self, limit: int, newest: int | None = None) -> int:
        """Let runs go until there is room: deleted ones, then the oldest that are not pinned.

        Args:
            limit: bytes that all runs may take. newest: a run that stays in any case.

        Returns:
            how many runs have left, without those that were deleted.
        """
        room = self._room(limit)
        gone: list[str] = []
        count = 0
        with self._opened() as library:
            forgotten = time.time() - FORGOTTEN_S
            with _transaction(library):
                used = _used(library)
                rows = library.execute(
                    "SELECT id, bytes, network, deleted, LENGTH(spec) + LENGTH(losses) "
                    "FROM runs WHERE pinned = 0 OR deleted IS NOT NULL "
                    "ORDER BY deleted IS NULL, ended"
                )
                leaving: list[int] = []
                for number, size, network, deleted, text in rows:
                    is_forgotten = deleted is not None and deleted < forgotten
                    if number == newest or not (is_forgotten or used > room):
                        continue
                    used -= size + text
                    leaving.append(number)
                    gone.append(network)
                    count += deleted is None
                for table, column in (("pictures", "run"), ("runs", "id")):
                    library.executemany(
                        f"DELETE FROM {table} WHERE {column} = ?", [(n,) for n in leaving]
                    )
                library.execute(
                    "UPDATE facts SET value = value + ? WHERE name = 'left'", (count,)
                )
            self._remove_unnamed(library, [self.network_of(name) for name in gone if name])
        return count

    def sweep(self) -> None:
        """Remove what windows that were killed have left between a file and its row."""
        if not self.networks.is_dir():
            return
        old = time.time() - ORPHAN_S
        with self._opened() as library:
            named = {row[0] for row in library.execute("SELECT network FROM runs")}
            orphans = [
                path
                for path in self.networks.glob(f"??/*{ENDING}")
                if path.stem not in named and path.stat().st_mtime < old
            ]
            self._remove_unnamed(library, orphans)

    def _remove_unnamed(
        self, library: sqlite3.Connection, paths: Sequence[pathlib.Path]
    ) -> None:
        """Remove files that no row names, while nobody can add a row."""
        if not paths:
            return
        with _transaction(library):
            for path in paths:
                sql = "SELECT 1 FROM runs WHERE network = ?"
                if library.execute(sql, (path.stem,)).fetchone() is None:
                    with contextlib.suppress(OSError):  # another window was quicker
                        path.unlink()

    # ---- the file

    def check(self) -> None:
        """Look whether the file is whole; raises DamagedLibraryError."""
        if not self.is_there:
            return
        with self._opened() as library:
            found = library.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise DamagedLibraryError(self._damaged(str(found)))

    def put_aside(self) -> str:
        """Keep a damaged library under a dated name, so that a new one can begin.

        The caller sees to it that no other window does this now.

        Returns:
            the name that it has now; empty where another window has done it.

        Raises:
            LabError: it cannot be renamed.
        """
        try:
            self.check()
        except DamagedLibraryError:
            pass
        else:
            return ""  # another window has put it aside and begun a new one
        stamp = time.strftime("%Y-%m-%d %H.%M.%S")
        aside = self.folder / f"{stamp} {ASIDE}"
        count = 1
        while os.path.lexists(aside):
            count += 1
            aside = self.folder / f"{stamp} ({count}) {ASIDE}"
        try:
            os.replace(self.file, aside)
            with contextlib.suppress(FileNotFoundError):  # what it was in the middle of
                os.replace(f"{self.file}-journal", f"{aside}-journal")
            # Its networks go along, as a new library would sweep them away.
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.networks, aside.with_suffix(f".{NETWORKS}"))
        except OSError as error:
            raise LabError(
                _(
                    "{file} cannot be kept aside: {reason}",
                    file=self.file,
                    reason=reason(error),
                )
            ) from None
        return aside.name

    def _make_folder(self, folder: pathlib.Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabError(
                _("{folder} cannot be made: {reason}", folder=folder, reason=reason(error))
            ) from None

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._make_folder(self.folder)
        library: sqlite3.Connection | None = None
        try:
            # Autocommit: a transaction is begun where it is said.
            library = sqlite3.connect(self.file, timeout=BUSY_MS / 1000, isolation_level=None)
            library.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            library.create_function("fold", 1, lambda t: str(t).casefold(), deterministic=True)
            migrate(library, str(self.file))
            yield library
        except sqlite3.Error as error:
            raise self._refusal(error) from None
        finally:
            if library is not None:
                library.close()

    def _refusal(self, error: sqlite3.Error) -> LabError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _CORRUPT or "no such table" in str(error):
            return DamagedLibraryError(self._damaged(str(error)))
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LabError(_("{file} is in use by another window", file=self.file))
        return LabError(f"{self.file}: {one_line(error)}")

    def _damaged(self, why: str) -> str:
        return _("{file} is damaged: {why}", file=self.file, why=one_line(why))


@contextlib.contextmanager
def _transaction(library: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing; waits here for others who write."""
    library.execute("BEGIN IMMEDIATE")
    try:
        yield
        library.execute("COMMIT")
    except BaseException:
        if library.in_transaction:
            library.execute("ROLLBACK")
        raise


def _used(library: sqlite3.Connection) -> int:
    """Return the bytes that a library takes: its networks once each, and its file."""
    networks = library.execute(
        "SELECT COALESCE(SUM(bytes), 0) FROM "
        "(SELECT MAX(bytes) AS bytes FROM runs WHERE network <> '' GROUP BY network)"
    ).fetchone()[0]
    pages, free, size = (
        int(library.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int(networks) + (pages - free) * size
