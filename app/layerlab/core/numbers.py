"""How numbers are written: in plots, in figures above them, in verdicts and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable

THIN_SPACE = "\u202f"  # between thousands; no line breaks there
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(exponent: int, base: str = "10") -> str:
    """Return a power as text, of ten if nothing is said: `10⁻²`."""
    return base + str(exponent).translate(_SUPERSCRIPTS)


def grouped(count: float, digits: int = 0) -> str:
    """Return a number with thin spaces between thousands, such as `1 500`.

    Every number of four digits and more that a person reads is written here, in axes, cards
    and sentences alike; the command line writes plain spaces where these cannot be encoded.

    Args:
        count: is exact where its type is int.
        digits: after the point, for other types.
    """
    text = f"{count:,}" if isinstance(count, int) else f"{count:,.{digits}f}"
    return text.replace(",", THIN_SPACE)


def number(value: float, digits: int = 3) -> str:
    """Return a number as a person reads it: `0.0042`, `1 500`, `3.1·10⁻⁷`, `—` for nan."""
    if math.isnan(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size != 0 and not 1e-4 <= size < 1e6:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        text = f"{float(mantissa):g}·{power(int(exponent))}"
    elif size >= 1000:
        text = grouped(value)
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def median(values: Iterable[float]) -> float:
    """Return the middle of some values, or the mean of the middle two; nan if one is nan.

    The same as NumPy's, which imports masked arrays at its first use: a tenth of the time from
    the window's first paint to its first figures. `values` are one or more.
    """
    ordered = sorted(values)
    if any(map(math.isnan, ordered)):
        return math.nan
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def percent(share: float) -> str:
    """Return a share as a percentage: 0.4567 -> `45.7 %`."""
    return f"{100 * share:.3g} %"
