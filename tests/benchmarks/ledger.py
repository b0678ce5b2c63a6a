"""How evenly frames come on the page of the claims, at rest and while rows are measured.

    python -m tests.benchmarks.ledger [--seconds 15] [--all] [--platform offscreen]

Repaints the list at 60 Hz, which is what scrolling costs. With `--all` every row is measured,
and the time for all of them is printed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import time

from tests.benchmarks.frames import percentiles

FRAME_MS = 16


def main() -> None:
    """Print gaps between frames, and how long the ledger takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--platform", default="offscreen")
    options = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = options.platform
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        measure(options.seconds, options.all)


def measure(seconds: float, to_the_end: bool) -> None:
    """Open the page, ask for all rows, and print."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtTest import QTest

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    application()
    session = Session(LabSpec(), Options(theme="dark", speed=None))
    session.window.show()
    session.begin(play=False)
    session.pages.show("claims")
    ledger, page = session.pages.ledger, session.pages.ledger.page
    times: list[float] = []

    def tick() -> None:
        times.append(time.perf_counter())
        page.list.viewport().update()

    clock = QTimer()
    clock.setTimerType(Qt.TimerType.PreciseTimer)
    clock.timeout.connect(tick)
    clock.start(FRAME_MS)

    def wait(ms: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def tell(what: str) -> None:
        print(f"{what:18}", percentiles([b - a for a, b in itertools.pairwise(times)]))
        times.clear()

    wait(2000)  # until all is drawn once
    times.clear()
    wait(3000)
    tell("gap at rest")
    begun = time.perf_counter()
    QTest.mouseClick(page.check, Qt.MouseButton.LeftButton)
    wait(round(1000 * seconds))
    while to_the_end and ledger.waiting:
        wait(200)
    tell("gap while measuring")
    done = len(page.rows.entries) - page.tally.counts["not yet checked"].number
    print(f"rows               {done} in {time.perf_counter() - begun:.1f} s")
    session.window.close()


if __name__ == "__main__":
    main()
