"""A session: one window, one store, one runner; who has what, and which signal calls whom."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from layerlab.compose.advising import Advising
from layerlab.compose.appearance import Appearance, theme_of
from layerlab.compose.autosave import Autosave
from layerlab.compose.budget import BudgetLock
from layerlab.compose.debouncer import Debouncer
from layerlab.compose.dialogs import LastFolder
from layerlab.compose.error_reporter import ErrorReporter
from layerlab.compose.figures import Figures
from layerlab.compose.file_reader import FileReader
from layerlab.compose.files import Files
from layerlab.compose.garbage_collection import FreezeGarbageCollector
from layerlab.compose.help import Help
from layerlab.compose.kept_labs import KeptLabs
from layerlab.compose.knob_curve import Curves
from layerlab.compose.network import ParameterEdits
from layerlab.compose.options_store import OptionsStore
from layerlab.compose.pages import Pages
from layerlab.compose.pasting import Pasting
from layerlab.compose.previous_run import PreviousRunOverlay
from layerlab.compose.recent_files import RecentFiles
from layerlab.compose.reopening import Reopened
from layerlab.compose.run_recorder import RunRecorder
from layerlab.compose.seeds import Seeds
from layerlab.compose.serving import WAITING, serving_ports
from layerlab.compose.tables import Tables
from layerlab.compose.tablewatch import TableWatch
from layerlab.compose.training import Training
from layerlab.compose.wiring import REGISTRIES
from layerlab.core.frames import Frame
from layerlab.core.options import Options
from layerlab.core.presets import presets
from layerlab.core.spec import LabSpec
from layerlab.nets.engines import NAMES, available
from layerlab.nets.problem import check
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.banner import Banner
from layerlab.ui.toast import Toast
from layerlab.ui.window import LabWindow

if TYPE_CHECKING:
    from layerlab.compose.kept_runs import KeptRuns
    from layerlab.compose.page import Page

UNSEEN_MS = 1500
PATIENCE_MS = 3000
ZOOM_STEP = 0.1
POINTS = "task.points"  # the knob that brush and pen turn
PAINT_MS = 10  # more than the events of the first frame wait: it is painted by then


class Session(QObject):
    """Wires one window: the only place where its parts are made and connected.

    Each part is given what it uses, and says the rest in signals; none knows the session.
    """

    def __init__(self, spec: LabSpec, options: Options) -> None:
        """Build the window; nothing trains until `begin`."""
        super().__init__()
        self.options_store = OptionsStore(options)
        self.presets = {preset.key: preset for preset in presets()}
        self.window = LabWindow(REGISTRIES, list(self.presets.values()), theme_of(options))
        ports, self.serving = serving_ports(self)
        self.runner = Runner(ports, spec, self)
        self.background = Background(self)
        self.store = Store(spec, check, self.runner.snapshot, self)
        self.toast = Toast(self.window)
        self.toast.set_theme(self.window.theme)
        self._make_lab()
        self._make_files()
        self._make_pages()
        self._connect()
        self._add_to_lab()
        speed = math.inf if options.speed is None else options.speed
        self.runner.set_speed(speed)
        self.window.topbar.set_speed(speed)
        if options.engine in NAMES:  # else of a version that had others
            self.runner.set_engine(options.engine)
        self.window.commands["finish_dragging"].setChecked(options.finish_dragging)
        self.window.resize(*options.size)
        self.training.show_spec()
        self.training.show_state()

    # ---- who has what

    def _make_lab(self) -> None:
        """Make what edits of the lab go through, and what its frames are drawn by."""
        window, store, runner = self.window, self.store, self.runner
        self.table = TableWatch(window.banner, self)
        self.seeds = Seeds(window, store, runner, self.options_store, self._newest)
        self.budget = BudgetLock(store, window.panel)
        self.training = Training(
            window,
            store,
            runner,
            PreviousRunOverlay(window),
            self.seeds,
            self.budget,
            self.table,
            self.presets,
            self.options_store,
            self.toast.show_message,
            self,
        )
        self.network = ParameterEdits(
            store, runner, window.diagram, self._newest, self.toast.show_message
        )
        self.error_reporter = ErrorReporter(
            *(window, store, runner, self.serving, self._banner),
            *(self.training.on_not_begun, self.training.on_waiting),
        )
        self.garbage_collection = FreezeGarbageCollector(runner, self)

    def _make_files(self) -> None:
        """Make what reads and writes files for the lab."""
        training, show_message = self.training, self.toast.show_message
        self.folder = LastFolder(self.options_store)
        self.recent = RecentFiles(self.options_store, lambda name: self.pages.open_path(name))
        self.file_reader = FileReader(
            self.window.add_banner, self.error_reporter.show_error, self
        )
        self.tables = Tables(
            self.window,
            self.store,
            self.file_reader,
            training.choose_task,
            training.show_spec,
            self.error_reporter.on_refused,
        )
        self.files = Files(
            self.window,
            self.store,
            self.runner,
            self.file_reader,
            self.tables,
            self.folder,
            self.recent,
            show_message,
            self,
        )

    def _make_pages(self) -> None:
        """Make what is for all pages, the lab among them, and what keeps them."""
        window, store, runner, show_message = (
            self.window,
            self.store,
            self.runner,
            self.toast.show_message,
        )
        self.pages = Pages(
            window, store, runner, self.background, self.folder, show_message, self
        )
        self.pasting = Pasting(self.pages.open_path, self._banner)
        self.figures = Figures(window, self.pages, self.folder, show_message)
        self.help = Help(window, self._banner)
        self.appearance = Appearance(window, self.options_store)
        self.autosave = Autosave(
            window,
            store,
            runner,
            self.appearance,
            self.pages,
            self.files.saving,
            self._newest,
            show_message,
            self,
        )
        self.kept = KeptLabs(
            store, self.pages, self.file_reader, self.autosave, self.tables.open_again
        )
        self.pages.make_runs = self._make_runs
        self.recorder = RunRecorder(
            runner, self.training, self.options_store, show_message, self
        )

    def _make_runs(self) -> KeptRuns:
        """Make the page of the kept runs, when it is first shown."""
        from layerlab.compose.kept_runs import KeptRuns

        runs = KeptRuns(
            self.window,
            self.options_store,
            self.file_reader,
            self.toast.show_message,
            self,
        )
        runs.changed.connect(self.pages.shown_changed)
        self.recorder.kept.connect(self.pages.refresh_runs)
        self.window.closing.connect(runs.close)
        return runs

    def _add_to_lab(self) -> None:
        """Make what follows the lab after all others: it connects itself."""
        lab = self.window, self.store, self.runner, self.background
        self.curves = Curves(*lab, self.serving, self.budget, self.options_store, self)
        self.advising = Advising(*lab, self._newest, self.error_reporter.show_error, self)

    def _newest(self) -> Frame | None:
        return self.training.frame

    def _banner(self) -> Banner:
        return self.pages.banner

    @property
    def options(self) -> Options:
        """What the window remembers between starts, as it is now."""
        return self.options_store.options

    @property
    def frame(self) -> Frame | None:
        """The newest frame; None before the first."""
        return self.training.frame

    # ---- begin and end

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
        self.autosave.begin(reopened)
        self.recorder.begin()
        self.runner.set_wanted(self.window.wanted())
        # After the window has painted itself: the thread would slow that down. A window
        # that nobody sees is not painted; it trains all the same.
        self.window.painted.connect(self.runner.begin)
        Debouncer(self.runner.begin, UNSEEN_MS, self).schedule()
        if snapshot is not None and snapshot.state is not None:
            self.runner.start(snapshot.spec, snapshot.state, snapshot.history)
        elif play:
            self.runner.play()

    def close(self) -> None:
        """End the threads; settings and the lab are kept."""
        # The autosave first, as it takes its last snapshot of the
        # run; the runner last, as all others may still ask it.
        self.autosave.end()
        self.recorder.close()
        self.table.close()
        self.curves.close()
        self.advising.close()
        self.background.close()
        self.runner.close()

    # ---- which signal calls what

    def _connect(self) -> None:
        """Connect everything, once."""
        self._connect_runtime()
        self._connect_controls()
        self._connect_views()
        self._connect_pages()
        self._connect_commands()

    def _connect_runtime(self) -> None:
        self.store.changed.connect(self.training.on_changed)
        self.store.restored.connect(self.training.on_restored)
        self.store.refused.connect(self.error_reporter.on_refused)
        self.store.undo_changed.connect(self.training.show_state)
        self.runner.framed.connect(self.training.on_framed)
        self.runner.failed.connect(self.error_reporter.on_failed)
        self.runner.played.connect(self.training.show_state)
        self.runner.played.connect(self.background.set_busy)
        self.background.failed.connect(
            lambda job, error: self.error_reporter.on_surprise(error)
        )
        # The engine rests until the first frame is on screen.
        painted = Debouncer(self.serving.let_go, PAINT_MS, self)
        self.training.first_drawn.connect(painted.schedule)
        # From the cache the kernels are there in a second, which is not worth a word.
        patience = Debouncer(self._show_waiting, PATIENCE_MS, self)
        self.serving.waited.connect(patience.schedule)
        self.serving.failed.connect(self.error_reporter.show_notice)

    def _show_waiting(self) -> None:
        if self.serving.is_waiting:
            self.toast.show_message(WAITING)

    def _connect_controls(self) -> None:
        panel, top = self.window.panel, self.window.topbar
        panel.edited.connect(self.training.on_edited)
        panel.grabbed.connect(self.training.on_grabbed)
        panel.released.connect(self.training.on_released)
        panel.csv_wanted.connect(self.files.open_csv)
        panel.data_wanted.connect(self.tables.revise)
        panel.budget_locked.connect(self.budget.set_on)
        self.window.try_these.chosen.connect(self.training.on_preset)
        self.window.banner.acted.connect(self.error_reporter.on_banner)
        self.window.banner.acted.connect(self.autosave.on_banner)
        self.window.banner.acted.connect(self.kept.on_banner)
        self.window.banner.acted.connect(self.files.on_banner)
        self.window.banner.acted.connect(self.table.on_banner)
        self.table.reread_wanted.connect(self.files.reread)
        self.training.csv_wanted.connect(self.files.open_csv)
        self.training.target_chosen.connect(self.tables.choose)
        self.training.refused.connect(self.error_reporter.on_refused)
        top.play_pressed.connect(self.training.toggle_play)
        top.step_pressed.connect(self.runner.step)
        top.reset_pressed.connect(self.training.reset)
        top.undo_pressed.connect(self.store.undo)
        top.redo_pressed.connect(self.store.redo)
        top.finish_pressed.connect(self.runner.finish)
        top.new_seed_pressed.connect(self.training.new_seed)
        top.speed_changed.connect(self.training.on_speed)
        top.seed_chosen.connect(self.seeds.choose)
        top.theme_pressed.connect(self.appearance.toggle_theme)

    def _connect_views(self) -> None:
        self.window.parts_changed.connect(self.training.on_parts)
        self.window.may_close = self.autosave.may_close
        # Called in this order: threads that report to the session end before it does.
        self.window.closing.connect(self.file_reader.close)
        self.window.closing.connect(self.garbage_collection.close)
        self.window.closing.connect(self.close)
        # With them go their connections, of which many hold the session where Python's
        # collector does not see it.
        self.window.closing.connect(self.window.deleteLater)
        self.window.closing.connect(self.deleteLater)
        self.window.dropped.connect(self.pages.open_path)
        self.window.escaped.connect(self.pages.on_escaped)
        self.window.rail.page_chosen.connect(self.pages.show)
        self.files.chosen.connect(self.pages.open_path)
        for view in self.window.views:
            view.figure_wanted.connect(partial(self.figures.ask, view))
            view.dragged_out.connect(partial(self.figures.drag_out, view))
        diagram = self.window.diagram
        diagram.weight_edited.connect(self.network.edit_weight)
        diagram.bias_edited.connect(self.network.edit_bias)
        diagram.units_wanted.connect(self.runner.set_units)
        diagram.trace_wanted.connect(self.network.trace)
        diagram.best_wanted.connect(self.seeds.choose_best)
        diagram.worst_wanted.connect(self.seeds.choose_worst)
        prediction = self.window.prediction
        prediction.hand_grabbed.connect(partial(self.training.on_grabbed, POINTS))
        prediction.hand_edited.connect(partial(self.training.on_edited, POINTS))
        prediction.hand_released.connect(partial(self.training.on_released, POINTS))
        prediction.hand_full.connect(self.toast.show_message)
        prediction.by_hand_wanted.connect(self.training.on_by_hand)
        self.window.loss.threshold_chosen.connect(self.seeds.set_threshold)
        self.window.loss.refused.connect(self.error_reporter.show_error)

    def _connect_pages(self) -> None:
        pages = self.pages
        pages.shown_changed.connect(self.training.show_state)
        self.training.undo_shown.connect(pages.show_undo)
        pages.made.connect(self._connect_page)
        pages.theme_pressed.connect(self.appearance.toggle_theme)
        pages.lab_file_chosen.connect(self.files.open_path)
        pages.banner_acted.connect(self.error_reporter.on_banner)
        pages.banner_acted.connect(self.autosave.on_banner)
        pages.banner_acted.connect(self.kept.on_banner)

    def _connect_page(self, page: Page) -> None:
        page.frame.view.figure_wanted.connect(self.figures.ask)
        page.frame.view.dragged_out.connect(self.figures.drag_out)

    def _connect_commands(self) -> None:
        keys = {
            "play": self.training.toggle_play,
            "step": self.runner.step,
            "reset": self.training.reset,
            "finish": self.runner.finish,
            "new_seed": self.training.new_seed,
            "best_seed": self.seeds.choose_best,
            "worst_seed": self.seeds.choose_worst,
        }
        self.window.key_pressed.connect(lambda name: keys[name]())
        files, store = self.files, self.store
        commands = {
            "open": files.open,
            "save": files.save,
            "save_as": files.save_as,
            "open_csv": files.open_csv,
            "paste_table": self.pasting.paste,
            "figure": self.figures.ask_current,
            "undo": store.undo,
            "redo": store.redo,
            "reset": self.training.reset,
            "new_seed": self.training.new_seed,
            "finish": self.runner.finish,
            "best_seed": self.seeds.choose_best,
            "worst_seed": self.seeds.choose_worst,
            "zoom_in": lambda: self.appearance.zoom(ZOOM_STEP),
            "zoom_out": lambda: self.appearance.zoom(-ZOOM_STEP),
            "zoom_reset": lambda: self.appearance.zoom(1 - self.options.zoom),
            "theme": self.appearance.toggle_theme,
            "full_screen": self.appearance.toggle_full_screen,
            "keys": self.help.show_keys,
            "glossary": self.help.show_glossary,
            "logs": self.help.show_logs,
            "about": self.help.show_about,
            "quit": self.window.close,
        }
        for key, run in commands.items():
            self.window.commands[key].triggered.connect(
                lambda _=False, key=key, run=run: self.pages.run(key, run)
            )
        self.window.commands["finish_dragging"].toggled.connect(
            self.training.on_finish_dragging
        )
        menu = self.window.engine_menu
        menu.aboutToShow.connect(self._fill_engines)
        recent = self.window.recent_menu
        recent.aboutToShow.connect(lambda: self.recent.fill(recent))
        kept = self.window.kept_menu
        kept.aboutToShow.connect(lambda: self.kept.fill(kept))

    def _fill_engines(self) -> None:
        # When it is opened, not before: looking for torch takes time that the start has not.
        menu = self.window.engine_menu
        menu.clear()
        menu.setToolTipsVisible(True)
        for name, missing in available().items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self.runner.request.engine)
            action.setEnabled(not missing)
            action.setToolTip(missing)
            action.triggered.connect(lambda _=False, name=name: self.training.on_engine(name))
