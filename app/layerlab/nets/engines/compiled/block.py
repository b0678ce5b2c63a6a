"""A block: some updates of all seeds, done by the pool while others look at the last states."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from layerlab.core.cancel import not_cancelled

Array = np.ndarray
ASK_S = 0.001  # how often whoever waits for a block looks how far it is


class Block:
    """Some updates of all seeds, handed to the pool in shares.

    At its marks the kernel copies all that a State holds, without anybody's help; so a long
    block can be looked at while it goes on.

    Attributes:
        start: updates done before it.
        marks: (M,) int64, ascending updates at which a copy is kept; the last is its end.
        params: (M, S, P), moments: (M, slots, S, P), report: three of (M, S); the copies.
        progress: (shares,) int64, marks that each share has passed; written by the kernel.
        took_s: how long its slowest share took; known once it is done.
    """

    def __init__(
        self, start: int, marks: Array, params: Array, moments: Array, shares: int
    ) -> None:
        self.start, self.marks = start, marks
        self.params = np.empty((len(marks), *params.shape), params.dtype)
        self.moments = np.empty((len(marks), *moments.shape), moments.dtype)
        self.report = [np.empty((len(marks), params.shape[0])) for _ in range(3)]
        self.progress = np.zeros(shares, np.int64)
        self.took_s = 0.0
        # Guards the fields below, which the pool's threads write and whoever waits reads.
        self._changed = threading.Condition()
        self._left, self._running, self._is_closed = shares, 0, False
        self._error: BaseException | None = None

    def shots(self) -> tuple[Array, ...]:
        """Return the copies flat, in the kernel's order."""
        flat = [array.reshape(-1) for array in (self.params, self.moments, *self.report)]
        return tuple(flat)

    # ---- the pool's threads

    def enter(self) -> bool:
        """Take that a share begins; return whether it still may."""
        with self._changed:
            self._running += not self._is_closed
            return not self._is_closed

    def note(self, took_s: float, error: BaseException | None) -> None:
        """Take that a share is done."""
        with self._changed:
            self.took_s = max(self.took_s, took_s)
            self._error = self._error or error
            self._left -= 1
            self._running -= 1
            self._changed.notify_all()

    # ---- whoever handed it out

    @property
    def is_done(self) -> bool:
        """Whether every share is done."""
        return self._left == 0

    def reached(self) -> int:
        """Return how many marks all shares have passed."""
        # No lock: each number only grows, and is written once its copies are made.
        return int(self.progress.min())

    def wait(self, seen: int = 0, is_cancelled: Callable[[], bool] = not_cancelled) -> bool:
        """Wait for a mark beyond the first `seen`, or for the end; False if cancelled before.

        Raises:
            Exception: what a share raised.
        """
        while True:
            with self._changed:
                if not (self.is_done or self.reached() > seen):
                    # The end of a share notifies; a mark does not, as the kernel runs without
                    # the interpreter: so it is looked for again after a while.
                    self._changed.wait(ASK_S)
                if self.is_done or self.reached() > seen:
                    if self._error is not None:
                        raise self._error
                    return True
            # Without the lock: a row of the ledger that has to make room answers late, and
            # the pool's threads, which note what they did, serve others meanwhile.
            if is_cancelled():
                return False

    def finish(self) -> None:
        """Wait until every share is done."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_done)

    def close(self) -> None:
        """Let no share begin any more, and wait for those that have.

        Ctrl-C may come at any time: shares that were never handed out are not waited for.
        """
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: self._running == 0)
