"""The diagram under the keyboard: neurons, weights, Enter, and what a screen reader hears."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.ui.diagram.formula import describe, edge_title, number
from layerlab.ui.diagram.highlight import Edge, Neuron
from layerlab.ui.diagram.navigation import ZoomingView

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENDS = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CLOSER = {Qt.Key.Key_Plus: 1.35, Qt.Key.Key_Equal: 1.35, Qt.Key.Key_Minus: 1 / 1.35}
HELP = _(
    "Arrows move from neuron to neuron, Home and End to the first and the last of a layer. "
    "Shift with up and down moves through the weights into a neuron, Shift with left goes to "
    "where a weight comes from. Enter edits the bias or the weight, Escape deselects. Plus and "
    "minus zoom, A shows the whole network."
)


class NeuronKeys(ZoomingView):
    """A view in which one neuron, or a weight into it, has the keyboard's focus. Abstract.

    Attributes:
        spec: the network's spec, for names in formulas.
        unit: layer and unit of the neuron with the focus, or None.
        source: unit of the layer before, whose weight into that neuron has the focus; None
            where the neuron itself has it.

    Signals:
        iterated: something else has the focus, by a key.
        edit_asked: Enter was pressed on it.
    """

    iterated = Signal()
    edit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec: LabSpec | None = None
        self.unit: tuple[int, int] | None = None
        self.source: int | None = None
        self.setAccessibleDescription(HELP)

    @property
    def focused(self) -> Neuron | None:
        """The neuron with the focus, as layer and drawn place; None where none is in sight."""
        if self.unit is None or self.part is None:
            return None
        return self._drawn(*self.unit)

    @property
    def focused_edge(self) -> Edge | None:
        """The weight with the focus, as gap and drawn places, or None."""
        neuron = self.focused
        if neuron is None or self.source is None:
            return None
        source = self._drawn(neuron[0] - 1, self.source)
        return (source[0], source[1], neuron[1]) if source is not None else None

    def _drawn(self, layer: int, unit: int) -> Neuron | None:
        assert self.part is not None
        if layer >= len(self.part.layers):
            return None
        found = np.flatnonzero(self.part.layers[layer].shown == unit)
        return (layer, int(found[0])) if len(found) else None

    # ---- focus
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move from neuron to neuron with Tab; leave after the last one, or after Escape."""
        layout = self.layout_now()
        if layout is None or not self.hasFocus() or self.unit is None:
            return QWidget.focusNextPrevChild(self, forward)  # not from item to item
        order = [(i, int(u)) for i, rows in enumerate(layout.columns) for u in rows.units]
        if self.unit in order:
            place = order.index(self.unit) + (1 if forward else -1)
            if 0 <= place < len(order):
                self._walk_to(*order[place])
                return True
        return QWidget.focusNextPrevChild(self, forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Give the focus to the first or the last neuron when it comes by Tab."""
        super().focusInEvent(event)
        layout = self.layout_now()
        if layout is None:
            return
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self.focus_unit(0, int(layout.columns[0].units[0]))
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self.focus_unit(len(layout.columns) - 1, int(layout.columns[-1].units[-1]))

    def event(self, event: QEvent) -> bool:
        """Keep the view's keys from the window's shortcuts while a neuron has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.unit is not None
            and event.key() in (*_ARROWS, *_ENDS, *_ENTER, Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, edit with Enter, leave with Escape, zoom."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if self.part is None or modifiers & control:
            event.ignore()
        elif key in _ARROWS and shift and self.unit is not None:
            self._walk_weights(*_ARROWS[key])
        elif key in _ARROWS:
            self._walk(*_ARROWS[key])
        elif key in _ENDS and self.unit is not None:
            size = self.part.layers[self.unit[0]].size
            self._walk_to(self.unit[0], 0 if _ENDS[key] < 0 else size - 1)
        elif key in _ENTER and self.unit is not None:
            self.edit_asked.emit()
        elif key == Qt.Key.Key_Escape and self.source is not None:
            self._focus_weight(None)
        elif key == Qt.Key.Key_Escape and self.unit is not None:
            self.focus_neuron(None)
        elif key in _CLOSER:
            geometry, focused = self.geometry_now(), self.focused
            by, at = _CLOSER[key], None
            if focused is not None and geometry is not None:
                at = geometry.tile_rect(*focused).center()
            self.zoom_by(by, by, at)
        elif key == Qt.Key.Key_A and self.is_zoomed:
            self.reset_zoom()
        else:
            event.ignore()  # the window's

    def _walk(self, across: int, down: int) -> None:
        """Go to the neuron beside, below or above; from the last drawn one into the fold."""
        layout = self.layout_now()
        assert layout is not None
        if self.unit is None:
            self._walk_to(0, int(layout.columns[0].units[0]))
            return
        layer, unit = self.unit
        share = layout.share(self.corner.y())
        y = layout.y_of(layer, unit, share)
        if down:
            units = layout.columns[layer].units
            place = int(np.argmin(np.abs(units - unit))) + down
            if place >= len(units) and int(units[-1]) < layout.sizes[layer] - 1:
                self._walk_to(layer, int(units[-1]) + 1)
                return
            self._walk_to(layer, int(units[min(max(place, 0), len(units) - 1)]))
            return
        layer = min(max(layer + across, 0), len(layout.columns) - 1)
        rows = layout.columns[layer]
        ys = layout.start(layer, share) + rows.row * (rows.slots + 0.5)
        self._walk_to(layer, int(rows.units[int(np.argmin(np.abs(ys - y)))]))

    def _walk_weights(self, across: int, down: int) -> None:
        """Go through the weights into the focused neuron, the strongest first."""
        layout = self.layout_now()
        assert self.part is not None
        assert self.unit is not None
        assert layout is not None
        layer, unit = self.unit
        if layer == 0 or across > 0:
            self._focus_weight(None)
            return
        if across < 0 and self.source is not None:
            self._walk_to(layer - 1, self.source)
            return
        units = layout.columns[layer - 1].units
        if self.source is None:
            weights = np.nan_to_num(self.part.weights[layer - 1][units, unit])
            self._focus_weight(int(units[int(np.argmax(np.abs(weights)))]))
            return
        place = int(np.argmin(np.abs(units - self.source))) + down
        source = int(units[min(max(place, 0), len(units) - 1)])
        if place >= len(units) and source < layout.sizes[layer - 1] - 1:
            source += 1
            self.reveal(layer - 1, source)  # which unfolds it
        self._focus_weight(source)

    def _walk_to(self, layer: int, unit: int) -> None:
        self.focus_unit(layer, unit)
        self.iterated.emit()

    def focus_neuron(self, neuron: Neuron | None) -> None:
        """Give a drawn neuron the keyboard; None takes it away."""
        if neuron is None:
            self.unit = None
            self._focus_weight(None)
        elif self.part is not None:
            layer, place = neuron
            self.focus_unit(layer, int(self.part.layers[layer].shown[place]))

    def focus_unit(self, layer: int, unit: int) -> None:
        """Give a neuron the keyboard, and bring it into sight."""
        self.unit = layer, unit
        self._focus_weight(None)

    def _focus_weight(self, source: int | None) -> None:
        self.source = source
        kept = set() if self.unit is None else {self.unit}
        if self.unit is not None and source is not None:
            kept.add((self.unit[0] - 1, source))
        if kept != self._kept_units:
            self._kept_units = frozenset(kept)
            if self.is_zoomed:
                self._follow_sight()
        if self.unit is not None:
            self.reveal(*self.unit)
        self.update_description()
        self.refresh()

    def update_description(self) -> None:
        """Describe what has the focus, or the whole network, to a screen reader."""
        name = _("Network diagram")
        if self.part is not None:
            sizes = "-".join(str(layer.size) for layer in self.part.layers)
            name = _("Network diagram, layers {sizes}", sizes=sizes)
            if self.unit is not None and self.source is not None:
                gap, unit = self.unit[0] - 1, self.unit[1]
                value = float(self.part.weights[gap][self.source, unit])
                title = edge_title(self.part, gap, self.source, unit)
                name = _("weight {edge}: {weight}", edge=title, weight=number(value))
            elif self.unit is not None:
                name = describe(self.part, self.spec, *self.unit)
        if name != self.accessibleName():
            self.setAccessibleName(name)
            if self.hasFocus():
                QAccessible.updateAccessibility(
                    QAccessibleEvent(self, QAccessible.Event.NameChanged)
                )
