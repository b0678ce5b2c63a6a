"""Tiles: what can be chosen, each with a small picture of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QRadioButton, QSizePolicy, QWidget

from layerlab.core.registry import Entry
from layerlab.ui.blank import blank
from layerlab.ui.controls.glyphs import draw_glyph
from layerlab.ui.controls.paint import (
    Painted,
    check_alone,
    draw_box,
    draw_cloud,
    draw_curve,
    draw_grey,
)
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
Window = Callable[[np.ndarray], np.ndarray]  # a curve's (2, n) to its x0, x1, y0, y1


def fitted(curve: np.ndarray) -> np.ndarray:
    """Return the window that a curve fills; a flat one runs through the middle. (4,)"""
    (x0, y0), (x1, y1) = np.nanmin(curve, axis=1), np.nanmax(curve, axis=1)
    room = 0.5 if y1 - y0 < 1e-9 else 0.0
    return np.array([x0, x1, y0 - room, y1 + room])


def centred(curve: np.ndarray) -> np.ndarray:
    """Return a window with y = 0 in its middle, so that tanh and sigmoid differ. (4,)"""
    top = float(np.nanmax(np.abs(curve[1]))) or 1.0
    return np.array([np.nanmin(curve[0]), np.nanmax(curve[0]), -top, top])


def from_zero(curve: np.ndarray) -> np.ndarray:
    """Return a window from 0 to 1, on which heights can be compared. (4,)"""
    return np.array([np.nanmin(curve[0]), np.nanmax(curve[0]), 0.0, 1.0])


class Tile(Painted, QRadioButton):
    """One choice: a picture and a name. Checking is left to the grid.

    Signals:
        arrowed: columns and rows that an arrow key asks to move.
    """

    arrowed = Signal(int, int)
    claimed = frozenset(_ARROWS)

    def __init__(self, theme: Theme, small: bool, window: Window = fitted) -> None:
        """Make an empty tile; `small` ones fit five in a row, others three."""
        super().__init__("", theme)
        self._small, self._window = small, window
        self.key = ""
        self._preview: np.ndarray | None = None
        self._kept, self._kept_key = QPixmap(), object()  # of its size, theme and state
        self._is_figure = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_entry(self, key: str, label: str, text: str, preview: np.ndarray | None) -> None:
        """Stand for an entry: its key, name, help sentence and `preview()`."""
        self.key, self._preview = key, preview
        self._kept_key = None
        self.setText(label)
        self.setToolTip(text)
        self.setAccessibleName(label)
        self.setAccessibleDescription(text)
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(49 if self._small else 61))
        self.updateGeometry()

    def set_figure(self, is_figure: bool) -> None:
        """Paint for a file, whose lines are no pixels, or for the screen again."""
        self._is_figure = is_figure

    def sizeHint(self) -> QSize:
        """Return the size in a panel of the usual width."""
        return QSize(self.theme.px(43 if self._small else 82), self.height())

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the grid shares out the rest."""
        return QSize(self.theme.px(24), self.height())

    def nextCheckState(self) -> None:
        """Leave the check to the grid: a refused choice must not light up."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; choose with Space or Enter."""
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self.arrowed.emit(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, picture and name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on, box = self.theme, self.isChecked(), QRectF(self.rect())
        border = "accent" if on else "faint" if self.underMouse() else "line"
        radius = theme.px(8)
        draw_box(painter, box, theme.color("raised"), theme.color(border), radius, theme.px(1))
        token = "accent" if on else "text" if self.underMouse() else "muted"
        if self._is_figure:
            self._paint_picture(painter, token)
        else:
            painter.drawPixmap(0, 0, self._picture(token))
        font = theme.font(10 if self._small else 10.5)
        painter.setFont(font)
        painter.setPen(theme.color("text" if on or self.underMouse() else "muted"))
        foot = box.adjusted(2, box.height() - theme.px(20 if self._small else 21), -2, 0)
        foot.setBottom(box.bottom() - theme.px(3))
        name = QFontMetricsF(font).elidedText(
            self.text(), Qt.TextElideMode.ElideRight, foot.width()
        )
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, name)
        self.paint_ring(painter, box, radius)

    def _picture(self, token: str) -> QPixmap:
        """Return the picture alone, kept: a panel that is laid out again paints all of them."""
        ratio = self.devicePixelRatioF()
        key = (self.size(), ratio, self.theme, token, self.isChecked())
        if key != self._kept_key:
            self._kept_key, self._kept = key, blank(self.size(), ratio)
            with QPainter(self._kept) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_picture(painter, token)
        return self._kept

    def _paint_picture(self, painter: QPainter, token: str) -> None:
        theme, on = self.theme, self.isChecked()
        side, top, foot = (6, 9, 22) if self._small else (11, 11, 24)
        rect = QRectF(self.rect()).adjusted(
            theme.px(side), theme.px(top), -theme.px(side), -theme.px(foot)
        )
        preview = self._preview
        if preview is None:
            draw_glyph(painter, rect, self.key, theme, token)
        elif preview.shape[0] > 3:
            draw_grey(painter, rect, preview, theme.color("accent" if on else "point"))
        elif preview.shape[0] == 3:
            grown = rect.adjusted(0, -theme.px(3), 0, theme.px(2))
            draw_cloud(painter, grown, preview, theme)
        else:
            pen = QPen(theme.color(token), 1.6 * theme.zoom)
            draw_curve(painter, rect, preview, self._window(preview), pen)


