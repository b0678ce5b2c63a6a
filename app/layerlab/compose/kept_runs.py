"""The page of the kept runs: what is asked of the library, and what a person does with runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from layerlab.compose.file_reader import FileReader
from layerlab.compose.options_store import OptionsStore
from layerlab.compose.run_comparison import MOST, comparison
from layerlab.core.errors import LabError
from layerlab.core.phrases import capitalized
from layerlab.core.picture import Picture, picture_from_json
from layerlab.core.runs import RunDetail, RunEntry, Usage
from layerlab.core.translation import _, ngettext
from layerlab.runtime import settings
from layerlab.runtime.runs.desk import Desk
from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.runs.query import parse
from layerlab.runtime.store import Snapshot
from layerlab.ui.runs.page import RunsPage
from layerlab.ui.style import apply_theme
from layerlab.ui.window import LabWindow

_log = logging.getLogger("layerlab")
MB = 1_000_000
SOON_MS = 60  # in which thumbnails are gathered to be asked for together
PATIENCE_S = 2.0  # that a window which closes waits for what is being written
UNDO = "undelete"  # the banner's action


class KeptRuns(QObject):
    """The window's library of runs.

    Attributes:
        page: its widget.

    Signals:
        lab_wanted(snapshot, label): a run is to be shown in the lab, where the label says what
            undo takes back.
        changed(): what can be undone is another.
    """

    changed = Signal()
    lab_wanted = Signal(object, str)

    def __init__(
        self,
        window: LabWindow,
        options_store: OptionsStore,
        file_reader: FileReader,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Build the page; nothing is read until `refresh`.

        Args:
            window: has the theme. options_store: says how much room there is.
            file_reader: reads a run's network.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted; the page goes with the window.
        """
        super().__init__(parent)
        self._options_store, self._file_reader = options_store, file_reader
        self._show_message = show_message
        self.page = RunsPage(window.theme)
        apply_theme(self.page, window.theme)
        self._library = RunLibrary(settings.data_folder())
        self._desk = Desk(self._refuse, self)
        self._deleted: list[list[int]] = []  # what undo brings back, the last of all first
        self._pictures = QTimer(self)
        self._pictures.setSingleShot(True)
        self._pictures.setInterval(SOON_MS)
        self._pictures.timeout.connect(self._ask_for_pictures)
        self._connect()
        self.page.show_budget(options_store.options.runs_mb)

    def _connect(self) -> None:
        page = self.page
        page.searched.connect(self.refresh)
        page.detail_wanted.connect(self._ask_for_detail)
        page.comparison_wanted.connect(self._ask_for_comparison)
        page.said.connect(lambda number, changes: self._edit([number], **changes))
        page.open_wanted.connect(self.open)
        page.pin_wanted.connect(lambda numbers, on: self._edit(numbers, pinned=on))
        page.delete_wanted.connect(self.delete)
        page.budget_chosen.connect(self._on_budget)
        page.rows.pictures_wanted.connect(self._pictures.start)
        page.banner.acted.connect(self._on_banner)

    @property
    def _limit(self) -> int:
        return self._options_store.options.runs_mb * MB

    def close(self) -> None:
        """Write what is being said about a run, and end the thread."""
        self.page.pane.finish()
        self._pictures.stop()
        self._desk.close(PATIENCE_S)

    # ---- what is asked of the library

    def refresh(self) -> None:
        """Show what the search finds now."""
        try:
            condition = parse(self.page.search.text())
        except LabError as error:
            self.page.show_refusal(capitalized(str(error)))
            return
        self.page.show_refusal("")
        limit = self._limit

        def find() -> tuple[list[RunEntry], Usage]:
            return self._library.find(condition), self._library.usage(limit)

        self._desk.ask(find, self._take_runs, "find")

    def _take_runs(self, found: tuple[list[RunEntry], Usage]) -> None:
        self.page.rows.show(found[0])
        self.page.show_runs(found[1])

    def _ask_for_detail(self, number: int) -> None:
        if number < 0:
            return
        self._desk.ask(partial(self._library.detail, number), self.page.show_detail, "detail")

    def _ask_for_comparison(self, numbers: list[int]) -> None:
        if len(numbers) > MOST:
            text = _("Up to {most} runs are compared.", most=MOST)
            self.page.show_comparison(numbers, text)
            return

        def compare() -> str:
            return comparison([self._library.detail(number) for number in numbers])

        self._desk.ask(compare, partial(self.page.show_comparison, numbers), "detail")

    def _ask_for_pictures(self) -> None:
        numbers = self.page.rows.take_wanted()
        if numbers:
            self._desk.ask(partial(self._read_pictures, numbers), self.page.rows.put_pictures)

    def _read_pictures(self, numbers: Sequence[int]) -> dict[int, Picture]:
        found: dict[int, Picture] = {}
        for number, raw in self._library.pictures(numbers).items():
            try:
                found[number] = picture_from_json(raw) if raw else ()
            except msgspec.MsgspecError:  # damaged: the run is there all the same
                found[number] = ()
        return found

    # ---- what a person does

    def _edit(self, numbers: Sequence[int], **changes: object) -> None:
        self._desk.ask(lambda: self._library.edit(numbers, **changes), self._refresh_after)

    def _refresh_after(self, result: object) -> None:
        self.refresh()

    def delete(self, numbers: list[int]) -> None:
        """Take runs out of the list; undo brings them back."""
        self._deleted.append(numbers)
        count = len(numbers)
        text = ngettext("{count} run is deleted.", "{count} runs are deleted.", count)
        self.page.banner.show_message(text, "notice", UNDO, _("Undo"))
        self.changed.emit()
        self._desk.ask(lambda: self._library.delete(numbers), self._refresh_after)

    @property
    def can_undo(self) -> bool:
        """Whether there are deleted runs to bring back."""
        return bool(self._deleted)

    def undo(self) -> None:
        """Bring back the runs that were deleted last."""
        if not self._deleted:
            return
        numbers = self._deleted.pop()
        self.page.banner.hide()
        self.changed.emit()

        def restored(_nothing: object) -> None:
            self.refresh()
            self.page.list.choose(numbers[0])

        self._desk.ask(lambda: self._library.restore(numbers), restored)

    def _on_banner(self, action: str) -> None:
        if action == UNDO:
            self.undo()

    def _on_budget(self, megabytes: int) -> None:
        self._options_store.change(runs_mb=megabytes)
        if not megabytes:
            self._show_message(_("No more runs are kept; those that are there stay."))
            return
        self._desk.ask(
            lambda: self._library.make_room(megabytes * MB) if self._library.is_there else 0,
            self._refresh_after,
        )

    def open(self, number: int) -> None:
        """Show a run in the lab, trained, as it was."""
        self._desk.ask(partial(self._library.detail, number), self._open, "open")

    def _open(self, detail: RunDetail) -> None:
        label = _("Run {id}", id=detail.entry.id)
        _log.info("opening run %d", detail.entry.id)
        try:
            if detail.network:
                self._file_reader.open_lab(
                    detail.network,
                    lambda snapshot: self.lab_wanted.emit(snapshot, label),
                    lambda error: self._refuse_run(detail, error),
                )
            else:
                self.lab_wanted.emit(Snapshot(detail.lab_spec(), None, None), label)
        except LabError as error:
            self._refuse_run(detail, error)

    def _refuse_run(self, detail: RunDetail, error: LabError) -> None:
        number = detail.entry.id
        self._refuse(_("run {id} does not open: {error}", id=number, error=error))

    def _refuse(self, sentence: str) -> None:
        self.page.banner.show_message(capitalized(sentence), "error")
