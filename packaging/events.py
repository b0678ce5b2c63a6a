"""Serving Qt's events in the programs that draw pictures of a window."""

from __future__ import annotations

from collections.abc import Callable


def wait(ms: int) -> None:
    """Serve events for so long."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def until(is_so: Callable[[], bool]) -> None:
    """Serve events until something is so."""
    while not is_so():
        wait(20)
