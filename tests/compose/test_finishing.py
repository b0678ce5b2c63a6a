"""Finish while dragging: on, each value is trained to the end; off, it is seen to learn."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from tests.compose.conftest import bar_of, drag, finished, tile_of
from tests.compose.test_session import trained

LEFT = Qt.MouseButton.LeftButton
QUICK = edit(LabSpec(), "train.updates", 60)
PACED = Options(engine="numpy", speed=20.0)


def action(lab):
    return lab.window.commands["finish_dragging"]


def grab(lab, share):
    """Drag the width to a share of its slider and hold it there; return where."""
    bar = bar_of(lab, "net.hidden")
    y, start = bar.height() // 2, round(bar.handle_x())
    end = round(8 + share * (bar.width() - 16))
    QTest.mousePress(bar, LEFT, pos=QPoint(start, y))
    for x in (start + 20, end):
        QTest.mouseMove(bar, QPoint(x, y))
        QApplication.processEvents()
    return bar, QPoint(end, y)


def test_it_is_on_and_a_held_value_is_finished_whatever_the_speed(open_lab, qtbot):
    lab = open_lab(QUICK, PACED)
    assert action(lab).isChecked()
    bar, place = grab(lab, 0.6)
    frame = finished(qtbot, lab)  # with the button still down
    assert frame.spec == lab.store.spec != QUICK
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, trained(frame.spec))
    run = lab.runner.request
    QTest.mouseRelease(bar, LEFT, pos=place)
    qtbot.wait(50)
    assert lab.runner.request is run  # letting go trains nothing
    assert lab.frame is frame


@pytest.mark.parametrize("dragged", [True, False])
def test_off_a_value_trains_at_the_pace_of_the_slider(open_lab, qtbot, dragged):
    lab = open_lab(edit(QUICK, "train.updates", 5000), PACED)
    action(lab).trigger()
    assert not lab.options.finish_dragging
    if dragged:
        drag(bar_of(lab, "net.hidden"), 0.6)
    else:
        QTest.mouseClick(tile_of(lab, "net.activation", "tanh"), LEFT)
    assert lab.runner.is_playing
    assert lab.runner.request.speed == 20.0
    qtbot.waitUntil(lambda: lab.frame.spec == lab.store.spec and lab.frame.update > 0)
    assert lab.frame.update < 1000  # a run without a pace would do them all
    assert lab.frame.status == "running"
    lab.runner.pause()


def test_the_choice_is_remembered(open_lab):
    from layerlab.runtime import settings

    lab = open_lab(QUICK, PACED)
    action(lab).trigger()
    lab.window.close()
    again = open_lab(QUICK, settings.read_options())
    assert not action(again).isChecked()


def test_a_run_finished_at_once_tells_its_time(open_lab, qtbot):
    lab = open_lab(QUICK)
    drag(bar_of(lab, "net.hidden"), 0.6)
    frame = finished(qtbot, lab)
    assert frame.elapsed_s > 0
    text = lab.window.topbar.readouts.accessibleDescription()  # also what finds no room
    # 60 updates of 16 seeds. How long the time is, and so the text, depends on the machine.
    assert re.search(r", 960 in \S+ \S+ updates, all seeds, ", text), text
    lab.training.reset()
    lab.runner.step(30)
    qtbot.waitUntil(lambda: lab.frame.update == 30)
    lab.runner.finish()
    assert finished(qtbot, lab).elapsed_s == 0  # not in one go
