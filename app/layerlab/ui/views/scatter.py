"""Many inputs, one number: predicted against true."""

from __future__ import annotations

import numpy as np

from layerlab.core.frames import Frame, ScatterPrediction
from layerlab.ui.plotting.items import Dots, Line, Mark, Whiskers, evenly_spaced
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import quartiles, spread, table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.views.form import Form

MAX_DOTS = 350


class ScatterView(Form):
    """The median prediction of each point with its quartiles, beside the diagonal."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ScatterPrediction | None = None
        self.plot = Plot(Axis(), Axis("predicted"))
        self.plot.reader = self.read
        self.hold(self.plot)

    def show_part(self, part: ScatterPrediction, frame: Frame, anew: bool) -> None:
        """Draw the points."""
        super().show_part(part, frame, anew)
        self._set_ranges(part, anew)
        theme, plot = self.theme, self.plot
        accent, held_out = theme.color("accent"), theme.color("negative")
        plot.x_axis.label = f"true {part.label}"
        keys = [Key("dot", accent, "training")]
        live: dict[str, Mark] = {}
        for name, token, held in (("data", "accent", False), ("validation", "negative", True)):
            at = np.flatnonzero(part.is_validation == held)
            at = at[evenly_spaced(at.size, MAX_DOTS)]
            if not at.size:
                continue
            x, q = part.true[at], part.predicted[:, at]
            if self.seeds > 1:
                shade = theme.color(token, 0.35)
                live[f"{name} quartiles"] = Whiskers(x, q[1], q[3], shade)
            dot = theme.color(token, 0.9)
            live[name] = Dots(x, q[2], dot, 2.3 * theme.zoom, hollow=held)
            if held:
                keys.append(Key("ring", held_out, "validation"))
        ends = np.array([plot.x_axis.low, plot.x_axis.high])
        diagonal = Line(ends, ends, theme.color("muted"), 1.2, (3.2, 2.6))
        keys.append(Key("dash", theme.color("muted"), "predicted = true", 1.2))
        plot.legend = tuple(keys)
        plot.show_marks({}, {"diagonal": diagonal}, live)

    def _set_ranges(self, part: ScatterPrediction, anew: bool) -> None:
        true = part.true[np.isfinite(part.true)]
        low, high = (float(true.min()), float(true.max())) if true.size else (0.0, 1.0)
        pad = 0.04 * (high - low) or 1.0
        self.plot.x_axis.fix(low - pad, high + pad)
        middle = part.predicted[2][np.isfinite(part.predicted[2])]
        seen = np.array([low - pad, high + pad])
        if middle.size:  # a few wild points must not press all others flat
            seen = np.concatenate((seen, np.percentile(middle, (2, 98))))
        if anew:
            self.plot.y_axis.fix(low - pad, high + pad)
        self.plot.y_axis.cover(seen)

    def note(self) -> str:
        """Return how much of the variance is explained."""
        part = self.part
        if part is None or not part.r2.size:
            return ""
        low, middle, high = (float(v) for v in quartiles(part.r2[None, :])[:, 0])
        where = "validation" if part.is_validation.any() else "training"
        return f"R² <b>{number(middle, 2)}</b>{spread(low, high, part.r2.size, 2)} · {where}"

    def read(self, x: float, y: float) -> Reading | None:
        """Read the point nearest to the cursor."""
        part = self.part
        if part is None:
            return None
        plot = self.plot
        across = (plot.x_axis.to_unit(part.true) - plot.x_axis.place(x)) * plot.area().width()
        up = (
            plot.y_axis.to_unit(part.predicted[2]) - plot.y_axis.place(y)
        ) * plot.area().height()
        away = np.hypot(across, up)
        if not np.isfinite(away).any() or np.nanmin(away) > 24 * self.theme.zoom:
            return None
        i = int(np.nanargmin(away))
        low, middle, high = (float(v) for v in part.predicted[1:4, i])
        held = bool(part.is_validation[i])
        color = self.theme.color("negative" if held else "accent")
        true = float(part.true[i])
        rows = ((color, f"predicted {number(middle)}{spread(low, high, self.seeds)}"),)
        kind = "validation" if held else "training"
        title = f"point {i + 1} ({kind}), true {number(true)}"
        return Reading(title, rows, None, ((true, middle, color),))

    def numbers(self) -> str:
        """Return all points."""
        part = self.part
        if part is None:
            return ""
        header = ["true", "5 %", "25 %", "median", "75 %", "95 %", "this seed", "validation"]
        held = part.is_validation.astype(int)
        return table(header, [part.true, *part.predicted, part.shown, held])
