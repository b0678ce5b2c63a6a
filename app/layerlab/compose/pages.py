"""Pages: what the window shows beside the lab, and which of them a command is for.

While a page is shown the lab rests: its training is paused, so that the page has the whole
machine, and goes on when the lab is shown again.
"""

from __future__ import annotations

import math
import pathlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from layerlab.compose.dialogs import ask_where_to_save
from layerlab.compose.knobfile import read_text_file
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec
from layerlab.core.values import is_knob_file, knobs_from_json

# Gallery, views and models are imported when the first page is shown: a start needs none.
if TYPE_CHECKING:
    from layerlab.compose.ledger import Ledger
    from layerlab.compose.page import Page
    from layerlab.compose.session import Session
    from layerlab.core.experiment import Experiment
    from layerlab.core.registry import Registry
    from layerlab.ui.banner import Banner
    from layerlab.ui.pages.bar import PageBar
    from layerlab.ui.pages.gallery import Gallery

LAB, GALLERY, CLAIMS = "lab", "gallery", "claims"
ENDING = ".json"
FILTER = "Knobs (*.json);;All files (*)"
# Commands that on another page than the lab mean that page, or nothing.
_OWN = (
    "undo",
    "redo",
    "reset",
    "save",
    "save_as",
    "new_seed",
    "finish",
    "best_seed",
    "worst_seed",
)


