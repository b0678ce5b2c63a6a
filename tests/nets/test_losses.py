"""Losses against torch's own, gradients against autograd and differences."""

import numpy as np
import pytest

from layerlab.nets.losses import LOSSES, sigmoid, softmax
from layerlab.nets.maths import NUMPY

torch = pytest.importorskip("torch")  # the oracle
TORCH = pytest.importorskip("layerlab.nets.engines.torch_").TORCH
F = torch.nn.functional

SEEDS, BATCH, OUTPUTS = 3, 5, 4
RNG = np.random.default_rng(0)
OUT = 2 * RNG.standard_normal((SEEDS, BATCH, OUTPUTS))
NUMBERS = RNG.standard_normal((BATCH, OUTPUTS))
ONE_HOT = np.eye(OUTPUTS)[RNG.integers(OUTPUTS, size=BATCH)]
SHARES = RNG.uniform(0, 1, (BATCH, OUTPUTS))
TARGETS = {"half-mse": NUMBERS, "mse": NUMBERS, "cross-entropy": ONE_HOT, "logistic": SHARES}
THEIRS = {
    "half-mse": lambda o, t: 0.5 * F.mse_loss(o, t),
    "mse": F.mse_loss,
    "cross-entropy": F.cross_entropy,
    "logistic": F.binary_cross_entropy_with_logits,
}
NAMES = LOSSES.keys()


def test_the_names_of_files() -> None:
    assert set(NAMES) == set(THEIRS)


@pytest.mark.parametrize("name", NAMES)
def test_values_are_torchs(name: str) -> None:
    target = torch.tensor(TARGETS[name])
    theirs = [float(THEIRS[name](torch.tensor(out), target)) for out in OUT]
    ours = LOSSES[name].value(NUMPY, OUT, TARGETS[name])
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    by_torch = LOSSES[name].value(TORCH, torch.tensor(OUT), target)
    np.testing.assert_allclose(by_torch, theirs, rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_autograds(name: str) -> None:
    leaf = torch.tensor(OUT, requires_grad=True)
    LOSSES[name].value(TORCH, leaf, torch.tensor(TARGETS[name])).sum().backward()
    ours = LOSSES[name].gradient(OUT, TARGETS[name])
    assert ours.shape == OUT.shape
    np.testing.assert_allclose(ours, leaf.grad, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_differences(name: str) -> None:
    loss, target, eps = LOSSES[name], TARGETS[name], 1e-6
    gradient = loss.gradient(OUT, target)
    for place in [(0, 0, 0), (1, 2, 3), (2, 4, 1)]:
        up, down = OUT.copy(), OUT.copy()
        up[place] += eps
        down[place] -= eps
        change = loss.value(NUMPY, up, target) - loss.value(NUMPY, down, target)
        assert change[place[0]] / (2 * eps) == pytest.approx(gradient[place], abs=1e-9)
        assert np.count_nonzero(change) == 1  # the other seeds feel nothing


@pytest.mark.parametrize("name", NAMES)
def test_targets_of_every_seed_of_its_own(name: str) -> None:
    targets = np.stack([np.roll(TARGETS[name], k, axis=0) for k in range(SEEDS)])
    together = LOSSES[name].value(NUMPY, OUT, targets)
    alone = [LOSSES[name].value(NUMPY, OUT[k], targets[k]) for k in range(SEEDS)]
    np.testing.assert_allclose(together, alone, rtol=1e-15)
    together = LOSSES[name].gradient(OUT, targets)
    for k in range(SEEDS):
        np.testing.assert_allclose(together[k], LOSSES[name].gradient(OUT[k], targets[k]))


@pytest.mark.parametrize("name", NAMES)
def test_a_wide_output_overflows_nowhere(name: str) -> None:
    out = np.array([[[1000.0, -1000.0, 0.0, 50.0]]])
    target = np.eye(4)[[1]]
    with np.errstate(over="raise", invalid="raise"):
        value = LOSSES[name].value(NUMPY, out, target)
        gradient = LOSSES[name].gradient(out, target)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    if name == "cross-entropy":
        assert value.item() == pytest.approx(2000)


def test_worked_by_hand() -> None:
    out, target = np.array([[[1.0, 3.0]]]), np.array([[0.0, 1.0]])
    assert LOSSES["mse"].value(NUMPY, out, target).item() == 2.5  # (1 + 4) / 2
    assert LOSSES["half-mse"].value(NUMPY, out, target).item() == 1.25
    np.testing.assert_array_equal(LOSSES["half-mse"].gradient(out, target), [[[0.5, 1.0]]])
    assert LOSSES["cross-entropy"].value(NUMPY, out, target).item() == pytest.approx(
        np.log(1 + np.exp(-2))
    )
    expected = (np.log(1 + np.exp(1)) + np.log(1 + np.exp(-3))) / 2
    assert LOSSES["logistic"].value(NUMPY, out, target).item() == pytest.approx(expected)


def test_probabilities() -> None:
    np.testing.assert_allclose(softmax(OUT), torch.softmax(torch.tensor(OUT), -1), rtol=1e-13)
    np.testing.assert_allclose(sigmoid(OUT), torch.sigmoid(torch.tensor(OUT)), rtol=1e-12)
    assert list(sigmoid(np.array([-1e4, 0, 1e4]))) == [0, 0.5, 1]
