"""How numbers are written: in plots, in figures above them, in verdicts."""

from __future__ import annotations

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(exponent: int, base: str = "10") -> str:
    """Return a power as text, of ten if nothing is said: `10⁻²`."""
    return base + str(exponent).translate(_SUPERSCRIPTS)


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
        text = f"{value:,.0f}".replace(",", "\u202f")
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def percent(share: float) -> str:
    """Return a share as a percentage: 0.4567 -> `45.7 %`."""
    return f"{100 * share:.3g} %"
