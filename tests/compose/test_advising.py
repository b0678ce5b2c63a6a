"""The adviser in the window: what it says, where, and what its buttons do."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame

from layerlab.core.advice import NARROW
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from tests.compose.conftest import finished

LEFT = Qt.MouseButton.LeftButton
NARROW_LAB = edit(edit(LabSpec(), "net.width", 2), "train.seeds", 4)


def advised(open_lab, qtbot, spec=NARROW_LAB):
    """Return a session whose adviser has something to say."""
    lab = open_lab(spec, Options(speed=None, engine="numpy", size=(1100, 700)))
    lab.runner.finish()
    finished(qtbot, lab)
    qtbot.waitUntil(lambda: bool(lab.advising.findings))
    return lab


def test_a_cure_is_one_step_that_undo_takes_back(open_lab, qtbot):
    lab = advised(open_lab, qtbot)
    line = lab.window.foot.advice
    assert line.isVisible()
    assert line.finding.kind == NARROW
    QTest.mouseClick(line.apply, LEFT)
    assert lab.store.spec == edit(NARROW_LAB, "net.width", 8)
    assert not line.isVisible()
    lab.store.undo()
    assert lab.store.spec == NARROW_LAB
    assert not lab.store.can_undo


def test_the_line_moves_nothing_and_can_be_dismissed(open_lab, qtbot):
    lab = open_lab(NARROW_LAB, Options(speed=None, engine="numpy", size=(1100, 700)))
    before = [view.geometry() for view in lab.window.views]
    lab.runner.finish()
    qtbot.waitUntil(lambda: bool(lab.advising.findings))
    assert [view.geometry() for view in lab.window.views] == before
    kinds = {finding.kind for finding in lab.advising.findings}
    for _ in kinds:
        QTest.mouseClick(lab.window.foot.advice.close_button, LEFT)
    assert lab.window.try_these.isVisible()
    lab.advising.finish()
    assert not lab.window.foot.advice.isVisible()


def test_what_was_dismissed_does_not_return_with_another_value(open_lab, qtbot):
    lab = advised(open_lab, qtbot)
    while lab.advising.findings:
        lab.advising.dismiss(lab.advising.findings[0])
    other = edit(NARROW_LAB, "train.updates", 1400)
    lab.store.replace(other, "updates")
    lab.runner.finish()
    assert finished(qtbot, lab).spec == other
    lab.advising.finish()
    assert lab.advising.findings == ()


def test_what_was_dismissed_of_one_task_is_said_of_another(open_lab, qtbot):
    lab = advised(open_lab, qtbot)
    finding = lab.advising.findings[0]
    lab.advising.dismiss(finding)
    assert not lab.window.foot.advice.isVisible()
    lab.store.replace(edit(NARROW_LAB, "task.name", "sine-mix"), "task")
    lab.advising._show_findings((finding,))
    assert lab.window.foot.advice.isVisible()


def test_the_figures_are_shown_on_demand(open_lab, qtbot):
    lab = advised(open_lab, qtbot)
    line = lab.window.foot.advice
    QTest.mouseClick(line.why, LEFT)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QFrame)
    message = " ".join(label.text() for label in popup.findChildren(type(line._dot)))
    for name, figure in line.finding.evidence:
        assert name in message
        assert figure in message
    popup.close()


def test_of_the_default_lab_nothing_is_said(lab, qtbot):
    lab.runner.finish()
    finished(qtbot, lab)
    lab.advising.finish()
    assert lab.advising.findings == ()
    assert lab.window.try_these.isVisible()


def test_a_run_that_breaks_is_advised_beside_the_banner(open_lab, qtbot):
    spec = edit(edit(LabSpec(), "train.optimizer", "sgd"), "train.rate", 10.0)
    lab = open_lab(edit(spec, "train.seeds", 4))
    lab.runner.finish()
    qtbot.waitUntil(lambda: bool(lab.advising.findings))
    assert "Diverged at update" in lab.window.foot.advice.finding.line
    assert lab.errors
