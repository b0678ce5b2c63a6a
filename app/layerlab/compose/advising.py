"""Advising: asks the adviser about a run once it rests, and does what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

from layerlab.compose.serving import quiet_engine
from layerlab.core.advice import Finding
from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.frames import Frame
from layerlab.core.jobs import Ask, Job, Step, steps_of
from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.window import LabWindow

CALM_MS = 120  # a drag trains the next value before; then nothing is asked
KEY, PRIORITY = "advice", 5  # its trials take seconds; the knob curve is being looked at
RESTS = ("finished", "stopped", "paused")


class Advising:
    """The lab's adviser. It measures and tries in the background: no picture waits for it."""

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
        self._dismissed: set[tuple[str, str | None, str]] = set()
        self.findings: tuple[Finding, ...] = ()
        self._said_of: LabSpec | None = None  # the spec that the findings are of
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
        """Say this no more of this task, whatever is turned; what comes after it is shown.

        A line that came back with the next value of a knob would have to be dismissed again.
        """
        self._dismissed.add(_dismissed_as(self._store.spec.task, finding))
        self._show_findings(self.findings)

    def ask(self) -> None:
        """Measure the network of this moment in the background, and try what may help."""
        job = self._job()
        if job is None or not self._window.is_lab_shown:
            return
        if self._said_of != self._runner.request.spec:
            self._show_findings(())  # its figures, and its cure, are of another network
        self._background.submit(job)

    def finish(self) -> None:
        """Say here and now what there is to say, for a picture of the window."""
        self._soon.stop()
        job = self._job()
        if job is None:
            return
        self._show_findings(())
        for step in steps_of(job):
            self._show_findings(step.result[1])

    def _job(self) -> Job | None:
        """Return the work of advising on the network of this moment."""
        spec, broken, name = (
            self._runner.request.spec,
            self._broken,
            self._runner.request.engine,
        )
        state, history = self._runner.snapshot()
        if state is None:
            return None

        def work(is_interrupted: Ask) -> Iterator[Step | None]:
            from layerlab.nets.adviser import advice_steps  # with it come the probes

            if is_interrupted():
                yield None
            engine = yield from quiet_engine(name, spec.train.dtype, is_interrupted)
            found: tuple[Finding, ...] = ()
            for step in advice_steps(spec, state, history, broken, engine, is_interrupted):  # type: ignore[arg-type]
                found = found if step is None else step.result
                yield step and Step(result=(spec, found))
            yield Step(result=(spec, found))  # what was said of it before is no more

        return Job(KEY, work, PRIORITY)

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
        self._said_of, task = self._store.spec, self._store.spec.task
        self.findings = tuple(
            f for f in findings if _dismissed_as(task, f) not in self._dismissed
        )
        self._window.foot.show_advice(self.findings)


def _dismissed_as(task: TaskSpec, finding: Finding) -> tuple[str, str | None, str]:
    """Return what a dismissal is of: the task, its file, and the kind of the finding."""
    return task.name, task.path, finding.kind
