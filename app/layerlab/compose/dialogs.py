"""Dialogs for files, which ask before anything is replaced."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from layerlab.compose.options_store import OptionsStore
from layerlab.core.translation import _


class LastFolder:
    """Where dialogs begin: where the last one ended, or at the documents."""

    def __init__(self, options_store: OptionsStore) -> None:
        self._options_store = options_store

    def path(self) -> pathlib.Path:
        """Return the folder."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        own = self._options_store.options.folder
        return pathlib.Path(own or QStandardPaths.writableLocation(documents))

    def remember(self, path: pathlib.Path) -> None:
        """Begin where this file is the next time."""
        self._options_store.change(folder=os.path.dirname(os.path.abspath(path)))


def ask_where_to_save(
    parent: QWidget, title: str, start: pathlib.Path, kinds: Mapping[str, str]
) -> pathlib.Path | None:
    """Ask for a file to save in, under a name with its ending.

    The dialog asks before a file is replaced, but of the name as it was typed. Where the
    ending makes it the name of another file, that one is asked about here.

    Args:
        parent: the window. title: of the dialog.
        start: the file that is suggested.
        kinds: what the dialog lists, such as `Labs (*.layerlab)`, each with what a name of
            it has to end in, such as `.layerlab`; an ending of another kind that is typed
            counts more than the kind that is chosen.

    Returns:
        The file, or None if nothing should be saved.
    """
    while True:
        listed = ";;".join(kinds)
        name, kind = QFileDialog.getSaveFileName(parent, title, str(start), listed)
        if not name:
            return None
        path = pathlib.Path(name)
        if not path.name.lower().endswith(tuple(kinds.values())):
            path = with_ending(path, kinds.get(kind, next(iter(kinds.values()))))
        if str(path) == str(pathlib.Path(name)) or not os.path.lexists(path):
            return path
        if _may_replace(parent, title, path):
            return path
        start = path


def with_ending(path: pathlib.Path, ending: str) -> pathlib.Path:
    """Return the path with the ending: `v1.2` becomes `v1.2.layerlab`, not `v1.layerlab`."""
    return path if path.name.lower().endswith(ending) else path.with_name(path.name + ending)


def _may_replace(parent: QWidget, title: str, path: pathlib.Path) -> bool:
    buttons = QMessageBox.StandardButton
    asked = QMessageBox.question(
        parent,
        title,
        _("{file} already exists. Do you want to replace it?", file=path.name),
        buttons.Yes | buttons.No,
        buttons.No,
    )
    return asked == buttons.Yes
