"""Trouble: what the window says when something was refused or broke, and the way back."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from layerlab.compose.keeping import TRY_AGAIN
from layerlab.compose.kept_labs import AGAIN, OTHER
from layerlab.compose.serving import COMPILED
from layerlab.core import spec as specs
from layerlab.core.errors import LabError, NotFiniteError, NotReadyError
from layerlab.core.libraries import sentence_of

if TYPE_CHECKING:
    from layerlab.compose.session import Session

_log = logging.getLogger("layerlab")


class Trouble:
    """The session's dealings with the banner."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # What is told of an error on demand; a logbook writes it down as well.
        self.report: Callable[[BaseException], str] = _trace

    def on_refused(self, path: str, sentence: str) -> None:
        """Say why, where the knob is; else in the banner."""
        _log.info("refused: %s: %s", path, sentence)
        panel = self._session.window.panel
        if panel.has(path):
            panel.refuse(path, sentence)
        else:
            self.say(sentence)

    def say(self, sentence: str) -> None:
        """Say in the banner why something was not done."""
        self._session.window.banner.show_message(sentence, "error")

    def note(self, sentence: str) -> None:
        """Say in the banner how the lab goes on where it cannot as it was asked to."""
        _log.warning(sentence)
        self._session.window.banner.show_message(sentence, "notice")

    def on_failed(self, error: Exception) -> None:
        """Say what stopped the run, and offer the way back."""
        store, runner = self._session.store, self._session.runner
        sentence, details = sentence_of(error), ""
        _log.warning("the training stopped: %s", sentence)
        engine = runner.request.engine
        if isinstance(error, NotReadyError) and engine not in ("numpy", COMPILED):
            self._session.serving.replace(engine, error)
            runner.set_engine(COMPILED)
            state, history = runner.snapshot()
            runner.start(store.spec, state, history, play=True, speed=runner.request.speed)
            return
        self._session.on_not_begun()
        if not isinstance(error, LabError | ImportError):
            details = self.report(error)
            sentence = f"The training stopped with an error: {sentence}"
        action, label = ("undo", "Undo") if store.can_undo else ("", "")
        if isinstance(error, NotFiniteError) and not action:
            action, label = "rate", f"Rate {store.spec.train.rate / 10:.2g}"
        self._session.window.banner.show_message(
            sentence[:1].upper() + sentence[1:], "error", action, label, details
        )

    def on_surprise(self, error: BaseException) -> None:
        """Say that something of the window itself went wrong; the lab goes on."""
        self._session.pages.banner.show_message(
            f"Something went wrong, and the lab goes on: {sentence_of(error)}",
            "error",
            details=self.report(error),
        )

    def on_banner(self, action: str) -> None:
        """Do what the banner's button offers."""
        store = self._session.store
        if action == "undo":
            store.undo()
        elif action == TRY_AGAIN:
            self._session.keeping.try_again()
        elif action in (AGAIN, OTHER):
            self._session.kept.open_offered()
        elif action == "rate":  # there is nothing to go back to: start gentler
            spec = specs.edit(store.spec, "train.rate", store.spec.train.rate / 10)
            store.replace(spec, "a smaller rate")


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
