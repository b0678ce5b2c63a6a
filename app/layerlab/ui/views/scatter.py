"""Many inputs, one number: predicted against true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from layerlab.core.frames import Frame, ScatterPrediction
from layerlab.core.translation import _
from layerlab.ui.plotting.items import evenly_spaced
from layerlab.ui.plotting.numbers import quartile_text, quartiles, table_of
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip, nearest
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, columns_of, declare
from layerlab.ui.views.form import PredictionForm

MAX_DOTS = 350
REACH = 24  # pixels at zoom 1 from which a point is read
_PREDICTED, _MEDIAN, _THIS_SEED = _("predicted"), _("median"), _("this seed")
_TRAINING, _VALIDATION = _("training"), _("validation")


class ScatterView(PredictionForm):
    """The median prediction of each point with its quartiles, beside the diagonal."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ScatterPrediction | None = None
        self.plot = Plot(Axis(), Axis(_PREDICTED))
        self.plot.reader = self.read
        self._every: tuple[Series, ...] = ()  # of all points, in their order
        self._series: tuple[Series, ...] = ()  # as they are drawn
        self.hold(self.plot)

    def show_part(self, part: ScatterPrediction, frame: Frame, restart: bool) -> None:
        """Draw the points."""
        super().show_part(part, frame, restart)
        self._set_ranges(part, restart)
        self.plot.x_axis.label = _("true {name}", name=part.label)
        self._every = tuple(self._points(part))
        self._series = tuple(self._declare(part, self._every[1]))
        some = [one.at(evenly_spaced(one.x.size, MAX_DOTS)) for one in self._series]
        found = declare(some, self.theme)
        self.plot.legend = found.legend
        self.plot.show_marks(found.bands, found.still, found.live)

    def _points(self, part: ScatterPrediction) -> Iterator[Series]:
        """Yield all points: their predictions, and what else is exported of them."""
        ink, x, q, many = (
            self.theme.color("accent", 0.9),
            part.true,
            part.predicted,
            self.seeds > 1,
        )
        one = Series(_PREDICTED, x, q[2], ink, q[1], q[3], read_as=_PREDICTED, column="")
        one = replace(one, ends=("25 %", _MEDIAN, "75 %"), reads_band=many)
        held = part.is_validation.astype(float)
        yield Series("5 %", x, q[0], ink)
        yield replace(one, width=2.3 * self.theme.zoom, shade=0.35 if many else 0.0)
        for name, values in (
            ("95 %", q[4]),
            (_THIS_SEED, part.shown),
            (_VALIDATION, held),
        ):
            yield Series(name, x, values, ink)

    def _declare(self, part: ScatterPrediction, points: Series) -> Iterator[Series]:
        """Yield the points of training and validation, then the diagonal."""
        ink = self.theme.color
        for name, token, form, held in (
            (_TRAINING, "accent", "dots", False),
            (_VALIDATION, "negative", "rings", True),
        ):
            at = part.is_validation == held
            if at.any():
                yield replace(points.at(at), name=name, color=ink(token, 0.9), form=form)
        ends = np.array([self.plot.x_axis.low, self.plot.x_axis.high])
        yield Series(
            *(_("predicted = true"), ends, ends, ink("muted")),
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
        where = _VALIDATION if part.is_validation.any() else _TRAINING
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
        fields = {"point": i + 1, "part": one.name, "number": number(true)}
        title = _("point {point} ({part}), true {number}", **fields)
        return Tooltip(title, ((one.color, one.row(k)),), None, ((true, middle, one.color),))

    def numbers(self) -> str:
        """Return all points."""
        return table_of(columns_of(self._every, _("true")))
