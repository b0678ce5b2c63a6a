"""File reader: tables and labs are read in a thread of their own, and the window stays alive.

Until a file is read the lab that is open stays as it is, and can be used; the newest wish
counts. What takes longer than a moment is announced, with a way to call it off.
"""

from __future__ import annotations

import logging
import os
import pathlib
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from layerlab.compose.labs import quick_lab, read_with_data
from layerlab.core.cancel import CancelledError, cancellable
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.nets.tasks.tables import UnreadError
from layerlab.runtime.store import Snapshot
from layerlab.ui.banner import Banner

T = TypeVar("T")
_log = logging.getLogger("layerlab")
SHOWN_AFTER_MS = 300  # what is read by then needs no word


class _Thread(QThread, Generic[T]):
    """Does one piece of work; `result` and `error` are there once it has finished."""

    def __init__(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        super().__init__()
        self._work, self._then = work, then
        self._result: T | None = None
        self.error: Exception | None = None
        # Set by the window's thread, asked by this one: a single flag, which needs no lock.
        self.is_cancelled = False

    def run(self) -> None:
        """Work, until it is done or called off."""
        try:
            with cancellable(lambda: self.is_cancelled):
                self._result = self._work()
        except CancelledError:
            self.is_cancelled = True
        except Exception as error:  # every error reaches the window
            self.error = error

    def hand_over(self) -> None:
        """Give the result to whoever waits for it, or raise the error."""
        if self.error is not None:
            raise self.error
        self._then(self._result)  # type: ignore[arg-type]


class FileReader(QObject):
    """Reads files for the window, one at a time.

    Signals:
        ended(): nothing is read any more.
    """

    ended = Signal()

    def __init__(
        self,
        add_banner: Callable[[Banner], None],
        show_error: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            add_banner: puts a banner into the window.
            show_error: shows why a file was not read.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._add_banner, self._show_message = add_banner, show_error
        self._current: _Thread[object] | None = None
        self._threads: list[_Thread[object]] = []  # those that are called off end soon
        self._refused: Callable[[LabError], None] = self._show_error
        self._banner: Banner | None = None
        self._sentence = ""
        self._is_closed = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SHOWN_AFTER_MS)
        self._soon.timeout.connect(self._show)

    @property
    def is_under_way(self) -> bool:
        """Whether something is being read."""
        return self._current is not None

    # ---- what is read

    def open_lab(
        self,
        name: str,
        then: Callable[[Snapshot], None],
        refused: Callable[[LabError], None] | None = None,
        any_path: bool = False,
    ) -> None:
        """Read a lab; a small one whose table is known is there at once.

        Args:
            name: the file. then: is given what it holds, in the window's thread.
            refused: is given the LabError that turns up while the window goes on.
            any_path: whether its table may be anywhere.

        Raises:
            LabError: it is seen at once that it cannot be opened.
        """
        try:
            snapshot = quick_lab(name, any_path)
        except UnreadError:
            self.begin(name, lambda: read_with_data(name, any_path), then, refused)
        else:
            then(snapshot)

    # ---- how

    def begin(
        self,
        name: str,
        work: Callable[[], T],
        then: Callable[[T], None],
        refused: Callable[[LabError], None] | None = None,
        announced: bool = True,
    ) -> None:
        """Read in the thread; what was being read is called off.

        Args:
            name: the file, for the announcement.
            work: reads, in the thread; it asks `core.cancel.check_cancelled` now and then.
            then: takes what `work` returned, in the window's thread.
            refused: is given the LabError that `work` raised; the banner shows it if None.
            announced: whether the window says so where it takes longer than a moment.
        """
        self.cancel()
        if self._is_closed:
            return
        self._sentence = _announcement(name)
        self._refused = refused or self._show_error
        thread: _Thread[object] = _Thread(work, then)  # type: ignore[arg-type]
        # Emitted on the thread that ends, to be heard on the window's.
        thread.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self._current = thread
        # Kept until they have ended: Qt ends the process
        # where the object of a running thread goes.
        self._threads.append(thread)
        thread.start(QThread.Priority.LowPriority)
        if announced:
            self._soon.start()

    def cancel(self) -> None:
        """Call off what is being read; the lab stays as it is."""
        if self._current is not None:
            self._current.is_cancelled = True
            self._current = None
            _log.info("reading was called off")
            self._rest()

    def close(self) -> None:
        """Call off what is being read and wait for its end; nothing is read after."""
        self._is_closed = True
        self.cancel()
        for thread in self._threads:
            thread.wait()
        self._threads.clear()

    def _on_finished(self) -> None:
        # Not only the one that called: one signal may be for several that have ended by now.
        done = [thread for thread in self._threads if thread.isFinished()]
        self._threads = [thread for thread in self._threads if thread not in done]
        thread = self._current
        if thread not in done or thread is None:
            return
        self._current = None
        self._rest()
        try:
            thread.hand_over()
        except LabError as error:
            self._refused(error)

    def _show_error(self, error: LabError) -> None:
        self._show_message(str(error))

    def _rest(self) -> None:
        self._soon.stop()
        if self._banner is not None:
            self._banner.hide()
        self.ended.emit()

    def _show(self) -> None:
        if self._banner is None:
            self._banner = Banner()
            self._banner.setObjectName("banner")
            self._add_banner(self._banner)
            self._banner.acted.connect(self.cancel)
            self._banner.close_button.clicked.connect(self.cancel)
        self._banner.show_message(self._sentence, "notice", "cancel", _("Cancel"))


def _announcement(name: str) -> str:
    try:
        size = f" ({os.stat(name).st_size / 1e6:.0f} MB)"
    except (OSError, ValueError):
        size = ""
    return _(
        "Reading {name}{size}. You can keep working in the open lab",
        name=pathlib.Path(name).name,
        size=size,
    )
