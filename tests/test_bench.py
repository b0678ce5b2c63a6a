"""`layerlab bench`: the cases, the work that is measured, and what it refuses."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import msgspec
import numpy as np
import pytest

from layerlab import cli
from layerlab.core.errors import LabError
from layerlab.core.resources import resource
from layerlab.nets import peers, speed
from layerlab.nets.engines.compiled import target
from layerlab.nets.problem import initialize

TINY = {"name": "tiny", "shape": [2, 4, 1], "batch": 4, "samples": 9}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "SLICE_S", 0.001)
    monkeypatch.setattr(speed, "UPDATES", 4)


def written(folder: pathlib.Path, cases: Any) -> str:
    path = folder / "cases.json"
    path.write_text(cases if isinstance(cases, str) else json.dumps(cases))
    return str(path)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    assert cli.main(["bench", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err.removeprefix("layerlab: ").strip()


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert cli.main(["bench", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# ---- what is measured


def test_the_shipped_cases() -> None:
    cases = speed.read_cases(resource("specs/bench-cases.json"))
    assert [case.name for case in cases] == [
        "tiny",
        "small",
        "deep",
        "small-full",
        "medium",
        "wide",
        "digits",
        "mnist-sized",
    ]
    assert cases[2].shape == (2, 8, 8, 8, 8, 8, 8, 1)
    assert (cases[-1].batch, cases[-1].samples, cases[-1].batches) == (64, 1024, 16)


def by_hand(case: speed.Case, params: np.ndarray, updates: int) -> np.ndarray:
    """Train a case of one hidden layer in float64, every formula written out."""
    (x, y), (d, width, outputs) = speed.data_of(case), case.shape
    w, b, v, c = np.split(params.astype("f8"), np.cumsum([d * width, width, width * outputs]))
    w, v = w.reshape(d, width), v.reshape(width, outputs)
    for update in range(updates):
        rows = slice(
            update % case.batches * case.batch, (update % case.batches + 1) * case.batch
        )
        h = np.tanh(x[rows] @ w + b)
        error = 2 * (h @ v + c - y[rows]) / y[rows].size
        back = error @ v.T * (1 - h * h)
        v, c = v - 0.003 * h.T @ error, c - 0.003 * error.sum(0)
        w, b = w - 0.003 * x[rows].T @ back, b - 0.003 * back.sum(0)
    return np.concatenate([w.ravel(), b, v.ravel(), c])


@pytest.mark.parametrize("engine", speed.ENGINES)
def test_the_work_is_the_one_described(engine: str) -> None:
    case = msgspec.convert(TINY | {"shape": [3, 5, 2]}, speed.Case)
    problem = speed.problem_of_case(case, 2)
    start = initialize(problem).params
    train = speed.ENGINES[engine](problem)
    train(3), train(50)
    owner = getattr(train, "__self__", None)
    if owner is None:  # numpy's trainer is in the closure
        owner = next(cell.cell_contents for cell in train.__closure__ or ())
    params = owner.state().params
    for seed in range(2):
        moved = np.abs(by_hand(case, start[seed], 53) - start[seed]).max()
        np.testing.assert_allclose(params[seed], by_hand(case, start[seed], 53), atol=1e-6)
        assert moved > 1e-3


def test_only_whole_batches(capsys: pytest.CaptureFixture[str]) -> None:
    case = msgspec.convert(TINY, speed.Case)
    x, y = speed.data_of(case)
    assert (x.shape, y.shape) == ((8, 2), (8, 1))
    assert speed.problem_of_case(case, 1).updates_per_epoch == case.batches == 2


def test_calls_are_whole_epochs_and_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "UPDATES", 500)
    tiny, *_, mnist = speed.read_cases(resource("specs/bench-cases.json"))
    assert [speed.updates_per_call(case, 1) for case in (tiny, mnist)] == [500, 48]
    assert [speed.updates_per_call(case, 16) for case in (tiny, mnist)] == [500, 16]


def test_rates_add_up_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def train(updates: int) -> None:
        clock[0] += updates / 100  # a hundred updates a second, of each seed

    monkeypatch.setattr(speed, "CLOCK", lambda: clock[0])
    assert speed.rate_of(train, 2, 3) == pytest.approx(300)


# ---- the command


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_lines(engine: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = written(tmp_path, [TINY, TINY | {"name": "linear", "shape": [2, 1]}])
    found = lines_of(capsys, "--json", "--cases", cases, "--engine", engine, "--seeds", "3")
    assert [(line["engine"], line["case"], line["seeds"]) for line in found] == [
        (engine, "tiny", 3),
        (engine, "linear", 3),
    ]
    assert all(line.keys() == {"engine", "case", "seeds", "updates_per_s"} for line in found)
    assert all(line["updates_per_s"] > 0 for line in found)


def test_peers_and_ratios(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "installed", lambda seeds: ["sklearn", "torch"])
    rates = {"sklearn": 10.0, "torch": 40.0}
    monkeypatch.setattr(peers.Peer, "__enter__", lambda peer: peer)
    monkeypatch.setattr(peers.Peer, "__exit__", lambda peer, *error: None)
    monkeypatch.setattr(peers.Peer, "rate", lambda peer, case: rates[peer.name])
    monkeypatch.setattr(speed, "rate_of", lambda *args: 160.0)
    cases = written(tmp_path, [TINY, TINY | {"name": "other"}])
    found = lines_of(capsys, "--json", "--peers", "--cases", cases)
    assert found[:4] == [
        {"engine": "compiled", "case": "tiny", "seeds": 1, "updates_per_s": 160},
        {"peer": "sklearn", "case": "tiny", "seeds": 1, "updates_per_s": 10},
        {"peer": "torch", "case": "tiny", "seeds": 1, "updates_per_s": 40},
        {"engine": "compiled", "case": "tiny", "seeds": 1, "peer": "torch", "ratio": 4.0},
    ]
    assert found[-1] == {"engine": "compiled", "seeds": 1, "geometric_mean_ratio": 4.0}


def test_medians_of_runs_in_turn(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run in which the machine was slow for one of the two counts as one of five."""
    monkeypatch.setattr(peers, "installed", lambda seeds: ["torch", "jax"])
    monkeypatch.setattr(peers.Peer, "__enter__", lambda peer: peer)
    monkeypatch.setattr(peers.Peer, "__exit__", lambda peer, *error: None)
    ours, theirs = iter([30.0, 20.0, 1.0, 24.0, 40.0]), iter([10.0, 10.0, 10.0, 8.0, 1.0])
    monkeypatch.setattr(speed, "rate_of", lambda *args: next(ours))
    monkeypatch.setattr(peers.Peer, "rate", lambda peer, case: next(theirs))
    cases = written(tmp_path, [TINY])
    arguments = ["--json", "--cases", cases, "--runs", "5", "--peers", "jax"]
    assert lines_of(capsys, *arguments) == [
        {"engine": "compiled", "case": "tiny", "seeds": 1, "updates_per_s": 24},
        {"peer": "jax", "case": "tiny", "seeds": 1, "updates_per_s": 10},
        {
            "engine": "compiled",
            "case": "tiny",
            "seeds": 1,
            "peer": "jax",
            "ratio": 3.0,
            "runs": 5,
            "least": 0.1,
            "most": 40.0,
        },
        {"engine": "compiled", "seeds": 1, "geometric_mean_ratio": pytest.approx(3.0)},
    ]


