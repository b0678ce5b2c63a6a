"""Warnings of the lab's own reach the window, from whatever thread they come."""

from __future__ import annotations

import warnings
from typing import Any

from PySide6.QtCore import QObject, Signal

from layerlab.core.errors import LabWarning
from layerlab.core.phrases import capitalized


class WarningForwarder(QObject):
    """Listens to Python's warnings until `end`; they are printed as ever.

    Signals:
        warned(sentence): a `LabWarning`. Those of libraries are not for the person.
    """

    warned = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._former = warnings.showwarning
        warnings.showwarning = self._on_warning

    def _on_warning(
        self, message: Warning | str, category: type[Warning], *rest: Any, **more: Any
    ) -> None:
        self._former(message, category, *rest, **more)
        # From whatever thread; this object lives in the
        # window's, so that Qt queues the slots there.
        if issubclass(category, LabWarning):
            self.warned.emit(capitalized(f"{message}."))

    def end(self) -> None:
        """Listen no more."""
        warnings.showwarning = self._former
