"""The adviser: each rule by the figures that it needs, and real runs of each recipe."""

import gettext
from dataclasses import replace as changed

import numpy as np
import pytest

from layerlab.core import translation
from layerlab.core.advice import (
    DEAD,
    EXPLODING,
    KINDS,
    NARROW,
    OVERFIT,
    RATE,
    REGULARIZED,
    STUCK,
    UNFINISHED,
    VANISHING,
    Finding,
    Remedy,
)
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit, edit_all
from layerlab.nets.adviser import Measured, advise, findings, trials
from layerlab.nets.adviser.gain import is_better, is_good
from layerlab.nets.adviser.measured import examine
from layerlab.nets.adviser.trials import confirmed
from layerlab.nets.engines import engine
from layerlab.nets.problem import initialize, problem_of
from tests.benchmarks.adviser import NOTHING, judge, verdict
from tests.benchmarks.adviser_cases import TUNING, healthy, sick_of, train
from tests.benchmarks.adviser_specs import HEALTHY, SICK, label, read

UPDATES = np.arange(0, 1000, 10)


def sound(hidden=(8, 8), **net):
    """Return figures of a run in which nothing is wrong."""
    depth = len(hidden)
    return Measured(
        spec=LabSpec(net=NetSpec(hidden=hidden, **net)),
        update=1000,
        length=1000,
        points=96,
        broken=None,
        updates=UPDATES,
        train=np.geomspace(0.1, 0.002, 100),
        validation=np.geomspace(0.1, 0.003, 100),
        last_train=np.full(16, 0.002),
        last_validation=np.full(16, 0.003),
        floor=0.0018,
        linear=0.07,
        scale=0.09,
        swings=0.02,
        rise=1.0,
        signal=np.ones(depth),
        square=np.ones(depth),
        gradient=np.ones(depth),
        expected_back=1.0,
        dead_layer_share=0.0,
        initially_dead=np.zeros(depth),
        dead=np.zeros(depth),
    )


def poor(m):
    """Return the same with a loss that has fallen and is high and flat."""
    course = np.concatenate((np.geomspace(0.2, 0.05, 10), np.full(90, 0.05)))
    return changed(m, train=course, validation=course)


SIX = (8,) * 6
FADING = np.geomspace(1, 1e-4, 6)
SICK_RUNS = {
    "growing signal": (
        EXPLODING,
        lambda: changed(poor(sound(SIX, init="large-normal")), square=np.geomspace(1, 1e4, 6)),
    ),
    "growing gradient": (
        EXPLODING,
        lambda: changed(poor(sound(SIX, init="large-normal")), gradient=FADING),
    ),
    "fading signal": (
        VANISHING,
        lambda: changed(
            poor(sound(SIX, init="small-normal")), signal=FADING, expected_back=1e-4
        ),
    ),
    "dead at initialization": (
        DEAD,
        lambda: changed(poor(sound(init="normal")), initially_dead=np.array([0.5, 0.5])),
    ),
    "dead layer": (DEAD, lambda: changed(poor(sound((3,) * 10)), dead_layer_share=0.7)),
    "dead at the end": (DEAD, lambda: changed(poor(sound()), dead=np.array([0.0, 0.5]))),
    "target loss": (
        UNFINISHED,
        lambda: changed(
            poor(sound()),
            spec=edit(LabSpec(), "train.target_loss", 0.3),
            update=20,
            train=np.array([0.5, 0.4, 0.3]),
            validation=np.array([0.5, 0.4, 0.3]),
            updates=np.array([0, 10, 20]),
        ),
    ),
    "still falling": (
        UNFINISHED,
        lambda: changed(
            poor(sound()),
            train=np.geomspace(0.2, 0.03, 100),
            validation=np.geomspace(0.2, 0.03, 100),
        ),
    ),
    "dropout": (REGULARIZED, lambda: poor(sound(dropout=0.5))),
    "linear": (STUCK, lambda: changed(poor(sound((52, 52))), linear=0.05)),
    "narrow": (NARROW, lambda: poor(sound((2,)))),
    "flat at width 8": (NARROW, lambda: poor(sound())),
    "swings": (RATE, lambda: changed(poor(sound()), swings=0.4)),
    "ends above its lowest": (RATE, lambda: changed(poor(sound()), rise=3.0)),
    "not finite": (RATE, lambda: changed(sound(), broken=12)),
    "overfit": (
        OVERFIT,
        lambda: changed(
            sound(),
            validation=np.concatenate(
                (np.geomspace(0.1, 0.01, 50), np.geomspace(0.01, 0.1, 50))
            ),
        ),
    ),
}
# What turns each of them off: one figure that the rule needs, as it is in a sound run.
WELL = {
    "growing signal": {"square": np.ones(6)},
    "growing gradient": {"gradient": np.ones(6)},
    "fading signal": {"signal": np.ones(6)},
    "dead at initialization": {"initially_dead": np.zeros(2)},
    "dead layer": {"dead_layer_share": 0.2},
    "dead at the end": {"dead": np.array([0.0, 0.2])},
    "target loss": {"spec": LabSpec()},
    "still falling": {"validation": np.full(100, 0.03)},
    "dropout": {"spec": LabSpec()},
    "linear": {"linear": 0.1},
    "narrow": {"train": np.geomspace(0.3, 0.05, 100)},
    "flat at width 8": {"train": np.geomspace(0.3, 0.05, 100)},
    "swings": {"swings": 0.1},
    "ends above its lowest": {"rise": 1.1},
    "not finite": {"broken": None},
    "overfit": {"train": np.full(100, 0.08)},
}


