"""Kept while it is open: what a window was is on the disk soon after each change."""

import os
import shutil
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from layerlab.compose import autosave
from layerlab.compose.labs import read_lab
from layerlab.core.disk import write_file
from layerlab.core.errors import LabError
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from layerlab.core.windowfile import window_from_json
from layerlab.runtime import labfile, settings, slot
from tests.compose.conftest import bar_of, drag, finished
from tests.helpers.waiting import PATIENCE_S

QUICK = edit(LabSpec(), "train.updates", 60)
BUTTON = QMessageBox.StandardButton


@pytest.fixture
def last(home):
    """What is on the disk now, read as a start reads it."""

    class Last:
        lab, window = home / "last.layerlab", home / "last.window.json"

        def read(self):
            return window_from_json(self.window.read_bytes()) if self.window.exists() else None

        def spec(self):
            return self.read().lab_spec() if self.window.exists() else None

        def stamps(self):
            return [os.stat(path).st_mtime_ns for path in (self.lab, self.window)]

    return Last()


def patch_writes(monkeypatch, write=write_file):
    """Have a window's two files written by another function; by the true one if none."""
    for module in (slot, labfile):
        monkeypatch.setattr(module, "write_file", write)


def settled(lab):
    """Wait until everything that changed has been written."""
    lab.autosave.look(at_once=True)
    assert lab.autosave._wait_for(PATIENCE_S)


def test_an_edit_and_a_finished_run_are_kept_while_the_window_is_open(open_lab, qtbot, last):
    lab = open_lab(QUICK)
    drag(bar_of(lab, "net.width"), 0.6)
    qtbot.waitUntil(lambda: last.spec() == lab.store.spec)
    finished(qtbot, lab)
    params = lab.runner.snapshot()[0].params

    def is_kept():
        saved = read_lab(last.lab) if last.lab.exists() else None
        return saved is not None and saved.state is not None and saved.state.update == 60

    qtbot.waitUntil(is_kept)
    saved = read_lab(last.lab)
    assert saved.spec == lab.store.spec
    np.testing.assert_array_equal(saved.state.params, params)
    assert len(saved.history.to_arrays()["updates"]) == 61


def test_a_page_its_knobs_and_settings_are_kept(open_lab, qtbot, last):
    lab = open_lab(QUICK)
    lab.pages.show("activations")
    page = lab.pages.page
    name = next(knob.path for knob in page.experiment.knobs if knob.kind == "float")
    knob = page.values.knob(name)
    page.on_edited(name, knob.low)
    lab.appearance.zoom(0.3)
    qtbot.waitUntil(lambda: last.read() is not None and last.read().page == "activations")
    settled(lab)
    assert last.read().knobs["activations"][name] == knob.low
    assert settings.read_options().zoom == 1.3


def test_what_did_not_change_is_not_written(open_lab, qtbot, last):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    settled(lab)
    before = last.stamps()
    for _ in range(3):
        settled(lab)
    lab.window.close()
    assert last.stamps() == before
    lab.autosave.look(at_once=True)  # the window is gone: nothing is written any more
    assert last.stamps() == before


def test_nothing_is_written_in_the_windows_thread(open_lab, qtbot, monkeypatch):
    threads = []

    def watched(path, content):
        threads.append(threading.current_thread())
        write_file(path, content)

    patch_writes(monkeypatch, watched)
    lab = open_lab(QUICK)
    lab.store.edit("net.width", 5)
    settled(lab)
    lab.window.close()
    assert threads
    assert threading.main_thread() not in threads


def test_a_large_lab_is_not_written_again_while_the_disk_rests(open_lab, qtbot, last):
    lab = open_lab(QUICK)
    settled(lab)
    before = last.lab.stat().st_mtime_ns
    lab.autosave._keepers[autosave.LAB]._rests_until["lab"] = float("inf")
    lab.store.edit("net.width", 5)
    lab.autosave.look()
    qtbot.waitUntil(lambda: last.spec() == lab.store.spec)  # the edit is kept
    assert last.lab.stat().st_mtime_ns == before
    lab.window.close()  # what is due is written at the end
    assert read_lab(last.lab).spec == lab.store.spec


def full(kind):
    """Return a writer of slots for which the disk is full where a file's name ends so."""

    def write_some(path, content):
        if str(path).endswith(kind):
            raise LabError(f"{path} cannot be written: no space left on device")
        write_file(path, content)

    return write_some


