"""The child process: the same states, and no process that outlives its use."""

import io
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from layerlab.core import program
from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets import engines
from layerlab.nets.engines import remote, wire
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.engines.remote import RemoteEngine
from layerlab.nets.problem import initialize, problem_of
from tests.helpers.agreement import distance
from tests.helpers.waiting import wait_for

SPEC = LabSpec(
    task=TaskSpec(samples=20),
    net=NetSpec(hidden=(4, 4), activation="tanh", dropout=0.2),
    train=TrainSpec(dtype="float64", seeds=2, batch=8, updates=60, report="running"),
)
LONG = LabSpec(train=TrainSpec(updates=10_000_000))
ROOT = pathlib.Path(__file__).resolve().parents[2]

# A child that needs no torch: says it is ready, answers a run with one state, then acts.
FAKE = """
import os, sys
from layerlab.core.spec import from_json
from layerlab.nets.engines.wire import receive, send, state_parts
from layerlab.nets.problem import initialize, problem_of
out, inbox = os.fdopen(1, "wb"), os.fdopen(0, "rb")
send(out, "ready", devices=["cpu"])
while (job := receive(inbox)) is not None:
    if job[0].kind == "run":
        arrays, fields = state_parts(initialize(problem_of(from_json(job[0].fields["spec"]))))
        send(out, "state", arrays, **fields)
    elif job[0].kind == "next":
        {act}
    elif job[0].kind == "stop":
        send(out, "done")
"""


def fake(act: str) -> list[str]:
    return [sys.executable, "-c", FAKE.replace("{act}", act)]


class _Waiting:
    """A child that was taken by another thread after the first look."""

    pid = 7


def test_a_child_that_is_taken_while_one_asks_for_its_number_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: Iterator[_Waiting | None] = iter([_Waiting(), None])
    monkeypatch.setattr(RemoteEngine, "_idle", property(lambda _: next(looks)), raising=False)
    engine = object.__new__(RemoteEngine)
    assert engine.pid == 7


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if not sys.platform.startswith("linux"):
        return True
    try:  # a dead process whose parent died too may stay as a zombie in a container
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


