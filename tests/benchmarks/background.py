"""How soon background work makes room for a training, and what a training loses by it.

    python -m tests.benchmarks.background [--times 40] [--engine numpy] [--width 256]

A sweep over the widths is interrupted at moments all over its steps, and it is timed
until it rests. Then the default lab is trained in the window, finished by a click, with and
without a knob curve that fills in between.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator

from layerlab.core.jobs import Ask, Job, Step


def tail(seconds: list[float]) -> str:
    """Return median and tail in milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    last = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return (
        f"median {statistics.median(ordered):.1f} ms, 95 % {last:.1f}, most {ordered[-1]:.1f}"
    )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("--width", type=int, default=0, help="one width instead of all")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        if options.engine == "compiled":
            from layerlab.nets.engines.ready import warm_up

            warm_up().result()
        rooms = make_room(options.engine, options.times, options.width)
        print(f"engine {options.engine}: makes room in {tail(rooms)}")
        for is_filling in (False, True):
            taken = finish(options.engine, options.times, is_filling)
            while_filling = "while a curve fills in" if is_filling else "alone"
            print(f"default lab to the end, {while_filling}: {tail(taken)}")


def make_room(name: str, times: int, width: int) -> list[float]:
    """Return the seconds from each interruption until the work rests."""
    from PySide6.QtCore import QCoreApplication

    from layerlab.compose.start import application
    from layerlab.core.spec import LabSpec, edit
    from layerlab.nets.engines import engine
    from layerlab.nets.probes import report_marks
    from layerlab.nets.sweep import sweep
    from layerlab.runtime.background import Background

    application()
    widths = [width] * 1000 if width else list(range(2, 129)) * 10
    specs = [edit(LabSpec(), "net.width", each) for each in widths]
    rested: list[float] = []

    def work(is_interrupted: Ask) -> Iterator[Step | None]:
        for step in sweep(specs, engine(name), report_marks, is_interrupted):
            if step is None:
                rested.append(time.perf_counter())
            yield step

    background = Background()
    background.submit(Job("sweep", work))
    found = []
    for k in range(times):
        background.set_busy(False)
        until = time.perf_counter() + 0.3 + 0.0137 * (k % 11)
        while time.perf_counter() < until:
            QCoreApplication.processEvents()
            time.sleep(0.001)
        rested.clear()
        began = time.perf_counter()
        background.set_busy(True)
        while not rested:
            time.sleep(0.0001)
        found.append(rested[0] - began)
    background.close()
    return found


def finish(name: str, times: int, is_filling: bool) -> list[float]:
    """Return the seconds from each start of a training until it is finished and drawn."""
    from PySide6.QtCore import QEventLoop, QTimer

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    app = application()
    options = Options(theme="dark", speed=None, engine=name, knob_curve=is_filling)
    session = Session(LabSpec(), options)
    session.window.show()
    session.begin(play=False)

    def wait(until: Callable[[], bool]) -> None:
        while not until():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def is_finished() -> bool:
        frame = session.frame
        newest = frame is not None and frame.run_id == session.runner.request.run_id
        return newest and frame.status == "finished"

    wait(lambda: session.frame is not None)
    session.curves.touch("net.width")
    taken = []
    for k in range(times):
        loop = QEventLoop()
        QTimer.singleShot(350 + 13 * (k % 11), loop.quit)
        loop.exec()
        began = time.perf_counter()
        session.runner.start(session.store.spec, play=True)
        wait(is_finished)
        taken.append(time.perf_counter() - began)
        session.store.edit("train.seed", k + 1)  # another curve, with everything to be done
        wait(is_finished)
    session.window.close()
    return taken


if __name__ == "__main__":
    main()
