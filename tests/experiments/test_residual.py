"""Initial networks against hand-made ones and closed forms, trained ones against the lab."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from layerlab.claims.base import Context
from layerlab.claims.depth import CLAIMS
from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.experiment import HOLDS, NOT_HERE, ONLY_IF, PENDING, WRONG
from layerlab.core.spec import edit
from layerlab.experiments.residual import claim_rows, initial, model, training
from layerlab.nets import incremental
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import engine
from layerlab.nets.engines.numpy_ import training_loss
from layerlab.nets.problem import check, initialize, problem_of
from layerlab.nets.theory import theory
from tests.experiments.conftest import settle
from tests.helpers.programs import printed_by

QUICK = {"activation": "tanh", "depth": 2}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Train a little, at two depths, with the engine that is there at once."""
    training.TRAININGS.forget()
    monkeypatch.setattr(training, "UPDATES", 40)
    monkeypatch.setattr(training, "DEPTHS", (2, 4))
    monkeypatch.setattr(model, "DEPTHS", (2, 4))
    monkeypatch.setattr(incremental, "wait_for_kernels", lambda ask, dtype: iter(()))
    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: engine("numpy"))
    monkeypatch.setattr(claim_rows, "_found", [])
    yield
    training.TRAININGS.forget()


def never() -> bool:
    return False


# ---- at initialization


def loss_of(x, weights, scale, skip, entry, d_last):
    h = x
    for w in weights:
        h = skip * h + entry(scale * (h @ w), initial.SLOPE)
    return float((h * d_last).sum()), float((h**2).mean())


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_a_pass_is_the_network_and_its_gradient(activation: str) -> None:
    """Layer by layer by hand, and the gradient by finite differences."""
    rng, entry = np.random.default_rng(2), ACTIVATIONS[activation]
    weights = rng.standard_normal((5, 1, 6, 6)) / 6**0.5
    x, d_last = rng.standard_normal((2, 1, 1, 1, 6))
    scales, skips = np.array([1.3, 0.4]), np.array([0.0, 1.0])
    signal, gradient = initial.send(weights, scales, skips, entry, x, d_last)
    for k, (scale, skip) in enumerate(zip(scales, skips, strict=True)):

        def at(h, scale=scale, skip=skip):
            return loss_of(h, weights[:, 0], scale, skip, entry, d_last[0, 0, 0])

        here = x[0, 0, 0]
        assert signal[0, k, -1] == pytest.approx(at(here)[1], rel=1e-12)
        steps = 1e-6 * np.eye(6)
        slope = [(at(here + s)[0] - at(here - s)[0]) / 2e-6 for s in steps]
        assert gradient[0, k, 0] == pytest.approx(np.mean(np.square(slope)), rel=1e-6)


def test_what_is_measured_at_initialization_is_what_is_trained() -> None:
    for k, name in enumerate(initial.NAMES):
        spec = training.DepthConfig(name, 4, "relu", 0.0).spec
        assert spec.net.weight_std == pytest.approx(initial.gains(4)[k])
        assert spec.net.residual == bool(initial.SKIPS[k])
    line = theory(training.DepthConfig("residual", 4, "relu", 0.0).spec)["gradient"]
    squares = next(iter(line.values()))[0]
    assert squares[0] / squares[2] == pytest.approx(4.0)  # the lab's, of infinite width


def test_relu_doubles_with_every_layer_in_the_limit(monkeypatch) -> None:
    monkeypatch.setattr(initial, "WIDTH", 10**12)
    entry, depth = ACTIVATIONS["relu"], 30
    square, factor = initial._theory(entry, initial.gains(depth), depth)
    assert factor[0] == pytest.approx(1.0, rel=1e-6)
    assert factor[1] == pytest.approx(2.0 ** np.arange(depth, -1, -1), rel=1e-4)
    assert factor[2, 0] == pytest.approx((1 + 1 / (2 * depth)) ** depth, rel=1e-6)
    assert square[0] == pytest.approx(1.0, rel=1e-8)


@pytest.mark.parametrize(("activation", "within"), [("relu", 2.5), ("tanh", 1.6)])
def test_theory_is_what_many_networks_have_on_average(activation: str, within: float) -> None:
    depth, nets, width = 12, 60, initial.WIDTH
    rng = np.random.default_rng(5)
    weights = rng.standard_normal((depth, nets, width, width)) / width**0.5
    x, d_last = rng.standard_normal((2, nets, 1, 1, width))
    entry, gains = ACTIVATIONS[activation], initial.gains(depth)
    signal, gradient = initial.send(weights, gains, initial.SKIPS, entry, x, d_last)
    square, whole = initial._theory(entry, gains, depth)
    for seen, line in ((signal, square), (gradient, whole)):
        off = np.log(seen.mean(0) / line)
        assert np.abs(off).max() < np.log(within)