needs_torch = pytest.mark.skipif(
    bool(remote.missing_torch()), reason=remote.missing_torch() or "nothing is missing"
)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PyTorch passes for installed: the child is a fake one, or never started."""
    monkeypatch.setattr(remote, "is_installed", lambda module: True)
    engines.engine.cache_clear()
    yield
    engines.engine.cache_clear()


@pytest.fixture(scope="module")
def engine() -> Iterator[RemoteEngine]:
    if missing := remote.missing_torch():
        pytest.skip(missing)
    found = RemoteEngine()
    yield found
    found.close()


def test_gives_the_states_of_the_numpy_engine(engine: RemoteEngine) -> None:
    here = list(NumpyEngine().run(SPEC, marks=[7, 8], until=50))
    there = list(engine.run(SPEC, marks=[7, 8], until=50))
    assert [state.update for state in there] == [0, 7, 8, 50]
    for a, b in zip(here, there, strict=True):
        assert distance(a, b) < 1e-9
        assert a.moments.shape == b.moments.shape
        assert a.epoch_count == b.epoch_count
        np.testing.assert_allclose(a.epoch_sum, b.epoch_sum, rtol=1e-9)
        np.testing.assert_allclose(a.first_loss, b.first_loss, rtol=1e-9)


def test_goes_on_from_a_state_in_the_same_warm_process(engine: RemoteEngine) -> None:
    *_, through = engine.run(SPEC)
    pid = engine.pid
    *_, half = engine.run(SPEC, until=31)
    *_, rest = engine.run(SPEC, half)
    assert engine.pid == pid
    np.testing.assert_array_equal(rest.params, through.params)
    np.testing.assert_array_equal(rest.moments, through.moments)
    np.testing.assert_array_equal(rest.epoch_loss, through.epoch_loss)


def test_cancel_is_heard_during_training(engine: RemoteEngine) -> None:
    event = threading.Event()
    states = engine.run(LONG, is_cancelled=event.is_set)
    assert next(states).update == 0
    threading.Timer(0.2, event.set).start()
    last = list(states)
    assert len(last) == 1
    assert 0 < last[0].update < LONG.train.updates


def test_trains_no_update_while_a_state_is_looked_at(engine: RemoteEngine) -> None:
    event = threading.Event()
    states = engine.run(LONG, interval_s=0.0, is_cancelled=event.is_set)
    for _ in range(4):
        shown = next(states)
    event.set()
    assert [state.update for state in states] == [shown.update]


def test_left_alone_it_is_free_again(engine: RemoteEngine) -> None:
    pid = engine.pid
    states = engine.run(LONG, interval_s=0.01)
    next(states)
    next(states)
    states.close()
    assert engine.pid == pid
    *_, last = engine.run(SPEC)
    assert last.update == 60
    assert engine.pid == pid


def test_errors_keep_their_kind(engine: RemoteEngine) -> None:
    broken = LabSpec(train=TrainSpec(optimizer="sgd", rate=10.0))
    with pytest.raises(NotFiniteError, match="not finite after update") as there:
        list(engine.run(broken))
    assert there.value.update >= 1
    assert there.value.layer in (1, 2, 3)
    with pytest.raises(LabError, match="'wav' is not known; did you mean 'wave'"):
        list(engine.run(LabSpec(task=TaskSpec(name="wav"))))
    *_, last = engine.run(SPEC)  # and the process has survived all that
    assert last.update == 60


@needs_torch
def test_device_that_is_not_there() -> None:
    other = RemoteEngine("mps" if sys.platform != "darwin" else "cuda")
    with pytest.raises(LabError, match="PyTorch finds no device"):
        list(other.run(SPEC))
    other.close()


def test_two_threads_at_once(engine: RemoteEngine) -> None:
    first = engine.run(SPEC, interval_s=0.0)
    next(first)
    *_, second = engine.run(SPEC)  # would wait for ever if both shared one process
    *_, last = first
    np.testing.assert_array_equal(last.params, second.params)


def test_paths_hold_in_another_folder(
    engine: RemoteEngine, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{i / 9},{i * i / 81}\n" for i in range(12)]
    (tmp_path / "points.csv").write_text("x,y\n" + "".join(rows))
    monkeypatch.chdir(tmp_path)  # the child stays where it was started
    spec = LabSpec(
        task=TaskSpec(name="csv", path="points.csv"), train=TrainSpec(seeds=1, updates=5)
    )
    *_, last = engine.run(spec)
    assert last.update == 5


# ---- ends

PARENT = """
import sys
from layerlab.core.spec import LabSpec, TrainSpec
from layerlab.nets.engines.remote import RemoteEngine
engine = RemoteEngine()
engine.warm_up()
print(engine.pid, flush=True)
states = engine.run(LabSpec(train=TrainSpec(updates=10_000_000)))
next(states)
print("training", flush=True)
next(states)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@needs_torch
def test_child_dies_with_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as lines:
        pid = int(lines.readline())
        assert lines.readline().strip() == b"training"
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_for(lambda: not is_running(pid))


def test_close_ends_the_child(installed: None) -> None:
    engine = RemoteEngine(command=fake("pass"))
    engine.warm_up()
    pid = engine.pid
    assert pid is not None
    assert is_running(pid)
    engine.close()
    assert not is_running(pid)
    assert engine.pid is None


def test_close_ends_a_child_at_work(installed: None) -> None:
    engine = RemoteEngine(command=fake("pass"))
    states = engine.run(SPEC)
    next(states)
    closing = threading.Timer(0.1, engine.close)
    closing.start()
    with pytest.raises(LabError, match="the torch process ended"):
        next(states)
    closing.join()


def test_crash_is_one_sentence_with_its_last_words(installed: None) -> None:
    act = "print('first', file=sys.stderr); sys.exit('out of memory\\n')"
    engine = RemoteEngine(command=fake(act))
    states = engine.run(SPEC)
    assert next(states).update == 0
    with pytest.raises(LabError) as caught:
        next(states)
    assert str(caught.value) == "the torch process ended (code 1): out of memory"
    assert next(engine.run(SPEC)).update == 0  # a new one serves the next run
    engine.close()


