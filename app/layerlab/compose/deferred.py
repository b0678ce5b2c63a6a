"""Deferred: a call that waits a little, so that many wishes for it become one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Deferred(QObject):
    """Makes a call once, some time after it was first asked for.

    In a drag the engine goes first: what the panel and the buttons say of a value is worth
    less than the time in which the next one is trained.
    """

    def __init__(self, call: Callable[[], None], delay_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._call = call
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self.now)
        self._is_waiting = False

    def ask(self) -> None:
        """Make the call after the delay; what was asked for before waits no longer for it."""
        if not self._is_waiting:
            self._is_waiting = True
            self._timer.start()

    def now(self) -> None:
        """Make the call at once, if it was asked for."""
        if self._is_waiting:
            self.forget()
            self._call()

    def forget(self) -> None:
        """Make it no more: what it was for has been done."""
        self._is_waiting = False
        self._timer.stop()
