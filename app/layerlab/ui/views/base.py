"""PlotView: a card that draws one part of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from layerlab.core.frames import Frame
from layerlab.ui.card import Card
from layerlab.ui.theme import Theme

if TYPE_CHECKING:
    from layerlab.ui.plotting.plot import Plot


class PlotView(Card):
    """A card that draws one part of a frame.

    Subclasses set `wants` and override `build`, `draw_part` and `numbers`. Their plots are made
    with the first part, after the window has been painted: nothing of pyqtgraph is imported
    before.

    Attributes:
        wants: name of the part, see `frames.PARTS`.
        frame: the frame drawn last, or None.
        holds_axes: whether the axes only grow from one run to the next, as in a drag, in
            which runs are to be compared.
    """

    wants: str = ""
    holds_axes = False

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, note, parent)
        self.frame: Frame | None = None
        self._run_id: int | None = None

    def build(self) -> None:
        """Make the plots, if there are none yet."""

    def hold(self, plot: Plot) -> None:
        """Fill the card with a plot."""
        plot.set_theme(self.theme)
        self.body.addWidget(plot, 1)
        self.watch(plot)

    def draw(self, frame: Frame) -> None:
        """Draw the frame's part; a frame without it leaves the view as it is."""
        part = getattr(frame, self.wants)
        if part is None:
            return
        restart = frame.run_id != self._run_id and not (self.holds_axes and self.frame)
        self.frame, self._run_id = frame, frame.run_id
        self.draw_part(part, restart)

    def draw_part(self, part: Any, restart: bool) -> None:
        """Draw the part; `restart`: of a new run, so that the axes restart with it."""
        raise NotImplementedError

    def part(self) -> Any:
        """Return the part drawn last, or None."""
        return None if self.frame is None else getattr(self.frame, self.wants)

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.redraw()

    def redraw(self, restart: bool = False) -> None:
        """Draw the last frame again, with another theme or choice; `restart`: other axes."""
        part = self.part()
        if part is not None:
            self.draw_part(part, restart)

    def redraw_axes(self) -> None:
        """Draw the last frame again: an axis became logarithmic or linear."""
        self.redraw(restart=True)
