"""Small pictures with their names on one sheet, and the card around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFocusEvent

from layerlab.core.translation import _
from layerlab.ui.card import Card
from layerlab.ui.plotting.colors import shades, value_colors
from layerlab.ui.plotting.items import HeatMap, Mark, Polygons, TextMark
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.sheet import Sheet
from layerlab.ui.theme import Theme

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ImageTile:
    """A picture on a sheet.

    Attributes:
        pixels: (rows, columns), the first row on top. name: above it.
        top: the value in full colour, and its opposite; 0 for shades of ink from 0 to 1.
        text: below it, in ink. brief_name, brief_text: what stands there where it is narrow.
    """

    pixels: Array
    name: str = ""
    top: float = 0.0
    text: str = ""
    brief_name: str = ""
    brief_text: str = ""

    def colors(self, theme: Theme) -> Array:
        """Return the colour of each pixel. (rows, columns, 3)"""
        if self.top:
            return value_colors(theme, self.pixels, -self.top, self.top)
        return shades(theme.color("raised"), theme.color("text"), self.pixels)


class TileSheet(Sheet):
    """Pictures by their keys; subclasses place them with `boxes`.

    Attributes:
        tiles: what is drawn.
    """

    def __init__(self, name: str) -> None:
        """Make an empty sheet with a name for screen readers."""
        super().__init__()
        self.setAccessibleName(name)
        self.tiles: dict[str, ImageTile] = {}
        self.reader = self.read

    def boxes(self) -> dict[str, QRectF]:
        """Return where each tile is, in pixels of the area until a person zooms."""
        raise NotImplementedError

    def show_tiles(self, tiles: Mapping[str, ImageTile]) -> None:
        """Replace what is drawn."""
        self.tiles = dict(tiles)
        self.rearrange()

    def width_of_words(self) -> float:
        """Return the width that the words of a tile have, in pixels; 0: any."""
        return 0.0

    @property
    def line(self) -> int:
        """Height of a line of words, in pixels."""
        return self.theme.px(15)

    def place_of(self, pixel: QPointF) -> QPointF:
        """Return which point of the sheet is at a pixel of the surface."""
        return QPointF(*self.data_at(pixel))

    def cell_at(self, place: QPointF) -> tuple[str, int, int] | None:
        """Return the tile at a point of the sheet, and row and column in it."""
        for key, box in self.boxes().items():
            if box.contains(place) and key in self.tiles:
                return key, *self.cell_of(key, place)
        return None

    def cell_of(self, key: str, place: QPointF) -> tuple[int, int]:
        """Return row and column of a tile at a point of the sheet, held within it."""
        box, (rows, columns) = self.boxes()[key], self.tiles[key].pixels.shape
        row = int(np.floor((place.y() - box.top()) / box.height() * rows))
        column = int(np.floor((place.x() - box.left()) / box.width() * columns))
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Return the pixel at a point of the sheet."""
        found = self.cell_at(QPointF(x, y))
        if found is None:
            return None
        key, row, column = found
        tile = self.tiles[key]
        value = number(float(tile.pixels[row, column]))
        title = tile.name or self.accessibleName()
        place = _(
            "row {row}, column {column}: {value}", row=row + 1, column=column + 1, value=value
        )
        return Tooltip(title, ((None, place),))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.rearrange()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.rearrange()

    def arrange(self, size: QSizeF) -> None:
        """Place all tiles with their words."""
        self.set_units(1.0, size)
        self.live = self.marks() if self.tiles else {}

    def marks(self) -> dict[str, Mark]:
        """Return what is drawn: the tiles, their names above and their texts below."""
        theme, boxes = self.theme, self.boxes()
        found: dict[str, Mark] = {}
        for key, tile in self.tiles.items():
            box = boxes[key]
            extent = (box.left(), box.right(), box.top(), box.bottom())
            found[key] = HeatMap(extent, tile.colors(theme), smooth=False, edges=True)
        shown = [boxes[key] for key in self.tiles]
        found["frames"] = self.frames(shown, "line", 1)
        up, down = -1 - self.line / 2, 2 + self.line / 2
        x = np.array([box.center().x() for box in shown])
        above = np.array([box.top() for box in shown])
        below = np.array([box.bottom() for box in shown])
        tiles, room = list(self.tiles.values()), self.width_of_words()
        names, text = [tile.name for tile in tiles], [tile.text for tile in tiles]
        briefs = [tile.brief_name for tile in tiles], [tile.brief_text for tile in tiles]
        above_all = self.words(x, above + up, names, "muted")
        below_all = self.words(x, below + down, text, "text", 600)
        found["names"] = replace(above_all, across=room, briefs=briefs[0])
        found["text"] = replace(below_all, across=room, briefs=briefs[1])
        return found

    def frames(self, boxes: Sequence[QRectF], token: str, width: float) -> Polygons:
        """Return the edges of boxes."""
        outlines = []
        for box in boxes:
            left, right, top, bottom = box.left(), box.right(), box.top(), box.bottom()
            corners = (left, top), (right, top), (right, bottom), (left, bottom)
            outlines.append(np.array(corners))
        empty = QColor(Qt.GlobalColor.transparent)
        return Polygons(outlines, [empty] * len(outlines), self.theme.color(token), width)

    def words(
        self, x: Array, y: Array, texts: Sequence[str], token: str, weight: int = 400
    ) -> TextMark:
        """Return words in the middle of positions; zoomed out, they shrink."""
        ink, within = self.theme.color(token), float(self.line)
        return TextMark(x, y, texts, ink, self.theme, 10.5, weight, within=within, centred=True)

    def arrays(self) -> list[Array]:
        """Return all that is drawn, as numbers."""
        return [tile.pixels for tile in self.tiles.values()]


class TileCard(Card):
    """A card around a sheet of tiles.

    Attributes:
        sheet: what it shows.
    """

    def __init__(self, title: str, sheet: TileSheet) -> None:
        """Put the sheet into a card."""
        super().__init__(title)
        self.sheet = sheet
        self.body.addWidget(sheet)
        self.watch(sheet)

    def numbers(self) -> str:
        """Return every pixel of every tile, as tab separated text."""
        tiles = self.sheet.tiles
        if not tiles:
            return ""
        names = [name for key, tile in tiles.items() for name in [key] * tile.pixels.size]
        places = [np.indices(tile.pixels.shape).reshape(2, -1) + 1 for tile in tiles.values()]
        rows, columns = np.concatenate(places, axis=1)
        values = np.concatenate([tile.pixels.ravel() for tile in tiles.values()])
        return table(
            ["picture", "row", "column", "value"], [np.array(names), rows, columns, values]
        )
