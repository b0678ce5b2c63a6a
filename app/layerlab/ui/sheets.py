"""Style sheets made of the theme's tokens: of a whole dialog, or of one plain widget."""

from __future__ import annotations

import functools
import string

from layerlab.core.resources import resource
from layerlab.ui.theme import Theme

# What is Qt's own widget, by what it is; in the order in which the rules follow each other.
_PARTS = {
    "window": """
QMainWindow, QDialog, QMessageBox { background: $background; }
""",
    "any": """
QWidget { color: $text; }
""",
    "tip": """
QToolTip {
    background: $raised; color: $text; border: 1px solid $faint;
    padding: ${p4}px ${p6}px;
}
""",
    "label": """
QLabel { background: transparent; }
QFrame[role="card"] {
    background: $panel; border: 1px solid $line; border-radius: ${p12}px;
}
""",
    "button": """
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
QPushButton:default:disabled {
    background: $raised; color: $faint; border-color: $line;
}
QPushButton:default:focus, QPushButton[role="accent"]:focus { border: ${p2}px solid $text; }
*[painted="true"] { min-height: 0; padding: 0; margin: 0; border: none; background: none; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
""",
    "menu": """
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
""",
    "field": """
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
""",
    "combo": """
QComboBox::drop-down { border: none; width: ${p20}px; }
QComboBox::down-arrow { image: url("$arrow_down"); width: ${p10}px; height: ${p10}px; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $faint; padding: ${p4}px;
    outline: none; selection-background-color: $line; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: ${p22}px; padding: 0 ${p6}px; }
""",
    "spin": """
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
""",
    "check": """
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
""",
    "scroll": """
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
""",
    "split": """
QSplitter::handle { background: transparent; }
""",
    "progress": """
QProgressBar {
    background: $line; border: none; border-radius: ${p3}px; max-height: ${p6}px;
    color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: ${p3}px; }
""",
    "tabs": """
QTabWidget::pane { border: 1px solid $line; border-radius: ${p8}px; }
QTabBar::tab {
    background: transparent; color: $muted; padding: ${p5}px ${p12}px;
    border-bottom: ${p2}px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
""",
    "table": """
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
""",
}
# The rules that a widget of Qt, and what it is made of, needs.
_NEEDED = {
    "QPushButton": ("any", "button"),
    "QToolButton": ("any", "button"),
    "QMenu": ("any", "menu"),
    "QMenuBar": ("any", "menu"),
    "QLineEdit": ("any", "menu", "field"),
    "QSpinBox": ("any", "menu", "field", "spin"),
    "QDoubleSpinBox": ("any", "menu", "field", "spin"),
    "QPlainTextEdit": ("any", "menu", "field", "scroll"),
    "QTextEdit": ("any", "menu", "field", "scroll"),
    "QComboBox": ("any", "label", "menu", "field", "combo", "scroll", "table"),
    "QCheckBox": ("any", "check"),
    "QRadioButton": ("any", "check"),
    "QScrollBar": ("any", "scroll"),
    "QProgressBar": ("any", "progress"),
    "QTabWidget": ("any", "button", "tabs"),
    "QTableView": ("any", "button", "field", "scroll", "table"),
    "QListView": ("any", "field", "scroll", "table"),
    "QTreeView": ("any", "field", "scroll", "table"),
}
KINDS = frozenset(_NEEDED)
_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 28)
_IMAGES = ("arrow-down", "arrow-up", "arrow-right", "check-menu")  # clear in both themes


@functools.lru_cache(64)
def style_sheet(theme: Theme, kind: str = "") -> str:
    """Return the QSS of a window with all that may be in it, or of one plain widget.

    Fonts are not in it: a style sheet's font would win over `setFont`, and only that knows
    tabular figures. A button that paints itself has the property `painted`, so that no
    padding is forced on it in a window that has a style sheet.

    Args:
        theme: colours, and the zoom of all lengths.
        kind: of a widget, one of `KINDS`; empty for a window.
    """
    tokens = {
        name: getattr(theme, name)
        for name in (
            "background",
            "panel",
            "raised",
            "line",
            "grid",
            "text",
            "faint",
            "muted",
            "accent",
            "on_accent",
        )
    }
    lengths = {f"p{length}": str(theme.px(length)) for length in _LENGTHS}
    images = {
        name.replace("-", "_"): resource(f"icons/{name}.svg").as_posix() for name in _IMAGES
    }
    ground = "dark" if theme.is_dark else "light"
    images["check_on"] = resource(f"icons/check-{ground}.svg").as_posix()
    needed = _NEEDED[kind] if kind else tuple(_PARTS)
    sheet = string.Template("".join(_PARTS[name] for name in _PARTS if name in needed))
    return sheet.substitute(tokens | lengths | images)
