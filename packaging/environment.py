"""Make `.venv` and install what is pinned, once; a second call does nothing.

Runs on any Python 3.11 or newer with nothing else installed: standard library only.
`python packaging/environment.py [--extra NAME]... [--pip-flags FLAGS] [--torch-index URL]
[--again]`. An index that is given for PyTorch is asked for PyTorch alone: whoever can publish
there under another package's name would else decide what is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tomllib
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "layerlab-installed.json"
PROJECT, PINS = ROOT / "pyproject.toml", ROOT / "packaging" / "constraints.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class SetUpError(Exception):
    """What stops the set-up, said in one sentence."""


def show_message(sentence: str) -> None:
    """Print one sentence of the set-up's own."""
    print(f"layerlab: {sentence}", file=sys.stderr, flush=True)


def key() -> str:
    """Return a hash of all that decides what is installed."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (PROJECT, PINS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_stamp() -> dict[str, Any]:
    """Return what was installed last; empty if nothing, or if it cannot be read."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def requirements(extras: list[str]) -> tuple[list[str], list[str]]:
    """Return what is required apart from torch, and torch."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    torch = [line for line in wanted if line.startswith("torch")]
    return [line for line in wanted if line not in torch], torch


def make_venv() -> None:
    """Make the virtual environment, unless a working one is there.

    Raises:
        SetUpError: this Python cannot make one.
    """
    if PYTHON.exists() and _works("import pip"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise SetUpError(
            "this Python cannot make virtual environments; on Debian or Ubuntu: "
            f"sudo apt-get install {name}"
        )
    if (VENV / "pyvenv.cfg").exists():  # a half-made or moved one, and no other folder
        shutil.rmtree(VENV)
    show_message("making .venv")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode:
        raise SetUpError(f"{VENV} could not be made, see above")


def _works(code: str) -> bool:
    return (
        subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode == 0
    )


def pip_install(packages: list[str], flags: list[str]) -> bool:
    """Install packages at their pinned versions; return whether it worked."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["-c", str(PINS), *flags, *packages]
    return subprocess.run(command, check=False).returncode == 0


def let_it_find_the_lab() -> None:
    """Write where this clone's package is, from there, so that a clone may be moved.

    Raises:
        SetUpError: `.venv` does not say where its packages are.
    """
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetUpError(f"{VENV} could not be made: {done.stderr.strip()[-300:]}")
    packages = pathlib.Path(done.stdout.strip())
    (packages / "layerlab-clone.pth").write_text(os.path.relpath(ROOT / "app", packages))


def install_torch(torch: list[str], flags: list[str], index: str) -> bool:
    """Install torch and what it needs; return whether it worked.

    Args:
        torch: its requirement.
        flags: of pip.
        index: PyTorch's own, which gives torch alone and nothing that torch needs; "" for
            the index that all packages are from.
    """
    if index and not pip_install([*torch], [*flags, "--no-deps", "--index-url", index]):
        return False  # no other build instead: that one may be gigabytes
    return pip_install(torch, flags)


def install(extras: list[str], flags: list[str], torch_index: str = "") -> None:
    """Install everything, torch last, and note it; the lab works without torch.

    Args:
        extras: names in pyproject.toml.
        flags: of pip, for every package.
        torch_index: see `install_torch`.

    Raises:
        SetUpError: something that the lab needs could not be installed.
    """
    needed, torch = requirements(extras)
    STAMP.unlink(missing_ok=True)
    show_message("installing the pinned packages; this happens once")
    if not pip_install(needed, flags):
        raise SetUpError("the packages could not be installed, see above")
    if (
        sys.platform == "linux"
        and not torch_index
        and not _works("from importlib.metadata import version as v; v('torch')")
    ):
        show_message(
            "installing PyTorch; where it brings gigabytes for graphics cards, "
            f"TORCH_INDEX={CPU_INDEX} takes its smaller CPU build"
        )
    has_torch = install_torch(torch, flags, torch_index)
    if not has_torch:
        show_message(
            "PyTorch could not be installed: the lab works without; `make torch` tries again"
        )
    stamp = {"key": key(), "extras": extras, "torch": has_torch}
    STAMP.write_text(json.dumps(stamp))


def main() -> int:
    """Set up; return the exit code."""
    parser = argparse.ArgumentParser(description="make .venv and install what is pinned")
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--pip-flags", default="")
    parser.add_argument("--torch-index", metavar="URL", default="")
    parser.add_argument("--again", action="store_true", help="even if nothing has changed")
    args = parser.parse_args()
    flags = shlex.split(args.pip_flags)
    stamp = read_stamp()
    is_current = stamp.get("key") == key() and set(args.extra) <= set(stamp.get("extras", ()))
    wants_torch = (flags or args.torch_index) and not stamp.get("torch")
    if is_current and not wants_torch and not args.again:
        return 0
    known = stamp.get("extras", []) if stamp.get("key") == key() else []
    try:
        if "download.pytorch.org" in args.pip_flags:
            raise SetUpError(
                "PIP_FLAGS would ask PyTorch's index for every package; "
                f"TORCH_INDEX={CPU_INDEX} asks it for PyTorch alone"
            )
        make_venv()
        let_it_find_the_lab()
        install(sorted({*args.extra, *known}), flags, args.torch_index)
    except SetUpError as error:
        show_message(str(error))
        return 1
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python is there may start this
        show_message(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
        sys.exit(1)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
