"""`layerlab export`, as somebody types it."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
import safetensors.numpy

from layerlab import cli
from tests.helpers.programs import printed_by
from tests.test_cli import refused

QUICK = ["--seeds", "2", "--updates", "20", "--set", "train.dtype=float64", "--engine", "numpy"]


@pytest.fixture
def lab(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> pathlib.Path:
    path = tmp_path / "a.layerlab"
    assert cli.main(["train", *QUICK, "--json", "--out", str(path)]) == 0
    return path


def test_a_program_prints_what_the_lab_was_trained_to(
    lab: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    final = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert cli.main(["export", str(lab), "--to", "numpy"]) == 0
    text = capsys.readouterr().out
    out = tmp_path / "program.py"
    assert cli.main(["export", str(lab), "--to", "numpy", "--out", str(out)]) == 0
    assert out.read_text() == text
    lines = [line for line in printed_by(text).splitlines() if ": loss" in line]
    losses = [float(line.split()[-1]) for line in lines]
    np.testing.assert_allclose(losses, final["loss"], rtol=1e-6)


def test_weights_give_the_labs_outputs_in_pytorch(
    lab: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    torch = pytest.importorskip("torch")
    capsys.readouterr()
    out = tmp_path / "weights.safetensors"
    arguments = ["export", str(lab), "--to", "state-dict", "--seed", "1", "--out", str(out)]
    assert cli.main(arguments) == 0
    found = safetensors.numpy.load_file(out)
    assert found["layers.0.weight"].shape == (8, 1)
    assert sorted(found) == sorted(
        f"layers.{k}.{n}" for k in range(3) for n in ("weight", "bias")
    )
    net = torch.nn.Module()
    sizes = ((1, 8), (8, 8), (8, 1))
    net.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in sizes)
    net.double().load_state_dict({k: torch.tensor(v) for k, v in found.items()})

    from layerlab.nets.engines.numpy_ import outputs
    from layerlab.nets.optimizers import slots_of
    from layerlab.nets.problem import layout_of, problem_of
    from layerlab.runtime.labfile import load

    saved = load(lab, layout_of, slots_of)
    problem = problem_of(saved.spec)
    with torch.no_grad():
        h = torch.tensor(problem.x)
        for layer in net.layers[:-1]:
            h = torch.relu(layer(h))
        h = net.layers[-1](h)
    assert saved.state is not None
    expected = outputs(problem, saved.state.params[1:], problem.x)[0]
    np.testing.assert_allclose(h.numpy(), expected, rtol=1e-12, atol=1e-14)


def test_what_cannot_be_exported_is_one_sentence(
    lab: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    capsys.readouterr()
    name, out = str(lab), str(tmp_path / "w.safetensors")
    spec = tmp_path / "spec.json"
    assert cli.main(["spec", "--default"]) == 0
    spec.write_text(capsys.readouterr().out)
    assert "did you mean 'pytorch'" in refused(capsys, "export", name, "--to", "pytorhc")
    assert "--out" in refused(capsys, "export", name, "--to", "state-dict")
    weights = ["--to", "state-dict", "--out", out]
    said = refused(capsys, "export", name, *weights, "--seed", "9")
    assert "its seeds are 0 to 1" in said
    assert "trains every seed" in refused(
        capsys, "export", name, "--to", "numpy", "--seed", "1"
    )
    assert "without a trained network" in refused(capsys, "export", str(spec), *weights)
    assert str(tmp_path / "no") in refused(
        capsys, "export", name, "--to", "numpy", "--out", str(tmp_path / "no" / "a.py")
    )
    assert not pathlib.Path(out).exists()


def test_a_network_of_other_inputs_than_its_table_has_is_not_exported(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, path = tmp_path / "t.csv", tmp_path / "t.layerlab"
    rows = "".join(f"{k},{k * k % 7},{k / 3:.2f}\n" for k in range(1, 25))
    table.write_text("a,b,y\n" + rows)
    train = ["train", "--csv", str(table), "--target", "y", *QUICK, "--out", str(path)]
    assert cli.main(train) == 0
    table.write_text("a,c,y\n" + rows)
    capsys.readouterr()
    for kind in ("numpy", "state-dict"):
        out = tmp_path / kind
        said = refused(capsys, "export", str(path), "--to", kind, "--out", str(out))
        assert "then 'b', now 'c'" in said
        assert not out.exists()
