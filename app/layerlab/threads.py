"""Threads of the linear algebra library: one, set before numpy is imported.

Layers of a class are small. Sharing their products among threads costs more than it gives,
and when other work wants the cores, each product waits for its slowest thread: measured at
the digits' 64-64-10 beside a busy machine, a forward pass took 120 ms instead of 1.
"""

from __future__ import annotations

import os

NAMES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def one_thread_each() -> None:
    """Ask for one thread, unless the environment asks for something itself."""
    for name in NAMES:
        os.environ.setdefault(name, "1")
