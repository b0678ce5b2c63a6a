"""Cancelling: what reads or computes for long asks now and then whether it is still wanted.

Whoever begins the work says how to ask; the code that is deep inside of it only calls
`check_cancelled`, and knows neither threads nor windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class CancelledError(Exception):
    """The work is no longer wanted."""


def not_cancelled() -> bool:
    """Say that nobody cancels."""
    return False


_is_cancelled: ContextVar[Callable[[], bool]] = ContextVar(
    "is_cancelled", default=not_cancelled
)


@contextmanager
def cancellable(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Let `check_cancelled` ask `is_cancelled` within this block, in this thread."""
    token = _is_cancelled.set(is_cancelled)
    try:
        yield
    finally:
        _is_cancelled.reset(token)


def check_cancelled() -> None:
    """Raise CancelledError if the work that called this is no longer wanted."""
    if _is_cancelled.get()():
        raise CancelledError
