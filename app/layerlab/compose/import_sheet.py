"""The import sheet of one table: read in a thread, shown, read again with every choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from layerlab.compose.file_reader import FileReader
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.core.table_view import TableView
from layerlab.nets.problem import load_data
from layerlab.nets.tables.reading import read
from layerlab.nets.tables.view import table_view
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.csv import choices_of, reading_of, with_target
from layerlab.nets.tasks.tables import Stamp, looking, stamp_of
from layerlab.ui.import_sheet.sheet import ImportSheet
from layerlab.ui.window import LabWindow


@dataclass(frozen=True, eq=False)
class Preview:
    """A table as it is read by some choices.

    Attributes:
        task: the choices. view: what is shown of it.
        spec: a good start on it; None where nothing can be learned from it.
        stamp: of the file that was read.
    """

    task: TaskSpec
    view: TableView
    spec: LabSpec | None
    stamp: Stamp


def preview_of(task: TaskSpec) -> Preview:
    """Read a table as it is now, and all that a training needs of it; takes its time.

    Args:
        task: names the file, and has the choices.

    Raises:
        LabError: it is no table at all.
    """
    path, share = task.path or "", TASKS[task.name].validation
    with looking():
        stamp = stamp_of(path)
        try:
            spec = TASKS[task.name].recommend(with_target(task))
            data = load_data(spec.task)
            reading = reading_of(spec.task)
            assert reading is not None
            inputs, held = data.shape.inputs, len(data.validation_x)
            view = table_view(reading, inputs, held, share=share)
            view = replace(view, notes=(*view.notes, *data.remarks))
        except LabError as error:
            # Read as far as it goes; what is no table at all raises here, too.
            reading = read(path, choices_of(task), tolerant=True)
            trouble = reading.trouble or str(error)
            view = table_view(reading, trouble=trouble, share=share)
            return Preview(task, view, None, stamp)
    return Preview(task, view, spec, stamp)


class TableImport:
    """One table that may become the lab's; the lab stays as it is until it is accepted.

    Attributes:
        sheet: the window's dialog. preview: the newest reading that is there.
    """

    def __init__(
        self,
        window: LabWindow,
        file_reader: FileReader,
        preview: Preview,
        take: Callable[[Preview], None],
        ended: Callable[[], None],
    ) -> None:
        """Make the sheet.

        Args:
            window: over which it opens. file_reader: reads again.
            preview: the table as it is read at first.
            take: is given the reading that was accepted. ended: the sheet is closed.
        """
        self._file_reader, self._take, self._ended = file_reader, take, ended
        self.preview = preview
        self.sheet = ImportSheet(window.theme, window)
        self.sheet.show_view(preview.view, preview.task)
        self.sheet.chosen.connect(self._on_chosen)
        self.sheet.finished.connect(self._on_finished)

    def begin(self, message: str = "", at_notes: bool = False) -> None:
        """Open the sheet.

        Args:
            message: why it opens. at_notes: whether the keys are at its sentences.
        """
        self.sheet.show_message(message)
        self.sheet.begin(at_notes)

    def close(self) -> None:
        """Close it, as if it were cancelled."""
        self.sheet.reject()

    def _on_chosen(self, task: TaskSpec) -> None:
        self.sheet.show_busy()
        self._file_reader.begin(
            task.path or "", lambda: preview_of(task), self._show, self._refuse, False
        )

    def _show(self, preview: Preview) -> None:
        self.preview = preview
        self.sheet.show_view(preview.view, preview.task)

    def _refuse(self, error: LabError) -> None:
        self.sheet.show_refusal(str(error))

    def _on_finished(self, result: int) -> None:
        if self.sheet.is_busy:
            self._file_reader.cancel()
        self._ended()
        self.sheet.deleteLater()
        if result:
            self._take(self.preview)
