"""Marks: polygons, gaps, overlaps, contours, and where a label goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from layerlab.ui.plotting.colors import blend, class_colors, rgb, value_colors
from layerlab.ui.plotting.items import Band, contour, evenly_spaced, finite_runs, polygon
from layerlab.ui.plotting.reading import Tooltip, place
from layerlab.ui.theme import DARK, LIGHT


def test_a_polygon_holds_the_points_it_was_given() -> None:
    shape = polygon(np.array([1.0, 2.5, 3.0]), np.array([4.0, -1e9, 6.0]))
    assert [(p.x(), p.y()) for p in shape.toList()] == [(1, 4), (2.5, -16000), (3, 6)]
    assert polygon(np.empty(0), np.empty(0)).isEmpty()


def test_runs_are_the_stretches_that_are_true() -> None:
    good = np.array([0, 1, 1, 0, 1], bool)
    assert [(r.start, r.stop) for r in finite_runs(good)] == [(1, 3), (4, 5)]
    assert [(r.start, r.stop) for r in finite_runs(np.ones(4, bool))] == [(0, 4)]
    assert not list(finite_runs(np.zeros(3, bool)))
    assert not list(finite_runs(np.zeros(0, bool)))


def test_what_two_bands_share() -> None:
    x = np.arange(3.0)
    one = Band(x, np.array([0.0, 0.0, 0.0]), np.array([2.0, 2.0, 1.0]), QColor("red"))
    two = Band(x, np.array([1.0, -1.0, 3.0]), np.array([4.0, 1.0, 4.0]), QColor("blue"))
    both = one.overlap(two, QColor("green"))
    assert both.low.tolist() == [1, 0, 3]
    assert both.high.tolist() == [2, 1, 3]  # nothing shared at the last: no height


def test_some_keeps_ends_and_count() -> None:
    assert evenly_spaced(4, 10).tolist() == [0, 1, 2, 3]
    picked = evenly_spaced(1000, 10)
    assert (len(picked), picked[0], picked[-1]) == (10, 0, 999)


def test_a_mixed_colour_is_opaque_and_between() -> None:
    color = blend(DARK, QColor("#ffffff"), 0.5)
    panel = DARK.color("panel")
    assert color.alpha() == 255
    assert color.red() == pytest.approx((255 + panel.red()) / 2, abs=1)


def test_the_contour_of_a_cone_is_a_circle() -> None:
    axis = np.linspace(-1, 1, 81)
    distance = np.hypot(*np.meshgrid(axis, axis))
    strokes = contour(distance, 0.6)
    ends = -1 + 2 * strokes / 80  # back to the plane
    assert np.hypot(ends[..., 0], ends[..., 1]) == pytest.approx(0.6, abs=2e-3)
    length = np.hypot(*(ends[:, 0] - ends[:, 1]).T).sum()
    assert length == pytest.approx(2 * np.pi * 0.6, rel=5e-3)


def test_contours_of_saddles_flats_and_nan() -> None:
    saddle = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert contour(saddle, 0.0).shape == (2, 2, 2)
    assert contour(np.ones((4, 4)), 0.5).shape == (0, 2, 2)
    assert contour(np.full((4, 4), np.nan), 0.5).shape == (0, 2, 2)
    assert contour(np.ones((1, 1)), 0.5).shape == (0, 2, 2)


def test_agreement_is_the_strength_of_a_class_colour() -> None:
    classes, agreement = np.array([[0, 1]]), np.array([[1.0, 0.5]])
    sure, split = class_colors(DARK, classes, agreement, 2)[0]
    panel = rgb(DARK.color("panel"))
    assert np.abs(sure - panel).sum() > 8 * np.abs(split - panel).sum()
    assert sure[0] > sure[2]  # class 0 is orange


def test_values_run_from_negative_over_the_panel_to_positive() -> None:
    low, middle, high, lost = value_colors(LIGHT, np.array([-1.0, 0.0, 1.0, np.nan]), -1, 1)
    assert middle == pytest.approx(rgb(LIGHT.color("panel")))
    assert lost == pytest.approx(middle)
    assert low[0] > low[2]
    assert high[2] > high[0]


@given(
    x=st.floats(0, 300),
    y=st.floats(0, 200),
    width=st.floats(20, 290),
    height=st.floats(10, 80),
)
def test_a_label_stays_inside_and_never_covers_the_cursor(
    x: float, y: float, width: float, height: float
) -> None:
    room, cursor = QRectF(0, 0, 300, 200), QPointF(x, y)
    box = place((width, height), cursor, room, 14)
    assert not box.contains(cursor)
    assert room.adjusted(-0.01, -0.01, 0.01, 0.01).contains(box)


def test_a_reading_in_one_line() -> None:
    rows = ((QColor("red"), "training 0.0042 (0.0031 to 0.0060)"), (None, "validation 0.0071"))
    text = "update 740: training 0.0042 (0.0031 to 0.0060), validation 0.0071"
    assert Tooltip("update 740", rows).text == text
    assert Tooltip("nothing").text == "nothing"
