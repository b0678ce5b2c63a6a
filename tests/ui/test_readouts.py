"""The figures of the top bar."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from layerlab.core.frames import Frame
from layerlab.core.success import Ranking
from layerlab.ui.readouts import Readout, duration, grouped, pace, readouts, short, success
from tests.helpers.frames import sample_frame


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0031, "0.0031"),
        (0.2, "0.200"),
        (1.5, "1.50"),
        (2564.4, "2\u202f564"),
        (0, "0.0000"),
        (182_000, "182k"),
        (3.04e-6, "3·10⁻⁶"),
        (1.23e-5, "1.2·10⁻⁵"),
        (-0.52, "−0.520"),
        (3.1e7, "3.1·10⁷"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers_are_written_as_in_the_plots(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("per_s", "text"), [(1.21, "1.2"), (70.4, "70"), (389.2, "389"), (2564, "2\u202f564")]
)
def test_a_pace_has_no_needless_digits(per_s: float, text: str) -> None:
    assert pace(per_s) == text


def test_thousands_stand_apart() -> None:
    assert (grouped(12), grouped(1500), grouped(1234567)) == (
        "12",
        "1\u202f500",
        "1\u202f234\u202f567",
    )


def test_the_newest_median_comes_after_the_updates() -> None:
    frame = dataclasses.replace(sample_frame("curve"), updates_per_s=0.0)
    found = {readout.label: readout.value for readout in readouts(frame)}
    assert frame.loss is not None
    median = float(np.median(frame.loss.train[-1]))
    assert found["training loss, median"] == short(median)
    assert next(iter(found.values())) == grouped(frame.update)


def by_label(frame: Frame, threshold: float | None = None) -> dict[str, Readout]:
    return {readout.label: readout for readout in readouts(frame, threshold)}


def test_a_share_of_the_seeds_is_below_the_threshold() -> None:
    frame = sample_frame("curve")
    assert frame.loss is not None
    last = frame.loss.train[-1]
    level = float(np.sort(last)[5]) * 1.0001  # six of them are below
    train = np.where(np.arange(16) == 15, np.nan, frame.loss.train)
    shown = success(Ranking(train[-1], level))
    count = int((train[-1] < level).sum())
    assert shown.value == f"{100 * count / 16:.0f} %"
    assert shown.help.startswith(f"{count} of 16 seeds have a training loss below ")
    assert by_label(frame, 0.01)["of 16 seeds below .01"].value.endswith(" %")
    assert (
        by_label(frame)["of 16 seeds below .01"]
        == by_label(frame, 0.01)["of 16 seeds below .01"]
    )


@pytest.mark.parametrize(
    ("losses", "value", "text"),
    [
        ([0.1], "no", "is not below 0.01"),
        ([0.001], "yes", "is below 0.01"),
        ([0.1, 0.001], "50 %", "1 of 2 seed has"),
        ([math.nan] * 3, "0 %", "0 of 3 seeds have"),
    ],
)
def test_few_seeds_are_described_in_words(losses: list[float], value: str, text: str) -> None:
    shown = success(Ranking(np.array(losses), 0.01))
    assert shown.value == value
    assert text in shown.help


def test_a_run_finished_at_once_shows_how_long_it_took() -> None:
    frame = dataclasses.replace(sample_frame("curve", update=1500), elapsed_s=0.0381)
    assert by_label(frame)["updates, all seeds"].value == "24\u202f000 in 38 ms"
    assert "updates, each of all seeds" not in by_label(frame)
    running = dataclasses.replace(frame, elapsed_s=0.0)
    assert len(readouts(running)) == len(readouts(frame))  # the places stay


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0002, "1 ms"),
        (0.0381, "38 ms"),
        (0.9996, "1.0 s"),
        (2.44, "2.4 s"),
        (31.2, "31 s"),
        (200, "3 min"),
    ],
)
def test_a_time_has_the_digits_that_matter(seconds: float, text: str) -> None:
    assert duration(seconds) == text
