"""Boxes: pyqtgraph's view box as the lab drives it, and that of a plot with two axes."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainterPath

from layerlab.ui.plotting.scale import Axis
from layerlab.ui.theme import Theme

NEAREST, FARTHEST = 1e-5, 30.0  # least and greatest range, in automatic ranges
X, Y = 0, 1


class BandBox(pg.ViewBox):
    """A view box that pans, zooms, and with Shift spans a rectangle to zoom to."""

    def __init__(self, **options: Any) -> None:
        super().__init__(enableMenu=False, **options)
        for item in (self.background, self.borderRect, self.target):
            item.hide()  # they show nothing, and would be painted each frame

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of the rectangle."""
        self.rbScaleBox.setPen(pg.mkPen(theme.color("accent"), width=1))
        self.rbScaleBox.setBrush(pg.mkBrush(theme.color("accent", 0.2)))

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan, or zoom with the right button; with Shift a rubber band."""
        banded = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.isStart():
            self.state["mouseMode"] = self.RectMode if banded else self.PanMode
        super().mouseDragEvent(event, axis)

    def keyPressEvent(self, event: Any) -> None:
        """Leave the keys to the view and the window."""
        event.ignore()


class PlotBox(BandBox):
    """A view box that shows the range of two `Axis` until a person zooms or pans.

    Each axis holds still from then on, by itself: the wheel over an axis changes that one
    alone. `enableAutoRange` gives the axes back.

    Attributes:
        x, y: the axes.

    Signals:
        zoomed_changed: whether a person chose the range of any axis.
    """

    zoomed_changed = Signal(bool)

    def __init__(self, x: Axis, y: Axis) -> None:
        super().__init__(defaultPadding=0.0)
        self.x, self.y = x, y
        self._was_zoomed = False
        self._ranges: tuple[Any, ...] = ()
        self.sigStateChanged.connect(self._on_state_changed)

    # ---- the automatic range
    def fit(self) -> None:
        """Show the axes' ranges, as far as no person chose another."""
        ranges = (self.x.range(), self.y.range())
        looks = tuple((axis.log, axis.unit) for axis in (self.x, self.y))
        if (ranges, looks) == self._ranges:
            return
        if self._ranges and looks != self._ranges[1]:
            self.state["autoRange"] = [True, True]  # the chosen part means nothing any more
        self._ranges = ranges, looks
        low_x, high_x = sorted(ranges[X])
        low_y, high_y = sorted(ranges[Y])
        for axis, is_turned in (
            (X, ranges[X][0] > ranges[X][1]),
            (Y, ranges[Y][0] > ranges[Y][1]),
        ):
            if self.state["xInverted" if axis == X else "yInverted"] != is_turned:
                (self.invertX if axis == X else self.invertY)(is_turned)
        self._limit((low_x, high_x), (low_y, high_y))
        self._show_ranges()

    def _limit(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Limit the zoom: not closer nor farther than makes sense."""
        wide, high = x[1] - x[0], y[1] - y[0]
        limits = self.state["limits"]
        limits["xRange"] = [NEAREST * wide, FARTHEST * wide]
        limits["yRange"] = [NEAREST * high, FARTHEST * high]
        limits["xLimits"] = [x[0] - FARTHEST * wide, x[1] + FARTHEST * wide]
        limits["yLimits"] = [y[0] - FARTHEST * high, y[1] + FARTHEST * high]

    def _show_ranges(self) -> None:
        auto = self.state["autoRange"]
        if not self._ranges or not any(auto):
            return
        (x, y), _ = self._ranges
        self.setRange(
            xRange=sorted(x) if auto[X] else None,
            yRange=sorted(y) if auto[Y] else None,
            padding=0,
            disableAutoRange=False,
        )
        self.updateMatrix()

    def updateAutoRange(self) -> None:
        """Show the axes' ranges; pyqtgraph would look at the items instead."""
        self._autoRangeNeedsUpdate = False
        self._show_ranges()

    def itemBoundsChanged(self, item: object) -> None:
        """Take no notice: the range does not follow the items."""

    # ---- a range that a person chose
    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose the range of any axis."""
        return not all(self.state["autoRange"])

    def reset(self, axis: int | None = None) -> None:
        """Give an axis, or both, back the automatic range."""
        self.enableAutoRange(axis)
        self.updateAutoRange()
        self._on_state_changed()

    def show_part(
        self, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None
    ) -> None:
        """Show a part, as if a person had zoomed there.

        Args:
            x, y: ends, in the view's numbers (`Axis.to_view`); None leaves an axis as it is.
        """
        self.fit()  # else an axis that was just switched would take it back
        self.setRange(xRange=x, yRange=y, padding=0)
        self._on_state_changed()

    def _on_state_changed(self, *_: object) -> None:
        if self.is_zoomed != self._was_zoomed:
            self._was_zoomed = self.is_zoomed
            self.zoomed_changed.emit(self.is_zoomed)

    def shown(self, axis: int) -> tuple[float, float]:
        """Return the range that is shown, from the left or lower end to the other."""
        low, high = self.state["viewRange"][axis]
        return (
            (high, low)
            if self.state["xInverted" if axis == X else "yInverted"]
            else (low, high)
        )

    # ---- mouse
    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan or zoom, and note that a person did."""
        super().mouseDragEvent(event, axis)
        self._on_state_changed()

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom at the cursor."""
        super().wheelEvent(event, axis)
        self._on_state_changed()

    # ---- look
    def clip(self, on: bool) -> None:
        """Clip the items, or not: Qt's vector files put the clip elsewhere."""
        self.setFlag(self.GraphicsItemFlag.ItemClipsChildrenToShape, on)

    def shape(self) -> QPainterPath:
        """Return what clips the items: a pixel more, for lines along the edge."""
        path = QPainterPath()
        path.addRect(self.rect().adjusted(-1, -1, 1, 1))
        return path


def rect_of(box: PlotBox) -> QRectF:
    """Return what is shown, in the view's numbers."""
    (x0, x1), (y0, y1) = box.state["viewRange"]
    return QRectF(x0, y0, x1 - x0, y1 - y0)
