"""The worker: trains in its own thread, and measures frames for the window.

It looks at one shared `Order` between updates. Whoever changes the order wakes it, and an
engine that is training is cancelled by the change itself.
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
from layerlab.runtime.mailbox import Mailbox
from layerlab.runtime.order import Order, Run, idle_status
from layerlab.runtime.ports import HistoryLike, Ports

FRAME_S = 1 / 60
YIELD_S = FRAME_S / 2  # so that there is a fresh state whenever the window has drawn one
QUIET_S = 0.12  # an unlimited run that is over by then is drawn once, finished
SLOW_PARTS_S = 1 / 20  # histograms and the diagram change less often
SLOW_PARTS = frozenset({frames.SIGNAL, frames.GRADIENT, frames.DIAGRAM})


class Worker(QThread):
    """Trains what the order says.

    Signals:
        woken(): a frame is in the mailbox that should be drawn at once.
        failed(run_id, error): the run stopped; the lab goes on.
    """

    woken = Signal()
    failed = Signal(int, object)

    def __init__(
        self, ports: Ports, mailbox: Mailbox, order: Order, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ports, self._mailbox = ports, mailbox
        self._condition = threading.Condition()
        self._order = order
        self._closing = False
        self._latest: tuple[int, State, HistoryLike] | None = None
        self._is_seen = True  # whether the last run has got as far as a frame

    # ---- called from the window's thread

    @property
    def order(self) -> Order:
        """The order as it stands."""
        return self._order

    def command(self, order: Order) -> None:
        """Change the order; an engine at work is cancelled if it has to hear of it."""
        with self._condition:
            self._order = order
            self._condition.notify_all()

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
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
        broken: Order | None = None  # an order that failed: wait for another
        while not self._closing:
            order = self._order
            try:
                if order is broken:
                    self._sleep(order, None)
                elif run is None or run.order.run_id != order.run_id:
                    run = self._begin(order)
                else:
                    run = self._go_on(run, order)
            except Exception as error:  # every error reaches the banner
                broken = order
                self.failed.emit(order.run_id, error)
                if run is not None and run.order.run_id == order.run_id:
                    run.status = "stopped"
                    # What was just reported may be that it cannot be measured.
                    with contextlib.suppress(Exception):
                        self._post(run, whole=True)

    def _begin(self, order: Order) -> Run:
        engine = self._ports.engine(order.engine)
        length = self._ports.length(order.spec)
        state = order.start
        if state is None:
            state = next(iter(engine.run(order.spec, until=0)))
        history = order.history.copy() if order.history else self._ports.new_history(engine)
        run = Run(
            order, state, history, length, self._ports.parameters(order.spec), frozenset(), ()
        )
        self._set_marks(run)
        run.pace_from = run.speed_from = (time.perf_counter(), state.update)
        if order.history is None:
            history.record(order.spec, state)
        run.status = idle_status(run)
        self._publish(run)
        is_hurried = order.playing and math.isinf(order.speed) and run.status == "ready"
        if is_hurried and self._is_seen:
            # A small network is finished before its initial state could be drawn. A drag that
            # leaves each network before it is seen gets to see the next one's, though.
            run.measure_at, self._is_seen = time.perf_counter() + QUIET_S, False
        else:
            self._post(run, whole=True)
        return run

    def _set_marks(self, run: Run) -> None:
        run.ordered_marks = tuple(self._ports.marks(run.length))
        run.marks = frozenset(run.ordered_marks)

    def _go_on(self, run: Run, order: Order) -> Run:
        old, run.order = run.order, order
        if order.spec != old.spec:  # a live edit: go on with the new value
            run.length = self._ports.length(order.spec)
            self._set_marks(run)
            if run.status in ("ready", "paused", "finished"):
                run.status = idle_status(run)
        resumed = order.resumes(old) or order.steps > run.steps_done
        if resumed or order.speed != old.speed:
            run.pace_from = run.speed_from = (time.perf_counter(), run.state.update)
        if run.status == "stopped" and (resumed or order.spec != old.spec):
            run.status, run.note = "paused", ""
        until = self._due(run)
        if until > run.state.update and run.status != "stopped":
            self._train(run, until)
        else:
            self._rest(run, old)
        return run

    def _due(self, run: Run) -> int:
        """Return the update up to which training may go now."""
        order, update = run.order, run.state.update
        if order.steps > run.steps_done:
            until = update + order.steps - run.steps_done
            run.steps_done = order.steps
            return min(until, run.length)
        if not order.playing:
            return update
        if math.isinf(order.speed):
            return run.length
        clock, first = run.pace_from
        due = first + int((time.perf_counter() - clock) * order.speed)
        return min(max(due, update), run.length)

    def _train(self, run: Run, until: int) -> None:
        order, began = run.order, time.perf_counter()
        in_one_go = run.state.update == 0 and until == run.length
        run.status, run.elapsed_s = "running", 0.0
        engine = self._ports.engine(order.engine)
        states = engine.run(
            order.spec,
            run.state,
            until=until,
            marks=run.ordered_marks,
            interval_s=YIELD_S,
            warmup_s=max(0.0, run.measure_at - time.perf_counter()),
            is_cancelled=lambda: self._order is not order or self._closing,
        )
        for state in states:
            now = time.perf_counter()
            run.state = state
            if state.update in run.marks:
                with self._condition:
                    run.history.record(order.spec, state)
                self._stop_at_target(run)
            self._publish(run)
            self._measure_speed(run, now)
            if not run.is_prepared:
                run.is_prepared = True
                self._ports.prepare(order.spec)
            if state.update >= run.length or run.status == "stopped":
                run.status = "finished" if run.status == "running" else run.status
                run.elapsed_s = now - began if in_one_go else 0.0
                self._post(run, whole=True)
            elif self._mailbox.is_empty and self._order is order and now >= run.measure_at:
                self._post(run)
            if run.status == "stopped":
                break
        # The engine's array holds many states, of which the last one is wanted from here on.
        run.state = run.state.alone()
        self._publish(run)

    def _stop_at_target(self, run: Run) -> None:
        target = run.order.spec.train.target_loss
        if target is None:
            return
        loss = run.history.median_loss()
        if loss <= target and run.state.update > 0:
            run.status = "stopped"
            run.note = (
                f"Stopped at update {grouped(run.state.update)}: the median loss {loss:.3g} "
                f"reached the target {target:g}"
            )

    def _measure_speed(self, run: Run, now: float) -> None:
        clock, update = run.speed_from
        if now - clock > 0.25 or run.state.update >= run.length:
            run.speed = (run.state.update - update) / max(now - clock, 1e-6)
            run.speed_from = (now, run.state.update)

    def _rest(self, run: Run, old: Order) -> None:
        """Nothing to train now: show what changed, then wait for an order or the clock."""
        order = run.order
        if run.status == "running" and not order.playing:
            run.status = "paused"
            self._post(run, whole=True)
        elif order.playing and (order.resumes(old) or run.status in ("ready", "paused")):
            # Nothing is left to train, or the first update of a paced run is not due yet.
            run.status = "finished" if run.state.update >= run.length else "running"
            self._post(run, whole=True)
        elif order is not old and (
            (order.seed, order.wanted, order.spec) != (old.seed, old.wanted, old.spec)
        ):
            self._post(run, whole=True)
        elif order.units != old.units:
            self._post(run, whole=True, only=frozenset({frames.DIAGRAM}))
        timeout = None
        if run.status == "running" and order.playing and not math.isinf(order.speed):
            clock, first = run.pace_from
            next_at = clock + (run.state.update + 1 - first) / order.speed
            timeout = max(next_at - time.perf_counter(), FRAME_S / 2)
        self._sleep(order, timeout)

    def _sleep(self, order: Order, timeout: float | None) -> None:
        with self._condition:
            if self._order is order and not self._closing:
                self._condition.wait(timeout)

    def _publish(self, run: Run) -> None:
        with self._condition:
            self._latest = (run.order.run_id, run.state, run.history)

    def _post(self, run: Run, whole: bool = False, only: frozenset[str] | None = None) -> None:
        """Measure what visible views want, or only some of it, and leave it in the mailbox."""
        order, now = run.order, time.perf_counter()
        wanted = set(order.wanted if only is None else order.wanted & only)
        if not whole and now - run.slow_at < SLOW_PARTS_S:
            wanted -= SLOW_PARTS
        else:
            run.slow_at = now
        seed = min(order.seed, run.state.seeds - 1)
        parts = self._ports.measure(
            order.spec, run.state, wanted, seed, run.history, order.units
        )
        measured = time.perf_counter()
        # An engine that trains on this thread gets two thirds of its time.
        rest = 0.0 if self._ports.engine(order.engine).is_parallel else 2 * (measured - now)
        run.measure_at = measured + rest
        frame = Frame(
            run_id=order.run_id,
            spec=order.spec,
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
