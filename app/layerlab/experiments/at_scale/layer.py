"""One layer drawn to scale: every matrix a rectangle of as many rows and columns. No model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from layerlab.core.translation import marked, translated
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import Painted, Space
from layerlab.ui.theme import Theme

Array = np.ndarray
GAP = 0.16  # of d_model, between attention and feed-forward blocks
AXIS_MARGIN = 1.05  # of what the axes hold over what is drawn
STEPS = 3  # of the scale, in an octave
ASPECT = 2.0  # for which the experts are laid out


def part_color(theme: Theme, part: str) -> QColor:
    """Return the colour of a part of the model."""
    if part == "attention":
        return theme.layer_color(0, 4)
    return theme.color({"feed-forward": "accent", "context": "warning"}.get(part, "faint"))


@dataclass(frozen=True)
class Box:
    """A matrix: its name in English, its part of the layer, and where it is drawn.

    Attributes:
        place: x0, y0, width and height, in numbers. expert: of which it is, from 0.
        used: whether a token goes through it.
    """

    name: str
    part: str
    place: tuple[float, float, float, float]
    expert: int = 0
    used: bool = True

    @property
    def wordings(self) -> tuple[str, str]:
        """Its name, and the letter that papers have for it in every language: Q, K, V, O."""
        return translated(self.name), self.name[0].upper()

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point is in it."""
        left, low, wide, high = self.place
        return left <= x <= left + wide and low <= y <= low + high


def columns_of(experts: int, matrices: int) -> int:
    """Return in how many columns experts stand; width does not count, so that none jumps."""

    def off(columns: int) -> float:
        rows = math.ceil(experts / columns)
        return abs(math.log((2 + 3 * columns) / (matrices * rows) / ASPECT))

    return min((2**k for k in range(7) if 2**k <= experts), key=off, default=1)


def boxes_of(
    d: int, keys: int, hidden: int, gated: bool, experts: int, active: int
) -> list[Box]:
    """Lay out the matrices of a layer.

    Args:
        d: d_model. keys: numbers of a key. hidden: neurons of a block. gated: whether it has
            a gate. experts: blocks. active: those that are used.
    """
    found = [
        Box(marked("queries"), "attention", (0, 0, d, d)),
        Box(marked("output"), "attention", (0, d, d, d)),
        Box(marked("keys"), "attention", (d, 0, keys, d)),
        Box(marked("values"), "attention", (d, d, keys, d)),
    ]
    up, gate, down = marked("up"), marked("gate"), marked("down")
    names = (up, gate, down) if gated else (up, down)
    gap, left = GAP * d, d + keys + GAP * d
    columns = columns_of(experts, len(names))
    for k in range(experts):
        row, column = divmod(k, columns)
        x = left + column * (hidden + 0.5 * gap)
        y = row * (len(names) * d + 0.5 * gap)
        found += [
            Box(name, "feed-forward", (x, y + i * d, hidden, d), k, k < active)
            for i, name in enumerate(names)
        ]
    return found


@dataclass(eq=False)
class Boxes(Painted):
    """Rectangles with a name and a line below it, where there is room for them.

    Attributes:
        places: (n, 4) left, low, width and height, in data units.
        names: wordings of each, long and short. counts: what is written below.
        fills, edges: colours. ink: of the words.
    """

    places: Array
    names: Sequence[tuple[str, str]]
    counts: Sequence[str]
    fills: Sequence[QColor]
    edges: Sequence[QColor]
    ink: QColor
    theme: Theme

    def paint(self, painter: QPainter, space: Space) -> None:
        """Paint the rectangles and the words that fit."""
        x, y, wide, high = self.places.T
        left, right = space.px(x), space.px(x + wide)
        top, bottom = space.py(y + high), space.py(y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for k in range(len(self.places)):
            box = QRectF(left[k], top[k], right[k] - left[k], bottom[k] - top[k])
            painter.setPen(QPen(self.edges[k], 1))
            painter.setBrush(self.fills[k])
            painter.drawRect(box)
            self._write(painter, box, self.names[k], self.counts[k])

    def _write(
        self, painter: QPainter, box: QRectF, names: tuple[str, str], count: str
    ) -> None:
        font, line = self.theme.font(10.5, 500), self.theme.px(14)
        metrics, room = QFontMetricsF(font), box.width() - self.theme.px(6)
        name = names[metrics.horizontalAdvance(names[0]) > room]
        lines = [t for t in (name, count) if t and metrics.horizontalAdvance(t) <= room]
        lines = lines[: int(box.height() // line)]
        painter.setFont(font)
        painter.setPen(self.ink)
        top = box.center().y() - 0.5 * line * len(lines)
        for k, text in enumerate(lines):
            row = QRectF(box.left(), top + k * line, box.width(), line)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)

    def key(self) -> object:
        """Return what it looks like."""
        colors = tuple(c.rgba() for c in (*self.fills, *self.edges, self.ink))
        return (self.places.tobytes(), tuple(self.names), tuple(self.counts), colors)


class LayerPlot(HandlePlot):
    """A plot with one scale for both axes, chosen in steps so that all boxes are in it.

    While a handle is held the scale stands, else it would run away under the mouse.
    """

    wanted = (1.0, 1.0)  # width and height, in numbers

    def lay_out(self) -> None:
        """Place the area, and let the axes hold what is drawn."""
        for _ in range(2):  # the texts of another range may need more room
            super().lay_out()
            if self.held:
                return
            area = self.area()
            aspect = area.width() / max(1.0, area.height())
            wide, high = self.wanted
            need = AXIS_MARGIN * max(wide, high * aspect)
            reach = 2.0 ** (math.ceil(STEPS * math.log2(need)) / STEPS)
            self.x_axis.fix(0, reach)
            self.y_axis.fix(0, reach / aspect)
        self.box.fit()
