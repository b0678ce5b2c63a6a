"""Layer norm: against PyTorch's and its autograd, differences, and broken norms."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from layerlab.core.errors import NotFiniteError
from layerlab.core.experiment import NOT_HERE
from layerlab.core.jobs import Step
from layerlab.experiments.layer_norm import layer as layers
from layerlab.experiments.layer_norm import model, training
from layerlab.experiments.layer_norm.layer import INPUT, TARGET, layer, plain, weights
from layerlab.experiments.layer_norm.names import EPS, PRE_ACTIVATIONS
from layerlab.experiments.layer_norm.training import (
    EVERY,
    LENGTH,
    LayerNormConfig,
    LayerNormTraining,
)
from layerlab.experiments.layer_norm.view import BothWays
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.norms import norm, norm_gradient
from layerlab.nets.problem import initialize, problem_of
from tests.experiments.conftest import drag_handle, settle
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle

Z = np.array(PRE_ACTIVATIONS)


@pytest.fixture(autouse=True)
def forgotten():
    training.POPULATIONS.forget()
    yield
    training.POPULATIONS.forget()


# ---- the norm and the layer


@pytest.mark.parametrize("eps", [0.0, 1e-12, 1e-5, 0.3])
def test_norm_and_its_gradient_are_pytorch_s(eps):
    rng = np.random.default_rng(2)
    z, dn = 3 + rng.normal(size=(5, 9)), rng.normal(size=(5, 9))
    leaf = torch.tensor(z, requires_grad=True)
    out = torch.nn.functional.layer_norm(leaf, (9,), eps=eps)
    (wanted,) = torch.autograd.grad(out, leaf, torch.tensor(dn))
    n, std = norm(z, eps)
    assert n == pytest.approx(out.detach().numpy(), abs=1e-12)
    assert norm_gradient(dn, n, std) == pytest.approx(wanted.numpy(), abs=1e-12)


def by_torch(a, c, eps, pre_activations=PRE_ACTIVATIONS, normed=True):
    """Return outputs, loss, and the gradient of all weights, by autograd."""
    drawn = weights(np.array(pre_activations))
    w, b = (torch.tensor(part, requires_grad=True) for part in (a * drawn[:-1], a * drawn[-1]))
    n = torch.tensor(INPUT[:-1]) @ w + b + c
    if normed:
        n = torch.nn.functional.layer_norm(n, n.shape, eps=eps)
    loss = 0.5 * ((n - torch.tensor(TARGET)) ** 2).mean()
    found = torch.autograd.grad(loss, (w, b))
    return n.detach().numpy(), loss.item(), torch.cat([found[0], found[1][None]]).numpy()


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"size": 10.0, "shift": -4.0},
        {"size": 0.1, "eps": "0.01"},
        {"sign": "negative"},
        {"sign": "zero"},
        {"size": 0.5, "eps": "1"},
        {"eps": "0"},
    ],
)
def test_outputs_and_gradient_are_pytorch_s(knobs):
    result = model.compute(**knobs)
    n, loss, gradient = by_torch(result.stretch, result.shift, result.eps)
    assert result.now.n == pytest.approx(n, abs=1e-10)
    assert result.now.loss == pytest.approx(loss)
    assert result.now.gradient == pytest.approx(np.linalg.norm(gradient), rel=1e-6)
    first = np.linalg.norm(by_torch(1.0, 0.0, result.eps)[2])
    assert result.ratio == pytest.approx(np.linalg.norm(gradient) / first, rel=1e-6)


def test_the_curves_are_pytorch_s():
    result = model.compute(eps="0.01")
    for k in (0, 40, 80, 160):
        a = model.CURVE[k]
        lengths = [np.linalg.norm(by_torch(a, 1.0, 0.01, normed=n)[2]) for n in (True, False)]
        assert result.gradient[k] == pytest.approx(lengths[0])
        assert result.unnormed[k] == pytest.approx(lengths[1])
    exact = model.compute(eps="0")
    assert exact.gradient == pytest.approx(exact.ideal)


@pytest.mark.parametrize("name", training.RATES)
def test_a_step_turns_the_weights_as_pytorch_s_does(name):
    result, kind = (
        model.compute(optimizer=name),
        {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}[name],
    )
    for k in (30, 80, 130):
        old = model.CURVE[k] * weights(Z)
        leaf = torch.tensor(old, requires_grad=True)
        n = torch.nn.functional.layer_norm(torch.tensor(INPUT) @ leaf, (8,), eps=1e-5)
        (0.5 * ((n - torch.tensor(TARGET)) ** 2).mean()).backward()
        kind([leaf], lr=training.RATES[name]).step()
        new = leaf.detach().numpy()
        cosine = np.sum(old * new) / np.linalg.norm(old) / np.linalg.norm(new)
        assert np.cos(result.turn[k]) == pytest.approx(cosine, abs=1e-9)
    power = np.diff(np.log(result.turn[-40:])) / np.diff(np.log(model.CURVE[-40:]))
    assert power == pytest.approx(-2 if name == "SGD" else -1, abs=0.01)


@pytest.mark.parametrize("eps", EPS)
def test_without_variance_there_is_no_number_but_by_eps(eps):
    equal = (0.7,) * len(PRE_ACTIVATIONS)  # whose mean is not 0.7 to the last digit
    for knobs in ({"pre_activations": equal}, {"sign": "zero"}):
        result = model.compute(eps=eps, **knobs)
        assert bool(result.now.is_defined) == (float(eps) > 0)
        assert not result.now.n.any()
        if float(eps) == 0:
            assert not result.now.dz.any()
            continue
        # n = (z - mean) / sqrt(eps) there, and its gradient by hand:
        pull = -TARGET / len(TARGET)
        by_hand = np.linalg.norm(pull - pull.mean()) / np.sqrt(float(eps))
        assert np.linalg.norm(result.now.dz) == pytest.approx(by_hand)


# ---- the map


@pytest.mark.parametrize("knobs", [{}, {"size": 0.4, "eps": "1"}, {"sign": "negative"}])
def test_the_arrow_is_the_slope_of_the_map(knobs):
    result = model.compute(**knobs)
    eps, step = result.eps, 1e-5
    first = by_torch(1.0, 0.0, eps)[2]
    drawn = weights(Z)
    across = np.linalg.norm(drawn) * first / np.linalg.norm(first)

    def loss(u, v):
        whole = u * drawn + v * across
        return layer(INPUT @ whole + result.shift, eps).loss

    a = result.stretch
    slope = np.array([loss(a + step, 0) - loss(a - step, 0), loss(a, step) - loss(a, -step)])
    unit = np.sum(first * across)
    assert result.down == pytest.approx(-slope / (2 * step) / unit, abs=1e-5)
    ticks = (np.arange(model.CELLS) + 0.5) / model.CELLS * 2 * model.REACH - model.REACH
    for row, column in ((3, 40), (30, 20), (47, 0)):
        assert result.loss[row, column] == pytest.approx(loss(ticks[column], ticks[row]))


def test_the_loss_is_the_same_along_a_ray_and_the_gradient_points_across():
    result = model.compute(eps="0")
    middle = model.CELLS // 2  # cells lie at odd multiples of half a cell
    for across, up in ((3, 2), (-4, 1), (5, -6)):
        near = result.loss[middle + up, middle + across]
        far = result.loss[middle + 3 * up + 1, middle + 3 * across + 1]
        assert far == pytest.approx(near, rel=1e-12)
    assert np.ptp(result.loss) > 1
    assert result.along < 1e-12
    assert model.compute(size=0.2, eps="1").along > 0.1  # with eps it does not


# ---- the claim


@pytest.mark.parametrize("knobs", [{}, {"size": 0.3, "eps": "0.01"}, {"sign": "negative"}])
def test_the_copied_program_prints_the_same(knobs):
    lines = printed_by(model.numpy_code(**knobs)).splitlines()
    result = model.compute(**knobs)
    assert float(lines[0].split()[-1]) == pytest.approx(result.first.gradient, rel=1e-5)
    words = lines[-1].replace(",", "").split()
    assert float(words[2].rstrip(":")) == pytest.approx(result.stretch)
    assert float(words[6]) == pytest.approx(result.off, rel=0.1, abs=1e-12)
    assert float(words[8]) == pytest.approx(result.now.gradient, rel=1e-5)


def row(**knobs):
    (one,) = model.claims(model.compute(**knobs))
    return one


def test_the_verdict_is_that_of_the_figures():
    assert row().verdict == "holds"
    assert row(size=10.0, eps="1").verdict == "holds"  # the claim is about no eps
    assert row(sign="negative").verdict == NOT_HERE
    assert row(sign="zero").verdict == NOT_HERE
    assert row(pre_activations=(1.0,) * 8).verdict == NOT_HERE


def test_a_broken_norm_turns_the_verdict(monkeypatch):
    monkeypatch.setattr(layers, "norm", lambda z, eps=0.0: norm(z, eps + 1e-5))
    assert row().verdict == "wrong as printed"
    monkeypatch.undo()
    monkeypatch.setattr(layers, "norm_gradient", lambda dn, n, std: dn - dn.mean())
    assert row().verdict == "wrong as printed"


# ---- trainings


def test_stretched_networks_are_the_same_function_behind_the_norm():
    problem = problem_of(LayerNormConfig(1.0, True, "SGD").spec)
    y = outputs(problem, initialize(problem).params.astype(float), problem.x)
    other = training.stretched(problem, 10.0)
    layout, first = problem.layout, initialize(problem).params
    assert layout.weights(other.params, 1) == pytest.approx(10 * layout.weights(first, 1))
    assert layout.biases(other.params, 1) == pytest.approx(10 * layout.biases(first, 1))
    assert np.array_equal(layout.weights(other.params, 2), layout.weights(first, 2))
    assert outputs(problem, other.params.astype(float), problem.x) == pytest.approx(y, abs=0.01)
    plain_one = problem_of(LayerNormConfig(1.0, False, "SGD").spec)
    there = outputs(plain_one, other.params.astype(float), plain_one.x)
    assert np.abs(there - outputs(plain_one, first.astype(float), plain_one.x)).max() > 0.3


def test_an_update_on_stretched_weights_is_pytorch_s():
    setting = LayerNormConfig(0.5, True, "SGD")
    problem = problem_of(setting.spec)
    params = training.stretched(problem, 0.5).params[0].astype(float)
    parts = [
        (
            torch.tensor(problem.layout.weights(params, k), requires_grad=True),
            torch.tensor(problem.layout.biases(params, k), requires_grad=True),
        )
        for k in range(3)
    ]
    h = torch.tensor(problem.x.astype(float))
    for w, b in parts[:-1]:
        z = h @ w + b
        h = torch.tanh(torch.nn.functional.layer_norm(z, z.shape[-1:], eps=1e-5))
    loss = 0.5 * ((h @ parts[-1][0] + parts[-1][1] - torch.tensor(problem.y)) ** 2).mean()
    assert LayerNormTraining(setting).losses[0, 0] == pytest.approx(loss.item(), rel=1e-6)


def test_work_makes_room_and_loses_nothing(monkeypatch):
    monkeypatch.setattr(training, "LENGTH", 3 * EVERY)
    monkeypatch.setattr(model, "LENGTH", 3 * EVERY)
    monkeypatch.setattr(training, "STRETCHES", (0.1, 1.0, 10.0))
    asked = []

    def is_interrupted():
        asked.append(1)
        return len(asked) % 3 == 0

    given = list(model.work(is_interrupted, optimizer="SGD"))
    assert None in given
    last = given[-1]
    assert isinstance(last, Step)
    assert last.done == last.total
    result = last.result
    assert set(result.courses) == {(n, a) for n in (True, False) for a in (0.1, 1.0, 10.0)}
    again = LayerNormTraining(LayerNormConfig(10.0, True, "SGD"))
    at_once = np.array([again.losses[0], *(again.losses[-1] for _ in again.advance(bool))])
    middle = np.median(at_once, axis=1)
    assert result.courses[True, 10.0].quartiles[1] == pytest.approx(middle, rel=1e-5)
    assert result.ends[True].quartiles[1, -1] == pytest.approx(middle[-1], rel=1e-5)


def test_what_leaves_the_finite_numbers_has_no_end(monkeypatch):
    class Broken:
        def run(self, *_, **__):
            raise NotFiniteError("not finite", 5)
            yield

    monkeypatch.setattr(training, "fastest_engine", Broken)
    list(model.work(lambda: False))
    result = model.compute()
    assert result.ends == {}
    assert len(result.courses[True, 1.0].at) == 1


def test_what_the_text_says_of_training():
    for setting in training.plan("SGD")[:6] + training.plan("Adam")[:6]:
        list(training.POPULATIONS.get(setting).advance(lambda: False))
    losses = {
        (name, key): c.quartiles[1]
        for name in ("SGD", "Adam")
        for key, c in model.compute(optimizer=name).courses.items()
    }
    assert all(len(c) == LENGTH // EVERY + 1 for c in losses.values())
    initial = [losses["SGD", (True, a)][0] for a in (0.1, 1.0, 10.0)]
    assert initial == pytest.approx([initial[0]] * 3, rel=0.01)  # the same function
    assert losses["SGD", (True, 10.0)][-1] > 1.5 * losses["SGD", (True, 1.0)][-1]
    ends = [losses["Adam", (True, a)][-1] for a in (0.1, 1.0, 10.0)]
    assert max(ends) < 3 * min(ends)
    assert losses["Adam", (False, 0.1)][-1] > 10 * max(ends)  # stays flat


def test_things_to_try_show_what_they_say():
    ten = model.compute(size=10.0, shift=0.0)
    assert ten.off < 1e-4
    assert ten.ratio == pytest.approx(0.1, rel=1e-4)
    below = model.compute(sign="negative")
    assert below.now.n == pytest.approx(-below.first.n, abs=1e-4)
    assert abs(below.now.loss - below.first.loss) > 1
    flat = model.compute(sign="zero")
    assert 100 < flat.ratio < 1000
    assert plain(flat.now.z).gradient > 0


# ---- the page


def test_the_dot_is_dragged_through_zero_to_the_other_side(open_page):
    page = open_page("layer-norm")
    plot, first = page.frame.view.map.plot, page.values
    (dot,) = plot.handles
    zero = plot.place_of(dot).x() - float(plot.px(np.array(0.0)))
    drag_handle(plot, dot, QPoint(-round(3 * zero), 0))
    settle(page)
    assert page.values["sign"] == "negative"
    assert page.values["size"] == pytest.approx(4, rel=0.1)
    page.undo()
    settle(page)
    assert page.values == first


def test_a_sum_is_dragged_and_the_others_stay(open_page):
    page = open_page("layer-norm")
    plot = page.frame.view.bars
    handle = plot.handles[3]
    drag_handle(plot, handle, QPoint(40, 0))
    settle(page)
    moved = np.array(page.values["pre_activations"]) - Z
    assert np.flatnonzero(moved).tolist() == [3]
    assert moved[3] > 0


def test_the_axis_that_is_logarithmic_on_both_sides_is_filled_by_its_range() -> None:
    axis = BothWays("z")
    axis.fix(-40.0, 40.0)
    assert axis.to_unit(np.array([-40.0, 0.0, 40.0])) == pytest.approx([0.0, 0.5, 1.0])
    places = axis.to_unit(np.array([value for value, _ in axis.ticks(5)]))
    assert np.diff(places).min() > 0.1  # else their texts would overlap
    assert [axis.from_unit(p) for p in (0.0, 0.3, 1.0)] == pytest.approx(
        [-40.0, -0.4 * np.sinh(0.4 * np.arcsinh(100.0)), 40.0]
    )
