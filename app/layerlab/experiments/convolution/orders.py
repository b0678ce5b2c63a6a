"""Both orders of a shift and a layer, and the filters of several positions."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from layerlab.core.translation import _
from layerlab.experiments.convolution.model import EXACT, POSITIONS, SIDE, Result
from layerlab.experiments.convolution.sheets import ARROWS
from layerlab.experiments.convolution.tiles import ImageTile, TileSheet
from layerlab.ui.plotting.items import Arrows, Mark
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.sheet import whole
from layerlab.ui.plotting.side import value_scale

AROUND = 3  # pixels beside the middle of a filter that are shown
MOVABLE = ("shifted", "moved", "other")  # what is dragged to shift


class OrdersSheet(TileSheet):
    """Above: the output, then shifted. Below: the shifted input, then its output.

    Signals:
        shift_wanted: pixels down and to the right. grabbed, released: of a drag.
    """

    shift_wanted = Signal(int, int)
    grabbed = Signal()
    released = Signal()

    def __init__(self) -> None:
        """Make an empty sheet."""
        super().__init__(_("Two orders of shift and layer"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.shift = (0, 0)
        self._held: tuple[QPointF, tuple[int, int]] | None = None

    def show_result(self, result: Result) -> None:
        """Show both orders, their difference, and what pooling leaves of both."""
        self.shift = result.shift
        top = max(float(np.abs(result.output).max()), 1e-9)
        self.color_scale = value_scale(self.theme, -top, top)
        offs = float(np.abs(result.difference).max()), result.difference_of_pools
        values = [number(value, 2) for value in offs]
        off, off_pooled = (_("off by {off}", off=value) for value in values)
        self.show_tiles(
            {
                "output": ImageTile(result.output, _("output"), top),
                "moved": ImageTile(result.moved, _("output shifted"), top, "", _("shifted")),
                "shifted": ImageTile(result.shifted, _("input shifted"), 0, "", _("shifted")),
                "other": ImageTile(result.other, _("its output"), top, "", _("output")),
                "difference": ImageTile(
                    result.difference, _("difference"), top, off, _("differ"), values[0]
                ),
                "pooled": ImageTile(result.pools[0], _("pooled"), top),
                "pooled, shifted": ImageTile(
                    result.pools[1], _("pooled"), top, off_pooled, "", values[1]
                ),
            }
        )

    def boxes(self) -> dict[str, QRectF]:
        """Return two lanes of two, what differs between them, and the pooled ones."""
        line, least = self.line + 2, float(self.theme.px(15))
        wide, high = self.area().width(), self.area().height() - 3 * line - 4
        side = SIDE * whole(min((wide - 3 * least - 8) / 4, high / 2) / SIDE)
        gap = min(max(least, (wide - 4 * side - 8) // 3), 4 * least)
        left = max(4.0, (wide - 4 * side - 3 * gap) // 2)
        upper = line + max(0.0, (high - 2 * side) // 2)
        lower = upper + side + line
        middle = (upper + lower) / 2
        x = [left + k * (side + gap) for k in range(4)]
        places = {
            "output": (x[0], upper),
            "moved": (x[1], upper),
            "shifted": (x[0], lower),
            "other": (x[1], lower),
            "difference": (x[2], middle),
            "pooled": (x[3], upper),
            "pooled, shifted": (x[3], lower),
        }
        return {key: QRectF(*place, side, side) for key, place in places.items()}

    def width_of_words(self) -> float:
        """Return the width of a tile with what is free on either side, in pixels."""
        boxes = self.boxes()
        first, second = boxes["output"], boxes["moved"]
        free = min(second.left() - first.right(), 2 * first.left())
        return first.width() + free - 2

    def marks(self) -> dict[str, Mark]:
        """Return the ways between the tiles, the tiles, and whether both orders are equal."""
        boxes, theme = self.boxes(), self.theme
        ways = [
            (boxes[a].right(), boxes[b].left(), boxes[a].center().y())
            for a, b in (("output", "moved"), ("shifted", "other"))
        ]
        end = boxes["difference"]
        for key, share in (("moved", 0.3), ("other", 0.7)):
            ways.append((boxes[key].right(), end.left(), end.top() + share * end.height()))
        starts, tips, y = np.array(ways).T
        head = float(theme.px(6))
        arrows = Arrows(starts + 3, y, tips - 4, y, theme.color("muted"), 1.4, head)
        found = {"ways": arrows, **super().marks()}
        if self.hasFocus():
            found["focus"] = self.frames([boxes["shifted"]], "accent", 2)
        if float(np.abs(self.tiles["difference"].pixels).max()) <= EXACT:
            x, middle = np.array([end.center().x()]), np.array([end.center().y()])
            found["equal"] = self.words(x, middle, [_("equal")], "good", 600)
        return found

    # ---- shifting
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take what is shifted."""
        found = self.cell_at(self.place_of(event.position()))
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not is_left or found is None or found[0] not in MOVABLE:
            super().mousePressEvent(event)
            return
        self._held = self.place_of(event.position()), self.shift
        self.point_at(None)  # the label would hide what moves
        self.grabbed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shift by whole pixels, and show by the cursor what can be dragged."""
        if self._held is None:
            found = self.cell_at(self.place_of(event.position()))
            is_over = found is not None and found[0] in MOVABLE
            self.setCursor(
                Qt.CursorShape.OpenHandCursor if is_over else Qt.CursorShape.ArrowCursor
            )
            super().mouseMoveEvent(event)
            return
        start, shift = self._held
        way = (self.place_of(event.position()) - start) * (
            SIDE / self.boxes()["shifted"].width()
        )
        self._want(shift[0] + round(way.y()), shift[1] + round(way.x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._held is not None:
            self._held = None
            self.released.emit()
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift with the arrows."""
        move = ARROWS.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        else:
            self._want(self.shift[0] + move[0], self.shift[1] + move[1])

    def _want(self, down: int, right: int) -> None:
        """Ask for a shift; once round the picture it begins again."""
        half = SIDE // 2
        wanted = (down + half) % SIDE - half, (right + half) % SIDE - half
        if wanted != self.shift:
            self.shift_wanted.emit(*wanted)


