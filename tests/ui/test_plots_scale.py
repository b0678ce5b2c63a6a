"""Axes: ranges that hold still, ticks, and numbers as text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.ui.plotting.scale import FLOOR, Axis, decade, lay_texts, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.00423, "0.00423"),
        (-0.5, "−0.5"),
        (1500.0, "1\u202f500"),
        (3.14e-7, "3.14·10⁻⁷"),
        (-2e9, "−2·10⁹"),
        (float("nan"), "—"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_read_as_a_person_writes_them(value: float, text: str) -> None:
    assert number(value) == text


def test_decades_are_written_as_in_the_drawing() -> None:
    assert [decade(e) for e in (2, 0, -1, -3, -4, 5)] == [
        "100",
        "1",
        ".1",
        ".001",
        "10⁻⁴",
        "10⁵",
    ]


def test_a_log_axis_starts_with_whole_decades_around_the_data() -> None:
    axis = Axis(log=True)
    axis.cover(np.array([0.3, 0.004, np.nan, np.inf, 0.0, -2.0]), restart=True)
    assert (axis.low, axis.high) == pytest.approx((1e-3, 1.0))


def test_a_range_holds_still_while_data_stay_inside_and_grows_in_steps() -> None:
    axis = Axis(log=True)
    axis.cover(np.array([0.3, 0.2]), restart=True)
    first = (axis.low, axis.high)
    axis.cover(np.array([0.9, 0.0012]))
    assert (axis.low, axis.high) == first
    axis.cover(np.array([0.0009]))
    assert (axis.low, axis.high) == pytest.approx((1e-4, 1.0))
    axis.cover(np.array([0.5]))  # nothing shrinks within a run
    assert axis.low == pytest.approx(1e-4)
    axis.cover(np.array([0.5]), restart=True)
    assert axis.low == pytest.approx(1e-3)


def test_a_linear_axis_grows_to_whole_steps() -> None:
    axis = Axis()
    axis.cover(np.array([0.13, 0.94]), restart=True)
    assert axis.low <= 0.13
    assert axis.high >= 0.94
    axis.cover(np.array([1.07]))
    assert axis.high == pytest.approx(1.5)


def test_nothing_finite_leaves_the_axis_as_it_is() -> None:
    axis = Axis(log=True)
    axis.fix(0.01, 10)
    axis.cover(np.array([np.nan, 0.0, -1.0, 1e-40]), restart=True)
    assert (axis.low, axis.high) == (0.01, 10)


@pytest.mark.parametrize("ends", [(1.0, 1.0), (np.nan, 2.0), (0.0, 0.0), (-np.inf, np.inf)])
@pytest.mark.parametrize("log", [False, True])
def test_an_impossible_range_becomes_one_that_can_be_drawn(
    ends: tuple[float, float], log: bool
) -> None:
    axis = Axis(log=log)
    axis.fix(*ends)
    assert np.isfinite([axis.low, axis.high]).all()
    assert axis.low < axis.high
    assert axis.ticks(5)


def test_a_log_axis_never_goes_below_its_floor() -> None:
    axis = Axis(log=True)
    axis.cover(np.array([1e-29, 1.0]), restart=True)
    assert axis.low >= FLOOR


@given(
    low=st.floats(-1e6, 1e6),
    span=st.floats(1e-3, 1e6),
    place=st.floats(0, 1),
    count=st.floats(1, 12),
)
def test_places_and_values_are_inverse_and_ticks_lie_inside(
    low: float, span: float, place: float, count: float
) -> None:
    axis = Axis()
    axis.fix(low, low + span)
    value = axis.from_unit(place)
    assert axis.to_unit(np.array(value)) == pytest.approx(place, abs=1e-6)
    ticks = [v for v, _ in axis.ticks(count)]
    slack = 1e-6 * (axis.high - axis.low)
    assert all(axis.low - slack <= t <= axis.high + slack for t in ticks)
    assert len(ticks) <= 2 * count + 2


@given(bottom=st.integers(-30, 20), decades=st.integers(1, 40), count=st.floats(1, 12))
def test_decades_of_a_log_axis_lie_inside(bottom: int, decades: int, count: float) -> None:
    axis = Axis(log=True)
    axis.fix(10.0**bottom, 10.0 ** (bottom + decades))
    ticks = [v for v, _ in axis.ticks(count)]
    assert len(ticks) <= count + 2
    assert all(axis.low * 0.999 <= t <= axis.high * 1.001 for t in ticks)
    assert axis.to_unit(np.array(axis.from_unit(0.25))) == pytest.approx(0.25)


def test_whole_number_axes_have_whole_number_ticks() -> None:
    axis = Axis(integer=True)
    axis.fix(0.9, 3.1)
    assert [text for _, text in axis.ticks(8)] == ["1", "2", "3"]


def test_the_name_of_an_axis_stands_where_no_tick_does() -> None:
    wide = [20.0, 20.0, 20.0]
    # room at the right end
    assert lay_texts([10, 60, 110], wide, 30, 170, 8) == ([0, 50, 100], 140)
    # the last tick is at the end: its text moves in, the name goes into the last gap
    lefts, name = lay_texts([10, 60, 170], wide, 30, 172, 8)
    assert lefts == [0, 50, 152]
    assert name == pytest.approx((70 + 152 - 30) / 2)
    # no gap is wide enough: the name takes the place of ticks
    assert lay_texts([10, 50, 90], wide, 40, 100, 8) == ([0, None, None], 60)
    assert lay_texts([10, 60], [20, 20], 0, 100, 8)[0] == [0, 50]
    assert lay_texts([], [], 30, 100, 8) == ([], 70)
