"""A shot that takes long can be stopped."""

from __future__ import annotations

import signal
from importlib import import_module

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

# The package's `shot` is a function.
run = import_module("layerlab.compose.shot")._run_interruptibly


def test_ctrl_c_ends_a_loop_of_qt(qtbot: QtBot) -> None:
    former, loop = signal.getsignal(signal.SIGINT), QEventLoop()
    QTimer.singleShot(20, lambda: signal.raise_signal(signal.SIGINT))
    QTimer.singleShot(20_000, loop.quit)  # so that a failure is no hang
    with pytest.raises(KeyboardInterrupt):
        run(loop)
    assert signal.getsignal(signal.SIGINT) is former


def test_a_loop_that_ends_by_itself_is_no_interruption(qtbot: QtBot) -> None:
    loop = QEventLoop()
    QTimer.singleShot(20, loop.quit)
    run(loop)
