"""Sheet: a plot without axes, whose units are pixels: images, texts and lines at places."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSizeF

from layerlab.ui.plotting.axes import Label
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis

COARSE = 4  # pixels of the screen from which those of an image are as large as each other


def whole(unit: float) -> float:
    """Return how large an image's pixels are drawn where there is room for `unit` pixels."""
    return math.floor(unit) if unit >= COARSE else max(unit, 1e-3)


class Sheet(Plot):
    """A plot without axes: y runs downwards, and both scales are the same.

    Subclasses override `arrange`, which is called again in another size or theme.
    """

    def __init__(self) -> None:
        super().__init__(Axis(), Axis())
        self.grid = False
        self.box.setAspectLocked(True)
        self._arranged: object = None

    def arrange(self, size: QSizeF) -> None:
        """Place what is shown in an area of that size, in pixels."""
        raise NotImplementedError

    def rearrange(self) -> None:
        """Note that something else is shown; it is placed before the next paint."""
        self._arranged = None
        self.refresh()

    def set_units(self, unit: float, size: QSizeF, left: float = 0, top: float = 0) -> None:
        """Set what is shown until a person zooms.

        Args:
            unit: pixels of 1 in data units. size: of the area, in pixels.
            left, top: where 0 is in the area, in pixels.
        """
        x, y = self.x_axis, self.y_axis
        x.low, x.high = -left / unit, (size.width() - left) / unit
        y.low, y.high = (size.height() - top) / unit, -top / unit  # downwards

    def lay_out(self) -> None:
        """Place the area, then what is shown in it."""
        super().lay_out()
        look = (self.area().getRect(), self.theme)
        if look != self._arranged:
            self._arranged = look
            self.arrange(self.area().size())
            super().lay_out()

    def room(self, labels: list[Label], rows: int) -> QRectF:
        """Return the room below the legend's rows and left of the colours' scale."""
        top = self.theme.px(6) + rows * self.theme.px(14) if rows else 0
        side = self.side.wide()
        wide = self.width() - (side if side <= 0.45 * self.width() else 0)
        return QRectF(0, top, wide, self.height() - top)

    def has_legend_row(self) -> bool:
        """Return whether there is a row above the sheet."""
        return bool(self.legend)

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return none: there are no axes."""
        return []

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return none: there are no axes."""
        return []
