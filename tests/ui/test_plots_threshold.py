"""The threshold in the loss plot: dragged, stepped, typed; and the seed drawn alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from layerlab.ui.fonts import load_fonts
from layerlab.ui.theme import DARK, LIGHT
from layerlab.ui.views.loss import LossView
from tests.helpers.frames import sample_frame

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


@pytest.fixture
def view(qtbot):
    load_fonts()
    view = LossView()
    qtbot.addWidget(view)
    view.resize(360, 260)
    view.chosen, view.refusals = [], []
    view.threshold_chosen.connect(view.chosen.append)
    view.refused.connect(view.refusals.append)
    view.draw(sample_frame())
    view.show()
    view.activateWindow()
    QApplication.processEvents()
    return view


def level_y(view, level):
    """Return where a level is, in pixels from the top of the plot."""
    return float(view.plot.py(np.array(level)))


def line_y(view):
    return view.line.y() + view.line.height() // 2


def drag_to(view, level):
    line = view.line
    QTest.mousePress(line, LEFT, pos=QPoint(line.width() // 2, line.height() // 2))
    for share in (0.5, 1.0):
        start = line_y(view)
        goal = start + share * (level_y(view, level) - start)
        QTest.mouseMove(line, line.mapFromParent(QPoint(line.x() + 40, round(goal))))
    QTest.mouseRelease(line, LEFT, pos=line.rect().center())


def test_the_line_lies_at_its_level_and_shows_what_is_below(view):
    losses = view.part().train[-1]
    assert view.line.level == 0.01  # a tenth of the linear model's 0.085, rounded
    assert line_y(view) == pytest.approx(level_y(view, 0.01), abs=1)
    assert view.line.text() == f"{(losses < 0.01).sum()} of 16 below .01"
    view.set_threshold(0.003)
    assert line_y(view) == pytest.approx(level_y(view, 0.003), abs=1)
    assert view.line.text() == f"{(losses < 0.003).sum()} of 16 below .003"
    assert view.chosen == []  # it was shown, not chosen


def test_a_drag_goes_along_round_numbers_and_a_click_moves_nothing(view):
    QTest.mouseClick(view.line, LEFT, pos=QPoint(60, 3))
    assert view.chosen == []
    drag_to(view, 0.0031)
    assert view.chosen[-1] == 0.003
    assert view.threshold == 0.003
    assert len(view.chosen) >= 2  # emitted on the way too
    drag_to(view, 1e-12)
    assert view.chosen[-1] >= view.plot.y_axis.low  # the plot's edge holds it
    drag_to(view, 1e12)
    assert view.chosen[-1] <= view.plot.y_axis.high


def test_the_line_follows_axis_size_and_theme(view):
    view.resize(300, 200)
    QApplication.processEvents()
    assert line_y(view) == pytest.approx(level_y(view, 0.01), abs=1)
    frame = sample_frame(run_id=2)
    view.draw(replace(frame, loss=replace(frame.loss, train=1000 * frame.loss.train)))
    assert line_y(view) == pytest.approx(level_y(view, 0.01), abs=1)
    view.set_theme(LIGHT.zoomed(1.6))
    QApplication.processEvents()
    assert line_y(view) == pytest.approx(level_y(view, 0.01), abs=1)
    assert view.line.height() == round(18 * 1.6)


def test_a_level_out_of_sight_waits_at_the_edge_with_an_arrow(view):
    area = view.plot.area()
    for level, arrow in ((1e-8, "↓"), (1e5, "↑")):
        view.set_threshold(level)
        assert view.line.text().startswith(arrow)
        assert area.top() - 1 <= view.line.y()
        assert view.line.geometry().bottom() <= area.bottom() + 2
    view.set_threshold(0.01)
    assert view.line.text()[0].isdigit()


def test_keys_step_the_level(view):
    view.line.setFocus()
    QTest.keyClick(view.line, KEY.Key_Up)
    QTest.keyClick(view.line, KEY.Key_Down)
    QTest.keyClick(view.line, KEY.Key_Down)
    QTest.keyClick(view.line, KEY.Key_PageUp)
    assert view.chosen == [0.012, 0.01, 0.008, 0.08]


@pytest.mark.parametrize(("typed", "level"), [("0,25", 0.25), ("1e-3", 0.001), (" ", None)])
def test_a_number_is_typed_after_a_double_click(view, typed, level):
    view.set_threshold(0.03)
    QTest.mouseDClick(view.line, LEFT)
    edit = view.line.findChild(QLineEdit)
    assert edit.text() == "0.03"
    assert edit.accessibleName() == "Loss threshold, exact value"
    edit.selectAll()
    QTest.keyClicks(edit, typed)
    QTest.keyClick(edit, KEY.Key_Return)
    assert view.chosen == [level]
    assert view.line.level == (0.01 if level is None else level)  # None: the task's own
    assert view.line.hasFocus()


def test_a_digit_begins_to_type_and_escape_gives_up(view):
    view.line.setFocus()
    QTest.keyClick(view.line, KEY.Key_5)
    edit = view.line.findChild(QLineEdit)
    assert edit.text() == "5"
    QTest.keyClick(edit, KEY.Key_Escape)
    assert view.chosen == []
    assert view.line.level == 0.01
    QTest.keyClick(view.line, KEY.Key_Return)
    assert view.line._edit is not None


@pytest.mark.parametrize("typed", ["low", "0", "-1", "1e30", "nan"])
def test_what_is_no_threshold_is_refused_in_one_sentence(view, typed):
    view.line.open_edit()
    edit = view.line._edit
    edit.setText(typed)
    QTest.keyClick(edit, KEY.Key_Return)
    assert view.chosen == []
    assert view.line.level == 0.01
    assert len(view.refusals) == 1
    assert view.refusals[0].startswith("Loss threshold")


def test_screen_readers_find_a_slider_with_name_and_value(view):
    reader = QAccessible.queryAccessibleInterface(view.line)
    assert reader.role() == QAccessible.Role.Slider
    assert reader.text(QAccessible.Text.Name) == "Loss threshold"
    text = view.line.accessibleDescription()
    assert text.startswith("0.01: ")
    assert " of 16 below .01" in text
    reader.valueInterface().setCurrentValue(view.line.value() + 1)
    assert view.chosen == [0.012]


def test_the_plots_crosshair_still_hears_of_the_mouse(view):
    here = QPointF(120, 9)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        here,
        view.line.mapToGlobal(here),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.line, move)
    assert view.plot.reading() is not None


def test_the_line_has_its_own_colour(view):
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        image = view.plot.grab().toImage()
        x = round(view.plot.area().right()) - 3
        colors = [image.pixelColor(x, line_y(view) + k).name() for k in (-1, 0, 1)]
        assert theme.good in colors


def test_one_seed_is_below_or_not(view):
    view.draw(sample_frame(seeds=1))
    assert view.line.text() == "below .01"
    assert view.seed_toggle.isHidden()


def test_a_narrow_plot_shows_less(view):
    view.resize(200, 200)
    QApplication.processEvents()
    assert view.line.text() == "below .01"


def test_a_seed_that_is_not_finite_is_not_below(view):
    frame = sample_frame()
    train = frame.loss.train.copy()
    train[-1] = 0.001
    train[-1, [3, 5]] = np.nan, np.inf
    view.draw(replace(frame, loss=replace(frame.loss, train=train)))
    assert view.line.text() == "14 of 16 below .01"


def test_the_shown_seed_is_drawn_alone_when_wanted(view):
    frame = replace(sample_frame(), seed=4)
    view.draw(frame)
    assert "seed 5" not in view.plot.live
    QTest.mouseClick(view.seed_toggle, LEFT)
    part = frame.loss
    curve = view.plot.live["seed 5"]
    at = np.searchsorted(part.updates, curve.x)
    assert curve.y == pytest.approx(part.train[at, 4])
    assert "seed 5" in [key.text for key in view.plot.legend]
    reading = view.plot.read(frame.update, 0.1)
    assert f"seed 5 {part.train[-1, 4]:.3g}" in reading.text
    view.draw(replace(frame, seed=99))  # a frame of fewer seeds than the choice
    assert view.plot.live["seed 16"].y == pytest.approx(part.train[at, -1])


def test_copied_numbers_have_the_shown_seed(view):
    view.draw(replace(sample_frame(), seed=2))
    lines = [line.split("\t") for line in view.numbers().splitlines()]
    column = lines[0].index("this seed")
    got = [float(row[column]) for row in lines[1:]]
    assert got == pytest.approx(view.part().train[:, 2])


def test_the_previous_run_is_read_under_the_cursor(view):
    earlier = sample_frame(seeds=8).loss
    view.set_previous_run(earlier, "before: width 4")
    view.redraw()
    assert "before: width 4" in view.plot.reading_at(QPointF(view.plot.area().center())).text
