"""What stands right of a plot: the scale of its colours, and a legend in a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.colors import amount_colors, value_colors
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.legend import SIZE, key_widths, paint_key
from layerlab.ui.plotting.scale import Axis

if TYPE_CHECKING:
    from layerlab.ui.plotting.plot import Plot
    from layerlab.ui.theme import Theme

Array = np.ndarray
GAP, BAR, LINE = 14, 9, 19  # left of it; width of a bar; height of an entry, at zoom 1
TALLEST = 130  # a bar without a plot's whole height
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class ColorScale:
    """What the colours of a map mean.

    Attributes:
        axis: from the low to the high end; a logarithmic one for colours of logarithms.
        colors: evenly from the low end to the high one.
        name: of the quantity; "" where the card says it.
    """

    axis: Axis
    colors: tuple[QColor, ...]
    name: str = ""


def color_scale(low: float, high: float, colors: Array, name: str = "") -> ColorScale:
    """Return the scale of colours between two values.

    Args:
        low, high: the ends. colors: (n, 3), 0 to 255, evenly from low to high.
        name: of the quantity.
    """
    axis = Axis()
    axis.fix(low, high)
    return ColorScale(axis, tuple(QColor(*map(round, row)) for row in colors.tolist()), name)


class SideItem(pg.GraphicsObject):
    """A bar of colours with ticks, and entries below it."""

    screen_cache = QGraphicsItem.CacheMode.DeviceCoordinateCache

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self._plot = plot
        self._drawn: object = None
        self.setCacheMode(self.screen_cache)

    def wide(self) -> float:
        """Return the room it takes, gap and all; 0 if there is nothing to show."""
        plot, theme = self._plot, self._plot.theme
        widths = key_widths(plot.column, theme) if plot.column else []
        scale = plot.color_scale
        if scale is not None:
            metrics = QFontMetricsF(theme.font(SIZE))
            texts = [text for _, text in self._ticks(scale)]
            ticks = max(map(metrics.horizontalAdvance, texts), default=0.0)
            widths.append(theme.px(BAR + 6) + ticks)
            widths.append(metrics.horizontalAdvance(scale.name))
        return max(widths) + theme.px(GAP) + theme.px(4) if widths else 0.0

    def follow(self) -> None:
        """Draw anew if something of it has changed."""
        plot = self._plot
        scale = plot.color_scale
        ends = None if scale is None else (scale.axis.low, scale.axis.high, scale.colors)
        drawn = (plot.column, ends, plot.area(), plot.size(), plot.theme)
        if drawn != self._drawn:
            self._drawn = drawn
            self.setVisible(bool(plot.column) or scale is not None)
            self.prepareGeometryChange()
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the room right of the area."""
        plot = self._plot
        right = plot.area().right()
        return QRectF(right, 0, max(0.0, plot.width() - right), plot.height())

    def _ticks(self, scale: ColorScale) -> list[tuple[float, str]]:
        # Not by the area's height: the area's width follows from the widest of these.
        theme = self._plot.theme
        tall = self._tall(self._plot.height() - theme.px(40))
        return scale.axis.ticks(max(4.0, tall / theme.px(30)))

    def _tall(self, room: float) -> float:
        theme = self._plot.theme
        taken = theme.px(LINE) * len(self._plot.column)
        return max(theme.px(30), min(theme.px(TALLEST), room - taken - theme.px(10)))

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint bar and entries, where there is room for them."""
        plot = self._plot
        theme, area = plot.theme, plot.area()
        left = area.right() + theme.px(GAP)
        if plot.width() - left < self.wide() - theme.px(GAP) - 2:
            return
        row = QRectF(left, area.top(), plot.width() - left, theme.px(LINE))
        painter.setFont(theme.font(SIZE))
        if plot.color_scale is not None:
            row.translate(0, self._paint_scale(painter, plot.color_scale, row.topLeft().x()))
        for key in plot.column:
            if row.bottom() <= area.bottom() + 2:
                paint_key(painter, key, row, theme)
            row.translate(0, row.height())

    def _paint_scale(self, painter: QPainter, scale: ColorScale, left: float) -> float:
        """Paint the bar with its ticks; return how much room it takes."""
        theme, area = self._plot.theme, self._plot.area()
        top, tall = area.top(), self._tall(area.height())
        used = 0.0
        painter.setPen(theme.color("muted"))
        if scale.name:
            used = theme.px(17)
            painter.drawText(QRectF(left, top, 2000, theme.px(14)), _MIDDLE, scale.name)
            tall -= used
        shade = QLinearGradient(0, top + used + tall, 0, top + used)
        for place, color in zip(
            np.linspace(0, 1, len(scale.colors)).tolist(), scale.colors, strict=True
        ):
            shade.setColorAt(place, color)
        bar = QRectF(left, top + used, theme.px(BAR), tall)
        painter.fillRect(bar, shade)
        high = theme.px(14)
        for value, text in self._ticks(scale):
            y = bar.bottom() - scale.axis.place(value) * tall
            y = min(max(y, bar.top() + high / 2 - 2), bar.bottom() - high / 2 + 2)
            at = QRectF(bar.right() + theme.px(6), y - high / 2, 2000, high)
            painter.drawText(at, _MIDDLE, text)
        return used + tall + theme.px(10)


def amount_scale(theme: Theme, low: float, high: float, name: str = "") -> ColorScale:
    """Return the scale of `colors.amount_colors` between two values."""
    steps = np.linspace(0, 1, 5)
    return color_scale(low, high, amount_colors(theme, steps, 0, 1), name)


def value_scale(theme: Theme, low: float, high: float, name: str = "") -> ColorScale:
    """Return the scale of `colors.value_colors` between two values."""
    steps = np.linspace(0, 1, 9)
    return color_scale(low, high, value_colors(theme, steps, 0, 1), name)
