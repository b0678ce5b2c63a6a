"""Networks dead at initialization, against the lab's own, closed forms and hand-made ones."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.cures import CURES, MAX_DEPTH, MAX_WIDTH
from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.experiment import HOLDS, NOT_HERE, NOT_REPRODUCED, ONLY_IF, PENDING, WRONG
from layerlab.core.spec import edit
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.dead_at_initialization import (
    claim_rows,
    model,
    theory,
)
from layerlab.experiments.dead_at_initialization.map import cell_at
from layerlab.nets import incremental
from layerlab.nets.engines import engine
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.problem import check, initialize, problem_of
from layerlab.nets.studies import collapse
from layerlab.nets.studies import dead_networks as initial
from tests.experiments.conftest import settle
from tests.helpers.plots import drive_plots
from tests.helpers.programs import printed_by

DRAWN = ("none", "He", "leaky", "residual")  # by the lab itself


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Count and train nothing beforehand; train with the engine that is there at once."""
    model.forget()
    monkeypatch.setattr(incremental, "wait_for_kernels", lambda ask, dtype: iter(()))
    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: engine("numpy"))
    yield
    model.forget()


@pytest.fixture
def _few(monkeypatch):
    """Count and train a few networks, a little."""
    for module in (initial, collapse, model, claim_rows):
        monkeypatch.setattr(module, "NETS", 20)
    monkeypatch.setattr(collapse, "NETS_AT", dict.fromkeys(collapse.RATES, 20))
    monkeypatch.setattr(collapse, "UPDATES", 8)
    monkeypatch.setattr(collapse, "RUN", 10)


def never() -> bool:
    return False


def problem(cure: str, width: int, depth: int):
    return problem_of(collapse.CollapseConfig(cure, width, depth, 0.001).spec)


def counted(cure: str, width: int, nets: int) -> initial.WidthColumn:
    one = initial.column(cure, width)
    assert not list(one.advance(nets, never))
    return one


# ---- at initialization


@pytest.mark.parametrize("cure", DRAWN)
@pytest.mark.parametrize(("width", "depth"), [(1, 1), (2, 5), (7, 3)])
def test_networks_are_those_that_the_lab_draws(cure: str, width: int, depth: int) -> None:
    own = problem(cure, width, depth)
    found = initial.networks(cure, width, depth, own.seeds)
    assert found.astype(np.float32) == pytest.approx(initialize(own).params, rel=1e-6)


@pytest.mark.parametrize("cure", CURES)
def test_a_shallow_network_is_the_deepest_cut_short(cure: str) -> None:
    deep, shallow = (initial.networks(cure, 3, d, np.arange(4)) for d in (MAX_DEPTH, 5))
    hidden = initial.layout_of(3, 5).offset(5)
    assert (deep[:, :hidden] == shallow[:, :hidden]).all()


def test_each_unit_of_the_asymmetric_draw_has_one_number_of_beta() -> None:
    layout = initial.layout_of(12, MAX_DEPTH)
    params = initial.networks("asymmetric", 12, MAX_DEPTH, np.arange(20))
    weights = np.stack([layout.weights(params, k) for k in range(1, MAX_DEPTH)])
    biases = np.stack([layout.biases(params, k) for k in range(1, MAX_DEPTH)])
    rows = np.concatenate([weights, biases[..., None, :]], axis=-2)  # (..., 13, units)
    # Beta(2, 1) has the mean 2/3 and the mean square 1/2; the others 0 and 0.6007^2 / 12.
    assert rows.sum(-2).mean() == pytest.approx(2 / 3, abs=0.02)
    assert (rows**2).sum(-2).mean() == pytest.approx(0.5 + 0.6007**2, rel=0.02)
    first = layout.weights(params, 0), layout.biases(params, 0)
    assert (np.maximum(first[0][:, 0], first[1]) >= 0).all()


