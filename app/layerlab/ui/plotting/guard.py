"""Exceptions of what Qt calls while it paints."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

Painter = TypeVar("Painter", bound=Callable[..., None])


def reported(method: Painter) -> Painter:
    """Return a method whose exceptions are reported where all others are, and end there.

    PySide6 6.10 crashes where Qt asks for another override while an exception is on its way.
    """

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            method(*args, **kwargs)
        except Exception:
            sys.excepthook(*sys.exc_info())

    return guarded  # type: ignore[return-value]
