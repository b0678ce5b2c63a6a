"""Brush and pen: what strokes in a plot make of points and of a curve."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from layerlab.core import by_hand
from layerlab.core.by_hand import Place, Points
from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.ui.plotting.host import Host

EDIT_MS = 16  # moves within this time are one edit
PATIENCE_MS = 250  # after which an edit is made although the last one is not trained yet
PAINT, ERASE, PAN = "paint", "erase", "pan"
SIZES = (0.0, 0.08, 0.16, 0.28)  # radius of the brush, in units of the axes
DENSITIES = (1, 3, 6)  # points of a touch
SMALLEST = 0.04  # radius of the eraser where the brush has none
APART = 0.05  # touches of a brush of no size; else half its radius
DOT, PEN = 3.0, 4.0  # pixels at zoom 1


class HandTool(QObject):
    """A tool that edits a tuple of points.

    Signals:
        grabbed(), released(): a stroke begins, has ended: all of it is one step of undo.
        edited(points): what the strokes have made.
        full(sentence): why nothing was added.
        changed(): another mode, class or size is chosen.

    A stroke goes on while networks are trained on what it has made so far: the next edit waits
    until that is done, else none would ever be seen.

    Attributes:
        points: as the strokes have made them. shown: those that the view draws already.
        mode: `paint`, `erase` or `pan`.
    """

    grabbed = Signal()
    released = Signal()
    edited = Signal(object)
    full = Signal(str)
    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.points: Points = ()
        self.shown: Points = ()
        self.mode = PAINT
        self._last: Place | None = None  # of the stroke under way
        self._erases = self._is_full = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._emit)
        self._sent: Points | None = None  # edits that are not trained yet

    @property
    def is_chosen(self) -> bool:
        """Whether strokes are its own; else the mouse pans."""
        return self.mode != PAN

    def choose(self, mode: str) -> None:
        """Paint, erase, or let the mouse pan."""
        if mode != self.mode:
            self.mode = mode
            self.changed.emit()

    def set_points(self, points: Points) -> None:
        """Take the points that are in force; during a stroke its own are newer."""
        if self._last is None:
            self.points = points

    def set_shown(self, points: Points, is_trained: bool) -> None:
        """Take the points that the view draws now, and whether their training has ended."""
        self.shown = points
        if is_trained and points == self._sent:
            self._sent = None
            if self._timer.isActive():
                self._timer.start(EDIT_MS)

    def clear(self) -> None:
        """Take all points away, as one step of undo."""
        if self.points and self._last is None:
            self.grabbed.emit()
            self.points = ()
            self.edited.emit(())
            self.released.emit()

    # ---- strokes
    def begin(self, at: Place, erases: bool) -> None:
        """Begin a stroke with the mouse."""
        self._last, self._is_full, self._sent = at, False, None
        self._erases = erases or self.mode == ERASE
        self.grabbed.emit()
        self._take(self.stroke(self.points, None, at, self._erases))

    def follow(self, at: Place) -> None:
        """Go on to a place."""
        if self._last is not None:
            self._take(self.stroke(self.points, self._last, at, self._erases))
            self._last = at

    def end(self) -> None:
        """End the stroke."""
        if self._last is not None:
            self._last = None
            if self._timer.isActive():
                self._timer.stop()
                self._emit()
            self.released.emit()

    def drop(self) -> None:
        """End a stroke without a further edit: the data are of another task by now."""
        self._timer.stop()
        self._sent = None
        if self._last is not None:
            self._last = None
            self.released.emit()

    def touch(self, start: Place, end: Place, erases: bool) -> None:
        """Make a short stroke by keyboard."""
        if self._last is not None:
            return
        self._is_full = False
        points = self.stroke(self.points, None, start, erases or self.mode == ERASE)
        if end != start:
            points = self.stroke(points, start, end, erases or self.mode == ERASE)
        if points != self.points:
            self.points = points
            self._emit()

    def _take(self, points: Points) -> None:
        if points != self.points:
            self.points = points
            if not self._timer.isActive():
                self._timer.start(EDIT_MS if self._sent is None else PATIENCE_MS)

    def _emit(self) -> None:
        self._sent = self.points
        self.edited.emit(self.points)

    def stroke(self, points: Points, start: Place | None, end: Place, erases: bool) -> Points:
        """Return the points after a stroke. Abstract.

        Args:
            points: before. start: where it comes from; None at its beginning. end: where it
                is now. erases: whether it takes away.
        """
        raise NotImplementedError

    # ---- painting
    def paint(self, painter: QPainter, plot: Host, at: Place | None) -> None:
        """Paint what the view does not show yet, and the tool at a place. Abstract."""
        raise NotImplementedError


class Brush(HandTool):
    """Paints points of a class, or erases points of any.

    Attributes:
        label: the class, 1 to 6. size, density: places in `SIZES` and `DENSITIES`.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.label, self.size, self.density = 1, 2, 1
        self._travelled = 0.0  # since the last touch
        self._fresh: tuple[Points, Points, Points] = ((), (), ())

    def choose_class(self, label: int) -> None:
        """Paint points of a class, 1 to 6."""
        self.label, self.mode = label, PAINT
        self.changed.emit()

    def resize(self, size: int) -> None:
        """Take a brush of another size, a place in `SIZES`."""
        self.size = min(max(0, size), len(SIZES) - 1)
        self.changed.emit()

    def set_density(self, density: int) -> None:
        """Leave more or fewer points, a place in `DENSITIES`."""
        self.density = min(max(0, density), len(DENSITIES) - 1)
        self.changed.emit()

    def radius(self, erases: bool) -> float:
        """Return the radius of what is used, in units of the axes."""
        return max(SMALLEST, SIZES[self.size]) if erases else SIZES[self.size]

    def stroke(self, points: Points, start: Place | None, end: Place, erases: bool) -> Points:
        """Return the points after touches along a way, however quick the mouse was."""
        radius = self.radius(erases)
        gap = max(APART, radius / 2)
        for at in self._touches(start, end, radius / 2 if erases else gap):
            if erases:
                points = by_hand.erased(points, at, radius)
                continue
            if by_hand.count(points) >= by_hand.MAX_POINTS:
                if not self._is_full:
                    self._is_full = True
                    most = grouped(by_hand.MAX_POINTS)
                    self.full.emit(
                        _("{most} points are the most: erase some first.", most=most)
                    )
                break
            points = by_hand.sprayed(points, at, radius, DENSITIES[self.density], self.label)
        return points

    def _touches(self, start: Place | None, end: Place, gap: float) -> list[Place]:
        """Return where the brush touches on its way, as far apart as `gap`."""
        if start is None:
            self._travelled = 0.0
            return [end]
        way = math.hypot(end[0] - start[0], end[1] - start[1])
        found, at = [], gap - self._travelled
        while at <= way:
            share = at / way if way else 1.0
            found.append(
                (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            )
            at += gap
        self._travelled = way - (at - gap)
        return found

    def paint(self, painter: QPainter, plot: Host, at: Place | None) -> None:
        """Paint points that are not drawn yet, and the circle of the brush."""
        theme = plot.theme
        fresh = self._not_shown()
        if fresh:
            rows = np.reshape(fresh, (-1, 3))
            painter.setPen(QPen(theme.color("panel"), 1))
            radius = DOT * theme.zoom
            places = zip(
                plot.px(rows[:, 0]).tolist(), plot.py(rows[:, 1]).tolist(), strict=True
            )
            for (x, y), label in zip(places, rows[:, 2].tolist(), strict=True):
                painter.setBrush(theme.class_color(int(label) - 1))
                painter.drawEllipse(QPointF(x, y), radius, radius)
        if at is not None:
            erases = self.mode == ERASE or (self._last is not None and self._erases)
            color = theme.color("text") if erases else theme.class_color(self.label - 1)
            _paint_circle(painter, plot, at, self.radius(erases), color)

    def _not_shown(self) -> Points:
        """Return the points that the newest frame does not have."""
        if self._fresh[:2] != (self.points, self.shown):
            known = set(_triples(self.shown))
            found: list[float] = []
            for one in _triples(self.points):
                if one not in known:
                    found += one
            self._fresh = self.points, self.shown, tuple(found)
        return self._fresh[2]


class Pen(HandTool):
    """Draws a curve over the x that it passes; erasing leaves a straight line there."""

    def stroke(self, points: Points, start: Place | None, end: Place, erases: bool) -> Points:
        """Return the curve after a stroke."""
        if erases:
            before = end if start is None else start
            return by_hand.cut(points, before[0], end[0])
        return by_hand.drawn(points, end if start is None else start, end)

    def paint(self, painter: QPainter, plot: Host, at: Place | None) -> None:
        """Paint a curve that is not drawn yet, and the tip of the pen."""
        theme = plot.theme
        if self.points != self.shown and self.points:
            rows = np.reshape(self.points, (-1, 2))
            x, y = plot.px(rows[:, 0]).tolist(), plot.py(rows[:, 1]).tolist()
            painter.setPen(QPen(theme.color("text"), 1.6 * theme.zoom))
            line = [QPointF(*place) for place in zip(x, y, strict=True)]
            painter.drawPolyline(QPolygonF(line))
            if len(line) == 1:
                painter.drawPoint(line[0])
        if at is not None:
            erases = self.mode == ERASE or (self._last is not None and self._erases)
            _paint_circle(painter, plot, at, 0.0, theme.color("text" if erases else "accent"))


def _triples(points: Points) -> list[Points]:
    return list(zip(points[0::3], points[1::3], points[2::3], strict=True))


def _paint_circle(
    painter: QPainter, plot: Host, at: Place, radius: float, color: QColor
) -> None:
    """Paint the outline of a tool; one of no size as a small ring."""
    least = PEN * plot.theme.zoom
    x = plot.px(np.array([at[0], at[0] + radius])).tolist()
    y = plot.py(np.array([at[1], at[1] + radius])).tolist()
    wide, high = max(least, abs(x[1] - x[0])), max(least, abs(y[1] - y[0]))
    box = QRectF(x[0] - wide, y[0] - high, 2 * wide, 2 * high)
    soft = QColor(color)
    soft.setAlphaF(0.16)
    painter.setBrush(soft)
    painter.setPen(QPen(plot.theme.color("panel"), 3.5))  # is seen on any map
    painter.drawEllipse(box)
    painter.setPen(QPen(color, 1.6))
    painter.drawEllipse(box)
