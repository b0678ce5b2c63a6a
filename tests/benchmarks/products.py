"""The compiled engine's own products beside BLAS, on the shapes of layers.

    python -m tests.benchmarks.products

Of each layer: the sums (z), the gradient of the weights (g) and of the inputs (h), float32,
GFLOP/s of one thread's own time, the best of twelve. BLAS is what numba's `np.dot` calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from layerlab.threads import one_thread_each

one_thread_each()  # before numpy is imported

import numpy as np  # noqa: E402

from layerlab.nets.engines.compiled.jit import jit  # noqa: E402
from layerlab.nets.engines.compiled.plan import _padded, aligned  # noqa: E402
from layerlab.nets.engines.compiled.products import product  # noqa: E402
from layerlab.nets.engines.compiled.target import lanes  # noqa: E402

BATCHES = (32, 64, 256)
LAYERS = (
    (8, 8),
    (16, 16),
    (32, 32),
    (64, 64),
    (64, 128),
    (128, 64),
    (256, 128),
    (256, 256),
    (512, 512),
    (784, 256),
)
FLOAT = np.dtype(np.float32)


@jit
def ours(times: int, arguments: Any) -> None:
    for _ in range(times):
        product(*arguments)


@jit
def blas(times: int, arguments: Any) -> None:
    for _ in range(times):
        np.dot(*arguments)


def gflops(call: Callable[[int, Any], None], arguments: Any, work: int) -> float:
    """Return the best speed of a product of that many multiplications."""
    times, best_s = max(1, 3_000_000 // work), float("inf")
    call(1, arguments)
    for _ in range(12):
        start_s = time.thread_time()
        call(times, arguments)
        best_s = min(best_s, (time.thread_time() - start_s) / times)
    return 2 * work / best_s / 1e9


def compared(rows: int, columns: int, depth: int, across: bool, b_step: int, c_row: int) -> str:
    """Measure C = A B; `across`: A lies transposed."""
    a_row, a_step = (1, rows) if across else (depth, 1)
    a, b = aligned(rows * depth, FLOAT), aligned(depth * b_step + 64, FLOAT)
    c = aligned(rows * c_row + 64, FLOAT)
    work = rows * columns * depth
    own = gflops(ours, (a, a_row, a_step, b, b_step, c, c_row, rows, columns, depth), work)
    left = np.zeros((depth, rows), FLOAT).T if across else np.zeros((rows, depth), FLOAT)
    right, out = np.zeros((depth, columns), FLOAT), np.zeros((rows, columns), FLOAT)
    return f"{own:4.0f} and {gflops(blas, (left, right, out), work):4.0f}"


def main() -> None:
    """Print a line a shape: our figure and that of BLAS, for z, g and h."""
    width = lanes(FLOAT.itemsize)
    print("batch fan-in fan-out    z ours, BLAS  g ours, BLAS  h ours, BLAS   GFLOP/s")
    for batch in BATCHES:
        for fan_in, fan_out in LAYERS:
            stride, by_point = _padded(batch, width), _padded(fan_out, width)
            found = (
                compared(fan_out, batch, fan_in + 1, True, stride, stride),
                compared(fan_in + 1, fan_out, batch, False, by_point, fan_out),
                compared(fan_in, batch, fan_out, False, stride, stride),
            )
            print(f"{batch:5} {fan_in:6} {fan_out:7}   ", "  ".join(found), flush=True)


if __name__ == "__main__":
    main()
