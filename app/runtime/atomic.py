"""Files that are written whole or not at all: the writer of `core.disk`."""

from __future__ import annotations

from app.core.disk import write_file as write_atomically

__all__ = ["write_atomically"]
