"""Runs are kept by themselves: which of them, and what of each."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.compose import run_recorder
from layerlab.compose.ended_run import EndedRun
from layerlab.compose.kept_run import measured
from layerlab.compose.labs import read_lab
from layerlab.core.options import Options
from layerlab.core.picture import Polyline, picture_from_json
from layerlab.core.spec import LabSpec, edit, edit_all
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.runs.query import parse
from tests.compose.conftest import bar_of, drag, finished
from tests.helpers.waiting import PATIENCE_S

QUICK = edit_all(LabSpec(), {"train.updates": 60, "train.seeds": 4})
SLOW = edit_all(LabSpec(), {"train.updates": 200_000, "train.seeds": 2})


@pytest.fixture
def runs(home):
    return RunLibrary(home)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Look often, and take what rests for a moment."""
    monkeypatch.setattr(run_recorder, "LOOK_MS", 20)
    monkeypatch.setattr(run_recorder, "SETTLED_S", 0.1)


def written(lab):
    """Wait until all that was handed over is in the library."""
    assert lab.recorder._keeper.wait_until_idle(PATIENCE_S)


def looked(lab, qtbot):
    """Let the recorder look, more than once."""
    qtbot.wait(10 * run_recorder.LOOK_MS)
    written(lab)


def kept(runs, qtbot, count):
    qtbot.waitUntil(lambda: len(runs.find()) == count)
    return runs.find()


def test_a_run_that_ended_is_kept_as_it_was(open_lab, qtbot, runs):
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    (entry,) = kept(runs, qtbot, 1)
    state, history = lab.runner.snapshot()
    detail = runs.detail(entry.id)
    assert detail.lab_spec() == QUICK
    assert (entry.status, entry.updates, entry.length) == ("finished", 60, 60)
    assert (entry.engine, entry.seeds) == ("numpy", 4)
    assert entry.seconds > 0
    assert detail.versions["numpy"] == np.__version__
    losses = history.to_arrays()["train"][-1]
    assert detail.losses.train == tuple(losses)
    assert entry.loss == pytest.approx(np.median(losses))
    saved = read_lab(detail.network)
    np.testing.assert_array_equal(saved.state.params, state.params)
    np.testing.assert_array_equal(saved.state.moments, state.moments)
    np.testing.assert_allclose(
        saved.history.to_arrays()["train"], history.to_arrays()["train"], rtol=1e-6
    )
    picture = picture_from_json(runs.pictures([entry.id])[entry.id])
    assert any(isinstance(shape, Polyline) for shape in picture)


def test_a_drag_keeps_its_last_value_alone(open_lab, qtbot, runs):
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    kept(runs, qtbot, 1)
    bar = bar_of(lab, "net.width")
    left, y = Qt.MouseButton.LeftButton, bar.height() // 2
    start = round(bar.handle_x())
    QTest.mousePress(bar, left, pos=QPoint(start, y))
    for k in range(1, 6):
        QTest.mouseMove(bar, QPoint(start + 9 * k, y))
        finished(qtbot, lab)
        looked(lab, qtbot)  # it rests, but the drag goes on
    assert len(runs.find()) == 1
    QTest.mouseRelease(bar, left, pos=QPoint(start + 45, y))
    newest, _ = kept(runs, qtbot, 2)
    assert newest.hidden == "-".join(map(str, lab.store.spec.net.hidden)) != "8-8"


def test_steps_by_hand_are_no_run_and_a_pause_is_one(open_lab, qtbot, runs):
    lab = open_lab(SLOW)
    for _ in range(3):
        QTest.keyClick(lab.window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: lab.frame.update == 3)
    looked(lab, qtbot)
    assert runs.find() == []
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: lab.frame.update > 100)
    looked(lab, qtbot)
    assert runs.find() == []  # it goes on
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    (entry,) = kept(runs, qtbot, 1)
    assert (entry.status, entry.updates) == ("paused", lab.frame.update)
    # On from there it is the same run.
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: lab.frame.update > entry.updates + 100)
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: runs.find()[0].updates == lab.frame.update)
    assert [run.id for run in runs.find()] == [entry.id]


def test_what_was_undone_or_opened_is_not_kept_again(open_lab, qtbot, runs):
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    kept(runs, qtbot, 1)
    drag(bar_of(lab, "net.width"), 0.6)
    finished(qtbot, lab)
    before = kept(runs, qtbot, 2)
    lab.store.undo()
    qtbot.waitUntil(lambda: lab.frame.spec == QUICK)
    looked(lab, qtbot)
    assert runs.find() == before


