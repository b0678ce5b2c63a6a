"""The figures of the top bar."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from app.ui.readouts import grouped, pace, readouts, short
from tests.helpers.frames import sample_frame


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0031, "0.0031"), (0.2, "0.200"), (1.5, "1.50"), (2564.4, "2\u202f564"), (0, "0.0000"),
     (182_000, "182k"), (3.04e-6, "3·10⁻⁶"), (1.23e-5, "1.2·10⁻⁵"), (-0.52, "−0.520"),
     (3.1e7, "3.1·10⁷"), (math.nan, "–"), (math.inf, "–")],
)  # fmt: skip
def test_numbers_are_written_as_in_the_plots(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("per_s", "text"), [(1.21, "1.2"), (70.4, "70"), (389.2, "389"), (2564, "2\u202f564")]
)
def test_a_pace_has_no_needless_digits(per_s: float, text: str) -> None:
    assert pace(per_s) == text


def test_thousands_stand_apart() -> None:
    assert (grouped(12), grouped(1500), grouped(1234567)) == (
        "12", "1\u202f500", "1\u202f234\u202f567",
    )  # fmt: skip


def test_the_newest_median_comes_after_the_updates() -> None:
    frame = dataclasses.replace(sample_frame("curve"), updates_per_s=0.0)
    found = {label: value for value, label in readouts(frame)}
    assert frame.loss is not None
    median = float(np.median(frame.loss.train[-1]))
    assert found["training loss, median"] == short(median)
    assert next(iter(found.values())) == grouped(frame.update)
