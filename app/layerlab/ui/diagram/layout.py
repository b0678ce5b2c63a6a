"""Lays a network out for a size and a zoom, and finds what of it is in sight.

The diagram zooms in meaning. A zoom gives columns more height and more distance, and the
height goes into more units that are drawn and into larger tiles; texts keep their size. What
does not fit into the view is scrolled: the highest column with the view, the others so that
all reach their last unit at once. So the neurons beside each other always fill the view, and
each of them can be reached.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF

from layerlab.core.frames import DiagramLayer, DiagramPart
from layerlab.ui.diagram.folding import row_limits, slots, units_within
from layerlab.ui.diagram.geometry import SMALLEST, Column, Geometry
from layerlab.ui.diagram.spacing import (
    LINE_HEIGHT,
    chip_lines,
    chip_widths,
    chipped,
    margins,
    tile_room,
)
from layerlab.ui.theme import Theme

Array = np.ndarray

# Pixels at zoom 1.
LARGEST_TILE, GAP = 68.0, 3.0
NUMBER_ROW = 40.0  # from which on a zoomed row makes room for a bias below its tile
MAX_PITCH = 320.0
WORTH_IT = 1.5  # the least factor by which columns are ever moved apart
GROWTH = 1.8  # of the largest tile, when zoomed


@dataclass(frozen=True)
class Zoom:
    """How far the view is zoomed: factors of the distance of columns, and of their height."""

    x: float = 1.0
    y: float = 1.0

    @property
    def is_out(self) -> bool:
        """Return whether all is in sight."""
        return self.x <= 1.0 and self.y <= 1.0


OVERVIEW = Zoom()


@dataclass(frozen=True, eq=False)
class ColumnRows:
    """One column at a zoom, whatever of it is in sight.

    Attributes:
        x: centre of its tiles in the arrangement.
        units: (n,) which unit has each tile, from the top.
        slots: (n,) the row of each tile.
        count: number of rows, with that of the folded units.
        fold: the row of the folded units, or None.
        folded: number of units without a tile.
        row: height of a row. tile: side of a tile.
    """

    x: float
    units: Array
    slots: Array
    count: int
    fold: int | None
    folded: int
    row: float
    tile: float

    @property
    def height(self) -> float:
        """Height of all rows."""
        return self.row * self.count

    def slot_of(self, unit: float, size: int) -> float:
        """Return how far down, in rows, a unit is; also one that is folded."""
        return float(np.interp(unit, *self._known(size)[::-1]))

    def unit_at(self, slot: float, size: int) -> float:
        """Return the unit, with a fraction, at a distance from the top in rows."""
        return float(np.interp(slot, *self._known(size)))

    def _known(self, size: int) -> tuple[Array, Array]:
        return (
            np.concatenate(([0.0], self.slots + 0.5, [self.count])),
            np.concatenate(([0.0], self.units + 0.5, [size])),
        )


@dataclass(frozen=True)
class Spot:
    """A place of the network that stays under the cursor while the view is zoomed.

    Attributes:
        across: the column, with a fraction. layer: the column next to it.
        unit: of that column, with a fraction. share: how far down all columns are scrolled.
    """

    across: float
    layer: int
    unit: float
    share: float


@dataclass(frozen=True, eq=False)
class Layout:
    """A network at a zoom.

    Attributes:
        view: width and height of the view, in logical pixels.
        width, height: of the whole arrangement.
        top: above the tiles. room: the height of the view that is left for tiles.
        left, right: beside the outer columns. pitch: distance of columns.
        sizes: units of each layer. columns: one for each layer, inputs first.
        zoom: how far it is zoomed.
        chips: layers with a chip. chip_top, chip_width, chip_lines, is_narrow: as of
            `Geometry`.
    """

    view: tuple[int, int]
    width: int
    height: int
    top: float
    room: float
    left: float
    right: float
    pitch: float
    sizes: tuple[int, ...]
    columns: tuple[ColumnRows, ...]
    zoom: Zoom
    chips: tuple[int, ...]
    chip_top: float
    chip_width: float
    chip_lines: int
    is_narrow: bool

    def start(self, layer: int, share: float) -> float:
        """Return where a column begins in the view, scrolled down by a share."""
        over = self.columns[layer].height - self.room
        return self.top - over * (share if over > 0 else 0.5)

    def y_of(self, layer: int, unit: int, share: float) -> float:
        """Return where in the view a unit's centre is, also out of sight or folded."""
        slot = self.columns[layer].slot_of(unit + 0.5, self.sizes[layer])
        return self.start(layer, share) + self.columns[layer].row * slot

    def share(self, y: float) -> float:
        """Return how far down, 0 to 1, a view is whose upper end is at `y`."""
        over = self.height - self.view[1]
        return min(1.0, max(0.0, y / over)) if over > 0 else 0.0

    def spot(self, corner: QPointF, point: QPointF) -> Spot:
        """Return what is at a point of the view whose corner is somewhere."""
        across = (point.x() + corner.x() - self.columns[0].x) / self.pitch
        layer = min(max(round(across), 0), len(self.columns) - 1)
        rows, share = self.columns[layer], self.share(corner.y())
        slot = (point.y() - self.start(layer, share)) / rows.row
        return Spot(across, layer, rows.unit_at(slot, self.sizes[layer]), share)

    def corner(self, spot: Spot, point: QPointF) -> QPointF:
        """Return the corner of the view that has a spot at a point, if that can be."""
        x = self.columns[0].x + spot.across * self.pitch - point.x()
        rows, share = self.columns[spot.layer], spot.share
        over = rows.height - self.room
        if over > 0:
            slot = rows.slot_of(spot.unit, self.sizes[spot.layer])
            share = (self.top - (point.y() - rows.row * slot)) / over
        return self.within(QPointF(x, share * (self.height - self.view[1])))

    def pull(self, corner: QPointF, point: QPointF) -> float:
        """Return how far the view moves with a pixel of the column at a point of it."""
        over = self.columns[self.spot(corner, point).layer].height - self.room
        return (self.height - self.view[1]) / over if over >= 1.0 else 1.0

    def within(self, corner: QPointF) -> QPointF:
        """Return the nearest corner of a view that shows nothing beyond the ends."""
        x = min(max(corner.x(), 0.0), self.width - self.view[0])
        y = min(max(corner.y(), 0.0), self.height - self.view[1])
        return QPointF(round(x), round(y))

    def reveal(self, corner: QPointF, layer: int, unit: int) -> QPointF:
        """Return the corner of the nearest view in which a unit is seen as a whole."""
        rows = self.columns[layer]
        beside = min(0.5 * self.pitch, 0.3 * self.view[0])
        x = min(corner.x(), rows.x - beside)
        x = max(x, rows.x + beside - self.view[0])
        over, y = rows.height - self.room, corner.y()
        if over > 0:
            slot = rows.slot_of(unit + 0.5, self.sizes[layer])
            low = (rows.row * (slot + 0.5) - self.room) / over
            high = rows.row * (slot - 0.5) / over
            share = min(max(self.share(y), low), high)
            y = share * (self.height - self.view[1])
        return self.within(QPointF(x, y))

    def geometry(
        self, corner: QPointF, kept: Collection[tuple[int, int]] = frozenset()
    ) -> Geometry:
        """Return what is in sight of a view with this corner.

        Args:
            corner: its upper left one, in the arrangement.
            kept: layers and units that get their place also out of sight.
        """
        share = self.share(corner.y())
        columns = []
        for layer, rows in enumerate(self.columns):
            x, start = rows.x - corner.x(), self.start(layer, share)
            ys = start + rows.row * (rows.slots + 0.5)
            fold = start + rows.row * (rows.fold + 0.5) if rows.fold is not None else None
            if rows.tile >= SMALLEST:  # whole pixels keep borders and thumbnails crisp
                half = rows.tile / 2
                x, ys = round(x - half) + half, np.round(ys - half) + half
                fold = round(fold - half) + half if fold is not None else None
            units = rows.units
            if not self.zoom.is_out:
                seen = (ys > -rows.row / 2) & (ys < self.chip_top + rows.row / 2)
                seen &= -self.pitch < x < self.view[0] + self.pitch
                for unit in (unit for at, unit in kept if at == layer):
                    seen |= units == unit
                ys, units = ys[seen], units[seen]
                if fold is not None and not 0 < fold < self.chip_top - 8:
                    fold = None
            columns.append(Column(x, ys, rows.tile, rows.row, units, fold, rows.folded))
        return Geometry(
            *self.view,
            self.pitch,
            tuple(columns),
            self.chips,
            self.chip_top,
            self.chip_width,
            self.chip_lines,
            self.is_narrow,
            not self.zoom.is_out,
        )


