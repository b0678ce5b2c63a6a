"""Texts in boxes: what axes, legends, scales, readings and marks write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from layerlab.ui.theme import Theme

TEXT = 10.5  # size of the letters, at zoom 1
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter
# A text that is wider than its box is not cut there. Qt's vector files never end such a cut:
# what is painted later would be lost.
WHOLE = Qt.TextFlag.TextDontClip


@dataclass(frozen=True)
class Written:
    """A text in a box, upright in its middle.

    Attributes:
        box: in pixels. text: of the label. color: of its letters.
        side: `LEFT`, `RIGHT` or `CENTRE` of the box. size: of its letters, at zoom 1.
        weight: of its font, 100 to 900.
    """

    box: QRectF
    text: str
    color: QColor
    side: Qt.AlignmentFlag = LEFT
    size: float = TEXT
    weight: int = 400


def write(painter: QPainter, texts: Iterable[Written], theme: Theme) -> None:
    """Paint texts; the font changes only from one look to another."""
    look = None
    for one in texts:
        if look != (one.size, one.weight):
            look = one.size, one.weight
            painter.setFont(theme.font(*look))
        painter.setPen(one.color)
        painter.drawText(one.box, Qt.AlignmentFlag.AlignVCenter | one.side | WHOLE, one.text)