class FiltersSheet(TileSheet):
    """The filters of positions that lie 8, 4, 2 and 1 pixels on, and the mean of all."""

    def show_result(self, result: Result) -> None:
        """Show the middle of each filter."""
        near = slice(SIDE // 2 - AROUND, SIDE // 2 + AROUND + 1)
        names = (_("here"), *(_("{place} on", place=place) for place in POSITIONS[1:]))
        top = max(float(np.abs(result.filters).max()), 1e-9)
        self.color_scale = value_scale(self.theme, -top, top)
        tiles = {
            name: ImageTile(one[near, near], name, top)
            for name, one in zip(names, result.filters, strict=True)
        }
        self.show_tiles(tiles | {"mean": ImageTile(result.mean[near, near], _("mean"), top)})

    def boxes(self) -> dict[str, QRectF]:
        """Return two rows of three, or one of six where that gives larger ones."""
        keys, line, gap = list(self.tiles), self.line, float(self.theme.px(8))
        wide, tall = self.area().width(), self.area().height()
        sides = {
            across: min(
                (wide - (across - 1) * gap - 2) / across,
                tall * across / 6 - line - 4,
            )
            for across in (2, 3, 6)
        }
        across = max(sides, key=lambda k: sides[k])
        cells = 2 * AROUND + 1
        side = cells * whole(sides[across] / cells)
        gap = min(3 * gap, (wide - across * side - 2) // max(1, across - 1))
        left = (wide - across * side - (across - 1) * gap) // 2
        high = tall * across // 6
        return {
            key: QRectF(
                left + (k % across) * (side + gap),
                (k // across) * high + (high - side - line) // 2 + line,
                side,
                side,
            )
            for k, key in enumerate(keys)
        }
