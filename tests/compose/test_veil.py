"""While a task is loaded, the views say that they are still of the one before."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.core.errors import LabError
from layerlab.core.spec import edit
from layerlab.nets import problem
from layerlab.ui.diagram.hits import find_target
from tests.compose.conftest import finished, tile_of


def begin(qtbot, lab, seed):
    """Train, with data of which nothing is kept from other tests."""
    lab.store.edit("task.seed", seed)
    lab.runner.finish()
    qtbot.waitUntil(lambda: lab.frame.spec.task.seed == seed)
    finished(qtbot, lab)


def hold(monkeypatch, refuse=None):
    """Let the trainer wait for its data; return what lets it go on."""
    gate, load = threading.Event(), problem.load_data

    def slow(spec):
        if threading.current_thread() is not threading.main_thread():
            assert gate.wait(120)
            if refuse:
                raise LabError(refuse)
        return load(spec)

    monkeypatch.setattr(problem, "load_data", slow)
    return gate


def test_views_of_the_task_before_have_a_veil_until_the_new_one_is_there(
    lab, qtbot, monkeypatch
):
    begin(qtbot, lab, 9101)
    veil = lab.window.stage.veil
    assert veil.text == ""
    plain = lab.window.prediction.grab().toImage()
    gate = hold(monkeypatch)
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: veil.text != "")
    assert veil.text == "Loading spiral… The views show the task before it."
    assert veil.geometry() == lab.window.stage.rect()
    assert lab.window.prediction.grab().toImage() == plain  # it is what is below the veil
    lab.window.resize(lab.window.width() - 60, lab.window.height())
    qtbot.waitUntil(lambda: veil.geometry() == lab.window.stage.rect())
    gate.set()
    qtbot.waitUntil(lambda: lab.frame.spec.task.name == "spiral")
    assert veil.text == ""
    assert not veil.isVisible()


def test_going_back_to_the_task_that_is_shown_takes_the_veil_away(lab, qtbot, monkeypatch):
    begin(qtbot, lab, 9102)
    gate = hold(monkeypatch)
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.window.stage.veil.text != "")
    lab.store.undo()
    assert lab.window.stage.veil.text == ""
    gate.set()


def test_a_task_that_cannot_be_loaded_leaves_no_views_that_seem_its_own(
    lab, qtbot, monkeypatch
):
    begin(qtbot, lab, 9103)
    gate = hold(monkeypatch, "its data are damaged")
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), Qt.MouseButton.LeftButton)
    gate.set()
    qtbot.waitUntil(lambda: lab.window.banner.isVisible())
    assert lab.window.banner.text.text() == "Its data are damaged"
    assert lab.window.stage.veil.text.startswith("spiral is not there.")
    monkeypatch.undo()
    lab.store.undo()
    assert lab.window.stage.veil.text == ""


def test_no_weight_of_the_network_before_is_edited_meanwhile(lab, qtbot, monkeypatch):
    begin(qtbot, lab, 9105)
    canvas = lab.window.diagram.canvas
    canvas.edit(find_target(canvas.part, canvas.geometry_now(), canvas.theme, edge_of(canvas)))
    assert canvas.editor.isVisible()
    gate = hold(monkeypatch)
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.window.stage.veil.text != "")
    assert not canvas.editor.isVisible()
    lab.window.diagram.weight_edited.emit(1, 2, 5, 1.75)
    assert lab.toast.text() == "The new network is not ready yet: nothing was changed."
    assert lab.store.can_undo.startswith("Task")
    gate.set()


def edge_of(canvas):
    return canvas.geometry_now().edge_point(0, 0, 0, 0.5)


def test_a_drag_of_the_same_task_has_no_veil(lab, qtbot, monkeypatch):
    begin(qtbot, lab, 9104)
    gate = hold(monkeypatch)
    lab.store.replace(edit(lab.store.spec, "task.samples", 40), "samples")
    QTest.qWait(400)
    assert lab.window.stage.veil.text == ""
    gate.set()
