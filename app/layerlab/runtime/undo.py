"""Undo: the steps that lead back, and forward again, of whatever is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class UndoStack(Generic[T]):
    """What was there before each edit, and after those that were undone.

    Attributes:
        past: what undo leads back to, the newest last. future: likewise for redo.
    """

    def __init__(self, most: int) -> None:
        """Begin with nothing; `most` steps are kept."""
        self._most = most
        self.past: list[T] = []
        self.future: list[T] = []

    def push(self, step: T) -> None:
        """Take what was there before an edit; what was undone is forgotten."""
        self.past.append(step)
        del self.past[: -self._most]
        self.future.clear()

    def undo(self, now: Callable[[T], T]) -> T | None:
        """Go back one step.

        Args:
            now: (what is gone back to) -> what is there now, which redo leads to.

        Returns:
            What was there before; None if there is nothing to undo.
        """
        return _move(self.past, self.future, now)

    def redo(self, now: Callable[[T], T]) -> T | None:
        """Go forward one step; see `undo`."""
        return _move(self.future, self.past, now)


def _move(source: list[T], goal: list[T], now: Callable[[T], T]) -> T | None:
    if not source:
        return None
    step = source.pop()
    goal.append(now(step))
    return step
