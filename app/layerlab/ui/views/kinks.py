"""A plot of a function of one input, with a ruler of its kinks below the axis."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsRectItem

from layerlab.core.frames import CurvePrediction
from layerlab.ui.plotting.axes import Label
from layerlab.ui.plotting.items import PaintedItem, Segments
from layerlab.ui.plotting.legend import GAP, LegendEntry, LegendItem, key_widths, lay_legend
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis

MANY = 8  # hidden layers of which all are in the ruler's legend
MIN_HEIGHT = 170  # of a plot with a ruler
RULER_SPACE = 34  # height of the ruler with its text
STRIP, LINE = 11, 15  # height of the ruler, and of its text


class KinkPlot(Plot):
    """Below the axis: where the shown network's function bends, by the layer that bends it."""

    def __init__(self) -> None:
        super().__init__(Axis("x"), Axis("y"))
        self.kinks, self.layers = np.empty(0), np.empty(0, int)
        self.pieces, self.layer_count, self.neurons = 0, 0, 0
        self._strip = QGraphicsRectItem()
        self._strip.setPen(QPen(Qt.PenStyle.NoPen))
        self._strokes, self._words = PaintedItem(), LegendItem()
        self._laid: object = None
        for item in (self._strip, self._strokes, self._words):
            self.scene().addItem(item)

    def set_kinks(self, part: CurvePrediction, depth: int, neurons: int) -> None:
        """Show the kinks of the part with the next marks; a smooth activation has none."""
        self.kinks, self.layers = part.kinks, part.kink_layers
        self.pieces, self.layer_count, self.neurons = part.pieces, depth, neurons

    def text(self) -> str:
        """Return the sentence under the ruler."""
        if self.pieces == 0:
            return "a smooth function: this activation has no kinks"
        if self.pieces < 0:
            return "linear pieces not counted: the network is large, or has layer norm"
        noun = "piece" if self.pieces == 1 else "pieces"
        units = (
            f" from {self.neurons} neuron{'s' * (self.neurons != 1)}" if self.neurons else ""
        )
        return f"{self.pieces} linear {noun} (this seed){units}"

    def has_ruler(self) -> bool:
        """Return whether there is room for the ruler."""
        return self.height() >= self.theme.px(MIN_HEIGHT)

    def ruler(self) -> QRectF:
        """Return where the ruler is, in pixels: as wide as the area."""
        area, theme = self.area(), self.theme
        top = self.height() - theme.px(RULER_SPACE) + theme.px(2)
        return QRectF(area.left(), top, area.width(), theme.px(STRIP))

    def room(self, labels: list[Label], rows: int) -> QRectF:
        """Return the room between the axes' texts, above the ruler."""
        area = super().room(labels, rows)
        return area.adjusted(0, 0, 0, -self.theme.px(RULER_SPACE) if self.has_ruler() else 0)

    def lay_items(self) -> None:
        """Bring axes, marks and the ruler into the scene."""
        super().lay_items()
        for item in (self._strip, self._strokes, self._words):
            item.setVisible(self.has_ruler())
        if not self.has_ruler():
            return
        theme, strip = self.theme, self.ruler()
        left, top = self.data_at(strip.topLeft())
        right, bottom = self.data_at(strip.bottomRight())
        seen = np.flatnonzero((self.kinks >= left) & (self.kinks <= right))
        seen = seen[np.argsort(self.layers[seen], kind="stable")]  # few changes of the pen
        x, count = self.kinks[seen], max(1, self.layer_count)
        inks = [theme.layer_color(k, count) for k in range(count)]
        colors = [inks[layer - 1] for layer in self.layers[seen].tolist()]
        upper, lower = np.full(x.size, top), np.full(x.size, bottom)
        self._strokes.follow(strip)
        self._strokes.show_mark(Segments(x, upper, x, lower, colors, theme.px(2)), self)
        look = (strip.getRect(), theme, self.text(), self.layer_count)
        if look != self._laid:
            self._laid = look
            self._strip.setRect(strip)
            self._strip.setBrush(theme.color("raised"))
            self._lay_words(strip)

    def _lay_words(self, strip: QRectF) -> None:
        theme, text = self.theme, self.text()
        row = QRectF(strip.left(), strip.bottom() + theme.px(3), strip.width(), theme.px(LINE))
        count, gray = self.layer_count, theme.color("muted")
        keys = [LegendEntry("text", gray, "kinks by layer:")]
        for k in range(count) if count <= MANY else (0, count - 1):
            keys.append(LegendEntry("dot", theme.layer_color(k, count), str(k + 1)))
        widths = key_widths([LegendEntry("text", gray, text), *keys], theme)
        needed = sum(widths) + theme.px(GAP) * (len(widths) - 1)
        if self.pieces <= 0 or not count or needed > row.width():
            keys = []
        names = text, text.partition(" (")[0]
        self._words.show_rows(lay_legend(names, keys, row, theme, right=True), theme)
