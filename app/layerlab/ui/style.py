"""The look of what does not paint itself: palette, base style, and who has a style sheet.

The application has no style sheet: Qt would apply it to every widget whenever it changes,
which took two thirds of a change of theme. The lab's own widgets paint themselves or take
their colours from the palette. A plain widget of Qt has a sheet of its own kind alone, and
every other window than the lab's one for all that may be in it. They are given when Qt first
polishes a widget, so that those that Qt makes itself (tips, menus of fields, file dialogs)
have them too.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QMenu,
    QProxyStyle,
    QScrollBar,
    QToolTip,
    QWidget,
)

from layerlab.ui.sheets import KINDS, style_sheet
from layerlab.ui.theme import Theme
from layerlab.ui.themed import theme_below

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_DRESSED = "dressed"  # property of a widget that was given a sheet: of which kind
_OWN = "ownSheet"  # property of such a window: its own sheet
_WINDOW = "window"
_COMBO_LIST = "QComboBoxPrivateContainer"  # Qt's; it has the sheet of its box
_kinds: dict[type, str] = {}


def palette(theme: Theme) -> QPalette:
    """Return the palette of all widgets."""
    colors = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, "background"),
        (roles.WindowText, "text"),
        (roles.Base, "raised"),
        (roles.AlternateBase, "panel"),
        (roles.Text, "text"),
        (roles.Button, "raised"),
        (roles.ButtonText, "text"),
        (roles.BrightText, "negative"),
        (roles.Link, "accent"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.ToolTipBase, "raised"),
        (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "faint"),
        (roles.Mid, "line"),
        (roles.Dark, "line"),
        (roles.Light, "raised"),
        (roles.Midlight, "line"),
        (roles.Shadow, "background"),
    ):
        colors.setColor(role, theme.color(token))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        colors.setColor(QPalette.ColorGroup.Disabled, role, theme.color("faint"))
    return colors


def _kind(widget: QWidget) -> str:
    """Return the kind of sheet that a plain widget of Qt needs; empty if it needs none."""
    cls = type(widget)
    if cls not in _kinds:
        found = ""
        for base in cls.__mro__:
            if not base.__module__.startswith("PySide6"):
                if "paintEvent" in vars(base):
                    break  # it paints itself
            elif base.__name__ in KINDS:
                found = base.__name__
                break
        _kinds[cls] = found
    return _kinds[cls]


def _has_sheet_above(widget: QWidget) -> bool:
    """Return whether a widget without a sheet is below one that has one."""
    # Its style is Qt's own for sheets then; to ask all that it is in takes far longer.
    return bool(widget.style().inherits("QStyleSheetStyle"))


class LabStyle(QProxyStyle):
    """Fusion, the same on every platform; gives sheets to the widgets that need one."""

    def __init__(self) -> None:
        """Make it; nothing is dressed before there is a theme."""
        super().__init__("fusion")
        self.theme: Theme | None = None
        self.later = _Later(self)

    def polish(self, subject: Any) -> Any:
        """Give a widget its sheet when it is shown for the first time.

        Args:
            subject: a widget; the application and its palette are Qt's.
        """
        found = super().polish(subject)
        if self.theme is not None and isinstance(subject, QWidget):
            self._dress(subject, self.theme)
        return found

    def _dress(self, widget: QWidget, theme: Theme) -> None:
        name = widget.metaObject().className()
        if name == "QTipLabel":
            # Qt clears the sheet of its one tip for every text.
            if widget.styleSheet() != style_sheet(theme):
                widget.setStyleSheet(style_sheet(theme))
        elif widget.property(_DRESSED) or name == _COMBO_LIST:
            return
        elif widget.isWindow() and widget.windowType() != Qt.WindowType.Window:
            kind = _kind(widget) or _WINDOW
            widget.setProperty(_DRESSED, kind)
            widget.setProperty(_OWN, widget.styleSheet())
            redress(widget, theme)
        elif (kind := _kind(widget)) and not (
            widget.styleSheet() or _has_sheet_above(widget) or _is_never_seen(widget)
        ):
            widget.setProperty(_DRESSED, kind)
            redress(widget, theme)


def _is_never_seen(bar: QWidget) -> bool:
    """Return whether a widget is the bar of an area that hides its bars."""
    holder = bar.parentWidget()
    area = None if holder is None else holder.parentWidget()
    if not (isinstance(bar, QScrollBar) and isinstance(area, QAbstractScrollArea)):
        return False
    upright = bar.orientation() == Qt.Orientation.Vertical
    policy = area.verticalScrollBarPolicy() if upright else area.horizontalScrollBarPolicy()
    return policy == Qt.ScrollBarPolicy.ScrollBarAlwaysOff


class _Later(QObject):
    """Gives hidden widgets the sheet of a new theme when they are shown."""

    def __init__(self, style: LabStyle) -> None:
        super().__init__(style)
        self._style = style

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for a widget to be shown."""
        theme = self._style.theme
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            watched.removeEventFilter(self)
            if theme is not None:
                redress(watched, theme)
        return False


def redress(widget: QWidget, theme: Theme) -> None:
    """Give a widget that has a sheet the one of another theme."""
    kind = widget.property(_DRESSED)
    if kind:
        own = widget.property(_OWN) or ""
        widget.setStyleSheet(style_sheet(theme, "" if kind == _WINDOW else kind) + own)


def dress(widget: QWidget, theme: Theme, more: str = "") -> None:
    """Give a plain widget the sheet of its kind and more rules.

    Args:
        widget: one that takes the themes itself.
        theme: colours and sizes. more: QSS that overrides the rules of the kind.
    """
    widget.setStyleSheet(style_sheet(theme, _kind(widget)) + more)


def set_text_color(label: QLabel, theme: Theme, token: str) -> None:
    """Let a label write in the colour of a token, such as `muted`, enabled or not."""
    colors = QPalette()
    colors.setColor(QPalette.ColorRole.WindowText, theme.color(token))
    colors.setColor(QPalette.ColorRole.Text, theme.color(token))
    label.setPalette(colors)


def _style(app: QApplication) -> LabStyle:
    style = app.style()
    if not isinstance(style, LabStyle):
        style = LabStyle()
        app.setStyle(style)
    return style


def apply_style(app: QApplication, theme: Theme) -> None:
    """Give the whole application the theme: base style, font and palette.

    What has a sheet or paints itself takes the theme from `apply_theme`.
    """
    _style(app).theme = theme
    app.setFont(theme.font())
    QToolTip.setFont(theme.font(11.5))
    app.setPalette(palette(theme))


def _below(root: QWidget, without: Collection[QWidget]) -> list[QWidget]:
    """Return the widgets below `root`, outermost first, without some and all in them."""
    if not without:
        return root.findChildren(QWidget)  # not `children`: layouts would get objects, too
    found = []
    for child in root.findChildren(QWidget, options=_DIRECT):
        if child not in without:
            found += [child, *_below(child, without)]
    return found


def apply_theme(root: QWidget, theme: Theme, without: Collection[QWidget] = ()) -> None:
    """Give the theme to every plain widget below `root`, then to the themed ones.

    Args:
        root: is not given it itself. theme: colours, fonts and sizes.
        without: widgets that are left as they are, with all that is in them.
    """
    widgets = _below(root, without)
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # no widget lives without it
    later = _style(app).later
    for widget in widgets:
        if widget.property(_DRESSED):
            # A menu is measured before it is shown.
            if widget.isVisible() or isinstance(widget, QMenu):
                redress(widget, theme)
            else:
                widget.installEventFilter(later)
    theme_below(root, theme, without)
