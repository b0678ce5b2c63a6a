"""The table of commands and its descriptions."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from layerlab.ui.commands import HAND, MOUSE, PLAIN_KEYS, TABLE, Commands


def test_every_key_is_in_the_list_of_keys(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    keys = Commands(window).keys()
    assert keys["Space"] == "Play and pause"
    assert keys["Ctrl+Shift+O"] == "Open a table"
    with_keys = [line for line in TABLE if line is not None and line[2]]
    assert len(keys) == len(with_keys) + len(PLAIN_KEYS) + len(MOUSE) + len(HAND)


def test_no_two_commands_share_a_key() -> None:
    keys = [key for line in TABLE if line is not None for key in line[2]]
    assert len(keys) == len(set(keys))


def test_the_menu_has_every_command_and_extra_menus_after_theirs(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    commands, menu = Commands(window), QMenu(window)
    commands.fill(menu, {"finish": QMenu("Engine", menu)})
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[texts.index("Finish") + 1] == "Engine"
    assert len(texts) == sum(line is not None for line in TABLE) + 1
