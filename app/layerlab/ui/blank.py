"""Empty pictures, as fine as the screen, for what is painted once and then copied."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap


def blank(size: QSize, ratio: float) -> QPixmap:
    """Return a transparent picture.

    Args:
        size: in the screen's units. ratio: pixels of the device in one of them.
    """
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture
