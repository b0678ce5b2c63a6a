"""Pasting: what was copied elsewhere, a range of a spreadsheet or a file, opens as a table."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.phrases import capitalized
from layerlab.core.translation import _, ngettext
from layerlab.runtime import pasted
from layerlab.ui.banner import Banner

_log = logging.getLogger("layerlab")


class Pasting:
    """Takes tables from the clipboard."""

    def __init__(self, open_path: Callable[[str], None], banner: Callable[[], Banner]) -> None:
        """Prepare.

        Args:
            open_path: opens a file as if it had been dropped on the window.
            banner: returns the one that is seen, which says why there is no table.
        """
        self._open_path, self._banner = open_path, banner

    def paste(self) -> None:
        """Open what is on the clipboard; the lab stays as it is where that is no table."""
        try:
            name = _file_on(QGuiApplication.clipboard().mimeData())
        except LabError as error:
            _log.info("nothing was pasted: %s", error)
            self._banner().show_message(capitalized(str(error)), "error")
        else:
            self._open_path(name)


def _file_on(data: QMimeData | None) -> str:
    """Return the file that is on the clipboard, or one with the table that is.

    Raises:
        LabError: one sentence: there is neither.
    """
    if data is not None and data.hasUrls():
        urls = data.urls()
        if all(url.isLocalFile() for url in urls):
            if len(urls) > 1:
                raise LabError(
                    ngettext(
                        "{count} file is on the clipboard; copy a single one",
                        "{count} files are on the clipboard; copy a single one",
                        len(urls),
                    )
                )
            return urls[0].toLocalFile()
    if data is None or not data.text().strip("\0 "):
        raise LabError(
            _("the clipboard has no text; copy the cells of a table, with their names")
        )
    return str(pasted.keep(_table_of(data.text())))


def _table_of(text: str) -> bytes:
    """Return a copied table as the content of a file; raises LabError where it is none."""
    from layerlab.nets.tables.layout import layout_of
    from layerlab.nets.tables.source import open_source

    content = text.rstrip("\0").encode("utf-8", "replace")
    if len(content) > pasted.MAX_BYTES:
        raise LabError(
            _(
                "the clipboard has a text of {size} MB; up to {most} MB can be pasted: save "
                "the table as a file and open it",
                size=grouped(len(content) / 1e6),
                most=grouped(pasted.MAX_BYTES / 1e6),
            )
        )
    try:
        layout_of(open_source(_("the text on the clipboard"), content))
    except LabError as error:
        raise LabError(
            _("{error}; copy the cells of a table, with their names", error=error)
        ) from None
    return content
