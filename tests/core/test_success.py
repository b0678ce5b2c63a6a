"""Success: ranks of the seeds, and the threshold that nobody chose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layerlab.core.options import (
    Options,
    fields_from_json,
    options_from_fields,
    options_to_json,
)
from layerlab.core.success import USUAL, Ranking, default_threshold, ranking_of
from tests.helpers.frames import sample_loss

PART = sample_loss(np.random.default_rng(1))
NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("losses", "best", "worst"),
    [
        ([3.0, 1.0, 2.0], 1, 0),
        ([1.0, NAN, 9.0], 0, 1),
        ([INF, NAN, 2.0], 2, 1),
        ([NAN, INF, NAN], 0, 0),
        ([NAN, NAN], 0, 0),
        ([2.0, 1.0, 1.0, 2.0], 1, 0),
        ([5.0], 0, 0),
    ],
)
def test_what_is_not_a_number_is_worst_and_the_first_of_equals_counts(losses, best, worst):
    ranking = Ranking(np.array(losses), 1.5)
    assert ranking.worst == worst
    if np.isfinite(losses).any():
        assert ranking.best == best


def test_a_success_is_below_the_threshold_not_at_it():
    ranking = Ranking(np.array([0.5, 1.0, 2.0, NAN, INF, -INF]), 1.0)
    assert ranking.successes.tolist() == [True, False, False, False, False, True]
    assert (ranking.count, ranking.seeds) == (2, 6)


def test_the_newest_report_is_ranked():
    ranking = ranking_of(PART, 0.004)
    assert ranking.losses.tolist() == PART.train[-1].tolist()
    assert ranking.count == sum(loss < 0.004 for loss in PART.train[-1])
    empty = ranking_of(replace(PART, updates=np.empty(0), train=np.empty((0, 16))), 0.004)
    assert empty.seeds == 0


@pytest.mark.parametrize(
    ("linear", "floor", "level"),
    [
        (0.0733, 0.0018, 0.01),  # the default lab
        (0.0733, None, 0.01),  # the same without noise
        (0.64, None, 0.05),  # a tenth of it, rounded
        (0.02, 0.0018, 0.005),  # twice the noise floor counts, not a tenth
        (0.0733, 0.125, 0.2),  # so much noise that the floor lies above
        (None, None, USUAL),  # classes that a linear model separates
        (None, 0.03, 0.05),
        (1e-31, None, USUAL),  # a linear model solves it
        (NAN, None, USUAL),
        (INF, None, USUAL),
    ],
)
def test_the_default_depends_on_the_task_alone(linear, floor, level):
    part = replace(PART, linear_loss=linear, noise_floor=floor)
    assert default_threshold(part) == level
    assert default_threshold(replace(part, train=100 * PART.train)) == level
    assert ranking_of(part, None).threshold == level


def test_a_default_is_one_two_or_five_and_near_what_was_asked():
    for linear in np.geomspace(1e-5, 1e5, 200):
        level = default_threshold(replace(PART, linear_loss=float(linear), noise_floor=None))
        assert f"{level:.0e}"[0] in "125"
        assert level == float(f"{level:.0e}")
        assert 0.6 < level / (0.1 * linear) < 1.6


def read(raw):
    options, sentences = options_from_fields(fields_from_json(raw))
    assert not sentences
    return options


def test_options_keep_the_threshold_of_each_task():
    options = Options(thresholds={"wave": 0.005, "spiral": 0.1}, finish_dragging=False)
    assert read(options_to_json(options)) == options
    assert read(b"{}") == Options()
    assert Options().finish_dragging


@pytest.mark.parametrize("level", ["0", "-1", "1e9", '"low"'])
def test_a_threshold_out_of_range_is_not_used_and_costs_no_other_setting(level):
    raw = b'{"thresholds": {"wave": %s}, "zoom": 1.5}' % level.encode()
    options, sentences = options_from_fields(fields_from_json(raw))
    assert options == Options(zoom=1.5)
    assert len(sentences) == 1
    assert "thresholds" in sentences[0]
