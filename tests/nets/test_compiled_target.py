"""What the kernels are compiled for: one source of truth, forced or found."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from layerlab import cli
from layerlab.core.errors import LabError
from layerlab.nets import engines
from layerlab.nets.engines import compiled_
from layerlab.nets.engines.compiled import cache, target
from layerlab.nets.engines.compiled.target import VARIABLE, Target, current

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTHS = target.widths()
ZEN = {*target._V4, "sse2", "avx512bf16", "gfni", "sse4a"}
SKYLAKE = {*target._V4, "sse2", "adx", "rtm"}


@pytest.fixture(autouse=True)
def _forgets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ask again in each test, without what this process was started with."""
    for name in (VARIABLE, target.NUMBA_NAME, target.NUMBA_FEATURES):
        monkeypatch.delenv(name, raising=False)
    target._choices.cache_clear()
    current.cache_clear()
    yield
    monkeypatch.undo()
    target._choices.cache_clear()
    current.cache_clear()


def on(monkeypatch: pytest.MonkeyPatch, machine: str, has: set[str]) -> Target:
    """Return the target on another processor."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(target, "_host", lambda: ("generic", dict.fromkeys(has, True)))
    target._choices.cache_clear()
    current.cache_clear()
    return current()


def in_a_process(code: str, **variables: str) -> Any:
    """Return what a new process prints, as JSON."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in (target.NUMBA_NAME, target.NUMBA_FEATURES)
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


# ---- what is chosen where nothing is asked for


def test_every_processor_of_a_width_has_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    zen = on(monkeypatch, "x86_64", ZEN)
    assert zen == on(monkeypatch, "AMD64", SKYLAKE)
    assert (zen.name, zen.vector_bytes, zen.registers) == ("x86-64-v4", 64, 32)


def test_widths_of_other_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    laptop = on(monkeypatch, "x86_64", {*target._V3, "sse2"})
    assert (laptop.name, laptop.vector_bytes, laptop.registers) == ("x86-64-v3", 32, 16)
    sandy_bridge = on(monkeypatch, "x86_64", {*target._V2, "sse2", "avx"})
    assert (sandy_bridge.name, *sandy_bridge[2:]) == ("x86-64-v2", 16, 16)
    assert on(monkeypatch, "x86_64", {"sse2"}) == ("x86-64", "+sse2", 16, 16)
    apple = on(monkeypatch, "arm64", {"neon", "fp-armv8", "sha3"})
    assert apple == on(monkeypatch, "aarch64", {"neon", "fp-armv8", "sve"})
    assert apple == ("generic", "+fp-armv8,+neon", 16, 32)


def test_a_processor_that_nobody_thought_of_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = on(monkeypatch, "riscv64", set())
    assert (found.name, found.vector_bytes, found.registers) == ("generic", 16, 32)


# ---- what is asked for


@pytest.mark.parametrize("width", WIDTHS)
def test_a_forced_width_is_what_numba_compiles_for(width: int) -> None:
    code = (
        "import json\n"
        "from layerlab.nets.engines.compiled import jit, target\n"
        "from numba.core.registry import cpu_target\n"
        "_, *made_for = cpu_target.target_context.codegen().magic_tuple()\n"
        "print(json.dumps([target.current(), made_for]))"
    )
    (name, features, found, registers), made_for = in_a_process(code, **{VARIABLE: str(width)})
    assert made_for == [name, features]
    assert found == width
    assert registers == (32 if width == 64 or "arm" in platform.machine() else 16)


@pytest.mark.skipif(32 not in WIDTHS, reason="this processor has no AVX2")
def test_machine_code_of_a_forced_width_has_its_registers_alone() -> None:
    code = (
        "import json, re\n"
        "from layerlab.nets.engines.compiled import jit\n"
        "@jit.jit\n"
        "def added(a, b):\n"
        "    for i in range(len(a)):\n"
        "        a[i] += b[i]\n"
        "import numpy as np\n"
        "added(np.ones(9), np.ones(9))\n"
        "[assembly] = added.inspect_asm().values()\n"
        "print(json.dumps(sorted(set(re.findall('[xyz]mm(?=[0-9])', assembly)))))"
    )
    assert "ymm" in in_a_process(code, **{VARIABLE: "32"})
    assert "zmm" not in in_a_process(code, **{VARIABLE: "32"})
    assert in_a_process(code, **{VARIABLE: "16"}) == ["xmm"]


