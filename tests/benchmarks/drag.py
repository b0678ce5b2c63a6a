"""From a mouse event on the width slider to the finished picture.

    python -m tests.benchmarks.drag [--seeds 16] [--moves 160] [--engine numpy]
                                    [--parts] [--json]

Drags the handle with real mouse events in an open window with every view drawn, and waits
after each move until the run of the new width is finished, drawn and painted. `--parts`
says for each width where the time went: until the event was dealt with, until the finished
frame was there, and painting; and how much of two cores' time the program had used.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from typing import NamedTuple


def main() -> None:
    """Print the distribution."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--moves", type=int, default=160)
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        moved = drag(options.seeds, options.moves, options.engine)
    if options.parts:
        print_parts(moved)
    taken = sorted(move.all_s for move in moved)
    median, tail = statistics.median(taken), taken[min(len(taken) - 1, int(0.95 * len(taken)))]
    if options.json:
        print(json.dumps({"median_ms": 1000 * median, "tail_ms": 1000 * tail}))
        return
    print(
        f"{len(taken)} widths, {options.seeds} seeds, engine {options.engine}: median "
        f"{1000 * median:.0f} ms, 95 % {1000 * tail:.0f} ms"
    )


class Move(NamedTuple):
    """One value of a drag: its width, and seconds."""

    width: int
    event_s: float
    wait_s: float
    paint_s: float
    processor_s: float

    @property
    def all_s(self) -> float:
        """From the mouse event to the painted picture."""
        return self.event_s + self.wait_s + self.paint_s


def print_parts(moved: list[Move]) -> None:
    """Print the medians by width."""
    print(
        f"{'width':>5} {'values':>6} {'event':>6} {'wait':>6} {'paint':>6} {'all':>6}"
        f" {'processor':>9}   ms"
    )
    for width in sorted({move.width for move in moved}):
        some = [move for move in moved if move.width == width]
        parts = zip(
            *((m.event_s, m.wait_s, m.paint_s, m.all_s, m.processor_s) for m in some),
            strict=True,
        )
        event, wait, paint, whole, used = (1000 * statistics.median(part) for part in parts)
        print(
            f"{width:5} {len(some):6} {event:6.0f} {wait:6.0f} {paint:6.0f} {whole:6.0f}"
            f" {used:9.0f}"
        )


def drag(seeds: int, moves: int, engine: str) -> list[Move]:
    """Return each move that changed the width."""
    from PySide6.QtCore import QEventLoop, QPoint, Qt
    from PySide6.QtTest import QTest

    try:
        from layerlab.compose.garbage_collection import IDLE_MS
    except ImportError:  # of an older commit, measured beside this one
        from layerlab.compose.settling import IDLE_MS  # type: ignore[import-not-found,no-redef]
    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec, edit
    from layerlab.ui.controls.bar import SliderBar

    app = application()
    if engine == "compiled":
        from layerlab.nets.engines.ready import warm_up

        warm_up().result()
    spec = edit(LabSpec(), "train.seeds", seeds)
    session = Session(spec, Options(theme="dark", speed=None, engine=engine))
    session.runner.failed.connect(_broken)
    session.window.show()
    session.begin(play=False)

    def finished() -> bool:
        frame = session.frame
        runner = session.runner
        request = runner.request if hasattr(runner, "request") else runner.order  # to 5c3a18b
        newest = frame is not None and frame.run_id == request.run_id
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
        started, used = time.perf_counter(), time.process_time()
        QTest.mouseMove(bar, QPoint(x - 30 + (17 * k) % 60, y))
        app.processEvents()
        if session.store.spec == before:
            continue
        known = time.perf_counter()
        while not finished():  # asleep until something happens, as a window is
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        framed = time.perf_counter()
        app.processEvents()  # the painting
        end, used = time.perf_counter(), time.process_time() - used
        width = session.store.spec.net.hidden[0]
        taken.append(Move(width, known - started, framed - known, end - framed, used))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    session.window.close()
    return taken


def _broken(error: Exception) -> None:
    print(f"the training stopped: {error!r}", flush=True)
    os._exit(1)


if __name__ == "__main__":
    main()
