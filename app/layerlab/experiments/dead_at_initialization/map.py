"""The map of networks that are dead at initialization: a plot whose dot the arrows move."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from layerlab.core.cures import MAX_DEPTH, MAX_WIDTH
from layerlab.core.translation import _
from layerlab.ui.plotting.colors import value_colors
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import HeatMap, Mark, Segments
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.side import ColorScale, color_scale
from layerlab.ui.theme import Theme

Array = np.ndarray
LEFT, RIGHT = 0.72, 68.0  # ends of the axis of depths
FINE = 420  # columns of the picture: cells of deep networks are narrow
EDGES = 24  # depths up to which cells have an edge; the last ones are hardly seen
CALM = 1.2  # dead and alive are this far from the ends of the colours
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}


class DeadShareMap(HandlePlot):
    """Depth across, width upwards; a dot where the page is.

    Signals:
        stepped: an arrow key was pressed: by how many layers and units.
    """

    stepped = Signal(int, int)

    def __init__(self) -> None:
        """Make the axes."""
        x = Axis(_("hidden layers"), log=True, can_switch=False)  # as its cells are laid out
        super().__init__(x, Axis(_("width"), integer=True))
        self.x_axis.fix(LEFT, RIGHT)
        self.y_axis.fix(0.5, MAX_WIDTH + 0.5)
        self.takes_clicks = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next cell: a hundredth of an axis is less than one."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(*step)


def cell_at(x: float, y: float) -> tuple[int, int]:
    """Return width and depth of the cell at a point."""
    depth = int(np.clip(_depths(np.array(x)), 1, MAX_DEPTH))
    return int(np.clip(round(y), 1, MAX_WIDTH)), depth


def _depths(x: Array) -> Array:
    """Return the depth whose cell, to the geometric mean with its neighbours, is at x."""
    # sqrt(d (d - 1)) < x <= sqrt(d (d + 1)), solved for d.
    return np.ceil(np.sqrt(x * x + 0.25) - 0.5)


def share_scale(theme: Theme) -> ColorScale:
    """Return what the colours of the map mean."""
    shades = value_colors(theme, 1 - 2 * np.linspace(0, 1, 9), -CALM, CALM)
    return color_scale(0, 1, shades, _("dead"))


def map_marks(theme: Theme, shares: Array, nets: Array) -> dict[str, Mark]:
    """Return the picture: dead in the colour of negative, alive in that of positive.

    Args:
        shares: (MAX_WIDTH, MAX_DEPTH). nets: (MAX_WIDTH,) how many are counted; 0: empty.
    """
    x = np.geomspace(LEFT, RIGHT, FINE)
    depths = np.clip(_depths(x), 1, MAX_DEPTH).astype(int)
    values = np.where(nets[:, None] > 0, 1 - 2 * shares, 0.0)[:, depths - 1]
    field = HeatMap(
        (LEFT, RIGHT, 1.0, float(MAX_WIDTH)), value_colors(theme, values, -CALM, CALM), False
    )
    between = np.arange(1.0, EDGES)
    across = np.sqrt(between * (between + 1))
    rows = np.arange(1.5, MAX_WIDTH)
    ink = theme.color("panel", 0.55)
    fading = [theme.color("panel", 0.55 * (1 - d / EDGES)) for d in between.tolist()]
    return {
        "field": field,
        "columns": Segments(
            across, 0 * across + 0.5, across, 0 * across + MAX_WIDTH + 0.5, fading, 1
        ),
        "rows": Segments(0 * rows + LEFT, rows, 0 * rows + RIGHT, rows, ink, 1),
    }
