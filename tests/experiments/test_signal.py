"""Signal and gradient at initialization, against the lab's theory, its engine, closed forms."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.core.experiment import NOT_HERE
from layerlab.core.jobs import Job, steps_of
from layerlab.core.spec import NetSpec
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.signal import claim_rows, model, network
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.theory import meanfield
from layerlab.nets.theory.forward import propagate_layers
from layerlab.nets.theory.scatter import bands
from tests.experiments.conftest import settle
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle

KEYS = ACTIVATIONS.keys()
CASES = {"sigmoid": (4.0, 0.5), "softplus": (0.9, 0.5), "identity": (1.0, 0.2)}


def lab_walk(key, weight, bias, depth, width, correlation, inputs):
    """Walk with the lab's theory, which takes any data."""
    pairs = inputs * (inputs - 1) // 2
    ground = SimpleNamespace(
        x=np.zeros((inputs, 64)),
        y=np.zeros((inputs, 1)),
        square=np.ones(inputs),
        mean=np.zeros(inputs),
        d=np.full(pairs, 1 - correlation),
    )
    net = NetSpec(
        hidden=(width,) * depth, activation=key, init="normal", weight_std=weight, bias_std=bias
    )
    done = propagate_layers(ground, net, 1)
    return done, bands(ground, net, "mse", done)


@pytest.mark.parametrize("key", KEYS)
def test_the_walk_is_that_of_the_lab_s_theory(key):
    weight, bias = CASES.get(key, (1.5, 0.2))
    found = meanfield.propagate_layers(key, weight, bias, 14, 128, 0.4, 4)
    done, scatter = lab_walk(key, weight, bias, 14, 128, 0.4, 4)
    layers = done.layers
    for name in ("across_inputs", "across_units"):
        expected = [getattr(layer, name) for layer in layers]
        assert getattr(found, name) == pytest.approx(expected, rel=1e-6)
    assert found.square == pytest.approx([one.square.mean() for one in layers], rel=1e-6)
    slopes = np.array([one.slope.mean() for one in layers])
    assert found.chi == pytest.approx(weight**2 * slopes, rel=1e-6)
    low, high = scatter.signal["mean square"]
    # bands of the lab are averages over draws
    assert np.log(found.high / found.square) == pytest.approx(np.log(high), rel=0.1, abs=0.01)
    assert np.log(found.low / found.square) == pytest.approx(np.log(low), rel=0.1, abs=0.01)


def test_relu_with_he_has_closed_forms():
    found = meanfield.propagate_layers("relu", math.sqrt(2), 0.0, 20, 64, 0.3, 2)
    assert found.square == pytest.approx(np.ones(20), rel=1e-6)
    assert found.gradient == pytest.approx(np.ones(20), rel=1e-6)
    c = [0.3]
    for _ in range(20):  # arc-cosine kernel of degree 1, Cho & Saul 2009
        angle = math.acos(c[-1])
        c.append((math.sin(angle) + (math.pi - angle) * math.cos(angle)) / math.pi)
    assert found.correlation == pytest.approx([0.3, *c[:-1]], rel=1e-6)


def test_the_map_has_the_published_lines():
    relu = meanfield.chart("relu")
    assert np.exp(relu.log_chi) == pytest.approx(
        np.tile(relu.weights**2 / 2, (len(relu.biases), 1)), rel=1e-5
    )
    # tanh without biases is critical at std 1 (Poole et al. 2016, figure 1).
    for weight, side in ((0.99, -1), (1.05, 1)):
        log_chi, _ = meanfield.settled_chi("tanh", np.array(weight), np.array(0.0))
        assert np.sign(log_chi) == side
    # Schoenholz et al. 2017, figure 3: at bias variance 0.05 the line is at 1.76.
    stds = np.sqrt(np.linspace(1.5, 2.0, 101))
    log_chi, _ = meanfield.settled_chi("tanh", stds, np.array(math.sqrt(0.05)))
    assert np.interp(0.0, log_chi, stds**2) == pytest.approx(1.76, abs=0.01)


@pytest.mark.parametrize(("key", "weight", "bias"), [("tanh", 1.3, 0.2), ("relu", 1.4, 0.1)])
def test_the_pass_is_pytorch_s(key, weight, bias):
    net = network.Network(key, weight, bias, 5, 40)
    done = network.LayerPass(net, network.inputs_of(40, 0.3))
    for _ in done.go_on():
        pass
    h = [torch.tensor(done.x, requires_grad=True)]
    scale = weight / math.sqrt(40)
    activation = torch.relu if key == "relu" else torch.tanh
    for layer in range(5):
        weights = torch.tensor(network.tile(layer, 0, 0)[:40, :40] * scale)
        biases = torch.tensor(bias * network._normal(network._BIASES, layer, 1, 40))
        h.append(activation(h[-1] @ weights + biases))
        h[-1].retain_grad()
    h[-1].backward(torch.tensor(done.dh[-1]))
    for k in range(5):
        assert done.h[k] == pytest.approx(h[k + 1].detach().numpy(), abs=1e-12)
        assert done.dh[k] == pytest.approx(h[k + 1].grad.numpy(), abs=1e-12)


