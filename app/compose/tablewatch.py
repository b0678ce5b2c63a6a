"""A table that changes on the disk while a lab uses it: said once, and nothing else happens."""

from __future__ import annotations

import logging
import os
import pathlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from app.core.spec import TaskSpec

if TYPE_CHECKING:
    from app.compose.session import Session

_log = logging.getLogger("layerlab")
REREAD = "reread"  # the banner's action
SETTLED_MS = 400  # after which a program that writes in pieces is taken to have ended

Stamp = tuple[int, int] | None


class TableWatch(QObject):
    """Watches the file of the lab's table; the lab goes on with the rows that it has.

    Signals:
        looked(): the file or its folder changed, and the file was looked at.
    """

    looked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._path = ""
        self._known: Stamp = None  # of the file as it was opened, or as it was said last
        self._watcher: QFileSystemWatcher | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLED_MS)
        self._soon.timeout.connect(self._look)

    def follow(self, task: TaskSpec) -> None:
        """Watch the file of a task; of one without a file, nothing."""
        path = task.path if task.name == "csv" and task.path else ""
        if path == self._path:
            return
        self._path, self._known = path, _stamp(path)
        if self._watcher is None:
            if not path:
                return
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._soon.start)
            self._watcher.directoryChanged.connect(self._soon.start)
        if self.watched:
            self._watcher.removePaths(self.watched)
        self._watch()

    @property
    def watched(self) -> list[str]:
        """The file and the folder that are watched."""
        watcher = self._watcher
        return [] if watcher is None else watcher.files() + watcher.directories()

    def close(self) -> None:
        """Watch nothing any more: the window is going."""
        self._soon.stop()
        self.follow(TaskSpec())

    def forget(self) -> None:
        """Take the file as it is now for what the lab has."""
        self._known = _stamp(self._path)

    def on_banner(self, action: str) -> None:
        """Read the file again where the banner's button asks for it."""
        if action == REREAD:
            self.forget()
            self._session.files.reread()

    def _watch(self) -> None:
        """Watch the file, and the folder in which it may be replaced or come back."""
        wanted = [self._path, os.path.dirname(self._path)] if self._path else []
        paths = [path for path in wanted if os.path.exists(path)]
        if self._watcher is not None and paths:
            self._watcher.addPaths(paths)  # those that are watched already stay so

    def _look(self) -> None:
        if not self._path:
            return
        self._watch()  # a file that was replaced is another one to the system
        known, self._known = self._known, _stamp(self._path)
        if self._known != known:
            self._say()
        self.looked.emit()

    def _say(self) -> None:
        name = pathlib.Path(self._path).name
        _log.info("the table %s", "is gone" if self._known is None else "has changed")
        if self._known is None:
            text, action, label = f"{name} is no longer where it was", "", ""
        else:
            text, action, label = f"{name} has changed on the disk", REREAD, "Read it again"
        self._session.window.banner.show_message(
            f"{text}. The lab goes on with the rows that it read before.",
            "notice", action, label,
        )  # fmt: skip


def _stamp(path: str) -> Stamp:
    """Return what changes when a file does; None where there is none."""
    try:
        status = os.stat(path) if path else None
    except (OSError, ValueError):
        status = None
    return None if status is None else (status.st_mtime_ns, status.st_size)
