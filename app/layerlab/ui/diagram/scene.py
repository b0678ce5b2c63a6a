"""The diagram's scene: one ViewBox, and in it the items from edges to panel."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF

from layerlab.ui.diagram.items import (
    EdgeItem,
    GroundItem,
    LineItem,
    MarkItem,
    NeuronItem,
    PanelItem,
    Picture,
    SightItem,
    TextItem,
)
from layerlab.ui.diagram.numbers import NumberItem


class DiagramItems:
    """The items of a ViewBox, made once; a frame changes only what they draw."""

    def __init__(self, box: pg.ViewBox, picture: Picture) -> None:
        self.picture = picture
        self.edges = EdgeItem(picture, 0)
        self.lines = LineItem(picture, 1)
        self.ground = GroundItem(picture, 2)
        self.neurons = NeuronItem(picture, 3)
        self.numbers = NumberItem(picture, 4)
        self.marks = MarkItem(picture, 5)
        self.texts = TextItem(picture, 6)  # whose strip of chips is above tiles and marks
        self.panel = PanelItem(picture, 7)
        self._own: tuple[SightItem, ...] = (
            *(self.lines, self.ground, self.neurons, self.numbers),
            *(self.marks, self.texts, self.panel),
        )
        for item in (self.edges, *self._own):
            box.addItem(item, ignoreBounds=True)

    def see(self, sight: QRectF) -> None:
        """Cover another part of the arrangement."""
        if sight != self.picture.sight:
            for item in self._own:
                item.prepareGeometryChange()
            self.picture.sight = sight

    def prepare(self) -> None:
        """Colour the edges, and leave out the items that have nothing to draw now."""
        picture = self.picture
        geometry, highlight = picture.geometry, picture.highlight
        is_zoomed = geometry is not None and geometry.is_zoomed
        marks = (highlight.neuron, highlight.edge, highlight.focused, highlight.run)
        self.lines.setVisible(picture.is_figure)
        self.numbers.setVisible(is_zoomed and highlight.run is None)
        self.marks.setVisible(any(mark is not None for mark in marks))
        self.panel.setVisible(picture.panel is not None)
        self.edges.refresh()

    def rest(self) -> None:
        """Take little memory while hidden."""
        self.edges.layer.rest()
