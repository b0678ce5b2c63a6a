"""Memory that is no longer used goes back to the system while nothing happens."""

from __future__ import annotations

import ctypes
import os
import sys
import threading

from PySide6.QtCore import QObject, QTimer

from layerlab.core.disk import read_head
from layerlab.core.errors import LabError
from layerlab.runtime.runner import Runner

EVERY_MS = 3000
GROWTH_BYTES = 24 * 2**20  # since the last time, from which on it is worth while
MAX_GROWTH_BYTES = 64 * 2**20  # which is not left until the training is over


class MemoryRelease(QObject):
    """Looks now and then whether the program has grown, and lets go of what it can.

    A wide network, a page with many lines, a large table take tens of megabytes for a moment,
    in several threads. The C library of Linux (glibc) keeps most of that for later: an arena
    for each thread, which gives back only what lies at its very end, and the more the larger
    the last array was. After 500 random actions 150 of 540 MB were kept that way. With two
    arenas (`M_ARENA_MAX`) it was half of that, and large arrays that are mapped one by one
    (`M_MMAP_THRESHOLD`) cost page faults in every frame; `malloc_trim` gives back whole pages
    wherever they are. It takes up to 40 ms, so it is called in a thread, and if that can be
    not while the lab trains.
    """

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._least = 0  # that was seen since the last time
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Tidy up, if the program has grown since the last time."""
        now = resident_bytes()
        self._least = min(self._least, now)
        growth = now - self._least
        if growth < GROWTH_BYTES or (self._runner.is_playing and growth < MAX_GROWTH_BYTES):
            return
        self._least = now
        threading.Thread(
            target=self._release, name="layerlab-memory-release", daemon=True
        ).start()

    def _release(self) -> None:
        give_back()
        # Two threads write it without a lock: at worst memory is released once too often.
        self._least = resident_bytes()


def resident_bytes() -> int:
    """Return the memory of this process that is in RAM; 0 where that is not known."""
    try:
        pages = int(read_head("/proc/self/statm", 100).split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (LabError, OSError, ValueError, IndexError):
        return 0


def give_back() -> None:
    """Give memory that is not used back to the system, where glibc keeps it."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(ctypes.c_size_t(0))
