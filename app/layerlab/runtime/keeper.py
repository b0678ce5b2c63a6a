"""The keeper: a thread that writes files while the window goes on.

It has one place for each kind of file: what is put there before the last one was written
takes its place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from layerlab.core.errors import LabError

Write = Callable[[], float | None]  # how long nothing more of its kind is due, in seconds


class Keeper(QObject):
    """Writes what it is given, the newest of each kind.

    Signals:
        kept(kind): something of that kind has been written.
        failed(kind, sentence): it could not be written, and is not tried again.
    """

    kept = Signal(str)
    failed = Signal(str, str)

    def __init__(self, every_s: float, rest: float) -> None:
        """Prepare; the thread starts with the first thing to write.

        Args:
            every_s: from one write of a kind to the next, at least, seconds.
            rest: how long nothing is due after a write, in times as long as that took.
        """
        super().__init__()
        self._every_s, self._rest = every_s, rest
        # Guards the fields below. It is never held while something is written: the window asks
        # `is_free` twice a second, and a disk may take minutes.
        self._condition = threading.Condition()
        self._waiting: dict[str, Write] = {}
        self._writing = ""
        self._is_ending = False
        self._rests_until: dict[str, float] = {}
        self._troubles: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    # ---- called from the window's thread

    def put(self, kind: str, write: Write) -> None:
        """Write this as soon as it can be; it takes the place of what waits of its kind."""
        with self._condition:
            self._waiting[kind] = write
            self._condition.notify_all()
        if self._thread is None:
            # A daemon: a folder on a network that hangs must not keep a closed window alive.
            self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
            self._thread.start()

    def is_free(self, kind: str) -> bool:
        """Return whether something of that kind should be put: nothing of it is on its way.

        After a write that took long, or asked for it, the next one is not due for some time,
        so that the disk is not kept busy.
        """
        with self._condition:
            is_on_way = kind in self._waiting or kind == self._writing
            return not is_on_way and time.monotonic() >= self._rests_until.get(kind, 0.0)

    def trouble(self, kind: str) -> str:
        """Return why the last write of a kind failed; "" if it did not."""
        with self._condition:
            return self._troubles.get(kind, "")

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until all is written or has failed; return whether it is."""
        with self._condition:
            return self._condition.wait_for(
                lambda: not (self._waiting or self._writing), timeout_s
            )

    def end(self) -> None:
        """End the thread once all is written; waits for no write that hangs."""
        with self._condition:
            self._is_ending = True
            self._condition.notify_all()
        if self._thread is not None and self.wait_until_idle(0):
            self._thread.join()

    # ---- this thread

    def _run(self) -> None:
        while (write := self._next()) is not None:
            kind, began = self._writing, time.monotonic()
            sentence, rest = "", None
            try:
                rest = write()
            except LabError as error:
                sentence = str(error)
            except Exception as error:  # of whatever kind, the window says it
                sentence = f"{type(error).__name__}: {error}"
            now = time.monotonic()
            with self._condition:
                self._troubles[kind] = sentence
                self._writing = ""
                until = now + max(rest or 0.0, self._rest * (now - began))
                self._rests_until[kind] = max(until, began + self._every_s)
                self._condition.notify_all()
            if sentence:
                self.failed.emit(kind, sentence)
            else:
                self.kept.emit(kind)

    def _next(self) -> Write | None:
        """Wait for something to write, and return it; None at the end."""
        with self._condition:
            while not self._waiting:
                if self._is_ending:
                    return None
                self._condition.wait()
            # The kind that has waited longest: what is put again keeps its place.
            self._writing = next(iter(self._waiting))
            return self._waiting.pop(self._writing)