def test_a_width_is_forced_in_processes_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although this one has set numba to another."""
    target.apply()
    monkeypatch.setenv(VARIABLE, "16")
    current.cache_clear()
    assert current().vector_bytes == 16


@pytest.mark.skipif(64 not in WIDTHS, reason="this processor has no AVX-512")
def test_numbas_own_variables_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(name: str, features: str | None) -> tuple[int, int]:
        current.cache_clear()
        monkeypatch.setenv(target.NUMBA_NAME, name)
        monkeypatch.delenv(target.NUMBA_FEATURES, raising=False)
        if features is not None:
            monkeypatch.setenv(target.NUMBA_FEATURES, features)
        return current()[2:]

    assert asked("haswell", "+avx2") == (32, 16)
    assert asked("generic", None) == (16, 16)
    assert asked("haswell", None) == (64, 32)  # numba's rule: with the host's features
    assert asked("x86-64-v4", "+avx512f") == (64, 32)
    assert asked("x86-64-v3", "+avx512f,+avx512vl") == (64, 32)


@pytest.mark.skipif(32 not in WIDTHS, reason="one width is all there is")
def test_what_the_processor_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_host", lambda: ("generic", dict.fromkeys(target._V2, True)))
    monkeypatch.setenv(VARIABLE, "64")
    with pytest.raises(
        LabError, match="is 64, but this processor's vectors have at most 16 bytes"
    ):
        current()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv(target.NUMBA_NAME, "haswell")
    monkeypatch.setenv(target.NUMBA_FEATURES, "+avx2")
    with pytest.raises(LabError, match="ask for vectors of 32 bytes, but those of this proc"):
        current()


def test_a_narrow_width_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = Target("host", "", 64, 32)
    monkeypatch.setattr(target, "_choices", lambda: (wide,))
    monkeypatch.setenv(VARIABLE, "32")
    with pytest.raises(LabError, match="this processor's vectors have 64 bytes"):
        current()


@pytest.mark.parametrize("value", ["48", "wide", "16.0", "-32", "0"])
def test_an_impossible_value_is_one_sentence(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    message = f"{VARIABLE} is {value!r}, it must be 16, 32 or 64"
    for arguments in (["train", "--updates", "1"], ["gradcheck"]):
        assert cli.main(arguments) == 2
        assert capsys.readouterr() == ("", f"layerlab: {message}\n")
    # The window goes on with numpy, and shows why.
    assert engines.available()["compiled"] == message
    engines.engine.cache_clear()
    with pytest.raises(LabError, match="it must be 16, 32 or 64"):
        engines.engine("compiled")
    with pytest.raises(LabError, match="it must be 16, 32 or 64"):
        compiled_.warm_up()
    cli.main(["doctor"])
    assert message in capsys.readouterr().out


def test_nothing_asked_for_is_no_problem_and_loads_no_compiler() -> None:
    code = (
        "import json, sys\n"
        "from layerlab.nets.engines import available\n"
        "print(json.dumps([available()['compiled'], 'llvmlite' in sys.modules]))"
    )
    assert in_a_process(code) == ["", False]


# ---- where it is shown


def test_doctor_prints_width_and_registers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "16")
    cli.main(["doctor", "--json"])
    few = 32 if "arm" in platform.machine() or "aarch64" in platform.machine() else 16
    found = json.loads(capsys.readouterr().out)["vectors"]
    assert found == {"bytes": 16, "registers": few, "problem": ""}
    cli.main(["doctor"])
    assert f"16 bytes, {few} registers" in capsys.readouterr().out


def test_a_cached_kernel_belongs_to_a_width_and_its_registers(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Codegen:
        def magic_tuple(self) -> tuple[str, str, str]:
            return "x86_64-apple-darwin24.3.0", "x86-64-v3", "+avx2"

    kept = cache.KernelCache("kernel", tmp_path)
    paths = set()
    for width, registers in ((16, 16), (32, 16), (32, 32), (64, 32)):
        made_for = Target("same", "same", width, registers)
        monkeypatch.setattr(target, "current", lambda made_for=made_for: made_for)
        paths.add(kept._file("()", Codegen()))
    assert len(paths) == 4
