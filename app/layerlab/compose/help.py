"""Help: the keys, the logs, and what the lab is made of."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from layerlab import __version__
from layerlab.core.errors import LabError
from layerlab.core.glossary import glossary
from layerlab.core.licences import licence_of
from layerlab.core.resources import resource
from layerlab.core.translation import _
from layerlab.runtime.logbook import log_folder
from layerlab.ui.banner import Banner
from layerlab.ui.window import LabWindow

if TYPE_CHECKING:
    from layerlab.ui.guide import Guide

# What the lab stands on; each brings more. A bundle lists all that is in it instead.
LIBRARIES = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "numba",
    "scipy",
    "scikit-learn",
    "networkx",
    "torch",
    "msgspec",
    "platformdirs",
    "ziamath",
    "python-calamine",
    "safetensors",
)


class Help:
    """What the window has for whoever wants to know more."""

    def __init__(self, window: LabWindow, banner: Callable[[], Banner]) -> None:
        """Prepare.

        Args:
            window: has the keys. banner: gives that of what is shown.
        """
        self._window, self._banner = window, banner

    def show_keys(self) -> None:
        """Show all keys, and beside them the glossary."""
        self._show_guide()

    def show_glossary(self) -> None:
        """Show the glossary, and beside it all keys."""
        self._show_guide().show_glossary()

    def _show_guide(self) -> Guide:
        from layerlab.ui.guide import Guide

        window = self._window
        guide = Guide(window.commands.keys(), glossary(), window.theme, window)
        guide.open()
        return guide

    def show_logs(self) -> None:
        """Open the folder of logs and reports in the system's own window, or name it."""
        folder, banner = log_folder(), self._banner()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            banner.show_message(
                _(
                    "{folder} cannot be made: {why}",
                    folder=folder,
                    why=error.strerror or error,
                ),
                "error",
            )
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            banner.show_message(_("The logs are in {folder}", folder=folder))

    def show_about(self) -> None:
        """Show version and licences."""
        from layerlab.ui.about import About

        About(__version__, licences(), self._window.theme, self._window).open()


def licences() -> str:
    """Return what the lab is made of and under which licences.

    In a bundle it is the list that was made when it was built, with all texts; elsewhere
    what the installed libraries say of themselves.
    """
    try:
        return resource("licences.txt").read_text(encoding="utf-8")
    except LabError:
        lines = [_("Layerlab {version}: MIT", version=__version__)]
    for name in LIBRARIES:
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        lines.append(
            f"{found.metadata['Name']} {found.version}: {licence_of(found) or _('not said')}"
        )
    return "\n".join([*lines, _("Inter (the typeface): SIL Open Font License 1.1")])
