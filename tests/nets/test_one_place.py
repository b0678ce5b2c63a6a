"""A new activation, optimizer or loss is written in one place, and is everywhere."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = '''\
"""One of each kind, with all that its kind may ask for: helpers, choices, moments, sums."""

from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.expressions import helper
from layerlab.nets.losses import LOSSES, Loss
from layerlab.nets.optimizers import OPTIMIZERS, Optimizer


@helper
def _softsign(m, z):
    """Return z over 1 + |z|."""
    return z / (1 + abs(z))


ACTIVATIONS.add(
    Activation(
        "bent", "bent", "Softsign below zero, a logarithm above.",
        value=lambda m, z, a: m.where(z > 0, m.log(1 + m.relu(z)), _softsign(m, z)),
        derivative=lambda m, z, a: 1 / (1 + abs(z)) ** m.where(z > 0, 0 * z + 1, 0 * z + 2),
    )
)


def _bounded(m, p, g, moments, rate, t):
    """Step by a mean over its size; keeps three moments, the last of no use."""
    mean, square, count = moments
    mean = 0.9 * mean + 0.1 * g
    square = 0.99 * square + 0.01 * g * g
    p = p - rate * (1 - 0.5**t) * mean / (abs(mean) + m.sqrt(square) + 1e-3)
    return p, mean, square, count + t


OPTIMIZERS.add(
    Optimizer("bounded", "Bounded", "Steps that do not grow.", slots=3, formula=_bounded)
)


def _robust(m, out, target):
    error = out - target
    return m.log(1 + m.sum(error**2)) + 0.25 * m.sum(error**4)


def _robust_derivative(m, out, target):
    error = out - target
    return 2 * error / (1 + m.sum(error**2)) + error**3


LOSSES.add(
    Loss(
        "robust", "Robust", "Of each point.", name="robust loss", brief="robust",
        formula=_robust, derivative=_robust_derivative,
    )
)
LOSSES.add(
    Loss(
        "absolute", "Absolute", "Of each output.", name="absolute loss", brief="absolute",
        formula=lambda m, out, target: abs(out - target),
        derivative=lambda m, out, target: m.where(out > target, 0 * out + 1, 0 * out - 1),
    )
)
'''
LOOK = """\
import numpy as np

import additions  # before the kernels are made
from layerlab.compose.wiring import REGISTRIES
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, from_json, to_json
from layerlab.nets import printed
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.compiled_ import CompiledEngine
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.gradcheck import check_problem
from layerlab.nets.problem import initialize, problem_of

offered = REGISTRIES
assert "bent" in offered["activations"] and "bounded" in offered["optimizers"]
assert {"robust", "absolute"} <= set(offered["losses"].keys())
assert np.isfinite(ACTIVATIONS["bent"].preview()).all()


def spec(loss, optimizer="bounded", norm=False):
    return LabSpec(
        task=TaskSpec(name="spiral", samples=40),
        net=NetSpec(hidden=(5, 4), activation="bent", layer_norm=norm),
        train=TrainSpec(
            loss=loss, optimizer=optimizer, rate=0.01, updates=60, seeds=2, batch=7,
            dtype="float64", report="running", l2=1e-3,
        ),
    )


engines = [NumpyEngine(), CompiledEngine()]
try:
    from layerlab.nets.engines.torch_ import TorchEngine

    engines.append(TorchEngine())
except ImportError:
    pass
for one in (spec("robust"), spec("absolute", norm=True), spec("robust", "adam")):
    assert from_json(to_json(one)) == one
    problem = problem_of(one)
    assert check_problem(problem, initialize(problem).params).max_relative_error < 1e-5
    first, *others = [list(engine.run(one))[-1] for engine in engines]
    for other in others:
        np.testing.assert_allclose(other.params, first.params, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(other.moments, first.moments, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(other.epoch_loss, first.epoch_loss, rtol=1e-8)

z = np.linspace(-5, 5, 41)
names = {}
exec(printed.numpy_activations(ACTIVATIONS), names)
value, derivative = names["activation_and_derivative"]("bent")
np.testing.assert_allclose(value(z), ACTIVATIONS["bent"](z), atol=1e-14)
np.testing.assert_allclose(derivative(z), ACTIVATIONS["bent"].derivative_at(z), atol=1e-14)
if len(engines) == 3:
    import torch

    names = {}
    exec(printed.torch_activations(ACTIVATIONS), names)
    found = names["ACTIVATIONS"]["bent"](torch.tensor(z)).numpy()
    np.testing.assert_allclose(found, value(z), atol=1e-14)
from layerlab.experiments import EXPERIMENTS

signal = EXPERIMENTS["signal"].model()
assert '"bent": (' in signal.numpy_code(activation="bent")
page = signal.compute(activation="bent", depth=4)  # theory beside one wide network
found = page.found.square
assert len(found) > 0
np.testing.assert_allclose(found, page.theory.square[: len(found)], rtol=0.3)
print("everywhere, in", ", ".join(engine.name for engine in engines))
"""


def test_what_is_added_is_everywhere(tmp_path: pathlib.Path) -> None:
    """In a process of its own, so that it is nowhere afterwards, in no cache either."""
    (tmp_path / "additions.py").write_text(MODULE)
    (tmp_path / "look.py").write_text(LOOK)
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "app"), str(tmp_path)]),
        "LAYERLAB_HOME": str(tmp_path / "home"),
    }
    found = subprocess.run(
        [sys.executable, "-W", "error", str(tmp_path / "look.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.startswith("everywhere, in numpy, compiled")


@pytest.mark.parametrize("registry", [ACTIVATIONS, OPTIMIZERS, LOSSES])
def test_it_is_taken_out_again(registry) -> None:
    assert not {"bent", "bounded", "robust", "absolute"} & set(registry.keys())
