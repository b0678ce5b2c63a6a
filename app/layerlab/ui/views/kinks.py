"""A plot of a function of one input, with a ruler of its kinks below the axis."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.core.frames import BENT, SMOOTH, UNCOUNTED, CurvePrediction
from layerlab.core.translation import _, ngettext
from layerlab.ui.plotting.axes import Label
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.legend import GAP, LegendEntry, LegendItem, key_widths, lay_legend
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.tools import ToolPlot
from layerlab.ui.theme import Theme

Array = np.ndarray
MANY = 8  # hidden layers of which all are in the ruler's legend
MIN_HEIGHT = 170  # of a plot with a ruler
RULER_SPACE = 34  # height of the ruler with its text
STRIP, LINE = 11, 15  # height of the ruler, and of its text
SEEN_PX = 0.5  # a kink that moved by less looks as before


class RulerItem(pg.GraphicsObject):
    """A strip with a stroke at each kink; it keeps its picture until one of them moves."""

    screen_cache = QGraphicsItem.CacheMode.DeviceCoordinateCache

    def __init__(self) -> None:
        super().__init__()
        self._look: object = None
        self._strip, self._ground = QRectF(), QColor()
        self._x, self._layers = np.empty(0), np.empty(0, int)
        self._pens: list[QPen] = []  # of each layer
        self._strokes: list[list[QLineF]] = []
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCacheMode(self.screen_cache)

    def show_kinks(
        self, x: Array, layers: Array, layer_count: int, strip: QRectF, theme: Theme
    ) -> None:
        """Show a stroke at each kink, the last layer's on top.

        Args:
            x: (n,) in pixels of the surface. layers: (n,) hidden layer of each, from 1.
            layer_count: how many hidden layers there are.
            strip: in pixels of the surface. theme: gives the colours.
        """
        look = (strip, theme, layer_count)
        if look != self._look:
            self.prepareGeometryChange()
            self._look, self._strip, self._ground = look, strip, theme.color("raised")
            inks = [theme.layer_color(k, layer_count) for k in range(layer_count)]
            self._pens = [QPen(ink, theme.px(2), c=Qt.PenCapStyle.FlatCap) for ink in inks]
        elif np.array_equal(layers, self._layers) and self._is_seen_at(x):
            return
        self._x, self._layers = x, layers
        top, bottom = strip.top(), strip.bottom()
        self._strokes = [
            [QLineF(at, top, at, bottom) for at in x[layers == k].tolist()]
            for k in range(1, layer_count + 1)
        ]
        self.update()

    def _is_seen_at(self, x: Array) -> bool:
        """Return whether strokes at these places would look as those that are shown."""
        return not x.size or bool(np.abs(x - self._x).max() < SEEN_PX)

    def boundingRect(self) -> QRectF:
        """Return the strip, and half of a stroke at its ends."""
        return self._strip.adjusted(-2, -1, 2, 1)

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the strip and the strokes."""
        painter.fillRect(self._strip, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for pen, lines in zip(self._pens, self._strokes, strict=True):
            painter.setPen(pen)
            painter.drawLines(lines)


class KinkPlot(ToolPlot):
    """Below the axis: where the shown network's function bends, by the layer that bends it.

    Attributes:
        keys_item: the legend of the layers, below the ruler.
        is_empty: whether there is no function, and so no ruler.
    """

    def __init__(self) -> None:
        super().__init__(Axis("x"), Axis("y"))
        self.kinks, self.layers = np.empty(0), np.empty(0, int)
        self.pieces, self.layer_count, self.neurons = 0, 0, 0
        self._ruler, self._sentence, self.keys_item = RulerItem(), LegendItem(), LegendItem()
        self.is_empty = False
        self._keys_laid: object = None
        self._texts_laid: object = None
        for item in (self._ruler, self._sentence, self.keys_item):
            self.scene().addItem(item)

    def set_kinks(self, part: CurvePrediction, depth: int, neurons: int) -> None:
        """Show the kinks of the part with the next marks; a smooth activation has none."""
        self.is_empty = False
        self.kinks, self.layers = part.kinks, part.kink_layers
        self.pieces, self.layer_count, self.neurons = part.pieces, depth, neurons

    def text(self) -> str:
        """Return the sentence under the ruler."""
        if self.pieces == SMOOTH:
            return _("a smooth function: this activation has no kinks")
        if self.pieces == BENT:
            return _("no linear pieces: the input features bend between the kinks")
        if self.pieces == UNCOUNTED:
            return _("linear pieces not counted: the network is large, or has layer norm")
        if not self.neurons:
            return ngettext(
                "{count} linear piece (this seed)",
                "{count} linear pieces (this seed)",
                self.pieces,
            )
        return ngettext(
            "{count} linear piece (this seed) from {neurons}",
            "{count} linear pieces (this seed) from {neurons}",
            self.pieces,
            neurons=ngettext("{count} neuron", "{count} neurons", self.neurons),
        )

    def brief(self) -> str:
        """Return the same for where there is less room."""
        if self.pieces <= 0:
            return self.text()
        return ngettext("{count} linear piece", "{count} linear pieces", self.pieces)

    def has_ruler(self) -> bool:
        """Return whether there is room for the ruler."""
        return not self.is_empty and self.height() >= self.theme.px(MIN_HEIGHT)

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
        has_ruler = self.has_ruler()
        self._ruler.setVisible(has_ruler)
        self._sentence.setVisible(has_ruler)
        if not has_ruler:
            self.keys_item.hide()
            self._texts_laid = None
            return
        strip, x = self.ruler(), self.px(self.kinks)
        seen = (x >= strip.left()) & (x <= strip.right())
        self._ruler.show_kinks(x[seen], self.layers[seen], self.layer_count, strip, self.theme)
        look = (strip, self.theme, self.layer_count)
        texts = (*look, self.pieces, self.neurons)
        if texts != self._texts_laid:
            row = QRectF(
                strip.left(),
                strip.bottom() + self.theme.px(3),
                strip.width(),
                self.theme.px(LINE),
            )
            if look != self._keys_laid:
                self._keys_laid = look
                self._lay_keys(row)
            self._texts_laid = texts
            self._lay_sentence(row)

    def _lay_keys(self, row: QRectF) -> None:
        """Lay out the legend of the layers, flush right."""
        theme, count = self.theme, self.layer_count
        keys = [LegendEntry("text", theme.color("muted"), _("kinks by layer:"))]
        for k in range(count) if count <= MANY else (0, count - 1):
            keys.append(LegendEntry("dot", theme.layer_color(k, count), str(k + 1)))
        widths, gap = key_widths(keys, theme), theme.px(GAP)
        left = row.right() - sum(widths) - gap * (len(widths) - 1)
        placed = []
        for key, width in zip(keys, widths, strict=True):
            placed.append((key, QRectF(left, row.top(), width, row.height())))
            left += width + gap
        self.keys_item.show_rows((tuple(placed),), theme)

    def _lay_sentence(self, row: QRectF) -> None:
        """Lay out the sentence; the legend is shown where both have room."""
        theme, text = self.theme, self.text()
        names = text, self.brief()
        self._sentence.show_rows(lay_legend(names, (), row, theme), theme)
        wide = key_widths([LegendEntry("text", theme.color("muted"), text)], theme)[0]
        _, first = self.keys_item.rows[0][0]
        fits = row.left() + wide + theme.px(GAP) <= first.left()
        self.keys_item.setVisible(self.pieces > 0 and self.layer_count > 0 and fits)
