"""PredictionForm: what a view of one form of prediction promises to its card."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from layerlab.core.frames import Frame
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.themed import Themed


class PredictionForm(Themed, QWidget):
    """A view of one form of prediction, inside the prediction's card.

    Attributes:
        theme: what it is painted with.
        part: the part shown last, or None.
        seeds: number of seeds of that run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.part: Any = None
        self.seeds = 1
        self._held: Surface | None = None

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """All that it draws on, the main one first."""
        assert self._held is not None
        return (self._held,)

    def hold(self, canvas: Surface) -> None:
        """Fill the form with one canvas, which then takes its theme."""
        self._held = canvas
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(canvas)

    def show_part(self, part: Any, frame: Frame, restart: bool) -> None:
        """Draw the frame's prediction; `restart`: the axes restart with it."""
        self.part, self.seeds = part, frame.spec.train.seeds

    def show_no_data(self) -> None:
        """Show axes alone: there are no data yet."""

    def note(self) -> str:
        """Return what stands in the card's head, as rich text."""
        return ""

    def numbers(self) -> str:
        """Return what is drawn, tab separated with a header line."""
        return ""
