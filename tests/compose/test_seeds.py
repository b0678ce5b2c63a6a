"""Seeds: one looked at alone, the best and the worst, and the share below a threshold."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip

from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from layerlab.ui.fonts import load_fonts
from tests.compose.conftest import bar_of, drag, finished, tile_of

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
QUICK = edit(LabSpec(), "train.updates", 300)


@pytest.fixture
def trained(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    return lab


def losses(lab):
    return lab.frame.loss.train[-1]


def readout(lab):
    """Return the readout that tells the share of successes."""
    return next(r for r in lab.window.topbar.readouts.shown() if "below" in r.label)


def shows(lab, qtbot, seed):
    qtbot.waitUntil(lambda: lab.frame.seed == seed and lab.frame.diagram.seed == seed)


def test_best_and_worst_are_one_click_away(trained, qtbot):
    lab, diagram = trained, trained.window.diagram
    run, params = lab.runner.request.run_id, lab.runner.snapshot()[0].params
    for mark, seed in (
        (diagram.worst, losses(lab).argmax()),
        (diagram.best, losses(lab).argmin()),
    ):
        QTest.mouseClick(mark, LEFT)
        shows(lab, qtbot, seed)
        assert mark.isChecked()
        assert (diagram.best.isChecked(), diagram.worst.isChecked()).count(True) == 1
        assert lab.window.topbar.seed.text() == f"Seed {seed + 1} of 16"
        curve = lab.window.prediction.curve.plot.live["this seed"]
        np.testing.assert_array_equal(curve.y, lab.frame.prediction.shown)
        assert lab.window.loss.plot.live[f"seed {seed + 1}"].y[-1] == losses(lab)[seed]
    assert lab.runner.request.run_id == run  # nothing was trained
    assert lab.runner.snapshot()[0].params is params


def test_best_and_worst_have_keys_and_are_in_the_menu(trained, qtbot):
    lab = trained
    QTest.keyClick(lab.window, KEY.Key_W)
    shows(lab, qtbot, losses(lab).argmax())
    QTest.keyClick(lab.window, KEY.Key_B)
    shows(lab, qtbot, losses(lab).argmin())
    lab.window.commands["worst_seed"].trigger()
    shows(lab, qtbot, losses(lab).argmax())


def test_the_popup_tells_how_each_seed_did(trained, qtbot):
    lab = trained
    QTest.mouseClick(lab.window.topbar.seed, LEFT)
    popup = lab.window.topbar.popup
    for button, loss in zip(popup.buttons, losses(lab), strict=True):
        assert f"training loss {loss:.3g}" in button.toolTip()
        assert ("not below" in button.accessibleName()) == (loss >= 0.01)
    QTest.mouseClick(popup.extremes["worst"], LEFT)
    shows(lab, qtbot, losses(lab).argmax())
    assert lab.window.topbar.popup is None


def test_a_seed_chosen_from_the_popup_is_drawn_alone_until_that_is_turned_off(trained, qtbot):
    lab = trained
    QTest.mouseClick(lab.window.topbar.seed, LEFT)
    QTest.mouseClick(lab.window.topbar.popup.buttons[6], LEFT)
    shows(lab, qtbot, 6)
    assert lab.window.prediction.seed_toggle.isChecked()
    assert any(name.startswith("seed ") for name in lab.window.loss.plot.live)
    QTest.mouseClick(lab.window.prediction.seed_toggle, LEFT)
    assert not lab.window.loss.seed_toggle.isChecked()
    assert not any(name.startswith("seed ") for name in lab.window.loss.plot.live)
    assert lab.frame.seed == 6


def test_the_top_bar_tells_the_share_below_the_threshold(trained, qtbot):
    lab = trained
    count = int((losses(lab) < 0.01).sum())
    assert readout(lab).value == f"{100 * count / 16:.0f} %"
    assert readout(lab).label == "of 16 seeds below .01"
    assert readout(lab).help.startswith(f"{count} of 16 seeds ")
    assert f"{count} of 16 seeds " in lab.window.topbar.readouts.accessibleDescription()


def test_the_exact_count_is_under_the_mouse(trained, qtbot):
    row = trained.window.topbar.readouts
    at = row.shown().index(readout(trained))
    place = row.places()[at].center().toPoint()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, row.mapToGlobal(place))
    QApplication.sendEvent(row, event)
    assert QToolTip.text() == readout(trained).help
    QToolTip.hideText()


def test_dragging_the_line_counts_anew_and_trains_nothing(trained, qtbot):
    lab = trained
    line, plot = lab.window.loss.line, lab.window.loss.plot
    run = lab.runner.request
    QTest.mousePress(line, LEFT, pos=line.rect().center())
    goal = round(float(plot.py(np.array(0.05))))
    QTest.mouseMove(line, line.mapFromParent(QPoint(line.x() + 50, goal)))
    QTest.mouseRelease(line, LEFT, pos=line.rect().center())
    assert lab.options.thresholds == {"wave": pytest.approx(0.05, rel=0.2)}
    level = lab.options.thresholds["wave"]
    assert readout(lab).help.startswith(f"{int((losses(lab) < level).sum())} of 16 ")
    assert lab.runner.request is run
    assert not lab.store.can_undo  # a choice of view


def test_the_threshold_is_typed_and_a_wrong_one_is_refused(trained, qtbot):
    lab, line = trained, trained.window.loss.line
    for text, level in (("0.004", 0.004), ("none", 0.004)):
        line.open_edit()
        edit = line.findChild(QLineEdit)
        edit.setText(text)
        QTest.keyClick(edit, KEY.Key_Return)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert lab.options.thresholds == {"wave": level}
    assert "Loss threshold" in lab.window.banner.text.text()
    assert lab.window.banner.isVisible()


def test_each_task_keeps_its_own_threshold_and_the_next_start_has_them(open_lab, qtbot):
    from layerlab.runtime import settings

    lab = open_lab(QUICK)
    lab.seeds.set_threshold(0.002)
    QTest.mouseClick(tile_of(lab, "task.name", "moons"), LEFT)
    qtbot.waitUntil(lambda: lab.frame.spec.task.name == "moons")
    lab.runner.pause()
    assert lab.window.loss.line.level == 0.02  # its own
    lab.seeds.set_threshold(0.3)
    QTest.mouseClick(tile_of(lab, "task.name", "wave"), LEFT)
    qtbot.waitUntil(lambda: lab.frame.spec.task.name == "wave")
    assert lab.window.loss.line.level == 0.002
    lab.runner.pause()
    lab.window.close()
    assert settings.read_options().thresholds == {"wave": 0.002, "moons": 0.3}
    again = open_lab(QUICK, settings.read_options())
    assert again.window.loss.line.level == 0.002
    again.seeds.set_threshold(None)
    assert again.window.loss.line.level == 0.01
    assert again.options.thresholds == {"moons": 0.3}


def test_one_seed_is_neither_best_nor_worst(open_lab, qtbot):
    lab = open_lab(edit(QUICK, "train.seeds", 1))
    assert lab.window.diagram.best.isHidden()
    assert readout(lab).label == "loss below .01"
    QTest.keyClick(lab.window, KEY.Key_W)
    assert lab.frame.seed == 0
    lab.store.edit("train.seeds", 4)
    qtbot.waitUntil(lambda: lab.frame.spec.train.seeds == 4)
    assert lab.window.diagram.best.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("size", "zoom"), [((1440, 900), 1.0), ((1100, 700), 1.0), ((1100, 700), 1.3)]
)
def test_head_and_bar_fit_with_all_that_is_new(open_lab, qtbot, theme, size, zoom):
    load_fonts()
    options = Options(engine="numpy", speed=None, theme=theme, size=size, zoom=zoom)
    lab = open_lab(QUICK, options)
    lab.runner.finish()
    finished(qtbot, lab)
    drag(bar_of(lab, "net.hidden"), 0.6)
    finished(qtbot, lab)
    QTest.keyClick(lab.window, KEY.Key_W)
    shows(lab, qtbot, losses(lab).argmax())
    top = lab.window.topbar
    places = top.readouts.places()
    assert len(places) == len(top.readouts.shown()) >= 1
    assert all(place.right() <= top.readouts.width() for place in places)
    labels = [r.label for r in top.readouts.shown()]
    if size[0] == 1440:
        assert len(labels) >= 5
    if zoom == 1.0:
        assert "of 16 seeds below .01" in labels
    diagram = lab.window.diagram
    for part in (diagram.best, diagram.worst, lab.window.loss.seed_toggle):
        assert part.geometry().right() < part.parentWidget().width()
        assert part.width() >= part.sizeHint().width()
    assert f"seed {lab.frame.seed + 1} of 16" in diagram._note_label.text()