@pytest.mark.parametrize("cure", CURES)
def test_a_dead_network_has_one_output_for_all_inputs(cure: str) -> None:
    """By the lab's engine on the training points, and its slopes by differences."""
    own = problem(cure, 3, 8)
    params = initial.networks(cure, 3, 8, np.arange(150))
    dead = initial.dying_layers(cure, own.layout, params) <= 8
    x = np.linspace(-1, 1, 401)[:, None]
    out = outputs(own, params, x)[..., 0]
    ranges = np.ptp(out, axis=1)
    assert (ranges[dead] <= 1e-14 * np.abs(out[dead]).max(initial=1.0)).all()
    assert (ranges[~dead] > 0).all()
    if initial.RECIPES[cure].is_straight:
        alike = collapse.is_constant(own, params, 0.0)
        assert (alike == dead).all()
    assert dead.any() == (cure not in ("leaky", "residual"))


def test_the_layer_at_which_a_network_dies() -> None:
    layout = initial.layout_of(3, 6)
    params = np.abs(initial.networks("He", 3, 6, np.arange(2)))
    params[:, ~layout.is_weight()] = 0
    layout.weights(params[1], 3)[:] *= -1  # all pre-activations below 0
    assert initial.dying_layers("He", layout, params).tolist() == [7, 4]
    assert initial.dying_layers("leaky", layout, params).tolist() == [7, 7]


def test_interrupted_counting_ends_the_same() -> None:
    whole = counted("He", 4, 90).died
    initial.forget()
    asked = itertools.count()
    one = initial.column("He", 4)
    assert list(one.advance(90, lambda: next(asked) % 2 == 0))
    assert (one.died == whole).all()


def test_shares_are_those_first_found() -> None:
    """0.91, 0.63 and 0.15 of networks of widths 2, 3 and 5 with ten layers, 0.011 of 8."""
    for width, share in ((2, 0.91), (3, 0.63), (5, 0.15), (8, 0.011)):
        found = float(counted("He", width, 1000).share()[9])
        assert found == pytest.approx(share, abs=3.5 * (share * (1 - share) / 1000) ** 0.5)


# ---- theory


def test_bounds_of_one_unit_are_the_coin() -> None:
    low, high = theory.bounds(1, 12)
    assert low == pytest.approx(1 - 0.5 ** np.arange(12.0))
    assert high == pytest.approx(low)


@pytest.mark.parametrize("width", [2, 3, 6])
def test_bounds_are_the_chain_of_one_and_two_inputs(width: int) -> None:
    p = 0.5**width
    # Rows: both gone, one left, two left that are orthogonal again and again.
    go = np.array(
        [
            [1, 0, 0],
            [p, 1 - p, 0],
            [p * p, 2 * (p - p * p) + width * p * p, 1 - 2 * p + p * p - width * p * p],
        ]
    )
    state, found = np.array([0, 2 * p, 1 - 2 * p]), []
    for _ in range(20):
        found.append(state[0])
        state = state @ go
    low, high = theory.bounds(width, 20)
    assert low == pytest.approx(found, abs=1e-12)
    assert (low <= high).all()
    # Two layers: the first loses none or one, the second what is left.
    assert low[1] == pytest.approx(2 * p * p + (1 - 2 * p) * p * p)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
def test_a_thousand_networks_lie_between_the_bounds(width: int) -> None:
    share = counted("He", width, 1000).share()
    low, high = theory.bounds(width, MAX_DEPTH)
    noise = 3.5 * np.sqrt(high * (1 - low) / 1000) + 1e-12
    assert (share >= low - noise).all()
    assert (share <= high + noise).all()


def test_the_depth_at_which_half_are_dead() -> None:
    assert theory.half_depth(np.array([0.0, 0.25, 0.75, 1.0])) == pytest.approx(2.5)
    assert theory.half_depth(np.array([0.6, 1.0])) == 1.0
    assert np.isnan(theory.half_depth(np.array([0.0, 0.4])))


# ---- trained


@pytest.mark.parametrize("cure", ["He", "residual"])
@pytest.mark.usefixtures("_few")
def test_networks_are_trained_as_the_lab_trains_them(cure: str) -> None:
    one = collapse.training(collapse.CollapseConfig(cure, 3, 4, 0.001))
    list(one.advance(never))
    spec = model.lab_spec(width=3, depth=4, cure=cure, net=6)
    check(spec)
    spec = edit(edit(spec, "train.seeds", 4), "train.updates", 8)
    state = list(engine("numpy").run(spec))[-1]
    assert one.params[5:9] == pytest.approx(state.params, abs=1e-6)
    assert one.is_done
    assert (one.constant == collapse.is_constant(problem_of(spec), one.params, 0.01)).all()


