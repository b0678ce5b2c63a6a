"""Input features in the whole lab: clicked, trained, drawn, undone, saved."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from layerlab.compose.previous_run import turned
from layerlab.compose.spec_view import same_data
from layerlab.core.spec import LabSpec, TaskSpec, edit, edit_all
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.tasks import TASKS
from tests.compose.conftest import finished, tile_of

LEFT = Qt.MouseButton.LeftButton
CIRCLE = edit_all(TASKS["circle"].recommended(), {"train.updates": 40, "train.seeds": 4})


def chip_of(lab, key):
    chips = lab.window.panel.controls["task.features"].chips
    return next(chip for chip in chips if chip.key == key)


def lit(lab):
    chips = lab.window.panel.controls["task.features"].chips
    return [chip.key for chip in chips if chip.isChecked()]


def test_a_click_retrains_with_the_feature_and_is_one_step_of_undo(open_lab, qtbot):
    lab = open_lab(CIRCLE)
    lab.runner.finish()
    before = finished(qtbot, lab)
    kept = lab.runner.snapshot()[0].params
    for key in ("x1^2", "x2^2", "x1"):  # quickly, one after another
        QTest.mouseClick(chip_of(lab, key), LEFT)
    assert lab.store.spec.task.features == ("x2", "x1^2", "x2^2")
    frame = finished(qtbot, lab)
    assert lit(lab) == ["x2", "x1^2", "x2^2"]
    assert lab.store.spec == edit(CIRCLE, "task.features", ("x2", "x1^2", "x2^2"))
    assert lab.store.spec.net == CIRCLE.net
    assert [layer.size for layer in frame.diagram.layers] == [3, 8, 1]
    trained = list(NumpyEngine().run(lab.store.spec))[-1].params
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, trained)
    assert frame.prediction.extent == before.prediction.extent
    for features in (("x1", "x2", "x1^2", "x2^2"), ("x1", "x2", "x1^2"), ()):
        assert lab.store.can_undo == "Input features"
        QTest.keyClick(lab.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert lab.store.spec.task.features == features
    assert lab.store.spec == CIRCLE
    assert lit(lab) == ["x1", "x2"]
    finished(qtbot, lab)
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, kept)
    assert lab.errors == []


def test_a_curve_offers_three_and_images_none(open_lab, qtbot):
    lab = open_lab(edit(LabSpec(), "train.updates", 20))
    control = lab.window.panel.controls["task.features"]
    assert [chip.text() for chip in control.chips] == ["x", "x²", "sin πx"]
    assert control.isVisible()
    QTest.mouseClick(chip_of(lab, "sin(pi*x1)"), LEFT)
    assert lab.store.spec.task.features == ("x1", "sin(pi*x1)")
    QTest.mouseClick(tile_of(lab, "task.name", "diagonal-flip"), LEFT)
    assert not control.isVisible()
    assert lab.store.spec.task.features == ()
    QTest.mouseClick(tile_of(lab, "task.name", "xor"), LEFT)
    assert control.isVisible()
    assert len(control.chips) == 7
    assert lit(lab) == ["x1", "x2"]
    finished(qtbot, lab)
    assert lab.errors == []


def test_the_run_before_stays_as_a_faint_line_with_its_features(open_lab, qtbot):
    lab = open_lab(edit(LabSpec(), "train.updates", 40))
    lab.runner.finish()
    before = finished(qtbot, lab)
    QTest.mouseClick(chip_of(lab, "x1^2"), LEFT)
    finished(qtbot, lab)
    curve, loss = lab.window.prediction.curve._previous, lab.window.loss._previous
    assert curve[2] == loss[2] == "before: Input features x"
    np.testing.assert_array_equal(curve[1], before.prediction.quantiles[2])
    plot = lab.window.prediction.curve.plot
    assert plot.text() == "no linear pieces: the input features bend between the kinks"
    lab.store.edit("task.noise", 0.2)  # other points
    assert lab.window.prediction.curve._previous is None


def test_an_overlay_names_the_features_of_before():
    squares = edit(CIRCLE, "task.features", ("x1^2", "x2^2"))
    assert turned(squares, CIRCLE) == "Input features x₁², x₂²"
    assert turned(CIRCLE, squares) == "Input features x₁, x₂"


def test_features_make_no_other_points():
    one = TaskSpec(name="circle", features=("x1^2",))
    assert same_data(one, TaskSpec(name="circle"))
    assert not same_data(one, TaskSpec(name="xor", features=("x1^2",)))


def test_a_saved_lab_opens_with_its_features(open_lab, start, qtbot, tmp_path, monkeypatch):
    lab = open_lab(edit(CIRCLE, "task.features", ("x1^2", "x2^2")))
    lab.runner.finish()
    finished(qtbot, lab)
    file = tmp_path / "circle.layerlab"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *rest: (str(file), ""))
    lab.files.save_as()
    params = lab.runner.snapshot()[0].params
    again = start(str(file))
    assert again.store.spec == lab.store.spec
    assert lit(again) == ["x1^2", "x2^2"]
    np.testing.assert_array_equal(again.runner.snapshot()[0].params, params)


@pytest.mark.parametrize("task", ["circle", "wave"])
def test_every_view_is_drawn_with_one_feature(open_lab, qtbot, task):
    spec = edit_all(
        TASKS[task].recommended(), {"task.features": ("sin(pi*x1)",), "train.updates": 20}
    )
    lab = open_lab(spec)
    lab.runner.finish()
    frame = finished(qtbot, lab)
    assert frame.diagram.layers[0].size == 1
    for view in lab.window.views:
        assert view.numbers().count("\n") > 1
    assert lab.errors == []
