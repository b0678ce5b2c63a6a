"""How long until the window is up, as a ratio to a bare PySide6 + pyqtgraph window.

    python -m tests.benchmarks.startup [--runs 9] [--json]
    python -m tests.benchmarks.startup --imports

Each start is a process of its own, lab and bare window in turn. A window is up when it has
painted for the first time, and complete when each of the lab's views has painted a frame of
the training. Also lists heavy modules that are imported when it is up. The second form says
what Python's `-X importtime` found until then, by package.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

# The platform's own is too small for all views.
SCREEN = {"name": "screen", "width": 1920, "height": 1080, "dpr": 1}
SCREEN |= {"x": 0, "y": 0, "logicalDpi": 96, "logicalBaseDpi": 96}
COMMON = """
import sys, time, json
from PySide6.QtCore import QEvent, QObject, QTimer
def since():
    return time.time() - float(sys.argv[1])
class Watch(QObject):
    # Calls `painted` with what is watched, once, when that paints.
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            painted(watched)
        return False
watch = Watch()
"""
BARE = (
    COMMON
    + """
import pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
def painted(watched):
    print(json.dumps({"up": since()}), flush=True)
    QTimer.singleShot(0, app.quit)
app = QApplication([])
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
# What draws in a view is its innermost large widget; it counts when it paints for the first
# time after a frame was given to the view.
LAB = (
    """
import gc
gc.disable()  # as the command does before it imports anything
"""
    + COMMON
    + """
from PySide6.QtWidgets import QWidget
from layerlab.compose import start
from layerlab.compose.session import Session
from layerlab.ui.window import LabWindow
found, awaited, looked = {}, [], []
def painted(watched):
    if "up" not in found:
        known = "torch", "sklearn", "networkx", "numba", "scipy", "pyqtgraph"
        found["heavy"] = [m for m in known if m in sys.modules]
        found["up"] = since()
        print("painted", file=sys.stderr, flush=True)
        look.start(5)
        return
    awaited.remove(watched)
    if not awaited:
        found["complete"] = since()
        print(json.dumps(found), flush=True)
        QTimer.singleShot(0, window.close)
def size(widget):
    return widget.width() * widget.height() if widget.isVisible() else 0
def surface(view):
    large = [w for w in view.findChildren(QWidget) if 4 * size(w) > size(view)]
    outer = {w for w in large for other in large if w is not other and w.isAncestorOf(other)}
    return max((w for w in large if w not in outer), key=size, default=None)
def see():
    if looked or "up" not in found or not all(view.frame for view in window.views):
        return
    surfaces = [surface(view) for view in window.views]
    if all(surfaces):
        look.stop()
        looked.append(True)
        awaited.extend(surfaces)
        for one in surfaces:
            one.installEventFilter(watch)
            one.update()
def watched_show(shown):
    global window
    window = shown
    window.prediction.installEventFilter(watch)
    look.timeout.connect(see)
    show(window)
def draw_and_see(shown, frame):
    draw(shown, frame)
    see()
look = QTimer()
show, LabWindow.show = LabWindow.show, watched_show
draw, LabWindow.draw = LabWindow.draw, draw_and_see
start.run_window()
"""
)


def started(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Start a process that prints when its window is up; return it when it has ended."""
    with tempfile.TemporaryDirectory() as home:
        screen = pathlib.Path(home, "screen.json")
        screen.write_text(json.dumps({"screens": [SCREEN]}))
        env = os.environ | {"LAYERLAB_HOME": home}
        # As a user's Python does: a module is compiled at the first start, not at each.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        if env.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":
            env["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
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


def once(code: str) -> dict[str, Any]:
    """Return what a start prints: seconds until it is up and complete, and heavy modules."""
    return json.loads(started(code).stdout.splitlines()[0])


def import_ms(code: str) -> dict[str, float]:
    """Return package -> milliseconds of its modules, of those imported before the paint."""
    trace = started(code, "-X", "importtime").stderr.partition("painted\n")[0]
    taken: dict[str, float] = {}
    for own_us, name in re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", trace, re.M):
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
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--imports", action="store_true")
    options = parser.parse_args()
    if options.imports:
        print_imports()
        return
    once(BARE), once(LAB)  # the first start fills the disk's cache
    starts = [(once(BARE), once(LAB)) for _ in range(options.runs)]
    bare = [one["up"] for one, _ in starts]
    heavy = sorted({name for _, lab in starts for name in lab["heavy"]})
    if options.json:
        ratios = {
            key: statistics.median(lab[key] / one["up"] for one, lab in starts)
            for key in ("up", "complete")
        }
        print(json.dumps({**ratios, "bare_s": statistics.median(bare), "heavy": heavy}))
        return
    print(f"bare window  {statistics.median(bare):.3f} s")
    for name, key in (("lab", "up"), ("all views", "complete")):
        taken = [lab[key] for _, lab in starts]
        ratios = sorted(a / b for a, b in zip(taken, bare, strict=True))
        range_text = (
            f"{statistics.median(ratios):.2f} of it ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )
        print(f"{name:<12} {statistics.median(taken):.3f} s, {range_text}")
    print(f"imported     {', '.join(heavy) or 'no heavy library'}")


if __name__ == "__main__":
    main()
