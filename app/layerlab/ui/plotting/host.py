"""The host of a plot's parts: what axes, names, still marks and legends know of their plot."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QRectF, QSize

from layerlab.ui.plotting.scale import Axis
from layerlab.ui.theme import Theme

Array = np.ndarray


class Host(Protocol):
    """A plot, as its parts see it; `Plot` has the parts, so they cannot import it."""

    @property
    def theme(self) -> Theme:
        """Return colours, fonts and sizes."""

    @property
    def x_axis(self) -> Axis:
        """Return the lying axis."""

    @property
    def grid(self) -> bool:
        """Return whether hairlines run from the ticks across the area."""

    @property
    def box(self) -> Any:
        """Return pyqtgraph's view box."""

    def width(self) -> int:
        """Return the width of all of it, in pixels."""

    def height(self) -> int:
        """Return the height of all of it, in pixels."""

    def size(self) -> QSize:
        """Return both."""

    def area(self) -> QRectF:
        """Return the rectangle between the axes, in pixels."""

    def shown(self, axis: int) -> tuple[float, float]:
        """Return what is shown of an axis (0: x, 1: y), in the view's numbers."""

    def shown_rect(self) -> QRectF:
        """Return what is shown, in the view's numbers."""

    def px(self, x: Array) -> Array:
        """Return pixels from the left."""

    def py(self, y: Array) -> Array:
        """Return pixels from the top."""

    def vx(self, x: Array) -> Array:
        """Return the view's numbers, not far outside of what is shown."""

    def vy(self, y: Array) -> Array:
        """Return the view's numbers, not far outside of what is shown."""

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return places and texts below the plot, in data units."""

    def y_grid(self) -> list[tuple[float, str]]:
        """Return the places of lying hairlines, in data units, and their texts."""

    def place_look(self) -> tuple[object, ...]:
        """Return something that is equal while marks keep their places."""

    def refresh(self) -> None:
        """Repaint once after all changes."""
