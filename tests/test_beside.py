"""The benchmarks: they can be imported, and two commits are distinguished."""

from __future__ import annotations

import importlib
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.benchmarks import beside
from tests.helpers.scripts import ROOT

NAMES = sorted(path.stem for path in (ROOT / "tests" / "benchmarks").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_measures_nothing_before_it_is_asked(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module(f"tests.benchmarks.{name}")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", beside.RUNS)
def test_what_is_run_knows_its_arguments(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"tests.benchmarks.{beside.RUNS[name][0]}")
    arguments = beside.command(name)[4:]
    monkeypatch.setattr("sys.argv", [name, *arguments, "--help"])
    with pytest.raises(SystemExit, match="0"):
        module.main()
    assert "--json" in capsys.readouterr().out
    assert [figure for figure in beside.FIGURES if figure.benchmark == name]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_commit_is_checked_out_once(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)

    monkeypatch.setattr(beside, "ROOT", tmp_path)
    monkeypatch.setattr(beside, "KEPT", tmp_path / "kept")
    (tmp_path / "file").write_text("before")
    git("init", "--quiet")
    git("add", "file")
    git("commit", "--quiet", "--message", "one")
    (tmp_path / "file").write_text("now")
    folder = beside.checkout("HEAD")
    assert (folder / "file").read_text() == "before"
    (folder / "compiled").touch()
    assert beside.checkout("HEAD") == folder
    assert (folder / "compiled").exists()
    with pytest.raises(SystemExit, match="nothing is no commit"):
        beside.checkout("nothing")


def test_the_package_is_that_of_the_checkout(tmp_path: pathlib.Path) -> None:
    package = tmp_path / "app" / "layerlab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    code = "import layerlab, tests; print(layerlab.__file__, tests.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=beside.environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    places = [pathlib.Path(place).resolve() for place in done.stdout.split()]
    assert places == [(package / "__init__.py").resolve(), ROOT / "tests" / "__init__.py"]


def test_ratios_are_those_of_each_round() -> None:
    drag, training, paint = (
        next(figure for figure in beside.FIGURES if figure.key == key)
        for key in ("median_ms", "updates_per_s", "up")
    )
    message = beside.line(
        drag, [{"median_ms": v} for v in (20, 44, 60)], [{"median_ms": 40}] * 3
    )
    assert (
        " ".join(message.split()) == "drag, median 44 ms 40 ms 1.10 (0.50 to 1.50) at most 1.1"
    )
    message = beside.line(training, [{"updates_per_s": 90}], [{"updates_per_s": 100}])
    assert message.endswith("0.90 (0.90 to 0.90) at least 0.95, missed")
    message = beside.line(paint, [{"up": 1.35}], [{"up": 1.2}])
    assert "1.35 (1.35 to 1.35)" in message
