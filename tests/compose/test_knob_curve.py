"""The knob curve in the window: it fills in, is true, and can be clicked."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.commands.training import ReportedRun
from layerlab.compose import knob_curve as module
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit, get
from layerlab.runtime.settings import read_options
from layerlab.ui.knob_curve.place import slider_of
from tests.compose.conftest import bar_of, drag, finished

LEFT = Qt.MouseButton.LeftButton
QUICK = edit(edit(LabSpec(), "train.updates", 20), "train.seeds", 3)
QUICK = edit(QUICK, "net.hidden", (8,))  # 512 neurons of one layer are few weights


def plain(spec):
    """Return the last line of `layerlab train --engine numpy`."""
    training = ReportedRun(spec, "numpy", as_json=False)
    return training.final(training.run())


def filled(qtbot, lab):
    """Wait until every value of the curve is known, and return it."""

    def is_filled():
        curve = lab.curves.plot.curve
        return curve.total > 0 and curve.done == curve.total

    qtbot.waitUntil(is_filled)
    return lab.curves.plot.curve


def is_true(lab, point):
    spec = lab.curves._variants[point.number]
    report = plain(spec)
    expected = np.percentile(report["loss"], [25, 50, 75])
    np.testing.assert_allclose([point.low, point.median, point.high], expected, rtol=1e-12)
    assert point.validation == np.median(report["validation"]["loss"])
    return True


def without_background(lab):
    """Let nothing be trained but what the lab itself trains."""
    lab.background.close()


def click(lab, number):
    plot = lab.curves.plot
    QTest.mouseClick(plot, LEFT, pos=QPoint(round(plot.slider.bar.x_of(number)), 30))


def turn(lab, path, share):
    drag(slider_of(lab.window.panel, path).bar, share)


def test_a_drag_opens_the_curve_and_it_fills_in_with_plain_trainings(open_lab, qtbot):
    lab = open_lab(QUICK)
    assert not lab.curves.plot.isVisible()
    turn(lab, "net.width", 0.4)
    assert lab.curves.plot.isVisible()
    curve = filled(qtbot, lab)
    numbers = [point.number for point in curve.points]
    assert (numbers[0], numbers[-1]) == (1, 512)
    assert curve.current == get(lab.store.spec, "net.width")
    assert curve.at(curve.current) is not None
    assert curve.seeds == 3
    assert all(is_true(lab, point) for point in curve.points)


@pytest.mark.parametrize("path", ["net.depth", "train.rate", "task.samples", "task.noise"])
def test_other_knobs_have_their_curves_too(open_lab, qtbot, path):
    lab = open_lab(edit(edit(QUICK, "train.updates", 5), "train.seeds", 2))
    turn(lab, path, 0.3)
    curve = filled(qtbot, lab)
    assert lab.curves.plot.slider.path == path
    assert len(curve.points) >= curve.total >= 20
    assert all(is_true(lab, point) for point in curve.points[:: len(curve.points) // 6])


def test_what_the_lab_has_just_trained_is_put_in_at_once(open_lab, qtbot):
    lab = open_lab(QUICK)
    without_background(lab)
    lab.runner.finish()
    finished(qtbot, lab)
    turn(lab, "net.width", 0.5)
    frame = finished(qtbot, lab)
    QApplication.processEvents()
    curve = lab.curves.plot.curve
    width = get(frame.spec, "net.width")
    assert {8.0, float(width)} <= {point.number for point in curve.points}
    assert all(is_true(lab, point) for point in curve.points)


def test_a_click_on_a_point_goes_there_in_one_step_of_undo(open_lab, qtbot):
    lab = open_lab(QUICK)
    turn(lab, "net.width", 0.4)
    before = lab.store.spec
    curve = filled(qtbot, lab)
    goal = next(p for p in curve.points if p.number > 2 * get(before, "net.width"))
    click(lab, goal.number)
    assert get(lab.store.spec, "net.width") == goal.number
    frame = finished(qtbot, lab)
    assert np.median(frame.loss.train[-1]) == pytest.approx(goal.median, rel=1e-12)
    assert lab.curves.plot.curve.current == goal.number
    assert bar_of(lab, "net.hidden").number == goal.number
    lab.store.undo()
    assert lab.store.spec == before
    qtbot.waitUntil(lambda: lab.curves.plot.curve.current == get(before, "net.width"))
    assert lab.curves.plot.curve.points == curve.points  # nothing was forgotten
    qtbot.waitUntil(lambda: not lab.background.has(module.KEY))


def test_a_click_on_a_learning_rate_trains_it_from_initialization(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    turn(lab, "train.rate", 0.7)  # which goes on with the network there is
    goal = filled(qtbot, lab).points[20]
    run = lab.runner.request.run_id
    click(lab, goal.number)
    frame = finished(qtbot, lab)
    assert frame.run_id > run
    assert get(frame.spec, "train.rate") == goal.number
    assert np.median(frame.loss.train[-1]) == pytest.approx(goal.median, rel=1e-12)


def test_a_run_that_was_changed_on_its_way_is_not_taken_for_a_plain_one(open_lab, qtbot):
    lab = open_lab(QUICK)
    without_background(lab)
    lab.runner.step(10)
    qtbot.waitUntil(lambda: lab.frame.update == 10)
    turn(lab, "train.rate", 0.9)
    lab.runner.finish()
    finished(qtbot, lab)
    QApplication.processEvents()
    assert lab.curves.plot.curve.points == ()


def test_another_knob_makes_another_curve_and_the_way_back_is_known(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 5))
    turn(lab, "net.width", 0.3)
    first = filled(qtbot, lab)
    lab.store.edit("net.activation", "tanh")
    qtbot.waitUntil(lambda: lab.curves.plot.curve.done < lab.curves.plot.curve.total)
    assert filled(qtbot, lab).points != first.points
    lab.store.edit("net.activation", "relu")
    QApplication.processEvents()
    assert lab.curves.plot.curve.points == first.points


def test_the_curve_of_the_depth_follows_the_budget_lock(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 5))
    turn(lab, "net.depth", 0.2)
    filled(qtbot, lab)
    lab.window.panel.control("net.depth").lock.click()
    qtbot.waitUntil(lambda: lab.curves._variants[1.0].net.hidden[0] > 8)
    widths = {n: max(spec.net.hidden, default=0) for n, spec in lab.curves._variants.items()}
    assert widths[1.0] > widths[4.0] > widths[30.0]
    click(lab, 20.0)
    assert lab.store.spec.net.hidden == lab.curves._variants[20.0].net.hidden
    assert len(lab.store.spec.net.hidden) == 20


def test_the_batch_has_the_whole_training_set_at_its_end(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 5))
    turn(lab, "train.batch", 0.4)
    curve = filled(qtbot, lab)
    assert math.isinf(curve.points[-1].number)
    assert lab.curves.plot.texts.reading(math.inf).startswith("Batch full: ")
    click(lab, math.inf)
    assert lab.store.spec.train.batch == "full"


def test_more_seeds_and_single_layers_have_no_curve(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "net.hidden", (8, 8)))
    turn(lab, "train.seeds", 0.2)
    widths = lab.window.panel.control("net.hidden")
    QTest.mouseClick(widths.each, LEFT)
    QApplication.processEvents()
    drag(widths.layers[0].bar, 0.6)
    assert not lab.curves.plot.isVisible()
    assert len(set(lab.store.spec.net.hidden)) == 2
    drag(widths.all.bar, 0.5)
    assert lab.curves.plot.isVisible()


def test_layers_that_differ_are_not_on_the_curve_of_their_width(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "net.hidden", (4, 8)))
    without_background(lab)
    turn(lab, "net.width", 0.5)
    qtbot.waitUntil(lambda: lab.curves.plot.curve.current is not None)
    lab.store.undo()
    qtbot.waitUntil(lambda: lab.curves.plot.curve.current is None)
    assert lab.store.spec.net.hidden == (4, 8)
    assert lab.curves.plot.curve.total > 20


def test_a_linear_model_has_no_curve_of_its_width(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 5))
    turn(lab, "net.width", 0.5)
    filled(qtbot, lab)
    lab.store.edit("net.depth", 0)
    qtbot.waitUntil(lambda: lab.curves.plot.curve.total == 0)
    assert lab.curves.plot.curve.points == ()


def test_it_fills_in_only_while_the_trainer_rests(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 2000))
    turn(lab, "net.width", 0.3)
    lab.runner.set_speed(20)
    lab.runner.start(lab.store.spec)
    lab.runner.play()
    qtbot.wait(400)  # what it was at when the training began is said by now
    done = lab.curves.plot.curve.done
    qtbot.wait(400)
    assert lab.runner.is_playing
    assert lab.curves.plot.curve.done == done
    lab.runner.pause()
    qtbot.waitUntil(lambda: lab.curves.plot.curve.done > done)


def test_it_rests_while_nobody_sees_it(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 2000))
    turn(lab, "net.width", 0.3)
    qtbot.waitUntil(lambda: lab.background.has(module.KEY))
    lab.window.panel.hide()
    qtbot.waitUntil(lambda: not lab.background.has(module.KEY))
    lab.window.panel.show()
    qtbot.waitUntil(lambda: lab.background.has(module.KEY))


def test_the_menu_turns_it_off_for_good(open_lab, qtbot, home):
    lab = open_lab(QUICK)
    turn(lab, "net.width", 0.3)
    action = lab.window.commands["knob_curve"]
    assert action.isChecked()
    action.trigger()
    assert not lab.curves.plot.isVisible()
    qtbot.waitUntil(lambda: not lab.background.has(module.KEY))
    turn(lab, "net.depth", 0.3)
    assert not lab.curves.plot.isVisible()
    lab.window.close()
    assert not read_options().knob_curve
    action.trigger()


def test_an_error_in_the_work_reaches_the_banner_and_the_lab_goes_on(
    open_lab, qtbot, monkeypatch
):
    lab = open_lab(QUICK)

    def broken(*arguments):
        raise RuntimeError("the probe is broken")
        yield

    monkeypatch.setattr(module, "quiet_engine", broken)
    turn(lab, "net.width", 0.3)
    banner = lab.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert "the probe is broken" in banner.text.text()
    assert lab.curves.plot.curve.note == "stopped by an error"
    monkeypatch.undo()
    turn(lab, "net.depth", 0.3)
    filled(qtbot, lab)
    assert lab.curves.plot.curve.note == ""


def test_a_window_is_closed_in_the_middle_of_the_work(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.updates", 5000))
    turn(lab, "net.width", 0.3)
    qtbot.waitUntil(lambda: lab.background.has(module.KEY))
    lab.runner.pause()
    qtbot.wait(200)  # by now it trains
    lab.window.close()
    assert not lab.background._thread.isRunning()
    QApplication.processEvents()


def test_another_engine_forgets_what_the_last_one_trained(open_lab, qtbot):
    lab = open_lab(QUICK, Options(speed=None, engine="numpy"))
    turn(lab, "net.width", 0.4)
    filled(qtbot, lab)
    without_background(lab)
    lab.training.on_engine("torch")
    lab.curves.refresh()
    assert lab.curves.plot.curve.points == ()
