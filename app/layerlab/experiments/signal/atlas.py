"""The map of order and chaos: a field, its critical line, and names that can be clicked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFontMetricsF

from layerlab.experiments.signal.meanfield import BIAS_RANGE, WEIGHT_RANGE, Map
from layerlab.experiments.signal.model import Mark
from layerlab.ui.plotting.colors import value_colors
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import Dots, Field, Strokes, Words, contour
from layerlab.ui.plotting.items import Mark as Drawn
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis, number

Array = np.ndarray
REACH = 6.0  # correlation lengths to which a network can be trained (Schoenholz et al. 2017)
STEP = 0.115  # of the height, between the names of marks that stand close
LETTER = 6.1  # pixels at zoom 1 that a letter of a name takes at most
CALM = 1.9  # 1 would be the full colours
NEAR = 10.0  # pixels at zoom 1 within which a mark is clicked


class MapPlot(HandlePlot):
    """Weight spread to the right, bias spread upwards.

    Signals:
        chosen: weight and bias spread of a mark, or of a place, that was clicked.
    """

    chosen = Signal(float, float)

    def __init__(self) -> None:
        """Make an empty map."""
        super().__init__(Axis("weight spread", log=True), Axis("bias spread"))
        self.x_axis.fix(*WEIGHT_RANGE)
        self.y_axis.fix(*BIAS_RANGE)
        self.grid, self.takes_clicks = False, True
        self.chart: Map | None = None
        self.marks: tuple[Mark, ...] = ()  # on the map
        self._given: tuple[Mark, ...] = ()
        self._levels: list[int] = []
        self._depth = 1
        self._drawn: object = None
        self.reader = self.read
        self.clicked.connect(self._on_clicked)

    def show_chart(self, chart: Map, marks: Sequence[Mark], depth: int) -> None:
        """Draw a map with the marks that lie on it, and what is reached by so many layers."""
        drawn = (chart, tuple(marks), depth, self.theme, self.width())
        if drawn == self._drawn:
            return  # the dot alone moves
        self.chart, self._depth, self._drawn = chart, depth, drawn
        low, high = WEIGHT_RANGE
        self._given = tuple(marks)
        self.marks = tuple(m for m in marks if low <= m.weight_std <= high)
        self._levels = self._stairs()
        theme = self.theme
        colors = value_colors(theme, np.tanh(0.7 * chart.log_chi), -CALM, CALM)
        text, muted = theme.color("text"), theme.color("text", 0.55)
        still: dict[str, Drawn] = {
            "field": Field((*WEIGHT_RANGE, *BIAS_RANGE), colors),
            "critical": self._level(0.0, text, 2.0, None),
        }
        for sign in (-1, 1):
            still[f"reach {sign}"] = self._level(sign * REACH / depth, muted, 1.2, (4, 3))
        still |= self._mark_shapes() | self._sides()
        self.legend = (
            Key("line", text, "χ = 1"),
            Key("dash", muted, "6 ξ = depth", 1.2),
        )
        self.show_marks(still=still)

    def _level(
        self, level: float, color: QColor, width: float, dash: tuple[float, float] | None
    ) -> Strokes:
        assert self.chart is not None
        chart = self.chart
        ends = contour(chart.log_chi, level)  # (n, 2, 2) columns and rows
        steps = np.arange(len(chart.weights)), np.arange(len(chart.biases))
        x = np.exp(np.interp(ends[..., 0], steps[0], np.log(chart.weights)))
        y = np.interp(ends[..., 1], steps[1], chart.biases)
        return Strokes(x[:, 0], y[:, 0], x[:, 1], y[:, 1], color, width, dash)

    def _sides(self) -> dict[str, Drawn]:
        """Return the names of both sides, where the upper part of the map has them."""
        assert self.chart is not None
        row = self.chart.log_chi[int(0.8 * len(self.chart.biases))]
        found: dict[str, Drawn] = {}
        for name, good in (("order", row < 0), ("chaos", row > 0)):
            if good.sum() > len(row) / 5:
                x = 0.75 * np.exp(np.log(self.chart.weights[good]).mean())  # about its middle
                found[name] = Words(
                    np.array([x]),
                    np.array([0.8 * BIAS_RANGE[1]]),
                    [name],
                    self.theme.color("text"),
                    self.theme,
                    12,
                    600,
                )
        return found

    def resizeEvent(self, event: object) -> None:
        """Place the names anew: where they have room depends on the size."""
        super().resizeEvent(event)
        if self.chart is not None:
            self.show_chart(self.chart, self._given, self._depth)

    # ---- marks
    def _stairs(self) -> list[int]:
        """Return how high each name stands, so that none lies on another or on its line."""
        wide = max(120.0, self.width() - self.theme.px(36))
        places = [self.x_axis.place(m.weight_std) for m in self.marks]
        spans = [(LETTER * len(m.label) + 8) * self.theme.zoom / wide for m in self.marks]
        levels = [0] * len(places)
        for k in sorted(range(len(places)), key=lambda k: -places[k]):
            if places[k] + spans[k] > 1:
                continue  # stands left of its line, at the foot
            over = [
                levels[j]
                for j in range(len(places))
                if j != k and places[k] <= places[j] <= places[k] + spans[k]
            ]
            levels[k] = max(over, default=-1) + 1
        return levels

    def _height(self, k: int) -> float:
        """Return the bias spread at which a name stands."""
        return self.marks[k].bias_std + (BIAS_RANGE[1] - BIAS_RANGE[0]) * (
            0.09 + STEP * self._levels[k]
        )

    def _mark_shapes(self) -> dict[str, Drawn]:
        ink = self.theme.color("text")
        x = np.array([m.weight_std for m in self.marks])
        y = np.array([m.bias_std for m in self.marks])
        top = np.array([self._height(k) for k in range(len(self.marks))])
        left = np.array([self._is_left(m) for m in self.marks], bool)
        shapes: dict[str, Drawn] = {
            "leaders": Strokes(x, y, x, top, self.theme.color("text", 0.5), 1.0),
            "places": Dots(x, y, ink, 3.4 * self.theme.zoom),
        }
        for side in (False, True):
            some = left == side
            names = [m.label for m, here in zip(self.marks, some, strict=True) if here]
            shapes[f"names {side}"] = Words(
                x[some], top[some], names, ink, self.theme, 10.5, 500, right=side
            )
        return shapes

    def _is_left(self, mark: Mark) -> bool:
        return self.x_axis.place(mark.weight_std) > 0.8

    def mark_at(self, x: float, y: float) -> Mark | None:
        """Return the mark whose dot or name is at a place."""
        metrics = QFontMetricsF(self.theme.font(10.5, 500))
        px, py = float(self.px(np.array(x))), float(self.py(np.array(y)))
        best, least = None, NEAR * self.theme.zoom
        for k, mark in enumerate(self.marks):
            at = float(self.px(np.array(mark.weight_std)))
            dot = math.hypot(at - px, float(self.py(np.array(mark.bias_std))) - py)
            aside = at - px if self._is_left(mark) else px - at  # along the name
            row = abs(float(self.py(np.array(self._height(k)))) - py)
            wide = metrics.horizontalAdvance(mark.label) + self.theme.px(8)
            if row <= self.theme.px(8) and -2 <= aside <= wide:
                return mark
            if dot < least:
                best, least = mark, dot
        return best

    def _on_clicked(self, x: float, y: float) -> None:
        mark = self.mark_at(x, y)
        if mark is None:
            self.chosen.emit(x, y)
        else:
            self.chosen.emit(mark.weight_std, mark.bias_std)

    def read(self, x: float, y: float) -> Reading | None:
        """Read chi and the correlation length, or what a mark is."""
        if self.chart is None:
            return None
        mark = self.mark_at(x, y)
        if mark is not None:
            return Reading(mark.label, ((None, mark.help),))
        column = int(np.abs(np.log(self.chart.weights / x)).argmin())
        row = int(np.abs(self.chart.biases - y).argmin())
        rate = float(self.chart.log_chi[row, column])
        return Reading(
            f"{number(x, 2)}, {number(y, 2)}",
            (
                (None, f"χ {number(math.exp(rate))}"),
                (None, f"ξ {number(1 / abs(rate)) if rate else '∞'} layers"),
            ),
        )