def test_inputs_are_as_alike_as_asked():
    x = network.inputs_of(100, 0.3)
    gram = x @ x.T / 100
    expected = 0.3 + 0.7 * np.eye(network.INPUTS)
    assert gram == pytest.approx(expected, abs=1e-12)


def test_a_wide_network_is_made_of_tiles():
    net = network.Network("tanh", 1.2, 0.3, 1, 300)
    x = network.inputs_of(300, 0.5)
    (z,) = net.forward(0, x)
    parts = [[network.tile(0, i, j) for j in range(2)] for i in range(2)]
    weights = np.block(parts)[:300, :300]
    bias = 0.3 * network._normal(network._BIASES, 0, 1, 300)
    assert z == pytest.approx(x @ weights * 1.2 / math.sqrt(300) + bias)
    (dh,) = net.backward(0, x)
    assert dh == pytest.approx(x @ weights.T * 1.2 / math.sqrt(300))


def test_singular_values_are_those_of_the_jacobian():
    net = network.Network("tanh", 1.4, 0.1, 4, 32)
    x = network.inputs_of(32, 0.0)[0]
    *_, spectrum = network.spectra(net, x)
    weights = [
        torch.tensor(network.tile(k, 0, 0)[:32, :32] * 1.4 / math.sqrt(32)) for k in range(4)
    ]
    biases = [
        torch.tensor(0.1 * network._normal(network._BIASES, k, 1, 32)[0]) for k in range(4)
    ]

    def rest(h, first):
        for k in range(first, 4):
            h = torch.tanh(h @ weights[k] + biases[k])
        return h

    h = torch.tensor(x)
    for k in range(3):
        h = torch.tanh(h @ weights[k] + biases[k])
        jacobian = torch.autograd.functional.jacobian(lambda v, k=k: rest(v, k + 1), h)
        sizes = np.linalg.svd(jacobian.numpy(), compute_uv=False)
        assert spectrum.quantiles[k, -1] == pytest.approx(sizes[0])
        assert sizes.min() <= spectrum.quantiles[k, 1] <= np.median(sizes)
    assert spectrum.layers.tolist() == [1, 2, 3]


def test_the_largest_singular_value_is_numpy_s():
    net = network.Network("relu", 1.4, 0.0, 2, 60)
    (z,) = net.forward(0, network.inputs_of(60, 0.0))
    gated = network.tile(0, 0, 0)[:60, :60] * (z[0] > 0) * 1.4 / math.sqrt(60)
    expected = np.linalg.svd(gated, compute_uv=False)[0]
    assert network.largest_singular(net, z[0], 200) == pytest.approx(expected, rel=1e-3)


def test_the_network_lies_where_theory_predicts():
    result = model.compute(depth=20)
    n = np.arange(20)
    inside = (result.theory.low < result.found.square) & (
        result.found.square < result.theory.high
    )
    assert inside.mean() > 0.7
    ratio = result.found.across_inputs / result.theory.across_inputs
    assert np.all((ratio > 0.4) & (ratio < 2.5)), n[(ratio <= 0.4) | (ratio >= 2.5)]
    assert result.found.gradient == pytest.approx(result.theory.gradient, rel=0.5)


def test_biases_fool_the_pooled_variance():
    page = model.compute(weight_std=3.0**-0.5, bias_std=768.0**-0.5)
    # Figures of claims: mean square near 7e-4 at layer 30, across inputs 1e-24.
    assert page.found.square[-1] == pytest.approx(7e-4, rel=0.3)
    assert 1e-26 < page.found.across_inputs[-1] < 1e-22
    assert page.found.across_units[-1] > 1e-4


def test_work_adds_the_layers_of_a_wide_network_and_singular_values():
    knobs = {"width": 300, "depth": 6}
    at_once = model.compute(**knobs)
    assert len(at_once.found.square) < 6
    interrupted = iter([True, False] * 500)
    steps = list(model.work(lambda: next(interrupted), **knobs))
    assert None in steps
    reported = [step for step in steps if step is not None]
    assert [step.done for step in reported] == sorted(step.done for step in reported)
    assert reported[-1].done == reported[-1].total
    result = reported[-1].result
    assert result.is_whole
    assert result.spectrum.layers.tolist() == [1, 2, 3, 4, 5]
    assert result.found.square[0] == pytest.approx(at_once.found.square[0])
    *_, plain = steps_of(Job("plain", lambda ask: model.work(ask, **knobs)))
    assert plain.result.found.square == pytest.approx(result.found.square)


def test_marks_are_the_initializers():
    places = {mark.label: (mark.weight_std, mark.bias_std) for mark in model.marks("relu", 64)}
    assert places["He"] == pytest.approx((2**0.5, 0))
    assert places["Xavier, LeCun"] == pytest.approx((1, 0))
    assert places["PyTorch"] == pytest.approx((3**-0.5, 192**-0.5))
    assert places["small"] == pytest.approx((0.08, 0))
    assert places["large"] == pytest.approx((8, 0))
    assert torch.nn.init.calculate_gain("tanh") == claim_rows.TANH_GAIN


