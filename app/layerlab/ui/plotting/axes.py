"""The axes of a plot as pyqtgraph draws them: texts beside the area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.host import Host
from layerlab.ui.plotting.scale import lay_texts
from layerlab.ui.plotting.writing import RIGHT, TEXT, Written, write

ROUNDING = 1e-6
ROW = 14  # height of a row of texts, at zoom 1
MIN_HEIGHT_FOR_ROWS = 90  # height of a plot from which its axis' name may have a row, at zoom 1
_CACHE = QGraphicsItem.CacheMode.DeviceCoordinateCache


@dataclass(frozen=True)
class Label:
    """A text beside the upright axis.

    Attributes:
        value: its place, in data units. text: its label.
        token: of its colour, or the colour itself. weight: of its font.
        size: of its letters, at zoom 1.
    """

    value: float
    text: str
    token: str | QColor = "muted"
    weight: int = 400
    size: float = TEXT

    def color(self, plot: Host) -> QColor:
        """Return its colour in the plot's theme."""
        return plot.theme.color(self.token) if isinstance(self.token, str) else self.token


class LabelHost(Host, Protocol):
    """A plot with texts beside its upright axis and below the other one."""

    @property
    def name_row(self) -> bool:
        """Return whether the lying axis' name stands below its ticks."""

    @property
    def is_zoomed(self) -> bool:
        """Return whether a person chose what is shown."""

    def y_labels(self) -> list[Label]:
        """Return the texts beside the upright axis."""

    def elided(self, text: str, room: float) -> str:
        """Return a text that fits, in pixels."""


class TextAxis(pg.AxisItem):
    """An axis with the plot's own ticks and texts; it keeps its picture.

    The grid is drawn inside the view box (`still`): pyqtgraph draws an axis' grid over the
    curves.
    """

    screen_cache = _CACHE
    _bounds = QRectF()

    def __init__(self, plot: LabelHost, orientation: str) -> None:
        super().__init__(orientation, showValues=False)
        self._plot = plot
        self._drawn: object = None
        self.setCacheMode(_CACHE)

    def _updateLabel(self) -> None:
        """Leave pyqtgraph's label empty: typesetting it is a quarter of making an axis."""

    def is_lying(self) -> bool:
        """Return whether it is the axis below."""
        return self.orientation == "bottom"

    def follow(self) -> None:
        """Redraw if ticks, place or look have changed."""
        plot = self._plot
        drawn = (
            plot.x_ticks() if self.is_lying() else plot.y_labels(),
            plot.theme,
            plot.size(),
            plot.area(),
            (plot.x_axis.label, plot.shown(0)) if self.is_lying() else plot.shown(1),
        )
        if drawn != self._drawn:
            self._drawn = drawn
            self.prepareGeometryChange()
            self._bounds = self._strip()
            self.update()

    def boundingRect(self) -> QRectF:
        """Return its strip."""
        return self._bounds

    def _strip(self) -> QRectF:
        """Return where its texts are: those of the last ticks reach beyond the area."""
        here, plot = self.pos(), self._plot
        if self.is_lying():
            strip = QRectF(0, plot.area().bottom(), plot.width(), plot.height())
            strip.setBottom(plot.height())
        else:
            strip = QRectF(0, 0, plot.area().left(), plot.height())
        return strip.translated(-here)

    def shape(self) -> QPainterPath:
        """Return where the wheel zooms this axis alone: all of the strip."""
        path = QPainterPath()
        path.addRect(self.boundingRect())
        return path

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the texts; in a figure as texts."""
        painter.save()
        painter.translate(-self.pos())
        write(painter, self._below() if self.is_lying() else self._beside(), self._plot.theme)
        painter.restore()

    def _beside(self) -> list[Written]:
        plot = self._plot
        area, high, found = plot.area(), plot.theme.px(14), []
        for label in plot.y_labels():
            y = float(plot.py(np.array(label.value)))
            if area.top() - 2 <= y <= area.bottom() + 2:
                box = QRectF(0, y - high / 2, area.left() - plot.theme.px(6), high)
                look = (label.color(plot), RIGHT, label.size, label.weight)
                found.append(Written(box, label.text, *look))
        return found

    def _below(self) -> list[Written]:
        plot, theme = self._plot, self._plot.theme
        laid, ink = lay_below(plot), theme.color("muted")
        row = QRectF(0, plot.area().bottom() + theme.px(4), plot.width() + 4, theme.px(ROW))
        found = [
            Written(row.adjusted(left, 0, 0, 0), text, ink)
            for left, (_, text) in zip(laid.lefts, plot.x_ticks(), strict=True)
            if left is not None
        ]
        lower = theme.px(ROW) if laid.has_own_row else 0
        return [*found, Written(row.adjusted(laid.start, lower, 0, lower), laid.name, ink)]


@dataclass(frozen=True)
class Below:
    """What stands below a plot.

    Attributes:
        lefts: left ends of the ticks' texts, in pixels; None for those left out.
        name: of the axis. start: its left end.
        has_own_row: whether the name stands below the ticks.
    """

    lefts: tuple[float | None, ...]
    name: str
    start: float
    has_own_row: bool = False


def lay_below(plot: LabelHost) -> Below:
    """Place the texts of the lying axis: its name whole, and at least two of its ticks.

    One number alone gives no scale. So the name stands among the ticks if these keep enough
    room, in its brief form if need be, and else in a row of its own.
    """
    theme, area, ticks = plot.theme, plot.area(), plot.x_ticks()
    metrics = QFontMetricsF(theme.font(TEXT))
    places = [float(plot.px(np.array(value))) for value, _ in ticks]
    widths = [metrics.horizontalAdvance(text) for _, text in ticks]
    edge = min(area.right() + theme.px(8), plot.width())
    names = [plot.x_axis.label, plot.x_axis.brief or plot.x_axis.label]
    found = Below((), "", 0.0)
    held = plot.name_row if plot.is_zoomed else None  # else a drag would move what is under it
    for least in () if held else (min(3, len(ticks)), min(2, len(ticks))):
        for name in names:
            wide = metrics.horizontalAdvance(name)
            lefts, start = lay_texts(places, widths, wide, edge, theme.px(8))
            found = Below(tuple(lefts), name, start)
            if start >= 0 and sum(left is not None for left in lefts) >= least:
                return found
    if held is False or plot.height() < theme.px(MIN_HEIGHT_FOR_ROWS):
        return found
    name = names[metrics.horizontalAdvance(names[0]) > edge]
    name = plot.elided(name, edge)
    lefts, _ = lay_texts(places, widths, 0.0, edge, theme.px(8))
    return Below(tuple(lefts), name, edge - metrics.horizontalAdvance(name), True)


def to_pixels(item: pg.GraphicsObject, painter: QPainter) -> None:
    """Let a painter of an item in the view's numbers paint in the surface's pixels."""
    here = pg.invertQTransform(item.sceneTransform()) * painter.worldTransform()
    if (
        abs(here.m11() - 1) < ROUNDING and abs(here.m22() - 1) < ROUNDING
    ):  # but for the last bits
        here = QTransform.fromTranslate(round(here.dx(), 4), round(here.dy(), 4))
    painter.setWorldTransform(here)
