"""Names of reference lines and points, placed where nothing runs through them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.host import Host
from layerlab.ui.plotting.items import Dots, HLine, Line, Segments, Tag, TextMark, VLine
from layerlab.ui.plotting.writing import CENTRE, Written, write

Array = np.ndarray
SIZE = 10  # of the letters, at zoom 1
Z = 500.0
LATE_MS = 250  # after which curves that moved are looked at once more
_PATIENCE = 10  # frames of moving curves after which a name may have to go elsewhere
_DOT_RADIUS = 3.0  # pixels from a dot's middle that it covers
_APART, _ALONG = 6.0, 64  # pixels between places on a straight line, and how many at most
_SAMPLES = 9  # places across a name at which curves are looked at
_NAME, _CURVE, _DOT, _MOVE = 1000.0, 3.0, 4.0, 2.0  # what it costs to lie on each; to move


def _place_key(mark: Any) -> tuple[object, ...]:
    """Return what the place of a mark's name depends on: not its text."""
    return tuple(part for part in mark.key() if part != mark.text)


def _texts(named: dict[str, Any]) -> tuple[str, ...]:
    return tuple(mark.text for mark in named.values())


class Names(pg.GraphicsObject):
    """The names of reference lines and points of a plot, over everything drawn in it."""

    def __init__(self, plot: Host) -> None:
        super().__init__()
        self._plot = plot
        self._placed: dict[str, tuple[Any, QRectF]] = {}
        self._last: dict[str, int] = {}  # which of its places a name had
        self._look: object = None
        self._texts: tuple[str, ...] = ()
        self._frames = 0  # since the names were placed
        self._frame: object = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self._on_late)
        self.setZValue(Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def _on_late(self) -> None:
        """Place the names once more: the curves rest."""
        self._frames = _PATIENCE
        self._plot.refresh()

    def boundingRect(self) -> QRectF:
        """Return the area of the plot."""
        return self._plot.area()

    def rects(self) -> dict[str, QRectF]:
        """Return where the names stand, by their marks' names, in pixels."""
        return {name: rect for name, (_, rect) in self._placed.items()}

    def follow(self, marks: dict[str, Any], look: object, avoid: list[QRectF]) -> None:
        """Place the names of these marks.

        Args:
            marks: all that is drawn, by name.
            look: equal as long as the plot shows the same part in the same size.
            avoid: what the names must not lie on either.
        """
        named = {
            n: m for n, m in marks.items() if isinstance(m, HLine | VLine | Tag) and m.text
        }
        if not named and not self._placed:
            return
        self._frames += 1
        look = (look, {name: _place_key(mark) for name, mark in named.items()})
        if look == self._look and self._frames < _PATIENCE:
            self._late.start()  # with the last frame, which no other follows
            self._rewrite(named)
            return  # curves move little from frame to frame
        self._look, self._frames = look, 0
        self._late.stop()
        if self._frame != (self._plot.theme, self._plot.area()):
            self._frame = (self._plot.theme, self._plot.area())
            self._last.clear()  # starts afresh: not where it was in another size
        self.prepareGeometryChange()
        self.setVisible(bool(named))
        self._placed = {}
        self._texts = _texts(named)
        taken = list(avoid)
        for mark in marks.values():
            if isinstance(mark, TextMark):
                taken += mark.rects(self._plot)
        curves = [self._curve(m) for m in marks.values() if isinstance(m, Line)]
        dots = [self._dots(m) for m in marks.values() if isinstance(m, Dots)]
        dots += [self._strokes(m) for m in marks.values() if isinstance(m, Segments)]
        for name, mark in named.items():
            places = self._places(mark)
            others = [m for n, m in named.items() if n != name]
            best = self._best(name, places, taken, curves, dots, others)
            if best is not None:
                self._placed[name] = (mark, best)
                taken.append(best)

    def _rewrite(self, named: dict[str, Any]) -> None:
        """Write names whose text changed, such as a count, where they were."""
        if _texts(named) != self._texts:
            self._texts = _texts(named)
            for name in self._placed:
                places = self._places(named[name])
                if places:
                    at = min(self._last[name], len(places) - 1)
                    self._placed[name] = named[name], places[at]

    def _places(self, mark: Any) -> list[QRectF]:
        """Return where a mark's name may stand, in pixels, the best first."""
        theme = self._plot.theme
        metrics = QFontMetricsF(theme.font(SIZE))
        wide = metrics.horizontalAdvance(mark.text) + theme.px(6)
        return list(mark.places(self._plot, wide, theme.px(14)))

    def _best(
        self,
        name: str,
        places: list[QRectF],
        taken: list[QRectF],
        curves: list[tuple[Array, Array]],
        dots: list[tuple[Array, Array]],
        others: list[Any],
    ) -> QRectF | None:
        if not places:
            return None
        last = self._last.get(name, 0)
        order = sorted(range(len(places)), key=lambda k: (k != last, k))
        least, best = np.inf, order[0]
        for rank, k in enumerate(order):
            cost = self._cost(places[k], taken, curves, dots, others) + _MOVE * (rank > 0)
            if cost < least:
                least, best = cost, k
            if least <= _MOVE * (rank > 0):
                break  # nothing is in its way
        self._last[name] = best
        return places[best]

    def _cost(
        self,
        rect: QRectF,
        taken: list[QRectF],
        curves: list[tuple[Array, Array]],
        dots: list[tuple[Array, Array]],
        others: list[Any],
    ) -> float:
        plot, area = self._plot, self._plot.area()
        cost = _NAME * sum(rect.intersects(other) for other in taken)
        if not area.adjusted(-1, -1, 1, 1).contains(rect):
            cost += 2 * _NAME
        at = np.linspace(rect.left(), rect.right(), _SAMPLES)
        for x, y in curves:
            if x.size > 1:
                rows = np.interp(at, x, y, left=np.nan, right=np.nan)
                cost += _CURVE * np.sum((rows > rect.top() - 2) & (rows < rect.bottom() + 2))
        for x, y in dots:
            across = (x > rect.left() - _DOT_RADIUS) & (x < rect.right() + _DOT_RADIUS)
            cost += _DOT * np.sum(
                across & (y > rect.top() - _DOT_RADIUS) & (y < rect.bottom() + _DOT_RADIUS)
            )
        for mark in others:
            if isinstance(mark, HLine):
                level = float(plot.py(np.array(mark.level)))
                cost += _CURVE * _SAMPLES * (rect.top() < level < rect.bottom())
            elif isinstance(mark, VLine):
                place = float(plot.px(np.array(mark.at)))
                cost += _CURVE * 2 * (rect.left() < place < rect.right())
        return float(cost)

    def _curve(self, mark: Line) -> tuple[Array, Array]:
        x, y = self._plot.px(mark.x), self._plot.py(mark.y)
        good = np.isfinite(x) & np.isfinite(y)
        x, y = x[good], y[good]
        if x.size > 1 and np.any(np.diff(x) < 0):  # np.interp wants them ascending
            order = np.argsort(x, kind="stable")
            x, y = x[order], y[order]
        return x, y

    def _dots(self, mark: Dots) -> tuple[Array, Array]:
        return self._plot.px(np.asarray(mark.x)), self._plot.py(np.asarray(mark.y))

    def _strokes(self, mark: Segments) -> tuple[Array, Array]:
        """Return places along straight lines, a few pixels apart."""
        x0, x1 = (self._plot.px(np.asarray(x, float)) for x in (mark.x0, mark.x1))
        y0, y1 = (self._plot.py(np.asarray(y, float)) for y in (mark.y0, mark.y1))
        longest = np.nanmax(np.hypot(x1 - x0, y1 - y0), initial=0.0)
        share = np.linspace(0, 1, int(np.clip(longest / _APART, 2, _ALONG)))[:, None]
        return (x0 + share * (x1 - x0)).ravel(), (y0 + share * (y1 - y0)).ravel()

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the names, readable on top of curves."""
        ground = self._plot.theme.color("panel", 0.8)
        for mark, rect in self._placed.values():
            if isinstance(mark, Tag):
                mark.lead(painter, mark.point(self._plot), rect)
        for mark, rect in self._placed.values():
            painter.fillRect(rect, ground)
            name = Written(rect, mark.text, mark.color, CENTRE, SIZE)
            write(painter, [name], self._plot.theme)
