"""Autosave: the lab, the pages' knobs and the settings are on the disk soon after each change.

A clock compares what the window is with what was written last: nothing that changes them
has to say so, and what did not change is not written. The window's thread only takes
snapshots; two threads write, one the small files, the other the trained lab, which can be
large.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMessageBox

from layerlab.compose.reopening import Reopened, own_slot
from layerlab.core.translation import _
from layerlab.core.windowfile import make_window_file, window_to_json
from layerlab.runtime import settings
from layerlab.runtime.keeper import Keeper

if TYPE_CHECKING:
    from layerlab.compose.appearance import Appearance
    from layerlab.compose.pages import Pages
    from layerlab.compose.saving import Saving
    from layerlab.core.frames import Frame
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec
    from layerlab.core.state import State
    from layerlab.runtime.backend import HistoryLike
    from layerlab.runtime.runner import Runner
    from layerlab.runtime.slot import Slot
    from layerlab.runtime.store import Snapshot, Store
    from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")
LOOK_MS = 500  # between two looks
EVERY_S = 1.5  # between two writes: in a drag too an edit is kept within two seconds
PROGRESS_S = 30  # a training that goes on is kept this often
RETRY_S = 10  # after a write that failed
LAB_BYTES_PER_S = 4 * 2**20  # that trained networks are written with, on average, at most
PATIENCE_S = 2  # that a window which closes waits without a word
KINDS = SETTINGS, WINDOW, LAB = "settings", "window", "lab"
TRY_AGAIN = "keep"  # the banner's action


class Autosave(QObject):
    """Keeps what reopens at the next start.

    Attributes:
        base: the settings as they are in the file; None: not known, all are written.
        asks: whether a window that closes asks what to do where something was not kept.
    """

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        appearance: Appearance,
        pages: Pages,
        saving: Saving,
        newest: Callable[[], Frame | None],
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Keep nothing yet.

        Args:
            window: in which it asks. store, runner, appearance, pages: what there is to keep.
            saving: files that a window which closes waits for.
            newest: gives the frame that is drawn.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._window, self._store, self._runner = window, store, runner
        self._appearance, self._pages, self._saving = appearance, pages, saving
        self._newest, self._show_message = newest, show_message
        self._slot: Slot | None = None
        self._reopened: Reopened | None = None
        self._keepers = {SETTINGS: Keeper(EVERY_S, 0), LAB: Keeper(EVERY_S, 4)}
        # The small files share a thread; the trained lab has its own, as it may take its time.
        self._keepers[WINDOW] = self._keepers[SETTINGS]
        self.base: Options | None = None
        self._done: dict[str, object] = {}  # kind -> what was put last
        self._first: object = None  # what it began with, until something is done
        self._retry_at = dict.fromkeys(KINDS, 0.0)
        self._failing: set[str] = set()
        self._is_flushed = self._is_over = False
        self.asks = True
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self.look)
        # Emitted on a keeper's thread: queued, so that
        # this object is touched by the window's alone.
        for keeper in {id(k): k for k in self._keepers.values()}.values():
            keeper.kept.connect(self._on_kept, Qt.ConnectionType.QueuedConnection)
            keeper.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)

    def begin(self, reopened: Reopened | None) -> None:
        """Keep from here on.

        Args:
            reopened: what the window began with; None where it began by itself.
        """
        if self._slot is not None:
            return
        self._reopened = reopened
        self._slot = reopened.slot if reopened else own_slot()
        if self.base is not None:
            self._done[SETTINGS] = self.base
        QTimer.singleShot(0, self, self._settle)  # when the page of last time is open
        self._clock.start()

    def _settle(self) -> None:
        """Take the window as it is for what it began with."""
        reopened, self._reopened = self._reopened, None
        if reopened is not None and reopened.is_kept:
            now = self._now()
            self._done |= {kind: now[kind] for kind in (WINDOW, LAB)}
        elif reopened is not None and reopened.waits:
            self._first = self._deeds()

    def take_late(self, reopened: Reopened, snapshot: Snapshot) -> None:
        """Show the lab of the slot, which took time to read.

        If nothing was done in the window meanwhile, it is what the slot's files hold.
        """
        assert self._slot is not None
        self._settle()
        is_untouched = self._first is not None and self._deeds() == self._first
        self._store.open(snapshot)
        if is_untouched:
            self._first = self._deeds()
            if reopened.late is self._slot:
                self._first, self._slot.is_foreign = None, False
                now = self._now()
                self._done |= {kind: now[kind] for kind in (WINDOW, LAB)}

    # ---- what there is to keep

    def _now(self) -> dict[str, object]:
        """Return what the window is, by kind; equal where nothing has to be written."""
        order, frame, spec = self._runner.request, self._newest(), self._store.spec
        if order.playing:  # its numbers change all the time
            progress: object = ("at", time.monotonic() // PROGRESS_S)
        elif frame is not None and frame.run_id == order.run_id:
            progress = frame.update
        else:
            progress = 0 if order.start is None else order.start.update
        return {
            SETTINGS: self._appearance.options(),
            WINDOW: (spec, self._pages.shown, self._pages.knobs(), self._appearance.geometry()),
            LAB: (spec, order.run_id, progress),
        }

    def _deeds(self) -> object:
        """Return what only a person or a training changes, and no window manager."""
        now = self._now()
        window = now[WINDOW]
        assert isinstance(window, tuple)
        return (window[:3], now[LAB])

    def look(self, at_once: bool = False) -> None:
        """Have written what changed.

        Args:
            at_once: whether it cannot wait until the disk has rested.
        """
        if self._slot is None or self._is_over:
            return
        self._settle()
        now, clock = self._now(), time.monotonic()
        if self._first is not None:
            if self._deeds() == self._first:
                now = {SETTINGS: now[SETTINGS]}
            else:
                self._first = None
        for kind, what in now.items():
            if self._done.get(kind) == what:
                continue
            is_due = self._keepers[kind].is_free(kind) and clock >= self._retry_at[kind]
            if is_due or at_once:
                # Taken as written from here on, or every look
                # would put it again; `_on_failed` takes it back.
                self._done[kind] = what
                self._keepers[kind].put(kind, self._writer(kind))

    def _writer(self, kind: str) -> Callable[[], float | None]:
        """Take a snapshot, and return what writes it in another thread."""
        slot = self._slot
        assert slot is not None
        if kind == SETTINGS:
            options, base = self._appearance.options(), self.base
            return partial(self._write_settings, options, base)
        spec = self._store.spec
        if kind == WINDOW:
            window = make_window_file(
                spec, self._pages.shown, self._pages.knobs(), self._appearance.geometry()
            )
            return lambda: slot.write_window(window_to_json(window))
        # The state is frozen and the history a copy: the
        # thread may write them while training goes on.
        state, history = self._runner.snapshot()
        return partial(_write_lab, slot, spec, state, history)

    def _write_settings(self, options: Options, base: Options | None) -> None:
        settings.write_options(options, base)
        self.base = options

    # ---- what became of it

    def _on_kept(self, kind: str) -> None:
        if self._slot is None or self._is_over:
            return
        if self._slot.kept:
            copies, self._slot.kept = self._slot.kept, []
            _log.info("the lab before this one is kept as %s", copies[0])
            self._show_message(_("The previous lab is kept as {name}.", name=copies[0].name))
        if kind in self._failing:
            self._failing.discard(kind)
            if not self._failing:
                self._show_message(_("Everything is saved again."))

    def _on_failed(self, kind: str, sentence: str) -> None:
        _log.warning("%s not kept: %s", kind, sentence)
        if not self._keepers[kind].trouble(kind):
            return  # it has been written since
        self._done.pop(kind, None)
        self._retry_at[kind] = time.monotonic() + RETRY_S
        if kind not in self._failing and not self._is_over:
            self._failing.add(kind)
            self._pages.banner.show_message(
                _not_saved(kind, sentence),
                "error",
                TRY_AGAIN,
                _("Try again"),
            )

    def on_banner(self, action: str) -> None:
        """Write what could not be written, where the banner's button asks for it."""
        if action != TRY_AGAIN:
            return
        self._failing.clear()
        self._retry_at = dict.fromkeys(KINDS, 0.0)
        self.look()

    # ---- the end

    def may_close(self) -> bool:
        """Write what is not written; return whether the window may close.

        It may where all is kept; else a person decides.
        """
        if self._slot is None or self._is_flushed or self._is_over:
            return True
        while True:
            self.look(at_once=True)
            self._wait()
            if not self._saving.settle() and self.asks:
                return False  # the banner says why a file is not saved
            troubles = self._troubles()
            for kind in troubles:
                self._done.pop(kind, None)
            if not troubles or not self.asks:
                return True
            answer = self._ask(list(troubles.values()))
            if answer != QMessageBox.StandardButton.Retry:
                self._is_flushed = answer == QMessageBox.StandardButton.Discard
                return self._is_flushed

    def _troubles(self) -> dict[str, str]:
        found = {kind: self._keepers[kind].trouble(kind) for kind in KINDS}
        return {kind: _not_saved(kind, why) for kind, why in found.items() if why}

    def _wait(self) -> None:
        """Wait until all is written; where that takes long, say so and offer to stop it."""
        if self._wait_for(PATIENCE_S) or not self.asks:
            self._wait_for(RETRY_S)
            return
        box = QMessageBox(self._window)
        box.setWindowTitle("Layerlab")
        box.setText(_("Saving the lab takes a moment."))
        box.setStandardButtons(QMessageBox.StandardButton.Discard)
        box.button(QMessageBox.StandardButton.Discard).setText(_("Close without saving"))
        timer = QTimer(box)
        timer.timeout.connect(lambda: box.accept() if self._wait_for(0) else None)
        timer.start(100)
        box.exec()
        box.deleteLater()

    def _wait_for(self, seconds: float) -> bool:
        keepers = [*self._keepers.values(), self._saving.keeper]
        return all(keeper.wait_until_idle(seconds) for keeper in keepers)

    def _ask(self, sentences: list[str]) -> QMessageBox.StandardButton:
        """Ask what to do where something is not kept."""
        button = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setWindowTitle("Layerlab")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(_("Your latest changes are not saved."))
        box.setInformativeText("\n".join(sentences))
        box.setStandardButtons(button.Retry | button.Discard | button.Cancel)
        box.button(button.Retry).setText(_("Try again"))
        box.button(button.Discard).setText(_("Close anyway"))
        box.button(button.Cancel).setText(_("Keep open"))
        box.setDefaultButton(button.Retry)
        box.setEscapeButton(button.Cancel)
        answer = button(box.exec())
        box.deleteLater()
        return answer

    def end(self) -> None:
        """End the threads; the slot is the next window's."""
        if self._slot is None or self._is_over:
            return
        self.asks = False
        self.may_close()
        self._is_over = True
        self._clock.stop()
        if not self._is_flushed:  # else it has been said
            for sentence in self._troubles().values():
                print(f"layerlab: {sentence}", file=sys.stderr)  # not translated: the name
        for keeper in self._keepers.values():
            keeper.end()
        self._saving.keeper.end()
        self._slot.release()


def _not_saved(kind: str, why: str) -> str:
    if kind == SETTINGS:
        return _("The settings are not saved: {why}.", why=why)
    if kind == WINDOW:
        return _("The lab is not saved: {why}.", why=why)
    return _("The trained network is not saved: {why}.", why=why)


def _write_lab(
    slot: Slot, spec: LabSpec, state: State | None, history: HistoryLike | None
) -> float:
    """Write a trained lab, not in the window's thread; return how long none is due, seconds."""
    from layerlab.compose.labs import input_names
    from layerlab.nets.probes import History
    from layerlab.runtime import labfile

    arrays = history.to_arrays() if isinstance(history, History) else None
    slot.make_own()
    labfile.save(slot.lab, spec, state, arrays, inputs=input_names(spec.task))
    return slot.lab.stat().st_size / LAB_BYTES_PER_S
