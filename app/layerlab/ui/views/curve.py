"""One input, one output: data, target, and what sixteen networks make of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layerlab.core.by_hand import LIMIT, SIDE
from layerlab.core.frames import CurvePrediction, Frame
from layerlab.core.translation import _, in_english, ngettext
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import evenly_spaced
from layerlab.ui.plotting.numbers import table_of
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.series import Series, columns_of, declare, read_series
from layerlab.ui.views.form import PredictionForm
from layerlab.ui.views.kinks import KinkPlot

Array = np.ndarray
MAX_DOTS = 600  # more would hide each other
MEDIAN = _("median")
_NETWORK, _QUARTILES, _TARGET = _("network"), _("quartiles, 5–95 %"), _("target")
_THIS_SEED, _DATA = _("this seed"), _("data")
_TRAINING, _VALIDATION = _("training"), _("validation")
OUTER, INNER = 0.12, 0.28  # opacity of both bands


class CurveView(PredictionForm):
    """The fitted function with its data, and its kinks below."""

    def __init__(self) -> None:
        super().__init__()
        self.show_seed = False
        self.plot = KinkPlot()
        self.plot.reader = self.read
        self.hold(self.plot)
        self.part: CurvePrediction | None = None
        self._previous: tuple[Array, Array, str] | None = None
        self._series: tuple[Series, ...] = ()
        self._ranged: tuple[Array | None, ...] = (None, None, None)  # what the range is of
        self._data_range = (-1.0, 1.0)

    def set_previous_run(self, part: CurvePrediction | None, label: str) -> None:
        """Keep an earlier median as a faint line with a name; None takes it away."""
        self._previous = None if part is None else (part.x, part.quantiles[2], label)

    def show_part(self, part: CurvePrediction, frame: Frame, restart: bool) -> None:
        """Draw the curves, the data and the kinks."""
        super().show_part(part, frame, restart)
        self._set_ranges(part, restart)
        self._series = tuple(self._declare(part))
        found = declare([thinned(one) for one in self._series], self.theme)
        self.plot.legend = found.legend
        hidden = frame.spec.net.hidden
        self.plot.set_kinks(part, len(hidden), sum(hidden))
        bands = dict(reversed(found.bands.items()))  # the inner one lies over the outer one
        self.plot.show_marks(bands, found.still, found.live)

    def show_no_data(self) -> None:
        """Show empty axes."""
        self.part, self._series, plot = None, (), self.plot
        plot.x_axis.fix(-SIDE, SIDE)
        plot.y_axis.fix(-LIMIT, LIMIT)
        plot.is_empty, plot.legend = True, ()
        plot.show_marks()

    def _set_ranges(self, part: CurvePrediction, restart: bool) -> None:
        self.plot.x_axis.label, self.plot.y_axis.label = part.x_label, part.y_label
        if part.x.size:
            self.plot.x_axis.fix(float(part.x.min()), float(part.x.max()))
        values = part.train_y, part.validation_y, part.target
        if any(a is not b for a, b in zip(values, self._ranged, strict=True)):
            self._ranged, self._data_range = values, data_range(part)
        low, high = self._data_range
        span = high - low
        inner = part.quantiles[2][np.isfinite(part.quantiles[2])]
        # A function that leaves the data altogether must not leave the view as well.
        lost = inner.size and np.mean((inner < low) | (inner > high)) > 0.5
        if lost:
            away = max(float(inner.max()) - high, low - float(inner.min()))
            step = span * 2.0 ** np.ceil(np.log2(max(away / span, 0.25)))
            low, high = (low, high + step) if inner.max() > high else (low - step, high)
        if self.plot.tool is not None:  # there is room for another curve
            low, high = min(low, -LIMIT), max(high, LIMIT)
            if self.plot.is_in_stroke:  # nothing moves away under the pen
                return
        if not restart:
            low, high = self._kept(low, high, span)
        self.plot.y_axis.fix(low, high)

    def _kept(self, low: float, high: float, span: float) -> tuple[float, float]:
        """Never shrink within a run, unless the data themselves have changed."""
        y = self.plot.y_axis
        if y.high - y.low > 64 * span or y.high < low or y.low > high:
            return low, high
        return min(low, y.low), max(high, y.high)

    def _declare(self, part: CurvePrediction) -> Iterator[Series]:
        """Yield curves and points, the most important first."""
        ink, many, q = self.theme.color, self.seeds > 1, part.quantiles
        name, accent = _NETWORK, ink("accent")
        if many:
            name = ngettext("median of {count} seed", "median of {count} seeds", self.seeds)
        yield Series(
            *(name, part.x, q[2], accent, q[1], q[3]),
            width=2.4,
            shade=INNER if many else 0.0,
            read_as=MEDIAN if many else "",
            column="",
            ends=("25 %", MEDIAN, "75 %"),
            reads_band=many,
        )
        yield Series(
            *(_QUARTILES, part.x, q[4], accent, q[0], q[4]),
            form="area",
            shade=OUTER,
            second=blend(self.theme, accent, INNER),
            column="",
            ends=("5 %", None, "95 %"),
            is_drawn=many,
            is_read=False,
        )
        if part.target is not None:
            gray = ink("muted")
            yield Series(
                _TARGET, part.x, part.target, gray, form="dash", width=1.4, is_still=True
            )
        if self._previous is not None:
            x, y, label = self._previous
            yield Series(
                *(label, x, y, ink("faint")),
                width=1.5,
                is_still=True,
                is_read=False,
                in_columns=False,
            )
        is_shown = self.show_seed and many
        yield Series(
            *(_THIS_SEED, part.x, part.shown, ink("text")),
            width=1.2,
            is_drawn=is_shown,
            is_read=is_shown,
        )
        yield from self._points(part)

    def _points(self, part: CurvePrediction) -> Iterator[Series]:
        """Yield the data; those for training lie on top."""
        places, values = part.x_label or "x", part.y_label or "y"
        for label, kind, x, y, token, form in (
            (
                *(_VALIDATION, _VALIDATION, part.validation_x, part.validation_y),
                *("negative", "rings"),
            ),
            (_DATA, _TRAINING, part.train_x, part.train_y, "point", "dots"),
        ):
            if x.size:
                yield Series(
                    *(label, x, y, self.theme.color(token, 0.9)),
                    form=form,
                    width=2.6 * self.theme.zoom,
                    column=f"{in_english(kind)} {values}",
                    places=f"{in_english(kind)} {places}",
                    is_still=True,
                    in_legend=form == "rings",
                    is_read=False,
                )

    def note(self) -> str:
        """Return which name stands over which."""
        name = "" if self.part is None else self.part.x_label
        return _("ŷ over {name}", name=name or "x")

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read median, quartiles, target and the chosen seed at the grid point next to `x`."""
        part = self.part
        if part is None or not part.x.size:
            return None
        name = part.x_label.split(" (")[0] or "x"
        return read_series(self._series, x, f"{name} = {{}}")

    def numbers(self) -> str:
        """Return the curves over the grid, and the data beside them."""
        if self.part is None:
            return ""
        return table_of(columns_of(self._series, self.part.x_label or "x"))


def thinned(one: Series) -> Series:
    """Return as much of a series as the eye can distinguish."""
    many = one.x.size > MAX_DOTS
    return one.at(evenly_spaced(one.x.size, MAX_DOTS)) if many else one


def data_range(part: CurvePrediction) -> tuple[float, float]:
    """Return the range of the data and the target, a little widened; depends on data only."""
    parts = [part.train_y, part.validation_y]
    if part.target is not None:
        parts.append(part.target)
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    pad = 0.1 * (high - low) or 0.5 * abs(high) or 1.0
    return low - pad, high + pad
