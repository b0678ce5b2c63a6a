"""One page that is open: its knobs with undo, its model, and what the frame shows of them."""

from __future__ import annotations

import logging
import pathlib
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from layerlab.compose.knobfile import read_knobs, restored
from layerlab.compose.wiring import REGISTRIES
from layerlab.compose.work import Work
from layerlab.core.disk import write_file
from layerlab.core.errors import LabError
from layerlab.core.experiment import Experiment
from layerlab.core.libraries import needed_for, sentence_of
from layerlab.core.phrases import capitalized
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.core.values import Values, values_to_json
from layerlab.runtime.background import Background
from layerlab.runtime.undo import UndoStack
from layerlab.ui.pages.frame import PageFrame
from layerlab.ui.theme import Theme

_log = logging.getLogger("layerlab")
MAX_UNDO = 200


class Page(QObject):
    """Turns knobs into results. Computes only while it is shown.

    Attributes:
        experiment: its declaration. frame: its widget. values: its knobs as they are.
        result: what was computed last; None before.

    Signals:
        changed: what can be undone and redone may be another.
        message_sent: a sentence for the foot of the window.
        lab_wanted: a spec that the lab should show.
    """

    changed = Signal()
    message_sent = Signal(str)
    lab_wanted = Signal(object)

    def __init__(
        self,
        experiment: Experiment,
        theme: Theme,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        """Import model and view, and build the frame; nothing is computed yet.

        Args:
            experiment: the page. theme: colours, fonts and sizes.
            background: serves its longer work, if it has any.
            parent: with which it is deleted; the frame goes with the window.

        Raises:
            NotReadyError: a library that it needs is missing.
        """
        super().__init__(parent)
        self.experiment, self.values = experiment, experiment.values()
        self.result: Any = None
        with needed_for(_("the page {key}", key=experiment.key)):
            self._model, views = experiment.model(), experiment.view()
        self._shown = False
        self._good = self.values  # of the last result
        self._steps: UndoStack[Values] = UndoStack(MAX_UNDO)
        self._before: Values | None = None  # the values at the start of a drag
        view = views.View(theme)
        has = [hasattr(self._model, name) for name in ("lab_spec", "torch_code")]
        self.frame = PageFrame(experiment, view, REGISTRIES, theme, *has)
        # Edits of one pass of the event loop are computed once, with the last values.
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self.refresh)
        make = getattr(self._model, "work", None)
        self.work = make and Work(experiment.key, make, background, self)
        self._connect()
        self.frame.panel.show_values(self.values)

    def _connect(self) -> None:
        bar, panel, view = self.frame.bar, self.frame.panel, self.frame.view
        bar.undo_pressed.connect(self.undo)
        bar.redo_pressed.connect(self.redo)
        bar.reset_pressed.connect(self.reset)
        bar.copy_pressed.connect(lambda: self.copy_code("numpy_code", _("Python and NumPy")))
        bar.torch_pressed.connect(lambda: self.copy_code("torch_code", _("PyTorch and NumPy")))
        bar.lab_pressed.connect(self.open_in_lab)
        panel.tried.connect(self.on_tried)
        view.message_sent.connect(self.message_sent)
        view.file_chosen.connect(self.take_data)
        if self.work is not None:
            self.work.found.connect(self._on_found)
            self.work.moved.connect(self._show_work)
            self.frame.figures.work.pressed.connect(self.work.toggle)
        for source in (panel, view):
            source.edited.connect(self.on_edited)
            source.grabbed.connect(self.on_grabbed)
            source.released.connect(self.on_released)

    # ---- what a person does
    def on_edited(self, name: str, value: object) -> None:
        """Turn one knob."""
        try:
            wanted = self.values.edit(name, value)
        except LabError as error:
            self._refuse(name, str(error))
            return
        self._take(wanted)

    def on_grabbed(self, name: str) -> None:
        """A drag begins: all of it is one step of undo."""
        self._before = self.values

    def on_released(self, name: str) -> None:
        """The drag is over."""
        before, self._before = self._before, None
        if before is not None and before != self.values:
            self._remember(before)

    def on_tried(self, place: int) -> None:
        """Set the knobs of a thing to try."""
        thing = self.experiment.tries[place]
        self._take(self.experiment.values(**thing.values))
        self.message_sent.emit(thing.help)

    def undo(self) -> None:
        """Go back by one edit."""
        self._go_to(self._steps.undo(lambda _: self.values))

    def redo(self) -> None:
        """Go on by one edit that was undone."""
        self._go_to(self._steps.redo(lambda _: self.values))

    def _go_to(self, values: Values | None) -> None:
        if values is not None:
            self._show(values)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return bool(self._steps.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self._steps.future)

    def reset(self) -> None:
        """Turn all knobs to where the page starts; can be undone."""
        self._take(self.experiment.values())

    def copy_code(self, name: str, of: str) -> None:
        """Put a program of the model's on the clipboard; `of` says in which libraries."""
        code = self._guarded(lambda: getattr(self._model, name)(**self.values))
        if code is not None:
            QGuiApplication.clipboard().setText(code)
            self.message_sent.emit(
                _("Copied: a program of {libraries} that runs by itself.", libraries=of)
            )

    def open_in_lab(self) -> None:
        """Ask for the lab to show the same."""
        spec: LabSpec | None = self._guarded(lambda: self.experiment.lab_spec(self.values))
        if spec is not None:
            self.lab_wanted.emit(spec)

    # ---- files
    def open_file(self, path: str | pathlib.Path) -> None:
        """Take the knobs of a file; where it is wrong, say what and keep those there are."""
        try:
            self.take_knobs(read_knobs(path, self.experiment), str(path))
        except LabError as error:
            self.show_error(str(error))

    def restore(self, knobs: Mapping[str, object]) -> None:
        """Begin with the knobs of last time; what no longer fits starts as the page does."""
        self.values, refused = restored(self.values, knobs, self._model.compute)
        self.frame.panel.show_values(self.values)
        if refused:
            self.show_error(_("Some knobs could not be restored: {refused}", refused=refused))

    def takes_data(self, name: str) -> bool:
        """Return whether a file is of a kind whose data the page takes."""
        return name.lower().endswith(self.frame.view.files)

    def take_data(self, path: str) -> None:
        """Take the data of a file; where it is wrong, say what and keep those there are."""
        try:
            self.frame.view.read_file(path)
        except LabError as error:
            self.show_error(str(error))

    def take_knobs(self, given: Mapping[str, object], where: str) -> None:
        """Take knobs from elsewhere; raises LabError that begins with `where`."""
        try:
            values = self.values.turned(given)
            self._model.compute(**values)  # knows the names that a declaration does not
        except LabError as error:
            raise LabError(f"{where}: {error}") from None
        self._take(values)

    def save(self, path: str | pathlib.Path) -> None:
        """Write the knobs to a file; raises LabError."""
        write_file(path, values_to_json(self.experiment.key, self.values))

    # ---- showing
    def set_shown(self, shown: bool) -> None:
        """Say whether the page is seen; hidden ones compute nothing, and keep little."""
        was_shown, self._shown = self._shown, shown
        unfinished = self.work is not None and self.work.is_under_way
        if shown and (self.result is None or self._good != self.values or unfinished):
            self._due.start()
        elif not shown:
            self._due.stop()
            if self.work is not None:
                self.work.pause()
            if was_shown:
                self.experiment.release()

    def refresh(self) -> None:
        """Compute and draw the knobs as they are."""
        self._due.stop()
        values = self.values
        try:
            self._draw(values, self._model.compute(**values))
        except Exception as error:  # a page that breaks must not take the window with it
            self._fail(error)
            return
        if self.work is not None:
            self.work.begin(values)
            self._show_work()

    def _draw(self, values: Values, result: Any) -> None:
        rows = self._model.claims(result)
        self.frame.show_result(values, result, rows)
        self.result, self._good = result, values

    def _on_found(self, result: Any) -> None:
        """Draw what the longer work has found; an edit would have called it off."""
        if not self._due.isActive():  # else it is of knobs that were turned since
            self._guarded(lambda: self._draw(self.values, result))

    def _show_work(self) -> None:
        work = self.work
        if work is not None:
            self.frame.figures.show_work(
                work.is_under_way, work.text, work.share, work.is_stopped
            )

    def finish(self) -> None:
        """Have everything drawn now that would be in a moment; raises LabError."""
        self.refresh()
        if self.work is not None:
            self.work.finish(self.values)
        self.frame.panel.formula.typeset()
        if self.result is None or self._good != self.values:
            raise LabError(self.frame.banner.text.text())

    def show_error(self, sentence: str, details: str = "") -> None:
        """Say in the page's banner what was wrong."""
        self.frame.banner.show_message(capitalized(sentence), "error", details=details)

    def _take(self, values: Values) -> None:
        if values == self.values:
            self.frame.panel.show_values(values)
            return
        if self._before is None:
            self._remember(self.values)
        self._show(values)

    def _remember(self, values: Values) -> None:
        self._steps.push(values)
        self._show_undo()

    def _show(self, values: Values) -> None:
        self.values = values
        self.frame.banner.hide()
        self.frame.panel.show_values(values)
        self._show_undo()
        if self._shown:
            self._due.start()

    def _show_undo(self) -> None:
        self.frame.bar.show_undo(self.can_undo, self.can_redo)
        self.changed.emit()

    def _refuse(self, name: str, sentence: str) -> None:
        if not self.frame.panel.refuse(name, sentence):
            self.show_error(sentence)

    def _guarded(self, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except Exception as error:  # goes to the banner
            self._fail(error)
            return None

    def _fail(self, error: Exception) -> None:
        """Say what broke, and go back to the knobs of the last result."""
        if isinstance(error, LabError | ImportError):
            self.show_error(sentence_of(error))
        else:
            _log.error("the page %s broke", self.experiment.key, exc_info=error)
            details = "".join(traceback.format_exception(error))
            self.show_error(
                _("Something went wrong on this page: {why}", why=sentence_of(error)),
                details,
            )
        if self.result is not None and self.values != self._good:
            self.values = self._good
            self.frame.panel.show_values(self._good)
            for steps in (self._steps.past, self._steps.future):
                if steps and steps[-1] == self._good:
                    steps.pop()  # else that undo, or redo, would change nothing
            self._show_undo()
