"""What a frame costs, and how evenly frames come, while the lab trains.

    python -m tests.benchmarks.frames [--seconds 10] [--engine numpy] [--platform offscreen]
                                      [--json]

Trains a default lab without end at unlimited speed, all views visible at 1440x900. The cost
of a frame is the time the window's thread spends on it: taking it, `draw`, and painting; its
processor time is all that this thread does, also what it does in between. Gaps are the times
between frames. Also says how fast training is beside the drawing, as a ratio to the same
engine alone in the same process.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time

ALONE = 20_000  # updates of the engine alone


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def percentiles(seconds: list[float]) -> str:
    """Return mean, median and tail in milliseconds."""
    found = (statistics.fmean(seconds), *(percentile(seconds, q) for q in (0.5, 0.99, 1.0)))
    mean, median, tail, largest = (1000 * value for value in found)
    return f"mean {mean:.1f} ms, median {median:.1f}, 99 % {tail:.1f}, largest {largest:.1f}"


def main() -> None:
    """Print costs, gaps and speed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--platform", default="offscreen")
    parser.add_argument("--speed", type=float, default=float("inf"), help="updates per second")
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = options.platform
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        measure(options.seconds, options.speed, options.engine, options.json)


def measure(seconds: float, speed: float, name: str, as_json: bool) -> None:
    """Run the lab and print."""
    from PySide6.QtCore import QEvent, QTimer

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec, edit
    from layerlab.nets.engines import engine
    from layerlab.runtime.runner import Runner
    from layerlab.runtime.worker import YIELD_S

    app = application()
    spec = edit(LabSpec(), "train.updates", 10_000_000)
    if name == "compiled":
        from layerlab.nets.engines.ready import warm_up

        warm_up().result()
    tick = Runner._on_tick

    def timed_tick(runner: Runner) -> None:
        before, started = session.frame, time.perf_counter()
        tick(runner)
        if session.frame is not before:
            times.append(started)
            costs.append(time.perf_counter() - started)

    Runner._on_tick = timed_tick  # type: ignore[method-assign]
    session = Session(spec, Options(theme="dark", speed=None, engine=name))
    window, costs, times = session.window, [0.0], [time.perf_counter()]
    paint = type(window).event

    def timed_event(self: object, event: QEvent) -> bool:
        started = time.perf_counter()
        done = paint(self, event)
        if event.type() == QEvent.Type.UpdateRequest:
            costs[-1] += time.perf_counter() - started
        return done

    type(window).event = timed_event
    window.show()
    session.begin(play=False)
    session.runner.set_speed(speed)
    QTimer.singleShot(1500, session.runner.play)  # after caches are warm
    begun: dict[str, float] = {}

    def start_counting() -> None:
        costs[:], times[:] = [0.0], [time.perf_counter()]
        begun["update"], begun["time"] = session.frame.update, time.perf_counter()
        begun["used"] = time.thread_time()

    QTimer.singleShot(3000, start_counting)
    QTimer.singleShot(3000 + int(1000 * seconds), app.quit)
    app.exec()  # to quit closes the window
    elapsed = time.perf_counter() - begun["time"]
    used_ms = 1000 * (time.thread_time() - begun["used"]) / max(1, len(costs) - 1)
    rate = (session.frame.update - begun["update"]) / elapsed
    gaps = [b - a for a, b in itertools.pairwise(times)]
    alone = engine(name)
    state = list(alone.run(spec, until=500))[-1]
    started = time.perf_counter()
    list(alone.run(spec, state, until=500 + ALONE))
    everywhere_rate = ALONE / (time.perf_counter() - started)
    started = time.perf_counter()
    # As in the window, but nobody draws: a core stays free.
    beside = alone.run(spec, state, until=500 + ALONE, interval_s=YIELD_S)
    for _ in beside:
        pass
    alone_rate = ALONE / (time.perf_counter() - started)
    if as_json:
        found = {
            "cost_ms": 1000 * statistics.median(costs),
            "used_ms": used_ms,
            "gap_tail_ms": 1000 * percentile(gaps, 0.99),
            "updates_per_s": rate,
        }
        print(json.dumps(found))
        return
    print(f"frames            {len(gaps)} in {elapsed:.1f} s")
    print("cost of a frame  ", percentiles(costs))
    print(f"processor time    {used_ms:.1f} ms of the window's thread for each frame")
    print("gap              ", percentiles(gaps))
    print(
        f"training          {rate:.0f} updates/s: {rate / alone_rate:.2f} of {name} without "
        f"a window, {rate / everywhere_rate:.2f} of it on every core"
    )


if __name__ == "__main__":
    main()