def test_a_long_run_that_an_edit_replaced_is_kept(open_lab, qtbot, runs, monkeypatch):
    monkeypatch.setattr(run_recorder, "LONG_S", 0.1)
    lab = open_lab(SLOW, play=True)
    qtbot.waitUntil(lambda: lab.recorder._long is not None)
    lab.store.edit("net.width", 5)
    (entry,) = kept(runs, qtbot, 1)
    assert (entry.status, entry.hidden) == ("replaced", "8-8")
    assert 0 < entry.updates < entry.length


def test_a_window_that_closes_at_once_keeps_its_run(open_lab, qtbot, runs, monkeypatch):
    monkeypatch.setattr(run_recorder, "SETTLED_S", 1000)
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    lab.window.close()
    assert len(runs.find()) == 1


def test_nothing_is_kept_where_nothing_may_be(open_lab, qtbot, runs):
    lab = open_lab(QUICK, Options(speed=None, engine="numpy", runs_mb=0), play=True)
    finished(qtbot, lab)
    looked(lab, qtbot)
    lab.window.close()
    assert not runs.is_there


def test_a_disk_that_refuses_is_said_once(open_lab, qtbot, runs, home, caplog):
    home.mkdir()
    runs.folder.write_bytes(b"")  # no folder can be made
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    qtbot.waitUntil(lambda: "The run is not kept" in lab.toast.text())
    lab.toast.setText("")
    with caplog.at_level(logging.WARNING):
        drag(bar_of(lab, "net.width"), 0.6)
        finished(qtbot, lab)
        qtbot.waitUntil(lambda: "not kept" in caplog.text)
    assert "not kept" not in lab.toast.text()
    runs.folder.unlink()
    drag(bar_of(lab, "net.width"), 0.4)
    finished(qtbot, lab)
    qtbot.waitUntil(lambda: "Runs are kept again." in lab.toast.text())
    assert len(runs.find()) == 1


def test_a_damaged_library_is_kept_aside_and_said(open_lab, qtbot, runs):
    runs.folder.mkdir(parents=True)
    runs.file.write_bytes(b"no library" * 1000)
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    qtbot.waitUntil(lambda: "was damaged; it is kept as" in lab.toast.text())
    (aside,) = runs.folder.glob("* damaged *")
    assert aside.name in lab.toast.text()
    assert aside.read_bytes().startswith(b"no library")
    assert len(runs.find()) == 1


def test_a_run_that_diverged_is_kept_without_its_network():
    state = next(iter(NumpyEngine().run(QUICK, until=0)))
    params = state.params.copy()
    params[:3] = np.nan
    run = EndedRun(QUICK, replace(state, params=params), None, "stopped", 60, "numpy", 1.0, 2.0)
    new, network = measured(run, 10**8)
    assert network is None
    assert new.loss is None
    assert [loss is None for loss in new.losses.train] == [True, True, True, False]


def test_a_network_that_is_too_large_is_not_even_written_down():
    state = next(iter(NumpyEngine().run(QUICK, until=0)))
    run = EndedRun(QUICK, state, None, "finished", 60, "numpy", 1.0, 2.0)
    assert measured(run, 10**8)[1] is not None
    assert measured(run, state.nbytes)[1] is None


def test_a_live_edit_of_a_run_that_has_ended_changes_nothing_that_is_kept(
    open_lab, qtbot, runs
):
    """It was not trained by that rate."""
    lab = open_lab(QUICK, play=True)
    finished(qtbot, lab)
    before = kept(runs, qtbot, 1)
    lab.store.edit("train.rate", 0.3)
    qtbot.waitUntil(lambda: lab.frame.spec.train.rate == 0.3)
    looked(lab, qtbot)
    assert runs.find() == before
    assert runs.detail(before[0].id).lab_spec() == QUICK


def test_a_run_whose_rate_was_turned_while_it_trained_says_so(open_lab, qtbot, runs):
    lab = open_lab(SLOW, play=True)
    qtbot.waitUntil(lambda: lab.frame.update > 100)
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    (first,) = kept(runs, qtbot, 1)
    assert first.tags == ()
    lab.store.edit("train.rate", 0.02)
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: lab.frame.update > first.updates + 100)
    QTest.keyClick(lab.window, Qt.Key.Key_Space)
    newest, other = kept(runs, qtbot, 2)  # the first is what it was
    assert other == first
    assert newest.tags == ("live-edits",)
    assert runs.detail(newest.id).lab_spec().train.rate == 0.02
    assert [run.id for run in runs.find(parse("tag:live-edits"))] == [newest.id]


def test_two_windows_keep_their_runs_in_one_library(open_lab, qtbot, runs):
    one = open_lab(QUICK, play=True)
    two = open_lab(edit(QUICK, "net.width", 4), play=True)
    finished(qtbot, one)
    finished(qtbot, two)
    assert {entry.hidden for entry in kept(runs, qtbot, 2)} == {"8-8", "4-4"}
