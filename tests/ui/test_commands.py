"""The table of commands and what is said of it."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from layerlab.ui.commands import PLAIN_KEYS, TABLE, Commands


def test_every_key_is_told_once_and_not_torn_apart(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    text = Commands(window).help_text()
    told = text.splitlines()[0].replace("\u00a0", " ").split("  ·  ")
    assert "Space play and pause" in told
    assert "Ctrl+Shift+O open a CSV file" in told
    assert len(told) == len(set(told))
    assert sum(line is not None and bool(line[2]) for line in TABLE) + len(PLAIN_KEYS) == len(
        told
    )
    assert text.count("\n") < 8  # it stands over the views


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
