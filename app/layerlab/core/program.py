"""The program as a process: a clone's, a wheel's or a bundle's, and another one of itself."""

from __future__ import annotations

import atexit
import codecs
import contextlib
import io
import os
import pathlib
import re
import sys
from typing import NoReturn

# First arguments with which `layerlab.cli` serves the program itself; nobody types them.
ENGINE_CHILD = "--engine-child"
ASK_QT = "--ask-qt"
WITH_PLOT = "plot"  # after ASK_QT
TRY_ENGINE = "--try-engine"
_PLAIN = "layerlab.plain"  # name of our handler of characters that an encoding lacks
_PLAIN_SIGNS = str.maketrans(
    {"\u202f": " ", "−": "-", "·": ".", "×": "x", "√": "sqrt ", "→": "->"}
    | {"≤": "<=", "≥": ">=", "ₖ": "_k", "₂": "_2", "λ": "lambda", "ρ": "rho", "σ": "sigma"}
)
_EXPONENT = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_EXPONENT_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def is_bundle() -> bool:
    """Return whether this is the built program, which has no Python of its own to call."""
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


def print_anywhere() -> None:
    """Let numbers and formulas be printed in encodings without their signs, such as cp1252.

    The thin space between thousands becomes a blank, the minus a hyphen, a root `sqrt`;
    anything else that an encoding lacks is escaped.
    """
    codecs.register_error(_PLAIN, _plainly)
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue  # none, or not a terminal's, a pipe's or a file's
        try:
            "\u202f−".encode(stream.encoding)
        except UnicodeEncodeError:
            stream.reconfigure(errors=_PLAIN)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = plain(error.object[error.start : error.end])
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


def plain(text: str) -> str:
    """Return a text with letters for the signs of formulas: `sqrt d_k` for `√dₖ`."""
    text = _EXPONENT.sub(lambda found: "^" + found[0].translate(_EXPONENT_DIGITS), text)
    return text.translate(_PLAIN_SIGNS)


def leave(code: int) -> NoReturn:
    """End the process at once, whatever its threads are doing.

    A thread may be within a library's own code, such as LLVM's while kernels are compiled, and
    dies of a fault when the library's static objects are destroyed under it. So these are not
    destroyed; what Python has registered for the end is done, and what was printed is there.

    Args:
        code: the exit code.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # none, or a closed one
            stream.flush()
    os._exit(code)


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
