"""Sweeps: each outcome is that of a plain training, whatever interrupted it."""

import itertools

import numpy as np
import pytest

from layerlab.commands.training import ReportedRun
from layerlab.core.spec import LabSpec, TaskSpec, edit, replace
from layerlab.nets import sweep as module
from layerlab.nets.engines import engine
from layerlab.nets.probes import report_marks
from layerlab.nets.problem import layout_of, problem_of
from layerlab.nets.sweep import cost, sweep

SMALL = edit(edit(LabSpec(), "train.updates", 40), "train.seeds", 3)


def changed(spec, **knobs):
    for path, value in knobs.items():
        spec = edit(spec, path.replace("__", "."), value)
    return spec


def outcomes(specs, name="numpy", is_interrupted=lambda: False, **options):
    steps = sweep(specs, engine(name), report_marks, is_interrupted, **options)
    return [step.result for step in steps if step is not None]


def plain(spec, name="numpy"):
    """Return the last line of `layerlab train`."""
    training = ReportedRun(spec, name, as_json=False)
    return training.final(training.run())


CASES = {
    "default": SMALL,
    "classes": replace(changed(SMALL, net__hidden=(4,)), task=TaskSpec(name="moons")),
    "digits": replace(
        changed(SMALL, train__loss="cross-entropy"), task=TaskSpec(name="digits")
    ),
    "penalties": changed(SMALL, train__l1=0.001, train__l2=0.01, net__dropout=0.2),
    "running": changed(SMALL, train__report="running", train__batch=16),
    "full": changed(SMALL, train__batch="full", train__optimizer="sgd"),
    "epochs": changed(SMALL, train__epochs=4, net__residual=True, net__layer_norm=True),
    "linear": changed(SMALL, net__depth=0, train__dtype="float64"),
    "not held out": changed(SMALL, task__validation=0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_an_outcome_is_what_layerlab_train_reports(name):
    spec = CASES[name]
    [outcome] = outcomes([spec])
    report = plain(spec)
    assert outcome.spec == spec
    assert outcome.why == ""
    np.testing.assert_array_equal(outcome.loss, report["loss"])
    if report["validation"] is None:
        assert outcome.validation is None
    else:
        np.testing.assert_array_equal(outcome.validation, report["validation"]["loss"])


@pytest.mark.parametrize("name", ["default", "running", "full"])
def test_interruptions_change_nothing(name):
    asked = itertools.count()
    specs = [CASES[name], edit(CASES[name], "net.width", 3)]
    often = outcomes(specs, is_interrupted=lambda: next(asked) % 7 == 0)
    for outcome, calm in zip(often, outcomes(specs), strict=True):
        np.testing.assert_array_equal(outcome.loss, calm.loss)
        np.testing.assert_array_equal(outcome.validation, calm.validation)


def test_the_compiled_engine_interrupted_gives_what_it_gives_alone():
    pytest.importorskip("numba")
    asked = itertools.count()
    [outcome] = outcomes([SMALL], "compiled", is_interrupted=lambda: next(asked) % 3 == 0)
    np.testing.assert_array_equal(outcome.loss, plain(SMALL, "compiled")["loss"])


def test_it_yields_whenever_it_is_interrupted_and_once_for_each_spec():
    specs = [edit(SMALL, "net.width", width) for width in (2, 3)]
    steps = []
    for step in sweep(specs, engine("numpy"), report_marks, lambda: len(steps) < 9):
        steps.append(step)
    reports = [step for step in steps if step is not None]
    assert [(step.done, step.total) for step in reports] == [(1, 2), (2, 2)]
    assert len(steps) == 11


def test_looking_at_a_few_seeds_at_a_time_gives_the_same_losses(monkeypatch):
    [whole] = outcomes([CASES["penalties"]])
    monkeypatch.setattr(module, "_LOOK", 1.0)
    [parts] = outcomes([CASES["penalties"]])
    np.testing.assert_array_equal(parts.loss, whole.loss)
    np.testing.assert_array_equal(parts.validation, whole.validation)


def test_a_target_loss_ends_a_run_where_the_lab_ends_it():
    spec = changed(SMALL, train__updates=200, train__target_loss=0.07)
    [outcome] = outcomes([spec])
    problem, ended = problem_of(spec), None
    for state in engine("numpy").run(spec, marks=report_marks(200)):
        losses = module.evaluate(problem, state.params).train
        if state.update and np.median(losses) <= 0.07:
            ended = losses
            break
    np.testing.assert_array_equal(outcome.loss, ended)
    [far] = outcomes([edit(spec, "train.target_loss", 1e-9)])
    np.testing.assert_array_equal(
        far.loss, outcomes([edit(spec, "train.target_loss", None)])[0].loss
    )


def test_a_training_that_leaves_the_numbers_says_so_and_the_next_goes_on():
    wild = changed(SMALL, train__optimizer="sgd", train__rate=10.0, train__updates=200)
    broken, sound = outcomes([wild, SMALL])
    assert broken.why.startswith("not finite from update ")
    assert broken.loss.size == 0
    assert sound.why == ""


def test_what_the_lab_refuses_says_why():
    large = changed(SMALL, net__hidden=(512,) * 8, train__seeds=64)
    [refused] = outcomes([large], limit=np.inf)
    assert "at most 5\u202f000\u202f000 fit" in refused.why
    lost = replace(SMALL, task=TaskSpec(name="csv", path="/nowhere/table.csv"))
    [missing] = outcomes([lost])
    assert "/nowhere/table.csv" in missing.why


def test_the_costly_come_last_and_what_is_beyond_the_limit_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "_SLOW", cost(edit(SMALL, "net.width", 9)))
    widths = [1, 32, 8, 16, 64, 4]
    limit = cost(edit(SMALL, "net.width", 40))
    found = outcomes([edit(SMALL, "net.width", width) for width in widths], limit=limit)
    assert [outcome.spec.net.hidden[0] for outcome in found] == [1, 8, 4, 16, 32, 64]
    assert [bool(outcome.why) for outcome in found] == [False] * 5 + [True]
    assert found[-1].why.startswith("left out: ")


@pytest.mark.parametrize("name", CASES)
def test_the_cost_counts_every_update_of_every_seed(name):
    spec = CASES[name]
    problem = problem_of(spec)
    layout = layout_of(spec)
    updates = problem.batch * problem.length * spec.train.seeds
    assert cost(spec) == 3.0 * (layout.parameters + 20 * sum(layout.sizes)) * updates


def test_the_noise_floor_comes_with_each_value():
    noises = [0.0, 0.1, 0.2]
    found = outcomes([edit(SMALL, "task.noise", noise) for noise in noises])
    assert [outcome.noise_floor for outcome in found] == [None, 0.5 * 0.1**2, 0.5 * 0.2**2]
