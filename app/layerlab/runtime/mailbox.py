"""A mailbox with one slot: the window always gets the newest frame, never a queue."""

from __future__ import annotations

import threading
from dataclasses import replace

from layerlab.core.frames import PARTS, Frame


class Mailbox:
    """Carries frames from the worker's thread to the window's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._is_awaited = False

    @property
    def is_empty(self) -> bool:
        """Whether the window has taken the last frame: only then is measuring worth it."""
        # Without the lock: if it is taken a moment later, the next state is measured.
        return self._frame is None

    def post(self, frame: Frame) -> bool:
        """Leave a frame; parts that it lacks are kept from an untaken one of its run.

        Returns:
            Whether the window came before it and found nothing: it need not wait longer.
        """
        with self._lock:
            # A frame that nobody took must not take its parts along: views would miss them.
            old = self._frame
            if old is not None and old.run_id == frame.run_id:
                missing = {p: getattr(old, p) for p in PARTS if getattr(frame, p) is None}
                frame = replace(frame, **missing)
            self._frame = frame
            was_awaited, self._is_awaited = self._is_awaited, False
            return was_awaited

    def take(self) -> Frame | None:
        """Take the newest frame, or None."""
        with self._lock:
            frame, self._frame = self._frame, None
            self._is_awaited = frame is None
            return frame
