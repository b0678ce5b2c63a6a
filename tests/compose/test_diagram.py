"""The diagram in the window: what comes into sight is measured, and stays live."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.core.spec import LabSpec, edit
from layerlab.nets import probes

WIDE = edit(edit(LabSpec(), "net.hidden", (300, 20)), "train.seeds", 2)


def has_all_pictures(canvas):
    return canvas.is_zoomed and not any(absent.any() for absent in canvas.picture.absent)


def test_neurons_that_come_into_sight_get_their_pictures(open_lab, qtbot):
    lab = open_lab(edit(WIDE, "train.updates", 20))
    canvas = lab.window.diagram.canvas
    assert list(canvas.part.layers[1].shown) == list(range(len(canvas.part.layers[1].shown)))
    canvas.focus_unit(1, 250)
    canvas.reveal(1, 250)
    assert 250 in canvas.part.layers[1].shown
    qtbot.waitUntil(lambda: has_all_pictures(canvas))
    assert lab.frame.diagram.units == canvas._units
    assert lab.frame.loss is not None  # the other parts are those of before
    assert lab.frame.prediction is not None
    lab.runner.finish()
    qtbot.waitUntil(lambda: lab.frame.status == "finished")
    assert has_all_pictures(canvas)
    state, _ = lab.runner.snapshot()
    whole = tuple(tuple(range(size)) for size in (1, 300, 20, 1))
    part = probes.measure(lab.store.spec, state, ("diagram",), units=whole)["diagram"]
    drawn = canvas.part.layers[1]
    assert (drawn.thumbs == part.layers[1].thumbs[drawn.shown]).all()
    canvas.reset_zoom()
    qtbot.waitUntil(lambda: lab.frame.diagram.units == ())
    assert len(canvas.part.layers[1].shown) <= 12


def test_a_pass_goes_through_the_neurons_in_sight(open_lab, qtbot):
    lab = open_lab(edit(WIDE, "train.updates", 5))
    view, canvas = lab.window.diagram, lab.window.diagram.canvas
    canvas.focus_unit(1, 120)
    canvas.reveal(1, 120)
    qtbot.waitUntil(lambda: has_all_pictures(canvas))
    for _ in range(2):
        QTest.mouseClick(view.bar.step, Qt.MouseButton.LeftButton)
    assert view.player.state.layer == 1
    assert has_all_pictures(canvas)
    view.grab()
    layer, place = canvas.explained()
    assert (layer, int(canvas.part.layers[1].shown[place])) == (1, 120)
    assert canvas.placed is not None
    canvas.box.translateBy(y=60)  # the pass stays while the view moves
    view.grab()
    assert view.player.state is not None
    view.stop_pass()


def test_a_pass_has_pictures_of_its_own_network_wherever_the_view_goes(open_lab, qtbot):
    lab = open_lab(edit(WIDE, "train.updates", 20))
    view, canvas = lab.window.diagram, lab.window.diagram.canvas
    canvas.zoom_by(1, 1e3)  # until all are unfolded
    qtbot.waitUntil(lambda: has_all_pictures(canvas))
    state, _ = lab.runner.snapshot()
    QTest.mouseClick(view.bar.step, Qt.MouseButton.LeftButton)
    lab.runner.finish()  # the network goes on, the pass does not
    qtbot.waitUntil(lambda: lab.frame.status == "finished")
    before = set(canvas.part.layers[1].shown.tolist())
    canvas.box.translateBy(y=canvas.layout_now().height)
    drawn = canvas.part.layers[1].shown
    assert not before & set(drawn.tolist())
    qtbot.waitUntil(lambda: has_all_pictures(canvas))
    whole = tuple(tuple(range(size)) for size in (1, 300, 20, 1))
    part = probes.measure(lab.store.spec, state, ("diagram",), units=whole)["diagram"]
    assert (canvas.part.layers[1].thumbs == part.layers[1].thumbs[drawn]).all()
    assert canvas.run.step == view.player.state.step
    view.stop_pass()
    qtbot.waitUntil(lambda: has_all_pictures(canvas))
    assert not (canvas.part.layers[1].thumbs == part.layers[1].thumbs[drawn]).all()


def test_another_task_shows_the_whole_network_again(open_lab, qtbot):
    lab = open_lab(edit(WIDE, "train.updates", 5))
    lab.window.diagram.canvas.zoom_by(3, 3)
    assert lab.window.diagram.is_zoomed
    lab.training.on_edited("task.name", "moons")
    qtbot.waitUntil(lambda: lab.frame.spec.task.name == "moons")
    assert not lab.window.diagram.is_zoomed
    qtbot.waitUntil(lambda: lab.runner.request.units == ())
