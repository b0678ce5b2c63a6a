"""The benchmark `updates`: its cases, the work that is measured, and what it prints."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import msgspec
import numpy as np
import pytest

from layerlab.nets.engines.compiled import target
from layerlab.nets.problem import initialize
from tests.benchmarks import peers, small_networks, updates

TINY = {"name": "tiny", "shape": [2, 4, 1], "batch": 4, "samples": 9}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_networks, "SLICE_S", 0.001)
    monkeypatch.setattr(small_networks, "UPDATES", 4)


def written(folder: pathlib.Path, cases: Any) -> str:
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    return str(path)


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["updates", *arguments])
        updates.main()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# ---- what is measured


def test_the_cases() -> None:
    cases = small_networks.read_cases()
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


def by_hand(case: small_networks.Case, params: np.ndarray, updates: int) -> np.ndarray:
    """Train a case of one hidden layer in float64, every formula written out."""
    (x, y), (d, width, outputs) = small_networks.data_of(case), case.shape
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


@pytest.mark.parametrize("engine", small_networks.ENGINES)
def test_the_work_is_the_one_described(engine: str) -> None:
    case = msgspec.convert(TINY | {"shape": [3, 5, 2]}, small_networks.Case)
    problem = small_networks.problem_of_case(case, 2)
    start = initialize(problem).params
    train = small_networks.ENGINES[engine](problem)
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
    case = msgspec.convert(TINY, small_networks.Case)
    x, y = small_networks.data_of(case)
    assert (x.shape, y.shape) == ((8, 2), (8, 1))
    assert small_networks.problem_of_case(case, 1).updates_per_epoch == case.batches == 2


def test_calls_are_whole_epochs_and_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_networks, "UPDATES", 500)
    tiny, *_, mnist = small_networks.read_cases()
    assert [small_networks.updates_per_call(case, 1) for case in (tiny, mnist)] == [500, 48]
    assert [small_networks.updates_per_call(case, 16) for case in (tiny, mnist)] == [500, 16]


def test_rates_add_up_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def train(updates: int) -> None:
        clock[0] += updates / 100  # a hundred updates a second, of each seed

    monkeypatch.setattr(small_networks, "CLOCK", lambda: clock[0])
    assert small_networks.rate_of(train, 2, 3) == pytest.approx(300)


# ---- what is printed


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
    monkeypatch.setattr(updates, "installed", lambda seeds: ["sklearn", "torch"])
    rates = {"sklearn": 10.0, "torch": 40.0}
    monkeypatch.setattr(peers.Peer, "__enter__", lambda peer: peer)
    monkeypatch.setattr(peers.Peer, "__exit__", lambda peer, *error: None)
    monkeypatch.setattr(peers.Peer, "rate", lambda peer, case: rates[peer.name])
    monkeypatch.setattr(updates, "rate_of", lambda *args: 160.0)
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
    monkeypatch.setattr(updates, "installed", lambda seeds: ["torch", "jax"])
    monkeypatch.setattr(peers.Peer, "__enter__", lambda peer: peer)
    monkeypatch.setattr(peers.Peer, "__exit__", lambda peer, *error: None)
    ours, theirs = iter([30.0, 20.0, 1.0, 24.0, 40.0]), iter([10.0, 10.0, 10.0, 8.0, 1.0])
    monkeypatch.setattr(updates, "rate_of", lambda *args: next(ours))
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
    case = msgspec.convert(TINY, small_networks.Case)
    with peers.Peer("sklearn", 1) as peer:
        assert peer.rate(case) > 0
        process = peer._process
    assert process.returncode == 0


def test_a_peer_that_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with peers.Peer("nobody", 1) as peer, pytest.raises(RuntimeError, match="nobody failed on"):
        peer.rate(msgspec.convert(TINY, small_networks.Case))
    assert "KeyError" in capfd.readouterr().err


def test_a_peer_that_trains_one_network_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        lines_of(capsys, "--seeds", "2", "--peers", "torch")
    assert "torch: trains one network at a time" in capsys.readouterr().err
