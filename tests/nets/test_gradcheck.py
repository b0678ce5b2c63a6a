"""The gradient check passes for what is right, and fails for what is wrong."""

import dataclasses
import json

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit, read_spec
from layerlab.nets import gradcheck, problem
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import numpy_
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.gradcheck import GradCheck, check_gradients
from layerlab.nets.losses import LOSSES
from layerlab.nets.maths import NUMPY

CIRCLE = TaskSpec(name="circle", samples=12)


def spec_of(activation: str = "gelu", loss: str = "logistic", **net: object) -> LabSpec:
    fields = {"hidden": (5, 5), "init": "torch-default"} | net
    return LabSpec(
        task=CIRCLE, net=NetSpec(activation=activation, **fields), train=TrainSpec(loss=loss)
    )


def assert_all_compared(found: GradCheck, arrays: int) -> None:
    assert [a.verdict for a in found.arrays] == ["compared"] * arrays
    assert found.max_relative_error < 1e-5
    assert (found.skipped, found.unresolved) == (0, 0)


@pytest.mark.parametrize("loss", LOSSES.keys())
@pytest.mark.parametrize("activation", ACTIVATIONS.keys())
def test_every_activation_and_loss(activation: str, loss: str) -> None:
    found = check_gradients(spec_of(activation, loss))
    assert_all_compared(found, 6)
    assert found.max_relative_error < 1e-8
    assert found.points >= 10


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize(
    "net",
    [
        {"residual": True},
        {"layer_norm": True},
        {"dropout": 0.3},
        {"residual": True, "layer_norm": True, "dropout": 0.3},
        {"hidden": (3, 7, 2)},
    ],
    ids=str,
)
def test_every_feature(activation: str, net: dict[str, object]) -> None:
    found = check_gradients(spec_of(activation, **net), seeds=2)
    assert_all_compared(found, 4 * (len(spec_of(**net).net.hidden) + 1))


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_penalties(optimizer: str) -> None:
    spec = edit(edit(spec_of(), "train.l1", 0.3), "train.l2", 0.7)
    assert_all_compared(check_gradients(edit(spec, "train.optimizer", optimizer)), 6)


def test_one_neuron() -> None:
    assert_all_compared(check_gradients(spec_of("tanh", hidden=(1,))), 4)


def test_linear_model() -> None:
    found = check_gradients(spec_of(hidden=()))
    assert_all_compared(found, 2)
    assert [a.name for a in found.arrays] == ["W1", "b1"]
    assert [a.entries for a in found.arrays] == [2, 1]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_eight_layers(activation: str) -> None:
    found = check_gradients(spec_of(activation, hidden=(4,) * 8, init="he-normal"))
    assert found.max_relative_error < 1e-5
    assert sum(a.verdict == "compared" for a in found.arrays) >= 16


def test_where_training_has_led() -> None:
    spec = spec_of("softplus")
    *_, state = NumpyEngine().run(spec, until=100)
    assert_all_compared(check_gradients(spec, state), 6)


def test_faded_gradients_are_skipped() -> None:
    found = check_gradients(spec_of("tanh", init="small-normal", hidden=(5,) * 6))
    assert found.skipped == sum(a.verdict == "skipped" for a in found.arrays) > 0
    for a in found.arrays:
        if a.verdict == "skipped":
            assert max(a.analytic_norm, a.numeric_norm) < 1e-8
            assert a.relative_error is None
    assert found.max_relative_error < 1e-5


def test_large_networks_by_a_sample() -> None:
    spec = LabSpec(
        task=CIRCLE, net=NetSpec(hidden=(300,), activation="tanh"), train=TrainSpec(seeds=1)
    )
    found = check_gradients(spec, entries=10)
    assert [(a.entries, a.compared) for a in found.arrays] == [
        (600, 10),
        (300, 10),
        (300, 10),
        (1, 1),
    ]
    assert found == check_gradients(spec, entries=10)


def test_float64_alone_is_enough_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradcheck, "EXTENDED_WORK", 0)  # as where there is nothing longer
    found = check_gradients(spec_of())
    assert found.precision == "float64"
    assert_all_compared(found, 6)


# ---- kinks


def test_points_on_a_kink_are_left_out() -> None:
    spec = read_spec(resource("specs/diagonal-flip.json"))  # its first image is all black
    found = check_gradients(spec)
    assert (found.left_out, found.points) == (1, 15)
    assert_all_compared(found, 4)


