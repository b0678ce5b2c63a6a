"""Install the shared libraries that Qt lacks on Debian and Ubuntu.

Which ones is asked of the loader (`layerlab.commands.libraries`). They are installed as root
or where sudo asks for no password; else the exact line is printed. Nothing is done on
other systems. `python packaging/linux_libraries.py [--window] [--screen]`, run by the Python
of `.venv`. With --window, those of a window are wanted even where there is no display; with
--screen, so are the programs with which the smoke test opens one.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))

from layerlab.commands.display import display_problem
from layerlab.commands.libraries import (
    OFFSCREEN,
    XCB,
    debian_packages,
    libraries_problem,
    missing_libraries,
)

SCREEN = {"Xvfb": "xvfb", "xdotool": "xdotool"}  # program -> package


def _show_message(sentence: str) -> None:
    print(f"layerlab: {sentence}", file=sys.stderr, flush=True)


def as_root() -> list[str] | None:
    """Return what to put before a command so that root runs it; None if nothing does."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def apt_install(packages: list[str], before: list[str]) -> bool:
    """Fetch the package lists and install packages; return whether it worked."""

    def apt_get(*arguments: str) -> bool:
        command = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr, end="", file=sys.stderr)
        return done.returncode == 0

    install = ["install", "-y", "--no-install-recommends", *packages]
    return apt_get("update") and apt_get(*install)


def missing_tools() -> list[str]:
    """Return the packages of the programs that are wanted and not here."""
    wanted = SCREEN if "--screen" in sys.argv else {}
    return [package for name, package in wanted.items() if shutil.which(name) is None]


def main() -> int:
    """Look and install; return 0 if Qt has what it needs here, else 1."""
    has_window = "--window" in sys.argv or not display_problem()
    plugins = XCB if has_window else OFFSCREEN
    missing, tools = missing_libraries(plugins), missing_tools()
    if not missing and not tools:
        return 0
    packages = debian_packages(missing)[0] + tools
    before = as_root()
    if packages and shutil.which("apt-get") and before is not None:
        _show_message(f"installing libraries that Qt needs: {' '.join(packages)}")
        if apt_install(packages, before):
            missing, tools = missing_libraries(plugins), missing_tools()
    if missing:
        _show_message(libraries_problem(missing))
    if tools:
        _show_message(f"the smoke test needs: sudo apt-get install {' '.join(tools)}")
    return 1 if missing or tools else 0


if __name__ == "__main__":
    sys.exit(main() if sys.platform == "linux" else 0)
