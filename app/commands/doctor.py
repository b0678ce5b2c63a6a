"""Say what is installed, what is missing and what to do."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import sys
from typing import Any

from app import __version__
from app.commands.display import display_problem
from app.commands.libraries import (
    OFFSCREEN,
    XCB,
    libraries_problem,
    missing_libraries,
    qt_folder,
)
from app.commands.qt_platform import ask_platform
from app.core.errors import LabError
from app.core.program import is_bundle

# Distribution -> what cannot be done without it; "" for what everything needs.
PACKAGES = {
    "PySide6-Essentials": "the window",
    "numpy": "",
    "scipy": "",
    "scikit-learn": "the data sets",
    "networkx": "the page graph-filter",
    "msgspec": "",
    "platformdirs": "",
    "safetensors": "",
    "numba": "the engine compiled",
    "torch": "the engine torch",
}
OPTIONAL = ("numba", "torch")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Examine the installation; return 0 if it is ready, else 1."""
    found = examine()
    print(json.dumps(found, ensure_ascii=False) if args.json else _text(found))
    return 0 if found["ready"] else 1


def examine() -> dict[str, Any]:
    """Return versions, engines, Qt's state, the display, and what is left to do."""
    packages = {name: _version(name) for name in PACKAGES}
    display = display_problem()
    qt = _qt(display == "")
    todo = [
        "install Layerlab anew: this copy lacks " + name
        if is_bundle()
        else f"install {name}: {sys.executable} -m pip install {name}"
        for name, version in packages.items()
        if version is None and name not in OPTIONAL
    ]
    if qt["problem"] and packages["PySide6-Essentials"]:
        todo.append(qt["problem"])
    return {
        "ready": not todo,
        "layerlab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": packages,
        "engines": _engines(),
        "vectors": _vectors(),
        "qt": qt,
        "display": {"problem": display},
        "todo": todo,
    }


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _engines() -> dict[str, str]:
    try:
        from app.nets.engines import available

        return available()
    except ImportError as error:
        return {"numpy": f"cannot be loaded: {error}"}


def _vectors() -> dict[str, Any]:
    """Return what the kernels are compiled for: bytes of a vector, registers that hold one."""
    from app.nets.engines.compiled import target

    try:
        found = target.current()
    except (LabError, ImportError) as error:  # as `_engines` says
        return {"bytes": None, "registers": None, "problem": str(error)}
    return {"bytes": found.vector_bytes, "registers": found.registers, "problem": ""}


def _qt(has_display: bool) -> dict[str, str]:
    """Return the platform that Qt starts on here, and what is wrong with it.

    A process of its own is asked: where its plugin lacks a library, Qt aborts.
    """
    if qt_folder() is None:
        return {"platform": "", "problem": "PySide6 is not installed"}
    platform, words = ask_platform({} if has_display else {"QT_QPA_PLATFORM": "offscreen"})
    if platform:
        return {"platform": platform, "problem": ""}
    problem = libraries_problem(missing_libraries(XCB if has_display else OFFSCREEN))
    words = words.rpartition("\n")[2]
    return {"platform": "", "problem": problem or f"Qt does not start: {words}"}


def _text(found: dict[str, Any]) -> str:
    rows = [
        ("layerlab", found["layerlab"]),
        ("python", f"{found['python']} ({sys.executable})"),
        ("platform", found["platform"]),
    ]
    for name, version in found["packages"].items():
        lost = f"missing; {PACKAGES[name]} needs it" if PACKAGES[name] else "missing"
        rows.append((name, version or lost))
    for name, problem in found["engines"].items():
        rows.append((f"engine {name}", problem or "available"))
    vectors = found["vectors"]
    rows.append(("vectors", vectors["problem"] or
                 f"{vectors['bytes']} bytes, {vectors['registers']} registers"))  # fmt: skip
    qt = found["qt"]
    rows.append(("Qt plugin", qt["problem"] or f"{qt['platform']} loads"))
    shown = found["display"]["problem"]
    rows.append(("display", f"{shown}; train and shot work without" if shown else "available"))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    return "\n".join([*lines, "", *(found["todo"] or ["ready"])])
