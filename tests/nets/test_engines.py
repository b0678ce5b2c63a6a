"""Backpropagation by hand against PyTorch's autograd, from the same state and batches."""

import dataclasses
import itertools

import numpy as np
import pytest

from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit, read_spec
from layerlab.core.state import State
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import initialize, problem_of
from tests.helpers.agreement import (
    ROUNDINGS,
    UPDATES,
    amplification,
    distance,
    every_pair,
    lab,
    name_of,
    pairs_of,
    plain,
    tolerance,
    varied,
)

torch_ = pytest.importorskip("layerlab.nets.engines.torch_")  # the oracle
TorchEngine = torch_.TorchEngine
ENGINES = [NumpyEngine(), TorchEngine()]
ROWS = {name_of(chosen): chosen for chosen in varied()}


def end(engine: NumpyEngine | TorchEngine, spec: LabSpec, *args: State, **kwargs: int) -> State:
    *_, last = engine.run(spec, *args, **kwargs)
    return last


def both(spec: LabSpec) -> list[State]:
    start = initialize(problem_of(spec))
    return [end(engine, spec, start, until=UPDATES) for engine in ENGINES]


def assert_same_reports(by_hand: State, by_torch: State, rtol: float) -> None:
    for name in ("first_loss", "epoch_sum", "epoch_loss"):
        np.testing.assert_allclose(
            getattr(by_hand, name), getattr(by_torch, name), rtol=rtol, atol=0, err_msg=name
        )
    assert by_hand.epoch_count == by_torch.epoch_count


@pytest.mark.parametrize("activation", ACTIVATIONS.keys())
def test_agrees_for_every_optimizer_and_loss(activation: str) -> None:
    for optimizer, loss in itertools.product(OPTIMIZERS.keys(), LOSSES.keys()):
        spec = plain(activation, optimizer, loss)
        by_hand, by_torch = both(spec)
        assert distance(by_hand, by_torch) <= tolerance(spec), (optimizer, loss)


def test_the_design_holds_every_pair() -> None:
    assert set().union(*map(pairs_of, ROWS.values())) == every_pair()
    assert len(ROWS) == len(varied())


@pytest.mark.parametrize("row", ROWS)
def test_agrees_with_everything_switched_on(row: str) -> None:
    spec = lab(ROWS[row])
    by_hand, by_torch = both(spec)
    apart = distance(by_hand, by_torch)
    if apart <= tolerance(spec):
        assert_same_reports(by_hand, by_torch, 1e-5)
    else:  # then numpy, started one unit in the last place apart, must fare no better
        assert apart <= ROUNDINGS * amplification(spec)
        assert row in CHAOTIC, (
            "no row of CHAOTIC: has an engine changed? Where an activation, optimizer or loss "
            f"is new, the rows are others: CHAOTIC is then to list {row!r}"
        )


# Layer norm divides by the std of a layer's pre-activations: where that is small, 200 updates
# carry the last digit to the first.
CHAOTIC = [
    "sine rmsprop logistic residual=True layer_norm=True l2=0.01 report=running batch=full",
]


def test_where_they_part_numpy_parts_from_itself() -> None:
    for row in CHAOTIC:
        assert row in ROWS, f"{row!r} is in CHAOTIC, but is no row any more"
        assert amplification(lab(ROWS[row])) > 1e-3, f"{row!r} does not belong in CHAOTIC"
    assert amplification(plain("tanh", "sgd", "mse")) < 1e-13


def test_moments_agree_too() -> None:
    for optimizer in (entry.key for entry in OPTIMIZERS):
        by_hand, by_torch = both(plain("silu", optimizer, "logistic"))
        assert by_hand.moments.shape == by_torch.moments.shape
        np.testing.assert_allclose(by_hand.moments, by_torch.moments, rtol=1e-6, atol=1e-14)


def test_agrees_in_float32_to_its_rounding() -> None:
    by_hand, by_torch = both(LabSpec())
    assert by_torch.params.dtype == np.float32
    assert distance(*(end(e, LabSpec(), until=20) for e in ENGINES)) < 1e-4
    assert np.isfinite(by_hand.params).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.key)
