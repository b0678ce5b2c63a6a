"""Figures of views and pages: which there are, asked for in the window or by name."""

from __future__ import annotations

import logging
import pathlib
import re
from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QCursor, QDrag, QImage
from PySide6.QtWidgets import QApplication, QWidget

from layerlab.compose.dialogs import LastFolder, ask_where_to_save
from layerlab.compose.pages import Pages
from layerlab.core.disk import write_file
from layerlab.core.errors import LabError
from layerlab.core.figures import ENDINGS
from layerlab.core.translation import _
from layerlab.ui.card import Card
from layerlab.ui.window import LabWindow

DRAGGED = 220  # width of the picture under the mouse, in pixels
_log = logging.getLogger("layerlab")


class Figures:
    """Figures of what the window shows."""

    def __init__(
        self,
        window: LabWindow,
        pages: Pages,
        folder: LastFolder,
        show_message: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            window, pages: have the cards. folder: where dialogs begin.
            show_message: shows a sentence at the foot of the window.
        """
        self._window, self._pages, self._folder, self._show_message = (
            window,
            pages,
            folder,
            show_message,
        )
        self._dragged: QTemporaryDir | None = None  # of what is dragged out

    def by_name(self) -> dict[str, Card]:
        """Return the cards that are shown, by the names that the command line has for them."""
        window, page = self._window, self._pages.page
        if not window.is_lab_shown:
            return {_name(card): card for card in page.frame.view.cards} if page else {}
        return {
            "diagram": window.diagram,
            "prediction": window.prediction,
            "signal": window.signal,
            "gradient": window.gradient,
            "loss": window.loss,
        }

    def card(self, name: str) -> Card:
        """Return the card of a name; raises LabError, which lists those there are."""
        known = self.by_name()
        if name not in known:
            raise LabError(
                _(
                    "there is no view {name!r}, there are {known}",
                    name=name,
                    known=", ".join(known),
                )
            )
        return known[name]

    def ask(self, card: Card, for_print: bool = False) -> None:
        """Ask where to save a figure, and save it."""
        from layerlab.ui.figures import figure  # which no start needs

        kinds = {f"{kind} (*{ending})": ending for ending, kind in ENDINGS.items()}
        start = self._folder.path() / f"{_name(card)}.svg"
        path = ask_where_to_save(
            self._window, _("Save a figure of {title}", title=card.title()), start, kinds
        )
        if path is None:
            return
        try:
            write_file(path, figure(card, path.suffix.lower(), for_print=for_print))
        except LabError as error:
            _log.warning("no figure: %s", error)
            self._pages.banner.show_message(str(error), "error")
            return
        _log.info("a figure of %s in %s", card.title(), path)
        self._show_message(_("Saved as {path}", path=path))

    def drag_out(self, card: Card) -> None:
        """Let another program have a figure: as a file, as a picture, or as an SVG."""
        drag = QDrag(self._window)
        drag.setMimeData(self.dragged(card))
        picture = card.picture().scaledToWidth(DRAGGED)
        drag.setPixmap(picture)
        drag.exec(Qt.DropAction.CopyAction)

    def dragged(self, card: Card) -> QMimeData:
        """Return a figure in the forms in which other programs take it.

        The file is there until the window goes: it may be read after it was dropped.
        """
        from layerlab.ui.figures import figure  # which no start needs

        if self._dragged is None:
            self._dragged = QTemporaryDir()
        svg, png = figure(card, ".svg"), figure(card, ".png", scale=2.0)
        path = pathlib.Path(self._dragged.path()) / f"{_name(card)}.svg"
        write_file(path, svg)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        data.setData("image/svg+xml", svg)
        data.setImageData(QImage.fromData(png))
        return data

    def ask_current(self) -> None:
        """Save the view under the mouse, or with the keyboard, or the one that is largest."""
        cards = [card for card in self.by_name().values() if card.isVisible()]
        under = QApplication.widgetAt(QCursor.pos())
        for widget in (under, QApplication.focusWidget()):
            card = _above(widget)
            if card in cards:
                self.ask(card)
                return
        if not cards:
            self._show_message(_("There is no view here to save as a figure."))
            return
        self.ask(max(cards, key=lambda card: card.width() * card.height()))


def _above(widget: QWidget | None) -> Card | None:
    while widget is not None and not isinstance(widget, Card):
        widget = widget.parentWidget()
    return widget


def _name(card: Card) -> str:
    """Return a card's title as a name: `Signal by layer` becomes `signal-by-layer`."""
    return re.sub(r"[\W_]+", "-", card.title().casefold()).strip("-") or "view"
