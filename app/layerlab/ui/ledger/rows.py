"""The rows that are shown: entries of the ledger under their headings, filtered."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from layerlab.core.experiment import shown_verdict
from layerlab.core.ledger import Entry
from layerlab.core.translation import _, translated

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole  # an Entry, or the text of a heading
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Filter:
    """Which rows one wants to see.

    Attributes:
        words: all of which a row has to have, in small letters.
        kind: of the verdict; any if empty. theme: of the row; any if empty.
    """

    words: tuple[str, ...] = ()
    kind: str = ""
    theme: str = ""

    def fits(self, entry: Entry) -> bool:
        """Return whether a row is wanted."""
        return (
            self.kind in ("", entry.kind)
            and self.theme in ("", entry.theme)
            and entry.matches(self.words)
        )


class ClaimRows(QAbstractListModel):
    """Headings and entries, in the ledger's order. Only the window's thread changes them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Hold all entries, and show all of them."""
        super().__init__()
        self._entries = {entry.id: entry for entry in entries}
        self.filter = Filter()
        self._lines = self._sifted()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, shown or not."""
        return tuple(self._entries.values())

    def shown(self) -> list[Entry]:
        """Return the entries that the filter lets through."""
        return [line for line in self._lines if isinstance(line, Entry)]

    def entry(self, name: str) -> Entry:
        """Return the entry of an id."""
        return self._entries[name]

    def line_of(self, name: str) -> int:
        """Return the line on which an entry is shown; -1 if it is not."""
        for k, line in enumerate(self._lines):
            if isinstance(line, Entry) and line.id == name:
                return k
        return -1

    def put(self, entry: Entry) -> None:
        """Show another state of an entry."""
        self._entries[entry.id] = entry
        line = self.line_of(entry.id)
        if self.filter.fits(entry) != (line >= 0):
            self.set_filter(self.filter)
        elif line >= 0:
            self._lines[line] = entry
            self.dataChanged.emit(self.index(line), self.index(line))

    def set_filter(self, wanted: Filter) -> None:
        """Show the entries that a filter lets through."""
        self.beginResetModel()
        self.filter = wanted
        self._lines = self._sifted()
        self.endResetModel()

    def _sifted(self) -> list[Entry | str]:
        fitting = [entry for entry in self._entries.values() if self.filter.fits(entry)]
        lines: list[Entry | str] = []
        for heading, group in itertools.groupby(fitting, key=lambda entry: entry.group):
            lines += [heading, *group]
        return lines

    # ---- what Qt asks
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line, or its text."""
        line = self._lines[index.row()]
        if role == ENTRY:
            return line
        texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if role in texts:
            return translated(line) if isinstance(line, str) else spoken(line)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(line, Entry):
            return line.statement
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let entries be chosen, but no headings."""
        if isinstance(self._lines[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def spoken(entry: Entry) -> str:
    """Return a row as it is read aloud."""
    found = entry.verdict
    if found is None:
        state, measured = entry.lacks or translated(entry.kind), ""
    else:
        state, measured = f"{shown_verdict(found.verdict)}: {found.why}", found.measured
    fields = {"id": entry.id, "statement": entry.statement, "published": entry.published}
    if not measured:
        return _("{id}: {statement} Printed: {published}. {state}", **fields, state=state)
    return _(
        "{id}: {statement} Printed: {published}. Measured: {measured}. {state}",
        **fields,
        measured=measured,
        state=state,
    )
