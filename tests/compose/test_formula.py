"""A formula is typed, refused, corrected and undone, with real keys; label noise is dragged."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.frames import CurvePrediction, MapPrediction
from layerlab.nets.problem import load_data
from layerlab.nets.tasks import TASKS
from layerlab.runtime import labfile
from tests.compose.conftest import bar_of, drag, finished

ENTER, ESCAPE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


@pytest.fixture
def formula_lab(open_lab, qtbot):
    session = open_lab(TASKS["formula"].recommended())
    session.window.activateWindow()
    QApplication.processEvents()
    return session


def field_of(session):
    return session.window.panel.control("task.formula").field


def enter(session, text, key=ENTER):
    field = field_of(session)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)
    QApplication.processEvents()


def prediction_of(session, qtbot, kind):
    qtbot.waitUntil(lambda: isinstance(session.frame.prediction, kind))
    return session.frame.prediction


def test_the_task_is_chosen_and_begins_with_a_formula(lab, qtbot):
    panel = lab.window.panel
    assert not panel.control("task.formula").isVisible()
    lab.training.on_edited("task.name", "formula")
    assert lab.store.spec == TASKS["formula"].recommended()
    assert field_of(lab).isVisible()
    assert field_of(lab).text() == "y = sin(3x) + 0.3 x^2"
    assert field_of(lab).accessibleName() == "Formula"
    lab.store.undo()
    assert not panel.control("task.formula").isVisible()


def test_enter_takes_a_formula_and_trains_it(formula_lab, qtbot):
    enter(formula_lab, "y = 2 x^3")
    assert formula_lab.store.spec.task.formula == "y = 2 x^3"
    assert formula_lab.window.panel.control("task.formula").error == ""

    def is_drawn():
        frame = formula_lab.frame
        return frame.spec == formula_lab.store.spec and frame.prediction is not None

    qtbot.waitUntil(is_drawn)
    curve = prediction_of(formula_lab, qtbot, CurvePrediction)
    np.testing.assert_allclose(curve.target, 2 * curve.x**3)
    formula_lab.store.undo()
    assert field_of(formula_lab).text() == "y = sin(3x) + 0.3 x^2"


def test_leaving_the_field_takes_the_formula_too(formula_lab):
    enter(formula_lab, "|x|", key=TAB)
    assert formula_lab.store.spec.task.formula == "|x|"


def test_a_wrong_formula_is_refused_and_stays_to_be_corrected(formula_lab):
    before = formula_lab.store.spec
    control = formula_lab.window.panel.control("task.formula")
    enter(formula_lab, "y = sine(x)")
    assert formula_lab.store.spec == before
    assert control.error.endswith("character 5: 'sine' is not known; did you mean sin?")
    assert field_of(formula_lab).text() == "y = sine(x)"
    formula_lab.store.edit("task.noise", 0.1)  # which shows all knobs
    assert field_of(formula_lab).text() == "y = sine(x)"
    assert control.error
    QTest.keyClick(field_of(formula_lab), ENTER)
    assert control.error  # still so
    enter(formula_lab, "y = sin(x)")
    assert control.error == ""
    assert formula_lab.store.spec.task.formula == "y = sin(x)"


def test_escape_brings_the_formula_in_force_back(formula_lab):
    control = formula_lab.window.panel.control("task.formula")
    enter(formula_lab, "1/x")
    assert "no value at x = 0" in control.error
    QTest.keyClick(field_of(formula_lab), ESCAPE)
    assert field_of(formula_lab).text() == formula_lab.store.spec.task.formula
    assert control.error == ""


def test_entering_the_formula_in_force_takes_a_refusal_back(formula_lab):
    enter(formula_lab, "1/x")
    enter(formula_lab, formula_lab.store.spec.task.formula)
    assert formula_lab.window.panel.control("task.formula").error == ""
    assert not formula_lab.store.can_undo


def test_nothing_brings_the_first_formula_back(formula_lab):
    enter(formula_lab, "x")
    field_of(formula_lab).selectAll()
    QTest.keyClick(field_of(formula_lab), Qt.Key.Key_Backspace)
    QTest.keyClick(field_of(formula_lab), ENTER)
    assert formula_lab.store.spec.task.formula == "y = sin(3x) + 0.3 x^2"
    assert field_of(formula_lab).text() == "y = sin(3x) + 0.3 x^2"


def test_a_region_brings_a_loss_of_classes_as_one_step(formula_lab, qtbot):
    formula_lab.store.edit("task.samples", 150)
    before = formula_lab.store.spec
    noise = formula_lab.window.panel.control("task.label_noise")
    assert noise.isHidden()
    enter(formula_lab, "x^2 + y^2 < 0.5")
    spec = formula_lab.store.spec
    assert spec.train.loss == "logistic"
    assert spec.task == before.task.__class__(
        name="formula", samples=150, noise=before.task.noise, formula="x^2 + y^2 < 0.5"
    )
    assert not noise.isHidden()
    shown = prediction_of(formula_lab, qtbot, MapPrediction)
    assert shown.class_count == 2
    formula_lab.store.undo()
    assert formula_lab.store.spec == before
    formula_lab.store.redo()
    assert formula_lab.store.spec == spec
    enter(formula_lab, "y = x")
    assert formula_lab.store.spec.train.loss == "half-mse"


def test_a_curve_becomes_a_surface_and_keeps_the_network(formula_lab, qtbot):
    formula_lab.store.edit("net.hidden", (5, 4))
    formula_lab.store.edit("task.features", ("x1", "x1^2"))
    enter(formula_lab, "y = x^3")
    assert formula_lab.store.spec.task.features == ("x1", "x1^2")
    enter(formula_lab, "z = x y")
    assert formula_lab.store.spec.net.hidden == (5, 4)
    assert formula_lab.store.spec.task.features == ()  # those of one input
    assert prediction_of(formula_lab, qtbot, MapPrediction).class_count == 0


def test_label_noise_is_dragged_and_said(formula_lab, qtbot):
    enter(formula_lab, "x < y")
    panel = formula_lab.window.panel
    QTest.mouseClick(panel.sections["task"].fold, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    clean = load_data(formula_lab.store.spec.task)
    drag(bar_of(formula_lab, "task.label_noise"), 0.6)
    share = formula_lab.store.spec.task.label_noise
    assert share == pytest.approx(0.3, abs=0.02)
    noisy = load_data(formula_lab.store.spec.task)
    assert (clean.y != noisy.y).mean() == pytest.approx(share, abs=0.13)  # of 200 points
    assert f"{100 * share:.3g} % of the training labels are wrong" in texts_of(panel)
    finished(qtbot, formula_lab)
    assert formula_lab.errors == []


def texts_of(panel):
    return panel.sections["task"].title.more


def test_a_saved_formula_is_opened_again(formula_lab, qtbot, tmp_path):
    enter(formula_lab, "z = x1 x2")
    path = str(tmp_path / "a.layerlab")
    labfile.save(path, formula_lab.store.spec)
    assert labfile.load_spec(path) == formula_lab.store.spec
