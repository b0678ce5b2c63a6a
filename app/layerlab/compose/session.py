"""A session: one window, one store, one runner, and what happens between them."""

from __future__ import annotations

import logging
import math

from PySide6.QtCore import QObject

from layerlab.compose.advising import Advising
from layerlab.compose.budget import BudgetLock
from layerlab.compose.connect import connect
from layerlab.compose.curves import Curves
from layerlab.compose.deferred import Deferred
from layerlab.compose.figures import Figures
from layerlab.compose.files import Files
from layerlab.compose.ghost import Ghost
from layerlab.compose.help import Help
from layerlab.compose.keeping import Keeping
from layerlab.compose.kept_labs import KeptLabs
from layerlab.compose.look import Look, theme_of
from layerlab.compose.network import Network
from layerlab.compose.pages import Pages
from layerlab.compose.reading import Reading
from layerlab.compose.remembered import Remembered
from layerlab.compose.reopening import Reopened
from layerlab.compose.seeds import Seeds
from layerlab.compose.serving import serving_ports
from layerlab.compose.settling import Settling
from layerlab.compose.showing import same_data, show_data, show_spec
from layerlab.compose.tablewatch import TableWatch
from layerlab.compose.trouble import Trouble
from layerlab.compose.wiring import REGISTRIES
from layerlab.core import spec as specs
from layerlab.core.errors import LabError
from layerlab.core.frames import Frame
from layerlab.core.knobs import Effect
from layerlab.core.options import Options
from layerlab.core.presets import presets
from layerlab.core.spec import LabSpec
from layerlab.nets.engines import NAMES
from layerlab.nets.problem import check
from layerlab.nets.tasks import TASKS
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.toast import Toast
from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")
UNSEEN_MS = 1500
PANEL_MS, BUTTONS_MS = 10, 150  # which the panel and the top bar wait in a drag
PAINT_MS = 10  # more than the events of the first frame wait: it is painted by then
LOADING_MS = 200  # after which views of another task than the panel's get a veil


