"""What lives as long as the window is frozen: no garbage collection looks at it again."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from layerlab.compose.memory_release import MemoryRelease
from layerlab.runtime.runner import Runner

IDLE_MS = 1500


class FreezeGarbageCollector(QObject):
    """Freezes what is there once the first training is over and nothing happens.

    A full collection looks at every object of Qt's wrappers, numpy, scipy and the compiler:
    10 to 20 ms, in the middle of a drag as likely as anywhere. Frozen objects are not looked
    at again. Once is enough, as all that is large has been imported by then.
    """

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.memory_release = MemoryRelease(runner, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(IDLE_MS)
        self._timer.timeout.connect(self._settle)
        runner.played.connect(self._on_played)

    def close(self) -> None:
        """Let the collector look at everything again: a closed window is to be freed."""
        self._timer.stop()
        self.memory_release.close()
        gc.unfreeze()

    def _on_played(self, playing: bool) -> None:
        if playing:
            self._timer.stop()
        else:
            self._timer.start()

    def _settle(self) -> None:
        self._runner.played.disconnect(self._on_played)
        # First: what is garbage when it is frozen stays for good.
        gc.collect()
        gc.freeze()
