"""What is drawn and turned by hand: the picture, and the nine weights of the kernel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from layerlab.core.translation import _
from layerlab.experiments.convolution.model import MAX_WEIGHT, SIDE
from layerlab.experiments.convolution.tiles import ImageTile, TileSheet
from layerlab.ui.plotting.colors import ink_on
from layerlab.ui.plotting.items import Mark, Segments, TextMark
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.sheet import whole

Array = np.ndarray
ONLY = "only"  # key of the one tile
STEP = 0.25  # of a weight, by keys and wheel
_PIXELS = 24.0  # that a weight is dragged by 1, at zoom 1
_FINE = 20  # parts of 1 to which a dragged weight is rounded
ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HandSheet(TileSheet):
    """One square tile with a chosen cell, which arrows move.

    Signals:
        edited: all cells, (rows, columns). grabbed, released: a drag begins, has ended.
    """

    edited = Signal(object)
    grabbed = Signal()
    released = Signal()

    def __init__(self, name: str) -> None:
        """Make an empty sheet with a name for screen readers."""
        super().__init__(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.chosen = (0, 0)
        self._is_held = False

    @property
    def cells(self) -> Array:
        """What is drawn."""
        return self.tiles[ONLY].pixels

    def boxes(self) -> dict[str, QRectF]:
        """Return the largest square whose cells are as large as each other."""
        wide, high = self.area().width(), self.area().height()
        count = self.cells.shape[0] if self.tiles else 1
        side = count * whole((min(wide, high) - 3) / count)
        return {ONLY: QRectF((wide - side) // 2, (high - side) // 2, side, side)}

    def box_of(self, cell: tuple[int, int]) -> QRectF:
        """Return the box of a cell, in pixels."""
        box, (rows, columns) = self.boxes()[ONLY], self.cells.shape
        wide, high = box.width() / columns, box.height() / rows
        return QRectF(box.left() + cell[1] * wide, box.top() + cell[0] * high, wide, high)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Return nothing: a label would hide what is drawn."""
        return None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._is_held:
            self._is_held = False
            self.released.emit()
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second click of a pair like the first."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose another cell with the arrows, or do with it what the key is for."""
        move = ARROWS.get(Qt.Key(event.key()))
        if move is not None:
            rows, columns = self.cells.shape
            self.chosen = (
                (self.chosen[0] + move[0]) % rows,
                (self.chosen[1] + move[1]) % columns,
            )
            self.rearrange()
        elif not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Change the chosen cell; return whether the key does."""
        raise NotImplementedError

    def marks(self) -> dict[str, Mark]:
        """Return the cells, lines between them, and the frame of the chosen one."""
        box, count = self.boxes()[ONLY], self.cells.shape[0]
        at = np.arange(1, count) * box.width() / count
        low, far = np.zeros(count - 1), np.full(count - 1, box.width())
        x0, y0 = box.left() + np.r_[at, low], box.top() + np.r_[low, at]
        x1, y1 = box.left() + np.r_[at, far], box.top() + np.r_[far, at]
        found = super().marks()
        found["lines"] = Segments(x0, y0, x1, y1, self.theme.color("panel"), 1)
        if self.hasFocus():
            chosen = self.box_of(self.chosen).adjusted(1.5, 1.5, -1.5, -1.5)
            found["chosen"] = self.frames([chosen], "accent", 2)
        return found


class PictureSheet(HandSheet):
    """The input: a press draws, on drawn pixels it erases, until it is let go."""

    def __init__(self) -> None:
        """Make an empty picture."""
        super().__init__(_("Picture"))
        self._ink = 1.0
        self._last = (0, 0)
        self.chosen = (SIDE // 2, SIDE // 2)

    def show_picture(self, pixels: Array) -> None:
        """Show a picture; one that is being drawn is newer."""
        if not self._is_held:
            self.show_tiles({ONLY: ImageTile(pixels)})

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw, or to erase."""
        found = self.cell_at(self.place_of(event.position()))
        if event.button() != Qt.MouseButton.LeftButton or found is None:
            super().mousePressEvent(event)
            return
        self._is_held = True
        self.grabbed.emit()
        self._last = self.chosen = found[1:]
        self._ink = 0.0 if self.cells[self._last] >= 0.5 else 1.0
        self._draw_to(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on, along the way of the mouse."""
        if self._is_held:
            self._draw_to(self.cell_of(ONLY, self.place_of(event.position())))
        else:
            super().mouseMoveEvent(event)

    def _draw_to(self, cell: tuple[int, int]) -> None:
        """Draw from the last cell to this one: a quick mouse skips some."""
        count = max(abs(cell[0] - self._last[0]), abs(cell[1] - self._last[1])) + 1
        rows, columns = (
            np.linspace(a, b, count).round().astype(int)
            for a, b in zip(self._last, cell, strict=True)
        )
        self._last = self.chosen = cell
        pixels = self.cells.copy()
        pixels[rows, columns] = self._ink
        if not np.array_equal(pixels, self.cells):
            self.show_tiles({ONLY: ImageTile(pixels)})
            self.edited.emit(pixels)

    def take_key(self, event: QKeyEvent) -> bool:
        """Turn the chosen pixel with space."""
        if event.key() != Qt.Key.Key_Space:
            return False
        pixels = self.cells.copy()
        pixels[self.chosen] = 0.0 if pixels[self.chosen] >= 0.5 else 1.0
        self.edited.emit(pixels)
        return True


class KernelSheet(HandSheet):
    """The nine weights: dragged up and down, or turned with wheel and keys."""

    def __init__(self) -> None:
        """Make an empty kernel."""
        super().__init__(_("Kernel"))
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.chosen = (1, 1)
        self._start = QPointF(), 0.0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a cell."""
        found = self.cell_at(self.place_of(event.position()))
        if event.button() != Qt.MouseButton.LeftButton or found is None:
            super().mousePressEvent(event)
            return
        self._is_held = True
        self.chosen = found[1:]
        self._start = self.place_of(event.position()), float(self.cells[self.chosen])
        self.grabbed.emit()
        self.rearrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn the cell that is held: up is more."""
        if not self._is_held:
            super().mouseMoveEvent(event)
            return
        place, value = self._start
        moved = (place.y() - self.place_of(event.position()).y()) / (_PIXELS * self.theme.zoom)
        self._set(round(_FINE * (value + moved)) / _FINE)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the cell under the mouse once the kernel was clicked; else zoom."""
        found = self.cell_at(self.place_of(event.position()))
        if found is None or not self.hasFocus() or not event.angleDelta().y():
            super().wheelEvent(event)
            return
        self.chosen = found[1:]
        self._set(float(self.cells[self.chosen]) + STEP * np.sign(event.angleDelta().y()))
        event.accept()

    def take_key(self, event: QKeyEvent) -> bool:
        """Turn the chosen weight with plus and minus; a digit sets it."""
        text, value = event.text(), float(self.cells[self.chosen])
        if text and text in "+-":
            self._set(value + (STEP if text == "+" else -STEP))
        elif text and text in "012345":
            self._set(float(text))
        else:
            return False
        return True

    def _set(self, value: float) -> None:
        cells = self.cells.copy()
        cells[self.chosen] = min(max(value, -MAX_WEIGHT), MAX_WEIGHT) + 0.0
        if not np.array_equal(cells, self.cells):
            self.edited.emit(cells)

    def marks(self) -> dict[str, Mark]:
        """Return the cells with their numbers."""
        cells, box = self.cells, self.boxes()[ONLY]
        side = box.width() / cells.shape[0]
        rows, columns = np.indices(cells.shape).reshape(2, -1) + 0.5
        inks = ink_on(self.theme, self.tiles[ONLY].colors(self.theme).reshape(-1, 3))
        texts = [number(value, 3) for value in cells.ravel().tolist()]
        x, y = box.left() + columns * side, box.top() + rows * side
        words = TextMark(
            x, y, texts, inks, self.theme, 14, 600, within=0.23 * side, centred=True
        )
        return {**super().marks(), "numbers": words}
