"""Signal and gradient by layer: ridges, variances, theory, and what is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from layerlab.core.frames import ACROSS_INPUTS, MEAN_SQUARE, Frame
from layerlab.ui.plotting.items.ridges import MAX_SEPARATE_LAYERS, lanes
from layerlab.ui.theme import DARK
from layerlab.ui.views.layers import LayersView, gradient_view, signal_view
from tests.helpers.frames import sample_frame


@pytest.fixture
def view(qtbot: QtBot) -> LayersView:
    view = signal_view()
    qtbot.addWidget(view)
    view.resize(360, 260)
    return view


def with_variance(values: list[float], seeds: int = 3) -> Frame:
    """Return a frame whose layers have these variances, the same for every seed."""
    frame = sample_frame(layers=len(values), seeds=seeds)
    measured = {ACROSS_INPUTS: np.tile(np.array(values), (seeds, 1))}
    return replace(frame, signal=replace(frame.signal, measured=measured, theory={}))


def test_marks_are_medians_quartiles_and_theory(view: LayersView) -> None:
    frame = sample_frame()
    view.draw(frame)
    plot = view.variance
    low, middle, high = np.percentile(
        frame.signal.measured[ACROSS_INPUTS], (25, 50, 75), axis=0
    )
    assert plot.live[ACROSS_INPUTS].y == pytest.approx(middle)
    assert plot.live[ACROSS_INPUTS].x == pytest.approx([1, 2, 3])
    assert plot.bands[ACROSS_INPUTS].low == pytest.approx(low)
    assert plot.bands[ACROSS_INPUTS].high == pytest.approx(high)
    theory = frame.signal.theory[ACROSS_INPUTS]
    assert plot.live["theory"].y == pytest.approx(theory[0])
    assert plot.bands["theory"].low == pytest.approx(theory[1])
    colors = [c.name() for c in plot.live[f"{ACROSS_INPUTS}, dots"].colors]
    assert colors == [DARK.layer_color(k, 3).name() for k in range(3)]
    assert view.ridges.live["ridges"].heights ** 2 == pytest.approx(frame.signal.counts)
    assert view.note() == "theory dashed"


def test_the_variances_are_switched_in_the_head(view: LayersView) -> None:
    frame = sample_frame()
    view.draw(frame)
    assert view.kind == ACROSS_INPUTS
    menu = view.kind_menu()
    texts = [action.text() for action in menu.actions()]
    assert texts == list(frame.signal.measured)
    menu.actions()[texts.index(MEAN_SQUARE)].trigger()
    assert view.kind_button.text() == "mean square ▾"
    want = np.median(frame.signal.measured[MEAN_SQUARE], axis=0)
    assert view.variance.live[MEAN_SQUARE].y == pytest.approx(want)
    assert view.variance.y_axis.label == "mean square, log"


def test_a_frame_with_one_variance_needs_no_switch(qtbot: QtBot) -> None:
    view = gradient_view()
    qtbot.addWidget(view)
    frame = sample_frame()
    only = {MEAN_SQUARE: frame.gradient.measured[MEAN_SQUARE]}
    view.draw(replace(frame, gradient=replace(frame.gradient, measured=only, theory={})))
    assert view.kind == MEAN_SQUARE
    assert view.kind_button.isHidden()
    assert view.note() == ""
    assert "theory" not in view.variance.live
    assert view.ridges.y_axis.label == "gradients ×10⁻², root scale"


def test_no_hidden_layer_is_explained_in_a_sentence(view: LayersView) -> None:
    view.draw(sample_frame(layers=0))
    assert view._stack.currentWidget() is view.empty
    assert view.empty.text().startswith("No hidden layers: the signal")
    assert view.numbers() == ""
    view.draw(sample_frame(layers=2))
    assert view._stack.currentWidget() is not view.empty


def test_a_variance_of_zero_is_a_ring_on_the_edge_and_a_gap_in_the_line(
    view: LayersView,
) -> None:
    view.draw(with_variance([0.5, 0.0, 1e-33, 0.2]))
    plot = view.variance
    view.grab()
    assert plot.live["0"].hollow
    assert plot.live["0"].x == pytest.approx([2, 3])
    assert plot.live["0"].y == pytest.approx(plot.y_axis.low)
    assert np.isnan(plot.py(plot.live[ACROSS_INPUTS].y)[1])
    assert "0" in [key.text for key in plot.legend]
    assert plot.y_axis.low > 1e-6  # zeros do not press the others flat
    assert plot.read(2.2, 0.1).text == "layer 2: across inputs 0 (0 to 0)"


def test_a_vanishing_signal_keeps_its_decades(view: LayersView) -> None:
    view.draw(with_variance([1e-2, 1e-12, 1e-24]))
    axis = view.variance.y_axis
    assert axis.low == pytest.approx(1e-24)
    assert len(axis.ticks(4)) <= 6
    assert (
        view.variance.read(3.0, 0.0).text
        == "layer 3: across inputs 1·10⁻²⁴ (1·10⁻²⁴ to 1·10⁻²⁴)"
    )


def test_lanes_are_in_order_and_inside_for_any_depth() -> None:
    area = QRectF(20, 10, 120, 160)
    for count in (1, 3, MAX_SEPARATE_LAYERS, MAX_SEPARATE_LAYERS + 1, 64):
        bases, tall = lanes(count, area, 1.0)
        assert len(bases) == count
        assert (np.diff(bases) > 0).all()
        assert bases[0] - tall >= area.top() - 1
        assert bases[-1] <= area.bottom()


def test_ridges_grow_with_the_plot() -> None:
    _, small = lanes(2, QRectF(20, 10, 120, 160), 1.0)
    _, large = lanes(2, QRectF(20, 10, 500, 700), 1.0)
    assert small == 58
    assert 150 < large < 0.9 * 350


def test_the_ridge_under_the_cursor_is_read(view: LayersView) -> None:
    frame = sample_frame()
    view.draw(frame)
    view.grab()
    reading = view.ridges.read(0.0, 0.9)
    assert reading.title == "layer 1"
    assert "100 % of the peak" in reading.text
    assert "dead" in reading.text
    assert view.ridges.read(0.0, 0.05).title == "layer 3"


def test_axes_of_ridges_hold_still_and_step_after_what_leaves_them(view: LayersView) -> None:
    frame = sample_frame()
    axis, edges = view.ridges.x_axis, frame.signal.edges
    view.draw(frame)
    first = (axis.low, axis.high)

    def draw(factor: float, run_id: int = 1) -> tuple[float, float]:
        part = replace(frame.signal, edges=factor * edges)
        view.draw(replace(frame, signal=part, run_id=run_id))
        return axis.low, axis.high

    assert draw(0.5) == first
    assert draw(2.0) == pytest.approx((2 * first[0], 2 * first[1]))
    assert draw(1.0) == pytest.approx((2 * first[0], 2 * first[1]))
    assert draw(0.2) == pytest.approx((0.2 * first[0], 0.2 * first[1]))
    assert draw(0.15) == pytest.approx((0.2 * first[0], 0.2 * first[1]))
    assert draw(0.15, run_id=2) == pytest.approx((0.15 * first[0], 0.15 * first[1]))


def test_numbers_hold_every_variance(view: LayersView) -> None:
    frame = sample_frame()
    view.draw(frame)
    lines = [line.split("\t") for line in view.numbers().splitlines()]
    column = lines[0].index("mean square median")
    got = [float(row[column]) for row in lines[1:]]
    assert got == pytest.approx(np.median(frame.signal.measured[MEAN_SQUARE], axis=0))
    assert lines[0][-1] == "dead share median"
