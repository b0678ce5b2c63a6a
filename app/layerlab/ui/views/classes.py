"""Many inputs, classes: who is taken for whom, and which inputs are misread."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from layerlab.core.frames import ClassPrediction, Frame
from layerlab.ui.plotting.colors import mix, paint_picture, rgb
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.plotting.picture import Picture
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme
from layerlab.ui.views.form import Form
from layerlab.ui.views.images import paint_image

Array = np.ndarray
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def confusion_colors(theme: Theme, counts: Array) -> Array:
    """Return the cells' colours, (K, K) finite counts -> (K, K, 3) uint8.

    Rare mistakes are what one looks for: the root of their share makes them visible.
    """
    share = np.clip(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12), 0, 1)
    right = np.eye(len(counts), dtype=bool)
    opacity = np.where(right, 0.12 + 0.5 * share, 0.75 * np.sqrt(share))[..., None]
    ends = np.where(right[..., None], rgb(theme.color("accent")), rgb(theme.color("negative")))
    base = rgb(theme.color("raised"))
    return np.asarray((base + (ends - base) * opacity).round().astype(np.uint8))


def features_text(names: tuple[str, ...], values: Array) -> str:
    """Return an example in words: `bill 38.2, island=Dream`; of one-hot columns the hot one."""
    found = []
    for name, value in zip(names, values.tolist(), strict=False):
        if "=" in name and min(abs(value), abs(value - 1)) < 1e-3:
            found += [name] * round(value)
        else:
            found.append(f"{name} {number(value)}")
    return ", ".join(found)


class ConfusionCanvas(Picture):
    """The confusion matrix on the left, misread examples on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ClassPrediction | None = None
        self.seeds = 1

    # ---- geometry
    def matrix_box(self) -> QRectF:
        """Return the square of the cells."""
        assert self.part is not None
        theme = self.theme
        metrics = QFontMetricsF(theme.font(10.5))
        widest = max([metrics.horizontalAdvance(n) for n in self.part.class_names] or [0.0])
        left = min(max(widest + theme.px(8), theme.px(38)), 0.24 * self.width())
        top = theme.px(32) if self.height() > theme.px(170) else theme.px(17)
        side = min(self.height() - top - 1, 0.66 * self.width() - left)
        return QRectF(left, top, max(1.0, side), max(1.0, side))

    def _examples_box(self) -> QRectF:
        matrix, theme = self.matrix_box(), self.theme
        left = matrix.right() + theme.px(22)
        return QRectF(left, 0, self.width() - left - theme.px(4), self.height())

    # ---- painting
    def paint_content(self, painter: QPainter) -> None:
        """Paint matrix and examples."""
        if self.part is None or not len(self.part.class_names):
            return
        box = self.matrix_box()
        self._paint_names(painter, box)
        self._paint_cells(painter, box)
        room = self._examples_box()
        if room.width() >= self.theme.px(64):
            self._paint_examples(painter, room)

    def _paint_names(self, painter: QPainter, box: QRectF) -> None:
        assert self.part is not None
        theme, names = self.theme, self.part.class_names
        font = theme.font(10.5)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        size, high = box.width() / len(names), theme.px(14)
        step = max(1, math.ceil(high / size))
        elide = Qt.TextElideMode.ElideRight
        for k in range(0, len(names), step):
            middle = (k + 0.5) * size
            room = QRectF(0, box.top() + middle - high / 2, box.left() - theme.px(6), high)
            painter.drawText(room, _RIGHT, metrics.elidedText(names[k], elide, room.width()))
            wide = size * step
            room = QRectF(box.left() + middle - wide / 2, box.top() - high - 2, wide - 2, high)
            text = metrics.elidedText(names[k], elide, wide - 2)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
        if box.top() > theme.px(20):
            painter.setPen(theme.color("faint"))
            title = QRectF(box.left(), 0, box.width(), high)
            painter.drawText(title, _LEFT, metrics.elidedText(self.title(), elide, box.width()))
            painter.drawText(QRectF(0, box.top() - high - 2, box.left(), high), _LEFT, "true ↓")

    def title(self) -> str:
        """Return what stands over the matrix: which way to read it, and what of."""
        return f"read as → · mean of {self.seeds} seeds" if self.seeds > 1 else "read as →"

    def _paint_cells(self, painter: QPainter, box: QRectF) -> None:
        """Paint the cells: right ones in the accent, mistakes in orange."""
        assert self.part is not None
        theme = self.theme
        counts = np.nan_to_num(self.part.confusion, nan=0.0, posinf=0.0, neginf=0.0)
        colors = confusion_colors(theme, counts)
        size = box.width() / len(counts)
        if size < theme.px(12):  # too small for gaps and numbers: a picture
            paint_picture(painter, box, colors)
            return
        painter.setFont(theme.font(10.5 if size >= theme.px(26) else 9.5, 600))
        painter.setPen(theme.color("text"))
        digits = 1 if size >= theme.px(30) else 0
        for (i, j), count in np.ndenumerate(counts):
            left, top = box.left() + j * size, box.top() + i * size
            cell = QRectF(left, top, size - 2, size - 2)
            painter.fillRect(cell, QColor(*colors[i, j].tolist()))
            text = f"{count:.{digits}f}".removesuffix(".0")
            if size >= theme.px(17) and (text != "0" or i == j):
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_examples(self, painter: QPainter, room: QRectF) -> None:
        assert self.part is not None
        theme, part = self.theme, self.part
        painter.setFont(theme.font(10.5))
        painter.setPen(theme.color("muted"))
        missed = len(part.examples)
        title = "misread by this seed" if missed else "this seed misreads none"
        head = QRectF(room.left(), 0, room.width(), theme.px(14))
        painter.drawText(head, _LEFT, title)
        if not missed:
            return
        below = room.adjusted(0, theme.px(20), 0, 0)
        if part.image_shape is not None:
            self._paint_images(painter, below, part.image_shape)
        else:
            self._paint_rows(painter, below)

    def _paint_images(self, painter: QPainter, room: QRectF, shape: tuple[int, int]) -> None:
        assert self.part is not None
        theme, part = self.theme, self.part
        side, words = theme.px(46), theme.px(17)
        columns = max(1, int(room.width() // (side + theme.px(12))))
        rows = max(1, int(room.height() // (side + words + theme.px(6))))
        known = part.examples[np.isfinite(part.examples)]
        top = float(known.max()) if known.size else 1.0
        low = mix(theme, theme.color("line"), 0.45)
        painter.setFont(theme.font(11, 600))
        for i in range(min(len(part.examples), columns * rows)):
            x = room.left() + i % columns * (side + theme.px(12))
            y = room.top() + i // columns * (side + words + theme.px(6))
            pixels = part.examples[i].reshape(shape) / (top or 1.0)
            paint_image(painter, QRectF(x, y, side, side), pixels, low, theme.color("text"), 0)
            painter.setPen(theme.color("text"))
            caption = QRectF(x, y + side, side, words)
            painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, self._caption(i))

    def _caption(self, i: int) -> str:
        assert self.part is not None
        names = self.part.class_names
        return (
            f"{names[int(self.part.example_true[i])]} → {names[int(self.part.example_said[i])]}"
        )

    def _paint_rows(self, painter: QPainter, room: QRectF) -> None:
        assert self.part is not None
        theme, part = self.theme, self.part
        bold, plain = theme.font(11, 600), theme.font(10.5)
        metrics, heavy = QFontMetricsF(plain), QFontMetricsF(bold)
        high, elide = theme.px(15), Qt.TextElideMode.ElideRight
        pitch = 2 * high + theme.px(9)
        for i in range(min(len(part.examples), int(room.height() // pitch))):
            row = QRectF(room.left(), room.top() + i * pitch, room.width(), high)
            painter.setFont(bold)
            painter.setPen(theme.color("text"))
            painter.drawText(row, _LEFT, heavy.elidedText(self._caption(i), elide, row.width()))
            row.translate(0, high)
            text = features_text(part.feature_names, part.examples[i])
            painter.setFont(plain)
            painter.setPen(theme.color("muted"))
            painter.drawText(row, _LEFT, metrics.elidedText(text, elide, row.width()))

    # ---- reading
    def read_content(self, place: QPointF) -> Reading | None:
        """Read the cell under the cursor."""
        if self.part is None or not len(self.part.class_names):
            return None
        box = self.matrix_box()
        if not box.contains(place):
            return None
        names = self.part.class_names
        size = box.width() / len(names)
        i = min(int((place.y() - box.top()) / size), len(names) - 1)
        j = min(int((place.x() - box.left()) / size), len(names) - 1)
        count, total = float(self.part.confusion[i, j]), float(self.part.confusion[i].sum())
        share = f" ({100 * count / total:.1f} %)" if total > 0 else ""
        mean = ", mean over the seeds" if self.seeds > 1 else ""
        color = self.theme.color("accent" if i == j else "negative")
        title = f"true {names[i]}, read as {names[j]}"
        text = f"{number(count)} of {number(total)}{share}{mean}"
        return Reading(title, ((color, text),))


class ClassView(Form):
    """Confusion matrix and misread examples."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ClassPrediction | None = None
        self.canvas = ConfusionCanvas()
        self.hold(self.canvas)

    def show_part(self, part: ClassPrediction, frame: Frame, anew: bool) -> None:
        """Draw the matrix."""
        super().show_part(part, frame, anew)
        self.canvas.part, self.canvas.seeds = part, self.seeds
        self.canvas.refresh()

    def note(self) -> str:
        """Return the accuracy, and on which points."""
        part = self.part
        if part is None or not part.accuracy.size:
            return ""
        low, middle, high = (100 * float(v) for v in quartiles(part.accuracy[None, :])[:, 0])
        if not math.isfinite(middle):
            return ""
        band = f" ({low:.1f}–{high:.1f})" if part.accuracy.size > 1 else ""
        return f"accuracy <b>{middle:.1f} %</b>{band} · {part.points} points"

    def numbers(self) -> str:
        """Return the confusion matrix, one row a true class."""
        part = self.part
        if part is None:
            return ""
        lines = ["\t".join(["true \\ read as", *part.class_names])]
        for name, row in zip(part.class_names, part.confusion.tolist(), strict=True):
            lines.append("\t".join([name, *(str(v) for v in row)]))
        return "\n".join(lines) + "\n"
