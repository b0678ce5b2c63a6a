"""The recorder: each run that has ended, or was stopped by hand, goes into the library of runs.

A clock looks twice a second at what the window's run is, as the autosave does; a run that is as
it was for a moment is handed to a thread. So nothing happens in a drag, whose values are
replaced before they have rested, and nobody has to say that a run is over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layerlab.compose.ended_run import EndedRun, same_training
from layerlab.core.translation import _
from layerlab.runtime.keeper import Keeper

if TYPE_CHECKING:
    from layerlab.compose.kept_run import RunWriter
    from layerlab.compose.options_store import OptionsStore
    from layerlab.compose.training import Training
    from layerlab.core.frames import Frame
    from layerlab.core.spec import LabSpec
    from layerlab.runtime.request import WorkerRequest
    from layerlab.runtime.runner import Runner

_log = logging.getLogger("layerlab")
LOOK_MS = 500
SETTLED_S = 0.8  # as long as edits of one knob are one step of undo: what rests so long stays
FEW = 20  # updates: fewer are steps by hand, not a run
LONG_S = 5.0  # a run that trained for longer is kept although an edit replaced it
PATIENCE_S = 2.0  # that a window which closes waits for the disk
MB = 1_000_000
ENDED = ("finished", "stopped")  # of a frame's status


class RunRecorder(QObject):
    """Keeps the window's runs.

    Signals:
        kept(): there is one run more, or less, in the library.
    """

    kept = Signal()

    def __init__(
        self,
        runner: Runner,
        training: Training,
        options_store: OptionsStore,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Keep nothing yet.

        Args:
            runner: trains. training: has the newest frame, and knows of drags.
            options_store: says how much may be kept.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._runner, self._training = runner, training
        self._options_store, self._show_message = options_store, show_message
        self._keeper = Keeper(0, 0)
        self._writer: RunWriter | None = None
        self._lock = threading.Lock()  # guards the sentences, which the writing thread adds
        self._sentences: list[str] = []
        self._is_failing = self._is_closed = False
        self._run_id = -1
        self._begun_at: float | None = None  # since when the run plays
        self._seconds = 0.0  # that it has played before
        self._first: LabSpec | None = None  # by which the run began
        # The run, its update, and by which spec that was trained: an edit of a live knob
        # changes the spec of a run that has ended, not what it was trained by.
        self._trained: tuple[int, int, LabSpec] | None = None
        self._seen: object = None
        self._since = 0.0
        self._done: object = None  # what was handed over last
        self._long: EndedRun | None = None  # the run that plays, as it was at the last look
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self.look)
        runner.played.connect(self._on_played)
        runner.framed.connect(self._on_framed)
        # Emitted on the keeper's thread.
        self._keeper.kept.connect(self._on_kept, Qt.ConnectionType.QueuedConnection)
        self._keeper.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Keep runs from here on."""
        self._clock.start()

    def close(self) -> None:
        """Keep the run that is there, and end the thread."""
        if self._is_closed:
            return
        if self._clock.isActive():
            self.look(at_once=True)
        self._clock.stop()
        self._is_closed = True
        if not self._keeper.wait_until_idle(PATIENCE_S):
            _log.warning("a run is not kept: the disk takes too long")
        self._keeper.end()

    # ---- which run

    def look(self, at_once: bool = False) -> None:
        """Hand the run over where it has ended and rests.

        Args:
            at_once: whether it need not have rested.
        """
        if not self._options_store.options.runs_mb:
            return
        request, frame, now = self._runner.request, self._training.frame, time.monotonic()
        self._follow(request)
        if frame is None or frame.run_id != request.run_id or self._training.is_dragging:
            self._seen = None
            return
        if request.playing:
            self._look_at_long(request, frame)
            return
        self._long = None
        key = (frame.run_id, frame.update)
        if key != self._seen:
            self._seen, self._since = key, now
        has_rested = at_once or now - self._since >= SETTLED_S
        if has_rested and key != self._done and _is_run(request, frame):
            self._done = key
            self._hand_over(frame.run_id, self._ended(request, frame))

    def _on_framed(self, frame: Frame) -> None:
        known = self._trained
        if known is None or known[0] != frame.run_id:
            self._first = frame.spec
            self._trained = (frame.run_id, frame.update, frame.spec)
        elif known[1] != frame.update:
            self._trained = (frame.run_id, frame.update, frame.spec)

    def _follow(self, request: WorkerRequest) -> None:
        """Take note where another run has taken the place of the one before."""
        if request.run_id == self._run_id:
            return
        if self._long is not None:
            self._hand_over(self._run_id, self._long)
        self._run_id, self._long, self._seconds = request.run_id, None, 0.0
        self._begun_at = time.monotonic() if request.playing else None

    def _look_at_long(self, request: WorkerRequest, frame: Frame) -> None:
        """Hold on to a run that has taken its time: an edit may replace it at any moment."""
        if self._played_s() >= LONG_S and _is_run(request, frame):
            self._long = self._ended(request, frame)

    def _ended(self, request: WorkerRequest, frame: Frame) -> EndedRun | None:
        state, history = self._runner.snapshot()
        if state is None:
            return None
        spec, trained = request.spec, self._trained
        if trained is not None and trained[:2] == (frame.run_id, frame.update):
            spec = trained[2]
        status = frame.status if frame.status in ENDED else "paused"
        is_shown = frame.update == state.update
        return EndedRun(
            spec=spec,
            state=state,
            history=history,
            status="replaced" if request.playing else status,
            length=frame.length,
            engine=request.engine,
            ended=time.time(),
            seconds=frame.elapsed_s or self._played_s(),
            prediction=frame.prediction if is_shown else None,
            is_edited=self._first is not None and not same_training(self._first, spec),
        )

    def _hand_over(self, run_id: int, run: EndedRun | None) -> None:
        if run is None:
            return
        limit = self._options_store.options.runs_mb * MB
        self._keeper.put(str(run_id), partial(self._write, run_id, run, limit))

    def _write(self, run_id: int, run: EndedRun, limit: int) -> None:
        """Write a run, on the keeper's thread, which also imports what that takes."""
        if self._writer is None:
            from layerlab.compose.kept_run import RunWriter

            self._writer = RunWriter(self._tell)
        self._writer.write(run_id, run, limit)

    # ---- how long

    def _on_played(self, playing: bool) -> None:
        self._follow(self._runner.request)
        if playing:
            self._begun_at = time.monotonic()
        else:
            self._seconds, self._begun_at = self._played_s(), None

    def _played_s(self) -> float:
        if self._begun_at is None:
            return self._seconds
        return self._seconds + time.monotonic() - self._begun_at

    # ---- what became of it

    def _tell(self, sentence: str) -> None:
        with self._lock:
            self._sentences.append(sentence)

    def _on_kept(self, kind: str) -> None:
        if self._is_closed:
            return
        with self._lock:
            sentences, self._sentences = self._sentences, []
        if self._is_failing:
            self._is_failing = False
            sentences.append(_("Runs are kept again."))
        if sentences:
            self._show_message(" ".join(sentences))
        self.kept.emit()

    def _on_failed(self, kind: str, sentence: str) -> None:
        _log.warning("run %s is not kept: %s", kind, sentence)
        if not self._is_failing and not self._is_closed:
            self._is_failing = True  # which is said once
            self._show_message(_("The run is not kept: {why}.", why=sentence))


def _is_run(request: WorkerRequest, frame: Frame) -> bool:
    """Return whether something was trained since it was opened, undone or initialized."""
    first = 0 if request.start is None else request.start.update
    has_ended = frame.status in ENDED
    return frame.update > first and (has_ended or frame.update - first >= FEW)