@pytest.mark.parametrize("cure", ["bias", "asymmetric"])
@pytest.mark.usefixtures("_few")
def test_what_the_lab_does_not_draw_begins_as_it_is_counted(cure: str, monkeypatch) -> None:
    monkeypatch.setattr(collapse, "UPDATES", 0)
    one = collapse.training(collapse.CollapseConfig(cure, 3, 4, 0.001))
    list(one.advance(never))
    assert one.params == pytest.approx(initial.networks(cure, 3, 4, np.arange(20)), rel=1e-6)
    with pytest.raises(LabError, match=f"does not draw networks of the cure {cure}"):
        model.lab_spec(cure=cure)


@pytest.mark.usefixtures("_few")
def test_interrupted_training_ends_the_same() -> None:
    setting = collapse.CollapseConfig("He", 3, 4, 0.01)
    whole = collapse.training(setting)
    list(whole.advance(never))
    collapse.forget()
    asked = itertools.count()
    one = collapse.training(setting)
    assert len(list(one.advance(lambda: next(asked) % 3 == 0))) > 2
    assert one.params == pytest.approx(whole.params, abs=0)
    assert list(one.advance(never)) == []


@pytest.mark.usefixtures("_few")
def test_numbers_that_leave_the_range_are_not_constant(monkeypatch) -> None:
    class Breaking:
        def run(self, *_, **__):
            raise NotFiniteError("it left", 7)

    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: Breaking())
    one = collapse.training(collapse.CollapseConfig("He", 3, 4, 0.001))
    list(one.advance(never))
    assert not one.constant.any()
    assert model.compute(width=3, depth=4).after is None


# ---- the page


@pytest.mark.usefixtures("_few")
def test_work_fills_map_and_claims() -> None:
    first = model.compute()
    assert not first.nets.any()
    assert [row.verdict for row in model.claims(first)] == [HOLDS, PENDING]
    asked = itertools.count()
    steps = list(model.work(lambda: next(asked) % 5 == 0))
    assert None in steps
    reported = [step for step in steps if step is not None]
    assert [step.done for step in reported] == sorted(step.done for step in reported)
    last = reported[-1]
    assert last.done == last.total == (MAX_WIDTH + 8) * 20
    assert last.result.is_counted
    assert sorted(last.result.trained[0.01]) == list(collapse.WIDTHS)
    assert last.result.after is not None
    assert PENDING not in {row.verdict for row in model.claims(last.result)}
    again = [step for step in model.work(never) if step is not None]
    assert not again  # nothing is counted or trained twice


def shares(*found: float) -> dict[int, float]:
    return dict(zip(collapse.WIDTHS, found, strict=True))


def test_every_verdict_can_turn() -> None:
    at_start, worse = shares(0.906, 0.608, 0.171, 0.0), shares(0.951, 0.755, 0.303, 0.007)

    def judged(initially, after, cure="He", depth=10):
        return claim_rows.collapse_row(cure, depth, initially, after, worse)

    assert judged(at_start, worse).verdict.startswith(ONLY_IF)
    assert judged(worse, at_start).verdict == HOLDS
    assert judged(worse, worse).verdict == NOT_REPRODUCED
    assert judged(at_start, worse, depth=11).verdict == NOT_HERE
    assert judged(at_start, worse, cure="leaky").verdict == NOT_HERE
    assert judged(at_start, {2: 0.9}).verdict == PENDING
    assert judged(at_start, worse).here == ""
    assert judged(at_start, worse, cure="none").here == "weights of variance 1/n"
    assert claim_rows.leaky_row((0.5, 0.0), 3, 10).verdict == HOLDS
    assert claim_rows.leaky_row((0.5, 0.1), 3, 10).verdict == WRONG
    assert claim_rows.leaky_row((0.0, 0.0), 3, 10).verdict == NOT_HERE