def test_of_a_sound_run_nothing_is_said():
    assert findings(sound()) == ()


@pytest.mark.parametrize("name", SICK_RUNS)
def test_a_rule_names_what_is_wrong_and_its_cure_is_another_spec(name):
    kind, make = SICK_RUNS[name]
    measured = make()
    first = findings(measured)[0]
    assert first.kind == kind
    assert first.kind in KINDS
    assert first.cured(measured.spec) != measured.spec
    assert first.evidence
    assert first.label


@pytest.mark.parametrize("name", SICK_RUNS)
def test_without_its_figure_a_rule_finds_nothing(name):
    kind, make = SICK_RUNS[name]
    advice = findings(changed(make(), **WELL[name]))
    assert not advice or (advice[0].kind, advice[0].line) != (kind, findings(make())[0].line)


@pytest.mark.parametrize("name", SICK_RUNS)
def test_nothing_is_suspected_where_little_is_to_gain(name):
    _kind, make = SICK_RUNS[name]
    good = changed(make(), broken=None, validation=np.full(100, 0.002))
    assert is_good(good)
    assert findings(good) == ()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("growing signal", "The signal grows"),
        ("growing gradient", "The gradient grows"),
        ("fading signal", "The variance fades"),
    ],
)
def test_a_line_is_a_text_of_its_own_for_each_quantity(name, line, monkeypatch):
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return "Schicht ×{a_layer}" if message.startswith(line) else message

    monkeypatch.setattr(translation, "catalogue", Catalogue())
    assert findings(SICK_RUNS[name][1]())[0].line.startswith("Schicht ×")


def test_a_line_has_the_figures_that_were_measured():
    line = findings(poor(sound((2,))))[0].line
    assert "training loss 0.05" in line
    assert "flat for 900 updates" in line  # it fell over the first ten reports
    assert "width 2" in line


def test_of_a_run_that_is_not_over_only_its_initialization_is_judged():
    paused = changed(poor(sound((2,))), update=30, length=1500)
    assert findings(paused) == ()
    exploding = changed(SICK_RUNS["growing signal"][1](), update=30, length=1500)
    assert {finding.kind for finding in findings(exploding)} == {EXPLODING}


def test_what_was_dead_at_initialization_did_not_die_in_training():
    always = np.array([0.0, 0.44])
    m = changed(poor(sound()), dead=always, initially_dead=always)
    assert DEAD not in {finding.kind for finding in findings(m)}
    died = changed(m, initially_dead=np.array([0.0, 0.1]))
    assert DEAD in {finding.kind for finding in findings(died)}


