"""Threads of ours for the kernels: numba's own may abort when two runs enter them at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


def workers() -> int:
    """Return how many threads train: all cores but one, which is the window's; at least 1."""
    allowed = getattr(os, "sched_getaffinity", None)  # what a container or `taskset` leaves
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return max(1, cores - 1)


def submit(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Run a call on one of the threads, which live as long as the process."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(workers(), "layerlab-kernel")
        return _pool.submit(call, *arguments)
