"""Where the points of a knob curve stand: below the slider's handle, on a log axis."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF

from layerlab.core.knob_curve import KnobCurve
from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.plotting.scale import Axis

# Times the upper quartile of the medians: from there on a loss has exploded.
_MAX_LOSS_RATIO = 30.0
_RUNGS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)  # where the axis may end, in a decade


class CurvePlaces:
    """Pixels of numbers and losses.

    Attributes:
        room: where losses are drawn, in pixels; the whole width, which is the slider's.
        is_known: whether there is a loss that the axis fits.
    """

    def __init__(self) -> None:
        """Have no points and no room yet."""
        self.room = QRectF()
        self.is_known = False
        self._axis = Axis(log=True)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of the axis; None where there is no loss yet."""
        return (self._axis.low, self._axis.high) if self.is_known else None

    def fit(self, curve: KnobCurve) -> None:
        """Let the axis hold the points, but not what exploded: that is cut off at the top."""
        known = [point for point in curve.points if not point.why]
        seen = [
            value
            for point in known
            for value in (point.low, point.high, point.validation, point.noise_floor)
            if value is not None and value > 0
        ]
        self.is_known = bool(seen)
        if not seen:
            return
        usual = sorted(point.median for point in known)[3 * (len(known) - 1) // 4]
        most = max(_MAX_LOSS_RATIO * usual, 1e3 * min(seen))
        low, high = _rung(min(seen), down=True), _rung(min(max(seen), most), down=False)
        self._axis.fix(low, high)
        self._axis.high = max(high, 2 * low)

    def at(self, bar: SliderBar, number: float, loss: float) -> QPointF:
        """Return where a number of a slider and a loss meet, held inside the room."""
        place = self._axis.place(max(loss, self._axis.low))
        return QPointF(bar.x_of(number), self.room.bottom() - place * self.room.height())


def _rung(value: float, *, down: bool) -> float:
    """Return the next round number below or above."""
    base = 10.0 ** math.floor(math.log10(value))
    rungs = [rung * base for rung in _RUNGS]
    if down:
        return max(rung for rung in rungs if rung <= value * (1 + 1e-9))
    return min(rung for rung in rungs if rung >= value * (1 - 1e-9))
