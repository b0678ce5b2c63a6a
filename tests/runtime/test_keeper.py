"""The keeper: writes in a thread of its own, the newest of each kind."""

import threading

import pytest

from layerlab.core.errors import LabError
from layerlab.runtime.keeper import Keeper
from tests.helpers.waiting import PATIENCE_S


@pytest.fixture
def keeper(qtbot):
    keeper = Keeper(every_s=0, rest=0)
    yield keeper
    keeper.end()


def test_of_what_waits_the_newest_of_a_kind_is_written(keeper, qtbot):
    begun, gate, done = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        assert gate.wait(PATIENCE_S)
        done.append("first")

    keeper.put("lab", slow)
    assert begun.wait(PATIENCE_S)
    assert not keeper.is_free("lab")
    for name in ("second", "third"):
        keeper.put("lab", lambda name=name: done.append(name))
    keeper.put("window", lambda: done.append("window"))
    gate.set()
    assert keeper.wait_until_idle(PATIENCE_S)
    assert done == ["first", "third", "window"]


def test_it_writes_in_another_thread_and_says_when(keeper, qtbot):
    threads = []
    with qtbot.waitSignal(keeper.kept) as signal:
        keeper.put("lab", lambda: threads.append(threading.current_thread()))
    assert signal.args == ["lab"]
    assert threads[0] is not threading.main_thread()


@pytest.mark.parametrize("error", [LabError("the disk is full"), ValueError("what is this")])
def test_a_write_that_fails_says_so_and_stops_no_other(keeper, qtbot, error):
    def broken():
        raise error

    done = []
    with qtbot.waitSignal(keeper.failed) as signal:
        keeper.put("settings", broken)
    assert signal.args[0] == "settings"
    assert str(error) in signal.args[1]
    keeper.put("window", lambda: done.append(1))
    assert keeper.wait_until_idle(PATIENCE_S)
    assert done == [1]
    assert str(error) in keeper.trouble("settings")
    assert keeper.trouble("window") == ""
    keeper.put("settings", lambda: None)
    assert keeper.wait_until_idle(PATIENCE_S)
    assert keeper.trouble("settings") == ""


def test_after_a_long_write_the_disk_rests(qtbot):
    keeper, gate = Keeper(every_s=0, rest=1e6), threading.Event()
    assert keeper.is_free("lab")
    keeper.put("lab", lambda: gate.wait(0.05) and None)
    assert keeper.wait_until_idle(PATIENCE_S)
    assert not keeper.is_free("lab")
    assert keeper.is_free("window")
    keeper.end()


def test_between_two_writes_of_a_kind_there_is_time(qtbot):
    keeper = Keeper(every_s=1e6, rest=0)
    keeper.put("lab", lambda: None)
    assert keeper.wait_until_idle(PATIENCE_S)
    assert not keeper.is_free("lab")
    assert keeper.is_free("window")
    keeper.end()


def test_a_write_says_how_long_none_of_its_kind_is_due(keeper, qtbot):
    keeper.put("lab", lambda: 1e6)
    assert keeper.wait_until_idle(PATIENCE_S)
    assert not keeper.is_free("lab")
    keeper.put("lab", lambda: None)  # what cannot wait is written all the same
    assert keeper.wait_until_idle(PATIENCE_S)
    assert keeper.is_free("lab")


def test_a_write_that_hangs_keeps_no_closed_window_alive(qtbot):
    keeper, gate = Keeper(every_s=0, rest=0), threading.Event()
    keeper.put("lab", lambda: gate.wait(PATIENCE_S) and None)
    assert not keeper.wait_until_idle(0.05)
    keeper.end()  # comes back
    gate.set()
    assert keeper.wait_until_idle(PATIENCE_S)
