import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.compose.previous_run import turned
from layerlab.core.spec import LabSpec, edit
from tests.compose.conftest import bar_of, drag, finished, tile_of

QUICK = edit(LabSpec(), "train.updates", 60)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("net.width", 3, "Width 8"),
        ("net.depth", 5, "Depth 2"),
        ("net.hidden", (8, 4), "Widths 8-8"),
        ("net.activation", "tanh", "ReLU"),
        ("net.residual", True, "Skip connections off"),
        ("train.batch", "full", "Batch 32"),
    ],
)
def test_an_overlay_is_named_after_the_knob_that_was_turned(path, value, message):
    assert turned(LabSpec(), edit(LabSpec(), path, value)) == message


def test_several_knobs_make_a_run_before():
    assert turned(LabSpec(), edit(edit(LabSpec(), "net.width", 3), "train.l2", 0.1)) == (
        "the run before"
    )


def overlays(lab):
    return lab.window.prediction.curve._previous, lab.window.loss._previous


def test_a_drag_overlays_the_previous_run(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.runner.finish()
    before = finished(qtbot, lab)
    drag(bar_of(lab, "net.hidden"), 0.7)
    after = finished(qtbot, lab)
    curve, loss = overlays(lab)
    assert curve[2] == loss[2] == "before: Width 8"
    assert (curve[1] == before.prediction.quantiles[2]).all()
    assert (curve[1] != after.prediction.quantiles[2]).any()
    lab.store.undo()
    assert overlays(lab) == (None, None)


def test_another_task_has_no_overlay(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    QTest.mouseClick(tile_of(lab, "task.name", "step"), Qt.MouseButton.LeftButton)
    assert overlays(lab) == (None, None)
