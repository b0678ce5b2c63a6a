"""The runner: the window's end of the training thread."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layerlab.core.frames import Frame, Units
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.runtime.backend import Backend, HistoryLike
from layerlab.runtime.mailbox import Mailbox
from layerlab.runtime.request import WorkerRequest
from layerlab.runtime.worker import Worker

TICK_MS = 16


class Runner(QObject):
    """Starts, paces and stops trainings; hands out their frames in the window's thread.

    Signals:
        framed(frame): the newest frame, at most 60 a second; a whole one at once.
        failed(error): the run stopped with an exception.
        played(playing): training began or ended.
    """

    framed = Signal(object)
    failed = Signal(object)
    played = Signal(bool)

    def __init__(self, backend: Backend, spec: LabSpec, parent: QObject | None = None) -> None:
        """Prepare a run of `spec`; `begin` starts the thread."""
        super().__init__(parent)
        self._mailbox = Mailbox()
        self._speed = math.inf
        self._closed = False
        self._worker = Worker(backend, self._mailbox, WorkerRequest(run_id=1, spec=spec), self)
        # Emitted on the worker's thread; queued, the slots run on this one, between two events.
        self._worker.woken.connect(self._on_tick, Qt.ConnectionType.QueuedConnection)
        self._worker.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)
        # Frames are fetched by a clock: a signal for each
        # would queue up before a window that is slow.
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def request(self) -> WorkerRequest:
        """What the worker is asked to do now."""
        return self._worker.request

    @property
    def is_playing(self) -> bool:
        """Whether training goes on."""
        return self.request.playing

    @property
    def pace(self) -> float:
        """Updates per second of `play`."""
        return self._speed

    def begin(self) -> None:
        """Start the thread; does nothing once the runner is closed."""
        if not self._closed:
            self._worker.start()

    def close(self) -> None:
        """End the thread; the runner is of no use after."""
        self._closed = True
        self._timer.stop()
        self._worker.close()

    def snapshot(self) -> tuple[State | None, HistoryLike | None]:
        """Return the network and the reports of this moment; None before its initialization."""
        # Of a run that the worker has not begun yet, what it will begin with.
        state, history = self._worker.latest(self.request.run_id)
        return (self.request.start, self.request.history) if state is None else (state, history)

    def start(
        self,
        spec: LabSpec,
        state: State | None = None,
        history: HistoryLike | None = None,
        *,
        play: bool = False,
        speed: float = math.inf,
    ) -> None:
        """Begin a new run.

        Args:
            spec: what to train.
            state, history: where to go on; None draws the weights.
            play: whether to train at once.
            speed: updates per second if it plays, such as `pace`.
        """
        self._command(
            run_id=self.request.run_id + 1,
            spec=spec,
            start=state,
            history=history,
            playing=play,
            speed=speed,
            steps=0,
        )

    def go_on(self, spec: LabSpec) -> None:
        """Go on training the same networks by a spec that differs in live knobs."""
        self._command(spec=spec)

    def play(self) -> None:
        """Train at the speed of the slider."""
        self._command(playing=True, speed=self._speed, plays=self.request.plays + 1)

    def pause(self) -> None:
        """Stop after the update under way."""
        self._command(playing=False)

    def finish(self) -> None:
        """Train to the end as fast as it goes."""
        self._command(playing=True, speed=math.inf, plays=self.request.plays + 1)

    def step(self, updates: int = 1) -> None:
        """Do single updates and pause."""
        self._command(playing=False, steps=self.request.steps + updates)

    def set_speed(self, updates_per_s: float) -> None:
        """Set the pace of `play`; takes effect at once while training."""
        self._speed = updates_per_s
        if self.is_playing:
            self._command(speed=updates_per_s)

    def set_engine(self, name: str) -> None:
        """Train with another engine from here on."""
        self._command(engine=name)

    def set_wanted(self, parts: Iterable[str]) -> None:
        """Say which parts the visible views draw."""
        self._command(wanted=frozenset(parts))

    def set_units(self, units: Units) -> None:
        """Say which units of the diagram are in sight."""
        self._command(units=units)

    def set_seed(self, seed: int) -> None:
        """Choose the seed that is shown alone (0-based)."""
        self._command(seed=seed)

    def _command(self, **changes: object) -> None:
        was_playing = self.is_playing
        self._worker.command(replace(self.request, **changes))  # type: ignore[arg-type]
        if self.is_playing and not self._timer.isActive():
            self._timer.start()
        if self.is_playing != was_playing:
            self.played.emit(self.is_playing)

    def _on_tick(self) -> None:
        frame: Frame | None = self._mailbox.take()
        if frame is not None and frame.run_id == self.request.run_id:
            ended = frame.status in ("finished", "stopped")
            if ended and self.is_playing and frame.spec == self.request.spec:
                self._command(playing=False)
            self.framed.emit(frame)
        elif not self.is_playing:
            self._timer.stop()

    def _on_failed(self, run_id: int, error: object) -> None:
        if run_id == self.request.run_id:
            self._command(playing=False)
            self.failed.emit(error)