def test_without_a_counterpart_torch_steps_by_our_formula(optimizer, monkeypatch) -> None:
    assert optimizer.torch is None or len(optimizer.torch.moments) == optimizer.slots
    own = dataclasses.replace(optimizer, torch=None)
    monkeypatch.setitem(OPTIMIZERS._entries, optimizer.key, own)
    spec = edit(plain("silu", optimizer.key, "logistic"), "train.l2", 0.01)
    spec = edit(spec, "train.seed", 31)  # of no problem that is kept
    by_hand, by_torch = both(spec)
    np.testing.assert_allclose(by_torch.params, by_hand.params, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(by_torch.moments, by_hand.moments, rtol=1e-6, atol=1e-14)


# ---- the published listing: claims D7 to D10

LISTING = {
    "small-normal": (0.2302, 0.0984),
    "large-normal": (1.3312, 0.0658),
    "xavier-normal": (0.3532, 0.0305),
    "he-normal": (0.5485, 0.0244),
}


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
@pytest.mark.parametrize("init", LISTING)
def test_listing_to_four_digits(engine: NumpyEngine | TorchEngine, init: str) -> None:
    spec = edit(read_spec(resource("specs/diagonal-flip.json")), "net.init", init)
    last = end(engine, spec)
    assert last.update == 1600
    printed = round(float(last.first_loss[0]), 4), round(float(last.running_loss()[0]), 4)
    assert printed == LISTING[init]


# ---- a state is all there is

ALL_ON = lab(
    {
        "activation": "gelu",
        "optimizer": "adamw",
        "loss": "logistic",
        "residual": True,
        "layer_norm": True,
        "dropout": 0.25,
        "l1": 1e-3,
        "l2": 1e-2,
        "report": "running",
        "order": "shuffle",
        "batch": 4,
        "init": "he-normal",
    }
)


def assert_identical(a: State, b: State) -> None:
    assert (a.update, a.epoch_count) == (b.update, b.epoch_count)
    for name in ("params", "moments", "first_loss", "epoch_sum", "epoch_loss"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.keys())
@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_goes_on_bit_for_bit(engine: NumpyEngine | TorchEngine, optimizer: str) -> None:
    spec = edit(ALL_ON, "train.optimizer", optimizer)
    through = end(engine, spec)
    half = end(engine, spec, until=70)  # 70 of 3 an epoch: in the middle of one
    assert half.update == 70
    assert half.epoch_count == 1
    assert_identical(end(engine, spec, half), through)


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_looking_on_changes_nothing(engine: NumpyEngine | TorchEngine) -> None:
    states = list(engine.run(ALL_ON, marks=[0, 3, 3, 50, 51, 999], interval_s=0.0, until=60))
    assert [state.update for state in states] == list(range(61))
    assert_identical(states[-1], end(engine, ALL_ON, until=60))


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_marks_alone_where_no_interval_is_given(engine: NumpyEngine | TorchEngine) -> None:
    states = list(engine.run(ALL_ON, marks=[3, 50, 51, 999], until=60))
    assert [state.update for state in states] == [0, 3, 50, 51, 60]


def test_engines_hand_over_to_each_other() -> None:
    half = end(ENGINES[0], ALL_ON, until=70)
    other = end(ENGINES[1], ALL_ON, half)
    assert distance(other, end(ENGINES[0], ALL_ON)) < 1e-7


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_a_live_rate_acts_from_here_on(engine: NumpyEngine | TorchEngine) -> None:
    spec = plain("tanh", "sgd", "half-mse")
    half = end(engine, spec, until=70)
    faster = end(engine, edit(spec, "train.rate", 0.1), half, until=71)
    slower = end(engine, spec, half, until=71)
    moved = faster.params - half.params, slower.params - half.params
    np.testing.assert_allclose(moved[0], 2 * moved[1], rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_cancelled_before_the_next_update(engine: NumpyEngine | TorchEngine) -> None:
    asked = itertools.count()
    states = list(engine.run(ALL_ON, is_cancelled=lambda: next(asked) == 7))
    assert [state.update for state in states] == [0, 7]
    assert_identical(end(engine, ALL_ON, states[-1]), end(engine, ALL_ON))


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_seeds_do_not_touch_each_other(engine: NumpyEngine | TorchEngine) -> None:
    together = end(engine, ALL_ON, until=30)
    alone = edit(edit(ALL_ON, "train.seeds", 1), "train.seed", ALL_ON.train.seed + 1)
    np.testing.assert_allclose(
        end(engine, alone, until=30).params[0], together.params[1], rtol=1e-9
    )


@pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "torch"])
def test_broken_numbers_are_traced(engine: NumpyEngine | TorchEngine) -> None:
    spec = LabSpec(train=TrainSpec(optimizer="sgd", rate=10.0, seeds=4))
    with pytest.raises(
        NotFiniteError, match=r"not finite after update \d+: it began"
    ) as caught:
        list(engine.run(spec))
    assert 1 <= caught.value.update < 100
    assert caught.value.layer in (1, 2, 3)
    # The update before was fine, this one is not: the sentence names the first.
    good = end(NumpyEngine(), spec, until=caught.value.update - 1)
    assert good.is_finite()
    with pytest.raises(NotFiniteError):
        end(NumpyEngine(), spec, until=caught.value.update)


def test_torch_refuses_devices_that_are_not_there() -> None:
    missing = next(name for name in ("mps", "cuda") if name not in torch_.devices())
    with pytest.raises(LabError, match=f"finds no device '{missing}'"):
        next(TorchEngine(missing).run(LabSpec()))


def test_mps_has_no_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_, "devices", lambda: ["cpu", "mps"])
    spec = LabSpec(train=TrainSpec(dtype="float64"))
    with pytest.raises(LabError, match="float64, which Apple's mps device does not have"):
        next(TorchEngine("mps").run(spec))


@pytest.mark.parametrize("device", [name for name in torch_.devices() if name != "cpu"])
def test_other_devices_agree(device: str) -> None:
    spec = LabSpec(
        task=TaskSpec(name="circle"),
        net=NetSpec(activation="tanh", dropout=0.2),
        train=TrainSpec(loss="logistic", updates=50),
    )
    assert distance(end(TorchEngine(device), spec), end(NumpyEngine(), spec)) < 1e-3


def test_one_thread_unless_layers_are_large() -> None:
    assert torch_._threads(problem_of(LabSpec())) == 1
    wide = LabSpec(net=NetSpec(hidden=(256, 256)), train=TrainSpec(seeds=16))
    assert torch_._threads(problem_of(wide)) == torch_._ALL_THREADS
