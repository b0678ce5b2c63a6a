"""Say what is installed, what is missing and what to do."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import platform
import signal
import subprocess
import sys
import time
from typing import Any

from layerlab import __version__
from layerlab.commands.display import display_problem
from layerlab.commands.libraries import (
    OFFSCREEN,
    XCB,
    libraries_problem,
    missing_libraries,
    qt_folder,
)
from layerlab.commands.progress import Progress
from layerlab.commands.qt_platform import ask_platform
from layerlab.core.errors import LabError
from layerlab.core.libraries import (
    FAILURES,
    LIBRARIES,
    Library,
    blamed,
    import_sentence,
    load_sentence,
    missing,
)
from layerlab.core.program import TRY_ENGINE, WITH_PLOT, own_command, own_environment
from layerlab.core.translation import _

# What hangs has to end; what is slow has to be waited for. An emulated processor with other
# work beside took 35 minutes to compile for one precision, and half a minute to start Qt.
TRY_LIMIT_S, QT_LIMIT_S = 10_800, 600
LOOK_S = 0.5  # between two looks at a process
# Imported where they are tried, in a process of their own: an import takes seconds, or Qt.
_TRIED = ("PySide6-Essentials", "pyqtgraph", "numba", "torch")
_DATA_SETS = "scikit-learn"  # which is there for these: they are read instead of importing it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help=_("one JSON object"))


def run(args: argparse.Namespace) -> int:
    """Examine the installation; return 0 if it is ready, else 1."""
    with Progress(0, sys.stderr) as progress:
        found = examine(progress)
    print(json.dumps(found, ensure_ascii=False) if args.json else _text(found))
    return 0 if found["ready"] else 1


def examine(progress: Progress) -> dict[str, Any]:
    """Return versions, engines, Qt's state, the display, and what is left to do.

    Args:
        progress: shows what is under way.

    Returns:
        What `--json` prints.

    A version is None where the library is missing or does not load; `lacks` says which and
    why. An engine is "" once it has trained a few updates in each precision as NumPy does.
    """
    progress.report(_("loading the libraries"))
    troubles = {library.name: _trouble(library) for library in LIBRARIES}
    lacks = {name: why for name, (why, _blamed) in troubles.items()}
    display = display_problem()
    progress.report(_("starting Qt"))
    qt = _qt(display == "")
    if not (qt["problem"] or lacks["pyqtgraph"] or lacks["numpy"]):
        progress.report(_("drawing a plot"))
        lacks["pyqtgraph"] = _plot()
    engines = _engines(progress)
    needed = [
        why
        for library in LIBRARIES
        if (why := lacks[library.name])
        and not library.is_optional
        # Else it is another one's absence that keeps it from loading.
        and troubles[library.name][1] in ("", library.name)
    ]
    # What an engine lacks altogether is optional; one that is there has to train.
    broken = [
        _("engine {name}: {problem}", name=name, problem=problem)
        for name, problem in engines.items()
        if problem and not lacks.get("numba" if name == "compiled" else name)
    ]
    todo = needed or broken
    if qt["problem"] and qt["problem"] not in todo and not lacks["PySide6-Essentials"]:
        todo.append(qt["problem"])
    return {
        "ready": not todo,
        "layerlab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: None if lacks[name] else _version(name) for name in lacks},
        "lacks": {name: why for name, why in lacks.items() if why},
        "engines": engines,
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


def _trouble(library: Library) -> tuple[str, str]:
    """Return why a library cannot be used, and which one is to blame; "" where it can be.

    Imports what is light.
    """
    if why := missing(library.name):
        return why, library.name
    try:
        if library.name == _DATA_SETS:
            return importlib.import_module("layerlab.nets.tasks.sets").unreadable(), ""
        if library.name not in _TRIED:
            importlib.import_module(library.module)
    except Exception as error:  # whatever a library that is damaged raises
        return load_sentence(library.name, error), blamed(error)
    return "", ""


def _engines(progress: Progress) -> dict[str, str]:
    """Return engine -> "" if it trains as NumPy does, or one sentence that says why not."""
    try:
        from layerlab.nets.engines import available
    except ImportError as error:
        return {"numpy": import_sentence(error, _("the engine numpy"))}
    return {name: problem or _tried(name, progress) for name, problem in available().items()}


def _tried(name: str, progress: Progress) -> str:
    """Have an engine train in each precision, in a process of its own; return what fails."""
    doing = _("training a few updates")
    if name == "compiled":
        doing = _("compiling takes minutes on a slow computer")
    began_s = time.monotonic()
    with subprocess.Popen(
        own_command(TRY_ENGINE, name),
        env=own_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            while (heard := _heard(process)) is None:
                waited_s = time.monotonic() - began_s
                if waited_s > TRY_LIMIT_S:
                    return _(
                        "it did not train a few updates within {seconds} seconds",
                        seconds=TRY_LIMIT_S,
                    )
                progress.report(
                    _(
                        "engine {name}: {doing}, {waited_s:.0f} s so far",
                        name=name,
                        doing=doing,
                        waited_s=waited_s,
                    )
                )
        finally:
            process.kill()
    output, warned = heard
    progress.wipe()
    print(warned, end="", file=sys.stderr)
    if process.returncode:
        ends = {-number: number.name for number in signal.Signals}
        how = ends.get(process.returncode, f"exit code {process.returncode}")
        return _("its process ended while it trained a few updates ({how})", how=how)
    found: dict[str, str] = json.loads(output.splitlines()[-1])
    problems = {problem: dtype for dtype, problem in found.items() if problem}
    return "; ".join(problems)


def _heard(process: subprocess.Popen[str]) -> tuple[str, str] | None:
    """Return what a process has printed and warned of, once it has ended; None before."""
    try:
        return process.communicate(timeout=LOOK_S)
    except subprocess.TimeoutExpired:
        return None


def _vectors() -> dict[str, Any]:
    """Return what the kernels are compiled for: bytes of a vector, registers that hold one."""
    try:
        from layerlab.nets.engines.compiled import target

        found = target.current()
    except (LabError, *FAILURES) as error:  # as `_engines` says
        return {"bytes": None, "registers": None, "problem": str(error)}
    return {"bytes": found.vector_bytes, "registers": found.registers, "problem": ""}


def _qt(has_display: bool) -> dict[str, str]:
    """Return the platform that Qt starts on here, and what is wrong with it.

    A process of its own is asked: where its plugin lacks a library, Qt aborts.
    """
    if qt_folder() is None:
        return {"platform": "", "problem": _("PySide6 is not installed")}
    given = {} if has_display else {"QT_QPA_PLATFORM": "offscreen"}
    platform, words = ask_platform(given, QT_LIMIT_S)
    if platform:
        return {"platform": platform, "problem": ""}
    own = words.rpartition("layerlab: ")[2]
    if own != words:  # the lab's own words: Qt was not even asked
        return {"platform": "", "problem": own}
    problem = libraries_problem(missing_libraries(XCB if has_display else OFFSCREEN))
    words = words.rpartition("\n")[2]
    return {"platform": "", "problem": problem or _("Qt does not start: {words}", words=words)}


def _plot() -> str:
    """Return why no plot can be drawn, in one sentence, or ""; pyqtgraph brings Qt along."""
    platform, words = ask_platform({"QT_QPA_PLATFORM": "offscreen"}, QT_LIMIT_S, WITH_PLOT)
    return "" if platform else words.rpartition("layerlab: ")[2].rpartition("\n")[2]


def _text(found: dict[str, Any]) -> str:
    rows = [
        ("layerlab", found["layerlab"]),
        ("python", f"{found['python']} ({sys.executable})"),
        ("platform", found["platform"]),
    ]
    lacks = found["lacks"]
    rows += [(name, lacks.get(name) or version) for name, version in found["packages"].items()]
    for name, problem in found["engines"].items():
        rows.append(
            (_("engine {name}", name=name), problem or _("trains in float32 and float64"))
        )
    vectors = found["vectors"]
    width = _(
        "{bytes} bytes, {registers} registers",
        bytes=vectors["bytes"],
        registers=vectors["registers"],
    )
    rows.append((_("vectors"), vectors["problem"] or width))
    qt = found["qt"]
    rows.append(
        (_("Qt plugin"), qt["problem"] or _("{platform} loads", platform=qt["platform"]))
    )
    shown = found["display"]["problem"]
    rows.append(
        (
            _("display"),
            _("{shown}; train and shot work without", shown=shown) if shown else _("available"),
        )
    )
    longest = max(len(name) for name, _ in rows)
    lines = [f"{name:<{longest}}  {value}" for name, value in rows]
    return "\n".join([*lines, "", *(found["todo"] or [_("ready")])])
