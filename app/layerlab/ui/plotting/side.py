"""What stands right of a plot: the scale of its colours, and a legend in a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.colors import amount_colors, value_colors
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.host import Host
from layerlab.ui.plotting.legend import LegendEntry, Row, key_widths, paint_keys
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.writing import TEXT, Written, write
from layerlab.ui.theme import Theme

Array = np.ndarray
GAP, BAR, LINE = 14, 9, 19  # left of it; width of a bar; height of an entry, at zoom 1
TALLEST = 130  # a bar without a plot's whole height


@dataclass(frozen=True)
class ColorScale:
    """What the colours of a map mean.

    Attributes:
        axis: from the low to the high end; a logarithmic one for colours of logarithms.
        colors: evenly from the low end to the high one.
        name: of the quantity; "" where the card shows it.
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


class SideHost(Host, Protocol):
    """A plot with a legend or a scale of colours right of it."""

    @property
    def column(self) -> tuple[LegendEntry, ...]:
        """Return the entries of the legend."""

    @property
    def color_scale(self) -> ColorScale | None:
        """Return what its colours mean."""


class SideItem(pg.GraphicsObject):
    """A bar of colours with ticks, and entries below it."""

    screen_cache = QGraphicsItem.CacheMode.DeviceCoordinateCache

    def __init__(self, plot: SideHost) -> None:
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
            metrics = QFontMetricsF(theme.font(TEXT))
            texts = [text for _, text in self._ticks(scale)]
            ticks = max(map(metrics.horizontalAdvance, texts), default=0.0)
            widths.append(theme.px(BAR + 6) + ticks)
            widths.append(metrics.horizontalAdvance(scale.name))
        return max(widths) + theme.px(GAP) + theme.px(4) if widths else 0.0

    def follow(self) -> None:
        """Redraw if something of it has changed."""
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
        if plot.width() - self._left() < self.wide() - plot.theme.px(GAP) - 2:
            return
        scale = plot.color_scale
        if scale is not None:
            painter.fillRect(self._bar(scale), self._shade(scale))
            write(painter, self._texts(scale), plot.theme)
        paint_keys(painter, self._entries(), plot.theme)

    def _left(self) -> float:
        return self._plot.area().right() + self._plot.theme.px(GAP)

    def _bar(self, scale: ColorScale) -> QRectF:
        theme, area = self._plot.theme, self._plot.area()
        name = theme.px(17) if scale.name else 0
        tall = self._tall(area.height()) - name
        return QRectF(self._left(), area.top() + name, theme.px(BAR), tall)

    def _shade(self, scale: ColorScale) -> QLinearGradient:
        bar = self._bar(scale)
        shade = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for place, color in zip(
            np.linspace(0, 1, len(scale.colors)).tolist(), scale.colors, strict=True
        ):
            shade.setColorAt(place, color)
        return shade

    def _texts(self, scale: ColorScale) -> list[Written]:
        theme, bar, high = self._plot.theme, self._bar(scale), self._plot.theme.px(14)
        ink = theme.color("muted")
        name = QRectF(bar.left(), self._plot.area().top(), 2000, high)
        found = [Written(name, scale.name, ink)] if scale.name else []
        for value, text in self._ticks(scale):
            y = bar.bottom() - scale.axis.place(value) * bar.height()
            y = min(max(y, bar.top() + high / 2 - 2), bar.bottom() - high / 2 + 2)
            box = QRectF(bar.right() + theme.px(6), y - high / 2, 2000, high)
            found.append(Written(box, text, ink))
        return found

    def _entries(self) -> Row:
        """Return the entries below the bar, as many as there is room for."""
        plot, theme, area = self._plot, self._plot.theme, self._plot.area()
        row = QRectF(self._left(), area.top(), plot.width() - self._left(), theme.px(LINE))
        if plot.color_scale is not None:
            row.moveTop(self._bar(plot.color_scale).bottom() + theme.px(10))
        rows = (row.translated(0, k * row.height()) for k in range(len(plot.column)))
        placed = zip(plot.column, rows, strict=True)
        return tuple((key, box) for key, box in placed if box.bottom() <= area.bottom() + 2)


def amount_scale(theme: Theme, low: float, high: float, name: str = "") -> ColorScale:
    """Return the scale of `colors.amount_colors` between two values."""
    steps = np.linspace(0, 1, 5)
    return color_scale(low, high, amount_colors(theme, steps, 0, 1), name)


def value_scale(theme: Theme, low: float, high: float, name: str = "") -> ColorScale:
    """Return the scale of `colors.value_colors` between two values."""
    steps = np.linspace(0, 1, 9)
    return color_scale(low, high, value_colors(theme, steps, 0, 1), name)
