"""Flows against closed forms and scipy, steps against eigenvalues, trained layers against the
lab."""

import itertools
import json
import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scipy.linalg import expm

from layerlab.claims.base import Context
from layerlab.claims.mechanisms import CLAIMS
from layerlab.core.errors import LabError
from layerlab.core.experiment import ONLY_IF, WRONG
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.euler import claim_rows, flow, model, moons
from layerlab.nets import incremental
from layerlab.nets.engines import engine
from layerlab.nets.engines.numpy_ import forward, training_loss
from layerlab.nets.problem import check, initialize, problem_of
from layerlab.nets.studies import euler as stability
from tests.experiments.conftest import settle
from tests.helpers.programs import printed_by

SPIRAL = (-0.4, 1.6, -0.4, -1.6)
PAIRS = [
    SPIRAL,
    (-4.0, 0.0, -0.2, 0.0),
    (1.0, 0.0, -2.0, 0.0),
    (0.0, 2.0, 0.0, -2.0),
    (-1.0, 0.0, -1.0, 0.0),
]
STARTS = np.array([[1.2, -0.7], [0.3, 1.9]])
TRIES = {thing.label: thing.values for thing in EXPERIMENTS["euler"].tries}


@pytest.fixture(autouse=True)
def _forget():
    moons.TRAININGS.forget()
    yield
    moons.TRAININGS.forget()


def never() -> bool:
    return False


def tried(label: str) -> model.Result:
    return model.compute(**{**EXPERIMENTS["euler"].start, **TRIES[label]})


# ---- the flow


@pytest.mark.parametrize("numbers", PAIRS)
@pytest.mark.parametrize("skew", [0.0, 1.7])
def test_w_has_its_eigenvalues_and_moves_as_the_exponential_does(numbers, skew) -> None:
    values, times = flow.eigenvalues(numbers), np.array([0.0, 0.4, 3.0])
    w = flow.matrix(values, skew)
    found = np.linalg.eigvals(w)
    assert np.sort_complex(found) == pytest.approx(np.sort_complex(values), abs=1e-6)
    for t, moved in zip(times, flow.moved(values, skew, times), strict=True):
        assert moved == pytest.approx(expm(t * w), abs=1e-10)
    path = flow.path("linear", values, skew, STARTS, times)
    assert path[2, 1] == pytest.approx(expm(3.0 * w) @ STARTS[1], abs=1e-10)


def test_w_is_symmetric_without_skew_and_normal_where_it_turns() -> None:
    real = flow.matrix(flow.eigenvalues(PAIRS[1]), 0.0)
    assert real == pytest.approx(real.T, abs=1e-15)
    turning = flow.matrix(flow.eigenvalues(SPIRAL), 0.0)
    assert turning @ turning.T == pytest.approx(turning.T @ turning, abs=1e-14)
    skew = flow.matrix(flow.eigenvalues(PAIRS[1]), 2.0)
    assert abs(skew - skew.T).max() > 1


@pytest.mark.parametrize("rate", [-1.3, 0.9])
def test_the_bent_flow_is_the_closed_form(rate: float) -> None:
    """x' = tanh(r x) has sinh(r x(t)) = sinh(r x(0)) exp(r t)."""
    values, times = flow.eigenvalues((rate, 0.0, rate, 0.0)), np.linspace(0, flow.END, 9)
    path = flow.path("tanh", values, 0.0, STARTS, times)
    grown = np.sinh(rate * STARTS) * np.exp(rate * times[:, None, None])
    assert path == pytest.approx(np.arcsinh(grown) / rate, abs=1e-6)


@pytest.mark.parametrize("field", flow.FIELDS)
def test_steps_are_steps(field: str) -> None:
    w, dt = flow.matrix(flow.eigenvalues(SPIRAL), 0.5), np.array([0.3, 0.1])
    found = flow.euler(field, w, STARTS, dt, 2)
    for k, step in enumerate(dt):
        x = STARTS[1]
        for _ in range(2):
            sums = w @ x
            x = x + step * (np.tanh(sums) if field == "tanh" else sums)
        assert found[2, k, 1] == pytest.approx(x, rel=1e-12)
    far = flow.euler("linear", 50 * w, STARTS, np.array([2.0]), 40)
    assert np.abs(far).max() == flow.MAX_COORDINATE


