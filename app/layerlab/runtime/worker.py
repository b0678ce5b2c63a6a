"""The worker: trains in its own thread, and measures frames for the window.

It looks at one shared `WorkerRequest` between updates. Whoever changes it wakes the worker, and
an engine that is training is cancelled by the change itself.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time

from PySide6.QtCore import QObject, QThread, Signal

from layerlab.core import frames
from layerlab.core.frames import Frame
from layerlab.core.numbers import grouped
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.runtime.backend import Backend, HistoryLike
from layerlab.runtime.mailbox import Mailbox
from layerlab.runtime.request import Run, WorkerRequest, idle_status

FRAME_S = 1 / 60
YIELD_S = FRAME_S / 2  # so that there is a fresh state whenever the window has drawn one
QUIET_S = 0.12  # an unlimited run that is over by then is drawn once, finished
SLOW_PARTS_S = 1 / 20  # histograms and the diagram change less often
# They take turns, so that no frame waits for all of them.
SLOW_PARTS = (frozenset({frames.DIAGRAM}), frozenset({frames.SIGNAL, frames.GRADIENT}))


class Worker(QThread):
    """Trains what the request says.

    Signals:
        woken(): a frame is in the mailbox that should be drawn at once.
        failed(run_id, error): the run stopped; the lab goes on.
    """

    woken = Signal()
    failed = Signal(int, object)

    def __init__(
        self,
        backend: Backend,
        mailbox: Mailbox,
        request: WorkerRequest,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend, self._mailbox = backend, mailbox
        # Guards `_request`, `_closing` and `_latest`, and reports that join a history while the
        # window copies it; all else belongs to this thread.
        self._condition = threading.Condition()
        self._request = request
        self._closing = False
        self._latest: tuple[int, State, HistoryLike] | None = None
        self._is_seen = True  # whether the last run has got as far as a frame

    # ---- called from the window's thread

    @property
    def request(self) -> WorkerRequest:
        """The request as it stands."""
        # Without the lock: requests are frozen, and
        # one takes the place of the other in one step.
        return self._request

    def command(self, request: WorkerRequest) -> None:
        """Change the request; an engine at work is cancelled if it has to hear of it."""
        with self._condition:
            self._request = request
            self._condition.notify_all()

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        # Qt ends the process where the object of a running thread is deleted. An engine notices
        # the end soon, as it asks `is_cancelled`.
        self.wait()

    def latest(self, run_id: int) -> tuple[State | None, HistoryLike | None]:
        """Return the newest state and history of a run, if it has got that far."""
        with self._condition:
            if self._latest is None or self._latest[0] != run_id:
                return None, None
            return self._latest[1], self._latest[2].copy()

    # ---- the worker's own thread

    def run(self) -> None:
        """Work until closed."""
        run: Run | None = None
        broken: WorkerRequest | None = None  # a request that failed: wait for another
        while not self._closing:
            # One request for the whole round, whatever the window says meanwhile.
            request = self._request
            try:
                if broken is not None and request == broken:  # equal ones fail alike
                    self._sleep(request, None)
                elif run is None or run.request.run_id != request.run_id:
                    run = self._begin(request)
                else:
                    run = self._go_on(run, request)
            except Exception as error:  # every error reaches the banner
                broken = request
                self.failed.emit(request.run_id, error)
                if run is not None and run.request.run_id == request.run_id:
                    run.status = "stopped"
                    # What was just reported may be that it cannot be measured.
                    with contextlib.suppress(Exception):
                        self._post(run, whole=True)

    def _begin(self, request: WorkerRequest) -> Run:
        engine = self._backend.engine(request.engine)
        length = self._backend.length(request.spec)
        state = request.start
        if state is None:
            # Its first state are the initial weights; the rest of the run is not asked for.
            state = next(iter(engine.run(request.spec, until=0)))
        known = request.history
        history = known.copy() if known else self._backend.new_history(engine)
        parameters = self._backend.parameters(request.spec)
        run = Run(request, state, history, length, parameters, frozenset(), ())
        self._set_marks(run)
        run.pace_from = run.speed_from = (time.perf_counter(), state.update)
        if request.history is None:
            history.record(request.spec, state)
        run.status = idle_status(run)
        self._publish(run)
        is_hurried = request.playing and math.isinf(request.speed) and run.status == "ready"
        if is_hurried and self._is_seen:
            # A small network is finished before its initial state could be drawn. A drag that
            # leaves each network before it is seen gets to see the next one's, though.
            run.measure_at, self._is_seen = time.perf_counter() + QUIET_S, False
        else:
            self._post(run, whole=True)
        return run

    def _set_marks(self, run: Run) -> None:
        run.sorted_marks = tuple(self._backend.marks(run.length))
        run.marks = frozenset(run.sorted_marks)

    def _go_on(self, run: Run, request: WorkerRequest) -> Run:
        old, run.request = run.request, request
        if request.spec != old.spec:  # a live edit: go on with the new value
            run.length = self._backend.length(request.spec)
            self._set_marks(run)
            if run.status in ("ready", "paused", "finished"):
                run.status = idle_status(run)
        resumed = request.resumes(old) or request.steps > run.steps_done
        if resumed or request.speed != old.speed:
            run.pace_from = run.speed_from = (time.perf_counter(), run.state.update)
        if run.status == "stopped" and (resumed or request.spec != old.spec):
            run.status, run.note = "paused", ""
        until = self._due(run)
        if until > run.state.update and run.status != "stopped":
            self._train(run, until)
        else:
            self._rest(run, old)
        return run

    def _due(self, run: Run) -> int:
        """Return the update up to which training may go now."""
        request, update = run.request, run.state.update
        if request.steps > run.steps_done:
            until = update + request.steps - run.steps_done
            run.steps_done = request.steps
            return min(until, run.length)
        if not request.playing:
            return update
        if math.isinf(request.speed):
            return run.length
        clock, first = run.pace_from
        due = first + int((time.perf_counter() - clock) * request.speed)
        return min(max(due, update), run.length)

    def _train(self, run: Run, until: int) -> None:
        request, began = run.request, time.perf_counter()
        in_one_go = run.state.update == 0 and until == run.length
        run.status, run.elapsed_s = "running", 0.0
        engine = self._backend.engine(request.engine)
        states = engine.run(
            request.spec,
            run.state,
            until=until,
            marks=run.sorted_marks,
            interval_s=YIELD_S,
            warmup_s=max(0.0, run.measure_at - time.perf_counter()),
            # By identity, which costs nothing. Whether the new request concerns the training is
            # seen in the next round; if it does not, that goes on from the last state.
            is_cancelled=lambda: self._request is not request or self._closing,
        )
        for state in states:
            now = time.perf_counter()
            run.state = state
            if state.update in run.marks:
                # Under the lock, as the window may copy the history at any moment (`latest`).
                with self._condition:
                    run.history.record(request.spec, state)
                self._stop_at_target(run)
            self._publish(run)
            self._measure_speed(run, now)
            if not run.is_prepared:
                run.is_prepared = True
                self._backend.prepare(request.spec)
            if state.update >= run.length or run.status == "stopped":
                run.status = "finished" if run.status == "running" else run.status
                run.elapsed_s = now - began if in_one_go else 0.0
                self._post(run, whole=True)
            elif self._mailbox.is_empty and self._request is request and now >= run.measure_at:
                self._post(run)
            if run.status == "stopped":
                break
        # The engine's array holds many states, of which the last one is wanted from here on.
        run.state = run.state.alone()
        self._publish(run)

    def _stop_at_target(self, run: Run) -> None:
        target = run.request.spec.train.target_loss
        if target is None:
            return
        loss = run.history.median_loss()
        if loss <= target and run.state.update > 0:
            run.status = "stopped"
            run.note = _(
                "Stopped at update {update}: the median loss {loss:.3g} "
                "reached the target {target:g}",
                update=grouped(run.state.update),
                loss=loss,
                target=target,
            )

    def _measure_speed(self, run: Run, now: float) -> None:
        clock, update = run.speed_from
        if now - clock > 0.25 or run.state.update >= run.length:
            run.speed = (run.state.update - update) / max(now - clock, 1e-6)
            run.speed_from = (now, run.state.update)

    def _rest(self, run: Run, old: WorkerRequest) -> None:
        """Nothing to train now: show what changed, then wait for a request or the clock."""
        request = run.request
        if run.status == "running" and not request.playing:
            run.status = "paused"
            self._post(run, whole=True)
        elif request.playing and (request.resumes(old) or run.status in ("ready", "paused")):
            # Nothing is left to train, or the first update of a paced run is not due yet.
            run.status = "finished" if run.state.update >= run.length else "running"
            self._post(run, whole=True)
        elif request is not old and (
            (request.seed, request.wanted, request.spec) != (old.seed, old.wanted, old.spec)
        ):
            self._post(run, whole=True)
        elif request.units != old.units:
            self._post(run, whole=True, only=frozenset({frames.DIAGRAM}))
        timeout = None
        if run.status == "running" and request.playing and not math.isinf(request.speed):
            clock, first = run.pace_from
            next_at = clock + (run.state.update + 1 - first) / request.speed
            timeout = max(next_at - time.perf_counter(), FRAME_S / 2)
        self._sleep(request, timeout)

    def _sleep(self, request: WorkerRequest, timeout: float | None) -> None:
        with self._condition:
            # Asked under the lock: else a command could come between question and wait, and
            # nobody would wake this thread.
            if self._request is request and not self._closing:
                self._condition.wait(timeout)

    def _publish(self, run: Run) -> None:
        with self._condition:
            self._latest = (run.request.run_id, run.state, run.history)

    def _take_turns(self, run: Run, wanted: frozenset[str], now: float) -> frozenset[str]:
        """Leave out the slow parts whose turn it is not."""
        times = list(run.slow_at)
        turn = min(
            (i for i, parts in enumerate(SLOW_PARTS) if wanted & parts),
            key=lambda i: times[i],
            default=None,
        )
        if turn is not None and now - times[turn] < SLOW_PARTS_S:
            turn = None
        for i, parts in enumerate(SLOW_PARTS):
            if i == turn:
                times[i] = now
            else:
                wanted -= parts
        run.slow_at = tuple(times)
        return wanted

    def _post(self, run: Run, whole: bool = False, only: frozenset[str] | None = None) -> None:
        """Measure what visible views want, or only some of it, and leave it in the mailbox."""
        request, now = run.request, time.perf_counter()
        wanted = request.wanted if only is None else request.wanted & only
        if whole:
            run.slow_at = (now,) * len(SLOW_PARTS)
        else:
            wanted = self._take_turns(run, wanted, now)
        seed = min(request.seed, run.state.seeds - 1)
        parts = self._backend.measure(
            request.spec, run.state, wanted, seed, run.history, request.units
        )
        measured = time.perf_counter()
        # An engine that trains on this thread gets two thirds of its time.
        rest = 0.0 if self._backend.engine(request.engine).is_parallel else 2 * (measured - now)
        run.measure_at = measured + rest
        frame = Frame(
            run_id=request.run_id,
            spec=request.spec,
            update=run.state.update,
            length=run.length,
            parameters=run.parameters,
            status=run.status,
            updates_per_s=run.speed,
            elapsed_s=run.elapsed_s,
            seed=seed,
            note=run.note,
            **parts,
        )
        is_awaited = self._mailbox.post(frame)
        self._is_seen = True
        if whole or is_awaited:
            self.woken.emit()
