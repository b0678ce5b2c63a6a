"""How soon a lab is trained to its end, how soon a run lets go, how long compiling takes.

    python -m tests.benchmarks.speed [--runs 30]

The engine's own speed beside other libraries is `tests/benchmarks/updates.py`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from layerlab.threads import one_thread_each

one_thread_each()  # as the command does

from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit  # noqa: E402
from layerlab.nets.engines import engine  # noqa: E402

START = "from layerlab.nets.engines.ready import warm_up; warm_up().result()"


def show(what: str, times_s: list[float]) -> None:
    """Print the median and the worst twentieth, in ms."""
    ordered = sorted(times_s)
    worst = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(
        f"{what:<44} median {1e3 * statistics.median(ordered):8.1f} ms, "
        f"95 % {1e3 * worst:8.1f} ms"
    )


def to_the_end(name: str, spec: LabSpec, runs: int) -> list[float]:
    """Return how long trainings to the end took, with one state at the end."""
    times_s = []
    for seed in range(runs + 1):
        reseeded = edit(spec, "train.seed", seed)
        start_s = time.perf_counter()
        for _ in engine(name).run(reseeded):
            pass
        times_s.append(time.perf_counter() - start_s)
    return times_s[1:]  # the first one warms up


def until_it_lets_go(spec: LabSpec, runs: int) -> list[float]:
    """Return how long it took from a cancellation to the end of the run."""
    times_s = []
    for run in range(runs):
        cancelled, at_s = threading.Event(), [0.0]

        def cancel(cancelled: threading.Event = cancelled, at_s: list[float] = at_s) -> None:
            at_s[0] = time.perf_counter()
            cancelled.set()

        threading.Timer(0.05 + 0.0007 * run, cancel).start()
        for _ in engine("compiled").run(spec, is_cancelled=cancelled.is_set):
            pass
        times_s.append(time.perf_counter() - at_s[0])
    return times_s


def starts() -> tuple[float, float]:
    """Return how long a start takes that compiles, and one that finds the cache."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"NUMBA_CACHE_DIR": folder}
        times_s = []
        for _ in range(2):
            start_s = time.perf_counter()
            subprocess.run([sys.executable, "-c", START], env=env, check=True)
            times_s.append(time.perf_counter() - start_s)
    return times_s[0], times_s[1]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=30)
    runs = parser.parse_args().runs
    default = LabSpec()
    many = edit(default, "train.seeds", 64)
    show("default lab, 16 seeds, compiled, to the end", to_the_end("compiled", default, runs))
    show("default lab, 16 seeds, numpy, to the end", to_the_end("numpy", default, 3))
    show("default lab, 64 seeds, compiled, to the end", to_the_end("compiled", many, runs))
    endless = TrainSpec(updates=10_000_000)
    show("cancelling the default lab", until_it_lets_go(LabSpec(train=endless), runs))
    wide = LabSpec(net=NetSpec(hidden=(256, 256)), train=endless)
    show("cancelling two layers of 256", until_it_lets_go(wide, runs))
    cold_s, warm_s = starts()
    print(f"a process that compiles {cold_s:.1f} s, one that finds the cache {warm_s:.1f} s")


if __name__ == "__main__":
    main()
