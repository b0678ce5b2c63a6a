"""Open the window; where there is no display, draw it into `layerlab.png` instead.

`python packaging/start.py [FILE] [--theme T]`, run by the Python of `.venv`.
"""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "app"))

from layerlab.commands.display import display_problem  # noqa: E402

PICTURE = "layerlab.png"
NO_SCREEN = ("offscreen", "minimal")  # platforms of Qt that nobody can look at
ABORTED = (-signal.SIGABRT, 128 + signal.SIGABRT)  # what Qt does without a display


def lab(*arguments: str) -> int:
    """Run the lab's own command; return its exit code."""
    command = [sys.executable, "-m", "layerlab", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    """Open or draw the window; return the exit code."""
    if os.environ.get("QT_QPA_PLATFORM", "") in NO_SCREEN:
        problem = "there is no display to open a window on"
    else:
        problem = display_problem()
    if not problem:
        code = lab(*sys.argv[1:])
        if code not in ABORTED:
            return code
        problem = "Qt could not open a window on this display"
    print(
        f"layerlab: {problem}, so the default lab is trained without one and the window is "
        f"drawn into {PICTURE}",
        file=sys.stderr,
        flush=True,
    )
    return lab("shot", "--out", str(ROOT / PICTURE))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
