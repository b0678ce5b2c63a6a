"""Widgets that draw with the tokens of a theme: they keep it, and hand it to all in them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from layerlab.ui.theme import DARK, Theme

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class Themed:
    """Mixin for a widget that draws with tokens, before Qt's class.

    Attributes:
        theme: colours, fonts and sizes.
    """

    theme: Theme = DARK
    _worn: Theme | None = None  # the theme that was given last

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme`, with all widgets in it, and repaint."""
        assert isinstance(self, QWidget)
        self.theme = theme
        theme_below(self, theme)
        self._restyle(theme)
        self._worn = theme
        self.update()

    def _restyle(self, theme: Theme) -> None:
        """Set fonts, sizes and distances; the widgets in it have theirs."""


def theme_below(root: QWidget, theme: Theme, without: Collection[QWidget] = ()) -> None:
    """Give the theme to the themed widgets in `root` that have another one.

    Args:
        root: is not given it itself. theme: colours, fonts and sizes.
        without: widgets that are left as they are, with all that is in them.
    """
    for child in root.findChildren(QWidget, options=_DIRECT):  # no layouts, as in `children`
        if child in without:
            continue
        if isinstance(child, Themed) and child._worn is not theme:
            child.set_theme(theme)
        else:  # what is in it may have come since
            theme_below(child, theme, without)