class Pages:
    """The session's dealings with the gallery."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._gallery: Gallery | None = None
        self._pages: dict[str, Page] = {}  # those that were opened; they keep their knobs
        self.page: Page | None = None  # of the gallery's, the one that is, or was, shown
        self._ledger: Ledger | None = None
        self._resting: float | None = None  # the lab's speed, if it played
        self._kept: dict[str, dict[str, Any]] = {}  # knobs of last time, of pages not yet open

    def experiments(self) -> Registry[Experiment]:
        """Return all pages of the gallery."""
        from layerlab.experiments import EXPERIMENTS

        return EXPERIMENTS

    # ---- which page
    def show(self, key: str) -> None:
        """Show the lab, the gallery, the claims, or a page of the gallery by its key."""
        if key == LAB:
            self._hide_pages()
            self._session.window.show_page(None)
            self._wake_lab()
        elif key == GALLERY:
            # Back to where one was; a second click goes to all pages.
            was_away = self._session.window.is_lab_shown or self._is_ledger_shown
            if was_away and self.page is not None:
                self.open(self.page.experiment.key)
            else:
                self.show_gallery()
        elif key == CLAIMS:
            self.show_ledger()
        else:
            self.open(key)

    @property
    def ledger(self) -> Ledger:
        """The ledger, which is made when it is first asked for."""
        if self._ledger is None:
            from layerlab.compose.ledger import Ledger

            self._ledger = Ledger(self._session)
            self._ledger.page_wanted.connect(self._on_chosen)
            self._fill_bar(self._ledger.page.bar, self._ledger.page.banner)
        return self._ledger

    @property
    def _is_ledger_shown(self) -> bool:
        window, ledger = self._session.window, self._ledger
        return ledger is not None and window.pages.currentWidget() is ledger.page

    @property
    def _seen(self) -> Page | None:
        """The page of the gallery that one sees; None on the lab, gallery and claims."""
        is_elsewhere = self._session.window.is_lab_shown or self._is_ledger_shown
        return None if is_elsewhere else self.page

    @property
    def shown(self) -> str:
        """The key of what is shown, as `show` takes it."""
        if self._session.window.is_lab_shown:
            return LAB
        if self._is_ledger_shown:
            return CLAIMS
        return GALLERY if self.page is None else self.page.experiment.key

    def knobs(self) -> dict[str, Mapping[str, Any]]:
        """Return the knobs of all pages that were opened, now or in a start before."""
        return {**self._kept, **{key: page.values for key, page in self._pages.items()}}

    def restore(self, knobs: Mapping[str, dict[str, Any]]) -> None:
        """Let pages begin with the knobs of last time, when they are opened."""
        self._kept = dict(knobs)

    def show_ledger(self) -> None:
        """Show all claims."""
        page = self.ledger.page
        self._rest_lab()
        self._hide_pages()
        self._session.window.show_page(page)
        self._session.window.rail.show_page(CLAIMS)
        self._session.show_state()
        page.take_keys()

    def show_gallery(self) -> None:
        """Show all pages."""
        if self._gallery is None:
            from layerlab.core.picture import picture_of
            from layerlab.ui.pages.gallery import Gallery
            from layerlab.ui.style import apply_theme

            pages = list(self.experiments())
            pictures = {page.key: picture_of(page.key) for page in pages}
            self._gallery = Gallery(pages, pictures, self._session.window.theme)
            apply_theme(self._gallery, self._session.window.theme)
            self._gallery.chosen.connect(self._on_chosen)
            self._fill_bar(self._gallery.bar, self._gallery.banner)
        self._rest_lab()
        self._hide_pages()
        self.page = None
        self._session.window.show_page(self._gallery)
        self._session.window.rail.show_page(GALLERY)
        self._session.show_state()

    def open(self, key: str, knobs: str | None = None) -> None:
        """Open a page of the gallery.

        Args:
            key: its name. knobs: a file with its knobs; the page says what is wrong with it.

        Raises:
            LabError: there is no page of that key, or a library that it needs is missing.
        """
        page = self._pages.get(key) or self._make(self.experiments()[key])
        self._rest_lab()
        self._hide_pages()
        self.page = page
        self._session.window.show_page(page.frame)
        page.set_shown(True)
        if knobs is not None:
            page.open_file(knobs)
        self._session.window.rail.show_page(GALLERY)
        self._session.show_state()

    def _on_chosen(self, key: str) -> None:
        try:
            self.open(key)
        except LabError as error:
            self._say(str(error))

    def _make(self, experiment: Experiment) -> Page:
        from layerlab.compose.page import Page
        from layerlab.ui.style import apply_theme

        session = self._session
        page = Page(experiment, session.window.theme, session.background, session)
        apply_theme(page.frame, session.window.theme)
        page.changed.connect(session.show_state)
        page.said.connect(session.toast.say)
        page.lab_wanted.connect(self._open_in_lab)
        page.frame.view.figure_wanted.connect(session.figures.ask)
        page.frame.view.dragged_out.connect(session.figures.drag_out)
        page.frame.bar.back_pressed.connect(self.show_gallery)
        self._fill_bar(page.frame.bar, page.frame.banner)
        self._pages[experiment.key] = page
        page.restore(self._kept.pop(experiment.key, {}))
        return page

    def _fill_bar(self, bar: PageBar, banner: Banner) -> None:
        banner.acted.connect(self._session.trouble.on_banner)
        bar.theme_pressed.connect(self._session.look.toggle_theme)
        bar.menu_button.setMenu(self._session.window.topbar.menu_button.menu())

    def _hide_pages(self) -> None:
        for page in self._pages.values():
            page.set_shown(False)

    # ---- the lab meanwhile
    def _rest_lab(self) -> None:
        runner = self._session.runner
        if runner.is_playing:
            self._resting = runner.request.speed
            runner.pause()

    def _wake_lab(self) -> None:
        speed, self._resting = self._resting, None
        self._session.window.rail.show_page(LAB)
        self._session.show_state()
        if speed is not None:
            runner = self._session.runner
            runner.finish() if math.isinf(speed) else runner.play()

    def _open_in_lab(self, spec: LabSpec) -> None:
        session, page = self._session, self.page
        self._resting = None  # the network that played is replaced
        self.show(LAB)
        label = page.experiment.key if page is not None else "page"
        if session.store.replace(spec, label):
            session.toast.say("As on the page, trained anew. Undo brings the old lab back.")

    # ---- commands and files
    def run(self, key: str, lab: Callable[[], object]) -> None:
        """Do a command for the page that is shown; `lab` is what it does in the lab."""
        if self._session.window.is_lab_shown or key not in _OWN:
            lab()
        elif (page := self._seen) is not None:
            own: dict[str, Callable[[], object]] = {
                "undo": page.undo,
                "redo": page.redo,
                "reset": page.reset,
                "save": self.save,
                "save_as": self.save,
            }
            own.get(key, lambda: None)()

    def show_undo(self, undo: str, redo: str) -> None:
        """Name in the menu what can be undone; `undo`, `redo`: in the lab, or empty."""
        if not self._session.window.is_lab_shown:
            page = self._seen
            undo = "a knob" if page is not None and page.can_undo else ""
            redo = "a knob" if page is not None and page.can_redo else ""
        for key, label in (("undo", undo), ("redo", redo)):
            action = self._session.window.commands[key]
            action.setEnabled(bool(label))
            action.setText(f"{key.capitalize()} {label}".strip())

    def on_escaped(self) -> None:
        """Go back: from a large card to the page, from a page to the gallery."""
        if self._is_ledger_shown:
            self.ledger.page.escape()
        elif self.page is not None and not self.page.frame.escape():
            self.show_gallery()

    def open_path(self, name: str) -> None:
        """Open a file: a page's knobs and data go to the page, anything else to the lab."""
        if (page := self._seen) is not None and page.takes_data(name):
            page.take_data(name)
            return
        try:
            raw = read_text_file(name)
        except LabError as error:
            self._say(str(error))
            return
        if not is_knob_file(raw):
            if (page := self._seen) is not None and (
                name.lower().endswith(".json") and b'"task"' not in raw
            ):
                page.open_file(name)  # which says what is wrong with it
                return
            self.show(LAB)
            self._session.files.open_path(name)
            return
        try:
            self.open(knobs_from_json(raw)[0], name)
        except LabError as error:
            self._say(f"{name}: {error}")
        else:
            self._session.files.remember_folder(pathlib.Path(name))

    def save(self) -> None:
        """Ask where to, and save the knobs of the page that is shown."""
        if self.page is None:
            return
        files = self._session.files
        start = files.folder() / f"{self.page.experiment.key}{ENDING}"
        kinds = {FILTER.partition(";;")[0]: ENDING}
        path = ask_where_to_save(self._session.window, "Save the knobs", start, kinds)
        if path is None:
            return
        try:
            self.page.save(path)
        except LabError as error:
            self._say(str(error))
        else:
            files.remember_folder(path)
            self._session.toast.say(f"Saved as {path.name}")

    @property
    def banner(self) -> Banner:
        """The banner of what is shown."""
        if self._session.window.is_lab_shown:
            return self._session.window.banner
        if self._is_ledger_shown:
            return self.ledger.page.banner
        if self.page is not None:
            return self.page.frame.banner
        assert self._gallery is not None
        return self._gallery.banner

    def _say(self, sentence: str) -> None:
        """Say in the banner that is seen why something was not done."""
        self.banner.show_message(sentence[:1].upper() + sentence[1:], "error")