def test_euler_keeps_the_product_of_signal_and_gradient() -> None:
    """dL/dh . h is passed on whole by ReLU, so a gradient cannot fall below that."""
    found = initial.measured("relu", 40)
    x, d_last = initial._ends()
    assert x.shape == d_last.shape
    growth = found.signal[:, 1, -1] / found.signal[:, 1, 0]
    assert np.median(found.gradient[:, 1, 0] / growth) > 0.05 / initial.WIDTH


@pytest.mark.parametrize(("a", "length"), [(0.5, 20), (0.1, 100), (1.0, 3)])
def test_a_chain_is_powers(a: float, length: int) -> None:
    plain, skips = initial.chain(a, length)
    left = np.arange(length, -1, -1)
    assert plain == pytest.approx(a**left, rel=1e-12)
    assert skips == pytest.approx((1 + a) ** left, rel=1e-12)


def test_the_chain_is_that_of_the_ledger() -> None:
    claim = next(one for one in CLAIMS if one.id == "E4")
    numbers = claim.measure(Context())
    assert claim_rows.ratio(0.5, 20) == pytest.approx(
        numbers.residual / numbers.plain, rel=1e-9
    )


# ---- trained


def trained(name: str, depth: int = 4, activation: str = "tanh") -> training.TrainedDepth:
    one = training.TRAININGS.get(training.DepthConfig(name, depth, activation, 0.0))
    list(one.advance(never))
    assert one.found is not None
    return one.found


def test_a_population_is_trained_as_the_lab_trains_it() -> None:
    one = trained("scaled")
    spec = model.lab_spec(activation="tanh", depth=4)
    check(spec)
    assert spec == one.setting.spec
    state = list(engine("numpy").run(spec))[-1]
    assert one.params == pytest.approx(state.params, abs=1e-12)
    assert one.loss == pytest.approx(training_loss(one.problem, state.params.astype(float)))
    with pytest.raises(LabError, match="at most 4 layers, these networks have 100"):
        model.lab_spec(depth=100)


def test_interrupted_training_ends_the_same() -> None:
    whole = trained("residual")
    training.TRAININGS.forget()
    asked = itertools.count()
    one = training.TRAININGS.get(whole.setting)
    assert list(one.advance(lambda: next(asked) % 3 == 0))
    assert one.found is not None
    assert one.found.params == pytest.approx(whole.params, abs=0)
    assert list(one.advance(never)) == []


def test_weights_that_are_left_are_1_at_initialization(monkeypatch) -> None:
    monkeypatch.setattr(training, "UPDATES", 0)
    one = trained("scaled", 2)
    params = initialize(one.problem).params
    # Std sqrt(2) / sqrt(2 * 2) / sqrt(8), a quarter.
    inner = params[:, 2 * 8 : 2 * 8 + 64]  # after 8 weights and 8 biases
    assert one.kept[1] == pytest.approx(np.sqrt((inner**2).mean(1)) * 4, rel=1e-5)
    assert one.kept.mean() == pytest.approx(1.0, abs=0.15)


def test_what_nothing_holds_on_to_is_left_by_decay_alone() -> None:
    """A ReLU network whose outputs are cut off has no gradient: AdamW's decay is all."""
    result = model.compute(decay=1.5)
    assert result.alone == pytest.approx((1 - training.RATE * 1.5) ** training.UPDATES)
    one = training.DepthConfig("plain", 2, "relu", 1.5)
    problem = problem_of(edit(one.spec, "task.noise", 0.0))
    dead = initialize(problem)
    params = dead.params.copy()
    layout = problem.layout
    layout.weights(params, 2)[:] = 0  # the outputs' weights: nothing comes back
    layout.biases(params, 1)[:] = -100  # and nothing of it will
    start = replace(dead, params=params)
    state = list(engine("numpy").run(problem.spec, start))[-1]
    left = layout.weights(state.params, 1) / layout.weights(params, 1)
    assert left == pytest.approx(np.full_like(left, result.alone), rel=1e-3)


def test_an_ablated_layer_makes_the_plain_network_a_constant() -> None:
    plain, skips = trained("plain"), trained("scaled")
    for layer in range(1, 4):
        assert claim_rows.range_of(plain, layer) < 1e-12
        assert claim_rows.error_of(skips, layer) < 1e-12
        assert np.ptp(plain.curve(layer)) < 1e-12 < np.ptp(skips.curve(layer))
    assert np.ptp(skips.curve(0)) < 1e-12  # one input, eight units: no skip
    constant = 0.5 * plain.problem.y.astype(float).var()
    assert (plain.without >= constant - 1e-6).all()


