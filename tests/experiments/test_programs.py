"""The files of `resources/programs/`, and what the pages fill into them."""

from __future__ import annotations

import ast
import dataclasses
import math
import operator
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from layerlab.core.programs import head
from layerlab.core.resources import resource
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.expressions import TRACE, Expression, expression, symbol
from layerlab.nets.printed import NUMPY, numpy_activations, source, torch_activations

Z_ = symbol("z")
KINDS = ("numpy", "torch")
TRAINED = {"RELU", "SOFTPLUS"}  # weights, which depend on engine and processor in some digits
LAB = {"lab_numpy", "lab_torch"}  # which no page gives away: tests/nets/exports
FILES = {path.stem: path for path in resource("programs").glob("*.py") if path.stem not in LAB}


def copied_from(name: str) -> str:
    """Return what a page on which nothing was turned gives away of a file."""
    page, _, kind = name.rpartition("_")
    return getattr(EXPERIMENTS[page.replace("_", "-")].model(), f"{kind}_code")()


def values_in(text: str) -> dict[str, object]:
    return {name: ast.literal_eval(value) for name, value in head(text).items()}


def flat(value: object) -> list[object]:
    return [x for item in value for x in flat(item)] if isinstance(value, list) else [value]


def body(text: str) -> str:
    """Return the syntax of what is below a program's head, but for its imports."""
    nodes = ast.parse(text).body[1 + len(head(text)) :]
    rest = [n for n in nodes if not isinstance(n, (ast.Import, ast.ImportFrom))]
    return ast.unparse(ast.Module(rest, []))


def test_there_is_a_file_for_every_program_and_no_other() -> None:
    given = {
        f"{page.key.replace('-', '_')}_{kind}"
        for page in EXPERIMENTS
        for kind in KINDS
        if hasattr(page.model(), f"{kind}_code")
    }
    assert given == set(FILES)
    assert len(FILES) >= len(EXPERIMENTS.keys())


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_stands_where_its_page_starts(name: str) -> None:
    """So it is the program that is copied from a page on which nothing was turned."""
    file, copied = FILES[name].read_text("utf-8"), copied_from(name)
    ours, theirs = values_in(file), values_in(copied)
    assert list(ours) == list(theirs)
    assert all(key.isupper() for key in ours)
    for key, value in ours.items():
        for here, there in zip(flat(value), flat(theirs[key]), strict=True):
            assert type(here) is type(there), key
            if key in TRAINED:
                assert here == pytest.approx(there, abs=0.05), key
            elif isinstance(here, float):
                assert here == pytest.approx(there, rel=1e-9), key
            else:
                assert here == there, key
    assert body(copied).endswith(body(file))
    assert "common" not in body(copied)
    assert file.partition('"""\n\n')[2].startswith("# ---- Parameters\n")
    assert "fmt:" not in copied


@pytest.mark.parametrize("key", EXPERIMENTS.keys())
def test_whatever_a_page_shows_can_be_filled_in(key: str) -> None:
    page = EXPERIMENTS[key]
    shown = [thing.values for thing in page.tries]
    shown += [{knob.path: one} for knob in page.knobs for one in knob.choices]
    for values in shown:
        text = page.model().numpy_code(**page.values(**values))
        compile(text, key, "exec")
        assert max(map(len, text.splitlines())) <= 96


@pytest.mark.parametrize("name", ["linear_collapse_numpy", "sawtooth_numpy"])
def test_a_file_runs_as_it_stands(name: str, tmp_path: pathlib.Path) -> None:
    """It finds `common` beside itself, and prints what the copied text prints."""
    copied = tmp_path / "copied.py"
    copied.write_text(copied_from(name), "utf-8")
    stated = [
        subprocess.run(
            [sys.executable, "-B", "-W", "error", str(path)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for path in (FILES[name], copied)
    ]
    assert stated[0] == stated[1] != ""


Z = np.linspace(-30, 30, 1201)


def names_of(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return names


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
def test_activations_of_programs_are_the_lab_s(key: str) -> None:
    printed = names_of(numpy_activations(ACTIVATIONS))
    value, derivative = printed["activation_and_derivative"](key, 0.2)
    assert value(Z) == pytest.approx(ACTIVATIONS[key](Z, 0.2), abs=1e-12)
    assert derivative(Z) == pytest.approx(ACTIVATIONS[key].derivative_at(Z, 0.2), abs=1e-12)
    assert math.isfinite(value(np.array([-1e3, 1e3])).sum())


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
@pytest.mark.parametrize("has_module", [True, False])
def test_modules_of_programs_are_the_lab_s(key: str, has_module: bool) -> None:
    torch = pytest.importorskip("torch")
    entry = ACTIVATIONS[key]
    entry = entry if has_module else dataclasses.replace(entry, torch="")
    module = names_of(torch_activations([entry]))["ACTIVATIONS"][key]
    found = module(torch.tensor(Z)).numpy()
    assert found == pytest.approx(entry(Z), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "printed", "table"),
    [
        ("activations", numpy_activations, r'^        "([a-z-]+)": '),
        ("torch_activations", torch_activations, r'^    "([a-z-]+)": '),
    ],
)
def test_the_files_are_printed_of_the_activations_in_them(
    name: str, printed: Callable[[list[Activation]], str], table: str
) -> None:
    text = resource(f"programs/common/{name}.py").read_text("utf-8")
    keys = re.findall(table, text, re.MULTILINE)
    assert len(keys) > 1
    assert text == printed([ACTIVATIONS[key] for key in keys])


def test_a_long_formula_stands_on_lines_of_its_own() -> None:
    entry = ACTIVATIONS["silu"]
    long = dataclasses.replace(
        entry, derivative=lambda m, z, a: entry.derivative(m, z, a) + 0.0625 * m.exp(-abs(z))
    )
    text = numpy_activations([long])
    assert "            lambda z: sigmoid(z) * " in text
    assert max(map(len, text.splitlines())) <= 96


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (2 - (Z_ - 3), "2 - (z - 3)"),
        ((2 - Z_) - 3, "2 - z - 3"),
        (-(Z_**2), "-z**2"),
        ((-Z_) ** 2, "(-z) ** 2"),
        ((Z_**2) ** 3, "(z**2) ** 3"),
        (1 / (Z_ * 2) / -3, "1 / (z * 2) / -3"),
        ((Z_ + 1) * TRACE.where(Z_ > 0, 2, Z_), "(z + 1) * np.where(z > 0, 2.0, z)"),
        (TRACE.where(Z_ > 1, Z_, 1), "np.maximum(z, 1)"),
        (expression(0.25), "np.full_like(z, 0.25)"),
    ],
)
def test_formulas_are_written_with_no_more_brackets_than_they_need(formula, text) -> None:
    assert source(formula, NUMPY) == text
    z = np.linspace(-3, 3, 7) + 0.125
    expected = eval(text, {"np": np, "z": z})
    np.testing.assert_allclose([evaluated(formula, value) for value in z], expected, rtol=1e-14)


def evaluated(formula: Expression, z: float) -> float:
    """Compute an expression without writing it."""
    inner = [evaluated(arg, z) for arg in formula.args]
    signs = {"power": "pow", "multiply": "mul", "divide": "truediv", "subtract": "sub"}
    match formula.op:
        case "constant":
            return float(formula.value)
        case "symbol":
            return z
        case "negate":
            return -inner[0]
        case "greater":
            return inner[0] > inner[1]
        case "where":
            return inner[1] if inner[0] else inner[2]
    return getattr(operator, signs.get(formula.op, formula.op))(*inner)