def test_a_write_that_fails_stops_no_other_and_is_said_at_once(
    open_lab, qtbot, last, monkeypatch
):
    patch_writes(monkeypatch, full(".layerlab"))
    lab = open_lab(QUICK)
    lab.appearance.zoom(0.2)
    lab.store.edit("net.width", 5)
    qtbot.waitUntil(lab.window.banner.isVisible)
    text = lab.window.banner.text.text()
    assert "no space left on device" in text
    assert str(last.lab) in text
    settled(lab)
    assert last.spec() == lab.store.spec
    assert settings.read_options().zoom == 1.2
    patch_writes(monkeypatch)  # there is room again
    QTest.mouseClick(lab.window.banner.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(last.lab.exists)
    lab.window.close()
    assert not lab.window.isVisible()


@pytest.fixture
def answers(monkeypatch):
    """Answer questions with these, one after another; tells what was asked."""

    class Answers(list):
        """What to answer, and what was asked."""

    given = Answers()

    def answer(box):
        given.asked.append(box.text() + "\n" + box.informativeText())
        # One that nobody expected must not hang: it is closed all the same, and counted.
        return given.pop(0)() if given else BUTTON.Discard

    given.asked = []
    monkeypatch.setattr(QMessageBox, "exec", answer)
    return given


def test_a_window_that_could_not_keep_its_lab_asks_before_it_closes(
    open_lab, qtbot, last, monkeypatch, answers
):
    lab = open_lab(QUICK)
    lab.store.edit("net.width", 5)
    patch_writes(monkeypatch, full("last.window.json"))
    answers += [lambda: BUTTON.Cancel]
    lab.window.close()
    assert lab.window.isVisible()
    assert "no space left on device" in answers.asked[0]

    def make_room():
        patch_writes(monkeypatch)
        return BUTTON.Retry

    answers += [make_room]
    lab.window.close()
    assert not lab.window.isVisible()
    assert len(answers.asked) == 2
    assert last.spec() == lab.store.spec


def test_it_closes_all_the_same_where_a_person_says_so(open_lab, monkeypatch, answers):
    patch_writes(monkeypatch, full("json"))
    lab = open_lab(QUICK)
    answers += [lambda: BUTTON.Discard]
    lab.window.close()
    assert not lab.window.isVisible()


def test_a_program_that_is_ended_asks_nobody(open_lab, monkeypatch, capsys):
    patch_writes(monkeypatch, full("json"))
    lab = open_lab(QUICK)
    lab.autosave.asks = False
    lab.window.close()
    assert not lab.window.isVisible()
    assert "no space left on device" in capsys.readouterr().err


def test_a_window_waits_for_a_write_that_takes_long_and_says_so(
    open_lab, qtbot, last, monkeypatch, answers
):
    lab = open_lab(QUICK)
    settled(lab)
    gate = threading.Event()

    def slow(path, content):
        assert gate.wait(PATIENCE_S)
        write_file(path, content)

    patch_writes(monkeypatch, slow)
    monkeypatch.setattr(autosave, "PATIENCE_S", 0.05)
    lab.store.edit("net.width", 5)

    def wait():
        gate.set()
        assert lab.autosave._wait_for(PATIENCE_S)
        return 0

    answers += [wait]
    lab.window.close()
    assert "Saving the lab" in answers.asked[0]
    assert last.spec() == lab.store.spec


@pytest.mark.qt_log_ignore("Could not remove our own lock file", extend=True)
def test_a_folder_that_is_gone_is_made_again(open_lab, qtbot, home, last):
    lab = open_lab(QUICK)
    settled(lab)
    shutil.rmtree(home)
    lab.store.edit("net.width", 5)
    lab.window.close()
    assert last.spec() == lab.store.spec


def test_two_windows_keep_their_labs_apart(open_lab, qtbot, home, last):
    options = Options(speed=None, engine="numpy")
    first, second = open_lab(QUICK, options), open_lab(QUICK, options)
    first.store.edit("net.width", 5)
    second.store.edit("net.width", 7)
    for lab in (second, first):
        lab.window.close()
    (other,) = home.glob("window-*.window.json")
    assert last.spec() == first.store.spec
    assert window_from_json(other.read_bytes()).lab_spec() == second.store.spec
