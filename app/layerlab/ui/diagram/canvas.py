"""The canvas of the network diagram: drawing, hovering, editing by mouse and keyboard."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Hashable

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.frames import DiagramPart, Frame
from layerlab.ui.diagram import panels
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.editing import parameter_of, value_of
from layerlab.ui.diagram.editor import ParameterEditor
from layerlab.ui.diagram.folding import fold
from layerlab.ui.diagram.geometry import Geometry, arrange, tile_room
from layerlab.ui.diagram.hits import Target, find_target
from layerlab.ui.diagram.keyboard import Neuron, NeuronKeys
from layerlab.ui.diagram.panel import PlacedPanel, paint_panel, place_panel
from layerlab.ui.diagram.scene import Look, Scene, number_anchor
from layerlab.ui.theme import DARK, Theme

NOTHING = "The network appears with the first frame."
KEPT = 24  # arrangements: a drag comes back to the same widths


class DiagramCanvas(NeuronKeys):
    """Draws one network and lets its weights and biases be edited.

    Signals:
        weight_edited: gap (0 leads into the first hidden layer), index of the source unit,
            index of the unit, new value.
        bias_edited: gap, index of the unit, new value.
    """

    weight_edited = Signal(int, int, int, float)
    bias_edited = Signal(int, int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.is_figure = False  # painted for a file
        self.run: PassState | None = None
        self.target: Target | None = None
        self.placed: PlacedPanel | None = None
        self._live: DiagramPart | None = None
        self._given: DiagramPart | None = None  # before folding to the canvas's height
        self._geometry: Geometry | None = None
        self._arranged: OrderedDict[Hashable, Geometry] = OrderedDict()
        self._shape: object = None
        self._edited: Target | None = None
        self._edited_indices: tuple[int, ...] = ()
        self._scene = Scene()
        self.editor = ParameterEditor(self)
        self.editor.edited.connect(self._on_value_edited)
        self.editor.closed.connect(self._on_editor_closed)
        self.walked.connect(lambda: self._set_target(None))
        self.bias_asked.connect(self._on_bias_asked)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.tell()

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
        if self._edited is not None:
            self.editor.follow(value_of(part, self._edited_indices))
        self.tell()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self.theme = theme
        self.editor.set_theme(theme)
        self._rearrange()

    def set_figure(self, is_figure: bool) -> None:
        """Paint everything anew, and nothing of the cursor; or as on the screen again."""
        self.is_figure = is_figure

    def geometry_now(self) -> Geometry | None:
        """Return the arrangement at the present size; None before the first frame."""
        if self._geometry is None and self.part is not None:
            size = self.width(), self.height()
            key = (_shape_of(self.part), size, self.theme)
            if key not in self._arranged:
                self._arranged[key] = arrange(self.part, *size, self.theme)
                while len(self._arranged) > KEPT:
                    self._arranged.popitem(last=False)
            self._arranged.move_to_end(key)
            self._geometry = self._arranged[key]
        return self._geometry

    def sizeHint(self) -> QSize:
        """Return the size in the reference window."""
        return QSize(self.theme.px(660), self.theme.px(260))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size in which the diagram is of use."""
        return QSize(self.theme.px(220), self.theme.px(120))

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
        if self.is_figure:
            look = Look(run=self.run)
            self._scene.paint_figure(painter, self.part, geometry, self.theme, look)
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
            anchor = number_anchor(self.run, geometry, neuron, self.theme)
            return place_panel(panel, anchor, panels.bounds_of(geometry), self.theme)
        if target is not None and target.kind == "edge":
            return panels.place_edge_panel(self.part, geometry, target, self.theme)
        focused = self.focused if self.hasFocus() else None
        neuron = target.neuron if target is not None else focused
        if neuron is None:
            return None
        panel = panels.neuron_panel(self.part, self.spec, neuron, self.theme, ratio)
        anchor = geometry.tile_rect(*neuron)
        return place_panel(panel, anchor, panels.bounds_of(geometry), self.theme)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep little while another page is shown: arrangements take up to 30 MB."""
        super().hideEvent(event)
        self._scene.rest()

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
            self.editor.close_quietly()
            event.ignore()
            return
        event.accept()
        if self.target.kind != "edge":
            self.focus_neuron(self.target.neuron)
        if self.run is None:
            self.edit(self.target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave the empty ground to the card, which is maximised by it."""
        self._hover(event.position())
        if self.target is None:
            event.ignore()
        elif self.editor.isVisible():
            self.editor.field.setFocus()  # the second press has taken it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the editor go first with Escape."""
        if event.key() == Qt.Key.Key_Escape and self.editor.isVisible():
            self.editor.cancel()
        else:
            super().keyPressEvent(event)

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

    def _on_bias_asked(self) -> None:
        if self.focused is not None and self.run is None:
            self.edit(Target("bias", neuron=self.focused))

    def _on_value_edited(self, value: float) -> None:
        indices = self._edited_indices
        if len(indices) == 3:
            self.weight_edited.emit(*indices, value)
        elif len(indices) == 2:
            self.bias_edited.emit(*indices, value)

    def _on_editor_closed(self, had_keyboard: bool) -> None:
        self._edited = None
        if had_keyboard:
            self.setFocus()
        self.update()


def _shape_of(part: DiagramPart) -> Hashable:
    columns = tuple((c.size, c.shown.tobytes(), tuple(c.labels)) for c in part.layers)
    return columns, tuple(part.skips)


def _holds(part: DiagramPart, neuron: Neuron) -> bool:
    layer, place = neuron
    return layer < len(part.layers) and place < len(part.layers[layer].shown)
