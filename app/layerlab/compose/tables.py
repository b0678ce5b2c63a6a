"""Tables: a CSV file becomes the lab's task, with another target, or as it is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from layerlab.compose.file_reader import FileReader
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.core.translation import _
from layerlab.nets.problem import load_data
from layerlab.nets.tasks import TASKS, recommended_for_csv
from layerlab.nets.tasks.tables import opening
from layerlab.runtime import opened


class Take(Protocol):
    """Has the lab take the task of a spec, as one step of undo."""

    def __call__(self, spec: LabSpec, label: str, path: str = ...) -> None:
        """Take it; `label` is for the undo menu, `path` the knob that was turned."""


class Tables:
    """The lab's dealings with tables, which are read while the window stays alive."""

    def __init__(
        self,
        file_reader: FileReader,
        take: Take,
        show_spec: Callable[[], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        """Prepare.

        Args:
            reading: reads them. take: has the lab take a table's task.
            show_spec: shows what is in force after a choice that was refused.
            refuse: (path, sentence) says why, where that knob is.
        """
        self._file_reader, self._take = file_reader, take
        self._show_spec, self._refuse = show_spec, refuse

    def open(self, name: str) -> None:
        """Read a CSV file, and take its last column as the target."""

        def work() -> LabSpec:
            with opening():
                spec = recommended_for_csv(name)
                load_data(spec.task)
                return spec

        def take(spec: LabSpec) -> None:
            self._take(spec, _("File"))
            opened.remember(name)

        self._file_reader.begin(name, work, take)

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