@pytest.mark.parametrize("field", flow.FIELDS)
def test_what_steps_are_off_is_of_first_order_in_dt(field: str) -> None:
    values = flow.eigenvalues((-0.5, 0.8, -0.5, -0.8))
    off = flow.apart(field, values, 0.0, STARTS)
    fine = off[-4:] / (flow.END / flow.RUNGS[-4:])
    assert fine == pytest.approx(np.full(4, fine[-1]), rel=0.05)
    result = model.compute(field=field, step=float(flow.END / flow.RUNGS[-6]))
    assert result.off == pytest.approx(result.course.offs[-6], rel=1e-6)


# ---- eigenvalues


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(LabError, match=r"1\+2i and 3; those of a real matrix"):
        model.compute(values=(1.0, 2.0, 3.0, 0.0))
    with pytest.raises(LabError, match="lists 3 numbers, they must be four"):
        model.compute(values=(1.0, 2.0, 3.0))
    with pytest.raises(LabError, match="Starts lists 3 numbers"):
        model.compute(starts=(1.0, 2.0, 3.0))
    with pytest.raises(LabError, match="lists 13 points, at most 12 fit"):
        model.compute(starts=(1.0,) * 26)


def test_an_eigenvalue_that_is_dragged_takes_the_other_along() -> None:
    values = flow.eigenvalues(SPIRAL)
    assert flow.dragged(values, 0, -1.0, 0.7, 0.2) == (-1.0, 0.7, -1.0, -0.7)
    assert flow.dragged(values, 1, -1.0, 0.7, 0.2) == (-1.0, -0.7, -1.0, 0.7)
    assert flow.dragged(values, 0, -1.0, 0.1, 0.2) == (-1.0, 0.0, -1.0, 0.0)
    real = flow.eigenvalues((-1.0, 0.0, -3.0, 0.0))
    assert flow.dragged(real, 1, -2.0, 0.1, 0.2) == (-1.0, 0.0, -2.0, 0.0)
    assert flow.dragged(real, 1, -2.0, 0.3, 0.2) == (-2.0, -0.3, -2.0, 0.3)
    assert flow.dragged(values, 0, 99.0, -99.0, 0.2) == (1.5, -2.4, 1.5, 2.4)
    for wanted in itertools.product((-9, -1, 0, 1), (-0.1, 0.0, 0.05, 3.0)):
        flow.eigenvalues(flow.dragged(values, 0, *wanted, 0.05))  # raises nothing


@pytest.mark.parametrize("numbers", PAIRS)
@pytest.mark.parametrize("skew", [0.0, 2.5])
def test_the_largest_step_is_found_by_walking_as_by_eigenvalues(numbers, skew) -> None:
    values = flow.eigenvalues(numbers)
    limit, w = stability.limit_of(values), flow.matrix(values, skew)
    assert stability.limit_by_iteration(w) == pytest.approx(limit, rel=1e-6, abs=1e-12)
    assert claim_rows.stable_row(values, w, 0.3).verdict.startswith(ONLY_IF)
    if limit:
        assert np.abs(1 + limit * values).max() == pytest.approx(1.0)


def test_what_stands_still_is_stable() -> None:
    values = flow.eigenvalues((0.0, 0.0, -2.0, 0.0))
    assert stability.limit_of(values) == 1.0
    assert claim_rows.stable_row(values, flow.matrix(values, 0.0), 0.3).verdict.startswith(
        ONLY_IF
    )
    assert stability.limit_of(np.zeros(2, complex)) == np.inf


def test_the_lab_takes_the_same_steps() -> None:
    for numbers, step in itertools.product(PAIRS, (0.05, 0.7)):
        w = flow.matrix(flow.eigenvalues(numbers), 0.8)
        found, expected = claim_rows.through_layers(w, step)
        assert found == pytest.approx(expected, rel=1e-9)


