"""Making data by hand in the prediction's card: its bars and tools, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from layerlab.core.by_hand import CURVE, MAX_CLASSES, POINTS, Points
from layerlab.core.translation import _
from layerlab.ui.views.hand_bar import BrushBar, HandBar, PenBar
from layerlab.ui.views.hand_tools import ERASE, PAINT, Brush, HandTool, Pen

if TYPE_CHECKING:
    from layerlab.ui.plotting.tools import ToolPlot

_PLAIN = ~Qt.KeyboardModifier.KeypadModifier
_SMALLER = (Qt.Key.Key_BracketLeft, Qt.Key.Key_Minus)
_LARGER = (Qt.Key.Key_BracketRight, Qt.Key.Key_Plus)


class Hand(QObject):
    """Brush and pen, of which one, or none, is in the plot that shows the data.

    Signals:
        grabbed(), released(): a stroke begins, has ended.
        edited(points): what it has made of them.
        full(sentence): why nothing was added.
        touched(): something of the tools changed, which the plot is to paint.
    """

    grabbed = Signal()
    released = Signal()
    edited = Signal(object)
    full = Signal(str)

    def __init__(self, place: QVBoxLayout, parent: QObject) -> None:
        """Make both tools.

        Args:
            place: takes their bars. parent: with which they are deleted.
        """
        super().__init__(parent)
        self.kind = ""
        self.brush, self.pen = Brush(self), Pen(self)
        self.bars: dict[str, HandBar] = {POINTS: BrushBar(self.brush), CURVE: PenBar(self.pen)}
        self._plot: ToolPlot | None = None
        for bar in self.bars.values():
            place.insertWidget(0, bar)
            bar.hide()
        for tool in (self.brush, self.pen):
            tool.grabbed.connect(self.grabbed)
            tool.released.connect(self.released)
            tool.edited.connect(self.edited)
            tool.full.connect(self.full)
            tool.changed.connect(self._repaint)

    @property
    def tool(self) -> HandTool | None:
        """The tool that is there, or None."""
        return {POINTS: self.brush, CURVE: self.pen}.get(self.kind)

    def show(self, kind: str, points: Points) -> None:
        """Show the tools for `points` or `curve`, or none, with the points in force."""
        if kind != self.kind:
            if self.tool is not None:
                self.tool.drop()
            self.take_from()
            self.kind = kind
            for name, bar in self.bars.items():
                bar.setVisible(name == kind)
        if self.tool is not None:
            self.tool.set_points(points)
            self._repaint()

    def give_to(self, plot: ToolPlot, shown: Points, is_trained: bool = True) -> None:
        """Put the tool into the plot that shows the data.

        Args:
            plot: the plot. shown: the points that it draws.
            is_trained: whether the training on them has ended.
        """
        if self.tool is None:
            return
        if plot is not self._plot:
            self.take_from()
            self._plot = plot
            name = {
                POINTS: _("Plane to paint on: arrows move the brush, Space paints"),
                CURVE: _("Curve to draw: arrows move the pen, Space draws"),
            }[self.kind]
            plot.set_tool(self.tool, name)
        self.tool.set_shown(shown, is_trained)

    def take_from(self) -> None:
        """Take the tool out of the plot that has it."""
        if self._plot is not None:
            self._plot.set_tool(None)
            self._plot = None

    def take_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Choose a tool by its key; return whether it is one's."""
        tool = self.tool
        if tool is None or modifiers & _PLAIN & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        if key == Qt.Key.Key_E:
            tool.choose(PAINT if tool.mode == ERASE else ERASE)
            return True
        if tool is self.pen:
            if key == Qt.Key.Key_D:
                tool.choose(PAINT)
            return key == Qt.Key.Key_D
        label = key - Qt.Key.Key_0
        if 1 <= label <= MAX_CLASSES:
            self.brush.choose_class(label)
        elif key in _SMALLER:
            self.brush.resize(self.brush.size - 1)
        elif key in _LARGER:
            self.brush.resize(self.brush.size + 1)
        else:
            return False
        return True

    def _repaint(self) -> None:
        if self._plot is not None:
            self._plot.viewport().update()
