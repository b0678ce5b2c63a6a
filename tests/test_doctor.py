"""`layerlab doctor`: what it calls ready, and what it says of what is not."""

from __future__ import annotations

import io
import pathlib
import sys
import tomllib
import types

import pytest
from packaging.requirements import Requirement

from layerlab.commands import doctor
from layerlab.commands.progress import Progress
from layerlab.core.libraries import LIBRARIES, import_sentence, is_installed
from layerlab.nets.engines import trial
from tests.helpers.scripts import ROOT

NO_PROGRESS = Progress(0, io.StringIO())  # no terminal
FINE = {"numpy": "", "compiled": "", "torch": ""}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is started; what engines and Qt would say is given."""
    monkeypatch.setattr(doctor, "_engines", lambda _: dict(FINE))
    monkeypatch.setattr(doctor, "_qt", lambda _: {"platform": "offscreen", "problem": ""})
    monkeypatch.setattr(doctor, "_plot", lambda: "")
    return monkeypatch


def test_every_library_that_is_required_is_examined() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = {Requirement(line).name for line in project["dependencies"]}
    assert {library.name for library in LIBRARIES} == required


def test_all_is_well(quick: pytest.MonkeyPatch) -> None:
    found = doctor.examine(NO_PROGRESS)
    assert found["ready"]
    without = set() if is_installed("torch") else {"torch"}
    assert (set(found["lacks"]), found["todo"]) == (without, [])
    assert {name for name, version in found["packages"].items() if not version} == without


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_each_library_that_is_missing_is_named(
    quick: pytest.MonkeyPatch, library: types.SimpleNamespace
) -> None:
    top = library.module.partition(".")[0]
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{top}.")]:
        quick.delitem(sys.modules, name)
    quick.setitem(sys.modules, top, None)
    lacks, blamed = doctor._trouble(library)
    assert blamed == library.name
    assert f"{library.name}, which is not installed; install it with: " in lacks
    assert lacks.endswith(f"-m pip install {library.name}")


def lacking(quick: pytest.MonkeyPatch, **troubles: tuple[str, str]) -> None:
    quick.setattr(doctor, "_trouble", lambda library: troubles.get(library.name, ("", "")))


def test_what_is_optional_may_be_missing(quick: pytest.MonkeyPatch) -> None:
    lacking(quick, numba=("it needs numba", "numba"), torch=("it needs torch", "torch"))
    quick.setattr(doctor, "_engines", lambda _: FINE | {"compiled": "no numba", "torch": "no"})
    assert doctor.examine(NO_PROGRESS)["ready"]


def test_what_is_there_has_to_train(quick: pytest.MonkeyPatch) -> None:
    quick.setattr(doctor, "_engines", lambda _: FINE | {"compiled": "it does not compile"})
    found = doctor.examine(NO_PROGRESS)
    assert not found["ready"]
    assert found["todo"] == ["engine compiled: it does not compile"]


def test_a_library_is_not_blamed_for_another_one(quick: pytest.MonkeyPatch) -> None:
    lacking(
        quick,
        numpy=("Layerlab needs numpy, which is not installed", "numpy"),
        safetensors=("a saved lab needs numpy, which is not installed", "numpy"),
    )
    assert doctor.examine(NO_PROGRESS)["todo"] == [
        "Layerlab needs numpy, which is not installed"
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "(SIGILL)"),
        ("raise SystemExit(7)", "(exit code 7)"),
        ('print(\'{"float32": "", "float64": "not equal"}\')', "not equal"),
    ],
)
def test_an_engine_that_takes_its_process_along_is_told(
    monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    monkeypatch.setattr(doctor, "own_command", lambda *_: [sys.executable, "-c", code])
    assert message in doctor._tried("compiled", NO_PROGRESS)


class Terminal(io.StringIO):
    """Keeps what is written."""

    def isatty(self) -> bool:
        return True


def test_who_waits_is_told_what_for_and_warnings_have_lines_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    """The process ends when the terminal has said three times that it compiles."""
    terminal, done = Terminal(), tmp_path / "done"
    code = (
        "import pathlib, sys, time\n"
        f"while not pathlib.Path({str(done)!r}).exists(): time.sleep(0.01)\n"
        "print('layerlab: the cache is full', file=sys.stderr)\n"
        'print(\'{"float32": "", "float64": ""}\')'
    )

    class Watched(Progress):
        times = 0

        def report(self, text: str) -> None:
            super().report(text)
            self.times += 1
            if self.times == 3:
                done.touch()

    monkeypatch.setattr(doctor, "own_command", lambda *_: [sys.executable, "-c", code])
    monkeypatch.setattr(doctor, "LOOK_S", 0.05)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Watched(0, terminal) as progress:
        assert doctor._tried("compiled", progress) == ""
    *lines, blank, warned = terminal.getvalue().split("\r")
    message = "engine compiled: compiling takes minutes on a slow computer, "
    assert sum(line.startswith(message) for line in lines) >= 3
    assert max(map(len, lines)) < 80
    assert blank.strip() == ""
    assert warned == "layerlab: the cache is full\n"


def test_an_engine_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import time; time.sleep(1e6)"
    monkeypatch.setattr(doctor, "own_command", lambda *_: [sys.executable, "-c", code])
    monkeypatch.setattr(doctor, "LOOK_S", 0.05)
    monkeypatch.setattr(doctor, "TRY_LIMIT_S", 0)
    assert "did not train a few updates within 0 seconds" in doctor._tried("torch", NO_PROGRESS)


@pytest.mark.parametrize("dtype", trial.DTYPES)
@pytest.mark.parametrize("name", ["numpy", "compiled"])
def test_engines_agree_and_a_wrong_one_is_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, dtype: str
) -> None:
    from dataclasses import replace

    from layerlab.nets.engines import engine

    assert trial.disagreement(name, dtype) == ""

    class Wrong:
        """Off by a hundredth of what is learned."""

        def run(self, spec, state):  # type: ignore[no-untyped-def]
            *_, last = engine(name).run(spec, state)
            yield replace(last, params=last.params + 0.01 * (last.params - state.params))

    exact = engine("numpy")
    chosen = [Wrong(), exact]
    monkeypatch.setattr(trial, "engine", lambda _: chosen.pop(0))
    assert "apart from those of NumPy" in trial.disagreement(name, dtype)


def test_a_damaged_library_says_how_to_mend_it() -> None:
    error = ImportError("DLL load failed", name="scipy.special._ufuncs")
    message = import_sentence(error, "GELU in NumPy")
    assert message.startswith(
        "GELU in NumPy needs scipy, which does not load (DLL load failed); "
    )
    assert message.endswith("-m pip install --force-reinstall --no-deps scipy")
