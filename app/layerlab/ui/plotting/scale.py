"""Axes without a window: ranges that do not jump, ticks, and how numbers are written."""

from __future__ import annotations

import math

import numpy as np

from layerlab.core.numbers import grouped
from layerlab.core.numbers import number as number
from layerlab.core.numbers import power as power

Array = np.ndarray
FLOOR = 1e-30  # a logarithmic axis never goes below; such values count as 0


def level_text(value: float) -> str:
    """Return a level as the ticks of a logarithmic axis are written: `.01`, `2.5`."""
    text = number(value)
    return text[1:] if text.startswith("0.") else text


def decade(exponent: int) -> str:
    """Return the label of a decade: `100`, `1`, `.01`, `10⁻⁴`."""
    if 0 <= exponent <= 3:
        return grouped(10**exponent)
    if -3 <= exponent < 0:
        return f"{10.0**exponent:.{-exponent}f}"[1:]
    return power(exponent)


def nice_step(span: float, count: float) -> float:
    """Return the step of 1, 2 or 5 times a power of ten that cuts `span` in about `count`."""
    raw = max(span, 1e-300) / max(1.0, count)
    base = 10.0 ** math.floor(math.log10(raw))
    return base * next(s for s in (1, 2, 5, 10) if raw <= s * base * 1.0001)


def lay_texts(
    places: list[float], widths: list[float], name: float, right: float, gap: float
) -> tuple[list[float | None], float]:
    """Place the texts of ticks and the axis' name in one row.

    The name stands at the right end, or in the last gap that is wide enough; only where
    there is none, it takes the place of the last ticks.

    Args:
        places: where the ticks are, ascending, in pixels.
        widths: of their texts.
        name: width of the axis' name, 0 if it has none.
        right: end of the row.
        gap: least distance of two texts.

    Returns:
        left ends of the texts, None for those left out, and of the name.
    """
    lefts = [min(x - w / 2, right - w) for x, w in zip(places, widths, strict=True)]
    ends = [x + w for x, w in zip(lefts, widths, strict=True)]
    kept: list[float | None] = list(lefts)
    if not name or not lefts or right - ends[-1] >= name + gap:
        return kept, right - name
    between = list(zip(ends, lefts[1:], strict=False))
    for room in (2 * gap, gap):  # rather a narrow gap than a tick less
        for end, start in reversed(between):
            if start - end >= name + room:
                return kept, (end + start - name) / 2
    start = right - name
    kept = [x if e + gap <= start else None for x, e in zip(lefts, ends, strict=True)]
    return kept, start


