"""The end of the program: at once, with its code, and never by a fault in a library."""

import os
import pathlib
import subprocess
import sys

import pytest

from tests.helpers.waiting import PATIENCE_S

ROOT = pathlib.Path(__file__).resolve().parents[1]
# A compiler that is never done, and what a library does at the end of a process: here it ends
# the process by itself, as the destructors of LLVM do under a thread that compiles.
BEGIN = """
import atexit, ctypes, os, sys, threading
from layerlab import cli
from layerlab.core import program
from layerlab.nets.engines import ready

ready.obstacle = lambda: ""
ready._make = lambda dtype: threading.Event().wait()
ready.warm_up()
atexit.register(print, "registered")
"""
DESTROYED = """
library = ctypes.CDLL(None)
library.__cxa_atexit(library.abort, None, None)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="atexit of the C library of POSIX")


def ended(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@posix
def test_nobody_waits_for_a_compiler_and_no_library_is_taken_from_it() -> None:
    done = ended(f"{BEGIN}{DESTROYED}cli.run()", "spec", "--check", "none.json")
    assert done.returncode == 2, done.stderr
    assert done.stdout == "registered\n"
    assert "none.json" in done.stderr


@posix
@pytest.mark.parametrize(
    ("arguments", "code"), [(["--version"], 0), (["spec", "--help"], 0), (["spec", "--nn"], 2)]
)
def test_the_exit_code_is_that_of_the_command(arguments: list[str], code: int) -> None:
    done = ended(f"{BEGIN}cli.run()", *arguments)
    assert done.returncode == code
    assert bool(done.stdout.removesuffix("registered\n")) == (code == 0)


def test_another_process_waits_for_the_compiler() -> None:
    """Such as a notebook, whose end the lab does not make."""
    code = (
        "import threading, time\n"
        "from layerlab.nets.engines import ready\n"
        "ready.obstacle = lambda: ''\n"
        "ready._make = lambda dtype: (threading.main_thread().join(), print('made'))\n"
        "ready.warm_up()\n"
    )
    done = ended(code)
    assert (done.returncode, done.stdout) == (0, "made\n")
