"""Tables that were pasted: kept as files, so that a lab can name them as any other table."""

from __future__ import annotations

import hashlib
import logging
import os
import pathlib
import time

from layerlab.core.disk import read_file, read_head, reason, write_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.runtime import settings
from layerlab.runtime.aside import kept_folder

FOLDER = "pasted"
MAX_KEPT = 60  # tables, and bytes of all of them; the oldest go
MAX_BYTES_KEPT = 200_000_000
MAX_BYTES = 20_000_000  # of one table
_HEAD = 2**18  # bytes of a lab that have its spec

_log = logging.getLogger("layerlab")


def pasted_folder() -> pathlib.Path:
    """Return where pasted tables are."""
    return settings.data_folder() / FOLDER


def is_pasted(path: str | pathlib.Path) -> bool:
    """Return whether a table is one of those; it is not looked for."""
    folder = os.path.normcase(os.path.abspath(pasted_folder()))
    return os.path.dirname(os.path.normcase(os.path.abspath(path))) == folder


def keep(content: bytes) -> pathlib.Path:
    """Keep a table; what was pasted before is not kept once more.

    Args:
        content: text in UTF-8.

    Returns:
        Its file, named after the moment and its content.

    Raises:
        LabError: it cannot be written.
    """
    settings.make_data_folder()
    folder = pasted_folder()
    digest = hashlib.sha256(content).hexdigest()[:12]
    ending = "tsv" if b"\t" in content else "csv"
    try:
        folder.mkdir(exist_ok=True)
        known = sorted(folder.glob(f"* {digest}.{ending}"))
    except OSError as error:
        raise LabError(
            _("{folder} cannot be made: {reason}", folder=folder, reason=reason(error))
        ) from None
    for path in known:
        if _has(path, content):
            return path
    stamp = time.strftime("%Y-%m-%d %H.%M")
    path = folder / f"pasted {stamp} {digest}.{ending}"  # not translated: its file's name
    write_file(path, content)
    _prune(folder, path)
    return path


def _prune(folder: pathlib.Path, newest: pathlib.Path) -> None:
    """Remove the oldest tables where there are very many, but none that is still named.

    Kept labs and pinned runs name tables; other runs leave by themselves.
    """
    try:
        found = sorted(
            (path for path in folder.iterdir() if path != newest),
            key=lambda path: path.stat().st_mtime,
        )
        sizes = {path: path.stat().st_size for path in (*found, newest)}
        count, size = len(sizes), sum(sizes.values())
        if count <= MAX_KEPT and size <= MAX_BYTES_KEPT:
            return
        named = _named_by_labs() + _named_by_pinned_runs()
        for path in found:
            if count <= MAX_KEPT and size <= MAX_BYTES_KEPT:
                return
            if path.name.encode() in named:
                continue
            _log.info("the oldest of what was pasted goes: %s", path.name)
            path.unlink(missing_ok=True)
            count, size = count - 1, size - sizes[path]
    except (OSError, LabError) as error:  # they are a few more, no worse
        _log.warning("what was pasted is not tidied up: %s", error)


def _named_by_labs() -> bytes:
    """Return the beginnings of all windows and labs that the lab itself keeps."""
    heads = []
    for folder in (settings.data_folder(), kept_folder(settings.data_folder())):
        for path in folder.glob("*") if folder.is_dir() else ():
            if path.suffix in (".json", ".layerlab") and path.name != "opened.json":
                heads.append(read_head(path, _HEAD))
    return b"\n".join(heads)


def _named_by_pinned_runs() -> bytes:
    """Return the specs of the runs that somebody wants to keep."""
    from layerlab.runtime.runs.library import RunLibrary  # with SQLite, which is rarely needed
    from layerlab.runtime.runs.query import Condition

    pinned = RunLibrary(settings.data_folder()).details(Condition("pinned = 1"))
    return "\n".join(run.spec for run in pinned).encode()


def put_beside(lab: pathlib.Path, table: str | None) -> pathlib.Path | None:
    """Put a copy of a pasted table beside a lab that is saved: nobody else has its rows.

    Args:
        lab: the lab's file. table: what it names.

    Returns:
        The copy; None where there is none to make.

    Raises:
        LabError: it cannot be written, or another file has its name.
    """
    if not table or not is_pasted(table):
        return None
    copy = pathlib.Path(os.path.abspath(lab)).parent / os.path.basename(table)
    if copy == pathlib.Path(os.path.abspath(table)):
        return None
    content = read_file(table, MAX_BYTES, _("table"))
    if copy.exists():
        if not _has(copy, content):
            raise LabError(
                _(
                    "{lab} is saved, but not its table: {copy} is another file",
                    lab=lab,
                    copy=copy,
                )
            )
        return copy
    write_file(copy, content)
    return copy


def _has(path: pathlib.Path, content: bytes) -> bool:
    """Return whether a file has this content and no other."""
    try:
        return read_head(path, len(content) + 1) == content
    except LabError:
        return False
