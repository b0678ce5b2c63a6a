"""The numpy engine against a training done neuron by neuron, in plain Python floats."""

import dataclasses
import itertools
import math
import subprocess
import sys

import numpy as np
import pytest

from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit
from layerlab.nets.engines.base import Batches, penalty
from layerlab.nets.engines.finite import ensure_finite
from layerlab.nets.engines.numpy_ import Trainer, backward, forward, training_loss
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.problem import initialize, problem_of

ENGINE = NumpyEngine()


def spec_of(net: dict[str, object], **train: object) -> LabSpec:
    fields = {"dtype": "float64", "seeds": 2, "batch": 3, "order": "file", "optimizer": "sgd"}
    return LabSpec(
        task=TaskSpec(name="circle", samples=8),
        net=NetSpec(**{"hidden": (3, 3), "activation": "tanh", "init": "torch-default"} | net),
        train=TrainSpec(**fields | {"updates": 7, "rate": 0.5} | train),
    )


def by_neuron(spec: LabSpec, seed: int, updates: int) -> tuple[list, list, list]:
    """Train one network of tanh with SGD and half MSE, one number at a time.

    Returns its weights [layer][source][unit], its biases and the loss of each batch.
    """
    problem = problem_of(spec)
    start = initialize(problem).params[seed]
    sizes = problem.layout.sizes
    w = [problem.layout.weights(start, k).tolist() for k in range(len(sizes) - 1)]
    b = [problem.layout.biases(start, k).tolist() for k in range(len(sizes) - 1)]
    losses = []
    for update in range(updates):
        at = problem.batch_rows(update)
        xs, ys = problem.x[at].tolist(), problem.y[at].tolist()
        dw = [[[0.0 for _ in row] for row in layer] for layer in w]
        db = [[0.0 for _ in layer] for layer in b]
        losses.append(0.0)
        for x, y in zip(xs, ys, strict=True):
            h = [x]
            for k, layer in enumerate(w):
                z = [
                    b[k][j] + sum(h[k][i] * layer[i][j] for i in range(len(h[k])))
                    for j in range(len(b[k]))
                ]
                is_last = k == len(w) - 1
                h.append(z if is_last else [math.tanh(v) for v in z])
                if spec.net.residual and not is_last and len(z) == len(h[k]):
                    h[-1] = [old + new for old, new in zip(h[k], h[-1], strict=True)]
            cells = len(xs) * len(y)
            losses[-1] += sum((o - t) ** 2 / 2 / cells for o, t in zip(h[-1], y, strict=True))
            dh = [(o - t) / cells for o, t in zip(h[-1], y, strict=True)]
            for k in reversed(range(len(w))):
                z = [
                    b[k][j] + sum(h[k][i] * w[k][i][j] for i in range(len(h[k])))
                    for j in range(len(b[k]))
                ]
                is_last = k == len(w) - 1
                dz = [
                    d if is_last else d * (1 - math.tanh(v) ** 2)
                    for d, v in zip(dh, z, strict=True)
                ]
                below = [
                    sum(w[k][i][j] * dz[j] for j in range(len(dz))) for i in range(len(h[k]))
                ]
                if spec.net.residual and not is_last and len(dh) == len(below):
                    below = [low + high for low, high in zip(below, dh, strict=True)]
                for i, j in itertools.product(range(len(h[k])), range(len(dz))):
                    dw[k][i][j] += h[k][i] * dz[j]
                for j in range(len(dz)):
                    db[k][j] += dz[j]
                dh = below
        for k in range(len(w)):
            for j in range(len(b[k])):
                b[k][j] -= spec.train.rate * db[k][j]
                for i in range(len(w[k])):
                    w[k][i][j] -= spec.train.rate * dw[k][i][j]
    return w, b, losses


@pytest.mark.parametrize("hidden", [(), (4,), (3, 3), (2, 5, 5)], ids=str)
@pytest.mark.parametrize("residual", [False, True])
def test_trains_as_one_does_by_hand(hidden: tuple[int, ...], residual: bool) -> None:
    spec = spec_of({"hidden": hidden, "residual": residual})
    problem = problem_of(spec)
    *_, last = ENGINE.run(spec)
    for seed in range(2):
        w, b, _ = by_neuron(spec, seed, 7)  # three batches an epoch: 3, 3 and 2 points
        for k in range(len(w)):
            weights = problem.layout.weights(last.params, k)[seed]
            np.testing.assert_allclose(weights, w[k], rtol=1e-12, atol=1e-15)
            biases = problem.layout.biases(last.params, k)[seed]
            np.testing.assert_allclose(biases, b[k], rtol=1e-12, atol=1e-15)


