"""Waiting for conditions, with a limit that a slow and busy machine meets.

A limit is there to end a test that hangs, never to state how fast something is. So there is one
for all: the fixture `qtbot` waits as long where a test gives no other, and so does `wait_for`
without Qt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_S = 60.0
PATIENCE_MS = round(1000 * PATIENCE_S)
_POLL_S = 0.002


def wait_for(condition: Callable[[], object], what: str = "") -> None:
    """Return as soon as something is so, whoever makes it so.

    Args:
        condition: asked again and again.
        what: that is waited for, for the error.

    Raises:
        AssertionError: it has not become so.
    """
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"{what or condition} within {PATIENCE_S:.0f} s"
        time.sleep(_POLL_S)


class PatientBot(QtBot):
    """pytest-qt's, with this limit instead of five seconds."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = PATIENCE_MS) -> None:
        """Serve events until something is so."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Serve events until a signal is emitted."""
        return super().waitSignal(signal, timeout=timeout, **more)
