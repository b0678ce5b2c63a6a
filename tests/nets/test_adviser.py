"""The adviser: each rule by the figures that it needs, and real runs of each recipe."""

from dataclasses import replace as changed

import numpy as np
import pytest

from layerlab.core.advice import DEAD, EXPLODING, KINDS, NARROW, OVERFIT, RATE, VANISHING
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.nets.adviser import Measured, findings
from layerlab.nets.adviser.measured import examine
from layerlab.nets.problem import initialize, problem_of
from tests.benchmarks.adviser import NOTHING, judge
from tests.benchmarks.adviser_cases import TUNING, healthy, sick_of

UPDATES = np.arange(0, 1000, 10)


def sound(hidden=(8, 8), **net):
    """Return figures of a run in which nothing is wrong."""
    depth = len(hidden)
    return Measured(
        spec=LabSpec(net=NetSpec(hidden=hidden, **net)),
        update=1000,
        points=96,
        broken=None,
        updates=UPDATES,
        train=np.geomspace(0.1, 0.002, 100),
        validation=np.geomspace(0.1, 0.003, 100),
        threshold=0.01,
        score=0.98,
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
    """Return the same with a loss that is high and flat."""
    return changed(m, train=np.full(100, 0.08), validation=np.full(100, 0.08), score=0.1)


SIX = (8,) * 6
FADING = np.geomspace(1, 1e-4, 6)
SICK = {
    "growing signal": (
        EXPLODING,
        lambda: changed(sound(SIX, init="large-normal"), square=np.geomspace(1, 1e4, 6)),
    ),
    "growing gradient": (
        EXPLODING,
        lambda: changed(sound(SIX, init="large-normal"), gradient=FADING),
    ),
    "fading signal": (
        VANISHING,
        lambda: changed(sound(SIX, init="small-normal"), signal=FADING, expected_back=1e-4),
    ),
    "dead at initialization": (
        DEAD,
        lambda: changed(poor(sound(init="normal")), initially_dead=np.array([0.5, 0.5])),
    ),
    "dead layer": (DEAD, lambda: changed(poor(sound((3,) * 10)), dead_layer_share=0.7)),
    "dead at the end": (DEAD, lambda: changed(poor(sound()), dead=np.array([0.0, 0.5]))),
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
    "narrow": {"train": np.full(100, 0.008)},
    "flat at width 8": {"train": np.geomspace(0.3, 0.08, 100)},
    "swings": {"swings": 0.1},
    "ends above its lowest": {"rise": 1.1},
    "not finite": {"broken": None},
    "overfit": {"validation": np.geomspace(0.1, 0.003, 100)},
}


def test_of_a_sound_run_nothing_is_said():
    assert findings(sound()) == ()


@pytest.mark.parametrize("name", SICK)
def test_a_rule_names_what_is_wrong_and_its_cure_is_another_spec(name):
    kind, make = SICK[name]
    measured = make()
    first = findings(measured)[0]
    assert first.kind == kind
    assert first.kind in KINDS
    assert first.cured(measured.spec) != measured.spec
    assert first.evidence
    assert first.label


@pytest.mark.parametrize("name", SICK)
def test_without_its_figure_a_rule_is_silent(name):
    kind, make = SICK[name]
    advice = findings(changed(make(), **WELL[name]))
    assert not advice or (advice[0].kind, advice[0].line) != (kind, findings(make())[0].line)


def test_a_line_has_the_figures_that_were_measured():
    line = findings(poor(sound((2,))))[0].line
    assert "training loss 0.08" in line
    assert "width 2" in line


def test_the_growth_is_that_of_the_weights_drawn():
    # Of a linear net of std s over the root of fan-in, the mean square grows by s^2 a layer.
    net = NetSpec(hidden=(256,) * 4, activation="identity", init="normal", weight_std=2.0)
    spec = LabSpec(net=net, train=TrainSpec(seeds=4))
    m = examine(spec, initialize(problem_of(spec)))
    assert m.length_growth == pytest.approx(4.0**3, rel=0.25)
    assert m.depth == 4


def test_a_linear_model_can_be_looked_at():
    spec = edit(LabSpec(), "net.depth", 0)
    assert findings(examine(spec, initialize(problem_of(spec)))) == ()


@pytest.mark.parametrize("kind", [NARROW, DEAD, RATE])
def test_of_a_drawn_sick_run_the_sickness_is_named_and_cured(kind):
    (case,) = sick_of(kind, TUNING, 1)
    advised, before, after = judge(case)
    assert advised == kind
    assert after < before


def test_of_drawn_healthy_runs_nothing_is_said():
    assert [judge(case)[0] for case in healthy(TUNING, 2)] == [NOTHING] * 2
