"""Kept runs compared: beside a bootstrap of its own, and what cannot be compared."""

import msgspec
import numpy as np
import pytest

from layerlab.compose.run_comparison import comparison
from layerlab.core.runs import Losses
from layerlab.runtime.runs.library import RunLibrary
from tests.helpers.kept_runs import new_run


@pytest.fixture
def details(tmp_path):
    """Keep runs of some losses, the oldest first, and return what is known of them."""

    def make(*runs):
        library = RunLibrary(tmp_path)
        numbers = []
        for k, (losses, knobs) in enumerate(runs):
            seen = [loss for loss in losses if loss is not None]
            known = {"train_seeds": len(losses), **knobs}
            run = new_run(float(np.median(seen)) if seen else None, 1e9 + k, **known)
            run = msgspec.structs.replace(run, losses=Losses(tuple(losses)))
            numbers.append(library.add(run, None, 10**9)[0])
        return [library.detail(number) for number in reversed(numbers)]  # as a list has them

    return make


def drawn(middle, seed, count=16):
    return np.random.default_rng(seed).normal(middle, 0.0005, count).tolist()


def test_the_difference_of_the_medians_has_its_interval_and_its_seeds(details):
    a, b = drawn(0.01, 1), drawn(0.005, 2)
    text = comparison(details((a, {}), (b, {"net_width": 16})))
    assert "Widths: A 8-8, B 16-16" in text
    assert "Activation" not in text
    line = text.splitlines()[-1]
    assert line.startswith("B is lower than A by ")
    assert line.endswith("; B is lower in 16 of 16 seeds.")
    by, low, high = (
        float(x)
        for x in line[21:].split(";")[0].translate(str.maketrans("", "", "()to")).split()
    )
    rng = np.random.default_rng(9)  # a bootstrap of this test's own
    draws = [np.median(rng.choice(a, 16)) - np.median(rng.choice(b, 16)) for _ in range(4000)]
    expected = np.percentile(draws, (2.5, 97.5))
    assert by == pytest.approx(np.median(a) - np.median(b), rel=0.01)
    assert (low, high) == pytest.approx(tuple(expected), rel=0.05)


def test_what_is_higher_is_called_so(details):
    text = comparison(details((drawn(0.005, 2), {}), (drawn(0.01, 1), {})))
    assert "B is higher than A by 0.00" in text
    assert "lower in 0 of 16 seeds" in text


def test_no_difference_is_claimed_where_there_is_none(details):
    text = comparison(details((drawn(0.01, 3), {}), (drawn(0.01, 4), {"train_rate": 0.02})))
    assert "B is not clearly different from A" in text
    assert "lower than" not in text


def test_other_seeds_data_and_losses_are_said(details):
    a, b = drawn(0.01, 1), drawn(0.005, 2)
    assert "the seeds are others" in comparison(details((a, {}), (b, {"train_seed": 5})))
    text = comparison(details((a, {}), (b, {"task_noise": 0.3})))
    assert "trained on different data" in text
    text = comparison(details((a, {}), (b, {"train_loss": "mae"})))
    assert "B has another loss than A: not compared." in text


def test_runs_that_diverged_are_no_numbers(details):
    text = comparison(details((drawn(0.01, 1), {}), ([None] * 16, {"train_rate": 1.0})))
    assert "Loss of B: diverged" in text
    assert "cannot be compared" in text
    some = [None, None, *drawn(0.01, 1)[2:]]
    assert "nan" not in comparison(details((drawn(0.005, 2), {}), (some, {"train_rate": 0.5})))


def test_several_are_compared_with_the_oldest(details):
    runs = [(drawn(0.01 * (k + 1), k), {"net_width": 4 + k}) for k in range(4)]
    text = comparison(details(*runs))
    assert "Widths: A 4-4, B 5-5, C 6-6, D 7-7" in text
    assert [line[0] for line in text.splitlines() if "higher than A" in line] == ["B", "C", "D"]


def test_equal_runs_are_called_equal(details):
    losses = drawn(0.01, 1)
    first, second = details((losses, {}), (losses, {}))
    assert "All knobs are the same." in comparison([first, second])


def test_painted_points_are_counted_and_features_are_no_other_data(details):
    points = (0.5, 0.5, 1.0, -0.5, -0.5, 2.0)
    painted = {"task_name": "painted", "task_points": points}
    text = comparison(
        details(
            (drawn(0.01, 1), painted),
            (drawn(0.01, 2), {**painted, "task_features": ("x1", "x1^2")}),
            (drawn(0.01, 3), {**painted, "task_points": points[:3]}),
        )
    )
    assert "Points: A 6 numbers, B 6 numbers, C 3 numbers" in text
    assert "Input features: A none, B x1, x1^2, C none" in text
    b, c = text.splitlines()[-2:]
    assert b.startswith("B ")
    assert "different data" not in b
    assert "different data" in c
