"""Plot: two axes and what is drawn between them, painted by QPainter at screen rate.

A frame is painted in this order: bands in opaque colours; one cached picture of all that
seldom changes (grid, ticks, legend, points, references); the lines of the frame; the
crosshair. The cache is renewed only when what is in it would look different.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from layerlab.ui.blank import blank
from layerlab.ui.plots.canvas import Canvas
from layerlab.ui.plots.hover import Reading
from layerlab.ui.plots.legend import Key, key_widths, paint_legend
from layerlab.ui.plots.marks import Mark
from layerlab.ui.plots.scale import Axis, lay_texts
from layerlab.ui.theme import Theme

Array = np.ndarray
Reader = Callable[[float, float], Reading | None]


class Plot(Canvas):
    """A plot with axes, painted anew for each frame.

    Attributes:
        x_axis, y_axis: the axes.
        bands, still, live: marks by name; bands lie under the grid, still ones are cached.
        legend: entries of the row above the plot.
        reader: gives the reading at a place in data units, or None.
        legend_right: whether the legend is flush right.
        tick_gap: least distance of ticks on the x axis, in pixels at zoom 1.
        grid: whether hairlines run from the ticks across the area.
        square: whether a unit is as long on both axes.
    """

    def __init__(self, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.x_axis, self.y_axis = x, y
        self.bands: dict[str, Mark] = {}
        self.still: dict[str, Mark] = {}
        self.live: dict[str, Mark] = {}
        self.legend: tuple[Key, ...] = ()
        self.legend_right = False
        self.square = False
        self.tick_gap = 62
        self.grid = True
        self.reader: Reader | None = None
        self._cache = QPixmap()
        self._cache_key: object = None
        self._area = QRectF(0, 0, 1, 1)
        self._measured: tuple[tuple[str, ...], Theme | None, float] = (), None, 0.0

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._cache_key = None
        super().set_theme(theme)

    def show_marks(
        self,
        bands: Mapping[str, Mark] | None = None,
        still: Mapping[str, Mark] | None = None,
        live: Mapping[str, Mark] | None = None,
    ) -> None:
        """Replace all marks and repaint; later ones of a kind lie over earlier ones."""
        self.bands, self.still, self.live = (dict(m or {}) for m in (bands, still, live))
        self.update()

    # ---- data to pixels
    def area(self) -> QRectF:
        """Return the rectangle between the axes, in pixels."""
        return self._area

    def px(self, x: Array) -> Array:
        """Return pixels from the left."""
        return self._area.left() + self.x_axis.to_unit(x) * self._area.width()

    def py(self, y: Array) -> Array:
        """Return pixels from the top."""
        return self._area.bottom() - self.y_axis.to_unit(y) * self._area.height()

    def data_at(self, place: QPointF) -> tuple[float, float]:
        """Return the data under a pixel."""
        area = self._area
        x = self.x_axis.from_unit((place.x() - area.left()) / max(1.0, area.width()))
        return x, self.y_axis.from_unit((area.bottom() - place.y()) / max(1.0, area.height()))

    # ---- reading
    def reading_at(self, place: QPointF) -> Reading | None:
        """Return the reading at a pixel between the axes."""
        if self.reader is None or not self._area.contains(place):
            return None
        return self.reader(*self.data_at(place))

    # ---- painting
    def resizeEvent(self, event: object) -> None:
        """Lay the axes out anew."""
        self._cache_key = None

    def hideEvent(self, event: object) -> None:
        """Let go of the picture: dozens of plots on hidden pages keep a megabyte each."""
        self._cache, self._cache_key = QPixmap(), None

    def paint_content(self, painter: QPainter) -> None:
        """Paint bands, what is cached, and the lines of the frame."""
        self.lay_out()
        clip = self._area.adjusted(-1, -1, 1, 1)
        painter.setClipRect(clip)
        for mark in self.bands.values():
            mark.paint(painter, self)
        painter.setClipping(False)
        if self.is_figure:
            self._paint_still(painter)
        else:
            painter.drawPixmap(0, 0, self._still_picture())
        painter.setClipRect(clip)
        for mark in self.live.values():
            mark.paint(painter, self)
        painter.setClipping(False)

    def lay_out(self) -> None:
        """Place the area between the axes; it depends on size and ranges, not the frame."""
        theme = self.theme
        texts = tuple(text for _, text in self.y_ticks())
        if self._measured[:2] != (texts, theme):  # a frame seldom changes them
            metrics = QFontMetricsF(theme.font(10.5))
            widest = max([metrics.horizontalAdvance(t) for t in texts] or [0.0])
            self._measured = texts, theme, widest
        left = max(theme.px(22), self._measured[2] + theme.px(8))
        top = theme.px(20 if self.has_legend_row() else 7)
        bottom = theme.px(20)
        right = theme.px(8)
        area = QRectF(left, top, self.width() - left - right, self.height() - top - bottom)
        area.setSize(area.size().expandedTo(QSize(1, 1).toSizeF()))
        if self.square:
            area = self.squared(area)
        self._area = area

    def squared(self, area: QRectF) -> QRectF:
        """Return the largest part of the area in which both axes have the same scale."""
        wide, high = self.x_axis.high - self.x_axis.low, self.y_axis.high - self.y_axis.low
        scale = min(area.width() / wide, area.height() / high)
        return QRectF(area.left(), area.top(), wide * scale, high * scale)

    def has_legend_row(self) -> bool:
        """Tell whether there is room for a row above the plot."""
        return self.height() >= self.theme.px(95)

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the ticks of the upright axis, value and text."""
        room = self.height() - self.theme.px(40)
        return self.y_axis.ticks(max(2.0, room / self.theme.px(42)))

    def _still_picture(self) -> QPixmap:
        ranges = (
            self.x_axis.low,
            self.x_axis.high,
            self.x_axis.label,
            self.y_axis.low,
            self.y_axis.high,
            self.y_axis.label,
        )
        ratio = self.devicePixelRatioF()
        marks = tuple(mark.key() for mark in self.still.values())
        key = (self.size(), ratio, ranges, self.legend, self.theme, marks)
        if key != self._cache_key:
            self._cache_key = key
            self._cache = blank(self.size(), ratio)
            with QPainter(self._cache) as painter:
                self._paint_still(painter)
        return self._cache

    def _paint_still(self, painter: QPainter) -> None:
        self._paint_axes(painter)
        painter.setClipRect(self._area.adjusted(-1, -1, 1, 1))
        for mark in self.still.values():
            mark.paint(painter, self)
        painter.setClipping(False)

    def _paint_axes(self, painter: QPainter) -> None:
        """Paint grid, ticks, names of the axes and the legend."""
        painter.setFont(self.theme.font(10.5))
        self.paint_y_ticks(painter)
        painter.setFont(self.theme.font(10.5))
        metrics = QFontMetricsF(self.theme.font(10.5))
        self._paint_x_ticks(painter, metrics)
        self._paint_top_row(painter, metrics)

    def paint_y_ticks(self, painter: QPainter) -> None:
        """Paint the ticks of the upright axis with their grid lines."""
        theme, area = self.theme, self._area
        high = theme.px(14)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for value, text in self.y_ticks():
            y = float(self.py(np.array(value)))
            if self.grid:
                painter.setPen(QPen(theme.color("grid"), 1))
                ends = QPointF(area.left(), round(y)), QPointF(area.right(), round(y))
                painter.drawLine(*ends)
            box = QRectF(0, y - high / 2, area.left() - theme.px(6), high)
            painter.setPen(theme.color("muted"))
            painter.drawText(box, flags, text)

    def _paint_x_ticks(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        theme, area = self.theme, self._area
        label = metrics.elidedText(
            self.x_axis.label, Qt.TextElideMode.ElideRight, 0.42 * area.width()
        )
        ticks = self.x_axis.ticks(max(2.0, area.width() / theme.px(self.tick_gap)))
        places = [float(self.px(np.array(value))) for value, _ in ticks]
        widths = [metrics.horizontalAdvance(text) for _, text in ticks]
        name, edge = (
            metrics.horizontalAdvance(label),
            min(area.right() + theme.px(8), self.width()),
        )
        lefts, start = lay_texts(places, widths, name, edge, theme.px(8))
        if self.grid:
            painter.setPen(QPen(theme.color("grid"), 1))
            for x in map(round, places):
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        row = QRectF(0, area.bottom() + theme.px(4), self.width() + 4, theme.px(14))
        painter.setPen(theme.color("muted"))
        for (_, text), left in zip(ticks, lefts, strict=True):
            if left is not None:
                painter.drawText(
                    row.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text
                )
        painter.drawText(row.adjusted(start, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, label)

    def _paint_top_row(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        if not self.has_legend_row():
            return
        theme = self.theme
        row = QRectF(0, 0, self.width() - theme.px(2), theme.px(14))
        start = max(0.0, self._area.left() - theme.px(34))  # a square stands further right
        gap, keys = theme.px(14), key_widths(self.legend, theme)
        free = row.width() - start - sum(keys) - gap * len(keys)
        label = self.y_axis.label
        if self.y_axis.brief and metrics.horizontalAdvance(label) > free:
            label = self.y_axis.brief
            if keys and metrics.horizontalAdvance(label) > free:
                label = ""  # a curve without a name is worse
        label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, row.width() - start)
        painter.setPen(theme.color("muted"))
        name = row.adjusted(start, 0, 0, 0)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, label)
        used = start + metrics.horizontalAdvance(label) + gap if label else 0
        room = row.adjusted(max(used, self._area.left()), 0, 0, 0)
        paint_legend(painter, self.legend, room, theme, right=self.legend_right)

    def paint_reading(self, painter: QPainter, reading: Reading, cursor: QPointF) -> None:
        """Paint the crosshair, the points it reads, and the label."""
        area = self._area
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.color("faint"), 1))
        if reading.x is not None:
            x = round(float(self.px(np.array(reading.x))))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for dot_x, dot_y, color in reading.dots:
            place = QPointF(float(self.px(np.array(dot_x))), float(self.py(np.array(dot_y))))
            if not math.isfinite(place.x() + place.y()):  # QRectF takes nan for inside
                continue
            if area.contains(place):
                painter.setPen(QPen(self.theme.color("panel"), 1.5))
                painter.setBrush(color)
                painter.drawEllipse(place, 3.6, 3.6)
        super().paint_reading(painter, reading, cursor)
