"""Tables: a CSV file becomes the lab's task, with another target, or as it is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from layerlab.compose.file_reader import FileReader
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec, replace
from layerlab.core.translation import _
from layerlab.nets.problem import check, known_data, load_data
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.tables import hold_as, opening, stamp_of
from layerlab.runtime import opened
from layerlab.runtime.labfile import OtherInputsError
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.window import LabWindow

if TYPE_CHECKING:
    from layerlab.compose.import_sheet import Preview, TableImport


class Take(Protocol):
    """Has the lab take the task of a spec, as one step of undo."""

    def __call__(self, spec: LabSpec, label: str, path: str = ...) -> None:
        """Take it; `label` is for the undo menu, `path` the knob that was turned."""


class Tables:
    """The lab's dealings with tables, which are read while the window stays alive.

    Attributes:
        sheet: the import sheet that is open, or None.
    """

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        file_reader: FileReader,
        take: Take,
        show_spec: Callable[[], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        """Prepare.

        Args:
            window: over which the import sheet opens. store: has the table of the lab.
            file_reader: reads them. take: has the lab take a table's task.
            show_spec: shows what is in force after a choice that was refused.
            refuse: (path, sentence) says why, where that knob is.
        """
        self._window, self._store, self._file_reader = window, store, file_reader
        self._take, self._show_spec, self._refuse = take, show_spec, refuse
        self.sheet: TableImport | None = None
        window.closing.connect(self.close)

    # ---- with the import sheet

    def open(self, name: str) -> None:
        """Read a CSV file, and show how before it becomes the lab's task."""

        def take(preview: Preview) -> None:
            assert preview.spec is not None  # else it is not accepted
            self._hold(preview)
            self._take(preview.spec, _("File"))
            opened.remember(name)

        self._show_sheet(TaskSpec(name="csv", path=name), take)

    def revise(self, at_notes: bool = False) -> None:
        """Show how the lab's table was read, and let it be changed.

        Args:
            at_notes: whether to begin at the sentences on what was decided.
        """
        task = self._store.spec.task
        if task.name == "csv" and task.path:
            self._show_sheet(task, self._take_revised, at_notes=at_notes)

    def open_again(self, error: OtherInputsError) -> None:
        """Show how the table of a saved lab is read now, which its network does not fit.

        Accepted, a new network is trained; the lab's file stays as it is.
        """

        def take(preview: Preview) -> None:
            assert preview.spec is not None  # else it is not accepted
            self._hold(preview)
            lab = replace(error.spec, task=preview.spec.task)
            try:
                check(lab)
            except LabError:  # its loss is one for another problem
                lab = preview.spec
            self._store.open(Snapshot(lab, None, None))
            opened.remember(preview.view.path)

        message = _(
            "{error}. If you use the table as it is read now, a new network is trained.",
            error=error,
        )
        self._show_sheet(error.spec.task, take, message)

    def close(self) -> None:
        """Close the import sheet; the lab stays as it is."""
        if self.sheet is not None:
            self.sheet.close()

    def _show_sheet(
        self,
        task: TaskSpec,
        take: Callable[[Preview], None],
        message: str = "",
        at_notes: bool = False,
    ) -> None:
        def work() -> Preview:
            from layerlab.compose.import_sheet import preview_of

            return preview_of(task)

        def show(preview: Preview) -> None:
            from layerlab.compose.import_sheet import TableImport

            self.close()
            self.sheet = TableImport(
                self._window, self._file_reader, preview, take, self._on_sheet_ended
            )
            self.sheet.begin(message, at_notes)

        self.close()
        self._file_reader.begin(task.path or "", work, show)

    def _on_sheet_ended(self) -> None:
        self.sheet = None

    def _hold(self, preview: Preview) -> bool:
        """Take the file as it was read; return whether it is another one than before."""
        path = preview.task.path or ""
        is_other = stamp_of(path) != preview.stamp
        hold_as(path, preview.stamp)
        return is_other

    def _take_revised(self, preview: Preview) -> None:
        """Take what was chosen about the lab's table; unchanged it changes nothing."""
        spec, own = preview.spec, self._store.spec
        assert spec is not None  # else it is not accepted
        before = known_data(own.task)
        is_other = self._hold(preview)
        if spec.task == own.task and not is_other:
            return
        data = load_data(spec.task)  # it is kept since the sheet showed it
        if before is not None and before.shape.classes == data.shape.classes:
            self._store.replace(replace(own, task=spec.task), _("Data"))
        else:  # another problem wants another loss
            self._take(spec, _("Data"))

    # ---- without it

    def reread(self, task: TaskSpec) -> None:
        """Read the table that the lab has again, as it is now, with the same target."""

        def work() -> LabSpec:
            with opening():
                spec = TASKS[task.name].recommend(task)
                load_data(spec.task)
                return spec

        self._file_reader.begin(
            task.path or task.name, work, lambda spec: self._take(spec, _("Table"))
        )

    def choose(self, task: TaskSpec, label: str, path: str) -> None:
        """Take another target or another problem of a table.

        Args:
            task: the task as it should be. label: for the undo menu.
            path: the knob that was turned; it shows a refusal.
        """

        def work() -> LabSpec:
            spec = TASKS[task.name].recommend(task)
            load_data(spec.task)
            return spec

        def refuse(error: LabError) -> None:
            self._show_spec()  # what was chosen is not in force
            self._refuse(path, str(error))

        def take(spec: LabSpec) -> None:
            self._show_spec()  # first: where this is refused after all, the sentence stays
            self._take(spec, label, path)

        self._file_reader.begin(task.path or task.name, work, take, refuse)
