"""Scales: which values a slider stops at, and where along its travel."""

from __future__ import annotations

import bisect
import functools
import math
import re
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.knobs import Knob
from layerlab.core.numbers import grouped
from layerlab.core.translation import _

_LADDER = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # even to the eye, on a log axis
_END = 0.93  # where finite values end on a scale with an open end
_PAGE = 0.1  # of the travel


@dataclass(frozen=True, eq=False)
class Scale:
    """Stops of a slider with their places.

    Attributes:
        stops: (n,) ascending values; the last may be inf, which means "no limit".
        places: (n,) ascending, 0 to 1, share of the travel.
    """

    stops: np.ndarray
    places: np.ndarray

    def place(self, value: float) -> float:
        """Return where a value lies, 0 to 1; values between stops are interpolated."""
        if math.isinf(value):
            return 1.0 if value > 0 else 0.0
        stops, places = self._finite
        k = min(max(1, bisect.bisect_left(stops, value)), len(stops) - 1)
        if k < 1:  # a single stop
            return places[0]
        share = (value - stops[k - 1]) / (stops[k] - stops[k - 1])
        return places[k - 1] + min(1.0, max(0.0, share)) * (places[k] - places[k - 1])

    @functools.cached_property
    def _finite(self) -> tuple[list[float], list[float]]:
        finite = np.isfinite(self.stops)
        return self.stops[finite].tolist(), self.places[finite].tolist()

    def index(self, place: float) -> int:
        """Return the number of the stop nearest to a place."""
        return int(np.abs(self.places - place).argmin())

    def value(self, place: float) -> float:
        """Return the stop nearest to a place."""
        return float(self.stops[self.index(place)])

    def step(self, value: float, count: int) -> float:
        """Return the stop that lies `count` stops above (or below) a value."""
        if count > 0:
            i = int(np.searchsorted(self.stops, value, side="right")) + count - 1
        else:
            i = int(np.searchsorted(self.stops, value, side="left")) + count
        return float(self.stops[min(max(i, 0), len(self.stops) - 1)])

    def coarse_to_fine(self, cuts: int) -> list[float]:
        """Return stops about evenly along the travel: the ends first, then ever closer ones.

        Args:
            cuts: into how many parts they cut the travel at last, a power of two.
        """
        found: dict[float, None] = {}
        parts = 1
        while parts <= cuts:
            found |= dict.fromkeys(self.value(k / parts) for k in range(parts + 1))
            parts *= 2
        return list(found)

    def page(self, value: float, direction: int) -> float:
        """Return the stop a tenth of the travel above (1) or below (-1), at least one on."""
        target = self.value(self.place(value) + direction * _PAGE)
        nearest = self.step(value, direction)
        return max(target, nearest) if direction > 0 else min(target, nearest)


def linear(low: float, high: float, step: float) -> Scale:
    """Return equal stops, `step` apart."""
    count = round((high - low) / step)
    stops = np.round(low + step * np.arange(count + 1), 9)  # (n,)
    return Scale(stops, np.linspace(0.0, 1.0, count + 1))


def bent(low: float, high: float, step: float, middle: float) -> Scale:
    """Return equal stops, with half of the travel for the values up to `middle`."""
    stops = linear(low, high, step).stops
    return Scale(stops, np.interp(stops, [low, middle, high], [0.0, 0.5, 1.0]))


def octaves(low: int, high: int) -> Scale:
    """Return whole numbers on a log axis: each up to 32, then 16 in every doubling."""
    stops = [low]
    while stops[-1] < high:
        gap = max(1, 2 ** (stops[-1].bit_length() - 5))
        stops.append(min(high, stops[-1] // gap * gap + gap))
    return _logarithmic([float(stop) for stop in stops])


def decades(low: float, high: float) -> Scale:
    """Return ten round numbers in every decade of a log axis."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    rungs = [float(f"{rung}e{e}") for e in range(first, last + 1) for rung in _LADDER]
    return _logarithmic([low, *(rung for rung in rungs if low < rung < high), high])


def with_zero(scale: Scale) -> Scale:
    """Return the scale with 0 before it, a little apart."""
    return Scale(np.append(0.0, scale.stops), np.append(0.0, 0.06 + 0.94 * scale.places))


def open_ended(scale: Scale) -> Scale:
    """Return the scale with "no limit" (inf) at its right end, a little apart."""
    return Scale(np.append(scale.stops, np.inf), np.append(_END * scale.places, 1.0))


def _logarithmic(stops: list[float]) -> Scale:
    logs = np.log(stops)
    if len(stops) == 1:
        return Scale(np.array(stops), np.zeros(1))
    return Scale(np.array(stops), (logs - logs[0]) / (logs[-1] - logs[0]))


def scale_for(knob: Knob) -> Scale:
    """Return the scale of a declared number.

    Args:
        knob: of kind `int` or `float`, with both bounds.
    """
    assert knob.low is not None
    assert knob.high is not None
    low, high, whole = knob.low, knob.high, knob.kind == "int"
    if knob.marks:
        marks = sorted(float(mark) for mark in knob.marks)
        return (
            _logarithmic(marks)
            if knob.log
            else Scale(np.array(marks), np.interp(marks, [marks[0], marks[-1]], [0.0, 1.0]))
        )
    if knob.path in _MIDDLES:
        return bent(low, high, 1.0 if whole else _step(low, high), _MIDDLES[knob.path])
    if knob.path in _FROM_ZERO:
        return with_zero(decades(_FROM_ZERO[knob.path], high))
    if knob.log:
        return octaves(int(low), int(high)) if whole else decades(low, high)
    return linear(low, high, 1.0 if whole else _step(low, high))


# Where the interesting values crowd at the low end of a linear range: the value that sits
# in the middle of the travel, and the smallest one above 0.
_MIDDLES = {"net.depth": 12.0, "train.seeds": 16.0, "task.noise": 0.2, "net.slope": 0.2}
_FROM_ZERO = {"train.l1": 1e-6, "train.l2": 1e-6}


def _step(low: float, high: float) -> float:
    return 0.01 if high - low <= 1.0 else 0.05


def number_text(value: float) -> str:
    """Return a number as it is shown: `1 500`, `0.01`, `1e-5`, `∞`."""
    if math.isinf(value):
        return "∞"
    if value == int(value) and abs(value) < 1e15:
        return grouped(int(value))
    text = f"{value:.4g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def read_number(text: str, what: str, whole: bool) -> float | int:
    """Read a number as a person types it: blanks between thousands, comma or point.

    Args:
        text: what was typed.
        what: the knob's name, for the message.
        whole: whether it must be a whole number.

    Raises:
        LabError: it is not a number, or not a whole one.
    """
    plain = "".join(text.split()).replace("−", "-")
    if whole and re.fullmatch(r"\d{1,3}(,\d{3})+", plain):
        plain = plain.replace(",", "")  # 1,500 updates are never one and a half
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise LabError(
            _("{what}: {text!r} is not a number", what=what, text=text.strip())
        ) from None
    if not whole:
        return number
    if not math.isfinite(number) or number != int(number):
        raise LabError(_("{what}: {text} is not a whole number", what=what, text=text.strip()))
    return int(number)
