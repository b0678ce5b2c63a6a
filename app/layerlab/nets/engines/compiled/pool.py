"""Threads of ours for the kernels: numba's own may abort when two runs enter them at once."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable

_lock = threading.Lock()
_waiting: queue.SimpleQueue[Callable[[], None]] | None = None


def cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # what a container or `taskset` leaves
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def workers() -> int:
    """Return how many threads train beside a window: all cores but one; at least 1."""
    return max(1, cores() - 1)


def _submit(call: Callable[[], None]) -> None:
    # The threads begin with the first call, so that whoever never trains has none.
    global _waiting
    with _lock:
        if _waiting is None:
            waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
            for k in range(cores()):
                # Daemons: Ctrl-C may come while one is being started, and the standard
                # library's executor would then wait for it for ever.
                threading.Thread(
                    target=_serve, args=(waiting,), name=f"layerlab-kernel-{k}", daemon=True
                ).start()
            _waiting = waiting
        _waiting.put(call)


def _serve(waiting: queue.SimpleQueue[Callable[[], None]]) -> None:
    while True:
        waiting.get()()


class Lane:
    """Runs calls one after another, in order, on whichever thread of the pool is free.

    The next call begins without anybody being asked, so that a core does not wait for the
    thread that hands work out. The threads live as long as the process.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._calls: deque[Callable[[], None]] = deque()
        self._is_running = False

    def put(self, call: Callable[[], None]) -> None:
        """Run a call after those that were put before; it must not raise."""
        with self._mutex:
            self._calls.append(call)
            if self._is_running:
                return
            self._is_running = True
        _submit(self._run)

    def _run(self) -> None:
        while True:
            with self._mutex:
                if not self._calls:
                    self._is_running = False
                    return
                call = self._calls.popleft()
            call()
