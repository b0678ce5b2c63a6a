"""From a mouse event on the width slider to the finished picture.

    python -m tests.benchmarks.drag [--seeds 16] [--moves 40] [--engine numpy]

Drags the handle with real mouse events in an open window with every view drawn, and waits
after each move until the run of the new width is finished, drawn and painted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time


def main() -> None:
    """Print the distribution."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--moves", type=int, default=40)
    parser.add_argument("--engine", default="compiled")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        taken = drag(options.seeds, options.moves, options.engine)
    taken.sort()
    tail = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
    print(f"{len(taken)} widths, {options.seeds} seeds, engine {options.engine}: median "
          f"{1000 * statistics.median(taken):.0f} ms, 95 % {1000 * tail:.0f} ms")  # fmt: skip


def drag(seeds: int, moves: int, engine: str) -> list[float]:
    """Return the seconds of each move that changed the width."""
    from PySide6.QtCore import QEventLoop, QPoint, Qt
    from PySide6.QtTest import QTest

    from app.compose.session import Session
    from app.compose.settling import IDLE_MS
    from app.compose.start import application
    from app.core.options import Options
    from app.core.spec import LabSpec, edit
    from app.ui.controls.bar import SliderBar

    app = application()
    if engine == "compiled":
        from app.nets.engines.compiled_ import warm_up

        warm_up().result()
    spec = edit(LabSpec(), "train.seeds", seeds)
    session = Session(spec, Options(theme="dark", speed=None, engine=engine))
    session.runner.failed.connect(_broken)
    session.window.show()
    session.begin(play=False)

    def finished() -> bool:
        frame = session.frame
        newest = frame is not None and frame.run_id == session.runner.order.run_id
        return newest and frame.status == "finished"

    session.runner.finish()
    while not finished():
        QTest.qWait(10)
    QTest.qWait(2 * IDLE_MS)  # as a person, who looks first
    bar = session.window.panel.control("net.hidden").findChild(SliderBar)
    y, x = bar.height() // 2, round(bar.handle_x())
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    taken = []
    for k in range(moves):
        before = session.store.spec
        started = time.perf_counter()
        QTest.mouseMove(bar, QPoint(x - 30 + (17 * k) % 60, y))
        app.processEvents()
        if session.store.spec == before:
            continue
        while not finished():  # asleep until something happens, as a window is
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        app.processEvents()  # the painting
        taken.append(time.perf_counter() - started)
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    session.window.close()
    return taken


def _broken(error: Exception) -> None:
    print(f"the training stopped: {error!r}", flush=True)
    os._exit(1)


if __name__ == "__main__":
    main()