def verdicts(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_are_those_of_the_figures():
    found = verdicts()
    assert found["B4"] == "holds only if the mean square is meant, and only of relu"
    assert found["D20"] == found["D21"] == "holds only if the inputs have mean 0"
    assert found["D22"].startswith("holds only if variance is read as mean square, and a")
    assert found["D29"] == found["D30"] == "wrong as printed"
    assert found["L4"] == "holds only if no layer is as narrow as 16"


def test_verdicts_move_with_the_knobs():
    assert verdicts(weight_std=0.3)["E14"] == "holds"
    assert verdicts()["E14"] == NOT_HERE
    settled = {"activation": "tanh", "weight_std": 1.2, "bias_std": 0.5}
    one = model.compute(**settled)
    seen, expected = claim_rows.rates(one.theory, one.found)
    assert seen == pytest.approx(expected, rel=0.35)  # of one network of finite width
    assert claim_rows.rates(model.compute().theory, model.compute().found) is None
    assert verdicts(**settled)["L5"] == verdicts()["L5"] == NOT_HERE
    assert verdicts(depth=2)["B4"].endswith("only of tanh and relu")
    rows = {row.id: row for row in model.claims(model.compute(depth=2))}
    assert "2 layers, where" in rows["B4"].here


@pytest.fixture
def forget():
    caches = (
        claim_rows._through,
        claim_rows._log_variance,
        claim_rows._variances,
        model._computed,
    )
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_broken_computations_turn_the_verdicts(monkeypatch, forget):
    monkeypatch.setattr(claim_rows, "TANH_GAIN", 1.0)
    assert verdicts()["D30"] == "holds"
    monkeypatch.setattr(claim_rows, "tile", lambda *at: 2 * network.tile(*at))
    claim_rows._variances.cache_clear()
    assert verdicts()["D20"] == "wrong as printed"
    monkeypatch.setitem(claim_rows.PAIRS, "relu", 1.0)
    assert "relu" not in verdicts()["B4"]
    wrong = network.Network.backward
    monkeypatch.setattr(
        network.Network,
        "backward",
        lambda self, layer, dz, ask=network.not_cancelled: (
            9 * dh if dh is not None else None for dh in wrong(self, layer, dz, ask)
        ),
    )
    model._computed.cache_clear()
    assert verdicts(weight_std=0.3)["E14"] == "wrong as printed"


def test_the_length_of_relu_networks_is_drawn_in_law():
    logs = []
    for seed in range(400):
        rng, h = np.random.default_rng(seed), np.ones(32)
        for _ in range(10):
            h = np.maximum(h @ rng.standard_normal((32, 32)) * math.sqrt(2 / 32), 0)
        logs.append(math.log((h**2).mean()))
    assert claim_rows._log_variance((32,) * 10) == pytest.approx(np.var(logs), rel=0.2)


@pytest.mark.parametrize(
    "knobs",
    [
        {"activation": "tanh", "weight_std": 1.3, "bias_std": 0.2, "depth": 6},
        {"width": 40, "depth": 5, "start": (0.7,)},
        {"width": 300, "depth": 3, "bias_std": 0.4},  # of four tiles
    ],
)
def test_the_copied_program_has_the_page_s_own_network(knobs):
    printed = printed_by(model.numpy_code(**knobs)).splitlines()
    numbers = np.array([line.split() for line in printed[1:-1]], float)
    result = model.compute(**knobs)
    for step in model.work(lambda: False, **{**EXPERIMENTS["signal"].start, **knobs}):
        if step is not None and step.result is not None:
            result = step.result
    found = result.found
    assert numbers[:, 1] == pytest.approx(found.square, rel=1e-3)
    assert numbers[:, 2] == pytest.approx(found.across_inputs, rel=1e-3)
    assert numbers[:, 3] == pytest.approx(found.across_units, rel=1e-3)
    assert numbers[:, 4] == pytest.approx(found.correlation[:, 1], abs=1e-4)
    gradient = float(printed[-1].split(" is ")[1].split()[0])
    assert gradient == pytest.approx(found.gradient[0], rel=1e-3)


def test_the_lab_is_said_to_open_another_network(open_page):
    page = open_page("signal")
    text = page.frame.bar.lab.toolTip()
    widest = max(model.lab_spec(width=1024).net.hidden)
    assert f"at most {widest} wide" in text
    assert "own random weights" in text
    assert "the same network" in open_page("regions").frame.bar.lab.toolTip()


def test_a_name_on_the_map_is_clicked(open_page):
    page = open_page("signal")
    plot = page.frame.view.map_plot
    for mark in plot.marks:
        if mark.label == "He":  # where the page starts
            continue
        dot = QPoint(
            round(float(plot.px(np.array(mark.weight_std)))),
            round(float(plot.py(np.array(mark.bias_std)))),
        )
        for place in (plot.name_item.rects()[mark.label].center().toPoint(), dot):
            QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
            settle(page)
            turned = (page.values["weight_std"], page.values["bias_std"])
            assert turned == pytest.approx((mark.weight_std, mark.bias_std)), mark.label
            page.undo()  # both knobs are one step
            settle(page)
            assert page.values == page.experiment.values()
