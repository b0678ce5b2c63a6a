"""The knob curve's plot: it stands below the handle, is described, and can be clicked."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.declared import KNOBS
from layerlab.core.knob_curve import CurvePoint, KnobCurve
from layerlab.core.spec import LabSpec
from layerlab.ui.controls.panel import ControlPanel
from layerlab.ui.controls.scale import scale_for
from layerlab.ui.knob_curve.axis import CurvePlaces
from layerlab.ui.knob_curve.place import CurvePlace, slider_of
from layerlab.ui.style import apply_theme
from layerlab.ui.theme import DARK, LIGHT
from tests.ui.test_controls_panel import registries

LEFT = Qt.MouseButton.LeftButton
NAN = math.nan
POINTS = (
    CurvePoint(1, 0.08, 0.09, 0.1, 0.11, 0.002),
    CurvePoint(8, 0.002, 0.003, 0.02, 0.004, 0.002),
    CurvePoint(64, 0.0018, 0.0019, 0.0021, 0.005, 0.002),
    CurvePoint(512, NAN, NAN, NAN, why="left out: 7e+11 multiplications are too many"),
)
CURVE = KnobCurve(POINTS, current=8.0, seeds=16, done=4, total=30)


@pytest.fixture
def panel(qtbot):
    panel = ControlPanel(registries(), DARK)
    qtbot.addWidget(panel)
    panel.show_spec(LabSpec())
    panel.set_points(96, 32)
    panel.resize(panel.width(), 848)
    panel.show()
    QApplication.processEvents()
    return panel


@pytest.fixture
def place(panel):
    return CurvePlace(panel, slider_of(panel, "net.width"), DARK)


@pytest.fixture
def plot(panel, place):
    place.move_below(slider_of(panel, "net.width"))
    place.plot.show_curve(CURVE)
    QApplication.processEvents()
    place.plot.asked = []
    place.plot.chosen.connect(place.plot.asked.append)
    return place.plot


def top(panel, widget):
    return widget.mapTo(panel.widget(), QPoint()).y()


def x_of(plot, number):
    return round(plot.slider.bar.x_of(number))


def point_at(plot, number):
    QTest.mouseMove(plot, QPoint(x_of(plot, number), 30))
    QApplication.processEvents()


# ---- where it stands


@pytest.mark.parametrize("theme", [DARK, LIGHT.zoomed(1.3), DARK.zoomed(2.0)])
def test_every_point_stands_below_the_handle_at_its_value(panel, plot, theme):
    apply_theme(panel, theme)
    panel.set_theme(theme)
    QApplication.processEvents()
    bar = plot.slider.bar
    assert plot.mapTo(panel, QPoint()).x() == bar.mapTo(panel, QPoint()).x()
    assert plot.width() == bar.width()
    for point in POINTS[:3]:
        bar.set_number(point.number)
        at = plot.place(point.number, point.median)
        assert at.x() == bar.handle_x()
        assert 0 < at.y() < plot.height()


def test_it_opens_below_the_touched_slider_and_moves_nothing_above(panel, place):
    width, depth = slider_of(panel, "net.width"), slider_of(panel, "net.depth")
    before = top(panel, width), top(panel, depth)
    place.move_below(width)
    QApplication.processEvents()
    assert top(panel, width) == before[0]
    assert top(panel, depth) == before[1] + place.plot.height()
    assert top(panel, place.plot) >= top(panel, width.bar) + width.bar.height()


def test_a_slider_further_down_stays_under_the_mouse_until_it_leaves(
    panel, place, monkeypatch, qtbot
):
    monkeypatch.setattr(panel, "underMouse", lambda: True)
    width, depth = slider_of(panel, "net.width"), slider_of(panel, "net.depth")
    place.move_below(width)
    QApplication.processEvents()
    held = top(panel, depth)
    place.move_below(depth)
    QApplication.processEvents()
    assert top(panel, depth) == held
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: top(panel, depth) == held - place.plot.height())


def test_without_a_mouse_over_the_panel_it_just_moves(panel, place):
    width, depth = slider_of(panel, "net.width"), slider_of(panel, "net.depth")
    place.move_below(width)
    QApplication.processEvents()
    place.move_below(depth)
    QApplication.processEvents()
    assert top(panel, place.plot) > top(panel, depth)
    place.leave()
    QApplication.processEvents()
    place.move_below(width)
    QApplication.processEvents()
    assert top(panel, width) < top(panel, place.plot) < top(panel, depth)


def test_it_is_scrolled_into_view(panel, place, qtbot):
    panel.resize(panel.width(), 400)
    place.move_below(slider_of(panel, "train.batch"))
    place.reveal()
    qtbot.waitUntil(
        lambda: (
            0
            < place.plot.mapTo(panel, QPoint(0, place.plot.height())).y()
            <= panel.viewport().height()
        )
    )


@pytest.mark.parametrize("path", ["net.activation", "train.optimizer", "task.seed", "nowhere"])
def test_what_no_slider_turns_has_no_place(panel, path):
    assert slider_of(panel, path) is None


def test_it_reports_whether_it_is_visible(panel, plot):
    seen = []
    plot.seen.connect(seen.append)
    panel.hide()
    panel.show()
    assert seen == [False, True]


# ---- the axis of the loss


def axis_of(*medians):
    places = CurvePlaces()
    points = [CurvePoint(k, m, m, m) for k, m in enumerate(medians)]
    places.fit(KnobCurve(tuple(points)))
    return places.ends


@pytest.mark.parametrize(
    ("medians", "ends"),
    [
        ((0.0021, 0.031), (0.002, 0.05)),
        ((0.01, 0.01), (0.01, 0.02)),
        ((0.001, 0.02, 0.1, 0.1, 1e29), (0.001, 3.0)),  # the last has exploded
        ((1e-9, 1e-9, 1e-9, 1e-9, 0.7), (1e-9, 1e-6)),
        ((0.5,), (0.5, 1.0)),
    ],
)
def test_the_axis_ends_at_round_numbers_and_cuts_what_exploded(medians, ends):
    np.testing.assert_allclose(axis_of(*medians), ends)


def test_without_a_loss_there_is_no_axis():
    assert axis_of() is None
    places = CurvePlaces()
    places.fit(KnobCurve((CurvePoint(1, NAN, NAN, NAN, why="not finite"),)))
    assert places.ends is None
    places.fit(KnobCurve((CurvePoint(1, 0.0, 0.0, 0.0),)))  # all classes right, to the last bit
    assert places.ends is None


# ---- its texts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8.0, "Width 8: 0.003 (0.002 to 0.02), 16 seeds; validation 0.004"),
        (512.0, "Width 512: left out: 7e+11 multiplications are too many"),
        (20.0, "Width 20: not trained yet"),
    ],
)
def test_the_value_under_the_mouse_is_read(plot, number, text):
    point_at(plot, number)
    assert plot.toolTip() == plot.accessibleDescription() == text
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.toolTip() == ""


def test_one_seed_has_no_band(plot):
    plot.show_curve(KnobCurve(POINTS, 8.0, seeds=1))
    assert plot.texts.reading(8.0) == "Width 8: 0.003, 1 seed; validation 0.004"


def test_progress_then_the_least_loss_then_a_note(plot):
    assert plot.texts.state() == ["4 of 30", ""]
    assert plot.texts.title((0.001, 0.1))[0] == "final loss  0.001 – 0.1"
    plot.show_curve(KnobCurve(POINTS, 8.0, done=30, total=30))
    assert plot.texts.state()[0] == "lowest 0.0019 at 64"
    plot.show_curve(KnobCurve(POINTS, 8.0, done=3, total=30, note="stopped by an error"))
    assert plot.texts.state()[0] == "stopped by an error"


def test_screen_readers_hear_the_best_value_and_the_present_one(plot):
    reader = QAccessible.queryAccessibleInterface(plot)
    assert reader.text(QAccessible.Text.Name) == "Final loss by value: Width"
    text = reader.text(QAccessible.Text.Description)
    assert text.startswith("Lowest: Width 64: 0.0019 (0.0018 to 0.0021), 16 seeds")
    assert "Now: Width 8: 0.003 (0.002 to 0.02), 16 seeds" in text
    assert "4 of 30 values are trained" in text


# ---- going there


def test_a_click_near_a_point_asks_for_its_value(plot):
    for number, off in ((8.0, 0), (64.0, 5), (1.0, -4)):
        QTest.mouseClick(plot, LEFT, pos=QPoint(x_of(plot, number) + off, 30))
    assert plot.asked == [8.0, 64.0, 1.0]


def test_a_click_between_points_asks_for_the_stop_there(plot):
    QTest.mouseClick(plot, LEFT, pos=QPoint(x_of(plot, 24.0), 30))
    assert plot.asked == [24.0]


def test_a_press_that_ends_elsewhere_asks_for_nothing(plot):
    QTest.mousePress(plot, LEFT, pos=QPoint(40, 30))
    QTest.mouseRelease(plot, LEFT, pos=QPoint(40, 300))
    QTest.mouseClick(plot, Qt.MouseButton.RightButton, pos=QPoint(40, 30))
    assert plot.asked == []


def test_keys_walk_through_the_known_values_and_enter_goes_there(plot):
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert plot.asked == []  # nothing is read yet
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(plot, key)
    assert plot.accessibleDescription().startswith("Width 64")
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert plot.asked == [64.0]
    plot.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # wherever it was left
    plot.clearFocus()
    assert plot.accessibleDescription().startswith("Lowest: ")


# ---- painted


def color_at(plot, place):
    return plot.grab().toImage().pixelColor(QPointF(place).toPoint())


def near(color, token):
    return abs(color.hue() - QColor(token).hue()) < 10


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_dots_band_and_crosses_have_the_tokens_colours(panel, plot, theme):
    apply_theme(panel, theme)
    QApplication.processEvents()
    assert color_at(plot, plot.place(8, 0.003)).name() == theme.accent
    assert near(color_at(plot, plot.place(64, 0.0019)), theme.accent)
    assert color_at(plot, QPointF(plot.width() / 2, 1)).name() == theme.raised
    band = color_at(plot, plot.place(8, 0.012))
    assert band.name() not in (theme.raised, theme.accent)
    assert near(color_at(plot, plot.place(512, 0.0)), theme.negative)


def test_every_state_is_painted(plot):
    for curve in (
        KnobCurve(),
        KnobCurve((), 8.0),
        KnobCurve(POINTS[3:], 512.0),
        KnobCurve(POINTS[:1], 20.0),
        CURVE,
    ):
        plot.show_curve(curve)
        point_at(plot, 20.0)
        assert not plot.grab().isNull()


# ---- which values come first


def test_stops_come_from_coarse_to_fine():
    scale = scale_for(KNOBS["net.width"])
    stops = scale.coarse_to_fine(32)
    assert stops[:3] == [1.0, 512.0, scale.value(0.5)]
    assert len(stops) == len(set(stops)) <= 33
    assert set(stops) <= set(scale.stops.tolist())
    gaps = np.diff([scale.place(stop) for stop in sorted(stops)])
    assert gaps.max() <= 1 / 9 + 1e-9  # from 1 to 2 neurons there is nothing between
    every = scale_for(KNOBS["net.slope"]).coarse_to_fine(256)
    assert len(every) == len(scale_for(KNOBS["net.slope"]).stops)
