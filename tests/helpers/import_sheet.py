"""The import sheet in tests of the window: wait for it, accept it with real keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


def opened_sheet(qtbot: Any, lab: Any) -> Any:
    """Return the import sheet of a window once it is open and nothing is read any more."""
    qtbot.waitUntil(lambda: not lab.file_reader.is_under_way)
    assert lab.tables.sheet is not None, lab.window.banner.text.text()
    return lab.tables.sheet.sheet


def accept_sheet(qtbot: Any, lab: Any) -> None:
    """Wait for the import sheet and press Enter; the lab has the table then."""
    sheet = opened_sheet(qtbot, lab)
    QTest.keyClick(focused(sheet), Qt.Key.Key_Return)
    assert lab.tables.sheet is None, sheet.trouble.text()


def focused(sheet: Any) -> Any:
    """Return what has the keys in a sheet; offscreen no window is active."""
    return sheet.focusWidget() or QApplication.focusWidget() or sheet


def open_table(qtbot: Any, lab: Any, path: Any) -> None:
    """Open a table and accept it as it was read."""
    lab.files.open_path(str(path))
    accept_sheet(qtbot, lab)
