"""The runs that are shown, by age or by setup, with the thumbnails that were asked for."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from layerlab.core.numbers import grouped, number
from layerlab.core.picture import Picture
from layerlab.core.runs import RunEntry
from layerlab.core.translation import _, translated

Index = QModelIndex | QPersistentModelIndex
RUN = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
PICTURES = 400  # thumbnails that are kept, many screens full


class RunRows(QAbstractListModel):
    """Runs, one a line; a thumbnail is asked for when its line is painted.

    Signals:
        pictures_wanted(): there are lines whose thumbnails are not known; see `take_wanted`.
    """

    pictures_wanted = Signal()

    def __init__(self) -> None:
        """Show nothing."""
        super().__init__()
        self._found: list[RunEntry] = []  # as they were found, the newest first
        self._runs: list[RunEntry] = []
        self._lines: dict[int, int] = {}  # run -> line
        self._places: dict[int, tuple[int, int]] = {}  # run -> its place in its group, of
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._wanted: list[int] = []
        self.is_grouped = False

    @property
    def runs(self) -> Sequence[RunEntry]:
        """The runs in the order of the lines."""
        return self._runs

    def run(self, number: int) -> RunEntry | None:
        """Return a run that is shown, by its number."""
        line = self._lines.get(number)
        return None if line is None else self._runs[line]

    def line_of(self, number: int) -> int:
        """Return the line of a run; -1 if it is not shown."""
        return self._lines.get(number, -1)

    def place_of(self, run: RunEntry) -> tuple[int, int]:
        """Return the place of a run among those of its setup, from 1, and how many they are."""
        return self._places[run.id]

    def show(self, runs: Iterable[RunEntry]) -> None:
        """Show runs, the newest first."""
        self.beginResetModel()
        self._found = list(runs)
        self._order()
        self.endResetModel()

    def group(self, on: bool) -> None:
        """Put runs of one setup together, or all by their age."""
        self.beginResetModel()
        self.is_grouped = on
        self._order()
        self.endResetModel()

    def _order(self) -> None:
        counts = Counter(run.setup for run in self._found)
        groups: dict[str, list[RunEntry]] = {}
        for run in self._found:
            groups.setdefault(run.setup, []).append(run)
        self._runs = (
            [run for group in groups.values() for run in group]
            if self.is_grouped
            else self._found
        )
        self._lines = {run.id: line for line, run in enumerate(self._runs)}
        self._places = {
            run.id: (place, counts[run.setup])
            for group in groups.values()
            for place, run in enumerate(group, 1)
        }

    # ---- thumbnails
    def picture(self, number: int) -> Picture | None:
        """Return a thumbnail; None where it is not known yet, and asked for now."""
        found = self._pictures.get(number)
        if found is None and number not in self._wanted:
            self._wanted.append(number)
            self.pictures_wanted.emit()
        return found

    def take_wanted(self) -> list[int]:
        """Return the runs whose thumbnails are wanted, and want them no more."""
        wanted, self._wanted = self._wanted, []
        return wanted

    def put_pictures(self, pictures: dict[int, Picture]) -> None:
        """Take thumbnails."""
        for number_, picture in pictures.items():
            self._pictures.pop(number_, None)
            self._pictures[number_] = picture
            line = self._lines.get(number_)
            if line is not None:
                self.dataChanged.emit(self.index(line), self.index(line))
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)

    # ---- what Qt asks
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many runs there are."""
        return 0 if parent.isValid() else len(self._runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a run, or its text."""
        run = self._runs[index.row()]
        if role == RUN:
            return run
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(run)
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.note or None
        return None


def title_of(run: RunEntry) -> str:
    """Return what a run is called: its name, or what was trained."""
    return run.name or f"{run.what} "


def loss_of(run: RunEntry) -> str:
    """Return the median loss of a run as a person reads it."""
    return _("diverged") if run.loss is None else number(run.loss)


def date_of(run: RunEntry) -> str:
    """Return when a run ended."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.ended))


def progress_of(run: RunEntry) -> str:
    """Return how far a run came: `1 500 updates`, `300 of 1 500 updates, paused`."""
    if run.updates >= run.length:
        return _("{count} updates", count=grouped(run.updates))
    return _(
        "{count} of {length} updates, {status}",
        count=grouped(run.updates),
        length=grouped(run.length),
        status=translated(run.status),
    )


def spoken(run: RunEntry) -> str:
    """Return a run as it is read aloud."""
    text = _(
        "{name}: {what}, loss {loss}, {progress}, {date}",
        name=run.name or _("run {id}", id=run.id),
        what=run.what,
        loss=loss_of(run),
        progress=progress_of(run),
        date=date_of(run),
    )
    return _("{text}, pinned", text=text) if run.is_pinned else text
