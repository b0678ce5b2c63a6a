"""What marks and their items have in common: places, keys, and painting in pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from shiboken6 import Shiboken

from layerlab.ui.plotting.axes import to_pixels
from layerlab.ui.plotting.guard import reported

Array = np.ndarray
LIMIT_PX = 16_000.0  # the rasterizer's coordinates end at 32,767
Colors = QColor | list[QColor]


class Space(Protocol):
    """What marks know of their plot."""

    def px(self, x: Array) -> Array:
        """Return pixels from the left."""

    def py(self, y: Array) -> Array:
        """Return pixels from the top."""

    def vx(self, x: Array) -> Array:
        """Return the view's numbers, not far outside of what is shown."""

    def vy(self, y: Array) -> Array:
        """Return the view's numbers, not far outside of what is shown."""

    def area(self) -> QRectF:
        """Return the rectangle between the axes, in pixels."""

    def shown_rect(self) -> QRectF:
        """Return what is shown, in the view's numbers."""


class Mark(Protocol):
    """Something with a place in a plot, and the item that shows it."""

    def make(self) -> pg.GraphicsObject:
        """Return a new item for marks of this kind."""

    def put(self, item: Any, space: Space) -> None:
        """Let an item of `make` show this mark."""

    def key(self) -> object:
        """Return something that is equal when it would look the same in the same space."""


class Everywhere:
    """An item whose bounds are what its view shows: its data are not read for them.

    It comes before a class of pyqtgraph among the bases.
    """

    _rect = QRectF(0, 0, 1, 1)

    def boundingRect(self) -> QRectF:
        """Return what the view shows."""
        return self._rect

    def follow(self, rect: QRectF) -> None:
        """Know what the view shows."""
        if rect != self._rect:
            self.prepareGeometryChange()  # type: ignore[attr-defined]
            self._rect = rect

    def dataBounds(self, ax: int, frac: float = 1.0, orthoRange: object = None) -> Any:
        """Return none: the axes do not follow the items."""
        return None, None

    def informViewBoundsChanged(self) -> None:
        """Emit nothing, for the same reason."""


class Styled:
    """An item that takes pens and brushes only where they look different from before."""

    _look: object = None

    def restyled(self, look: object) -> bool:
        """Note what the item is to look like; return whether that is another look."""
        is_other = look != self._look
        self._look = look
        return is_other


class OnPaper:
    """An item that a figure shows in the pixels of its page, without a scale.

    Files have no pens that are as wide at any scale: a curve in the view's numbers would have
    lines as wide as these. It comes before a class of pyqtgraph among the bases, whose `paint`
    serves the screen; `paint_flat` serves the page.
    """

    page: QRectF | None = None  # the area, while a figure is made

    @reported
    def paint(self, painter: QPainter, *args: Any) -> None:
        """Paint for the screen, or for the page."""
        if self.page is None:
            super().paint(painter, *args)  # type: ignore[misc]
            return
        painter.save()
        to_pixels(self, painter)
        painter.setClipRect(self.page.adjusted(-1, -1, 1, 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.paint_flat(painter, self.sceneTransform())  # type: ignore[attr-defined]
        painter.restore()

    def paint_flat(self, painter: QPainter, to_page: QTransform) -> None:
        """Paint in pixels of the page; `to_page` leads there from the item's numbers."""
        raise NotImplementedError


class PaintedItem(OnPaper, Everywhere, pg.GraphicsObject):
    """An item that lets a mark paint itself in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._mark: Painted | None = None
        self._space: Space | None = None

    def show_mark(self, mark: Painted, space: Space) -> None:
        """Show a mark."""
        self._mark, self._space = mark, space
        self.update()

    @reported
    def paint(self, painter: QPainter, *args: Any) -> None:
        """Paint the mark."""
        if self._mark is None or self._space is None:
            return
        to_pixels(self, painter)
        if self.page is not None:
            painter.setClipRect(self.page.adjusted(-1, -1, 1, 1))
        self._mark.paint(painter, self._space)


class Painted(ABC):
    """A mark that paints itself in pixels: what pyqtgraph has no item for."""

    def make(self) -> PaintedItem:
        """Return a new item."""
        return PaintedItem()

    def put(self, item: PaintedItem, space: Space) -> None:
        """Let the item show this mark."""
        item.show_mark(self, space)

    @abstractmethod
    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint it; the painter is clipped to the plot's area."""

    @abstractmethod
    def key(self) -> object:
        """Return what it looks like."""


def pen_of(color: QColor, width: float, dash: tuple[float, float] | None = None) -> QPen:
    """Return a pen as wide on the screen whatever the scale.

    Args:
        color: its colour. width: in pixels. dash: lengths of dash and gap in units of the
            width, or None.
    """
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)  # round joins cost twice as much
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dash:
        pen.setDashPattern(list(dash))
    return pen


def color_key(colors: QColor | list[QColor] | tuple[QColor, ...] | Any) -> tuple[int, ...]:
    """Return colours as numbers."""
    return tuple(c.rgba() for c in ([colors] if isinstance(colors, QColor) else colors))


def array_key(*arrays: Array) -> tuple[bytes, ...]:
    """Return arrays as something that compares quickly."""
    return tuple(np.asarray(a).tobytes() for a in arrays)


def ends_of(space: Space, x0: Array, y0: Array, x1: Array, y1: Array) -> Array:
    """Return both ends of straight lines, (n,) each in data units, in pixels. (n, 4)"""
    return np.stack([space.px(x0), space.py(y0), space.px(x1), space.py(y1)], axis=1)


def polygon(x: Array, y: Array) -> QPolygonF:
    """Return the points as a polygon: (n,) and (n,) in pixels, all finite."""
    shape = QPolygonF()
    shape.resize(x.size)
    if not x.size:
        return shape
    # Filling Qt's own buffer costs 3 us; a list of QPointF costs 80.
    address: Any = Shiboken.VoidPtr(shape.data(), x.size * 16, True)  # type: ignore[call-arg,arg-type]
    view = np.frombuffer(address, float).reshape(-1, 2)
    view[:, 0] = x
    y.clip(-LIMIT_PX, LIMIT_PX, out=view[:, 1])
    return shape


def finite_runs(good: Array) -> Iterator[slice]:
    """Yield the stretches of a mask that are True."""
    if good.all():
        if good.size:
            yield slice(0, good.size)
        return
    # Framed by False, the mask changes at the start and behind the end of each stretch.
    edges = np.flatnonzero(np.diff(np.r_[False, good, False].astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        yield slice(int(start), int(stop))


def evenly_spaced(count: int, most: int) -> Array:
    """Return indices of at most `most` of `count` points, evenly spaced."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).astype(int)
