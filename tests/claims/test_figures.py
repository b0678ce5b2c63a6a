"""Figures in words; medians and their bands."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.claims.figures import (
    difference,
    exponent,
    figure,
    listed,
    percent,
    summary,
    within,
)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "0"),
        (512.0, "512"),
        (2517, "2\u202f517"),
        (0.25, "0.25"),
        (0.0338123, "0.03381"),
        (1 / 3, "0.3333"),
        (12345.6, "1.23e4"),
        (4.4e-16, "4.40e-16"),
        (2e-7, "2.00e-7"),
        (-0.16997, "-0.17"),
        (float("nan"), "not finite"),
        (7.04e18, "7.04e18"),
    ],
)
def test_a_figure_has_the_digits_that_count(value: float, message: str) -> None:
    assert figure(value) == message


def test_lists_shares_and_summaries() -> None:
    assert listed([1, 0.5]) == "1, 0.5"
    assert percent(0.4567) == "45.7 %"
    assert summary(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == "3 (2 to 4)"


def test_an_exponent_is_found() -> None:
    assert exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


def test_within_is_false_for_what_is_not_finite() -> None:
    assert within(1.04, 1, 0.05)
    assert not within(1.06, 1, 0.05)
    assert not within(float("nan"), 1, 0.05)
    assert not within(float("inf"), 1, 0.05)


def test_a_band_tells_a_difference_from_chance() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.standard_normal(400), 1 + rng.standard_normal(400)
    band = difference(other, one)
    assert band.low < 1 < band.high
    assert band.excludes()
    assert band.middle == np.median(other) - np.median(one)
    # The std of a median of n normal numbers is sqrt(pi / 2 / n), of a difference twice.
    expected = 2 * 1.96 * np.sqrt(np.pi / 400)
    assert band.high - band.low == pytest.approx(expected, rel=0.25)
    assert not difference(rng.standard_normal(100), rng.standard_normal(100)).excludes()


def test_chance_is_mistaken_for_a_difference_about_once_in_twenty() -> None:
    rng = np.random.default_rng(0)
    wrong = [
        difference(rng.exponential(size=60), rng.exponential(size=60)).excludes()
        for _ in range(200)
    ]
    assert 0.01 < np.mean(wrong) < 0.1


def test_losses_that_are_not_finite_count_as_large() -> None:
    broken = np.array([0.1, np.inf, np.inf, np.inf])
    assert difference(broken, np.array([0.1, 0.2, 0.1, 0.2])).middle > 1
