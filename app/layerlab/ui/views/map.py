"""Two inputs: the decision, or the value, over the plane."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout

from layerlab.core.by_hand import LIMIT
from layerlab.core.errors import one_line
from layerlab.core.frames import Frame, MapPrediction
from layerlab.core.translation import _, ngettext
from layerlab.ui.plotting.colors import amount_colors, class_colors, value_colors
from layerlab.ui.plotting.items import Contour, Dots, HeatMap, Mark, evenly_spaced
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.linking import AxisLink
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.side import amount_scale, value_scale
from layerlab.ui.plotting.tools import ToolPlot
from layerlab.ui.views.form import PredictionForm

Array = np.ndarray
MAX_DOTS = 500
MAX_NAME = 14  # characters of a class
WIDE = 1.55  # as wide as high, or wider: there is room for a second map


class MapPlot(ToolPlot):
    """A square plot with its legend in a column at the right, where there is room."""

    def __init__(self) -> None:
        super().__init__(Axis(), Axis())
        self.square = True
        self.grid = False  # nothing may cross the map

    def squared(self, area: QRectF) -> QRectF:
        """Return the largest square, with the legend beside it in the middle of the room."""
        box = super().squared(area)
        box.translate(max(0.0, (area.width() - box.width()) / 2), 0)
        return box


class MapView(PredictionForm):
    """The map of all seeds, the border of the shown one, and the data."""

    def __init__(self) -> None:
        super().__init__()
        self.part: MapPrediction | None = None
        self.plot, self.beside = MapPlot(), MapPlot()
        for plot in self.surfaces:
            plot.reader = self.read
        for axis in (0, 1):
            AxisLink(axis, self.plot, self.beside)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot)
        layout.addWidget(self.beside)
        self.beside.hide()

    @property
    def surfaces(self) -> tuple[MapPlot, ...]:
        """All that it draws on: the map, and how far the seeds differ."""
        return self.plot, self.beside

    def resizeEvent(self, event: object) -> None:
        """Show the second map where there is room for it."""
        before = self.beside.isHidden()
        self._fit()
        if self.part is not None and self.beside.isHidden() != before:
            self._draw(self.part)

    def _fit(self) -> None:
        part = self.part
        has_uncertainty = part is not None and self.seeds > 1
        wide, high = self.width(), self.height()
        is_wide = wide > WIDE * high and high > self.theme.px(120)
        # A plane to paint on gets all the room.
        self.beside.setVisible(has_uncertainty and is_wide and self.plot.tool is None)
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretch(0, high)
        layout.setStretch(1, max(1, wide - high))

    def show_part(self, part: MapPrediction, frame: Frame, restart: bool) -> None:
        """Draw the map."""
        super().show_part(part, frame, restart)
        self._fit()
        self._draw(part)

    def show_no_data(self) -> None:
        """Show an empty plane."""
        self.part = None
        self._fit()
        plot = self.plot
        for axis in (plot.x_axis, plot.y_axis):
            axis.fix(-LIMIT, LIMIT)
        plot.column, plot.legend, plot.color_scale = (), (), None
        plot.grid = True
        plot.show_marks()

    def _draw(self, part: MapPrediction) -> None:
        plot, theme = self.plot, self.theme
        plot.grid = False
        x0, x1, y0, y1 = part.extent
        for one in self.surfaces:
            one.x_axis.fix(x0, x1)
            one.y_axis.fix(y0, y1)
            one.x_axis.label, one.y_axis.label = part.x_label, part.y_label
        self.beside.y_axis.label = ""  # as beside it
        if not self.beside.isHidden():
            self._draw_beside(part)
        if part.class_count and part.classes is not None:
            agreement = (
                np.ones(part.classes.shape) if part.agreement is None else part.agreement
            )
            colors = class_colors(theme, part.classes, agreement, part.class_count)
            plot.color_scale = None
        else:
            colors = value_colors(theme, part.values, part.low, part.high)
            plot.color_scale = value_scale(theme, part.low, part.high)
        border = Contour(part.extent, part.boundary, self._levels(part), theme.color("text"))
        border.width = 1.6 if part.class_count else 1.0
        border.kinds = part.class_count if part.class_count > 2 else 0
        is_alone = self.beside.isHidden()
        keys = self._keys(part)
        plot.column, plot.legend = (keys, ()) if is_alone else ((), keys)
        plot.show_marks(
            {"map": HeatMap(part.extent, colors)}, self._points(part), {"border": border}
        )

    def _draw_beside(self, part: MapPrediction) -> None:
        """Draw how far the seeds differ: what the majority, or the median, does not show."""
        plot, theme = self.beside, self.theme
        if part.agreement is not None:
            values, name = 1.0 - part.agreement, _("share of seeds that disagree")
            high = 1.0 - 1.0 / max(2, part.class_count)
        elif part.std is not None:
            values, name = part.std, _("std over seeds")
            known = values[np.isfinite(values)]
            high = float(np.percentile(known, 98)) if known.size else 1.0
        else:
            return
        plot.color_scale = amount_scale(theme, 0.0, high)
        plot.legend = (LegendEntry("text", theme.color("muted"), name),)
        plot.show_marks({"map": HeatMap(part.extent, amount_colors(theme, values, 0.0, high))})

    def _levels(self, part: MapPrediction) -> tuple[float, ...]:
        """Return where the shown seed's lines run: borders of classes, or steps of value."""
        if part.class_count:
            return (0.5,)
        return tuple(part.low + (part.high - part.low) * k / 6 for k in range(1, 6))

    def _points(self, part: MapPrediction) -> dict[str, Mark]:
        theme = self.theme
        radius = (3.2 if len(part.points) < 250 else 2.6) * theme.zoom
        marks: dict[str, Mark] = {}
        for name, held_out in (("data", False), ("validation", True)):
            at = np.flatnonzero(part.is_validation == held_out)
            if not at.size:
                continue
            if self.plot.tool is not None and part.class_count:
                marks |= self._painted(part, name, at, radius)
                continue
            at = at[evenly_spaced(at.size, MAX_DOTS)]
            x, y = part.points[at].T
            colors = self._point_colors(part, part.labels[at])
            edge = theme.color("panel")
            if held_out and not part.class_count:  # a good fit has the colour of the map
                colors = [theme.color("text")] * at.size
            marks[name] = Dots(x, y, colors, radius, held_out, None if held_out else edge)
        return marks

    def _painted(
        self, part: MapPrediction, name: str, at: Array, radius: float
    ) -> dict[str, Mark]:
        """Return marks of painted points: all of them, or some would vanish from the brush.

        Each class is one mark: points of one colour are drawn many times as quickly.
        """
        marks: dict[str, Mark] = {}
        held_out = name == "validation"
        edge = None if held_out else self.theme.color("panel")
        for label in range(part.class_count):
            x, y = part.points[at[part.labels[at] == label]].T
            color = self.theme.class_color(label)
            marks[f"{name} {label}"] = Dots(x, y, color, radius, held_out, edge)
        return marks

    def _point_colors(self, part: MapPrediction, labels: Array) -> list[QColor]:
        theme = self.theme
        if part.class_count:
            return [theme.class_color(int(k)) for k in np.nan_to_num(labels)]
        shades = value_colors(theme, labels, part.low, part.high)
        return [QColor(*(int(c) for c in shade)) for shade in shades]

    def _keys(self, part: MapPrediction) -> tuple[LegendEntry, ...]:
        theme = self.theme
        has_swatches = self.plot.tool is not None and not self.plot.is_figure
        keys = [
            LegendEntry("dot", theme.class_color(k), self._class(part, k))
            for k in range(0 if has_swatches else part.class_count)
        ]
        if part.is_validation.any():
            keys.append(LegendEntry("ring", theme.color("muted"), _("validation")))
        words = _("this seed's boundary") if part.class_count else _("this seed, level lines")
        keys.append(LegendEntry("line", theme.color("text"), words, 1.6))
        if part.class_count and self.seeds > 1:
            keys.append(LegendEntry("text", theme.color("muted"), _("pale: seeds disagree")))
        return tuple(keys)

    def _class(self, part: MapPrediction, label: int) -> str:
        """Return what a class is called."""
        name = one_line(part.class_names[label]) if part.class_names else str(label)
        short = name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"
        return _("class {number}", number=short)

    def note(self) -> str:
        """Return what the colours mean."""
        if self.part is None:
            return ""
        if self.part.class_count:
            painted = np.unique(self.part.labels)
            if self.plot.tool is not None and painted.size < 2:
                name = self._class(self.part, int(painted[0]))
                return _("only {class_name} so far: paint another one as well", class_name=name)
            if self.seeds == 1:
                return _("class")
            return ngettext(
                "class predicted by most of {count} seed",
                "class predicted by most of {count} seeds",
                self.seeds,
            )
        if self.seeds == 1:
            return _("value")
        return ngettext("median of {count} seed", "median of {count} seeds", self.seeds)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the cell under the cursor."""
        part = self.part
        if part is None or min(part.values.shape) < 2:
            return None
        rows, columns = part.values.shape
        row = round(self.plot.y_axis.place(y) * (rows - 1))
        column = round(self.plot.x_axis.place(x) * (columns - 1))
        title = f"{part.x_label} {number(x)}, {part.y_label} {number(y)}"
        value = number(float(part.values[row, column]))
        if part.classes is None:
            rows_read = [(self.theme.color("accent"), _("value {number}", number=value))]
            if part.std is not None and self.seeds > 1:
                std = number(float(part.std[row, column]))
                rows_read.append(
                    (self.theme.color("muted"), _("std over seeds {number}", number=std))
                )
            return Tooltip(title, tuple(rows_read))
        label = int(part.classes[row, column])
        lines: list[tuple[QColor | None, str]] = [
            (self.theme.class_color(label), self._class(part, label))
        ]
        if part.class_count == 2:
            name = self._class(part, 1)
            text = _("{class_name}: median probability {number}", class_name=name, number=value)
            lines.append((None, text))
        if part.agreement is not None and self.seeds > 1:
            share = float(np.clip(np.nan_to_num(part.agreement[row, column]), 0, 1))
            agree = ngettext(
                "{agreeing} of {count} seed agree",
                "{agreeing} of {count} seeds agree",
                self.seeds,
                agreeing=round(share * self.seeds),
            )
            lines.append((None, agree))
        return Tooltip(title, tuple(lines))

    def numbers(self) -> str:
        """Return the map, one row a cell."""
        part = self.part
        if part is None:
            return ""
        rows, columns = part.values.shape
        x0, x1, y0, y1 = part.extent
        gx, gy = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
        header, data = [part.x_label, part.y_label, _("value")], [gx, gy, part.values]
        for name, more in (
            (_("class"), part.classes),
            (_("agreement"), part.agreement),
            (_("std over seeds"), part.std),
        ):
            if more is not None:
                header, data = [*header, name], [*data, more]
        return table(header, [d.ravel() for d in data])