def lay_out(
    part: DiagramPart, width: int, height: int, theme: Theme, zoom: Zoom = OVERVIEW
) -> Layout:
    """Lay a network out.

    Args:
        part: the network; only its shape matters. At the overview its drawn units have a
            place each, when zoomed as many as fit.
        width, height: size of the view, logical pixels.
        theme: fonts and zoom.
        zoom: how far the view is zoomed.
    """
    scale, layers = theme.zoom, part.layers
    lines = chip_lines(height, scale)
    left, right = margins(part, theme, not zoom.is_out)
    gaps = len(layers) - 1
    whole = round(width * zoom.x)
    arcs = 12 * scale if any(part.skips) else 0.0  # room above for skip connections
    room = tile_room(height, theme) - arcs
    pitch_room = 0.42 * (whole - left - right) / (gaps + 0.42)
    limits = row_limits(part, room * zoom.y, theme, zoom.y)
    units = [
        np.asarray(layer.shown if zoom.is_out else units_within(layer, i, limits[i]))
        for i, layer in enumerate(layers)
    ]
    counts = [slots(layer.size, drawn) for layer, drawn in zip(layers, units, strict=True)]
    heights = []
    for i, count in enumerate(counts):
        # The fullest column has the zoom's height, and its rows are those of the others too,
        # but for these to fill the view.
        each = room / count if zoom.is_out else max(room * zoom.y / max(counts), room / count)
        row, tile = _row(each, pitch_room, theme, zoom, 0 < i < gaps)
        heights.append((units[i], count, row, tile))
    ends = heights[0][3], heights[-1][3]
    pitch = max(1.0, (whole - left - right - sum(ends) / 2) / gaps)
    columns = tuple(
        _rows(layer, left + ends[0] / 2 + i * pitch, *one)
        for i, (layer, one) in enumerate(zip(layers, heights, strict=True))
    )
    over = max(0.0, max(column.height for column in columns) - room)
    wide, narrow = chip_widths(part, theme)
    chip = wide if pitch >= wide else narrow
    return Layout(
        view=(width, height),
        width=whole,
        height=height if zoom.is_out else height + math.ceil(over),
        top=4 * scale + arcs,
        room=room,
        left=left,
        right=right,
        pitch=pitch,
        sizes=tuple(layer.size for layer in layers),
        columns=columns,
        zoom=zoom,
        chips=chipped(len(layers), pitch, chip),
        chip_top=height - lines * LINE_HEIGHT * scale - 2 * scale,
        chip_width=max(chip, min(pitch, wide)),
        chip_lines=lines,
        is_narrow=pitch < wide,
    )


