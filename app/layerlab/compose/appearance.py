"""Look: theme, zoom and full screen, as the options have them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication

from layerlab.compose.options_store import OptionsStore
from layerlab.core import spec as specs
from layerlab.core.options import Options
from layerlab.ui.theme import THEMES, Theme
from layerlab.ui.window import LabWindow


def theme_of(options: Options) -> Theme:
    """Return the theme of the options, at their zoom; `system` is what the desktop has."""
    name = options.theme
    if name == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        name = "light" if scheme == Qt.ColorScheme.Light else "dark"
    return THEMES[name].zoomed(options.zoom)


class Appearance:
    """How the window looks, and what is remembered of that."""

    def __init__(self, window: LabWindow, options_store: OptionsStore) -> None:
        self._window, self._options_store = window, options_store

    def zoom(self, by: float) -> None:
        """Make everything larger or smaller."""
        now = self._options_store.options.zoom
        self._set(zoom=min(2.0, max(1.0, round(now + by, 2))))

    def toggle_theme(self) -> None:
        """Change to the next theme: dark, light, high contrast."""
        names = list(THEMES)
        place = names.index(self._window.theme.name)
        self._set(theme=names[(place + 1) % len(names)])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or not."""
        window = self._window
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def options(self) -> Options:
        """Return the options with the size that the window has now."""
        window = self._window
        size = window.normalGeometry().size() if window.isMaximized() else window.size()
        if window.isFullScreen() or size.isEmpty():
            return self._options_store.options
        return specs.replace(self._options_store.options, size=(size.width(), size.height()))

    def geometry(self) -> str:
        """Return place and size of the window, and whether it is maximised, for `restore`."""
        return bytes(self._window.saveGeometry().toBase64().data()).decode()

    def restore(self, geometry: str) -> None:
        """Put the window where it was, as far as the screens of today have that place."""
        if geometry:
            raw = QByteArray.fromBase64(QByteArray(geometry.encode("ascii", "replace")))
            self._window.restoreGeometry(raw)

    def _set(self, **changes: object) -> None:
        self._options_store.change(**changes)
        self._window.set_theme(theme_of(self._options_store.options))
