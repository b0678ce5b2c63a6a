"""Training: what edits do to the lab's training, and what the window shows of it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal

from layerlab.compose.budget import BudgetLock
from layerlab.compose.debouncer import Debouncer
from layerlab.compose.options_store import OptionsStore
from layerlab.compose.previous_run import PreviousRunOverlay
from layerlab.compose.seeds import Seeds
from layerlab.compose.spec_view import same_data, show_data, show_spec, task_name
from layerlab.compose.tablewatch import TableWatch
from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.frames import Frame
from layerlab.core.knobs import Effect
from layerlab.core.presets import Preset
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.problem import load_data
from layerlab.nets.tasks import TASKS
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")
PANEL_MS, BUTTONS_MS = 10, 150  # which the panel and the top bar wait in a drag
LOADING_MS = 200  # after which views of another task than the panel's get a veil


class Training(QObject):
    """Takes what a person does to the store and the runner, and their answers to the window.

    Attributes:
        frame: the newest; None before the first.

    Signals:
        csv_wanted(): a table is to be chosen.
        target_chosen(task, label, path): another column or problem of the table, by that knob.
        refused(path, sentence): why a knob was not turned.
        first_drawn(): the window has drawn the first frame.
        undo_shown(undo, redo): what can be undone and redone in the lab, or empty.
    """

    csv_wanted = Signal()
    target_chosen = Signal(object, str, str)
    refused = Signal(str, str)
    first_drawn = Signal()
    undo_shown = Signal(str, str)

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        overlay: PreviousRunOverlay,
        seeds: Seeds,
        budget: BudgetLock,
        table: TableWatch,
        presets: Mapping[str, Preset],
        options_store: OptionsStore,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Prepare; nothing is shown yet.

        Args:
            window, store, runner: between which edits and frames travel.
            overlay, seeds, budget, table: follow the spec and the frames.
            presets: key -> what can be tried.
            options_store: has speed, engine and whether drags are finished.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._window, self._store, self._runner = window, store, runner
        self._overlay, self._seeds, self._budget, self._table = overlay, seeds, budget, table
        self._presets, self._options_store, self._show_message = (
            presets,
            options_store,
            show_message,
        )
        self.frame: Frame | None = None
        self._gesture = self._is_overlaid = False
        self._waiting = ""  # what a person is to do before there are data
        self._late_spec = Debouncer(self.show_spec, PANEL_MS, self)
        self._late_state = Debouncer(self._show_state, BUTTONS_MS, self)
        self._late_veil = Debouncer(self._veil, LOADING_MS, self)
        self._paced = False  # the next run shows learning at the slider's speed

    @property
    def is_dragging(self) -> bool:
        """Whether a control is being dragged: each value is replaced by the next."""
        return self._gesture

    # ---- what a person does

    def toggle_play(self) -> None:
        """Play or pause; from the end, play again from the same weights."""
        if self._waiting:
            self._show_message(self._waiting)
        elif self._runner.is_playing:
            self._runner.pause()
        elif self.frame is not None and self.frame.status == "finished":
            self.reset()
            self._runner.play()
        else:
            self._runner.play()

    def reset(self) -> None:
        """Go back to the weights of the start; undo brings the trained network back."""
        if self.frame is not None and self.frame.update > 0:
            self._store.mark(_("Reset"))
        self._runner.start(self._store.spec)

    def new_seed(self) -> None:
        """Initialize all networks again, from seeds that this run did not use."""
        train = self._store.spec.train
        self._store.edit("train.seed", (train.seed + train.seeds) % 2**31)

    def choose_task(self, spec: LabSpec, label: str, path: str = "task.name") -> None:
        """Take a task's recommended sizes and training; keep the rest as it is set."""
        own = self._store.spec
        net = specs.replace(own.net, hidden=spec.net.hidden)
        train = specs.replace(spec.train, seed=own.train.seed, dtype=own.train.dtype)
        self._paced = True
        self._store.replace(specs.replace(spec, net=net, train=train), label, path)
        self._paced = False

    def _choose(self, task: specs.TaskSpec, label: str, path: str) -> None:
        try:
            self.choose_task(TASKS[task.name].recommend(task), label, path)
        except LabError as error:
            self.refused.emit(path, str(error))

    def _choose_formula(self, value: object) -> None:
        """Take another formula; where it is another problem, with what suits that."""
        path = "task.formula"
        own = self._store.spec
        try:
            task = TASKS[own.task.name]
            typed = specs.edit(own, path, value)
            now = task.with_start(typed.task)
            before, after = task.shape(own.task), task.shape(now)
            if before.inputs != after.inputs:
                now = specs.replace(now, features=())  # they are those of other inputs
            wanted = specs.replace(typed, task=now)
            if before.classes == after.classes:
                if not self._store.turn(path, wanted):
                    self.show_spec()  # the formula in force again, where none was typed
                return
            suited = task.recommend(wanted.task)
        except LabError as error:
            self.refused.emit(path, str(error))
            return
        # Points and noise stay as they were set.
        self.choose_task(specs.replace(suited, task=wanted.task), KNOBS[path].label, path)

    # ---- edits

    def on_edited(self, path: str, value: object) -> None:
        """A control was turned."""
        if path == "task.name":
            if value == "csv":
                self.csv_wanted.emit()
                return
            own = specs.TaskSpec(name=str(value), seed=self._store.spec.task.seed)
            self._choose(own, _("Task {label}", label=TASKS[own.name].label), path)
            self.show_spec()  # where it was refused, the true tile again
        elif path in ("task.target", "task.problem", "task.gaps"):
            task = specs.replace(self._store.spec.task, **{path.partition(".")[2]: value})
            self.target_chosen.emit(task, KNOBS[path].label, path)
        elif path == "task.formula":
            self._choose_formula(value)
        elif path == "task.features":  # each is a step of undo, however quickly they follow
            spec = specs.edit(self._store.spec, path, value)
            self._store.replace(spec, KNOBS[path].label, path)
        elif path == "net.depth" and self._budget.is_on:
            self._budget.turn(int(str(value)))
        else:
            self._store.edit(path, value)

    def on_grabbed(self, path: str) -> None:
        """A drag begins: all of it is one step of undo."""
        self._gesture, self._is_overlaid = True, False
        self._window.hold_axes(True)
        self._store.begin_gesture()

    def on_released(self, path: str) -> None:
        """The drag is over."""
        self._gesture = self._is_overlaid = False
        _log.info("%s was dragged: %s", path, _spec_text(self._store.spec))
        self._window.hold_axes(False)
        self._late_spec.flush()
        self._late_state.flush()
        self._store.end_gesture()

    def on_by_hand(self) -> None:
        """What the task draws is to be edited with brush or pen; all else stays as it is."""
        from layerlab.nets.tasks.by_hand import taken_by_hand

        spec = self._store.spec
        try:
            task, message = taken_by_hand(spec.task, load_data(spec.task))
        except LabError as error:
            self.refused.emit("task.points", str(error))
            return
        if self._store.replace(specs.replace(spec, task=task), _("Edit data by hand")):
            self._show_message(message)

    def on_preset(self, key: str) -> None:
        """One of the experiments to try was chosen."""
        preset = self._presets[key]
        self._paced = True
        if self._store.replace(preset.spec, preset.label):
            self._show_message(preset.help)
        self._paced = False

    def on_changed(self, spec: LabSpec, effect: Effect) -> None:
        """The spec is another one: go on training, or retrain."""
        self._window.banner.hide()
        self._waiting = ""
        if effect is Effect.LIVE:
            self._runner.go_on(spec)
        elif effect is Effect.REBUILD:
            if self._is_overlaid:
                self._overlay.name(spec)
            else:
                self._overlay.keep(self.frame, spec)
                self._is_overlaid = self._gesture  # all of a drag has one overlay
            shows_learning = self._paced or not self._options_store.options.finish_dragging
            speed = self._runner.pace if shows_learning else math.inf
            self._runner.start(spec, play=True, speed=speed)
            if not (self._paced or self._gesture):
                self._show_message(
                    _("A new network, retrained. Undo restores the previous one.")
                )
        if self._gesture:
            self._late_spec.schedule()
        else:
            _log.info("%s: %s", effect.value, _spec_text(spec))
            self._show_spec(spec)

    def on_restored(self, snapshot: Snapshot) -> None:
        """Undo, redo or a file: show that network again, not a new one."""
        self._overlay.clear()
        self._window.banner.hide()
        self._waiting = ""
        self._show_spec(snapshot.spec)
        self._runner.start(
            snapshot.spec, snapshot.state, snapshot.history, play=snapshot.state is None
        )

    def on_speed(self, speed: float) -> None:
        """The speed slider was moved."""
        self._options_store.change(speed=None if math.isinf(speed) else float(speed))
        self._runner.set_speed(speed)

    def on_engine(self, name: str) -> None:
        """Another engine was chosen."""
        _log.info("engine %s", name)
        self._options_store.change(engine=name)
        self._runner.set_engine(name)
        self._show_message(_("Training with the engine {name} from here on.", name=name))

    def on_finish_dragging(self, on: bool) -> None:
        """Edits are to be finished at once, or trained at the slider's speed."""
        self._options_store.change(finish_dragging=on)

    def on_parts(self) -> None:
        """Other views are visible now."""
        self._runner.set_wanted(self._window.wanted())

    # ---- what the runner says

    def on_framed(self, frame: Frame) -> None:
        """Draw the newest frame."""
        known = self.frame
        self._waiting = ""
        self.frame = frame.completed(known)  # a view that moves is measured alone
        if same_data(frame.spec.task, self._store.spec.task):
            self._unveil()
        self._late_spec.flush()
        self._overlay.show()
        self._window.draw(frame)
        if known is None:
            self.first_drawn.emit()
        self._seeds.show(self.frame)
        if known is None or (known.run_id, known.spec) != (frame.run_id, frame.spec):
            summary = show_data(self._window, frame)
            if summary and (known is None or known.spec.task != frame.spec.task):
                self._show_message(summary)
        if known is None or (known.status, known.run_id) != (frame.status, frame.run_id):
            self.show_state()
            if frame.note and frame.status == "stopped":
                self._show_message(frame.note)

    def on_not_begun(self) -> None:
        """The newest run has failed; if it has no frame yet, the views are of another task."""
        self._late_veil.cancel()
        if self.frame is not None and not same_data(
            self.frame.spec.task, self._store.spec.task
        ):
            name = task_name(self._store.spec.task)
            self._window.stage.veil.show_text(
                _("{task} is not there. The views show the task before it.", task=name)
            )

    def on_waiting(self, sentence: str) -> None:
        """The run has no data, as they are made by hand; tell a person what to do."""
        self._waiting = sentence
        self._late_veil.cancel()
        self._window.build_views()
        self._window.prediction.show_no_data()
        self._window.topbar.set_readouts(())  # those of the run before would contradict it
        self._show_state()
        self._show_waiting()

    def _show_waiting(self) -> None:
        self._window.stage.veil.show_text(self._waiting, self._window.prediction)

    # ---- showing

    def show_spec(self) -> None:
        """Show what is in force, such as after a choice that was refused."""
        self._show_spec(self._store.spec)

    def _show_spec(self, spec: LabSpec) -> None:
        self._late_spec.cancel()
        if self._waiting:
            self._show_waiting()
        elif self.frame is None or same_data(self.frame.spec.task, spec.task):
            self._unveil()
        else:
            self._late_veil.schedule()
        show_spec(self._window, spec)
        self._table.follow(spec.task)
        self._budget.follow(spec)
        self._seeds.follow(spec)

    def _unveil(self) -> None:
        self._late_veil.cancel()
        self._window.stage.veil.show_text("")

    def _veil(self) -> None:
        self._window.diagram.close_editor()
        name = task_name(self._store.spec.task)
        self._window.stage.veil.show_text(
            _("Loading {task}… The views show the task before it.", task=name)
        )

    def show_state(self) -> None:
        """Show what can be played, undone and redone; in a drag it need not flicker."""
        if self._gesture:
            self._late_state.schedule()
        else:
            self._show_state()

    def _show_state(self) -> None:
        self._late_state.cancel()
        has_ended = self.frame is not None and self.frame.status == "finished"
        finished = has_ended and not self._waiting
        undo, redo = self._store.can_undo, self._store.can_redo
        self._window.topbar.show_state(
            self._runner.is_playing, bool(undo), bool(redo), finished
        )
        self.undo_shown.emit(undo, redo)


def _spec_text(spec: LabSpec) -> str:
    """Return a spec on one line of the log, without the points that were made by hand."""
    bare = specs.replace(spec, task=specs.replace(spec.task, points=()))
    return " ".join(specs.to_json(bare).split())
