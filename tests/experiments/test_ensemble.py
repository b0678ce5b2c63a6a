"""Ensembles: trainings against the lab's, figures against numpy, verdicts, and the page."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, PENDING, WRONG
from layerlab.core.jobs import Step
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.ensemble import draw_statistics, model, names, training
from layerlab.nets.engines import engine
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.ready import wait_for_kernels
from layerlab.nets.problem import check, load_data, problem_of
from layerlab.nets.tasks import TASKS
from tests.experiments.conftest import settle
from tests.helpers.plots import drive_plots
from tests.helpers.programs import common, printed_by

SETTING = training.EnsembleConfig("wave", 0.3, 4, names.SEED)


def never() -> bool:
    return False


@pytest.fixture(autouse=True)
def _afresh():
    training.forget()
    yield
    training.forget()


@pytest.fixture
def quick(monkeypatch):
    """Few draws, little trained, by the engine that is there at once."""
    for module in (training, draw_statistics, model):
        monkeypatch.setattr(module, "DRAWS", 24)
    monkeypatch.setattr(training, "UPDATES", 20)
    for module in (training, model):
        monkeypatch.setattr(module, "wait_for_kernels", lambda ask: iter(()))
    monkeypatch.setattr(training, "is_ready", never)


def trained(setting, draw, nets):
    training_ = training.trained(setting, draw, np.array(nets))
    while True:
        try:
            next(training_)
        except StopIteration as end:
            return end.value


# ---- training


def test_networks_are_those_of_the_lab():
    spec = model.lab_spec(k=3, width=4, draw=(6.0,))
    check(spec)
    assert (spec.train.seeds, spec.task.seed) == (3, 5)
    state = list(engine("numpy").run(spec))[-1]
    x = training.POSITIONS[:, None].astype(np.float32)
    want = outputs(problem_of(spec), state.params, x)[..., 0]
    list(wait_for_kernels(never))
    assert trained(SETTING, 5, [0, 1, 2]) == pytest.approx(want, abs=2e-3)
    with pytest.raises(LabError, match="differ by bootstrap"):
        model.lab_spec(kind="bootstrap")


@pytest.mark.parametrize("kind", names.KINDS)
def test_both_engines_train_the_same(kind, monkeypatch):
    setting = training.EnsembleConfig("abs", 0.2, 4, kind)
    list(wait_for_kernels(never))
    nets = [0, 3, 4, 17]
    quick = trained(setting, 2, nets)
    monkeypatch.setattr(training, "is_ready", never)
    assert trained(setting, 2, nets) == pytest.approx(quick, abs=5e-3)


def test_a_bootstrap_learns_from_its_own_points(quick):
    setting = training.EnsembleConfig("wave", 0.3, 4, names.BOOTSTRAP)
    rows = training.resampled(1, 2)
    assert len(rows) == training.SAMPLES
    assert len(set(rows)) < training.SAMPLES
    problem = problem_of(setting.spec(1))
    own = training._OwnPoints(problem, np.stack([rows]))
    x, y = own.at(0)
    assert x[0] == pytest.approx(problem.x[rows])
    assert y[0] == pytest.approx(problem.y[rows])
    alone, others = trained(setting, 1, [2]), trained(setting, 1, [0, 2])
    assert alone[0] == pytest.approx(others[1], abs=1e-6)
    assert not np.allclose(alone, trained(SETTING, 1, [2]), atol=1e-4)


def test_architectures_are_drawn_for_each_network():
    setting = training.EnsembleConfig("wave", 0.3, 4, names.ARCHITECTURE)
    drawn = np.array([setting.architectures(d) for d in range(names.DRAWS)])
    counts = np.bincount(drawn.ravel()) / drawn.size
    assert counts == pytest.approx(np.full(4, 0.25), abs=0.03)
    assert not SETTING.architectures(0).any()
    hidden = [setting.spec(0, k).net.hidden for k in range(4)]
    assert hidden == [(4, 4), (4, 4), (4, 4, 4), (8,)]


def test_first_networks_are_trained_where_they_are_asked_for(quick, monkeypatch):
    three = training.first(SETTING, 1, 3)
    seven = training.first(SETTING, 1, 7)
    assert seven[:3] == pytest.approx(three, abs=0)
    assert len(training.first(SETTING, 1, 20)) == training.LIVE  # the work does the others
    assert training.POPULATIONS.known(SETTING) is None
    one = training.POPULATIONS.get(SETTING)
    asked = itertools.count()
    steps = list(one.advance(lambda: next(asked) % 5 == 0))
    assert steps.count(True) == 24
    assert False in steps
    assert training.first(SETTING, 1, 7) == pytest.approx(seven, abs=1e-5)
    assert len(training.first(SETTING, 1, 20)) == 20
    assert list(one.advance(never)) == []


def test_the_draw_that_is_shown_is_trained_first(quick):
    values = {"width": 4, "k": 20, "draw": (20.0,)}
    assert len(model.compute(**values).fan) == training.LIVE
    next(step for step in model.work(never, **values) if step is not None)
    assert len(model.compute(**values).fan) == 20


# ---- what is found


def test_what_is_kept_of_draws_is_enough(quick):
    one = training.EnsembleTraining(SETTING)
    list(one.advance(never))
    draw_statistics.look_at(one)
    seen, predictions = one.looked, one.predictions.astype(float)
    other = predictions[:, 1::2]
    assert seen.all.mean == pytest.approx(predictions.mean((0, 1)))
    assert seen.means[-1] == pytest.approx(other.mean(1).var(0, ddof=1).mean())
    pairs = np.array([np.cov(predictions[:, :, k].T) for k in range(0, 61, 10)])
    off = pairs[:, ~np.eye(training.NETS, dtype=bool)].mean(1)
    assert seen.all.shared[::10] == pytest.approx(off, rel=0.1, abs=1e-4)
    unseen = draw_statistics.unseen(seen.bootstrap, 20)
    by_hand = other[1::2].mean(1).var(0, ddof=1).mean()
    assert unseen.seen == pytest.approx(by_hand / one_of(other[1::2]))
    assert unseen.low < unseen.seen < unseen.high


def one_of(predictions):
    """Return the variance of one network about the mean of all, unbiased."""
    nets = predictions.shape[1]
    within = predictions.var(1, ddof=1).mean(0)
    between = predictions.mean(1).var(0, ddof=1)
    return (within * (1 - 1 / nets) + between).mean()


def test_work_fills_in_and_is_interrupted(quick):
    values = {"width": 4, "kind": "bootstrap"}
    assert model.claims(model.compute(**values))[0].verdict == PENDING
    asked = itertools.count()
    steps = list(model.work(lambda: next(asked) % 7 == 0, **values))
    assert None in steps
    last = steps[-1]
    assert isinstance(last, Step)
    assert last.done == last.total == 3 * 24
    assert set(last.result.found) == set(names.KINDS)
    row = model.claims(last.result)[0]
    assert row.verdict == HOLDS
    assert "by architecture" in row.why
    result = model.compute(**values)
    assert result.pairs.shape == (24, 2)
    assert result.here is last.result.here
    assert len(list(model.work(never, **values))) == 1  # nothing is trained twice


def test_broken_figures_turn_the_verdict(quick, monkeypatch):
    *_, last = model.work(never, width=4)
    assert model.claims(last.result)[0].verdict == HOLDS
    monkeypatch.setattr(model, "simulated", lambda: 0.1)
    assert model.claims(last.result)[0].verdict == WRONG
    monkeypatch.undo()
    monkeypatch.setattr(model, "may_be_random", lambda *_: False)
    monkeypatch.setattr(draw_statistics, "mean_variance", lambda k, rho: 1 / k)
    assert model.claims(last.result)[0].verdict == WRONG


def test_chance_is_no_verdict(quick):
    *_, last = model.work(never, width=4)
    bootstrap = last.result.here.bootstrap
    assert draw_statistics.may_be_random(bootstrap, 10)
    assert not draw_statistics.may_be_random(
        draw_statistics.Bootstrap(bootstrap.rho, 2 * bootstrap.fit, 0, bootstrap.means), 10
    )


def test_one_draw_and_one_position(quick):
    assert model.compute(draw=(), at=(), width=4).draw == 0
    assert model.compute(draw=(24.0,), width=4).draw == 23
    with pytest.raises(LabError, match="2 draws are given"):
        model.compute(draw=(1.0, 2.0))
    with pytest.raises(LabError, match="2 positions are given"):
        model.compute(at=(0.1, 0.2))


# ---- what the texts say


def looked(setting):
    one = training.POPULATIONS.get(setting)
    list(one.advance(never))
    draw_statistics.look_at(one)
    return one.looked


def test_things_to_try_show_what_they_say(monkeypatch):
    for module in (training, draw_statistics):
        monkeypatch.setattr(module, "DRAWS", 32)
    start = EXPERIMENTS["ensemble"].start
    setting = training.EnsembleConfig(
        *(start[name] for name in ("task", "noise", "width", "kind"))
    )
    seed, other, other_kind = (
        looked(training.EnsembleConfig(setting.task, setting.noise, setting.width, kind)).all
        for kind in names.KINDS
    )
    truth = model.truth_of(setting)
    assert seed.rho == pytest.approx(0.76, abs=0.05)
    assert other.rho == pytest.approx(0.31, abs=0.06)
    assert other_kind.rho == pytest.approx(0.5, abs=0.06)
    assert other.one.mean() / seed.one.mean() == pytest.approx(2.0, abs=0.3)
    assert other_kind.one.mean() / seed.one.mean() == pytest.approx(1.25, abs=0.15)
    assert other.of_mean(10).mean() == pytest.approx(seed.of_mean(10).mean(), rel=0.15)
    assert other.of_mean(2).mean() > seed.of_mean(2).mean()
    assert other.of_mean(20).mean() < seed.of_mean(20).mean()
    errors = [
        one.squared_bias(truth).mean() + one.of_mean(10).mean()
        for one in (seed, other, other_kind)
    ]
    assert min(errors) == errors[2]
    alone = looked(training.EnsembleConfig("abs", 0.0, 4, names.SEED)).all
    assert alone.rho == pytest.approx(0.0, abs=0.03)
    assert alone.of_mean(10).mean() / alone.one.mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("kind", names.KINDS)
def test_the_program_finds_what_the_page_finds(kind, monkeypatch):
    monkeypatch.setattr(model, "COPIED", 10)
    printed_by(model.numpy_code(k=4, kind=kind, width=8, noise=0.3), held := {})
    for module in (training, draw_statistics):
        monkeypatch.setattr(module, "DRAWS", 24)
    here = looked(training.EnsembleConfig("wave", 0.3, 8, kind)).all
    assert held["rho"] == pytest.approx(here.rho, abs=0.15)
    assert held["v"] == pytest.approx(here.one.mean(), rel=0.4)
    assert held["seen"] == pytest.approx(held["predicted"], rel=0.35)


@pytest.mark.parametrize("task", names.TASKS)
def test_printed_curves_are_the_tasks(task):
    x = np.linspace(-1, 1, 51)[:, None]
    truth = load_data(TASKS[task].recommended().task).truth
    assert common("curves")["CURVES"][task](x) == pytest.approx(truth(x))


# ---- the page


def test_a_dot_shows_its_draw_and_a_row_its_kind(quick, open_page):
    list(model.work(never))
    page = open_page("ensemble")
    view = page.frame.view
    plot, result = view.pair.plot, view.result
    off = result.pairs[5] - result.truth[result.at]
    at = QPoint(int(plot.px(np.array(off[0]))), int(plot.py(np.array(off[1]))))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(page)
    shown = page.values["draw"][0]
    near = result.pairs[int(shown) - 1] - result.truth[result.at]
    assert np.hypot(*(near - off)) < 0.1 * plot.x_axis.high
    row = QPoint(int(plot.width() / 4), int(view.rows.py(np.array(1.0))))
    QTest.mouseClick(view.rows.viewport(), Qt.MouseButton.LeftButton, pos=row)
    settle(page)
    assert page.values["kind"] == "bootstrap"
    assert "ρ" in view.rows.reader(0.0, 0.0).text
    assert "draw" in plot.reader(*off).title


def test_k_averages_again_at_once(quick, open_page):
    list(model.work(never))
    page = open_page("ensemble")
    view = page.frame.view
    held = view.mean.plot.y_axis.high
    view.mean.plot.dragged.emit("k", 3.4, 0.0)
    settle(page)
    assert page.values["k"] == 3
    assert len(view.result.fan) == 3
    assert view.mean.plot.y_axis.high == held  # the axis stands
    view.fan.plot.dragged.emit("position", -0.5, 0.0)
    settle(page)
    assert page.values["at"] == (-0.5,)
    view.mean.plot.setFocus()
    for key, k in ((Qt.Key.Key_Right, 4), (Qt.Key.Key_Left, 3)):
        QTest.keyClick(view.mean.plot, key)
        settle(page)
        assert page.values["k"] == k
    assert "K = 3" in view.mean.plot.reader(3.2, 0.0).title


def test_plots_of_trained_networks_are_driven(quick, open_page, qtbot):
    list(model.work(never))
    drive_plots(open_page("ensemble"), qtbot)


def test_the_upper_cards_export_what_they_draw(quick, open_page):
    list(model.work(never))
    view = open_page("ensemble").frame.view
    result, fan, pair = view.result, view.fan, view.pair
    live, band = fan.plot.live, fan.plot.bands["mean on other draws, ± std"]
    assert fan.columns["data"] == pytest.approx(live["data"].y)
    assert fan.columns["x of data"] == pytest.approx(live["data"].x)
    assert fan.columns["truth"] == pytest.approx(live["truth"].y)
    assert fan.columns["mean on other draws + std"] == pytest.approx(band.high)
    assert set(pair.columns) == {"first", "second"}
    assert pair.columns["first"] == pytest.approx(result.pairs[:, 0] - result.truth[result.at])
    assert pair.columns["second"] == pytest.approx(pair.plot.live["draws"].y)
    names_drawn = {"draws", "truth", "equal", "2 std", "shown"}
    assert {key.text for key in pair.plot.legend} == names_drawn