def test_what_is_not_0_at_0_leaves_a_constant() -> None:
    skips = trained("scaled", activation="sigmoid")
    assert claim_rows.error_of(skips, 2) > 1e-3
    assert set(claim_rows.leftovers()) == {"sigmoid", "softplus"}


def test_a_training_that_diverges_is_reported(monkeypatch) -> None:
    class Breaking:
        def run(self, *_, **__):
            raise NotFiniteError("it left", 7)

    monkeypatch.setattr(incremental, "fastest_engine", lambda dtype: Breaking())
    lost = trained("residual", 2)
    assert lost.update == 7
    assert np.isinf(lost.loss).all()
    assert claim_rows.ablation_row(lost, lost, 1).verdict == NOT_HERE
    with pytest.raises(ValueError, match="has diverged"):
        lost.curve()


# ---- verdicts


def test_work_fills_the_page_and_every_claim() -> None:
    first = {row.id: row.verdict for row in model.claims(model.compute(**QUICK))}
    assert first == {"C3": PENDING, "D26": PENDING, "E4": HOLDS}
    asked = itertools.count()
    steps = list(model.work(lambda: next(asked) % 4 == 0, **QUICK))
    assert None in steps
    last = [step for step in steps if step is not None][-1]
    assert last.done == last.total == 6
    assert set(last.result.curves) == set(initial.NAMES)
    rows = {row.id: row.verdict for row in model.claims(last.result)}
    assert rows["C3"] == rows["D26"] == rows["E4"] == HOLDS
    assert len(list(model.work(never, **QUICK))) == 6  # nothing is trained twice


def test_broken_figures_turn_every_verdict(monkeypatch) -> None:
    good = claim_rows.Blocks((1.5, 1.5), (5.0, 70.0), (1.6, 1.7), (16.0, 1e18))
    assert claim_rows.blocks_row(good).verdict == HOLDS
    one_of = claim_rows.Blocks((1.5, 1.5), (5.0, 70.0), (1.6, 9.0), (16.0, 1e18))
    assert claim_rows.blocks_row(one_of).verdict.startswith(ONLY_IF)
    growing = claim_rows.Blocks((1.5, 3.5), (5.0, 70.0), (1.6, 1.7), (16.0, 1e18))
    assert claim_rows.blocks_row(growing).verdict == WRONG
    plain, skips = trained("plain"), trained("scaled")
    assert claim_rows.ablation_row(plain, skips, 1).verdict == HOLDS
    monkeypatch.setattr(claim_rows, "error_of", lambda skips, layer: 1e-3)
    assert claim_rows.ablation_row(plain, skips, 1).verdict == WRONG  # tanh leaves nothing
    monkeypatch.undo()
    assert claim_rows.ablation_row(skips, skips, 1).verdict == WRONG  # not constant
    monkeypatch.setattr(claim_rows, "chain", lambda a, n: initial.chain(0.9 * a, n))
    assert claim_rows.chain_row(0.5, 20).verdict == WRONG


def test_one_layer_is_ablated() -> None:
    assert model.compute(ablated=()).ablated is None
    assert model.compute(depth=2, ablated=(60.0,)).ablated == 2
    with pytest.raises(LabError, match="2 layers are ablated"):
        model.compute(ablated=(1.0, 2.0))


def test_clicks_choose_depth_and_layer(open_page) -> None:
    page = open_page("residual")
    view = page.frame.view
    view.ablation.plot.clicked.emit(2.2, 0.1)
    settle(page)
    assert page.values["ablated"] == (2.0,)
    view.ablation.plot.clicked.emit(1.9, 0.1)
    settle(page)
    assert page.values["ablated"] == ()
    view.depths.plot.clicked.emit(3.4, 0.1)
    assert page.values["depth"] == 4


# ---- the program


def test_the_copied_program_learns_and_misses_the_layer() -> None:
    shown = printed_by(model.numpy_code(**QUICK, factor=0.5, decay=0.01, ablated=(2.0,)))
    lines = shown.splitlines()
    plain, with_skips = (one[0] for one in initial.chain(0.5, 2))
    assert lines[3] == f"chain: {plain:.4g} plain, {with_skips:.4g} with skips, ratio 9"
    for line in lines[4:]:
        loss, without = (float(word.rstrip(",;")) for word in line.split()[4:8:3])
        assert loss < 0.01 < without
