"""Series: what one declaration gives to plot, legend, cursor and exported columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from layerlab.ui.plotting.items import Dots, Line, Whiskers
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import nearest
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series, columns_of, declare, read_series
from layerlab.ui.theme import DARK

X = np.array([1.0, 2.0, 3.0])
INK, OTHER = QColor("#40c0ff"), QColor("#ff8040")


@pytest.fixture
def curve() -> Series:
    return Series("loss", X, X**2, INK, X**2 - 1, X**2 + 1)


def test_a_curve_has_an_area_around_it_and_points_have_whiskers(curve):
    found = declare([curve], DARK)
    assert isinstance(found.live["loss"], Line)
    assert found.bands["loss"].high == pytest.approx(X**2 + 1)
    found = declare([replace(curve, form="dots")], DARK)
    assert not found.bands
    below, above = found.live.values()  # the points lie over their whiskers
    assert isinstance(below, Whiskers)
    assert isinstance(above, Dots)
    assert below.low == pytest.approx(X**2 - 1)


def test_places_with_colours_of_their_own_are_dots_on_the_curve_and_read_in_these(curve):
    own = replace(curve, inks=(INK, OTHER, INK), radius=5.0)
    dots = declare([own], DARK).live["loss, dots"]
    assert (dots.colors, dots.radius) == ([INK, OTHER, INK], 5.0)
    reading = read_series([own], 2.2, "layer {}")
    assert reading.title == "layer 2"
    assert reading.rows[0][0] == reading.dots[0][2] == OTHER
    alone = declare([own.at(np.array([1]))], DARK).live["loss"]
    assert (alone.colors, alone.radius) == ([OTHER], 5.0)  # a line of one point is not seen


def test_some_places_of_a_series_keep_all_that_is_known_of_them(curve):
    own = replace(curve, values=10 * X, inks=(INK, OTHER, INK))
    for places in (np.array([0, 2]), np.array([True, False, True])):
        some = own.at(places)
        assert some.x == pytest.approx([1, 3])
        assert some.y == pytest.approx([1, 9])
        assert some.low == pytest.approx([0, 8])
        assert some.high == pytest.approx([2, 10])
        assert some.exported() == pytest.approx([10, 30])
        assert some.inks == [INK, INK]


def test_the_columns_of_a_band_end_in_what_it_is_and_it_may_go_unread(curve):
    theory = replace(
        curve, ends=("low", "", "high"), reads_band=False, column="variance theory"
    )
    assert list(columns_of([theory], "layer")) == [
        "layer",
        "variance theory low",
        "variance theory",
        "variance theory high",
    ]
    assert "to" not in theory.row(1)
    assert curve.row(1) == "loss 4 (3 to 5)"
    assert list(replace(curve, ends=None).columns()) == ["loss"]


def test_an_area_is_its_band_alone_with_a_name_and_a_value(curve):
    part = replace(curve, form="area", shade=1.0, values=2 + 0 * X, reads_band=False)
    found = declare([part], DARK)
    assert list(found.bands) == ["loss"]
    assert not found.live
    assert [(key.form, key.color) for key in found.legend] == [("band", INK)]
    assert read_series([part], 3.0, "x {}").text == "x 3: loss 2"


def test_points_on_a_line_have_both_and_one_name(curve):
    marks = replace(curve, form="joined", stroke=2.4).marks(DARK)
    assert list(map(type, marks.values())) == [Whiskers, Line, Dots]
    assert marks["loss, band"].width == 2.4
    assert replace(curve, form="joined").key(DARK).form == "dot"


def test_what_is_straight_is_read_between_its_places(curve):
    bent = replace(curve, is_straight=True, values=10 * X)
    reading = read_series([bent, replace(curve, name="other")], 2.4, "x {}")
    assert reading.title == "x 2.4"
    assert reading.rows[0][1] == "loss 24 (5 to 7)"
    assert reading.dots[0][:2] == pytest.approx((2.4, 6.0))
    assert reading.rows[1][1].startswith("other 4")  # at the nearest place
    assert read_series([bent], 9.0, "x {}").title == "x 3"


def test_the_column_of_other_places_can_have_a_name_of_its_own(curve):
    other = replace(curve, name="other", x=X + 1, ends=None)
    assert list(columns_of([replace(curve, ends=None), other], "n")) == [
        "n",
        "loss",
        "n of other",
        "other",
    ]
    named = replace(other, places="n of the others")
    assert "n of the others" in columns_of([curve, named], "n")


def test_the_nearest_point_is_that_on_the_screen(qtbot):
    plot = Plot(Axis("x"), Axis("y"))
    qtbot.addWidget(plot)
    plot.set_theme(DARK)
    plot.resize(400, 200)
    plot.x_axis.fix(0, 4)
    plot.y_axis.fix(0, 1000)
    plot.show()
    plot.grab()
    xs, ys = np.array([1.0, 3.0, np.nan]), np.array([100.0, 900.0, 500.0])
    assert nearest(plot, (xs, ys), 1.1, 150, 40) == 0
    assert nearest(plot, (xs, ys), 2.9, 700, 90) == 1
    assert nearest(plot, (xs, ys), 2.0, 500, 20) is None
    assert nearest(plot, (xs[2:], ys[2:]), 2.0, 500, 1e9) is None
