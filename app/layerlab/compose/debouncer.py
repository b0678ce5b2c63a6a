"""Debouncer: a call that waits a little, so that many requests for it become one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Debouncer(QObject):
    """Makes a call once, some time after it was first scheduled.

    In a drag the engine goes first: what the panel and the buttons show of a value is worth
    less than the time in which the next one is trained.
    """

    def __init__(self, call: Callable[[], None], delay_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._call = call
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self.flush)
        self._is_waiting = False

    def schedule(self) -> None:
        """Make the call after the delay, counted from the first request."""
        if not self._is_waiting:
            self._is_waiting = True
            self._timer.start()

    def flush(self) -> None:
        """Make the call at once, if it is scheduled."""
        if self._is_waiting:
            self.cancel()
            self._call()

    def cancel(self) -> None:
        """Do not make the call: what it was for has been done."""
        self._is_waiting = False
        self._timer.stop()
