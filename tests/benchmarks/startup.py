"""How long until the window is up, as a ratio to a bare PySide6 + pyqtgraph window.

    python -m tests.benchmarks.startup [--runs 9]
    python -m tests.benchmarks.startup --imports

Each start is a process of its own, lab and bare window in turn. A window is up when it has
painted for the first time. Also lists heavy modules that are imported by then. The second
form says what Python's `-X importtime` found until then, by package.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

COMMON = """
import sys, time, json
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            up = time.time() - float(sys.argv[1])
            known = "torch", "sklearn", "networkx", "numba", "scipy"
            heavy = [m for m in known if m in sys.modules]
            print(json.dumps({"seconds": up, "heavy": heavy}), flush=True)
            print("painted", file=sys.stderr, flush=True)
            watched.removeEventFilter(self)
            QTimer.singleShot(0, finish)
        return False
watch = Watch()
"""
BARE = (
    COMMON
    + """
import pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
finish = app.quit
window = QMainWindow()
plot = pyqtgraph.PlotWidget()
plot.plot(range(100), range(100))
window.setCentralWidget(plot)
window.resize(1440, 900)
plot.viewport().installEventFilter(watch)
window.show()
app.exec()
"""
)
LAB = (
    COMMON
    + """
from layerlab.compose import start
from layerlab.compose.session import Session
plain = Session.begin
def begin(session, *args, **kwargs):
    def end():
        session.window.close()
    global finish
    finish = end
    plain(session, *args, **kwargs)
Session.begin = begin
from layerlab.ui.window import LabWindow
show = LabWindow.show
def watched_show(window):
    window.prediction.installEventFilter(watch)
    show(window)
LabWindow.show = watched_show
start.run_window()
"""
)


def started(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Start a process that prints when its window is up; return it when it has ended."""
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"LAYERLAB_HOME": home}
        # As a user's Python does: a module is compiled at the first start, not at each.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
        done = subprocess.run(
            [sys.executable, *flags, "-c", code, str(time.time())],
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if done.returncode or not done.stdout.strip():
        raise SystemExit(done.stderr)
    return done


def once(code: str) -> dict[str, object]:
    """Return what a start prints."""
    return json.loads(started(code).stdout.splitlines()[0])


def import_ms(code: str) -> dict[str, float]:
    """Return package -> milliseconds of its modules, of those imported before the paint."""
    told = started(code, "-X", "importtime").stderr.partition("painted\n")[0]
    taken: dict[str, float] = {}
    for own_us, name in re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", told, re.M):
        top = name.partition(".")[0]
        package = "the standard library" if top in sys.stdlib_module_names else top
        taken[package] = taken.get(package, 0.0) + int(own_us) / 1000
    return taken


def print_imports() -> None:
    """Print the medians of several starts, the longest first."""
    once(LAB)
    found = [import_ms(LAB) for _ in range(5)]
    names = {name for one in found for name in one}
    medians = {n: statistics.median(one.get(n, 0.0) for one in found) for n in names}
    total = sum(medians.values())
    print(f"{total:7.1f} ms  of imports before the first paint")
    for name, ms in sorted(medians.items(), key=lambda item: -item[1])[:8]:
        print(f"{ms:7.1f} ms    {name}")


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--imports", action="store_true")
    options = parser.parse_args()
    runs = options.runs
    if options.imports:
        print_imports()
        return
    once(BARE), once(LAB)  # the first start fills the disk's cache
    bare, lab, heavy = [], [], set()
    for _ in range(runs):
        bare.append(float(once(BARE)["seconds"]))
        found = once(LAB)
        lab.append(float(found["seconds"]))
        heavy |= set(found["heavy"])
    ratios = sorted(a / b for a, b in zip(lab, bare, strict=True))
    print(f"bare window  {statistics.median(bare):.3f} s")
    print(f"lab          {statistics.median(lab):.3f} s")
    print(f"ratio        {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    nothing = "no torch, sklearn, networkx, numba, scipy"
    print(f"imported     {', '.join(sorted(heavy)) or nothing}")


if __name__ == "__main__":
    main()
