"""Open pages: those seen last stay as they are, of the others the knobs and their undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import shiboken6

if TYPE_CHECKING:
    from app.compose.page import Memory, Page

MAX_OPEN = 6


class OpenPages:
    """The pages that were opened, by key.

    A page takes 5 to 8 MB for its widgets and pictures, 120 MB with all of them open, and every
    change of theme or zoom goes through each. All that a person has set is in its knobs.
    """

    def __init__(self, make: Callable[[str], Page], close: Callable[[Page], None]) -> None:
        """Have none yet.

        Args:
            make: key -> a new page. close: takes its frame out of the window.
        """
        self._make, self._close = make, close
        self._pages: dict[str, Page] = {}  # the one seen last is the last
        self._memories: dict[str, Memory] = {}  # of those that were closed
        self._kept: dict[str, dict[str, Any]] = {}  # knobs of last time, of pages not yet open
        self._going: list[Page] = []  # until Qt has deleted them

    def __iter__(self) -> Iterator[Page]:
        """Yield those that are open."""
        yield from self._pages.values()

    def restore(self, knobs: Mapping[str, dict[str, Any]]) -> None:
        """Let pages begin with the knobs of last time, when they are opened."""
        self._kept = dict(knobs)

    def knobs(self) -> dict[str, Mapping[str, Any]]:
        """Return the knobs of all pages that were opened, now or in a start before."""
        closed = {key: memory.values for key, memory in self._memories.items()}
        there = {key: page.values for key, page in self._pages.items()}
        return {**self._kept, **closed, **there}

    def open(self, key: str) -> Page:
        """Return the page of a key; it is made if it is not there, and one other may go."""
        page = self._pages.pop(key, None)
        if page is None:
            page = self._make(key)
            if key in self._memories:
                page.remember(self._memories.pop(key))
            else:
                page.restore(self._kept.pop(key, {}))
        self._pages[key] = page
        return page

    def close_oldest(self) -> None:
        """Close the pages that were not seen for longest, if there are too many."""
        for key in list(self._pages)[:-MAX_OPEN]:
            page = self._pages.pop(key)
            self._memories[key] = page.memory()
            self._close(page)
            self._going.append(page)
        # Python's garbage collector may run in any thread, where it must not delete what is
        # Qt's: what it finds is to have been deleted.
        self._going = [page for page in self._going if shiboken6.isValid(page)]