def test_the_page_and_the_ledger_have_one_formula(monkeypatch) -> None:
    values = flow.eigenvalues(PAIRS[1])
    w = flow.matrix(values, 0.0)
    claim = next(one for one in CLAIMS if one.id == "E12")
    assert claim.judge(claim.measure(Context())).kind == ONLY_IF
    monkeypatch.setattr(stability, "largest_step", lambda v: -1.9 * v.real / np.abs(v) ** 2)
    assert claim_rows.stable_row(values, w, 0.3).verdict == WRONG
    monkeypatch.undo()
    monkeypatch.setattr(
        claim_rows, "through_lab", lambda w, x: 1.01 * stability.through_lab(w, x)
    )
    assert claim_rows.stable_row(values, w, 0.3).verdict == WRONG


def test_where_one_plus_dt_lambda_is_one_a_defective_w_grows() -> None:
    """[[-1, 2], [0, -1]] to the n has 2 n off the diagonal: linear growth, with dt = 2."""
    step = np.array([[-1.0, 2.0], [0.0, -1.0]])
    for steps in (1, 7, 400):
        once, twice = stability.growth_at_limit(stability.DEFECTIVE, steps)
        for found, n in ((once, steps), (twice, 2 * steps)):
            power = np.array([[(-1.0) ** n, 2 * n * (-1.0) ** (n + 1)], [0, (-1.0) ** n]])
            np.testing.assert_allclose(np.linalg.matrix_power(step, n), power)
            assert found == pytest.approx(np.linalg.norm(power, 2))
    symmetric = np.array([[-2.0, 0.5], [0.5, -1.0]])
    assert stability.growth_at_limit(symmetric, 4000) == pytest.approx((1.0, 1.0))


# ---- trained layers


def trained(field: str = "tanh", depth: int = 12) -> moons.Flow:
    list(moons.TRAININGS.get(moons.FlowConfig(field, depth)).advance(never))
    return moons.known(moons.FlowConfig(field, depth))


def test_layers_are_what_the_lab_has(monkeypatch) -> None:
    monkeypatch.setattr(moons, "UPDATES", 30)
    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: engine("numpy"))
    net, spec = trained(depth=3), model.lab_spec(depth=3)
    check(spec)
    problem = problem_of(spec)
    state = list(engine("numpy").run(spec))[-1]
    params = state.params.astype(float)
    assert net.best == training_loss(problem, params).argmin()
    done = forward(problem, params, problem.x.astype(float))
    assert net.points[3] == pytest.approx(done.h[3][net.best], abs=1e-12)
    out = net.points[3] @ net.line[:2] + net.line[2]
    assert out == pytest.approx(done.h[4][net.best, :, 0], abs=1e-12)
    assert net.lattice.shape == (4, 2, moons.LINES, moons.DOTS, 2)
    at = net.lattice[0].reshape(-1, 2)
    moved = forward(problem, params[net.best : net.best + 1], at).h[2][0]
    assert net.lattice[2].reshape(-1, 2) == pytest.approx(moved, abs=1e-12)


def test_a_layers_eigenvalues_are_those_of_its_slope(monkeypatch) -> None:
    """By finite differences of the layer itself."""
    monkeypatch.setattr(moons, "UPDATES", 30)
    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: engine("numpy"))
    net, spec = trained(depth=3), model.lab_spec(depth=3)
    problem, layer, point = problem_of(spec), 1, 17
    one = list(engine("numpy").run(spec))[-1].params[net.best : net.best + 1].astype(float)
    w, b = problem.layout.weights(one, layer)[0], problem.layout.biases(one, layer)[0]

    def step(h):
        return np.tanh(h @ w + b)

    h, tiny = net.points[layer, point], 1e-6 * np.eye(2)
    slope = np.stack([(step(h + t) - step(h - t)) / 2e-6 for t in tiny])
    rates = np.sort_complex(np.linalg.eigvals(slope).astype(complex))
    assert np.sort_complex(net.rates[layer, point]) == pytest.approx(rates, abs=1e-7)
    turned = np.linalg.det(np.eye(2) + slope) < 0
    assert net.folded[layer, point] == turned


