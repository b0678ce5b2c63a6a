"""A page's longer work: begun when the knobs rest, called off by the next edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from layerlab.core.jobs import Job, Step, steps_of
from layerlab.core.translation import _
from layerlab.core.values import Values
from layerlab.runtime.background import Background

REST_MS = 120  # after the last edit; a drag is not answered with work that is called off
PRIORITY = 20  # before what the lab would do in the background

Make = Callable[..., Any]  # (is_interrupted, **knobs) -> generator of steps


class Work(QObject):
    """One page's job at the background thread.

    Signals:
        found(result): a fuller result of the page.
        moved(): it began, went on, was stopped or is done: see `text`, `share`.
    """

    found = Signal(object)
    moved = Signal()

    def __init__(
        self, key: str, make: Make, background: Background, parent: QObject | None = None
    ) -> None:
        """Prepare.

        Args:
            key: of the page. make: the `work` of its model.
            background: serves the job. parent: with which it is deleted.
        """
        super().__init__(parent)
        self._key, self._make, self._background = ("page", key), make, background
        self._values: Values | None = None
        self._step = Step()
        self.is_stopped = False  # by the person: it stays so until it is let on
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._submit)
        background.stepped.connect(self._on_stepped)
        background.finished.connect(self._on_ended)
        background.failed.connect(self._on_ended)

    @property
    def is_under_way(self) -> bool:
        """Whether there is something left to do, stopped or not."""
        return self._values is not None

    @property
    def text(self) -> str:
        """What is done now."""
        return _("stopped") if self.is_stopped else self._step.note or _("computing")

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self._step.done / self._step.total if self._step.total else 0.0

    def begin(self, values: Values) -> None:
        """Do the work of these knobs, once they rest."""
        self._background.cancel(self._key)
        self._values, self._step = values, Step()
        if not self.is_stopped:
            self._rest.start()

    def pause(self) -> None:
        """Rest while the page is hidden; what was under way starts again with `begin`."""
        self._rest.stop()
        self._background.cancel(self._key)

    def toggle(self) -> None:
        """Stop, or go on."""
        self.is_stopped = not self.is_stopped
        if self.is_stopped:
            self.pause()
        elif self._values is not None:
            self._submit()
        self.moved.emit()

    def finish(self, values: Values) -> None:
        """Do all of it here and now."""
        self.pause()
        for step in steps_of(self._job(values)):
            if step.result is not None:
                self.found.emit(step.result)
        self._values = None
        self.moved.emit()

    def _job(self, values: Values) -> Job:
        return Job(self._key, lambda ask: self._make(ask, **values), PRIORITY)

    def _submit(self) -> None:
        if self._values is not None:
            self._background.submit(self._job(self._values))

    def _on_stepped(self, job: Job, step: Step) -> None:
        if job.key == self._key and self._values is not None:
            self._step = step
            if step.result is not None:
                self.found.emit(step.result)
            self.moved.emit()

    def _on_ended(self, job: Job, error: object = None) -> None:
        if job.key == self._key and not self._background.has(self._key):
            self._values = None
            self.moved.emit()
