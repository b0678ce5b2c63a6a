"""The items of a plot's marks: one for each name, which is given the mark's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from PySide6.QtCore import QRectF, Qt

from layerlab.ui.plotting.host import Host
from layerlab.ui.plotting.items import Mark
from layerlab.ui.plotting.still import StillItem

LAYERS = {"bands": -1000.0, "still": 0.0, "live": 1000.0}  # z of each


class MarkHost(Host, Protocol):
    """A plot with marks, by the names of `LAYERS`."""

    @property
    def still(self) -> Mapping[str, Mark]:
        """Return those that keep a picture."""


class MarkPool:
    """Keeps items from frame to frame: none is added or removed while a network trains.

    Attributes:
        still: paints the grid and the items of still marks.
    """

    def __init__(self, plot: MarkHost) -> None:
        """Serve a plot whose view box is there."""
        self._plot = plot
        self._items: dict[tuple[str, str], tuple[type, Any]] = {}
        self._keys: dict[tuple[str, str], object] = {}  # of still marks, as they were put
        self._page: QRectF | None = None
        self.still = StillItem(plot)
        plot.box.addItem(self.still, ignoreBounds=True)

    def forget_looks(self) -> None:
        """Give all still marks to their items again, such as in another theme."""
        self._keys.clear()

    def set_page(self, page: QRectF | None) -> None:
        """Let the items paint in pixels of a file's page; None: for the screen."""
        if page != self._page:
            self._page = page
            for _, item in self._items.values():
                item.page = page

    def put(self, is_changed: bool) -> None:
        """Give all marks to their items.

        Args:
            is_changed: whether axes or grid look different.
        """
        plot = self._plot
        for layer, z in LAYERS.items():
            is_changed |= self._put(layer, z, getattr(plot, layer))
        self.still.show_items([self._items["still", n][1] for n in plot.still], is_changed)

    def _put(self, layer: str, z: float, marks: Mapping[str, Mark]) -> bool:
        """Give the marks of a layer to their items; return whether a still one changed."""
        plot, is_changed = self._plot, False
        rect, look = plot.shown_rect(), plot.place_look()
        for place, (name, mark) in enumerate(marks.items()):
            item = self._item(layer, name, mark)
            if item.zValue() != z + place:
                item.setZValue(z + place)
            if not item.isVisible():
                item.setVisible(True)
            if layer == "still":
                key = (mark.key(), look)
                if self._keys.get((layer, name)) == key:
                    continue
                self._keys[layer, name] = key
                is_changed = True
            follow = getattr(item, "follow", None)
            if follow is not None:
                follow(rect)
            mark.put(item, plot)
        for (of, name), (_, item) in self._items.items():
            if of == layer and name not in marks and item.isVisible():
                item.setVisible(False)
                self._keys.pop((of, name), None)
        return is_changed

    def _item(self, layer: str, name: str, mark: Mark) -> Any:
        kind, item = self._items.get((layer, name), (None, None))
        if kind is type(mark):
            return item
        if item is not None:
            self._plot.box.removeItem(item)
        item = mark.make()
        item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        if layer == "still":
            self.still.adopt(item)
        self._plot.box.addItem(item, ignoreBounds=True)
        item.page = self._page
        self._items[layer, name] = type(mark), item
        self._keys.pop((layer, name), None)
        return item
