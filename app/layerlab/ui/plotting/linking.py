"""Axes of several plots that show the same part."""

from __future__ import annotations

from PySide6.QtCore import QObject

from layerlab.ui.plotting.box import X
from layerlab.ui.plotting.plot import Plot


class AxisLink(QObject):
    """Lets several plots show the same part of an axis once a person zooms one of them.

    pyqtgraph's own links would also take over the automatic ranges, which plots have of their
    own.
    """

    def __init__(self, axis: int, *plots: Plot) -> None:
        """Link an axis (0: x, 1: y) of plots with the same quantity on it."""
        super().__init__(plots[0])
        self._axis, self._plots = axis, plots
        self._is_busy = False
        for plot in plots:
            plot.moved.connect(lambda plot=plot: self._follow(plot))

    def _follow(self, leader: Plot) -> None:
        if self._is_busy:
            return
        self._is_busy = True
        for plot in self._plots:
            if plot is not leader:
                self._show(plot, leader)
        self._is_busy = False

    def _show(self, plot: Plot, leader: Plot) -> None:
        if leader.box.state["autoRange"][self._axis]:
            plot.box.reset(self._axis)
        else:
            low, high = sorted(leader.shown(self._axis))
            part = (low, high)
            if self._axis == X:
                plot.box.show_part(x=part)
            else:
                plot.box.show_part(y=part)
        plot.refresh()
