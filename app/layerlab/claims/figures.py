"""Figures in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from layerlab.core.numbers import grouped
from layerlab.core.numbers import percent as percent
from layerlab.core.translation import _
from layerlab.nets.bootstrap import BootstrapBand as BootstrapBand
from layerlab.nets.bootstrap import difference as difference

Array = np.ndarray


def exponent(x: Iterable[float], y: Iterable[float]) -> float:
    """Return the power of x with which y grows, by least squares of the logarithms."""
    return float(np.polyfit(np.log(list(x)), np.log(list(y)), 1)[0])


def figure(value: float) -> str:
    """Return a number as a person reads it: four digits that count."""
    value = float(value)
    if not math.isfinite(value):
        return _("not finite")
    if value == round(value) and abs(value) < 1e9:
        return grouped(value)
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.4g}"
    return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def listed(values: Iterable[float]) -> str:
    """Return numbers with commas between them."""
    return ", ".join(figure(value) for value in values)


def summary(values: Array) -> str:
    """Return the median of a population with its quartiles: `0.02 (0.01 to 0.05)`."""
    low, middle, high = np.percentile(np.asarray(values, float), [25, 50, 75])
    return _(
        "{middle} ({low} to {high})",
        middle=figure(middle),
        low=figure(low),
        high=figure(high),
    )


def within(value: float, target: float, relative: float) -> bool:
    """Return whether a value is near a target; False for what is not finite."""
    return abs(value - target) <= relative * abs(target)
