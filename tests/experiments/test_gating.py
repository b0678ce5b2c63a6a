"""Gates of two trained networks, against PyTorch, and the verdict on made-up seeds."""

from __future__ import annotations

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.jobs import Job, steps_of
from layerlab.experiments.gating import model
from layerlab.nets.engines import engine
from layerlab.nets.problem import problem_of
from layerlab.nets.rewind import Rewindable
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle


@pytest.mark.parametrize("name", model.ACTIVATIONS)
def test_gates_and_function_are_pytorch_s(name):
    result = model.compute(width=5, depth=2, updates=40)
    training = model._training(model.spec_of("wave", name, (5, 5), 0.01))
    layout, params = training.problem.layout, training.at(40).params[0].astype(float)
    h, gates = torch.tensor(result.x[:, None], requires_grad=True), []
    activation = torch.relu if name == "relu" else torch.nn.functional.softplus
    for layer in range(3):
        z = h @ torch.tensor(layout.weights(params, layer)) + torch.tensor(
            layout.biases(params, layer)
        )
        if layer == 2:
            break
        h = activation(z)
        (slope,) = torch.autograd.grad(h.sum(), z, retain_graph=True)
        gates.append(slope.numpy().T)
    net = result.nets[name]
    assert net.gates == pytest.approx(np.concatenate(gates), abs=1e-12)
    assert net.y == pytest.approx(z.detach().numpy()[:, 0], abs=1e-12)


def test_a_pattern_is_one_linear_network():
    net = model.compute(updates=300).nets["relu"]
    bends = np.abs(np.diff(net.y, 2))
    same = net.patterns[2:] == net.patterns[:-2]  # three inputs of one pattern
    assert bends[same].max() < 1e-9
    assert bends[~same].max() > 1e-3
    patterns = {tuple(column) for column in (net.gates > 0).T}
    assert net.subnetworks == len(patterns)


def test_at_initialization_all_gates_turn_at_zero():
    result = model.compute(updates=0)
    net = result.nets["relu"]
    assert net.subnetworks == 2
    turn = int(np.flatnonzero(np.diff(net.patterns))[0])
    assert result.x[turn] <= 0 <= result.x[turn + 1]


def test_a_large_rate_shuts_units_for_ever():
    assert model.compute(rate=0.1, updates=600).nets["relu"].dead >= 10
    assert model.compute(rate=0.1, updates=600).nets["softplus"].dead == 0


def test_the_kept_states_are_those_of_one_run():
    spec = model.spec_of("abs", "softplus", (4,), 0.02)
    training = Rewindable(spec, model.EVERY)
    training.at(60)
    later = training.at(120)
    *_, expected = engine("numpy").run(spec, until=120)
    assert later.params == pytest.approx(expected.params, rel=1e-3, abs=1e-4)


def test_a_task_without_a_single_input_is_refused():
    with pytest.raises(LabError, match="multi-gauss"):
        model.compute(task="multi-gauss")


def test_work_trains_the_seeds_and_makes_room(monkeypatch):
    monkeypatch.setattr(model, "SEEDS", 2)
    monkeypatch.setattr(model, "LENGTH", 40)
    monkeypatch.setattr(model, "TRIED", ("wave", "abs"))
    knobs = {"width": 3, "depth": 1, "updates": 20}
    turns = iter([False, True, False, False, True] * 1000)
    steps = list(model.work(lambda: next(turns), **knobs))
    assert None in steps
    last = steps[-1]
    assert last.done == last.total
    *_, plain = steps_of(Job("plain", lambda ask: model.work(ask, **knobs)))
    for name in model.ACTIVATIONS:
        losses = last.result.seeds.losses[name]
        assert losses == pytest.approx(plain.result.seeds.losses[name], rel=1e-3)
        spec = model.spec_of("wave", name, (3,), 0.01, 2)
        *_, state = engine("numpy").run(spec)
        problem = problem_of(spec)
        params = torch.tensor(state.params.astype(float))
        assert losses.shape == (2, 3)
        assert losses[:, -1] == pytest.approx(
            [float(held_out(problem, row, name)) for row in params], rel=1e-3
        )
        assert set(last.result.seeds.finals) == {"wave", "abs"}


def held_out(problem, params, name):
    """Return the loss on the held-out points, by PyTorch."""
    layout = problem.layout
    h = torch.tensor(problem.validation_x.astype(float))
    activation = torch.relu if name == "relu" else torch.nn.functional.softplus
    flat = params.numpy()
    h = activation(
        h @ torch.tensor(layout.weights(flat, 0)) + torch.tensor(layout.biases(flat, 0))
    )
    out = h @ torch.tensor(layout.weights(flat, 1)) + torch.tensor(layout.biases(flat, 1))
    wanted = torch.tensor(problem.validation_y.astype(float))
    return 0.5 * torch.nn.functional.mse_loss(out, wanted)


def judged(relu, softplus):
    """Return the row for medians of ReLU and of softplus, a pair for each task."""
    scatter = np.linspace(0.9, 1.1, model.SEEDS)
    finals = {
        task: {"relu": a * scatter, "softplus": b * scatter}
        for task, a, b in zip(model.TRIED, relu, softplus, strict=True)
    }
    result = model.compute()
    seeds = model.SeedStatistics(finals=finals)
    return model.claims(model.replace(result, seeds=seeds))[0]


def test_the_verdict_follows_the_seeds():
    assert judged([1] * 6, [2] * 6).verdict == "holds"
    assert judged([1, 2, 2, 2, 2, 2], [2, 1, 1, 1, 1, 1]).verdict == (
        "holds only if the task is wave"
    )
    assert judged([2] * 6, [1] * 6).verdict == "does not reproduce"
    assert judged([1] * 6, [1.001] * 6).measured == "ahead on 0 of 6 tasks, behind on 0"
    assert model.claims(model.compute())[0].verdict == "being computed"
    assert "trained so far" in model.claims(model.compute())[0].why


def test_the_copied_program_finds_the_same_subnetworks():
    shown = printed_by(model.numpy_code(width=6, updates=200))
    printed = [line for line in shown.splitlines() if "active" in line]
    nets = model.compute(width=6, updates=200).nets
    for line, name in zip(printed, model.ACTIVATIONS, strict=True):
        words = line.replace(",", "").split()
        assert float(words[1]) == pytest.approx(100 * nets[name].is_active.mean(), abs=0.2)
        assert int(words[-1]) == pytest.approx(nets[name].subnetworks, abs=1)
