"""Populations are the lab's own runs, put side by side."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.claims.base import Context
from layerlab.claims.listing import listing
from layerlab.claims.populations import (
    chunks,
    epochs_until,
    initial_params,
    lab,
    population,
    training_loss,
)
from layerlab.core.cancel import CancelledError
from layerlab.core.spec import NetSpec, TrainSpec, edit
from layerlab.nets.engines import engine
from layerlab.nets.problem import initialize, problem_of


def test_seeds_beyond_a_run_go_on_in_the_next() -> None:
    spec = edit(lab("wave", NetSpec(hidden=(2,))), "train.seed", 5)
    runs = chunks(spec, 130)
    assert [(run.train.seed, run.train.seeds) for run in runs] == [(5, 64), (69, 64), (133, 2)]
    whole = initial_params(spec, 130)
    last = edit(edit(spec, "train.seed", 134), "train.seeds", 1)
    np.testing.assert_array_equal(whole[-1], initialize(problem_of(last)).params[0])


def test_a_population_is_what_the_engine_trains() -> None:
    spec = lab("wave", NetSpec(hidden=(3,)), TrainSpec(updates=40))
    start, middle, end = population(Context(), spec, 70, [0, 20])
    assert [state.update for state in (start, middle, end)] == [0, 20, 40]
    second = edit(edit(spec, "train.seed", 64), "train.seeds", 6)
    *_, alone = engine("numpy").run(second)
    np.testing.assert_allclose(end.params[64:], alone.params, rtol=2e-3, atol=1e-4)
    assert training_loss(spec, end).shape == (70,)
    assert np.median(training_loss(spec, end)) < np.median(training_loss(spec, start))


def test_a_scale_multiplies_the_initial_weights() -> None:
    spec = lab("wave", NetSpec(hidden=(3,), init="large-normal"), TrainSpec(updates=1))
    plain, scaled = (population(Context(), spec, 2, [0], scale=s)[0] for s in (1.0, 0.5))
    np.testing.assert_allclose(scaled.params, 0.5 * plain.params)


def test_the_epochs_to_a_loss_are_those_of_the_listing() -> None:
    spec = listing()
    marks = range(16, 400 * 16, 16)
    losses = [
        state.epoch_loss
        for state in engine("numpy").run(
            edit(edit(spec, "train.epochs", 400), "train.seeds", 3), marks=marks
        )
    ][1:]
    expected = [int(np.argmax(column <= 0.0244)) + 1 for column in np.array(losses).T]
    found = epochs_until(Context(), spec, 3, 0.0244, 1000)
    assert max(expected) < 256  # else rounded
    np.testing.assert_array_equal(found, expected)
    assert epochs_until(Context(), spec, 1, 1e-9, 30).tolist() == [30]


def test_a_cancelled_population_stops() -> None:
    with pytest.raises(CancelledError):
        population(Context(is_cancelled=lambda: True), lab("wave"), 4)
