"""PlotView: a card that draws one part of a frame."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import Frame
from layerlab.ui.card import Card
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme

__all__ = ["Plot", "PlotView", "quartiles", "spread", "table"]

Array = np.ndarray


class PlotView(Card):
    """A card that draws one part of a frame.

    Subclasses set `wants` and override `draw_part` and `numbers`.

    Attributes:
        wants: name of the part, see `frames.PARTS`.
        frame: the frame drawn last, or None.
        holds_axes: whether the axes only grow from one run to the next, as in a drag, in
            which runs are to be compared.
    """

    wants: str = ""
    holds_axes = False

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        self.frame: Frame | None = None
        self._run_id: int | None = None
        super().__init__(title, note, parent)

    def draw(self, frame: Frame) -> None:
        """Draw the frame's part; a frame without it leaves the view as it is."""
        part = getattr(frame, self.wants)
        if part is None:
            return
        anew = frame.run_id != self._run_id and not (self.holds_axes and self.frame)
        self.frame, self._run_id = frame, frame.run_id
        self.draw_part(part, anew)

    def draw_part(self, part: Any, anew: bool) -> None:
        """Draw the part; `anew` says that it is the first of its run, and axes start anew."""
        raise NotImplementedError

    def part(self) -> Any:
        """Return the part drawn last, or None."""
        return None if self.frame is None else getattr(self.frame, self.wants)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        super().set_theme(theme)
        for plot in self.findChildren(Plot):
            plot.set_theme(theme)
        self.redraw()

    def redraw(self) -> None:
        """Draw the last frame again, with another theme or choice."""
        part = self.part()
        if part is not None:
            self.draw_part(part, False)


def quartiles(values: Array) -> Array:
    """Return quartiles over the seeds, (R, S) -> (3, R).

    Seeds that are not finite are left out; nan where none is finite.
    """
    if not values.size:
        return np.full((3, values.shape[0]), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row without a finite seed
        if np.isfinite(values).all():
            # What np.percentile does, in a tenth of the time for the short rows of a frame.
            ordered, last = np.sort(values, axis=1), values.shape[1] - 1
            place = last * np.array([[0.25], [0.5], [0.75]])
            below = np.floor(place).astype(int)
            low, high = ordered.T[below[:, 0]], ordered.T[np.ceil(place[:, 0]).astype(int)]
            return np.asarray(low + (place - below) * (high - low))  # (3, R)
        known = np.where(np.isfinite(values), values, np.nan)
        return np.asarray(np.nanpercentile(known, (25, 50, 75), axis=1))


def spread(low: float, high: float, seeds: int, digits: int = 3) -> str:
    """Return the quartiles behind a median, ` (0.0031 to 0.0060)`; nothing for one seed."""
    return f" ({number(low, digits)} to {number(high, digits)})" if seeds > 1 else ""


def table(header: list[str], columns: list[Array]) -> str:
    """Return columns as tab separated text with a header line; nan is left empty."""
    lines = ["\t".join(header)]
    for row in zip(*(np.asarray(c).tolist() for c in columns), strict=True):
        lines.append("\t".join("" if v != v else str(v) for v in row))
    return "\n".join(lines) + "\n"
