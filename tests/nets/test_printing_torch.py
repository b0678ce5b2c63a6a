"""What is printed for PyTorch, run, against the lab's own formulas and engine."""

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit
from layerlab.nets import printing_torch
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import engine
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.printing_torch import network_code
from layerlab.nets.problem import problem_of
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle


@pytest.fixture
def run():
    """Run a printed program here; return its names. What it sets of torch is put back."""
    threads = torch.get_num_threads()

    def run_program(spec, updates):
        problem = problem_of(spec)
        data = f"x, y = np.array({problem.x.tolist()!r}), np.array({problem.y.tolist()!r})\n"
        names = {}
        names["printed"] = printed_by(network_code(spec, data, updates), names)
        return names

    yield run_program
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(threads)


def spec_of(knobs=(), task="wave"):
    spec = LabSpec(
        task=TaskSpec(name=task, samples=24, validation=0.0),
        net=NetSpec(hidden=(5, 3), activation="tanh"),
        train=TrainSpec(
            batch="full", order="file", updates=5, seeds=1, seed=7, dtype="float64"
        ),
    )
    for path, value in knobs:
        spec = edit(spec, path, value)
    return spec


def same_as_the_lab(names, spec, updates):
    """Compare a program's parameters with those of the engine in NumPy."""
    *_, state = engine("numpy").run(spec, until=updates)
    layout = problem_of(spec).layout
    layers = [layer for layer in names["net"] if isinstance(layer, torch.nn.Linear)]
    assert len(layers) == layout.layers
    for k, layer in enumerate(layers):
        ours = layout.weights(state.params[0], k), layout.biases(state.params[0], k)
        assert pytest.approx(ours[0], rel=1e-9, abs=1e-12) == layer.weight.detach().numpy().T
        assert layer.bias.detach().numpy() == pytest.approx(ours[1], rel=1e-9, abs=1e-12)


def test_everything_registered_can_be_printed():
    for printed, registry in (
        (printing_torch.ACTIVATIONS, ACTIVATIONS),
        (printing_torch.INITIALIZERS, INITIALIZERS),
        (printing_torch.LOSSES, LOSSES),
        (printing_torch.OPTIMIZERS, OPTIMIZERS),
    ):
        assert set(printed) == set(registry.keys())


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
def test_modules_are_the_lab_s_activations(key, run):
    names = run(spec_of([("net.activation", key), ("net.slope", 0.2)]), 0)
    z = np.linspace(-40, 40, 1001)
    with torch.no_grad():
        found = names["net"][1](torch.tensor(z)).numpy()
    assert found == pytest.approx(ACTIVATIONS[key](z, 0.2), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("key", INITIALIZERS.keys())
def test_first_weights_are_those_of_the_lab_s_seed(key, run):
    spec = spec_of([("net.init", key), ("net.bias_std", 0.3)])
    same_as_the_lab(run(spec, 0), spec, 0)


@pytest.mark.parametrize("key", [k for k, v in printing_torch.INITIALIZERS.items() if v[2]])
def test_what_pytorch_has_in_place_of_it_draws_from_the_same_law(key):
    torch.manual_seed(0)
    layer = torch.nn.Linear(400, 300)
    own = printing_torch.INITIALIZERS[key][2]
    if own != "nn.Linear":
        exec(own, {"nn": torch.nn, "layer": layer})
    expected = INITIALIZERS[key].weight_variance(400, 300, NetSpec())
    assert layer.weight.var().item() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("key", OPTIMIZERS.keys())
def test_optimizers_make_the_lab_s_steps(key, run):
    spec = spec_of([("train.optimizer", key), ("train.rate", 0.02)])
    same_as_the_lab(run(spec, 5), spec, 5)


@pytest.mark.parametrize("key", LOSSES.keys())
def test_losses_have_the_lab_s_gradients(key, run):
    task = "moons" if key in ("cross-entropy", "logistic") else "wave"
    spec = spec_of([("train.loss", key)], task)
    same_as_the_lab(run(spec, 5), spec, 5)


def test_it_says_its_shapes(run):
    names = run(spec_of(), 1)
    net, printed = names["net"], names["printed"]
    code = network_code(spec_of(), "", 1)
    for name, parameter in net.named_parameters():
        assert f"{name} {tuple(parameter.shape)}" in code
    assert "0.weight (5, 1)" in printed
    assert "4.bias (1,)" in printed
    assert "32 parameters" in printed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("net.residual", True),
        ("net.layer_norm", True),
        ("net.dropout", 0.5),
        ("train.l1", 0.1),
        ("train.l2", 0.1),
        ("train.batch", 8),
    ],
)
def test_what_it_cannot_print_is_refused(path, value):
    with pytest.raises(LabError, match=path):
        network_code(edit(spec_of(), path, value), "", 1)
