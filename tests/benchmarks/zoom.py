"""How evenly frames come while a plot is zoomed with the wheel and the lab trains.

    python -m tests.benchmarks.zoom [--seconds 10] [--json]

Trains a default lab without end at unlimited speed, all views visible at 1440x900, and sends
real wheel events to the plot of the loss, 60 a second: in and out again, beside the middle.
Prints how many frames of the training were drawn in a second, how often the plot was painted,
the gaps between its paints, and how long a wheel event took to be seen.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time

from tests.benchmarks.frames import percentile, percentiles

EVENTS_PER_S = 60
WAY = 12  # events in one direction
NOTCH = 120  # eighths of a degree


def main() -> None:
    """Print frames and gaps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        frames, paints, delays = measure(options.seconds)
    gaps = [b - a for a, b in itertools.pairwise(paints)]
    elapsed = paints[-1] - paints[0]
    if options.json:
        found = {
            "frames_per_s": frames / elapsed,
            "gap_tail_ms": 1000 * percentile(gaps, 0.99),
            "delay_ms": 1000 * statistics.median(delays),
        }
        print(json.dumps(found))
        return
    print(f"frames of the training  {frames / elapsed:.1f} a second, in {elapsed:.1f} s")
    print(f"paints of the plot      {len(gaps) / elapsed:.1f} a second")
    print("gaps between them      ", percentiles(gaps))
    print("event until it is seen ", percentiles(delays))


def measure(seconds: float) -> tuple[int, list[float], list[float]]:
    """Return the frames drawn, when the plot painted, and each event's seconds until then."""
    from pyqtgraph import GraphicsView, ViewBox
    from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
    from PySide6.QtGui import QWheelEvent

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec, edit
    from layerlab.nets.engines.ready import warm_up

    app = application()
    warm_up().result()
    spec = edit(LabSpec(), "train.updates", 10_000_000)
    session = Session(spec, Options(theme="dark", speed=None, engine="compiled"))
    plot = session.window.loss.plot
    if not isinstance(plot, GraphicsView):
        raise SystemExit("the plot of the loss is none of pyqtgraph's")
    drawn: list[int] = []
    paints: list[float] = []
    delays: list[float] = []
    waiting: list[float] = []  # events that are not seen yet

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, seen)  # once it is painted
            return False

    def seen() -> None:
        now = time.perf_counter()
        paints.append(now)
        delays.extend(now - sent for sent in waiting)
        waiting.clear()

    turns = itertools.cycle([NOTCH] * WAY + [-NOTCH] * WAY)

    def turn() -> None:
        place = QPointF(0.4 * viewport.width(), 0.6 * viewport.height())
        event = QWheelEvent(
            place,
            viewport.mapToGlobal(place),
            QPoint(),
            QPoint(0, next(turns)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        waiting.append(time.perf_counter())
        app.sendEvent(viewport, event)
        parts.add(str(box.viewRange()))

    def begin() -> None:
        paints.clear()
        delays.clear()
        drawn.append(frames)
        wheel.start(round(1000 / EVENTS_PER_S))

    frames = 0
    draw = session.window.draw

    def counted(frame: object) -> None:
        nonlocal frames
        frames += 1
        draw(frame)

    session.window.draw = counted
    parts: set[str] = set()  # that were shown
    (box,) = (item for item in plot.scene().items() if isinstance(item, ViewBox))
    viewport, watch, wheel = plot.viewport(), Watch(), QTimer()
    viewport.installEventFilter(watch)
    wheel.setTimerType(Qt.TimerType.PreciseTimer)
    wheel.timeout.connect(turn)
    session.window.show()
    session.begin(play=False)
    session.runner.set_speed(float("inf"))
    QTimer.singleShot(1500, session.runner.play)  # after caches are warm
    QTimer.singleShot(3000, begin)
    QTimer.singleShot(3000 + int(1000 * seconds), app.quit)
    app.exec()  # to quit closes the window
    if len(parts) < WAY:
        raise SystemExit("the wheel does not zoom the plot")
    return frames - drawn[0], paints, delays


if __name__ == "__main__":
    main()
