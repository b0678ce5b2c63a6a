"""Which platform Qt starts on here: `layerlab doctor` asks in a process of its own."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication


def ask_qt() -> int:
    """Start Qt and print its platform; return 0. Qt aborts where a library is missing."""
    app = QGuiApplication([])
    print(app.platformName())
    return 0