def arrange(part: DiagramPart, width: int, height: int, theme: Theme) -> Geometry:
    """Return the overview of a network: every drawn unit that came has its place."""
    return lay_out(part, width, height, theme).geometry(QPointF())


def largest_zoom(overview: Layout, theme: Theme) -> Zoom:
    """Return how far a network may be zoomed: to readable tiles of every unit."""
    widest = min(MAX_PITCH * theme.zoom, 0.6 * overview.view[0])
    x = (widest - overview.pitch) * (len(overview.sizes) - 1) / overview.view[0] + 1.0
    x = x if x >= WORTH_IT else 1.0  # else it would only push the names beside out of sight
    row = (GROWTH * LARGEST_TILE + LINE_HEIGHT) * theme.zoom
    return Zoom(x, max(2.0, row * max(overview.sizes) / max(overview.room, 1.0)))


def _row(
    each: float, pitch_room: float, theme: Theme, zoom: Zoom, is_hidden: bool
) -> tuple[float, float]:
    """Return the height of a column's rows, of `each` at most, and the side of its tiles."""
    scale = theme.zoom
    gap = min(GAP * scale, 0.25 * each)
    if not zoom.is_out and is_hidden:  # the bias is shown below the tile
        gap += min(LINE_HEIGHT * scale, max(0.0, each - NUMBER_ROW * scale))
    largest = LARGEST_TILE * scale * min(GROWTH, max(1.0, zoom.y))
    tile = min(largest, each - gap, pitch_room)
    tile = float(int(tile)) if tile >= SMALLEST else max(2.0, tile)
    return min(each, max(tile * 1.5 + 9 * scale, 20 * scale)), tile


def _rows(
    layer: DiagramLayer, x: float, units: Array, count: int, row: float, tile: float
) -> ColumnRows:
    folded = layer.size - len(units)
    places = np.arange(count)
    if folded <= 0:
        return ColumnRows(x, units, places[: len(units)], count, None, 0, row, tile)
    fold = fold_place(layer.size, units)
    return ColumnRows(x, units, np.delete(places, fold), count, fold, folded, row, tile)


def fold_place(size: int, units: Array) -> int:
    """Return before which drawn unit the folded ones are noted; the end if scattered."""
    breaks = np.flatnonzero(np.diff(units) > 1)
    ends_well = len(units) and int(units[-1]) == size - 1
    return int(breaks[0]) + 1 if len(breaks) == 1 and ends_well else len(units)
