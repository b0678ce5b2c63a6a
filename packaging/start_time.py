"""How long until the window is painted: the built program beside the same one unbuilt.

    python packaging/start_time.py dist/layerlab [--runs 9]

Each start is a process of its own under Xvfb, both programs in turn, with an empty home and
compiled kernels in the cache. A window is up when there is more than a plain colour where
the prediction stands. Run by the Python of `.venv`.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from sandbox import TroubleError
from screen import Rect, Screen

ROOT = pathlib.Path(__file__).resolve().parents[1]
PLACE: Rect = (500, 560, 400, 120)  # in the prediction, at the window's usual size
LIMIT_S, POLL_S = 60.0, 0.002
END_S = 30.0


def start_s(command: list[str], screen: Screen, folder: pathlib.Path) -> float:
    """Start a program, end it once its window is painted, and return how long that took."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND"))}
        env = keep | {
            "LAYERLAB_HOME": home,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "DISPLAY": screen.display,
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        began_s = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=env)
        while not screen.is_painted(PLACE):
            if process.poll() is not None or time.perf_counter() - began_s > LIMIT_S:
                process.kill()
                raise TroubleError(f"{command[0]} showed no window")
            time.sleep(POLL_S)
        taken_s = time.perf_counter() - began_s
        process.send_signal(signal.SIGTERM)
        process.wait(END_S)
        while screen.is_painted(PLACE):  # until the screen is empty again
            time.sleep(POLL_S)
    return taken_s


def main() -> int:
    """Print the medians and their ratio; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("installation", metavar="DIST", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    built = [str(args.installation.resolve() / "layerlab")]
    unbuilt = [sys.executable, "-m", "layerlab"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for command in (built, unbuilt):  # fills the disk's cache and the kernels'
            env = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
            subprocess.run(
                [*command, "train", "--updates", "1"],
                cwd=ROOT,
                env=env,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        with Screen(folder) as screen:
            for command in (built, unbuilt):
                start_s(command, screen, folder)
            taken = [
                (start_s(built, screen, folder), start_s(unbuilt, screen, folder))
                for _ in range(args.runs)
            ]
    ratios = sorted(a / b for a, b in taken)
    print(f"built    {statistics.median(a for a, _ in taken):.3f} s")
    print(f"unbuilt  {statistics.median(b for _, b in taken):.3f} s")
    print(f"ratio    {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
