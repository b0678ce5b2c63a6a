"""A plot of rows: names at the left instead of numbers, one row for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from layerlab.ui.plots.handles import HandlePlot
from layerlab.ui.plots.scale import Axis

SMALLEST = 7.0  # pixels of a name's letters at zoom 1


class RowPlot(HandlePlot):
    """Rows from the top; the upright axis runs from row 0 to the last.

    Attributes:
        names: of the rows. bright: place of the one in full ink; -1 for none.

    Signals:
        row_clicked: place of a row, from 0.
    """

    row_clicked = Signal(int)

    def __init__(self, x: Axis) -> None:
        super().__init__(x, Axis())
        self.names: tuple[str, ...] = ()
        self.bright = -1
        self.clicked.connect(self._on_clicked)

    def set_rows(self, names: Sequence[str], bright: int = -1) -> None:
        """Name the rows."""
        if (tuple(names), bright) == (self.names, self.bright):
            return
        self.names, self.bright = tuple(names), bright
        self.y_axis.low, self.y_axis.high = len(self.names) - 0.5, -0.5  # from the top
        self.y_axis.label = ""
        self._cache_key = None
        self.update()

    def row_at(self, y: float) -> int:
        """Return the row at a place of the upright axis."""
        return int(np.clip(round(y), 0, max(0, len(self.names) - 1)))

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the names as ticks: they make room at the left."""
        return [(float(k), name) for k, name in enumerate(self.names)]

    def paint_y_ticks(self, painter: QPainter) -> None:
        """Paint the names, without lines."""
        theme, area = self.theme, self.area()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        row = area.height() / max(1, len(self.names))
        size = min(10.5, row / theme.zoom)  # thin rows have smaller names
        if size < SMALLEST:
            return  # they would lie on each other
        for value, name in self.y_ticks():
            on = int(value) == self.bright
            painter.setFont(theme.font(size, 600 if on else 400))
            painter.setPen(theme.color("accent" if on else "muted"))
            y = float(self.py(np.array(value)))
            box = QRectF(0, y - row / 2, area.left() - theme.px(6), row)
            painter.drawText(box, flags, name)

    def _on_clicked(self, x: float, y: float) -> None:
        self.row_clicked.emit(self.row_at(y))
