"""Background work: one thread that serves jobs while the trainer rests.

It looks for the most urgent job between steps. Whatever changes that (a training that
starts, a job that comes or is called off, the end) interrupts the step under way; see
`core.jobs` for what a job does then.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from layerlab.core.jobs import Job, Step

# A drag trains one value after another with pauses of some milliseconds, in which the
# window paints: jobs wait until it has been quiet for a while.
CALM_MS = 150

_Event = Literal["stepped", "finished", "failed"]


@dataclass(eq=False)
class _Entry:
    """A job that was submitted."""

    job: Job
    number: int  # newer ones are higher
    steps: Iterator[Step | None] | None = None  # None until it begins


class _Thread(QThread):
    """Serves entries; only `run` and what it calls are of this thread.

    Signals:
        woken(): there are messages, see `take`.
    """

    woken = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # Guards all fields below. A job reads `_is_interrupted` without it, every millisecond.
        self._condition = threading.Condition()
        self._entries: list[_Entry] = []
        self._doomed: list[_Entry] = []  # called off, to be closed
        self._messages: list[tuple[_Entry, _Event, object]] = []
        self._is_busy = self._is_closing = False
        self._is_interrupted = False  # whether the step under way should make room

    # ---- called from the window's thread

    def add(self, entry: _Entry) -> None:
        """Take a job."""
        with self._condition:
            self._entries.append(entry)
            self._wake()

    def drop(self, entry: _Entry) -> None:
        """Call a job off, if it is not done."""
        with self._condition:
            if entry in self._entries:
                self._entries.remove(entry)
                # To be closed on the thread that runs it: a
                # generator cannot be closed while it executes.
                self._doomed.append(entry)
            self._wake()

    def set_busy(self, busy: bool) -> None:
        """Rest, or go on."""
        with self._condition:
            self._is_busy = busy
            self._wake()

    def end(self) -> None:
        """End the thread and wait for it."""
        with self._condition:
            self._is_closing = True
            self._wake()
        self.wait()

    def take(self) -> list[tuple[_Entry, _Event, object]]:
        """Take the messages."""
        with self._condition:
            messages, self._messages = self._messages, []
            return messages

    def _wake(self) -> None:
        self._is_interrupted = True
        self._condition.notify_all()

    # ---- this thread

    def run(self) -> None:
        """Serve until the end."""
        while (entry := self._next()) is not None:
            try:
                if entry.steps is None:
                    entry.steps = entry.job.work(lambda: self._is_interrupted)
                step = next(entry.steps)
            except StopIteration:
                self._is_over(entry, "finished", None)
            except Exception as error:  # every error reaches the window
                self._is_over(entry, "failed", error)
            else:
                if step is not None:
                    self._send(entry, "stepped", step)
        for entry in [*self._doomed, *self._entries]:
            self._shut(entry)

    def _next(self) -> _Entry | None:
        """Wait for something to do, and return it; None at the end."""
        while True:
            with self._condition:
                doomed, self._doomed = self._doomed, []
                if not doomed:
                    if self._is_closing:
                        return None
                    if self._entries and not self._is_busy:
                        # All that has interrupted so far is known by
                        # now, and the lock keeps more from coming.
                        self._is_interrupted = False
                        return max(self._entries, key=lambda e: (e.job.priority, e.number))
                    self._condition.wait()
            # Without the lock: `finally` clauses may take a while, and the window calls `add`.
            for entry in doomed:
                self._shut(entry)

    def _shut(self, entry: _Entry) -> None:
        close = getattr(entry.steps, "close", None)  # a plain iterator has none
        try:
            if close is not None:
                close()
        except Exception as error:
            self._send(entry, "failed", error)

    def _is_over(self, entry: _Entry, event: _Event, what: object) -> None:
        with self._condition:
            if entry in self._entries:  # else called off in this very moment
                self._entries.remove(entry)
        self._send(entry, event, what)

    def _send(self, entry: _Entry, event: _Event, what: object) -> None:
        with self._condition:
            self._messages.append((entry, event, what))
            is_first = len(self._messages) == 1
        if is_first:  # one wake-up for however many steps there are when the window comes
            self.woken.emit()


class Background(QObject):
    """The window's end of the thread. Make, call and delete it in the window's thread.

    Signals:
        stepped(job, step): a job reports something.
        finished(job): a job is done.
        failed(job, error): a job ended with an exception; the others go on. Errors of jobs
            that were called off come too.
    """

    stepped = Signal(object, object)
    finished = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Prepare; the thread starts with the first job."""
        super().__init__(parent)
        self._entries: dict[Hashable, _Entry] = {}  # of which the window awaits something
        self._thread = _Thread(self)
        self._thread.woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        self._number = 0
        self._closed = False
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(lambda: self._thread.set_busy(False))

    def submit(self, job: Job) -> None:
        """Do a job as soon as there is time; it replaces the one of its key."""
        if self._closed:
            return
        self.cancel(job.key)
        self._number += 1
        self._entries[job.key] = _Entry(job, self._number)
        self._thread.add(self._entries[job.key])
        if not self._thread.isRunning():
            # Not lower: others wait for the interpreter's lock while this thread has it, and
            # one that the system hardly ever runs would keep it.
            self._thread.start(QThread.Priority.LowPriority)

    def cancel(self, key: Hashable) -> None:
        """Call a job off; nothing that it reports arrives any more."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._thread.drop(entry)

    def has(self, key: Hashable) -> bool:
        """Return whether a job of that key is not done, as far as has been reported."""
        return key in self._entries

    def set_busy(self, busy: bool) -> None:
        """Say whether the trainer trains: jobs rest at once, and go on a moment after."""
        if busy:
            self._calm.stop()
            self._thread.set_busy(True)
        elif not self._closed:
            self._calm.start()

    def close(self) -> None:
        """End the thread, whatever it does; nothing more is done or reported."""
        self._closed = True
        self._calm.stop()
        self._thread.end()

    def _on_woken(self) -> None:
        for entry, event, what in self._thread.take():
            # A slot of the message before may have closed the window.
            if self._closed:
                return
            job = entry.job
            # The entry, not the key: by now another job may have that.
            is_awaited = self._entries.get(job.key) is entry
            if is_awaited and event != "stepped":
                del self._entries[job.key]
            if event == "failed":
                self.failed.emit(job, what)
            elif is_awaited and event == "finished":
                self.finished.emit(job)
            elif is_awaited:
                self.stepped.emit(job, what)
