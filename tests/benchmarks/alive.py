"""How long the window's thread is held up by what takes long.

    python -m tests.benchmarks.alive [tables] [labs] [pages]

A timer of 5 ms runs in an open window while something is done; a gap is the time between two
of its calls, so the longest gap is how long the window answers nobody. Prints for each thing
how long it took from the command until its result was shown, the longest gap, how many gaps
were longer than 50 ms, and what of a gap the window's own thread worked at most: other
programs do not count there, but waiting for a disk does not either.

    tables  reads CSV files of 20 MB, the largest there may be, beside a training
    labs    saves and opens a lab of 100 MB
    pages   opens each page of the gallery for the first time, and the claims
"""

from __future__ import annotations

import argparse
import os
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TICK_MS = 5
LONG_S = 0.05
KINDS = ("tables", "labs", "pages")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=KINDS, metavar="|".join(KINDS))
    kinds = parser.parse_args().kinds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        for kind in kinds:
            {"tables": tables, "labs": labs, "pages": pages}[kind](pathlib.Path(home))


class Gaps:
    """Watches the event loop with a timer."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._last = self._used = 0.0
        self.seen: list[float] = []
        self.used: list[float] = []  # processor time of the window's thread within each gap

    def _on_tick(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self.seen.append(now - self._last)
        self.used.append(used - self._used)
        self._last, self._used = now, used

    def watch(self, do: Callable[[], object], is_done: Callable[[], bool]) -> float:
        """Do something, wait until it is done and return how long it took, in seconds."""
        from PySide6.QtCore import QCoreApplication, QEventLoop

        self.seen, self.used, started = [], [], time.perf_counter()
        self._last, self._used = started, time.thread_time()
        self._timer.start(TICK_MS)
        do()
        QCoreApplication.processEvents()
        while not is_done() and time.perf_counter() - started < 300:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        taken = time.perf_counter() - started
        self._on_tick()
        for _ in range(3):
            QCoreApplication.processEvents()
        self._timer.stop()
        return taken

    def print(self, what: str, taken: float) -> None:
        """Print what was seen last."""
        longer = sum(gap > LONG_S for gap in self.seen)
        print(
            f"{what:44} {taken:6.2f} s   longest gap {1000 * max(self.seen):5.0f} ms, "
            f"{longer} beyond {1000 * LONG_S:.0f} ms; "
            f"of the thread's own work at most {1000 * max(self.used):.0f} ms",
            flush=True,
        )


@contextmanager
def window(spec: Any = None, play: bool = False) -> Iterator[Any]:
    """Open the lab's window."""
    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    app = application()
    session = Session(spec or LabSpec(), Options(theme="dark", speed=None, engine="numpy"))
    session.window.show()
    session.begin(play=play)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.01)
    yield session
    session.window.close()
    session.window.deleteLater()
    app.processEvents()


def write_table(path: pathlib.Path, kind: str) -> None:
    """Write a table of nearly as many bytes as are read."""
    import numpy as np

    rng = np.random.default_rng(0)
    columns = {"numbers": 25, "whole numbers": 90, "texts": 20, "two columns": 1}[kind]
    size = 0
    with path.open("w") as file:
        file.write(",".join(f"c{k}" for k in range(columns)) + ",y\n")
        for row in range(99_000):
            if kind == "whole numbers":
                cells = [str(n) for n in rng.integers(0, 99, columns)]
            elif kind == "texts":
                cells = [f"value {n}" for n in rng.integers(0, 9, columns)]
            else:
                cells = [f"{n:.4f}" for n in rng.normal(size=columns)]
            size += file.write(",".join(cells) + f",{row % 2}\n")
            if size > 19_900_000:
                break


def tables(home: pathlib.Path) -> None:
    """Read large tables while the lab trains."""
    from layerlab.core.spec import LabSpec, edit

    gaps, path = Gaps(), home / "table.csv"
    endless = edit(LabSpec(), "train.updates", 10_000_000)
    with window(endless, play=True) as session:
        until = time.monotonic() + 3
        taken = gaps.watch(lambda: None, lambda: time.monotonic() > until)
        gaps.print("nothing beside the training", taken)
        for kind in ("numbers", "whole numbers", "texts", "two columns"):
            write_table(path, kind)
            session.store.replace(endless, "endless")
            session.window.banner.hide()

            def is_done() -> bool:
                if session.tables.sheet is not None:
                    session.tables.sheet.sheet.accept()
                spec = session.store.spec
                shown = session.frame.spec.task.path == spec.task.path == str(path)
                return bool(shown or session.window.banner.isVisible())

            taken = gaps.watch(lambda: session.files.open_path(str(path)), is_done)
            size = path.stat().st_size / 1e6
            gaps.print(f"a table of {kind}, {size:.0f} MB", taken)
            if session.window.banner.isVisible():
                print("   ", session.window.banner.text.text())
        path.write_text("\n".join([",".join(str(k) for k in range(900_000))] * 3))
        session.window.banner.hide()
        taken = gaps.watch(
            lambda: session.files.open_path(str(path)), session.window.banner.isVisible
        )
        gaps.print("a table of 900,000 columns", taken)
        print("   ", session.window.banner.text.text())


def labs(home: pathlib.Path) -> None:
    """Save and open the largest lab."""
    from layerlab.core.spec import LabSpec, edit

    spec = edit(edit(LabSpec(), "train.seeds", 64), "train.updates", 3)
    spec = edit(edit(spec, "net.hidden", (250, 250)), "train.dtype", "float64")
    gaps, path = Gaps(), home / "large.layerlab"
    with window(spec) as session:
        session.runner.finish()
        gaps.watch(
            lambda: None,
            lambda: bool(session.frame) and session.frame.status == "finished",
        )
        session.files.path = path
        gaps.print("saving a lab", gaps.watch(session.files.save, path.exists))
        print(f"    {path.stat().st_size / 1e6:.0f} MB")
        session.store.replace(LabSpec(), "small")
        gaps.watch(lambda: None, lambda: session.frame.spec == LabSpec())
        taken = gaps.watch(
            lambda: session.files.open_path(str(path)), lambda: session.frame.spec == spec
        )
        gaps.print("opening it", taken)


def pages(home: pathlib.Path) -> None:
    """Open each page for the first time."""
    from layerlab.experiments import EXPERIMENTS

    with window() as session:
        gaps = Gaps()
        shown = session.window.pages
        for key in ("gallery", *(page.key for page in EXPERIMENTS), "claims"):
            before = shown.currentWidget()
            taken = gaps.watch(
                lambda key=key: session.pages.show(key),
                lambda before=before: shown.currentWidget() is not before,
            )
            gaps.print(key, taken)


if __name__ == "__main__":
    main()
