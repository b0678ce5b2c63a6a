"""A table that changes on the disk while a lab uses it: said once, and nothing else happens."""

from __future__ import annotations

import logging
import os
import pathlib

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from layerlab.core.spec import TaskSpec
from layerlab.core.translation import _
from layerlab.nets.tasks.tables import NO_FILE, Stamp, hold, on_disk, stamp_of
from layerlab.ui.banner import Banner

_log = logging.getLogger("layerlab")
REREAD = "reread"  # the banner's action
SETTLED_MS = 400  # after which a program that writes in pieces is taken to have ended


class TableWatch(QObject):
    """Watches the file of the lab's table; the lab goes on with the rows that it has.

    Signals:
        looked(): the file or its folder changed, and the file was looked at.
        reread_wanted(): the banner's button asks for the file as it is now.
    """

    looked = Signal()
    reread_wanted = Signal()

    def __init__(self, banner: Banner, parent: QObject | None = None) -> None:
        """Watch nothing yet.

        Args:
            banner: says what happened to the file. parent: with which it is deleted.
        """
        super().__init__(parent)
        self._banner = banner
        self._path = ""
        self._last_stamp: Stamp | None = None  # the file as it was looked at last
        self._sentence = ""
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
        self._path, self._last_stamp = path, None
        if path:
            hold(path)
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

    def on_banner(self, action: str) -> None:
        """Read the file again where the banner's button asks for it."""
        if action == REREAD:
            self.reread_wanted.emit()

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
        last, self._last_stamp = self._last_stamp, on_disk(self._path)
        if self._last_stamp == stamp_of(self._path):
            self._take_back()
        elif self._last_stamp != last:
            self._show_change(is_gone=self._last_stamp == NO_FILE)
        self.looked.emit()

    def _show_change(self, is_gone: bool) -> None:
        name = pathlib.Path(self._path).name
        _log.info("the table %s", "is gone" if is_gone else "has changed")
        if is_gone:
            happened, action, label = _("{name} is no longer where it was.", name=name), "", ""
        else:
            happened = _("{name} has changed on the disk.", name=name)
            action, label = REREAD, _("Read it again")
        self._sentence = f"{happened} {_('The lab continues with the rows it has read.')}"
        self._banner.show_message(self._sentence, "notice", action, label)

    def _take_back(self) -> None:
        """Hide what is no longer so: the file is the one that was read."""
        if self._sentence and self._banner.text.text() == self._sentence:
            self._banner.hide()