class Axis:
    """One axis: a range that grows in steps when data leave it, and its ticks.

    Attributes:
        label: name with unit.
        brief: what stands for the name where there is no room for it.
        log: whether it is logarithmic.
        low, high: the automatic range, in the data's units; a view may show another part.
        integer: whether ticks are whole numbers only.
        can_switch: whether a person may choose between logarithmic and linear.
    """

    def __init__(
        self,
        label: str = "",
        *,
        log: bool = False,
        integer: bool = False,
        can_switch: bool | None = None,
    ) -> None:
        """Make an axis; one that is logarithmic can be switched by default."""
        self.label, self.brief = label, ""
        self.log = log
        self.integer = integer
        self.can_switch = log if can_switch is None else can_switch
        self.low, self.high = (0.1, 1.0) if log else (0.0, 1.0)
        self._first = log
        self._other: tuple[float, float] | None = None  # the range on the other scale

    def switch(self) -> None:
        """Change between logarithmic and linear; who set the range has to set it again.

        An axis that holds its range has the same one as before when it is switched back.
        """
        here = self.low, self.high
        self.log = not self.log
        self.fix(*(self._other or here))
        self._other = here

    @property
    def is_made_linear(self) -> bool:
        """Whether a person made a linear axis of a logarithmic one."""
        return self._first and not self.log

    def fix(self, low: float, high: float) -> None:
        """Set the range as it is; what is not finite or empty is widened to something."""
        if not (math.isfinite(low) and math.isfinite(high)):
            low, high = (0.1, 1.0) if self.log else (-1.0, 1.0)
        if self.log:
            if low <= 0 < high:  # what was meant for a linear axis
                low = high * 1e-3
            low = min(max(low, FLOOR), 1e300)
            high = min(max(high, 10 * low), 1e301)
        elif high - low <= 1e-9 * max(abs(low), abs(high), 1e-290):
            middle = max(abs(low), 1.0) * 0.5
            low, high = low - middle, high + middle
        self.low, self.high = low, high

    def follow(self, low: float, high: float, *, restart: bool = False) -> None:
        """Hold still while data fill a third of the range or more; else step after them.

        For what changes by orders of magnitude within a run, as gradients do.
        """
        inside = self.low <= low and high <= self.high
        if restart or not inside or high - low < (self.high - self.low) / 3:
            self.fix(low, high)

    def cover(self, values: Array, *, restart: bool = False, decades: int = 3) -> None:
        """Grow the range in whole steps until it holds the values; never shrink it.

        Args:
            values: any shape; what is not finite, or not positive on a log axis, is skipped.
            restart: forget the old range first, because a new run starts.
            decades: least number of decades of a log axis.
        """
        good = values[np.isfinite(values)]
        if self.log:
            good = good[good > FLOOR]
        if not good.size:
            return
        low, high = float(good.min()), float(good.max())
        if not restart:
            if self.low <= low and high <= self.high:
                return
            low, high = min(low, self.low), max(high, self.high)
        if self.log:
            top = math.ceil(math.log10(high) - 1e-9)
            bottom = min(math.floor(math.log10(low) + 1e-9), top - decades)
            self.fix(10.0 ** max(bottom, -30), 10.0 ** min(top, 300))
        else:
            step = nice_step(high - low or abs(high) or 1.0, 5)
            self.fix(math.floor(low / step) * step, math.ceil(high / step) * step)

    def to_unit(self, values: Array) -> Array:
        """Return places along the axis, 0 at `low` and 1 at `high`; nan where there is none."""
        low, high = self.range()
        return np.asarray((self.to_view(values) - low) / (high - low))

    def place(self, value: float) -> float:
        """Return where one value stands along the axis, held between 0 and 1."""
        return min(1.0, max(0.0, float(self.to_unit(np.array(value)))))

    def from_unit(self, place: float) -> float:
        """Return the value at a place, the inverse of `to_unit`."""
        low, high = self.range()
        return self.from_view(low + place * (high - low))

    def hold(self, values: Array, *, decades: int = 4) -> None:
        """Stand while the axis holds the values and they fill a third of it; else cover them.

        Args:
            values: any shape; see `cover`. decades: least number of decades of a log axis.
        """
        good = values[np.isfinite(values)]
        if self.log:
            good = good[good > FLOOR]
        if not good.size:
            return
        ends = self.to_view(np.array([good.min(), good.max()]))
        bottom, top = self.range()
        span = max(float(np.ptp(ends)), decades - 1 if self.log else 0.0)
        inside = bottom <= ends[0] and ends[1] <= top
        if not inside or span < (top - bottom) / 3:
            self.cover(good, restart=True, decades=decades)

    # ---- what a view shows: logarithms on a logarithmic axis, in units that Qt can take
    @property
    def unit(self) -> float:
        """What the values of a linear axis are divided by, a power of ten.

        1 unless they are huge or tiny: Qt takes a scale below 1e-12 for none at all.
        """
        if self.log:
            return 1.0
        size = math.log10(max(abs(self.high - self.low), 1e-300))
        return 1.0 if -7 < size < 8 else 10.0 ** math.floor(size)

    def to_view(self, values: Array) -> Array:
        """Return values as a view has them; nan where a logarithmic axis has no place."""
        values = np.asarray(values, float)
        if not self.log:
            unit = self.unit
            return values if unit == 1.0 else values / unit
        return np.asarray(np.log10(np.where(values > 0, values, np.nan)))

    def from_view(self, value: float) -> float:
        """Return the value behind a view's number, the inverse of `to_view`."""
        if self.log:
            return 10.0 ** min(max(value, -320.0), 307.0)
        return value * self.unit

    def range(self) -> tuple[float, float]:
        """Return the automatic range as a view has it, from the first end to the last."""
        if self.log:
            return math.log10(self.low), math.log10(self.high)
        return self.low / self.unit, self.high / self.unit

    def ticks(
        self, count: float, part: tuple[float, float] | None = None
    ) -> list[tuple[float, str]]:
        """Return about `count` ticks, value and text.

        Args:
            count: how many are wanted.
            part: low and high end of what is shown, in the data's units; all if None.
        """
        low, high = (self.low, self.high) if part is None else part
        if self.log and math.log10(high / low) > 1.5:
            found = _decades(low, high, count)
            return found if len(found) > 1 else _thirds(low, high)
        found = self._steps(low, high, count)
        while len(found) < 2 and count < 10:  # one number alone gives no scale
            count *= 1.6
            found = self._steps(low, high, count)
        return found

    def _steps(self, low: float, high: float, count: float) -> list[tuple[float, str]]:
        step = nice_step(high - low, count)
        if self.integer:
            step = max(1.0, round(step))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        texts = []
        for i in range(first, last + 1):
            value = i * step
            if abs(value) >= 1e6 or digits > 4:
                text = number(value)
            else:
                text = grouped(value, digits).replace("-", "−")
                text = text.rstrip("0").rstrip(".") if digits else text
            texts.append((value, text if i else "0"))
        return texts


class Blank(Axis):
    """An axis without ticks."""

    def ticks(
        self, count: float, part: tuple[float, float] | None = None
    ) -> list[tuple[float, str]]:
        """Return none."""
        return []


def _decades(low: float, high: float, count: float) -> list[tuple[float, str]]:
    """Return powers of ten between two ends, about as many as are wanted."""
    first = math.ceil(math.log10(low) - 1e-9)
    last = math.floor(math.log10(high) + 1e-9)
    steps = (400, 100, 50, 20, 10, 5, 3, 2, 1)
    wide = [s for s in steps if (last - first) / s <= max(1.0, count)]
    for step in steps[max(0, len(wide) - 1) :]:
        exponents = range(math.ceil(first / step) * step, last + 1, step)
        if len(exponents) > 1:
            break
    return [(10.0**e, decade(e)) for e in exponents]


def _thirds(low: float, high: float) -> list[tuple[float, str]]:
    """Return 1, 2 and 5 times the powers of ten between two ends."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    values = [f * 10.0**e for e in range(first, last + 1) for f in (1, 2, 5)]
    return [(value, level_text(value)) for value in values if low <= value <= high]
