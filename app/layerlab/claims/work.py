"""The ledger as a job: for whoever computes it beside something that matters more.

A row is computed in a thread of its own, so that it may be written as plain functions, and
still makes room at once: every long computation asks often whether it is cancelled, and
that question does not return while others want the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterable, Iterator
from contextlib import closing
from typing import Any

from layerlab.claims.base import Claim, Verdict
from layerlab.claims.examination import examine
from layerlab.claims.registry import claims
from layerlab.core.cancel import CancelledError
from layerlab.core.jobs import Ask, Job, Step

PARTS = 100  # of a row, in the steps that a job reports
TICK_S = 0.003  # how often a waiting generator asks whether it is interrupted
REPORT_S = 0.1  # how often it reports how far it is


class Aside:
    """One row under way in a thread, which can be held, let go on, and closed.

    Attributes:
        share: of the row that is done, 0 to 1.
    """

    def __init__(self, claim: Claim[Any]) -> None:
        self.share = 0.0
        self._claim = claim
        self._may_run, self._is_closed = threading.Event(), False
        self._found: Verdict | None = None
        self._error: BaseException | None = None
        self._may_run.set()
        # A daemon: closing the program waits for no row.
        self._thread = threading.Thread(target=self._run, name="layerlab-claim", daemon=True)
        self._thread.start()

    def _is_cancelled(self) -> bool:
        self._may_run.wait()
        return self._is_closed

    def _report_progress(self, share: float) -> None:
        self.share = share

    def _run(self) -> None:
        try:
            self._found = examine(
                self._claim, is_cancelled=self._is_cancelled, progress=self._report_progress
            )
        except CancelledError:
            pass  # it was closed; nobody waits for it
        except BaseException as error:
            self._error = error  # raised by `verdict`, where somebody hears it

    def hold(self) -> None:
        """Let it stop at its next question."""
        self._may_run.clear()

    def go_on(self) -> None:
        """Let it go on where it stopped."""
        self._may_run.set()

    def is_done(self, timeout_s: float) -> bool:
        """Wait for so long at most; return whether it is done."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def verdict(self) -> Verdict:
        """Return what was found, once it is done; raises what the computation raised."""
        if self._error is not None:
            raise self._error
        assert self._found is not None  # only a closed row ends with neither
        return self._found

    def close(self) -> None:
        """End it, and wait until it has ended."""
        # In this order: a row that wakes finds that it is closed.
        self._is_closed = True
        self._may_run.set()
        self._thread.join()


def ledger_job(
    rows: Iterable[Claim[Any]] | None = None, key: Hashable = "claims", priority: int = 0
) -> Job:
    """Return a job that computes rows one after another.

    Args:
        rows: which ones; all of the ledger if None.
        key, priority: see `Job`.

    Returns:
        The job. Its steps count `PARTS` a row, name the row's id as their note, and carry a
        `Verdict` as the result where a row is done.
    """
    chosen = claims() if rows is None else tuple(rows)
    return Job(key, lambda is_interrupted: _work(chosen, is_interrupted), priority)


def _work(rows: tuple[Claim[Any], ...], is_interrupted: Ask) -> Iterator[Step | None]:
    total = PARTS * len(rows)
    for k, row in enumerate(rows):
        yield Step(PARTS * k, total, note=row.id)
        with closing(Aside(row)) as aside:
            reported_s = time.monotonic()
            while not aside.is_done(TICK_S):
                if is_interrupted():
                    aside.hold()
                    yield None
                    aside.go_on()
                elif time.monotonic() - reported_s >= REPORT_S:
                    reported_s = time.monotonic()
                    yield Step(PARTS * k + round(PARTS * aside.share), total, note=row.id)
            verdict = aside.verdict()
        yield Step(PARTS * (k + 1), total, result=verdict, note=row.id)
