"""Exported programs print the losses of the lab, to rounding."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest

from layerlab.core.programs import folded
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, edit_all
from layerlab.nets import printed
from layerlab.nets.engines import engine
from layerlab.nets.exports.program import numpy_program, torch_program
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.probes import final_report
from layerlab.nets.randomness import keep_mask, shuffles
from layerlab.nets.tasks import TASKS
from tests.helpers.programs import common, printed_by

SMALL = {"train.dtype": "float64", "train.seeds": 2, "train.updates": 40, "task.samples": 24}
# Each turns a part of the programs on that the default lab leaves out.
CASES = {
    "default": {},
    "tanh, momentum, full batch": {
        "net.activation": "tanh",
        "train.optimizer": "momentum",
        "train.batch": "full",
    },
    "gelu, RMSprop, order of the file": {
        "net.activation": "gelu",
        "train.optimizer": "rmsprop",
        "train.order": "file",
    },
    "leaky ReLU, SGD, L1 and L2": {
        "net.activation": "leaky-relu",
        "net.slope": 0.3,
        "train.optimizer": "sgd",
        "train.l1": 1e-3,
        "train.l2": 1e-2,
    },
    "AdamW": {"train.optimizer": "adamw", "train.l2": 0.1},
    "skips and layer norm": {
        "net.hidden": (1, 6, 6),
        "net.residual": True,
        "net.layer_norm": True,
        "net.activation": "tanh",
    },
    "dropout": {"net.dropout": 0.3, "net.activation": "tanh"},
    "running loss": {"train.report": "running"},
    "running loss of less than an epoch": {"train.report": "running", "train.updates": 2},
    "RandomState, free": {
        "train.rng": "legacy",
        "net.init": "normal",
        "net.bias_std": 0.2,
        "net.activation": "tanh",
    },
    "no hidden layer": {"net.hidden": ()},
    "nothing held out": {"task.validation": 0.0},
    "epochs": {"train.epochs": 3},
}


def spec_of(case: str) -> LabSpec:
    return edit_all(LabSpec(), SMALL | CASES[case])


def losses_of(spec: LabSpec) -> list[float]:
    *_others, last = engine("numpy").run(spec)
    return [float(loss) for loss in final_report(spec, last)["loss"]]


def losses_in(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"seed \d+: loss (\S+?)$", text, re.M)]


@pytest.mark.parametrize("case", CASES)
def test_the_numpy_program_prints_the_labs_losses(case: str) -> None:
    spec = spec_of(case)
    program = numpy_program(spec)
    found = losses_in(printed_by(program))
    assert len(found) == 2
    np.testing.assert_allclose(found, losses_of(spec), rtol=1e-6)
    assert max(map(len, program.splitlines())) <= 96


@pytest.mark.parametrize("case", CASES)
def test_the_torch_program_prints_the_labs_losses(case: str) -> None:
    pytest.importorskip("torch")
    spec = spec_of(case)
    program = torch_program(spec)
    import torch

    try:
        found = losses_in(printed_by(program))
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_allclose(found, losses_of(spec), rtol=1e-6)
    assert max(map(len, program.splitlines())) <= 96


@pytest.mark.parametrize(("task", "loss"), [("blobs", "cross-entropy"), ("xor", "logistic")])
def test_classes(task: str, loss: str) -> None:
    spec = TASKS[task].recommended()
    spec = edit_all(spec, SMALL | {"train.loss": loss, "net.activation": "tanh"})
    found = losses_in(printed_by(numpy_program(spec)))
    np.testing.assert_allclose(found, losses_of(spec), rtol=1e-6)


def test_many_points_are_packed_and_the_same() -> None:
    spec = edit_all(LabSpec(), SMALL | {"task.samples": 5000, "train.updates": 5})
    program = numpy_program(spec)
    assert len(program) < 13_334 * 8 * 4 / 3 + 4000  # bytes of float64 as letters
    found = losses_in(printed_by(program))
    np.testing.assert_allclose(found, losses_of(spec), rtol=1e-9)


def test_float32_is_near() -> None:
    spec = edit_all(LabSpec(), SMALL | {"train.dtype": "float32", "net.activation": "tanh"})
    found = losses_in(printed_by(numpy_program(spec)))
    np.testing.assert_allclose(found, losses_of(spec), rtol=1e-3)


def test_a_program_ends_where_the_saved_training_does() -> None:
    spec = spec_of("default")
    short = edit_all(spec, {"train.updates": 7})
    found = losses_in(printed_by(numpy_program(spec, updates=7)))
    np.testing.assert_allclose(found, losses_of(short), rtol=1e-6)


def test_what_is_off_is_not_in_the_program() -> None:
    plain = numpy_program(spec_of("default"))
    for word in ("DROPOUT", "HAS_SKIPS", "L2", "kept", "zlib", "IS_", "std("):
        assert word not in plain
    assert "kept" in numpy_program(spec_of("dropout"))
    assert "1e-5" in numpy_program(spec_of("skips and layer norm"))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("losses", printed.numpy_losses(LOSSES["half-mse"])),
        ("torch_losses", printed.torch_losses(LOSSES["half-mse"])),
        ("optimizers", printed.optimizers(OPTIMIZERS["adam"])),
    ],
)
def test_the_files_beside_the_programs_are_what_is_printed(name: str, written: str) -> None:
    assert resource(f"programs/common/{name}.py").read_text("utf-8") == written


@pytest.mark.parametrize("name", ["lab_numpy", "lab_torch"])
def test_the_files_run_as_they_stand(name: str) -> None:
    import pathlib
    import subprocess
    import sys

    if name == "lab_torch":
        pytest.importorskip("torch")
    path = pathlib.Path(str(resource(f"programs/{name}.py")))
    command = [sys.executable, "-B", "-W", "error", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(losses_in(done.stdout)) == 2


@pytest.mark.parametrize("init", INITIALIZERS.keys())
@pytest.mark.parametrize("shape", [(3, 5), (5, 3)])
def test_programs_draw_what_the_initializers_draw(init: str, shape: tuple[int, int]) -> None:
    net = edit_all(LabSpec(), {"net.weight_std": 1.2, "net.bias_std": 0.4}).net
    ours = INITIALIZERS[init].draw(np.random.default_rng(3), *shape, net)
    drawn = common("initializers")["initial"](init, np.random.default_rng(3), *shape, 1.2, 0.4)
    for one, other in zip(ours, drawn, strict=True):
        np.testing.assert_array_equal(one, other)


def test_programs_draw_the_labs_orders_and_masks() -> None:
    draws = common("draws")
    seeds = np.array([7], np.uint64)
    np.testing.assert_array_equal(draws["shuffled"](7, 3, 50), shuffles(seeds, 3, 50)[0])
    mask = keep_mask(seeds, 11, 2, 6, 9, 0.3)[0]
    np.testing.assert_array_equal(draws["kept"](7, 11, 2, (6, 9), 0.3), mask)


FOLDED = '''\
"""Doc."""

# ---- Parameters
IS_ON = True
NAME = "a"
SIZE = 3
UNUSED = 4

import itertools
import math


def used(x):
    """Double."""
    if IS_ON:
        if NAME == "b":
            x = 0
        else:
            x = 2 * x
    return x if IS_ON and NAME != "b" else math.inf


def unused(x):
    """Nothing."""
    return itertools.count(x)


if SIZE > 2:
    print(used(SIZE))
'''


def test_branches_that_the_head_decides_are_left_out() -> None:
    found = folded(FOLDED)
    names = {node.id for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Name)}
    assert names == {"SIZE", "used", "x", "print"}
    assert "import" not in found
    assert "if SIZE > 2:" in found  # no comparison that is decided
    assert printed_by(found) == printed_by(FOLDED) == "6\n"
