"""Zoom and pan of the diagram: what of the network is in sight, and the ways to move there."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import DiagramPart, Units
from layerlab.ui.diagram.box import DiagramBox
from layerlab.ui.diagram.folding import overview_units, pick
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.layout import (
    OVERVIEW,
    Layout,
    Spot,
    Zoom,
    largest_zoom,
    lay_out,
)
from layerlab.ui.diagram.minimap import Minimap
from layerlab.ui.diagram.spacing import tile_room
from layerlab.ui.plotting.surface import Surface

KEPT = 24  # arrangements: a drag of a slider comes back to the same widths
ASKING_MS = 50  # between two requests for units in sight
UNFOLDING = 1.15  # how much closer a step of unfolding goes
TOLERANCE = 1.02  # a zoom below is none
MIN_BAND = 5  # pixels of the longer side of a rectangle that is to fill the view


class ZoomingView(Surface):
    """A view of one network: all of it, or a part that is larger and more detailed. Abstract.

    Signals:
        zoomed_changed: whether a part is shown, when that has changed.
        units_wanted: of each layer, the units whose pictures are to be measured; empty for
            those of the overview.

    Attributes:
        zoom: how far the view is zoomed. corner: of the view in the arrangement.
    """

    zoomed_changed = Signal(bool)
    units_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.zoom, self.corner = OVERVIEW, QPointF()
        self.part: DiagramPart | None = None
        self._given: DiagramPart | None = None  # as it came
        self._shape: Hashable = None
        self._overviews: OrderedDict[Hashable, tuple[Layout, Geometry]] = OrderedDict()
        self._layout: Layout | None = None
        self._geometry: Geometry | None = None
        self._kept_units: frozenset[tuple[int, int]] = frozenset()  # drawn also out of sight
        self._is_moving = False
        self._pull = 1.0  # of a drag: what is under the cursor stays there
        self.box = DiagramBox()
        self.scene().addItem(self.box)
        self.box.scaled.connect(self._on_scaled)
        self.box.framed.connect(self._on_framed)
        self.box.sigRangeChanged.connect(self._on_range_changed)
        self.minimap = Minimap(self)
        self.minimap.dragged.connect(self._on_minimap_dragged)
        self._units: Units = ()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(ASKING_MS)
        self._asking.timeout.connect(lambda: self.units_wanted.emit(self._units))

    def _sight_changed(self) -> None:
        """Follow, where something else is in sight. Abstract."""
        raise NotImplementedError

    # ---- what is in sight
    @property
    def is_zoomed(self) -> bool:
        """Return whether a part of the network is shown."""
        return not self.zoom.is_out

    def _overview(self, part: DiagramPart | None = None) -> tuple[Layout, Geometry]:
        """Return the layout of everything; of the network as it came, or one picked from it."""
        size = self.width(), self.height()
        key = (self._shape, size, self.theme)
        if key not in self._overviews:
            if part is None:
                assert self._given is not None
                part = pick(self._given, self._overview_units())[0]
            layout = lay_out(part, *size, self.theme)
            self._overviews[key] = layout, layout.geometry(QPointF())
            while len(self._overviews) > KEPT:
                self._overviews.popitem(last=False)
        self._overviews.move_to_end(key)
        return self._overviews[key]

    def _overview_units(self) -> list:
        assert self._given is not None
        return overview_units(self._given, tile_room(self.height(), self.theme), self.theme)

    def layout_now(self) -> Layout | None:
        """Return the arrangement at the present size and zoom; None before the first frame."""
        if self._given is None:
            return None
        if not self.is_zoomed:
            return self._overview()[0]
        if self._layout is None:
            size = self.width(), self.height()
            self._layout = lay_out(self._given, *size, self.theme, self.zoom)
        return self._layout

    def geometry_now(self) -> Geometry | None:
        """Return what is in sight, in pixels of the view; None before the first frame."""
        if self._geometry is None and self._given is not None:
            if not self.is_zoomed:
                self._geometry = self._overview()[1]
            else:
                layout = self.layout_now()
                assert layout is not None
                found = layout.geometry(self.corner, self._kept_units)
                aside = QRectF(self.minimap.geometry()) if self._has_minimap() else QRectF()
                self._geometry = dataclasses.replace(found, aside=aside)
        return self._geometry

    def _has_minimap(self) -> bool:
        return self.is_zoomed and not self.minimap.isHidden()

    # ---- moving
    def reset_zoom(self) -> None:
        """Show the whole network."""
        self._look_at(OVERVIEW, QPointF())

    def zoom_by(self, x: float, y: float, point: QPointF | None = None) -> None:
        """Come closer, or go away.

        Args:
            x, y: factors of the distance of columns and of their height; above 1 is closer.
            point: of the view, what is there stays; the middle if None.
        """
        layout = self.layout_now()
        if layout is None:
            return
        point = point if point is not None else QPointF(self.width() / 2, layout.room / 2)
        zoom = self._limited(Zoom(self.zoom.x * x, self.zoom.y * y))
        if zoom != self.zoom:
            self._go(layout.spot(self.corner, point), point, zoom)

    def _limited(self, zoom: Zoom) -> Zoom:
        most = largest_zoom(self._overview()[0], self.theme)
        x, y = min(max(zoom.x, 1.0), most.x), min(max(zoom.y, 1.0), most.y)
        return Zoom(x, y) if max(x, y) > TOLERANCE else OVERVIEW

    def _go(self, spot: Spot, point: QPointF, zoom: Zoom) -> None:
        """Zoom, so that a spot of the network is at a point of the view."""
        if zoom.is_out:
            self.reset_zoom()
            return
        assert self._given is not None
        layout = lay_out(self._given, self.width(), self.height(), self.theme, zoom)
        self._look_at(zoom, layout.corner(spot, point), layout)

    def reveal(self, layer: int, unit: int) -> None:
        """Bring a unit into sight; come closer if it is folded."""
        layout = self.layout_now()
        if layout is None:
            return
        zoom, point = self.zoom, QPointF(self.width() / 2, layout.room / 2)
        spot = layout.spot(self.corner, point)
        while unit not in layout.columns[layer].units:
            closer = self._limited(Zoom(zoom.x, zoom.y * UNFOLDING))
            if closer == zoom:
                break
            zoom = closer
            assert self._given is not None
            layout = lay_out(self._given, self.width(), self.height(), self.theme, zoom)
        if zoom.is_out:
            return
        corner = self.corner if zoom == self.zoom else layout.corner(spot, point)
        self._look_at(zoom, layout.reveal(corner, layer, unit), layout)

    def _look_at(self, zoom: Zoom, corner: QPointF, layout: Layout | None = None) -> None:
        """Show the part of a zoom that has this corner."""
        if (zoom, corner) == (self.zoom, self.corner):
            return
        was_zoomed = self.is_zoomed
        if zoom != self.zoom:
            self._layout = layout
        self.zoom, self.corner = zoom, corner
        self._follow_sight()
        if self.is_zoomed != was_zoomed:
            self.zoomed_changed.emit(self.is_zoomed)

    def _follow_sight(self) -> None:
        """Let the box, minimap and units follow what is in sight."""
        self._geometry = None
        layout = self.layout_now()
        whole = (
            (self.width(), self.height()) if layout is None else (layout.width, layout.height)
        )
        if layout is not None:
            self.corner = layout.within(self.corner)
        view = QRectF(self.rect())
        self._is_moving = True
        self.box.setGeometry(view)
        self.box.see(QRectF(self.corner, view.size()), whole)
        self._is_moving = False
        self._place_minimap(layout)
        self._sight_changed()
        self._ask()
        self.refresh()

    def _rearrange(self) -> None:
        """Lay out again, for another size, theme or network."""
        self._layout = None
        if self._given is not None and self.is_zoomed:
            self.zoom = self._limited(self.zoom)
        self._follow_sight()

    def _place_minimap(self, layout: Layout | None) -> None:
        is_shown = self.is_zoomed and not self.is_figure and layout is not None
        if is_shown and layout is not None:
            size = self.minimap.room(layout)
            corner = QPoint(self.width() - size.width() - 1, self.height() - size.height() - 1)
            self.minimap.setGeometry(corner.x(), corner.y(), size.width(), size.height())
            self.minimap.show_part(layout, self.corner)
        self.minimap.setVisible(is_shown)

    def _ask(self) -> None:
        """Ask for the units in sight and those around, once the view rests for a moment."""
        units: Units = ()
        geometry, layout = self.geometry_now(), self.layout_now()
        if self.is_zoomed and geometry is not None and layout is not None:
            around = []
            for column, rows in zip(geometry.columns, layout.columns, strict=True):
                wanted = column.units
                if len(wanted):
                    reach = np.arange(-(len(wanted) // 2) - 1, len(wanted) // 2 + 2)
                    places = np.searchsorted(rows.units, wanted)[:, None] + reach
                    places = np.unique(np.clip(places, 0, len(rows.units) - 1))
                    wanted = rows.units[places]
                around.append(tuple(wanted.tolist()))
            units = tuple(around)
        if units != self._units:
            self._units = units
            if not self._asking.isActive():
                self._asking.start()

    # ---- what the mouse asks for
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; leave the wheel to what scrolls where there is nothing to zoom out of."""
        before = self.zoom
        super().wheelEvent(event)
        if before == self.zoom == OVERVIEW:
            event.ignore()

    def follow_wheel(self, place: QPointF) -> None:
        """Read nothing until the mouse moves: panels would flicker by on the way."""

    def _on_scaled(self, x: float, y: float, center: QPointF) -> None:
        self.zoom_by(1.0 / x, 1.0 / y, center - self.corner)

    def _on_framed(self, rect: QRectF) -> None:
        layout = self.layout_now()
        wide, high = rect.width(), rect.height()
        if layout is None or min(wide, high) < 1 or max(wide, high) < MIN_BAND:
            return
        spot = layout.spot(self.corner, rect.center() - self.corner)
        x, y = self.width() / wide, layout.room / high
        zoom = self._limited(Zoom(self.zoom.x * max(1.0, x), self.zoom.y * max(1.0, y)))
        self._go(spot, QPointF(self.width() / 2, layout.top + layout.room / 2), zoom)

    def _on_range_changed(self, *args: object) -> None:
        layout = self.layout_now()
        if self._is_moving or layout is None:
            return
        corner = self.box.viewRect().topLeft()
        corner.setY(self.corner.y() + self._pull * (corner.y() - self.corner.y()))
        self._look_at(self.zoom, layout.within(corner))

    def _on_minimap_dragged(self, share: QPointF) -> None:
        layout = self.layout_now()
        if layout is not None:
            x = share.x() * (layout.width - layout.view[0])
            y = share.y() * (layout.height - layout.view[1])
            self._look_at(self.zoom, layout.within(QPointF(x, y)))
