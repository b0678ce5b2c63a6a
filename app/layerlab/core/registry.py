"""Registries: the one place where a name of a saved file meets its code.

An entry carries what a window draws of it (label, help, a small preview), so that
controls need not import the room that computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from layerlab.core.errors import unknown_name


@dataclass(frozen=True, eq=False)
class Entry:
    """One named thing that can be chosen.

    Attributes:
        key: the name in files, in lower case with hyphens.
        label: the name on screen.
        help: one sentence that says what choosing it does to the network.
        source: where its definition comes from.
        group: heading under which a long list shows it.
        former: keys that it had; files and commands of older versions have them.
        own_knobs: paths of knobs that act only where it, or another one with them, is chosen.
    """

    key: str
    label: str
    help: str
    source: str = field(default="", kw_only=True)
    group: str = field(default="", kw_only=True)
    former: tuple[str, ...] = field(default=(), kw_only=True)
    own_knobs: tuple[str, ...] = field(default=(), kw_only=True)

    def preview(self) -> np.ndarray | None:
        """Return a small array that a chooser draws, or None.

        A curve is `(2, n)`: x and y; a cloud of points `(3, n)`: x, y and class or
        value; an array of more than three rows is a grey image, row by row from the top,
        0 (as the background) to 1.
        """
        return None


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """Entries by name, in the order in which they are shown."""

    def __init__(self, what: str) -> None:
        """Make an empty registry; `what` names its entries in messages."""
        self.what = what
        self._entries: dict[str, E] = {}
        self._former: dict[str, E] = {}

    def add(self, entry: E) -> E:
        """Add an entry; a name can be taken once, a former one too."""
        for key in (entry.key, *entry.former):
            if key in self:
                raise ValueError(f"{self.what} {key!r} is registered twice")
        self._entries[entry.key] = entry
        self._former.update(dict.fromkeys(entry.former, entry))
        return entry

    def __getitem__(self, key: str) -> E:
        """Return the entry of that name, or former one; raises LabError with the names."""
        entry = self._entries.get(key) or self._former.get(key)
        if entry is None:
            raise unknown_name(self.what, key, self._entries)
        return entry

    def __contains__(self, key: object) -> bool:
        return key in self._entries or key in self._former

    def __iter__(self) -> Iterator[E]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> list[str]:
        """Return all names, in the order in which they are shown."""
        return list(self._entries)