def test_running_report_is_the_mean_over_the_epoch() -> None:
    spec = spec_of({}, report="running")
    states = list(ENGINE.run(spec, interval_s=0.0))
    losses = np.array([by_neuron(spec, seed, 7)[2] for seed in range(2)])  # (seeds, updates)
    assert np.isnan(states[2].first_loss).all()
    np.testing.assert_allclose(states[2].running_loss(), losses[:, :2].mean(1))
    for state in states[3:]:
        np.testing.assert_allclose(state.first_loss, losses[:, :3].mean(1))
    np.testing.assert_allclose(states[5].epoch_loss, losses[:, :3].mean(1))
    np.testing.assert_allclose(states[6].epoch_loss, losses[:, 3:6].mean(1))
    np.testing.assert_allclose(states[7].epoch_sum, losses[:, 6])
    assert [state.epoch_count for state in states] == [0, 1, 2, 3, 1, 2, 3, 1]


def test_report_after_is_of_the_whole_training_set() -> None:
    spec = spec_of({}, batch="full")
    first, *_ = ENGINE.run(spec)
    losses = [by_neuron(spec, seed, 1)[2][0] for seed in range(2)]
    np.testing.assert_allclose(first.first_loss, losses, rtol=1e-13)
    np.testing.assert_allclose(training_loss(problem_of(spec), first.params), losses)


def test_layer_norm() -> None:
    spec = spec_of({"layer_norm": True, "hidden": (6,)})
    problem = problem_of(spec)
    params = initialize(problem).params
    done = forward(problem, params, problem.x)
    variance = done.z[0].var(-1)
    np.testing.assert_allclose(done.n[0].mean(-1), 0, atol=1e-15)
    np.testing.assert_allclose(done.n[0].var(-1), variance / (variance + 1e-5), rtol=1e-12)
    # What it ignores has no gradient: all of a layer's weights and biases together larger.
    d_out = problem.loss.gradient(done.h[-1], problem.y)
    found = backward(problem, params, done, d_out).params
    along = sum(
        (part(params, 0) * part(found, 0)).reshape(2, -1).sum(1)
        for part in (problem.layout.weights, problem.layout.biases)
    )
    assert np.abs(along).max() < 1e-4 * np.linalg.norm(found, axis=1).max()


def test_dropout_scales_what_is_left_and_ends_with_training() -> None:
    spec = spec_of({"dropout": 0.4, "hidden": (50,)})
    problem = problem_of(spec)
    params = initialize(problem).params
    dropped, whole = forward(problem, params, problem.x, 0), forward(problem, params, problem.x)
    ratio = dropped.h[1] / whole.h[1]
    assert set(np.round(ratio.ravel(), 12)) == {0.0, round(1 / 0.6, 12)}
    assert (ratio[0] != ratio[1]).any()  # each seed its own
    assert (forward(problem, params, problem.x, 1).h[1] != dropped.h[1]).any()  # each update
    np.testing.assert_array_equal(forward(problem, params, problem.x, 0).h[1], dropped.h[1])


def test_penalty_is_of_weights_alone() -> None:
    spec = spec_of({"hidden": (2,)}, l1=0.5, l2=3.0)
    problem = problem_of(spec)
    params = np.arange(1.0, 10.0)[None]  # W1 1..4, b1 5 6, W2 7 8, b2 9
    weights = [1, 2, 3, 4, 7, 8]
    expected = 0.5 * sum(weights) + 1.5 * sum(v * v for v in weights)
    assert penalty(problem, params).tolist() == [expected]
    decoupled = problem_of(edit(spec, "train.optimizer", "adamw"))
    assert penalty(decoupled, params).tolist() == [0.5 * sum(weights)]
    assert penalty(problem_of(spec_of({"hidden": (2,)})), params).tolist() == [0]


# ---- the protocol


def test_a_finished_run_has_nothing_to_add() -> None:
    spec = spec_of({})
    *_, last = ENGINE.run(spec)
    assert last.update == problem_of(spec).length == 7
    assert list(ENGINE.run(spec, last)) == []
    assert [state.update for state in ENGINE.run(edit(spec, "train.updates", 9), last)] == [9]


def test_epochs_count_passes_over_the_data() -> None:
    spec = edit(spec_of({}), "train.epochs", 4)
    assert [state.update for state in ENGINE.run(spec)][-1] == 12


def test_no_updates_at_all() -> None:
    states = list(ENGINE.run(edit(spec_of({}), "train.updates", 0)))
    assert [state.update for state in states] == [0]


def test_states_are_copies() -> None:
    states = list(ENGINE.run(spec_of({}), interval_s=0.0))
    kept = states[1].params.copy()
    list(ENGINE.run(spec_of({}), states[1]))
    np.testing.assert_array_equal(states[1].params, kept)
    assert len({id(state.params) for state in states}) == len(states)


