"""Opening and saving: labs, CSV files, and the lab that reopens at the next start."""

from __future__ import annotations

import logging
import pathlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.core import spec as specs
from app.core.errors import LabError
from app.nets.optimizers import OPTIMIZERS
from app.nets.problem import check, layout_of
from app.nets.tasks import recommended_for_csv
from app.runtime import settings
from app.runtime.store import Snapshot

if TYPE_CHECKING:
    from app.compose.session import Session

_log = logging.getLogger("layerlab")
FILTER = "Labs (*.layerlab *.json);;All files (*)"


def read_lab(path: str | pathlib.Path) -> Snapshot:
    """Read a saved lab or a spec; raises LabError with one sentence."""
    from app.nets.probes import History  # not before the first paint, where there is no file
    from app.runtime import labfile

    saved = labfile.load(path, layout_of, lambda spec: OPTIMIZERS[spec.train.optimizer].slots)
    try:
        check(saved.spec)
        history = None
        if saved.state is not None:
            history = History.from_arrays(saved.history, saved.spec.train.seeds)
            history.truncate(saved.state.update)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    return Snapshot(saved.spec, saved.state, history)


class Files:
    """The session's dealings with the disk; every refusal becomes a banner."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.path: pathlib.Path | None = None

    def _folder(self) -> str:
        """Return where dialogs begin: where the last one ended, or at the documents."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        return self._session.options.folder or QStandardPaths.writableLocation(documents)

    def open(self) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._session.window, "Open a lab", self._folder(), FILTER
        )
        if name:
            self._session.pages.open_path(name)

    def open_path(self, name: str) -> None:
        """Open a lab, a spec or a CSV file."""
        _log.info("opening %s", name)
        try:
            if name.lower().endswith((".csv", ".tsv", ".txt")):
                self._take_csv(name)
            else:
                self._session.store.open(read_lab(name))
                self._remember(pathlib.Path(name))
        except LabError as error:
            self._session.window.banner.show_message(str(error), "error")

    def open_csv(self) -> None:
        """Ask for a CSV file and take its last column as the target."""
        name, _ = QFileDialog.getOpenFileName(
            self._session.window, "Open a CSV file", self._folder(),
            "Tables (*.csv *.tsv *.txt);;All files (*)",
        )  # fmt: skip
        if name:
            self.open_path(name)

    def _take_csv(self, name: str) -> None:
        QGuiApplication.setOverrideCursor(
            Qt.CursorShape.WaitCursor
        )  # a large file takes a moment
        try:
            spec = recommended_for_csv(name, None)
        finally:
            QGuiApplication.restoreOverrideCursor()
        self._session.choose_task(spec, "file")

    def save(self) -> None:
        """Save where the lab was opened or saved last, or ask."""
        if self.path is None or self.path.suffix != ".layerlab":
            self.save_as()
        else:
            self._write(self.path)

    def save_as(self) -> None:
        """Ask where to save."""
        start = str(self.path or pathlib.Path(self._folder()) / "lab.layerlab")
        name, _ = QFileDialog.getSaveFileName(
            self._session.window, "Save the lab", start, "Labs (*.layerlab)"
        )
        if name:
            path = pathlib.Path(name)
            self._write(path if path.suffix else path.with_suffix(".layerlab"))

    def _write(self, path: pathlib.Path) -> None:
        try:
            self._save(path)
        except LabError as error:
            _log.warning("not saved: %s", error)
            self._session.window.banner.show_message(str(error), "error")
            return
        self._remember(path)
        _log.info("saved as %s", path)
        self._session.toast.say(f"Saved as {path.name}")

    def _save(self, path: pathlib.Path) -> None:
        from app.nets.probes import History
        from app.runtime import labfile

        state, history = self._session.runner.snapshot()
        arrays = history.to_arrays() if isinstance(history, History) else None
        labfile.save(path, self._session.store.spec, state, arrays)

    def _remember(self, path: pathlib.Path) -> None:
        self.path = path
        self._session.options = specs.replace(self._session.options, folder=str(path.parent))
        self._session.window.setWindowTitle(f"{path.stem} · Layerlab")

    def keep(self) -> None:
        """Keep the settings and the lab for the next start."""
        try:
            settings.write_options(self._session.options)
            self._save(settings.last_lab())
        except LabError as error:  # there is no window left to say it in
            print(f"layerlab: {error}")