def test_pushes_across_a_kink_are_excluded() -> None:
    # Between kinks the output is linear in each parameter and this loss a parabola, whose
    # centred differences are exact however far the push. Across a kink they are not.
    spec = LabSpec(net=NetSpec(hidden=(5, 5)))
    found = check_gradients(spec, eps=0.1)
    assert found.excluded == sum(a.excluded for a in found.arrays) > 5
    assert sum(a.compared for a in found.arrays) > 5
    assert found.max_relative_error < 1e-12


def test_all_on_a_kink() -> None:
    found = check_gradients(LabSpec(net=NetSpec(hidden=(5, 5), init="zeros")))
    assert found.left_out == 0  # else nothing would be left
    assert {a.name: a.verdict for a in found.arrays} == {
        "W1": "excluded",
        "b1": "excluded",
        "W2": "skipped",
        "b2": "excluded",
        "W3": "skipped",
        "b3": "compared",
    }


def test_weights_on_the_kink_of_l1() -> None:
    spec = edit(spec_of("identity", init="zeros"), "train.l1", 0.1)
    found = check_gradients(spec)
    assert [a.verdict for a in found.arrays[::2]] == ["excluded"] * 3


# ---- what is wrong is found


def wrong(monkeypatch: pytest.MonkeyPatch, name: str, **changes: object) -> None:
    """Register a broken copy of an activation in its place."""
    entry = dataclasses.replace(ACTIVATIONS[name], **changes)
    monkeypatch.setitem(ACTIVATIONS._entries, name, entry)
    problem._PROBLEMS.forget()


@pytest.mark.parametrize("share", [1e-4, 0.1])
def test_finds_a_wrong_slope(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    right = ACTIVATIONS["tanh"].derivative
    wrong(monkeypatch, "tanh", derivative=lambda m, z, a: right(m, z, a) + share)
    found = check_gradients(spec_of("tanh"))
    assert found.max_relative_error > 0.1 * share
    monkeypatch.undo()
    problem._PROBLEMS.forget()
    assert check_gradients(spec_of("tanh")).max_relative_error < 1e-8


@pytest.mark.parametrize("name", ["residual", "layer_norm", "dropout"])
def test_finds_a_part_that_is_left_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    spec = spec_of("tanh", **{name: 0.4 if name == "dropout" else True})
    right = numpy_.backward

    def blind(problem, params, cache, d_out):  # type: ignore[no-untyped-def]
        plain = edit(problem.spec, f"net.{name}", 0.0 if name == "dropout" else False)
        nothing = [None] * len(cache.mask)
        if name == "layer_norm":
            cache = dataclasses.replace(cache, std=nothing)
        if name == "dropout":
            cache = dataclasses.replace(cache, mask=nothing)
        return right(dataclasses.replace(problem, spec=plain), params, cache, d_out)

    monkeypatch.setattr(gradcheck, "backward", blind)
    assert check_gradients(spec).max_relative_error > 1e-3


def test_finds_a_forgotten_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradcheck, "add_penalties", lambda problem, params, gradient: None)
    assert check_gradients(edit(spec_of(), "train.l2", 0.1)).max_relative_error > 1e-3


# ---- what cannot be judged is said


def test_a_loss_too_large_for_its_digits() -> None:
    net = NetSpec(hidden=(8,) * 40, activation="relu", init="large-normal")
    found = check_gradients(LabSpec(net=net, train=TrainSpec(loss="mse")))
    assert found.unresolved > 0
    assert found.max_relative_error < 1e-5


def test_no_gradient_of_a_loss_that_is_not_finite() -> None:
    net = NetSpec(hidden=(512, 512), activation="identity", init="large-normal")
    spec = LabSpec(net=net, train=TrainSpec(seeds=1))
    found = problem_state(spec, 1e200)
    with pytest.raises(LabError, match="loss of seed 0 is not finite"):
        check_gradients(spec, found)


def problem_state(spec: LabSpec, scale: float):  # type: ignore[no-untyped-def]
    state = next(NumpyEngine().run(spec, until=0))
    return dataclasses.replace(state, params=state.params.astype(np.float64) * scale)


def test_the_result_is_plain_json() -> None:
    fields = dataclasses.asdict(check_gradients(spec_of()))
    assert json.loads(json.dumps(fields))["skipped"] == 0


def test_the_error_function_in_extended_precision() -> None:
    z = np.array([-8, -2.5, -0.3, 0, 1e-9, 0.5, 1, 3, 6.5], np.longdouble)
    from scipy.special import erf

    np.testing.assert_allclose(NUMPY.erf(z).astype(float), erf(z.astype(float)), rtol=4e-16)
    if np.finfo(np.longdouble).eps < 1e-18:  # erf(0.5), Abramowitz & Stegun, table 7.1
        assert abs(NUMPY.erf(z)[5] - np.longdouble("0.52049987781304653768")) < 1e-16
