"""A plot of the plane that fills its card: a unit is as long on both axes."""

from __future__ import annotations

import numpy as np

from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.scale import Axis

Window = tuple[float, float, float, float]
CIRCLE = np.exp(1j * np.linspace(0, 2 * np.pi, 121))
MAX_STROKE = 60.0  # a longer stroke would leave the rasterizer's range


class EvenPlot(HandlePlot):
    """Shows a window of the plane, and more of it where the card is wider or higher."""

    def __init__(self, x: Axis, y: Axis) -> None:
        super().__init__(x, y)
        self._window: Window = (-1.0, 1.0, -1.0, 1.0)

    def set_window(self, window: Window) -> None:
        """Show at least this part: x0, x1, y0, y1."""
        self._window = window
        self._widen()

    def lay_out(self) -> None:
        """Place the area between the axes and widen one of them to its shape."""
        super().lay_out()
        self._widen()
        super().lay_out()  # the ticks of the new range may be wider

    def _widen(self) -> None:
        x0, x1, y0, y1 = self._window
        area = self.area()
        unit = max((x1 - x0) / area.width(), (y1 - y0) / area.height())
        across, up = unit * area.width() / 2, unit * area.height() / 2
        self.x_axis.fix((x0 + x1) / 2 - across, (x0 + x1) / 2 + across)
        self.y_axis.fix((y0 + y1) / 2 - up, (y0 + y1) / 2 + up)
        self.box.fit()
