"""The lab's views under wheel, drag, keys and menu; axes hold still while one looks closer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from layerlab.ui.fonts import load_fonts
from layerlab.ui.plotting.items import Line
from layerlab.ui.plotting.linking import AxisLink
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.views.layers import gradient_view, signal_view
from layerlab.ui.views.loss import LossView
from layerlab.ui.views.prediction import PredictionView
from tests.helpers.frames import FORMS, sample_frame
from tests.helpers.plots import free_place, paint, turn_wheel, width_of, zoom_and_pan

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def shown(qtbot):
    load_fonts()

    def show(view, frame, size=(420, 300)):
        qtbot.addWidget(view)
        view.resize(*size)
        view.draw(frame)
        view.show()
        paint()
        return view

    return show


def drag(surface, button, start, way, modifier=Qt.KeyboardModifier.NoModifier):
    view, none = surface.viewport(), Qt.MouseButton.NoButton
    steps = [(QEvent.Type.MouseButtonPress, button, button, start)]
    steps += [(QEvent.Type.MouseMove, none, button, start + way * k / 4) for k in (1, 2, 3, 4)]
    steps += [(QEvent.Type.MouseButtonRelease, button, none, start + way)]
    for kind, changed, down, place in steps:
        here = QPointF(place)
        event = QMouseEvent(kind, here, view.mapToGlobal(here), changed, down, modifier)
        QApplication.sendEvent(view, event)
        paint()


@pytest.mark.parametrize("form", FORMS)
def test_every_prediction_is_zoomed_panned_and_reset(shown, qtbot, form):
    view = shown(PredictionView(), sample_frame(form))
    surface = view.shown().surfaces[0]
    assert isinstance(surface, pg.GraphicsView)
    zoom_and_pan(surface, qtbot)


@pytest.mark.parametrize("make", [LossView, signal_view, gradient_view])
def test_every_other_view_is_zoomed_panned_and_reset(shown, qtbot, make):
    view = shown(make(), sample_frame())
    surfaces = view.findChildren(Surface)
    assert surfaces
    assert set(surfaces) == set(view.zoom.plots)
    for surface in surfaces:
        zoom_and_pan(surface, qtbot)


def test_the_wheel_zooms_at_the_cursor_and_over_an_axis_that_axis_alone(shown):
    plot = shown(LossView(), sample_frame()).plot
    place = free_place(plot)
    before = plot.data_at(QPointF(place))
    turn_wheel(plot, place, 3)
    assert plot.data_at(QPointF(place)) == pytest.approx(before, rel=1e-6)
    plot.reset_zoom()
    paint()
    x, y = plot.shown(0), plot.shown(1)
    beside = QPoint(round(plot.area().left() / 2), round(plot.area().center().y()))
    turn_wheel(plot, beside, 3)
    assert plot.shown(0) == x
    assert abs(width_of(plot.shown(1))) < abs(width_of(y))
    plot.reset_zoom()
    below = QPoint(round(plot.area().center().x()), plot.height() - 5)
    turn_wheel(plot, below, 3)
    assert plot.shown(1) == pytest.approx(y)
    assert abs(width_of(plot.shown(0))) < abs(width_of(x))


def test_the_right_button_zooms_and_shift_draws_a_rubber_band(shown):
    plot = shown(LossView(), sample_frame()).plot
    x = plot.shown(0)
    drag(plot, RIGHT, free_place(plot), QPoint(60, 0))
    assert abs(width_of(plot.shown(0))) < abs(width_of(x))
    plot.reset_zoom()
    start, way = free_place(plot), QPoint(50, 40)
    ends = plot.data_at(QPointF(start)), plot.data_at(QPointF(start + way))
    drag(plot, LEFT, start, way, Qt.KeyboardModifier.ShiftModifier)
    found = plot.visible(0)
    assert sorted(found) == pytest.approx(sorted((ends[0][0], ends[1][0])), rel=0.05)


def test_axes_hold_still_while_one_looks_closer_and_the_head_shows_it(shown):
    view = shown(LossView(), sample_frame())
    plot, chip = view.plot, view.zoom.chip
    assert chip.isHidden()
    turn_wheel(plot, free_place(plot), 3)
    assert chip.isVisible()
    held = plot.visible(0), plot.visible(1)
    frame = sample_frame(run_id=2)
    view.draw(replace(frame, loss=replace(frame.loss, train=300 * frame.loss.train)))
    paint()
    assert (plot.visible(0), plot.visible(1)) == (
        pytest.approx(held[0]),
        pytest.approx(held[1]),
    )
    assert plot.y_axis.high > held[1][1]
    QTest.mouseClick(chip, LEFT)
    paint()
    assert chip.isHidden()
    assert plot.visible(1) == (plot.y_axis.low, plot.y_axis.high)


def test_axes_are_switched_and_curves_fitted_from_the_menu(shown):
    view = shown(LossView(), sample_frame())
    plot = view.plot
    menu = view.menu()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Logarithmic: loss"].isChecked()
    actions["Logarithmic: loss"].trigger()
    paint()
    assert not plot.y_axis.log
    assert plot.y_axis.low <= 0.0 < plot.y_axis.high
    actions["Logarithmic: loss"].trigger()
    actions["Fit to curves"].trigger()
    paint()
    low, high = plot.visible(1)
    curve = plot.live["training"].y
    assert low < curve.min()
    assert curve.max() < high < plot.y_axis.high
    assert plot.is_zoomed
    menu.close()


def test_a_right_click_opens_the_menu_where_a_right_drag_does_not(shown, qtbot):
    view = shown(LossView(), sample_frame())
    opened = []
    view.menu = lambda: opened.append(1) or QMenu(view)  # type: ignore[method-assign]
    plot = view.plot
    place = free_place(plot)
    where = plot.viewport().mapToGlobal(place)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
    QApplication.sendEvent(plot.viewport(), asked)  # comes with the press on some systems
    drag(plot, RIGHT, place, QPoint(40, 10))
    assert not opened
    QTest.mouseClick(plot.viewport(), RIGHT, pos=place)
    qtbot.waitUntil(lambda: bool(opened))


def test_a_double_click_still_maximises(shown):
    view = shown(LossView(), sample_frame())
    asked = []
    view.maximise_requested.connect(lambda: asked.append(1))
    QTest.mouseDClick(view.plot.viewport(), LEFT, pos=free_place(view.plot))
    assert asked == [1]


def test_layers_are_linked_over_two_cards(shown):
    one, other = shown(signal_view(), sample_frame()), shown(gradient_view(), sample_frame())
    AxisLink(0, one.variance, other.variance)
    AxisLink(1, one.ridges, other.ridges)
    turn_wheel(one.variance, free_place(one.variance), 4)
    assert other.variance.visible(0) == pytest.approx(one.variance.visible(0))
    assert other.variance.visible(1) != pytest.approx(one.variance.visible(1))
    assert other.zoom.chip.isVisible()
    turn_wheel(other.ridges, free_place(other.ridges), 4)
    assert one.ridges.shown(1) == pytest.approx(other.ridges.shown(1))
    one.reset_zoom()
    paint()
    for plot in (other.variance, one.ridges):
        assert not plot.is_zoomed
    assert other.ridges.visible(1) == (0.0, 1.0)


@pytest.mark.parametrize("notches", [60, -60])
def test_the_zoom_is_limited_however_far_the_wheel_is_turned(shown, qtlog, notches):
    for view in (
        shown(LossView(), sample_frame()),
        shown(PredictionView(), sample_frame("curve")),
        shown(PredictionView(), sample_frame("map")),
    ):
        for surface in view.findChildren(Surface):
            if surface.isVisible():
                turn_wheel(surface, free_place(surface), notches)
                surface.grab()
                shown_part = surface.box.shown(0)
                assert np.isfinite(shown_part).all()
                assert shown_part[0] != shown_part[1]
    assert not [record for record in qtlog.records if not record.ignored]


def test_huge_and_tiny_values_are_drawn(shown):
    for scale in (1e-14, 1e15):
        frame = sample_frame("curve")
        part = frame.prediction
        names = ("train_y", "validation_y", "target", "quantiles", "shown")
        scaled = replace(part, **{name: scale * getattr(part, name) for name in names})
        view = shown(PredictionView(), replace(frame, prediction=scaled))
        plot = view.curve.plot
        line = plot.live["median of 16 seeds"]
        assert isinstance(line, Line)
        k = 80
        x, y = float(plot.px(line.x)[k]), float(plot.py(line.y)[k])
        image = plot.grab().toImage()
        color = view.theme.color("accent")
        near = [image.pixelColor(round(x), round(y) + dy) for dy in (-1, 0, 1)]
        assert any(abs(c.green() - color.green()) < 60 for c in near)


def test_each_plot_is_one_widget_of_pyqtgraph(shown):
    for make in (LossView, signal_view, gradient_view, PredictionView):
        view = shown(make(), sample_frame())
        own = [
            type(child).__name__
            for child in view.findChildren(QWidget)
            if "paintEvent" in vars(type(child))
            and type(child).__module__.startswith("layerlab")
            and not isinstance(child, Surface)
        ]
        assert set(own) <= {
            "HeadButton",
            "MenuButton",
            "HeadLabel",
            "ThresholdLine",
        }


def test_leaving_takes_the_crosshair_away(shown):
    plot = shown(LossView(), sample_frame()).plot
    plot.point_at(QPointF(free_place(plot)))
    assert plot.reading() is not None
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.reading() is None
