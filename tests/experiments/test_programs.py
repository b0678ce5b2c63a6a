"""The files of `resources/programs/`, and what the pages fill into them."""

from __future__ import annotations

import ast
import math
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from layerlab.core.programs import head
from layerlab.core.resources import resource
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.activations import ACTIVATIONS
from tests.helpers.programs import common

KINDS = ("numpy", "torch")
TRAINED = {"RELU", "SOFTPLUS"}  # weights, which depend on engine and processor in some digits
FILES = {path.stem: path for path in resource("programs").glob("*.py")}


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


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
def test_activations_of_programs_are_the_lab_s(key: str) -> None:
    value, derivative = common("activations")["activation_and_derivative"](key, 0.2)
    z = np.linspace(-30, 30, 1201)
    assert value(z) == pytest.approx(ACTIVATIONS[key](z, 0.2), abs=1e-12)
    assert derivative(z) == pytest.approx(ACTIVATIONS[key].derivative_at(z, 0.2), abs=1e-12)
    assert math.isfinite(value(np.array([-1e3, 1e3])).sum())
