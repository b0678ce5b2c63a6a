"""Terms that are dragged: which handles there are, and what a drag makes of b, c and a."""

from __future__ import annotations

import numpy as np

from layerlab.experiments.basis.model import FLATTEST, STEEPEST, Result
from layerlab.ui.pages.view import PageView
from layerlab.ui.plotting.handles import Handle, HandlePlot

ENDS = (-1.0, 1.0)  # where a height can be taken
MIN_BEND = 1e-3  # a bend smaller than this gives no height
# The handle of b stands HANDLE_DISTANCE / b ** (1 / HANDLE_ROOT) beside the bend: within reach.
HANDLE_DISTANCE, HANDLE_ROOT = 0.3, 3


class TermHandles:
    """Each term has a handle on its bend; the last one two more, for stretch and height."""

    def __init__(self, view: PageView, plot: HandlePlot) -> None:
        """Listen to the plot and speak through the view."""
        self._view, self._plot = view, plot
        self._result: Result | None = None
        plot.grabbed.connect(lambda name: view.grabbed.emit(_knob(name)))
        plot.released.connect(self._on_released)
        plot.dragged.connect(self._on_dragged)

    def show(self, result: Result) -> None:
        """Put the handles where the terms are."""
        self._result = result
        last, axis = result.shown - 1, self._plot.x_axis
        theme, found = self._view.theme, []
        places = -result.c / result.b
        for k in range(result.shown):
            if axis.low <= places[k] <= axis.high:
                ink = (
                    theme.color("accent")
                    if k == last
                    else theme.layer_color(k, max(5, result.units))
                )
                y = self._value(result, k, places[k])
                found.append(
                    Handle(
                        f"place {k}",  # not translated: a key
                        float(places[k]),
                        y,
                        ink,
                        5.5 if k == last else 3.6,
                        "x",
                    )
                )
        text = theme.color("text")
        beside = self._beside(result, last)
        if beside is not None:
            y = self._value(result, last, beside)
            name = f"stretch {last}"  # not translated: a key
            found.append(Handle(name, beside, y, text, 4.0, "x"))
        end = self._end(result, last)
        if end is not None:
            y = self._value(result, last, end)
            if self._plot.y_axis.low <= y <= self._plot.y_axis.high:
                name = f"height {last}"  # not translated: a key
                found.append(Handle(name, end, y, text, 4.0, "y"))
        self._plot.set_handles(tuple(found))

    def _value(self, result: Result, k: int, x: float) -> float:
        """Return a term at any x, from the curve that is drawn."""
        return float(np.interp(x, result.x, result.pieces[:, k]))

    def _beside(self, result: Result, k: int) -> float | None:
        """Return where the handle of b stands, on the side that is in sight."""
        place = -result.c[k] / result.b[k]
        away = HANDLE_DISTANCE / abs(result.b[k]) ** (1 / HANDLE_ROOT)
        axis = self._plot.x_axis
        for x in (place + away, place - away):
            if axis.low <= x <= axis.high:
                return float(x)
        return None

    def _end(self, result: Result, k: int) -> float | None:
        """Return the end of the axis at which the bend is larger, None where both are flat."""
        sizes = np.abs(result.bends[[0, -1], k])
        side = int(sizes.argmax())
        return ENDS[side] if sizes[side] > MIN_BEND else None

    # ---- events
    def _on_released(self, name: str) -> None:
        self._view.released.emit(_knob(name))
        if self._result is not None:
            self._view.draw(self._result)

    def _on_dragged(self, name: str, x: float, y: float) -> None:
        result = self._result
        what, _, number = name.partition(" ")
        k = int(number)
        if result is None or k >= result.units:
            return
        if what == "height":
            heights = result.a.copy()
            side = 0 if self._end(result, k) == ENDS[0] else -1
            bend = result.bends[side, k]
            if abs(bend) > MIN_BEND:
                heights[k] = y / bend
                self._view.edited.emit("heights", tuple(map(float, heights)))
            return
        b, c = result.b.copy(), result.c.copy()
        if what == "place":
            c[k] = -b[k] * x + 0.0  # c shifts the term
        else:  # b stretches it around its bend, which c keeps in place
            place = -c[k] / b[k]
            size = (HANDLE_DISTANCE / max(abs(x - place), 1e-9)) ** HANDLE_ROOT
            size = min(STEEPEST, max(FLATTEST, size))
            b[k] = np.copysign(size, b[k])
            c[k] = -b[k] * place + 0.0
        pairs = np.stack((b, c), 1).ravel()
        self._view.edited.emit("terms", tuple(map(float, pairs)))


def _knob(handle: str) -> str:
    return "heights" if handle.startswith("height") else "terms"
