"""What a plot paints over all of its marks: handles, tools."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.plot import Plot

_Z = 600.0


class OverItem(pg.GraphicsObject):
    """An item over the curves and names of a plot, which takes no mouse."""

    def __init__(self, plot: Plot, painted: Callable[[QPainter], None]) -> None:
        """Make it; `painted` paints in the pixels of the plot."""
        super().__init__()
        self._plot, self._painted = plot, painted
        self.setZValue(_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Return the whole plot: what lies on its edge reaches beyond the area."""
        return QRectF(self._plot.rect())

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint what the plot has over its marks."""
        self._painted(painter)
