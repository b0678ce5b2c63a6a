"""Neurons under the keyboard: Tab, arrows, Enter, and what a screen reader hears."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import DiagramPart
from layerlab.core.spec import LabSpec
from layerlab.ui.diagram.formula import describe
from layerlab.ui.diagram.geometry import Geometry

Neuron = tuple[int, int]  # layer, drawn place

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NeuronKeys(QWidget):
    """A widget in which one drawn neuron has the keyboard's focus. Abstract.

    Attributes:
        part: the network, None before the first frame.
        spec: its spec, for names in formulas.
        focused: the neuron with the focus, or None.

    Signals:
        walked: another neuron has the focus, by a key.
        bias_asked: Enter was pressed on the focused neuron.
    """

    walked = Signal()
    bias_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part: DiagramPart | None = None
        self.spec: LabSpec | None = None
        self.focused: Neuron | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def geometry_now(self) -> Geometry | None:
        """Return where the neurons are; None before the first frame."""
        raise NotImplementedError

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move from neuron to neuron with Tab; leave after the last one, or after Escape."""
        if self.part is None or not self.hasFocus():
            return super().focusNextPrevChild(forward)
        order = [(i, k) for i, c in enumerate(self.part.layers) for k in range(len(c.shown))]
        if self.focused in order:
            place = order.index(self.focused) + (1 if forward else -1)
            if 0 <= place < len(order):
                self.focus_neuron(order[place])
                self.walked.emit()
                return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Give the focus to the first or the last neuron when it comes by Tab."""
        super().focusInEvent(event)
        if self.part is None:
            return
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self.focus_neuron((0, 0))
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            last = len(self.part.layers) - 1
            self.focus_neuron((last, max(0, len(self.part.layers[last].shown) - 1)))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Repaint without the ring."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Keep arrows and Enter from the window's shortcuts while a neuron has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.focused is not None
            and event.key() in (*_ARROWS, *_ENTER, Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, edit the bias with Enter, let go with Escape."""
        if self.part is None:
            super().keyPressEvent(event)
        elif event.key() in _ARROWS:
            self._move(*_ARROWS[Qt.Key(event.key())])
        elif event.key() in _ENTER and self.focused is not None:
            self.bias_asked.emit()
        elif event.key() == Qt.Key.Key_Escape and self.focused is not None:
            self.focus_neuron(None)
        else:
            super().keyPressEvent(event)

    def _move(self, across: int, down: int) -> None:
        assert self.part is not None
        geometry = self.geometry_now()
        if self.focused is None or geometry is None:
            self.focus_neuron((0, 0))
        else:
            self.focus_neuron(geometry.neighbor(self.focused, across, down))
        self.walked.emit()

    def focus_neuron(self, neuron: Neuron | None) -> None:
        """Give a neuron the keyboard; None takes it away."""
        self.focused = neuron
        self.tell()
        self.update()

    def tell(self) -> None:
        """Say the focused neuron, or the whole network, to a screen reader."""
        name = "Network diagram"
        if self.part is not None:
            sizes = "-".join(str(layer.size) for layer in self.part.layers)
            name += f", layers {sizes}"
            if self.focused is not None:
                layer, place = self.focused
                unit = int(self.part.layers[layer].shown[place])
                name = describe(self.part, self.spec, layer, unit)
        if name != self.accessibleName():
            self.setAccessibleName(name)
            if self.hasFocus():
                QAccessible.updateAccessibility(
                    QAccessibleEvent(self, QAccessible.Event.NameChanged)
                )
