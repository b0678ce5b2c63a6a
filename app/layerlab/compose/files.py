"""Opening and saving: labs, CSV files, and the lab that reopens at the next start."""

from __future__ import annotations

import logging
import os
import pathlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from layerlab.compose.dialogs import ask_where_to_save
from layerlab.compose.saving import Saving
from layerlab.core import spec as specs
from layerlab.core.disk import SMALL_BYTES
from layerlab.core.errors import LabError
from layerlab.nets.optimizers import slots_of
from layerlab.nets.problem import check, layout_of
from layerlab.nets.tasks.csv import with_target
from layerlab.nets.tasks.tables import is_table
from layerlab.runtime import labfile, opened
from layerlab.runtime.labfile import SUFFIX
from layerlab.runtime.opened import UnknownTableError
from layerlab.runtime.store import Snapshot

if TYPE_CHECKING:
    from layerlab.compose.session import Session

_log = logging.getLogger("layerlab")
TABLE = "table"  # the banner's action
FILTER = "Labs (*.layerlab *.json);;All files (*)"


def read_lab(path: str | pathlib.Path, any_path: bool = False) -> Snapshot:
    """Read a saved lab or a spec.

    Args:
        path: the file. any_path: whether its table may be anywhere.

    Raises:
        UnknownTableError: it has to be asked whether its table may be read.
        LabError: one sentence with the file, for anything else that does not fit.
    """
    from layerlab.nets.probes import (
        History,  # not before the first paint, where there is no file
    )

    saved = labfile.load(path, layout_of, slots_of, any_path)
    try:
        check(saved.spec)
        history = None
        if saved.state is not None:
            history = History.from_arrays(saved.history, saved.spec.train.seeds)
            history.truncate(saved.state.update)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    spec = specs.replace(saved.spec, task=with_target(saved.spec.task))
    return Snapshot(spec, saved.state, history)


class Files:
    """The session's dealings with the disk; every refusal becomes a banner."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.path: pathlib.Path | None = None
        self.saving = Saving(self._on_saved, self._on_not_saved, session.toast.say)
        self._asked = ""  # the lab about whose table the banner asks

    def folder(self) -> pathlib.Path:
        """Return where dialogs begin: where the last one ended, or at the documents."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        own = self._session.options.folder
        return pathlib.Path(own or QStandardPaths.writableLocation(documents))

    def remember_folder(self, path: pathlib.Path) -> None:
        """Note where dialogs begin the next time: where this file is."""
        folder = os.path.dirname(os.path.abspath(path))
        self._session.remembered.change(folder=folder)

    def open(self) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._session.window, "Open a lab", str(self.folder()), FILTER
        )
        if name:
            self._session.pages.open_path(name)

    def open_path(self, name: str, any_path: bool = False) -> None:
        """Open a lab, a spec or a CSV file.

        Args:
            name: the file. any_path: whether a table that it names may be anywhere.
        """
        _log.info("opening %s", name)
        reading = self._session.reading
        try:
            if is_table(name):
                reading.open_table(os.path.abspath(name))
            else:
                reading.open_lab(
                    name,
                    lambda snapshot: self._take_lab(name, snapshot),
                    lambda error: self.refuse(name, error),
                    any_path,
                )
        except LabError as error:
            self.refuse(name, error)

    def refuse(self, name: str, error: LabError) -> None:
        """Say why a file was not opened; where it has to be asked for its table, ask."""
        _log.info("not opened: %s", error)
        if isinstance(error, UnknownTableError):
            self._asked = name
            self._session.window.banner.show_message(
                f"{error}. Open it only if you trust this lab.",
                "notice",
                TABLE,
                "Open the table",
            )
        else:
            self._session.window.banner.show_message(str(error), "error")

    def on_banner(self, action: str) -> None:
        """Open the lab whose table was asked about."""
        if action == TABLE:
            self.open_path(self._asked, any_path=True)

    def _take_lab(self, name: str, snapshot: Snapshot) -> None:
        self._session.store.open(snapshot)
        self.note_opened(name)

    def note_opened(self, name: str) -> None:
        """Note that the window shows this lab now: its title, where it is saved, its table."""
        self._remember(pathlib.Path(os.path.abspath(name)))
        if (table := self._session.store.spec.task.path) is not None:
            opened.remember(table)

    def open_csv(self) -> None:
        """Ask for a CSV file and take its last column as the target."""
        name, _ = QFileDialog.getOpenFileName(
            self._session.window,
            "Open a CSV file",
            str(self.folder()),
            "Tables (*.csv *.tsv *.txt);;All files (*)",
        )
        if name:
            self.open_path(name)

    def reread(self) -> None:
        """Read the table of the lab again, with the same target; undo leads back."""
        self._session.reading.reread(self._session.store.spec.task)

    def save(self) -> None:
        """Save where the lab was opened or saved last, or ask."""
        if self.path is None or self.path.suffix.lower() != SUFFIX:
            self.save_as()
        else:
            self._write(self.path)

    def save_as(self) -> None:
        """Ask where to save."""
        start = self.path or self.folder() / "lab"
        path = ask_where_to_save(
            self._session.window,
            "Save the lab",
            start.with_name(start.stem + SUFFIX),
            {f"Labs (*{SUFFIX})": SUFFIX},
        )
        if path is not None:
            self._write(path)

    def _write(self, path: pathlib.Path) -> None:
        """Write the lab as it is now; a large one in a thread, while the window goes on."""
        from layerlab.nets.probes import History

        spec = self._session.store.spec
        state, history = self._session.runner.snapshot()

        def save() -> bool:
            arrays = history.to_arrays() if isinstance(history, History) else None
            return labfile.save(path, spec, state, arrays)

        size = 0 if state is None else state.params.nbytes + state.moments.nbytes
        self.saving.save(path, save, size > SMALL_BYTES)

    def _on_saved(self, path: pathlib.Path, is_whole: bool) -> None:
        self.note_opened(str(path))
        _log.info("saved as %s", path)
        left_out = "" if is_whole else ", without the network: it has diverged"
        self._session.toast.say(f"Saved as {path.name}{left_out}")

    def _on_not_saved(self, error: LabError) -> None:
        _log.warning("not saved: %s", error)
        self._session.window.banner.show_message(str(error), "error")

    def _remember(self, path: pathlib.Path) -> None:
        self.path = path
        self.remember_folder(path)
        self._session.window.setWindowTitle(f"{path.stem} · Layerlab")
