"""Plot: a pyqtgraph view with two axes, what is drawn between them, and a legend above.

A page declares what is drawn by marks (`items`). For each name there is one item in the view
box, which is given the mark's data: none is added or removed from frame to frame. What seldom
changes keeps its picture until it, or its place, looks different.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHideEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from layerlab.ui.plotting.axes import ROW, Label, TextAxis, lay_below
from layerlab.ui.plotting.box import PlotBox, X, Y, rect_of
from layerlab.ui.plotting.items import Line, Mark
from layerlab.ui.plotting.legend import LegendEntry, LegendItem, Row, lay_legend
from layerlab.ui.plotting.names import Names
from layerlab.ui.plotting.pool import MarkPool
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.side import ColorScale, SideItem
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.theme import Theme

Array = np.ndarray
Reader = Callable[[float, float], Tooltip | None]
OUTSIDE = 40.0  # ranges beyond what is shown to which data are followed


class Plot(Surface):
    """A plot with axes.

    Attributes:
        x_axis, y_axis: the axes; their range is what is shown until a person zooms.
        box: pyqtgraph's view box.
        bands, still, live: marks by name; bands lie under the grid, still ones keep a picture.
        legend: entries of the row above the plot.
        reader: gives the reading at a place in data units, or None.
        legend_right: whether the legend is flush right.
        tick_gap: least distance of ticks on the x axis, in pixels at zoom 1.
        grid: whether hairlines run from the ticks across the area.
        square: whether a unit is as long on both axes.
        column: entries of a legend right of the plot, where there is room for it.
        color_scale: what its colours mean, or None.

    Signals:
        zoomed_changed: whether a person chose what is shown.
        moved: what is shown has changed by hand.
    """

    zoomed_changed = Signal(bool)
    moved = Signal()

    def __init__(self, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.x_axis, self.y_axis = x, y
        self.bands: dict[str, Mark] = {}
        self.still: dict[str, Mark] = {}
        self.live: dict[str, Mark] = {}
        self.legend: tuple[LegendEntry, ...] = ()
        self.legend_right = False
        self.square = False
        self.tick_gap = 62
        self.grid = True
        self.reader: Reader | None = None
        self.column: tuple[LegendEntry, ...] = ()
        self.color_scale: ColorScale | None = None
        self._area = QRectF(0, 0, 1, 1)
        self._frame_look: tuple[object, ...] = ()
        self._axes_look: tuple[object, ...] = ()
        self._legend_laid: object = None
        self.name_row = False  # whether the lying axis' name stands below its ticks
        self._least_left = 0.0  # while zoomed the texts must not push the area about
        self.box = PlotBox(x, y)
        self.below, self.beside = TextAxis(self, "bottom"), TextAxis(self, "left")
        self.pool = MarkPool(self)
        self.legend_item = LegendItem()
        self.name_item = Names(self)
        self.side = SideItem(self)
        for item in (
            self.box,
            self.below,
            self.beside,
            self.legend_item,
            self.side,
            self.name_item,
        ):
            self.scene().addItem(item)
        self.below.linkToView(self.box)
        self.beside.linkToView(self.box)
        self.box.zoomed_changed.connect(self._on_zoomed_changed)
        self.box.sigRangeChangedManually.connect(self._on_moved)

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.pool.forget_looks()
        self._legend_laid = None
        self._frame_look = self._axes_look = ()
        self.box.set_theme(theme)

    def set_figure(self, is_figure: bool) -> None:
        """Paint for a file, in pixels of its page, or for the screen again."""
        super().set_figure(is_figure)
        self.box.clip(not is_figure)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint one frame of what is shown now."""
        self.settle()
        page = self._area if self.is_figure else None
        self.pool.set_page(page)
        super().paintEvent(event)

    def show_marks(
        self,
        bands: Mapping[str, Mark] | None = None,
        still: Mapping[str, Mark] | None = None,
        live: Mapping[str, Mark] | None = None,
    ) -> None:
        """Replace all marks and repaint; later ones of a kind lie over earlier ones."""
        self.bands, self.still, self.live = (dict(m or {}) for m in (bands, still, live))
        self.refresh()

    # ---- zoom
    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what is shown."""
        return self.box.is_zoomed

    def reset_zoom(self) -> None:
        """Show the automatic range again."""
        self.box.reset()
        self.moved.emit()
        self.refresh()

    def has_curves(self) -> bool:
        """Return whether there are curves."""
        return any(isinstance(mark, Line) for mark in self.live.values())

    def fit_curves(self) -> None:
        """Show as much of the upright axis as the curves of the moment need."""
        left, right = sorted(self.shown(X))
        found = []
        for mark in self.live.values():
            if isinstance(mark, Line):
                x, y = self.x_axis.to_view(mark.x), self.y_axis.to_view(mark.y)
                found.append(y[(x >= left) & (x <= right) & np.isfinite(y)])
        values = np.concatenate(found) if found else np.empty(0)
        if values.size:
            low, high = float(values.min()), float(values.max())
            pad = 0.06 * (high - low) or 0.5
            self.box.show_part(y=(low - pad, high + pad))
            self._on_moved()

    def _on_zoomed_changed(self, is_zoomed: bool) -> None:
        self._least_left = self._area.left() if is_zoomed else 0.0
        self.zoomed_changed.emit(is_zoomed)
        self.refresh()

    def _on_moved(self, *_: object) -> None:
        self.moved.emit()
        self.refresh()

    # ---- data to pixels
    def area(self) -> QRectF:
        """Return the rectangle between the axes, in pixels."""
        return self._area

    def shown(self, axis: int) -> tuple[float, float]:
        """Return what is shown of an axis (0: x, 1: y), in the view's numbers."""
        return self.box.shown(axis)

    def shown_rect(self) -> QRectF:
        """Return what is shown, in the view's numbers."""
        return rect_of(self.box)

    def visible(self, axis: int) -> tuple[float, float]:
        """Return what is shown of an axis (0: x, 1: y), in data units."""
        of = self.x_axis if axis == X else self.y_axis
        if self.box.state["autoRange"][axis]:
            return of.low, of.high
        low, high = self.shown(axis)
        return of.from_view(low), of.from_view(high)

    def px(self, x: Array) -> Array:
        """Return pixels from the left."""
        low, high = self.shown(X)
        scale = self._area.width() / (high - low)
        return np.asarray((self.x_axis.to_view(x) - low) * scale + self._area.left())

    def py(self, y: Array) -> Array:
        """Return pixels from the top."""
        low, high = self.shown(Y)
        scale = self._area.height() / (low - high)
        return np.asarray((self.y_axis.to_view(y) - low) * scale + self._area.bottom())

    def vx(self, x: Array) -> Array:
        """Return the view's numbers, none so far outside that Qt would lose it."""
        return _within(self.x_axis.to_view(x), self.shown(X))

    def vy(self, y: Array) -> Array:
        """Return the view's numbers, none so far outside that Qt would lose it."""
        return _within(self.y_axis.to_view(y), self.shown(Y))

    def data_at(self, place: QPointF) -> tuple[float, float]:
        """Return the data under a pixel."""
        area = self._area
        x, y = self.shown(X), self.shown(Y)
        across = (place.x() - area.left()) / max(1.0, area.width())
        up = (area.bottom() - place.y()) / max(1.0, area.height())
        return (
            self.x_axis.from_view(x[0] + across * (x[1] - x[0])),
            self.y_axis.from_view(y[0] + up * (y[1] - y[0])),
        )

    # ---- reading
    def reading_at(self, place: QPointF) -> Tooltip | None:
        """Return the reading at a pixel between the axes."""
        if self.reader is None or not self._area.contains(place):
            return None
        return self.reader(*self.data_at(place))

    # ---- ticks
    def x_ticks(self) -> list[tuple[float, str]]:
        """Return the ticks of the lying axis, value and text."""
        count = max(2.0, self._area.width() / self.theme.px(self.tick_gap))
        return self.x_axis.ticks(count, _ends(self.visible(X)))

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the ticks of the upright axis, value and text."""
        room = self.height() - self.theme.px(40)
        return self.y_axis.ticks(max(2.0, room / self.theme.px(42)), _ends(self.visible(Y)))

    def y_labels(self) -> list[Label]:
        """Return the texts beside the upright axis."""
        return [Label(value, text) for value, text in self.y_ticks()]

    def y_grid(self) -> list[tuple[float, str]]:
        """Return where lines run across the area."""
        return self.y_ticks()

    # ---- from the marks to the scene
    def lay_out(self) -> None:
        """Place the area between the axes; it depends on size and ranges, not on the frame."""
        for _ in range(3):  # how many ticks there are depends on the area in turn
            self.box.fit()
            look = self.frame_look()
            if look == self._frame_look:
                return
            self._frame_look = look
            area = self.room(self.y_labels(), self._lay_legend())
            self.place_area(area)
            self.name_row = lay_below(self).has_own_row
            if self.name_row:
                self.place_area(area.adjusted(0, 0, 0, -self.theme.px(ROW)))

    def room(self, labels: list[Label], rows: int) -> QRectF:
        """Return the room between the axes' texts, a legend of so many rows, and the side."""
        theme, side = self.theme, self.side.wide()
        widest = max([self._wide(label) for label in labels] or [0.0])
        left = float(max(theme.px(22), widest + theme.px(8), self._least_left))
        top = theme.px(7) if not rows else theme.px(6) + rows * theme.px(ROW)
        bottom, right = theme.px(20), float(theme.px(8))
        if side <= 0.45 * self.width():  # else the map is of more use
            right = max(right, side)
        return QRectF(left, top, self.width() - left - right, self.height() - top - bottom)

    def frame_look(self) -> tuple[object, ...]:
        """Return all that axes, grid and legend depend on; few frames change it."""
        x, y, scale = self.x_axis, self.y_axis, self.color_scale
        ends = None if scale is None else (scale.axis.low, scale.axis.high, scale.colors)
        return (
            (x.low, x.high, x.log, x.label, x.brief),
            (y.low, y.high, y.log, y.label, y.brief),
            self.shown(X),
            self.shown(Y),
            self.width(),
            self.height(),
            self.theme,
            (self.legend, self.legend_right, self.column, ends),
            (self.grid, self.square, self.tick_gap, self._least_left),
            self._area.getRect(),
        )

    def place_area(self, area: QRectF) -> None:
        """Put the view box and the axes where they belong, within a rectangle."""
        area.setSize(area.size().expandedTo(QSize(1, 1).toSizeF()))
        self._area = area = self.squared(area) if self.square else area
        self.box.setGeometry(area)
        self.below.setGeometry(
            QRectF(area.left(), area.bottom(), area.width(), self.height() - area.bottom())
        )
        self.beside.setGeometry(QRectF(0, area.top(), area.left(), area.height()))
        self.box.updateMatrix()

    def _wide(self, label: Label) -> float:
        metrics = QFontMetricsF(self.theme.font(label.size, label.weight))
        return metrics.horizontalAdvance(label.text)

    def squared(self, area: QRectF) -> QRectF:
        """Return the largest part of the area in which both axes have the same scale."""
        wide, high = (abs(axis.high - axis.low) for axis in (self.x_axis, self.y_axis))
        scale = min(area.width() / wide, area.height() / high)
        return QRectF(area.left(), area.top(), wide * scale, high * scale)

    def has_legend_row(self) -> bool:
        """Return whether there is room for a row above the plot."""
        return self.height() >= self.theme.px(70)

    def legend_left(self) -> float:
        """Return where the rows above the plot begin, in pixels."""
        return max(0.0, self._area.left() - self.theme.px(34))

    def _lay_legend(self) -> int:
        """Lay the rows above the plot out; return how many there are."""
        theme, start = self.theme, self.legend_left()
        names = (self.y_axis.label, self.y_axis.brief)
        laid = (names, self.legend, start, self.size(), theme, self.legend_right)
        if laid != self._legend_laid:
            self._legend_laid = laid
            rows: tuple[Row, ...] = ()
            if self.has_legend_row():
                first = QRectF(start, 0, self.width() - theme.px(2) - start, theme.px(14))
                most = 3 if self.height() >= theme.px(150) else 2
                rows = lay_legend(
                    names, self.legend, first, theme, right=self.legend_right, most=most
                )
            self.legend_item.show_rows(rows, theme)
        return max(1, len(self.legend_item.rows)) if self.has_legend_row() else 0

    def lay_items(self) -> None:
        """Bring axes and marks into the scene."""
        self.lay_out()
        self.box.updateMatrix()
        is_changed = self._axes_look != self._frame_look
        if is_changed:
            self._axes_look = self._frame_look
            self.below.follow()
            self.beside.follow()
            self.side.follow()
        self.pool.put(is_changed)
        marks = {**self.still, **self.live}
        self.name_item.follow(marks, self.place_look(), self.avoided())

    def place_look(self) -> tuple[object, ...]:
        """Return all that the place of a mark depends on, and its colours."""
        return (self.shown(X), self.shown(Y), self._area, self.theme)

    def avoided(self) -> list[QRectF]:
        """Return rectangles on which no name may stand, in pixels."""
        return []

    def hideEvent(self, event: QHideEvent) -> None:
        """Drop the pictures: dozens of plots on hidden pages keep a megabyte each."""
        super().hideEvent(event)
        for item in self.scene().items():
            mode, none = item.cacheMode(), QGraphicsItem.CacheMode.NoCache
            if mode != none:
                item.setCacheMode(none)
                item.setCacheMode(mode)

    def paint_reading(self, painter: QPainter, reading: Tooltip, cursor: QPointF) -> None:
        """Paint the crosshair, the points it reads, and the label."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.color("faint"), 1))
        painter.drawLines(self._crosshair(reading))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self.theme.color("panel"), 1.5))
        for place, color in self._read_points(reading):
            painter.setBrush(color)
            painter.drawEllipse(place, 3.6, 3.6)
        super().paint_reading(painter, reading, cursor)

    def _crosshair(self, reading: Tooltip) -> list[QLineF]:
        """Return the upright line of a reading, on whole pixels, if it has one in sight."""
        area = self._area
        x = math.nan if reading.x is None else float(self.px(np.array(reading.x)))
        is_in_sight = area.left() <= x <= area.right()
        return [QLineF(round(x), area.top(), round(x), area.bottom())] if is_in_sight else []

    def _read_points(self, reading: Tooltip) -> list[tuple[QPointF, QColor]]:
        """Return the points in sight that are read, in pixels, with their colours."""
        found = []
        for x, y, color in reading.dots:
            place = QPointF(float(self.px(np.array(x))), float(self.py(np.array(y))))
            if math.isfinite(place.x() + place.y()) and self._area.contains(place):
                found.append((place, color))  # nan would be inside, for QRectF
        return found


def _within(values: Array, shown: tuple[float, float]) -> Array:
    """Hold values near what is shown: Qt's coordinates end somewhere."""
    low, high = min(shown), max(shown)
    away = OUTSIDE * (high - low)
    return values.clip(low - away, high + away)


def _ends(part: tuple[float, float]) -> tuple[float, float]:
    return min(part), max(part)
