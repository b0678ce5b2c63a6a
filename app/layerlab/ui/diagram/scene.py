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
    TextItem,
)
from layerlab.ui.diagram.numbers import NumberItem


class DiagramItems:
    """The items of a ViewBox, made once; a frame changes only what they draw."""

    def __init__(self, box: pg.ViewBox, picture: Picture) -> None:
        self.picture = picture
        self.edges = EdgeItem(picture, 0)
        kinds = (LineItem, GroundItem, NeuronItem, NumberItem, MarkItem, TextItem, PanelItem)
        self.items = [kind(picture, depth) for depth, kind in enumerate(kinds, start=1)]
        for item in (self.edges, *self.items):
            box.addItem(item, ignoreBounds=True)

    def see(self, sight: QRectF) -> None:
        """Cover another part of the arrangement."""
        if sight != self.picture.sight:
            for item in self.items:
                item.prepareGeometryChange()
            self.picture.sight = sight

    def rest(self) -> None:
        """Take little memory while nobody looks."""
        self.edges.layer.rest()
