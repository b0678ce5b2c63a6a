"""The map of order and chaos: a field, its critical line, and names that can be clicked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from layerlab.core.translation import _
from layerlab.experiments.signal.model import PhasePoint
from layerlab.nets.theory.meanfield import BIAS_RANGE, WEIGHT_RANGE, Map
from layerlab.ui.plotting.colors import value_colors
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import Dots, HeatMap, Mark, Segments, Tag, TextMark, contour
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, declare
from layerlab.ui.plotting.side import ColorScale, color_scale
from layerlab.ui.theme import Theme

Array = np.ndarray
REACH = 6.0  # correlation lengths to which a network can be trained (Schoenholz et al. 2017)
CALM = 1.9  # 1 would be the full colours
CHI_RANGE = 0.1, 10.0  # of the scale; beyond it the colours hardly change
CLICK_DISTANCE = 10.0  # pixels at zoom 1 within which a mark is clicked


def chi_colors(theme: Theme, log_chi: Array) -> Array:
    """Return the colours of log chi, (...) -> (..., 3)."""
    return value_colors(theme, np.tanh(0.7 * log_chi), -CALM, CALM)


def chi_scale(theme: Theme) -> ColorScale:
    """Return what the colours of the map mean."""
    low, high = np.log(CHI_RANGE).tolist()
    found = color_scale(*CHI_RANGE, chi_colors(theme, np.linspace(low, high, 17)), "χ")
    found.axis.log = True
    found.axis.fix(*CHI_RANGE)
    return found


class PhaseMap(HandlePlot):
    """Standard deviation of the weights to the right, of the biases upwards."""

    def __init__(self) -> None:
        """Make an empty map."""
        super().__init__(Axis(_("weight std"), log=True, can_switch=False), Axis(_("bias std")))
        self.x_axis.fix(*WEIGHT_RANGE)
        self.y_axis.fix(*BIAS_RANGE)
        self.grid = False
        self.chart: Map | None = None
        self.marks: tuple[PhasePoint, ...] = ()  # on the map
        self.series: tuple[Series, ...] = ()  # its lines
        self._drawn: object = None
        self.reader = self.read

    def show_chart(self, chart: Map, marks: Sequence[PhasePoint], depth: int) -> None:
        """Draw a map with the marks that lie on it, and what is reached by so many layers."""
        drawn = (chart, tuple(marks), depth, self.theme)
        if drawn == self._drawn:
            return  # the dot alone moves
        self.chart, self._drawn = chart, drawn
        low, high = WEIGHT_RANGE
        self.marks = tuple(m for m in marks if low <= m.weight_std <= high)
        theme = self.theme
        colors = chi_colors(theme, chart.log_chi)
        self.color_scale = chi_scale(theme)
        text, muted = theme.color("text"), theme.color("text", 0.55)
        series = [self._level("χ = 1", 0.0, text, 2.0, None)]
        for sign, name in ((-1, _("order, 6 ξ = depth")), (1, _("chaos, 6 ξ = depth"))):
            one = self._level(name, sign * REACH / depth, muted, 1.2, (4, 3))
            entry = LegendEntry("dash", muted, _("6 ξ = depth"), 1.2)
            series.append(replace(one, form="dash", entries=[entry]))
        self.series = tuple(
            replace(one, is_still=True, is_read=False, in_columns=False) for one in series
        )
        found = declare(self.series, theme)
        self.legend = found.legend
        field: dict[str, Mark] = {"field": HeatMap((*WEIGHT_RANGE, *BIAS_RANGE), colors)}
        self.show_marks(still=field | found.still | self._mark_shapes() | self._sides())

    def _level(
        self,
        name: str,
        level: float,
        color: QColor,
        width: float,
        dash: tuple[float, float] | None,
    ) -> Series:
        assert self.chart is not None
        chart = self.chart
        ends = contour(chart.log_chi, level)  # (n, 2, 2) columns and rows
        steps = np.arange(len(chart.weights)), np.arange(len(chart.biases))
        x = np.exp(np.interp(ends[..., 0], steps[0], np.log(chart.weights)))
        y = np.interp(ends[..., 1], steps[1], chart.biases)
        shape = Segments(x[:, 0], y[:, 0], x[:, 1], y[:, 1], color, width, dash)
        return Series(name, x[:, 0], y[:, 0], color, width=width, shape=shape)

    def _sides(self) -> dict[str, Mark]:
        """Return the names of both sides, where the upper part of the map has them."""
        assert self.chart is not None
        row = self.chart.log_chi[int(0.8 * len(self.chart.biases))]
        ink, height = self.theme.color("text"), np.array([0.8 * BIAS_RANGE[1]])
        found: dict[str, Mark] = {}
        for name, end, good in ((_("order"), 0, row < 0), (_("chaos"), 1, row > 0)):
            if good.sum() > len(row) / 5:
                at = np.array([WEIGHT_RANGE[end]])
                found[name] = TextMark(at, height, [name], ink, self.theme, 12, 600, bool(end))
        return found

    # ---- marks
    def _mark_shapes(self) -> dict[str, Mark]:
        ink = self.theme.color("text")
        x = np.array([m.weight_std for m in self.marks])
        y = np.array([m.bias_std for m in self.marks])
        names = {
            m.label: Tag(m.weight_std, m.bias_std, m.label, ink, self.theme) for m in self.marks
        }
        return {"places": Dots(x, y, ink, 3.4 * self.theme.zoom), **names}

    def mark_at(self, x: float, y: float) -> PhasePoint | None:
        """Return the mark whose dot or name is at a point."""
        here = QPointF(float(self.px(np.array(x))), float(self.py(np.array(y))))
        names = self.name_item.rects()
        best, least = None, CLICK_DISTANCE * self.theme.zoom
        for mark in self.marks:
            if mark.label in names and names[mark.label].contains(here):
                return mark
            away = here - QPointF(
                float(self.px(np.array(mark.weight_std))),
                float(self.py(np.array(mark.bias_std))),
            )
            distance = math.hypot(away.x(), away.y())
            if distance < least:
                best, least = mark, distance
        return best

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return weight and bias std of a mark at a point, or of the point."""
        mark = self.mark_at(x, y)
        return (x, y) if mark is None else (mark.weight_std, mark.bias_std)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read chi and the correlation length, or what a mark is."""
        if self.chart is None:
            return None
        mark = self.mark_at(x, y)
        if mark is not None:
            return Tooltip(mark.label, ((None, mark.help),))
        column = int(np.abs(np.log(self.chart.weights / x)).argmin())
        row = int(np.abs(self.chart.biases - y).argmin())
        rate = float(self.chart.log_chi[row, column])
        return Tooltip(
            f"{number(x, 2)}, {number(y, 2)}",
            (
                (None, f"χ {number(math.exp(rate))}"),
                (None, _("ξ {length} layers", length=number(1 / abs(rate)) if rate else "∞")),
            ),
        )
