"""The program as a process: a clone's, a wheel's or a bundle's, and another one of itself."""

from __future__ import annotations

import os
import pathlib
import sys

# First arguments with which `layerlab.cli` serves the program itself; nobody types them.
ENGINE_CHILD = "--engine-child"
ASK_QT = "--ask-qt"
TRY_ENGINE = "--try-engine"


def is_bundle() -> bool:
    """Tell whether this is the built program, which has no Python of its own to call."""
    return bool(getattr(sys, "frozen", False))  # set by PyInstaller


def begin() -> None:
    """Do what a bundle has to do before anything else; nothing elsewhere."""
    if not is_bundle():
        return
    from multiprocessing import freeze_support

    # A process that a library starts through multiprocessing is this program again, and
    # must do that library's work instead of opening a second window.
    freeze_support()
    if not os.environ.get("LC_ALL"):
        known = os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "C"
        if known in ("C", "POSIX"):  # as Python does outside of a bundle (PEP 538)
            os.environ["LC_CTYPE"] = "C.UTF-8"


def own_command(*arguments: str) -> list[str]:
    """Return the command line that starts this program once more."""
    if is_bundle():
        return [sys.executable, *arguments]
    # -P: a user's folder may hold a `layerlab` or a `torch.py` of its own.
    return [sys.executable, "-P", "-m", "layerlab", *arguments]


def own_environment() -> dict[str, str]:
    """Return the environment in which `own_command` finds this very `layerlab`."""
    if is_bundle():
        return dict(os.environ)
    root = str(pathlib.Path(__file__).resolve().parents[2])  # the folder that holds `layerlab`
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
