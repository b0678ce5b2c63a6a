"""The diagonal flip: every image with what it should become, and what it becomes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from layerlab.core.frames import Frame, ImagePrediction
from layerlab.ui.plotting.colors import mix, rgb
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.picture import Picture
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import number
from layerlab.ui.views.form import Form

Array = np.ndarray
_NAMES = ("input", "target", "output")


def paint_image(
    painter: QPainter, box: QRectF, pixels: Array, low: QColor, high: QColor, gap: float
) -> None:
    """Paint a small image as squares: (rows, columns) with 0 as `low` and 1 as `high`."""
    rows, columns = pixels.shape
    wide, tall = box.width() / columns, box.height() / rows
    shade = np.clip(np.nan_to_num(pixels, nan=0.0), 0, 1)
    ends = rgb(low), rgb(high)
    colors = (ends[0] + shade[..., None] * (ends[1] - ends[0])).round().astype(int).tolist()
    for r in range(rows):
        for c in range(columns):
            cell = QRectF(box.left() + c * wide, box.top() + r * tall, wide - gap, tall - gap)
            painter.fillRect(cell, QColor(*colors[r][c]))


class ImageCanvas(Picture):
    """The grid of cells, each input, target, output and error."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ImagePrediction | None = None

    def grid(self) -> tuple[int, int, float]:
        """Return columns, rows and the side of an image at which all cells fit largest."""
        count = 0 if self.part is None else len(self.part.inputs)
        best, most = (1, max(1, count), 1.0), 0.0
        words = self._words_height()
        for columns in range(1, max(1, count) + 1):
            rows = math.ceil(count / columns)
            wide, tall = self.width() / columns, self.height() / max(1, rows)
            side = min((wide - self.theme.px(16)) / 3.72, tall - words - self.theme.px(9))
            worth = side if count % columns == 0 else 0.7 * side  # whole rows look better
            if worth > most:
                best, most = (columns, rows, max(1.0, side)), worth
        return best

    def _words_height(self) -> float:
        return self.theme.px(15) if self.height() > self.theme.px(190) else 0.0

    def cell(self, index: int) -> QRectF:
        """Return the box of a cell."""
        columns, rows, _ = self.grid()
        wide, tall = self.width() / columns, self.height() / rows
        return QRectF(index % columns * wide, index // columns * tall, wide, tall)

    def image_boxes(self, index: int) -> list[QRectF]:
        """Return the boxes of a cell's three images."""
        side, cell = self.grid()[2], self.cell(index)
        left = cell.left() + (cell.width() - 3.72 * side) / 2
        top = cell.top() + (cell.height() - side - self._words_height()) / 2
        return [QRectF(left + k * 1.36 * side, top, side, side) for k in range(3)]

    def paint_content(self, painter: QPainter) -> None:
        """Paint all cells."""
        if self.part is None:
            return
        theme = self.theme
        low = mix(theme, theme.color("line"), 0.55)
        shades = (theme.color("text"), theme.color("text"), theme.color("accent"))
        for i in range(len(self.part.inputs)):
            boxes = self.image_boxes(i)
            images = (self.part.inputs[i], self.part.targets[i], self.part.outputs[i])
            gap = 1.0 if boxes[0].width() < theme.px(30) else theme.px(2)
            for box, pixels, high in zip(boxes, images, shades, strict=True):
                paint_image(painter, box, pixels, low, high, gap)
            self._paint_arrows(painter, boxes)
            self._paint_error(painter, boxes, float(self.part.error[i]))

    def _paint_arrows(self, painter: QPainter, boxes: list[QRectF]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self.theme.color("faint"), 1.3))
        for a, b in ((boxes[0], boxes[1]), (boxes[1], boxes[2])):
            y, room = a.center().y(), b.left() - a.right()
            left, tip = a.right() + 0.22 * room, b.left() - 0.24 * room
            barb = min(3.0 * self.theme.zoom, 0.25 * room)
            painter.drawLine(QPointF(left, y), QPointF(tip, y))
            painter.drawLine(QPointF(tip - barb, y - barb), QPointF(tip, y))
            painter.drawLine(QPointF(tip - barb, y + barb), QPointF(tip, y))

    def _paint_error(self, painter: QPainter, boxes: list[QRectF], error: float) -> None:
        if not self._words_height():
            return
        right = self.theme.px(40)
        box = QRectF(
            boxes[2].left() - right, boxes[2].bottom() + 1, boxes[2].width() + right, 1
        )
        box.setHeight(self._words_height())
        painter.setFont(self.theme.font(10))
        painter.setPen(self.theme.color("muted"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, flags, number(error, 2))

    def read_content(self, place: QPointF) -> Reading | None:
        """Read the cell under the cursor: its error, and the pixel if there is one."""
        if self.part is None:
            return None
        for i in range(len(self.part.inputs)):
            if not self.cell(i).contains(place):
                continue
            rows: list[tuple[QColor | None, str]] = [
                (None, f"half mean squared error {number(float(self.part.error[i]))}")
            ]
            images = (self.part.inputs[i], self.part.targets[i], self.part.outputs[i])
            for name, box, pixels in zip(_NAMES, self.image_boxes(i), images, strict=True):
                if box.contains(place):
                    r = int((place.y() - box.top()) / box.height() * pixels.shape[0])
                    c = int((place.x() - box.left()) / box.width() * pixels.shape[1])
                    where = f"row {r + 1}, column {c + 1}"
                    rows.append((None, f"{name}, {where}: {number(float(pixels[r, c]))}"))
            return Reading(f"image {i + 1}", tuple(rows))
        return None


class ImageView(Form):
    """All images of the diagonal flip."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ImagePrediction | None = None
        self.canvas = ImageCanvas()
        self.hold(self.canvas)

    def show_part(self, part: ImagePrediction, frame: Frame, anew: bool) -> None:
        """Draw the images."""
        super().show_part(part, frame, anew)
        self.canvas.part = part
        self.canvas.refresh()

    def note(self) -> str:
        """Return what the three images are."""
        median = f", median of {self.seeds} seeds" if self.seeds > 1 else ""
        return f"input → target → output{median} · half mean squared error"

    def numbers(self) -> str:
        """Return all pixels, one row an image."""
        part = self.part
        if part is None:
            return ""
        header, columns = ["image"], [np.arange(1, len(part.inputs) + 1)]
        for name, images in zip(_NAMES, (part.inputs, part.targets, part.outputs), strict=True):
            flat = images.reshape(len(images), -1)
            header += [f"{name} {k + 1}" for k in range(flat.shape[1])]
            columns += list(flat.T)
        return table([*header, "half mean squared error"], [*columns, part.error])
