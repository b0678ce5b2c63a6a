"""Painting points and drawing a curve in the window, with mouse and keyboard."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from layerlab.compose.labs import read_lab
from layerlab.compose.session import Session
from layerlab.compose.start import open_window
from layerlab.core.by_hand import MAX_POINTS, height
from layerlab.core.errors import NoPointsError
from layerlab.core.numbers import grouped
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit, replace, to_json
from layerlab.nets.tasks import TASKS
from layerlab.runtime import labfile
from layerlab.ui.plotting.items import Dots
from layerlab.ui.views.hand_tools import ERASE, PAINT, PAN, SIZES
from tests.compose.conftest import finished
from tests.helpers.plots import paint, turn_wheel, width_of

KEY, LEFT, RIGHT = Qt.Key, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
TWO = (0.5, 0.5, 1.0, -0.5, -0.5, 2.0)


def quick(key: str, **fields: object) -> LabSpec:
    spec = edit(edit(TASKS[key].recommended(), "train.updates", 40), "train.seeds", 3)
    return replace(spec, task=replace(spec.task, **fields))


@pytest.fixture
def open_hand(open_lab, qtbot):
    """Open a lab of a task made by hand, trained to its end."""

    def make(key, **fields):
        lab = open_lab(quick(key, **fields))
        lab.window.resize(1280, 720)
        if lab.store.spec.task.points:
            lab.runner.finish()
            finished(qtbot, lab)
        paint()
        return lab

    return make


def plot_of(lab):
    return lab.window.prediction.shown().surfaces[0]


def place(plot, x, y) -> QPointF:
    return QPointF(float(plot.px(np.array(x))), float(plot.py(np.array(y))))


def send(plot, kind, button, down, at, modifiers=NONE):
    view = plot.viewport()
    event = QMouseEvent(kind, at, view.mapToGlobal(at), button, down, modifiers)
    QApplication.sendEvent(view, event)


def stroke(plot, *places, button=LEFT, modifiers=NONE, steps=6):
    """Drag with the mouse from place to place, in data units."""
    none = Qt.MouseButton.NoButton
    way = [place(plot, *one) for one in places]
    send(plot, QEvent.Type.MouseButtonPress, button, button, way[0], modifiers)
    for start, end in itertools.pairwise(way):
        for k in range(1, steps + 1):
            at = start + (end - start) * k / steps
            send(plot, QEvent.Type.MouseMove, none, button, at, modifiers)
            QApplication.processEvents()
    send(plot, QEvent.Type.MouseButtonRelease, button, none, way[-1], modifiers)
    QApplication.processEvents()


def rows(lab):
    return np.reshape(lab.store.spec.task.points, (-1, 3))


def is_drawn(lab):
    """Return whether the newest frame is of the spec in force, and finished."""
    frame = lab.frame
    return frame is not None and frame.spec == lab.store.spec and frame.status == "finished"


def test_the_tools_come_with_the_task_and_go_with_it(lab, qtbot):
    prediction = lab.window.prediction
    assert prediction.hand is None
    lab.training.on_edited("task.name", "painted")
    assert lab.store.spec.task.points == TASKS["painted"].recommended().task.points
    qtbot.waitUntil(lambda: plot_of(lab) is not None and lab.frame.spec == lab.store.spec)
    bars = prediction.hand.bars
    assert bars["points"].isVisible()
    assert not bars["curve"].isVisible()
    plane = plot_of(lab)
    assert plane.tool is prediction.hand.brush
    lab.training.on_edited("task.name", "drawn")
    qtbot.waitUntil(lambda: lab.frame.spec == lab.store.spec)
    assert (bars["points"].isVisible(), bars["curve"].isVisible()) == (False, True)
    assert plane.tool is None
    assert plot_of(lab).tool is prediction.hand.pen
    curve = plot_of(lab)
    lab.training.on_edited("task.name", "wave")
    qtbot.waitUntil(lambda: lab.frame.spec == lab.store.spec)
    assert not any(bar.isVisible() for bar in bars.values())
    assert curve.tool is None
    before = lab.store.spec
    shown = curve.shown(0)
    stroke(curve, (-0.5, 0.0), (0.2, 0.3))
    assert lab.store.spec == before
    assert curve.shown(0) != shown  # the mouse pans again


def test_a_stroke_paints_is_retrained_and_is_one_step_of_undo(open_hand, qtbot):
    lab = open_hand("painted")
    before, plot = lab.store.spec, plot_of(lab)
    began = len(rows(lab))
    QTest.keyClick(lab.window, KEY.Key_3)
    stroke(plot, (-0.8, -0.8), (0.8, -0.8))
    painted = rows(lab)[began:]
    assert len(painted) > 10
    assert set(painted[:, 2]) == {3}
    np.testing.assert_array_less(np.abs(painted[:, 1] + 0.8), SIZES[2] + 0.001)
    assert painted[:, 0].min() < -0.6
    assert painted[:, 0].max() > 0.6
    qtbot.waitUntil(lambda: is_drawn(lab))
    part = lab.frame.prediction
    assert part.class_count == 3
    assert len(part.points) == len(rows(lab))
    assert lab.frame.spec.task.points == lab.store.spec.task.points
    assert not any(view.holds_axes for view in lab.window.views)
    QTest.keyClick(lab.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lab.store.spec == before
    qtbot.waitUntil(lambda: is_drawn(lab))
    QTest.keyClick(lab.window, KEY.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(rows(lab)) == began + len(painted)
    qtbot.waitUntil(lambda: is_drawn(lab))
    assert lab.window.prediction.hand.brush.points == lab.store.spec.task.points


def test_two_strokes_are_two_steps_and_what_is_redone_is_painted_upon(open_hand, qtbot):
    lab = open_hand("painted", points=TWO)
    plot = plot_of(lab)
    stroke(plot, (-0.8, 0.5), (-0.6, 0.5))
    one = lab.store.spec
    stroke(plot, (0.0, 0.5), (0.1, 0.5))
    two = lab.store.spec
    assert len(two.task.points) > len(one.task.points) > 6
    lab.store.undo()
    assert lab.store.spec == one
    stroke(plot, (0.9, -0.9), (0.9, -0.8))
    assert lab.store.spec.task.points[: len(one.task.points)] == one.task.points
    assert lab.store.can_redo == ""


@pytest.mark.parametrize("way", ["right", "key", "button"])
def test_the_eraser_takes_points_of_any_class(open_hand, qtbot, way):
    lab = open_hand("painted")
    window, plot = lab.window, plot_of(lab)
    brush = window.prediction.hand.brush
    if way == "key":
        QTest.keyClick(window, KEY.Key_E)
    elif way == "button":
        QTest.mouseClick(window.prediction.hand.bars["points"].modes[ERASE], LEFT)
    assert brush.mode == (PAINT if way == "right" else ERASE)
    before = rows(lab)
    stroke(plot, (-0.65, 0.35), (0.65, 0.35), button=RIGHT if way == "right" else LEFT)
    after = rows(lab)
    radius = SIZES[2]
    away = np.abs(before[:, 1] - 0.35) > radius
    kept = {tuple(row) for row in after}
    assert {tuple(row) for row in before[away]} <= kept
    assert 0 < len(after) < len(before)
    inner = (np.abs(before[:, 1] - 0.35) < 0.8 * radius) & (np.abs(before[:, 0]) < 0.65)
    assert inner.any()
    assert not kept & {tuple(row) for row in before[inner]}
    assert QApplication.activePopupWidget() is None  # the right button opens no menu
    if way == "key":
        QTest.keyClick(window, KEY.Key_E)
        assert brush.mode == PAINT
    lab.store.undo()
    np.testing.assert_array_equal(rows(lab), before)


def test_the_wheel_and_shift_zoom_and_points_are_put_where_the_mouse_is(open_hand, qtbot):
    lab = open_hand("painted", points=TWO)
    plot = plot_of(lab)
    brush = lab.window.prediction.hand.brush
    brush.resize(0)
    whole = width_of(plot.shown(0))
    turn_wheel(plot, place(plot, 0.5, 0.5).toPoint(), 3)
    paint()
    assert width_of(plot.shown(0)) < whole
    assert lab.store.spec.task.points == TWO
    target = plot.data_at(place(plot, 0.45, 0.55))
    stroke(plot, target)
    np.testing.assert_allclose(rows(lab)[-1], [*target, 1], atol=0.006)
    assert len(rows(lab)) == 3
    qtbot.waitUntil(lambda: is_drawn(lab))
    assert width_of(plot.shown(0)) < whole  # it stays zoomed while one paints
    QTest.keyClick(lab.window, KEY.Key_A)
    paint()
    assert width_of(plot.shown(0)) == pytest.approx(whole)
    points = lab.store.spec.task.points
    stroke(plot, (-0.5, -0.5), (0.3, 0.3), modifiers=SHIFT)
    assert lab.store.spec.task.points == points
    assert width_of(plot.shown(0)) < whole
    QTest.keyClick(lab.window, KEY.Key_A)
    paint()
    brush.choose(PAN)
    shown = plot.shown(0)
    stroke(plot, (-0.2, 0.0), (0.3, 0.0))
    assert lab.store.spec.task.points == points
    assert plot.shown(0)[0] == pytest.approx(shown[0] - 0.5, abs=0.02)


def test_the_numbers_choose_classes_and_swatches_show_it(open_hand, qtbot):
    lab = open_hand("painted")
    bar, brush = lab.window.prediction.hand.bars["points"], lab.window.prediction.hand.brush
    for label in range(1, 7):
        QTest.keyClick(lab.window, getattr(KEY, f"Key_{label}"))
        assert brush.label == label
        assert [swatch.isChecked() for swatch in bar.swatches] == [
            k + 1 == label for k in range(6)
        ]
    QTest.keyClick(lab.window, KEY.Key_7)
    assert brush.label == 6
    QTest.mouseClick(bar.swatches[1], LEFT)
    assert brush.label == 2
    QTest.mouseClick(bar.modes[PAN], LEFT)
    assert not any(swatch.isChecked() for swatch in bar.swatches)
    QTest.keyClick(lab.window, KEY.Key_2)
    assert (brush.mode, brush.label) == (PAINT, 2)
    size = brush.size
    QTest.keyClick(lab.window, KEY.Key_BracketRight)
    assert brush.size == size + 1
    assert bar.size_button.accessibleName() == "brush: large"
    QTest.keyClick(lab.window, KEY.Key_BracketLeft)
    assert brush.size == size
    assert all(button.accessibleName() for button in bar.buttons)


def test_by_keyboard_alone_the_plane_is_painted_and_erased(open_hand, qtbot):
    lab = open_hand("painted", points=TWO)
    plot = plot_of(lab)
    lab.window.prediction.hand.brush.resize(0)
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(plot.hasFocus)
    assert plot.accessibleName()
    update = lab.frame.update
    for _ in range(4):
        QTest.keyClick(plot, KEY.Key_Right)
    QTest.keyClick(plot, KEY.Key_Down)
    QTest.keyClick(plot, KEY.Key_2)
    QTest.keyClick(plot, KEY.Key_Space)
    assert len(rows(lab)) == 3
    np.testing.assert_allclose(rows(lab)[-1], [4 * 2.4 / 40, -2.4 / 40, 2], atol=1e-3)
    QTest.keyClick(plot, KEY.Key_Up, SHIFT)
    assert len(rows(lab)) > 3
    QTest.keyClick(plot, KEY.Key_Down)
    QTest.keyClick(plot, KEY.Key_Delete)
    assert not (np.hypot(*(rows(lab)[:, :2] - [0.24, -0.06]).T) < 0.03).any()
    assert update == 40  # neither step nor play took the keys
    qtbot.waitUntil(lambda: is_drawn(lab))


def test_without_points_the_views_wait_and_painting_brings_them_back(open_hand, qtbot):
    lab = open_hand("painted")
    window = lab.window
    before = lab.store.spec
    QTest.mouseClick(window.prediction.hand.bars["points"].clear_button, LEFT)
    assert lab.store.spec.task.points == ()
    qtbot.waitUntil(lambda: "no points yet" in window.stage.veil.text)
    assert not window.banner.isVisible()
    assert lab.errors  # the run itself says so, and nothing hangs
    QTest.keyClick(window, KEY.Key_Space)
    assert not lab.runner.is_playing
    assert window.prediction.numbers() == ""
    assert window.topbar.readouts.accessibleDescription() == ""
    plot = plot_of(lab)
    assert not any(isinstance(mark, Dots) for mark in plot.still.values())
    QTest.keyClick(window, KEY.Key_5)
    stroke(plot, (0.2, 0.2), (0.3, 0.2))
    qtbot.waitUntil(lambda: is_drawn(lab))
    assert window.stage.veil.text == ""
    assert set(rows(lab)[:, 2]) == {5}
    assert "only class 5" in window.prediction.note()
    lab.store.undo()
    qtbot.waitUntil(lambda: "no points yet" in window.stage.veil.text)
    lab.store.undo()
    assert lab.store.spec == before
    qtbot.waitUntil(lambda: is_drawn(lab))
    assert window.stage.veil.text == ""


def test_erasing_the_last_point_waits_too(open_hand, qtbot):
    lab = open_hand("painted", points=(0.0, 0.0, 1.0))
    stroke(plot_of(lab), (-0.1, 0.0), (0.1, 0.0), button=RIGHT)
    assert lab.store.spec.task.points == ()
    qtbot.waitUntil(lambda: "no points yet" in lab.window.stage.veil.text)
    lab.store.undo()
    qtbot.waitUntil(lambda: is_drawn(lab))
    assert lab.window.stage.veil.text == ""


@pytest.mark.parametrize("key", ["painted", "drawn"])
def test_a_lab_that_begins_without_points_can_be_painted(qtbot, home, open_lab, key):
    session = Session(quick(key, points=()), Options(speed=None, engine="numpy"))
    open_lab.sessions.append(session)
    window = session.window
    window.resize(1280, 720)
    window.show()
    session.begin(play=True)
    qtbot.waitUntil(lambda: "yet" in window.stage.veil.text)
    paint()
    plot = window.prediction.shown().surfaces[0]
    assert plot.tool is not None
    stroke(plot, (-0.9, 0.2), (0.9, 0.3))
    assert session.store.spec.task.points
    qtbot.waitUntil(lambda: is_drawn(session))
    assert window.stage.veil.text == ""
    assert not window.banner.isVisible()


def test_no_more_is_painted_than_fits_and_it_is_said(open_hand, qtbot):
    some = tuple(np.round(np.random.default_rng(0).uniform(-1, 1, MAX_POINTS - 2), 3))
    points = tuple(n for x in some for n in (float(x), float(-x), 1.0))
    lab = open_hand("painted", points=points)
    stroke(plot_of(lab), (-0.5, 0.9), (0.5, 0.9))
    assert len(rows(lab)) == MAX_POINTS
    assert lab.toast.text() == f"{grouped(MAX_POINTS)} points are the most: erase some first."
    before = lab.store.spec
    stroke(plot_of(lab), (-0.5, 0.9), (0.5, 0.9))
    assert lab.store.spec == before


def test_a_curve_is_drawn_over_the_x_that_the_mouse_passes(open_hand, qtbot):
    lab = open_hand("drawn")
    before, plot = lab.store.spec, plot_of(lab)
    old = before.task.points
    stroke(plot, (-0.4, -0.8), (0.2, 0.9))
    points = lab.store.spec.task.points
    for x in (-0.36, -0.1, 0.16):
        assert height(points, x) == pytest.approx(-0.8 + (x + 0.4) * 1.7 / 0.6, abs=0.03)
    for x in (-0.9, -0.5, 0.3, 0.8):
        assert height(points, x) == height(old, x)
    qtbot.waitUntil(lambda: is_drawn(lab))
    part = lab.frame.prediction
    at = np.argmin(np.abs(part.x + 0.1))
    assert part.target[at] == pytest.approx(height(points, part.x[at]), abs=1e-6)
    assert plot.y_axis.low <= -1.2
    assert plot.y_axis.high >= 1.2
    lab.store.undo()
    assert lab.store.spec == before
    QTest.keyClick(lab.window, KEY.Key_E)
    stroke(plot, (-0.5, 0.0), (0.5, 0.0))
    flat = lab.store.spec.task.points
    ends = [height(old, x) for x in (-0.52, 0.52)]
    assert height(flat, 0.0) == pytest.approx(sum(ends) / 2, abs=0.01)


def test_a_curve_is_drawn_by_keyboard(open_hand, qtbot):
    lab = open_hand("drawn")
    plot, old = plot_of(lab), lab.store.spec.task.points
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(plot.hasFocus)
    for _ in range(3):
        QTest.keyClick(plot, KEY.Key_Down)
    low, high = plot.visible(1)
    y = -3 * (high - low) / 40
    QTest.keyClick(plot, KEY.Key_Space)
    points = lab.store.spec.task.points
    assert height(points, 0.0) == pytest.approx(y, abs=0.002)
    assert height(points, 0.5) == height(old, 0.5)
    for _ in range(4):
        QTest.keyClick(plot, KEY.Key_Right, SHIFT)
    assert height(lab.store.spec.task.points, 0.18) == pytest.approx(y, abs=0.002)


def test_a_saved_lab_is_opened_with_its_points(open_hand, open_lab, qtbot, tmp_path):
    lab = open_hand("painted")
    stroke(plot_of(lab), (-0.8, -0.8), (0.0, -0.8))
    qtbot.waitUntil(lambda: is_drawn(lab))
    path = tmp_path / "painted.layerlab"
    state, history = lab.runner.snapshot()
    labfile.save(path, lab.store.spec, state, history.to_arrays())
    again = read_lab(path)
    assert again.spec == lab.store.spec
    other = open_lab(again.spec, snapshot=again)
    assert other.frame.update == 40
    assert other.window.prediction.hand.brush.points == lab.store.spec.task.points
    np.testing.assert_array_equal(other.runner.snapshot()[0].params, state.params)


@pytest.mark.parametrize(
    ("key", "made"), [("moons", "painted"), ("blobs", "painted"), ("wave", "drawn")]
)
def test_a_generated_task_is_edited_by_hand_as_one_step(open_lab, qtbot, key, made):
    spec = edit(edit(TASKS[key].recommended(), "train.updates", 40), "train.seeds", 3)
    lab = open_lab(spec)
    lab.runner.finish()
    finished(qtbot, lab)
    menu = lab.window.prediction.menu()
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text() == "Edit data by hand")
    action.trigger()
    menu.close()
    now = lab.store.spec
    assert now.task.name == made
    assert (now.net, now.train) == (spec.net, spec.train)
    qtbot.waitUntil(lambda: is_drawn(lab))
    data = lab.frame.prediction
    if made == "painted":
        own = TASKS[key].load(spec.task)
        x = np.round(np.concatenate([own.x, own.validation_x]), 3)
        y = np.concatenate([own.y, own.validation_y])
        expected = sorted(map(tuple, np.column_stack((x, y + 1)).tolist()))
        assert sorted(map(tuple, rows(lab).tolist())) == expected
    else:
        inside = np.abs(data.x) <= 1
        truth = TASKS[key].load(spec.task).truth(data.x[inside, None])[:, 0]
        np.testing.assert_allclose(data.target[inside], truth, atol=0.01)
    assert not lab.window.prediction.can_edit_by_hand()
    lab.store.undo()
    assert lab.store.spec == spec


def test_a_figure_has_no_tools_but_the_names_of_the_classes(open_hand, qtbot):
    lab = open_hand("painted")
    prediction = lab.window.prediction
    prediction.set_figure(True)
    prediction.redraw()
    assert not prediction.hand.bars["points"].isVisible()
    plot = plot_of(lab)
    names = [entry.text for entry in (*plot.legend, *plot.column)]
    assert {"class 1", "class 2"} <= set(names)
    prediction.set_figure(False)
    assert prediction.hand.bars["points"].isVisible()


@pytest.mark.parametrize("points", [(), TWO])
def test_what_is_painted_is_there_at_the_next_start(open_hand, open_lab, qtbot, points):
    lab = open_hand("painted", points=TWO)
    if not points:
        lab.window.prediction.hand.brush.clear()
        qtbot.waitUntil(lambda: "no points yet" in lab.window.stage.veil.text)
    lab.window.close()
    again = open_window()
    open_lab.sessions.append(again)
    qtbot.waitUntil(lambda: again.frame is not None or again.window.stage.veil.text != "")
    assert again.store.spec.task.points == points
    assert ("no points yet" in again.window.stage.veil.text) == (not points)
    assert not again.window.banner.isVisible()


def test_a_file_without_points_is_opened_and_waits(lab, qtbot, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(to_json(quick("painted", points=())))
    lab.pages.open_path(str(path))
    qtbot.waitUntil(lambda: "no points yet" in lab.window.stage.veil.text)
    assert lab.store.spec.task.points == ()
    assert not lab.window.banner.isVisible()
    lab.store.undo()
    qtbot.waitUntil(lambda: lab.window.stage.veil.text == "")
    assert lab.store.spec.task.name == "wave"


def test_wrong_labels_among_painted_points_are_said(lab):
    lab.training.on_edited("task.name", "painted")
    title = lab.window.panel.sections["task"].title
    assert "labels are wrong" not in title.more
    lab.store.edit("task.label_noise", 0.2)
    assert title.more == "20 % of the training labels are wrong"


def test_while_there_are_no_points_the_worker_rests(lab, qtbot):
    lab.training.on_edited("task.name", "painted")
    lab.store.edit("task.points", ())
    qtbot.waitUntil(lambda: lab.errors != [])
    for _turn in range(50):  # of what the window says when it hears of it
        QApplication.processEvents()
        time.sleep(0.002)
    assert len(lab.errors) < 5
    assert {type(error) for error in lab.errors} == {NoPointsError}
