"""The canvas of the network diagram: drawing, hovering, editing by mouse and keyboard."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.frames import DiagramPart, Frame
from app.core.spec import LabSpec
from app.ui.diagram import panels
from app.ui.diagram.animation import PassState
from app.ui.diagram.editing import parameter_of
from app.ui.diagram.editor import ParameterEditor
from app.ui.diagram.folding import fold
from app.ui.diagram.formula import describe
from app.ui.diagram.geometry import Geometry, arrange, tile_room
from app.ui.diagram.hits import Target, find_target
from app.ui.diagram.panel import PlacedPanel, paint_panel, place_panel
from app.ui.diagram.scene import Look, Neuron, Scene
from app.ui.theme import DARK, Theme

NOTHING = "The network appears with the first frame."


class DiagramCanvas(QWidget):
    """Draws one network and lets its weights and biases be edited.

    Signals:
        weight_edited: gap (0 leads into the first hidden layer), index of the source unit,
            index of the unit, new value.
        bias_edited: gap, index of the unit, new value.
        neuron_focused: the keyboard's neuron has changed.
    """

    weight_edited = Signal(int, int, int, float)
    bias_edited = Signal(int, int, float)
    neuron_focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.part: DiagramPart | None = None
        self.spec: LabSpec | None = None
        self.run: PassState | None = None
        self.target: Target | None = None
        self.focused: Neuron | None = None
        self.placed: PlacedPanel | None = None
        self._live: DiagramPart | None = None
        self._given: DiagramPart | None = None  # before folding to the canvas's height
        self._geometry: Geometry | None = None
        self._shape: object = None
        self._edited: Target | None = None
        self._edited_indices: tuple[int, ...] = ()
        self._scene = Scene()
        self.editor = ParameterEditor(self)
        self.editor.edited.connect(self._on_value_edited)
        self.editor.closed.connect(self._on_editor_closed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._tell()

    # ---- what is shown
    def draw(self, frame: Frame) -> None:
        """Show a frame's network; a pass that is shown stays a snapshot."""
        if frame.diagram is None:
            return
        self.spec = frame.spec
        self._live = frame.diagram
        if self.run is None:
            self._take(frame.diagram)

    def show_pass(self, state: PassState | None) -> None:
        """Show a moment of an animated pass; None returns to the live view."""
        if state is not None and self.run is None:
            self.editor.close_quietly()
        self.run = state
        part = state.part if state is not None else self._live
        if part is not None:
            self._take(part)

    def _take(self, part: DiagramPart) -> None:
        self._given = part
        part = fold(part, tile_room(self.height(), self.theme), self.theme)
        if self.run is not None:
            self.run = dataclasses.replace(self.run, part=part)
        shape = _shape_of(part)
        self.part = part
        if shape != self._shape:
            self._shape = shape
            self._geometry = None
            self.target = None
            self.editor.close_quietly()
            if self.focused is not None and not _holds(part, self.focused):
                self.focused = None
        self._tell()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self.theme = theme
        self.editor.set_theme(theme)
        self._rearrange()

    def geometry_now(self) -> Geometry | None:
        """Return the arrangement at the present size; None before the first frame."""
        if self._geometry is None and self.part is not None:
            self._geometry = arrange(self.part, self.width(), self.height(), self.theme)
        return self._geometry

    def sizeHint(self) -> QSize:
        """Return the size in the reference window."""
        return QSize(self.theme.px(660), self.theme.px(260))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size in which the diagram is of use."""
        return QSize(self.theme.px(240), self.theme.px(120))

    # ---- painting
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the network and the panel of what is hovered."""
        painter = QPainter(self)
        geometry = self.geometry_now()
        if self.part is None or geometry is None:
            painter.setPen(self.theme.color("faint"))
            painter.setFont(self.theme.font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, NOTHING)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        self._scene.paint(painter, self.part, geometry, self.theme, ratio, self._look())
        self.placed = self._place_panel(geometry)
        if self.placed is not None:
            paint_panel(painter, self.placed, self.theme)
        painter.end()

    def _look(self) -> Look:
        target = self._edited or self.target
        neuron = target.neuron if target is not None and target.kind != "edge" else None
        edge = target.edge if target is not None and target.kind == "edge" else None
        focused = self.focused if self.hasFocus() or self.run is not None else None
        if self.run is not None:
            focused = self.explained()
        return Look(neuron, edge, focused, self.run)

    def explained(self) -> Neuron | None:
        """Return the neuron whose arithmetic the pass shows now."""
        if self.run is None:
            return None
        hovered = self.target.neuron if self.target and self.target.kind != "edge" else None
        return self.run.explained(hovered, self.focused)

    def _place_panel(self, geometry: Geometry) -> PlacedPanel | None:
        if self.part is None or self.editor.isVisible():
            return None
        ratio = self.devicePixelRatioF()
        target = self.target
        if self.run is not None:
            neuron = self.explained()
            if neuron is None or self.run.share < 1.0:
                return None
            panel = panels.pass_panel(self.run, self.spec, neuron)
        elif target is not None and target.kind == "edge":
            return panels.place_edge_panel(self.part, geometry, target, self.theme)
        else:
            focused = self.focused if self.hasFocus() else None
            neuron = target.neuron if target is not None else focused
            if neuron is None:
                return None
            panel = panels.neuron_panel(self.part, self.spec, neuron, self.theme, ratio)
        anchor = geometry.tile_rect(*neuron)
        return place_panel(panel, anchor, panels.bounds_of(geometry), self.theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        self._rearrange()

    def _rearrange(self) -> None:
        """Fold and arrange anew, for another size or zoom."""
        self._geometry = None
        self.editor.close_quietly()
        if self._given is not None:
            self._take(self._given)
        self.update()

    # ---- mouse
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look what is under the mouse."""
        self._hover(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was hovered."""
        self._set_target(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the editor of the edge or bias under the mouse."""
        self._hover(event.position())
        if event.button() != Qt.MouseButton.LeftButton or self.target is None:
            self.editor.cancel()
            event.ignore()
            return
        event.accept()
        if self.target.kind != "edge":
            self._focus(self.target.neuron)
        if self.run is None:
            self.edit(self.target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave the empty ground to the card, which is maximised by it."""
        self._hover(event.position())
        if self.target is None:
            event.ignore()

    def _hover(self, point: QPointF) -> None:
        geometry = self.geometry_now()
        if self.part is None or geometry is None:
            return
        self._set_target(find_target(self.part, geometry, self.theme, point))

    def _set_target(self, target: Target | None) -> None:
        if target == self.target:
            return
        self.target = target
        can = target is not None and self.run is None and target.is_editable
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)
        self.update()

    # ---- editing
    def edit(self, target: Target) -> None:
        """Open the editor of an edge's weight or a neuron's bias."""
        geometry = self.geometry_now()
        if self.part is None or geometry is None or not target.is_editable:
            return
        self.editor.close_quietly()
        parameter = parameter_of(self.part, geometry, target)
        self._edited, self._edited_indices = target, parameter.indices
        self.editor.open(parameter.title, parameter.value, parameter.limit)
        self.editor.place(parameter.anchor.toRect())
        self.update()

    def _on_value_edited(self, value: float) -> None:
        indices = self._edited_indices
        if len(indices) == 3:
            self.weight_edited.emit(*indices, value)
        elif len(indices) == 2:
            self.bias_edited.emit(*indices, value)

    def _on_editor_closed(self) -> None:
        self._edited = None
        self.setFocus()
        self.update()

    # ---- keyboard
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move from neuron to neuron with Tab; leave after the last one, or after Escape."""
        if self.part is None or self.editor.isVisible() or not self.hasFocus():
            return super().focusNextPrevChild(forward)
        order = [(i, k) for i, c in enumerate(self.part.layers) for k in range(len(c.shown))]
        if self.focused in order:
            place = order.index(self.focused) + (1 if forward else -1)
            if 0 <= place < len(order):
                self._focus(order[place])
                return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Give the focus to the first or the last neuron when it comes by Tab."""
        super().focusInEvent(event)
        if self.part is None:
            return
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._focus((0, 0))
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            last = len(self.part.layers) - 1
            self._focus((last, max(0, len(self.part.layers[last].shown) - 1)))

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
        elif event.key() in _ENTER and self.focused is not None and self.run is None:
            self.edit(Target("bias", neuron=self.focused))
        elif event.key() == Qt.Key.Key_Escape and self.focused is not None:
            self._focus(None)
        else:
            super().keyPressEvent(event)

    def _move(self, across: int, down: int) -> None:
        assert self.part is not None
        geometry = self.geometry_now()
        if self.focused is None or geometry is None:
            self._focus((0, 0))
            return
        self._focus(geometry.neighbor(self.focused, across, down))

    def _focus(self, neuron: Neuron | None) -> None:
        self.focused = neuron
        self.target = None if neuron is not None and self.target is None else self.target
        self._tell()
        self.neuron_focused.emit()
        self.update()

    def _tell(self) -> None:
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


_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _shape_of(part: DiagramPart) -> object:
    columns = [(c.size, c.shown.tobytes(), c.labels) for c in part.layers]
    return columns, part.skips


def _holds(part: DiagramPart, neuron: Neuron) -> bool:
    layer, place = neuron
    return layer < len(part.layers) and place < len(part.layers[layer].shown)
