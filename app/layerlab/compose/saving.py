"""Saving: large labs are written in a thread, and the window stays alive."""

from __future__ import annotations

import logging
import pathlib
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.runtime.keeper import Keeper

_log = logging.getLogger("layerlab")


class Saving(QObject):
    """Writes the labs that a person saves; of each it says when it is there, or why not."""

    _ended = Signal()

    def __init__(
        self,
        saved: Callable[[pathlib.Path, bool], None],
        refused: Callable[[LabError], None],
        show_message: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            saved: called with a file, and whether the network is in it, once it is there.
            refused: is given the error where it cannot be written.
            show_message: shows a sentence at the foot of the window.
        """
        super().__init__()
        self._saved, self._refused, self._show_message = saved, refused, show_message
        self.keeper = Keeper(0, 0)
        self._lock = threading.Lock()
        self._done: list[tuple[pathlib.Path, bool | LabError]] = []
        # Emitted on the keeper's thread. A window that closes settles by itself, and does not
        # wait for the signal: whoever comes first reports, under the lock.
        self._ended.connect(self.settle, Qt.ConnectionType.QueuedConnection)

    def save(self, path: pathlib.Path, write: Callable[[], bool], is_large: bool) -> None:
        """Write a lab, in the thread where that takes longer than a moment.

        Args:
            path: the file. write: writes it, and returns whether all of the lab is in it.
            is_large: whether that takes longer than a moment.
        """
        if not is_large and self.keeper.wait_until_idle(0):
            self._write(path, write)
            self.settle()
            return
        self._show_message(_("Saving {file} …", file=path.name))
        self.keeper.put(str(path), lambda: self._write(path, write))

    def settle(self) -> bool:
        """Report what was written; return whether all of it is there."""
        with self._lock:
            done, self._done = self._done, []
        for path, result in done:
            if isinstance(result, LabError):
                self._refused(result)
            else:
                self._saved(path, result)
        return not any(isinstance(result, LabError) for _, result in done)

    def _write(self, path: pathlib.Path, write: Callable[[], bool]) -> None:
        result: bool | LabError
        try:
            result = write()
        except LabError as error:
            result = error
        except Exception as error:  # of whatever kind, the window says it
            _log.exception("%s", path)
            result = LabError(
                _(
                    "{path} is not saved: {kind}: {error}",
                    path=path,
                    kind=type(error).__name__,
                    error=error,
                )
            )
        with self._lock:
            self._done.append((path, result))
        self._ended.emit()