def test_cancelled_while_torch_is_loading(installed: None) -> None:
    engine = RemoteEngine(command=[sys.executable, "-c", "import sys; sys.stdin.read()"])
    (state,) = engine.run(SPEC, is_cancelled=lambda: True)
    assert state.update == 0
    np.testing.assert_array_equal(state.params, initialize(problem_of(SPEC)).params)
    assert list(engine.run(SPEC, state, is_cancelled=lambda: True)) == [state]
    engine.close()


def test_torch_that_does_not_load(installed: None) -> None:
    code = "import sys; sys.modules['torch'] = None; from layerlab.nets.engines import child"
    engine = RemoteEngine(command=[sys.executable, "-c", f"{code}; sys.exit(child.main())"])
    with pytest.raises(LabError, match="PyTorch does not load: import of torch halted"):
        list(engine.run(SPEC))
    engine.close()


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = f"install it with: {sys.executable} -m pip install torch"
    sentence = f"PyTorch is not installed; {remedy}"
    monkeypatch.setattr(remote, "is_installed", lambda module: False)
    assert engines.available()["torch"] == sentence
    assert engines.available()["numpy"] == ""
    with pytest.raises(LabError, match=re.escape(sentence)):
        list(RemoteEngine().run(SPEC))


# ---- the registry of engines


def test_engines_by_name(installed: None) -> None:
    assert engines.engine("numpy").name == "numpy"
    assert engines.engine("torch") is engines.engine("torch")
    assert engines.available() == {"numpy": "", "compiled": "", "torch": ""}
    with pytest.raises(
        LabError, match="engine 'tensorflow' is not known; known: numpy, compiled, torch"
    ):
        engines.engine("tensorflow")
    with pytest.raises(LabError, match="engine 'numpy:cuda' is not known"):
        engines.engine("numpy:cuda")
    with pytest.raises(LabError, match="device of engine torch 'tpu' is not known"):
        engines.engine("torch:tpu")


@needs_torch
def test_this_process_imports_no_torch() -> None:
    code = (
        "import sys; from layerlab.nets import engines; engines.available(); "
        "engines.engine('torch'); print(sorted({'torch', 'PySide6'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert found.stdout.strip() == b"[]"


def test_a_bundle_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    flag = program.ENGINE_CHILD
    assert program.own_command(flag)[1:] == ["-P", "-m", "layerlab", flag]
    assert program.own_environment()["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT / "app")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program.own_command(flag) == [sys.executable, flag]
    assert program.own_environment() == dict(os.environ)


# ---- messages


def test_messages_carry_states_exactly() -> None:
    state = initialize(problem_of(SPEC))
    arrays, fields = wire.state_parts(state)
    stream = io.BytesIO()
    wire.send(stream, "state", arrays, **fields)
    wire.send(stream, "next")
    size = stream.tell()
    stream.seek(0)
    message, read = wire.receive(stream) or pytest.fail("no message")
    back = wire.state_of(message, read)
    assert back.update == state.update
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(back, name), array)
        assert getattr(back, name).dtype == array.dtype
    assert (wire.receive(stream) or pytest.fail("no message"))[0].kind == "next"
    assert wire.receive(stream) is None
    for cut in (2, 20, size // 2):
        assert wire.receive(io.BytesIO(stream.getvalue()[:cut])) is None


# ---- questions


def test_torch_answers_what_it_does_itself(engine: RemoteEngine) -> None:
    drawn = engine.ask("linear-draws")
    np.testing.assert_allclose(drawn["n"] * drawn["weights"], 1 / 3, rtol=0.02)
    np.testing.assert_allclose(drawn["n"] * drawn["biases"], 1 / 3, rtol=0.1)
    np.testing.assert_allclose(
        engine.ask("kaiming-draws")["std"], [5 / 3 / 32, 1 / 32], rtol=0.01
    )
    assert engine.ask("adam-defaults")["rate"] == [1e-3]  # as PyTorch documents it
    *_, end = engine.run(SPEC)  # the same process goes on with trainings
    assert end.update == SPEC.train.updates


def test_a_question_that_is_unknown_or_cancelled_is_refused(engine: RemoteEngine) -> None:
    with pytest.raises(LabError, match="KeyError"):
        engine.ask("nonsense")
    with pytest.raises(LabError, match="cancelled"):
        engine.ask("flip-listing", lambda: True)
    assert len(engine.ask("flip-listing")["losses"]) == 5
