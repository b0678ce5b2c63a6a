"""The set-up, the pins, the wheel and what Qt lacks: from clone to running program."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from layerlab.commands import libraries, qt_platform
from layerlab.commands.display import display_problem
from tests.helpers.scripts import ROOT, script

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="about Linux")


# ---- versions


def pins() -> dict[str, str]:
    lines = (ROOT / "packaging" / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def all_requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


@pytest.mark.parametrize("requirement", all_requirements(), ids=lambda r: r.name)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement) -> None:
    version = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


# What builds of PyTorch for graphics cards need beside what its CPU build does. The pins are
# those of the latter; whoever takes another build gets what that very release asks for.
FOR_GRAPHICS = ("cuda-", "nvidia-", "triton")


def test_the_pins_are_closed() -> None:
    """What a pinned package requires is pinned too, so that nothing floats."""
    known = pins()
    for name in known:
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # pinned for an extra that is not installed here
        for line in needed:
            requirement = Requirement(line)
            if name == "torch" and canonicalize_name(requirement.name).startswith(FOR_GRAPHICS):
                continue
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in known, f"{name} needs {line}"


def test_torch_is_installed_last_and_may_be_missing() -> None:
    environment = script("environment")
    needed, torch = environment.requirements(["test"])
    assert torch == [line for line in PROJECT["dependencies"] if line.startswith("torch")]
    assert len(torch) == 1
    assert not any(line.startswith("torch") for line in needed)
    assert set(PROJECT["optional-dependencies"]["test"]) < set(needed)


# ---- set-up


@pytest.fixture
def set_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The set-up with a pip that only notes what it is asked for."""
    environment = script("environment")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", venv / "stamp.json")
    environment.asked = []
    environment.has_network = True

    def pip_install(packages: list[str], flags: list[str]) -> bool:
        environment.asked.append((packages, flags))
        return environment.has_network or not packages[0].startswith("torch")

    monkeypatch.setattr(environment, "pip_install", pip_install)

    def run(*arguments: str) -> int:
        environment.asked.clear()
        monkeypatch.setattr(sys, "argv", ["environment.py", *arguments])
        return int(environment.main())

    environment.run = run
    return environment


def test_a_second_start_installs_nothing(set_up: Any) -> None:
    assert set_up.run() == 0
    assert [packages[0].partition("<")[0] for packages, _ in set_up.asked][1] == "torch"
    assert set_up.run() == 0
    assert set_up.asked == []
    assert set_up.run("--extra", "test") == 0
    assert "pytest>=8.3" in set_up.asked[0][0]
    assert set_up.run() == 0  # all of it is there already
    assert set_up.asked == []


def test_a_changed_pin_installs_again(set_up: Any, tmp_path: pathlib.Path) -> None:
    assert set_up.run() == 0
    set_up.PINS = tmp_path / "pins.txt"
    set_up.PINS.write_text("numpy==2.4.7\n")
    assert set_up.run() == 0
    assert set_up.asked