class Session(QObject):
    """Wires the window to the store and the runner."""

    def __init__(self, spec: LabSpec, options: Options) -> None:
        """Build the window; nothing trains until `begin`."""
        super().__init__()
        self.remembered = Remembered(options)
        self.presets = {preset.key: preset for preset in presets()}
        self.window = LabWindow(REGISTRIES, list(self.presets.values()), theme_of(options))
        ports, self.serving = serving_ports(self)
        self.runner = Runner(ports, spec, self)
        self.background = Background(self)
        self.store = Store(spec, check, self.runner.snapshot, self)
        self.toast = Toast(self.window)
        self.toast.set_theme(self.window.theme)
        self.files = Files(self)
        self.table = TableWatch(self.window.banner, self)
        self.network = Network(
            self.store, self.runner, self.window.diagram, self._newest, self.toast.say
        )
        self.figures = Figures(self)
        self.settling = Settling(self.runner, self)
        self.ghost = Ghost(self.window)
        self.seeds = Seeds(self.window, self.store, self.runner, self.remembered, self._newest)
        self.budget = BudgetLock(self.store, self.window.panel)
        self.trouble = Trouble(self)
        self.reading = Reading(self)
        self.pages = Pages(self)
        self.help = Help(self.window, lambda: self.pages.banner)
        self.look = Look(self.window, self.remembered)
        self.keeping, self.kept = Keeping(self), KeptLabs(self)
        self.frame: Frame | None = None
        self._gesture = self._haunted = False
        self._late_spec = Deferred(lambda: self._show_spec(self.store.spec), PANEL_MS, self)
        self._late_state = Deferred(self._show_state, BUTTONS_MS, self)
        self._late_engine = Deferred(self.serving.let_go, PAINT_MS, self)
        self._late_veil = Deferred(self._veil, LOADING_MS, self)
        self._paced = False  # the next run shows learning at the slider's speed
        connect(self)
        self.curves = Curves(
            self.window,
            self.store,
            self.runner,
            self.background,
            self.serving,
            self.budget,
            self.remembered,
            self,
        )
        self.advising = Advising(
            self.window,
            self.store,
            self.runner,
            self.background,
            self._newest,
            self.trouble.say,
            self,
        )
        speed = math.inf if options.speed is None else options.speed
        self.runner.set_speed(speed)
        self.window.topbar.set_speed(speed)
        if options.engine in NAMES:  # else of a version that had others
            self.runner.set_engine(options.engine)
        self.window.commands["finish_dragging"].setChecked(options.finish_dragging)
        self.window.resize(*options.size)
        self._show_spec(spec)
        self.show_state()

    @property
    def options(self) -> Options:
        """What the window remembers between starts, as it is now."""
        return self.remembered.options

    def _newest(self) -> Frame | None:
        return self.frame

    # ---- what a person does

    def begin(
        self,
        snapshot: Snapshot | None = None,
        play: bool = True,
        reopened: Reopened | None = None,
    ) -> None:
        """Start the threads, with an opened lab or by playing the spec from its start.

        Args:
            snapshot: the opened lab. play: whether to play where there is none.
            reopened: where the window is kept, if that has been found already.
        """
        self.serving.hold_back()  # until the first frame is drawn
        self.keeping.begin(reopened)
        self.runner.set_wanted(self.window.wanted())
        # After the window has painted itself: the thread would slow that down. A window
        # that nobody sees is not painted; it trains all the same.
        self.window.painted.connect(self.runner.begin)
        Deferred(self.runner.begin, UNSEEN_MS, self).ask()
        if snapshot is not None and snapshot.state is not None:
            self.runner.start(snapshot.spec, snapshot.state, snapshot.history)
        elif play:
            self.runner.play()

    def toggle_play(self) -> None:
        """Play or pause; from the end, play again from the same weights."""
        if self.runner.is_playing:
            self.runner.pause()
        elif self.frame is not None and self.frame.status == "finished":
            self.reset()
            self.runner.play()
        else:
            self.runner.play()

    def reset(self) -> None:
        """Go back to the weights of the start; undo brings the trained network back."""
        if self.frame is not None and self.frame.update > 0:
            self.store.mark("reset")
        self.runner.start(self.store.spec)

    def new_seed(self) -> None:
        """Draw all networks anew, from seeds that this run did not use."""
        train = self.store.spec.train
        self.store.edit("train.seed", (train.seed + train.seeds) % 2**31)

    def choose_task(self, spec: LabSpec, label: str, path: str = "task.name") -> None:
        """Take a task's recommended sizes and training; keep the rest as it is set."""
        own = self.store.spec
        net = specs.replace(own.net, hidden=spec.net.hidden)
        train = specs.replace(spec.train, seed=own.train.seed, dtype=own.train.dtype)
        self._paced = True
        self.store.replace(specs.replace(spec, net=net, train=train), label, path)
        self._paced = False

    def _choose(self, task: specs.TaskSpec, label: str, path: str) -> None:
        try:
            self.choose_task(TASKS[task.name].recommend(task), label, path)
        except LabError as error:
            self.trouble.on_refused(path, str(error))

    def close(self) -> None:
        """End the threads; settings and the lab are kept."""
        self.keeping.end()
        self.table.close()
        self.curves.close()
        self.advising.close()
        self.background.close()
        self.runner.close()

    # ---- edits

    def on_edited(self, path: str, value: object) -> None:
        """A control was turned."""
        if path == "task.name":
            if value == "csv":
                self.files.open_csv()
                return
            own = specs.TaskSpec(name=str(value), seed=self.store.spec.task.seed)
            self._choose(own, f"task {TASKS[own.name].label}", path)
            self.show_spec()  # where it was refused, the true tile again
        elif path in ("task.target", "task.problem"):
            task = specs.replace(self.store.spec.task, **{path.partition(".")[2]: value})
            self.reading.choose(task, "target", path)
        elif path == "net.depth" and self.budget.is_on:
            self.budget.turn(int(str(value)))
        else:
            self.store.edit(path, value)

    def on_grabbed(self, path: str) -> None:
        """A drag begins: all of it is one step of undo."""
        self._gesture, self._haunted = True, False
        self.window.hold_axes(True)
        self.store.begin_gesture()

    def on_released(self, path: str) -> None:
        """The drag is over."""
        self._gesture = self._haunted = False
        _log.info("%s was dragged: %s", path, _told(self.store.spec))
        self.window.hold_axes(False)
        self._late_spec.now()
        self._late_state.now()
        self.store.end_gesture()

    def on_preset(self, key: str) -> None:
        """One of the experiments to try was chosen."""
        preset = self.presets[key]
        self._paced = True
        if self.store.replace(preset.spec, preset.label):
            self.toast.say(preset.help)
        self._paced = False

    def on_changed(self, spec: LabSpec, effect: Effect) -> None:
        """The spec is another one: go on training, or train anew."""
        self.window.banner.hide()
        if effect is Effect.LIVE:
            self.runner.go_on(spec)
        elif effect is Effect.REBUILD:
            if self._haunted:
                self.ghost.name(spec)
            else:
                self.ghost.keep(self.frame, spec)
                self._haunted = self._gesture  # all of a drag has one ghost
            shows_learning = self._paced or not self.options.finish_dragging
            speed = self.runner.pace if shows_learning else math.inf
            self.runner.start(spec, play=True, speed=speed)
            if not (self._paced or self._gesture):
                self.toast.say("A new network, trained anew. Undo brings the old one back.")
        if self._gesture:
            self._late_spec.ask()
        else:
            _log.info("%s: %s", effect.value, _told(spec))
            self._show_spec(spec)

    def on_restored(self, snapshot: Snapshot) -> None:
        """Undo, redo or a file: show that network again, not a new one."""
        self.ghost.clear()
        self.window.banner.hide()
        self._show_spec(snapshot.spec)
        self.runner.start(
            snapshot.spec, snapshot.state, snapshot.history, play=snapshot.state is None
        )

    def on_speed(self, speed: float) -> None:
        """The speed slider was moved."""
        self.remembered.change(speed=None if math.isinf(speed) else float(speed))
        self.runner.set_speed(speed)

    def on_engine(self, name: str) -> None:
        """Another engine was chosen."""
        _log.info("engine %s", name)
        self.remembered.change(engine=name)
        self.runner.set_engine(name)
        self.toast.say(f"Training with the engine {name} from here on.")

    def on_finish_dragging(self, on: bool) -> None:
        """Edits are to be finished at once, or trained at the slider's speed."""
        self.remembered.change(finish_dragging=on)

    def on_parts(self) -> None:
        """Other views are visible now."""
        self.runner.set_wanted(self.window.wanted())

    # ---- what the runner says

    def on_framed(self, frame: Frame) -> None:
        """Draw the newest frame."""
        known = self.frame
        self.frame = frame.completed(known)  # a view that moves is measured alone
        if same_data(frame.spec.task, self.store.spec.task):
            self._unveil()
        self._late_spec.now()
        self.ghost.show()
        self.window.draw(frame)
        if known is None:
            self._late_engine.ask()
        self.seeds.show(self.frame)
        if known is None or (known.run_id, known.spec) != (frame.run_id, frame.spec):
            summary = show_data(self.window, frame)
            if summary and (known is None or known.spec.task != frame.spec.task):
                self.toast.say(summary)
        if known is None or (known.status, known.run_id) != (frame.status, frame.run_id):
            self.show_state()
            if frame.note and frame.status == "stopped":
                self.toast.say(frame.note)

    # ---- showing

    def show_spec(self) -> None:
        """Show what is in force, such as after a choice that was refused."""
        self._show_spec(self.store.spec)

    def _unveil(self) -> None:
        self._late_veil.forget()
        self.window.stage.veil.show_text("")

    def _veil(self) -> None:
        self.window.diagram.close_editor()
        task = TASKS[self.store.spec.task.name]
        self.window.stage.veil.show_text(
            f"Loading {task.label}… The views show the task before it."
        )

    def on_not_begun(self) -> None:
        """The newest run has failed; if it has no frame yet, the views are of another task."""
        self._late_veil.forget()
        if self.frame is not None and not same_data(self.frame.spec.task, self.store.spec.task):
            task = TASKS[self.store.spec.task.name]
            self.window.stage.veil.show_text(
                f"{task.label} is not there. The views show the task before it."
            )

    def _show_spec(self, spec: LabSpec) -> None:
        self._late_spec.forget()
        if self.frame is None or same_data(self.frame.spec.task, spec.task):
            self._unveil()
        else:
            self._late_veil.ask()
        show_spec(self.window, spec)
        self.table.follow(spec.task)
        self.budget.follow(spec)
        self.seeds.follow(spec)

    def show_state(self) -> None:
        """Show what can be played, undone and redone; in a drag it need not flicker."""
        if self._gesture:
            self._late_state.ask()
        else:
            self._show_state()

    def _show_state(self) -> None:
        self._late_state.forget()
        finished = self.frame is not None and self.frame.status == "finished"
        undo, redo = self.store.can_undo, self.store.can_redo
        self.window.topbar.show_state(self.runner.is_playing, bool(undo), bool(redo), finished)
        self.pages.show_undo(undo, redo)


def _told(spec: LabSpec) -> str:
    """Return a spec on one line of the log."""
    return " ".join(specs.to_json(spec).split())
