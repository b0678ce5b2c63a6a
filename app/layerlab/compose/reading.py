"""Reading: tables and labs are read in a thread of their own, and the window stays alive.

Until a file is read the lab that is open stays as it is, and can be used; the newest wish
counts. What takes longer than a moment is announced, with a way to call it off.
"""

from __future__ import annotations

import logging
import os
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from layerlab.core.cancel import CancelledError, cancellable
from layerlab.core.disk import is_small
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.nets.problem import load_data
from layerlab.nets.tasks import TASKS, recommended_for_csv
from layerlab.nets.tasks.tables import UnreadError, from_memory, opening
from layerlab.runtime import opened
from layerlab.runtime.store import Snapshot
from layerlab.ui.banner import Banner

if TYPE_CHECKING:
    from layerlab.compose.session import Session

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


class Reading(QObject):
    """The session's reading of files, one at a time.

    Signals:
        ended(): nothing is read any more.
    """

    ended = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._current: _Thread[object] | None = None
        self._threads: list[_Thread[object]] = []  # those that are called off end soon
        self._refused: Callable[[LabError], None] = self._say
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

    def open_table(self, name: str) -> None:
        """Read a CSV file, and take its last column as the target."""

        def work() -> LabSpec:
            with opening():
                spec = recommended_for_csv(name)
                load_data(spec.task)
                return spec

        def take(spec: LabSpec) -> None:
            self._session.choose_task(spec, "file")
            opened.remember(name)

        self.begin(name, work, take)

    def reread(self, task: TaskSpec) -> None:
        """Read the table that the lab has again, as it is now, with the same target."""

        def work() -> LabSpec:
            with opening():
                spec = TASKS[task.name].recommend(task)
                load_data(spec.task)
                return spec

        self.begin(
            task.path or task.name, work, lambda spec: self._session.choose_task(spec, "table")
        )

    def choose(self, task: TaskSpec, label: str, path: str) -> None:
        """Take another target or another problem of a table.

        Args:
            task: the task as it should be. label: for the undo menu.
            path: the knob that was turned; it shows a refusal.
        """
        session = self._session

        def work() -> LabSpec:
            spec = TASKS[task.name].recommend(task)
            load_data(spec.task)
            return spec

        def refuse(error: LabError) -> None:
            session.show_spec()  # what was chosen is not in force
            session.trouble.on_refused(path, str(error))

        def take(spec: LabSpec) -> None:
            session.show_spec()  # first: where this is refused after all, the sentence stays
            session.choose_task(spec, label, path)

        self.begin(task.path or task.name, work, take, refuse)

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
            self.begin(name, lambda: _read(name, any_path), then, refused)
        else:
            then(snapshot)

    # ---- how

    def begin(
        self,
        name: str,
        work: Callable[[], T],
        then: Callable[[T], None],
        refused: Callable[[LabError], None] | None = None,
    ) -> None:
        """Read in the thread; what was being read is called off.

        Args:
            name: the file, for the announcement.
            work: reads, in the thread; it asks `core.cancel.check_cancelled` now and then.
            then: takes what `work` returned, in the window's thread.
            refused: is given the LabError that `work` raised; the banner shows it if None.
        """
        self.cancel()
        if self._is_closed:
            return
        self._sentence = _announcement(name)
        self._refused = refused or self._say
        thread: _Thread[object] = _Thread(work, then)  # type: ignore[arg-type]
        thread.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self._current = thread
        self._threads.append(thread)
        thread.start(QThread.Priority.LowPriority)
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

    def _say(self, error: LabError) -> None:
        self._session.trouble.say(str(error))

    def _rest(self) -> None:
        self._soon.stop()
        if self._banner is not None:
            self._banner.hide()
        self.ended.emit()

    def _show(self) -> None:
        if self._banner is None:
            self._banner = Banner()
            self._banner.setObjectName("banner")
            self._session.window.add_banner(self._banner)
            self._banner.acted.connect(self.cancel)
            self._banner.close_button.clicked.connect(self.cancel)
        self._banner.show_message(self._sentence, "notice", "cancel", "Cancel")


def _read(name: str, any_path: bool = False) -> Snapshot:
    """Read a lab and its data, in the thread."""
    from layerlab.compose.files import read_lab

    with opening():
        snapshot = read_lab(name, any_path)
        load_data(snapshot.spec.task)
        return snapshot


def quick_lab(name: str, any_path: bool = False) -> Snapshot:
    """Return a lab that is read in a moment.

    Args:
        name: the file. any_path: whether its table may be anywhere.

    Raises:
        UnreadError: it is large, or a table has to be read first.
        LabError: it cannot be opened.
    """
    from layerlab.compose.files import read_lab

    if not is_small(name):
        raise UnreadError
    with from_memory(), opening():
        return read_lab(name, any_path)


def _announcement(name: str) -> str:
    try:
        size = f" ({os.stat(name).st_size / 1e6:.0f} MB)"
    except (OSError, ValueError):
        size = ""
    return (
        f"Reading {pathlib.Path(name).name}{size}. You can go on working with the lab that is "
        "open"
    )