def test_which_units_are_active_is_what_the_engine_computes() -> None:
    result = model.compute(net=7)
    own = problem("He", 3, 10)
    params = initial.networks("He", 3, 10, np.array([6]))
    for side, x in ((model.LEFT, -0.7), (model.RIGHT, 0.4)):
        h = np.array([[x]])
        for k in range(10):
            h = np.maximum(h @ own.layout.weights(params[0], k), 0)
            assert ((result.active[k] & side > 0) == (h[0] > 0)).all()
    straight = outputs(own, params, result.x[:, None])[0, :, 0]
    assert result.curve == pytest.approx(straight, abs=1e-12)


def test_he_moves_no_cell() -> None:
    for width in (1, 3, 6):
        assert (counted("He", width, 200).died == counted("none", width, 200).died).all()


def test_leaky_networks_live_and_say_little() -> None:
    page = EXPERIMENTS["dead-at-initialization"]
    thing = next(thing for thing in page.tries if thing.label == "Leaky ReLU")
    assert (counted("leaky", 2, 200).died > MAX_DEPTH).all()
    leaky = model.compute(**page.values(**thing.values))
    twin = model.compute(width=2, net=leaky.net)
    assert twin.dies is not None
    assert leaky.dies is None
    assert 0 < np.ptp(leaky.curve) < 1e-3


@pytest.mark.parametrize(
    ("cure", "width", "least", "most"), [("leaky", 2, 0.4, 0.7), ("residual", 3, 0.0, 0.0)]
)
def test_what_training_leaves_of_a_cure(cure, width, least, most, monkeypatch) -> None:
    monkeypatch.setattr(collapse, "NETS_AT", {0.001: 100})
    one = collapse.training(collapse.CollapseConfig(cure, width, 10, 0.001))
    list(one.advance(never))
    assert least <= one.constant.mean() <= most


@pytest.mark.parametrize("cure", CURES)
def test_the_copied_program_counts_the_same(cure: str) -> None:
    printed = printed_by(model.numpy_code(width=3, depth=6, cure=cure, net=12))
    column = counted(cure, 3, 1000)
    assert printed.startswith(f"{100 * column.share()[5]:.1f}% of 1000 networks")
    low, high = theory.bounds(3, 6)
    assert f"{100 * low[-1]:.1f}% to {100 * high[-1]:.1f}%" in printed
    layer = column.died[11]
    assert ("network 12 lives" if layer > 6 else f"network 12 dies at layer {layer}") in printed


def test_cells_of_the_map() -> None:
    assert cell_at(10.2, 3.4) == (3, 10)
    assert cell_at(0.72, 0.5) == (1, 1)
    assert cell_at(68.0, 12.5) == (MAX_WIDTH, MAX_DEPTH)
    for depth in range(1, MAX_DEPTH + 1):
        assert cell_at(depth, 1)[1] == depth
        assert cell_at(1.001 * (depth * (depth + 1)) ** 0.5, 1)[1] == min(depth + 1, MAX_DEPTH)


def test_clicks_and_arrows_choose_a_cell(open_page) -> None:
    page = open_page("dead-at-initialization")
    view, chosen = page.frame.view, lambda: (page.values["width"], page.values["depth"])
    plot = view.map
    at = QPoint(round(float(plot.px(np.array(30.0)))), round(float(plot.py(np.array(5.0)))))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(page)
    assert chosen() == (5, 30)
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Right):
        QTest.keyClick(plot, key)
        QApplication.processEvents()
    settle(page)
    assert chosen() == (6, 32)
    for _ in range(4):
        page.undo()
        settle(page)
    assert chosen() == (3, 10)
    view.by_depth.plot.clicked.emit(21.7, 0.5)
    view.by_width.plot.clicked.emit(6.8, 0.5)
    view.prediction.plot.clicked.emit(0.0, 0.0)
    settle(page)
    assert chosen() == (7, 22)
    assert page.values["net"] == 20
    view.units.plot.clicked.emit(4.1, 2.0)
    settle(page)
    assert chosen() == (7, 4)


@pytest.mark.usefixtures("_few")
def test_plots_of_trained_networks_are_driven(open_page, qtbot) -> None:
    list(model.work(never))
    drive_plots(open_page("dead-at-initialization"), qtbot)
