"""Kept labs: what was kept aside, to be opened again from the banner or the menu."""

from __future__ import annotations

import logging
import pathlib
from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from layerlab.compose.autosave import Autosave
from layerlab.compose.file_reader import FileReader
from layerlab.compose.pages import LAB as LAB_PAGE
from layerlab.compose.pages import Pages
from layerlab.compose.reopening import Reopened, keep_unread, read_pair, read_window
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.runtime import settings
from layerlab.runtime.aside import kept_folder
from layerlab.runtime.labfile import SUFFIX, OtherInputsError
from layerlab.runtime.store import Snapshot, Store

_log = logging.getLogger("layerlab")
AGAIN, OTHER = "again", "other"  # the banner's actions
LISTED = 12
LAB, WINDOW = SUFFIX, ".window.json"


class KeptLabs:
    """The window's dealings with labs that were kept aside."""

    def __init__(
        self,
        store: Store,
        pages: Pages,
        file_reader: FileReader,
        autosave: Autosave,
        open_again: Callable[[OtherInputsError], None],
    ) -> None:
        """Prepare.

        Args:
            store: opens them. pages: have the banner, and go to the lab.
            file_reader: reads them. autosave: takes the lab of the last window.
            open_again: shows how a table is read now that a network does not fit.
        """
        self._open_again = open_again
        self._store, self._pages = store, pages
        self._file_reader, self._autosave = file_reader, autosave
        self._offered: pathlib.Path | None = None  # by the banner

    def offer(self, reopened: Reopened) -> None:
        """Say what happened to labs at the start, and offer the way back."""
        if not reopened.notices:
            return
        action, label = "", ""
        if reopened.again is not None:
            self._offered, action, label = reopened.again, AGAIN, _("Try again")
        elif reopened.other is not None:
            self._offered, action, label = reopened.other, OTHER, _("Open it")
        text = " ".join(reopened.notices)
        kind = "notice" if action == OTHER and len(reopened.notices) == 1 else "error"
        self._pages.banner.show_message(text, kind, action, label)

    def on_banner(self, action: str) -> None:
        """Open what the banner offered, where its button asks for it."""
        if action in (AGAIN, OTHER) and self._offered is not None:
            self.open(self._offered)

    def open(self, path: pathlib.Path) -> None:
        """Open a kept lab; undo leads back. Where it cannot be opened, say why.

        Args:
            path: one of its two files.
        """
        _log.info("opening %s", path)
        lab, window = _pair(path)
        troubles: list[str] = []

        def take(snapshot: Snapshot) -> None:
            self._pages.show(LAB_PAGE)
            self._store.open(snapshot)
            if troubles:
                self._pages.banner.show_message(
                    _("Some of it did not reopen: {why}.", why=troubles[0]), "error"
                )

        def refuse(error: LabError) -> None:
            self._offered = path
            self._pages.banner.show_message(
                _("{error}. It stays in {folder}.", error=error, folder=path.parent),
                "error",
                AGAIN,
                _("Try again"),
            )
            if isinstance(error, OtherInputsError):
                self._pages.show(LAB_PAGE)
                self._open_again(error)

        self._file_reader.begin(
            str(lab), lambda: read_pair(lab, window, troubles), take, refuse
        )

    def read_late(self, reopened: Reopened, then: Callable[[], None]) -> None:
        """Read the last lab while the window is there already; until then it stays what it is.

        Args:
            reopened: how the window began; its `late` is not None.
            then: is called once the lab is shown, which hides what the banner said before.
        """
        slot = reopened.late
        assert slot is not None
        troubles: list[str] = []

        def refuse(error: LabError) -> None:
            keep_unread(reopened, slot, [str(error)])
            self.offer(reopened)
            if isinstance(error, OtherInputsError):
                self._open_again(error)

        def take(snapshot: Snapshot) -> None:
            if not troubles:
                self._autosave.take_late(reopened, snapshot)
                then()
                return
            reopened.snapshot = snapshot
            keep_unread(reopened, slot, troubles)
            self._store.open(snapshot)  # another lab than the slot's files hold: it is written
            then()
            self.offer(reopened)

        lab, window = slot.lab, slot.window
        self._file_reader.begin(
            str(lab), lambda: read_pair(lab, window, troubles), take, refuse
        )

    def fill(self, menu: QMenu) -> None:
        """List the newest of what is kept."""
        menu.clear()
        labs = list_kept()[:LISTED]
        for path in labs:
            action = menu.addAction(describe(path))
            action.triggered.connect(lambda _=False, path=path: self.open(path))
        if not labs:
            menu.addAction(_("None")).setEnabled(False)
        menu.addSeparator()
        folder = kept_folder(settings.data_folder())
        menu.addAction(f"In {folder}").setEnabled(False)


def _pair(path: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Return lab and window file of which `path` is one."""
    stem = path.name.removesuffix(WINDOW).removesuffix(LAB)
    return path.with_name(stem + LAB), path.with_name(stem + WINDOW)


def list_kept() -> list[pathlib.Path]:
    """Return one file of each lab that is kept aside, the newest first."""
    folder = kept_folder(settings.data_folder())
    labs: dict[str, pathlib.Path] = {}
    for ending in (WINDOW, LAB):
        for path in folder.glob(f"*{ending}"):
            labs[path.name.removesuffix(ending)] = path
    return [labs[name] for name in sorted(labs, reverse=True)]


def describe(path: pathlib.Path) -> str:
    """Return when a kept lab was changed last and, where that is quickly found, what it is."""
    lab, window = _pair(path)
    date = lab.name.removesuffix(LAB)[:19]
    try:
        kept = read_window(window)
        if kept is None:
            return date
        spec = kept.lab_spec()
    except LabError:
        return date
    widths = ", ".join(str(width) for width in spec.net.hidden[:6]) or "linear"
    return f"{date}  ·  {spec.task.name}  ·  {widths}"
