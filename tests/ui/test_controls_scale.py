"""Scales: stops, places, steps, and the text of numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.ui.controls.scale import (
    bent,
    decades,
    linear,
    number_text,
    octaves,
    open_ended,
    read_number,
    scale_for,
    with_zero,
)

SLIDERS = [
    knob
    for knob in KNOBS.values()
    if knob.kind in ("int", "float") and knob.high < 1e6  # larger ones are typed
]


@pytest.mark.parametrize("knob", SLIDERS, ids=lambda knob: knob.path)
def test_every_stop_of_every_knob_is_a_value_it_takes(knob):
    scale = scale_for(knob)
    assert (scale.stops[0], scale.stops[-1]) == (knob.low, knob.high)
    assert (scale.places[0], scale.places[-1]) == (0.0, 1.0)
    assert np.all(np.diff(scale.stops) > 0)
    assert np.all(np.diff(scale.places) > 0)
    for stop in scale.stops:
        knob.check(float(stop) if knob.kind == "float" else int(stop))
        assert knob.kind == "float" or stop == int(stop)
        assert scale.value(scale.place(stop)) == stop


def test_width_has_every_small_number_and_every_power_of_two():
    stops = set(scale_for(KNOBS["net.width"]).stops)
    assert set(range(1, 33)) <= stops
    assert {2**k for k in range(10)} <= stops


def test_half_of_the_travel_of_depth_goes_to_twelve():
    scale = scale_for(KNOBS["net.depth"])
    assert scale.place(12) == pytest.approx(0.5)
    assert scale.place(3) == pytest.approx(0.125)
    assert scale.place(38) == pytest.approx(0.75)  # halfway from 12 to 64


def test_equal_factors_are_equal_ways_on_a_logarithmic_scale():
    scale = decades(1e-6, 10.0)
    assert scale.place(1e-2) == pytest.approx(4 / 7)
    assert scale.place(0.2) - scale.place(0.1) == pytest.approx(math.log10(2) / 7)


@given(st.floats(1, 512), st.integers(1, 5))
def test_steps_up_and_down_come_back(value, count):
    scale = octaves(1, 512)
    stop = scale.value(scale.place(value))
    up = scale.step(stop, count)
    if up < 512:
        assert scale.step(up, -count) == stop


def test_steps_from_between_two_stops_reach_the_next_one():
    scale = linear(0, 10, 1)
    assert scale.step(3.4, 1) == 4
    assert scale.step(3.4, -1) == 3
    assert scale.step(10, 1) == 10
    assert scale.step(0, -1) == 0


def test_a_page_moves_by_a_tenth_and_never_sticks():
    scale = bent(0, 64, 1, middle=12)
    assert scale.page(0, 1) == 2  # 2.4 layers are a tenth of the travel
    assert linear(0, 3, 1).page(1, 1) == 2
    assert linear(0, 3, 1).page(1, -1) == 0


def test_ends_of_their_own():
    scale = open_ended(octaves(1, 95))
    assert math.isinf(scale.value(1.0))
    assert scale.value(0.93) == 95
    assert scale.place(math.inf) == 1.0
    assert scale.step(95, 1) == math.inf
    zero = with_zero(decades(1e-6, 10))
    assert zero.value(0.0) == 0.0
    assert zero.value(0.06) == 1e-6


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8, "8"),
        (1500, "1\u202f500"),
        (0.06, "0.06"),
        (1e-5, "1e-5"),
        (math.inf, "∞"),
        (0.1 + 0.2, "0.3"),
        (1_000_000, "1\u202f000\u202f000"),
    ],
)
def test_numbers_are_shown_as_a_person_writes_them(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("text", "whole", "number"),
    [
        ("12", True, 12),
        (" 1 500 ", True, 1500),
        ("1,500", True, 1500),
        ("0,05", False, 0.05),
        ("1e-3", False, 0.001),
        ("1e3", True, 1000),
        ("−2", False, -2.0),
        ("1\u202f500", True, 1500),
    ],
)
def test_typed_numbers_are_read(text, whole, number):
    value = read_number(text, "Width", whole)
    assert value == number
    assert isinstance(value, int) is whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [("", True), ("ten", False), ("2.5", True), ("inf", True), ("1,2,3", False)],
)
def test_other_text_is_refused_in_one_sentence(text, whole):
    with pytest.raises(LabError, match=r"^Width"):
        read_number(text, "Width", whole)
