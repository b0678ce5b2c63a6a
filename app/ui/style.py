"""The style sheet of the whole window, made of the theme's tokens."""

from __future__ import annotations

import string

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from app.core.resources import resource
from app.ui.theme import Theme

_SHEET = string.Template("""
QMainWindow, QDialog, QMessageBox { background: $background; }
QWidget { color: $text; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $faint;
    padding: ${p4}px ${p6}px;
}
QLabel { background: transparent; }
QFrame[role="card"] {
    background: $panel; border: 1px solid $line; border-radius: ${p12}px;
}
QPushButton, QToolButton {
    background: $raised; color: $text; border: 1px solid $line;
    border-radius: ${p8}px; padding: ${p5}px ${p12}px; min-height: ${p20}px;
}
QFileDialog QToolButton { padding: ${p3}px; min-height: 0; border-radius: ${p6}px; }
QPushButton:hover, QToolButton:hover { border-color: $faint; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:checked, QToolButton:checked { border-color: $accent; color: $accent; }
QPushButton:focus, QToolButton:focus { border: ${p2}px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton:default, QPushButton[role="accent"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton:default:focus, QPushButton[role="accent"]:focus { border: ${p2}px solid $text; }
*[painted="true"] { min-height: 0; padding: 0; margin: 0; border: none; background: none; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QMenu {
    background: $panel; color: $text; border: 1px solid $line; padding: ${p5}px;
}
QMenu::item {
    padding: ${p5}px ${p24}px ${p5}px ${p12}px; border-radius: ${p6}px;
    background: transparent;
}
QMenu::item:selected { background: $line; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: ${p5}px ${p8}px; }
QMenu::icon { padding-left: ${p8}px; }
QMenu::right-arrow {
    image: url("$arrow_right"); width: ${p10}px; height: ${p10}px; right: ${p8}px;
}
QMenu::indicator { width: ${p12}px; height: ${p12}px; left: ${p6}px; }
QMenu::indicator:checked { image: url("$check_menu"); }
QMenu::item:checked { color: $accent; }
QMenuBar { background: $panel; border-bottom: 1px solid $line; }
QMenuBar::item { padding: ${p4}px ${p8}px; background: transparent; }
QMenuBar::item:selected { background: $line; border-radius: ${p4}px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit, QComboBox {
    background: $raised; color: $text; border: 1px solid $line;
    border-radius: ${p6}px; padding: ${p2}px ${p7}px; min-height: ${p18}px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $faint;
}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover {
    border-color: $faint;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus,
QTextEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: ${p20}px; }
QComboBox::down-arrow { image: url("$arrow_down"); width: ${p10}px; height: ${p10}px; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $faint; padding: ${p4}px;
    outline: none; selection-background-color: $line; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: ${p22}px; padding: 0 ${p6}px; }
QSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: ${p16}px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url("$arrow_up"); width: ${p9}px; height: ${p9}px;
}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url("$arrow_down"); width: ${p9}px; height: ${p9}px;
}
QCheckBox, QRadioButton { spacing: ${p8}px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
    width: ${p14}px; height: ${p14}px; background: $raised; border: 1px solid $faint;
}
QCheckBox::indicator { border-radius: ${p4}px; }
QRadioButton::indicator { border-radius: ${p7}px; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$check_on");
}
QRadioButton::indicator:checked {
    width: ${p8}px; height: ${p8}px; background: $on_accent; border: ${p4}px solid $accent;
    border-radius: ${p8}px;
}
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QScrollBar:vertical { background: transparent; width: ${p10}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${p10}px; margin: 0; }
QScrollBar::handle {
    background: $line; border-radius: ${p3}px; margin: ${p2}px;
}
QScrollBar::handle:vertical { min-height: ${p28}px; }
QScrollBar::handle:horizontal { min-width: ${p28}px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QSplitter::handle { background: transparent; }
QProgressBar {
    background: $line; border: none; border-radius: ${p3}px; max-height: ${p6}px;
    color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: ${p3}px; }
QTabWidget::pane { border: 1px solid $line; border-radius: ${p8}px; }
QTabBar::tab {
    background: transparent; color: $muted; padding: ${p5}px ${p12}px;
    border-bottom: ${p2}px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QTableView, QListView, QTreeView {
    background: $panel; alternate-background-color: $raised; color: $text;
    border: 1px solid $line; gridline-color: $grid; outline: none;
    selection-background-color: $line; selection-color: $text;
}
QHeaderView { background: $raised; border: none; }
QHeaderView::section {
    background: $raised; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: ${p4}px ${p8}px;
}
QTableCornerButton::section { background: $raised; border: none; }
""")
_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 28)
_IMAGES = ("arrow-down", "arrow-up", "arrow-right", "check-menu")  # clear in both themes


def style_sheet(theme: Theme) -> str:
    """Return the QSS of the whole application.

    Fonts are not in it: a style sheet's font would win over `setFont`, and only that knows
    tabular figures. A card is a QFrame with the property `role` = `card`, the one button
    of a view that matters a QPushButton with `role` = `accent`. A button that paints
    itself has the property `painted`, so that no padding is forced on it.

    Args:
        theme: colours, and the zoom of all lengths.
    """
    tokens = {name: getattr(theme, name) for name in (
        "background", "panel", "raised", "line", "grid", "text", "faint", "muted", "accent",
        "on_accent",
    )}  # fmt: skip
    lengths = {f"p{length}": str(theme.px(length)) for length in _LENGTHS}
    images = {
        name.replace("-", "_"): resource(f"icons/{name}.svg").as_posix() for name in _IMAGES
    }
    images["check_on"] = resource(f"icons/check-{theme.name}.svg").as_posix()
    return _SHEET.substitute(tokens | lengths | images)


def palette(theme: Theme) -> QPalette:
    """Return the palette for what a style sheet does not reach."""
    colors = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, "background"), (roles.WindowText, "text"), (roles.Base, "raised"),
        (roles.AlternateBase, "panel"), (roles.Text, "text"), (roles.Button, "raised"),
        (roles.ButtonText, "text"), (roles.BrightText, "negative"), (roles.Link, "accent"),
        (roles.Highlight, "accent"), (roles.HighlightedText, "on_accent"),
        (roles.ToolTipBase, "raised"), (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "faint"), (roles.Mid, "line"), (roles.Dark, "line"),
        (roles.Light, "raised"), (roles.Midlight, "line"), (roles.Shadow, "background"),
    ):  # fmt: skip
        colors.setColor(role, theme.color(token))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        colors.setColor(QPalette.ColorGroup.Disabled, role, theme.color("faint"))
    return colors


def apply_style(app: QApplication, theme: Theme) -> None:
    """Give the whole application the theme: base style, font, palette and style sheet.

    Themed widgets paint themselves; they are told by `theme.apply_theme`.
    """
    # Under a style sheet the style has another name; setting it again would cost 0.1 s.
    if not app.styleSheet() and app.style().objectName() != "fusion":
        app.setStyle("fusion")  # the same on every platform
    app.setFont(theme.font())
    QToolTip.setFont(theme.font(11.5))
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
