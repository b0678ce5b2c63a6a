"""The compiled engine against the one to read: the same trainings, to rounding."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.core.errors import NotFiniteError, NotReadyError
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit, read_spec
from layerlab.core.state import State
from layerlab.nets import engines
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import compiled_, ready
from layerlab.nets.engines.compiled import block as block_module
from layerlab.nets.engines.compiled import pool
from layerlab.nets.engines.compiled import trainer as trainer_module
from layerlab.nets.engines.compiled.trainer import CompiledTrainer
from layerlab.nets.engines.compiled_ import CompiledEngine
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import initialize, problem_of
from tests.helpers.agreement import (
    ADAPTIVE,
    ROUNDINGS,
    UPDATES,
    amplification,
    distance,
    lab,
    plain,
    varied,
)

NUMPY, COMPILED = NumpyEngine(), CompiledEngine()
ROWS = varied()


def end(engine: NumpyEngine | CompiledEngine, spec: LabSpec, *args: State, **kw: int) -> State:
    *_, last = engine.run(spec, *args, **kw)
    return last


def both(spec: LabSpec) -> tuple[State, State]:
    start = initialize(problem_of(spec))
    return end(NUMPY, spec, start, until=UPDATES), end(COMPILED, spec, start, until=UPDATES)


def tolerance(spec: LabSpec) -> float:
    return 1e-7 if spec.train.optimizer in ADAPTIVE else 1e-9


def assert_agree(spec: LabSpec) -> None:
    by_numpy, compiled = both(spec)
    apart = distance(by_numpy, compiled)
    if apart > tolerance(spec):  # numpy, started one last digit apart, fares no better
        assert apart <= ROUNDINGS * amplification(spec)
        return
    assert compiled.update == by_numpy.update
    assert compiled.epoch_count == by_numpy.epoch_count
    for name in ("first_loss", "epoch_sum", "epoch_loss"):
        ours, theirs = getattr(compiled, name), getattr(by_numpy, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-12, err_msg=name)


def assert_identical(a: State, b: State) -> None:
    assert (a.update, a.epoch_count) == (b.update, b.epoch_count)
    for name in ("params", "moments", "first_loss", "epoch_sum", "epoch_loss"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


# ---- the same trainings


@pytest.mark.parametrize("activation", ACTIVATIONS.keys())
def test_agrees_for_every_optimizer_and_loss(activation: str) -> None:
    for optimizer, loss in itertools.product(OPTIMIZERS.keys(), LOSSES.keys()):
        spec = plain(activation, optimizer, loss)
        assert distance(*both(spec)) <= tolerance(spec), (optimizer, loss)


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_agrees_with_everything_switched_on(row: int) -> None:
    assert_agree(lab(ROWS[row]))


@st.composite
def labs(draw: st.DrawFn) -> LabSpec:
    task = draw(st.sampled_from(["wave", "circle", "iris", "diagonal-flip"]))
    classes = task in ("circle", "iris")
    losses = LOSSES.keys() if classes else ["mse", "half-mse"]
    hidden = draw(st.lists(st.sampled_from([1, 2, 3, 5, 8, 8, 16, 17, 33, 64]), max_size=5))
    optimizer = draw(st.sampled_from(OPTIMIZERS.keys()))
    small = st.sampled_from([0.0, 1e-4, 1e-2])
    return LabSpec(
        task=TaskSpec(name=task, samples=draw(st.integers(2, 40))),
        net=NetSpec(
            hidden=tuple(hidden),
            activation=draw(st.sampled_from(ACTIVATIONS.keys())),
            slope=draw(st.sampled_from([0.01, 0.3])),
            init=draw(st.sampled_from(["xavier-normal", "lecun-normal", "torch-default"])),
            residual=draw(st.booleans()),
            layer_norm=draw(st.booleans()),
            dropout=draw(st.sampled_from([0.0, 0.0, 0.3])),
        ),
        train=TrainSpec(
            optimizer=optimizer,
            rate=draw(st.sampled_from([1e-3, 1e-2])),
            updates=UPDATES,
            batch=draw(st.one_of(st.just("full"), st.integers(1, 40))),
            order=draw(st.sampled_from(["file", "shuffle"])),
            loss=draw(st.sampled_from(losses)),
            l1=draw(small),
            l2=draw(small),
            seeds=draw(st.integers(1, 4)),
            seed=draw(st.integers(0, 1000)),
            report=draw(st.sampled_from(["after", "running"])),
            dtype="float64",
        ),
    )


@settings(max_examples=60)
@given(labs())
def test_agrees_for_any_lab(spec: LabSpec) -> None:
    assert_agree(spec)


def test_every_initializer_starts_alike() -> None:
    for entry in INITIALIZERS:
        spec = edit(plain("tanh", "sgd", "mse"), "net.init", entry.key)
        assert distance(*both(edit(spec, "train.rate", 1e-3))) <= 1e-9, entry.key


@pytest.mark.parametrize("hidden", [(256,), (130, 65), (300, 20)], ids=str)
def test_agrees_for_wide_layers_in_several_blocks(hidden: tuple[int, ...]) -> None:
    spec = edit(plain("tanh", "adam", "half-mse"), "net.hidden", hidden)
    spec = edit(edit(spec, "task.samples", 70), "train.batch", 33)
    *_, ours = COMPILED.run(spec, until=10)
    assert distance(ours, end(NUMPY, spec, until=10)) < 1e-9


@pytest.mark.float32
@pytest.mark.parametrize("activation", ACTIVATIONS.keys())
def test_float32_is_as_close_to_the_truth_as_numpys(activation: str) -> None:
    for optimizer, loss in [("sgd", "mse"), ("adam", "logistic"), ("adamw", "cross-entropy")]:
        spec = plain(activation, optimizer, loss)
        exact = end(NUMPY, spec, until=UPDATES)
        single = edit(spec, "train.dtype", "float32")
        theirs, ours = (end(engine, single, until=UPDATES) for engine in (NUMPY, COMPILED))
        assert ours.params.dtype == ours.moments.dtype == np.float32
        assert distance(ours, exact) <= 10 * distance(theirs, exact), (optimizer, loss)


def test_listing_to_four_digits() -> None:
    printed = {"small-normal": (0.2302, 0.0984), "he-normal": (0.5485, 0.0244)}
    for init, losses in printed.items():
        spec = edit(read_spec(resource("specs/diagonal-flip.json")), "net.init", init)
        last = end(COMPILED, spec)
        found = round(float(last.first_loss[0]), 4), round(float(last.running_loss()[0]), 4)
        assert found == losses


# ---- the protocol

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
LONG = LabSpec(net=NetSpec(hidden=(64, 64)), train=TrainSpec(updates=100_000, seeds=3))


@pytest.mark.parametrize("optimizer", OPTIMIZERS.keys())
def test_goes_on_bit_for_bit(optimizer: str) -> None:
    spec = edit(ALL_ON, "train.optimizer", optimizer)
    through = end(COMPILED, spec)
    half = end(COMPILED, spec, until=70)  # 70 of 3 an epoch: in the middle of one
    assert (half.update, half.epoch_count) == (70, 1)
    assert_identical(end(COMPILED, spec, half), through)


def test_looking_on_changes_nothing() -> None:
    states = list(COMPILED.run(ALL_ON, marks=[0, 3, 3, 50, 51, 999], interval_s=0.0, until=60))
    assert [state.update for state in states] == list(range(61))
    assert_identical(states[-1], end(COMPILED, ALL_ON, until=60))
    states = list(COMPILED.run(ALL_ON, marks=[3, 50, 51, 999], until=60))
    assert [state.update for state in states] == [0, 3, 50, 51, 60]


def test_engines_hand_over_to_each_other() -> None:
    half = end(NUMPY, ALL_ON, until=70)
    assert distance(end(COMPILED, ALL_ON, half), end(NUMPY, ALL_ON)) < 1e-7


@pytest.mark.float32
def test_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = edit(LabSpec(), "train.seeds", 7)
    alone = end(COMPILED, spec, until=300)
    monkeypatch.setattr(pool, "cores", lambda: 3)  # seven seeds in shares of 2, 2 and 3
    assert_identical(end(COMPILED, spec, until=300), alone)


def test_what_is_kept_at_once_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = range(0, 121, 7)
    expected = list(COMPILED.run(ALL_ON, marks=marks, until=120))
    monkeypatch.setattr(compiled_, "KEPT_BYTES", 1)  # one mark in a block
    for a, b in zip(COMPILED.run(ALL_ON, marks=marks, until=120), expected, strict=True):
        assert_identical(a, b)


def test_marks_within_a_block_are_where_a_run_would_have_stopped() -> None:
    marks = [5, 6, 50, 71]
    found = {state.update: state for state in COMPILED.run(ALL_ON, marks=marks, until=90)}
    assert sorted(found) == [0, *marks, 90]
    for mark in marks:
        assert_identical(found[mark], end(COMPILED, ALL_ON, until=mark))


@pytest.mark.float32
def test_no_mark_is_missed_however_far_the_kernel_gets_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = block_module.Block.reached

    def slowly(block: block_module.Block) -> int:
        found = reached(block)
        time.sleep(0.002)  # the kernel passes some more marks
        return found

    monkeypatch.setattr(block_module.Block, "reached", slowly)
    marks = list(range(0, 3001, 25))
    states = list(COMPILED.run(edit(LabSpec(), "train.updates", 3000), marks=marks))
    assert [state.update for state in states] == marks


def test_a_hurried_run_yields_marks_alone_until_its_time_is_over() -> None:
    options = {"interval_s": 0.0, "marks": [3, 9], "until": 20}
    states = list(COMPILED.run(ALL_ON, warmup_s=60.0, **options))
    assert [state.update for state in states] == [0, 3, 9, 20]
    assert_identical(states[-1], end(COMPILED, ALL_ON, until=20))


@pytest.mark.float32
def test_threads_may_become_fewer_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_.warm_up().result()
    shared, share = [], CompiledTrainer.share

    def noted(trainer: CompiledTrainer, threads: int) -> None:
        shared.append(threads)
        share(trainer, threads)

    monkeypatch.setattr(CompiledTrainer, "share", noted)
    monkeypatch.setattr(pool, "cores", lambda: 3)
    monkeypatch.setattr(pool, "workers", lambda: 2)
    spec = LONG
    states = COMPILED.run(spec, interval_s=0.005, warmup_s=0.02)
    for state in states:
        if shared[-1] == 2 and state.update > 500:
            break
    states.close()
    assert shared == [1, 3, 2]
    assert_identical(state, end(COMPILED, spec, until=state.update))


def test_it_looks_at_networks_as_numpy_does() -> None:
    rng = np.random.default_rng(0)
    for row in ROWS[:12]:
        spec = lab(row)  # float64, everything on in turn
        problem = problem_of(spec)
        params = rng.normal(size=(5, problem.layout.parameters))
        x = rng.normal(size=(300, problem.layout.sizes[0]))
        found = COMPILED.outputs(problem, params, x)
        np.testing.assert_allclose(
            found, NUMPY.outputs(problem, params, x), rtol=1e-9, atol=1e-9
        )


def test_two_runs_at_once() -> None:
    expected, found = end(COMPILED, ALL_ON), {}
    threads = [
        threading.Thread(target=lambda k=k: found.update({k: end(COMPILED, ALL_ON)}))
        for k in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(3):
        assert_identical(found[k], expected)


def test_seeds_do_not_touch_each_other() -> None:
    together = end(COMPILED, ALL_ON, until=30)
    alone = edit(edit(ALL_ON, "train.seeds", 1), "train.seed", ALL_ON.train.seed + 1)
    np.testing.assert_array_equal(end(COMPILED, alone, until=30).params[0], together.params[1])


def test_states_are_copies() -> None:
    first, *_, last = COMPILED.run(ALL_ON)
    assert_identical(first, end(COMPILED, ALL_ON, until=0))
    assert not np.shares_memory(first.params, last.params)


def test_cancelled_before_it_began() -> None:
    compiled_.warm_up(ALL_ON.train.dtype).result()
    states = list(COMPILED.run(ALL_ON, is_cancelled=lambda: True))
    assert [state.update for state in states] == [0, 0]
    assert_identical(*states)


@pytest.mark.float32
def test_cancelled_in_the_middle_of_a_block() -> None:
    problem = problem_of(LONG)
    trainer = CompiledTrainer(problem, initialize(problem))
    first, second = trainer.begin([4, 10]), trainer.begin([50, 90_000])  # seconds of work
    first.finish()
    assert second.wait()
    assert second.reached() == 1
    asked = itertools.count()
    assert not second.wait(1, lambda: next(asked) > 3)
    trainer.cancel()
    assert second.is_done
    found = [*trainer.states(first), *trainer.states(second, [0])]
    assert [state.update for state in found] == [4, 10, 50]
    for state in found:
        assert_identical(state, end(COMPILED, LONG, until=state.update))


@pytest.mark.float32
def test_cancelled_before_all_shares_were_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(LONG)
    trainer = CompiledTrainer(problem, initialize(problem))
    trainer.share(3)
    puts = itertools.count()
    put = pool.Lane.put

    def interrupted(lane: pool.Lane, call: Callable[[], None]) -> None:
        if next(puts) == 1:
            raise KeyboardInterrupt
        put(lane, call)

    monkeypatch.setattr(pool.Lane, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trainer.begin([90_000])
    trainer.cancel()  # and waits for nobody who never began


@pytest.mark.float32
def test_what_a_thread_raises_is_raised_by_whoever_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room for the block")

    monkeypatch.setattr(trainer_module, "train", broken)
    with pytest.raises(MemoryError, match="no room"):
        list(COMPILED.run(LabSpec(), until=5))


@pytest.mark.float32
def test_cancelled_from_another_thread_it_goes_on_where_it_was() -> None:
    cancelled = threading.Event()
    threading.Timer(0.05, cancelled.set).start()
    *_, last = COMPILED.run(LONG, is_cancelled=cancelled.is_set)
    assert last.update < 100_000
    until = last.update + 20
    assert_identical(end(COMPILED, LONG, last, until=until), end(COMPILED, LONG, until=until))


@pytest.mark.float32
def test_an_interval_yields_on_the_way() -> None:
    states = COMPILED.run(LONG, interval_s=0.01)
    updates = [next(states).update for _ in range(4)]
    states.close()
    assert updates == sorted(set(updates))
    assert updates[-1] < 100_000


@pytest.mark.float32
def test_broken_numbers_are_traced() -> None:
    spec = LabSpec(train=TrainSpec(optimizer="sgd", rate=10.0, seeds=4))
    with pytest.raises(
        NotFiniteError, match=r"not finite after update \d+: it began"
    ) as caught:
        list(COMPILED.run(spec))
    assert 1 <= caught.value.update < 100
    assert caught.value.layer in (1, 2, 3)


@pytest.mark.float32
def test_a_cancelled_run_yields_the_last_finite_state() -> None:
    spec = LabSpec(train=TrainSpec(optimizer="sgd", rate=10.0, seeds=4, updates=100_000))
    asked = itertools.count()  # it breaks at update 17, within the first millisecond
    *_, last = COMPILED.run(spec, is_cancelled=lambda: next(asked) > 0)
    assert last.is_finite()
    assert last.update == 0


# ---- the first run, and a machine without numba


def test_waiting_for_the_compiler_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import Future

    monkeypatch.setattr(ready, "warm_up", lambda dtype: Future())  # never done
    asked = itertools.count()
    states = list(COMPILED.run(LabSpec(), is_cancelled=lambda: next(asked) > 2))
    assert [state.update for state in states] == [0]


def test_what_the_compiler_says_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import Future

    broken: Future[None] = Future()
    broken.set_exception(RuntimeError("no space left"))
    for module in (ready, compiled_):
        monkeypatch.setattr(module, "warm_up", lambda dtype: broken)
    with pytest.raises(RuntimeError, match="no space left"):
        list(COMPILED.run(LabSpec()))


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerlab.core.libraries.is_installed", lambda name: name != "numba")
    engines.engine.cache_clear()
    message = "the engine compiled needs numba, which is not installed"
    assert engines.available()["compiled"].startswith(message)
    with pytest.raises(NotReadyError, match=message):
        engines.engine("compiled")
    with pytest.raises(NotReadyError, match=message):
        compiled_.warm_up()
    assert engines.engine("numpy").name == "numpy"


def test_it_is_found_by_its_name() -> None:
    assert engines.engine("compiled").name == "compiled"
    assert engines.available()["compiled"] == ""
