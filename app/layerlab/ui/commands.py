"""The commands of the window: name, text and shortcut of each, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from layerlab.core.translation import _

# key, text, shortcuts; None is a line in the menu
TABLE: tuple[tuple[str, str, tuple[str, ...]] | None, ...] = (
    ("open", _("Open…"), ("Ctrl+O",)),
    ("save", _("Save…"), ("Ctrl+S",)),
    ("save_as", _("Save as…"), ("Ctrl+Shift+S",)),
    ("open_csv", _("Open a table…"), ("Ctrl+Shift+O",)),
    ("paste_table", _("Paste a table"), ("Ctrl+V",)),
    ("figure", _("Save a figure…"), ("Ctrl+E",)),
    None,
    ("undo", _("Undo"), ("Ctrl+Z",)),
    ("redo", _("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y")),
    None,
    ("reset", _("Reset to the same weights"), ()),
    ("new_seed", _("New seed"), ()),
    ("best_seed", _("Show the best seed"), ()),
    ("worst_seed", _("Show the worst seed"), ()),
    None,
    ("finish", _("Finish"), ()),
    ("finish_dragging", _("Finish while dragging"), ()),
    ("knob_curve", _("Knob curve"), ()),
    None,
    ("zoom_in", _("Larger"), ("Ctrl++", "Ctrl+=")),
    ("zoom_out", _("Smaller"), ("Ctrl+-",)),
    ("zoom_reset", _("Normal size"), ("Ctrl+0",)),
    ("theme", _("Dark, light or high contrast"), ("Ctrl+T",)),
    ("full_screen", _("Full screen"), ("F11",)),
    None,
    ("keys", _("Keys and hints…"), ("F1",)),
    ("glossary", _("Glossary…"), ("Shift+F1",)),
    ("logs", _("Show the logs"), ()),
    ("about", _("About Layerlab…"), ()),
    ("quit", _("Quit"), ("Ctrl+Q",)),
)

# Those that are on or off, with what they do.
CHOICES = {
    "finish_dragging": _(
        "Trains to completion after every edit, and at every value of a drag. "
        "Off: training runs at the pace of the speed slider, so that you see it learn."
    ),
    "knob_curve": _(
        "Trains a network for every value of the knob edited last while the lab is "
        "idle, and plots the final losses below its slider. It keeps a core busy."
    ),
}

# Keys that the window itself takes where the focused control has no use for them.
PLAIN_KEYS = {
    _("Space"): _("Play and pause"),
    "→": _("One update"),
    "R": _("Reset to the same weights"),
    "F": _("Finish"),
    "N": _("New seed"),
    "B": _("The best seed"),
    "W": _("The worst seed"),
    "A": _("Show everything in a zoomed plot"),
    "Esc": _("Back from a maximised view"),
}

# What the mouse does, and the keys of one view.
MOUSE = {
    _("Double click"): _("Maximise a view, and back; on a slider's number: type it"),
    _("Wheel"): _("Zoom a plot at the cursor; over an axis: that axis alone"),
    _("Drag"): _("Pan a plot; with the right button or with Shift: zoom it"),
    _("Hover"): _("The exact numbers of a curve, a neuron or a weight"),
    _("Click"): _("Edit a weight or a bias in the network"),
    _("Arrows"): _(
        "In the network: move between neurons; with Shift: between weights; Enter: edit"
    ),
}

# What brush and pen do, where data are made by hand.
HAND = {
    _("1 to 6"): _("Paint points of that class"),
    "D": _("Draw the curve"),
    "E": _("Erase what was painted or drawn, and back; the right button does so at any time"),
    "[  ]": _("A smaller or larger brush"),
    _("Arrows, Space, Delete"): _(
        "In what is painted or drawn: move, paint, erase; with Shift: paint on the way"
    ),
}


class Commands:
    """The window's actions by key, and the menus that show them."""

    def __init__(self, window: QWidget) -> None:
        """Make the actions and give the window their shortcuts."""
        self._actions: dict[str, QAction] = {}
        for line in TABLE:
            if line is None:
                continue
            key, text, shortcuts = line
            action = QAction(text, window)
            action.setShortcuts([QKeySequence(s) for s in shortcuts])
            if key in CHOICES:
                action.setCheckable(True)
                action.setToolTip(CHOICES[key])
            window.addAction(action)
            self._actions[key] = action

    def __getitem__(self, key: str) -> QAction:
        """Return the action of that key."""
        return self._actions[key]

    def fill(self, menu: QMenu, extra: Mapping[str, QMenu]) -> None:
        """Put all commands into a menu; `extra` menus follow the command of their key."""
        menu.setToolTipsVisible(True)
        for line in TABLE:
            if line is None:
                menu.addSeparator()
                continue
            menu.addAction(self._actions[line[0]])
            if line[0] in extra:
                menu.addMenu(extra[line[0]])

    def keys(self) -> dict[str, str]:
        """Return what each key and each action of the mouse does, the plain keys first."""
        found = dict(PLAIN_KEYS)
        for line in TABLE:
            if line is not None and line[2]:
                found[line[2][0]] = line[1].rstrip("…")
        return found | MOUSE | HAND
