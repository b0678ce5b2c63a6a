"""How large numbers are written: `6.74 B`, `13.5 GB`, `134.2 MFLOP`. No Qt."""

from __future__ import annotations

from layerlab.core.numbers import grouped

COUNTS = ("", " K", " M", " B", " T")
UNITS = ("", " k", " M", " G", " T", " P")


def _sized(value: float, digits: int, units: tuple[str, ...], tail: str) -> str:
    place, size = 0, abs(value)
    while float(f"{size:.{digits}g}") >= 1000 and place < len(units) - 1:
        place, size = place + 1, size / 1000
    text = f"{size:.{digits}g}" if size < 10**digits else grouped(size)
    return f"{text}{units[place] or ' ' * bool(tail)}{tail}"


def count(value: float, digits: int = 3) -> str:
    """Return a number of parameters or tokens, such as `6.74 B`."""
    return _sized(value, digits, COUNTS, "")


def memory(value: float, digits: int = 3) -> str:
    """Return a number of bytes, such as `13.5 GB`; a GB is a billion."""
    return _sized(value, digits, UNITS, "B")


def operations(value: float, digits: int = 3) -> str:
    """Return a number of additions and multiplications, such as `13.2 GFLOP`."""
    return _sized(value, digits, UNITS, "FLOP")
