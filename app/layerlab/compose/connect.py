"""Connections: which signal of the window, store and runner calls what of the session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from layerlab.compose.deferred import Deferred
from layerlab.compose.serving import WAITING
from layerlab.nets.engines import available

if TYPE_CHECKING:
    from layerlab.compose.session import Session

ZOOM_STEP = 0.1
PATIENCE_MS = 3000


def connect(session: Session) -> None:
    """Connect everything, once."""
    _connect_runtime(session)
    _connect_controls(session)
    _connect_views(session)
    _connect_commands(session)


def _connect_runtime(session: Session) -> None:
    session.store.changed.connect(session.on_changed)
    session.store.restored.connect(session.on_restored)
    session.store.refused.connect(session.trouble.on_refused)
    session.store.undo_changed.connect(session.show_state)
    session.runner.framed.connect(session.on_framed)
    session.runner.failed.connect(session.trouble.on_failed)
    session.runner.played.connect(session.show_state)
    session.runner.played.connect(session.background.set_busy)
    session.background.failed.connect(lambda job, error: session.trouble.on_surprise(error))
    # From the cache the kernels are there in a second, which is not worth a word.
    patience = Deferred(lambda: _say_waiting(session), PATIENCE_MS, session)
    session.serving.waited.connect(patience.ask)
    session.serving.failed.connect(session.trouble.note)


def _say_waiting(session: Session) -> None:
    if session.serving.is_waiting:
        session.toast.say(WAITING)


def _connect_controls(session: Session) -> None:
    panel, top = session.window.panel, session.window.topbar
    panel.edited.connect(session.on_edited)
    panel.grabbed.connect(session.on_grabbed)
    panel.released.connect(session.on_released)
    panel.csv_wanted.connect(session.files.open_csv)
    panel.budget_locked.connect(session.budget.set_on)
    session.window.try_these.chosen.connect(session.on_preset)
    session.window.banner.acted.connect(session.trouble.on_banner)
    session.window.banner.acted.connect(session.files.on_banner)
    session.window.banner.acted.connect(session.table.on_banner)
    session.table.reread_wanted.connect(session.files.reread)
    top.play_pressed.connect(session.toggle_play)
    top.step_pressed.connect(session.runner.step)
    top.reset_pressed.connect(session.reset)
    top.undo_pressed.connect(session.store.undo)
    top.redo_pressed.connect(session.store.redo)
    top.finish_pressed.connect(session.runner.finish)
    top.new_seed_pressed.connect(session.new_seed)
    top.speed_changed.connect(session.on_speed)
    top.seed_chosen.connect(session.seeds.choose)
    top.theme_pressed.connect(session.look.toggle_theme)


def _connect_views(session: Session) -> None:
    session.window.parts_changed.connect(session.on_parts)
    session.window.may_close = session.keeping.may_close
    session.window.closing.connect(session.reading.close)
    session.window.closing.connect(session.settling.close)
    session.window.closing.connect(session.close)
    # With them go their connections, of which many hold the session where Python's collector
    # does not see it.
    session.window.closing.connect(session.window.deleteLater)
    session.window.closing.connect(session.deleteLater)
    session.window.dropped.connect(session.pages.open_path)
    session.window.escaped.connect(session.pages.on_escaped)
    session.window.rail.page_chosen.connect(session.pages.show)
    for view in session.window.views:
        view.figure_wanted.connect(partial(session.figures.ask, view))
        view.dragged_out.connect(partial(session.figures.drag_out, view))
    diagram = session.window.diagram
    diagram.weight_edited.connect(session.network.edit_weight)
    diagram.bias_edited.connect(session.network.edit_bias)
    diagram.units_wanted.connect(session.runner.set_units)
    diagram.trace_wanted.connect(session.network.trace)
    diagram.best_wanted.connect(session.seeds.choose_best)
    diagram.worst_wanted.connect(session.seeds.choose_worst)
    session.window.loss.threshold_chosen.connect(session.seeds.set_threshold)
    session.window.loss.refused.connect(session.trouble.say)


def _connect_commands(session: Session) -> None:
    keys = {
        "play": session.toggle_play,
        "step": session.runner.step,
        "reset": session.reset,
        "finish": session.runner.finish,
        "new_seed": session.new_seed,
        "best_seed": session.seeds.choose_best,
        "worst_seed": session.seeds.choose_worst,
    }
    session.window.key_pressed.connect(lambda name: keys[name]())
    files, store = session.files, session.store
    commands = {
        "open": files.open,
        "save": files.save,
        "save_as": files.save_as,
        "open_csv": files.open_csv,
        "figure": session.figures.ask_current,
        "undo": store.undo,
        "redo": store.redo,
        "reset": session.reset,
        "new_seed": session.new_seed,
        "finish": session.runner.finish,
        "best_seed": session.seeds.choose_best,
        "worst_seed": session.seeds.choose_worst,
        "zoom_in": lambda: session.look.zoom(ZOOM_STEP),
        "zoom_out": lambda: session.look.zoom(-ZOOM_STEP),
        "zoom_reset": lambda: session.look.zoom(1 - session.options.zoom),
        "theme": session.look.toggle_theme,
        "full_screen": session.look.toggle_full_screen,
        "keys": session.help.show_keys,
        "glossary": session.help.show_glossary,
        "logs": session.help.show_logs,
        "about": session.help.show_about,
        "quit": session.window.close,
    }
    for key, run in commands.items():
        session.window.commands[key].triggered.connect(
            lambda _=False, key=key, run=run: session.pages.run(key, run)
        )
    session.window.commands["finish_dragging"].toggled.connect(session.on_finish_dragging)
    menu = session.window.engine_menu
    menu.aboutToShow.connect(lambda: _fill_engines(session))
    kept = session.window.kept_menu
    kept.aboutToShow.connect(lambda: session.kept.fill(kept))


def _fill_engines(session: Session) -> None:
    # When it is opened, not before: looking for torch takes time that the start has not.
    menu = session.window.engine_menu
    menu.clear()
    menu.setToolTipsVisible(True)
    for name, missing in available().items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(name == session.runner.request.engine)
        action.setEnabled(not missing)
        action.setToolTip(missing)
        action.triggered.connect(lambda _=False, name=name: session.on_engine(name))