@pytest.mark.parametrize(("width", "isa"), [(64, ""), (32, "AVX2"), (16, "SSE4_2")])
def test_peers_have_no_wider_vectors_than_a_forced_width(
    width: int, isa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "current", lambda: target.Target("", "", width, 16))
    monkeypatch.delenv(target.VARIABLE, raising=False)
    assert peers.environment()["XLA_FLAGS"] == peers.ONE_THREAD["XLA_FLAGS"]
    monkeypatch.setenv(target.VARIABLE, str(width))
    limit = f" --xla_cpu_max_isa={isa}" if isa else ""
    assert peers.environment()["XLA_FLAGS"] == peers.ONE_THREAD["XLA_FLAGS"] + limit


def test_a_peer_in_its_process() -> None:
    case = msgspec.convert(TINY, speed.Case)
    with peers.Peer("sklearn", 1) as peer:
        assert peer.rate(case) > 0
        process = peer._process
    assert process.returncode == 0


def test_a_peer_that_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with peers.Peer("nobody", 1) as peer, pytest.raises(LabError, match="nobody failed on"):
        peer.rate(msgspec.convert(TINY, speed.Case))
    assert "KeyError" in capfd.readouterr().err


# ---- what it refuses


@pytest.mark.parametrize(
    ("cases", "sentence"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "must be a JSON list of cases"),
        ('{"name": "tiny"}', "must be a JSON list of cases"),
        ([7], "case 1: Expected 'object', got 'int'"),
        ([TINY, {"name": "b"}], "case 2: Object missing required field 'shape'"),
        ([TINY | {"epochs": 3}], "case 1: unknown field 'epochs'"),
        ([TINY | {"batch": "all"}], "case 1: batch: Expected 'int', got 'str'"),
        ([TINY | {"shape": [2, "x"]}], "case 1: shape[1]: Expected 'int', got 'str'"),
        ([TINY | {"shape": [2]}], "case 1: shape is [2], it must list inputs"),
        ([TINY | {"shape": [2, 0, 1]}], "case 1: shape is [2, 0, 1], it must list"),
        ([TINY | {"shape": [2, 9999, 1]}], "case 1: net.hidden"),
        ([TINY | {"batch": 10}], "case 1: batch is 10, it must be 1 to its 9 samples"),
        ([TINY | {"batch": 0}], "case 1: batch is 0, it must be 1 to its 9 samples"),
        ([TINY, TINY], "two cases have the name 'tiny'"),
        ([TINY] * 1001, "lists 1\u202f001 cases, at most 1\u202f000 are measured"),
        ([TINY | {"samples": 10**12}], "samples have more than 50\u202f000\u202f000 numbers"),
        (
            [TINY | {"shape": [10**9, 1], "samples": 1, "batch": 1}],
            "more than 50\u202f000\u202f000",
        ),
        ([TINY | {"shape": [10**7, 1], "samples": 1, "batch": 1}], "parameters; at most"),
        ([TINY | {"shape": [10**400, 1]}], "case 1: "),
        ([TINY | {"name": "x" * 9000}, TINY | {"name": "x" * 9000}], "two cases have the name"),
    ],
)
def test_cases_that_do_not_fit(
    cases: Any, sentence: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, cases)
    told = refused(capsys, "--cases", path)
    assert told.startswith(path)
    assert sentence in told


def test_other_refusals(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no such file" in refused(capsys, "--cases", str(tmp_path / "none.json"))
    assert "is a directory" in refused(capsys, "--cases", str(tmp_path))
    assert "'compield' is not known" in refused(capsys, "--engine", "compield")
    assert "a process of its own" in refused(capsys, "--engine", "torch")
    assert "--seeds is 0, the range is 1 to 64" in refused(capsys, "--seeds", "0")
    assert "--runs is 0, the range is 1 to 99" in refused(capsys, "--runs", "0")
    assert "peer 'jaxx' is not known; did you mean 'jax'" in refused(capsys, "--peers", "jaxx")
    assert "one network at a time" in refused(capsys, "--seeds", "2", "--peers", "torch")
    monkeypatch.setattr(peers, "installed", lambda seeds: [])
    assert "jax is not installed" in refused(capsys, "--peers", "jax", code=1)
    assert "none is installed" in refused(capsys, "--peers", code=1)
