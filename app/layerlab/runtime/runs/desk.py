"""A desk: a thread that does small pieces of work on a disk, one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from layerlab.core.errors import LabError

T = TypeVar("T")


class Desk(QObject):
    """Does what it is asked in its own thread, and answers on the thread that it lives on."""

    _answered = Signal()

    def __init__(self, refused: Callable[[str], None], parent: QObject | None = None) -> None:
        """Prepare; the thread starts with the first piece of work.

        Args:
            refused: is given one sentence where something could not be done.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._refused = refused
        # Guards the lists; it is never held while something is done.
        self._condition = threading.Condition()
        self._waiting: list[tuple[str, Callable[[], Any], Callable[[Any], None]]] = []
        self._answers: list[tuple[Callable[[Any], None], Any]] = []
        self._is_working = self._is_closed = False
        self._thread: threading.Thread | None = None
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    def ask(self, work: Callable[[], T], then: Callable[[T], None], key: str = "") -> None:
        """Do something in the thread.

        Args:
            work: is done there; may raise LabError.
            then: is given what it returned, here.
            key: of what waits under the same key, the newest alone is done.
        """
        with self._condition:
            if self._is_closed:
                return
            if key:
                self._waiting = [item for item in self._waiting if item[0] != key]
            self._waiting.append((key, work, then))
            self._condition.notify_all()
        if self._thread is None:
            # A daemon: a disk that hangs must not keep a closed window alive.
            self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
            self._thread.start()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until all is done; return whether it is. The answers come later."""
        with self._condition:
            return self._condition.wait_for(
                lambda: not (self._waiting or self._is_working), timeout_s
            )

    def close(self, timeout_s: float) -> None:
        """Do what waits, for so long at most, and end the thread; nothing is answered."""
        is_idle = self.wait_until_idle(timeout_s)
        with self._condition:
            self._is_closed = True
            self._waiting.clear()
            self._condition.notify_all()
        if self._thread is not None and is_idle:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._is_working = False
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._waiting or self._is_closed)
                if self._is_closed:
                    return
                _key, work, then = self._waiting.pop(0)
                self._is_working = True
            answer: tuple[Callable[[Any], None], Any]
            try:
                answer = then, work()
            except LabError as error:
                answer = self._refused, str(error)
            except Exception as error:  # of whatever kind, the window says it
                answer = self._refused, f"{type(error).__name__}: {error}"
            with self._condition:
                self._answers.append(answer)
                is_closed = self._is_closed
            if not is_closed:
                self._answered.emit()

    def _on_answered(self) -> None:
        with self._condition:
            answers, self._answers = self._answers, []
            if self._is_closed:
                return
        for then, result in answers:
            then(result)
