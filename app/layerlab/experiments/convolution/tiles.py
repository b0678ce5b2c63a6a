"""Small pictures with their names on one canvas, and the card around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from layerlab.ui.card import Card
from layerlab.ui.plotting.colors import paint_picture, rgb, value_colors
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.picture import Picture
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture on a canvas.

    Attributes:
        pixels: (rows, columns), the first row on top. name: above it.
        top: the value in full colour, and its opposite; 0 for shades of ink from 0 to 1.
        said: below it, in ink.
    """

    pixels: Array
    name: str = ""
    top: float = 0.0
    said: str = ""

    def colors(self, theme: Theme) -> Array:
        """Return the colour of each pixel. (rows, columns, 3)"""
        if self.top:
            return value_colors(theme, self.pixels, -self.top, self.top)
        ground, ink = rgb(theme.color("raised")), rgb(theme.color("text"))
        return np.asarray(ground + (ink - ground) * self.pixels[..., None])


class TileCanvas(Picture):
    """Pictures by their keys; subclasses place them with `boxes`.

    Attributes:
        tiles: what is drawn.
    """

    def __init__(self, name: str) -> None:
        """Make an empty canvas with a name for screen readers."""
        super().__init__()
        self.setAccessibleName(name)
        self.tiles: dict[str, Tile] = {}

    def boxes(self) -> dict[str, QRectF]:
        """Return where each tile is, in pixels."""
        raise NotImplementedError

    def show_tiles(self, tiles: Mapping[str, Tile]) -> None:
        """Replace what is drawn."""
        self.tiles = dict(tiles)
        self.refresh()

    @property
    def line(self) -> int:
        """Height of a line of words, in pixels."""
        return self.theme.px(15)

    def cell_at(self, place: QPointF) -> tuple[str, int, int] | None:
        """Return the tile at a place of the picture, and row and column in it."""
        for key, box in self.boxes().items():
            if box.contains(place) and key in self.tiles:
                return key, *self.cell_of(key, place)
        return None

    def cell_of(self, key: str, place: QPointF) -> tuple[int, int]:
        """Return row and column of a tile at a place of the picture, held within it."""
        box, (rows, columns) = self.boxes()[key], self.tiles[key].pixels.shape
        row = int(np.floor((place.y() - box.top()) / box.height() * rows))
        column = int(np.floor((place.x() - box.left()) / box.width() * columns))
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)

    def read_content(self, place: QPointF) -> Reading | None:
        """Return the pixel under the cursor."""
        found = self.cell_at(place)
        if found is None:
            return None
        key, row, column = found
        tile = self.tiles[key]
        value = number(float(tile.pixels[row, column]))
        title = tile.name or self.accessibleName()
        return Reading(title, ((None, f"row {row + 1}, column {column + 1}: {value}"),))

    def paint_content(self, painter: QPainter) -> None:
        """Paint all tiles with their words."""
        boxes = self.boxes()
        for key, tile in self.tiles.items():
            self.paint_tile(painter, boxes[key], tile)

    def paint_tile(self, painter: QPainter, box: QRectF, tile: Tile) -> None:
        """Paint one tile, its name above and what is said below."""
        theme = self.theme
        paint_picture(painter, box, tile.colors(theme))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(-1, -1, 0, 0))
        above = QRectF(box.left(), box.top() - self.line - 1, box.width(), self.line)
        below = QRectF(box.left(), box.bottom() + 2, box.width(), self.line)
        self.write(painter, above, tile.name, "muted")
        self.write(painter, below, tile.said, "text", 600)

    def write(
        self, painter: QPainter, box: QRectF, text: str, token: str, weight: int = 400
    ) -> None:
        """Write a few words in the middle of a box; wider ones may leave it on both sides."""
        if not text:
            return
        painter.setFont(self.theme.font(10.5, weight))
        painter.setPen(self.theme.color(token))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        spare = max(0.0, (wide - box.width()) / 2)
        painter.drawText(box.adjusted(-spare, 0, spare, 0), Qt.AlignmentFlag.AlignCenter, text)

    def arrays(self) -> list[Array]:
        """Return all that is drawn, as numbers."""
        return [tile.pixels for tile in self.tiles.values()]


class TileCard(Card):
    """A card around a canvas of tiles.

    Attributes:
        canvas: what it shows.
    """

    def __init__(self, title: str, canvas: TileCanvas) -> None:
        """Put the canvas into a card."""
        self.canvas = canvas
        super().__init__(title)
        self.body.addWidget(canvas)
        self.watch(canvas)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        super().set_theme(theme)
        self.canvas.set_theme(theme)

    def numbers(self) -> str:
        """Return every pixel of every tile, as tab separated text."""
        tiles = self.canvas.tiles
        if not tiles:
            return ""
        names = [name for key, tile in tiles.items() for name in [key] * tile.pixels.size]
        places = [np.indices(tile.pixels.shape).reshape(2, -1) + 1 for tile in tiles.values()]
        rows, columns = np.concatenate(places, axis=1)
        values = np.concatenate([tile.pixels.ravel() for tile in tiles.values()])
        return table(
            ["picture", "row", "column", "value"], [np.array(names), rows, columns, values]
        )