def test_the_best_line_parts_what_can_be_parted() -> None:
    rng = np.random.default_rng(0)
    label = np.repeat([0.0, 1.0], 50)
    apart = rng.standard_normal((100, 2)) + 30 * label[:, None] + 1e3
    assert moons.parted(apart, label) == 1
    turn = np.exp(1j * np.linspace(0, 6.2, 50))
    around = np.stack([turn.real, turn.imag], 1)
    ring = np.concatenate([0.1 * rng.standard_normal((50, 2)), around])
    assert moons.parted(np.stack([ring, apart]), label)[0] < 0.8


def test_points_move_on_straight_lines_between_layers() -> None:
    states = np.array([[0.0], [1.0], [5.0]])
    found = [float(model.between(states, at)[0]) for at in (0, 0.5, 1, 1.25, 2)]
    assert found == [0, 0.5, 1, 2, 5]
    assert [model.step_at(at) for at in (0, 0.1, 1, 1.1, 12)] == [0, 0, 0, 1, 11]


def test_interrupted_training_ends_the_same(monkeypatch) -> None:
    monkeypatch.setattr(moons, "UPDATES", 60)
    monkeypatch.setattr(model, "UPDATES", 60)
    monkeypatch.setattr(moons, "PART", 20)
    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: engine("numpy"))
    whole = trained(depth=2)
    moons.TRAININGS.forget()
    asked = itertools.count()
    steps = list(model.work(lambda: next(asked) % 3 == 0, depth=2))
    assert None in steps
    assert steps[-1].result.net.points == pytest.approx(whole.points, abs=0)
    assert steps[-1].result.is_trained
    assert steps[-1].done == steps[-1].total == 60
    assert not list(model.work(never, depth=2))  # nothing is trained twice


def test_a_net_that_is_not_trained_is_the_initial_one() -> None:
    result, setting = model.compute(depth=5), moons.FlowConfig("tanh", 5)
    assert not result.is_trained
    problem = problem_of(setting.spec)
    first = initialize(problem).params[:1].astype(float)
    assert result.net.points[5] == pytest.approx(
        forward(problem, first, problem.x.astype(float)).h[5][0]
    )


# ---- what the page says


def test_a_step_too_long_grows_while_the_flow_rests() -> None:
    result = tried("A step too long")
    assert result.limit == pytest.approx(0.5)
    lengths = np.linalg.norm(result.steps, axis=-1)
    assert lengths[-1].max() > 2 * lengths[0].max()
    fast = np.array([np.cos(flow.TURN), np.sin(flow.TURN)])
    along = result.steps @ fast
    assert (np.abs(along[1:]) > np.abs(along[:-1])).all()  # each overshoots by more
    assert (along[1:] * along[:-1] < 0).all()
    assert np.linalg.norm(result.course.true[-1], axis=-1).max() < 0.5


def test_tanh_bounds_steps_that_hop_for_ever() -> None:
    result = tried("tanh bounds them")
    assert result.step == 2 * result.limit
    w, x = result.w, result.starts
    for _ in range(3000):
        before, x = x, x + result.step * np.tanh(x @ w.T)
    hop = np.linalg.norm(x - before, axis=1)
    assert (hop > 0.3).all()
    assert np.linalg.norm(x, axis=1).max() < 2
    assert np.linalg.norm(np.diff(result.steps, axis=0), axis=-1).max() < 2**0.5


def test_what_is_skew_is_lengthened_first_and_by_tanh_for_good() -> None:
    def lengths(field: str, skew: float) -> np.ndarray:
        found = model.compute(field=field, skew=skew, values=PAIRS[1], starts=(0.1, -1.5))
        return np.linalg.norm(found.course.true[:, 0], axis=-1)

    assert (np.diff(lengths("linear", 0.0)) < 0).all()
    skew = lengths("linear", 3.0)
    assert skew.max() > 1.2 * skew[0] > 1.2 * skew[-1]
    turning = model.compute(skew=1.5)
    begun, ended = np.linalg.norm(turning.course.true[[0, -1]], axis=-1)
    assert turning.limit > 0
    assert (ended > 2 * begun).all()