def test_a_validation_loss_that_was_lowest_before_the_first_update_is_no_reason_to_stop():
    held = np.concatenate(([0.05], np.linspace(0.08, 0.3, 99)))
    (finding,) = (f for f in findings(changed(sound(), validation=held)) if f.kind == OVERFIT)
    assert not [one for one in finding.remedies if "Stop" in one.label]
    offered = {path for one in finding.remedies for path, _value in one.changes}
    assert offered >= {"net.dropout", "train.l2", "net.width", "task.samples"}


def test_what_a_change_has_to_gain():
    assert is_better(0.08, 0.02, 0.09)
    assert not is_better(0.004, 0.001, 0.09)  # a scrap of what there is to explain
    assert not is_better(0.5, 0.45, 0.5)  # a scrap of its own
    assert is_better(float("inf"), 0.02, 0.09)
    assert not is_better(float("inf"), 0.09, 0.09)


def test_the_growth_is_that_of_the_weights_drawn():
    # Of a linear net of std s over the root of fan-in, the mean square grows by s^2 a layer.
    net = NetSpec(hidden=(256,) * 4, activation="identity", init="normal", weight_std=2.0)
    spec = LabSpec(net=net, train=TrainSpec(seeds=4))
    m = examine(spec, initialize(problem_of(spec)))
    assert m.length_growth == pytest.approx(4.0**3, rel=0.25)
    assert m.depth == 4


def test_a_linear_model_can_be_looked_at():
    spec = edit_all(LabSpec(), {"net.depth": 0, "train.updates": 50, "train.seeds": 2})
    run = train(spec)
    found = findings(examine(spec, run.state, run.history))
    changes = [dict(remedy.changes) for remedy in found[-2].remedies]
    assert {"net.depth": 2} in changes


@pytest.mark.parametrize("kind", [NARROW, DEAD, RATE])
def test_of_a_drawn_sick_run_the_sickness_is_named_and_cured(kind):
    (case,) = sick_of(kind, TUNING, 1)
    advised, before, after = judge(case)
    assert advised == kind
    assert after < before


def test_of_drawn_healthy_runs_nothing_is_said():
    assert [judge(case)[0] for case in healthy(TUNING, 2)] == [NOTHING] * 2


# ---- what is tried

SMALL = edit_all(LabSpec(), {"train.seeds": 4, "train.updates": 300})


def tried(spec, until=None):
    """Return what is said of a spec, and its run."""
    run = train(spec, until)
    return advise(spec, run.state, run.history, run.error and run.error.update), run


def test_the_remedy_that_was_measured_to_help_most_is_offered():
    spec = edit_all(SMALL, {"net.width": 2, "train.updates": 1500})
    (finding, *_more), run = tried(spec)
    after = train(finding.cured(spec)).final("validation")
    assert finding.kind == NARROW
    assert after <= 0.78 * run.final("validation")
    assert f"{after:.2g}" in finding.hint


@pytest.mark.parametrize(("rate", "helps"), [(1e-5, False), (0.01, True)])
def test_a_remedy_is_offered_only_where_it_helps(rate, helps):
    spec = edit_all(SMALL, {"train.rate": 1e-4, "train.updates": 1500})
    run = train(spec)
    m = examine(spec, run.state, run.history)
    finding = Finding(STUCK, "", (), (Remedy((("train.rate", rate),), "", ""),))
    assert bool(list(confirmed(m, [finding], engine("numpy"), lambda: False))) == helps


def test_what_has_been_offered_is_not_offered_again_under_another_name():
    spec = edit_all(SMALL, {"net.width": 2, "train.updates": 1500})
    found, _run = tried(spec)
    cured = [finding.cured(spec) for finding in found]
    assert len(set(cured)) == len(cured)
    assert STUCK not in {finding.kind for finding in found}  # why it is stuck is known


def test_what_takes_too_long_to_try_is_said_where_it_is_sure(monkeypatch):
    monkeypatch.setattr(trials, "LIMIT", 0.0)
    m = SICK_RUNS["growing signal"][1]()
    assert len(findings(m)) > 1
    (step,) = confirmed(m, findings(m), engine("numpy"), lambda: False)
    (finding,) = step.result
    assert finding.kind == EXPLODING
    assert "too long" in dict(finding.evidence)["tried"]