def test_an_edited_weight_is_trained_on() -> None:
    spec = spec_of({}, optimizer="momentum")
    *_, state = ENGINE.run(spec, until=3)
    edited = state.with_parameter(1, 4, 2.5)
    *_, plain = ENGINE.run(spec, state, until=4)
    *_, other = ENGINE.run(spec, edited, until=4)
    np.testing.assert_array_equal(other.params[0], plain.params[0])
    assert abs(other.params[1, 4] - 2.5) < 0.5
    assert not np.array_equal(other.params[1], plain.params[1])


def test_an_edited_weight_at_initialization_changes_the_first_loss() -> None:
    spec = spec_of({})
    start = next(ENGINE.run(spec))
    *_, other = ENGINE.run(spec, start.with_parameter(0, 0, 3.0), until=1)
    assert other.first_loss[0] != start.first_loss[0]
    assert other.first_loss[1] == start.first_loss[1]


def test_seeds_of_very_different_luck_stay_apart() -> None:
    spec = spec_of({}, seeds=3, optimizer="adam")
    start = next(ENGINE.run(spec))
    *_, plain = ENGINE.run(spec, start)
    wild = start.params.copy()
    wild[1] *= 1e6
    trainer = Trainer(problem_of(spec), start)
    trainer.params[:] = wild
    for _ in range(7):
        trainer.step()
    np.testing.assert_array_equal(trainer.params[[0, 2]], plain.params[[0, 2]])


# ---- broken numbers


def test_says_where_the_numbers_broke() -> None:
    spec = spec_of({"activation": "identity"}, rate=10.0, updates=400)
    with pytest.raises(NotFiniteError, match=r"began in layer [123] of seed [12]") as caught:
        list(ENGINE.run(spec))
    # Walked one update at a time, it is the first that breaks.
    problem, trainer = problem_of(spec), Trainer(problem_of(spec), initialize(problem_of(spec)))
    with np.errstate(all="ignore"):
        while np.isfinite(training_loss(problem, trainer.params)).all():
            trainer.step()
    assert caught.value.update == trainer.update


def test_names_layer_and_seed_of_a_weight_that_broke() -> None:
    problem = problem_of(spec_of({}, seeds=3))
    bad = initialize(problem).with_parameter(2, problem.layout.weight_index(1, 0, 0), np.inf)
    with pytest.raises(NotFiniteError, match="layer 2 of seed 3") as caught:
        ensure_finite(problem, bad, bad)
    assert caught.value.layer == 2


def test_names_the_layer_that_the_dropout_of_the_update_made_overflow() -> None:
    """What is kept is doubled, to infinity; without dropout all layers would be finite."""
    problem = problem_of(spec_of({"activation": "identity", "dropout": 0.5}, updates=1))
    layout, start = problem.layout, initialize(problem)
    params = start.params.copy()
    layout.biases(params, 0)[:] = 1e308
    layout.weights(params, 1)[:] = 1e-308
    good = dataclasses.replace(start, params=params)
    assert np.isfinite(training_loss(problem, params)).all()
    trainer = Trainer(problem, good)
    trainer.step()
    with pytest.raises(
        NotFiniteError, match="after update 1: it began in layer 2 of"
    ) as caught:
        ensure_finite(problem, good, trainer.state())
    assert caught.value.layer == 2


def test_a_cancelled_run_never_ends_in_broken_numbers() -> None:
    spec = spec_of({"activation": "identity"}, rate=10.0, updates=10_000)
    asked = itertools.count()
    states = list(ENGINE.run(spec, marks=[2], is_cancelled=lambda: next(asked) == 50))
    assert [state.update for state in states] == [0, 2, 2]
    assert all(state.is_finite() for state in states)


def test_a_spec_that_cannot_be_trained_is_refused_first() -> None:
    with pytest.raises(LabError, match="cross-entropy, which needs classes"):
        next(ENGINE.run(LabSpec(train=TrainSpec(loss="cross-entropy"))))


def test_batches_are_in_the_specs_precision() -> None:
    x, y = Batches(problem_of(LabSpec())).at(0)
    assert x.dtype == y.dtype == np.float32
    assert x.shape == (16, 32, 1)
    *_, last = ENGINE.run(LabSpec(), until=2)
    assert last.params.dtype == last.moments.dtype == np.float32


def test_needs_no_window_no_torch_and_no_scipy() -> None:
    code = (
        "import sys; from layerlab.core.spec import LabSpec; "
        "from layerlab.nets.engines import engine; "
        "list(engine('numpy').run(LabSpec(), until=3)); "
        "print(sorted({'torch', 'PySide6', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert found.stdout.strip() == b"[]"
