"""Pages: what the window shows beside the lab, and which of them a command is for.

While a page is shown the lab rests: its training is paused, so that the page has the whole
machine, and goes on when the lab is shown again.
"""

from __future__ import annotations

import math
import pathlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from layerlab.compose.dialogs import LastFolder, ask_where_to_save
from layerlab.compose.knobfile import read_text_file
from layerlab.core.errors import LabError
from layerlab.core.phrases import capitalized
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.core.values import is_knob_file, knobs_from_json
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Snapshot, Store
from layerlab.ui.window import LabWindow

# Gallery, views and models are imported when the first page is shown: a start needs none.
if TYPE_CHECKING:
    from layerlab.compose.claim_jobs import Ledger
    from layerlab.compose.kept_runs import KeptRuns
    from layerlab.compose.page import Page
    from layerlab.core.experiment import Experiment
    from layerlab.core.registry import Registry
    from layerlab.ui.banner import Banner
    from layerlab.ui.pages.bar import PageBar
    from layerlab.ui.pages.gallery import Gallery

LAB, GALLERY, CLAIMS, RUNS = "lab", "gallery", "claims", "runs"
ENDING = ".json"
FILTER = _("Knobs (*.json);;All files (*)")
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


class Pages(QObject):
    """The window's pages beside the lab.

    Signals:
        shown_changed(): another page is shown, or what can be undone on it is another.
        made(page): a page of the gallery was opened for the first time.
        banner_acted(action): the button of a page's banner was pressed.
        theme_pressed(): the theme's button of a page.
        lab_file_chosen(name): a file that is for the lab, which is shown now.
    """

    shown_changed = Signal()
    made = Signal(object)
    banner_acted = Signal(str)
    theme_pressed = Signal()
    lab_file_chosen = Signal(str)

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        background: Background,
        folder: LastFolder,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Show the lab.

        Args:
            window: shows them. store: takes what a page opens in the lab.
            runner: rests while a page is shown. background: does the pages' longer work.
            folder: where dialogs begin.
            show_message: shows a sentence at the foot of the window.
            parent: with which they are deleted.
        """
        super().__init__(parent)
        self._window, self._store, self._runner = window, store, runner
        self._background, self._folder, self._show_message = background, folder, show_message
        self._gallery: Gallery | None = None
        self._pages: dict[str, Page] = {}  # those that were opened; they keep their knobs
        self.page: Page | None = None  # of the gallery's, the one that is, or was, shown
        self._ledger: Ledger | None = None
        self._runs: KeptRuns | None = None
        # Makes the page of the runs, which knows parts of the window that pages do not.
        self.make_runs: Callable[[], KeptRuns] | None = None
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
            self._window.show_page(None)
            self._wake_lab()
        elif key == GALLERY:
            # Back to where one was; a second click goes to all pages.
            was_away = self._window.is_lab_shown or self._is_list_shown
            if was_away and self.page is not None:
                self.open(self.page.experiment.key)
            else:
                self.show_gallery()
        elif key == CLAIMS:
            self.show_ledger()
        elif key == RUNS:
            self.show_runs()
        else:
            self.open(key)

    @property
    def ledger(self) -> Ledger:
        """The ledger, which is made when it is first asked for."""
        if self._ledger is None:
            from layerlab.compose.claim_jobs import Ledger

            self._ledger = Ledger(self._window, self._background, self._show_message, self)
            self._ledger.page_wanted.connect(self._on_chosen)
            self._fill_bar(self._ledger.page.bar, self._ledger.page.banner)
        return self._ledger

    @property
    def _is_ledger_shown(self) -> bool:
        window, ledger = self._window, self._ledger
        return ledger is not None and window.pages.currentWidget() is ledger.page

    @property
    def runs(self) -> KeptRuns:
        """The kept runs, whose page is made when it is first asked for."""
        if self._runs is None:
            assert self.make_runs is not None  # the session's wiring
            self._runs = self.make_runs()
            self._runs.lab_wanted.connect(self._open_run)
            self._fill_bar(self._runs.page.bar, self._runs.page.banner)
        return self._runs

    @property
    def is_runs_shown(self) -> bool:
        """Whether the page of the kept runs is what one sees."""
        window, runs = self._window, self._runs
        return runs is not None and window.pages.currentWidget() is runs.page

    @property
    def _is_list_shown(self) -> bool:
        """Whether one sees a page that is neither the lab nor of the gallery."""
        return self._is_ledger_shown or self.is_runs_shown

    @property
    def _seen(self) -> Page | None:
        """The page of the gallery that one sees; None on the lab, gallery and claims."""
        is_elsewhere = self._window.is_lab_shown or self._is_list_shown
        return None if is_elsewhere else self.page

    @property
    def shown(self) -> str:
        """The key of what is shown, as `show` takes it."""
        if self._window.is_lab_shown:
            return LAB
        if self._is_ledger_shown:
            return CLAIMS
        if self.is_runs_shown:
            return RUNS
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
        self._window.show_page(page)
        self._window.rail.show_page(CLAIMS)
        self.shown_changed.emit()
        page.take_keys()

    def show_runs(self) -> None:
        """Show the kept runs."""
        runs = self.runs
        self._rest_lab()
        self._hide_pages()
        self._window.show_page(runs.page)
        self._window.rail.show_page(RUNS)
        self.shown_changed.emit()
        runs.refresh()
        runs.page.take_keys()

    def refresh_runs(self) -> None:
        """Show what is in the library of runs by now, if one sees it."""
        if self.is_runs_shown:
            self.runs.refresh()

    def show_gallery(self) -> None:
        """Show all pages."""
        if self._gallery is None:
            from layerlab.core.picture import picture_of
            from layerlab.ui.pages.gallery import Gallery
            from layerlab.ui.style import apply_theme

            pages = list(self.experiments())
            pictures = {page.key: picture_of(page.key) for page in pages}
            self._gallery = Gallery(pages, pictures, self._window.theme)
            apply_theme(self._gallery, self._window.theme)
            self._gallery.chosen.connect(self._on_chosen)
            self._fill_bar(self._gallery.bar, self._gallery.banner)
        self._rest_lab()
        self._hide_pages()
        self.page = None
        self._window.show_page(self._gallery)
        self._window.rail.show_page(GALLERY)
        self.shown_changed.emit()

    def open(self, key: str, knobs: str | None = None) -> None:
        """Open a page of the gallery.

        Args:
            key: its name, or a former one.
            knobs: a file with its knobs; the page says what is wrong with it.

        Raises:
            LabError: there is no page of that key, or a library that it needs is missing.
        """
        experiment = self.experiments()[key]
        page = self._pages.get(experiment.key) or self._make(experiment)
        self._rest_lab()
        self._hide_pages()
        self.page = page
        self._window.show_page(page.frame)
        page.set_shown(True)
        if knobs is not None:
            page.open_file(knobs)
        self._window.rail.show_page(GALLERY)
        self.shown_changed.emit()

    def _on_chosen(self, key: str) -> None:
        try:
            self.open(key)
        except LabError as error:
            self._refuse(str(error))

    def _make(self, experiment: Experiment) -> Page:
        from layerlab.compose.page import Page
        from layerlab.ui.style import apply_theme

        page = Page(experiment, self._window.theme, self._background, self)
        apply_theme(page.frame, self._window.theme)
        page.changed.connect(self.shown_changed)
        page.message_sent.connect(self._show_message)
        page.lab_wanted.connect(self._open_in_lab)
        page.frame.bar.back_pressed.connect(self.show_gallery)
        self._fill_bar(page.frame.bar, page.frame.banner)
        self._pages[experiment.key] = page
        self.made.emit(page)
        kept: dict[str, Any] = {}
        for key in (*experiment.former, experiment.key):
            kept |= self._kept.pop(key, {})
        page.restore(kept)
        return page

    def _fill_bar(self, bar: PageBar, banner: Banner) -> None:
        banner.acted.connect(self.banner_acted)
        bar.theme_pressed.connect(self.theme_pressed)
        bar.menu_button.setMenu(self._window.topbar.menu_button.menu())

    def _hide_pages(self) -> None:
        for page in self._pages.values():
            page.set_shown(False)

    # ---- the lab meanwhile
    def _rest_lab(self) -> None:
        if self._runner.is_playing:
            self._resting = self._runner.request.speed
            self._runner.pause()

    def _wake_lab(self) -> None:
        speed, self._resting = self._resting, None
        self._window.rail.show_page(LAB)
        self.shown_changed.emit()
        if speed is not None:
            self._runner.finish() if math.isinf(speed) else self._runner.play()

    def _open_in_lab(self, spec: LabSpec) -> None:
        page = self.page
        self._resting = None  # the network that played is replaced
        self.show(LAB)
        key = page.experiment.key if page is not None else ""
        if self._store.replace(spec, _("Page {key}", key=key)):
            self._show_message(_("As on the page, retrained. Undo restores the previous lab."))

    def _open_run(self, snapshot: Snapshot, label: str) -> None:
        """Show a kept run in the lab; undo leads back."""
        assert self._runs is not None
        resting, self._resting = self._resting, None  # the network that played is replaced
        try:
            self._store.open(snapshot, label)
        except LabError as error:
            self._resting = resting
            self._runs.page.banner.show_message(capitalized(str(error)), "error")
            return
        self.show(LAB)
        self._show_message(
            _("{run}, trained again: its network was not kept.", run=label)
            if snapshot.state is None
            else _("{run}, as it was. Undo restores the previous lab.", run=label)
        )

    # ---- commands and files
    def run(self, key: str, lab: Callable[[], object]) -> None:
        """Do a command for the page that is shown; `lab` is what it does in the lab."""
        if self._window.is_lab_shown or key not in _OWN:
            lab()
        elif self.is_runs_shown:
            if key == "undo":
                self.runs.undo()
                self.shown_changed.emit()
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
        if not self._window.is_lab_shown:
            page = self._seen
            undo = _("Knob") if page is not None and page.can_undo else ""
            if self.is_runs_shown and self.runs.can_undo:
                undo = _("Delete")
            redo = _("Knob") if page is not None and page.can_redo else ""
        texts = {
            "undo": _("Undo: {step}", step=undo) if undo else _("Undo"),
            "redo": _("Redo: {step}", step=redo) if redo else _("Redo"),
        }
        for key, is_there in (("undo", bool(undo)), ("redo", bool(redo))):
            self._window.commands[key].setEnabled(is_there)
            self._window.commands[key].setText(texts[key])

    def on_escaped(self) -> None:
        """Go back: from a large card to the page, from a page to the gallery."""
        if self._is_ledger_shown:
            self.ledger.page.escape()
        elif self.is_runs_shown:
            self.runs.page.escape()
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
            self._refuse(str(error))
            return
        if not is_knob_file(raw):
            if (page := self._seen) is not None and (
                name.lower().endswith(".json") and b'"task"' not in raw
            ):
                page.open_file(name)  # which says what is wrong with it
                return
            self.show(LAB)
            self.lab_file_chosen.emit(name)
            return
        try:
            self.open(knobs_from_json(raw)[0], name)
        except LabError as error:
            self._refuse(f"{name}: {error}")
        else:
            self._folder.remember(pathlib.Path(name))

    def save(self) -> None:
        """Ask where to, and save the knobs of the page that is shown."""
        if self.page is None:
            return
        start = self._folder.path() / f"{self.page.experiment.key}{ENDING}"
        kinds = {FILTER.partition(";;")[0]: ENDING}
        path = ask_where_to_save(self._window, _("Save the knobs"), start, kinds)
        if path is None:
            return
        try:
            self.page.save(path)
        except LabError as error:
            self._refuse(str(error))
        else:
            self._folder.remember(path)
            self._show_message(_("Saved as {file}", file=path.name))

    @property
    def banner(self) -> Banner:
        """The banner of what is shown."""
        if self._window.is_lab_shown:
            return self._window.banner
        if self._is_ledger_shown:
            return self.ledger.page.banner
        if self.is_runs_shown:
            return self.runs.page.banner
        if self.page is not None:
            return self.page.frame.banner
        assert self._gallery is not None
        return self._gallery.banner

    def _refuse(self, sentence: str) -> None:
        """Say in the banner that is seen why something was not done."""
        self.banner.show_message(capitalized(sentence), "error")
