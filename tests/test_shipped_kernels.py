"""The kernels that a bundle brings along: made for every width, and taken at a first start."""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess
import sys

import pytest

from layerlab.nets.engines.compiled import target
from tests.helpers.scripts import ROOT

CODE = """
import pathlib, sys
from layerlab.nets.engines.compiled import cache, target
cache.shipped_folder = lambda: pathlib.Path(sys.argv[1])
from layerlab.nets.engines.compiled.kernel import look, train
from layerlab.nets.engines.ready import warm_up
warm_up().result()
print(target.current().vector_bytes,
      [len(f.stats.cache_hits) for f in (train, look)],
      [len(f.stats.cache_misses) for f in (train, look)])
"""


def run(*command: str, **variables: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_first_start_takes_the_kernels_that_came_along(tmp_path: pathlib.Path) -> None:
    """Made by a process that calls none of them, for the width that is found without asking."""
    widths = [made_for.vector_bytes for made_for in target.shipped()]
    widest = max(target.widths())
    made, own = tmp_path / "made", tmp_path / "own"
    run("packaging/kernels.py", "--for", str(widths.index(widest)), NUMBA_CACHE_DIR=str(made))
    shipped = made / "kernels"
    assert len(list(shipped.glob("*.kernel"))) == 2
    found = run("-c", CODE, str(shipped), NUMBA_CACHE_DIR=str(own))
    assert found == f"{widest} [1, 1] [0, 0]"
    assert not own.exists()


@pytest.mark.parametrize("machine", ["x86_64", "AMD64", "arm64", "aarch64"])
def test_each_width_that_is_forced_or_found_has_its_own(
    monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    shipped = target.shipped()
    is_x86 = machine in ("x86_64", "AMD64")
    assert [one.vector_bytes for one in shipped] == ([16, 32, 64] if is_x86 else [16])
    levels = [target._V2, target._V3, target._V4] if is_x86 else [("fp-armv8", "neon")]
    for level, made_for in zip(levels, shipped, strict=True):
        has = dict.fromkeys((*level, "sse2", "adx"), True)
        monkeypatch.setattr(target, "_host", lambda has=has: ("any", has))
        target._choices.cache_clear()
        assert target._choices()[0] == made_for
    target._choices.cache_clear()


def test_another_processor_is_compiled_for_by_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_other", None)  # and so it is after the test
    other = target.Target("other", "", 64, 32)
    own = target.current()
    target.compile_for(other)
    assert target.current() == other
    monkeypatch.undo()
    target.current.cache_clear()
    assert target.current() == own