def test_four_layers_fold_and_twelve_flow() -> None:
    four, twelve = trained(depth=4), trained(depth=12)
    assert four.parted[four.best, 1] == 1  # the first of four parts them
    assert four.folded[0].mean() > 0.2
    assert twelve.parted[twelve.best, -1] == 1
    assert not twelve.folded.any()
    assert twelve.parted[twelve.best, 1] < 0.9  # and one of twelve does not
    assert twelve.folding.sum() < four.folding.sum()
    straight = trained("linear")
    assert straight.right.max() < 0.9


@pytest.mark.parametrize("field", flow.FIELDS)
def test_the_program_finds_what_the_page_finds(field: str) -> None:
    result = model.compute(field=field, depth=2)
    shown = printed_by(model.numpy_code(field=field, depth=2))
    limit = float(re.search(r"stable dt ([\d.]+)", shown).group(1))
    off = float(re.search(r"flow by ([\d.e+-]+)", shown).group(1))
    assert limit == pytest.approx(result.limit, rel=1e-5)
    assert off == pytest.approx(result.off, rel=1e-3)


def test_eigenvalues_of_no_real_matrix_are_refused_and_nothing_is_lost(
    open_page, tmp_path
) -> None:
    page = open_page("euler")
    before, file = page.values, tmp_path / "knobs.json"
    page.save(file)
    kept = json.loads(file.read_text("utf-8"))
    kept["knobs"]["values"] = [-1.0, 2.0, -2.0, 0.0]
    file.write_text(json.dumps(kept), "utf-8")
    page.open_file(file)
    QApplication.processEvents()
    assert "those of a real matrix" in page.frame.banner.text.text()
    page.frame.banner.hide()
    page.undo()
    settle(page)
    assert page.values == before


def test_clicks_and_drags_turn_knobs(open_page) -> None:
    page = open_page("euler")
    view = page.frame.view
    view.flow.plot.clicked.emit(0.5, 0.25)
    settle(page)
    assert page.values["starts"][-2:] == (0.5, 0.25)
    for _ in range(20):
        view.flow.plot.clicked.emit(0.1, 0.1)
        settle(page)
    assert len(page.values["starts"]) == 2 * model.MAX_STARTS
    view.eigen.plot.dragged.emit("1", -1.0, 0.0)
    settle(page)
    assert page.values["values"] == (-1.0, 0.0, -1.0, 0.0)
    view.eigen.plot.dragged.emit("disc", -4.0, 0.0)
    assert page.values["step"] == 0.5
    view.errors.plot.dragged.emit("dt", 1.25, 0.0)
    assert page.values["step"] == 1.25
    view.net.layers.plot.dragged.emit("layer", 3.5, 0.0)
    settle(page)
    assert page.values["layer"] == 3.5
    step = page.values["step"]
    reading = view.eigen.plot.reader(-1.0, 0.5)
    assert f"{abs(1 + step * complex(-1, 0.5)):.3g}" in reading.rows[0][1]
    result = view.result
    led = view.flow.plot.reader(0.3, 0.1).dots[0][:2]
    assert led == pytest.approx([0.3, 0.1] + step * np.tanh(result.w @ [0.3, 0.1]))
    arrows = view.eigen.plot
    QTest.keyClick(arrows, Qt.Key.Key_Up)  # a key leaves the axis in one move
    settle(page)
    real, imag, other, conjugate = page.values["values"]
    assert imag == -conjugate != 0
    assert real == other
    area = view.flow.plot.area()
    across = view.flow.plot.x_axis.high - view.flow.plot.x_axis.low
    up = view.flow.plot.y_axis.high - view.flow.plot.y_axis.low
    assert across / area.width() == pytest.approx(up / area.height(), rel=1e-6)
