"""Opening and saving: labs, CSV files, and the lab that reopens at the next start."""

from __future__ import annotations

import logging
import os
import pathlib
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from layerlab.compose.dialogs import LastFolder, ask_where_to_save
from layerlab.compose.file_reader import FileReader
from layerlab.compose.labs import input_names
from layerlab.compose.recent_files import RecentFiles
from layerlab.compose.saving import Saving
from layerlab.compose.tables import Tables
from layerlab.core.disk import SMALL_BYTES
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.tasks.tables import ENDINGS, is_table
from layerlab.runtime import labfile, opened, pasted
from layerlab.runtime.labfile import SUFFIX, OtherInputsError
from layerlab.runtime.opened import UnknownTableError
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")
TABLE = "table"  # the banner's action
FILTER = _("Labs (*.layerlab *.json);;All files (*)")


class Files(QObject):
    """The lab's dealings with the disk; every refusal becomes a banner.

    Signals:
        chosen(name): a file was chosen, which may be a page's as well.
    """

    chosen = Signal(str)

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        file_reader: FileReader,
        tables: Tables,
        folder: LastFolder,
        recent: RecentFiles,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            window: has the banner and the title. store, runner: what is opened and saved.
            file_reader, tables: read labs and tables. folder: where dialogs begin.
            recent: what the menu lists.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._window, self._store, self._runner = window, store, runner
        self._file_reader, self._tables = file_reader, tables
        self._folder, self._recent, self._show_message = folder, recent, show_message
        self.path: pathlib.Path | None = None
        self.saving = Saving(self._on_saved, self._on_not_saved, show_message)
        self._table = store.spec.task.path
        self._asked = ""  # the lab about whose table the banner asks
        self._openings = 0  # how many files were opened
        self._saved_in: dict[pathlib.Path, int] = {}  # how many when a file was to be written
        store.restored.connect(self._on_restored)
        store.changed.connect(self._on_changed)

    def open(self) -> None:
        """Ask for a file and open it."""
        name, _filter = QFileDialog.getOpenFileName(
            self._window, _("Open a lab"), str(self._folder.path()), FILTER
        )
        if name:
            self.chosen.emit(name)

    def open_path(self, name: str, any_path: bool = False) -> None:
        """Open a lab, a spec or a CSV file.

        Args:
            name: the file. any_path: whether a table that it names may be anywhere.
        """
        _log.info("opening %s", name)
        try:
            if is_table(name):
                self._tables.open(os.path.abspath(name))
            else:
                self._file_reader.open_lab(
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
        if isinstance(error, OtherInputsError):
            self._tables.open_again(error)
        elif isinstance(error, UnknownTableError):
            self._asked = name
            self._window.banner.show_message(
                _("{error}. Open it only if you trust this lab.", error=error),
                "notice",
                TABLE,
                _("Open the table"),
            )
        else:
            self._window.banner.show_message(str(error), "error")

    def on_banner(self, action: str) -> None:
        """Open the lab whose table was asked about."""
        if action == TABLE:
            self.open_path(self._asked, any_path=True)

    def _on_restored(self, snapshot: Snapshot) -> None:
        """Forget the file where the lab is now another one, which must not replace it."""
        self._table = snapshot.spec.task.path  # it came with a lab, or from a step of undo
        if snapshot.is_other_lab:
            self._openings += 1
            self.path = None
            self._window.setWindowTitle("Layerlab")

    def _on_changed(self, spec: LabSpec, effect: object) -> None:
        """Remember the table that was opened."""
        path = spec.task.path
        if path is not None and path != self._table:
            self._recent.remember(path)
        self._table = path

    def _take_lab(self, name: str, snapshot: Snapshot) -> None:
        self._store.open(snapshot)
        self.note_opened(name)

    def note_opened(self, name: str) -> None:
        """Note that the window shows this lab now: its title, where it is saved, its table."""
        self._openings += 1
        self._note(name)

    def _note(self, name: str) -> None:
        self._remember(pathlib.Path(os.path.abspath(name)))
        if (table := self._store.spec.task.path) is not None:
            opened.remember(table)

    def open_csv(self) -> None:
        """Ask for a table and take its last column as the target."""
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        name, _filter = QFileDialog.getOpenFileName(
            self._window,
            _("Open a table"),
            str(self._folder.path()),
            _("Tables ({endings});;All files (*)", endings=endings),
        )
        if name:
            self.open_path(name)

    def reread(self) -> None:
        """Read the table of the lab again, with the same target; undo leads back."""
        self._tables.reread(self._store.spec.task)

    def save(self) -> None:
        """Save where the lab was opened or saved last, or ask."""
        if self.path is None or self.path.suffix.lower() != SUFFIX:
            self.save_as()
        else:
            self._write(self.path)

    def save_as(self) -> None:
        """Ask where to save."""
        start = self.path or self._folder.path() / "lab"
        path = ask_where_to_save(
            self._window,
            _("Save the lab"),
            start.with_name(start.stem + SUFFIX),
            {_("Labs (*{suffix})", suffix=SUFFIX): SUFFIX},
        )
        if path is not None:
            self._write(path)

    def _write(self, path: pathlib.Path) -> None:
        """Write the lab as it is now; a large one in a thread, while the window goes on."""
        from layerlab.nets.probes import History

        spec = self._store.spec
        state, history = self._runner.snapshot()
        names = input_names(spec.task)

        def save() -> bool:
            arrays = history.to_arrays() if isinstance(history, History) else None
            is_whole = labfile.save(path, spec, state, arrays, inputs=names)
            pasted.put_beside(path, spec.task.path)
            return is_whole

        self._saved_in[path] = self._openings
        size = 0 if state is None else state.params.nbytes + state.moments.nbytes
        self.saving.save(path, save, size > SMALL_BYTES)

    def _on_saved(self, path: pathlib.Path, is_whole: bool) -> None:
        # Written in a thread: by now the window may show another lab, which must not be
        # saved over this one.
        if self._saved_in.pop(path, -1) == self._openings:
            self._note(str(path))
        _log.info("saved as %s", path)
        self._show_message(
            _("Saved as {file}", file=path.name)
            if is_whole
            else _("Saved as {file}, without the network: it has diverged", file=path.name)
        )

    def _on_not_saved(self, error: LabError) -> None:
        _log.warning("not saved: %s", error)
        self._window.banner.show_message(str(error), "error")

    def _remember(self, path: pathlib.Path) -> None:
        self.path = path
        self._folder.remember(path)
        self._recent.remember(path)
        self._window.setWindowTitle(f"{path.stem} · Layerlab")
