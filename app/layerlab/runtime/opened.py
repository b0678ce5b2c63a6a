"""Tables that labs name: where they are, and which of them may be read unasked.

A lab names its CSV file twice: by the absolute path, and as seen from the lab's own folder,
so that both may move together. But a lab may come from anywhere, and then so does the path
in it. Outside the lab's own folder nothing is read, and not even looked for (to look for
`\\\\server\\share` sends one's name and password's hash there), unless it is a table that
this person opened before. Which those are stands in `opened.json` in the data folder.
"""

from __future__ import annotations

import logging
import os
import pathlib

import msgspec

from layerlab.core import spec as specs
from layerlab.core.decoding import decode_json
from layerlab.core.disk import read_file, write_file
from layerlab.core.errors import LabError, one_line
from layerlab.core.spec import TaskSpec
from layerlab.core.translation import _
from layerlab.runtime import settings

VERSION = 1
MAX_OPENED = 200
MAX_BYTES = 2**20
MAX_PATH = 4096  # characters of a path that is remembered

_log = logging.getLogger("layerlab")
_here: list[str] = []  # opened by this process: holds where nothing can be written


class UnknownTableError(LabError):
    """A lab names a table that was never opened here; whether to read it has to be asked.

    Attributes:
        table: its path, as the lab names it.
    """

    def __init__(self, lab: str, table: str) -> None:
        super().__init__(
            _(
                "{lab} uses a table outside its own folder that you have not opened before: "
                "{table}",
                lab=lab,
                table=one_line(table),
            )
        )
        self.table = table


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    tables: list[str]


# ---- what was opened


def remember(path: str | pathlib.Path) -> None:
    """Note that a person opened this table; labs that name it need not ask again."""
    name = _plain(str(path))
    if len(name) > MAX_PATH or "\0" in name:
        return
    if name not in _here:
        _here.append(name)
    try:
        tables = _read()
        if tables is None or tables[-1:] == [name]:
            return
        kept = [table for table in tables if table != name][1 - MAX_OPENED :]
        content = msgspec.json.encode(_File(VERSION, [*kept, name]))
        settings.data_folder().mkdir(parents=True, exist_ok=True)
        write_file(_path(), msgspec.json.format(content, indent=2) + b"\n")
    except (LabError, OSError) as error:  # it is asked once more, no worse
        _log.warning("what was opened is not remembered: %s", error)


def forget() -> None:
    """Forget what this process opened, but not what is written down."""
    _here.clear()


def was_opened(path: str) -> bool:
    """Return whether a person opened the table before; the file is not looked for."""
    name = _plain(path)
    return name in _here or name in (_read() or [])


def _path() -> pathlib.Path:
    return settings.data_folder() / "opened.json"


def _read() -> list[str] | None:
    """Return the tables, oldest first; None where the file is one of a newer version."""
    if not os.path.lexists(_path()):
        return []
    try:
        raw = read_file(_path(), MAX_BYTES, _("list of tables"))
        version = decode_json(raw, dict[str, msgspec.Raw], str(_path())).get("version")
        if version is not None and bytes(version).isdigit() and int(bytes(version)) > VERSION:
            return None  # and left to that version
        return decode_json(raw, _File, str(_path())).tables
    except LabError as error:
        _log.warning("%s; it is made again", error)
        return []


def _plain(path: str) -> str:
    """Return an absolute path in one spelling, without asking any disk."""
    return os.path.normcase(os.path.abspath(path))


# ---- where a lab's table is


def path_beside(lab: str | pathlib.Path, table: str) -> str | None:
    """Return a table's path as seen from the lab's folder; None where there is no way."""
    try:
        seen = os.path.relpath(os.path.abspath(table), os.path.dirname(os.path.abspath(lab)))
    except ValueError:  # on another drive
        return None
    return pathlib.PurePath(seen).as_posix()


def locate(task: TaskSpec, lab: str, beside: str | None, any_path: bool) -> TaskSpec:
    """Return the task of a lab with the path at which its table is.

    Args:
        task: as the lab's file has it.
        lab: that file.
        beside: the table as seen from the lab's folder; None if the file does not say.
        any_path: whether the table may be anywhere.

    Raises:
        UnknownTableError: it may be somewhere where nobody may look without asking.
        LabError: it is named in a way that only another system understands.
    """
    if task.path is None:
        return task
    if task.name != "csv":  # which no other task reads
        return specs.replace(task, path=None)
    any_path = any_path or _is_own(lab)
    folder = os.path.dirname(os.path.abspath(lab))
    near = _near(folder, task.path, beside)
    own = None if _is_foreign(task.path) else _joined(folder, task.path)
    may_own = own is not None and (any_path or _may_read(own, folder))
    if own is not None and may_own and os.path.exists(own):
        return specs.replace(task, path=own)
    for path in near:
        if (any_path or _may_read(path, folder)) and os.path.exists(path):
            return specs.replace(task, path=path)
    if own is None:
        raise LabError(
            _(
                "{lab} uses a table of another computer, {path}; put the table beside the lab",
                lab=lab,
                path=one_line(task.path),
            )
        )
    if not may_own:
        raise UnknownTableError(lab, own)
    for path in near:  # the table is gone from where it was, and may have moved along
        if not any_path and not _may_read(path, folder):
            raise UnknownTableError(lab, path)
    return specs.replace(task, path=own)  # whoever reads it says that it is not there


def _near(folder: str, table: str, beside: str | None) -> list[str]:
    """Return where the table may be as seen from the lab's folder."""
    found = []
    if beside and not os.path.isabs(beside) and not os.path.splitdrive(beside)[0]:
        found.append(_joined(folder, beside))
    for name in (os.path.basename(table), pathlib.PureWindowsPath(table).name):
        if name and _joined(folder, name) not in found:
            found.append(_joined(folder, name))
    return found


def _joined(folder: str, path: str) -> str:
    return os.path.normpath(os.path.join(folder, path))


def _is_foreign(path: str) -> bool:
    """Return whether a path is absolute, but on another system than this."""
    if os.name == "nt":
        return path.startswith("/") and not path.startswith("//")
    return bool(pathlib.PureWindowsPath(path).drive)  # C:\\... and \\\\server\\share\\...


def _may_read(path: str, folder: str) -> bool:
    """Return whether a table may be read unasked: it is the lab's neighbour, or known.

    Only of what lies in the lab's folder by its name is it looked at where it really lies.
    """
    if was_opened(path):
        return True
    if not _is_within(path, folder):
        return False
    try:
        return _is_within(os.path.realpath(path), os.path.realpath(folder))
    except (OSError, ValueError):  # a circle of links, a name that no file system takes
        return False


def _is_within(path: str, folder: str) -> bool:
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    try:
        return os.path.commonpath((path, folder)) == folder
    except ValueError:  # another drive, or a name that no file system takes
        return False


def _is_own(lab: str) -> bool:
    """Return whether the lab itself keeps this file: the window showed what is in it."""
    try:
        folder = os.path.realpath(settings.data_folder())
        return _is_within(os.path.realpath(lab), folder)
    except (OSError, ValueError):
        return False
