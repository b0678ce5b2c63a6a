"""How long the exact regions of a network of two inputs take.

    python -m tests.benchmarks.polygons [--seeds 8]

Cuts a window of the plane by networks at initialization, and prints the polygons and the median
milliseconds over the seeds; issue 4 wants 100 ms at most for 2x32.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.polygons import polygons
from layerlab.nets.problem import initialize, problem_of

SHAPES = ((12, 12), (32, 32), (32, 32, 32), (64, 64), (128,))
WINDOW = (-1.2, 1.2, -1.2, 1.2)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    print(f"{'network':<12} {'polygons':>9} {'median':>8} {'slowest':>8}   ms")
    for hidden in SHAPES:
        net = NetSpec(hidden=hidden, init="normal", weight_std=math.sqrt(2), bias_std=0.5)
        train = TrainSpec(seeds=options.seeds)
        problem = problem_of(LabSpec(task=TaskSpec(name="multi-gauss"), net=net, train=train))
        taken, found = [], []
        for params in initialize(problem).params:
            started = time.perf_counter()
            cells = polygons(problem, params, WINDOW)
            taken.append(1000 * (time.perf_counter() - started))
            assert cells is not None
            found.append(len(cells))
        name = "x".join(map(str, hidden))
        middle = statistics.median(found)
        print(f"{name:<12} {middle:9.0f} {statistics.median(taken):8.1f} {max(taken):8.1f}")


if __name__ == "__main__":
    main()
