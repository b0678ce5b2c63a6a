"""The canvas of the network diagram: drawing, hovering, editing by mouse and keyboard."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import DiagramPart, Frame
from layerlab.ui.diagram import panels
from layerlab.ui.diagram.animation import PassState
from layerlab.ui.diagram.edges import MAX_ENTRIES, MOVING_ENTRIES
from layerlab.ui.diagram.editing import parameter_of, value_of
from layerlab.ui.diagram.editor import ParameterEditor
from layerlab.ui.diagram.folding import pick
from layerlab.ui.diagram.geometry import Geometry
from layerlab.ui.diagram.highlight import Highlight, Neuron, number_anchor
from layerlab.ui.diagram.hits import HitTarget, find_target
from layerlab.ui.diagram.items import Picture
from layerlab.ui.diagram.keyboard import NeuronKeys
from layerlab.ui.diagram.kinship import Network, holds, is_another_task, network_of, shape_of
from layerlab.ui.diagram.panel import PlacedPanel, place_panel
from layerlab.ui.diagram.scene import DiagramItems
from layerlab.ui.theme import Theme

Array = np.ndarray
REST_MS = 120  # after the last move of the view
WEIGHT_AT = 0.6  # of an edge's way: where the panel of a focused weight points to


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
        self.run: PassState | None = None
        self.target: HitTarget | None = None
        self._live: DiagramPart | None = None
        self._network: Network | None = None
        self._edited: HitTarget | None = None
        self._edited_indices: tuple[int, ...] = ()
        self._before = self.zoom, self.corner  # of a figure
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MS)
        self._resting.timeout.connect(self._on_rested)
        self.picture = Picture()
        self.drawn = DiagramItems(self.box, self.picture)
        self.editor = ParameterEditor(self)
        self.editor.edited.connect(self._on_value_edited)
        self.editor.closed.connect(self._on_editor_closed)
        self.iterated.connect(lambda: self._set_target(None))
        self.edit_asked.connect(self._on_edit_asked)
        self.update_description()

    @property
    def placed(self) -> PlacedPanel | None:
        """The panel that was painted last."""
        return self.picture.panel

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
        before, self._network = self._network, network_of(part)
        is_new = before != self._network
        overview = None
        if is_new or not self.is_zoomed:
            overview = pick(part, self._overview_units())
            shape = shape_of(overview[0])
            if shape != self._shape:
                self._shape = shape
                self._overview(overview[0])
                self._forget()
        if is_new and self.is_zoomed and is_another_task(before, self._network):
            self.reset_zoom()
        elif is_new:
            self._rearrange()
        elif overview is not None:
            self._show(*overview)
        else:
            self._pick()
        if self._edited is not None:
            self.editor.follow(value_of(part, self._edited_indices))
        self.update_description()
        self.refresh()

    def _forget(self) -> None:
        """Drop what belongs to another arrangement."""
        assert self._given is not None
        self._geometry = None
        self.target = None
        self.editor.close_quietly()
        sizes = [layer.size for layer in self._given.layers]
        if self.unit is not None and not holds(sizes, self.unit):
            self.unit = self.source = None
        if self.source is not None and self.unit is not None:
            self.source = min(self.source, sizes[self.unit[0] - 1] - 1)

    def _pick(self) -> None:
        """Take from the network as it came the units that are in sight."""
        geometry = self.geometry_now()
        if self._given is None or geometry is None:
            return
        self._show(*pick(self._given, [column.units for column in geometry.columns]))

    def _show(self, part: DiagramPart, absent: list[Array]) -> None:
        self.part, self.picture.absent = part, absent
        if self.run is not None:
            self.run = dataclasses.replace(self.run, part=part)

    def _sight_changed(self) -> None:
        self.drawn.edges.layer.most = MOVING_ENTRIES if self.is_zoomed else MAX_ENTRIES
        self._resting.start()
        self.drawn.see(QRectF(self.corner, QRectF(self.rect()).size()))
        self.editor.close_quietly()
        self.target = None
        self._pick()

    def _on_rested(self) -> None:
        """Draw also the weakest edges, now that the view stands still."""
        self.drawn.edges.layer.most = MAX_ENTRIES
        self.refresh()

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.picture.theme = self.minimap.theme = theme
        self.box.set_theme(theme)
        self._arrange_again()

    def set_figure(self, is_figure: bool) -> None:
        """Repaint everything, without what follows the cursor; or as on the screen again."""
        super().set_figure(is_figure)
        self.picture.is_figure = is_figure
        if is_figure:
            self._before = self.zoom, self.corner
        self._arrange_again()
        if not is_figure and self.is_zoomed:  # the figure's size may have moved the view
            self.zoom, self.corner = self._before
            self._layout = self._geometry = None
            self._pick()

    def sizeHint(self) -> QSize:
        """Return the size in the reference window."""
        return QSize(self.theme.px(660), self.theme.px(260))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size in which the diagram is of use."""
        return QSize(self.theme.px(220), self.theme.px(120))

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep little while another page is shown: arrangements take up to 30 MB."""
        super().hideEvent(event)
        self.drawn.rest()

    def resizeEvent(self, event: object) -> None:
        """Arrange everything for the new size."""
        super().resizeEvent(event)
        self._arrange_again()

    def _arrange_again(self) -> None:
        """Fold and arrange again, for another size or theme."""
        self._shape = self._network = None  # what fits is another choice of units
        if self._given is not None:
            self._take(self._given)
        else:
            self._rearrange()

    # ---- painting
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint one frame, in the pixels of the screen it is on."""
        if self.picture.ratio != self.devicePixelRatioF():
            self.refresh()
        super().paintEvent(event)

    def lay_items(self) -> None:
        """Bring the network and the panel of what is hovered into the scene."""
        picture, is_figure = self.picture, self.is_figure
        picture.part, picture.geometry = self.part, self.geometry_now()
        picture.ratio = self.devicePixelRatioF()
        picture.highlight = Highlight(run=self.run) if is_figure else self._highlight()
        picture.panel = None if is_figure else self._place_panel(picture.geometry)
        self.drawn.prepare()

    def _highlight(self) -> Highlight:
        target = self._edited or self.target
        neuron = target.neuron if target is not None and target.kind != "edge" else None
        edge = target.edge if target is not None and target.kind == "edge" else None
        has_keys = self.hasFocus() and target is None
        if edge is None and neuron is None and has_keys and self.run is None:
            edge = self.focused_edge
        focused = self.focused if self.hasFocus() or self.run is not None else None
        if self.run is not None:
            focused = self.explained()
        return Highlight(neuron, edge, focused, self.run)

    def explained(self) -> Neuron | None:
        """Return the neuron whose arithmetic the pass shows now."""
        if self.run is None:
            return None
        hovered = self.target.neuron if self.target and self.target.kind != "edge" else None
        return self.run.explained(hovered, self.focused)

    def _place_panel(self, geometry: Geometry | None) -> PlacedPanel | None:
        if self.part is None or geometry is None or self.editor.isVisible():
            return None
        bounds, target = panels.bounds_of(geometry), self.target
        if self.run is not None:
            neuron = self.explained()
            if neuron is None or self.run.share < 1.0:
                return None
            anchor = number_anchor(self.run, geometry, neuron, self.theme)
            panel = panels.pass_panel(self.run, self.spec, neuron)
        elif target is None and self.hasFocus() and self.focused_edge is not None:
            target = self._focused_target(geometry)
            return panels.place_edge_panel(self.part, geometry, target, self.theme)
        elif target is not None and target.kind == "edge":
            return panels.place_edge_panel(self.part, geometry, target, self.theme)
        else:
            focused = self.focused if self.hasFocus() else None
            neuron = target.neuron if target is not None else focused
            if neuron is None:
                return None
            anchor = geometry.tile_rect(*neuron)
            ratio = self.devicePixelRatioF()
            panel = panels.neuron_panel(self.part, self.spec, neuron, self.theme, ratio)
        if not bounds.intersects(anchor):
            return None  # it is out of sight
        return place_panel(panel, anchor, bounds, self.theme)

    # ---- mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin what may become a click or a drag."""
        self.point_at(event.position())
        layout = self.layout_now()
        if layout is not None:
            self._pull = layout.pull(self.corner, event.position())
        if event.button() != Qt.MouseButton.LeftButton or self.target is None:
            self.editor.close_quietly()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or take a click."""
        super().mouseReleaseEvent(event)
        self._pull = 1.0

    def click(self, place: QPointF) -> None:
        """Give what was clicked the keyboard, and open its editor."""
        target = self.target
        if target is None:
            return
        if target.kind != "edge":
            self.focus_neuron(target.neuron)
            if self.focused is not None:  # whose place is another one by now
                target = dataclasses.replace(target, neuron=self.focused)
        if self.run is None:
            self.edit(target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave the empty ground to the card, which is maximised by it."""
        self.point_at(event.position())
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

    def point_at(self, place: QPointF | None) -> None:
        """Look what of the network is at a pixel; None: the mouse is elsewhere."""
        geometry = self.geometry_now()
        if place is None:
            self._set_target(None)
        elif self.part is not None and geometry is not None:
            self._set_target(find_target(self.part, geometry, self.theme, place))

    def _set_target(self, target: HitTarget | None) -> None:
        if target == self.target:
            return
        self.target = target
        can = target is not None and self.run is None and target.is_editable
        shape = Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        self.refresh()

    # ---- editing
    def edit(self, target: HitTarget) -> None:
        """Open the editor of an edge's weight or a neuron's bias."""
        geometry = self.geometry_now()
        if self.part is None or geometry is None or not target.is_editable:
            return
        self.editor.close_quietly()
        parameter = parameter_of(self.part, geometry, target)
        self._edited, self._edited_indices = target, parameter.indices
        self.editor.open(parameter.title, parameter.value, parameter.limit)
        self.editor.place(parameter.anchor.toRect())
        self.refresh()

    def _focused_target(self, geometry: Geometry) -> HitTarget:
        """Return the focused weight, met at the part of its edge that is in sight."""
        edge = self.focused_edge
        assert edge is not None
        shares = np.linspace(WEIGHT_AT, 1.0, 9)
        points = [geometry.edge_point(*edge, float(share)) for share in shares]
        seen = [p for p in points if panels.bounds_of(geometry).contains(p)]
        return HitTarget("edge", edge=edge, point=(seen or points[-1:])[0])

    def _on_edit_asked(self) -> None:
        geometry = self.geometry_now()
        if self.run is not None or geometry is None:
            return
        if self.focused_edge is not None:
            self.edit(self._focused_target(geometry))
        elif self.focused is not None:
            self.edit(HitTarget("bias", neuron=self.focused))

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
        self.refresh()
