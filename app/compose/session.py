"""A session: one window, one store, one runner, and what happens between them."""

from __future__ import annotations

import math
import traceback

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from app.compose.files import Files
from app.compose.showing import show_data, show_spec
from app.compose.wiring import PORTS, REGISTRIES
from app.core import spec as specs
from app.core.errors import LabError
from app.core.frames import Frame
from app.core.knobs import Effect
from app.core.options import Options
from app.core.presets import presets
from app.core.spec import LabSpec
from app.nets import probes
from app.nets.engines import available
from app.nets.problem import check, layout_of
from app.nets.tasks import TASKS
from app.runtime.runner import Runner
from app.runtime.store import Snapshot, Store
from app.ui.theme import THEMES, Theme
from app.ui.toast import Toast
from app.ui.window import LabWindow

ZOOM_STEP = 0.1


class Session(QObject):
    """Wires the window to the store and the runner."""

    def __init__(self, spec: LabSpec, options: Options) -> None:
        """Build the window; nothing trains until `begin`."""
        super().__init__()
        self.options = options
        self.presets = {preset.key: preset for preset in presets()}
        self.window = LabWindow(REGISTRIES, list(self.presets.values()), self._theme())
        self.runner = Runner(PORTS, spec)
        self.store = Store(spec, check, self.runner.snapshot)
        self.toast = Toast(self.window)
        self.toast.set_theme(self.window.theme)
        self.files = Files(self)
        self.frame: Frame | None = None
        self._gesture = False
        self._paced = False  # the next run shows learning at the slider's speed
        self._connect_runtime()
        self._connect_controls()
        self._connect_views()
        self._connect_commands()
        speed = math.inf if options.speed is None else options.speed
        self.runner.set_speed(speed)
        self.window.topbar.set_speed(speed)
        self.runner.set_engine(options.engine if options.engine in available() else "numpy")
        self.window.resize(*options.size)
        self._show_spec(spec)
        self._show_state()

    # ---- wiring

    def _connect_runtime(self) -> None:
        self.store.changed.connect(self._on_changed)
        self.store.restored.connect(self._on_restored)
        self.store.refused.connect(self._on_refused)
        self.store.undo_changed.connect(self._show_state)
        self.runner.framed.connect(self._on_framed)
        self.runner.failed.connect(self._on_failed)
        self.runner.played.connect(self._show_state)

    def _connect_controls(self) -> None:
        panel, top = self.window.panel, self.window.topbar
        panel.edited.connect(self._on_edited)
        panel.grabbed.connect(self._on_grabbed)
        panel.released.connect(self._on_released)
        panel.csv_wanted.connect(self.files.open_csv)
        self.window.try_these.chosen.connect(self._on_preset)
        self.window.banner.acted.connect(self._on_banner)
        top.play_pressed.connect(self.toggle_play)
        top.step_pressed.connect(self.runner.step)
        top.reset_pressed.connect(self.reset)
        top.undo_pressed.connect(self.store.undo)
        top.redo_pressed.connect(self.store.redo)
        top.finish_pressed.connect(self.runner.finish)
        top.new_seed_pressed.connect(self.new_seed)
        top.speed_changed.connect(self._on_speed)
        top.seed_chosen.connect(self.runner.set_seed)
        top.theme_pressed.connect(self.toggle_theme)

    def _connect_views(self) -> None:
        self.window.parts_changed.connect(self._on_parts)
        self.window.closing.connect(self.close)
        self.window.dropped.connect(self.files.open_path)
        diagram = self.window.diagram
        diagram.weight_edited.connect(self._on_weight)
        diagram.bias_edited.connect(self._on_bias)
        diagram.trace_wanted.connect(self._on_trace)

    def _connect_commands(self) -> None:
        keys = {
            "play": self.toggle_play, "step": self.runner.step, "reset": self.reset,
            "finish": self.runner.finish, "new_seed": self.new_seed,
        }  # fmt: skip
        self.window.key_pressed.connect(lambda name: keys[name]())
        commands = {
            "open": self.files.open, "save": self.files.save, "save_as": self.files.save_as,
            "open_csv": self.files.open_csv, "undo": self.store.undo, "redo": self.store.redo,
            "reset": self.reset, "new_seed": self.new_seed, "finish": self.runner.finish,
            "zoom_in": lambda: self.zoom(ZOOM_STEP), "zoom_out": lambda: self.zoom(-ZOOM_STEP),
            "zoom_reset": lambda: self.zoom(1 - self.options.zoom),
            "theme": self.toggle_theme, "full_screen": self._toggle_full_screen,
            "keys": self._show_keys, "quit": self.window.close,
        }  # fmt: skip
        for key, run in commands.items():
            self.window.commands[key].triggered.connect(lambda _=False, run=run: run())
        for name, missing in available().items():
            action = self.window.engine_menu.addAction(name)
            action.setEnabled(not missing)
            action.setToolTip(missing)
            action.triggered.connect(lambda _=False, name=name: self._on_engine(name))

    # ---- what a person does

    def begin(self, snapshot: Snapshot | None = None, play: bool = True) -> None:
        """Start the thread, with an opened lab or by playing the spec from its birth."""
        self.runner.set_wanted(self.window.wanted())
        self.runner.begin()
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

    def zoom(self, by: float) -> None:
        """Make everything larger or smaller."""
        self._set_options(zoom=min(2.0, max(1.0, round(self.options.zoom + by, 2))))

    def toggle_theme(self) -> None:
        """Change between dark and light."""
        self._set_options(theme="light" if self.window.theme.name == "dark" else "dark")

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
            self._on_refused(path, str(error))

    def close(self) -> None:
        """End the thread, keep settings and the lab."""
        self.options = specs.replace(
            self.options, size=(self.window.width(), self.window.height())
        )
        self.files.keep()
        self.runner.close()

    # ---- edits

    def _on_edited(self, path: str, value: object) -> None:
        if path == "task.name":
            if value == "csv":
                self.files.open_csv()
                return
            own = specs.TaskSpec(name=str(value), seed=self.store.spec.task.seed)
            self._choose(own, f"task {TASKS[own.name].label}", path)
            self._show_spec(self.store.spec)  # where it was refused, the true tile again
        elif path in ("task.target", "task.problem"):
            task = specs.replace(self.store.spec.task, **{path.partition(".")[2]: value})
            self._choose(task, "target", path)
        else:
            self.store.edit(path, value)

    def _on_grabbed(self, path: str) -> None:
        self._gesture = True
        self.store.begin_gesture()

    def _on_released(self, path: str) -> None:
        self._gesture = False
        self.store.end_gesture()

    def _on_preset(self, key: str) -> None:
        preset = self.presets[key]
        self._paced = True
        if self.store.replace(preset.spec, preset.label):
            self.toast.say(preset.help)
        self._paced = False

    def _on_changed(self, spec: LabSpec, effect: Effect) -> None:
        self.window.banner.hide()
        self._show_spec(spec)
        if effect is Effect.LIVE:
            self.runner.go_on(spec)
        elif effect is Effect.REBUILD:
            self.runner.start(spec, play=True)
            if self._paced:
                self.runner.play()
            elif not self._gesture:
                self.toast.say("A new network, trained anew. Undo brings the old one back.")

    def _on_restored(self, snapshot: Snapshot) -> None:
        self.window.banner.hide()
        self._show_spec(snapshot.spec)
        self.runner.start(
            snapshot.spec, snapshot.state, snapshot.history, play=snapshot.state is None
        )

    def _on_refused(self, path: str, sentence: str) -> None:
        if self.window.panel.has(path):
            self.window.panel.refuse(path, sentence)
        else:
            self.window.banner.show_message(sentence, "error")

    def _on_banner(self, action: str) -> None:
        if action == "undo":
            self.store.undo()

    def _on_weight(self, gap: int, source: int, unit: int, value: float) -> None:
        index = layout_of(self.store.spec).weight_index(gap, source, unit)
        self._edit_parameter(index, value, "a weight")

    def _on_bias(self, gap: int, unit: int, value: float) -> None:
        self._edit_parameter(layout_of(self.store.spec).bias_index(gap, unit), value, "a bias")

    def _edit_parameter(self, index: int, value: float, label: str) -> None:
        state, history = self.runner.snapshot()
        if state is None:
            return
        seed = min(self.runner.order.seed, state.seeds - 1)
        self.store.mark(label)
        order = self.runner.order
        edited = state.with_parameter(seed, index, value)
        self.runner.start(order.spec, edited, history, play=order.playing, speed=order.speed)

    def _on_trace(self, sample: int) -> None:
        state, _ = self.runner.snapshot()
        if state is not None:
            seed = min(self.runner.order.seed, state.seeds - 1)
            self.window.diagram.show_trace(probes.trace(self.store.spec, state, seed, sample))

    def _on_speed(self, speed: float) -> None:
        self.options = specs.replace(
            self.options, speed=None if math.isinf(speed) else float(speed)
        )
        self.runner.set_speed(speed)

    def _on_engine(self, name: str) -> None:
        self.options = specs.replace(self.options, engine=name)
        self.runner.set_engine(name)
        self.toast.say(f"Training with the engine {name} from here on.")

    def _on_parts(self) -> None:
        self.runner.set_wanted(self.window.wanted())

    # ---- what the runner says

    def _on_framed(self, frame: Frame) -> None:
        known = self.frame
        self.frame = frame
        self.window.draw(frame)
        self.window.topbar.set_seeds(frame.spec.train.seeds, frame.seed)
        if known is None or (known.run_id, known.spec) != (frame.run_id, frame.spec):
            show_data(self.window, frame)
        if known is None or (known.status, known.run_id) != (frame.status, frame.run_id):
            self._show_state()
            if frame.note and frame.status == "stopped":
                self.toast.say(frame.note)

    def _on_failed(self, error: Exception) -> None:
        details = "".join(traceback.format_exception(error))
        sentence = str(error)
        if not isinstance(error, LabError):
            sentence = f"The training stopped with an error: {error or type(error).__name__}"
        undo = "undo" if self.store.can_undo else ""
        self.window.banner.show_message(
            sentence[:1].upper() + sentence[1:], "error", undo, "Undo",
            "" if isinstance(error, LabError) else details,
        )  # fmt: skip

    # ---- showing

    def _show_spec(self, spec: LabSpec) -> None:
        show_spec(self.window, spec)
        shown = min(self.runner.order.seed, spec.train.seeds - 1)
        self.window.topbar.set_seeds(spec.train.seeds, shown)

    def _show_state(self) -> None:
        finished = self.frame is not None and self.frame.status == "finished"
        undo, redo = self.store.can_undo, self.store.can_redo
        self.window.topbar.show_state(self.runner.is_playing, bool(undo), bool(redo), finished)
        for key, label in (("undo", undo), ("redo", redo)):
            action = self.window.commands[key]
            action.setEnabled(bool(label))
            action.setText(f"{key.capitalize()} {label}".strip())

    def _theme(self) -> Theme:
        name = self.options.theme
        if name == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            name = "light" if scheme == Qt.ColorScheme.Light else "dark"
        return THEMES[name].zoomed(self.options.zoom)

    def _set_options(self, **changes: object) -> None:
        self.options = specs.replace(self.options, **changes)
        theme = self._theme()
        self.window.set_theme(theme)
        self.toast.set_theme(theme)
        self.runner.refresh()

    def _toggle_full_screen(self) -> None:
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_keys(self) -> None:
        self.window.banner.show_message(
            "Keys and hints: see the details.", details=self.window.commands.help_text()
        )
        self.window.banner.more.setChecked(True)
