"""Series: what one declaration gives to plot, legend, cursor and exported columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from layerlab.core import translation
from layerlab.ui.plotting.items import (
    Bars,
    Dots,
    Histogram,
    HLine,
    Line,
    Segments,
    Whiskers,
)
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import nearest
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import (
    Series,
    columns_of,
    columns_of_rows,
    declare,
    exported,
    legend_of,
    read_row,
    read_series,
    reference,
)
from layerlab.ui.theme import DARK
from tests.helpers.pseudo_language import Bracketed

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


# ---- shared entries, marks of their own, rows


def test_an_entry_that_several_share_stands_once_after_their_own(curve):
    dash, red = LegendEntry("dash", INK, "theory"), LegendEntry("line", OTHER, "red")
    some = [
        replace(curve, name="a, theory", entries=[dash, red]),
        curve,
        replace(curve, name="b, theory", entries=[dash]),
        replace(curve, name="c", entries=[red], in_legend=False),
    ]
    assert [key.text for key in legend_of(some, DARK)] == ["loss", "theory", "red"]
    assert declare(some, DARK).legend == legend_of(some, DARK)


def test_a_shape_draws_a_series_that_has_no_form_of_its_own(curve):
    segments = Segments(X, X, X, X + 1, INK)
    assert declare([replace(curve, shape=segments)], DARK).live == {"loss": segments}
    bars = Histogram(np.array([0.0, 1.0]), np.array([1.0]), INK)
    found = declare([replace(curve, form="area", shape=bars)], DARK)
    assert (found.bands, found.live) == ({"loss": bars}, {})
    assert [(key.form, key.color) for key in found.legend] == [("band", INK)]


def test_a_reference_line_is_named_by_the_legend_alone(curve):
    level = HLine(0.5, "", OTHER, DARK)
    found = reference("chance", level, "ch.")
    assert declare([found], DARK).live == {"chance": level}
    (key,) = declare([found], DARK).legend
    assert (key.form, key.color, key.text, key.brief) == ("dash", OTHER, "chance", "ch.")
    assert "chance" not in columns_of([curve, found], "x")
    assert "chance" not in read_series([curve, found], 2.0, "x {}").text


def test_what_is_exported_alone_is_neither_drawn_nor_read(curve):
    alone = exported("weight", X, 10 * X)
    found = declare([alone], DARK)
    assert {**found.live, **found.still, **found.bands} == {}
    assert found.legend == ()
    assert read_series([alone], 1.0, "x {}") is None
    assert columns_of([alone], "x")["weight"] == pytest.approx(10 * X)


def test_columns_of_a_band_hold_what_was_measured_not_what_was_cut_to_the_axis(curve):
    seen = np.stack([X - 5, X, X + 5])
    cut = replace(curve, values=seen, y=np.maximum(X, 2), low=np.maximum(X - 5, 2))
    assert list(cut.columns().values()) == [
        pytest.approx(row) for row in (seen[0], seen[1], seen[2])
    ]
    assert cut.row(0) == "loss 1 (−4 to 6)"
    assert cut.at(np.array([2])).values.shape == (3, 1)
    between = replace(cut, is_straight=True).near(1.5)
    assert between.values[:, 0] == pytest.approx([-3.5, 1.5, 6.5])


def test_series_drawn_side_by_side_share_the_places_they_stand_for(curve):
    left, right = (
        replace(curve, name=name, x=X + shift, x_values=X, ends=None)
        for name, shift in (("left", -0.1), ("right", 0.1))
    )
    assert list(columns_of([left, right], "n")) == ["n", "left", "right"]
    assert columns_of([left, right], "n")["n"] == pytest.approx(X)
    assert read_series([left, right], 2.2, "n {}").title == "n 2"
    late = right.at(np.array([0]))  # it knows the first place alone
    assert [text for _, text in read_series([left, late], 2.0, "n {}").rows] == [
        "left 4 (3 to 5)"
    ]


def test_bars_lie_in_rows_and_points_there_have_their_values_along_x(curve):
    bars = replace(curve, form="bars", width=0.4, base=np.array([0.5, 1.0, 1.5]), ends=None)
    mark = declare([bars], DARK).live["loss"]
    assert isinstance(mark, Bars)
    assert mark.low == pytest.approx([0.5, 1.0, 1.5])
    assert mark.high == pytest.approx(X**2)
    assert (mark.colors, mark.thickness) == ([INK] * 3, 0.4)
    assert bars.in_row(2).base == pytest.approx([1.0])
    dots = declare([replace(curve, form="rings", in_rows=True)], DARK).live["loss"]
    assert isinstance(dots, Dots)
    assert dots.hollow
    assert (dots.x, dots.y) == (pytest.approx(X**2), pytest.approx(X))


def test_a_row_is_read_where_it_has_something(curve):
    bars = replace(curve, form="bars", reads_band=False)
    other = replace(bars.at(np.array([0])), name="other")
    assert read_row([bars, other], 1, "one").text == "one: loss 1, other 1"
    assert read_row([bars, other], 2, "two").text == "two: loss 4"
    assert read_row([bars, other], 0, "none") is None


def test_a_table_of_rows_has_a_line_for_each_and_nothing_where_nothing_is(curve):
    bars = replace(curve, form="bars", x=X - 0.2, ends=None)
    late, rest = (
        replace(bars.at(np.array(part)), name="other", column="late") for part in ([1], [2])
    )
    found = columns_of_rows([bars, late, rest], "kind", ["none", "a", "b", "c"])
    assert list(found) == ["kind", "loss", "late"]
    assert found["kind"].tolist() == ["a", "b", "c"]
    assert found["loss"] == pytest.approx(X**2)
    assert np.isnan(found["late"][0])
    assert found["late"][1:] == pytest.approx([4, 9])


# ---- languages


def test_columns_are_english_in_every_language(curve, monkeypatch):
    monkeypatch.setattr(translation, "catalogue", Bracketed())
    name = translation._("median of {part}", part=translation._("training"))
    one = replace(curve, name=name, ends=(translation._("low"), "", None))
    other = replace(curve, name="other", x=X + 1, ends=None)
    assert one.key(DARK).text == "⟦median of ⟦training⟧⟧"
    assert one.row(0).startswith("⟦median of ⟦training⟧⟧ 1")
    found = columns_of([one, other], translation._("update"))
    assert list(found) == [
        "update",
        "median of training low",
        "median of training",
        "update of other",
        "other",
    ]
    bars = replace(one, form="bars", ends=None)
    rows = columns_of_rows([bars], translation._("kind"), [translation._("wave")] * 4)
    assert list(rows) == ["kind", "median of training"]
    assert rows["kind"].tolist() == ["wave"] * 3
    assert table([name], [X]).splitlines()[0] == "median of training"
