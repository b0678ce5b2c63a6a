"""Many inputs, one number: predicted against true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layerlab.core.frames import Frame, ScatterPrediction
from layerlab.ui.plotting.items import evenly_spaced
from layerlab.ui.plotting.numbers import quartile_text, quartiles, table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip, nearest
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, declare
from layerlab.ui.views.form import PredictionForm

MAX_DOTS = 350
REACH = 24  # pixels at zoom 1 from which a point is read


class ScatterView(PredictionForm):
    """The median prediction of each point with its quartiles, beside the diagonal."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ScatterPrediction | None = None
        self.plot = Plot(Axis(), Axis("predicted"))
        self.plot.reader = self.read
        self._series: tuple[Series, ...] = ()
        self.hold(self.plot)

    def show_part(self, part: ScatterPrediction, frame: Frame, restart: bool) -> None:
        """Draw the points."""
        super().show_part(part, frame, restart)
        self._set_ranges(part, restart)
        self.plot.x_axis.label = f"true {part.label}"
        self._series = tuple(self._declare(part))
        some = [one.at(evenly_spaced(one.x.size, MAX_DOTS)) for one in self._series]
        found = declare(some, self.theme)
        self.plot.legend = found.legend
        self.plot.show_marks(found.bands, found.still, found.live)

    def _declare(self, part: ScatterPrediction) -> Iterator[Series]:
        """Yield the points of training and validation, then the diagonal."""
        ink = self.theme.color
        for name, token, form, held in (
            ("training", "accent", "dots", False),
            ("validation", "negative", "rings", True),
        ):
            at = part.is_validation == held
            if at.any():
                x, q = part.true[at], part.predicted[:, at]
                band = {"low": q[1], "high": q[3], "shade": 0.35} if self.seeds > 1 else {}
                size = 2.3 * self.theme.zoom
                yield Series(
                    *(name, x, q[2], ink(token, 0.9)),
                    form=form,
                    width=size,
                    read_as="predicted",
                    **band,
                )
        ends = np.array([self.plot.x_axis.low, self.plot.x_axis.high])
        yield Series(
            *("predicted = true", ends, ends, ink("muted")),
            form="dash",
            width=1.2,
            is_still=True,
        )

    def _set_ranges(self, part: ScatterPrediction, restart: bool) -> None:
        true = part.true[np.isfinite(part.true)]
        low, high = (float(true.min()), float(true.max())) if true.size else (0.0, 1.0)
        pad = 0.04 * (high - low) or 1.0
        self.plot.x_axis.fix(low - pad, high + pad)
        middle = part.predicted[2][np.isfinite(part.predicted[2])]
        seen = np.array([low - pad, high + pad])
        if middle.size:  # a few wild points must not press all others flat
            seen = np.concatenate((seen, np.percentile(middle, (2, 98))))
        if restart:
            self.plot.y_axis.fix(low - pad, high + pad)
        self.plot.y_axis.cover(seen)

    def note(self) -> str:
        """Return how much of the variance is explained."""
        part = self.part
        if part is None or not part.r2.size:
            return ""
        low, middle, high = (float(v) for v in quartiles(part.r2[None, :])[:, 0])
        where = "validation" if part.is_validation.any() else "training"
        band = quartile_text(low, high, part.r2.size, 2)
        return f"R² <b>{number(middle, 2)}</b>{band} · {where}"

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the point nearest to the cursor."""
        part = self.part
        if part is None:
            return None
        reach = REACH * self.theme.zoom
        i = nearest(self.plot, (part.true, part.predicted[2]), x, y, reach)
        if i is None:
            return None
        held = part.is_validation
        one = self._series[int(held[i] and not held.all())]
        k = int(np.count_nonzero(held[:i] == held[i]))
        true, middle = float(one.x[k]), float(one.y[k])
        title = f"point {i + 1} ({one.name}), true {number(true)}"
        return Tooltip(title, ((one.color, one.row(k)),), None, ((true, middle, one.color),))

    def numbers(self) -> str:
        """Return all points."""
        part = self.part
        if part is None:
            return ""
        header = ["true", "5 %", "25 %", "median", "75 %", "95 %", "this seed", "validation"]
        held = part.is_validation.astype(int)
        return table(header, [part.true, *part.predicted, part.shown, held])