def test_trials_make_room_and_go_on():
    spec = edit_all(SMALL, {"net.width": 2, "train.updates": 1500})
    run = train(spec)
    m = examine(spec, run.state, run.history)
    asked = iter(range(10**9))
    steps = list(confirmed(m, findings(m), engine("numpy"), lambda: next(asked) % 500 == 0))
    assert None in steps
    whole = list(confirmed(m, findings(m), engine("numpy"), lambda: False))
    assert [step.result for step in steps if step] == [step.result for step in whole]


# ---- runs of which wrong things were said

WAVE = LabSpec()
FEW_POINTS = {"task.samples": 12, "task.noise": 0.4, "net.width": 64, "train.seeds": 8}


def test_overfitting_from_the_first_update_on_is_not_cured_by_stopping_there():
    spec = edit_all(WAVE, FEW_POINTS)
    (finding, *_more), run = tried(spec)
    assert finding.kind == OVERFIT
    assert "Stop" not in finding.label
    assert train(finding.cured(spec)).final("validation") < 0.78 * run.final("validation")


def test_a_deep_net_with_skips_that_has_not_finished_is_not_called_dead():
    knobs = {"net.hidden": (16,) * 10, "net.residual": True, "net.layer_norm": True}
    spec = edit_all(WAVE, knobs | {"train.updates": 300, "train.seeds": 4})
    found, run = tried(spec)
    m = examine(spec, run.state, run.history)
    assert m.initially_dead.max() > 0.4
    assert [finding.cured(spec) for finding in found] == [edit(spec, "train.updates", 1500)]


def test_nothing_is_said_after_three_steps():
    assert tried(edit(SMALL, "net.width", 2), until=3)[0] == ()


def test_a_sigmoid_net_that_is_stuck_at_the_linear_model_is_advised():
    knobs = {"net.hidden": (52, 52), "net.activation": "sigmoid", "net.init": "xavier-normal"}
    spec = edit_all(WAVE, knobs | {"train.seeds": 4, "train.updates": 600})
    (finding, *_more), run = tried(spec)
    assert finding.kind == STUCK
    assert "linear" in finding.line
    assert train(finding.cured(spec)).final("validation") < 0.5 * run.final("validation")


def test_a_target_loss_of_another_task_is_found():
    spec = edit(SMALL, "train.target_loss", 0.3)
    (finding, *_more), run = tried(spec)
    assert run.state.update < 100
    assert finding.kind == UNFINISHED
    assert finding.cured(spec) == SMALL


def test_nothing_is_said_of_twelve_layers_at_the_noise_floor():
    spec = edit_all(WAVE, {"net.hidden": (16,) * 12})
    found, run = tried(spec)
    m = examine(spec, run.state, run.history)
    assert m.swings > 0.28  # which would be a rate that is too high, if it did harm
    assert m.figure < 2 * m.floor
    assert found == ()


# ---- the committed specs


def test_the_committed_specs_are_what_is_said_of_them():
    tuning = read("tuning")
    assert sorted(d.label for d in tuning) == [HEALTHY] * 40 + [SICK] * 40
    for unseen in read("held out"), read("fresh"):
        assert sorted(d.label for d in unseen) == [HEALTHY] * 10 + [SICK] * 10
    drawn = min((d for d in tuning if d.label == SICK), key=lambda d: d.spec.train.updates)
    again = label(drawn.spec, drawn.family)
    assert again is not None
    assert again.label == SICK
    assert again.own == pytest.approx(drawn.own, rel=0.02)


def test_of_committed_specs_the_sick_one_is_cured_and_the_healthy_one_is_left_alone():
    for wanted, family in ((SICK, "unfinished"), (HEALTHY, "recommended")):
        ones = [d for d in read("tuning") if (d.label, d.family) == (wanted, family)]
        drawn = min(ones, key=lambda d: d.spec.train.updates * sum(d.spec.net.hidden))
        said = verdict(drawn)
        assert said.is_right(drawn)
