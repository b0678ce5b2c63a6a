"""What a change of theme or zoom costs, in time of the processor.

    python -m tests.benchmarks.theme [--changes 8] [--pages 6] [--against FOLDER]

Changes the theme and the zoom of a fresh window that shows a finished training, until all of
it is painted; then again with pages of the gallery open in the background, which are not seen.
The time is that of the whole process, so that other programs do not matter much.

`--against` names a checkout of another commit, such as one made with `git worktree add`: both
are measured in turn, each in a process of its own, and the ratio is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

ROUNDS = 3


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=8)
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--against", metavar="FOLDER")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.against:
        compare(options.against, options.changes, options.pages)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        for what, taken in measure(options.changes, options.pages).items():
            print(f"{what:34} {1000 * statistics.median(taken):6.0f} ms", flush=True)


def compare(other: str, changes: int, pages: int) -> None:
    """Measure this checkout and another in turn, and print both."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        for name, folder in (("here", os.getcwd()), ("there", os.path.abspath(other))):
            # This file, with the other checkout's lab.
            command = [
                sys.executable,
                os.path.abspath(__file__),
                "--changes",
                str(changes),
                "--pages",
                str(pages),
            ]
            environment = {**os.environ, "PYTHONPATH": os.path.join(folder, "app")}
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=True
            )
            for line in done.stdout.splitlines():
                what, _, number = line.removesuffix(" ms").rpartition(" ")
                found.setdefault(what.strip(), {}).setdefault(name, []).append(float(number))
    print(f"{'':34} {'here':>8} {'there':>8} {'ratio':>6}")
    for what, times in found.items():
        here, there = (statistics.median(times[name]) for name in ("here", "there"))
        print(f"{what:34} {here:5.0f} ms {there:5.0f} ms {here / there:6.2f}")


def measure(changes: int, pages: int) -> dict[str, list[float]]:
    """Return the seconds of each change, by what was changed."""
    from PySide6.QtTest import QTest

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec
    from layerlab.experiments import EXPERIMENTS

    app = application()
    session = Session(LabSpec(), Options(theme="dark", speed=None, engine="numpy"))
    session.window.show()
    session.begin(play=False)
    QTest.qWait(1000)
    session.runner.finish()
    while session.frame is None or session.frame.status != "finished":
        QTest.qWait(20)
    QTest.qWait(3000)  # until nothing else is under way

    def timed(change: Callable[[], object]) -> float:
        started = time.process_time()
        change()
        for _ in range(3):
            app.processEvents()
        taken = time.process_time() - started
        QTest.qWait(50)
        return taken

    def zoom(k: int) -> Callable[[], object]:
        return lambda: session.appearance.zoom(0.1 if k % 2 == 0 else -0.1)

    found: dict[str, list[float]] = {}
    found["theme, the first time"] = [timed(session.appearance.toggle_theme)]
    found["theme"] = [timed(session.appearance.toggle_theme) for _ in range(changes)]
    found["zoom, the first time"] = [timed(zoom(0)), timed(zoom(1))]
    found["zoom"] = [timed(zoom(k)) for k in range(changes)]
    for page in list(EXPERIMENTS)[:pages]:
        session.pages.show(page.key)
        QTest.qWait(300)
    session.pages.show("gallery")
    session.pages.show("lab")
    QTest.qWait(500)
    found[f"theme, {pages} pages hidden"] = [
        timed(session.appearance.toggle_theme) for _ in range(changes)
    ]
    found[f"zoom, {pages} pages hidden"] = [timed(zoom(k)) for k in range(changes)]
    session.window.close()
    return found


if __name__ == "__main__":
    main()