def test_without_torch_the_lab_is_set_up_all_the_same(
    set_up: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up.has_network = False
    assert set_up.run() == 0
    assert "PyTorch could not be installed" in capsys.readouterr().err
    assert json.loads(set_up.STAMP.read_text())["torch"] is False
    assert set_up.run() == 0  # it is not tried at every start
    assert set_up.asked == []
    set_up.has_network = True
    assert set_up.run("--pip-flags", "--index-url https://example.org/simple") == 0
    assert set_up.asked[1][1] == ["--index-url", "https://example.org/simple"]


def test_an_index_of_pytorch_serves_torch_alone(set_up: Any) -> None:
    """What torch needs is not asked of it either, or it could serve anything by that name."""
    assert set_up.run("--torch-index", "https://example.org/cpu") == 0
    torch = ["--no-deps", "--index-url", "https://example.org/cpu"]
    assert [flags for _, flags in set_up.asked] == [[], torch, []]
    asked = [packages for packages, _ in set_up.asked]
    assert asked[1] == asked[2] == set_up.requirements([])[1]


def test_an_index_of_pytorch_that_fails_leads_to_no_other_build(
    set_up: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up.has_network = False
    assert set_up.run("--torch-index", "https://example.org/cpu") == 0
    assert len(set_up.asked) == 2  # the usual build may be gigabytes
    assert "PyTorch could not be installed" in capsys.readouterr().err
    set_up.has_network = True
    assert set_up.run("--torch-index", "https://example.org/cpu") == 0
    assert json.loads(set_up.STAMP.read_text())["torch"] is True


def test_an_index_of_pytorch_is_not_asked_for_everything(
    set_up: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = f"--extra-index-url {set_up.CPU_INDEX}"
    assert set_up.run("--pip-flags", flags) == 1
    assert set_up.asked == []
    error = capsys.readouterr().err
    assert f"TORCH_INDEX={set_up.CPU_INDEX}" in error
    assert error.count("\n") == 1


def test_actions_of_workflows_are_pinned_by_digest() -> None:
    """A tag can be moved to other code; a commit cannot."""
    used = [
        line.split("uses:")[1].strip()
        for path in (ROOT / ".github" / "workflows").iterdir()
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    assert used
    for line in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_a_python_without_venv_gets_the_line_to_type(
    set_up: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up.PYTHON.unlink()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert set_up.run() == 1
    line = f"sudo apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert line in capsys.readouterr().err


def test_a_failed_installation_is_not_noted(
    set_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "pip_install", lambda packages, flags: False)
    assert set_up.run() == 1
    assert not set_up.STAMP.exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_without_python_says_so() -> None:
    command = ["make", "run", "PYTHON="]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr


# ---- what Qt lacks


def tool(folder: pathlib.Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A PATH of our own, with a loader that finds two libraries missing."""
    tool(
        tmp_path,
        "ldd",
        """cat <<'E'
/qt/libqxcb.so:
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
\tlibc.so.6 => /lib/libc.so.6 (0x00007f)
E""",
    )
    for name in ("cat", "env", "sh"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@linux_only
def test_the_loader_is_asked_what_is_missing(tools: pathlib.Path) -> None:
    missing = libraries.missing_libraries()
    assert missing == ["libEGL.so.1", "libxcb-cursor.so.0"]
    assert libraries.libraries_problem(missing) == (
        "Qt lacks the libraries libEGL.so.1, libxcb-cursor.so.0; on Debian or Ubuntu: "
        "sudo apt-get install libegl1 libxcb-cursor0"
    )


@linux_only
def test_nothing_is_missing_here() -> None:
    assert libraries.missing_libraries(libraries.OFFSCREEN) == []


@linux_only
def test_every_library_that_qt_needs_has_a_package() -> None:
    """Of the real plugins: all that does not come with PySide6 or the C library."""
    folder = libraries.qt_folder()
    assert folder is not None
    files = [folder / name for name in (*libraries.XCB, *libraries.OFFSCREEN)]
    assert all(path.exists() for path in files)
    listed = subprocess.run(
        ["ldd", *map(str, files)], capture_output=True, text=True, check=True
    )
    c_library = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"}
    needed = set()
    for line in listed.stdout.splitlines():
        name, arrow, place = line.strip().partition(" => ")
        if arrow and not place.startswith(str(folder)) and "PySide6" not in place:
            needed.add(name)
    direct = {
        n for n in needed if n.startswith(("libxcb", "libX11", "libEGL", "libGL", "libxkb"))
    }
    assert direct
    assert direct - c_library <= set(libraries.DEBIAN_PACKAGES)


@linux_only
@pytest.mark.parametrize("is_root", [True, False])
def test_libraries_are_installed_where_nobody_asks_for_a_password(
    tools: pathlib.Path, monkeypatch: pytest.MonkeyPatch, is_root: bool
) -> None:
    noted = tools / "noted"
    tool(tools, "apt-get", f'echo "$@" >> {noted}; echo "#!/bin/sh" > {tools}/ldd')
    tool(tools, "sudo", 'shift; exec "$@"')
    tool(tools, "true", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1000)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert script("linux_libraries").main() == 0
    update, install = noted.read_text().splitlines()
    assert update == "update"
    assert install == "install -y --no-install-recommends libegl1 libxcb-cursor0"


@linux_only
def test_else_the_exact_line_is_printed(
    tools: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tool(tools, "apt-get", "exit 1")
    tool(tools, "sudo", "exit 1")  # it asks for a password
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert script("linux_libraries").main() == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "sudo apt-get install libegl1 libxcb-cursor0" in error


def test_an_import_that_fails_names_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "missing_libraries", lambda plugins: [])
    error = ImportError(
        "libEGL.so.1: cannot open shared object file: No such file or directory", name="QtGui"
    )
    assert "libegl1" in libraries.import_problem(error)


# ---- the display


@linux_only
def test_a_display_is_asked_before_it_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    assert display_problem({}) == "there is no display to open a window on"
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert display_problem({"DISPLAY": ":4711"}) == "the display :4711 does not answer"
    assert display_problem({"DISPLAY": "what?"}) == "the display what? does not answer"
    with socket.socket(socket.AF_UNIX) as x, socket.socket(socket.AF_UNIX) as wayland:
        x.bind("\0/tmp/.X11-unix/X4711")
        x.listen()
        assert display_problem({"DISPLAY": ":4711.0"}) == ""
        wayland.bind(str(tmp_path / "wayland-7"))
        wayland.listen()
        environ = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert display_problem(environ) == ""
        assert display_problem(environ | {"WAYLAND_DISPLAY": "wayland-8"}) != ""


def test_other_systems_always_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert display_problem({}) == ""


# ---- the wheel


def test_the_wheel_holds_the_program_and_all_that_it_ships(tmp_path: pathlib.Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("layerlab-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in (ROOT / "resources").iterdir():
        files = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"]
        shipped = {f"layerlab/{p.relative_to(ROOT)}" for p in files}
        if folder.name == "screenshots":
            assert not shipped & names
        else:
            assert shipped <= names
    sources = {str(p.relative_to(ROOT / "app")) for p in (ROOT / "app/layerlab").rglob("*.py")}
    assert sources <= names
    # Nothing else: another `app`, `tests` or `packaging` that is installed is left alone.
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"layerlab"}
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    assert b"layerlab = layerlab.cli:run" in zipfile.ZipFile(wheel).read(entry)


@pytest.mark.parametrize("name", ["app", "layerlab"])
def test_a_clone_starts_under_its_old_name_too(name: str) -> None:
    """`python -m app` needs no path: it finds the package beside itself."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if name == "layerlab":
        environ["PYTHONPATH"] = str(ROOT / "app")
    done = subprocess.run(
        [sys.executable, "-m", name, "spec", "--default"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["task"]["name"] == "wave"


@pytest.mark.parametrize("name", ["nonsense", "wayland"])
@pytest.mark.skipif(sys.platform != "linux", reason="where there may be no display")
def test_a_platform_that_qt_cannot_start_on_costs_a_sentence(name: str) -> None:
    known = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
    environ = {key: value for key, value in os.environ.items() if key not in known}
    done = subprocess.run(
        [sys.executable, "-m", "layerlab"],
        env=environ | {"QT_QPA_PLATFORM": name},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"layerlab: Qt does not start with QT_QPA_PLATFORM={name}")


def test_qt_is_asked_only_where_the_platform_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    words = 'qt.qpa.plugin: Could not find the Qt platform plugin "x" in ""\nAvailable are: a.'

    def ask(environ: dict[str, str]) -> tuple[str, str]:
        asked.append(environ.get("QT_QPA_PLATFORM", ""))
        return ("xcb", "") if asked[-1] == "xcb" else ("", words)

    monkeypatch.setattr(qt_platform, "ask_platform", ask)
    monkeypatch.setattr(qt_platform, "answers_x", lambda display: display == ":1")
    monkeypatch.setattr(sys, "platform", "linux")
    for known in (
        {"DISPLAY": ":1"},
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "minimal:x"},
    ):
        assert qt_platform.platform_problem(known) == ""
    assert asked == []
    assert qt_platform.platform_problem({"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":1"}) == ""
    assert asked == ["xcb"]
    reason = '(Could not find the Qt platform plugin "x")'
    assert reason in qt_platform.platform_problem({"QT_QPA_PLATFORM": "y"})
    assert reason in qt_platform.platform_problem({"WAYLAND_DISPLAY": "wayland-0"})
