"""Steps by hand against `torch.optim`, on gradients that neither of them made."""

import numpy as np
import pytest

from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.nets import optimizers
from layerlab.nets.engines.numpy_ import backward, forward
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import initialize, problem_of

torch = pytest.importorskip("torch")  # the oracle

SHAPE, STEPS, RATE = (3, 7), 50, 0.03
# torch's own defaults, but for what an optimizer is named after
THEIRS = {
    "sgd": lambda p: torch.optim.SGD(p, RATE),
    "momentum": lambda p: torch.optim.SGD(p, RATE, momentum=0.9),
    "rmsprop": lambda p: torch.optim.RMSprop(p, RATE),
    "adam": lambda p: torch.optim.Adam(p, RATE),
    "adamw": lambda p: torch.optim.AdamW(p, RATE, weight_decay=0),
}


def gradients() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    size = 10.0 ** rng.uniform(-6, 2, SHAPE)  # small and large ones side by side
    some = [rng.standard_normal(SHAPE) * size for _ in range(STEPS)]
    for gradient in some:
        gradient[:, 0] = 0  # a dead unit's
    return some


def test_the_names_of_files() -> None:
    assert set(OPTIMIZERS.keys()) == set(THEIRS)


@pytest.mark.parametrize("name", OPTIMIZERS.keys())
def test_steps_are_torchs(name: str) -> None:
    ours = np.random.default_rng(2).standard_normal(SHAPE)
    moments = np.zeros((OPTIMIZERS[name].slots, *SHAPE))
    theirs = torch.tensor(ours, requires_grad=True)
    optimizer = THEIRS[name]([theirs])
    for t, gradient in enumerate(gradients(), 1):
        OPTIMIZERS[name].step(ours, gradient.copy(), moments, RATE, t)
        theirs.grad = torch.tensor(gradient)
        optimizer.step()
    np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS.keys())
def test_a_gradient_of_nothing_moves_nothing(name: str) -> None:
    params, moments = np.ones(SHAPE), np.zeros((OPTIMIZERS[name].slots, *SHAPE))
    OPTIMIZERS[name].step(params, np.zeros(SHAPE), moments, RATE, 1)
    np.testing.assert_array_equal(params, np.ones(SHAPE))


@pytest.mark.parametrize("name", OPTIMIZERS.keys())
def test_steps_happen_in_place_and_in_float32(name: str) -> None:
    params = np.ones(SHAPE, np.float32)
    moments = np.zeros((OPTIMIZERS[name].slots, *SHAPE), np.float32)
    gradient = np.full(SHAPE, 0.5, np.float32)
    OPTIMIZERS[name].step(params, gradient, moments, RATE, 1)
    assert (params < 1).all()
    assert params.dtype == moments.dtype == np.float32


def test_first_steps_by_hand() -> None:
    def first(name: str) -> float:
        params, moments = np.zeros((1, 1)), np.zeros((OPTIMIZERS[name].slots, 1, 1))
        OPTIMIZERS[name].step(params, np.full((1, 1), 4.0), moments, 0.1, 1)
        return float(params[0, 0])

    assert first("sgd") == first("momentum") == pytest.approx(-0.4)
    assert first("rmsprop") == pytest.approx(-0.1 / np.sqrt(0.01))  # 4 / sqrt(0.01 * 16)
    assert first("adam") == first("adamw") == pytest.approx(-0.1)  # rate, whatever the size


def test_constants_are_torchs_defaults() -> None:
    leaf = [torch.zeros(1, requires_grad=True)]
    for kind in (torch.optim.Adam, torch.optim.AdamW):
        defaults = kind(leaf).defaults
        assert defaults["betas"] == (optimizers.BETA1, optimizers.BETA2)
        assert defaults["eps"] == optimizers.ADAM_EPS
    defaults = torch.optim.RMSprop(leaf).defaults
    assert (defaults["alpha"], defaults["eps"]) == (optimizers.RMS_DECAY, optimizers.RMS_EPS)


# ---- L2: in the loss, but beside it in AdamW


def one_update(spec: LabSpec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return parameters before, after, and which are weights."""
    problem = problem_of(spec)
    start = initialize(problem)
    *_, after = NumpyEngine().run(spec, start, until=1)
    return start.params, after.params, problem.layout.is_weight()


def spec_of(optimizer: str, **train: object) -> LabSpec:
    fields = {"dtype": "float64", "order": "file", "seeds": 2, "rate": 0.1} | train
    net = NetSpec(hidden=(4,), activation="tanh", init="torch-default")
    return LabSpec(net=net, train=TrainSpec(optimizer=optimizer, **fields))


def test_decay_of_adamw_is_decoupled() -> None:
    before, plain, is_weight = one_update(spec_of("adamw"))
    _, decayed, _ = one_update(spec_of("adamw", l2=0.5))
    expected = plain - 0.1 * 0.5 * before * is_weight  # rate * l2 * w, biases left alone
    np.testing.assert_allclose(decayed, expected, rtol=1e-13)


def test_l2_of_the_others_is_in_the_gradient() -> None:
    before, plain, is_weight = one_update(spec_of("sgd"))
    _, decayed, _ = one_update(spec_of("sgd", l2=0.5))
    np.testing.assert_allclose(decayed, plain - 0.1 * 0.5 * before * is_weight, rtol=1e-13)
    _, adam, _ = one_update(spec_of("adam", l2=0.5))
    problem = problem_of(spec_of("adam"))
    done = forward(problem, before, problem.x[:32])
    d_out = problem.loss.gradient(done.h[-1], problem.y[:32])
    gradient = backward(problem, before, done, d_out).params + 0.5 * before * is_weight
    step = 0.1 * gradient / (np.abs(gradient) + 1e-8)  # Adam's first step
    np.testing.assert_allclose(adam, before - step, rtol=1e-10)


def test_l1_pulls_every_weight_with_the_same_force() -> None:
    before, plain, is_weight = one_update(spec_of("sgd"))
    _, pulled, _ = one_update(edit(spec_of("sgd"), "train.l1", 0.25))
    expected = plain - 0.1 * 0.25 * np.sign(before) * is_weight
    np.testing.assert_allclose(pulled, expected, rtol=1e-12, atol=1e-15)
