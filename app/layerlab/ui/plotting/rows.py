"""A plot of rows: names at the left instead of numbers, one row for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal

from layerlab.core.translation import _
from layerlab.ui.plotting.axes import ROW, Label, lay_below
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.writing import TEXT

PITCH = 1.1  # least height of a row, in sizes of its letters
SMALLEST = 7.0  # pixels of a name's letters at zoom 1


class RowPlot(HandlePlot):
    """Rows from the top; the upright axis runs from row 0 to the last.

    Attributes:
        what: what a row is; the column of the names is called that.
        names: of the rows. highlighted: place of the one in full ink; -1 for none.

    Signals:
        row_clicked: place of a row, from 0.
    """

    row_clicked = Signal(int)

    def __init__(self, x: Axis, what: str = "") -> None:
        super().__init__(x, Axis())
        self.what = what or _("row")
        self.names: tuple[str, ...] = ()
        self.highlighted = -1
        self.clicked.connect(self._on_clicked)

    def set_rows(self, names: Sequence[str], highlighted: int = -1) -> None:
        """Name the rows."""
        if (tuple(names), highlighted) == (self.names, self.highlighted):
            return
        self.names, self.highlighted = tuple(names), highlighted
        self.y_axis.low, self.y_axis.high = len(self.names) - 0.5, -0.5  # from the top
        self.y_axis.label = ""
        self.refresh()

    def row_at(self, y: float) -> int:
        """Return the row at a place of the upright axis."""
        return int(np.clip(round(y), 0, max(0, len(self.names) - 1)))

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the names as ticks: they make room at the left."""
        return [(float(k), name) for k, name in enumerate(self.names)]

    def frame_look(self) -> tuple[object, ...]:
        """Return all that axes, grid and legend depend on."""
        return (*super().frame_look(), self.names, self.highlighted)

    def y_labels(self) -> list[Label]:
        """Return the names; thin rows have smaller ones, too thin rows none."""
        low, high = self.visible(1)
        above = max(1, len(self.legend_item.rows)) * self.theme.px(ROW)
        below = self.theme.px(26 + ROW * lay_below(self).has_own_row)
        room = self.height() - below - above
        size = min(TEXT, room / max(1.0, PITCH * abs(low - high)) / self.theme.zoom)
        if size < SMALLEST:
            return []  # they would lie on each other
        return [
            Label(k, name, "accent", 600, size)
            if int(k) == self.highlighted
            else Label(k, name, size=size)
            for k, name in self.y_ticks()
        ]

    def legend_left(self) -> float:
        """Return the left end: names leave too little room right of them."""
        return 0.0

    def y_grid(self) -> list[tuple[float, str]]:
        """Return none: rows need no lines."""
        return []

    def _on_clicked(self, x: float, y: float) -> None:
        self.row_clicked.emit(self.row_at(y))
