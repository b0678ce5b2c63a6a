"""Warnings of the lab's own in the window."""

import threading
import warnings

import pytest

from layerlab.compose.warning_forwarder import WarningForwarder
from layerlab.core.errors import LabWarning


@pytest.fixture
def printed(monkeypatch):
    """What is printed as without a window; pytest itself prints nothing."""
    lines = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *rest: lines.append(message))
    return lines


@pytest.fixture
def forwarder(qtbot, printed):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        found = WarningForwarder()
        yield found
        found.end()


def test_a_warning_from_a_thread_reaches_the_window(qtbot, forwarder, printed):
    heard = []
    forwarder.warned.connect(lambda text: heard.append((text, threading.current_thread())))
    thread = threading.Thread(
        target=warnings.warn, args=("the folder cannot be written", LabWarning)
    )
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("The folder cannot be written.", threading.main_thread())]
    assert [str(message) for message in printed] == ["the folder cannot be written"]


def test_those_of_libraries_do_not(qtbot, forwarder, printed):
    heard = []
    forwarder.warned.connect(heard.append)
    warnings.warn("overflow encountered", RuntimeWarning, stacklevel=1)
    qtbot.wait(0)
    assert heard == []
    assert [str(message) for message in printed] == ["overflow encountered"]


def test_nothing_is_left_behind(qtbot):
    former = warnings.showwarning
    forwarder = WarningForwarder()
    assert warnings.showwarning != former
    forwarder.end()
    assert warnings.showwarning == former
