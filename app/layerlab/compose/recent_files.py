"""Recent files: the labs and tables that were opened or saved last, in the menu."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from layerlab.compose.options_store import OptionsStore
from layerlab.core.options import MAX_RECENT
from layerlab.core.translation import _


class RecentFiles:
    """Remembers files between starts; none of them is looked for before it is chosen."""

    def __init__(self, options_store: OptionsStore, open_path: Callable[[str], None]) -> None:
        """Prepare.

        Args:
            options_store: keeps them. open_path: opens one, and says why where it cannot.
        """
        self._options_store, self._open_path = options_store, open_path

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, the newest first."""
        return self._options_store.options.recent

    def remember(self, path: str | pathlib.Path) -> None:
        """Put a file in front."""
        name = os.path.abspath(path)
        if self.paths[:1] != (name,):
            others = tuple(other for other in self.paths if other != name)
            self._options_store.change(recent=(name, *others)[:MAX_RECENT])

    def fill(self, menu: QMenu) -> None:
        """List them, with a way to forget them."""
        menu.clear()
        menu.setToolTipsVisible(True)
        for number, path in enumerate(self.paths, 1):
            file = pathlib.Path(path)
            name = f"{file.name}  ·  {file.parent.name}".replace("&", "&&")
            action = menu.addAction(f"&{number}  {name}" if number < 10 else name)
            action.setToolTip(path)
            action.triggered.connect(lambda on=False, path=path: self._open_path(path))
        if not self.paths:
            menu.addAction(_("None")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(_("Forget them")).triggered.connect(self._forget)

    def _forget(self) -> None:
        self._options_store.change(recent=())
