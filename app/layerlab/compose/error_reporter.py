"""What the window shows when something was refused or broke, and the way back."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from layerlab.compose.serving import COMPILED, ServingEngine
from layerlab.core import spec as specs
from layerlab.core.errors import LabError, NoPointsError, NotFiniteError, NotReadyError
from layerlab.core.libraries import sentence_of
from layerlab.core.phrases import capitalized
from layerlab.core.translation import _
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.banner import Banner
from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")


class ErrorReporter:
    """What the banner and the panel show, and what the banner's button does about it."""

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        serving: ServingEngine,
        banner: Callable[[], Banner],
        not_begun: Callable[[], None],
        waits: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            window: has the lab's banner and panel. store, runner: of the run that broke.
            serving: takes the place of an engine that cannot run.
            banner: gives that of what is shown. not_begun: called when a run failed.
            waits: (sentence) is called instead when data made by hand are not there yet.
        """
        self._window, self._store, self._runner = window, store, runner
        self._serving, self._banner, self._not_begun = serving, banner, not_begun
        self._waits = waits
        # Returns the details of an error; a logbook writes it down as well.
        self.report: Callable[[BaseException], str] = _trace

    def on_refused(self, path: str, sentence: str) -> None:
        """Show why, where the knob is; else in the banner."""
        _log.info("refused: %s: %s", path, sentence)
        panel = self._window.panel
        if panel.has(path):
            panel.refuse(path, sentence)
        else:
            self.show_error(sentence)

    def show_error(self, sentence: str) -> None:
        """Show in the banner why something was not done."""
        self._window.banner.show_message(sentence, "error")

    def show_notice(self, sentence: str) -> None:
        """Show in the banner how the lab goes on where it cannot as it was asked to."""
        _log.warning(sentence)
        self._window.banner.show_message(sentence, "notice")

    def on_failed(self, error: Exception) -> None:
        """Show what stopped the run, and offer the way back."""
        store, runner = self._store, self._runner
        sentence, details = sentence_of(error), ""
        if isinstance(error, NoPointsError):  # nothing is wrong: a person is to begin
            self._waits(capitalized(sentence))
            return
        _log.warning("the training stopped: %s", sentence)
        engine = runner.request.engine
        if isinstance(error, NotReadyError) and engine not in ("numpy", COMPILED):
            self._serving.replace(engine, error)
            runner.set_engine(COMPILED)
            state, history = runner.snapshot()
            runner.start(store.spec, state, history, play=True, speed=runner.request.speed)
            return
        self._not_begun()
        if not isinstance(error, LabError | ImportError):
            details = self.report(error)
            sentence = _("The training stopped with an error: {sentence}", sentence=sentence)
        action, label = ("undo", _("Undo")) if store.can_undo else ("", "")
        if isinstance(error, NotFiniteError) and not action:
            action, label = "rate", _("Rate {rate:.2g}", rate=store.spec.train.rate / 10)
        self._window.banner.show_message(capitalized(sentence), "error", action, label, details)

    def on_surprise(self, error: BaseException) -> None:
        """Show that something of the window itself went wrong; the lab goes on."""
        self._banner().show_message(
            _("Something went wrong; the lab continues: {why}", why=sentence_of(error)),
            "error",
            details=self.report(error),
        )

    def on_banner(self, action: str) -> None:
        """Do what the banner's button offers."""
        store = self._store
        if action == "undo":
            store.undo()
        elif action == "rate":  # there is nothing to go back to: start gentler
            spec = specs.edit(store.spec, "train.rate", store.spec.train.rate / 10)
            store.replace(spec, _("Smaller rate"))


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