class TileGrid(Themed, QWidget):
    """Tiles in rows, one of them current.

    Signals:
        chosen: key of the tile that was clicked.
        arrowed: a tile, and the columns and rows by which an arrow key asks to move from it.
    """

    chosen = Signal(str)
    arrowed = Signal(object, int, int)

    def __init__(
        self, theme: Theme, columns: int, small: bool, window: Window = fitted
    ) -> None:
        """Make an empty grid."""
        super().__init__()
        self.theme, self._columns = theme, columns
        self._small, self._window = small, window
        self._previews: dict[str, np.ndarray | None] = {}
        self.tiles: list[Tile] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        self.set_theme(theme)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these entries in this order; tiles that stay are kept."""
        while len(self.tiles) < len(entries):
            tile = Tile(self.theme, self._small, self._window)
            tile.clicked.connect(self._on_clicked)
            tile.arrowed.connect(self._on_arrowed)
            place = divmod(len(self.tiles), self._columns)
            self._grid.addWidget(tile, *place)
            self.tiles.append(tile)
        for tile, entry in zip(self.tiles, entries, strict=False):
            if entry.key not in self._previews:
                self._previews[entry.key] = entry.preview()
            if tile.key != entry.key:
                tile.set_entry(entry.key, entry.label, entry.help, self._previews[entry.key])
        for i, tile in enumerate(self.tiles):
            tile.setVisible(i < len(entries))

    def tile(self, key: str) -> Tile | None:
        """Return the tile of a key, if it is shown."""
        return next((tile for tile in self.tiles if tile.key == key), None)

    def set_current(self, key: str) -> None:
        """Light up one tile; it alone is reached by the Tab key."""
        shown = self.tile(key)
        for i, tile in enumerate(self.tiles):
            check_alone(tile, tile is shown)
            first = tile is shown or (shown is None and i == 0)
            policy = Qt.FocusPolicy.StrongFocus if first else Qt.FocusPolicy.ClickFocus
            tile.setFocusPolicy(policy)

    def _restyle(self, theme: Theme) -> None:
        self._grid.setHorizontalSpacing(theme.px(5 if self._small else 6))
        self._grid.setVerticalSpacing(theme.px(5 if self._small else 6))

    def _on_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Tile)
        self.chosen.emit(sender.key)

    def _on_arrowed(self, columns: int, rows: int) -> None:
        self.arrowed.emit(self.sender(), columns, rows)


def neighbour(tile: Tile, tiles: Sequence[Tile], columns: int, rows: int) -> Tile | None:
    """Return the tile that an arrow key reaches, or None at the edge.

    Args:
        tile: where the focus is.
        tiles: all tiles that can be reached, in reading order, of one or several grids.
        columns: -1 or 1 for the left and the right arrow: on in reading order.
        rows: -1 or 1 for up and down: the tile of the nearest row that is closest.
    """
    shown = [other for other in tiles if not other.isHidden()]
    if columns:
        place = shown.index(tile) + columns
        return shown[place] if 0 <= place < len(shown) else None
    here = tile.mapToGlobal(tile.rect().center())
    reach: list[tuple[int, int, Tile]] = []
    for other in shown:
        there = other.mapToGlobal(other.rect().center())
        down = (there.y() - here.y()) * rows
        if down > tile.height() // 2:
            reach.append((down, abs(there.x() - here.x()), other))
    return min(reach, key=lambda found: found[:2])[2] if reach else None


def dots(painter: QPainter, at: QPointF, theme: Theme, token: str) -> None:
    """Draw three dots, the sign of "more", one above the other."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(token))
    for i in (-1, 0, 1):
        radius = 1.4 * theme.zoom
        painter.drawEllipse(at + QPointF(0, i * 5 * theme.zoom), radius, radius)
