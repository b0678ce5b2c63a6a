"""Advising: asks the adviser about a run once it rests, and does what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

from layerlab.core.advice import Finding
from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.frames import Frame
from layerlab.core.jobs import Ask, Job, Step
from layerlab.core.spec import LabSpec
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.window import LabWindow

CALM_MS = 120  # a drag trains the next value before; then nothing is asked
KEY, PRIORITY = "advice", 20  # some milliseconds, before the knob curve's seconds
RESTS = ("finished", "stopped", "paused")


class Advising:
    """The lab's adviser. It measures in the background, so no picture waits for it."""

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        background: Background,
        newest: Callable[[], Frame | None],
        refuse: Callable[[str], None],
        parent: QObject,
    ) -> None:
        """Connect to the lab.

        Args:
            window: shows the findings. store, runner: of the run that they are about.
            background: measures. newest: gives the frame that is drawn.
            refuse: says why a finding cannot be followed. parent: of the clock.
        """
        self._window, self._store, self._runner = window, store, runner
        self._background, self._newest, self._refuse = background, newest, refuse
        self._asked: tuple[int, LabSpec, int] | None = None  # run, spec, update
        self._dismissed: set[tuple[LabSpec, str]] = set()
        self.findings: tuple[Finding, ...] = ()
        self._broken: int | None = None
        self._is_closed = False
        self._soon = QTimer(parent)  # after the picture
        self._soon.setSingleShot(True)
        self._soon.setInterval(CALM_MS)
        self._soon.timeout.connect(self.ask)
        line = window.foot.advice
        line.taken.connect(self.take)
        line.dismissed.connect(self.dismiss)
        runner.framed.connect(self._on_framed)
        runner.failed.connect(self._on_failed)
        store.changed.connect(lambda spec, effect: self.forget())
        store.restored.connect(lambda snapshot: self.forget())
        window.parts_changed.connect(self._on_shown)
        background.stepped.connect(self._on_stepped)

    def forget(self) -> None:
        """Call off what is under way: it is of another run. What is said stays till it ends.

        A line that came and went with every value of a drag would flicker.
        """
        self._asked = self._broken = None
        self._soon.stop()
        self._background.cancel(KEY)

    def take(self, finding: Finding) -> None:
        """Turn the knobs as a finding has it: one step of undo."""
        try:
            self._store.replace(finding.cured(self._store.spec), finding.label)
        except LabError as error:
            self._refuse(str(error))
        self._show_findings(())

    def dismiss(self, finding: Finding) -> None:
        """Say this no more of this spec; what comes after it takes its place."""
        self._dismissed.add((self._store.spec, finding.kind))
        self._show_findings(self.findings)

    def ask(self) -> None:
        """Measure the network of this moment in the background."""
        spec, broken = self._runner.request.spec, self._broken
        state, history = self._runner.snapshot()
        if state is None or not self._window.is_lab_shown:
            return

        def work(is_interrupted: Ask) -> Iterator[Step | None]:
            from layerlab.nets.adviser import advise  # with it come the probes, in this thread

            if is_interrupted():
                yield None
            yield Step(result=(spec, advise(spec, state, history, broken)))  # type: ignore[arg-type]

        self._background.submit(Job(KEY, work, PRIORITY))

    def finish(self) -> None:
        """Say here and now what there is to say, for a picture of the window."""
        from layerlab.nets.adviser import advise

        self._soon.stop()
        spec = self._runner.request.spec
        state, history = self._runner.snapshot()
        if state is not None:
            self._show_findings(advise(spec, state, history, self._broken))  # type: ignore[arg-type]

    def close(self) -> None:
        """Ask nothing more: the window goes away, though a last frame may still come."""
        self._is_closed = True
        self._soon.stop()

    def _wait(self) -> None:
        if not self._is_closed:
            self._soon.start()

    def _on_framed(self, frame: Frame) -> None:
        now = frame.run_id, frame.spec, frame.update
        if frame.status in RESTS and frame.update > 0:
            if now != self._asked:
                self._asked = now
                self._wait()
        elif frame.status == "ready" and not self._is_closed:
            self._broken = None
            self._show_findings(())

    def _on_failed(self, error: Exception) -> None:
        self._broken = error.update if isinstance(error, NotFiniteError) else None
        self._wait()

    def _on_shown(self) -> None:
        frame = self._newest()
        if frame is not None and self._window.is_lab_shown:
            self._on_framed(frame)

    def _on_stepped(self, job: Job, step: Step) -> None:
        if job.key == KEY:
            spec, findings = step.result
            if spec == self._store.spec:
                self._show_findings(findings)

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        spec = self._store.spec
        self.findings = tuple(f for f in findings if (spec, f.kind) not in self._dismissed)
        self._window.foot.show_advice(self.findings)
